package pyre

import (
	"slices"
	"sort"
	"strings"
	"sync"
	"unicode/utf8"

	"go.starlark.net/starlark"
)

// This file is where positions are made and read. In a rule file they are byte
// offsets, as those of Starlark's strings are; in a file in Python they count
// characters. The file is that of the function which calls; a match keeps the
// kind of position that it was made with. For ASCII texts the two are the same,
// and nothing is done.

// positions converts between byte offsets in a text and characters. nil stands
// for positions that are byte offsets. It may be used by several goroutines.
type positions struct {
	text  string
	once  sync.Once
	marks []int32 // the number of characters before each block of the text
}

// blockSize is how many bytes are looked at for a position.
const blockSize = 256

// positionsIn returns how positions in a text are counted for the caller.
func positionsIn(c call, text string) *positions {
	if isASCII(text) || !fromPython(c.Thread) {
		return nil
	}
	return &positions{text: text}
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// fromPython tells whether the innermost function of a file that is being
// called is one of a file in Python.
func fromPython(thread *starlark.Thread) bool {
	for depth := range thread.CallStackDepth() {
		if fn, ok := thread.DebugFrame(depth).Callable().(*starlark.Function); ok {
			return strings.HasSuffix(fn.Position().Filename(), ".py")
		}
	}
	return false
}

// starts counts the characters that start in s. A byte that is not UTF-8
// starts one if it is no continuation of another.
func starts(s string) int {
	n := 0
	for i := range len(s) {
		if s[i]&0xc0 != 0x80 {
			n++
		}
	}
	return n
}

// blocks returns the counts before each block.
func (p *positions) blocks() []int32 {
	p.once.Do(func() {
		p.marks = make([]int32, 0, len(p.text)/blockSize+1)
		n := 0
		for from := 0; from <= len(p.text); from += blockSize {
			p.marks = append(p.marks, int32(n))
			n += starts(p.text[from:min(from+blockSize, len(p.text))])
		}
	})
	return p.marks
}

// outward gives an offset as rules see it.
func (p *positions) outward(offset int) int {
	if p == nil {
		return offset
	}
	block := offset / blockSize
	return int(p.blocks()[block]) + starts(p.text[block*blockSize:offset])
}

// inward gives the offset of a position that a rule has given, within the
// text, and at the start of a character.
func (p *positions) inward(text string, position int) int {
	if p != nil {
		return p.offset(max(position, 0))
	}
	offset := min(max(position, 0), len(text))
	for back := range min(offset, utf8.UTFMax) {
		if offset == len(text) || utf8.RuneStart(text[offset-back]) {
			return offset - back
		}
	}
	return offset
}

// offset returns where the n-th character starts, or the end.
func (p *positions) offset(n int) int {
	marks := p.blocks()
	block := sort.Search(len(marks), func(i int) bool { return int(marks[i]) > n }) - 1
	n -= int(marks[block])
	for i := block * blockSize; i < len(p.text); i++ {
		if p.text[i]&0xc0 == 0x80 {
			continue
		}
		if n == 0 {
			return i
		}
		n--
	}
	return len(p.text)
}

// index returns the number of the character at an offset.
func (s *subject) index(offset int) int {
	i, _ := slices.BinarySearch(s.offsets, offset)
	return i
}
