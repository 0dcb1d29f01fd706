package probe

import (
	"encoding/json"

	"go.starlark.net/syntax"
)

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
	Text        string          // of the expression, on one line, cut if very long
	Kind        Kind
	Value       string    // as Starlark writes it, cut if long
	Operands    []Operand // what the value came from, but for constants
	Depth       int       // of the call: 0 for the function that the host called
	Func        string    // the function: its name, "lambda" or "<toplevel>"

	site  *site
	call  int
	truth bool
}

// An Operand is an operand of a condition: of a comparison what it compares,
// of a call what it is called on and its arguments.
type Operand struct {
	Text  string `json:"text"`
	Value string `json:"value"`
}

var kinds = map[role]Kind{roleCondition: Condition, roleLoop: Loop, roleResult: Return}

func (r *record) step() Step {
	s := r.site
	step := Step{
		Pos: s.start, EndPos: s.end, Text: s.text(),
		Kind: kinds[s.role], Value: r.value.String(),
		Depth: r.depth, Func: s.fn.name,
		site: s, call: r.call, truth: r.truth,
	}
	for _, o := range r.operands {
		step.Operands = append(step.Operands, Operand{o.site.text(), o.value.String()})
	}
	return step
}

func (s *site) text() string { return s.source.text.between(s.start, s.end) }

// MarshalJSON gives a step as one flat object.
func (s Step) MarshalJSON() ([]byte, error) {
	return json.Marshal(struct {
		File     string    `json:"file"`
		Line     int32     `json:"line"`
		Col      int32     `json:"col"`
		EndLine  int32     `json:"end_line"`
		EndCol   int32     `json:"end_col"`
		Text     string    `json:"text"`
		Kind     Kind      `json:"kind"`
		Value    string    `json:"value"`
		Operands []Operand `json:"operands,omitempty"`
		Depth    int       `json:"depth"`
		Func     string    `json:"func"`
	}{
		s.Pos.Filename(), s.Pos.Line, s.Pos.Col, s.EndPos.Line, s.EndPos.Col,
		s.Text, s.Kind, s.Value, s.Operands, s.Depth, s.Func,
	})
}
