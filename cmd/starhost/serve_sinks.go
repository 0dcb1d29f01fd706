package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"slices"
	"sync"
	"time"

	"github.com/starhost/starhost/alert"
	"github.com/starhost/starhost/sink"
	"github.com/starhost/starhost/status"
)

// sinks are where the alerts of a service go.
type sinks struct {
	router *sink.Router
	outbox *sink.Outbox // of the webhooks; nil if there are and were none
	files  []*sink.File
}

// openSinks opens the sinks. Webhooks share an outbox in the data folder.
func (s *service) openSinks(context.Context) error {
	s.sinks = &sinks{router: &sink.Router{Log: s.log}}
	if err := s.openOutbox(); err != nil {
		return err
	}
	for i := range s.Sinks {
		set := &s.Sinks[i]
		out, err := s.openSink(set)
		if err != nil {
			return fmt.Errorf("sink %s: %w", set.Name, err)
		}
		route := sink.Route{
			Name: set.Name, Output: out, Destinations: set.Destinations, Default: set.Default, All: set.All,
			MinSeverity: alert.Severity(set.MinSeverity),
		}
		for _, text := range set.Severities {
			route.Severities = append(route.Severities, alert.Severity(text))
		}
		s.sinks.router.Routes = append(s.sinks.router.Routes, route)
	}
	return s.sinks.router.Check()
}

func (s *service) openSink(set *sinkSettings) (sink.Output, error) {
	switch set.Type {
	case "file":
		f := &sink.File{Path: set.Path, MaxBytes: int64(set.MaxSize), Every: time.Duration(set.MaxAge), Keep: set.Keep, Gzip: set.Compress, Log: s.log}
		if err := f.Open(); err != nil {
			return nil, err
		}
		s.onClose(f.Close)
		s.sinks.files = append(s.sinks.files, f)
		return f, nil
	case "webhook":
		return s.sinks.outbox.Queue(set.Name), nil
	}
	return &sink.Lines{W: s.out}, nil
}

// openOutbox opens the outbox if a sink needs it, or an earlier one has left
// alerts in it: so that these are told of.
func (s *service) openOutbox() error {
	options := sink.OutboxOptions{Log: s.log}
	for i := range s.Sinks {
		set := &s.Sinks[i]
		if set.Type != "webhook" {
			continue
		}
		hook, err := newWebhook(set)
		if err != nil {
			return fmt.Errorf("sink %s: %w", set.Name, err)
		}
		options.Destinations = append(options.Destinations, sink.Destination{
			Name: set.Name, Receiver: hook, Batch: set.Batch, MaxAlerts: set.MaxQueued, MaxBytes: int64(set.MaxQueuedSize),
		})
	}
	if len(options.Destinations) == 0 {
		if _, err := os.Lstat(s.file("outbox.db")); errors.Is(err, fs.ErrNotExist) {
			return nil
		}
	}
	outbox, err := sink.OpenOutbox(s.file("outbox.db"), options)
	if err != nil {
		return err
	}
	s.sinks.outbox = outbox
	s.onClose(outbox.Close)
	return nil
}

// newWebhook reads the secrets of a webhook.
func newWebhook(set *sinkSettings) (*sink.Webhook, error) {
	target, err := set.target()
	if err != nil {
		return nil, err
	}
	hook := &sink.Webhook{
		URL: target.String(), Array: set.Batch > 1, Header: make(http.Header), Version: shortVersion(), Timeout: time.Duration(set.Timeout),
	}
	var errs []error
	read := func(path string) string {
		secret, err := readSecret(path)
		errs = append(errs, err)
		return secret
	}
	if set.SecretFile != "" {
		hook.Secret = []byte(read(set.SecretFile))
	}
	for _, h := range set.HeadersFiles {
		hook.Header.Set(h.Name, read(h.Path))
	}
	return hook, errors.Join(append(errs, hook.Check())...)
}

// run delivers what waits in the outbox, and flushes again what has failed,
// until ctx ends.
func (s *sinks) run(ctx context.Context) error {
	if s.outbox == nil {
		s.flushAgain(ctx)
		return nil
	}
	ctx, stop := context.WithCancel(ctx)
	var wg sync.WaitGroup
	wg.Go(func() { s.flushAgain(ctx) })
	defer wg.Wait()
	defer stop()
	return s.outbox.Run(ctx)
}

// flushAgain flushes, each second, if the last flush has failed. Events do so,
// too; but while the service is not ready there may be none, and it would stay
// so for ever.
func (s *sinks) flushAgain(ctx context.Context) {
	ticker := time.NewTicker(time.Second)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
		if slices.ContainsFunc(s.router.Stats().Routes, func(r sink.RouteStats) bool { return r.LastError != "" }) {
			_ = s.router.Flush() // which the statistics, and so /readyz, tell
		}
	}
}

// reopen opens the files of alerts by their names again.
func (s *sinks) reopen() error {
	var errs []error
	for _, f := range s.files {
		errs = append(errs, f.Reopen())
	}
	return errors.Join(errs...)
}

// queues tell what waits in the outbox. Those of former sinks are left out when
// nothing is in them.
func (s *sinks) queues() []status.Queue {
	if s.outbox == nil {
		return nil
	}
	var all []status.Queue
	for _, q := range s.outbox.Stats() {
		if q.Retired && q.Queued == 0 && q.SetAside == 0 {
			continue
		}
		all = append(all, status.Queue{
			Name: q.Destination, Retired: q.Retired, NoRoom: q.NoRoom,
			Alerts: int64(q.Queued), Bytes: q.Bytes, MaxAlerts: int64(q.MaxAlerts), MaxBytes: q.MaxBytes, Oldest: q.Oldest,
			Delivered: int64(q.Delivered), Retries: int64(q.Retries), Refused: int64(q.Refused), Dropped: int64(q.Dropped),
			Full: int64(q.Full), SetAside: int64(q.SetAside),
			LastError: q.LastError, LastErrorAt: q.LastErrorAt, NextTry: q.NextTry,
		})
	}
	return all
}

// stats tell what went to which sink.
func (s *sinks) stats() ([]status.Sink, status.Routing) {
	r := s.router.Stats()
	var all []status.Sink
	for _, route := range r.Routes {
		all = append(all, status.Sink{Name: route.Name, Alerts: int64(route.Alerts), Errors: int64(route.Errors), LastError: route.LastError})
	}
	return all, status.Routing{Unknown: int64(r.Unknown), UnknownNames: r.UnknownNames, Unrouted: int64(r.Unrouted), Withheld: int64(r.Withheld)}
}

// checks tell whether the sinks take alerts. Whether a queue is full is told by
// the reporter.
func (s *sinks) checks() []status.Check {
	var all []status.Check
	if s.outbox != nil {
		all = append(all, checkOf("outbox", s.outbox.Err()))
	}
	for _, r := range s.router.Stats().Routes {
		var err error
		if r.LastError != "" {
			err = errors.New(r.LastError)
		}
		all = append(all, checkOf("sink "+r.Name, err))
	}
	return all
}

func checkOf(name string, err error) status.Check {
	if err != nil {
		return status.Check{Name: name, Reason: err.Error()}
	}
	return status.Check{Name: name, OK: true, Reason: "takes alerts"}
}
