package pyre

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/starhost/starhost/builtins/helpers/pyerr"
	"github.com/starhost/starhost/builtins/helpers/pyrepr"
)

const (
	maxPattern = 32 << 10 // bytes of a pattern
	maxNesting = 200      // groups in groups
	maxGroups  = 1 << 16
)

// A pattern is what the parser makes of its text.
type pattern struct {
	root   *node
	flags  int
	groups int            // capturing ones
	names  map[string]int // of groups
	order  []string       // the names in order
}

// parse reads a pattern as CPython's re._parser does, and fails with the same
// errors in the same places.
func parse(text string, flags int) (p *pattern, err error) {
	if len(text) > maxPattern {
		return nil, pyerr.Value("the pattern has more than %d bytes", maxPattern)
	}
	defer caught(&err)
	q := &parser{tokens: newTokens(text), flags: flags, names: make(map[string]int), closed: []bool{false}, widths: []width{{}}}
	root := q.alternatives(flags, 0)
	if q.flags, err = fixFlags(q.flags); err != nil {
		return nil, err
	}
	if q.next != "" {
		q.fail(0, "unbalanced parenthesis")
	}
	for _, ref := range q.conditions {
		if ref.group >= len(q.closed) {
			return nil, errorAt(fmt.Sprintf("invalid group reference %d", ref.group), q.text, ref.pos)
		}
	}
	return &pattern{root, q.flags, len(q.closed) - 1, q.names, q.order}, checkLookbehinds(root, q.widths)
}

// checkLookbehinds refuses those that can match texts of different lengths.
func checkLookbehinds(root *node, widths []width) error {
	if root.has(func(n *node) bool {
		if n.op != opLook || !n.behind {
			return false
		}
		w := n.subs[0].width(widths)
		return w.min != w.max
	}) {
		return &Error{Msg: "look-behind requires fixed-width pattern", Pos: -1}
	}
	return nil
}

// A parser is the state of one parse. Errors are raised as panics of type
// parseFailure, as the depth of the recursion is that of the pattern.
type parser struct {
	tokens
	flags      int // the global ones
	names      map[string]int
	order      []string
	closed     []bool  // by group: whether its end was read
	widths     []width // by group, once closed
	behind     int     // groups before the outermost lookbehind that is open, or 0
	conditions []condition
}

// condition is a (?(n)…) whose group may follow.
type condition struct{ group, pos int }

// alternatives reads a|b|c up to a ) or the end.
func (p *parser) alternatives(flags, nested int) *node {
	if nested > maxNesting {
		panic(parseFailure{pyerr.New("RecursionError", "the pattern is nested more than %d deep", maxNesting)})
	}
	var items []*node
	for {
		first := nested == 0 && len(items) == 0
		items = append(items, p.sequence(&flags, nested+1, first))
		if !p.accept("|") {
			break
		}
	}
	if len(items) == 1 {
		return items[0]
	}
	return &node{op: opAlt, subs: items}
}

// sequence reads items up to a |, a ) or the end. first says that it may
// begin with global flags, which it then adds to flags.
func (p *parser) sequence(flags *int, nested int, first bool) *node {
	seq := &node{op: opCat}
	for p.next != "" && p.next != "|" && p.next != ")" {
		this := p.get()
		if *flags&flagX != 0 && p.skipped(this) {
			continue
		}
		switch {
		case this[0] == '\\':
			seq.add(p.escape(this, *flags))
		case this == "[":
			seq.add(p.class(*flags))
		case strings.Contains("*+?{", this):
			p.repeat(seq, this, *flags)
		case this == ".":
			seq.add(&node{op: opAny, flags: *flags})
		case this == "(":
			p.group(seq, flags, nested, first)
		case this == "^" && *flags&flagM != 0:
			seq.add(&node{op: opLineBegin})
		case this == "^":
			seq.add(&node{op: opBegin})
		case this == "$" && *flags&flagM != 0:
			seq.add(&node{op: opLineEnd})
		case this == "$":
			seq.add(&node{op: opDollar})
		default:
			seq.add(literal([]rune(this)[0], *flags))
		}
	}
	return seq
}

func (n *node) add(sub *node) { n.subs = append(n.subs, sub) }

