package bolt

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/starhost/starhost/internal/boltpages"
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

// errOther is of a file of bbolt that this package has not made.
var errOther = &notOurs{"a database of something else"}

// openPages is boltpages.Open, but for the error of a file that is none.
func openPages(r io.ReaderAt, size int64) (*boltpages.File, error) {
	f, err := boltpages.Open(r, size)
	if not, ok := errors.AsType[*boltpages.ForeignError](err); ok {
		return nil, &notOurs{not.Why}
	}
	return f, err
}

// check reads a file of the given size and checks all of it.
func check(r io.ReaderAt, size int64) (total, error) {
	f, err := openPages(r, size)
	if err != nil {
		return total{}, err
	}
	buckets := make(map[string][]byte)
	err = f.Root(func(e boltpages.Element) error {
		if !e.IsBucket {
			return errOther
		}
		buckets[string(e.Key)] = bytes.Clone(e.Value)
		return nil
	})
	if err != nil {
		return total{}, err
	}
	want, err := record(f, buckets[string(bucketState)])
	if err != nil {
		return total{}, err
	}
	if len(buckets) != 2 || buckets[string(bucketItems)] == nil {
		return total{}, errOther
	}
	got, err := sum(f, buckets[string(bucketItems)])
	if err != nil {
		return total{}, err
	}
	if got != want {
		return total{}, fmt.Errorf("there are %d items where %d should be, or others than should be", got.count, want.count)
	}
	return got, f.CheckFreelist()
}

// record reads the total that the file says.
func record(f *boltpages.File, bucket []byte) (t total, err error) {
	if bucket == nil {
		return t, errOther
	}
	found := false
	err = f.Bucket(bucket, func(e boltpages.Element) error {
		if e.IsBucket || !bytes.Equal(e.Key, keyTotal) {
			return nil
		}
		found = true
		var is uint32
		if t, is, err = decodeTotal(e.Value); errors.Is(err, ErrFormat) {
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
func sum(f *boltpages.File, bucket []byte) (t total, err error) {
	err = f.Bucket(bucket, func(e boltpages.Element) error {
		if e.IsBucket {
			return errors.New("there is a bucket among the items")
		}
		if err := checkItem(e.Key, e.Value); err != nil {
			return fmt.Errorf("key %q: %w", e.Key[:min(len(e.Key), 100)], err)
		}
		t.add(checksumOf(e.Value))
		return nil
	})
	return t, err
}
