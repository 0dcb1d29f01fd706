package probe_test

import (
	"errors"
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
	"github.com/starhost/starhost/runtime/probe"
	"github.com/stretchr/testify/require"
	"go.starlark.net/lib/json"
	"go.starlark.net/starlark"
	"go.starlark.net/starlarkstruct"
	"go.starlark.net/syntax"
)

var update = flag.Bool("update", false, "write the results into the testdata files")

var dialect = syntax.FileOptions{Set: true, While: true, TopLevelControl: true, GlobalReassign: true, Recursion: true}

// A pass rewrites a tree and gives the names to predeclare.
type pass func(f *syntax.File, src []byte) starlark.StringDict

func plain(*syntax.File, []byte) starlark.StringDict { return nil }

func explained(f *syntax.File, src []byte) starlark.StringDict {
	return probe.Explain(f, src).Builtins()
}

func covered(f *syntax.File, _ []byte) starlark.StringDict { return probe.Cover(f).Builtins() }

// environment is what test programs find predeclared: as in guarded files, the
// functions of Starlark are.
func environment() starlark.StringDict {
	env := starlark.StringDict{
		"struct": starlark.NewBuiltin("struct", starlarkstruct.Make),
		"crowd":  crowd{},
		"once":   starlark.NewBuiltin("once", once),
	}
	for name, v := range starlark.Universe {
		if _, ok := v.(*starlark.Builtin); ok {
			env[name] = v
		}
	}
	return env
}

// once gives an iterable that can be gone through once.
func once(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var x starlark.Iterable
	err := starlark.UnpackPositionalArgs(b.Name(), args, kwargs, 1, &x)
	if err != nil {
		return nil, err
	}
	return &stream{elements: slices.Collect(starlark.Elements(x))}, nil
}

// compile compiles src after a pass.
func compile(src string, p pass) (*starlark.Program, starlark.StringDict, error) {
	f, err := dialect.Parse("rule.star", src, 0)
	if err != nil {
		return nil, nil, err
	}
	env := environment()
	for name, v := range p(f, []byte(src)) {
		env[name] = v
	}
	prog, err := starlark.FileProgram(f, env.Has)
	return prog, env, err
}

// load compiles src after a pass and runs its top level on thread.
func load(thread *starlark.Thread, src string, p pass) (starlark.StringDict, error) {
	prog, env, err := compile(src, p)
	if err != nil {
		return nil, err
	}
	return prog.Init(thread, env)
}

// decode gives a value of JSON.
func decode(t testing.TB, text string) starlark.Value {
	v, err := starlark.Call(new(starlark.Thread), json.Module.Members["decode"], starlark.Tuple{starlark.String(text)}, nil)
	require.NoError(t, err)
	return v
}

// outcome spells what a call gave: the value, or the error with its stack.
func outcome(v starlark.Value, err error) string {
	if ee, ok := errors.AsType[*starlark.EvalError](err); ok {
		return ee.Backtrace()
	}
	if err != nil {
		return err.Error()
	}
	return v.String()
}

// golden runs f on each testdata file of a folder, and compares what it gives
// with the last section of the file, "want".
func golden(t *testing.T, folder string, f func(t *testing.T, src string, inputs []string) string) {
	files, err := filepath.Glob(filepath.Join("testdata", folder, "*.txtar"))
	require.NoError(t, err)
	require.NotEmpty(t, files)
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			archive, err := txtar.ParseFile(file)
			require.NoError(t, err)
			require.Len(t, archive.Files, 3)
			inputs := strings.Split(strings.TrimSpace(string(archive.Files[1].Data)), "\n")
			got := f(t, string(archive.Files[0].Data), inputs)
			want := &archive.Files[2]
			require.Equal(t, "want", want.Name)
			if *update {
				want.Data = []byte(got)
				require.NoError(t, os.WriteFile(file, txtar.Format(archive), 0o666))
				return
			}
			require.Equal(t, string(want.Data), got)
		})
	}
}

// crowd is an iterable of 100,000 elements, whose number it does not tell.
type crowd struct{ n int }

func (crowd) Iterate() starlark.Iterator { return new(crowd) }
func (crowd) Done()                      {}
func (crowd) String() string             { return "crowd" }
func (crowd) Type() string               { return "crowd" }
func (crowd) Freeze()                    {}
func (crowd) Truth() starlark.Bool       { return true }
func (crowd) Hash() (uint32, error)      { return 0, nil }

func (m *crowd) Next(p *starlark.Value) bool {
	m.n++
	*p = starlark.None
	return m.n <= 100_000
}

// stream is an iterable that can be gone through once.
type stream struct {
	starlark.NoneType
	elements []starlark.Value
}

func (s *stream) Iterate() starlark.Iterator { return s }
func (s *stream) Type() string               { return "stream" }
func (s *stream) Done()                      {}

func (s *stream) Next(p *starlark.Value) bool {
	if len(s.elements) == 0 {
		return false
	}
	*p, s.elements = s.elements[0], s.elements[1:]
	return true
}

func TestHidden(t *testing.T) {
	src := "def f(x):\n  if x: return x == 1\n"
	for _, p := range []pass{explained, covered} {
		f, err := dialect.Parse("rule.star", src, 0)
		require.NoError(t, err)
		names := p(f, []byte(src))
		require.NotEmpty(t, names)
		for name := range names {
			require.True(t, probe.Hidden(name), name)
		}
	}
	for _, name := range []string{"f", "lambda", "<toplevel>", "(+)", ""} {
		require.False(t, probe.Hidden(name), name)
	}
}