func literal(r rune, flags int) *node { return &node{op: opLit, r: r, flags: flags} }

// skipped says that a token does not count under flagX, and skips a comment.
func (p *parser) skipped(this string) bool {
	if strings.Contains(" \t\n\r\v\f", this) {
		return true
	}
	if this != "#" {
		return false
	}
	for this != "" && this != "\n" {
		this = p.get()
	}
	return true
}

// repeat reads a quantifier of the last item of seq.
func (p *parser) repeat(seq *node, this string, flags int) {
	here := p.tell()
	lo, hi := 0, infinite
	switch this {
	case "?":
		hi = 1
	case "+":
		lo = 1
	case "{":
		var ok bool
		if lo, hi, ok = p.bounds(here); !ok {
			seq.add(literal('{', flags))
			return
		}
	}
	back := p.tell() - here + len(this)
	if len(seq.subs) == 0 || seq.subs[len(seq.subs)-1].assertion() {
		p.fail(back, "nothing to repeat")
	}
	item := seq.subs[len(seq.subs)-1]
	if item.op == opRepeat {
		p.fail(back, "multiple repeat")
	}
	mode := greedy
	if p.accept("?") {
		mode = lazy
	} else if p.accept("+") {
		mode = possessive
	}
	seq.subs[len(seq.subs)-1] = &node{op: opRepeat, min: lo, max: hi, mode: mode, subs: []*node{item}}
}

// bounds reads {n}, {n,m}, {n,} or {,m} after the brace at here-1. Without
// such, the brace is a literal, and what follows is read again.
func (p *parser) bounds(here int) (lo, hi int, ok bool) {
	if p.next == "}" {
		return 0, 0, false
	}
	low := p.while(len(p.text), isDigit)
	high := low
	if p.accept(",") {
		high = p.while(len(p.text), isDigit)
	}
	if !p.accept("}") {
		p.seek(here)
		return 0, 0, false
	}
	hi = infinite
	if low != "" {
		lo = bound(low)
	}
	if high != "" {
		hi = bound(high)
		if hi < lo {
			p.fail(p.tell()-here, "min repeat greater than max repeat")
		}
	}
	return lo, hi, true
}

func bound(digits string) int {
	n, err := strconv.Atoi(digits)
	if err != nil || n >= infinite {
		panic(parseFailure{pyerr.Overflow("the repetition number is too large")})
	}
	return n
}

// group reads what follows a (.
func (p *parser) group(seq *node, flags *int, nested int, first bool) {
	start := p.tell() - 1
	if !p.accept("?") {
		seq.add(p.capture("", start, *flags, nested))
		return
	}
	char := p.get()
	switch {
	case char == "":
		p.fail(0, "unexpected end of pattern")
	case char == "P":
		p.extension(seq, start, *flags, nested)
	case char == ":":
		seq.add(p.unit(p.body(start, *flags, nested)))
	case char == "#":
		p.comment(start)
	case char == "=" || char == "!" || char == "<":
		seq.add(p.look(char, start, *flags, nested))
	case char == "(":
		seq.add(p.condition(start, *flags, nested))
	case char == ">":
		seq.add(&node{op: opAtomic, subs: []*node{p.body(start, *flags, nested)}})
	case char == "-" || inlineFlags[[]rune(char)[0]] != 0:
		p.inline(seq, char, start, flags, nested, first)
	default:
		p.fail(runes(char)+1, "unknown extension ?%s", char)
	}
}

// unit keeps the items of a group without a number together.
func (p *parser) unit(body *node) *node {
	if body.op == opCat && len(body.subs) == 1 && !body.subs[0].assertion() && body.subs[0].op != opRepeat {
		return body.subs[0]
	}
	return &node{op: opCat, subs: []*node{body}}
}

// body reads the alternatives of a group and its ).
func (p *parser) body(start, flags, nested int) *node {
	body := p.alternatives(flags, nested+1)
	if !p.accept(")") {
		p.fail(p.tell()-start, "missing ), unterminated subpattern")
	}
	return body
}

