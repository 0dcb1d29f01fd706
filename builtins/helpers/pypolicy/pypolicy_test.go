package pypolicy_test

import (
	"testing"

	"github.com/starhost/starhost/builtins/helpers/internal/golden"
	"github.com/starhost/starhost/builtins/helpers/pypolicy"
)

func TestAsCPython(t *testing.T) {
	for _, file := range []string{"arn.txt", "statement.txt", "policy.txt"} {
		t.Run(file, func(t *testing.T) {
			golden.Run(t, "testdata/"+file, nil, pypolicy.Modules()...)
		})
	}
}
