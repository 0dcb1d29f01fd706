package sink

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"github.com/starhost/starhost/internal/boltgate"
	"github.com/starhost/starhost/internal/boltpages"
	"go.etcd.io/bbolt"
	bbolterrors "go.etcd.io/bbolt/errors"
)

// initialMap is how much of the address space a file takes, so that commits
// seldom wait for readers in order to map more of it.
const initialMap = 256 << 20

// OpenOutbox opens the file at path, and makes it if there is none; its folder
// must be there. It checks the whole file. An error is ErrInUse, ErrForeign,
// ErrFormat or ErrDamaged, one of the system, or tells of the options;
// whatever it is, a file that was there is unchanged.
func OpenOutbox(path string, options OutboxOptions) (*Outbox, error) {
	o := &Outbox{path: path, now: options.Now, log: options.Log, queues: make(map[string]*queue)}
	if o.now == nil {
		o.now = time.Now
	}
	if o.log == nil {
		o.log = slog.New(slog.DiscardHandler)
	}
	for _, d := range options.Destinations {
		if err := d.complete(); err != nil {
			return nil, err
		}
		if o.queues[d.Name] != nil {
			return nil, fmt.Errorf("destination %q: there are two of this name", d.Name)
		}
		o.queues[d.Name] = newQueue(o, d)
	}
	if err := o.open(); err != nil {
		if _, ok := errors.AsType[*outboxError](err); ok {
			return nil, err
		}
		return nil, fmt.Errorf("open outbox %s: %w", path, err)
	}
	return o, nil
}

func newQueue(o *Outbox, d Destination) *queue {
	return &queue{Destination: d, box: o, wake: make(chan struct{}, 1), ids: make(map[string]bool), next: 1, total: totals{next: 1}}
}

func (o *Outbox) open() error {
	if _, err := os.Lstat(o.path); errors.Is(err, fs.ErrNotExist) {
		if err := createOutbox(o.path); err != nil {
			return err
		}
	}
	found, err := o.openFile()
	if err != nil {
		return err
	}
	for name, t := range found {
		q := o.queues[name]
		if q == nil { // from an earlier configuration
			d := Destination{Name: name}
			if err := d.complete(); err != nil {
				return errors.Join(err, o.db.Close())
			}
			q = newQueue(o, d)
			q.retired = true
			o.queues[name] = q
			if t.alerts.count+t.aside.count > 0 {
				o.log.Warn("alerts wait for a destination that is no longer configured: give a webhook its name, and they are delivered", "destination", name, "alerts", t.alerts.count, "set_aside", t.aside.count)
			}
		}
		q.total, q.next = t, t.next
	}
	return nil
}

// openFile locks, checks and maps the file. The lock is taken on the very file
// that bbolt then uses, so that nobody comes in between.
func (o *Outbox) openFile() (found map[string]totals, err error) {
	defer func() {
		if r := recover(); r != nil { // not after the check, but who knows
			err = o.refused(fmt.Errorf("%v", r))
		}
	}()
	o.db, err = bbolt.Open(o.path, 0, &bbolt.Options{
		Timeout:         time.Second, // where the system lets nobody lock but bbolt
		NoFreelistSync:  true,
		FreelistType:    bbolt.FreelistMapType,
		InitialMmapSize: initialMap,
		NoStatistics:    true,
		OpenFile: func(path string, flag int, _ os.FileMode) (*os.File, error) {
			f, err := os.OpenFile(path, flag&^os.O_CREATE, 0)
			if err != nil {
				return nil, err
			}
			if err = lockFile(f); err == nil {
				found, err = checkOutbox(f)
			}
			if err != nil {
				f.Close()
				return nil, o.refused(err)
			}
			o.file = f
			return f, nil
		},
	})
	if errors.Is(err, bbolterrors.ErrTimeout) {
		err = o.refused(ErrInUse)
	}
	if err == nil {
		o.db.AllocSize = 1 << 20
		o.gate = boltgate.New(o.db, o.file, o.fail)
	}
	return found, err
}

// refused says what to do about a file that is not opened.
func (o *Outbox) refused(err error) error {
	switch {
	case errors.Is(err, ErrInUse):
		return &outboxError{o.path, ErrInUse, "the file is in use by another process: one at a time can have it; stop that one, or use another file"}
	case errors.Is(err, ErrForeign):
		return &outboxError{o.path, ErrForeign, fmt.Sprintf("%v: the file is left as it is; give another path", err)}
	case errors.Is(err, ErrFormat):
		return &outboxError{o.path, ErrFormat, fmt.Sprintf("%v: use the version of starhost that wrote it, or one that is newer", err)}
	case errors.As(err, new(*os.PathError)) || errors.As(err, new(*os.SyscallError)): // the disk, not the file
		return err
	}
	return &outboxError{o.path, ErrDamaged, fmt.Sprintf("the file is damaged (%v) and is left as it is: move it away to begin with an empty one, and keep it, as it may hold alerts that were not delivered", err)}
}

