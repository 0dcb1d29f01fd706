// Package startest runs .star files as Go tests. A file holds chunks, divided
// by lines of "---"; each is loaded on its own, as a rule file is. A line on
// which an error is expected says so: ### "regexp", quoted as in Go, of the
// diagnostic's message. Every other diagnostic fails the test.
//
// Beside the modules of the test, chunks can load these from "assert":
//
//	eq(got, want)
//	ne(got, other)
//	true(condition)
//	contains(container, element)
//	fails(function, regexp)   # of the error's message
package startest

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/starhost/starhost/runtime"
	"go.starlark.net/starlark"
	"go.starlark.net/syntax"
)

// now is what the clocks of chunks show: a number of whole seconds and a
// fraction, so that tests see both.
var now = time.Date(2026, 1, 2, 3, 4, 5, 678901000, time.UTC)

// Run runs all files that match the glob, each as a subtest, with the given
// modules. No file at all is a failure.
func Run(t *testing.T, glob string, modules ...runtime.Module) {
	t.Helper()
	files, err := filepath.Glob(glob)
	if err != nil || len(files) == 0 {
		t.Fatalf("no files match %s (%v)", glob, err)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) { runFile(t, file, modules) })
	}
}

func runFile(t *testing.T, file string, modules []runtime.Module) {
	src, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	line := 0
	for i, chunk := range strings.Split("\n"+string(src), "\n---\n") {
		if i == 0 {
			chunk = strings.TrimPrefix(chunk, "\n")
		}
		runChunk(t, file, strings.Repeat("\n", line)+chunk, modules)
		line += strings.Count(chunk, "\n") + 2
	}
}

// runChunk loads one chunk, which blank lines put at its place in the file.
func runChunk(t *testing.T, file, chunk string, modules []runtime.Module) {
	want := expectations(t, file, chunk)
	loader := runtime.Loader{
		Modules:  append([]runtime.Module{assertModule()}, modules...),
		ReadFile: func(string) ([]byte, error) { return []byte(chunk), nil },
		Now:      now,
	}
	_, diags := loader.File(file, "startest")
	for _, d := range diags {
		line := int(d.Pos.Line)
		if re := want[line]; re != nil && re.MatchString(d.Msg) {
			delete(want, line)
			continue
		}
		t.Errorf("\n%s", d.Error())
	}
	for line, re := range want {
		t.Errorf("\n%s:%d: no error, want one that matches %q", file, line, re)
	}
}

// expectations finds the ### comments of a chunk, by line.
func expectations(t *testing.T, file, chunk string) map[int]*regexp.Regexp {
	want := make(map[int]*regexp.Regexp)
	for i, line := range strings.Split(chunk, "\n") {
		_, quoted, ok := strings.Cut(line, "###")
		if !ok {
			continue
		}
		pattern, err := strconv.Unquote(strings.TrimSpace(quoted))
		if err != nil {
			t.Fatalf("%s:%d: not a quoted regexp: %s", file, i+1, quoted)
		}
		want[i+1] = regexp.MustCompile(pattern)
	}
	return want
}

func assertModule() runtime.Module {
	members := starlark.StringDict{}
	for name, fn := range map[string]func(*starlark.Thread, starlark.Tuple) error{
		"eq":       assertEq,
		"ne":       assertNe,
		"true":     assertTrue,
		"contains": assertContains,
		"fails":    assertFails,
	} {
		members[name] = starlark.NewBuiltin(name, func(t *starlark.Thread, _ *starlark.Builtin, args starlark.Tuple, _ []starlark.Tuple) (starlark.Value, error) {
			return starlark.None, fn(t, args)
		})
	}
	return runtime.Module{Names: []string{"assert"}, Members: members}
}

func assertEq(_ *starlark.Thread, args starlark.Tuple) error {
	var got, want starlark.Value
	if err := starlark.UnpackPositionalArgs("eq", args, nil, 2, &got, &want); err != nil {
		return err
	}
	if ok, err := starlark.Equal(got, want); err != nil || !ok {
		return fmt.Errorf("got %s, want %s", got, want)
	}
	return nil
}

func assertNe(_ *starlark.Thread, args starlark.Tuple) error {
	var got, other starlark.Value
	if err := starlark.UnpackPositionalArgs("ne", args, nil, 2, &got, &other); err != nil {
		return err
	}
	if ok, err := starlark.Equal(got, other); err != nil || ok {
		return fmt.Errorf("got %s, want anything else", got)
	}
	return nil
}

func assertTrue(_ *starlark.Thread, args starlark.Tuple) error {
	var cond starlark.Value
	if err := starlark.UnpackPositionalArgs("true", args, nil, 1, &cond); err != nil {
		return err
	}
	if !cond.Truth() {
		return fmt.Errorf("got %s, want a true value", cond)
	}
	return nil
}

func assertContains(_ *starlark.Thread, args starlark.Tuple) error {
	var container, element starlark.Value
	if err := starlark.UnpackPositionalArgs("contains", args, nil, 2, &container, &element); err != nil {
		return err
	}
	if in, err := starlark.Binary(syntax.IN, element, container); err != nil || !in.Truth() {
		return fmt.Errorf("%s has no %s", container, element)
	}
	return nil
}

func assertFails(thread *starlark.Thread, args starlark.Tuple) error {
	var fn starlark.Callable
	var pattern string
	if err := starlark.UnpackPositionalArgs("fails", args, nil, 2, &fn, &pattern); err != nil {
		return err
	}
	re, err := regexp.Compile(pattern)
	if err != nil {
		return err
	}
	v, err := starlark.Call(thread, fn, nil, nil)
	if err == nil {
		return fmt.Errorf("got %s, want an error that matches %q", v, pattern)
	}
	if !re.MatchString(err.Error()) {
		return fmt.Errorf("got error %q, want one that matches %q", err, pattern)
	}
	return nil
}
