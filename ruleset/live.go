package ruleset

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/starhost/starhost/internal/strictyaml"
	"github.com/starhost/starhost/runtime"
)

// A Live is the set of the rules in directories that change. Reload reads them,
// Run does so whenever they change, and Set gives the rules as they are now, to
// any goroutine, at the price of one atomic load.
//
// A file that does not load keeps what is running as it was, and the rest of a
// change goes live: rules that are broken, refused by the Gate, or that need a
// broken helper run in the last version that was good, with today's version of
// whatever else they load. Where that does not load either, they run as they
// last did. So the files of a set are each there in one version, unless a
// helper no longer has what a rule asks of it. Refused tells what is kept.
//
// The fields must not change once a method was called.
type Live struct {
	// Rules says what to read. Documents is not used.
	Rules Loader

	// Gate, if not nil, is asked about each set before it goes live. It returns
	// those of the candidate's changed rules that must not, and why. It is called
	// by the goroutine that reloads, sometimes twice for one reload: rules that it
	// refuses are put back, and what they then are is asked about again. On the
	// first load all rules count as changed.
	Gate func(ctx context.Context, c *Candidate) map[*runtime.Rule]error

	// Changed, if not nil, is told of each reload, Run's and others', by the
	// goroutine that reloads; of a failure that goes on only once. It must not
	// reload itself.
	Changed func(*Report)

	// Watch is how Run watches; its Paths are set by Run.
	Watch Watcher

	// Now is the clock; nil means time.Now.
	Now func() time.Time

	set atomic.Pointer[Set]

	mu      sync.Mutex // guards the fields below
	turn    chan struct{}
	refused []Refusal

	// These belong to whoever has the turn.
	seen    *disk
	made    *memory
	good    map[string][]byte    // texts of rules, helpers and YAML files that are live
	doubted map[string]time.Time // since when there is what only a later look can confirm
	pending bool                 // the next tick must read again
	failure string               // of the last reload, or ""
	writing time.Time            // since when the files keep changing while they are read, or zero
}

// A Candidate is a set that may go live.
type Candidate struct {
	Set *Set

	// Changed are the rules that are new, or differ from those that run in their
	// file, their metadata file or a helper, in the order of ids. A change of a
	// data model or of a lookup table is none of the rules.
	Changed []*runtime.Rule

	// Documents are the metadata files of the changed rules, by path: they hold
	// the rules' tests. The Gate owns them.
	Documents map[string]*strictyaml.Document
}

// An Outcome says in a word how a reload ended.
type Outcome string

// The outcomes of reloads.
const (
	OK        Outcome = "ok"        // all that is in the files is live
	Partial   Outcome = "partial"   // some of it is refused, see Live.Refused
	Failed    Outcome = "failed"    // nothing has changed: the files cannot be read
	Unchanged Outcome = "unchanged" // the files are as they were
)

// A Report is what came of a reload.
type Report struct {
	Outcome Outcome
	Version string // of the set that is live now

	// Ids of rules, in order. Changed are those with another file, metadata or
	// helper than before; Kept run in an older version than their files'.
	Changed, Added, Removed, Kept []string

	Refused []Refusal // those that are new, or have other diagnostics than before
	Lifted  []Refusal // those that are over

	Diagnostics []*runtime.Diagnostic // of all files, warnings too
	Err         error                 // of outcome Failed

	Compiled int // files that were compiled
	At       time.Time
	Duration time.Duration
}

// A Refusal is a file that is not live as it is.
type Refusal struct {
	File        string
	Kept        []string // ids of the rules that run in an older version because of it
	Out         []string // ids of those that do not run, having none
	Diagnostics []*runtime.Diagnostic
	Since       time.Time
}

// errEmptied says that nothing is left of a directory.
var errEmptied = errors.New("no rules are left there; if that is meant, they end at the next look")

// errWriting says that the files are being written.
var errWriting = errors.New("files kept changing while they were read")

// maxTries is how often files that change meanwhile are read, and how often the
// last good versions of more files are tried.
const maxTries = 25

