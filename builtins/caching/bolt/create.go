package bolt

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"go.etcd.io/bbolt"
)

// create makes an empty file at path: beside it first and then under its name,
// so that a file of that name is whole whenever the process is killed. It is
// no error if another process was faster.
func create(path string, o Options) error {
	folder, name := split(followLinks(path))
	f, err := os.CreateTemp(folder, name+".new-*")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	if err := errors.Join(f.Close(), fill(f.Name(), o)); err != nil {
		return err
	}
	if err := moveNew(f.Name(), folder+name); err != nil {
		return err
	}
	return syncFolder(folder)
}

// followLinks gives the path of the file that a link leads to, which need not
// be there.
func followLinks(path string) string {
	for range 100 {
		to, err := os.Readlink(path)
		if err != nil { // no link, or nothing there
			break
		}
		if !filepath.IsAbs(to) {
			folder, _ := split(path)
			to = folder + to
		}
		path = to
	}
	return path
}

// split is filepath.Split with a folder that is never empty. It leaves dots in
// the path, as a/.. need not be this folder: a may be a link.
func split(path string) (folder, name string) {
	folder, name = filepath.Split(path)
	if folder == "" {
		folder = "." + string(filepath.Separator)
	}
	return folder, name
}

// fill makes an empty file a database without items.
func fill(path string, o Options) error {
	db, err := bbolt.Open(path, 0o600, &bbolt.Options{NoSync: true, NoGrowSync: true, NoStatistics: true})
	if err != nil {
		return err
	}
	err = db.Update(func(tx *bbolt.Tx) error {
		if _, err := tx.CreateBucket(bucketItems); err != nil {
			return err
		}
		state, err := tx.CreateBucket(bucketState)
		if err != nil {
			return err
		}
		return state.Put(keyTotal, total{}.encode())
	})
	if err == nil && o.Sync != SyncOff {
		err = db.Sync()
	}
	return errors.Join(err, db.Close())
}

// moveNew gives a file its name, unless there is one of that name.
func moveNew(from, to string) error {
	err := os.Link(from, to)
	if err == nil || errors.Is(err, fs.ErrExist) {
		return nil
	}
	if _, e := os.Lstat(to); e == nil {
		return nil
	}
	return os.Rename(from, to) // a file system without links
}

func syncFolder(path string) error {
	d, err := os.Open(path)
	if err != nil {
		return err
	}
	err = d.Sync()
	if errors.Is(err, errors.ErrUnsupported) || errors.Is(err, fs.ErrPermission) || errors.Is(err, fs.ErrInvalid) {
		err = nil // not every system can
	}
	return errors.Join(err, d.Close())
}
