package ruleset_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/txtar"
	"github.com/starhost/starhost/event"
	"github.com/starhost/starhost/ruleset"
	"github.com/starhost/starhost/runtime"
	"github.com/starhost/starhost/runtime/guard"
	"github.com/stretchr/testify/require"
	"go.starlark.net/starlark"
	"go.starlark.net/syntax"
)

// TestLive plays the scenarios in testdata/live. In each file, sections whose
// name starts with "#" are steps: their lines are commands, and the sections
// after them the files to write. A section "want" ends a step with what the
// reload has told, and the title that each rule gives an event.
//
//	rm PATH…       remove files and folders
//	mv FROM TO
//	ln TO PATH     make a link, in the place of another if there is one
//	empty PATH     write nothing into a file
//	wait DURATION  on the test's clock
//	refuse ID…     have the gate refuse the rules, and no others
func TestLive(t *testing.T) {
	files, err := filepath.Glob("testdata/live/*.txtar")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	for _, file := range files {
		file, err := filepath.Abs(file)
		require.NoError(t, err)
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) { playLive(t, file) })
	}
}

func playLive(t *testing.T, file string) {
	archive, err := txtar.ParseFile(file)
	require.NoError(t, err)
	t.Chdir(t.TempDir())
	p := newPlay(t)
	title, wants := "start", 0
	for i := range archive.Files {
		f := &archive.Files[i]
		switch {
		case strings.HasPrefix(f.Name, "#"):
			title = f.Name
			for line := range strings.Lines(string(f.Data)) {
				if words := strings.Fields(line); len(words) > 0 {
					p.do(words)
				}
			}
		case f.Name == "want":
			wants++
			got := p.reload()
			if *update {
				f.Data = []byte(got)
				continue
			}
			require.Equal(t, string(f.Data), got, "%s: %s", file, title)
		default:
			p.write(f.Name, f.Data)
		}
	}
	require.NotZero(t, wants)
	if *update {
		require.NoError(t, os.WriteFile(file, txtar.Format(archive), 0o666))
	}
}

// play is a Live and its directory during a scenario.
type play struct {
	t       *testing.T
	live    ruleset.Live
	now     time.Time
	refuse  map[string]bool
	gated   []string
	version string
	worker  runtime.Worker
}

func newPlay(t *testing.T) *play {
	p := &play{t: t, now: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)}
	p.live = ruleset.Live{Rules: fresh("rules"), Now: func() time.Time { return p.now }, Gate: p.gate}
	return p
}

// fresh gives a loader of a directory.
func fresh(path string) ruleset.Loader {
	return ruleset.Loader{Paths: []string{path}, Modules: modules, Worker: runtime.Worker{Limits: &guard.Limits{Steps: 10_000}}}
}

func (p *play) gate(_ context.Context, c *ruleset.Candidate) map[*runtime.Rule]error {
	refused := make(map[*runtime.Rule]error)
	for _, r := range c.Changed {
		p.gated = append(p.gated, r.ID)
		if p.refuse[r.ID] {
			refused[r] = errors.New("a test of it fails")
		}
	}
	return refused
}

func (p *play) do(words []string) {
	switch words[0] {
	case "rm":
		for _, path := range words[1:] {
			require.NoError(p.t, os.RemoveAll(path))
		}
	case "mv":
		require.NoError(p.t, os.Rename(words[1], words[2]))
	case "ln":
		_ = os.Remove(words[2]) // it need not be there
		require.NoError(p.t, os.Symlink(words[1], words[2]))
	case "empty":
		require.NoError(p.t, os.WriteFile(words[1], nil, 0o666))
	case "mkdir":
		require.NoError(p.t, os.MkdirAll(words[1], 0o777))
	case "wait":
		d, err := time.ParseDuration(words[1])
		require.NoError(p.t, err)
		p.now = p.now.Add(d)
	case "refuse":
		p.refuse = make(map[string]bool)
		for _, id := range words[1:] {
			p.refuse[id] = true
		}
	default:
		p.t.Fatalf("no command %s", words[0])
	}
}

