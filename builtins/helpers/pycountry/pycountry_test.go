package pycountry_test

import (
	"testing"

	"github.com/starhost/starhost/builtins/helpers/internal/golden"
	"github.com/starhost/starhost/builtins/helpers/pycountry"
)

func TestAsCPython(t *testing.T) {
	golden.Run(t, "testdata/countries.txt", nil, pycountry.Module())
}
