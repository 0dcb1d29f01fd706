// Command starhost runs security detections written in Starlark or Python: over
// logs, and under test. It is the only package that knows flags, files and the
// environment; one file holds one subcommand.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop) // a second signal ends the program at once
	c := &command{in: os.Stdin, out: os.Stdout, err: os.Stderr}
	os.Exit(c.run(ctx, os.Args[1:]))
}

// command is the program with its streams.
type command struct {
	in       io.Reader
	out, err io.Writer

	configured *configuration // where the settings of the command that runs come from
}

// The exit codes, the same for every subcommand.
const (
	exitOK          = 0
	exitFindings    = 1
	exitLoad        = 2
	exitUsage       = 3
	exitInterrupted = 130
)

const exitCodesHelp = `
Exit codes:
  0    ran, nothing to report
  1    findings: a failed test, too little coverage, a lint finding at or above
       --fail-level, rule errors with --strict
  2    a rule or test file does not load
  3    wrong use: a flag, a path, nothing found to do, a store out of reach
  130  interrupted`

// An exitError ends the program with a code; err, if not nil, is printed.
type exitError struct {
	code int
	err  error
}

func (e *exitError) Error() string { return fmt.Sprint(e.err) }
func (e *exitError) Unwrap() error { return e.err }

func (c *command) run(ctx context.Context, args []string) int {
	root := c.root()
	root.SetArgs(args)
	root.SetIn(c.in)
	root.SetOut(c.out)
	root.SetErr(c.err)
	err := root.ExecuteContext(ctx)
	if err == nil {
		return exitOK
	}
	exit, ok := errors.AsType[*exitError](err)
	if !ok {
		exit = &exitError{exitUsage, err}
	}
	if exit.err != nil {
		fmt.Fprintf(c.err, "starhost: %v\n", exit.err)
	}
	return exit.code
}

func (c *command) root() *cobra.Command {
	root := &cobra.Command{
		Use:   "starhost",
		Short: "Run stateful security detections anywhere",
		Long: `starhost runs security detections: small files with a function rule(event)
that says whether a log event is suspicious, and that may keep counters, string
sets and dictionaries between events. They are written in Starlark (.star) or
Python (.py), which no Python is needed for; a checkout of Panther's detections
runs as it is.`,
		Example: `  starhost run --rules rules events.jsonl     alerts as JSON lines
  starhost test rules                         the rules' unit tests
  starhost check rules                        all errors of all rule files`,
		SilenceErrors: true,
		SilenceUsage:  true,
	}
	root.AddCommand(c.runCommand(), c.testCommand(), c.checkCommand(), c.evalCommand(), c.explainCommand(), c.cacheCommand(), c.inspectCommand(), c.serveCommand(), c.configCommand(), c.versionCommand())
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		return &exitError{exitUsage, fmt.Errorf("%w (see %s --help)", err, cmd.CommandPath())}
	})
	configFlag(root.PersistentFlags())
	root.PersistentPreRunE = func(cmd *cobra.Command, _ []string) error { return c.configure(cmd) }
	return root
}