func (p *play) write(path string, data []byte) {
	require.NoError(p.t, os.MkdirAll(filepath.Dir(path), 0o777))
	require.NoError(p.t, os.WriteFile(path, data, 0o666))
}

// reload reloads and tells what came of it.
func (p *play) reload() string {
	p.gated = nil
	rep, err := p.live.Reload(context.Background())
	require.NotNil(p.t, rep)
	require.Equal(p.t, err, rep.Err)
	set := p.live.Set()
	require.Equal(p.t, set.Version(), rep.Version)
	var b strings.Builder
	fmt.Fprintf(&b, "%s, %s, %d compiled\n", rep.Outcome, map[bool]string{true: "same version", false: "new version"}[rep.Version == p.version], rep.Compiled)
	p.version = rep.Version
	if err != nil {
		fmt.Fprintf(&b, "error: %v\n", err)
	}
	for _, list := range []struct {
		what string
		ids  []string
	}{{"added", rep.Added}, {"changed", rep.Changed}, {"removed", rep.Removed}, {"kept", rep.Kept}, {"gated", p.gated}} {
		if len(list.ids) > 0 {
			fmt.Fprintf(&b, "%s: %s\n", list.what, strings.Join(list.ids, " "))
		}
	}
	for _, r := range rep.Refused {
		b.WriteString("refused: " + describeRefusal(r))
		for _, d := range r.Diagnostics {
			fmt.Fprintf(&b, "\t%s\n", d)
		}
	}
	for _, r := range rep.Lifted {
		b.WriteString("lifted: " + describeRefusal(r))
	}
	for _, r := range p.live.Refused() {
		b.WriteString("in force: " + describeRefusal(r))
	}
	for _, r := range set.Rules() {
		fmt.Fprintf(&b, "%s says %s\n", r.ID, says(p.t, &p.worker, set, r))
	}
	for _, r := range set.Disabled() {
		fmt.Fprintf(&b, "%s is disabled\n", r.ID)
	}
	if err == nil && len(p.live.Refused()) == 0 {
		sameAsFresh(p.t, set, p.live.Rules)
	}
	return b.String()
}

func describeRefusal(r ruleset.Refusal) string {
	return fmt.Sprintf("%s kept %v out %v since %s\n", r.File, r.Kept, r.Out, r.Since.Format("15:04:05"))
}

// says gives the title of a rule for an event, or what went wrong.
func says(t testing.TB, w *runtime.Worker, set *ruleset.Set, r *runtime.Rule) string {
	e, err := event.Decode([]byte(`{"p_log_type": "T", "k": "key"}`))
	require.NoError(t, err)
	res := w.Eval(runtime.Call{Now: time.Unix(0, 0)}, r, set.Enrich(e))
	switch {
	case res.Err != nil:
		return res.Err.Error()
	case res.Match == nil:
		return "no match"
	}
	return res.Match.Title
}

// sameAsFresh requires a set to be what a fresh load of its directory gives.
func sameAsFresh(t testing.TB, set *ruleset.Set, loader ruleset.Loader) {
	t.Helper()
	want, _, err := loader.Load()
	require.NoError(t, err)
	require.Equal(t, describeRules(t, want), describeRules(t, set))
	require.Equal(t, want.Version(), set.Version())
}

func describeRules(t testing.TB, set *ruleset.Set) []string {
	var w runtime.Worker
	var list []string
	for _, r := range set.Rules() {
		list = append(list, fmt.Sprintf("%s %s %x %s", r.ID, r.Path, r.Hash, says(t, &w, set, r)))
	}
	for _, r := range set.Disabled() {
		list = append(list, "disabled "+r.ID)
	}
	return list
}

