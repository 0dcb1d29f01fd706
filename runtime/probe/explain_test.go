package probe_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/starhost/starhost/runtime/probe"
	"github.com/stretchr/testify/require"
	"go.starlark.net/starlark"
)

// TestExplain calls the function rule of each testdata file with each event,
// and compares the recordings.
func TestExplain(t *testing.T) {
	golden(t, "explain", func(t *testing.T, src string, events []string) string {
		globals, err := load(new(starlark.Thread), src, explained)
		require.NoError(t, err)
		var b strings.Builder
		for _, event := range events {
			var rec probe.Recorder
			thread := new(starlark.Thread)
			rec.Attach(thread)
			v, err := starlark.Call(thread, globals["rule"], starlark.Tuple{decode(t, event)}, nil)
			fmt.Fprintf(&b, "rule(%s): %s\n", event, strings.TrimSpace(outcome(v, err)))
			for _, s := range rec.Steps() {
				writeStep(&b, s)
			}
			for i, s := range probe.Chain(rec.Steps()) {
				word := []string{"decided by", "which was decided by"}[min(i, 1)]
				fmt.Fprintf(&b, "  %s %s = %s\n", word, at(s), s.Value)
			}
		}
		return b.String()
	})
}

func writeStep(b *strings.Builder, s probe.Step) {
	fmt.Fprintf(b, "  %s%s %s %s = %s\n", strings.Repeat("  ", s.Depth), s.Func, s.Kind, at(s), s.Value)
	for _, o := range s.Operands {
		fmt.Fprintf(b, "  %s    %s = %s\n", strings.Repeat("  ", s.Depth), o.Text, o.Value)
	}
}

func at(s probe.Step) string {
	return fmt.Sprintf("%d:%d-%d:%d %s", s.Pos.Line, s.Pos.Col, s.EndPos.Line, s.EndPos.Col, s.Text)
}
