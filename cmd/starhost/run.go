package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/spf13/cobra"
	"github.com/starhost/starhost/alert"
	"github.com/starhost/starhost/builtins/caching"
	"github.com/starhost/starhost/engine"
	"github.com/starhost/starhost/event"
	"github.com/starhost/starhost/internal/strictyaml"
	"github.com/starhost/starhost/ruleset"
	"github.com/starhost/starhost/runtime"
	"github.com/starhost/starhost/runtime/guard"
	"github.com/starhost/starhost/sink"
	"github.com/starhost/starhost/source"
)

type runOptions struct {
	rules      []string
	logType    string
	store      string
	matches    bool
	strict     bool
	deadLetter string
	workers    int
	clock      string
	timeFields []string
	logFormat  string
	quiet      bool
	resources  bool
	allowEmpty bool
	watch      bool
	limits     guard.Limits
}

func (c *command) runCommand() *cobra.Command {
	o := &runOptions{}
	cmd := &cobra.Command{
		Use:   "run [INPUT…]",
		Short: "Run rules over logs and write alerts as JSON lines",
		Long: `run sends the events of its inputs through rules and writes one line of JSON for
each alert to standard output. INPUT is a file, a directory, a glob, or "-" for
standard input, which is the default. An input holds JSON lines, an array,
objects one after the other, or an object with an array Records; it may be
compressed with gzip or zstd.

Time is told by the events themselves (--clock event): rules, the lifetimes of
what they keep, and the windows of alerts see the time of the latest event so
far. The same input gives the same alerts, on any number of cores.

Fields that the rules' lookup tables have data for are looked up, and found in
p_enrichment. With --resources, events are cloud resources and policies see
them, by the type that --log-type or p_log_type gives.

What is not JSON is reported, counted and written to --dead-letter; a rule that
fails is reported, and the others run on.` + "\n" + exitCodesHelp,
		Example: `  starhost run --rules rules events.jsonl
  starhost run --rules rules --log-type AWS.CloudTrail logs/cloudtrail
  zcat okta.json.gz | starhost run --rules rules --log-type Okta.SystemLog
  starhost run --matches --rules rules events.jsonl | jq .rule_id
  starhost run --watch --rules rules events.jsonl
  starhost run --rules panther-analysis --log-type AWS.CloudTrail logs/cloudtrail`,
		RunE: func(cmd *cobra.Command, args []string) error {
			if o.watch {
				return c.watchRun(cmd.Context(), o, args)
			}
			return c.runRules(cmd.Context(), o, args)
		},
	}
	flags := cmd.Flags()
	flags.StringArrayVar(&o.rules, "rules", []string{"rules"}, "directory or file of rules (repeatable)")
	flags.StringVar(&o.logType, "log-type", "", "p_log_type of events that have none")
	flags.StringVar(&o.store, "store", "memory", "where rules keep their state: "+storeHelp)
	flags.BoolVar(&o.matches, "matches", false, "write each match and each failure of a rule instead of alerts")
	flags.BoolVar(&o.strict, "strict", false, "exit with 1 if a rule failed or a record was refused")
	flags.StringVar(&o.deadLetter, "dead-letter", "", "file for the records that are refused, as JSON lines")
	flags.IntVar(&o.workers, "workers", 0, "goroutines that evaluate rules; 0 is one a core")
	flags.StringVar(&o.clock, "clock", "event", "what tells the time: event, wall")
	flags.StringArrayVar(&o.timeFields, "time-field", nil,
		"field with an event's time (repeatable, first found counts; default "+strings.Join(engine.TimeFields, ", ")+")")
	flags.StringVar(&o.logFormat, "log-format", "text", "form of the log on standard error: text, json")
	flags.BoolVarP(&o.quiet, "quiet", "q", false, "no summary and no progress on standard error")
	flags.BoolVar(&o.resources, "resources", false, "events are cloud resources: run policies over them, not rules")
	flags.BoolVar(&o.allowEmpty, "allow-empty", false, "finding no rules is no error")
	flags.BoolVar(&o.watch, "watch", false, "run again, from the start and with empty state, whenever rules change")
	limitFlags(flags, &o.limits)
	return cmd
}

