//go:build unix

// Package attacks has programs in Python that try to kill the process, to hang
// it, to fill its memory, or to outlive a limit. Each runs as a rule does, in a
// process of its own, which must live, stay small, and have the right error
// with its place; and the worker that ran it must still be of use.
package attacks

import (
	"cmp"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	goruntime "runtime"
	"runtime/debug"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/starhost/starhost/builtins/helpers"
	"github.com/starhost/starhost/event"
	"github.com/starhost/starhost/runtime"
	"github.com/starhost/starhost/runtime/guard"
)

const (
	maxMemory = 256 << 20       // beyond that of a process that does nothing
	maxTime   = 5 * time.Second // of the processor, for one call

	// What the operating system allows the child: enough to tell from its
	// report that it took too much, not enough to take the machine down.
	hardMemory  = 1 << 30
	hardSeconds = 20

	fewSteps = 300_000 // for what needs no measure
)

// variable names the attack that a child process is to run; the child writes
// its report to the file that reportVariable names.
const (
	variable       = "STARHOST_ATTACK"
	reportVariable = "STARHOST_ATTACK_REPORT"
)

// TestAttacks runs each attack in a process of its own, as what it tests is
// that the process survives.
func TestAttacks(t *testing.T) {
	if name := os.Getenv(variable); name != "" {
		child(t, name)
		return
	}
	if raceEnabled {
		t.Skip("times and sizes say nothing under the race detector")
	}
	all := attacks(t)
	idle := used(t, &attack{name: idleAttack}).memory
	for _, a := range all {
		t.Run(a.name, func(t *testing.T) {
			if a.hole != "" {
				t.Skip(a.hole)
			}
			t.Parallel()
			u := used(t, a)
			t.Logf("| %s | %s | %.2f s | %d MB |", a.name, cmp.Or(u.report.Bare.Limit, u.report.Bare.Class), u.time.Seconds(), (u.memory-idle)>>20)
			a.check(t, &u.report)
			assert.Less(t, u.memory-idle, a.memory, "memory")
		})
	}
}

// check compares what became of an attack with what its file says.
func (a *attack) check(t *testing.T, r *report) {
	a.checkOutcome(t, "bare", &r.Bare)
	if r.Bare.Limit != "" && a.calls {
		assert.Contains(t, []string{r.Bare.Limit, "steps"}, r.Caught.Limit, "where all is caught: %s", r.Caught.Message)
		assert.NotEmpty(t, r.Caught.At, "where all is caught")
	}
	assert.Empty(t, r.After, "the worker afterwards")
}

func (a *attack) checkOutcome(t *testing.T, how string, o *outcome) {
	got := o.Class
	if o.Limit != "" {
		got = o.Limit
	}
	assert.Contains(t, strings.Split(a.want, " or "), got, "%s: %s", how, o.Message)
	assert.Contains(t, o.Message, a.text, how)
	assert.Less(t, o.CPU, maxTime, "%s: time", how)
	if got != "ok" && !a.nowhere {
		assert.Contains(t, o.At, a.name+".py:", "%s: the place of %q", how, o.Message)
	}
}

// A report is what a child process says of an attack.
type report struct {
	Bare   outcome // of the attack
	Caught outcome // of the same in a rule that catches whatever it can
	After  string  // what is wrong with the worker afterwards, if anything
}

// An outcome is what became of one call.
type outcome struct {
	Class   string // of the error, or "ok"
	Limit   string // that was reached, if one was
	Message string
	At      string
	CPU     time.Duration
}

// A usage is a report, and what the child process took of the machine.
type usage struct {
	report report
	time   time.Duration // of the processor
	memory int64         // at most
}

// used runs an attack in a child process.
func used(t *testing.T, a *attack) (u usage) {
	path := filepath.Join(t.TempDir(), "report")
	cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestAttacks$")
	cmd.Env = append(os.Environ(), variable+"="+a.name, reportVariable+"="+path, "GOMAXPROCS=2", "GOTRACEBACK=single")
	cmd.WaitDelay = time.Second
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, "the process died: %.3000s", out)
	data, err := os.ReadFile(path)
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(data, &u.report))

	u.time = cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
	rusage, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage)
	require.True(t, ok)
	u.memory = rusage.Maxrss << rssShift
	return u
}

// child runs the attack of that name in this process and reports.
func child(t *testing.T, name string) {
	limitProcess(t)
	var r report
	if name != idleAttack {
		for _, a := range attacks(t) {
			if a.name == name {
				r = a.run(t)
			}
		}
		require.NotEmpty(t, r.Bare.Class, "no attack %s", name)
	}
	data, err := json.Marshal(r)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(os.Getenv(reportVariable), data, 0o666))
}

