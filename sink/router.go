package sink

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/starhost/starhost/alert"
)

// An Output takes alerts: Lines, a File, a queue of an Outbox, a Router.
type Output interface {
	// Write takes an alert, or what else comes out of an engine. It is
	// called by many goroutines.
	Write(ctx context.Context, v any) error

	// Flush returns when everything that was written before is safe. After
	// an error of either, what the caller wrote comes again.
	Flush() error
}

// A Route is one of the outputs of a Router, and says what goes there.
type Route struct {
	// Name is that of the output. It is a destination that rules can name.
	Name   string
	Output Output

	// Destinations are further names that rules can give, in any case.
	Destinations []string

	// Default takes the alerts that name no destination, and whatever is no
	// *alert.Alert.
	Default bool

	// All takes every alert, besides where else it goes: an archive.
	All bool

	// Severities are those that are taken, and MinSeverity is the lowest;
	// nothing means all. They don't go with All.
	Severities  []alert.Severity
	MinSeverity alert.Severity
}

// A Router gives each alert to the outputs that it is for:
//
//   - those with All;
//   - if the alert has destinations, those of one of these names, else the
//     default ones; of either, those that take its severity;
//   - if its destinations lead nowhere, and one of them is not known, the
//     default ones that take its severity.
//
// An alert with an empty list of destinations, which is not nil, is not to be
// delivered: it goes to those with All only. Whatever is no *alert.Alert goes to
// those with Default or All.
//
// An alert is written to all outputs that it is for, or to none: none gets it
// while one of them is known to take no more, a full queue of an Outbox or an
// output whose last Flush failed. So its events, which come again and again
// then, do not send it to the others each time. If one fails only when it is
// written, or flushed, the others have the alert, and get it once more.
//
// The fields are set before the first call; Check tells whether they make sense.
type Router struct {
	Routes []Route

	// Log gets outputs that begin to fail, and that work again, destinations
	// that are not known, each once, and alerts that go nowhere; nil discards
	// them.
	Log *slog.Logger

	mu      sync.Mutex
	stats   RouterStats
	unknown map[string]bool
	routes  map[string]*routeState
}

// RouterStats count since the start.
type RouterStats struct {
	// Unknown are alerts that named a destination that is not known, and
	// UnknownNames some of the names.
	Unknown      uint64   `json:"unknown_destinations"`
	UnknownNames []string `json:"unknown_names,omitempty"`

	// Unrouted are alerts that went nowhere, but for All: no output takes
	// their severity.
	Unrouted uint64 `json:"unrouted"`

	// Withheld are alerts that were not to be delivered.
	Withheld uint64 `json:"withheld"`

	Routes []RouteStats `json:"routes"`
}

// RouteStats are those of one output.
type RouteStats struct {
	Name      string `json:"name"`
	Alerts    uint64 `json:"alerts"`               // written without an error
	Errors    uint64 `json:"errors"`               // of writes and flushes
	LastError string `json:"last_error,omitempty"` // of these, until a flush succeeds and no queue is full
}

// routeState is what is known of one output.
type routeState struct {
	RouteStats
	behind error     // of the last flush
	logged time.Time // when it was last told that the output fails
	told   bool      // that it fails, and not yet that it works again
}

// A bounded output may have no room.
type bounded interface {
	// reserve keeps room for v, or fails as Write does. The place is then
	// taken, which writes v, or left.
	reserve(ctx context.Context, v any) (*place, error)

	// full tells whether what last found no room would find none now.
	full() bool
}

// logAgain is how long nothing more is logged of an output that fails and works
// by turns, as one does whose queue is full.
const logAgain = time.Minute

// mostUnknown is how many unknown names are kept and logged; rules can make
// them of what events say.
const mostUnknown = 100

