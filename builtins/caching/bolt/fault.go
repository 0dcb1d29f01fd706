package bolt

import (
	"fmt"
	"runtime/debug"

	"go.etcd.io/bbolt"
)

// A file that is cut or overwritten while it is open makes bbolt panic. The
// process lives on and the store says so. But bbolt begins a transaction with
// locks that it does not unlock if it panics there: nobody may enter it after
// that, nor wait inside. So all transactions begin by beginTx, and those that
// read end by endTx; those that write end without a lock.

// fail notes why the store works no longer.
func (s *Store) fail(err error) error {
	s.state.Lock()
	defer s.state.Unlock()
	if s.fault == nil {
		s.fault = fmt.Errorf("bolt store %s stopped, as it is in doubt what the file holds: start again, which checks it: %w", s.path, err)
	}
	return s.fault
}

// caught turns a panic of the function that defers it into the store's fault.
func (s *Store) caught(err *error) {
	if r := recover(); r != nil {
		*err = s.fail(fmt.Errorf("the file was damaged while it was open: %v", r))
	}
}

func (s *Store) isStuck() bool {
	select {
	case <-s.stuck:
		return true
	default:
		return false
	}
}

// beginTx begins a transaction: one at a time, and none after one that left
// bbolt's locks locked.
func (s *Store) beginTx(writable bool) (tx *bbolt.Tx, err error) {
	s.entry.Lock()
	defer s.entry.Unlock()
	if s.isStuck() {
		return nil, s.Err()
	}
	begun := false
	defer func() {
		if !begun {
			close(s.stuck)
		}
	}()
	defer s.caught(&err)
	tx, err = s.db.Begin(writable)
	begun = true
	return tx, err
}

// endTx ends a transaction that reads, for which bbolt needs one of these
// locks. Who is in beginTx meanwhile may be about to panic; or it waits for the
// writer, who maps more of the file, and that one for this transaction to end.
// So the transaction then ends by itself. Only Close waits for it.
func (s *Store) endTx(tx *bbolt.Tx) {
	if !s.entry.TryLock() {
		s.ending.Go(func() { tx.Rollback() })
		return
	}
	defer s.entry.Unlock()
	if !s.isStuck() {
		tx.Rollback()
	}
}

// view runs do in a transaction that reads.
func (s *Store) view(do func(items *bbolt.Bucket) error) (err error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	tx, err := s.beginTx(false)
	if err != nil {
		return err
	}
	defer s.endTx(tx)
	defer s.caught(&err)
	return do(tx.Bucket(bucketItems))
}

// visible returns the number of the last transaction that readers see.
func (s *Store) visible() (int, error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	tx, err := s.beginTx(false)
	if err != nil {
		return 0, err
	}
	defer s.endTx(tx)
	return tx.ID(), nil
}
