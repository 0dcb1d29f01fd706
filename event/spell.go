package event

import (
	"strings"

	"go.starlark.net/starlark"
	"go.starlark.net/syntax"
)

// spell returns v as Starlark spells a dictionary, a list or anything else.
func spell(v starlark.Value) string {
	var b strings.Builder
	writeSpelling(&b, v)
	return b.String()
}

func writeSpelling(b *strings.Builder, v starlark.Value) {
	switch v := v.(type) {
	case *Object:
		b.WriteByte('{')
		c := v.children()
		for i := range c.slots {
			writeComma(b, i)
			b.WriteString(syntax.Quote(c.key(i), false))
			b.WriteString(": ")
			writeSpelling(b, c.value(i))
		}
		b.WriteByte('}')
	case *List:
		b.WriteByte('[')
		c := v.children()
		for i := range c.slots {
			writeComma(b, i)
			writeSpelling(b, c.value(i))
		}
		b.WriteByte(']')
	default:
		b.WriteString(v.String())
	}
}

func writeComma(b *strings.Builder, i int) {
	if i > 0 {
		b.WriteString(", ")
	}
}
