package py

import (
	"github.com/starhost/starhost/builtins/helpers/pyerr"
	"github.com/starhost/starhost/runtime/pytypes"
	"go.starlark.net/starlark"
	"go.starlark.net/syntax"
)

// members is a tuple, list or set of constants that a file only ever asks what
// is in it. Starlark's own "in" works on it, as fast as that gets.
type members struct {
	texts  map[string]bool
	others starlark.Tuple // those that are no text
}

var _ starlark.HasBinary = (*members)(nil)

// newMembers is py.members(constants).
func newMembers(_ *starlark.Thread, args starlark.Tuple, _ []starlark.Tuple) (starlark.Value, error) {
	list := args[0].(starlark.Tuple)
	m := &members{texts: make(map[string]bool, len(list))}
	for _, v := range list {
		if s, ok := v.(starlark.String); ok {
			m.texts[string(s)] = true
		} else {
			m.others = append(m.others, v)
		}
	}
	return m, nil
}

func (m *members) String() string        { return "<constants>" }
func (m *members) Type() string          { return "constants" }
func (m *members) Freeze()               {}
func (m *members) Truth() starlark.Bool  { return true }
func (m *members) Hash() (uint32, error) { return 0, pyerr.Type("unhashable type: 'constants'") }

// Binary is "x in m".
func (m *members) Binary(op syntax.Token, x starlark.Value, _ starlark.Side) (starlark.Value, error) {
	if op != syntax.IN && op != syntax.NOT_IN {
		return nil, nil
	}
	if s, ok := x.(starlark.String); ok {
		return starlark.Bool(m.texts[string(s)]), nil
	}
	o, ok := x.(*Instance)
	if !ok && len(m.others) == 0 {
		return starlark.False, nil
	}
	var t *starlark.Thread
	if ok {
		t = o.thread()
		for s := range m.texts {
			if eq, err := pytypes.Equal(t, starlark.String(s), x); eq || err != nil {
				return starlark.Bool(eq), err
			}
		}
	}
	for _, v := range m.others {
		if eq, err := pytypes.Equal(t, v, x); eq || err != nil {
			return starlark.Bool(eq), err
		}
	}
	return starlark.False, nil
}
