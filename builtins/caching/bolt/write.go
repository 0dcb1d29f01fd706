package bolt

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"runtime/debug"
	"time"

	"github.com/starhost/starhost/builtins/caching"
	"go.etcd.io/bbolt"
)

// maxBatch is how many operations go into one transaction.
const maxBatch = 1024

// noTime is the time of an operation that has none.
const noTime = math.MaxInt64

// An operation changes the item under a key. The writer fills in what came of
// it before it answers.
type operation struct {
	ctx    context.Context
	key    string
	now    int64
	change func(caching.Item) (caching.Item, error)

	item caching.Item // afterwards
	err  error
	done chan struct{}
}

// update lets the writer replace the item under key by what change makes of
// it, and returns the new item.
func (s *Store) update(ctx context.Context, key string, now int64, change func(caching.Item) (caching.Item, error)) (caching.Item, error) {
	if err := s.begin(ctx); err != nil {
		return caching.Item{}, err
	}
	defer s.end()
	if s.options.ReadOnly {
		return caching.Item{}, &fileError{s.path, ErrReadOnly, "it is opened read-only"}
	}
	op := &operation{ctx: ctx, key: key, now: now, change: change, done: make(chan struct{})}
	select {
	case s.ops <- op:
	case <-s.gate.Stuck():
		return caching.Item{}, s.Err()
	case <-ctx.Done():
		return caching.Item{}, ctx.Err()
	}
	select { // after an error it is applied or not
	case <-op.done:
		return op.item, op.err
	case <-s.gate.Stuck():
		return caching.Item{}, s.Err()
	case <-ctx.Done():
		return caching.Item{}, ctx.Err()
	}
}

// write is the writer: it applies operations until the store is closed.
func (s *Store) write() {
	defer close(s.finished)
	debug.SetPanicOnFault(true)
	tick, stop := s.ticks()
	defer stop()
	unsynced := false
	for {
		select {
		case op, ok := <-s.ops:
			if !ok {
				if unsynced {
					s.syncErr = s.db.Sync()
				}
				return
			}
			if s.transact(s.gather(op)) && !s.options.always() {
				unsynced = true
			}
		case <-tick:
			if !unsynced {
				continue
			}
			unsynced = false
			if err := s.db.Sync(); err != nil {
				s.fail(fmt.Errorf("sync: %w", err))
			}
		}
	}
}

// ticks tells when SyncInterval is to sync.
func (s *Store) ticks() (<-chan time.Time, func()) {
	if s.options.Sync != SyncInterval {
		return nil, func() {}
	}
	every := s.options.Every
	if every == 0 {
		every = time.Second
	}
	t := time.NewTicker(every)
	return t.C, t.Stop
}

// gather returns the operation and all others that wait.
func (s *Store) gather(op *operation) []*operation {
	batch := append(make([]*operation, 0, 64), op)
	for len(batch) < maxBatch {
		select {
		case op, ok := <-s.ops:
			if !ok {
				return batch // closed: the writer sees it next
			}
			batch = append(batch, op)
		default:
			return batch
		}
	}
	return batch
}

// transact applies a batch in one transaction and answers its callers. It
// reports whether it wrote.
func (s *Store) transact(batch []*operation) (wrote bool) {
	wrote, err := s.commit(batch)
	for _, op := range batch {
		if err != nil && op.err == nil {
			op.item, op.err = caching.Item{}, err
		}
		close(op.done)
	}
	return wrote
}

func (s *Store) commit(batch []*operation) (wrote bool, err error) {
	if err := s.Err(); err != nil {
		return false, err
	}
	defer s.gate.Caught(&err)
	tx, err := s.gate.Begin(true)
	if err != nil {
		return false, cmp.Or(s.Err(), fmt.Errorf("begin a transaction in %s: %w", s.path, err))
	}
	defer s.gate.Rollback(tx)
	if tx.ID() != s.last+1 || !bytes.Equal(tx.Bucket(bucketState).Get(keyTotal), s.total.encode()) {
		return false, s.fail(errors.New("the file was overwritten while it was open"))
	}
	w := &transaction{store: s, items: tx.Bucket(bucketItems), touched: make(map[string]*touched, len(batch)), total: s.total}
	now := w.apply(batch)
	err = w.flush()
	if err == nil {
		err = w.sweep(now, sweepEach*len(batch))
	}
	if err == nil && w.dirty {
		err = tx.Bucket(bucketState).Put(keyTotal, w.total.encode())
	}
	if err != nil || !w.dirty {
		return false, err
	}
	return true, s.finish(tx, w)
}

