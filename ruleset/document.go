package ruleset

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/agnivade/levenshtein"
	"github.com/starhost/starhost/runtime"
	"go.starlark.net/syntax"
	"go.yaml.in/yaml/v4"
)

// A document is one YAML file under strict reading: it collects a Diagnostic
// with its place for all that is not as it must be, and carries on.
//
// Scalars are read as Panther's tools read them: only true and false, in the
// usual spellings, are booleans, and everything else that is not a number is
// a string.
type document struct {
	path  string
	root  *yaml.Node // a mapping
	diags []*runtime.Diagnostic
}

// parseDocument reads a YAML file that holds one mapping. It returns nil and
// the reason if it cannot be read, and nil alone for an empty file.
func parseDocument(path string, src []byte) (*document, *runtime.Diagnostic) {
	var node yaml.Node
	if err := yaml.Load(src, &node); err != nil {
		if len(strings.TrimSpace(string(src))) == 0 {
			return nil, nil
		}
		return nil, syntaxError(path, err)
	}
	root := &node
	if root.Kind == yaml.DocumentNode {
		if len(root.Content) == 0 {
			return nil, nil
		}
		root = root.Content[0]
	}
	if root.Kind != yaml.MappingNode {
		return nil, nil // a YAML file of somebody else's
	}
	return &document{path: path, root: root}, nil
}

func syntaxError(path string, err error) *runtime.Diagnostic {
	d := &runtime.Diagnostic{Pos: syntax.MakePosition(&path, 0, 0), Code: "yaml", Msg: "YAML: " + err.Error()}
	if le, ok := errors.AsType[*yaml.LoadError](err); ok {
		d.Pos = syntax.MakePosition(&path, int32(le.Mark.Line), int32(le.Mark.Column))
		d.Msg = "YAML: " + le.Message
	}
	return d
}

// at gives a diagnostic at a node.
func (d *document) at(n *yaml.Node, format string, args ...any) *runtime.Diagnostic {
	pos := syntax.MakePosition(&d.path, int32(n.Line), int32(n.Column))
	return &runtime.Diagnostic{
		Pos: pos, EndCol: n.Column + len([]rune(n.Value)),
		Code: "metadata", Msg: fmt.Sprintf(format, args...),
	}
}

func (d *document) errorf(n *yaml.Node, format string, args ...any) {
	d.diags = append(d.diags, d.at(n, format, args...))
}

func (d *document) warnf(n *yaml.Node, hint, format string, args ...any) {
	w := d.at(n, format, args...)
	w.Severity, w.Hint = runtime.Warning, hint
	d.diags = append(d.diags, w)
}

// get finds the key and the value of a top-level key, or nil.
func (d *document) get(key string) (k, v *yaml.Node) {
	for i := 0; i+1 < len(d.root.Content); i += 2 {
		if d.root.Content[i].Value == key {
			return d.root.Content[i], resolveAlias(d.root.Content[i+1])
		}
	}
	return nil, nil
}

func resolveAlias(n *yaml.Node) *yaml.Node {
	for n.Kind == yaml.AliasNode {
		n = n.Alias
	}
	return n
}

// checkKeys reports keys that are none of the known ones, and repeated ones.
func (d *document) checkKeys(known []string) {
	var seen []string
	for i := 0; i+1 < len(d.root.Content); i += 2 {
		k := d.root.Content[i]
		if slices.Contains(seen, k.Value) {
			d.errorf(k, "%s is given twice", k.Value)
		}
		seen = append(seen, k.Value)
		if !slices.Contains(known, k.Value) {
			d.warnf(k, nearest(k.Value, known), "unknown key %s", k.Value)
		}
	}
}

func nearest(name string, known []string) string {
	for _, k := range known {
		if levenshtein.ComputeDistance(strings.ToLower(name), strings.ToLower(k)) <= 2 {
			return fmt.Sprintf("did you mean %s?", k)
		}
	}
	return ""
}

func isNull(n *yaml.Node) bool { return n.Kind == yaml.ScalarNode && n.ShortTag() == "!!null" }

// text reads a string: any scalar that stands there, as it is written.
func (d *document) text(key string) string {
	_, v := d.get(key)
	if v == nil || isNull(v) {
		return ""
	}
	if v.Kind != yaml.ScalarNode {
		d.errorf(v, "%s is %s, want a string", key, kind(v))
		return ""
	}
	return v.Value
}

func (d *document) boolean(key string, fallback bool) bool {
	_, v := d.get(key)
	if v == nil {
		return fallback
	}
	switch {
	case v.Kind == yaml.ScalarNode && slices.Contains([]string{"true", "True", "TRUE"}, v.Value):
		return true
	case v.Kind == yaml.ScalarNode && slices.Contains([]string{"false", "False", "FALSE"}, v.Value):
		return false
	}
	d.errorf(v, "%s is %s, want true or false", key, kind(v))
	return fallback
}

// integer reads a whole number from least up.
func (d *document) integer(key string, fallback, least int64) int64 {
	_, v := d.get(key)
	if v == nil {
		return fallback
	}
	n, ok := parseInteger(v.Value)
	if v.Kind != yaml.ScalarNode || !ok {
		d.errorf(v, "%s is %s, want a whole number", key, kind(v))
		return fallback
	}
	if n < least {
		d.errorf(v, "%s is %d, want at least %d", key, n, least)
		return fallback
	}
	return n
}

// parseInteger reads a decimal number of up to 9 digits.
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

// list reads a list of strings; a single string is a list of one. Absent and
// null give nil.
func (d *document) list(key string) []string {
	_, v := d.get(key)
	if v == nil || isNull(v) {
		return nil
	}
	return d.strings(key, v)
}

func (d *document) strings(key string, v *yaml.Node) []string {
	if v.Kind == yaml.ScalarNode {
		return []string{v.Value}
	}
	if v.Kind != yaml.SequenceNode {
		d.errorf(v, "%s is %s, want a list of strings", key, kind(v))
		return nil
	}
	texts := make([]string, 0, len(v.Content))
	for _, e := range v.Content {
		if e = resolveAlias(e); e.Kind != yaml.ScalarNode {
			d.errorf(e, "%s holds %s, want strings", key, kind(e))
			continue
		}
		texts = append(texts, e.Value)
	}
	return texts
}

// lists reads a mapping from strings to lists of strings.
func (d *document) lists(key string) map[string][]string {
	_, v := d.get(key)
	if v == nil || isNull(v) {
		return nil
	}
	if v.Kind != yaml.MappingNode {
		d.errorf(v, "%s is %s, want a mapping of lists", key, kind(v))
		return nil
	}
	lists := make(map[string][]string, len(v.Content)/2)
	for i := 0; i+1 < len(v.Content); i += 2 {
		lists[v.Content[i].Value] = d.strings(key, resolveAlias(v.Content[i+1]))
	}
	return lists
}

func kind(n *yaml.Node) string {
	switch n.Kind {
	case yaml.MappingNode:
		return "a mapping"
	case yaml.SequenceNode:
		return "a list"
	}
	if isNull(n) {
		return "empty"
	}
	if len(n.Value) > 40 {
		return "a text"
	}
	return fmt.Sprintf("%q", n.Value)
}
