package ruleset

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/starhost/starhost/internal/strictyaml"
	"github.com/starhost/starhost/runtime"
	"go.starlark.net/syntax"
)

// A plan is the way from a state of the disk to a set: it reads, finds what
// fails, puts the last good texts of that in its place, and reads again, until
// nothing more fails that has a good one.
type plan struct {
	live *Live
	disk *disk

	over    *overlay
	reading *reading // the last
	set     *Set     // of that
	causes  map[string]*Refusal
	doubted map[string]time.Time

	pinned   map[string]bool // ids of rules that stay as they last ran
	out      map[string]bool // ids of new rules that the gate has refused
	gated    map[gateKey]bool
	hit      map[string][]string // ids of rules by the file that kept them from loading
	behind   map[string]bool     // ids of those that a helper kept from loading
	compiled int

	kept []ruleMemory // rules that stay as they last ran
}

func newPlan(l *Live, d *disk) *plan {
	return &plan{
		live: l, disk: d,
		over:    &overlay{texts: make(map[string][]byte), first: make(map[string]bool)},
		causes:  make(map[string]*Refusal),
		doubted: make(map[string]time.Time),
		pinned:  make(map[string]bool),
		out:     make(map[string]bool),
		gated:   make(map[gateKey]bool),
		hit:     make(map[string][]string),
		behind:  make(map[string]bool),
	}
}

// A gateKey is a version of a rule.
type gateKey struct {
	id   string
	file *runtime.File
	sum  sum
}

func (p *plan) gateKey(r *runtime.Rule) gateKey { return gateKey{r.ID, r.File, p.set.sums[r.ID]} }

// make makes the set.
func (p *plan) make(ctx context.Context) error {
	p.coverEmpty()
	var before []*memory
	if p.live.made != nil {
		before = append(before, p.live.made)
	}
	own := len(before)
	rules := p.live.Rules
	rules.Documents = nil // nobody may write to what later readings take
	for range maxTries {
		r, err := rules.read(p.disk, before, p.over)
		if err != nil {
			return err
		}
		p.reading = r
		p.compiled += r.loader.Fresh()
		before = append(before[:own:own], r.now)
		failures := r.allFailures()
		if p.cover(failures) {
			continue
		}
		p.compose(failures)
		if again, err := p.gate(ctx); err != nil || !again {
			p.conclude(failures)
			return err
		}
	}
	return fmt.Errorf("read rules: no set is found that loads, after %d tries: this is a defect", maxTries)
}

// allFailures gives the files that fail, by path.
func (r *reading) allFailures() map[string]runtime.Failure {
	all := r.loader.Failures()
	for path, f := range r.failures {
		own := all[path]
		all[path] = runtime.Failure{Diagnostics: slices.Concat(own.Diagnostics, f.Diagnostics)}
	}
	return all
}

// coverEmpty puts the good texts of files in their place that have nothing in
// them now: they may be about to be written. A later look confirms that they
// are meant.
func (p *plan) coverEmpty() {
	for path, good := range p.live.good {
		f := p.disk.files[path]
		if len(good) == 0 || f == nil || f.looked != wasRead || f.unread != nil || len(f.text) > 0 || p.doubt("empty\x00"+path) {
			continue
		}
		p.over.texts[path] = good
		p.causes[path] = &Refusal{Diagnostics: []*runtime.Diagnostic{{
			Pos: syntax.MakePosition(&path, 0, 0), Code: "empty", Msg: "the file is empty",
			Hint: "what it held is used until the next look; if it is not needed, remove it",
		}}}
		for _, rule := range p.rulesOf(path) {
			p.hit[path] = append(p.hit[path], rule.ID)
		}
	}
}

// doubt tells whether something odd has been so for long enough to be meant.
func (p *plan) doubt(key string) bool {
	now := p.live.now()
	since, ok := p.live.doubted[key]
	if !ok {
		since = now
	}
	if ok && now.Sub(since) >= p.live.Watch.tick() {
		return true
	}
	p.doubted[key] = since
	return false
}