// TestLiveWhileRead changes files while they are read: a set is of one state of
// them.
func TestLiveWhileRead(t *testing.T) {
	t.Chdir(t.TempDir())
	p := &play{t: t}
	put := func(generation string) {
		for _, id := range []string{"a", "b", "c"} {
			p.write("rules/"+id+".star", fmt.Appendf(nil, "load('gen', 'GEN')\ndef rule(event):\n    return True\ndef title(event):\n    return '%s' + GEN\n", generation))
		}
		p.write("rules/_gen.star", fmt.Appendf(nil, "GEN = '%s'\n", generation))
	}
	put("1")
	during := func() { put("2") }
	live := ruleset.Live{Rules: fresh("rules")}
	live.Rules.Pass = func(*syntax.File, []byte) starlark.StringDict {
		if during != nil {
			change := during
			during = nil
			change()
		}
		return nil
	}
	titles := func() string {
		_, err := live.Reload(context.Background())
		require.NoError(t, err)
		var all []string
		for _, r := range live.Set().Rules() {
			all = append(all, says(t, &p.worker, live.Set(), r))
		}
		return strings.Join(all, " ")
	}
	require.Equal(t, "22 22 22", titles(), "the first load is done again")
	put("3")
	during = func() { put("4") }
	require.Equal(t, "33 33 33", titles(), "what was read first is consistent")
	require.Equal(t, "44 44 44", titles())
}

// TestLiveWriting has a file change whenever it is read. Run tells of that when it
// goes on for as long as a tick, Reload at once.
func TestLiveWriting(t *testing.T) {
	t.Chdir(t.TempDir())
	p := &play{t: t}
	p.write("rules/a.star", []byte("def rule(event):\n    return True\n"))
	var written, now atomic.Int64
	var done atomic.Bool
	reports := make(chan *ruleset.Report, 1000)
	const again = "read rules: files kept changing while they were read, 25 times: reload again when the writer is done"
	rules := fresh("rules")
	rules.Pass = func(*syntax.File, []byte) starlark.StringDict {
		if !done.Load() {
			p.write("rules/x.yml", fmt.Appendf(nil, "AnalysisType: rule\nRuleID: X\nSeverity: Low\nFilename: x%d.star\n", written.Add(1)))
		}
		return nil
	}
	changed := func(rep *ruleset.Report) { reports <- rep }
	asked := ruleset.Live{Rules: rules, Changed: changed}
	_, err := asked.Reload(context.Background())
	require.EqualError(t, err, again)
	require.Equal(t, ruleset.Failed, (<-reports).Outcome)

	live := ruleset.Live{
		Rules:   rules,
		Now:     func() time.Time { return time.Unix(now.Load(), 0) },
		Changed: changed,
		Watch:   ruleset.Watcher{Tick: time.Hour, Quiet: time.Millisecond},
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- live.Run(ctx) }()
	reads := func() int64 { return written.Load() / 25 }
	for end := time.Now().Add(time.Minute); reads() < 5; time.Sleep(time.Millisecond) {
		require.True(t, time.Now().Before(end), "it is not read again")
	}
	require.Empty(t, reports)
	now.Add(3600)
	rep := <-reports
	require.Equal(t, ruleset.Failed, rep.Outcome)
	require.EqualError(t, rep.Err, again)
	done.Store(true)
	require.NotEqual(t, ruleset.Failed, (<-reports).Outcome)
	require.Len(t, live.Set().Rules(), 1)
	cancel()
	require.NoError(t, <-ended)
}

// TestLiveSameStat changes a file so that its size and time stay as they were.
func TestLiveSameStat(t *testing.T) {
	t.Chdir(t.TempDir())
	p := &play{t: t}
	live := ruleset.Live{Rules: fresh("rules")}
	for i := range 5 {
		title := fmt.Sprint(i)
		p.write("rules/a.star", []byte("def rule(event):\n    return True\ndef title(event):\n    return '"+title+"'\n"))
		require.NoError(t, os.Chtimes("rules/a.star", time.Time{}, time.Unix(1_700_000_000, 0)))
		_, err := live.Reload(context.Background())
		require.NoError(t, err)
		require.Equal(t, title, says(t, &p.worker, live.Set(), live.Set().Rules()[0]))
	}
}

