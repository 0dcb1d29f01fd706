//go:build unix

package guard_test

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/txtar"
	"github.com/starhost/starhost/runtime/guard"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.starlark.net/starlark"
)

const (
	maxMemory = 256 << 20       // of a process under attack
	maxTime   = 5 * time.Second // of the processor, on which others may be, too
)

// An attack is a program of testdata/attacks.txtar.
type attack struct {
	name   string
	src    string
	want   string // the name of the limit, "ok", or "error: " and the text
	limits guard.Limits
}

func attacks(t *testing.T) []attack {
	archive, err := txtar.ParseFile("testdata/attacks.txtar")
	require.NoError(t, err)
	require.NotEmpty(t, archive.Files)
	var all []attack
	for _, f := range archive.Files {
		a := attack{name: strings.TrimSuffix(f.Name, ".star"), src: repeated(t, string(f.Data))}
		for line := range strings.Lines(a.src) {
			key, value, _ := strings.Cut(strings.TrimSpace(line), ": ")
			switch key {
			case "# want":
				a.want = value
			case "# limits":
				a.limits = parseLimits(t, value)
			}
		}
		if a.want != "time" {
			a.limits.Time = time.Minute // the machine may be busy
		}
		if raceEnabled {
			a.limits.Steps = 100_000
		}
		all = append(all, a)
	}
	return all
}

var repeat = regexp.MustCompile(`<<(.+)\*(\d+)>>`)

// repeated writes out <<text*number>>.
func repeated(t *testing.T, src string) string {
	return repeat.ReplaceAllStringFunc(src, func(s string) string {
		m := repeat.FindStringSubmatch(s)
		n, err := strconv.Atoi(m[2])
		require.NoError(t, err)
		return strings.Repeat(strings.ReplaceAll(m[1], `\n`, "\n"), n)
	})
}

// parseLimits reads "steps=1000 time=1s heap=300MB".
func parseLimits(t *testing.T, s string) (l guard.Limits) {
	for _, field := range strings.Fields(s) {
		key, value, _ := strings.Cut(field, "=")
		var err error
		switch key {
		case "steps":
			l.Steps, err = strconv.ParseUint(value, 10, 64)
		case "time":
			l.Time, err = time.ParseDuration(value)
		case "heap":
			l.Heap, err = strconv.ParseUint(strings.TrimSuffix(value, "MB"), 10, 64)
			l.Heap <<= 20
		default:
			err = fmt.Errorf("unknown limit %s", key)
		}
		require.NoError(t, err, field)
	}
	return l
}

// attackVariable names the attack that a child process is to run.
const attackVariable = "GUARD_ATTACK"

// TestAttacks runs each attack in a process of its own, as what it tests is
// that the process survives. Under the race detector, which takes so much time
// and memory that these say nothing, it runs all in this process.
func TestAttacks(t *testing.T) {
	if name := os.Getenv(attackVariable); name != "" {
		child(t, name)
		return
	}
	for _, a := range attacks(t) {
		t.Run(a.name, func(t *testing.T) {
			if raceEnabled {
				a.check(t, a.run())
				return
			}
			t.Parallel()
			got, used := parent(t, a)
			t.Logf("| %s | %s | %.2f s | %d MB |", a.name, cmp.Or(got.Limit, got.Error, "–"), used.time.Seconds(), used.memory>>20)
			a.check(t, got)
			assert.Less(t, used.memory, int64(max(maxMemory, 2*a.limits.Heap)))
			assert.Less(t, used.time, maxTime)
		})
	}
}

func (a *attack) check(t *testing.T, got result) {
	if raceEnabled && got.Limit == "steps" {
		return // there are fewer of them
	}
	switch text, isError := strings.CutPrefix(a.want, "error: "); {
	case isError:
		assert.Contains(t, got.Error, text)
		assert.Empty(t, got.Limit)
	case a.want == "ok":
		assert.Empty(t, got.Error)
	default:
		assert.Contains(t, strings.Split(a.want, " or "), got.Limit, got.Error)
	}
}

// A result is what the child process reports.
type result struct {
	Limit string // of the limit that was reached
	Error string
}

// A usage is what the child process took of the machine.
type usage struct {
	time   time.Duration // of the processor
	memory int64         // at most
}

// parent runs the attack in a child process.
func parent(t *testing.T, a attack) (r result, used usage) {
	report := filepath.Join(t.TempDir(), "report")
	cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestAttacks$")
	cmd.Env = append(os.Environ(), attackVariable+"="+a.name, "GUARD_REPORT="+report)
	cmd.WaitDelay = time.Second
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, "the process died: %.2000s", out)
	data, err := os.ReadFile(report)
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(data, &r))

	used.time = cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
	rusage, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage)
	require.True(t, ok)
	used.memory = rusage.Maxrss
	if runtime.GOOS != "darwin" {
		used.memory <<= 10
	}
	return r, used
}

// child runs the attack of that name in this process and reports.
func child(t *testing.T, name string) {
	for _, a := range attacks(t) {
		if a.name != name {
			continue
		}
		data, err := json.Marshal(a.run())
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(os.Getenv("GUARD_REPORT"), data, 0o666))
		return
	}
	t.Fatalf("no attack %s", name)
}

func (a *attack) run() (r result) {
	err := a.execute()
	if err != nil {
		r.Error = err.Error()
		r.Error = r.Error[:min(len(r.Error), 1000)]
	}
	if limit, ok := errors.AsType[*guard.LimitError](err); ok {
		r.Limit = limit.Limit
	}
	return r
}

// execute loads the program, as the host loads a file.
func (a *attack) execute() error {
	prog, env, err := guarded.compile(a.src)
	if err != nil {
		return err
	}
	var m guard.Meter
	thread := new(starlark.Thread)
	m.Begin(thread, &a.limits, nil)
	defer m.End()
	globals, err := prog.Init(thread, env)
	if m.Err() != nil {
		return m.Err()
	}
	if err != nil {
		return err
	}
	return guard.Freeze(globals)
}
