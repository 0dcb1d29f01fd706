package helpers_test

import (
	"testing"

	"github.com/starhost/starhost/builtins/helpers"
	"github.com/starhost/starhost/builtins/helpers/internal/golden"
	"github.com/starhost/starhost/internal/startest"
)

func TestStar(t *testing.T) {
	startest.Run(t, "testdata/*.star", helpers.Modules()...)
}

func TestAsCPython(t *testing.T) {
	golden.Run(t, "testdata/fnmatch.txt", nil, helpers.Fnmatch())
}
