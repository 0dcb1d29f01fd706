package main

import (
	"errors"
	"fmt"
	"maps"
	"slices"
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
	return loadSet(&loader, allowEmpty)
}

// loadSet is loadRules with a loader.
func loadSet(loader *ruleset.Loader, allowEmpty bool) (*ruleset.Set, []*runtime.Diagnostic, error) {
	set, diags, err := loader.Load()
	if err != nil {
		return nil, nil, &exitError{exitUsage, err}
	}
	if len(set.Rules())+len(set.Disabled())+len(diags) == 0 && !allowEmpty {
		text := fmt.Sprintf("no rules found in %s (looked for *.star, *.py, and *.yml with AnalysisType: rule)", strings.Join(loader.Paths, ", "))
		if left := countKinds(set.Contents().NotRunOver(false)); left != "" {
			text += "; not run: " + left
		}
		return nil, nil, &exitError{exitUsage, errors.New(text)}
	}
	return set, diags, nil
}

// kindNames are the words for what metadata describes.
var kindNames = map[string][2]string{
	"rule":             {"rule", "rules"},
	"policy":           {"policy", "policies"},
	"scheduled_rule":   {"scheduled rule", "scheduled rules"},
	"correlation_rule": {"correlation rule", "correlation rules"},
	"saved_query":      {"saved query", "saved queries"},
	"scheduled_query":  {"scheduled query", "scheduled queries"},
	"simple detection": {"detection without code", "detections without code"},
	"derived":          {"derived detection", "derived detections"},
	"signal":           {"signal", "signals"},
}

// countKinds says in words how many there are of each kind; "" for none.
func countKinds(counts map[string]int) string {
	var parts []string
	for _, kind := range slices.Sorted(maps.Keys(counts)) {
		if names, ok := kindNames[kind]; ok && counts[kind] > 0 {
			parts = append(parts, plural(counts[kind], names[0], names[1]))
		}
	}
	return strings.Join(parts, ", ")
}