// capture reads the rest of a group with a number.
func (p *parser) capture(name string, start, flags, nested int) *node {
	n := len(p.closed)
	if n >= maxGroups {
		p.fail(0, "too many groups")
	}
	p.closed = append(p.closed, false)
	p.widths = append(p.widths, width{})
	if name != "" {
		if old, ok := p.names[name]; ok {
			p.fail(runes(name)+1, "redefinition of group name %s as group %d; was group %d", pyrepr.Str(name), n, old)
		}
		p.names[name] = n
		p.order = append(p.order, name)
	}
	body := p.body(start, flags, nested)
	p.closed[n] = true
	p.widths[n] = body.width(p.widths)
	return &node{op: opGroup, n: n, subs: []*node{body}}
}

// extension reads what follows (?P.
func (p *parser) extension(seq *node, start, flags, nested int) {
	switch {
	case p.accept("<"):
		name := p.until(">", "group name")
		p.checkName(name)
		seq.add(p.capture(name, start, flags, nested))
	case p.accept("="):
		name := p.until(")", "group name")
		p.checkName(name)
		seq.add(p.reference(p.named(name), runes(name)+1, flags))
	default:
		char := p.get()
		if char == "" {
			p.fail(0, "unexpected end of pattern")
		}
		p.fail(runes(char)+2, "unknown extension ?P%s", char)
	}
}

func (p *parser) checkName(name string) {
	if !isIdentifier(name) {
		p.fail(runes(name)+1, "bad character in group name %s", pyrepr.Str(name))
	}
}

func (p *parser) named(name string) int {
	n, ok := p.names[name]
	if !ok {
		p.fail(runes(name)+1, "unknown group name %s", pyrepr.Str(name))
	}
	return n
}

// reference makes a node of a reference to a group.
func (p *parser) reference(n, back, flags int) *node {
	if !p.closed[n] {
		p.fail(back, "cannot refer to an open group")
	}
	p.checkBehind(n)
	return &node{op: opRef, n: n, flags: flags}
}

// checkBehind refuses references in a lookbehind to a group in it.
func (p *parser) checkBehind(n int) {
	if p.behind == 0 {
		return
	}
	if n >= len(p.closed) || !p.closed[n] {
		p.fail(0, "cannot refer to an open group")
	}
	if n >= p.behind {
		p.fail(0, "cannot refer to group defined in the same lookbehind subpattern")
	}
}

func (p *parser) comment(start int) {
	for {
		if p.next == "" {
			p.fail(p.tell()-start, "missing ), unterminated comment")
		}
		if p.get() == ")" {
			return
		}
	}
}

// look reads the rest of (?=…), (?!…), (?<=…) or (?<!…).
func (p *parser) look(char string, start, flags, nested int) *node {
	look := &node{op: opLook}
	outer := p.behind
	if char == "<" {
		look.behind = true
		switch char = p.get(); char {
		case "=", "!":
		case "":
			p.fail(0, "unexpected end of pattern")
		default:
			p.fail(runes(char)+2, "unknown extension ?<%s", char)
		}
		if outer == 0 {
			p.behind = len(p.closed)
		}
	}
	look.negative = char == "!"
	body := p.alternatives(flags, nested+1)
	p.behind = outer
	if !p.accept(")") {
		p.fail(p.tell()-start, "missing ), unterminated subpattern")
	}
	look.subs = []*node{body}
	return look
}

// condition reads the rest of (?(group)yes|no).
func (p *parser) condition(start, flags, nested int) *node {
	if nested > maxNesting {
		panic(parseFailure{pyerr.New("RecursionError", "the pattern is nested more than %d deep", maxNesting)})
	}
	name := p.until(")", "group name")
	cond := &node{op: opCond, n: p.conditionGroup(name)}
	p.checkBehind(cond.n)
	yes := p.sequence(&flags, nested+1, false)
	no := &node{op: opCat}
	if p.accept("|") {
		no = p.sequence(&flags, nested+1, false)
		if p.next == "|" {
			p.fail(0, "conditional backref with more than two branches")
		}
	}
	if !p.accept(")") {
		p.fail(p.tell()-start, "missing ), unterminated subpattern")
	}
	cond.subs = []*node{yes, no}
	return cond
}