// Set gives the rules as they are now; before the first Reload that went well
// an empty set, never nil.
func (l *Live) Set() *Set {
	if s := l.set.Load(); s != nil {
		return s
	}
	return empty
}

var empty = NewSet(nil)

// Refused tells what is not live as it is, in the order of files.
func (l *Live) Refused() []Refusal {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Clone(l.refused)
}

// Reload reads what has changed and puts it live. It works on the goroutine of
// the caller, who waits for reloads that are under way. The error is that of
// outcome Failed, after which the set is as before, or of ctx.
func (l *Live) Reload(ctx context.Context) (*Report, error) {
	if err := l.wait(ctx); err != nil {
		return nil, err
	}
	defer l.done()
	return l.reload(ctx, false)
}

// wait takes the turn.
func (l *Live) wait(ctx context.Context) error {
	l.mu.Lock()
	if l.turn == nil {
		l.turn = make(chan struct{}, 1)
	}
	turn := l.turn
	l.mu.Unlock()
	select {
	case turn <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (l *Live) done() { <-l.turn }

func (l *Live) now() time.Time {
	if l.Now != nil {
		return l.Now()
	}
	return time.Now()
}

// reload is Reload for whoever has the turn. If it is patient, that somebody
// writes the files is nothing to tell of yet.
func (l *Live) reload(ctx context.Context, patient bool) (*Report, error) {
	began := l.now()
	rep := &Report{At: began}
	err := l.read(ctx, rep)
	if err != nil && ctx.Err() != nil {
		return nil, ctx.Err()
	}
	if l.stillWriting(err, began) && patient {
		l.pending = true
		return nil, nil
	}
	goesOn := err != nil && l.failure == err.Error()
	l.failure = ""
	if err != nil {
		l.pending, l.failure = true, err.Error()
		rep.Outcome, rep.Err = Failed, err
	}
	rep.Version = l.Set().Version()
	rep.Duration = l.now().Sub(began)
	if l.Changed != nil && !goesOn {
		l.Changed(rep)
	}
	return rep, err
}

// stillWriting tells whether reading has failed because somebody writes the
// files, and not for longer than a tick.
func (l *Live) stillWriting(err error, now time.Time) bool {
	if !errors.Is(err, errWriting) {
		l.writing = time.Time{}
		return false
	}
	if l.writing.IsZero() {
		l.writing = now
	}
	return now.Sub(l.writing) < l.Watch.tick()
}

// read reads until the files do not change meanwhile, and puts what it has read
// live.
func (l *Live) read(ctx context.Context, rep *Report) error {
	d := newDisk(nil)
	if l.seen != nil {
		d = l.seen.again()
		if !l.pending && l.seen.same(d) {
			l.seen, rep.Outcome = d, Unchanged
			rep.keep(l.refused)
			return nil
		}
	}
	for range maxTries {
		now := d.again()
		same := d.same(now)
		if d = now; !same {
			continue
		}
		p := newPlan(l, d)
		err := p.make(ctx)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		// What the plan has looked at first has to be the same state as the rest.
		if err != nil || d.noted > d.was {
			if now := d.again(); !d.same(now) {
				d = now
				continue
			}
		}
		if err == nil {
			err = p.confirm()
		}
		l.doubted = p.doubted
		if err != nil {
			return err
		}
		l.accept(p, rep)
		return nil
	}
	return fmt.Errorf("read rules: %w, %d times: reload again when the writer is done", errWriting, maxTries)
}

// accept puts a set live.
func (l *Live) accept(p *plan, rep *Report) {
	before := l.Set()
	first := l.set.Load() == nil
	refused := l.refusals(p.causes)
	rep.compare(before, p.set)
	rep.Refused, rep.Lifted = news(l.refused, refused)
	rep.Diagnostics, rep.Compiled = p.reading.diagnostics(), p.compiled
	rep.keep(refused)
	switch {
	case !first && len(rep.Refused)+len(rep.Lifted) == 0 && before.version == p.set.version:
		rep.Outcome = Unchanged
	case len(refused) > 0:
		rep.Outcome = Partial
	default:
		rep.Outcome = OK
	}
	l.good = p.goodTexts()
	l.made = p.remember()
	p.reading.end()
	l.seen, l.pending = p.reading.disk, len(l.doubted) > 0
	l.mu.Lock() // so that who sees what is refused sees the set without it
	l.refused = refused
	l.set.Store(p.set)
	l.mu.Unlock()
}

// keep notes the rules that run in an older version.
func (rep *Report) keep(refused []Refusal) {
	for _, r := range refused {
		rep.Kept = append(rep.Kept, r.Kept...)
	}
	slices.Sort(rep.Kept)
	rep.Kept = slices.Compact(rep.Kept)
}

// refusals gives what a plan refuses, each since when it was first refused.
func (l *Live) refusals(causes map[string]*Refusal) []Refusal {
	var list []Refusal
	for _, path := range slices.Sorted(maps.Keys(causes)) {
		r := *causes[path]
		r.File, r.Since = path, l.now()
		for _, old := range l.refused {
			if old.File == path {
				r.Since = old.Since
			}
		}
		slices.Sort(r.Kept)
		slices.Sort(r.Out)
		r.Kept, r.Out = slices.Compact(r.Kept), slices.Compact(r.Out)
		list = append(list, r)
	}
	return list
}

// news compares refusals: those that are new or say something else, and those
// that are over.
func news(before, now []Refusal) (fresh, over []Refusal) {
	for _, r := range now {
		same := func(o Refusal) bool {
			return o.File == r.File && slices.Equal(texts(o.Diagnostics), texts(r.Diagnostics))
		}
		if !slices.ContainsFunc(before, same) {
			fresh = append(fresh, r)
		}
	}
	for _, o := range before {
		if !slices.ContainsFunc(now, func(r Refusal) bool { return o.File == r.File }) {
			over = append(over, o)
		}
	}
	return fresh, over
}

func texts(ds []*runtime.Diagnostic) []string {
	var list []string
	for _, d := range ds {
		list = append(list, d.Error()+"\n"+d.Hint)
	}
	return list
}

// compare notes how two sets differ.
func (rep *Report) compare(before, now *Set) {
	old := make(map[string]*runtime.Rule)
	for _, r := range before.all() {
		old[r.ID] = r
	}
	for _, r := range now.all() {
		o := old[r.ID]
		delete(old, r.ID)
		switch {
		case o == nil:
			rep.Added = append(rep.Added, r.ID)
		case o.Hash != r.Hash || before.sums[r.ID] != now.sums[r.ID]:
			rep.Changed = append(rep.Changed, r.ID)
		}
	}
	rep.Removed = slices.Sorted(maps.Keys(old))
	slices.Sort(rep.Added)
	slices.Sort(rep.Changed)
}

// Run watches the directories and reloads when they change, until ctx is done.
// What goes wrong is told to Changed, but that files change while they are read
// only when they have for as long as a tick; Run itself only ends with an error
// if it cannot run at all. It reads once at the start, so that no change since an
// earlier Reload is missed.
func (l *Live) Run(ctx context.Context) error {
	w := l.Watch
	w.Paths = l.Rules.Paths
	w.also = l.outside
	w.stale = l.stale
	reload := func() {
		if l.wait(ctx) != nil {
			return
		}
		defer l.done()
		if _, err := l.reload(ctx, true); err != nil && ctx.Err() == nil && l.Changed == nil {
			w.log().Error("rules are not reloaded", slog.Any("error", err))
		}
	}
	w.Ready = func() {
		reload()
		if l.Watch.Ready != nil {
			l.Watch.Ready()
		}
	}
	return w.Run(ctx, reload)
}

// stale tells whether the files are not what was last read.
func (l *Live) stale(ctx context.Context) bool {
	if l.wait(ctx) != nil {
		return false
	}
	defer l.done()
	if l.pending || l.seen == nil {
		return true
	}
	now := l.seen.again()
	if !l.seen.same(now) {
		return true
	}
	l.seen = now
	return false
}

// outside lists the folders of what was read.
func (l *Live) outside(ctx context.Context) []string {
	if l.wait(ctx) != nil {
		return nil
	}
	defer l.done()
	if l.seen == nil {
		return nil
	}
	return l.seen.outside()
}
