package pyre

import "fmt"

// tokens splits a pattern or replacement into characters and escapes, as
// CPython's tokenizer does: a backslash and what follows are one token.
type tokens struct {
	text  []rune
	index int    // after the next token
	next  string // "" at the end
}

func newTokens(s string) tokens {
	t := tokens{text: []rune(s)}
	t.advance()
	return t
}

func (t *tokens) advance() {
	if t.index >= len(t.text) {
		t.next = ""
		return
	}
	end := t.index + 1
	if t.text[t.index] == '\\' {
		if end++; end > len(t.text) {
			panic(parseFailure{errorAt("bad escape (end of pattern)", t.text, len(t.text)-1)})
		}
	}
	t.next = string(t.text[t.index:end])
	t.index = end
}

// parseFailure is a panic that ends the reading of a pattern or replacement.
type parseFailure struct{ err error }

// caught turns a parseFailure, if there is one, into an error.
func caught(err *error) {
	switch p := recover().(type) {
	case nil:
	case parseFailure:
		*err = p.err
	default:
		panic(p)
	}
}

// fail reports an error some characters before the next token.
func (t *tokens) fail(back int, format string, args ...any) {
	panic(parseFailure{errorAt(fmt.Sprintf(format, args...), t.text, t.tell()-back)})
}

// get returns the next token and goes on to the one after it.
func (t *tokens) get() string {
	this := t.next
	t.advance()
	return this
}

// accept skips the next token if it is the given one.
func (t *tokens) accept(token string) bool {
	if t.next != token {
		return false
	}
	t.advance()
	return true
}

// tell returns the place of the next token.
func (t *tokens) tell() int { return t.index - runes(t.next) }

func (t *tokens) seek(index int) {
	t.index = index
	t.advance()
}

// while returns up to n tokens that are characters of a kind.
func (t *tokens) while(n int, kind func(byte) bool) string {
	start := t.tell()
	for ; n > 0 && len(t.next) == 1 && kind(t.next[0]); n-- {
		t.advance()
	}
	return string(t.text[start:t.tell()])
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }
func isOctal(c byte) bool { return '0' <= c && c <= '7' }
func isHex(c byte) bool   { return isDigit(c) || 'a' <= c|0x20 && c|0x20 <= 'f' }
func isAlpha(c byte) bool { return 'a' <= c|0x20 && c|0x20 <= 'z' }

// until returns what stands before the terminator, a name, and skips both.
func (t *tokens) until(terminator, name string) string {
	start := t.tell()
	for {
		read := string(t.text[start:t.tell()])
		switch this := t.get(); {
		case this == "" && read == "":
			t.fail(0, "missing %s", name)
		case this == "":
			t.fail(runes(read), "missing %s, unterminated name", terminator)
		case this == terminator && read == "":
			t.fail(1, "missing %s", name)
		case this == terminator:
			return read
		}
	}
}
