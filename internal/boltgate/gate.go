// Package boltgate lets many goroutines use a bbolt database whose file somebody
// may cut or overwrite while it is open. bbolt panics then; and where it begins a
// transaction, it does so with locks that it does not unlock, so that whoever
// comes later, or waits inside, would wait for ever.
package boltgate

import (
	"fmt"
	"os"
	"runtime/debug"
	"sync"

	"github.com/starhost/starhost/internal/filelock"
	"go.etcd.io/bbolt"
)

// A Gate is how all transactions of a database begin and end. New makes one.
type Gate struct {
	db   *bbolt.DB
	file *os.File
	fail func(error) error

	entry  sync.Mutex
	stuck  chan struct{}
	fault  error // why it is stuck, before stuck is closed
	ending sync.WaitGroup
}

// New returns the gate of a database that is open, and of its file, which has
// been locked by filelock. fail is told of panics, by any goroutine, and
// returns the error that callers are to see from then on.
func New(db *bbolt.DB, file *os.File, fail func(error) error) *Gate {
	return &Gate{db: db, file: file, fail: fail, stuck: make(chan struct{})}
}

// Stuck is closed when no transaction can begin any more, nor end.
func (g *Gate) Stuck() <-chan struct{} { return g.stuck }

func (g *Gate) isStuck() bool {
	select {
	case <-g.stuck:
		return true
	default:
		return false
	}
}

// View reads in a transaction.
func (g *Gate) View(read func(*bbolt.Tx) error) (err error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	tx, err := g.Begin(false)
	if err != nil {
		return err
	}
	defer g.End(tx)
	defer g.Caught(&err)
	return read(tx)
}

// Caught turns a panic of the function that defers it into what fail returns.
// The function needs debug.SetPanicOnFault.
func (g *Gate) Caught(err *error) {
	if r := recover(); r != nil {
		*err = g.fail(fmt.Errorf("the file was damaged while it was open: %v", r))
	}
}

// Begin begins a transaction: one at a time, and none once the gate is stuck.
// One that reads is to be ended by End, one that writes by Commit or Rollback.
func (g *Gate) Begin(writable bool) (tx *bbolt.Tx, err error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	g.entry.Lock()
	defer g.entry.Unlock()
	if g.isStuck() {
		return nil, g.fault
	}
	begun := false
	defer func() {
		if !begun {
			g.fault = err
			close(g.stuck)
		}
	}()
	defer g.Caught(&err)
	tx, err = g.db.Begin(writable)
	begun = true
	return tx, err
}

// End ends a transaction that reads, for which bbolt needs one of its locks.
// Who is in Begin meanwhile may be about to panic; or it waits for the writer,
// who maps more of the file, and that one for this transaction to end. So the
// transaction then ends by itself. Only Close waits for it.
func (g *Gate) End(tx *bbolt.Tx) {
	if !g.entry.TryLock() {
		g.ending.Go(func() { tx.Rollback() })
		return
	}
	defer g.entry.Unlock()
	if !g.isStuck() {
		tx.Rollback()
	}
}

// Commit commits a transaction, but does not wait once the gate is stuck: it may
// be committed then or not.
func (g *Gate) Commit(tx *bbolt.Tx) error {
	done := make(chan error, 1)
	go func() {
		defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
		var err error
		defer func() { done <- err }()
		defer g.Caught(&err)
		err = tx.Commit()
	}()
	select {
	case err := <-done:
		return err
	case <-g.stuck:
		return g.fault
	}
}

// Rollback ends a transaction that writes and has no effect, if it has not
// ended yet.
func (g *Gate) Rollback(tx *bbolt.Tx) {
	if !g.isStuck() { // else it may be in Commit still
		tx.Rollback()
	}
}

// Last returns the number of the last transaction that readers see.
func (g *Gate) Last() (id int, err error) {
	err = g.View(func(tx *bbolt.Tx) error { id = tx.ID(); return nil })
	return id, err
}

// Close closes the database, when its transactions have ended. If the gate is
// stuck, the file is only unlocked, and stays open until the process ends.
func (g *Gate) Close() error {
	if g.isStuck() {
		return filelock.Unlock(g.file)
	}
	g.ending.Wait()
	return g.db.Close()
}
