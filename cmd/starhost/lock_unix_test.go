//go:build unix

package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestLockFolder(t *testing.T) {
	folder := t.TempDir()
	unlock, err := lockFolder(filepath.Join(folder, "lock"))
	require.NoError(t, err)
	_, err = lockFolder(filepath.Join(folder, "lock"))
	require.ErrorContains(t, err, "--data-dir "+folder+" is in use by another service, ")
	require.NoError(t, unlock())
	unlock, err = lockFolder(filepath.Join(folder, "lock"))
	require.NoError(t, err)
	require.NoError(t, unlock())
	_, err = lockFolder(filepath.Join(folder, "no", "lock"))
	require.ErrorIs(t, err, os.ErrNotExist)
	require.ErrorContains(t, err, "lock --data-dir: ")
}
