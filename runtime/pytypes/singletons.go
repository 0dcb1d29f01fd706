package pytypes

import "go.starlark.net/starlark"

// Ellipsis is the value of "...", and NotImplemented what a method of an
// operator returns that does not know the other operand.
var (
	Ellipsis       starlark.Value = singleton{name: "Ellipsis", typ: "ellipsis"}
	NotImplemented starlark.Value = singleton{name: "NotImplemented", typ: "NotImplementedType"}
)

type singleton struct{ name, typ string }

func (s singleton) String() string        { return s.name }
func (s singleton) Type() string          { return s.typ }
func (s singleton) Freeze()               {}
func (s singleton) Truth() starlark.Bool  { return true }
func (s singleton) Hash() (uint32, error) { return starlark.String(s.name).Hash() }