// Check says what is wrong with the routes, nil if nothing is.
func (r *Router) Check() error {
	if !slices.ContainsFunc(r.Routes, func(r Route) bool { return r.Default }) {
		return errors.New("no sink is a default: alerts without destinations would go nowhere; make one a default")
	}
	names := make(map[string]bool)
	for _, route := range r.Routes {
		name := strings.ToLower(route.Name)
		switch {
		case name == "":
			return errors.New("a sink has no name")
		case names[name]:
			return fmt.Errorf("sink %q: there are two of this name", route.Name)
		case route.Output == nil:
			return fmt.Errorf("sink %q: it has no output", route.Name)
		case route.All && (route.Severities != nil || route.MinSeverity != ""):
			return fmt.Errorf("sink %q: it takes all alerts and so cannot choose severities: leave one of both out", route.Name)
		}
		names[name] = true
		severities := route.Severities
		if route.MinSeverity != "" {
			severities = append(severities[:len(severities):len(severities)], route.MinSeverity)
		}
		for _, s := range severities {
			if !slices.Contains(alert.Severities, s) {
				return fmt.Errorf("sink %q: severity is %q, want one of %v", route.Name, s, alert.Severities)
			}
		}
	}
	return nil
}

func (r *Route) named(destination string) bool {
	if strings.EqualFold(r.Name, destination) {
		return true
	}
	return slices.ContainsFunc(r.Destinations, func(d string) bool { return strings.EqualFold(d, destination) })
}

func (r *Route) takes(s alert.Severity) bool {
	return (len(r.Severities) == 0 || slices.Contains(r.Severities, s)) &&
		(r.MinSeverity == "" || slices.Index(alert.Severities, s) >= slices.Index(alert.Severities, r.MinSeverity))
}

// Write gives v to the outputs that it is for, to none if one of them takes no
// more. Its error joins theirs. It does not try again an output whose last Flush
// failed: Flush does.
func (r *Router) Write(ctx context.Context, v any) error {
	routes := r.routesOf(v)
	places, failed := r.reserve(ctx, routes, v)
	if failed != nil {
		return failed
	}
	for i, route := range routes {
		var err error
		if p := places[i]; p != nil {
			err = p.take()
		} else {
			err = route.Output.Write(ctx, v)
		}
		failed = errors.Join(failed, route.failed(err))
		r.count(route, true, err)
	}
	return failed
}

// reserve keeps room for v with the outputs that are bounded. The places are in
// the order of the routes, nil for the others.
func (r *Router) reserve(ctx context.Context, routes []*Route, v any) (places []*place, failed error) {
	places = make([]*place, len(routes))
	for i, route := range routes {
		err := r.behind(route)
		if b, ok := route.Output.(bounded); ok && err == nil {
			places[i], err = b.reserve(ctx, v)
		}
		if err != nil {
			failed = errors.Join(failed, route.failed(err))
			r.count(route, true, err)
		}
	}
	if failed == nil {
		return places, nil
	}
	for _, p := range places {
		if p != nil {
			p.leave()
		}
	}
	return nil, failed
}

// behind returns the error of an output's last flush.
func (r *Router) behind(route *Route) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if s := r.routes[route.Name]; s != nil {
		return s.behind
	}
	return nil
}

// failed is err with the name of the output, nil for nil.
func (r *Route) failed(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("sink %s: %w", r.Name, err)
}

// Flush flushes all outputs at the same time. Its error joins theirs.
func (r *Router) Flush() error {
	errs := make([]error, len(r.Routes))
	var wg sync.WaitGroup
	for i := range r.Routes {
		route := &r.Routes[i]
		flush := func() {
			err := route.Output.Flush()
			errs[i] = route.failed(err)
			r.count(route, false, err)
		}
		if i == len(r.Routes)-1 {
			flush()
		} else {
			wg.Go(flush)
		}
	}
	wg.Wait()
	return errors.Join(errs...)
}

// count notes how a write or flush of an output ended.
func (r *Router) count(route *Route, written bool, err error) {
	b, ok := route.Output.(bounded)
	full := ok && !written && b.full()
	began, ended := r.tally(route.Name, written, full, err)
	switch {
	case r.Log == nil:
	case began:
		r.Log.Error("sink takes no alerts: events with alerts for it are not acknowledged", "sink", route.Name, "error", err)
	case ended:
		r.Log.Info("sink takes alerts again", "sink", route.Name)
	}
}

