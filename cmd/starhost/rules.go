package main

import (
	"fmt"
	"strings"

	"github.com/starhost/starhost/builtins/caching"
	"github.com/starhost/starhost/builtins/helpers"
	"github.com/starhost/starhost/internal/strictyaml"
	"github.com/starhost/starhost/ruleset"
	"github.com/starhost/starhost/runtime"
	"github.com/starhost/starhost/runtime/guard"
)

// modules are the built-in modules of every rule.
func modules(store caching.Store) []runtime.Module {
	return append(helpers.Modules(), caching.Module(store))
}

// loadRules reads rule directories, and the rules' metadata files into docs if
// that is not nil. No rule at all is an error, unless allowEmpty.
func loadRules(paths []string, store caching.Store, limits *guard.Limits, docs map[string]*strictyaml.Document, allowEmpty bool) (*ruleset.Set, []*runtime.Diagnostic, error) {
	loader := ruleset.Loader{
		Paths:   paths,
		Modules: modules(store),
		Worker:  runtime.Worker{Limits: limits},

		Documents: docs,
	}
	set, diags, err := loader.Load()
	if err != nil {
		return nil, nil, &exitError{exitUsage, err}
	}
	if len(set.Rules())+len(set.Disabled())+len(diags) == 0 && !allowEmpty {
		return nil, nil, &exitError{exitUsage, fmt.Errorf(
			"no rules found in %s (looked for *.star, and *.yml with AnalysisType: rule)", strings.Join(paths, ", "))}
	}
	return set, diags, nil
}
