package guard_test

import (
	"cmp"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/starhost/starhost/runtime/guard"
	"github.com/stretchr/testify/require"
	"go.starlark.net/starlark"
	"go.starlark.net/syntax"
)

// options allow all that Starlark has.
var options = &syntax.FileOptions{Set: true, While: true, TopLevelControl: true, GlobalReassign: true, Recursion: true}

// A dialect is a way to compile and run programs: plain, as the interpreter
// has it, or guarded.
type dialect struct{ guarded bool }

var plain, guarded = dialect{false}, dialect{true}

// compile compiles a program.
func (d dialect) compile(src string) (*starlark.Program, starlark.StringDict, error) {
	f, err := options.Parse("test.star", src, 0)
	if err != nil {
		return nil, nil, err
	}
	env := starlark.StringDict{"sum": guard.Builtins()["sum"]} // which Starlark has not
	if d.guarded {
		env = guard.Builtins()
		if err := guard.Rewrite(f); err != nil {
			return nil, nil, err
		}
	}
	for name, v := range foreign {
		env[name] = v
	}
	prog, err := starlark.FileProgram(f, env.Has)
	return prog, env, err
}

// run runs a program and gives its globals. The thread has a meter if the
// dialect is guarded.
func (d dialect) run(thread *starlark.Thread, src string) (starlark.StringDict, error) {
	prog, env, err := d.compile(src)
	if err != nil {
		return nil, err
	}
	if d.guarded {
		var m guard.Meter
		m.Begin(thread, nil, nil)
		defer m.End()
	}
	return prog.Init(thread, env)
}

// functions runs a program that defines functions and gives one of them.
func (d dialect) function(t testing.TB, src, name string) starlark.Value {
	globals, err := d.run(new(starlark.Thread), src)
	require.NoError(t, err, src)
	require.NotNil(t, globals[name], src)
	return globals[name]
}

// outcome describes the result of a call: the value, the changed arguments,
// the error and its place.
func outcome(thread *starlark.Thread, fn starlark.Value, args starlark.Tuple) string {
	v, err := starlark.Call(thread, fn, args, nil)
	if err != nil {
		return failure(err)
	}
	return fmt.Sprintf("%s %v after %v", v.Type(), v, args)
}

// failure describes an error and its place, without the frames of built-ins.
func failure(err error) string {
	var out strings.Builder
	out.WriteString(err.Error())
	var ee *starlark.EvalError
	if errors.As(err, &ee) {
		for _, fr := range ee.CallStack {
			if fr.Pos.Filename() != "<builtin>" {
				fmt.Fprintf(&out, "\n\t%s: in %s", fr.Pos, fr.Name)
			}
		}
	}
	return out.String()
}

// foreign are values of types that are not Starlark's own.
var foreign = starlark.StringDict{
	"claimed": starlark.NewBuiltin("claimed", func(_ *starlark.Thread, _ *starlark.Builtin, args starlark.Tuple, _ []starlark.Tuple) (starlark.Value, error) {
		return &claimed{args}, nil
	}),
	"mapped": starlark.NewBuiltin("mapped", func(*starlark.Thread, *starlark.Builtin, starlark.Tuple, []starlark.Tuple) (starlark.Value, error) {
		return &record{typ: "dict"}, nil
	}),
	"named": starlark.NewBuiltin("named", makeNamed),
	"record": starlark.NewBuiltin("record", func(*starlark.Thread, *starlark.Builtin, starlark.Tuple, []starlark.Tuple) (starlark.Value, error) {
		return &record{fields: starlark.StringDict{"n": starlark.MakeInt(1), "lower": starlark.NewBuiltin("fn", echo)}}, nil
	}),
	"stream": starlark.NewBuiltin("stream", func(_ *starlark.Thread, _ *starlark.Builtin, args starlark.Tuple, _ []starlark.Tuple) (starlark.Value, error) {
		n := 3
		err := starlark.UnpackPositionalArgs("stream", args, nil, 0, &n)
		return stream(n), err
	}),
}

func makeNamed(_ *starlark.Thread, _ *starlark.Builtin, args starlark.Tuple, _ []starlark.Tuple) (starlark.Value, error) {
	return &named{args}, nil
}

