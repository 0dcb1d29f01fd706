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

	// Errors are the rule's functions that failed for this event; their
	// defaults stand in the fields above.
	Errors map[string]Failure `json:"errors,omitempty"`
}
