package report

import (
	"bytes"
	"fmt"
	"io"
	"strings"

	"github.com/starhost/starhost/ruletest"
)

// Formats lists the names of the formats, the one for people first.
func Formats() []string {
	return []string{"pretty", "compact", "json", "junit", "github", "tap"}
}

// Options say how a report looks. The zero value is a plain one that shows
// what is wrong, without source lines and commands.
type Options struct {
	// Colour has pretty use the escape sequences of a terminal.
	Colour bool

	// Verbose has pretty show the tests that passed as well, and of all tests
	// each condition and what the rule's functions gave.
	Verbose bool

	// Command gives the shell command that runs just the test of a result
	// again, or "". nil shows none. It is asked for tests that did not pass.
	Command func(*ruletest.Result) string

	// Source gives the text of a file, as the position of a problem names it,
	// to show the line that a position is about. nil, or an error, shows none.
	// It is asked again for each position.
	Source func(path string) ([]byte, error)
}

// A Writer writes a report. It is for one goroutine.
type Writer struct {
	out  io.Writer
	form form
	buf  bytes.Buffer
}

// A form is a format: it adds to b what a result, and the end of all results,
// look like in it.
type form interface {
	result(b *bytes.Buffer, r *ruletest.Result)
	end(b *bytes.Buffer, s ruletest.Summary)
}

// New gives a writer of a report in one of the Formats, to w.
func New(format string, w io.Writer, o Options) (*Writer, error) {
	f := newForm(format, &o)
	if f == nil {
		names := Formats()
		last := len(names) - 1
		return nil, fmt.Errorf("format is %q, want %s or %s", format, strings.Join(names[:last], ", "), names[last])
	}
	return &Writer{out: w, form: f}, nil
}

// newForm gives a format by its name, or nil.
func newForm(format string, o *Options) form {
	switch format {
	case "pretty":
		return &pretty{options: o, palette: newPalette(o.Colour)}
	case "compact":
		return compact{}
	case "json":
		return &jsonForm{options: o}
	case "junit":
		return newJUnit(o)
	case "github":
		return github{o}
	case "tap":
		return &tap{options: o}
	}
	return nil
}

// Result adds the result of a test. pretty, compact, github and tap write it
// at once; json and junit keep it for the End.
func (w *Writer) Result(r *ruletest.Result) error {
	w.form.result(&w.buf, r)
	return w.flush()
}

// End ends the report, once, after the last Result. A report without it is cut
// short, and that of json and junit is empty.
func (w *Writer) End(s ruletest.Summary) error {
	w.form.end(&w.buf, s)
	return w.flush()
}

// flush writes what a format added, in one call.
func (w *Writer) flush() error {
	if w.buf.Len() == 0 {
		return nil
	}
	_, err := w.buf.WriteTo(w.out)
	w.buf.Reset()
	return err
}