// limitProcess has the operating system end this process before it takes the
// machine down.
func limitProcess(t *testing.T) {
	for resource, most := range map[int]uint64{syscall.RLIMIT_CPU: hardSeconds, syscall.RLIMIT_DATA: hardMemory} {
		require.NoError(t, syscall.Setrlimit(resource, &syscall.Rlimit{Cur: most, Max: most + 5}))
	}
	late := make(chan os.Signal, 1)
	signal.Notify(late, syscall.SIGXCPU)
	go func() {
		<-late
		stacks := make([]byte, 1<<20)
		_, _ = os.Stderr.Write(stacks[:goruntime.Stack(stacks, true)]) // there is nobody to tell of an error
		os.Exit(3)
	}()
}

// run evaluates the attack, the same where everything is caught, and a rule
// that is none, all by one worker.
func (a *attack) run(t *testing.T) (r report) {
	modules := helpers.Modules()
	harmless := a.load(t, modules, "harmless.py", harmlessRule)
	w := &runtime.Worker{Limits: &a.limits}
	r.Bare = a.evaluate(t, modules, w, a.rule())
	if r.Bare.Limit != "" && a.calls {
		a.limits.Steps = fewSteps
		r.Caught = a.evaluate(t, modules, w, a.src+catchingRule)
	}
	if _, err := a.ask(t, w, harmless.rule); err != nil {
		r.After = err.Error()
	} else if harmless.rule == nil {
		r.After = "the harmless rule does not load: " + harmless.outcome.Message
	}
	return r
}

// A loading is what became of loading a file.
type loading struct {
	rule    *runtime.Rule
	outcome outcome // if it failed
}

// load loads a rule by a loader of its own.
func (a *attack) load(t *testing.T, modules []runtime.Module, path, src string) (l loading) {
	read := func(name string) ([]byte, error) {
		if name == path {
			return []byte(src), nil
		}
		if text, ok := a.files[name]; ok {
			return []byte(text), nil
		}
		return nil, fs.ErrNotExist
	}
	loader := &runtime.Loader{
		Modules: modules, ReadFile: read,
		Helper: func(name string) (string, bool) {
			_, ok := a.files[name+".py"]
			return name + ".py", ok
		},
	}
	loader.Worker.Limits = &a.limits
	before := cpu()
	rule, diags := loader.Rule(path, runtime.DefaultMetadata("Test.Attack"))
	l.outcome.CPU = cpu() - before
	l.rule = rule
	if rule != nil {
		return l
	}
	for _, d := range diags {
		if !d.IsError() {
			continue
		}
		class, message, found := strings.Cut(d.Msg, ": ")
		if !found || d.Code == "syntax" {
			class, message = d.Code, d.Msg
		}
		l.outcome.Class, l.outcome.Message, l.outcome.At = class, shortened(message), d.At()
		if _, limit, ok := strings.Cut(d.Msg, "limit exceeded: "); ok {
			l.outcome.Limit, _, _ = strings.Cut(limit, ": ")
		}
		return l
	}
	require.Fail(t, "no rule and no error")
	return l
}

// evaluate loads a rule and asks it about an event.
func (a *attack) evaluate(t *testing.T, modules []runtime.Module, w *runtime.Worker, src string) (o outcome) {
	l := a.load(t, modules, a.name+".py", src)
	debug.FreeOSMemory() // what loading took is not the rule's
	if l.rule == nil {
		return l.outcome
	}
	before := cpu()
	matched, err := a.ask(t, w, l.rule)
	o.CPU = l.outcome.CPU + cpu() - before
	if err == nil {
		o.Class = "ok"
		if !matched {
			o.Class, o.Message = "no match", "rule said False"
		}
		return o
	}
	o.Class, o.Message, o.At = err.Type, shortened(err.Msg), err.At()
	if limit, ok := errors.AsType[*guard.LimitError](err); ok {
		o.Limit = limit.Limit
	}
	return o
}

// ask evaluates a rule over a small event.
func (a *attack) ask(t *testing.T, w *runtime.Worker, rule *runtime.Rule) (bool, *runtime.CallError) {
	if rule == nil {
		return false, nil
	}
	ev, err := event.Decode([]byte(`{"n": 1, "s": "text", "l": [1, 2, {"x": null}]}`))
	require.NoError(t, err)
	result := w.Eval(runtime.Call{Context: t.Context(), Now: time.Unix(1700000000, 0)}, rule, ev)
	return result.Matched(), result.Err
}

func shortened(s string) string { return s[:min(len(s), 300)] }

// cpu gives the processor time of this process so far.
func cpu() time.Duration {
	var u syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &u) // it cannot fail for the process itself
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
