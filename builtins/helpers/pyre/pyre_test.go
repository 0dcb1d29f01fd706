package pyre_test

import (
	"os"
	"testing"

	"github.com/starhost/starhost/builtins/helpers/internal/golden"
	"github.com/starhost/starhost/builtins/helpers/pyre"
)

func TestAsCPython(t *testing.T) {
	files := []string{"testdata/table.txt", "testdata/random.txt"}
	if more := os.Getenv("PYRE_FUZZ"); more != "" {
		files = []string{more}
	}
	for _, file := range files {
		t.Run(file, func(t *testing.T) {
			golden.Run(t, file, nil, pyre.Module())
		})
	}
}
