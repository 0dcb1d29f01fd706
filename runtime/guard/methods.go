package guard

import (
	"fmt"

	"go.starlark.net/starlark"
	"go.starlark.net/syntax"
)

// A method is the checked version of a method of a type of Starlark. recv is
// of that type.
type method func(thread *starlark.Thread, recv starlark.Value, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error)

// methods are the checked versions of the methods of one name.
type methods struct {
	name                     string
	ofString, ofList, ofDict method
	ofSet                    method
}

// of gives the method of a value, or nil if it has none that needs a check.
func (ms *methods) of(recv starlark.Value) method {
	switch recv.(type) {
	case starlark.String:
		return ms.ofString
	case *starlark.List:
		return ms.ofList
	case *starlark.Dict:
		return ms.ofDict
	case *starlark.Set:
		return ms.ofSet
	}
	return nil
}

// checked are the methods that copy or walk their receiver or arguments, by
// name. Those that do not, and stay the interpreter's own: append, clear,
// codepoint_ords, codepoints, elem_ords, elems, insert, popitem, removeprefix,
// removesuffix. The methods of bytes are among them.
var checked = byName()

// keyMethods are the checked methods for which the check of the first
// argument is enough.
var keyMethods = map[string]bool{"get": true, "pop": true, "setdefault": true, "add": true, "discard": true}

func byName() map[string]*methods {
	all := make(map[string]*methods)
	named := func(name string) *methods {
		if all[name] == nil {
			all[name] = &methods{name: name}
		}
		return all[name]
	}
	for name, m := range stringMethods {
		named(name).ofString = m
	}
	for name, m := range listMethods {
		named(name).ofList = m
	}
	for name, m := range dictMethods {
		named(name).ofDict = m
	}
	for name, m := range setMethods {
		named(name).ofSet = m
	}
	return all
}

// original calls the interpreter's own method.
func original(thread *starlark.Thread, name string, recv starlark.Value, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	v, err := recv.(starlark.HasAttrs).Attr(name)
	if err != nil {
		return nil, err
	}
	return v.(*starlark.Builtin).CallInternal(thread, args, kwargs)
}

// call is the hidden function that stands for x.name(args): its first argument
// is x. Its frame has the name of the method, and takes the place of the
// method's own frame.
func (ms *methods) call(thread *starlark.Thread, _ *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	recv, args := args[0], args[1:]
	if m := ms.of(recv); m != nil {
		return m(thread, recv, args, kwargs)
	}
	fn, err := attr(recv, ms.name)
	if err != nil {
		return nil, ms.misplaced(thread, err)
	}
	if b, ok := fn.(*starlark.Builtin); ok {
		return b.CallInternal(thread, args, kwargs)
	}
	return starlark.Call(thread, fn, args, kwargs)
}

// misplaced gives the error that a value has no method of that name the place
// where the interpreter reports it: that of the dot, which the rewriter has
// made sure to be right before the name, in the frame of the caller.
func (ms *methods) misplaced(thread *starlark.Thread, err error) error {
	if _, ok := err.(*noAttrError); !ok {
		return err // what went wrong counts more than the column
	}
	stack := thread.CallStack()
	stack.Pop()
	if n := len(stack); n > 0 {
		stack[n-1].Pos.Col -= int32(len(ms.name)) + 1
	}
	return &starlark.EvalError{Msg: err.Error(), CallStack: stack}
}

// selected is the hidden function that stands for x.name where that is not
// called at once.
func (ms *methods) selected(_ *starlark.Thread, _ *starlark.Builtin, args starlark.Tuple, _ []starlark.Tuple) (starlark.Value, error) {
	return ms.bind(args[0])
}

// bind gives x.name.
func (ms *methods) bind(recv starlark.Value) (starlark.Value, error) {
	m := ms.of(recv)
	if m == nil {
		return attr(recv, ms.name)
	}
	return starlark.NewBuiltin(ms.name, func(thread *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
		return m(thread, b.Receiver(), args, kwargs)
	}).BindReceiver(recv), nil
}

// A noAttrError says that a value has no attribute of a name.
type noAttrError struct{ text string }

func (e *noAttrError) Error() string { return e.text }

// attr is x.name.
func attr(x starlark.Value, name string) (starlark.Value, error) {
	if x, ok := x.(starlark.HasAttrs); ok {
		v, err := x.Attr(name)
		if _, none := err.(starlark.NoSuchAttrError); !none && (v != nil || err != nil) {
			return v, err
		}
	}
	return nil, &noAttrError{attrError(x, name)}
}

// attrError gives the interpreter's error for x.name, which may suggest
// another name, by having it evaluated.
func attrError(x starlark.Value, name string) string {
	_, err := starlark.EvalOptions(&syntax.FileOptions{}, new(starlark.Thread), "", "x."+name, starlark.StringDict{"x": x})
	if err == nil {
		return fmt.Sprintf("%s has no .%s field or method", x.Type(), name)
	}
	return err.Error()
}
