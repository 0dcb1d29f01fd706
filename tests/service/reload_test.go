package service_test

import (
	"bufio"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/starhost/starhost/builtins/caching"
	"github.com/starhost/starhost/builtins/caching/memory"
	"github.com/starhost/starhost/builtins/helpers"
	"github.com/starhost/starhost/ruleset"
	"github.com/stretchr/testify/require"
)

const agreeing = 20 // rules that carry the generation

// TestReload changes rules at random while 64 clients post events: none is lost
// or sees rules of two sets, the live set ends as the directory is, and neither
// memory nor goroutines grow. STARHOST_RELOADS=1000 is the full size.
func TestReload(t *testing.T) {
	changes := 100
	if n, err := strconv.Atoi(os.Getenv("STARHOST_RELOADS")); err == nil {
		changes = n
	}
	r := newReloading(t)
	stop, posts := make(chan struct{}), sync.WaitGroup{}
	for c := range 64 {
		posts.Go(func() { r.post(c, stop) })
	}
	const rounds = 5
	var uses []usage
	for range rounds {
		for range changes / rounds {
			r.change()
			time.Sleep(time.Duration(rand.IntN(20)) * time.Millisecond)
		}
		r.mend()
		want := r.fresh()
		r.server.await("version "+want, func() bool { return r.version() == want })
		uses = append(uses, r.usage())
	}
	first, last := uses[1], uses[rounds-1] // the first round warms up
	r.server.await("as few goroutines as before", func() bool { return r.usage().goroutines < first.goroutines+20 })
	close(stop)
	posts.Wait()
	r.check()
	require.Zero(t, r.server.stop(), r.server.logged())
	t.Logf("%d changes (%v), %d events, %d versions of the set seen; goroutines and bytes of memory after each fifth: %v",
		changes, r.done, r.acked.Load(), r.versions, uses)
	require.Less(t, last.memory, first.memory*5/4+32<<20)
}

// reloading is a run of TestReload.
type reloading struct {
	t      *testing.T
	server *server
	root   string // has the generations; root/rules is a link to one of them
	alerts string
	acked  atomic.Int64
	gate   sync.RWMutex // held for reading by each request

	generation int
	swap       int            // of the folder
	done       map[string]int // changes by kind
	versions   int
}

func newReloading(t *testing.T) *reloading {
	r := &reloading{t: t, root: t.TempDir(), alerts: filepath.Join(t.TempDir(), "alerts.jsonl"), done: make(map[string]int)}
	r.swapFolder()
	r.server = serve(t, "--rules", r.rules(), "--data-dir", t.TempDir(), "--store", "bolt:"+filepath.Join(t.TempDir(), "state.db")+"?sync=off", "--sink", "file:"+r.alerts, "--reload-interval", "1s")
	return r
}

func (r *reloading) rules() string           { return filepath.Join(r.root, "rules") }
func (r *reloading) file(name string) string { return filepath.Join(r.rules(), name) }

// change makes one change of some kind.
func (r *reloading) change() {
	kinds := []struct {
		name string
		make func()
	}{
		{"write", func() { r.put(r.frail(), r.rule("frail", rand.IntN(1000))) }},
		{"rename", func() { os.Rename(r.frail(), r.frail()) }},
		{"delete", func() { os.Remove(r.frail()) }},
		{"break", func() { r.put(r.frail(), "def rule(event:\n") }},
		{"replace", func() {
			temp := r.file(".frail.tmp")
			r.put(temp, r.rule("frail", rand.IntN(1000)))
			os.Rename(temp, r.frail())
		}},
		{"helper", r.editHelper},
		{"metadata", func() {
			n := rand.IntN(10)
			r.put(r.file(fmt.Sprintf("frail%d.yml", n)), fmt.Sprintf("AnalysisType: rule\nFilename: frail%d.star\nRuleID: frail%d\nSeverity: %s\n", n, n, []string{"Low", "High", "Bad"}[rand.IntN(3)]))
		}},
		{"swap", r.swapFolder},
	}
	kind := kinds[rand.IntN(len(kinds))]
	kind.make()
	r.done[kind.name]++
}

// frail is one of the files that come and go.
func (r *reloading) frail() string { return r.file(fmt.Sprintf("frail%d.star", rand.IntN(10))) }

func (r *reloading) put(path, text string) {
	require.NoError(r.t, os.WriteFile(path, []byte(text), 0o666))
}

func (r *reloading) rule(name string, n int) string {
	return fmt.Sprintf(`
load("generation", "GENERATION")
def rule(event):
    return %d >= 0
def dedup(event):
    return event["id"]
def alert_context(event):
    return {"generation": GENERATION, "name": %q}
`, n, name)
}

func (r *reloading) helper() string {
	r.generation++
	return fmt.Sprintf("GENERATION = \"%d\"\n", r.generation)
}

func (r *reloading) editHelper() { r.put(r.file("generation.star"), r.helper()) }

