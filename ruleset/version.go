package ruleset

import (
	"crypto/sha256"
	"encoding/hex"
	"io"
)

// Version tells sets with different rules apart.
func (s *Set) Version() string {
	h := sha256.New()
	for _, r := range s.rules {
		io.WriteString(h, r.ID)
		h.Write(r.Hash[:])
	}
	return hex.EncodeToString(h.Sum(nil)[:6])
}
