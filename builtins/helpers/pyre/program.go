package pyre

import (
	"io"
	"regexp"
	"sync"
	"sync/atomic"
	"time"
	"unicode/utf8"

	"github.com/dlclark/regexp2"
	"github.com/starhost/starhost/builtins/helpers/pyerr"
	"github.com/starhost/starhost/runtime/guard"
)

// A program is a pattern ready to match. Its expressions are compiled when a
// text first needs them. It may be used by several goroutines.
type program struct {
	*pattern
	size       int
	backtracks bool // for all texts
	emptyLast  bool // see node.emptyLast
	dollar     bool // has $
	boundary   bool // has \b or \B of Unicode
	notInside  bool // has \B
	context    bool // looks at what is before the place where it starts

	compiling sync.Mutex
	linear    [variants]atomic.Pointer[regexp.Regexp]
	back      [variants]atomic.Pointer[regexp2.Regexp]
}

// maxSize is how many instructions package regexp may make of a pattern.
// Larger ones (with counts such as {1,5000}) backtrack, as regexp2 counts.
const maxSize = 20_000

// timeout bounds one match by backtracking. It is noticed 100 ms late at most,
// and one that is reached is tried once more.
const timeout = 100 * time.Millisecond

func newProgram(p *pattern) *program {
	prog := &program{
		pattern:    p,
		size:       p.root.size(),
		emptyLast:  p.root.emptyLast(),
		dollar:     p.root.has(func(n *node) bool { return n.op == opDollar }),
		notInside:  p.root.has(func(n *node) bool { return n.op == opNotBoundary }),
		boundary:   p.root.has(func(n *node) bool { return isBoundary(n) && n.flags&flagA == 0 }),
		context:    p.root.has(func(n *node) bool { return isBoundary(n) || n.op == opBegin || n.op == opLineBegin }),
		backtracks: p.root.has(backtracks),
	}
	prog.backtracks = prog.backtracks || prog.size > maxSize
	return prog
}

func isBoundary(n *node) bool { return n.op == opBoundary || n.op == opNotBoundary }

// backtracks reports whether package regexp cannot express the node: it looks
// around, refers to groups or does not go back, or it repeats what can be
// empty, where the two differ in how they leave the loop and in what is then
// in the groups.
func backtracks(n *node) bool {
	switch n.op {
	case opLook, opRef, opCond, opAtomic:
		return true
	case opRepeat:
		body := n.subs[0]
		loops := n.max > 1 && body.nullable() &&
			(!body.emptyLast() || body.has(func(n *node) bool { return n.op == opGroup }))
		return loops || n.mode == possessive || n.max != infinite && n.max > 1000 || n.min > 1000
	}
	return false
}

// A mode says where a match must begin and end.
type mode int

const (
	searching mode = iota // anywhere from the place on
	matching              // begin at the place
	full                  // begin at the place, and end at the end
	advancing             // anywhere, but not empty at the place
	modes
)

// A variant is one of the expressions of a program.
type variant struct {
	mode   mode
	ascii  bool
	dollar dollarMode
	inside bool // the text begins with one character that is before the place
}

const variants = int(modes) * 2 * int(dollarModes) * 2

// index numbers the variants.
func (v variant) index() int {
	i := int(v.mode)*int(dollarModes) + int(v.dollar)
	for _, flag := range []bool{v.ascii, v.inside} {
		if i *= 2; flag {
			i++
		}
	}
	return i
}

// A subject is a text to match.
type subject struct {
	text    string
	ascii   bool
	newline bool   // at the end
	lines   bool   // newlines elsewhere
	runes   []rune // for backtracking, with
	offsets []int  // the offset of each, and of the end
}

func newSubject(text string) *subject {
	s := &subject{text: text, ascii: true}
	for i := range len(text) {
		switch c := text[i]; {
		case c >= utf8.RuneSelf:
			s.ascii = false
		case c == '\n' && i+1 < len(text):
			s.lines = true
		case c == '\n':
			s.newline = true
		}
	}
	return s
}

// find returns the byte offsets of a match and its groups, from an offset on,
// or nil. Offsets of groups that have not matched are -1.
func (p *program) find(s *subject, at int, m mode, meter *guard.Meter) ([]int, error) {
	engine := p.findLinear
	if p.needsBacktracking(s, m) {
		engine = p.findBacktracking
	}
	spans, err := engine(s, at, m, meter)
	if err != nil {
		return nil, err
	}
	walked := len(s.text) - at
	if spans != nil {
		walked = spans[1] - at
	}
	return spans, meter.Charge(1 + walked/32)
}

func (p *program) findLinear(s *subject, at int, m mode, meter *guard.Meter) ([]int, error) {
	v := variant{mode: m, ascii: s.ascii}
	if m == advancing { // an empty match has shown that there is none at the place
		_, size := utf8.DecodeRuneInString(s.text[at:])
		if size == 0 {
			return nil, nil
		}
		at += size
		v.mode = searching
	}
	if p.dollar && s.newline {
		v.dollar = dollarAtLine
	}
	start := at
	if at > 0 && p.context {
		_, size := utf8.DecodeLastRuneInString(s.text[:at])
		start -= size
		v.inside = true
	}
	re, err := p.expression(v)
	if err != nil {
		return nil, err
	}
	spans, err := p.run(re, s.text[start:], meter)
	if v.inside && spans != nil {
		spans = spans[2:] // the first is that of the whole expression
	}
	return shift(spans, start), err
}

