package pyoutside

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/starhost/starhost/builtins/helpers/pyerr"
	"github.com/starhost/starhost/runtime/py"
	"go.starlark.net/starlark"
)

// An outside is a name of a module for something that is outside of a rule, or
// an object made of one. It has any attribute, and each is an outside too.
type outside struct {
	name   string // as it is written: boto3.client
	lib    *library
	object bool // it is what a call of name has made
}

// A library says how the names of a module are refused.
type library struct {
	makes  []string // names that make an object, beside those that begin with a capital
	raises *py.Class
	reason string // why, and what to do
}

var (
	_ starlark.Callable = (*outside)(nil)
	_ starlark.HasAttrs = (*outside)(nil)
)

// names makes members of a module of names separated by spaces.
func (l *library) names(module, list string) starlark.StringDict {
	members := make(starlark.StringDict)
	for name := range strings.FieldsSeq(list) {
		members[name] = &outside{name: module + "." + name, lib: l}
	}
	return members
}

func (o *outside) String() string {
	if o.object {
		return "<" + o.name + " object>"
	}
	return "<function " + o.name + ">"
}

// Type is the name that messages have for it.
func (o *outside) Type() string {
	if o.object {
		return o.short()
	}
	return "function"
}

func (o *outside) Freeze()               {}
func (o *outside) Truth() starlark.Bool  { return true }
func (o *outside) Hash() (uint32, error) { return starlark.String(o.name).Hash() }
func (o *outside) AttrNames() []string   { return nil }

// Name is that of the function, for starlark.Callable.
func (o *outside) Name() string { return o.short() }

func (o *outside) short() string { return o.name[strings.LastIndexByte(o.name, '.')+1:] }

// Attr returns any attribute, but for Python's own.
func (o *outside) Attr(name string) (starlark.Value, error) {
	if strings.HasPrefix(name, "__") {
		return nil, nil
	}
	return &outside{name: o.name + "." + name, lib: o.lib}, nil
}

// CallInternal makes an object, or refuses.
func (o *outside) CallInternal(t *starlark.Thread, _ starlark.Tuple, _ []starlark.Tuple) (starlark.Value, error) {
	short := o.short()
	first, _ := utf8.DecodeRuneInString(short)
	if !o.object && (unicode.IsUpper(first) || slices.Contains(o.lib.makes, short)) {
		return &outside{name: o.name, lib: o.lib, object: true}, nil
	}
	return nil, o.lib.refuse(t, o.name)
}

// refuse is the error of an operation.
func (l *library) refuse(t *starlark.Thread, operation string) error {
	return raise(t, l.raises, operation+": "+l.reason)
}

// raise makes an error of an exception class.
func raise(t *starlark.Thread, class *py.Class, msg string) error {
	v, err := class.Make(t, starlark.Tuple{starlark.String(msg)}, nil)
	if err != nil {
		return err
	}
	e, ok := v.(*py.Instance)
	if !ok {
		return pyerr.New(class.Name(), "%s", msg)
	}
	return &py.Raised{Exception: e}
}

// exception makes an exception class.
func exception(module, name string, bases ...*py.Class) *py.Class {
	return py.NewClass(py.ClassSpec{Name: name, Module: module, Bases: bases})
}

// join adds members to others.
func join(all ...starlark.StringDict) starlark.StringDict {
	sum := make(starlark.StringDict)
	for _, members := range all {
		for name, v := range members {
			sum[name] = v
		}
	}
	return sum
}
