package status

import (
	"cmp"
	"context"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/starhost/starhost/builtins/caching"
)

// A Reporter puts together what is known of a running engine. Rules and
// Reloads must be set; what else is nil is not there. The functions are called
// whenever somebody asks, by many goroutines: they must not wait for I/O.
type Reporter struct {
	Version string // of the program
	Started time.Time

	Rules    *Rules
	Reloads  *Reloads
	ErrorLog *ErrorLog
	Store    *Store

	// Refused gives the rule files that are refused at the moment.
	Refused func() []Refusal

	// Queues gives where alerts wait, each with a name of its own.
	Queues func() []Queue

	// Sinks gives where alerts go, in order and each with a name of its own.
	Sinks func() ([]Sink, Routing)

	// Sources gives where events come from.
	Sources func() []Source

	// Checks gives further conditions of being ready.
	Checks func() []Check

	// AllowEmpty says that an engine without any rule is ready, too.
	AllowEmpty bool

	// Now is the clock; nil means the wall clock.
	Now func() time.Time

	stopping atomic.Bool
}

// Stop says that the engine ends: it is not ready from now on.
func (r *Reporter) Stop() { r.stopping.Store(true) }

// A Query says what a status is to be of.
type Query struct {
	Rule  string // only the rule with this id, if not ""
	Limit int    // the most rules, files and refused files; 0 means 1,000
}

func (q *Query) limit() int {
	if q.Limit > 0 {
		return q.Limit
	}
	return 1000
}

// Status returns how things stand. It may ask the store, no longer than its
// timeout; see Store.Check.
func (r *Reporter) Status(ctx context.Context, q Query) *Status {
	s := r.gather(ctx)
	rules := r.Rules.liveNow()
	if q.Rule != "" {
		rules = r.Rules.find(q.Rule)
	}
	s.RulesTotal = len(rules)
	s.Rules = make([]Rule, 0, min(len(rules), q.limit()))
	for _, rule := range rules[:min(len(rules), q.limit())] {
		shown, _ := rule.status(r.Rules.unhealthyAfter())
		s.Rules = append(s.Rules, shown)
	}
	s.Refused = s.Refused[:min(len(s.Refused), q.limit())]
	for i := range s.Sources {
		files := s.Sources[i].Files
		s.Sources[i].Files = files[:min(len(files), q.limit())]
	}
	return s
}

// gather returns a status with all but the single rules, and nothing cut off.
func (r *Reporter) gather(ctx context.Context) *Status {
	now := clock(r.Now)
	s := &Status{
		Version: r.Version, Started: r.Started.UTC(), UptimeSeconds: int64(now.Sub(r.Started).Seconds()),
		Refused: r.RefusedNow(), Queues: r.queues(), Sources: r.sources(),
	}
	s.RefusedTotal = len(s.Refused)
	s.Sinks, s.Routing = r.sinks()
	r.addRuleSet(s)
	r.addStore(ctx, s)
	r.addTotals(s)
	s.Checks = r.checks(s)
	s.Ready = !slices.ContainsFunc(s.Checks, func(c Check) bool { return !c.OK })
	return s
}

// mostUnhealthy is how many unhealthy rules a rule set names.
const mostUnhealthy = 100

func (r *Reporter) addRuleSet(s *Status) {
	r.Reloads.addTo(&s.RuleSet)
	rules := r.Rules.liveNow()
	s.RuleSet.Live = len(rules)
	s.RuleSet.Unhealthy = []string{}
	for _, rule := range rules {
		if h, _, _ := rule.health(r.Rules.unhealthyAfter()); h != Unhealthy {
			continue
		}
		if s.RuleSet.UnhealthyTotal++; s.RuleSet.UnhealthyTotal <= mostUnhealthy {
			s.RuleSet.Unhealthy = append(s.RuleSet.Unhealthy, rule.rule.ID)
		}
	}
}

