package pysyntax

import "slices"

// Names lists the names of package runtime/py that lowered code may use,
// sorted.
func Names() []string {
	names := slices.Clone(runtimeNames)
	slices.Sort(names)
	return names
}

var runtimeNames = []string{
	// operators
	"py.add", "py.sub", "py.mul", "py.truediv", "py.floordiv", "py.mod", "py.pow", "py.matmul",
	"py.lshift", "py.rshift", "py.and", "py.or", "py.xor",
	"py.iadd", "py.isub", "py.imul", "py.itruediv", "py.ifloordiv", "py.imod", "py.ipow", "py.imatmul",
	"py.ilshift", "py.irshift", "py.iand", "py.ior", "py.ixor",
	"py.neg", "py.pos", "py.invert",
	"py.eq", "py.ne", "py.lt", "py.le", "py.gt", "py.ge", "py.in", "py.is", "py.members",

	// items and attributes
	"py.item", "py.setitem", "py.delitem", "py.getslice", "py.slice",
	"py.attr", "py.setattr", "py.delattr", "py.call",

	// displays and arguments
	"py.str", "py.format", "py.dict", "py.merge", "py.set", "py.concat", "py.tuple_of", "py.set_of",
	"py.star", "py.kwargs", "py.kwmerge", "py.unpack",

	// loops
	"py.iter", "py.ended", "py.checked", "py.gen", "py.flat", "py.skip",

	// names
	"py.box", "py.globals", "py.assign", "py.unbind", "py.undefined",

	// classes
	"py.class", "py.annotate", "py.super",

	// exceptions
	"py.try", "py.caught", "py.except", "py.exception", "py.reraise", "py.raise", "py.assertion",
	"py.enter", "py.exit",

	// imports
	"py.import", "py.import_root", "py.from",

	// matching
	"py.match_seq", "py.match_map", "py.match_rest", "py.match_class",
}
