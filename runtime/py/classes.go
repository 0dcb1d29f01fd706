package py

import (
	"maps"
	"strings"

	"github.com/starhost/starhost/runtime/pytypes"
	"go.starlark.net/starlark"
)

// The classes of Python itself. They are immutable.
var (
	objectClass = newObjectClass()
	typeClass   = NewClass(ClassSpec{Name: "type", Module: "builtins"})
	natives     = newNatives()
	exceptions  = newExceptions()
)

func newObjectClass() *Class {
	c := &Class{name: "object", module: "builtins", attrs: newBox()}
	c.mro = []*Class{c}
	return c
}

// The methods of these two classes refer to the classes, so that they cannot
// be part of how the variables begin.
func init() {
	for _, name := range sortedKeys(objectMethods) {
		objectClass.attrs.Set(name, &method{name: name, class: objectClass, fn: objectMethods[name]})
	}
	objectClass.attrs.Set("__new__", &staticMethod{starlark.NewBuiltin("__new__", newObject)})
	base := exceptions["BaseException"]
	for _, name := range sortedKeys(exceptionMethods) {
		base.attrs.Set(name, &method{name: name, class: base, fn: exceptionMethods[name]})
	}
}

// newNatives makes the classes of the built-in types.
func newNatives() map[string]*Class {
	classes := make(map[string]*Class)
	for _, t := range pytypes.Types() {
		c := &Class{name: t.Name, module: "builtins", attrs: newBox(), native: t}
		if t.Name == "bool" {
			c.bases = []*Class{classes["int"]}
		}
		c.complete()
		classes[t.Name] = c
	}
	return classes
}

// exceptionTree has Python's exception classes, each line a class and those
// that extend it; a class is on a line of its own before it has any below,
// https://docs.python.org/3.12/library/exceptions.html#exception-hierarchy.
const exceptionTree = `BaseException: BaseExceptionGroup GeneratorExit KeyboardInterrupt SystemExit Exception
Exception: ArithmeticError AssertionError AttributeError BufferError EOFError ExceptionGroup ImportError LookupError MemoryError NameError OSError ReferenceError RuntimeError StopAsyncIteration StopIteration SyntaxError SystemError TypeError ValueError Warning
ArithmeticError: FloatingPointError OverflowError ZeroDivisionError
ImportError: ModuleNotFoundError
LookupError: IndexError KeyError
NameError: UnboundLocalError
OSError: BlockingIOError ChildProcessError ConnectionError FileExistsError FileNotFoundError InterruptedError IsADirectoryError NotADirectoryError PermissionError ProcessLookupError TimeoutError
ConnectionError: BrokenPipeError ConnectionAbortedError ConnectionRefusedError ConnectionResetError
RuntimeError: NotImplementedError RecursionError
SyntaxError: IndentationError
IndentationError: TabError
ValueError: UnicodeError
UnicodeError: UnicodeDecodeError UnicodeEncodeError UnicodeTranslateError
Warning: BytesWarning DeprecationWarning EncodingWarning FutureWarning ImportWarning PendingDeprecationWarning ResourceWarning RuntimeWarning SyntaxWarning UnicodeWarning UserWarning`

func newExceptions() map[string]*Class {
	classes := make(map[string]*Class)
	add := func(name, module string, base *Class) {
		c := &Class{name: name, module: module, attrs: newBox(), exception: true}
		if base != nil {
			c.bases = []*Class{base}
		}
		c.complete()
		classes[name] = c
	}
	add("BaseException", "builtins", nil)
	for line := range strings.Lines(exceptionTree) {
		base, below, _ := strings.Cut(strings.TrimSpace(line), ": ")
		for name := range strings.FieldsSeq(below) {
			add(name, "builtins", classes[base])
		}
	}
	add("JSONDecodeError", "json.decoder", classes["ValueError"])
	return classes
}

// ExceptionClass returns one of Python's exception classes, or nil.
func ExceptionClass(name string) *Class { return exceptions[name] }

// BuiltinClass returns the class of a built-in type ("dict"), or object or
// type, or nil.
func BuiltinClass(name string) *Class {
	switch name {
	case "object":
		return objectClass
	case "type":
		return typeClass
	}
	return natives[name]
}

// builtinClasses are the classes that every file finds under their names.
func builtinClasses() starlark.StringDict {
	all := starlark.StringDict{"object": objectClass, "type": typeClass}
	for name, c := range natives {
		if visible[name] {
			all[name] = c
		}
	}
	for name, c := range exceptions {
		if c.module == "builtins" {
			all[name] = c
		}
	}
	maps.Copy(all, starlark.StringDict{"EnvironmentError": exceptions["OSError"], "IOError": exceptions["OSError"]})
	return all
}

// visible are the built-in types that have a name of their own.
var visible = map[string]bool{
	"int": true, "float": true, "bool": true, "str": true, "bytes": true, "bytearray": true,
	"list": true, "tuple": true, "dict": true, "set": true, "frozenset": true, "range": true,
	"slice": true, "map": true, "filter": true, "zip": true, "enumerate": true, "reversed": true,
}