func (r *Reporter) addTotals(s *Status) {
	s.sums = r.Rules.sums()
	t := &s.Totals
	for _, source := range s.Sources {
		t.Received += source.Received
		t.Accepted += source.Accepted
		t.Refused += source.Refused
		t.Failed += source.Failed
	}
	t.Evaluations, t.Matches, t.Alerts = int64(s.sums.times.count), s.sums.matches, s.sums.alerts
	t.Errors = byKind(&s.sums.errors)
	if r.ErrorLog != nil {
		t.ErrorsUnlogged = r.ErrorLog.Suppressed()
	}
}

func byKind(errors *[numKinds]int64) map[string]int64 {
	m := make(map[string]int64, numKinds)
	for kind, n := range errors {
		m[kindNames[kind]] = n
	}
	return m
}

// status returns what is shown of a rule, and how long its evaluations took.
func (l *liveRule) status(unhealthyAfter time.Duration) (Rule, *times) {
	var took times
	l.times.addTo(&took)
	rule := Rule{
		ID: l.rule.ID, LiveSince: l.since.UTC(),
		Evaluations: int64(took.count), Matches: l.matches.Load(), Alerts: l.alerts.Load(),
		LastMatch: atTime(l.lastMatch.Load()), LastError: l.lastError(),
		P50: micros(took.quantile(0.5)), P99: micros(took.quantile(0.99)), Max: micros(took.max),
		Time: took.sum.Seconds(),
	}
	if file := l.rule.File; file != nil {
		rule.File, rule.Version = file.Path, hex.EncodeToString(file.Hash[:6])
	}
	rule.Health, rule.FailingSince, rule.ErrorsInARow = l.health(unhealthyAfter)
	var errors [numKinds]int64
	for kind := range errors {
		errors[kind] = l.errors[kind].Load()
		if kind != kindAuxiliary {
			rule.Errors += errors[kind]
		}
	}
	rule.ByKind = byKind(&errors)
	return rule, &took
}

func (r *Reporter) addStore(ctx context.Context, s *Status) {
	if r.Store == nil {
		return
	}
	s.store = r.Store
	s.Store = r.Store.status()
	if err := r.Store.Check(ctx); err != nil {
		s.Store.Reason = cut(err.Error(), longestText)
		return
	}
	s.Store.Up = true
}

