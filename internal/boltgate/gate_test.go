package boltgate

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.etcd.io/bbolt"
	bbolterrors "go.etcd.io/bbolt/errors"
)

var bucket = []byte("b")

// open makes a database of some hundred pages and its gate.
func open(t *testing.T, fail func(error) error) (*bbolt.DB, *Gate, string) {
	path := filepath.Join(t.TempDir(), "db")
	var file *os.File
	db, err := bbolt.Open(path, 0o600, &bbolt.Options{NoSync: true, OpenFile: func(path string, flag int, mode os.FileMode) (f *os.File, err error) {
		f, err = os.OpenFile(path, flag, mode)
		file = f
		return f, err
	}})
	require.NoError(t, err)
	g := New(db, file, fail)
	require.NoError(t, write(g, "first"))
	return db, g, path
}

// write puts items, as one who uses a gate does it.
func write(g *Gate, name string) (err error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer g.Caught(&err)
	tx, err := g.Begin(true)
	if err != nil {
		return err
	}
	defer g.Rollback(tx)
	b, err := tx.CreateBucketIfNotExists(bucket)
	if err != nil {
		return err
	}
	for i := range 300 {
		if err := b.Put([]byte(fmt.Sprint(name, i)), bytes.Repeat([]byte("x"), 500)); err != nil {
			return err
		}
	}
	return g.Commit(tx)
}

func read(g *Gate) error {
	return g.View(func(tx *bbolt.Tx) error {
		return tx.Bucket(bucket).ForEach(func(_, _ []byte) error { return nil })
	})
}

// TestWhole uses a database that nobody harms.
func TestWhole(t *testing.T) {
	_, g, _ := open(t, func(err error) error { t.Error(err); return err })
	before, err := g.Last()
	require.NoError(t, err)
	tx, err := g.Begin(true)
	require.NoError(t, err)
	g.Rollback(tx)
	require.NoError(t, write(g, "second"))
	require.NoError(t, read(g))
	after, err := g.Last()
	require.NoError(t, err)
	require.Equal(t, before+1, after)
	require.NoError(t, g.Close())
	require.ErrorIs(t, read(g), bbolterrors.ErrDatabaseNotOpen)
}

// TestCut cuts the file while many read and write: all end with the fault, and
// so does Close.
func TestCut(t *testing.T) {
	fault := errors.New("the fault")
	for _, size := range []int64{0, 1, 4096, 8192, 16384} {
		t.Run(fmt.Sprint(size), func(t *testing.T) {
			var failed atomic.Bool
			_, g, path := open(t, func(error) error { failed.Store(true); return fault })
			require.NoError(t, os.Truncate(path, size))
			var callers sync.WaitGroup
			for c := range 8 {
				callers.Go(func() {
					for !failed.Load() {
						if c < 6 {
							_ = read(g)
						} else {
							_ = write(g, fmt.Sprint(c))
						}
					}
				})
			}
			done := make(chan error)
			go func() { callers.Wait(); done <- g.Close() }()
			select {
			case err := <-done:
				require.NoError(t, err)
			case <-time.After(time.Minute):
				t.Fatal("somebody waits for ever")
			}
			if g.isStuck() {
				require.ErrorIs(t, read(g), fault)
				require.ErrorIs(t, write(g, "more"), fault)
			}
		})
	}
}
