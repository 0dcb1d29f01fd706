package main

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/starhost/starhost/alert"
	"github.com/starhost/starhost/builtins/caching"
	"github.com/starhost/starhost/builtins/caching/dynamodb"
	"github.com/starhost/starhost/engine"
	"github.com/starhost/starhost/event"
	"github.com/starhost/starhost/internal/strictyaml"
	"github.com/starhost/starhost/ruleset"
	"github.com/starhost/starhost/runtime"
	"github.com/starhost/starhost/sink"
	"github.com/starhost/starhost/source"
	"github.com/starhost/starhost/status"
)

// A service is one run of serve: what open makes of its settings, in the order
// in which events pass through.
type service struct {
	*command
	*serveSettings
	log *slog.Logger

	store    caching.Store
	live     *ruleset.Live
	sinks    *sinks
	engine   *engine.Engine
	events   *source.HTTP
	tails    []*source.Tail
	listener net.Listener
	server   *http.Server

	reporter *status.Reporter
	watched  status.Store
	rules    status.Rules
	reloads  status.Reloads
	errors   status.ErrorLog

	token atomic.Pointer[[]byte] // hash of the bearer token, nil for none
	tls   atomic.Pointer[tls.Config]

	dead     *sink.Dead // or nil
	deadFile *deadFile  // that it writes to

	hangup    chan os.Signal
	closers   []func() error // what open has opened, in that order
	abandoned bool           // inputs go on beyond the end: nothing may be closed
}

// open makes everything ready. What it has opened is closed by close, whether
// it fails or not.
func (s *service) open(ctx context.Context) error {
	s.rules.UnhealthyAfter = time.Duration(s.UnhealthyAfter)
	s.watched.Name = strings.SplitN(s.Store, "?", 2)[0]
	if err := os.MkdirAll(s.DataDir, 0o700); err != nil {
		return fmt.Errorf("make --data-dir: %w", err)
	}
	unlock, err := lockFolder(s.file("lock"))
	if err != nil {
		return err
	}
	s.onClose(unlock)
	for _, step := range []func(context.Context) error{
		s.openStore, s.openRules, s.openSinks, s.openEngine, s.openServer,
	} {
		if err := step(ctx); err != nil {
			return err
		}
	}
	return nil
}

// onClose notes how to close what was opened.
func (s *service) onClose(f func() error) { s.closers = append(s.closers, f) }

// close closes what open has opened, the last first.
func (s *service) close() {
	for i := len(s.closers) - 1; i >= 0; i-- {
		if err := s.closers[i](); err != nil {
			s.log.Error("not closed in order", "error", err)
		}
	}
	s.closers = nil
}

func (s *service) openStore(ctx context.Context) error {
	store, closeStore, err := s.command.openStore(ctx, s.Store, forRules)
	if err != nil {
		return err
	}
	s.onClose(closeStore)
	if table, ok := store.(*dynamodb.Store); ok {
		s.watched.Table = func() status.Table { return tableStatus(table.Stats()) }
	}
	s.store = s.watched.Watch(store)
	return nil
}

func tableStatus(s dynamodb.Stats) status.Table {
	return status.Table{
		Requests: s.Requests, Retries: s.Retries, Throttled: s.Throttled,
		Ambiguous: s.Ambiguous, Recovered: s.Recovered, Coalesced: s.Coalesced,
	}
}

// openRules reads the rules for the first time.
func (s *service) openRules(ctx context.Context) error {
	s.live = &ruleset.Live{
		Rules: ruleset.Loader{
			Paths:   s.Rules,
			Modules: modules(s.store),
			Worker:  runtime.Worker{Limits: &s.Limits},
			Only:    func(meta *runtime.Metadata, _ *strictyaml.Document) bool { return meta.Kind == runtime.KindRule },
		},
		Changed: s.reloaded,
		Watch:   ruleset.Watcher{Tick: time.Duration(s.ReloadInterval), Log: s.log},
	}
	if s.ReloadTests {
		s.live.Gate = s.gate
	}
	report, err := s.live.Reload(ctx)
	if err != nil {
		return err
	}
	if len(s.live.Set().Rules()) == 0 && len(report.Refused) == 0 {
		return fmt.Errorf("no rules found in %s (looked for *.star, *.py, and *.yml with AnalysisType: rule)", strings.Join(s.Rules, ", "))
	}
	return nil
}