// runRules is the command run.
func (c *command) runRules(ctx context.Context, o *runOptions, inputs []string) error {
	log, err := newLogger(o.logFormat, c.err)
	if err != nil {
		return err
	}
	clock, err := o.engineClock()
	if err != nil {
		return err
	}
	store, closeStore, err := c.openStore(ctx, o.store, forRules)
	if err != nil {
		return err
	}
	defer closeStore()
	set, diags, err := o.load(store)
	if err != nil {
		return err
	}
	broken := c.showDiagnostics(diags)
	dead, closeDead, err := o.openDeadLetter()
	if err != nil {
		return err
	}
	r := &running{command: c, options: o, log: log, dead: dead, started: time.Now()}
	r.notRun = countKinds(set.Contents().NotRunOver(o.resources))
	if err := r.openSource(inputs); err != nil {
		return err
	}
	defer r.files.Close()
	r.engine = &engine.Engine{
		Rules:    func() *ruleset.Set { return set },
		Source:   r.files,
		Sink:     &delivered{sink.Lines{W: c.out}},
		Windows:  &alert.Windows{Counter: caching.Windows{Store: store}},
		Matches:  o.matches,
		Clock:    clock,
		Limits:   o.limits,
		Workers:  o.workers,
		Rejected: r.bury,
		Log:      log,
		Print:    r.print,
	}
	err = errors.Join(r.run(ctx), closeDead(), closeStore())
	return r.exit(err, broken)
}

// delivered are the lines of what is to be delivered.
type delivered struct{ sink.Lines }

func (d *delivered) Write(ctx context.Context, v any) error {
	if a, ok := v.(*alert.Alert); ok && a.Withheld() {
		return nil
	}
	return d.Lines.Write(ctx, v)
}

// load loads what sees the events: rules, or policies.
func (o *runOptions) load(store caching.Store) (*ruleset.Set, []*runtime.Diagnostic, error) {
	kind := runtime.KindRule
	if o.resources {
		kind = runtime.KindPolicy
	}
	loader := &ruleset.Loader{
		Paths:   o.rules,
		Modules: modules(store),
		Worker:  runtime.Worker{Limits: &o.limits},
		Only:    func(meta *runtime.Metadata, _ *strictyaml.Document) bool { return meta.Kind == kind },
	}
	set, diags, err := loadSet(loader, o.allowEmpty)
	if err == nil && o.resources {
		set = set.ForResources()
	}
	return set, diags, err
}

// newLogger makes the log on standard error.
func newLogger(format string, w io.Writer) (*slog.Logger, error) {
	switch format {
	case "text":
		return slog.New(slog.NewTextHandler(w, nil)), nil
	case "json":
		return slog.New(slog.NewJSONHandler(w, nil)), nil
	}
	return nil, fmt.Errorf("--log-format is %q, want text or json", format)
}

func (o *runOptions) engineClock() (engine.Clock, error) {
	switch o.clock {
	case "event":
		return engine.Clock{Fields: o.timeFields}, nil
	case "wall":
		return engine.Clock{Fields: o.timeFields, Now: time.Now}, nil
	}
	return engine.Clock{}, fmt.Errorf("--clock is %q, want event or wall", o.clock)
}

// showDiagnostics prints what is wrong with the rules and tells whether any
// does not load.
func (c *command) showDiagnostics(diags []*runtime.Diagnostic) (broken bool) {
	for _, d := range diags {
		broken = broken || d.IsError()
		fmt.Fprint(c.err, prettyDiagnostic(d, colours(c.err)))
	}
	return broken
}