// finish commits. If that fails, the transaction has had no effect, unless its
// meta page was written: then only a new start can tell.
func (s *Store) finish(tx *bbolt.Tx, w *transaction) error {
	id := tx.ID()
	if err := s.gate.Commit(tx); err != nil {
		if visible, e := s.gate.Last(); e != nil || visible >= id {
			return s.fail(err)
		}
		err = fmt.Errorf("write bolt store %s: %w", s.path, err)
		s.noteFull(err)
		return err
	}
	s.last = id
	s.state.Lock()
	defer s.state.Unlock()
	s.total = w.total
	return nil
}

// A transaction is a batch at work. Items are kept here while operations
// change them, so that a key that many callers write is written once.
type transaction struct {
	store   *Store
	items   *bbolt.Bucket
	touched map[string]*touched
	total   total
	dirty   bool
}

type touched struct {
	item    caching.Item
	old     uint32 // checksum of the value in the file
	found   bool   // there is one
	changed bool
}

// apply does what the operations say, in order, and returns the least of
// their times.
func (t *transaction) apply(batch []*operation) (now int64) {
	now = noTime
	for _, op := range batch {
		if op.err = op.ctx.Err(); op.err != nil {
			continue // its caller has gone
		}
		entry, err := t.load(op.key)
		if err != nil {
			op.err = err
			continue
		}
		if op.item, op.err = op.change(entry.item); op.err != nil {
			continue
		}
		entry.item, entry.changed = op.item, true
		now = min(now, op.now)
	}
	return now
}

func (t *transaction) load(key string) (*touched, error) {
	if entry, ok := t.touched[key]; ok {
		return entry, nil
	}
	name := []byte(key)
	value := t.items.Get(name)
	it, err := t.store.item(name, value)
	if err != nil {
		return nil, err
	}
	entry := &touched{item: it, found: value != nil}
	if entry.found {
		entry.old = checksumOf(value)
	}
	t.touched[key] = entry
	return entry, nil
}

// flush writes the items that have changed.
func (t *transaction) flush() error {
	for key, entry := range t.touched {
		if !entry.changed {
			continue
		}
		name := []byte(key)
		if entry.item.IsZero() {
			if entry.found {
				if err := t.drop(name, entry.old); err != nil {
					return err
				}
			}
			continue
		}
		value := encode(name, entry.item)
		if entry.found && bytes.Equal(value, t.items.Get(name)) {
			continue
		}
		if entry.found {
			t.total.remove(entry.old)
		}
		t.total.add(checksumOf(value))
		t.dirty = true
		if err := t.items.Put(name, value); err != nil {
			return fmt.Errorf("write key %q: %w", key, err)
		}
	}
	return nil
}

func (t *transaction) drop(key []byte, sum uint32) error {
	t.total.remove(sum)
	t.dirty = true
	if err := t.items.Delete(key); err != nil {
		return fmt.Errorf("remove key %q: %w", key, err)
	}
	return nil
}

// sweepEach is at how many items a batch looks for each of its operations, in
// search of expired ones. As an operation adds one item at most, they cannot
// pile up.
const sweepEach = 4

// sweep drops those of the next few items that have expired at now.
func (t *transaction) sweep(now int64, few int) error {
	if now == noTime || t.store.options.NoSweep {
		return nil
	}
	type expired struct {
		key []byte
		sum uint32
	}
	var drop []expired
	c := t.items.Cursor()
	key, value := c.Seek(t.store.sweepAt)
	for range few {
		if key == nil {
			break
		}
		if expiryOf(value).Reached(now) && checkItem(key, value) == nil {
			drop = append(drop, expired{bytes.Clone(key), checksumOf(value)})
		}
		key, value = c.Next()
	}
	t.store.sweepAt = bytes.Clone(key) // nil at the end: from the start again
	for _, e := range drop {
		if err := t.drop(e.key, e.sum); err != nil {
			return err
		}
	}
	return nil
}