// tally counts, and says whether it is to be told that the output has begun to
// fail, or works again. One that is full does not work again because it can be
// flushed.
func (r *Router) tally(name string, written, full bool, err error) (began, ended bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.routes == nil {
		r.routes = make(map[string]*routeState)
	}
	s := r.routes[name]
	if s == nil {
		s = &routeState{RouteStats: RouteStats{Name: name}}
		r.routes[name] = s
	}
	if !written {
		s.behind = err
	}
	switch {
	case err != nil:
		if began = !s.told && time.Since(s.logged) > logAgain; began {
			s.logged, s.told = time.Now(), true
		}
		s.Errors++
		s.LastError = err.Error()
	case written:
		s.Alerts++
	case !full:
		ended, s.told = s.told, false
		s.LastError = ""
	}
	return began, ended
}

// Stats returns what was counted so far, the routes in their order.
func (r *Router) Stats() RouterStats {
	r.mu.Lock()
	defer r.mu.Unlock()
	s := r.stats
	s.UnknownNames = slices.Clone(s.UnknownNames)
	s.Routes = make([]RouteStats, len(r.Routes))
	for i, route := range r.Routes {
		s.Routes[i].Name = route.Name
		if is := r.routes[route.Name]; is != nil {
			s.Routes[i] = is.RouteStats
		}
	}
	return s
}

func (r *Router) routesOf(v any) []*Route {
	a, ok := v.(*alert.Alert)
	if !ok {
		return r.choose(func(route *Route) bool { return route.Default || route.All })
	}
	all := func(route *Route) bool { return route.All }
	byDefault := func(route *Route) bool { return route.Default && route.takes(a.Severity) }
	goes := byDefault
	switch {
	case a.Withheld():
		r.note(a, "", &r.stats.Withheld)
		return r.choose(all)
	case a.Destinations != nil:
		goes = func(route *Route) bool {
			return slices.ContainsFunc(a.Destinations, route.named) && route.takes(a.Severity)
		}
	}
	unknown := r.unknownOf(a)
	if len(unknown) > 0 {
		r.noteUnknown(a, unknown)
		if len(r.choose(goes)) == 0 {
			goes = byDefault
		}
	}
	if len(r.choose(goes)) == 0 {
		r.note(a, "alert goes to no sink: none that it is for takes its severity", &r.stats.Unrouted)
	}
	return r.choose(func(route *Route) bool { return route.All || goes(route) })
}

func (r *Router) choose(goes func(*Route) bool) (out []*Route) {
	for i := range r.Routes {
		if goes(&r.Routes[i]) {
			out = append(out, &r.Routes[i])
		}
	}
	return out
}

// unknownOf returns the destinations of an alert that no route has.
func (r *Router) unknownOf(a *alert.Alert) (unknown []string) {
	for _, d := range a.Destinations {
		if !slices.ContainsFunc(r.Routes, func(route Route) bool { return route.named(d) }) {
			unknown = append(unknown, d)
		}
	}
	return unknown
}

// note counts, and logs if there is something to say.
func (r *Router) note(a *alert.Alert, text string, counter *uint64) {
	r.mu.Lock()
	*counter++
	r.mu.Unlock()
	if text != "" && r.Log != nil {
		r.Log.Warn(text, "rule", a.RuleID, "alert", a.ID, "severity", a.Severity, "destinations", a.Destinations)
	}
}

// noteUnknown counts an alert with unknown destinations, and logs each of these
// once.
func (r *Router) noteUnknown(a *alert.Alert, names []string) {
	var fresh []string
	r.mu.Lock()
	r.stats.Unknown++
	for _, name := range names {
		name = cut(strings.ToLower(name), longestName)
		if !r.unknown[name] && len(r.unknown) < mostUnknown {
			if r.unknown == nil {
				r.unknown = make(map[string]bool)
			}
			r.unknown[name] = true
			r.stats.UnknownNames = append(r.stats.UnknownNames, name)
			fresh = append(fresh, name)
		}
	}
	r.mu.Unlock()
	if len(fresh) > 0 && r.Log != nil {
		r.Log.Warn("destination is not known: alerts with no other go to the default sinks", "destinations", fresh, "rule", a.RuleID, "alert", a.ID)
	}
}
