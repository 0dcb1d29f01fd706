// Package pyclass has classes as rules see them: values that are called to
// make an instance, have attributes (datetime.now), and name a type.
package pyclass

import (
	"slices"
	"strings"

	"github.com/starhost/starhost/builtins/helpers/pyerr"
	"go.starlark.net/starlark"
)

// A Class is a Python class that is written in Go. It is immutable.
type Class struct {
	// FullName is the name with its module, "datetime.timedelta".
	FullName string

	// Base is the class that this one extends, or nil.
	Base *Class

	// New makes an instance. nil means that the class cannot be called.
	New func(Call) (starlark.Value, error)

	// Members are the attributes of the class itself: constants and class
	// methods. Those of Base are found too.
	Members starlark.StringDict
}

// An Instance is a value that has a Class, for isinstance.
type Instance interface {
	starlark.Value
	Class() *Class
}

var (
	_ starlark.Callable = (*Class)(nil)
	_ starlark.HasAttrs = (*Class)(nil)
)

// Name is the name without the module.
func (c *Class) Name() string { return c.FullName[strings.LastIndexByte(c.FullName, '.')+1:] }

// Extends reports whether c is other or a class that extends it.
func (c *Class) Extends(other *Class) bool {
	for ; c != nil; c = c.Base {
		if c == other {
			return true
		}
	}
	return false
}

func (c *Class) String() string        { return "<class '" + c.FullName + "'>" }
func (c *Class) Type() string          { return "type" }
func (c *Class) Freeze()               {}
func (c *Class) Truth() starlark.Bool  { return true }
func (c *Class) Hash() (uint32, error) { return starlark.String(c.FullName).Hash() }

// CallInternal makes an instance.
func (c *Class) CallInternal(thread *starlark.Thread, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	if c.New == nil {
		return nil, pyerr.Type("cannot create '%s' instances", c.FullName)
	}
	return c.New(Call{thread, c.Name(), args, kwargs})
}

// Attr returns a member of the class or of one that it extends.
func (c *Class) Attr(name string) (starlark.Value, error) {
	if name == "__name__" {
		return starlark.String(c.Name()), nil
	}
	for ; c != nil; c = c.Base {
		if v, ok := c.Members[name]; ok {
			return v, nil
		}
	}
	return nil, nil
}

// AttrNames lists the members.
func (c *Class) AttrNames() []string {
	var names []string
	for ; c != nil; c = c.Base {
		names = append(names, c.Members.Keys()...)
	}
	slices.Sort(names)
	return slices.Compact(names)
}
