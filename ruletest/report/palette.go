package report

// palette is the escape sequences of coloured text, all empty for plain text.
type palette struct{ bold, red, green, yellow, reset string }

var colours = palette{bold: "\x1b[1m", red: "\x1b[31m", green: "\x1b[32m", yellow: "\x1b[33m", reset: "\x1b[0m"}

func newPalette(colour bool) palette {
	if colour {
		return colours
	}
	return palette{}
}

// in gives a text in a colour of the palette.
func (p palette) in(colour, text string) string { return colour + text + p.reset }
