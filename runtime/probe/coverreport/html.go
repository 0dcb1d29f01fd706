package coverreport

import (
	"cmp"
	_ "embed"
	"fmt"
	"html/template"
	"io"
	"strings"

	"github.com/starhost/starhost/runtime/probe"
)

//go:embed page.html
var pageText string

var page = template.Must(template.New("page").Funcs(template.FuncMap{"percent": percent}).Parse(pageText))

// HTML writes one page that shows all files, with the text that source gives
// for each. A file whose text cannot be read has its row in the table, and the
// error in place of its text. The page needs no other file.
func HTML(w io.Writer, files []*probe.File, source func(path string) ([]byte, error)) error {
	rows := summaries(files)
	view := pageView{Total: probe.Total(rows)}
	for i, f := range files {
		view.Files = append(view.Files, newFileView(fmt.Sprintf("file%d", i+1), f, rows[i], source))
	}
	return page.Execute(w, view)
}

// percent gives a ratio in whole percents: 100 only if nothing is missing.
func percent(r probe.Ratio) string {
	if r.Total == 0 {
		return "–"
	}
	return fmt.Sprintf("%d %%", 100*r.Covered/r.Total)
}

type pageView struct {
	Total probe.Summary
	Files []fileView
}

type fileView struct {
	ID    string
	Name  string // the rule's, or the path
	Lines []lineView
	Err   error
	probe.Summary
}

type lineView struct {
	Number int
	Count  string
	Class  string // "", "covered", "missed" or "partial"
	Text   string
	Notes  []string // what is missing
}

func newFileView(id string, f *probe.File, row probe.Summary, source func(string) ([]byte, error)) fileView {
	v := fileView{ID: id, Name: cmp.Or(f.Rule, f.Path), Summary: row}
	src, err := source(f.Path)
	if err != nil {
		v.Err = err
		return v
	}
	text := strings.Split(strings.TrimSuffix(string(src), "\n"), "\n")
	v.Lines = make([]lineView, len(text))
	for i, line := range text {
		v.Lines[i] = lineView{Number: i + 1, Text: strings.TrimSuffix(line, "\r")}
	}
	v.count(f.Lines)
	v.note(f, text)
	return v
}

// line gives a line, or one that is not shown if the text has changed since.
func (v *fileView) line(n int) *lineView {
	if n < 1 || n > len(v.Lines) {
		return new(lineView)
	}
	return &v.Lines[n-1]
}

func (v *fileView) count(lines []probe.Line) {
	for _, l := range lines {
		line := v.line(l.Line)
		line.Count, line.Class = fmt.Sprint(l.Count), "covered"
		if l.Count == 0 {
			line.Class = "missed"
		}
	}
}

// note says what is missing of lines that did run.
func (v *fileView) note(f *probe.File, text []string) {
	add := func(n int, note string) {
		line := v.line(n)
		if note != "" && (line.Class == "covered" || line.Class == "partial") {
			line.Class = "partial"
			line.Notes = append(line.Notes, note)
		}
	}
	for _, b := range f.Branches {
		add(b.Line, missing(b, excerpt(b, text)))
	}
	for _, fn := range f.Functions {
		if fn.Count == 0 {
			add(fn.Line, fn.Name+" was never called")
		}
	}
	for _, r := range f.Returns {
		if r.Count == 0 {
			add(r.Line, "return True never ran")
		}
	}
}

// missing says which outcome of a branch is missing, or "".
func missing(b probe.Branch, text string) string {
	switch {
	case b.True == 0 && b.False == 0:
		return text + " was never evaluated"
	case b.Loop && b.True == 0:
		return text + " never had an element"
	case b.Loop && b.False == 0:
		return text + " was never empty"
	case b.True == 0:
		return text + " was never true"
	case b.False == 0:
		return text + " was never false"
	}
	return ""
}

// excerpt gives the text of a branch, of several lines the first.
func excerpt(b probe.Branch, text []string) string {
	if b.Line < 1 || b.Line > len(text) {
		return "a condition"
	}
	line := []rune(strings.TrimSuffix(text[b.Line-1], "\r"))
	start, end, more := b.Col-1, b.EndCol-1, ""
	if b.EndLine != b.Line {
		end, more = len(line), " …"
	}
	if start < 0 || end > len(line) || start > end {
		return "a condition"
	}
	return string(line[start:end]) + more
}
