// Package guard keeps one call into a rule within its limits: checked
// versions of the operators, methods and built-in functions that the
// interpreter itself lets run on without end or allocate without bound.
//
// The interpreter counts steps and looks for cancellation between two
// instructions, never inside one: "x" * 1000000000 or max(range(10**12)) is a
// single step. So every file passes through [Rewrite] between parsing and
// compiling, which replaces the dangerous operators and method selections by
// hidden built-ins of the same meaning; [Builtins] gives these, and checked
// versions of list, sorted, str and so on, as the file's predeclared names; and
// a [Meter] counts the work of each call. Work that is not an instruction is
// charged in steps too, one for about 32 bytes that it allocates or walks, so
// that the limit of steps bounds the memory that one call can fill.
//
// Most of what rules do is cheap whatever the operands are, x == "literal" or
// event.get("key"), and stays the interpreter's own. Comparisons, searches and
// keys that may be large pass through a probe, at a third of the cost of a
// call; these are bounded by constants and not charged.
//
// A limit that is reached is a [LimitError]. Sizes are only the error of the
// operation; steps, time, depth, memory and the end of the context stop the
// call, whatever becomes of the error.
//
// Built-ins of other packages keep to the limits by [CheckBytes],
// [CheckElements], [CheckBits], [CheckKey], [Iterate], [Measure], [Str] and
// [Meter.Charge].
package guard
