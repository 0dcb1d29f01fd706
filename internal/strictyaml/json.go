package strictyaml

import (
	"encoding/json"
	"math/big"
	"strings"
)

// maxJSON bounds the text that one value may become, and maxMerged how many
// keys are merged for it: aliases multiply.
const (
	maxJSON   = 16 << 20
	maxMerged = 1 << 20
)

// JSON gives the value as JSON, with the keys of mappings in order. What JSON
// cannot hold is reported, and null stands in.
func (v Value) JSON() json.RawMessage {
	if !v.Exists() {
		return nil
	}
	w := &jsonWriter{value: v}
	w.write(v.node)
	if len(w.out) > maxJSON || w.merged > maxMerged {
		v.Errorf("%s is larger than %d MB when its aliases are expanded", v.name, maxJSON>>20)
		return json.RawMessage("null")
	}
	return w.out
}

type jsonWriter struct {
	value  Value
	out    []byte
	merged int // keys that merges have looked at
}

func (w *jsonWriter) write(n *node) {
	if len(w.out) > maxJSON {
		return
	}
	switch n.kind {
	case mappingKind:
		w.mapping(n)
	case sequenceKind:
		w.out = append(w.out, '[')
		for i, e := range n.content {
			if i > 0 {
				w.out = append(w.out, ',')
			}
			w.write(e)
		}
		w.out = append(w.out, ']')
	default:
		w.out = appendScalar(w.out, n)
	}
}

func (w *jsonWriter) mapping(n *node) {
	w.out = append(w.out, '{')
	for i, e := range w.entries(n) {
		if i > 0 {
			w.out = append(w.out, ',')
		}
		w.out = append(appendString(w.out, e[0].value), ':')
		w.write(e[1])
	}
	w.out = append(w.out, '}')
}

// entries lists the keys and values of a mapping, those that "<<" merges in
// behind its own.
func (w *jsonWriter) entries(n *node) [][2]*node {
	var merged [][2]*node
	own := make([][2]*node, 0, len(n.content)/2)
	for i := 0; i+1 < len(n.content); i += 2 {
		k, v := n.content[i], n.content[i+1]
		switch {
		case k.kind != scalarKind:
			Value{w.value.doc, k, w.value.name}.Errorf("%s has a key that is no string", w.value.name)
		case k.isMerge():
			merged = append(merged, w.merge(v)...)
		default:
			own = append(own, [2]*node{k, v})
		}
	}
	for _, e := range merged {
		if w.merged += len(own) / 64; w.merged > maxMerged {
			break
		}
		if !hasKey(own, e[0].value) {
			own = append(own, e)
		}
	}
	return own
}

func (w *jsonWriter) merge(v *node) [][2]*node {
	if w.merged++; w.merged > maxMerged {
		return nil
	}
	switch v.kind {
	case mappingKind:
		entries := w.entries(v)
		w.merged += len(entries)
		return entries
	case sequenceKind:
		var all [][2]*node
		for _, e := range v.content {
			all = append(all, w.merge(e)...)
		}
		return all
	}
	return nil
}

func hasKey(entries [][2]*node, key string) bool {
	for _, e := range entries {
		if e[0].value == key {
			return true
		}
	}
	return false
}

// appendScalar spells a scalar: a plain one as the null, boolean or number that
// it is, any other as a string.
func appendScalar(out []byte, n *node) []byte {
	if n.isNull() {
		return append(out, "null"...)
	}
	if n.plain {
		switch n.value {
		case "true", "True", "TRUE":
			return append(out, "true"...)
		case "false", "False", "FALSE":
			return append(out, "false"...)
		}
		if text, ok := number(n.value); ok {
			return append(out, text...)
		}
	}
	return appendString(out, n.value)
}

// appendString spells a string, which is valid UTF-8.
func appendString(out []byte, s string) []byte {
	const hex = "0123456789abcdef"
	out = append(out, '"')
	start := 0
	for i := range len(s) {
		c := s[i]
		if c >= ' ' && c != '"' && c != '\\' {
			continue
		}
		out = append(out, s[start:i]...)
		switch c {
		case '"', '\\':
			out = append(out, '\\', c)
		case '\n':
			out = append(out, '\\', 'n')
		default:
			out = append(out, '\\', 'u', '0', '0', hex[c>>4], hex[c&15])
		}
		start = i + 1
	}
	return append(append(out, s[start:]...), '"')
}

// maxDigits is the length above which a number is a string.
const maxDigits = 1000

// number spells a plain scalar as a JSON number, if it is one in YAML 1.2's
// core schema, with "_" between digits as in YAML 1.1. Numbers with leading
// zeros are decimal.
func number(s string) (string, bool) {
	c := s[0]
	if (c < '0' || c > '9') && c != '-' && c != '+' && c != '.' || len(s) > maxDigits {
		return "", false
	}
	sign, digits := "", strings.TrimPrefix(s, "+")
	if len(digits) == len(s) && c == '-' {
		sign, digits = "-", s[1:]
	}
	if digits == "" {
		return "", false
	}
	if digits[0] == '_' {
		return "", false
	}
	if strings.Contains(digits, "_") {
		digits = strings.ReplaceAll(digits, "_", "")
	}
	if text, ok := integer(digits); ok {
		if sign != "" && text == "0" {
			sign = "" // there is no integer -0
		}
		return sign + text, true
	}
	if text, ok := float(digits); ok {
		return sign + text, true
	}
	return "", false
}

// integer spells the digits of an integer, in any base.
func integer(digits string) (string, bool) {
	base := 10
	if len(digits) > 2 && digits[0] == '0' {
		switch digits[1] {
		case 'x':
			base = 16
		case 'o':
			base = 8
		case 'b':
			base = 2
		}
		if base != 10 {
			digits = digits[2:]
		}
	}
	if base == 10 {
		if !decimal(digits) {
			return "", false
		}
		if digits = strings.TrimLeft(digits, "0"); digits == "" {
			digits = "0"
		}
		return digits, true
	}
	if digits[0] == '-' || digits[0] == '+' {
		return "", false
	}
	i, ok := new(big.Int).SetString(digits, base)
	if !ok {
		return "", false
	}
	return i.String(), true
}

// decimal reports whether a text is one or more digits.
func decimal(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != ""
}

// float spells the digits of a number with a fraction or an exponent as JSON
// wants it: a digit on each side of the point.
func float(digits string) (string, bool) {
	mantissa, exponent := digits, ""
	if i := strings.IndexAny(digits, "eE"); i >= 0 {
		mantissa, exponent = digits[:i], digits[i:]
		power := exponent[1:]
		if strings.HasPrefix(power, "+") || strings.HasPrefix(power, "-") {
			power = power[1:]
		}
		if !decimal(power) {
			return "", false
		}
	}
	whole, fraction, _ := strings.Cut(mantissa, ".")
	if whole != "" && !decimal(whole) || fraction != "" && !decimal(fraction) || whole == "" && fraction == "" {
		return "", false
	}
	whole = strings.TrimLeft(whole, "0")
	if whole == "" {
		whole = "0"
	}
	if fraction == "" {
		fraction = "0"
	}
	return whole + "." + fraction + exponent, true
}
