package ruleset_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/starhost/starhost/ruleset"
	"github.com/starhost/starhost/runtime"
	"github.com/starhost/starhost/runtime/guard"
)

// small bounds the top-level code of what the fuzzer comes up with.
var small = &guard.Limits{Steps: 10_000, Bytes: 10_000, Elements: 1_000, Bits: 1_000, Depth: 50}

// loadFiles loads a directory of one metadata file and one rule. Whatever they
// hold, loading must end, and an error must have a place.
func loadFiles(t *testing.T, meta, rule string) {
	dir := t.TempDir()
	for name, text := range map[string]string{"rule.yml": meta, "rule.star": rule, "other.star": "def rule(event):\n    return True\n"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	loader := ruleset.Loader{Paths: []string{dir}, Modules: modules, Worker: runtime.Worker{Limits: small}}
	set, diags, err := loader.Load()
	if err != nil {
		t.Fatal(err)
	}
	found := false
	for _, r := range set.Rules() {
		found = found || filepath.Base(r.Path) == "other.star"
	}
	for _, d := range diags {
		if d.Pos.Filename() == "" || d.Msg == "" {
			t.Errorf("diagnostic without a place or a text: %#v", d)
		}
	}
	if !found && len(diags) == 0 {
		t.Error("the good rule is gone without a word")
	}
}

func FuzzMetadata(f *testing.F) {
	f.Add("AnalysisType: rule\nFilename: rule.star\nRuleID: R\nSeverity: Low\nLogTypes: [a, b]\nThreshold: 3\n")
	f.Add("AnalysisType: global\nGlobalID: g\nFilename: rule.star\n")
	f.Add("AnalysisType: rule\nFilename: &x rule.star\nRuleID: *x\nReports: {a: [b], c: d}\nTests:\n- Name: n\n  Log: {a: 1}\n")
	f.Add("? [a]\n: b\n")
	f.Add("AnalysisType: policy\nFilename: rule.star\nPolicyID: P\nSeverity: Low\nResourceTypes: [a]\n")
	f.Add("AnalysisType: datamodel\nDataModelID: M\nLogTypes: [a]\nFilename: rule.star\nMappings: [{Name: a, Path: $.a[0]['b'][*]}, {Name: b, Method: rule}]\n")
	f.Add("AnalysisType: lookup_table\nLookupName: L\nFilename: rule.star\nLogTypeMap: {PrimaryKey: k, AssociatedLogTypes: [{LogType: a, Selectors: [b]}]}\n")
	f.Add("AnalysisType: rule\nFilename: rule.star\nRuleID: R\nSeverity: Low\nInlineFilters: [{Any: [{KeyPath: a, Condition: IsIn, Values: [1, x]}]}, {None: {Values: [{KeyPath: a}, {KeyPath: b}], Condition: Equals}}]\n")
	f.Add("AnalysisType: pack\nPackID: P\nPackDefinition: {IDs: [a]}\n")
	f.Fuzz(func(t *testing.T, meta string) {
		loadFiles(t, meta, "def rule(event):\n    return True\n")
	})
}

func FuzzRule(f *testing.F) {
	f.Add("def rule(event):\n    return event.get('x') == 1\n")
	f.Add("load('panther_oss_helpers', c = 'get_counter')\nx = [c for c in 'abc'.elems()]\nwhile x:\n    x.pop()\ndef rule(event):\n    return {}\n")
	f.Add("import re\nfrom a import b as c\ntry:\n    x = f'{y!r}'\nexcept KeyError as e:\n    raise\n")
	f.Add("class A(B):\n    x: int = 1 ** 2\n    def f(self, *a, **k) -> None:\n        yield {1, *a}\n")
	f.Add("def title(event): return 'a' 'b' if 1 < 2 < 3 else not None is None\n")
	f.Fuzz(func(t *testing.T, rule string) {
		loadFiles(t, "AnalysisType: rule\nFilename: rule.star\nRuleID: R\nSeverity: Low\n", rule)
	})
}
