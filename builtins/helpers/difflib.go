package helpers

import (
	"slices"

	"github.com/starhost/starhost/builtins/helpers/pyclass"
	"github.com/starhost/starhost/builtins/helpers/pyerr"
	"github.com/starhost/starhost/runtime"
	"github.com/starhost/starhost/runtime/guard"
	"go.starlark.net/starlark"
)

// Difflib returns the module difflib.
//
//	SequenceMatcher(isjunk=None, a="", b="", autojunk=True)
//	    of two strings, or lists of what can be hashed: ratio(), quick_ratio(), real_quick_ratio(),
//	    find_longest_match(alo=0, ahi=None, blo=0, bhi=None), get_matching_blocks(), get_opcodes(),
//	    set_seqs(a, b), set_seq1(a), set_seq2(b), a, b
//	get_close_matches(word, possibilities, n=3, cutoff=0.6)
//
// Positions in strings are counted in characters.
func Difflib() runtime.Module {
	return runtime.Module{
		Names: []string{"difflib"},
		Members: starlark.StringDict{
			"SequenceMatcher":   matcherClass,
			"get_close_matches": pyclass.Function("get_close_matches", closeMatches),
		},
	}
}

// A sequenceMatcher is Python's SequenceMatcher. The elements are numbered,
// equal ones alike.
type sequenceMatcher struct {
	isjunk   starlark.Callable // or nil
	autojunk bool
	frozen   bool
	a, b     sequence
	ids      *starlark.Dict
	places   map[int][]int // in b, of elements that are neither junk nor popular
	junk     map[int]bool
	blocks   []block // found already
}

// A sequence is a string or list and the numbers of its elements.
type sequence struct {
	value starlark.Value
	ids   []int
}

// A block is a run of size elements that a and b have in common.
type block struct{ a, b, size int }

var _ starlark.HasAttrs = (*sequenceMatcher)(nil)

func (m *sequenceMatcher) String() string       { return "<difflib.SequenceMatcher object>" }
func (m *sequenceMatcher) Type() string         { return "SequenceMatcher" }
func (m *sequenceMatcher) Freeze()              { m.frozen = true }
func (m *sequenceMatcher) Truth() starlark.Bool { return true }
func (m *sequenceMatcher) Hash() (uint32, error) {
	return 0, pyerr.Type("unhashable type: 'SequenceMatcher'")
}

// Attr returns a field or method.
func (m *sequenceMatcher) Attr(name string) (starlark.Value, error) {
	return matcherAttrs.Get(m, name, matcherClass)
}

// AttrNames lists the fields and methods.
func (m *sequenceMatcher) AttrNames() []string { return matcherAttrs.Names(matcherClass) }

var matcherClass = &pyclass.Class{FullName: "difflib.SequenceMatcher", New: newMatcher}

var matcherAttrs = pyclass.Attrs[*sequenceMatcher]{
	Fields: map[string]func(*sequenceMatcher) starlark.Value{
		"a": func(m *sequenceMatcher) starlark.Value { return m.a.value },
		"b": func(m *sequenceMatcher) starlark.Value { return m.b.value },
	},
	Methods: map[string]func(*sequenceMatcher, pyclass.Call) (starlark.Value, error){
		"ratio":               (*sequenceMatcher).ratioMethod,
		"quick_ratio":         (*sequenceMatcher).quickRatioMethod,
		"real_quick_ratio":    (*sequenceMatcher).realQuickRatioMethod,
		"find_longest_match":  (*sequenceMatcher).longestMethod,
		"get_matching_blocks": (*sequenceMatcher).blocksMethod,
		"get_opcodes":         (*sequenceMatcher).opcodes,
		"set_seqs":            (*sequenceMatcher).setSeqs,
		"set_seq1":            func(m *sequenceMatcher, c pyclass.Call) (starlark.Value, error) { return m.setSeq(c, "a") },
		"set_seq2":            func(m *sequenceMatcher, c pyclass.Call) (starlark.Value, error) { return m.setSeq(c, "b") },
	},
}

func newMatcher(c pyclass.Call) (starlark.Value, error) {
	var (
		isjunk starlark.Callable
		a, b   starlark.Value = starlark.String(""), starlark.String("")
	)
	m := &sequenceMatcher{autojunk: true, ids: new(starlark.Dict)}
	if err := c.Unpack("isjunk??", &isjunk, "a?", &a, "b?", &b, "autojunk?", &m.autojunk); err != nil {
		return nil, err
	}
	m.isjunk = isjunk
	if err := m.set(c, a, b); err != nil {
		return nil, err
	}
	return m, nil
}

