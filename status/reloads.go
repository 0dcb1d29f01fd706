package status

import (
	"maps"
	"sync"
	"time"
)

// A Reload is one reading of the rules, the first one included.
type Reload struct {
	// Outcome is a word for what came of it: ok, unchanged, partial or failed.
	Outcome string `json:"outcome"`

	// Version is that of the rule set that is live after it.
	Version string `json:"version"`

	// Refused is how many files are refused after it, also those that already
	// were before. A reload is a success if there are none, and if it is ok or
	// unchanged.
	Refused int `json:"refused"`

	At   time.Time     `json:"at"`
	Took time.Duration `json:"-"`
}

// Reloads keeps account of reloads. The zero value is ready; many goroutines
// may use it.
type Reloads struct {
	mu     sync.Mutex
	counts map[string]int64
	since  time.Time // of the version of last
	last   Reload
	lastOK time.Time
}

// Done notes a reload that is over.
func (r *Reloads) Done(reload Reload) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.counts == nil {
		r.counts = make(map[string]int64)
	}
	r.counts[reload.Outcome]++
	if reload.Version != r.last.Version {
		r.since = reload.At
	}
	r.last = reload
	if reload.ok() {
		r.lastOK = reload.At
	}
}

func (r Reload) ok() bool {
	return r.Refused == 0 && (r.Outcome == "ok" || r.Outcome == "unchanged")
}

// addTo fills in what a status tells of reloads.
func (r *Reloads) addTo(s *RuleSet) {
	r.mu.Lock()
	defer r.mu.Unlock()
	s.Version, s.Since, s.LastSuccess = r.last.Version, r.since, r.lastOK
	s.Reloads = map[string]int64{"ok": 0, "unchanged": 0, "partial": 0, "failed": 0}
	maps.Copy(s.Reloads, r.counts)
	if !r.last.At.IsZero() {
		last := r.last
		s.LastReload, s.LastReloadMS = &last, millis(last.Took)
	}
}
