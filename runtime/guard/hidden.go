package guard

import (
	"strings"

	"go.starlark.net/starlark"
	"go.starlark.net/syntax"
)

// The names of what the rewriter puts in: none is an identifier, so that no
// program can say or bind them.
const (
	nameKey      = "(key)"
	nameCompare  = "(compare)"
	nameContents = "(contents)"
	nameNone     = "(None)"
	nameSlice    = "([:])"
	nameArgs     = "(*args)"
	nameKwargs   = "(**kwargs)"
)

// operatorName is the name of the function that stands for an operator, or
// makes the operand of an augmented assignment.
func operatorName(op syntax.Token) string { return "(" + op.String() + ")" }

// methodName is the name of the function that stands for a call of a method.
func methodName(name string) string { return "." + name + "()" }

// selectionName is the name of the function that stands for the selection of
// a method.
func selectionName(name string) string { return "." + name }

// Hidden reports whether name is that of a hidden function. Its frame, if it
// is in the stack of an error, is not a call that the author wrote. Methods
// show under their own names.
func Hidden(name string) bool {
	return strings.HasPrefix(name, "(") || strings.HasPrefix(name, ".")
}

// operators are the binary operators that are replaced by a function.
var operators = []syntax.Token{
	syntax.PLUS, syntax.MINUS, syntax.STAR, syntax.PERCENT,
	syntax.AMP, syntax.PIPE, syntax.CIRCUMFLEX, syntax.LTLT,
}

// augmented are the operators of augmented assignments whose right side is
// replaced by an operand.
var augmented = []syntax.Token{
	syntax.PLUS_EQ, syntax.MINUS_EQ, syntax.STAR_EQ, syntax.PERCENT_EQ,
	syntax.AMP_EQ, syntax.PIPE_EQ, syntax.CIRCUMFLEX_EQ, syntax.LTLT_EQ,
}

// hidden gives all hidden names.
func hidden() starlark.StringDict {
	d := starlark.StringDict{
		nameKey:      keyProbe,
		nameCompare:  compareProbe,
		nameContents: contentsProbe,
		nameNone:     starlark.None,
		nameSlice:    starlark.NewBuiltin(nameSlice, slice),
		nameArgs:     starlark.NewBuiltin(nameArgs, starArgs),
		nameKwargs:   starlark.NewBuiltin(nameKwargs, starKwargs),
	}
	for _, op := range operators {
		d[operatorName(op)] = starlark.NewBuiltin(operatorName(op), operator(op))
	}
	for _, op := range augmented {
		d[operatorName(op)] = starlark.NewBuiltin(operatorName(op), augment(op))
	}
	for name, ms := range checked {
		d[methodName(name)] = starlark.NewBuiltin(name, ms.call)
		d[selectionName(name)] = starlark.NewBuiltin(selectionName(name), ms.selected)
	}
	return d
}

func operator(op syntax.Token) function {
	if op == syntax.PLUS {
		return func(thread *starlark.Thread, _ *starlark.Builtin, args starlark.Tuple, _ []starlark.Tuple) (starlark.Value, error) {
			return add(thread, args[0], args[1])
		}
	}
	return func(thread *starlark.Thread, _ *starlark.Builtin, args starlark.Tuple, _ []starlark.Tuple) (starlark.Value, error) {
		return binary(thread, op, args[0], args[1])
	}
}

func augment(op syntax.Token) function {
	return func(thread *starlark.Thread, _ *starlark.Builtin, args starlark.Tuple, _ []starlark.Tuple) (starlark.Value, error) {
		return &operand{args[0], op, thread}, nil
	}
}

// starArgs checks x in a call f(*x).
func starArgs(thread *starlark.Thread, _ *starlark.Builtin, args starlark.Tuple, _ []starlark.Tuple) (starlark.Value, error) {
	it, ok := args[0].(starlark.Iterable)
	if !ok {
		return args[0], nil
	}
	if starlark.Len(it) >= 0 {
		return it, CheckElements(thread, "*args", starlark.Len(it))
	}
	values, err := collect(thread, "*args", it)
	return starlark.Tuple(values), err
}

// starKwargs checks x in a call f(**x).
func starKwargs(thread *starlark.Thread, _ *starlark.Builtin, args starlark.Tuple, _ []starlark.Tuple) (starlark.Value, error) {
	if n := starlark.Len(args[0]); n > 0 {
		return args[0], MeterOf(thread).elements("**kwargs", n, entryBytes)
	}
	return args[0], nil
}
