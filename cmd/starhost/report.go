package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/starhost/starhost/runtime"
)

// report writes the result of check in a format to standard output, and the
// reports, each FORMAT=FILE, to their files.
func (c *command) report(format string, reports []string, r *checkResult) error {
	for _, report := range reports {
		format, path, ok := strings.Cut(report, "=")
		if !ok {
			return fmt.Errorf("--report is %q, want FORMAT=FILE", report)
		}
		if err := reportFile(format, path, r); err != nil {
			return err
		}
	}
	return writeCheck(c.out, format, r, colours(c.out))
}

func reportFile(format, path string, r *checkResult) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	if err := writeCheck(f, format, r, plain); err != nil {
		f.Close()
		return err
	}
	return f.Close()
}

func writeCheck(w io.Writer, format string, r *checkResult, p palette) error {
	switch format {
	case "pretty":
		return writePretty(w, r, p)
	case "compact":
		return writeCompact(w, r)
	case "json":
		enc := json.NewEncoder(w)
		enc.SetEscapeHTML(false)
		enc.SetIndent("", "  ")
		return enc.Encode(r)
	case "github":
		return writeGitHub(w, r)
	}
	return fmt.Errorf("format is %q, %w", format, errFormat)
}

func writePretty(w io.Writer, r *checkResult, p palette) error {
	var b strings.Builder
	for _, d := range r.diags {
		b.WriteString(prettyDiagnostic(d, p))
	}
	b.WriteString(r.summary() + "\n")
	_, err := io.WriteString(w, b.String())
	return err
}

// prettyDiagnostic shows a diagnostic with its source line and its hint.
func prettyDiagnostic(d *runtime.Diagnostic, p palette) string {
	colour, label := p.red, "error"
	if !d.IsError() {
		colour, label = p.yellow, "warning"
	}
	first, stack, _ := strings.Cut(d.Error(), "\n")
	place, _, _ := strings.Cut(first, ": "+d.Msg)
	text := fmt.Sprintf("%s%s%s: %s%s%s: %s\n", p.bold, place, p.reset, colour, label, p.reset, d.Msg)
	if src, err := os.ReadFile(d.Pos.Filename()); err == nil {
		text += d.Excerpt(src)
	}
	if stack != "" {
		text += stack + "\n"
	}
	if d.Hint != "" {
		text += fmt.Sprintf("    %shint:%s %s\n", p.bold, p.reset, d.Hint)
	}
	return text
}

func writeCompact(w io.Writer, r *checkResult) error {
	for _, d := range r.diags {
		first, _, _ := strings.Cut(d.Error(), "\n")
		if d.Hint != "" {
			first += " (" + d.Hint + ")"
		}
		if _, err := fmt.Fprintln(w, first); err != nil {
			return err
		}
	}
	return nil
}

// writeGitHub writes workflow commands, which GitHub shows beside the code.
func writeGitHub(w io.Writer, r *checkResult) error {
	for _, d := range r.Diagnostics {
		msg := d.Message
		if d.Hint != "" {
			msg += "\n" + d.Hint
		}
		_, err := fmt.Fprintf(w, "::%s file=%s,line=%d,col=%d,title=%s::%s\n",
			d.Severity, escapeProperty(d.File), max(1, d.Line), max(1, d.Col), escapeProperty(d.Code), escapeData(msg))
		if err != nil {
			return err
		}
	}
	return nil
}

// escapeData and escapeProperty escape as GitHub's toolkit does
// (actions/toolkit, packages/core/src/command.ts).
func escapeData(s string) string {
	return strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A").Replace(s)
}

func escapeProperty(s string) string {
	return strings.NewReplacer(":", "%3A", ",", "%2C").Replace(escapeData(s))
}
