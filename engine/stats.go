package engine

import "sync/atomic"

// Stats are counts of a run, so far.
type Stats struct {
	Records     int64 // taken from the source and finished
	Rejected    int64 // of those, not a JSON object
	Evaluations int64 // calls of a rule for an event
	Matches     int64
	Alerts      int64 // opened and written
	Counted     int64 // matches that an open alert took in
	Pending     int64 // matches below their rule's threshold
	Withheld    int64 // of the alerts, those that are not to be delivered (Alert.Withheld)
	RuleErrors  int64 // rules that failed for an event
	StoreErrors int64 // of those, and of alert windows, for want of the store
	FieldErrors int64 // functions beside rule that failed: defaults stand in
}

type counters struct {
	records, rejected, evaluations, matches, alerts, counted, pending,
	withheld, ruleErrors, storeErrors, fieldErrors atomic.Int64
}

// Stats gives the counts so far. It may be called at any time.
func (e *Engine) Stats() Stats {
	c := &e.stats
	return Stats{
		Records:     c.records.Load(),
		Rejected:    c.rejected.Load(),
		Evaluations: c.evaluations.Load(),
		Matches:     c.matches.Load(),
		Alerts:      c.alerts.Load(),
		Counted:     c.counted.Load(),
		Pending:     c.pending.Load(),
		Withheld:    c.withheld.Load(),
		RuleErrors:  c.ruleErrors.Load(),
		StoreErrors: c.storeErrors.Load(),
		FieldErrors: c.fieldErrors.Load(),
	}
}
