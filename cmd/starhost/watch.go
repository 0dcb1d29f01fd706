package main

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/starhost/starhost/ruleset"
	"github.com/starhost/starhost/ruletest"
)

// watchTests runs the selected tests, and then, whenever files change, those of
// what has changed. It ends with the context.
func (c *command) watchTests(ctx context.Context, o *testOptions, paths []string, selected *selection, seed *uint64) error {
	w := &watching{command: c, options: o, paths: paths, selected: selected, seed: seed}
	run := func() { w.runChanged(ctx) }
	watcher := ruleset.Watcher{Paths: paths, Ready: run} // nothing is missed during the first run
	return watcher.Run(ctx, run)
}

// watching is a run of test --watch.
type watching struct {
	*command
	options  *testOptions
	paths    []string
	selected *selection
	seed     *uint64

	versions map[string]string // of the rules and test files, by path
}

// runChanged runs the tests of what is not as it was when this was called last.
func (w *watching) runChanged(ctx context.Context) {
	t := &testRun{command: w.command, options: w.options, paths: w.paths}
	if err := t.load(w.selected); err != nil {
		fmt.Fprintf(w.err, "starhost: %v\n", err)
		return
	}
	before := w.versions
	w.versions = versions(t.suite.Set)
	tests := slices.DeleteFunc(t.pick(w.selected), func(test *ruletest.Test) bool {
		path := test.Pos.Filename()
		if test.Rule != nil {
			path = test.Rule.Path
		}
		old, known := before[path]
		return known && old == w.versions[path]
	})
	if len(tests) == 0 && !t.broken {
		return
	}
	err := t.run(ctx, tests, w.seed)
	if ctx.Err() != nil {
		return
	}
	if exit, ok := errors.AsType[*exitError](err); err != nil && (!ok || exit.err != nil) {
		fmt.Fprintf(w.err, "starhost: %v\n", err)
	}
	fmt.Fprintln(w.err, "waiting for changes; end with Ctrl-C")
}

// versions gives what tells one version of each rule and test file from the
// next. A test file can ask any rule, so any change is one of it.
func versions(set *ruleset.Set) map[string]string {
	all := make(map[string]string)
	for _, r := range slices.Concat(set.Rules(), set.Disabled()) {
		version := set.RuleVersion(r)
		all[r.Path] = string(version[:])
	}
	for _, path := range set.Tests() {
		if file, _ := set.File(path, ""); file != nil {
			all[path] = string(file.Hash[:]) + set.Version()
		}
	}
	return all
}
