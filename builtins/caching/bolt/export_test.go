package bolt

import (
	"context"
	"encoding/binary"
	"hash/crc32"

	"github.com/starhost/starhost/builtins/caching"
	"go.etcd.io/bbolt"
)

// RecordOfFormat returns the record of an empty file of another format.
func RecordOfFormat(n uint32) []byte {
	out := total{}.encode()[:totalSize-4]
	binary.LittleEndian.PutUint32(out, n)
	return binary.LittleEndian.AppendUint32(out, crc32.Checksum(out, castagnoli))
}

// Used returns how many bytes of a file are in use: those after have never been
// written.
func Used(s *Store) (n int64) {
	s.db.View(func(tx *bbolt.Tx) error { n = tx.Size(); return nil })
	return n
}

// Transactions returns how many transactions the file has seen.
func Transactions(s *Store) (n int) {
	s.db.View(func(tx *bbolt.Tx) error { n = tx.ID(); return nil })
	return n
}

// Hold has the writer write one item and wait in that until it is released.
func Hold(ctx context.Context, s *Store) (release func() error) {
	held, let, done := make(chan struct{}), make(chan struct{}), make(chan error)
	go func() {
		_, err := s.update(ctx, "held", noTime, func(caching.Item) (caching.Item, error) {
			close(held)
			<-let
			return caching.Item{Count: caching.Int(1)}, nil
		})
		done <- err
	}()
	<-held
	return func() error {
		close(let)
		return <-done
	}
}

// Queued returns how many operations wait for the writer.
func Queued(s *Store) int { return len(s.ops) }
