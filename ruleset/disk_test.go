package ruleset

import (
	"os"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestDiskTorn has a file come, or go, between two looks of one reading.
func TestDiskTorn(t *testing.T) {
	t.Chdir(t.TempDir())
	for _, there := range []bool{false, true} {
		d := newDisk(nil)
		if there {
			write(t, "a.star", "1")
		}
		_, err := d.stat("a.star")
		require.Equal(t, there, err == nil)
		if there {
			require.NoError(t, os.Remove("a.star"))
		} else {
			write(t, "a.star", "1")
		}
		_, err = d.read("a.star")
		require.Equal(t, !there, err == nil)
		require.False(t, d.same(d.again()), "it is of two states")

		d = newDisk(nil)
		_, _ = d.stat("a.star")
		_, _ = d.read("a.star")
		require.True(t, d.same(d.again()))
	}
}

// TestDiskRacy changes a file so fast that its stamp stays as it was, as it does
// where file systems tell the time in steps.
func TestDiskRacy(t *testing.T) {
	t.Chdir(t.TempDir())
	write(t, "a.star", "1")
	d := newDisk(nil)
	text, err := d.read("a.star")
	require.NoError(t, err)
	require.Equal(t, "1", string(text))
	write(t, "a.star", "2")
	info, err := os.Stat("a.star")
	require.NoError(t, err)
	d.files["a.star"].stamp = stampOf(info)
	text, err = d.again().read("a.star")
	require.NoError(t, err)
	require.Equal(t, "2", string(text))
}
