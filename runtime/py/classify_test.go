package py

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.starlark.net/starlark"
	"go.starlark.net/syntax"
)

// TestClassify holds the texts of Starlark's own errors, which are all that
// its interpreter gives, to what CPython 3.12 says in their place.
func TestClassify(t *testing.T) {
	for _, c := range []struct{ src, class, msg string }{
		{"def f():\n  if False: x = 1\n  return x\nf()", "UnboundLocalError", "cannot access local variable 'x' where it is not associated with a value"},
		{"def f(): return g\nf()\ng = 1", "NameError", "name 'g' is not defined"},
		{"x = 1\nx()", "TypeError", "'int' object is not callable"},
		{"x = 'a'\nx()", "TypeError", "'str' object is not callable"},
		{"def f(a, b): pass\nf()", "TypeError", "f() missing 2 required positional arguments: 'a' and 'b'"},
		{"def f(a, b, c): pass\nf()", "TypeError", "f() missing 3 required positional arguments: 'a', 'b', and 'c'"},
		{"def f(a): pass\nf()", "TypeError", "f() missing 1 required positional argument: 'a'"},
		{"def f(): pass\nf(1)", "TypeError", "f() takes 0 positional arguments but 1 was given"},
		{"def f(): pass\nf(1, 2)", "TypeError", "f() takes 0 positional arguments but 2 were given"},
		{"def f(a): pass\nf(1, 2)", "TypeError", "f() takes 1 positional argument but 2 were given"},
		{"def f(a, b): pass\nf(1, 2, 3)", "TypeError", "f() takes 2 positional arguments but 3 were given"},
		{"def f(a): pass\nf(1, a=2)", "TypeError", "f() got multiple values for argument 'a'"},
		{"def f(a): pass\nf(1, b=2)", "TypeError", "f() got an unexpected keyword argument 'b'"},
		{"a, b = [1, 2, 3]", "ValueError", "too many values to unpack (expected 2)"},
		{"a, b = [1]", "ValueError", "not enough values to unpack (expected 2, got 1)"},
		{"a, b = 1", "TypeError", "cannot unpack non-iterable int object"},
		{"for x in 1: pass", "TypeError", "'int' object is not iterable"},
		{"def f(*a): pass\nf(*1)", "TypeError", "argument after * must be an iterable, not int"},
		{"def f(**a): pass\nf(**1)", "TypeError", "argument after ** must be a mapping, not int"},
		{"x = {[]: 1}", "TypeError", "unhashable type: 'list'"},
		{"x = None.y", "AttributeError", "'NoneType' object has no attribute 'y'"},
	} {
		options := syntax.FileOptions{TopLevelControl: true, GlobalReassign: true, Recursion: true}
		_, err := starlark.ExecFileOptions(&options, new(starlark.Thread), "f.star", c.src, nil)
		require.Error(t, err, c.src)
		class, msg := Classify(err)
		assert.Equal(t, c.class, class, "%s: %v", c.src, err)
		assert.Equal(t, c.msg, msg, c.src)
	}
}

func TestLinearize(t *testing.T) {
	class := func(name string, bases ...*Class) *Class {
		return NewClass(ClassSpec{Name: name, Bases: bases})
	}
	a := class("A")
	b, c := class("B", a), class("C", a)
	d := class("D", b, c)
	assert.Equal(t, "D, B, C, A, object", names(d.mro))

	bad := &Class{name: "X", bases: []*Class{a, b}, attrs: newBox()}
	assert.EqualError(t, bad.complete(), "Cannot create a consistent method resolution order (MRO) for bases A, B")
}
