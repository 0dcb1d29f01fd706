//go:build unix

package python

import (
	"context"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/starhost/starhost/builtins/helpers"
	"github.com/starhost/starhost/event"
	"github.com/starhost/starhost/runtime"
	"github.com/stretchr/testify/require"
	"go.starlark.net/starlark"
)

// BenchmarkConstructs calls the function f of each program of constructs.txt;
// bench.py does the same under CPython. Both count the time of the processor,
// that of the collector included, as the machine may have other work.
func BenchmarkConstructs(b *testing.B) {
	text, err := os.ReadFile("constructs.txt")
	require.NoError(b, err)
	ev, err := event.Decode([]byte(`{"name": "x", "n": 5, "arn": "arn:aws:iam::123456789012:role/Admin", "a": {"b": {"c": {"d": 1}}}}`))
	require.NoError(b, err)
	for _, program := range strings.Split(string(text), "=== ")[1:] {
		name, src, _ := strings.Cut(program, "\n")
		b.Run(name, func(b *testing.B) {
			loader := runtime.Loader{
				Modules:  helpers.Modules(),
				ReadFile: func(string) ([]byte, error) { return []byte(src), nil },
			}
			file, diags := loader.File("construct.py", "construct")
			require.Empty(b, diags)
			var w runtime.Worker
			call := runtime.Call{Context: context.Background()}
			fn, err := w.Function(call, file, "f")
			require.NoError(b, err)
			args := starlark.Tuple{ev}
			start := processTime()
			for b.Loop() {
				if _, err := w.Call(call, fn, args, nil); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(processTime()-start)/float64(b.N), "cpu-ns/op")
		})
	}
}

// processTime is what the process has had of the processor.
func processTime() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
