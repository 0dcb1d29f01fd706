package alert

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// Severity grades an alert: one of the Severities.
type Severity string

// Severities are the severities an alert can have, lowest first.
var Severities = []Severity{"INFO", "LOW", "MEDIUM", "HIGH", "CRITICAL"}

// ParseSeverity reads a severity in any case.
func ParseSeverity(s string) (Severity, error) {
	sev := Severity(strings.ToUpper(s))
	if !slices.Contains(Severities, sev) {
		return "", fmt.Errorf("severity is %q, want one of INFO, LOW, MEDIUM, HIGH, CRITICAL", s)
	}
	return sev, nil
}

// A Match is what a rule says of an event that it matched, with the rule's
// defaults in the place of what it does not say.
type Match struct {
	Title       string
	Dedup       string
	Severity    Severity
	Description string
	Runbook     string
	Reference   string

	// Destinations are the destinations that the alert goes to: nil means
	// the default ones, an empty list that it is not to be delivered.
	Destinations []string

	// Context is the alert context, a JSON object, or nil if the rule has none.
	Context json.RawMessage

	// Given are the results of those of title, dedup, severity and
	// alert_context that the rule defines and that did not fail, as JSON and
	// as the rule gave them.
	Given map[string]json.RawMessage

	// Failures are the functions that failed, by name. Their defaults stand
	// in the fields above.
	Failures map[string]Failure
}

// A Failure is an error of one of a rule's functions, as outputs show it.
type Failure struct {
	Type    string `json:"type"`    // class of the error: KeyError, LimitError, …
	Message string `json:"message"` // one line
	At      string `json:"at"`      // file:line:col, or ""
}