// TestLiveNoFile has something else than a file in a rule's place, which no
// reading must wait for.
func TestLiveNoFile(t *testing.T) {
	t.Chdir(t.TempDir())
	p := &play{t: t}
	p.write("rules/a.star", []byte("def rule(event):\n    return True\n"))
	require.NoError(t, syscall.Mkfifo("rules/b.star", 0o600))
	live := ruleset.Live{Rules: fresh("rules")}
	rep, err := live.Reload(context.Background())
	require.NoError(t, err)
	require.Equal(t, ruleset.Partial, rep.Outcome)
	require.Len(t, rep.Refused, 1)
	require.Equal(t, "rules/b.star", rep.Refused[0].File)
	require.Equal(t, "rules/b.star: it is not a regular file", rep.Refused[0].Diagnostics[0].Error())
	require.Len(t, live.Set().Rules(), 1)
}

// TestLiveSamePointers has rules that do not change be the very same, so that
// workers keep what they have made of them.
func TestLiveSamePointers(t *testing.T) {
	t.Chdir(t.TempDir())
	p := &play{t: t}
	p.write("rules/a.py", []byte("def rule(event):\n    return True\n"))
	p.write("rules/b.star", []byte("def rule(event):\n    return True\n"))
	live := ruleset.Live{Rules: fresh("rules")}
	_, err := live.Reload(context.Background())
	require.NoError(t, err)
	before := live.Set()
	p.write("rules/b.star", []byte("def rule(event):\n    return False\n"))
	_, err = live.Reload(context.Background())
	require.NoError(t, err)
	require.Same(t, before.Rules()[0], live.Set().Rules()[0])
	require.NotSame(t, before.Rules()[1], live.Set().Rules()[1])

	// Another background is another rule, of the same file.
	a := live.Set().Rules()[0]
	background := a.Background
	p.write("rules/m.yml", []byte("AnalysisType: datamodel\nDataModelID: M\nLogTypes: [T]\nMappings: [{Name: n, Path: k}]\n"))
	_, err = live.Reload(context.Background())
	require.NoError(t, err)
	require.NotSame(t, a, live.Set().Rules()[0])
	require.Same(t, a.File, live.Set().Rules()[0].File)
	require.Same(t, background, a.Background, "a rule in use must not change")
}

// TestVersion requires the version to be of the contents alone.
func TestVersion(t *testing.T) {
	t.Chdir(t.TempDir())
	p := &play{t: t}
	files := map[string]string{
		"a.star":    "load('gen', 'GEN')\ndef rule(event):\n    return True\n",
		"_gen.star": "GEN = 1\n",
		"m.yml":     "AnalysisType: datamodel\nDataModelID: M\nLogTypes: [T]\nMappings: [{Name: n, Path: k}]\n",
		"t.yml":     "AnalysisType: lookup_table\nLookupName: t\nFilename: t.csv\nLogTypeMap: {PrimaryKey: id}\n",
		"t.csv":     "id\nx\n",
		"b.yml":     "AnalysisType: rule\nRuleID: B\nFilename: b.py\nSeverity: Low\n",
		"b.py":      "def rule(event):\n    return True\n",
	}
	version := func(dir, changed string) string {
		for name, text := range files {
			if name == changed {
				text = strings.Replace(text, "x\n", "y\n", 1) + "\n"
			}
			p.write(filepath.Join(dir, name), []byte(text))
		}
		loader := fresh(dir)
		set, diags, err := loader.Load()
		require.NoError(t, err)
		require.Empty(t, diags)
		require.Equal(t, set.Version(), set.ForResources().Version())
		return set.Version()
	}
	want := version("one", "")
	require.Regexp(t, "^[0-9a-f]{12}$", want)
	require.Equal(t, want, version("some/other", ""))
	for name := range files {
		require.NotEqual(t, want, version("changed", name), name)
	}
	require.Equal(t, want, version("changed", ""))
	require.Empty(t, ruleset.NewSet(nil).Version())
}
