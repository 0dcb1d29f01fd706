package main

import (
	"context"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// TestTestWatch changes what rules are made of while test --watch waits, also
// around the folder that it tests: the tests of what has changed run.
func TestTestWatch(t *testing.T) {
	t.Chdir(t.TempDir())
	save := func(path, text string) { // at once, so that no run sees half a file
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o777))
		require.NoError(t, os.WriteFile("new", []byte(text), 0o666))
		require.NoError(t, os.Rename("new", path))
	}
	metadata := func(id, log string) string {
		return "AnalysisType: rule\nRuleID: " + id + "\nFilename: " + strings.ToLower(id) + ".py\nSeverity: Low\nTests:\n- {Name: of " + id + ", ExpectedResult: true, Log: " + log + "}\n"
	}
	const star = "def rule(event):\n    return event['n'] == 1\n"
	save("repo/global_helpers/h.yml", "AnalysisType: global\nGlobalID: h\nFilename: h.py\n")
	save("repo/global_helpers/h.py", "N = 1\n")
	save("repo/data_models/m.yml", "AnalysisType: datamodel\nDataModelID: M\nLogTypes: [T]\nMappings: [{Name: n, Path: x}]\n")
	save("repo/lookup_tables/t.yml", "AnalysisType: lookup_table\nLookupName: t\nFilename: t.csv\nLogTypeMap: {PrimaryKey: id}\n")
	save("repo/lookup_tables/t.csv", "id,n\n1,1\n")
	save("repo/rules/a.yml", metadata("A", "{n: 1}"))
	save("repo/rules/a.py", "import h\ndef rule(event):\n    return event['n'] == h.N\n")
	save("repo/rules/b.yml", metadata("B", "{p_log_type: T, x: 1}"))
	save("repo/rules/b.py", "def rule(event):\n    return event.udm('n') == 1 and event.lookup('t', '1')['n'] == '1'\n")
	save("repo/rules/c.star", star)
	save("repo/rules/c_test.star", "def test_c(t):\n    t.true(t.run('c', {'n': 1}).matched)\n")

	var out, errs output
	c := &command{in: strings.NewReader(""), out: &out, err: &errs}
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	code := make(chan int)
	go func() {
		code <- c.run(ctx, []string{"test", "--config", "none", "--watch", "-f", "tap", filepath.Join("repo", "rules")})
	}()
	seen, rounds := 0, 0
	tests := regexp.MustCompile(`(?m)^(not ok|ok) .*(of A|of B|test_c)`)
	ran := func(want ...string) {
		t.Helper()
		rounds++
		require.Eventually(t, func() bool { return strings.Count(errs.String(), "waiting for changes") >= rounds }, time.Minute, 5*time.Millisecond)
		all := out.String()
		var got []string
		for _, m := range tests.FindAllStringSubmatch(all[seen:], -1) {
			got = append(got, m[1]+" "+m[2])
		}
		slices.Sort(got)
		require.Equal(t, want, got, "output %s, errors %s", all[seen:], &errs)
		seen = len(all)
	}
	ran("ok of A", "ok of B", "ok test_c")
	save("repo/rules/c.star", strings.ReplaceAll(star, "1", "2"))
	ran("not ok test_c")
	save("repo/rules/c.star", star)
	ran("ok test_c")
	save("repo/rules/c_test.star", "def test_c(t):\n    t.true(t.run('c', {'n': 2}).matched)\n")
	ran("not ok test_c")
	save("repo/global_helpers/h.py", "N = 2\n")
	ran("not ok of A", "not ok test_c")
	save("repo/lookup_tables/t.csv", "id,n\n1,2\n")
	ran("not ok of A", "not ok of B", "not ok test_c")
	save("repo/lookup_tables/t.csv", "id,n\n1,1\n")
	ran("not ok of A", "not ok test_c", "ok of B")
	save("repo/data_models/m.yml", "AnalysisType: datamodel\nDataModelID: M\nLogTypes: [T]\nMappings: [{Name: n, Path: y}]\n")
	ran("not ok of A", "not ok of B", "not ok test_c")
	save("repo/rules/b.yml", metadata("B", "{p_log_type: T, y: 1}"))
	ran("not ok test_c", "ok of B")
	save("repo/rules/c.star", "def rule(event)\n")
	ran("not ok test_c")
	require.Contains(t, errs.String(), "not all rules and tests loaded")
	stop()
	require.Equal(t, exitOK, <-code)
	require.NotContains(t, errs.String(), "<nil>")
}
