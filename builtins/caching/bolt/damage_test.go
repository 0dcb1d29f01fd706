package bolt_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/starhost/starhost/builtins/caching"
	"github.com/starhost/starhost/builtins/caching/bolt"
	"github.com/stretchr/testify/require"
)

// content gives all that a store holds as a text.
func content(t testing.TB, s caching.Lister) string {
	t.Helper()
	var b strings.Builder
	require.NoError(t, s.List(context.Background(), "", func(key string, it caching.Item) error {
		fmt.Fprintln(&b, key, it)
		return nil
	}))
	return b.String()
}

// history makes a file by some hundred transactions, one operation each, and
// returns every content that it had. The file has branches, items of several
// pages and free pages.
func history(t testing.TB, path string, steps int) (states map[string]int) {
	s, err := bolt.Open(path, bolt.Options{Sync: bolt.SyncOff})
	require.NoError(t, err)
	r := rand.New(rand.NewPCG(5, 5))
	states = map[string]int{"": 0}
	ctx := context.Background()
	for i := range steps {
		key := fmt.Sprintf("some.rule:user-%d", r.IntN(150))
		switch r.IntN(6) {
		case 0, 1:
			_, err = s.Increment(ctx, key, start, caching.Int(1), expires(start+int64(i)))
		case 2, 3:
			_, err = s.AddStrings(ctx, key, start, caching.NewStringSet(fmt.Sprint("10.0.0.", i)), caching.TTL{})
		case 4:
			err = s.Put(ctx, key, start, caching.Item{Dictionary: fmt.Sprintf(`{"a": %q}`, strings.Repeat("x", r.IntN(9000)))})
		case 5:
			err = s.Delete(ctx, key)
		}
		require.NoError(t, err)
		states[content(t, s)] = i + 1
	}
	used := bolt.Used(s)
	require.NoError(t, s.Close())
	require.NoError(t, os.Truncate(path, used))
	return states
}

// damages are what is done to a file: they return its damaged copy.
var damages = []struct {
	name string
	do   func(r *rand.Rand, file []byte) []byte
}{
	{"cut", func(r *rand.Rand, file []byte) []byte { return file[:r.IntN(len(file))] }},
	{"cut at a page", func(r *rand.Rand, file []byte) []byte { return file[:r.IntN(len(file)/4096)*4096] }},
	{"a bit", func(r *rand.Rand, file []byte) []byte {
		file[r.IntN(len(file))] ^= 1 << r.IntN(8)
		return file
	}},
	{"a bit of a header", func(r *rand.Rand, file []byte) []byte {
		file[r.IntN(len(file)/4096)*4096+r.IntN(200)] ^= 1 << r.IntN(8)
		return file
	}},
	{"a sector of zeros", func(r *rand.Rand, file []byte) []byte {
		clear(file[r.IntN(len(file)/512)*512:][:512])
		return file
	}},
	{"a sector of noise", func(r *rand.Rand, file []byte) []byte {
		for sector := file[r.IntN(len(file)/512)*512:][:512]; len(sector) > 0; sector = sector[1:] {
			sector[0] = byte(r.Uint32())
		}
		return file
	}},
	{"a page in the place of another", func(r *rand.Rand, file []byte) []byte {
		from, to := r.IntN(len(file)/4096), r.IntN(len(file)/4096)
		copy(file[to*4096:][:4096], file[from*4096:])
		return file
	}},
	{"both first pages", func(r *rand.Rand, file []byte) []byte {
		file[16+r.IntN(64)] ^= 1
		file[4096+16+r.IntN(64)] ^= 1
		return file
	}},
}

// TestDamage damages a file at hundreds of places: it is opened with a content
// that it had at some time, and works, or it is refused and left as it is.
func TestDamage(t *testing.T) {
	folder := t.TempDir()
	states := history(t, filepath.Join(folder, "whole.db"), 300)
	whole, err := os.ReadFile(filepath.Join(folder, "whole.db"))
	require.NoError(t, err)
	opened, refused := 0, 0
	for _, d := range damages {
		for i := range 50 {
			r := rand.New(rand.NewPCG(uint64(i), 7))
			file := d.do(r, append([]byte(nil), whole...))
			path := filepath.Join(folder, fmt.Sprintf("%s %d.db", d.name, i))
			require.NoError(t, os.WriteFile(path, file, 0o600))
			if tryDamaged(t, d.name, path, file, states) {
				opened++
			} else {
				refused++
			}
			require.NoError(t, os.Remove(path))
		}
	}
	t.Logf("%d opened as a whole prefix, %d refused", opened, refused)
	require.Greater(t, opened, 10, "files opened: the damage is to hit what does not matter, too")
	require.Greater(t, refused, 100, "files refused")
}