func (m *sequenceMatcher) setSeqs(c pyclass.Call) (starlark.Value, error) {
	var a, b starlark.Value
	if err := c.Unpack("a", &a, "b", &b); err != nil {
		return nil, err
	}
	return starlark.None, m.set(c, a, b)
}

// setSeq is set_seq1 and set_seq2.
func (m *sequenceMatcher) setSeq(c pyclass.Call, name string) (starlark.Value, error) {
	var v starlark.Value
	if err := c.Unpack(name, &v); err != nil {
		return nil, err
	}
	if name == "a" {
		return starlark.None, m.set(c, v, nil)
	}
	return starlark.None, m.set(c, nil, v)
}

// set sets the sequences that are not nil.
func (m *sequenceMatcher) set(c pyclass.Call, a, b starlark.Value) (err error) {
	if m.frozen {
		return pyerr.Type("cannot change a frozen SequenceMatcher")
	}
	m.blocks = nil
	if a != nil {
		if m.a, err = m.sequence(c, a); err != nil {
			return err
		}
	}
	if b != nil {
		if m.b, err = m.sequence(c, b); err != nil {
			return err
		}
		return m.index(c)
	}
	return nil
}

// sequence numbers the elements of a string or list.
func (m *sequenceMatcher) sequence(c pyclass.Call, v starlark.Value) (sequence, error) {
	s := sequence{value: v}
	if text, ok := starlark.AsString(v); ok {
		if err := guard.CheckElements(c.Thread, c.Fn, len(text)); err != nil {
			return s, err
		}
		for _, r := range text {
			s.ids = append(s.ids, -1-int(r))
		}
		return s, nil
	}
	list, ok := v.(starlark.Indexable)
	if !ok {
		return s, pyerr.Type("'%s' object is not a sequence", pyerr.TypeName(v))
	}
	if err := guard.CheckElements(c.Thread, c.Fn, list.Len()); err != nil {
		return s, err
	}
	for i := range list.Len() {
		id, err := m.id(list.Index(i))
		if err != nil {
			return s, err
		}
		s.ids = append(s.ids, id)
	}
	return s, nil
}

// id numbers an element: single characters below zero, others from zero on.
func (m *sequenceMatcher) id(v starlark.Value) (int, error) {
	if text, ok := starlark.AsString(v); ok {
		if r := []rune(text); len(r) == 1 {
			return -1 - int(r[0]), nil
		}
	}
	known, found, err := m.ids.Get(v)
	if err != nil {
		return 0, err
	}
	if found {
		return starlark.AsInt32(known)
	}
	return m.ids.Len(), m.ids.SetKey(v, starlark.MakeInt(m.ids.Len()))
}

// index finds the places of the elements of b. Junk, and in long sequences
// what is in more than a hundredth of the places, does not count.
func (m *sequenceMatcher) index(c pyclass.Call) error {
	m.places, m.junk = make(map[int][]int), make(map[int]bool)
	for j, id := range m.b.ids {
		m.places[id] = append(m.places[id], j)
	}
	if m.isjunk != nil {
		if err := m.dropJunk(c); err != nil {
			return err
		}
	}
	if n := len(m.b.ids); m.autojunk && n >= 200 {
		for id, places := range m.places {
			if len(places) > n/100+1 {
				delete(m.places, id)
			}
		}
	}
	return nil
}

func (m *sequenceMatcher) dropJunk(c pyclass.Call) error {
	for id, places := range m.places {
		var element starlark.Value = starlark.String(rune(-1 - id))
		if list, ok := m.b.value.(starlark.Indexable); ok && id >= 0 {
			element = list.Index(places[0])
		}
		junk, err := starlark.Call(c.Thread, m.isjunk, starlark.Tuple{element}, nil)
		if err != nil {
			return err
		}
		if junk.Truth() {
			m.junk[id] = true
			delete(m.places, id)
		}
	}
	return nil
}

