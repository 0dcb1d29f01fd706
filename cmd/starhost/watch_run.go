package main

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/starhost/starhost/ruleset"
)

// watchRun is run --watch: it runs, and again after each change of the rules,
// each time over all of the input and with nothing in the store. It ends with
// the context; what goes wrong in a run ends that run only.
func (c *command) watchRun(ctx context.Context, o *runOptions, inputs []string) error {
	if len(inputs) == 0 || slices.Contains(inputs, "-") {
		return errors.New("--watch reads its input again and again: name files, not standard input")
	}
	if o.store != "memory" {
		return fmt.Errorf("--watch begins each run without state: leave out --store %s", o.store)
	}
	run := func() {
		err := c.runRules(ctx, o, inputs)
		if ctx.Err() != nil {
			return
		}
		if exit, ok := errors.AsType[*exitError](err); err != nil && (!ok || exit.err != nil) {
			fmt.Fprintf(c.err, "starhost: %v\n", err)
		}
		fmt.Fprintln(c.err, "waiting for changes; end with Ctrl-C")
	}
	watcher := ruleset.Watcher{Paths: o.rules, Ready: run} // nothing is missed during the first run
	return watcher.Run(ctx, run)
}
