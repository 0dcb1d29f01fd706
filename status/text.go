package status

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"
	"unicode"
)

// writeChecks writes the conditions of being ready, one a line.
func writeChecks(b *bytes.Buffer, s *Status) {
	fmt.Fprintln(b, readyWord(s.Ready))
	for _, c := range s.Checks {
		word := "ok"
		if !c.OK {
			word = "FAIL"
		}
		fmt.Fprintf(b, "%-4s  %s: %s\n", word, line(c.Name), line(c.Reason))
	}
}

func readyWord(ready bool) string {
	if ready {
		return "ready"
	}
	return "not ready"
}

// writeText writes a status as tables for people.
func writeText(b *bytes.Buffer, s *Status, now time.Time) {
	fmt.Fprintf(b, "starhost %s, up %s, ", line(s.Version), ago(now, s.Started))
	writeChecks(b, s)
	writeRuleSet(b, s, now)
	writeRules(b, s, now)
	writeErrors(b, s, now)
	writeRefused(b, s, now)
	writeStore(b, s, now)
	writeQueues(b, s, now)
	writeSources(b, s)
}

func writeRuleSet(b *bytes.Buffer, s *Status, now time.Time) {
	set := &s.RuleSet
	if last := set.LastReload; last != nil {
		fmt.Fprintf(b, "\nrule set %s, live for %s: %d rules, %d unhealthy, %d files refused; last reload %s ago: %s\n",
			line(set.Version), ago(now, set.Since), set.Live, set.UnhealthyTotal, s.RefusedTotal, ago(now, last.At), line(last.Outcome))
	}
	t := &s.Totals
	fmt.Fprintf(b, "events: %d received, %d accepted, %d refused, %d failed\n", t.Received, t.Accepted, t.Refused, t.Failed)
	var kinds []string
	for _, kind := range kindNames {
		kinds = append(kinds, fmt.Sprintf("%d %s", t.Errors[kind], kind))
	}
	fmt.Fprintf(b, "rules: %d evaluations, %d matches, %d alerts; errors: %s\n", t.Evaluations, t.Matches, t.Alerts, strings.Join(kinds, ", "))
}

// table writes rows of columns below a line of headings.
func table(b io.Writer, headings ...any) (row func(columns ...any), done func()) {
	w := tabwriter.NewWriter(b, 0, 0, 2, ' ', 0)
	row = func(columns ...any) {
		for i, c := range columns {
			if i > 0 {
				io.WriteString(w, "\t")
			}
			io.WriteString(w, line(fmt.Sprint(c)))
		}
		io.WriteString(w, "\n")
	}
	io.WriteString(b, "\n")
	row(headings...)
	return row, func() { w.Flush() } // to memory
}

func writeRules(b *bytes.Buffer, s *Status, now time.Time) {
	row, done := table(b, "RULE", "HEALTH", "EVALUATIONS", "MATCHES", "ALERTS", "ERRORS", "P50", "P99", "MAX", "LAST MATCH", "LIVE", "VERSION", "FILE")
	for i := range s.Rules {
		r := &s.Rules[i]
		row(r.ID, r.Health, r.Evaluations, r.Matches, r.Alerts, r.Errors,
			took(r.P50), took(r.P99), took(r.Max), ago(now, r.LastMatch), ago(now, r.LiveSince), r.Version, r.File)
	}
	done()
	if n := s.RulesTotal - len(s.Rules); n > 0 {
		fmt.Fprintf(b, "… %d more: ?limit=%d shows all\n", n, s.RulesTotal)
	}
}

func writeErrors(b *bytes.Buffer, s *Status, now time.Time) {
	var row func(...any)
	done := func() {}
	for i := range s.Rules {
		r := &s.Rules[i]
		if r.LastError == nil {
			continue
		}
		if row == nil {
			row, done = table(b, "LAST ERROR OF", "AGO", "IN A ROW", "FAILING", "FUNCTION", "AT", "ERROR")
		}
		e := r.LastError
		row(r.ID, ago(now, e.Time), r.ErrorsInARow, ago(now, r.FailingSince), e.Function, e.At, e.Type+": "+e.Message)
	}
	done()
}

