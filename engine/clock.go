package engine

import "time"

// A Clock says what time it is for rules, their state and alert windows.
type Clock struct {
	// Now, if not nil, is the clock of a service: the time of an event is the
	// time at which it is evaluated.
	//
	// If Now is nil, time is told by the events themselves, as befits a
	// bounded input: it is the latest time of the events so far in input
	// order, and never goes back, so that old logs meet the windows and the
	// lifetimes that they would have met, and the same input always gives
	// the same alerts. Events without a time happen when the one before them
	// did. An event dated more than a day after today does not move the
	// clock: a single wrong date would end every window.
	Now func() time.Time

	// Fields are the event fields that hold an event's time, in order of
	// preference; nil means TimeFields.
	Fields []string

	// Today is the time that dates in the future are told by; nil means
	// time.Now.
	Today func() time.Time
}

// TimeFields are the fields in which common log types have an event's time.
var TimeFields = []string{"p_event_time", "eventTime", "published", "timestamp", "@timestamp", "time", "createdDateTime"}

func (c Clock) fields() []string {
	if c.Fields != nil {
		return c.Fields
	}
	return TimeFields
}

// now is the time of a service.
func (c Clock) now() time.Time {
	if c.Now != nil {
		return c.Now()
	}
	return time.Now()
}

// future is how far ahead of today an event's time is believed.
const future = 24 * time.Hour

// clockRun is a Clock while it runs.
type clockRun struct {
	Clock
	latest time.Time
	bound  time.Time
}

// tell gives the time of the next event, whose own time is when, if timed.
func (c *clockRun) tell(when time.Time, timed bool) time.Time {
	if c.Now != nil {
		return c.Now()
	}
	if c.bound.IsZero() {
		c.bound = c.today().Add(future)
	}
	if timed && when.After(c.latest) && when.Before(c.bound) {
		c.latest = when
	}
	if c.latest.IsZero() {
		return c.bound.Add(-future) // nothing has told the time yet
	}
	return c.latest
}

func (c *clockRun) today() time.Time {
	if c.Today != nil {
		return c.Today()
	}
	return time.Now()
}
