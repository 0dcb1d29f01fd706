package nearest_test

import (
	"slices"
	"testing"

	"github.com/starhost/starhost/internal/nearest"
	"github.com/stretchr/testify/require"
)

func TestName(t *testing.T) {
	known := []string{"store", "log_type", "log_format", "Severity", "sink", "sine"}
	for _, c := range []struct {
		name string
		most int
		want string
	}{
		{"store", 0, "store"},
		{"stroe", 1, ""},
		{"stroe", 2, "store"},
		{"SEVERITY", 0, "Severity"},
		{"log_typ", 3, "log_type"},
		{"sin", 3, "sine"}, // as far as sink
		{"sing", 1, "sine"},
		{"é", 4, "sine"}, // its letters count, not its bytes
		{"", 3, ""},
		{"", 4, "sine"},
		{"store", -1, ""},
	} {
		require.Equal(t, c.want, nearest.Name(c.name, known, c.most), "%q within %d", c.name, c.most)
		back := slices.Clone(known)
		slices.Reverse(back)
		require.Equal(t, c.want, nearest.Name(c.name, back, c.most), "%q within %d, the other way round", c.name, c.most)
	}
	require.Empty(t, nearest.Name("x", nil, 5))
}

func TestHint(t *testing.T) {
	require.Equal(t, "did you mean store?", nearest.Hint("stroe", []string{"sink", "store"}, 2))
	require.Empty(t, nearest.Hint("stroe", []string{"sink", "store"}, 1))
}
