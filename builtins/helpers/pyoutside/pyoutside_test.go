package pyoutside_test

import (
	"testing"

	"github.com/starhost/starhost/builtins/helpers/internal/golden"
	"github.com/starhost/starhost/builtins/helpers/pyoutside"
)

func TestAsCPython(t *testing.T) {
	for _, file := range []string{"path.txt", "socket.txt"} {
		t.Run(file, func(t *testing.T) {
			golden.Run(t, "testdata/"+file, nil, pyoutside.Modules()...)
		})
	}
}
