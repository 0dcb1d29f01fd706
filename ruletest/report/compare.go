package report

import (
	"encoding/json"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/starhost/starhost/ruletest"
)

// maxChanges is how many differences of two values are listed.
const maxChanges = 20

// compare writes what was expected and what came, and where they differ if
// that is hard to see.
func (x *page) compare(p *ruletest.Problem) {
	want, got := values(p)
	if want == "" {
		x.field("got", x.red, cut(got, maxText))
		return
	}
	if changes, ok := jsonChanges(want, got); ok {
		x.field("expected", x.green, cut(want, maxValue))
		x.field("got", x.red, cut(got, maxValue))
		if len(want)+len(got) > 40 {
			x.changes(changes)
		}
		return
	}
	w, g, ok := twoTexts(want, got)
	if ok && strings.Contains(w+g, "\n") && max(len(w), len(g)) <= maxCompared {
		x.edits(w, g)
		return
	}
	x.side(want, got)
}

// changes lists the places in which two JSON values differ.
func (x *page) changes(list []change) {
	if len(list) == 0 {
		return
	}
	x.note("they differ at")
	for i, c := range list {
		if i == maxChanges {
			x.note(fmt.Sprintf("    … and %s", plural(len(list)-i, "place more", "places more")))
			break
		}
		x.note(fmt.Sprintf("    %s  expected %s, got %s", line(c.path),
			x.in(x.green, line(cut(encode(c.want), maxName))), x.in(x.red, line(cut(encode(c.got), maxName)))))
	}
}

// twoTexts gives the texts that two values are, if they are JSON strings.
func twoTexts(want, got string) (w, g string, ok bool) {
	return w, g, json.Unmarshal([]byte(want), &w) == nil && json.Unmarshal([]byte(got), &g) == nil
}

// edits writes two texts of several lines as one, with their differences.
func (x *page) edits(want, got string) {
	x.note("expected (-) and got (+), line by line:")
	edits := hunks(lineChanges(strings.Split(want, "\n"), strings.Split(got, "\n")))
	for i, e := range edits {
		if i == 2*maxChanges {
			x.note(fmt.Sprintf("… and %s", plural(len(edits)-i, "line more", "lines more")))
			break
		}
		x.edit(e)
	}
}

func (x *page) edit(e edit) {
	text := line(cut(e.text, maxName))
	switch { // or it could not be seen
	case text == "" && e.sign != ' ':
		text = "(an empty line)"
	case strings.HasSuffix(text, " "):
		text = quote(text)
	}
	switch e.sign {
	case '-':
		x.note(x.in(x.green, "- | "+text))
	case '+':
		x.note(x.in(x.red, "+ | "+text))
	case ' ':
		x.note("  | " + text)
	default:
		x.note("  …")
	}
}

// side writes two values below each other, cut to where they start to differ,
// which a caret shows if they start alike.
func (x *page) side(want, got string) {
	if strings.Contains(want+got, "\n") { // not of values, but of messages
		x.field("expected", x.green, cut(want, maxText))
		x.field("got", x.red, cut(got, maxText))
		return
	}
	w, g := runes(want), runes(got)
	same := commonPrefix(w, g)
	from := 0
	if max(len(w), len(g)) > maxValue && same > maxValue/2 {
		from = same - maxValue/4
	}
	x.field("expected", x.green, part(w, from))
	x.field("got", x.red, part(g, from))
	if same >= 8 && same < max(len(w), len(g)) {
		x.note(strings.Repeat(" ", labelWidth+same-from+min(from, 1)) + "^ here they start to differ")
	}
	if max(len(w), len(g)) > maxValue {
		x.note(fmt.Sprintf("(cut: %s were expected, %s came; they differ from character %s on)",
			plural(utf8.RuneCountInString(want), "character", "characters"), group(utf8.RuneCountInString(got)), group(same+1)))
	}
}

// runes gives the characters of a value as it is shown.
func runes(s string) []rune {
	if len(s) > maxCompared {
		s = s[:maxCompared]
	}
	return []rune(line(s))
}

// part gives a piece of a value from a character on.
func part(text []rune, from int) string {
	piece, mark := text[min(from, len(text)):], ""
	if len(piece) > maxValue {
		piece, mark = piece[:maxValue], "…"
	}
	if from > 0 {
		return "…" + string(piece) + mark
	}
	return string(piece) + mark
}
