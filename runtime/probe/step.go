package probe

import "go.starlark.net/syntax"

// A Kind tells what a Step is a step of.
type Kind string

// The kinds of steps.
const (
	Condition Kind = "condition" // a test, a comparison, an operand of and, or, not
	Loop      Kind = "loop"      // what a for statement is about to go through
	Return    Kind = "return"    // what a function returns
)

// A Step is one condition that a call evaluated, or one value that a function
// returned.
type Step struct {
	Pos, EndPos syntax.Position // of the expression; EndPos is behind it
	Text        string          // of the expression, on one line, shortened if very long
	Kind        Kind
	Value       string    // as Starlark writes it, shortened if long
	Operands    []Operand // what the value came from, but for constants
	Depth       int       // of the call: 0 for the function that the host called
	Func        string    // the function: its name, "lambda" or "<toplevel>"
}

// An Operand is an operand of a condition: a name, a call, an attribute, an
// element.
type Operand struct {
	Text  string `json:"text"`
	Value string `json:"value"`
}

// Deciding gives the step that decided the result of the recorded call: what
// its outermost function returned last, or, if that is a constant, the last
// condition before it in the same call of that function. Of conditions that
// are joined by and, or, not it gives the one that alone made the result what
// it is, if there is one. If the call failed, it is the last condition before
// the failure. It reports false if there is no step to give.
func Deciding(steps []Step) (Step, bool) {
	return Step{}, false
}

// Chain gives the steps that led to the result of the recorded call: the one
// that Deciding gives, then, if that called a function of the rule, the one
// that decided the result of that function, and so on inwards.
func Chain(steps []Step) []Step {
	return nil
}
