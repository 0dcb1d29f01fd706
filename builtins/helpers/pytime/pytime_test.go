package pytime_test

import (
	"strings"
	"testing"

	"github.com/starhost/starhost/builtins/helpers/internal/golden"
	"github.com/starhost/starhost/builtins/helpers/pytime"
)

func TestAsCPython(t *testing.T) {
	for _, file := range []string{"datetime.txt", "formats.txt", "parses.txt"} {
		t.Run(file, func(t *testing.T) {
			golden.Run(t, "testdata/"+file, localProbe, pytime.DatetimeModule(), pytime.TimeModule())
		})
	}
}

// localProbe is the one known difference: to find the local zone's offset on
// January 1 of year 1, CPython looks a day back, and fails.
func localProbe(expr string) bool {
	return strings.HasPrefix(expr, "datetime.datetime(1, 1, 1, ") && strings.HasSuffix(expr, ".astimezone()")
}
