package ruletest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/big"
	"regexp"
	"strings"

	"github.com/starhost/starhost/internal/strictyaml"
)

// A matcher says which values are expected: one value, or those that contain,
// match, are one of, or are at least or at most something.
type matcher struct {
	op      string // "", contains, matches, one_of, at_least, at_most
	want    any    // JSON value, with json.Number for numbers
	pattern *regexp.Regexp
}

// readMatcher reads an expectation. A mapping with exactly one of the
// operators as its key is one, any other value is expected as it is.
func readMatcher(v strictyaml.Value) matcher {
	if v.IsMapping() {
		var ops []string
		var operand strictyaml.Value
		for k, e := range v.Mapping().All() {
			ops, operand = append(ops, k.Text()), e
		}
		if len(ops) == 1 {
			if m, ok := operatorMatcher(ops[0], operand); ok {
				return m
			}
		}
	}
	return matcher{want: decodeJSON(v.JSON())}
}

func operatorMatcher(op string, v strictyaml.Value) (matcher, bool) {
	m := matcher{op: op, want: decodeJSON(v.JSON())}
	switch op {
	case "contains":
	case "matches":
		re, err := regexp.Compile(v.Text())
		if err != nil {
			v.Errorf("matches is not a regular expression: %v", err)
			re = regexp.MustCompile("")
		}
		m.pattern = re
	case "one_of":
		if !v.IsList() {
			v.Errorf("one_of is %s, want a list", v.Describe())
		}
	case "at_least", "at_most":
		if _, ok := number(m.want); !ok {
			v.Errorf("%s is %s, want a number", op, v.Describe())
		}
	default:
		return matcher{}, false
	}
	return m, true
}

// match tells whether a value is as expected.
func (m *matcher) match(got any) bool {
	switch m.op {
	case "contains":
		return contains(got, m.want)
	case "matches":
		s, ok := got.(string)
		return ok && m.pattern.MatchString(s)
	case "one_of":
		list, _ := m.want.([]any)
		for _, w := range list {
			if equalJSON(got, w) {
				return true
			}
		}
		return false
	case "at_least", "at_most":
		g, ok1 := number(got)
		w, ok2 := number(m.want)
		return ok1 && ok2 && (g.Cmp(w) >= 0) == (m.op == "at_least") || ok1 && ok2 && g.Cmp(w) == 0
	}
	return equalJSON(got, m.want)
}

// String gives the expectation for a message.
func (m *matcher) String() string {
	if m.op == "" {
		return encodeJSON(m.want)
	}
	return fmt.Sprintf("%s %s", strings.ReplaceAll(m.op, "_", " "), encodeJSON(m.want))
}

func contains(got, want any) bool {
	switch got := got.(type) {
	case string:
		s, ok := want.(string)
		return ok && strings.Contains(got, s)
	case []any:
		if all, ok := want.([]any); ok {
			for _, w := range all {
				if !contains(got, w) {
					return false
				}
			}
			return true
		}
		for _, g := range got {
			if equalJSON(g, want) {
				return true
			}
		}
	case map[string]any:
		part, ok := want.(map[string]any)
		for k, w := range part {
			if g, has := got[k]; !has || !equalJSON(g, w) {
				return false
			}
		}
		return ok
	}
	return false
}

// equalJSON compares JSON values: numbers by value, objects without order.
func equalJSON(a, b any) bool {
	if x, ok := number(a); ok {
		y, ok := number(b)
		return ok && x.Cmp(y) == 0
	}
	switch a := a.(type) {
	case []any:
		b, ok := b.([]any)
		if !ok || len(a) != len(b) {
			return false
		}
		for i := range a {
			if !equalJSON(a[i], b[i]) {
				return false
			}
		}
		return true
	case map[string]any:
		b, ok := b.(map[string]any)
		if !ok || len(a) != len(b) {
			return false
		}
		for k := range a {
			if w, has := b[k]; !has || !equalJSON(a[k], w) {
				return false
			}
		}
		return true
	}
	return a == b
}

func number(v any) (*big.Rat, bool) {
	n, ok := v.(json.Number)
	if !ok || len(n) > 400 || strings.ContainsAny(string(n), "eE") && !smallExponent(string(n)) {
		return nil, false
	}
	return new(big.Rat).SetString(string(n))
}

// smallExponent keeps 1e999999999 from becoming a huge number.
func smallExponent(s string) bool {
	_, e, _ := strings.Cut(strings.ToLower(s), "e")
	return len(strings.TrimLeft(e, "+-0")) <= 3
}

func decodeJSON(text []byte) any {
	if text == nil {
		return nil
	}
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.UseNumber()
	var v any
	if dec.Decode(&v) != nil {
		return nil
	}
	return v
}

func encodeJSON(v any) string {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return fmt.Sprint(v)
	}
	return strings.TrimSuffix(b.String(), "\n")
}
