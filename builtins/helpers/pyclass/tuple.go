package pyclass

import (
	"strings"

	"github.com/starhost/starhost/builtins/helpers/pyerr"
	"github.com/starhost/starhost/builtins/helpers/pyrepr"
	"go.starlark.net/starlark"
	"go.starlark.net/syntax"
)

// A NamedTuple is a tuple whose elements are attributes too. It is immutable
// if its elements are.
type NamedTuple struct {
	FullName string   // of its class: "time.struct_time"
	Names    []string // of the elements
	Elems    starlark.Tuple
	More     starlark.StringDict // attributes that are not elements

	// Lookup, if not nil, is asked for other attributes, and says nil for
	// those that it does not know.
	Lookup func(t *NamedTuple, name string) (starlark.Value, error)
}

var (
	_ starlark.Sequence   = (*NamedTuple)(nil)
	_ starlark.Sliceable  = (*NamedTuple)(nil)
	_ starlark.HasAttrs   = (*NamedTuple)(nil)
	_ starlark.Comparable = (*NamedTuple)(nil)
	_ starlark.HasBinary  = (*NamedTuple)(nil)
)

func (t *NamedTuple) String() string {
	var b strings.Builder
	b.WriteString(t.FullName + "(")
	for i, name := range t.Names {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(name + "=" + pyrepr.Of(t.Elems[i]))
	}
	return b.String() + ")"
}

func (t *NamedTuple) Type() string               { return t.FullName[strings.LastIndexByte(t.FullName, '.')+1:] }
func (t *NamedTuple) Freeze()                    { t.Elems.Freeze() }
func (t *NamedTuple) Truth() starlark.Bool       { return len(t.Elems) > 0 }
func (t *NamedTuple) Hash() (uint32, error)      { return t.Elems.Hash() }
func (t *NamedTuple) Len() int                   { return len(t.Elems) }
func (t *NamedTuple) Index(i int) starlark.Value { return t.Elems[i] }
func (t *NamedTuple) Iterate() starlark.Iterator { return t.Elems.Iterate() }

// Slice returns a plain tuple.
func (t *NamedTuple) Slice(start, end, step int) starlark.Value {
	return t.Elems.Slice(start, end, step)
}

// Binary concatenates to a plain tuple.
func (t *NamedTuple) Binary(op syntax.Token, y starlark.Value, side starlark.Side) (starlark.Value, error) {
	if named, ok := y.(*NamedTuple); ok {
		y = named.Elems
	}
	if side == starlark.Left {
		return starlark.Binary(op, t.Elems, y)
	}
	return starlark.Binary(op, y, t.Elems)
}

// Attr returns an element by its name.
func (t *NamedTuple) Attr(name string) (starlark.Value, error) {
	for i := range t.Names {
		if t.Names[i] == name {
			return t.Elems[i], nil
		}
	}
	if v, ok := t.More[name]; ok || t.Lookup == nil {
		return v, nil // nil: no such attribute
	}
	return t.Lookup(t, name)
}

// AttrNames lists the names of the elements and what there is more.
func (t *NamedTuple) AttrNames() []string {
	return append(t.More.Keys(), t.Names...)
}

// CompareSameType compares the elements.
func (t *NamedTuple) CompareSameType(op syntax.Token, y starlark.Value, depth int) (bool, error) {
	other, ok := y.(*NamedTuple)
	if !ok {
		return false, pyerr.Type("%s %s %s not implemented", t.Type(), op, y.Type())
	}
	return starlark.CompareDepth(op, t.Elems, other.Elems, depth)
}
