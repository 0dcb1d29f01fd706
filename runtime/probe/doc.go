// Package probe rewrites a rule's tree so that running it tells what it did.
//
// There are two passes over a syntax tree, whichever language it came from.
// [Explain] wraps the conditions of a file, so that a [Recorder] on the thread
// of a call learns each of them with its value: why a rule did or did not
// match. [Cover] puts a counter before each statement and at each branch: what
// the tests of a rule ran.
//
// A pass comes first of all: it rewrites a tree as it was parsed, before it
// is guarded and compiled. What it puts in are names that no program can
// write, such as "(explain 7)", whose values the method Builtins of its result
// gives; they belong to that file, and are to be predeclared for it. A file
// that no pass has seen pays nothing.
//
//	source := probe.Explain(tree, src)
//	maps.Copy(predeclared, source.Builtins())
//	guard.Rewrite(tree)
//	prog, err := starlark.FileProgram(tree, predeclared.Has)
//	…
//	var rec probe.Recorder
//	rec.Attach(thread)
//	result, err := starlark.Call(thread, rule, args, nil)
//	decided, ok := probe.Deciding(rec.Steps())
//
// What a program means stays the same: the order of evaluation, that
// everything is evaluated once, and the places of errors. A tree goes through
// one of the passes, not both.
package probe