func writeRefused(b *bytes.Buffer, s *Status, now time.Time) {
	if len(s.Refused) == 0 {
		return
	}
	row, done := table(b, "REFUSED FILE", "SINCE", "RULES", "OLD VERSION LIVE", "WHY")
	for _, r := range s.Refused {
		why := "-"
		if len(r.Diagnostics) > 0 {
			why, _, _ = strings.Cut(r.Diagnostics[0], "\n")
		}
		if n := len(r.Diagnostics) - 1; n > 0 {
			why += fmt.Sprintf(" (and %d more)", n)
		}
		row(r.File, ago(now, r.Since), orNone(strings.Join(r.RuleIDs, ",")), orNone(strings.Join(r.Kept, ",")), why)
	}
	done()
	if n := s.RefusedTotal - len(s.Refused); n > 0 {
		fmt.Fprintf(b, "… %d more\n", n)
	}
}

func writeStore(b *bytes.Buffer, s *Status, now time.Time) {
	if s.Store == nil {
		return
	}
	if len(s.Store.Operations) > 0 {
		row, done := table(b, "STORE", "OK", "INVALID", "FAILED", "P50", "P99", "MAX")
		for _, op := range s.Store.Operations {
			row(op.Name, op.OK, op.Invalid, op.Failed, took(op.P50), took(op.P99), took(op.Max))
		}
		done()
	}
	if t := s.Store.Table; t != nil {
		fmt.Fprintf(b, "requests to the table: %d sent, %d of them retries, %d throttled, %d ambiguous; increments: %d recovered, %d coalesced\n",
			t.Requests, t.Retries, t.Throttled, t.Ambiguous, t.Recovered, t.Coalesced)
	}
	if e := s.Store.LastError; e != nil {
		fmt.Fprintf(b, "last error %s ago, %s: %s\n", ago(now, e.Time), e.Operation, line(e.Message))
	}
}

func writeQueues(b *bytes.Buffer, s *Status, now time.Time) {
	if len(s.Queues) == 0 {
		return
	}
	row, done := table(b, "DESTINATION", "WAITING", "BYTES", "OLDEST", "DELIVERED", "RETRIES", "SET ASIDE", "FULL", "LAST ERROR")
	for _, q := range s.Queues {
		name := q.Name
		if q.Retired {
			name += " (no sink)"
		}
		row(name, bounded(q.Alerts, q.MaxAlerts), bounded(q.Bytes, q.MaxBytes), ago(now, q.Oldest),
			q.Delivered, q.Retries, q.SetAside, q.Full, orNone(q.LastError))
	}
	done()
}

func writeSources(b *bytes.Buffer, s *Status) {
	if len(s.Sources) == 0 {
		return
	}
	row, done := table(b, "SOURCE", "RECEIVED", "ACCEPTED", "REFUSED", "FAILED", "IN FLIGHT", "BYTES", "LAST ERROR")
	for _, src := range s.Sources {
		row(src.Kind, src.Received, src.Accepted, src.Refused, src.Failed, src.InFlight, src.InFlightBytes, orNone(src.LastError))
	}
	done()
	for _, src := range s.Sources {
		if len(src.Files) == 0 {
			continue
		}
		row, done := table(b, "FILE", "RECORDS", "OFFSET", "SIZE", "LAG", "LAST ERROR")
		for _, f := range src.Files {
			path := f.Path
			if f.Moved {
				path += " (moved)"
			}
			row(path, f.Records, f.Offset, f.Size, f.Lag, orNone(f.LastError))
		}
		done()
	}
}

func bounded(n, most int64) string {
	if most == 0 {
		return fmt.Sprint(n)
	}
	return fmt.Sprintf("%d/%d", n, most)
}

func orNone(s string) string {
	if s == "" {
		return "-"
	}
	return s
}

// took gives microseconds in a unit that fits.
func took(us float64) string {
	d := time.Duration(us * 1e3)
	switch {
	case d >= time.Second:
		d = d.Round(10 * time.Millisecond)
	case d >= time.Millisecond:
		d = d.Round(10 * time.Microsecond)
	}
	return d.String()
}

// ago gives the age of something in its two largest units, "-" if there is
// no such thing.
func ago(now, then time.Time) string {
	if then.IsZero() {
		return "-"
	}
	d := max(0, now.Sub(then))
	days, hours, minutes := int(d.Hours())/24, int(d.Hours())%24, int(d.Minutes())%60
	switch {
	case days > 0:
		return fmt.Sprintf("%dd%dh", days, hours)
	case hours > 0:
		return fmt.Sprintf("%dh%dm", hours, minutes)
	case minutes > 0:
		return fmt.Sprintf("%dm%ds", minutes, int(d.Seconds())%60)
	}
	return fmt.Sprintf("%ds", int(d.Seconds()))
}

// line gives a text in one line and without what does not print: it may come
// from an event.
func line(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsPrint(r) {
			return r
		}
		return ' '
	}, s)
}
