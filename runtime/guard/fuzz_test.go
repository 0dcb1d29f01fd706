package guard_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/txtar"
	"github.com/starhost/starhost/runtime/guard"
	"github.com/stretchr/testify/require"
	"go.starlark.net/starlark"
)

// small are limits that keep a fuzzed program short.
var small = guard.Limits{Steps: 50_000, Time: time.Second, Bytes: 100_000, Elements: 10_000, Bits: 4096, Depth: 50}

// FuzzRewrite runs any program, guarded and under small limits, and then, if
// it did not reach one, plain: both must give the same globals, output and
// error.
func FuzzRewrite(f *testing.F) {
	for _, file := range []string{"testdata/attacks.txtar", "testdata/programs.txtar"} {
		archive, err := txtar.ParseFile(file)
		require.NoError(f, err)
		for _, file := range archive.Files {
			if len(file.Data) < 2000 {
				f.Add(string(file.Data))
			}
		}
	}
	f.Fuzz(func(t *testing.T, src string) {
		if len(src) > 5000 || strings.Contains(src, "<<[") {
			return
		}
		began := time.Now()
		got := execute(guarded, src)
		if took := time.Since(began); took > 20*time.Second {
			t.Fatalf("took %v", took)
		}
		if got.limit || strings.Contains(src, "rsplit") { // which kills the plain one
			return
		}
		if want := execute(plain, src); !want.panicked && !want.limit && got != want {
			t.Errorf("got\n%+v\nwant\n%+v", got, want)
		} else if got.panicked && !want.panicked {
			t.Errorf("panic: %s", got.text)
		}
	})
}

// An execution is what became of a program.
type execution struct {
	text            string // its globals or its error, and what it printed
	limit, panicked bool
}

func execute(d dialect, src string) (x execution) {
	var out strings.Builder
	thread := &starlark.Thread{Print: func(_ *starlark.Thread, s string) { fmt.Fprintln(&out, s) }}
	defer func() {
		if p := recover(); p != nil {
			x = execution{text: fmt.Sprint(p), panicked: true}
		}
	}()
	prog, env, err := d.compile(src)
	if err != nil {
		return execution{text: err.Error()}
	}
	var m guard.Meter
	m.Begin(thread, &small, nil)
	defer m.End()
	if !d.guarded {
		thread.OnMaxSteps = nil
		thread.SetMaxExecutionSteps(2 * small.Steps)
	}
	globals, err := prog.Init(thread, env)
	if err != nil {
		_, limit := errors.AsType[*guard.LimitError](err)
		stopped := strings.Contains(err.Error(), "cancelled: too many steps")
		return execution{text: out.String() + err.Error(), limit: limit || stopped || m.Err() != nil}
	}
	for _, name := range globals.Keys() {
		s, err := guard.Repr(thread, globals[name])
		if err != nil {
			return execution{limit: true}
		}
		fmt.Fprintf(&out, "%s = %s\n", name, s)
	}
	return execution{text: out.String()}
}