func (o *runOptions) openDeadLetter() (*sink.Dead, func() error, error) {
	if o.deadLetter == "" {
		return nil, func() error { return nil }, nil
	}
	f, err := os.Create(o.deadLetter)
	if err != nil {
		return nil, nil, fmt.Errorf("open --dead-letter: %w", err)
	}
	return &sink.Dead{W: f}, f.Close, nil
}

// running is one run of the command.
type running struct {
	*command
	options *runOptions
	engine  *engine.Engine
	files   *source.Files
	log     *slog.Logger
	started time.Time
	notRun  string // what the rule directories have that does not run here

	mu      sync.Mutex // guards what follows
	dead    *sink.Dead
	deadErr error
	bad     int
}

func (r *running) openSource(inputs []string) error {
	r.files = &source.Files{Paths: inputs, LogType: r.options.logType, Stdin: r.in, Bad: r.bury}
	return r.files.Resolve()
}

// bury reports a piece of input that is no event, and keeps it. The source
// and the engine call it, each on a goroutine of its own.
func (r *running) bury(raw event.Raw, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.bad++
	r.log.Warn("record refused", "at", fmt.Sprintf("%s:%d", raw.Source, raw.Line), "error", err)
	if r.dead != nil && r.deadErr == nil {
		r.deadErr = r.dead.Write(raw, err)
	}
}

// print takes what a rule prints.
func (r *running) print(call *runtime.Call, pos, text string) {
	r.log.Info("print", "rule", call.Rule, "at", pos, "text", text)
}

// run runs the engine, with progress on a terminal.
func (r *running) run(ctx context.Context) error {
	stop := func() {}
	if !r.options.quiet && isTerminal(r.err) {
		stop = r.showProgress()
	}
	err := r.engine.Run(ctx)
	stop()
	if !r.options.quiet {
		fmt.Fprintln(r.err, r.summary())
		if r.notRun != "" {
			fmt.Fprintf(r.err, "not run: %s\n", r.notRun)
		}
	}
	return errors.Join(err, r.deadErr)
}

// summary tells how far the run came.
func (r *running) summary() string {
	s := r.engine.Stats()
	parts := []string{
		plural(int(s.Records-s.Rejected), "event", "events"),
		plural(int(s.Matches), "match", "matches"),
	}
	if !r.options.matches {
		parts = append(parts, plural(int(s.Alerts-s.Withheld), "alert", "alerts"))
	}
	for _, more := range []struct {
		n    int64
		what string
	}{
		{s.Counted, "matches in open alerts"},
		{s.Pending, "matches below their threshold"},
		{s.Withheld, "alerts not delivered (no destinations)"},
		{int64(r.bad), "records refused"},
		{s.RuleErrors, "rule errors"},
		{s.FieldErrors, "errors of title, dedup and the like"},
		{s.StoreErrors, "store errors"},
	} {
		if more.n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", more.n, more.what))
		}
	}
	took := time.Since(r.started)
	rate := float64(s.Records) / max(took.Seconds(), 1e-9)
	return fmt.Sprintf("%s in %s (%.0f events/s)", strings.Join(parts, ", "), took.Round(time.Millisecond), rate)
}

// exit turns the outcome into an exit code.
func (r *running) exit(err error, broken bool) error {
	s := r.engine.Stats()
	switch {
	case errors.Is(err, context.Canceled):
		return &exitError{exitInterrupted, errors.New("interrupted: what was in flight is finished, the rest of the input was not read")}
	case errors.Is(err, syscall.EPIPE):
		return nil // the reader of the alerts has what it wants
	case err != nil:
		return &exitError{exitUsage, err}
	case s.StoreErrors > 0:
		return &exitError{exitUsage, fmt.Errorf("the store failed for %s", plural(int(s.StoreErrors), "call", "calls"))}
	case broken:
		return &exitError{exitLoad, errors.New("not all rules loaded (see above)")}
	case r.options.strict && (r.bad > 0 || s.RuleErrors+s.FieldErrors > 0):
		return &exitError{code: exitFindings}
	}
	return nil
}