func tryDamaged(t *testing.T, name, path string, file []byte, states map[string]int) (opened bool) {
	t.Helper()
	s, err := bolt.Open(path, bolt.Options{Sync: bolt.SyncOff})
	if err != nil {
		if !errors.Is(err, bolt.ErrDamaged) && !errors.Is(err, bolt.ErrForeign) && !errors.Is(err, bolt.ErrFormat) {
			t.Errorf("%s: refused with error %v", name, err)
		}
		now, err := os.ReadFile(path)
		if err != nil || string(now) != string(file) {
			t.Errorf("%s: the refused file was changed (error %v)", name, err)
		}
		return false
	}
	before := content(t, s)
	if _, ok := states[before]; !ok {
		t.Errorf("%s: opened with a content that it never had", name)
	}
	for i := range 20 { // so that free pages are used
		require.NoError(t, s.Put(t.Context(), fmt.Sprint("new", i), start, caching.Item{Dictionary: strings.Repeat("y", 3000)}))
	}
	require.NoError(t, s.Close())
	s = open(t, path, bolt.Options{Sync: bolt.SyncOff})
	for i := range 20 {
		require.NoError(t, s.Delete(t.Context(), fmt.Sprint("new", i)))
	}
	if content(t, s) != before {
		t.Errorf("%s: writes destroyed what was there", name)
	}
	return true
}

// TestForeign refuses what is no state file, and leaves it as it is.
func TestForeign(t *testing.T) {
	folder := t.TempDir()
	otherDatabase(t, filepath.Join(folder, "other.db"))
	for name, text := range map[string]string{
		"empty":  "",
		"text":   "my precious notes\n",
		"zeros":  string(make([]byte, 100_000)),
		"sqlite": "SQLite format 3\x00" + string(make([]byte, 8192)),
	} {
		require.NoError(t, os.WriteFile(filepath.Join(folder, name), []byte(text), 0o600))
	}
	for _, name := range []string{"empty", "text", "zeros", "sqlite", "other.db"} {
		path := filepath.Join(folder, name)
		before, err := os.ReadFile(path)
		require.NoError(t, err)
		_, err = bolt.Open(path, bolt.Options{})
		require.ErrorIs(t, err, bolt.ErrForeign, name)
		require.ErrorContains(t, err, "left as it is")
		after, err := os.ReadFile(path)
		require.NoError(t, err)
		require.Equal(t, before, after, name)
	}
	_, err := bolt.Open(folder, bolt.Options{})
	require.ErrorContains(t, err, "directory")
	_, err = bolt.Open(filepath.Join(folder, "no", "folder.db"), bolt.Options{})
	require.ErrorIs(t, err, os.ErrNotExist)
}

// FuzzFile opens files that are made of a whole one by any change: nothing may
// panic or hang, and what is opened has a content that it had.
func FuzzFile(f *testing.F) {
	path := filepath.Join(f.TempDir(), "whole.db")
	states := history(f, path, 60)
	whole, err := os.ReadFile(path)
	require.NoError(f, err)
	f.Add(uint32(16), []byte("\xff\xff"), uint32(0))
	f.Add(uint32(8192), []byte{1, 2, 3, 4, 5, 6, 7, 8, 1}, uint32(0))
	f.Add(uint32(20000), []byte{}, uint32(30000))
	f.Fuzz(func(t *testing.T, at uint32, change []byte, cut uint32) {
		file := append([]byte(nil), whole...)
		copy(file[int(at)%len(file):], change)
		if cut != 0 {
			file = file[:int(cut)%len(file)]
		}
		path := filepath.Join(t.TempDir(), "f.db")
		require.NoError(t, os.WriteFile(path, file, 0o600))
		s, err := bolt.Open(path, bolt.Options{ReadOnly: true})
		if err != nil {
			return
		}
		defer s.Close()
		if _, ok := states[content(t, s)]; !ok {
			t.Error("opened with a content that it never had")
		}
	})
}
