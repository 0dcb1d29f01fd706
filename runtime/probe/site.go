package probe

import (
	"go.starlark.net/starlark"
	"go.starlark.net/syntax"
)

// A site is a place in a program where a value is noted. It is the hidden
// built-in that stands there, too: called with the value, it returns it.
type site struct {
	starlark.NoneType // for the methods of a Value that nobody calls

	name       string
	source     *Source
	role       role
	fn         *function
	start, end syntax.Position

	whole    *site // what an operand or condition is a part of; may be nil
	joint    joint // how its parts make up the condition
	operands int   // how many it has
	test     bool  // of a statement: if, elif, while
	constant bool  // of a result: the same every time
	show     show  // of an operand
	cost     uint64
}

// A function is a function of a file, or its top-level code.
type function struct {
	name string
	pos  syntax.Position
}

// A role is what a site is for.
type role uint8

const (
	roleEntry     role = iota // the start of a function's body
	roleCondition             // a Condition
	roleLoop                  // a Loop
	roleResult                // a Return
	roleOperand               // an operand of one of these
)

// A joint is how the parts of a condition make it true.
type joint uint8

const (
	alone    joint = iota // it has no parts
	every                 // all of them must be true: and
	some                  // one of them must be true: or
	opposite              // the only one must be false: not
	choice                // the last one counts: x if y else z
)

// show tells which values of an operand are worth showing.
type show uint8

const (
	always     show = iota
	unlessBool      // what is not True or False
	ifPlain         // no dictionaries, functions or modules
)

var _ starlark.Callable = (*site)(nil)

// Name gives the hidden name.
func (s *site) Name() string { return s.name }

// CallInternal notes its argument, if there is a recorder, and returns it.
func (s *site) CallInternal(thread *starlark.Thread, args starlark.Tuple, _ []starlark.Tuple) (starlark.Value, error) {
	thread.Steps -= min(s.cost, thread.Steps)
	r, _ := thread.Local(recorderLocal).(*Recorder)
	if s.role == roleEntry {
		if r != nil {
			r.enter(thread, s.fn)
		}
		return starlark.None, nil
	}
	if r != nil {
		r.note(thread, s, args[0])
	}
	return args[0], nil
}

// call makes the call of the site, from start to end.
func (s *site) call(start, end syntax.Position, args ...syntax.Expr) *syntax.CallExpr {
	s.cost = 2 // steps: load the site, call it
	if s.role == roleEntry {
		s.cost = 3 // and drop its result
	}
	return &syntax.CallExpr{
		Fn:     &syntax.Ident{NamePos: start, Name: s.name},
		Lparen: start,
		Args:   args,
		Rparen: end,
	}
}

// wrap replaces the expression *e by the call of the site with it.
func (s *site) wrap(e *syntax.Expr) {
	c := s.call(firstOf(*e, s.fn.pos), s.end, *e)
	c.Lparen = lastPlace(*e)
	*e = c
}

// wrapOutcome replaces the condition *e, of which only its truth matters, by
// one that calls the site with True or False. Other than with wrap, the
// interpreter asks the parts of the condition for their truth as often as it
// does without a probe.
func (s *site) wrapOutcome(e *syntax.Expr) {
	place := lastPlace(*e)
	outcome := func(name string) syntax.Expr {
		c := s.call(s.start, s.end, &syntax.Ident{NamePos: place, Name: name})
		c.Lparen = place
		return c
	}
	*e = &syntax.CondExpr{
		Cond: *e, True: outcome(nameTrue), False: outcome(nameFalse),
		If: s.start, ElsePos: s.start,
	}
	s.cost = 4 // load it, load the outcome, call it, jump
}
