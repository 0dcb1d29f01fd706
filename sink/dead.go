package sink

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"sync"
	"unicode/utf8"

	"github.com/starhost/starhost/event"
)

// Dead writes dead letters: what came in and is no record, with the reason, so
// that it can be looked at, mended and sent again. Each is a line of JSON:
//
//	{"source":"logs/a.json","line":3,"index":2,"error":"not JSON: …","data":"{\"a\":"}
//
// line is where the data starts, from 1, and 0 for an input that could not be
// opened. index is as in the event.Raw. A letter without data tells of the
// input as a whole. Data that is not UTF-8 has U+FFFD in the wrong places, and
// comes once more, exactly, as "data_base64".
//
// Its method may be called from several goroutines.
type Dead struct {
	// W is what is written to, one letter at a time and not buffered: dead
	// letters are rare, and wanted most when the program ends unexpectedly.
	W io.Writer

	mu   sync.Mutex
	torn bool // the last line is not whole
}

type letter struct {
	Source string `json:"source"`
	Line   int    `json:"line"`
	Index  int    `json:"index"`
	Error  string `json:"error"`
	Data   string `json:"data"`
	Exact  []byte `json:"data_base64,omitempty"`
}

// Write writes the letter of a record that was given up because of reason.
// After an error of W the next letter begins on a line of its own.
func (d *Dead) Write(raw event.Raw, reason error) error {
	l := letter{Source: raw.Source, Line: raw.Line, Index: raw.Index, Error: reason.Error(), Data: string(raw.Data)}
	if !utf8.Valid(raw.Data) {
		l.Exact = raw.Data
	}
	var line bytes.Buffer
	enc := json.NewEncoder(&line)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(l); err != nil {
		return fmt.Errorf("write dead letter: %w", err)
	}

	d.mu.Lock()
	defer d.mu.Unlock()
	text := line.Bytes()
	if d.torn {
		text = append([]byte("\n"), text...)
	}
	n, err := d.W.Write(text)
	if err != nil {
		d.torn = d.torn || n > 0
		return fmt.Errorf("write dead letter: %w", err)
	}
	d.torn = false
	return nil
}
