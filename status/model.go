package status

import "time"

// A Status is what a running engine tells of itself. Its JSON form, and that
// of the types in it, is a contract: fields are added, never renamed. Lists
// are sorted. Times without a value are left out.
type Status struct {
	Version       string    `json:"version"` // of the program
	Started       time.Time `json:"started"`
	UptimeSeconds int64     `json:"uptime_seconds"`

	Ready  bool    `json:"ready"`
	Checks []Check `json:"checks"`

	RuleSet RuleSet `json:"rule_set"`
	Totals  Totals  `json:"totals"`

	Rules      []Rule `json:"rules"`
	RulesTotal int    `json:"rules_total"` // also those that the list has no room for

	Refused      []Refusal `json:"refused"`
	RefusedTotal int       `json:"refused_total"`

	Store   *StoreStatus `json:"store,omitempty"`
	Sinks   []Sink       `json:"sinks"`
	Routing Routing      `json:"routing"`
	Queues  []Queue      `json:"queues"`
	Sources []Source     `json:"sources"`

	store *Store // whose times the metrics show in full
	sums  *sums
}

// A Check is one condition of being ready.
type Check struct {
	Name   string `json:"name"`
	OK     bool   `json:"ok"`
	Reason string `json:"reason"` // for either
}

// A RuleSet is the set of rules that is live.
type RuleSet struct {
	Version string    `json:"version"`
	Since   time.Time `json:"since,omitzero"` // when this version went live
	Live    int       `json:"live"`           // rules

	Unhealthy      []string `json:"unhealthy"` // ids of rules, the first hundred
	UnhealthyTotal int      `json:"unhealthy_total"`

	Reloads      map[string]int64 `json:"reloads"` // by outcome
	LastReload   *Reload          `json:"last_reload,omitempty"`
	LastReloadMS float64          `json:"last_reload_ms"`
	LastSuccess  time.Time        `json:"last_success,omitzero"`
}

// Totals are counts since the start, also of rules that were removed since.
type Totals struct {
	Received       int64            `json:"events_received"`
	Accepted       int64            `json:"events_accepted"`
	Refused        int64            `json:"events_refused"`
	Failed         int64            `json:"events_failed"`
	Evaluations    int64            `json:"evaluations"`
	Matches        int64            `json:"matches"`
	Alerts         int64            `json:"alerts"`
	Errors         map[string]int64 `json:"errors"` // by kind, as in Rule
	ErrorsUnlogged int64            `json:"errors_unlogged"`
}

// Health says how a rule does.
type Health string

// The states of a rule's health.
const (
	OK        Health = "ok"
	Failing   Health = "failing"   // the last evaluation failed
	Unhealthy Health = "unhealthy" // all of them have, for some minutes
)

// A Rule is what one live rule has done since the start, whatever its version
// was then. Events that the rule's filter held back are not evaluated.
type Rule struct {
	ID        string    `json:"id"`
	File      string    `json:"file"`
	Version   string    `json:"version"` // hash of the file and of the helpers that it loads
	LiveSince time.Time `json:"live_since"`
	Health    Health    `json:"health"`

	Evaluations int64 `json:"evaluations"`
	Matches     int64 `json:"matches"`
	Alerts      int64 `json:"alerts"` // opened
	Errors      int64 `json:"errors"` // evaluations that failed

	// ByKind divides them up: "error", "limit" (but for time), "timeout" and
	// "store", and besides counts "auxiliary": errors of other functions.
	ByKind map[string]int64 `json:"errors_by_kind"`

	LastMatch    time.Time `json:"last_match,omitzero"`
	LastError    *Error    `json:"last_error,omitempty"`
	ErrorsInARow int64     `json:"errors_in_a_row"`
	FailingSince time.Time `json:"failing_since,omitzero"` // every evaluation since then has failed

	// Times of an evaluation in microseconds; quantiles are within 6.25%.
	P50  float64 `json:"p50_us"`
	P99  float64 `json:"p99_us"`
	Max  float64 `json:"max_us"`
	Time float64 `json:"time_seconds"` // of all evaluations together
}

// An Error is the last error of a rule.
type Error struct {
	Type     string    `json:"type"`
	Message  string    `json:"message"`
	At       string    `json:"at"`       // file:line:col, or ""
	Function string    `json:"function"` // rule, title, …
	Time     time.Time `json:"time"`
}

// A Refusal is a file that was refused.
type Refusal struct {
	File        string    `json:"file"`
	RuleIDs     []string  `json:"rule_ids"` // rules that are not live as the file says
	Kept        []string  `json:"kept"`     // those of them that are live in an older version
	Diagnostics []string  `json:"diagnostics"`
	Since       time.Time `json:"since"`
}

