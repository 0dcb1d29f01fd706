package bolt

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"runtime/debug"
	"strings"
	"sync"
	"time"

	"github.com/starhost/starhost/builtins/caching"
	"github.com/starhost/starhost/internal/boltgate"
	"github.com/starhost/starhost/internal/filelock"
	"go.etcd.io/bbolt"
	bbolterrors "go.etcd.io/bbolt/errors"
)

// A Store is a caching.Store in a file. Open returns one; Close it.
type Store struct {
	path     string
	leftover string // the file's name, if it is a copy to be removed in the end
	options  Options
	file     *os.File // that of db
	db       *bbolt.DB
	gate     *boltgate.Gate // by which db is used
	ops      chan *operation
	finished chan struct{} // closed when the writer has ended
	syncErr  error         // of the writer's last sync, after finished

	mu     sync.RWMutex // held for reading by each call, so that Close waits for all
	closed bool

	state sync.Mutex // guards what follows
	total total
	fault error // why nothing works any longer, nil if all is well
	full  error // why a write failed, nil if none has since Writable had one that went well

	// The writer's own.
	last    int    // the number of the last transaction
	sweepAt []byte // the key that the sweep looks at next
}

var (
	_ caching.Store   = (*Store)(nil)
	_ caching.Lister  = (*Store)(nil)
	_ caching.Deleter = (*Store)(nil)
)

// The buckets of a file.
var (
	bucketItems = []byte("items")
	bucketState = []byte("starhost")
	keyTotal    = []byte("total")
)

// initialMap is how much of the address space a file takes, so that writers
// seldom wait for readers in order to map more of it.
const initialMap = 1 << 30

// growth is by how much a file grows at a time.
const growth = 1 << 20

// Open opens the file at path, and makes it if there is none, unless o says to
// read only; the folder must be there. It checks the whole file (see the
// package). An error is ErrInUse, ErrForeign, ErrFormat or ErrDamaged, or one
// of the system; whatever it is, a file that was there is unchanged.
func Open(path string, o Options) (*Store, error) {
	if err := o.check(path); err != nil {
		return nil, err
	}
	if err := checkKind(path); errors.Is(err, fs.ErrNotExist) && !o.ReadOnly {
		if err := create(path, o); err != nil {
			return nil, fmt.Errorf("make bolt store %s: %w", path, err)
		}
	} else if errors.Is(err, ErrForeign) {
		return nil, err
	}
	return openAs(path, o, func(path string, flag int) (*os.File, error) {
		return os.OpenFile(path, flag&^os.O_CREATE, 0)
	})
}

// checkKind refuses pipes and devices: to open one may wait for ever.
func checkKind(path string) error {
	info, err := os.Stat(path)
	if err == nil && !info.Mode().IsRegular() && !info.IsDir() {
		err = foreign(path, "a pipe or a device")
	}
	return err
}

// openAs opens the file that openFile gives for path.
func openAs(path string, o Options, openFile func(path string, flag int) (*os.File, error)) (*Store, error) {
	s := &Store{
		path:     path,
		options:  o,
		ops:      make(chan *operation, maxBatch),
		finished: make(chan struct{}),
	}
	var err error
	if s.db, err = s.openDB(openFile); err != nil {
		if _, ok := errors.AsType[*fileError](err); ok {
			return nil, err
		}
		return nil, fmt.Errorf("open bolt store %s: %w", path, err)
	}
	s.db.AllocSize = growth
	s.gate = boltgate.New(s.db, s.file, s.fail)
	go s.write() // until Close, which waits for it
	if s.last, err = s.gate.Last(); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

// openDB locks, checks and maps the file. The lock is taken on the very file
// that bbolt then uses, so that nobody comes in between.
func (s *Store) openDB(openFile func(path string, flag int) (*os.File, error)) (db *bbolt.DB, err error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		if r := recover(); r != nil { // not after the check, unless somebody cuts the file
			err = errors.Join(damaged(s.path, fmt.Errorf("%v", r)), filelock.Unlock(s.file))
		}
	}()
	db, err = bbolt.Open(s.path, 0, &bbolt.Options{
		Timeout:         time.Second, // where the system lets nobody lock but bbolt
		NoSync:          !s.options.always(),
		FreelistType:    bbolt.FreelistMapType,
		ReadOnly:        s.options.ReadOnly,
		InitialMmapSize: initialMap,
		NoStatistics:    true,
		OpenFile: func(path string, flag int, _ os.FileMode) (*os.File, error) {
			f, err := openFile(path, flag)
			if err != nil {
				return nil, err
			}
			if err := s.admit(f); err != nil {
				f.Close()
				return nil, err
			}
			s.file = f
			return f, nil
		},
	})
	if errors.Is(err, bbolterrors.ErrTimeout) {
		err = inUse(s.path, "another process")
	}
	return db, err
}