func shift(spans []int, by int) []int {
	for i := range spans {
		if spans[i] >= 0 {
			spans[i] += by
		}
	}
	return spans
}

// needsBacktracking chooses the engine.
func (p *program) needsBacktracking(s *subject, m mode) bool {
	return p.backtracks ||
		m == advancing && !p.emptyLast ||
		p.boundary && !s.ascii ||
		p.notInside && s.text == "" ||
		p.dollar && s.newline && s.lines
}

// expression compiles a variant for package regexp.
func (p *program) expression(v variant) (*regexp.Regexp, error) {
	place := &p.linear[v.index()]
	if re := place.Load(); re != nil {
		return re, nil
	}
	p.compiling.Lock()
	defer p.compiling.Unlock()
	w := writer{ascii: v.ascii, dollar: v.dollar}
	prefix, suffix := "(?:", ")"
	if v.inside {
		prefix, suffix = "(", ")"
	}
	switch {
	case v.inside && v.mode == searching:
		prefix = `\A(?s:.)(?s:.*?)` + prefix
	case v.inside:
		prefix = `\A(?s:.)` + prefix
	case v.mode != searching:
		prefix = `\A` + prefix
	}
	if v.mode == full {
		suffix += `\z`
	}
	w.WriteString(prefix)
	w.node(p.root)
	w.WriteString(suffix)
	re, err := regexp.Compile(w.String())
	if err != nil {
		return nil, pyerr.New("re.error", "the pattern cannot be compiled: %v", err)
	}
	place.Store(re)
	return re, nil
}

// slowWork is from how many characters times instructions on a match looks at
// the limits of the call, which costs time.
const slowWork = 1 << 22

func (p *program) run(re *regexp.Regexp, text string, meter *guard.Meter) ([]int, error) {
	if len(text)*p.size < slowWork {
		return re.FindStringSubmatchIndex(text), nil
	}
	r := &meteredReader{text: text, meter: meter, cost: 1 + p.size/4}
	spans := re.FindReaderSubmatchIndex(r)
	if r.err != nil {
		return nil, r.err
	}
	return spans, nil
}

// A meteredReader gives the characters of a text, until the call has reached
// a limit.
type meteredReader struct {
	text  string
	at    int
	meter *guard.Meter
	cost  int // in steps, of 32 characters
	count int
	err   error
}

// ReadRune implements io.RuneReader.
func (r *meteredReader) ReadRune() (rune, int, error) {
	if r.count++; r.count%32 == 0 && r.err == nil {
		r.err = r.meter.Charge(r.cost)
	}
	if r.err != nil || r.at == len(r.text) {
		return 0, 0, io.EOF
	}
	c, size := utf8.DecodeRuneInString(r.text[r.at:])
	r.at += size
	return c, size, nil
}

func (p *program) findBacktracking(s *subject, at int, m mode, meter *guard.Meter) ([]int, error) {
	re, err := p.backtracking(variant{mode: m, ascii: s.ascii})
	if err != nil {
		return nil, err
	}
	if err := meter.Charge(100 + s.decode()/8); err != nil {
		return nil, err
	}
	found, err := re.FindRunesMatchStartingAt(s.runes, s.index(at))
	if err != nil { // on a busy machine, regexp2's clock may have jumped
		found, err = re.FindRunesMatchStartingAt(s.runes, s.index(at))
	}
	if err != nil {
		return nil, pyerr.New("TimeoutError", "the pattern took more than %v for this text, which goes back "+
			"too often: avoid repeats in repeats, and lookaround", timeout)
	}
	if found == nil {
		return nil, nil
	}
	spans := make([]int, 0, 2*(p.groups+1))
	for n := 0; n <= p.groups; n++ {
		g := found.GroupByNumber(n)
		if g == nil || len(g.Captures) == 0 {
			spans = append(spans, -1, -1)
			continue
		}
		spans = append(spans, s.offsets[g.Index], s.offsets[g.Index+g.Length])
	}
	return spans, nil
}

// backtracking compiles a variant for regexp2.
func (p *program) backtracking(v variant) (*regexp2.Regexp, error) {
	place := &p.back[v.index()]
	if re := place.Load(); re != nil {
		return re, nil
	}
	p.compiling.Lock()
	defer p.compiling.Unlock()
	w := writer{backtrack: true, ascii: v.ascii}
	if v.mode == matching || v.mode == full {
		w.WriteString(`\G`)
	}
	w.enclosed("(?:", p.root)
	switch v.mode {
	case full:
		w.WriteString(`\z`)
	case advancing:
		w.WriteString(`(?!\G)`)
	}
	re, err := regexp2.Compile(w.String(), regexp2.None)
	if err != nil {
		return nil, pyerr.New("re.error", "the pattern cannot be compiled: %v", err)
	}
	re.MatchTimeout = timeout
	place.Store(re)
	return re, nil
}

// decode splits the text into characters, once. It returns the size of the
// text if it did.
func (s *subject) decode() int {
	if s.offsets != nil {
		return 0
	}
	s.runes = make([]rune, 0, len(s.text))
	s.offsets = make([]int, 0, len(s.text)+1)
	for i, r := range s.text {
		s.runes = append(s.runes, r)
		s.offsets = append(s.offsets, i)
	}
	s.offsets = append(s.offsets, len(s.text))
	return len(s.text)
}
