package pystd_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/starhost/starhost/builtins/helpers"
	"github.com/starhost/starhost/runtime"
	"github.com/starhost/starhost/runtime/guard"
)

// run gives what a program prints, and the error that ends it.
func run(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	return runText(string(text), path)
}

func runText(text, path string) string {
	var out strings.Builder
	loader := &runtime.Loader{
		Modules:  helpers.Modules(),
		ReadFile: func(string) ([]byte, error) { return []byte(text), nil },
		Now:      time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC),
	}
	loader.Worker.Limits = &guard.Limits{Time: time.Minute} // the machine may be busy
	loader.Worker.Print = func(_ *runtime.Call, _, text string) { out.WriteString(text + "\n") }
	_, diags := loader.File(path, "__main__")
	for _, d := range diags {
		if d.IsError() {
			out.WriteString("!" + d.Msg + "\n")
			break
		}
	}
	return out.String()
}

// TestAsCPython runs the programs of testdata/programs, which must print what they
// print under CPython.
func TestAsCPython(t *testing.T) {
	programs, err := filepath.Glob("testdata/programs/*.py")
	require.NoError(t, err)
	require.NotEmpty(t, programs)
	for _, path := range programs {
		name := strings.TrimSuffix(filepath.Base(path), ".py")
		t.Run(name, func(t *testing.T) {
			want, err := os.ReadFile(strings.TrimSuffix(path, ".py") + ".out")
			require.NoError(t, err)
			got := strings.Split(run(t, path), "\n")
			for i, line := range strings.Split(string(want), "\n") {
				if i >= len(got) || got[i] != line {
					have := "<nothing>"
					if i < len(got) {
						have = got[i]
					}
					t.Errorf("line %d\n got  %s\n want %s", i+1, have, line)
				}
			}
			require.LessOrEqual(t, len(got), strings.Count(string(want), "\n")+1)
		})
	}
}

// TestBounded runs programs that would never end, or take all memory.
func TestBounded(t *testing.T) {
	data, err := os.ReadFile("testdata/bounded.txt")
	require.NoError(t, err)
	for _, c := range strings.Split(string(data), "=== ")[1:] {
		want, program, ok := strings.Cut(c, "\n")
		require.True(t, ok)
		got := runText(program, "program.py")
		require.Contains(t, got, "!", program)
		if !strings.Contains(got, want) {
			t.Errorf("%s\n got  %s want %s", program, got, want)
		}
	}
}
