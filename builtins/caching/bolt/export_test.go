package bolt

import (
	"encoding/binary"
	"hash/crc32"

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
