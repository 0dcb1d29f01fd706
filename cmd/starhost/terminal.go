package main

import (
	"io"
	"os"

	"golang.org/x/term"
)

// palette is the escape sequences of coloured text, all empty for plain text.
type palette struct{ bold, red, yellow, reset string }

var plain = palette{}

// colours gives a palette for a stream: coloured on a terminal, unless
// NO_COLOR is set (https://no-color.org).
func colours(w io.Writer) palette {
	if os.Getenv("NO_COLOR") != "" || !isTerminal(w) {
		return plain
	}
	return palette{bold: "\x1b[1m", red: "\x1b[31m", yellow: "\x1b[33m", reset: "\x1b[0m"}
}

func isTerminal(w any) bool {
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}