func (p *parser) conditionGroup(name string) int {
	if isIdentifier(name) {
		return p.named(name)
	}
	n, err := strconv.Atoi(name)
	switch {
	case err != nil && isDigits(name) || n >= maxGroups:
		p.fail(runes(name)+1, "invalid group reference %s", strings.TrimLeft(name, "0"))
	case err != nil || n < 0 || !isDigits(name):
		p.fail(runes(name)+1, "bad character in group name %s", pyrepr.Str(name))
	case n == 0:
		p.fail(runes(name)+1, "bad group number")
	}
	p.conditions = append(p.conditions, condition{n, p.tell() - runes(name) - 1})
	return n
}

// inline reads flags: (?i) for the whole pattern, (?i-s:…) for a group.
func (p *parser) inline(seq *node, char string, start int, flags *int, nested int, first bool) {
	add, del, global := p.inlineFlags(char)
	if global {
		if !first || len(seq.subs) > 0 {
			p.fail(p.tell()-start, "global flags not at the start of the expression")
		}
		p.flags |= add
		*flags |= add
		return
	}
	inner := *flags
	if add&typeFlags != 0 {
		inner &^= typeFlags
	}
	inner = (inner | add) &^ del
	body := p.body(start, inner, nested)
	seq.add(&node{op: opCat, subs: []*node{body}})
}

func (p *parser) inlineFlags(char string) (add, del int, global bool) {
	if char != "-" {
		if add, char = p.addedFlags(char); char == ")" {
			return add, 0, true
		}
		if add&globalFlags != 0 {
			p.fail(1, "bad inline flags: cannot turn on global flag")
		}
	}
	if char == "-" {
		del = p.removedFlags()
	}
	if del&globalFlags != 0 {
		p.fail(1, "bad inline flags: cannot turn off global flag")
	}
	if add&del != 0 {
		p.fail(1, "bad inline flags: flag turned on and off")
	}
	return add, del, false
}

func (p *parser) addedFlags(char string) (add int, end string) {
	for {
		flag := inlineFlags[[]rune(char)[0]]
		if flag == flagL {
			p.fail(0, "bad inline flags: cannot use 'L' flag with a str pattern")
		}
		add |= flag
		if flag&typeFlags != 0 && add&typeFlags != flag {
			p.fail(0, "bad inline flags: flags 'a', 'u' and 'L' are incompatible")
		}
		char = p.flag("missing -, : or )")
		if char == ")" || char == "-" || char == ":" {
			return add, char
		}
		p.knownFlag(char, "missing -, : or )")
	}
}

func (p *parser) removedFlags() (del int) {
	char := p.flag("missing flag")
	p.knownFlag(char, "missing flag")
	for char != ":" {
		flag := inlineFlags[[]rune(char)[0]]
		if flag&typeFlags != 0 {
			p.fail(0, "bad inline flags: cannot turn off flags 'a', 'u' and 'L'")
		}
		del |= flag
		if char = p.flag("missing :"); char != ":" {
			p.knownFlag(char, "missing :")
		}
	}
	return del
}

func (p *parser) flag(missing string) string {
	char := p.get()
	if char == "" {
		p.fail(0, "%s", missing)
	}
	return char
}

func (p *parser) knownFlag(char, missing string) {
	r := []rune(char)[0]
	if inlineFlags[r] != 0 && len(char) == 1 {
		return
	}
	if unicode.IsLetter(r) {
		missing = "unknown flag"
	}
	p.fail(runes(char), "%s", missing)
}

// runes is the length of a text in characters.
func runes(s string) int { return len([]rune(s)) }

func isDigits(s string) bool {
	return s != "" && !slices.ContainsFunc([]rune(s), func(r rune) bool { return r < '0' || r > '9' })
}

// isIdentifier is Python's str.isidentifier.
func isIdentifier(s string) bool {
	for i, r := range s {
		start := r == '_' || unicode.In(r, unicode.L, unicode.Nl, unicode.Other_ID_Start)
		if !start && (i == 0 || !unicode.In(r, unicode.Mn, unicode.Mc, unicode.Nd, unicode.Pc, unicode.Other_ID_Continue)) {
			return false
		}
	}
	return s != ""
}
