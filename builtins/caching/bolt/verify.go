package bolt

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
)

// verify reads the whole file and returns its total. An error says why it is
// not to be opened.
func verify(f *os.File, path string) (total, error) {
	info, err := f.Stat()
	if err != nil {
		return total{}, err
	}
	if info.IsDir() {
		return total{}, foreign(path, "a folder")
	}
	t, err := check(f, info.Size())
	return t, explain(path, err)
}

// explain turns what check found into an error for people.
func explain(path string, err error) error {
	if not, ok := errors.AsType[*notOurs](err); ok {
		return foreign(path, not.why)
	}
	switch {
	case err == nil:
		return nil
	case errors.Is(err, ErrFormat):
		return &fileError{path, ErrFormat, fmt.Sprintf("%v: use the version of starhost that wrote it, or one that is newer", err)}
	case errors.As(err, new(*os.PathError)): // the disk, not the file
		return err
	}
	return damaged(path, err)
}

// notOurs says why a file is none of this package.
type notOurs struct{ why string }

func (e *notOurs) Error() string { return e.why }
func (e *notOurs) Unwrap() error { return ErrForeign }

// check reads a file of the given size as bbolt lays it out and checks all of
// it. It takes nothing for granted: each page is read once, nothing beyond a
// page is looked at.
func check(r io.ReaderAt, size int64) (total, error) {
	m, err := newestMeta(r, size)
	if err != nil {
		return total{}, err
	}
	if most := uint64(size) / uint64(m.pageSize); m.high > most {
		return total{}, fmt.Errorf("it is cut: there are %d pages of %d", most, m.high)
	}
	w := &walk{r: r, pageSize: int(m.pageSize), high: m.high, seen: newPageSet(m.high)}
	buckets := make(map[string][]byte)
	err = w.tree(m.root, func(flags uint32, key, value []byte) error {
		if flags != flagBucket {
			return &notOurs{"a database of something else"}
		}
		buckets[string(key)] = bytes.Clone(value)
		return nil
	})
	if err != nil {
		return total{}, err
	}
	want, err := w.record(buckets[string(bucketState)])
	if err != nil {
		return total{}, err
	}
	if len(buckets) != 2 || buckets[string(bucketItems)] == nil {
		return total{}, &notOurs{"a database of something else"}
	}
	got, err := w.sum(buckets[string(bucketItems)])
	if err != nil {
		return total{}, err
	}
	if got != want {
		return total{}, fmt.Errorf("there are %d items where %d should be, or others than should be", got.count, want.count)
	}
	return got, w.free(m.freelist)
}

// record reads the total that the file says.
func (w *walk) record(bucket []byte) (t total, err error) {
	if bucket == nil {
		return t, &notOurs{"a database of something else"}
	}
	found := false
	err = w.bucket(bucket, func(flags uint32, key, value []byte) error {
		if flags != 0 || !bytes.Equal(key, keyTotal) {
			return nil
		}
		found = true
		var is uint32
		if t, is, err = decodeTotal(value); errors.Is(err, ErrFormat) {
			return fmt.Errorf("the file has format %d, %w", is, ErrFormat)
		}
		return err
	})
	if err == nil && !found {
		err = errors.New("the record of the total is missing")
	}
	return t, err
}

// sum adds up the items.
func (w *walk) sum(bucket []byte) (t total, err error) {
	err = w.bucket(bucket, func(flags uint32, key, value []byte) error {
		if flags != 0 {
			return errors.New("there is a bucket among the items")
		}
		if err := checkItem(key, value); err != nil {
			return fmt.Errorf("key %q: %w", key[:min(len(key), 100)], err)
		}
		t.add(checksumOf(value))
		return nil
	})
	return t, err
}
