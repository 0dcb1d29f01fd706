package alert

import (
	"encoding/json"
	"time"
)

// An Alert is what goes out when a rule's matches reach its threshold. Its
// JSON form is a contract: fields are added, never renamed.
type Alert struct {
	RuleID       string          `json:"rule_id"`
	Severity     Severity        `json:"severity"`
	Title        string          `json:"title"`
	Dedup        string          `json:"dedup"`
	LogType      string          `json:"log_type"`
	EventTime    time.Time       `json:"event_time"`  // of the event that opened the alert
	EventCount   int64           `json:"event_count"` // events of the window so far
	Context      json.RawMessage `json:"alert_context"`
	Description  string          `json:"description"`
	Runbook      string          `json:"runbook"`
	Reference    string          `json:"reference"`
	Destinations []string        `json:"destinations"`
	Tags         []string        `json:"tags"`
	Event        json.RawMessage `json:"event"` // the event that opened it

	// ID tells the alerts of a rule, a deduplication string and a window from
	// all others. One that is delivered again has the same.
	ID string `json:"id"`

	// RuleSet is the version of the set of rules that the alert is of.
	RuleSet string `json:"rule_set"`

	// Errors are the rule's functions that failed for this event; their
	// defaults stand in the fields above.
	Errors map[string]Failure `json:"errors,omitempty"`
}

// Withheld tells whether the alert is not to be delivered: its rule gave an
// empty list of destinations. Where alerts are kept or counted it is one.
func (a *Alert) Withheld() bool { return a.Destinations != nil && len(a.Destinations) == 0 }