// confirm tells whether the set may go live although there is nothing in it any
// more of a directory: only if that was so at an earlier look.
func (p *plan) confirm() error {
	for _, root := range p.live.Rules.Paths {
		if !p.reading.holds(root) && p.live.Set().holds(root) && !p.doubt("root\x00"+root) {
			return fmt.Errorf("read rules: %s: %w", root, errEmptied)
		}
	}
	return nil
}

// holds tells whether there may be rules below a path.
func (r *reading) holds(root string) bool {
	below := func(path string) bool { return isBelow(root, path) }
	return slices.ContainsFunc(r.scripts, below) || slices.ContainsFunc(r.yamls, below)
}

// holds tells whether there are rules below a path.
func (s *Set) holds(root string) bool {
	return slices.ContainsFunc(s.all(), func(r *runtime.Rule) bool { return isBelow(root, r.Path) })
}

func isBelow(root, path string) bool {
	rel, err := filepath.Rel(root, path)
	return err == nil && rel != ".." && !strings.HasPrefix(rel, "../")
}

// rulesOf gives the rules that run and are made of a file, as their own or as
// their metadata.
func (p *plan) rulesOf(path string) []*runtime.Rule {
	var list []*runtime.Rule
	for _, r := range p.live.Set().all() {
		if r.Path == path || r.Metadata.File == path {
			list = append(list, r)
		}
	}
	return list
}

// cover puts the last good texts of files that fail in their place, and of the
// other files of their rules, so that a rule is never half new. It tells
// whether there is more to try than before. Metadata comes first: what is wrong
// with other files may come of it.
func (p *plan) cover(failures map[string]runtime.Failure) bool {
	p.noteAffected(failures)
	var yamls, others []string
	for _, path := range slices.Sorted(maps.Keys(failures)) {
		if isYAML(path) {
			yamls = append(yamls, path)
		} else {
			others = append(others, path)
		}
	}
	return p.coverAll(failures, yamls) || p.coverAll(failures, others)
}

func (p *plan) coverAll(failures map[string]runtime.Failure, paths []string) bool {
	more := false
	for _, path := range paths {
		if p.reading.taken[path] && p.live.good[path] != nil && !p.over.first[path] {
			p.over.first[path], more = true, true // it was there before the one that has it now
			continue
		}
		covered := p.coverFile(path)
		for _, rule := range p.rulesOf(path) {
			covered = p.coverFile(rule.Path) || covered
			covered = p.coverFile(rule.Metadata.File) || covered
		}
		if covered {
			// Not at the end: nobody may load a broken helper any more then.
			for _, root := range roots(failures, path, nil) {
				p.blame(root, failures[root])
			}
		}
		more = more || covered
	}
	return more
}

// coverFile puts the last good text of a file in its place, and tells whether
// that makes a difference.
func (p *plan) coverFile(path string) bool {
	good, ok := p.live.good[path]
	if !ok {
		return false
	}
	if text, err := p.reading.readFile(path); err == nil && bytes.Equal(text, good) {
		return false
	}
	p.over.texts[path] = good
	return true
}

// noteAffected notes which rules each file keeps from loading.
func (p *plan) noteAffected(failures map[string]runtime.Failure) {
	for path := range failures {
		names := p.names(path)
		if len(names) == 0 {
			continue
		}
		for _, root := range roots(failures, path, nil) {
			p.hit[root] = append(p.hit[root], names...)
		}
		for _, id := range names {
			p.behind[id] = p.behind[id] || len(failures[path].Because) > 0
		}
	}
}

// roots gives the files whose failures are why a file fails.
func roots(failures map[string]runtime.Failure, path string, seen []string) []string {
	because := failures[path].Because
	if len(because) == 0 || slices.Contains(seen, path) {
		return []string{path}
	}
	var all []string
	for _, helper := range because {
		all = append(all, roots(failures, helper, append(seen, path))...)
	}
	return all
}

