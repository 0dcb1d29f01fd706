package helpers

import (
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/starhost/starhost/builtins/helpers/pyclass"
	"github.com/starhost/starhost/builtins/helpers/pyerr"
	"github.com/starhost/starhost/builtins/helpers/pyrepr"
	"github.com/starhost/starhost/runtime/guard"
	"github.com/starhost/starhost/runtime/pytypes"
	"go.starlark.net/starlark"
)

// A stringTemplate is Python's string.Template: a text with $names. It is
// immutable.
type stringTemplate struct{ text string }

var (
	_ starlark.HasAttrs = (*stringTemplate)(nil)
	_ pyclass.Instance  = (*stringTemplate)(nil)
)

var templateClass = &pyclass.Class{FullName: "string.Template", New: func(c pyclass.Call) (starlark.Value, error) {
	t := new(stringTemplate)
	if err := c.Unpack("template", &t.text); err != nil {
		return nil, err
	}
	return t, nil
}}

func (t *stringTemplate) String() string        { return "<string.Template object>" }
func (t *stringTemplate) Type() string          { return "Template" }
func (t *stringTemplate) Freeze()               {}
func (t *stringTemplate) Truth() starlark.Bool  { return true }
func (t *stringTemplate) Hash() (uint32, error) { return starlark.String(t.text).Hash() }

// Class returns the class string.Template.
func (t *stringTemplate) Class() *pyclass.Class { return templateClass }

// Attr returns a field or method.
func (t *stringTemplate) Attr(name string) (starlark.Value, error) {
	return templateAttrs.Get(t, name, templateClass)
}

// AttrNames lists the fields and methods.
func (t *stringTemplate) AttrNames() []string { return templateAttrs.Names(templateClass) }

var templateAttrs = pyclass.Attrs[*stringTemplate]{
	Fields: map[string]func(*stringTemplate) starlark.Value{
		"template":  func(t *stringTemplate) starlark.Value { return starlark.String(t.text) },
		"delimiter": func(*stringTemplate) starlark.Value { return starlark.String("$") },
	},
	Methods: map[string]func(*stringTemplate, pyclass.Call) (starlark.Value, error){
		"substitute":      func(t *stringTemplate, c pyclass.Call) (starlark.Value, error) { return t.substitute(c, false) },
		"safe_substitute": func(t *stringTemplate, c pyclass.Call) (starlark.Value, error) { return t.substitute(c, true) },
		"is_valid": func(t *stringTemplate, c pyclass.Call) (starlark.Value, error) {
			for _, m := range placeholder.FindAllStringSubmatch(t.text, -1) {
				if m[1]+m[2]+m[3] == "" {
					return starlark.False, c.Unpack()
				}
			}
			return starlark.True, c.Unpack()
		},
		"get_identifiers": func(t *stringTemplate, c pyclass.Call) (starlark.Value, error) {
			var names []string
			seen := make(map[string]bool)
			for _, m := range placeholder.FindAllStringSubmatch(t.text, -1) {
				if name := m[2] + m[3]; name != "" && !seen[name] {
					seen[name] = true
					names = append(names, name)
				}
			}
			return texts(names), c.Unpack()
		},
	},
}

// placeholder finds $$, $name, ${name}, and a $ that is none of these.
var placeholder = regexp.MustCompile(`\$(?:(\$)|((?i:[_a-z][_a-z0-9]*))|\{((?i:[_a-z][_a-z0-9]*))\})?`)

// substitute puts values in place of names. safe leaves what it cannot.
func (t *stringTemplate) substitute(c pyclass.Call, safe bool) (starlark.Value, error) {
	if len(c.Args) > 1 {
		return nil, pyerr.Type("Template.%s() takes from 1 to 2 positional arguments but %d were given", c.Fn, 1+len(c.Args))
	}
	meter := guard.MeterOf(c.Thread)
	var b strings.Builder
	last := 0
	for _, m := range placeholder.FindAllStringSubmatchIndex(t.text, -1) {
		b.WriteString(t.text[last:m[0]])
		last = m[1]
		text, err := t.value(c, m, safe)
		if err != nil {
			return nil, err
		}
		b.WriteString(text)
		if b.Len() > meter.Limits().Bytes {
			return nil, guard.CheckBytes(c.Thread, c.Fn, b.Len())
		}
		if err := meter.Charge(1 + len(text)/32); err != nil {
			return nil, err
		}
	}
	b.WriteString(t.text[last:])
	if err := guard.CheckBytes(c.Thread, c.Fn, b.Len()); err != nil {
		return nil, err
	}
	return starlark.String(b.String()), nil
}

// value is the text for a placeholder, whose offsets are those of the regular
// expression.
func (t *stringTemplate) value(c pyclass.Call, m []int, safe bool) (string, error) {
	if m[2] >= 0 {
		return "$", nil
	}
	at := m[4]
	end := m[5]
	if at < 0 {
		at, end = m[6], m[7]
	}
	if at < 0 {
		if safe {
			return "$", nil
		}
		return "", t.invalid(m[0])
	}
	v, found, err := lookupName(c, t.text[at:end])
	switch {
	case err != nil:
		return "", err
	case found:
		return pytypes.Str(c.Thread, v)
	case safe:
		return t.text[m[0]:m[1]], nil
	}
	return "", pyerr.New("KeyError", "%s", pyrepr.Str(t.text[at:end]))
}

// lookupName finds a name among the arguments by name, then in the mapping.
func lookupName(c pyclass.Call, name string) (starlark.Value, bool, error) {
	for _, kw := range c.Kwargs {
		if kw[0] == starlark.String(name) {
			return kw[1], true, nil
		}
	}
	if len(c.Args) == 0 {
		return nil, false, nil
	}
	m, ok := c.Args[0].(starlark.Mapping)
	if !ok {
		return nil, false, pyerr.Type("'%s' object is not subscriptable", pytypes.TypeName(c.Args[0]))
	}
	return m.Get(starlark.String(name))
}

// invalid reports a $ that is no placeholder, with its line and column.
func (t *stringTemplate) invalid(at int) error {
	before := t.text[:at]
	line := strings.Count(before, "\n") + 1
	column := utf8.RuneCountInString(before[strings.LastIndexByte(before, '\n')+1:]) + 1
	return pyerr.Value("Invalid placeholder in string: line %d, col %d", line, column)
}
