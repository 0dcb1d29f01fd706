package pysyntax

import (
	"os"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestLowerFiles lowers and compiles all .py files of the folder that
// PYSYNTAX_FILES names: a checkout of detections.
func TestLowerFiles(t *testing.T) {
	root := os.Getenv("PYSYNTAX_FILES")
	if root == "" {
		t.Skip("PYSYNTAX_FILES is not set")
	}
	files, err := pythonFiles(root)
	require.NoError(t, err)
	require.NotEmpty(t, files)
	for _, file := range files {
		src, err := os.ReadFile(file)
		require.NoError(t, err)
		m, errs := Parse(file, src)
		if errs != nil {
			continue // TestCPython judges these
		}
		low, errs := Lower(m, LowerOptions{Known: func(name string) bool { return isBuiltinName(name) }})
		if errs != nil {
			t.Log(errs)
			continue
		}
		if err := compile(low.File); err != nil {
			t.Errorf("%s: %v", file, err)
		}
	}
	t.Logf("%d files", len(files))
}