// names gives the ids of the rules that a file is part of, now or when it was
// last good.
func (p *plan) names(path string) []string {
	var ids []string
	for _, rule := range p.rulesOf(path) {
		ids = append(ids, rule.ID)
	}
	r := p.reading
	described := false
	for file, meta := range r.metas {
		if file == path || meta.File == path {
			ids = append(ids, meta.ID)
			described = true
		}
	}
	if !described && len(ids) == 0 && slices.Contains(r.scripts, path) && !strings.HasPrefix(filepath.Base(path), "_") && !r.loader.Loaded(path) && !r.shared[path] {
		ids = append(ids, stem(path))
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}

// cause gives the refusal of a file.
func (p *plan) cause(path string) *Refusal {
	if p.causes[path] == nil {
		p.causes[path] = new(Refusal)
	}
	return p.causes[path]
}

// blame notes that a file is refused.
func (p *plan) blame(path string, f runtime.Failure) {
	c := p.cause(path)
	if len(c.Diagnostics) == 0 {
		c.Diagnostics = slices.Clone(f.Diagnostics)
		runtime.SortDiagnostics(c.Diagnostics)
	}
}

// conclude notes what still fails when nothing more can be done about it, and
// tells the rules apart that are kept and those that are not there.
func (p *plan) conclude(failures map[string]runtime.Failure) {
	for path, f := range failures {
		if len(f.Because) == 0 {
			p.blame(path, f)
		}
	}
	live, old := make(map[string]*runtime.Rule), make(map[string]bool)
	for _, r := range p.set.all() {
		live[r.ID] = r
		old[r.ID] = p.over.texts[r.Path] != nil || p.over.texts[r.Metadata.File] != nil
	}
	for _, k := range p.kept {
		old[k.rule.ID] = true
	}
	for path, c := range p.causes {
		for _, id := range p.hit[path] {
			switch {
			case live[id] == nil:
				c.Out = append(c.Out, id)
			case old[id] || p.behind[id] || p.over.texts[path] != nil:
				c.Kept = append(c.Kept, id)
			}
		}
	}
}

// compose makes the set: of what has loaded, and of what no longer loads and
// has no text that would.
func (p *plan) compose(failures map[string]runtime.Failure) {
	r, before := p.reading, p.live.Set()
	p.kept = nil
	byID := make(map[string]*runtime.Rule)
	for _, rule := range r.rules {
		if !p.out[rule.ID] {
			byID[rule.ID] = rule
		}
	}
	for _, rule := range before.all() {
		now := byID[rule.ID]
		keep := p.pinned[rule.ID] || now == nil && p.lost(rule, failures) || now != nil && now.Path != rule.Path && r.contested[rule.ID]
		if keep {
			delete(byID, rule.ID)
			p.kept = append(p.kept, ruleMemory{rule, before.sums[rule.ID]})
		}
	}
	rules := slices.SortedFunc(maps.Values(byID), func(a, b *runtime.Rule) int { return strings.Compare(a.ID, b.ID) })
	b, scheduled := p.background(failures), (*runtime.Background)(nil)
	if old := before.background; old != nil && maps.Equal(old.Models, b.Models) && maps.Equal(old.Tables, b.Tables) {
		b, scheduled = old, before.scheduled
	} else {
		scheduled = &runtime.Background{Tables: b.Tables}
	}
	p.set = r.makeSet(rules, b, scheduled, p.kept)
}

// lost tells whether a rule that ran is not there any more because something
// fails, and not because somebody has removed it.
func (p *plan) lost(rule *runtime.Rule, failures map[string]runtime.Failure) bool {
	fails := func(path string) bool { _, ok := failures[path]; return ok && path != "" }
	if fails(rule.Path) || fails(rule.Metadata.File) {
		return true
	}
	for file, meta := range p.reading.metas {
		if meta.ID == rule.ID && (fails(file) || fails(meta.File)) {
			return true // it has moved
		}
	}
	for _, file := range p.reading.scripts {
		if _, described := p.reading.metas[file]; !described && stem(file) == rule.ID && fails(file) {
			return true
		}
	}
	return false
}

// background gives the data models and lookup tables, with those that no longer
// load as they were.
func (p *plan) background(failures map[string]runtime.Failure) *runtime.Background {
	r := p.reading
	b := &runtime.Background{Models: maps.Clone(r.background.Models), Tables: maps.Clone(r.background.Tables)}
	old := p.live.made
	if old == nil {
		old = newMemory()
	}
	fails := func(path string) bool { _, ok := failures[path]; return ok && path != "" }
	for id, m := range old.models {
		if r.now.models[id] != nil || !fails(m.doc.Path) && !fails(m.path) {
			continue
		}
		r.now.models[id] = m
		for _, t := range m.LogTypes {
			if b.Models[t] == nil && p.live.Set().background.Models[t] == m.DataModel {
				b.Models[t] = m.DataModel
			}
		}
	}
	for name, t := range old.tables {
		if r.now.tables[name] == nil && (fails(t.doc.Path) || fails(t.path)) {
			r.now.tables[name] = t
			b.Tables[name] = t.LookupTable
		}
	}
	b.Ready()
	return b
}

// changed gives the rules of the set that are not as they run.
func (p *plan) changed() []*runtime.Rule {
	before := p.live.Set()
	old := make(map[string]*runtime.Rule)
	for _, r := range before.all() {
		old[r.ID] = r
	}
	var list []*runtime.Rule
	for _, r := range p.set.all() {
		if o := old[r.ID]; o == nil || o.File != r.File || before.sums[r.ID] != p.set.sums[r.ID] {
			list = append(list, r)
		}
	}
	slices.SortFunc(list, byID)
	return list
}

// gate asks whether the changed rules may go live. again says that something
// was refused, so that there is another set to look at.
func (p *plan) gate(ctx context.Context) (again bool, err error) {
	if p.live.Gate == nil {
		return false, nil
	}
	changed := slices.DeleteFunc(p.changed(), func(r *runtime.Rule) bool { return p.gated[p.gateKey(r)] })
	if len(changed) == 0 {
		return false, nil
	}
	refused := p.live.Gate(ctx, &Candidate{Set: p.set, Changed: changed, Documents: p.documents(changed)})
	if err := ctx.Err(); err != nil {
		return false, err
	}
	for _, r := range changed {
		if refused[r] == nil {
			p.gated[p.gateKey(r)] = true
			continue
		}
		p.putBack(r, refused[r])
		again = true
	}
	return again, nil
}

// putBack puts a rule that the gate has refused back to what it was.
func (p *plan) putBack(r *runtime.Rule, why error) {
	path := r.Path
	p.blame(path, runtime.Failure{Diagnostics: []*runtime.Diagnostic{{
		Pos: syntax.MakePosition(&path, 0, 0), Code: "gate", Msg: why.Error(),
	}}})
	p.hit[path] = append(p.hit[path], r.ID)
	covered, ran := false, false
	for _, old := range p.live.Set().all() {
		if old.ID != r.ID && old.Path != r.Path {
			continue
		}
		p.hit[path] = append(p.hit[path], old.ID)
		covered = p.coverFile(old.Path) || covered
		covered = p.coverFile(old.Metadata.File) || covered
		ran = ran || old.ID == r.ID
	}
	switch {
	case covered:
	case ran:
		p.pinned[r.ID] = true
	default:
		p.out[r.ID] = true
	}
}

// documents parses the metadata files of rules anew: whoever reads tests in
// them writes to them.
func (p *plan) documents(rules []*runtime.Rule) map[string]*strictyaml.Document {
	docs := make(map[string]*strictyaml.Document)
	for _, r := range rules {
		path := r.Metadata.File
		if parsed, ok := p.reading.now.yamls[path]; ok {
			if doc, _ := strictyaml.Parse(path, parsed.text, "metadata"); doc != nil {
				docs[path] = doc
			}
		}
	}
	return docs
}

// goodTexts gives the texts of the files of the set, those of files that still
// fail being the ones of before.
func (p *plan) goodTexts() map[string][]byte {
	good := make(map[string][]byte)
	failures := p.reading.allFailures()
	for path, parsed := range p.reading.now.yamls {
		good[path] = parsed.text
	}
	for path, text := range p.reading.now.compiled.Texts() {
		good[path] = text
	}
	for path := range failures {
		delete(good, path)
	}
	keep := func(path string) {
		if text, ok := p.live.good[path]; ok {
			good[path] = text
		}
	}
	for path := range failures {
		keep(path)
	}
	for _, k := range p.kept {
		keep(k.rule.Path)
		keep(k.rule.Metadata.File)
	}
	return good
}

// remember gives what the next reading may take from this one.
func (p *plan) remember() *memory {
	m := p.reading.now
	for _, r := range p.set.all() {
		m.rules[r.Path] = ruleMemory{r, p.set.sums[r.ID]}
	}
	return m
}