// longest returns the longest block in a part of a and of b, and of several
// the first in a, then in b.
func (m *sequenceMatcher) longest(c pyclass.Call, alo, ahi, blo, bhi int) (block, error) {
	best := block{alo, blo, 0}
	lengths, next := make(map[int]int), make(map[int]int)
	for i := alo; i < ahi; i++ {
		places := m.places[m.a.ids[i]]
		if err := guard.MeterOf(c.Thread).Charge(1 + len(places)/2); err != nil {
			return best, err
		}
		for _, j := range places {
			if j < blo {
				continue
			}
			if j >= bhi {
				break
			}
			k := lengths[j-1] + 1
			next[j] = k
			if k > best.size {
				best = block{i - k + 1, j - k + 1, k}
			}
		}
		lengths, next = next, lengths
		clear(next)
	}
	for _, junk := range []bool{false, true} {
		best = m.extend(best, alo, ahi, blo, bhi, junk)
	}
	return best, nil
}

// extend makes a block longer by equal elements that are junk, or that are
// not.
func (m *sequenceMatcher) extend(x block, alo, ahi, blo, bhi int, junk bool) block {
	same := func(i, j int) bool {
		return m.junk[m.b.ids[j]] == junk && m.a.ids[i] == m.b.ids[j]
	}
	for x.a > alo && x.b > blo && same(x.a-1, x.b-1) {
		x = block{x.a - 1, x.b - 1, x.size + 1}
	}
	for x.a+x.size < ahi && x.b+x.size < bhi && same(x.a+x.size, x.b+x.size) {
		x.size++
	}
	return x
}

// matching returns all blocks in order, and an empty one at the end.
func (m *sequenceMatcher) matching(c pyclass.Call) ([]block, error) {
	if m.blocks != nil {
		return m.blocks, nil
	}
	type span struct{ alo, ahi, blo, bhi int }
	queue := []span{{0, len(m.a.ids), 0, len(m.b.ids)}}
	var found []block
	for len(queue) > 0 {
		s := queue[len(queue)-1]
		queue = queue[:len(queue)-1]
		x, err := m.longest(c, s.alo, s.ahi, s.blo, s.bhi)
		if err != nil {
			return nil, err
		}
		if x.size == 0 {
			continue
		}
		found = append(found, x)
		if s.alo < x.a && s.blo < x.b {
			queue = append(queue, span{s.alo, x.a, s.blo, x.b})
		}
		if x.a+x.size < s.ahi && x.b+x.size < s.bhi {
			queue = append(queue, span{x.a + x.size, s.ahi, x.b + x.size, s.bhi})
		}
	}
	blocks := append(joined(found), block{len(m.a.ids), len(m.b.ids), 0})
	if !m.frozen {
		m.blocks = blocks
	}
	return blocks, nil
}

// joined sorts blocks and joins those that touch.
func joined(found []block) []block {
	slices.SortFunc(found, func(x, y block) int { return x.a - y.a })
	var blocks []block
	for _, x := range found {
		if n := len(blocks) - 1; n >= 0 && blocks[n].a+blocks[n].size == x.a && blocks[n].b+blocks[n].size == x.b {
			blocks[n].size += x.size
			continue
		}
		blocks = append(blocks, x)
	}
	return blocks
}

// share is what matching elements are of all.
func (m *sequenceMatcher) share(matches int) float64 {
	if total := len(m.a.ids) + len(m.b.ids); total > 0 {
		return 2 * float64(matches) / float64(total)
	}
	return 1
}

func (m *sequenceMatcher) ratio(c pyclass.Call) (float64, error) {
	blocks, err := m.matching(c)
	matches := 0
	for _, x := range blocks {
		matches += x.size
	}
	return m.share(matches), err
}

// quickRatio counts equal elements in whatever order.
func (m *sequenceMatcher) quickRatio() float64 {
	left := make(map[int]int)
	for _, id := range m.b.ids {
		left[id]++
	}
	matches := 0
	for _, id := range m.a.ids {
		if left[id] > 0 {
			matches++
		}
		left[id]--
	}
	return m.share(matches)
}

func (m *sequenceMatcher) realQuickRatio() float64 { return m.share(min(len(m.a.ids), len(m.b.ids))) }

func (m *sequenceMatcher) ratioMethod(c pyclass.Call) (starlark.Value, error) {
	if err := c.Unpack(); err != nil {
		return nil, err
	}
	ratio, err := m.ratio(c)
	return starlark.Float(ratio), err
}

func (m *sequenceMatcher) quickRatioMethod(c pyclass.Call) (starlark.Value, error) {
	if err := guard.MeterOf(c.Thread).Charge(len(m.a.ids) + len(m.b.ids)); err != nil {
		return nil, err
	}
	return starlark.Float(m.quickRatio()), c.Unpack()
}