func (s *Store) status() *StoreStatus {
	status := &StoreStatus{Name: s.Name, Operations: []Operation{}}
	if s.Table != nil {
		table := s.Table()
		status.Table = &table
	}
	for op := range caching.NumOps {
		var took times
		s.ops[op].times.addTo(&took)
		if took.count == 0 {
			continue
		}
		invalid, failed := s.ops[op].invalid.Load(), s.ops[op].failed.Load()
		status.Operations = append(status.Operations, Operation{
			Name: op.String(), OK: max(0, int64(took.count)-invalid-failed), Invalid: invalid, Failed: failed,
			P50: micros(took.quantile(0.5)), P99: micros(took.quantile(0.99)), Max: micros(took.max),
		})
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if last := s.last; !last.Time.IsZero() {
		status.LastError = &last
	}
	return status
}

// RefusedNow returns the rule files that are refused at the moment, in order.
func (r *Reporter) RefusedNow() []Refusal {
	all := []Refusal{}
	if r.Refused != nil {
		all = append(all, r.Refused()...)
	}
	for i := range all {
		all[i].Diagnostics = cutAll(all[i].Diagnostics)
		all[i].RuleIDs, all[i].Kept = sorted(all[i].RuleIDs), sorted(all[i].Kept)
	}
	slices.SortStableFunc(all, func(a, b Refusal) int { return strings.Compare(a.File, b.File) })
	return all
}

// sorted returns a list in order, [] rather than nil.
func sorted(ids []string) []string {
	all := append([]string{}, ids...)
	slices.Sort(all)
	return all
}

// mostDiagnostics is how many diagnostics of one file are shown.
const mostDiagnostics = 20

func cutAll(diagnostics []string) []string {
	shown := make([]string, 0, min(len(diagnostics), mostDiagnostics+1))
	for i, text := range diagnostics {
		if i == mostDiagnostics {
			return append(shown, fmt.Sprintf("… %d more", len(diagnostics)-i))
		}
		shown = append(shown, cut(text, longestText))
	}
	return shown
}

func (r *Reporter) queues() []Queue {
	all := []Queue{}
	if r.Queues != nil {
		all = append(all, r.Queues()...)
	}
	slices.SortStableFunc(all, func(a, b Queue) int { return strings.Compare(a.Name, b.Name) })
	return all
}

func (r *Reporter) sinks() (all []Sink, routing Routing) {
	if r.Sinks != nil {
		all, routing = r.Sinks()
	}
	for i := range all {
		all[i].LastError = cut(all[i].LastError, longestText)
	}
	routing.UnknownNames = append([]string{}, routing.UnknownNames...)
	return append([]Sink{}, all...), routing
}

func (r *Reporter) sources() []Source {
	all := []Source{}
	if r.Sources != nil {
		all = append(all, r.Sources()...)
	}
	for i := range all {
		all[i].Files = slices.SortedStableFunc(slices.Values(all[i].Files), func(a, b File) int { return strings.Compare(a.Path, b.Path) })
	}
	slices.SortStableFunc(all, func(a, b Source) int { return strings.Compare(a.Kind, b.Kind) })
	return all
}

// checks returns the conditions of being ready, in the order of their names.
func (r *Reporter) checks(s *Status) []Check {
	checks := []Check{r.rulesCheck(s)}
	if s.Store != nil {
		checks = append(checks, Check{"store", s.Store.Up, cmp.Or(s.Store.Reason, s.Store.Name+" answers")})
	}
	for i := range s.Queues {
		if !s.Queues[i].Retired { // nothing is written to those
			checks = append(checks, queueCheck(&s.Queues[i], clock(r.Now)))
		}
	}
	if r.stopping.Load() {
		checks = append(checks, Check{"running", false, "the service is stopping"})
	}
	if r.Checks != nil {
		checks = append(checks, r.Checks()...)
	}
	slices.SortStableFunc(checks, func(a, b Check) int { return strings.Compare(a.Name, b.Name) })
	return checks
}

func (r *Reporter) rulesCheck(s *Status) Check {
	switch {
	case s.RuleSet.LastReload == nil:
		return Check{"rules", false, "no rules have been loaded yet"}
	case s.RuleSet.Live == 0 && !r.AllowEmpty:
		return Check{"rules", false, "no rule is live: see the refused files, or the rule directories"}
	}
	reason := fmt.Sprintf("%d live, version %s", s.RuleSet.Live, s.RuleSet.Version)
	if s.RefusedTotal > 0 {
		reason += fmt.Sprintf(", %d files refused", s.RefusedTotal)
	}
	if s.RuleSet.UnhealthyTotal > 0 {
		reason += fmt.Sprintf(", %d unhealthy", s.RuleSet.UnhealthyTotal)
	}
	if s.RuleSet.LastReload.Outcome == "failed" {
		reason += "; the last reload failed, what was live before stays"
	}
	return Check{"rules", true, reason}
}

func queueCheck(q *Queue, now time.Time) Check {
	c := Check{Name: "queue " + q.Name, OK: !q.NoRoom, Reason: fmt.Sprintf("%d alerts wait", q.Alerts)}
	if c.OK {
		return c
	}
	c.Reason = fmt.Sprintf("full: %s alerts of %s bytes wait", bounded(q.Alerts, q.MaxAlerts), bounded(q.Bytes, q.MaxBytes))
	if !q.Oldest.IsZero() {
		c.Reason += fmt.Sprintf(", the oldest for %v", now.Sub(q.Oldest).Round(time.Second))
	}
	if q.LastError != "" {
		c.Reason += ": " + cut(q.LastError, longestText)
	}
	return c
}
