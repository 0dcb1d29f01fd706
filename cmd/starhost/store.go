package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/starhost/starhost/builtins/caching"
	"github.com/starhost/starhost/builtins/caching/bolt"
	"github.com/starhost/starhost/builtins/caching/memory"
)

const storeHelp = "memory, or bolt:PATH[?sync=always|interval|off]"

// A storeUse says what a store is opened for.
type storeUse int

const (
	readWrite storeUse = iota
	readOnly           // the store must be there; nothing is written
)

// openStore opens the store that --store names: memory, SCHEME:WHERE, or the
// path of a bolt file. The caller closes it, once or more often.
func openStore(ctx context.Context, name string, use storeUse) (store caching.Store, closeStore func() error, err error) {
	scheme, where := splitStore(name)
	switch {
	case name == "memory":
		return &memory.Store{}, func() error { return nil }, nil
	case scheme == "bolt":
		return openBolt(where, use)
	case scheme == "" && !strings.ContainsAny(name, `./\`):
		return nil, nil, fmt.Errorf("--store is %q, want %s (./%s is a file of that name)", name, storeHelp, name)
	}
	return nil, nil, fmt.Errorf("--store is %q, want %s", name, storeHelp)
}

// splitStore takes the scheme off the name of a store. A path, which has a dot
// or a slash and no scheme, is one of bolt.
func splitStore(name string) (scheme, where string) {
	scheme, where, ok := strings.Cut(name, ":")
	if ok && len(scheme) > 1 && !strings.ContainsAny(scheme, `./\`) {
		return scheme, where
	}
	if strings.ContainsAny(name, `./\`) {
		return "bolt", name
	}
	return "", name
}

func openBolt(where string, use storeUse) (caching.Store, func() error, error) {
	path, options, err := bolt.ParseSpec(where)
	if err != nil {
		return nil, nil, fmt.Errorf("--store: %w", err)
	}
	options.ReadOnly = use == readOnly
	s, err := bolt.Open(path, options)
	if err != nil {
		return nil, nil, err
	}
	return s, s.Close, nil
}