// A StoreStatus tells of the store.
type StoreStatus struct {
	Name       string      `json:"name"`
	Up         bool        `json:"up"`
	Reason     string      `json:"reason,omitempty"` // why not
	LastError  *StoreError `json:"last_error,omitempty"`
	Operations []Operation `json:"operations"` // those that were asked for
	Table      *Table      `json:"dynamodb,omitempty"`
}

// A Table counts, since the start, the requests of a store that keeps its state
// in a table of DynamoDB.
type Table struct {
	Requests  int64 `json:"requests"`  // sent, each attempt counted
	Retries   int64 `json:"retries"`   // attempts after the first
	Throttled int64 `json:"throttled"` // attempts that the table refused for want of capacity
	Ambiguous int64 `json:"ambiguous"` // attempts of writes that failed, but may have been applied
	Recovered int64 `json:"recovered"` // increments whose answer was lost and found on the item
	Coalesced int64 `json:"coalesced"` // increments that went together with another one
}

// A StoreError is the last operation that failed.
type StoreError struct {
	Operation string    `json:"operation"`
	Message   string    `json:"message"`
	Time      time.Time `json:"time"`
}

// An Operation of the store: how often it was asked for and what came of it.
// Invalid ones were refused by a store that is well.
type Operation struct {
	Name    string `json:"name"`
	OK      int64  `json:"ok"`
	Invalid int64  `json:"invalid"`
	Failed  int64  `json:"failed"`

	P50 float64 `json:"p50_us"`
	P99 float64 `json:"p99_us"`
	Max float64 `json:"max_us"`
}

// A Queue is where alerts wait for one destination. A bound of 0 is none.
type Queue struct {
	Name    string `json:"name"`
	Retired bool   `json:"retired"` // no sink has this name: the alerts stay where they are
	NoRoom  bool   `json:"no_room"` // for any alert, or for the one that last found none

	Alerts    int64     `json:"alerts"` // waiting
	Bytes     int64     `json:"bytes"`
	MaxAlerts int64     `json:"max_alerts"`
	MaxBytes  int64     `json:"max_bytes"`
	Oldest    time.Time `json:"oldest,omitzero"` // when the first of them came

	Delivered int64 `json:"delivered"` // since the start, as are the following
	Retries   int64 `json:"retries"`
	Refused   int64 `json:"refused"` // by the receiver: set aside
	Dropped   int64 `json:"dropped"` // of those, lost for want of room
	Full      int64 `json:"full"`    // alerts that did not get in
	SetAside  int64 `json:"set_aside"`

	LastError   string    `json:"last_error,omitempty"`
	LastErrorAt time.Time `json:"last_error_at,omitzero"`
	NextTry     time.Time `json:"next_try,omitzero"`
}

// A Sink is where alerts go.
type Sink struct {
	Name      string `json:"name"`
	Alerts    int64  `json:"alerts"` // that it took
	Errors    int64  `json:"errors"`
	LastError string `json:"last_error,omitempty"` // while it takes none
}

// Routing counts alerts that did not go the usual way.
type Routing struct {
	Unknown      int64    `json:"unknown_destinations"` // named a destination that no sink has
	UnknownNames []string `json:"unknown_names"`        // some of these
	Unrouted     int64    `json:"unrouted"`             // went nowhere: no sink takes their severity
	Withheld     int64    `json:"withheld"`             // were not to be delivered
}

// A Source is where events come from, one for each kind. Received are those
// accepted, refused (for good), failed (to come again), and under way.
type Source struct {
	Kind     string `json:"kind"` // "http", "tail", …
	Received int64  `json:"received"`
	Accepted int64  `json:"accepted"`
	Refused  int64  `json:"refused"`
	Failed   int64  `json:"failed"`

	RefusedBy map[string]int64 `json:"refused_by,omitempty"` // reason
	Requests  map[string]int64 `json:"requests,omitempty"`   // by result

	InFlight      int64 `json:"in_flight"` // requests
	InFlightBytes int64 `json:"in_flight_bytes"`

	LastError string `json:"last_error,omitempty"` // of the source as a whole

	Files []File `json:"files,omitempty"`
}

// A File is one that is followed. Of one path there may be several: those that
// were rotated away and are not done.
type File struct {
	Path      string `json:"path"`
	Offset    int64  `json:"offset"` // after the last record that was acknowledged
	Size      int64  `json:"size"`
	Lag       int64  `json:"lag_bytes"`
	Records   int64  `json:"records"`
	Moved     bool   `json:"moved"` // it is no longer at its path
	LastError string `json:"last_error,omitempty"`
}

// micros gives a duration in microseconds, to a tenth.
func micros(d time.Duration) float64 { return float64(d.Round(100)) / 1e3 }

// millis gives a duration in milliseconds, to a tenth.
func millis(d time.Duration) float64 { return float64(d.Round(100*time.Microsecond)) / 1e6 }
