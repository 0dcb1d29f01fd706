package helpers_test

import (
	"strings"
	"testing"

	"github.com/starhost/starhost/builtins/helpers"
	"github.com/starhost/starhost/builtins/helpers/internal/golden"
	"github.com/starhost/starhost/internal/startest"
	"github.com/starhost/starhost/runtime"
)

func TestStar(t *testing.T) {
	startest.Run(t, "testdata/*.star", helpers.Modules()...)
}

func TestAsCPython(t *testing.T) {
	modules := helpers.Modules()
	for i := range modules { // urllib.parse is called parse in the expressions
		if name, ok := strings.CutPrefix(modules[i].Names[0], "urllib."); ok {
			modules[i] = runtime.Module{Names: []string{name}, Members: modules[i].Members}
		}
	}
	for _, file := range []string{"fnmatch.txt", "encodings.txt", "words.txt", "uuid.txt", "difflib.txt", "math.txt", "url.txt", "template.txt", "panther.txt"} {
		t.Run(file, func(t *testing.T) {
			golden.Run(t, "testdata/"+file, nil, modules...)
		})
	}
}
