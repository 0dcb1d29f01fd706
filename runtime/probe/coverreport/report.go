// Package coverreport writes what tests ran of rules: as LCOV and JSON for
// other tools, and as a page of HTML for people.
package coverreport

import (
	"encoding/json"
	"io"

	"github.com/starhost/starhost/runtime/probe"
)

// JSON writes one object: "files", each with its lines, branches, functions
// and returns of True; "summary", a row for each file; and "total".
func JSON(w io.Writer, files []*probe.File) error {
	rows := summaries(files)
	out := json.NewEncoder(w)
	out.SetIndent("", "  ")
	out.SetEscapeHTML(false)
	return out.Encode(struct {
		Files   []*probe.File   `json:"files"`
		Summary []probe.Summary `json:"summary"`
		Total   total           `json:"total"`
	}{append([]*probe.File{}, files...), rows, total{probe.Total(rows)}})
}

// summaries gives the row for each file.
func summaries(files []*probe.File) []probe.Summary {
	rows := make([]probe.Summary, len(files))
	for i, f := range files {
		rows[i] = f.Summary()
	}
	return rows
}

// total is a Summary of which only the ratios mean something.
type total struct{ probe.Summary }

// MarshalJSON gives the ratios.
func (t total) MarshalJSON() ([]byte, error) {
	return json.Marshal(struct {
		Lines    probe.Ratio `json:"lines"`
		Branches probe.Ratio `json:"branches"`
	}{t.Lines, t.Branches})
}