func (s *Store) admit(f *os.File) (err error) {
	if err := s.lock(f); err != nil {
		return err
	}
	s.total, err = verify(f, s.path)
	return err
}

// Open waits for another process that has the file open, as one does that is
// just ending; those that only read can do without.
const (
	lockPatience     = time.Second
	lockPatienceRead = 50 * time.Millisecond
)

// lock locks the file until it is closed: for this process alone, or together
// with others that only read. bbolt locks it again, to no effect.
func (s *Store) lock(f *os.File) error {
	lock, patience := filelock.Lock, lockPatience
	if s.options.ReadOnly {
		lock, patience = filelock.LockShared, lockPatienceRead
	}
	err := lock(f, patience)
	if errors.Is(err, filelock.ErrHeld) {
		return inUse(f.Name(), filelock.Holder(f))
	}
	return err
}

// Close waits for the calls that are under way, syncs the file and closes it.
// Calls afterwards fail with ErrClosed. If the file was cut while it was
// open, it may stay open, but not locked, until the process ends.
func (s *Store) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return nil
	}
	s.closed = true
	close(s.ops)
	err := s.closeFile()
	if s.leftover != "" {
		err = errors.Join(err, os.Remove(s.leftover))
	}
	if err != nil {
		return fmt.Errorf("close bolt store %s: %w", s.path, err)
	}
	return nil
}

func (s *Store) closeFile() error {
	select {
	case <-s.finished:
		return errors.Join(s.syncErr, s.gate.Close())
	case <-s.gate.Stuck(): // and perhaps the writer
		return s.gate.Close()
	}
}

// begin is the start of each call; end is its end.
func (s *Store) begin(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	s.mu.RLock()
	if s.closed {
		s.mu.RUnlock()
		return &fileError{s.path, ErrClosed, "it is closed"}
	}
	if err := s.Err(); err != nil {
		s.mu.RUnlock()
		return err
	}
	return nil
}

func (s *Store) end() { s.mu.RUnlock() }

// Err returns why the store no longer works, nil if it does. After an error of
// the file that leaves in doubt what is in it, all calls fail with that error,
// until the file is opened again and so checked.
func (s *Store) Err() error {
	s.state.Lock()
	defer s.state.Unlock()
	return s.fault
}

// Writable returns nil if the store works and no write has failed, else why
// not: the disk may be full. It then tries itself whether there is room again,
// as nobody else may, and as the writes of others may be small ones.
func (s *Store) Writable(ctx context.Context) error {
	s.state.Lock()
	fault, full := s.fault, s.full
	s.state.Unlock()
	if fault != nil || full == nil {
		return fault
	}
	room := caching.Item{Dictionary: strings.Repeat("x", growth), ExpiresAt: caching.Int(0)} // the sweep would take it
	for _, it := range []caching.Item{room, {}} {
		_, err := s.update(ctx, probeKey, noTime, func(caching.Item) (caching.Item, error) { return it, nil })
		if err != nil {
			return err
		}
	}
	s.noteFull(nil)
	return nil
}

// probeKey is what Writable writes under: no rule uses it by accident.
const probeKey = "starhost:room"

func (s *Store) noteFull(err error) {
	s.state.Lock()
	defer s.state.Unlock()
	s.full = err
}

// fail notes why the store works no longer.
func (s *Store) fail(err error) error {
	s.state.Lock()
	defer s.state.Unlock()
	if s.fault == nil {
		s.fault = fmt.Errorf("bolt store %s stopped, as it is in doubt what the file holds: start again, which checks it: %w", s.path, err)
	}
	return s.fault
}

// view runs do in a transaction that reads.
func (s *Store) view(do func(items *bbolt.Bucket) error) error {
	return s.gate.View(func(tx *bbolt.Tx) error { return do(tx.Bucket(bucketItems)) })
}

// item decodes what the file has under a key.
func (s *Store) item(key, value []byte) (caching.Item, error) {
	if value == nil {
		return caching.Item{}, nil
	}
	it, err := decode(key, value)
	if err != nil {
		return it, damaged(s.path, fmt.Errorf("key %q: %w", key, err))
	}
	return it, nil
}

// Get implements caching.Store.
func (s *Store) Get(ctx context.Context, key string, now int64) (it caching.Item, err error) {
	if err := s.begin(ctx); err != nil {
		return it, err
	}
	defer s.end()
	name := []byte(key)
	err = s.view(func(items *bbolt.Bucket) (err error) {
		it, err = s.item(name, items.Get(name))
		return err
	})
	if err != nil {
		return caching.Item{}, err
	}
	return it.At(now), nil
}

