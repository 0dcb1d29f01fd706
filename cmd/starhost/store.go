package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/starhost/starhost/builtins/caching"
	"github.com/starhost/starhost/builtins/caching/bolt"
	"github.com/starhost/starhost/builtins/caching/dynamodb"
	"github.com/starhost/starhost/builtins/caching/memory"
)

const storeHelp = "memory, bolt:PATH[?sync=always|interval|off] or dynamodb:TABLE[?region=REGION&endpoint=URL]"

// A storeUse says what a store is opened for.
type storeUse int

const (
	readWrite storeUse = iota // people look and change: what has expired by their clock stays
	readOnly                  // the store must be there; nothing is written
	forRules                  // rules write, by whose time expired items are swept
)

// openStore opens the store that --store names: memory, SCHEME:WHERE, or the
// path of a bolt file. What people should know of it goes to standard error.
// The caller closes it, once or more often.
func (c *command) openStore(ctx context.Context, name string, use storeUse) (store caching.Store, closeStore func() error, err error) {
	scheme, where := splitStore(name)
	switch {
	case name == "memory":
		return &memory.Store{}, func() error { return nil }, nil
	case scheme == "bolt":
		s, err := c.openBolt(ctx, where, use)
		if err != nil {
			return nil, nil, err
		}
		return s, s.Close, nil
	case scheme == "dynamodb":
		s, err := c.openDynamoDB(ctx, where, use)
		if err != nil {
			return nil, nil, err
		}
		return s, s.Close, nil
	case scheme == "" && name != "":
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

// openBolt opens a file. One that another process has open is read from a copy.
func (c *command) openBolt(ctx context.Context, where string, use storeUse) (*bolt.Store, error) {
	path, options, err := bolt.ParseSpec(where)
	if err != nil {
		return nil, fmt.Errorf("--store: %w", err)
	}
	options.ReadOnly = use == readOnly
	options.NoSweep = use != forRules
	s, err := bolt.Open(path, options)
	if use != readOnly || !errors.Is(err, bolt.ErrInUse) {
		return s, err
	}
	s, err = bolt.OpenCopy(ctx, path)
	if err == nil {
		fmt.Fprintf(c.err, "%s is in use by another process: this is its state as of now\n", path)
	}
	return s, err
}

// openDynamoDB opens a table. People wait longer than rules for one that is
// throttled.
func (c *command) openDynamoDB(ctx context.Context, where string, use storeUse) (*dynamodb.Store, error) {
	var config dynamodb.Config
	if use != forRules {
		config.Budget = time.Minute
	}
	s, err := config.Open(ctx, where)
	if err != nil {
		return nil, err
	}
	warnings, err := s.Check(ctx)
	if err != nil {
		return nil, errors.Join(err, s.Close())
	}
	fmt.Fprintf(c.err, "state is at %s\n", s.Host())
	for _, w := range warnings {
		fmt.Fprintf(c.err, "warning: %s\n", w)
	}
	return s, nil
}