// swapFolder makes a new folder of rules and has the link lead to it.
func (r *reloading) swapFolder() {
	r.swap++
	name := fmt.Sprintf("release%d", r.swap)
	files := map[string]string{"generation.star": r.helper()}
	for i := range agreeing {
		files[fmt.Sprintf("agree%02d.star", i)] = r.rule("agree", i)
	}
	files["frail0.star"] = r.rule("frail", 0)
	write(r.t, filepath.Join(r.root, name), files)
	link := filepath.Join(r.root, "link")
	require.NoError(r.t, os.Symlink(name, link))
	require.NoError(r.t, os.Rename(link, r.rules()))
	if r.swap > 2 {
		os.RemoveAll(filepath.Join(r.root, fmt.Sprintf("release%d", r.swap-2)))
	}
}

// mend leaves no broken file behind, of which a fresh load would know less.
func (r *reloading) mend() {
	for i := range 10 {
		r.put(r.file(fmt.Sprintf("frail%d.star", i)), r.rule("frail", i))
		os.Remove(r.file(fmt.Sprintf("frail%d.yml", i)))
	}
}

// fresh is the version of the set that a fresh load of the directory gives.
func (r *reloading) fresh() string {
	loader := &ruleset.Loader{Paths: []string{r.rules()}, Modules: append(helpers.Modules(), caching.Module(&memory.Store{}))}
	set, diags, err := loader.Load()
	require.NoError(r.t, err)
	require.Empty(r.t, diags)
	return set.Version()
}

// version is that of the live set.
func (r *reloading) version() string {
	_, text := r.server.get("/status")
	var status struct {
		RuleSet struct{ Version string } `json:"rule_set"`
	}
	require.NoError(r.t, json.Unmarshal([]byte(text), &status), text)
	return status.RuleSet.Version
}

// post sends events until it is told to stop.
func (r *reloading) post(client int, stop chan struct{}) {
	for i := 0; ; i++ {
		select {
		case <-stop:
			return
		default:
		}
		r.gate.RLock()
		a, err := r.server.post(fmt.Appendf(nil, `{"id": "%d-%d"}`, client, i))
		r.gate.RUnlock()
		if err != nil || a.Code != 200 && a.Code != 429 {
			r.t.Errorf("client %d: answer %d %s (error %v)", client, a.Code, a.Text, err)
			return
		}
		if a.Code == 200 {
			r.acked.Add(1)
		}
		time.Sleep(time.Duration(rand.IntN(30)) * time.Millisecond)
	}
}

// usage is what the service uses when it has nothing to do. memory is what is
// its own: the state of the alerts, which grows with them, is in a file.
type usage struct{ goroutines, memory int }

func (r *reloading) usage() usage {
	r.gate.Lock()
	defer r.gate.Unlock()
	time.Sleep(100 * time.Millisecond) // for the requests that have been answered to end
	_, text := r.server.get("/metrics")
	u := usage{metric(r.t, text, "go_goroutines"), metric(r.t, text, "process_resident_memory_bytes")}
	if own, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", r.server.cmd.Process.Pid)); err == nil {
		_, after, _ := strings.Cut(string(own), "RssAnon:")
		kb, err := strconv.Atoi(strings.Fields(after)[0])
		require.NoError(r.t, err)
		u.memory = kb << 10
	}
	return u
}

// metric is the value of a metric without labels.
func metric(t *testing.T, text, name string) int {
	_, after, ok := strings.Cut(text, "\n"+name+" ")
	require.True(t, ok, text)
	value, _, _ := strings.Cut(after, "\n")
	v, err := strconv.ParseFloat(value, 64)
	require.NoError(t, err)
	return int(v)
}

// check reads the alerts: each event was seen by all the rules that carry the
// generation, in one set and one generation.
func (r *reloading) check() {
	files, err := filepath.Glob(strings.TrimSuffix(r.alerts, ".jsonl") + "*.jsonl") // it may have been rotated
	require.NoError(r.t, err)
	events := make(map[string][]received)
	for _, path := range files {
		file, err := os.Open(path)
		require.NoError(r.t, err)
		lines := bufio.NewScanner(file)
		lines.Buffer(nil, 1<<20)
		for lines.Scan() {
			var a received
			require.NoError(r.t, json.Unmarshal(lines.Bytes(), &a), lines.Text())
			events[a.Dedup] = append(events[a.Dedup], a)
		}
		require.NoError(r.t, lines.Err())
		require.NoError(r.t, file.Close())
	}
	require.GreaterOrEqual(r.t, int64(len(events)), r.acked.Load())
	versions := make(map[string]bool)
	for id, alerts := range events {
		carriers := slices.DeleteFunc(alerts, func(a received) bool { return !strings.HasPrefix(a.RuleID, "agree") })
		require.Len(r.t, carriers, agreeing, id)
		for _, a := range carriers {
			require.Equal(r.t, carriers[0].RuleSet, a.RuleSet, id)
			require.Equal(r.t, carriers[0].Context.Generation, a.Context.Generation, id)
		}
		versions[carriers[0].RuleSet] = true
	}
	r.versions = len(versions)
}
