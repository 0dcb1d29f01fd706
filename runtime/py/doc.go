// Package py is what Python files run on: package pysyntax lowers them to
// Starlark's tree, and the tree calls the names of this package for all that
// Python does and Starlark does not.
//
// # Names
//
// A lowered file finds these names predeclared. None can be written in a file,
// as they all begin with "py.". "Bool" below means True or False of Starlark;
// everything else may return any value. Every error has CPython's class and
// text.
//
// Operators. Each in-place one returns the value to assign.
//
//	py.add py.sub py.mul py.truediv py.floordiv py.mod py.pow py.matmul
//	py.lshift py.rshift py.and py.or py.xor (x, y)
//	py.iadd py.isub py.imul py.itruediv py.ifloordiv py.imod py.ipow
//	py.imatmul py.ilshift py.irshift py.iand py.ior py.ixor (x, y)
//	py.neg py.pos py.invert (x)
//	py.eq py.ne py.lt py.le py.gt py.ge (x, y)   any value, as __eq__ may return any
//	py.in(x, container) Bool                     "not in" is not py.in(…)
//	py.is(x, y) Bool
//	py.members(constants)  a frozen container of a tuple of constants, whose
//	                       native "x in c" is Python's
//
// Starlark's own not, and, or and conditional expressions are Python's, as
// every value says its truth.
//
// Items and attributes.
//
//	py.item(x, key)  py.setitem(x, key, v)  py.delitem(x, key)
//	py.getslice(x, low, high, step)      x[low:high:step], None where left out
//	py.slice(low, high, step)            the slice object, for all other uses
//	py.attr(x, "name")  py.setattr(x, "name", v)  py.delattr(x, "name")
//	py.call(x, "name", *args, **kwargs)  x.name(…)
//
// Displays and arguments.
//
//	py.str(lit, v, lit, v, …)  an f-string: literals and values in turn; a value is
//	                           formatted with an empty specification
//	py.format(v, conv, spec)   a field with "r", "s", "a" or "", and a specification
//	py.dict(k, v, k, v, …)     a dict display, later keys win
//	py.merge(d, …)             {**d, …}: a new dict of mappings
//	py.set(v, …)               a set display
//	py.concat(iterable, …)     [*a, *b]: a new list of the elements of all
//	py.tuple_of(iterable) py.set_of(iterable)
//	py.star(x)                 an iterable as the native *args takes it
//	py.kwargs(x)               a mapping as the native **kwargs takes it
//	py.kwmerge("f", d, …)      several ** arguments: a repeated key is an error
//	py.unpack(x, n)            a tuple of exactly n elements of x
//	py.unpack(x, n, m)         a tuple of n elements, a list of those between, m elements
//
// Loops.
//
//	py.iter(x)     what a native loop or comprehension iterates over for x
//	py.iter(x, n)  the same, with each element a tuple of exactly n
//	py.ended()     after a native loop over py.iter: raises what ended it early
//	py.checked(v)  v, the same for a comprehension
//	py.gen(x, f)   a lazy iterator of f(e) for each e of x, without those that
//	               are py.skip (x is asked for its iterator at once)
//	py.flat(x, f)  a lazy iterator of the elements of f(e) for each e of x
//	py.skip        the value for which an element is left out
//
// Names. A box has the variables that Starlark's own cannot be: its fields are
// read and written as attributes (b.x, b.x = v), and reading one without a
// value raises NameError (module) or UnboundLocalError.
//
//	py.box("x", …)          the box of one call of a function
//	py.globals              the box of the module: the host reads and replaces
//	                        its fields, and restores them for each event
//	py.assign(box, "x", v)  sets a field and returns v (a walrus)
//	py.unbind(box, "x")     del x
//	py.undefined("x")       raises NameError
//
// Classes.
//
//	py.class("Name", (base, …), {keyword: v}, body, doc)
//	        makes a class; body(ns) fills the box ns with the attributes, in
//	        order
//	py.annotate(ns, "x", annotation)  x: annotation, in a class body
//	py.super(class, self)             super() in a method
//
// Exceptions. py.try runs a function of no arguments and returns what it
// returns, or, if it raises, what it raised as a caught value; a limit that is
// reached, and a store that fails, cannot be caught.
//
//	py.try(f)
//	py.caught(r) Bool         whether r is a caught value
//	py.except(r, types) Bool  whether the exception is of a class or of one of a tuple
//	py.exception(r)           the exception, for "as"
//	py.reraise(r)             raises it again, with its first place
//	py.reraise()              a bare raise outside of any handler of its function
//	py.raise(x)  py.raise(x, cause)   cause None: "from None"
//	py.assertion()  py.assertion(msg)  raises AssertionError
//	py.enter(m)               with: calls __enter__
//	py.exit(m, r) Bool        with: calls __exit__ with a caught value or None; whether to suppress
//
// Imports.
//
//	py.import("a.b")        the module a.b ("import a.b as c")
//	py.import_root("a.b")   the module a, after a.b ("import a.b")
//	py.from("a.b", "name")  "from a.b import name": an attribute, or a module below
//
// Matching. The tuple of values is None where there is no match.
//
//	py.match_seq(x, n, starred) Bool   a sequence of n elements (or at least n), no text
//	py.match_map(x, (key, …))          the values of the keys of a mapping
//	py.match_rest(x, (key, …))         a dict of the other keys
//	py.match_class(x, class, n, ("attr", …))  the values of n positional and the named attributes
package py