func (s *service) openEngine(context.Context) error {
	if s.DeadLetter != "" {
		s.deadFile = &deadFile{path: s.DeadLetter}
		if err := s.deadFile.reopen(); err != nil {
			return err
		}
		s.onClose(s.deadFile.close)
		s.dead = &sink.Dead{W: s.deadFile}
	}
	s.engine = &engine.Engine{
		Rules:     s.live.Set,
		Sink:      s.sinks.router,
		Windows:   &alert.Windows{Counter: caching.Windows{Store: s.store}},
		Clock:     engine.Clock{Now: time.Now, Fields: s.TimeFields},
		Limits:    s.Limits,
		Workers:   s.Workers,
		Rejected:  s.bury,
		Evaluated: s.rules.Evaluated,
		Opened:    s.rules.Opened,
		Log:       s.log,
		Allow:     s.errors.Allow,
		Print: func(call *runtime.Call, pos, text string) {
			if n, ok := s.errors.Allow(call.Rule, alert.Failure{Type: "print", At: pos}); ok {
				s.log.Info("print", "rule", call.Rule, "at", pos, "text", text[:min(len(text), longestPrint)], "not_logged", n)
			}
		},
	}
	s.events = &source.HTTP{
		Handle:      s.handleWithType(s.LogType),
		Bad:         s.bury,
		MaxBody:     int64(s.Ingest.MaxBody),
		MaxText:     int64(s.Ingest.MaxText),
		MaxRecord:   int(s.Ingest.MaxRecord),
		MaxRequests: s.Ingest.MaxRequests,
		MaxBytes:    int64(s.Ingest.MaxInFlight),
	}
	s.openTails()
	return nil
}

// A deadFile is the file of dead letters.
type deadFile struct {
	path string

	mu sync.Mutex // letters are rare: it is held while one is written
	f  *os.File
}

// reopen opens the file by its name, again if it is open. After an error it is
// as before.
func (d *deadFile) reopen() error {
	f, err := os.OpenFile(d.path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("open --dead-letter: %w", err)
	}
	d.mu.Lock()
	before := d.f
	d.f = f
	d.mu.Unlock()
	if before == nil {
		return nil
	}
	return before.Close()
}

// Write implements io.Writer.
func (d *deadFile) Write(p []byte) (int, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.f.Write(p)
}

// close is called once, when nothing is written any more.
func (d *deadFile) close() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.f.Close()
}

// longestPrint is how much is logged, in bytes, of what a rule prints.
const longestPrint = 4 << 10

// handleWithType is the engine's Handle for records that may lack a log type.
func (s *service) handleWithType(logType string) func(context.Context, []event.Raw) []error {
	return func(ctx context.Context, records []event.Raw) []error {
		for i := range records {
			if records[i].LogType == "" {
				records[i].LogType = logType
			}
		}
		return s.engine.Handle(ctx, records)
	}
}

// bury keeps a piece of input that is no event. Requests and files call it at
// the same time.
func (s *service) bury(raw event.Raw, err error) {
	if n, ok := s.errors.Allow("", alert.Failure{Type: "record refused", At: raw.Source}); ok {
		s.log.Warn("record refused", "at", fmt.Sprintf("%s:%d", raw.Source, raw.Line), "error", err, "not_logged", n)
	}
	if s.dead == nil {
		return
	}
	if err := s.dead.Write(raw, err); err != nil {
		if _, ok := s.errors.Allow("", alert.Failure{Type: "dead letter"}); ok {
			s.log.Error("a refused record is not kept", "error", err)
		}
	}
}

