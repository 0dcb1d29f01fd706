package sink

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/starhost/starhost/event"
)

var update = flag.Bool("update", false, "rewrite the golden files")

func compareGolden(t *testing.T, path string, got []byte) {
	t.Helper()
	if *update {
		require.NoError(t, os.WriteFile(path, got, 0o644))
	}
	want, err := os.ReadFile(path)
	require.NoError(t, err, "run with -update to write it")
	assert.Equal(t, string(want), string(got))
}

func TestLines(t *testing.T) {
	var out bytes.Buffer
	lines := &Lines{W: &out}
	require.NoError(t, lines.Flush(), "nothing to flush")
	type alert struct {
		Rule  string          `json:"rule_id"`
		Tags  []string        `json:"tags,omitempty"`
		Event json.RawMessage `json:"event,omitempty"`
	}
	for _, v := range []any{
		alert{Rule: "A.One", Tags: []string{"<b>", "R&D"}},
		alert{Rule: "A.Two", Event: json.RawMessage("{\n\t\"n\": 12345678901234567890\n}")},
		map[string]any{"b": "line\nbreak", "a": "\u2028 \xff é"},
	} {
		require.NoError(t, lines.Write(t.Context(), v))
	}
	assert.Empty(t, out.String(), "written before Flush")

	var unsupported *json.UnsupportedTypeError
	assert.ErrorAs(t, lines.Write(t.Context(), map[string]any{"a": 1, "f": func() {}}), &unsupported)
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	assert.Equal(t, context.Canceled, lines.Write(ended, 1))

	require.NoError(t, lines.Write(t.Context(), "after errors"))
	require.NoError(t, lines.Flush())
	compareGolden(t, "testdata/lines.golden", out.Bytes())
}

func TestLinesConcurrent(t *testing.T) {
	var out bytes.Buffer
	lines := &Lines{W: &out}
	var writers sync.WaitGroup
	for i := range 4 {
		writers.Go(func() {
			for range 1000 {
				assert.NoError(t, lines.Write(t.Context(), strings.Repeat(fmt.Sprint(i), 100)))
			}
		})
	}
	writers.Wait()
	require.NoError(t, lines.Flush())
	assert.Equal(t, 4000, strings.Count(out.String(), "\n"))
	for line := range strings.Lines(out.String()) {
		require.Equal(t, `"`+strings.Repeat(line[1:2], 100)+"\"\n", line)
	}
}

// A filling writer has room for so many bytes.
type filling struct {
	bytes.Buffer
	room int
}

func (f *filling) Write(p []byte) (int, error) {
	n := min(len(p), f.room)
	f.room -= n
	f.Buffer.Write(p[:n])
	if n < len(p) {
		return n, syscall.ENOSPC
	}
	return n, nil
}

// TestLinesFull has a disk that is full for a while: no line is torn or lost,
// and those that failed are no more than those that were told to.
func TestLinesFull(t *testing.T) {
	for room := range 40 {
		out := &filling{room: room}
		lines := &Lines{W: out}
		taken, failed := "", false
		for i := range 10 {
			if lines.Write(t.Context(), i*111) == nil {
				taken += fmt.Sprintln(i * 111)
			}
			if i == 6 {
				out.room = 1000
			}
			if err := lines.Flush(); err != nil {
				failed = true
				require.Less(t, i, 6, "there is room")
				require.ErrorIs(t, err, syscall.ENOSPC)
			}
		}
		require.Equal(t, room < len("0\n111\n222\n333\n444\n555\n"), failed)
		require.Equal(t, taken, out.String(), "room for %d bytes", room)
	}
	out := new(filling)
	lines := &Lines{W: out}
	for range 100 {
		lines.Write(t.Context(), strings.Repeat("x", 10_000))
	}
	require.LessOrEqual(t, lines.waiting.Len(), 2*piece, "it does not grow without end")
}

// TestGone writes to pipes whose reader has gone.
func TestGone(t *testing.T) {
	gone := func() *os.File {
		r, w, err := os.Pipe()
		require.NoError(t, err)
		r.Close()
		t.Cleanup(func() { w.Close() })
		return w
	}
	t.Run("Flush", func(t *testing.T) {
		lines := &Lines{W: gone()}
		require.NoError(t, lines.Write(t.Context(), 1))
		assert.ErrorIs(t, lines.Flush(), syscall.EPIPE)
		assert.ErrorIs(t, lines.Write(t.Context(), 2), syscall.EPIPE, "the error stays")
		assert.ErrorIs(t, lines.Flush(), syscall.EPIPE)
	})
	t.Run("Write", func(t *testing.T) {
		lines := &Lines{W: gone()}
		assert.ErrorIs(t, lines.Write(t.Context(), strings.Repeat("x", 1<<20)), syscall.EPIPE)
	})
	t.Run("Dead", func(t *testing.T) {
		dead := &Dead{W: gone()}
		assert.ErrorIs(t, dead.Write(event.Raw{}, errors.New("a")), syscall.EPIPE)
		assert.ErrorIs(t, dead.Write(event.Raw{}, errors.New("b")), syscall.EPIPE)
	})
}

func TestDead(t *testing.T) {
	var out bytes.Buffer
	dead := &Dead{W: &out}
	for _, letter := range []struct {
		raw    event.Raw
		reason string
	}{
		{event.Raw{Source: "a.json", Line: 3, Index: 2, Data: []byte(`{"a":<&>`), LogType: "T"}, "not JSON: the input ends within the record"},
		{event.Raw{Source: "b.json"}, "open b.json: permission denied"},
		{event.Raw{Source: "-", Line: 1, Data: []byte("é\xff\x00")}, "not JSON: unexpected byte 0xc3, want an object"},
		{event.Raw{Source: "-", Line: 2, Index: 7, Data: []byte("{\n\t\"a\"\n}")}, "two\nlines"},
	} {
		require.NoError(t, dead.Write(letter.raw, errors.New(letter.reason)))
	}
	compareGolden(t, "testdata/dead.golden", out.Bytes())
}