// createOutbox makes an empty file: beside its place first and then under its
// name, so that a file of that name is whole whenever the process is killed.
// It is no error if another process was faster.
func createOutbox(path string) error {
	f, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".new-*")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	if err := errors.Join(f.Close(), fillOutbox(f.Name())); err != nil {
		return err
	}
	if err := os.Link(f.Name(), path); err != nil && !errors.Is(err, fs.ErrExist) {
		if _, e := os.Lstat(path); e == nil {
			return nil
		}
		if err := os.Rename(f.Name(), path); err != nil { // a file system without links
			return err
		}
	}
	return syncFolder(filepath.Dir(path))
}

func fillOutbox(path string) error {
	db, err := bbolt.Open(path, 0o600, &bbolt.Options{NoFreelistSync: true, PageSize: outboxPageSize, NoStatistics: true})
	if err != nil {
		return err
	}
	err = db.Update(func(tx *bbolt.Tx) error {
		for _, name := range [][]byte{inQueues, inAlerts, inAside, inOutbox} {
			if _, err := tx.CreateBucket(name); err != nil {
				return err
			}
		}
		return tx.Bucket(inOutbox).Put(keyFormat, encodeFormat())
	})
	return errors.Join(err, db.Close())
}

// checkOutbox reads the whole file, without bbolt, which trusts what it reads,
// and returns the totals of its queues. Every page, key and checksum is
// checked, and that the queues hold what their totals say.
func checkOutbox(f *os.File) (map[string]totals, error) {
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%w: it is no regular file", ErrForeign)
	}
	pages, err := openPages(f, info.Size())
	if err != nil {
		return nil, err
	}
	buckets := make(map[string][]byte)
	err = pages.Root(func(e boltpages.Element) error {
		if !e.IsBucket {
			return errOther
		}
		buckets[string(e.Key)] = bytes.Clone(e.Value)
		return nil
	})
	if err != nil {
		return nil, err
	}
	if buckets[string(inOutbox)] == nil {
		return nil, errOther
	}
	return checkContent(pages, buckets)
}

// errOther is of a file of bbolt that no outbox has made.
var errOther = fmt.Errorf("%w: it is a database of something else", ErrForeign)

// openPages finds the last transaction of a file that has pages as an outbox
// has them.
func openPages(r io.ReaderAt, size int64) (*boltpages.File, error) {
	pages, err := boltpages.Open(r, size)
	if not, ok := errors.AsType[*boltpages.ForeignError](err); ok {
		return nil, fmt.Errorf("%w: %s", ErrForeign, not.Why)
	}
	if err == nil && (pages.PageSize() != outboxPageSize || pages.HasFreelist()) {
		return nil, errOther
	}
	return pages, err
}

// checkContent checks the buckets.
func checkContent(pages *boltpages.File, buckets map[string][]byte) (map[string]totals, error) {
	format := errors.New("the record of its format is missing")
	err := pages.Bucket(buckets[string(inOutbox)], func(e boltpages.Element) error {
		if !e.IsBucket && string(e.Key) == string(keyFormat) {
			format = checkFormat(e.Value)
		}
		return nil
	})
	if err := errors.Join(err, format); err != nil {
		return nil, err
	}
	if len(buckets) != 4 {
		return nil, fmt.Errorf("it has %d buckets, not 4", len(buckets))
	}
	want, sum := make(map[string]totals), make(map[string]totals)
	err = pages.Bucket(buckets[string(inQueues)], func(e boltpages.Element) error {
		t, err := decodeTotals(e.Key, e.Value)
		if err == nil && (e.IsBucket || t.next == 0) {
			err = errors.New("there is no queue of this kind")
		}
		want[string(e.Key)] = t
		return err
	})
	for _, in := range [][]byte{inAlerts, inAside} {
		if err == nil {
			err = addUp(pages, in, buckets[string(in)], sum)
		}
	}
	if err != nil {
		return nil, err
	}
	for name, is := range sum {
		if _, ok := want[name]; !ok {
			return nil, fmt.Errorf("there are %d alerts of %q, which has no queue", is.alerts.count+is.aside.count, name)
		}
	}
	for name, t := range want {
		is := sum[name]
		if is.alerts != t.alerts || is.aside != t.aside || is.next > t.next {
			return nil, fmt.Errorf("the queue of %q has %d alerts and %d set aside, and should have %d and %d as they were written",
				name, is.alerts.count, is.aside.count, t.alerts.count, t.aside.count)
		}
	}
	return want, nil
}

// addUp adds the entries of a bucket to the totals of their queues.
func addUp(pages *boltpages.File, in, bucket []byte, sum map[string]totals) error {
	return pages.Bucket(bucket, func(e boltpages.Element) error {
		name, seq, err := splitKey(e.Key)
		if err == nil && !e.IsBucket {
			_, err = decodeEntry(e.Key, e.Value)
		}
		if err != nil || e.IsBucket {
			return fmt.Errorf("%w: key %q", errEntry, e.Key[:min(len(e.Key), longestName)])
		}
		t := sum[name]
		t.next = max(t.next, seq+1)
		t.of(in).add(len(e.Value), binary.LittleEndian.Uint32(e.Value[len(e.Value)-sumSize:]))
		sum[name] = t
		return nil
	})
}
