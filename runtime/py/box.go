package py

import (
	"fmt"
	"strings"

	"github.com/starhost/starhost/builtins/helpers/pyerr"
	"go.starlark.net/starlark"
)

// A Box has the variables that Starlark's own cannot be: those that one
// function assigns and another one reads or assigns. Its fields are the
// variables, in the order in which they were first set.
type Box struct {
	names  []string
	values []starlark.Value // nil where a variable has no value
	index  map[string]int   // of names, once there are many

	// module is the world of the module whose variables these are, or nil for
	// those of a function.
	module *World
}

// manyNames is the number of names from which a map finds them faster.
const manyNames = 8

var _ starlark.HasSetField = (*Box)(nil)

func newBox(names ...string) *Box {
	return &Box{names: names, values: make([]starlark.Value, len(names))}
}

func (b *Box) String() string        { return "<variables " + strings.Join(b.names, ", ") + ">" }
func (b *Box) Type() string          { return "variables" }
func (b *Box) Freeze()               {} // it is never shared between workers
func (b *Box) Truth() starlark.Bool  { return true }
func (b *Box) Hash() (uint32, error) { return 0, fmt.Errorf("unhashable: variables") }
func (b *Box) AttrNames() []string   { return b.names }

// find returns the index of a variable, or -1.
func (b *Box) find(name string) int {
	if b.index != nil {
		if i, ok := b.index[name]; ok {
			return i
		}
		return -1
	}
	for i, n := range b.names {
		if n == name {
			return i
		}
	}
	return -1
}

// Get returns the value of a variable, or nil if it has none.
func (b *Box) Get(name string) starlark.Value {
	if i := b.find(name); i >= 0 {
		return b.values[i]
	}
	return nil
}

// Set gives a variable a value; nil takes it away.
func (b *Box) Set(name string, v starlark.Value) {
	if i := b.find(name); i >= 0 {
		b.values[i] = v
		return
	}
	b.names = append(b.names, name)
	b.values = append(b.values, v)
	switch {
	case b.index != nil:
		b.index[name] = len(b.names) - 1
	case len(b.names) > manyNames:
		b.index = make(map[string]int, 2*manyNames)
		for i, n := range b.names {
			b.index[n] = i
		}
	}
}

// Attr reads a variable.
func (b *Box) Attr(name string) (starlark.Value, error) {
	if v := b.Get(name); v != nil {
		return v, nil
	}
	if b.module != nil {
		return nil, notDefined(name)
	}
	return nil, pyerr.New("UnboundLocalError", "cannot access local variable '%s' where it is not associated with a value", name)
}

// SetField assigns a variable. Those of a module are put back for the next
// event.
func (b *Box) SetField(name string, v starlark.Value) error {
	if b.module != nil {
		b.module.touchBox(b, name)
	}
	b.Set(name, v)
	return nil
}

// unbind takes away the value of a variable: del name.
func (b *Box) unbind(name string) error {
	if _, err := b.Attr(name); err != nil {
		return err
	}
	return b.SetField(name, nil)
}

// each calls f for each variable that has a value, in order.
func (b *Box) each(f func(name string, v starlark.Value)) {
	for i, name := range b.names {
		if b.values[i] != nil {
			f(name, b.values[i])
		}
	}
}

func notDefined(name string) error {
	return pyerr.New("NameError", "name '%s' is not defined", name)
}
