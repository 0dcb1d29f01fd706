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

// Transactions returns how many transactions the file has seen.
func Transactions(s *Store) (n int) {
	s.db.View(func(tx *bbolt.Tx) error { n = tx.ID(); return nil })
	return n
}
