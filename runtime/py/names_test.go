package py

import (
	"slices"
	"strings"
	"testing"

	"github.com/starhost/starhost/pysyntax"
	"github.com/stretchr/testify/assert"
)

// TestNames holds what the lowering calls to what there is.
func TestNames(t *testing.T) {
	hidden := slices.DeleteFunc(Names(), func(name string) bool { return !strings.HasPrefix(name, "py.") })
	assert.Equal(t, pysyntax.Names(), hidden)
}
