package main

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/starhost/starhost/runtime"
)

// A filter is one --filter: KEY=VALUE or KEY!=VALUE on a rule's metadata.
type filter struct {
	key, value string
	not        bool
}

type filters []filter

// filterKeys gives the values that a rule has under each key.
var filterKeys = map[string]func(*runtime.Metadata) []string{
	"RuleID":   func(m *runtime.Metadata) []string { return []string{m.ID} },
	"PolicyID": func(m *runtime.Metadata) []string { return []string{m.ID} },
	"AnalysisType": func(m *runtime.Metadata) []string {
		return []string{string(cmp.Or(m.Kind, runtime.KindRule))}
	},
	"Severity": func(m *runtime.Metadata) []string { return []string{string(m.Severity)} },
	"LogTypes": func(m *runtime.Metadata) []string { return m.LogTypes },
	"Tags":     func(m *runtime.Metadata) []string { return m.Tags },
	"Enabled":  func(m *runtime.Metadata) []string { return []string{strconv.FormatBool(m.Enabled)} },
}

func parseFilters(texts []string) (filters, error) {
	var fs filters
	for _, text := range texts {
		key, value, ok := strings.Cut(text, "=")
		if !ok {
			return nil, fmt.Errorf("--filter is %q, want KEY=VALUE or KEY!=VALUE", text)
		}
		f := filter{key: strings.TrimSuffix(key, "!"), value: value, not: strings.HasSuffix(key, "!")}
		if filterKeys[f.key] == nil {
			return nil, fmt.Errorf("--filter has the key %q, want AnalysisType, RuleID, Severity, LogTypes, Tags or Enabled", f.key)
		}
		fs = append(fs, f)
	}
	return fs, nil
}

// match tells whether metadata passes all filters. Values are compared without
// regard to case.
func (fs filters) match(m *runtime.Metadata) bool {
	for _, f := range fs {
		has := slices.ContainsFunc(filterKeys[f.key](m), func(v string) bool { return strings.EqualFold(v, f.value) })
		if has == f.not {
			return false
		}
	}
	return true
}
