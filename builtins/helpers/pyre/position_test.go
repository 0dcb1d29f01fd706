package pyre

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

// TestPositions compares the two conversions with counting, in texts with
// characters of all sizes around the borders of blocks.
func TestPositions(t *testing.T) {
	for _, text := range []string{"", "é", "aé€😀", strings.Repeat("aé€😀x", 200), strings.Repeat("a", blockSize-1) + "é" + strings.Repeat("b", blockSize), "\xed\xa0\x80x\xff"} {
		p := &positions{text: text}
		n := 0
		for offset := range len(text) + 1 {
			if offset < len(text) && text[offset]&0xc0 == 0x80 {
				continue
			}
			assert.Equal(t, n, p.outward(offset))
			assert.Equal(t, offset, p.inward(text, n))
			n++
		}
		assert.Equal(t, len(text), p.inward(text, n+5))
		assert.Equal(t, 0, p.inward(text, -3))
	}
}
