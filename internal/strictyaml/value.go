package strictyaml

import (
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/starhost/starhost/runtime"
	"go.starlark.net/syntax"
)

// A Value is a value of a document, under the name that messages give it. The
// zero Value is an absent one: its methods give zero values and report
// nothing.
type Value struct {
	doc  *Document
	node *node
	name string
}

// Exists reports whether there is a value, be it null.
func (v Value) Exists() bool { return v.node != nil }

// IsNull reports whether the value is absent or null.
func (v Value) IsNull() bool {
	return v.node == nil || v.node.isNull()
}

// Pos gives the place of the value.
func (v Value) Pos() syntax.Position {
	if v.node == nil {
		return syntax.Position{}
	}
	return syntax.MakePosition(&v.doc.Path, v.node.line, v.node.col)
}

// Name gives the name of the value.
func (v Value) Name() string { return v.name }

// Errorf reports an error at the value.
func (v Value) Errorf(format string, args ...any) {
	v.report(runtime.Error, "", format, args...)
}

// Warnf reports a warning at the value, with a hint, which may be "".
func (v Value) Warnf(hint, format string, args ...any) {
	v.report(runtime.Warning, hint, format, args...)
}

// ErrorHint reports an error at the value, with a hint.
func (v Value) ErrorHint(hint, format string, args ...any) {
	v.report(runtime.Error, hint, format, args...)
}

func (v Value) report(s runtime.Severity, hint, format string, args ...any) {
	if v.node == nil {
		return // why it is absent has been reported, or does not matter
	}
	v.doc.Diagnostics = append(v.doc.Diagnostics, &runtime.Diagnostic{
		Pos: v.Pos(), EndCol: int(v.node.col) + utf8.RuneCountInString(v.node.value), Severity: s,
		Code: v.doc.code, Msg: fmt.Sprintf(format, args...), Hint: hint,
	})
}

// want reports that the value is not what it must be.
func (v Value) want(what string) {
	v.Errorf("%s is %s, want %s", v.name, v.Describe(), what)
}

// Describe names the value for a message.
func (v Value) Describe() string {
	switch {
	case v.node.kind == mappingKind:
		return "a mapping"
	case v.node.kind == sequenceKind:
		return "a list"
	case v.IsNull():
		return "empty"
	case len(v.node.value) > 40:
		return "a text"
	}
	return fmt.Sprintf("%q", v.node.value)
}

// IsScalar reports whether the value is neither a mapping nor a list.
func (v Value) IsScalar() bool { return v.node != nil && v.node.kind == scalarKind }

// IsMapping reports whether the value is a mapping.
func (v Value) IsMapping() bool { return v.node != nil && v.node.kind == mappingKind }

// IsList reports whether the value is a list.
func (v Value) IsList() bool { return v.node != nil && v.node.kind == sequenceKind }

// Text gives the text of a scalar, as it is written; "" for null.
func (v Value) Text() string {
	if v.IsNull() {
		return ""
	}
	if !v.IsScalar() {
		v.want("a string")
		return ""
	}
	return v.node.value
}

// Bool gives a boolean, or fallback where the value is absent or wrong.
func (v Value) Bool(fallback bool) bool {
	switch {
	case !v.Exists():
		return fallback
	case v.IsScalar() && slices.Contains([]string{"true", "True", "TRUE"}, v.node.value):
		return true
	case v.IsScalar() && slices.Contains([]string{"false", "False", "FALSE"}, v.node.value):
		return false
	}
	v.want("true or false")
	return fallback
}

// Integer gives a whole number of up to nine digits and from least up, or
// fallback where the value is absent or wrong.
func (v Value) Integer(fallback, least int64) int64 {
	if !v.Exists() {
		return fallback
	}
	n, ok := parseInteger(v.node.value)
	if !v.IsScalar() || !ok {
		v.want("a whole number")
		return fallback
	}
	if n < least {
		v.Errorf("%s is %d, want at least %d", v.name, n, least)
		return fallback
	}
	return n
}

func parseInteger(s string) (n int64, ok bool) {
	digits := strings.TrimPrefix(s, "-")
	if digits == "" || len(digits) > 9 {
		return 0, false
	}
	for _, c := range digits {
		if c < '0' || c > '9' {
			return 0, false
		}
		n = n*10 + int64(c-'0')
	}
	if digits != s {
		n = -n
	}
	return n, true
}

// Duration gives a length of time such as 30s, 29m59s, 1h, or 7d for days.
func (v Value) Duration() time.Duration {
	if !v.Exists() {
		return 0
	}
	if v.IsScalar() {
		if d, ok := ParseDuration(v.node.value); ok {
			return d
		}
	}
	v.want("a length of time such as 30s, 29m59s, 1h or 7d")
	return 0
}

// ParseDuration reads a length of time such as 30s, 29m59s, 1h, 7d or 1d12h:
// what time.ParseDuration takes, with days in front.
func ParseDuration(s string) (time.Duration, bool) {
	var days time.Duration
	if number, rest, ok := strings.Cut(s, "d"); ok {
		n, ok := parseInteger(number)
		if !ok || n > 100_000 || n < -100_000 {
			return 0, false
		}
		if days, s = time.Duration(n)*24*time.Hour, rest; s == "" {
			return days, true
		}
	}
	d, err := time.ParseDuration(s)
	return days + d, err == nil
}

// Time gives a point in time, as RFC 3339 spells it.
func (v Value) Time() time.Time {
	if !v.Exists() {
		return time.Time{}
	}
	if v.IsScalar() {
		if t, err := time.Parse(time.RFC3339Nano, v.node.value); err == nil {
			return t
		}
	}
	v.want("a time such as 2026-01-01T00:00:00Z")
	return time.Time{}
}

// List gives the elements of a list; absent and null have none.
func (v Value) List() []Value {
	if v.IsNull() {
		return nil
	}
	if !v.IsList() {
		v.want("a list")
		return nil
	}
	values := make([]Value, len(v.node.content))
	for i, n := range v.node.content {
		values[i] = Value{v.doc, n, fmt.Sprintf("%s[%d]", v.name, i)}
	}
	return values
}

// Strings gives a list of strings; a single string is a list of one. Absent
// and null give nil.
func (v Value) Strings() []string {
	if v.IsNull() {
		return nil
	}
	if v.IsScalar() {
		return []string{v.node.value}
	}
	if !v.IsList() {
		v.want("a list of strings")
		return nil
	}
	texts := make([]string, 0, len(v.node.content))
	for _, e := range v.List() {
		if !e.IsScalar() {
			e.Errorf("%s holds %s, want strings", v.name, e.Describe())
			continue
		}
		texts = append(texts, e.node.value)
	}
	return texts
}

// Mapping gives a mapping; absent and null give an empty one.
func (v Value) Mapping() Mapping {
	if v.IsNull() {
		return Mapping{Value{doc: v.doc, name: v.name}}
	}
	if !v.IsMapping() {
		v.want("a mapping")
		return Mapping{Value{doc: v.doc, name: v.name}}
	}
	return Mapping{v}
}
