package ruleset_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	goruntime "runtime"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/starhost/starhost/event"
	"github.com/starhost/starhost/ruleset"
	"github.com/starhost/starhost/runtime"
	"github.com/stretchr/testify/require"
)

// TestReloads changes a directory at random, in hundreds of ways, or as many as
// STARHOST_RELOADS says, while goroutines evaluate with the live set. All rules
// load a helper that says a generation: those of a set must agree about it. Now
// and then all files are put in order; then the live set must come to be what a
// fresh load gives.
func TestReloads(t *testing.T) {
	t.Run("starlark", func(t *testing.T) { testReloads(t, ".star", "_gen.star") })
	t.Run("python", func(t *testing.T) { testReloads(t, ".py", "gen.py") })
	t.Run("mixed", func(t *testing.T) { testReloads(t, "", "_gen.star") })
}

func testReloads(t *testing.T, ext, helper string) {
	changes := 100
	if n, err := strconv.Atoi(os.Getenv("STARHOST_RELOADS")); err == nil {
		changes = n
	}
	before := goruntime.NumGoroutine()
	w := newWriter(t, changes, ext, helper)
	live := &ruleset.Live{
		Rules: fresh("rules"),
		Watch: ruleset.Watcher{Quiet: 5 * time.Millisecond, Patience: 50 * time.Millisecond},
	}
	outcomes := make(map[ruleset.Outcome]int)
	live.Changed = func(rep *ruleset.Report) { outcomes[rep.Outcome]++ }
	_, err := live.Reload(context.Background())
	require.NoError(t, err)

	ctx, cancel := context.WithCancel(context.Background())
	var wg sync.WaitGroup
	var evaluated, generations atomic.Int64
	for range 3 {
		wg.Go(func() { evaluate(ctx, t, live, &evaluated, &generations) })
	}
	ended := make(chan error, 1)
	go func() { ended <- live.Run(ctx) }()

	const round = 10
	var heap uint64
	for i := 0; i < changes; i += round {
		for range round {
			w.change()
			if w.rand.IntN(5) == 0 {
				_, _ = live.Reload(ctx) // beside Run; what fails is seen to later
			}
			time.Sleep(time.Duration(w.rand.IntN(8)) * time.Millisecond)
		}
		w.mend()
		w.settled(live)
		if i == changes/5/round*round {
			heap = heapNow()
		}
	}
	cancel()
	wg.Wait()
	require.NoError(t, <-ended)
	after := heapNow()
	t.Logf("%d changes, reloads %v, %d sets evaluated, %d generations, heap %d kB after a fifth and %d kB at the end",
		changes, outcomes, evaluated.Load(), generations.Load(), heap>>10, after>>10)
	require.Positive(t, outcomes[ruleset.OK])
	require.Positive(t, outcomes[ruleset.Partial])
	require.Less(t, after, 2*heap+16<<20)
	for end := time.Now().Add(30 * time.Second); goruntime.NumGoroutine() > before; time.Sleep(time.Millisecond) {
		require.True(t, time.Now().Before(end), "goroutines are left")
	}
}

func heapNow() uint64 {
	var m goruntime.MemStats
	goruntime.GC()
	goruntime.GC()
	goruntime.ReadMemStats(&m)
	return m.HeapAlloc
}

// evaluate asks all rules of the live set, again and again.
func evaluate(ctx context.Context, t *testing.T, live *ruleset.Live, evaluated, generations *atomic.Int64) {
	var w runtime.Worker
	last := ""
	e, err := event.Decode([]byte(`{"p_log_type": "T"}`))
	if err != nil {
		t.Error(err)
		return
	}
	for ; ctx.Err() == nil; time.Sleep(time.Millisecond) { // leaving the cores to the others
		set := live.Set()
		w.Trim(len(set.Rules()))
		generation, of := "", ""
		for _, r := range set.Rules() {
			res := w.Eval(runtime.Call{Now: time.Unix(0, 0)}, r, e)
			if res.Err != nil || res.Match == nil {
				t.Errorf("rule %s of set %s: %v", r.ID, set.Version(), res.Err)
				return
			}
			got, _, _ := strings.Cut(res.Match.Title, " ")
			if generation == "" {
				generation, of = got, r.ID
			}
			if got != generation {
				t.Errorf("set %s: rule %s is of generation %s, and %s of %s; refused now: %v", set.Version(), of, generation, r.ID, got, live.Refused())
				return
			}
		}
		evaluated.Add(1)
		if generation != last {
			last = generation
			generations.Add(1)
		}
	}
}

// A writer changes a directory of rules.
type writer struct {
	*testing.T
	ext        string // of rules, "" meaning both
	helper     string // the file's name
	rand       *rand.Rand
	generation int
	text       int
	release    int
}

const rulesWritten = 20

func newWriter(t *testing.T, changes int, ext, helper string) *writer {
	t.Chdir(t.TempDir())
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	w := &writer{T: t, ext: ext, helper: helper, rand: rand.New(rand.NewPCG(seed, uint64(changes)))}
	w.swap()
	return w
}