// Increment implements caching.Store.
func (s *Store) Increment(ctx context.Context, key string, now int64, n caching.Number, ttl caching.TTL) (caching.Number, error) {
	it, err := s.update(ctx, key, now, func(it caching.Item) (caching.Item, error) {
		return it.Increment(key, now, n, ttl)
	})
	return it.Count, err
}

// AddStrings implements caching.Store.
func (s *Store) AddStrings(ctx context.Context, key string, now int64, members caching.StringSet, ttl caching.TTL) (caching.StringSet, error) {
	it, err := s.update(ctx, key, now, func(it caching.Item) (caching.Item, error) {
		return it.AddStrings(key, now, members, ttl)
	})
	return it.Strings, err
}

// RemoveStrings implements caching.Store.
func (s *Store) RemoveStrings(ctx context.Context, key string, now int64, members caching.StringSet, ttl caching.TTL) (caching.StringSet, error) {
	var left caching.StringSet
	_, err := s.update(ctx, key, now, func(it caching.Item) (caching.Item, error) {
		it, remaining, err := it.RemoveStrings(key, now, members, ttl)
		left = remaining
		return it, err
	})
	if err != nil {
		return caching.StringSet{}, err // left may be the writer's still
	}
	return left, nil
}

// Clear implements caching.Store.
func (s *Store) Clear(ctx context.Context, key string, now int64, attr caching.Attr) error {
	_, err := s.update(ctx, key, now, func(it caching.Item) (caching.Item, error) {
		return it.Clear(attr), nil
	})
	return err
}

// Put implements caching.Store.
func (s *Store) Put(ctx context.Context, key string, now int64, item caching.Item) error {
	_, err := s.update(ctx, key, now, func(caching.Item) (caching.Item, error) { return item, nil })
	return err
}

// Expire implements caching.Store.
func (s *Store) Expire(ctx context.Context, key string, now, at int64) error {
	_, err := s.update(ctx, key, now, func(it caching.Item) (caching.Item, error) {
		return it.Expire(key, now, at)
	})
	return err
}

// Delete implements caching.Deleter.
func (s *Store) Delete(ctx context.Context, key string) error {
	_, err := s.update(ctx, key, noTime, func(caching.Item) (caching.Item, error) { return caching.Item{}, nil })
	return err
}

// List implements caching.Lister. It reads the items in portions and holds
// nothing while it calls each.
func (s *Store) List(ctx context.Context, prefix string, each func(key string, item caching.Item) error) error {
	start := []byte(prefix)
	for start != nil {
		var portion []listed
		var err error
		if portion, start, err = s.portion(ctx, start, []byte(prefix)); err != nil {
			return err
		}
		for _, l := range portion {
			if err := each(l.key, l.item); err != nil {
				return err
			}
		}
	}
	return nil
}

type listed struct {
	key  string
	item caching.Item
}

// portion reads some items from the key start on. next is where to go on, nil
// at the end.
func (s *Store) portion(ctx context.Context, start, prefix []byte) (out []listed, next []byte, err error) {
	const mostItems, mostBytes = 1000, 4 << 20
	if err := s.begin(ctx); err != nil {
		return nil, nil, err
	}
	defer s.end()
	err = s.view(func(items *bbolt.Bucket) error {
		size := 0
		c := items.Cursor()
		for k, v := c.Seek(start); k != nil && bytes.HasPrefix(k, prefix); k, v = c.Next() {
			if len(out) == mostItems || size > mostBytes {
				next = bytes.Clone(k)
				return nil
			}
			it, err := s.item(k, v)
			if err != nil {
				return err
			}
			out = append(out, listed{string(k), it})
			size += len(k) + len(v)
		}
		return nil
	})
	return out, next, err
}

// Len returns how many items the store holds, expired ones included that are
// not swept yet.
func (s *Store) Len() int {
	s.state.Lock()
	defer s.state.Unlock()
	return int(s.total.count)
}

// Backup writes a copy of the file as it is at one moment, while others read
// and write. It returns the number of bytes. A long backup keeps the pages
// that are replaced meanwhile from being used again, so the file may grow.
func (s *Store) Backup(ctx context.Context, w io.Writer) (n int64, err error) {
	if err := s.begin(ctx); err != nil {
		return 0, err
	}
	defer s.end()
	err = s.gate.View(func(tx *bbolt.Tx) (err error) {
		n, err = tx.WriteTo(writerUntil{ctx, w})
		return err
	})
	return n, err
}

// A writerUntil stops when its context ends.
type writerUntil struct {
	ctx context.Context
	w   io.Writer
}

func (w writerUntil) Write(p []byte) (int, error) {
	if err := w.ctx.Err(); err != nil {
		return 0, err
	}
	return w.w.Write(p)
}
