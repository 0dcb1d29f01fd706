package main

import (
	"context"
	"errors"
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"
	"github.com/starhost/starhost/source"
)

func (c *command) serveCommand() *cobra.Command {
	s := &serveSettings{}
	cmd := &cobra.Command{
		Use:   "serve",
		Short: "Run rules over events as they come, as a service",
		Long: `serve takes events over HTTP (POST /v1/events) and from files that grow
(--follow), runs rules over them, and hands the alerts to its sinks. Rules keep
their state in a file in --data-dir, unless --store names another place. Rules
that change go live at once; one that is broken stays as it was.

A request is answered, and the place in a file noted, when the alerts are in the
sink and the state is in the store: what is not answered comes again. Alerts for
a webhook wait in --data-dir until it has taken them.

GET /healthz, /readyz, /status and /metrics tell how it does; POST /-/reload, or
SIGHUP, reads rules, token and certificate again, and opens files of alerts and
dead letters again; POST /-/retry?sink=NAME tries alerts again that a webhook has
refused. SIGTERM ends it: what has come is finished. doc/service.md tells more.

Exit codes:
  0    ended as it was told to
  1    the end took longer than --shutdown-timeout, so that requests were cut
       off, or the last alerts or checkpoints could not be written
  3    wrong use: a flag, a path, the configuration, no rules, a store out of reach`,
		Example: `  starhost serve --rules rules
  starhost serve --rules rules --follow /var/log/app/events.jsonl --sink file:alerts.jsonl
  starhost serve --config /etc/starhost/starhost.yaml
  curl --data-binary @events.jsonl http://127.0.0.1:8321/v1/events`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return c.serve(cmd.Context(), s) },
	}
	s.bind(c, cmd)
	return cmd
}

// serve is the command serve.
func (c *command) serve(ctx context.Context, settings *serveSettings) error {
	log, err := newLogger(settings.LogFormat, c.err)
	if err != nil {
		return err
	}
	s := &service{command: c, serveSettings: settings, log: log, hangup: make(chan os.Signal, 1)}
	signal.Notify(s.hangup, syscall.SIGHUP) // from the start to the end: it would end the process
	defer signal.Stop(s.hangup)
	signal.Ignore(syscall.SIGPIPE) // whoever reads the log or standard output may go: the sinks tell
	defer signal.Reset(syscall.SIGPIPE)
	if err := s.open(ctx); err != nil {
		s.close()
		return err
	}
	err = s.run(ctx)
	if !s.abandoned {
		s.close()
	}
	return ended(err)
}

// ended gives the error of a service that has ended its exit code: what was not
// written is no wrong use.
func ended(err error) error {
	if _, ok := errors.AsType[*source.SaveError](err); ok {
		return &exitError{exitFindings, err}
	}
	return err
}