// path names a rule's file: some are in a folder.
func (w *writer) path(i int) string {
	dir := "rules"
	if i%3 == 0 {
		dir = "rules/sub"
	}
	ext := w.ext
	if ext == "" {
		ext = []string{".star", ".py"}[i%2]
	}
	return fmt.Sprintf("%s/r%d%s", dir, i, ext)
}

func (w *writer) rule(path string) string {
	w.text++
	load := "load('gen', 'GEN')"
	if strings.HasSuffix(path, ".py") {
		load = "from gen import GEN"
	}
	return fmt.Sprintf("%s\ndef rule(event):\n    return True\ndef title(event):\n    return GEN + ' %d'\n", load, w.text)
}

func (w *writer) gen() string {
	w.generation++
	return fmt.Sprintf("GEN = '%d'\n", w.generation)
}

// put writes a file, in one of the ways in which editors do.
func (w *writer) put(path, text string) {
	require.NoError(w, os.MkdirAll(filepath.Dir(path), 0o777))
	switch w.rand.IntN(3) {
	case 0:
		require.NoError(w, os.WriteFile(path, []byte(text), 0o666))
	case 1:
		require.NoError(w, os.WriteFile(path+".tmp", []byte(text), 0o666))
		require.NoError(w, os.Rename(path+".tmp", path))
	case 2:
		if _, err := os.Stat(path); err == nil {
			require.NoError(w, os.Rename(path, path+"~"))
		}
		require.NoError(w, os.WriteFile(path, []byte(text), 0o666))
		_ = os.Remove(path + "~") // it may not be there
	}
}

// change makes one change at random.
func (w *writer) change() {
	i := w.rand.IntN(rulesWritten)
	path := w.path(i)
	meta := strings.TrimSuffix(path, filepath.Ext(path)) + ".yml"
	switch w.rand.IntN(12) {
	case 0, 1:
		w.put(path, w.rule(path))
	case 2:
		w.put(path, "def rule(event)\n")
	case 3:
		w.put(path, "x = 1 // 0\n"+w.rule(path))
	case 4:
		_ = os.Remove(path) // it may be away already
	case 5:
		w.put(meta, fmt.Sprintf("AnalysisType: rule\nRuleID: R%d\nFilename: %s\nSeverity: Low\n", i, filepath.Base(path)))
	case 6:
		w.put(meta, "AnalysisType: rule\nRuleID: [\n")
	case 7:
		_ = os.Rename(path, filepath.Join(filepath.Dir(path), fmt.Sprintf("moved%d%s", i, filepath.Ext(path)))) // it may be away
	case 8, 9:
		w.put("rules/"+w.helper, w.gen())
	case 10:
		w.put("rules/"+w.helper, "GEN = \n")
		if w.rand.IntN(2) == 0 {
			require.NoError(w, os.Remove("rules/"+w.helper))
		}
	case 11:
		w.swap()
	}
}

// swap puts another directory in the place of the rules', at once or nearly so.
func (w *writer) swap() {
	w.release++
	old, _ := os.Readlink("rules") // "" at first
	dir := fmt.Sprintf("release%d", w.release)
	require.NoError(w, os.Symlink(dir, "rules.tmp"))
	require.NoError(w, os.MkdirAll(dir, 0o777))
	for i := range rulesWritten {
		path := filepath.Join(dir, strings.TrimPrefix(w.path(i), "rules/"))
		require.NoError(w, os.MkdirAll(filepath.Dir(path), 0o777))
		require.NoError(w, os.WriteFile(path, []byte(w.rule(path)), 0o666))
	}
	require.NoError(w, os.WriteFile(filepath.Join(dir, w.helper), []byte(w.gen()), 0o666))
	require.NoError(w, os.Rename("rules.tmp", "rules"))
	if old != "" {
		require.NoError(w, os.RemoveAll(old))
	}
}

// mend puts all files in order.
func (w *writer) mend() {
	for i := range rulesWritten {
		path := w.path(i)
		_ = os.Remove(strings.TrimSuffix(path, filepath.Ext(path)) + ".yml") // it may not be there
		_ = os.Remove(filepath.Join(filepath.Dir(path), fmt.Sprintf("moved%d%s", i, filepath.Ext(path))))
		w.put(path, w.rule(path))
	}
	w.put("rules/"+w.helper, w.gen())
}

// settled waits until the live set is what a fresh load gives.
func (w *writer) settled(live *ruleset.Live) {
	loader := fresh("rules")
	want, diags, err := loader.Load()
	require.NoError(w, err)
	require.Empty(w, diags)
	for end := time.Now().Add(time.Minute); live.Set().Version() != want.Version(); time.Sleep(time.Millisecond) {
		require.True(w, time.Now().Before(end), "the live set does not become that of the files: %v", live.Refused())
	}
	require.Equal(w, describeRules(w, want), describeRules(w, live.Set()))
	require.Empty(w, live.Refused())
}