// run serves until ctx ends, and then finishes what has come.
func (s *service) run(ctx context.Context) error {
	inputs, stopInputs := context.WithCancel(ctx) // ends with ctx, or if one fails
	defer stopInputs()
	outputs, stopOutputs := context.WithCancel(context.WithoutCancel(ctx))
	defer stopOutputs()

	var in, out sync.WaitGroup
	var failed errorList
	start := func(wg *sync.WaitGroup, what string, f func() error) {
		wg.Go(func() {
			if err := f(); err != nil {
				failed.add(fmt.Errorf("%s: %w", what, err))
				stopInputs()
			}
		})
	}
	start(&out, "deliver alerts", func() error { return s.sinks.run(outputs) })
	start(&in, "watch rules", func() error { return s.live.Run(inputs) })
	start(&in, "signals", func() error { s.onHangup(inputs); return nil })
	for _, t := range s.tails {
		start(&in, "follow files", func() error { return t.Run(inputs) })
	}
	start(&in, "serve HTTP", func() error { return s.serveHTTP(inputs) })
	s.log.Info("listening", "url", s.url(), "rules", len(s.live.Set().Rules()), "rule_set", s.live.Set().Version(), "store", s.watched.Name)

	ended := make(chan struct{})
	go func() { // a sink that hangs keeps it for as long as the process is there
		in.Wait()
		if err := s.sinks.router.Flush(); err != nil {
			failed.add(&exitError{exitFindings, fmt.Errorf("write the last alerts: %w", err)})
		}
		stopOutputs()
		out.Wait()
		close(ended)
	}()
	if err := s.await(inputs, ended); err != nil {
		return err
	}
	s.log.Info("ended")
	return failed.err()
}

// await waits for all to end: for as long as it likes until ctx ends, and then
// for --shutdown-timeout, by which serveHTTP has ended as well.
func (s *service) await(ctx context.Context, ended chan struct{}) error {
	<-ctx.Done()
	select {
	case <-ended:
		return nil
	case <-time.After(time.Duration(s.ShutdownTimeout) + time.Second):
		s.abandoned = true
		return &exitError{exitFindings, fmt.Errorf("the end took longer than %s: what was under way is not acknowledged and comes again", s.ShutdownTimeout)}
	}
}

// An errorList collects errors of goroutines.
type errorList struct {
	mu   sync.Mutex
	errs []error
}

func (l *errorList) add(err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.errs = append(l.errs, err)
}

func (l *errorList) err() error { return errors.Join(l.errs...) }

// onHangup reads rules, token and certificate again at each SIGHUP, until ctx
// ends.
func (s *service) onHangup(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-s.hangup:
			if _, err := s.reload(ctx); err == nil && (s.TokenFile != "" || s.TLS.CertFile != "") {
				s.log.Info("token and certificates are read again")
			}
		}
	}
}

// reload reads again what can be read again while the service runs. What fails
// stays as it was.
func (s *service) reload(ctx context.Context) (*ruleset.Report, error) {
	secrets, files := s.readSecrets(), s.reopenFiles()
	if secrets != nil {
		s.log.Error("token and certificates stay as they were", "error", secrets)
	}
	if files != nil {
		s.log.Error("files of alerts or dead letters not opened again", "error", files)
	}
	report, err := s.live.Reload(ctx)
	return report, errors.Join(secrets, files, err)
}

// reopenFiles opens what is written to by its name again, for programs that
// rotate files.
func (s *service) reopenFiles() error {
	err := s.sinks.reopen()
	if s.deadFile != nil {
		err = errors.Join(err, s.deadFile.reopen())
	}
	return err
}

// reloaded is told of each reload of the rules.
func (s *service) reloaded(r *ruleset.Report) {
	set := s.live.Set()
	s.rules.Live(set.Rules())
	s.reloads.Done(status.Reload{Outcome: string(r.Outcome), Version: r.Version, Refused: len(s.live.Refused()), At: r.At, Took: r.Duration})
	for _, refusal := range r.Refused {
		s.log.Error("rule file refused", "file", refusal.File, "kept", refusal.Kept, "out", refusal.Out, "diagnostics", diagnosticTexts(refusal))
	}
	for _, refusal := range r.Lifted {
		s.log.Info("rule file is good again", "file", refusal.File)
	}
	if r.Err != nil {
		s.log.Error("rules not reloaded", "error", r.Err, "rule_set", r.Version)
		return
	}
	if r.Outcome != ruleset.Unchanged {
		s.log.Info("rules loaded", "outcome", r.Outcome, "rule_set", r.Version, "rules", len(set.Rules()),
			"added", len(r.Added), "changed", len(r.Changed), "removed", len(r.Removed), "kept", len(r.Kept), "took", r.Duration)
	}
}
