package strictyaml

import (
	"encoding/json"
	"math/big"
	"regexp"
	"strings"

	"go.yaml.in/yaml/v4"
)

// maxJSON bounds the text that one value may become: aliases multiply.
const maxJSON = 16 << 20

// JSON gives the value as JSON, with the keys of mappings in order. What JSON
// cannot hold is reported, and null stands in.
func (v Value) JSON() json.RawMessage {
	if !v.Exists() {
		return nil
	}
	w := &jsonWriter{value: v}
	w.write(v.node)
	if len(w.out) > maxJSON {
		v.Errorf("%s is larger than %d MB when its aliases are expanded", v.name, maxJSON>>20)
		return json.RawMessage("null")
	}
	return w.out
}

type jsonWriter struct {
	value Value
	out   []byte
}

func (w *jsonWriter) write(n *yaml.Node) {
	if len(w.out) > maxJSON {
		return
	}
	switch n = resolve(n); n.Kind {
	case yaml.MappingNode:
		w.mapping(n)
	case yaml.SequenceNode:
		w.out = append(w.out, '[')
		for i, e := range n.Content {
			if i > 0 {
				w.out = append(w.out, ',')
			}
			w.write(e)
		}
		w.out = append(w.out, ']')
	default:
		w.out = append(w.out, scalarJSON(n)...)
	}
}

func (w *jsonWriter) mapping(n *yaml.Node) {
	w.out = append(w.out, '{')
	for i, e := range w.entries(n) {
		if i > 0 {
			w.out = append(w.out, ',')
		}
		key, _ := json.Marshal(e[0].Value) // strings always marshal
		w.out = append(append(w.out, key...), ':')
		w.write(e[1])
	}
	w.out = append(w.out, '}')
}

// entries lists the keys and values of a mapping, those that "<<" merges in
// behind its own.
func (w *jsonWriter) entries(n *yaml.Node) [][2]*yaml.Node {
	var own, merged [][2]*yaml.Node
	for i := 0; i+1 < len(n.Content); i += 2 {
		k, v := resolve(n.Content[i]), resolve(n.Content[i+1])
		switch {
		case k.Kind != yaml.ScalarNode:
			Value{w.value.doc, k, w.value.name}.Errorf("%s has a key that is no string", w.value.name)
		case k.ShortTag() == "!!merge":
			merged = append(merged, w.merge(v)...)
		default:
			own = append(own, [2]*yaml.Node{k, v})
		}
	}
	for _, e := range merged {
		if !hasKey(own, e[0].Value) {
			own = append(own, e)
		}
	}
	return own
}

func (w *jsonWriter) merge(v *yaml.Node) [][2]*yaml.Node {
	switch v.Kind {
	case yaml.MappingNode:
		return w.entries(v)
	case yaml.SequenceNode:
		var all [][2]*yaml.Node
		for _, e := range v.Content {
			all = append(all, w.merge(resolve(e))...)
		}
		return all
	}
	return nil
}

func hasKey(entries [][2]*yaml.Node, key string) bool {
	for _, e := range entries {
		if e[0].Value == key {
			return true
		}
	}
	return false
}

var (
	integer = regexp.MustCompile(`^[-+]?[0-9]+$`)
	hex     = regexp.MustCompile(`^0x[0-9a-fA-F]+$`)
	float   = regexp.MustCompile(`^[-+]?([0-9]+\.[0-9]*|\.[0-9]+|[0-9]+)([eE][-+]?[0-9]+)?$`)
)

// scalarJSON spells a scalar: a plain one as the null, boolean or number that
// it is, any other as a string.
func scalarJSON(n *yaml.Node) []byte {
	s := n.Value
	if n.Style&(yaml.DoubleQuotedStyle|yaml.SingleQuotedStyle|yaml.LiteralStyle|yaml.FoldedStyle) == 0 && n.ShortTag() != "!!str" || plainNumber(n) {
		switch {
		case n.ShortTag() == "!!null":
			return []byte("null")
		case s == "true" || s == "True" || s == "TRUE":
			return []byte("true")
		case s == "false" || s == "False" || s == "FALSE":
			return []byte("false")
		case len(s) <= 1000 && (integer.MatchString(s) || hex.MatchString(s)):
			return []byte(integerJSON(s))
		case len(s) <= 1000 && float.MatchString(s):
			return []byte(floatJSON(s))
		}
	}
	text, _ := json.Marshal(s) // strings always marshal
	return text
}

// plainNumber reports whether an unquoted scalar is a number that YAML 1.2
// takes for a string: one with leading zeros.
func plainNumber(n *yaml.Node) bool {
	return n.Style == 0 && integer.MatchString(n.Value)
}

func integerJSON(s string) string {
	base := 10
	if hex.MatchString(s) {
		base, s = 16, s[2:]
	}
	i, _ := new(big.Int).SetString(strings.TrimPrefix(s, "+"), base) // digits only
	return i.String()
}

// floatJSON spells a YAML number as JSON wants it: a digit on each side of the
// point.
func floatJSON(s string) string {
	s = strings.TrimPrefix(s, "+")
	sign := ""
	if strings.HasPrefix(s, "-") {
		sign, s = "-", s[1:]
	}
	mantissa, exponent := s, ""
	if i := strings.IndexAny(s, "eE"); i >= 0 {
		mantissa, exponent = s[:i], s[i:]
	}
	whole, fraction, _ := strings.Cut(mantissa, ".")
	whole = strings.TrimLeft(whole, "0")
	if whole == "" {
		whole = "0"
	}
	if fraction == "" {
		fraction = "0"
	}
	return sign + whole + "." + fraction + exponent
}