func (m *sequenceMatcher) realQuickRatioMethod(c pyclass.Call) (starlark.Value, error) {
	return starlark.Float(m.realQuickRatio()), c.Unpack()
}

func (m *sequenceMatcher) longestMethod(c pyclass.Call) (starlark.Value, error) {
	alo, ahi, blo, bhi := 0, len(m.a.ids), 0, len(m.b.ids)
	if err := c.Unpack("alo?", &alo, "ahi??", &ahi, "blo?", &blo, "bhi??", &bhi); err != nil {
		return nil, err
	}
	if alo < 0 || blo < 0 || ahi > len(m.a.ids) || bhi > len(m.b.ids) {
		return nil, pyerr.New("IndexError", "list index out of range")
	}
	x, err := m.longest(c, alo, ahi, blo, bhi)
	if err != nil {
		return nil, err
	}
	return x.value(), nil
}

func (x block) value() starlark.Value {
	return &pyclass.NamedTuple{
		FullName: "Match",
		Names:    []string{"a", "b", "size"},
		Elems:    starlark.Tuple{starlark.MakeInt(x.a), starlark.MakeInt(x.b), starlark.MakeInt(x.size)},
	}
}

func (m *sequenceMatcher) blocksMethod(c pyclass.Call) (starlark.Value, error) {
	if err := c.Unpack(); err != nil {
		return nil, err
	}
	blocks, err := m.matching(c)
	if err != nil {
		return nil, err
	}
	list := make([]starlark.Value, len(blocks))
	for i, x := range blocks {
		list[i] = x.value()
	}
	return starlark.NewList(list), nil
}

// opcodes tells how to turn a into b.
func (m *sequenceMatcher) opcodes(c pyclass.Call) (starlark.Value, error) {
	if err := c.Unpack(); err != nil {
		return nil, err
	}
	blocks, err := m.matching(c)
	if err != nil {
		return nil, err
	}
	var codes []starlark.Value
	add := func(tag string, places ...int) {
		code := starlark.Tuple{starlark.String(tag)}
		for _, place := range places {
			code = append(code, starlark.MakeInt(place))
		}
		codes = append(codes, code)
	}
	i, j := 0, 0
	for _, x := range blocks {
		switch {
		case i < x.a && j < x.b:
			add("replace", i, x.a, j, x.b)
		case i < x.a:
			add("delete", i, x.a, j, x.b)
		case j < x.b:
			add("insert", i, x.a, j, x.b)
		}
		i, j = x.a+x.size, x.b+x.size
		if x.size > 0 {
			add("equal", x.a, i, x.b, j)
		}
	}
	return starlark.NewList(codes), nil
}

func closeMatches(c pyclass.Call) (starlark.Value, error) {
	var (
		word          starlark.Value
		possibilities iterable
		n             = 3
		cutoff        = 0.6
	)
	if err := c.Unpack("word", &word, "possibilities", &possibilities, "n?", &n, "cutoff?", &cutoff); err != nil {
		return nil, err
	}
	switch {
	case n <= 0:
		return nil, pyerr.Value("n must be > 0: %d", n)
	case cutoff < 0 || cutoff > 1:
		return nil, pyerr.Value("cutoff must be in [0.0, 1.0]: %v", starlark.Float(cutoff))
	}
	m := &sequenceMatcher{autojunk: true, ids: new(starlark.Dict)}
	if err := m.set(c, nil, word); err != nil {
		return nil, err
	}
	type scored struct {
		score float64
		value starlark.Value
	}
	var found []scored
	err := possibilities.each(c.Thread, func(v starlark.Value) error {
		if err := m.set(c, v, nil); err != nil {
			return err
		}
		if m.realQuickRatio() < cutoff || m.quickRatio() < cutoff {
			return nil
		}
		score, err := m.ratio(c)
		if score >= cutoff {
			found = append(found, scored{score, v})
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	slices.SortStableFunc(found, func(x, y scored) int {
		switch {
		case x.score != y.score:
			return compareFloats(y.score, x.score)
		default:
			return compareTexts(y.value, x.value)
		}
	})
	var best []starlark.Value
	for _, s := range found[:min(n, len(found))] {
		best = append(best, s.value)
	}
	return starlark.NewList(best), nil
}

func compareFloats(x, y float64) int {
	if x < y {
		return -1
	}
	return 1
}

func compareTexts(x, y starlark.Value) int {
	a, _ := starlark.AsString(x)
	b, _ := starlark.AsString(y)
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}
