package main

import (
	"context"
	"crypto/sha256"
	"fmt"
	"os"
	"slices"

	"github.com/starhost/starhost/ruleset"
	"github.com/starhost/starhost/ruletest"
	"github.com/starhost/starhost/runtime"
)

// watchTests runs the selected tests, and then, whenever files change, those of
// the rules that changed: in themselves, their metadata, or a helper. It ends
// with the context.
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

	versions map[string][sha256.Size]byte // of the rules and test files, by path
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
	if err := t.run(ctx, tests, w.seed); err != nil && err.Error() != "<nil>" {
		fmt.Fprintf(w.err, "starhost: %v\n", err)
	}
	fmt.Fprintln(w.err, "waiting for changes; end with Ctrl-C")
}

// versions gives what tells one version of each rule and test file from the
// next.
func versions(set *ruleset.Set) map[string][sha256.Size]byte {
	all := make(map[string][sha256.Size]byte)
	for _, r := range slices.Concat(set.Rules(), set.Disabled()) {
		all[r.Path] = ruleVersion(r)
	}
	for _, path := range set.Tests() {
		if file, _ := set.File(path, ""); file != nil {
			all[path] = file.Hash
		}
	}
	return all
}

func ruleVersion(r *runtime.Rule) [sha256.Size]byte {
	text, err := os.ReadFile(r.Metadata.File)
	if err != nil {
		return r.Hash // it has no metadata, or has just lost it
	}
	return sha256.Sum256(append(text, r.Hash[:]...))
}
