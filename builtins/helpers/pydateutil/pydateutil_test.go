package pydateutil_test

import (
	"testing"

	"github.com/starhost/starhost/builtins/helpers/internal/golden"
	"github.com/starhost/starhost/builtins/helpers/pydateutil"
	"github.com/starhost/starhost/builtins/helpers/pytime"
)

func TestAsCPython(t *testing.T) {
	for _, file := range []string{"parse.txt", "iso.txt", "tz.txt", "relative.txt"} {
		t.Run(file, func(t *testing.T) {
			golden.Run(t, "testdata/"+file, nil, append(pydateutil.Modules(), pytime.DatetimeModule())...)
		})
	}
}
