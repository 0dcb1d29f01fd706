package ruleset_test

import (
	"os"
	"testing"

	"github.com/starhost/starhost/event"
	"github.com/starhost/starhost/ruleset"
	"github.com/starhost/starhost/runtime"
	"github.com/stretchr/testify/require"
)

const filteredEvent = `{"name":"Root","list":["a","b"],"n":5,"ip":"10.0.0.1","public":"8.8.8.8","none":null,"empty":"","d":{"k":[{"v":1},{"v":2}]},"same":"Root"}`

// TestFilters asks rules with InlineFilters about one event.
func TestFilters(t *testing.T) {
	for filter, passes := range map[string]bool{
		"[]":          true,
		"[{All: []}]": true,
		"{Any: []}":   true,
		"[{KeyPath: name, Condition: Equals, Value: Root}]":                                               true,
		"[{KeyPath: name, Condition: Equals, Value: root}]":                                               false,
		"[{KeyPath: name, Condition: IEquals, Value: rOOT}]":                                              true,
		"[{KeyPath: name, Condition: DoesNotEqual, Value: x}]":                                            true,
		"[{KeyPath: name, Condition: IDoesNotEqual, Value: ROOT}]":                                        false,
		"[{KeyPath: name, Condition: StartsWith, Value: Ro}]":                                             true,
		"[{KeyPath: name, Condition: IEndsWith, Value: OT}]":                                              true,
		"[{KeyPath: name, Condition: DoesNotContain, Value: oo}]":                                         false,
		"[{KeyPath: list, Condition: Contains, Value: b}]":                                                true,
		"[{KeyPath: list, Condition: Contains, Value: c}]":                                                false,
		"[{KeyPath: 'list[*]', Condition: Equals, Value: b}]":                                             true,
		"[{KeyPath: 'list[*]', Condition: DoesNotEqual, Value: b}]":                                       false,
		"[{KeyPath: 'd.k[*].v', Condition: IsGreaterThan, Value: 1}]":                                     true,
		"[{KeyPath: n, Condition: IsGreaterThanOrEqual, Value: 5}]":                                       true,
		"[{KeyPath: n, Condition: IsLessThan, Value: 5}]":                                                 false,
		"[{KeyPath: n, Condition: IsLessThan, Value: text}]":                                              false,
		"[{KeyPath: name, Condition: IsIn, Values: [x, Root]}]":                                           true,
		"[{KeyPath: name, Condition: IsNotIn, Values: [x, Root]}]":                                        false,
		"[{KeyPath: ip, Condition: IsIPAddressInCIDR, Values: [10.0.0.0/8]}]":                             true,
		"[{KeyPath: ip, Condition: IsIPAddressPrivate}]":                                                  true,
		"[{KeyPath: public, Condition: IsIPAddressPublic}]":                                               true,
		"[{KeyPath: name, Condition: IsIPAddressPublic}]":                                                 false,
		"[{KeyPath: missing, Condition: Equals, Value: x}]":                                               true,
		"[{KeyPath: missing, Condition: Exists}]":                                                         false,
		"[{KeyPath: missing, Condition: DoesNotExist}]":                                                   true,
		"[{KeyPath: name, Condition: DoesNotExist}]":                                                      false,
		"[{KeyPath: none, Condition: Equals, Value: x}]":                                                  false,
		"[{KeyPath: none, Condition: DoesNotEqual, Value: x}]":                                            true,
		"[{KeyPath: none, Condition: IsNull}]":                                                            true,
		"[{KeyPath: empty, Condition: IsNullOrEmpty}]":                                                    true,
		"[{KeyPath: name, Condition: IsNotNullOrEmpty}]":                                                  true,
		"[{DeepKey: [d, k], Condition: Exists}]":                                                          true,
		"[{Condition: AlwaysFalse}]":                                                                      false,
		"[{Values: [{KeyPath: name}, {KeyPath: same}], Condition: Equals}]":                               true,
		"[{Any: [{KeyPath: n, Condition: Equals, Value: 1}, {KeyPath: n, Condition: Equals, Value: 5}]}]": true,
		"[{None: [{KeyPath: n, Condition: Equals, Value: 5}]}]":                                           false,
		"[{OnlyOne: [{Condition: AlwaysTrue}, {Condition: AlwaysTrue}]}]":                                 false,
		"[{Condition: AlwaysTrue}, {All: [{KeyPath: name, Condition: Equals, Value: Root}]}]":             true,
	} {
		set := loadFiltered(t, filter)
		require.Len(t, set.Rules(), 1, filter)
		e, err := event.Decode([]byte(filteredEvent))
		require.NoError(t, err)
		var w runtime.Worker
		result := w.Eval(runtime.Call{}, set.Rules()[0], e)
		require.Nil(t, result.Err)
		require.Equal(t, passes, result.Matched(), filter)
	}
}

func loadFiltered(t *testing.T, filter string) *ruleset.Set {
	t.Chdir(t.TempDir())
	require.NoError(t, os.WriteFile("r.yml", []byte("AnalysisType: rule\nRuleID: R\nFilename: r.star\nSeverity: Low\nInlineFilters: "+filter+"\n"), 0o666))
	require.NoError(t, os.WriteFile("r.star", []byte("def rule(event):\n    return True\n"), 0o666))
	loader := ruleset.Loader{Paths: []string{"."}}
	set, diags, err := loader.Load()
	require.NoError(t, err)
	require.Empty(t, diags, filter)
	return set
}
