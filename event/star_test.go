package event_test

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/starhost/starhost/event"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	starlarkjson "go.starlark.net/lib/json"
	"go.starlark.net/starlark"
	"go.starlark.net/syntax"
)

// TestStar runs testdata/*.star. A file holds chunks, divided by "---"; a
// chunk that must fail has the message on the last line, as ### "regexp".
// This package is below the one that runs such files for the others.
func TestStar(t *testing.T) {
	files, err := filepath.Glob("testdata/*.star")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	for _, file := range files {
		src, err := os.ReadFile(file)
		require.NoError(t, err)
		line := 1
		for chunk := range strings.SplitSeq(string(src), "---\n") {
			t.Run(fmt.Sprintf("%s:%d", filepath.Base(file), line), func(t *testing.T) { runChunk(t, chunk) })
			line += strings.Count(chunk, "\n") + 1
		}
	}
}

func runChunk(t *testing.T, chunk string) {
	chunk, quoted, fails := strings.Cut(chunk, "###")
	_, err := starlark.ExecFileOptions(&syntax.FileOptions{TopLevelControl: true, GlobalReassign: true, Set: true}, chunkThread(t), "chunk.star", chunk, starlark.StringDict{
		"decode":    starlark.NewBuiltin("decode", decodeText),
		"eq":        starlark.NewBuiltin("eq", assertEqual),
		"deep_get":  starlark.NewBuiltin("deep_get", deepGet),
		"deep_walk": starlark.NewBuiltin("deep_walk", deepWalk),
		"json":      starlarkjson.Module,
	})
	if !fails {
		assert.NoError(t, err)
		return
	}
	pattern, unquoteErr := strconv.Unquote(strings.TrimSpace(quoted))
	require.NoError(t, unquoteErr)
	require.Error(t, err)
	assert.Regexp(t, regexp.MustCompile(pattern), err.Error())
}

func decodeText(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var text string
	if err := starlark.UnpackArgs(b.Name(), args, kwargs, "text", &text); err != nil {
		return nil, err
	}
	return event.Decode([]byte(text))
}

// assertEqual compares with event.Equal, which takes either order.
func assertEqual(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, _ []starlark.Tuple) (starlark.Value, error) {
	got, want := args[0], args[1]
	for _, pair := range [][2]starlark.Value{{got, want}, {want, got}} {
		eq, err := event.Equal(pair[0], pair[1])
		if err != nil {
			return nil, err
		}
		if !eq || got.Type() != want.Type() {
			return nil, fmt.Errorf("got %v, want %v", got, want)
		}
	}
	return starlark.None, nil
}

func deepGet(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var def starlark.Value = starlark.None
	if err := starlark.UnpackArgs(b.Name(), nil, kwargs, "default?", &def); err != nil {
		return nil, err
	}
	return event.DeepGet(args[0], args[1:], def)
}

func deepWalk(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var def starlark.Value = starlark.None
	var which string
	if err := starlark.UnpackArgs(b.Name(), nil, kwargs, "default?", &def, "return_val?", &which); err != nil {
		return nil, err
	}
	return event.DeepWalk(args[0], args[1:], def, which)
}