// echo gives back its arguments.
func echo(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	if len(kwargs) > 0 {
		return nil, fmt.Errorf("%s: no keywords, please", b.Name())
	}
	return append(starlark.Tuple{starlark.String(b.Name())}, args...), nil
}

// A record has fields and methods, some of them with names of those of
// strings and dictionaries, and an operator.
type record struct {
	fields starlark.StringDict
	typ    string // or "record"
}

var (
	_ starlark.HasSetField = (*record)(nil)
	_ starlark.HasBinary   = (*record)(nil)
	_ starlark.Mapping     = (*record)(nil)
)

func (r *record) String() string        { return "record(" + r.fields.String() + ")" }
func (r *record) Type() string          { return cmp.Or(r.typ, "record") }
func (r *record) Freeze()               {}
func (r *record) Truth() starlark.Bool  { return true }
func (r *record) Hash() (uint32, error) { return 7, nil }
func (r *record) AttrNames() []string   { return []string{"count", "get", "items", "join", "n", "lower"} }

func (r *record) Attr(name string) (starlark.Value, error) {
	switch name {
	case "get", "join", "count", "items":
		return starlark.NewBuiltin(name, echo).BindReceiver(r), nil
	case "strip":
		return nil, errors.New("strip is broken")
	}
	return r.fields[name], nil
}

func (r *record) SetField(name string, v starlark.Value) error {
	r.fields[name] = v
	return nil
}

func (r *record) Get(k starlark.Value) (starlark.Value, bool, error) {
	s, _ := starlark.AsString(k)
	v, ok := r.fields[s]
	return v, ok, nil
}

func (r *record) Binary(op syntax.Token, y starlark.Value, side starlark.Side) (starlark.Value, error) {
	if i, ok := y.(starlark.Int); ok {
		return starlark.Tuple{starlark.String(op.String()), i, starlark.Bool(side)}, nil
	}
	return nil, nil
}

// A stream is an iterable of unknown length.
type stream int

func (s stream) String() string             { return fmt.Sprintf("stream(%d)", int(s)) }
func (s stream) Type() string               { return "stream" }
func (s stream) Freeze()                    {}
func (s stream) Truth() starlark.Bool       { return true }
func (s stream) Hash() (uint32, error)      { return 0, errors.New("unhashable: stream") }
func (s stream) Iterate() starlark.Iterator { return &streamIterator{left: int(s)} }

type streamIterator struct{ left int }

func (it *streamIterator) Next(p *starlark.Value) bool {
	if it.left == 0 {
		return false
	}
	it.left--
	*p = starlark.MakeInt(it.left)
	return true
}

func (it *streamIterator) Done() {}

// A named is a named tuple: a composite that leaves all to its tuple.
type named struct{ starlark.Tuple }

var (
	_ starlark.HasAttrs   = (*named)(nil)
	_ starlark.HasBinary  = (*named)(nil)
	_ starlark.Comparable = (*named)(nil)
)

func (n *named) Type() string                             { return "named" }
func (n *named) Attr(name string) (starlark.Value, error) { return nil, nil }
func (n *named) AttrNames() []string                      { return nil }

func (n *named) CompareSameType(op syntax.Token, y starlark.Value, depth int) (bool, error) {
	return starlark.CompareDepth(op, n.Tuple, y.(*named).Tuple, depth)
}

func (n *named) Binary(op syntax.Token, y starlark.Value, side starlark.Side) (starlark.Value, error) {
	if side == starlark.Left {
		return starlark.Binary(op, n.Tuple, y)
	}
	return starlark.Binary(op, y, n.Tuple)
}

// A claimed is a sequence that claims to be a list.
type claimed struct{ starlark.Tuple }

var _ starlark.Comparable = (*claimed)(nil)

func (c *claimed) Type() string { return "list" }

// CompareSameType compares with any sequence.
func (c *claimed) CompareSameType(op syntax.Token, y starlark.Value, depth int) (bool, error) {
	var elems starlark.Tuple
	for v := range starlark.Elements(y.(starlark.Iterable)) {
		elems = append(elems, v)
	}
	return starlark.CompareDepth(op, c.Tuple, elems, depth)
}
