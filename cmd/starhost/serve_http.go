package main

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/pprof"
	"slices"
	"strings"
	"time"

	"github.com/starhost/starhost/alert"
	"github.com/starhost/starhost/ruleset"
	"github.com/starhost/starhost/source"
	"github.com/starhost/starhost/status"
	"golang.org/x/net/netutil"
)

const (
	headerTimeout = 10 * time.Second
	idleTimeout   = 2 * time.Minute
	answerTimeout = 30 * time.Second // of what is not events; pprof has none
	maxHeader     = 64 << 10

	// maxConnections keeps enough of the files that a process may have open
	// for rules, stores and sinks, whatever clients do.
	maxConnections = 12_000
)

// openServer listens, and puts together what is served.
func (s *service) openServer(ctx context.Context) error {
	if err := s.readSecrets(); err != nil {
		return err
	}
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", s.Listen)
	if err != nil {
		return fmt.Errorf("%w (choose another address with --listen, or end what uses this one)", err)
	}
	s.onClose(func() error { listener.Close(); return nil }) // the server has closed it
	s.listener = netutil.LimitListener(listener, min(maxConnections, maxFiles()/2))
	s.reporter = &status.Reporter{
		Version: shortVersion(), Started: time.Now(),
		Rules: &s.rules, Reloads: &s.reloads, ErrorLog: &s.errors, Store: &s.watched,
		Refused: s.refused, Queues: s.sinks.queues, Sinks: s.sinks.stats, Sources: s.sources, Checks: s.sinks.checks,
	}
	s.server = &http.Server{
		Handler:           s.guarded(s.handler()),
		ReadHeaderTimeout: headerTimeout,
		ReadTimeout:       answerTimeout, // of bodies that nobody reads; source.HTTP sets its own
		IdleTimeout:       idleTimeout,
		MaxHeaderBytes:    maxHeader,
		HTTP2:             source.HTTP2Config(),
		ErrorLog:          log.New(httpLog{s}, "", 0),
		TLSConfig: &tls.Config{ // of each connection, as it may be read again
			MinVersion:         tls.VersionTLS12,
			GetConfigForClient: func(*tls.ClientHelloInfo) (*tls.Config, error) { return s.tls.Load(), nil },
		},
	}
	return nil
}

func (s *service) url() string {
	scheme := "http"
	if s.TLS.CertFile != "" {
		scheme = "https"
	}
	return scheme + "://" + s.listener.Addr().String()
}

// guarded refuses what web pages in somebody's browser can send: to a service
// that has no token, as only this machine reaches it, they could post events, or
// read from it by a name of theirs that leads to it.
func (s *service) guarded(h http.Handler) http.Handler {
	local, _, _ := net.SplitHostPort(s.Listen) // checked with the settings
	local = strings.Trim(local, "[]")
	return http.NewCrossOriginProtection().Handler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if s.token.Load() == nil && loopback(local) {
			host, _, err := net.SplitHostPort(r.Host)
			if err != nil {
				host = r.Host
			}
			if host = strings.Trim(host, "[]"); host != "" && !loopback(host) {
				http.Error(w, "without a token the service answers only to localhost", http.StatusForbidden)
				return
			}
		}
		h.ServeHTTP(w, r)
	}))
}

// httpLog takes what the HTTP server has to say: connections that it cannot
// accept, handshakes that fail, panics.
type httpLog struct{ *service }

func (l httpLog) Write(text []byte) (int, error) {
	kind, _, _ := strings.Cut(string(text), ":")
	if n, ok := l.errors.Allow("", alert.Failure{Type: "http", At: kind}); ok {
		l.log.Warn("HTTP server", "error", strings.TrimSpace(string(text)), "not_logged", n)
	}
	return len(text), nil
}

// handler serves everything. Only the two probes are open to those who have no
// token, and tell them no more than whether the service is well.
func (s *service) handler() http.Handler {
	mux := http.NewServeMux()
	bounded := func(h http.HandlerFunc) http.Handler { return s.authorized(answerWithin(h)) }
	mux.Handle("/v1/events", s.authorized(s.events))
	mux.Handle("GET /healthz", answerWithin(s.reporter.ServeHealth))
	mux.Handle("GET /readyz", answerWithin(s.serveReady))
	mux.Handle("GET /status", bounded(s.reporter.ServeStatus))
	mux.Handle("GET /metrics", bounded(s.reporter.Metrics().ServeHTTP))
	mux.Handle("POST /-/reload", bounded(s.serveReload))
	mux.Handle("POST /-/retry", bounded(s.serveRetry))
	if s.Pprof {
		mux.Handle("/debug/pprof/", s.profile(pprof.Index))
		mux.Handle("/debug/pprof/profile", s.profile(pprof.Profile))
		mux.Handle("/debug/pprof/trace", s.profile(pprof.Trace))
		mux.Handle("/debug/pprof/cmdline", s.profile(pprof.Cmdline))
		mux.Handle("/debug/pprof/symbol", s.profile(pprof.Symbol))
	}
	return mux
}

// profile serves what may take as long as the client asks for.
func (s *service) profile(h http.HandlerFunc) http.Handler {
	return s.authorized(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := http.NewResponseController(w).SetReadDeadline(time.Time{}); err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		h(w, r)
	}))
}

// serveReady answers /readyz: the reasons only to those who may know.
func (s *service) serveReady(w http.ResponseWriter, r *http.Request) {
	if s.mayAsk(r) {
		s.reporter.ServeReady(w, r)
		return
	}
	code := codeOnly{header: make(http.Header), code: http.StatusOK}
	s.reporter.ServeReady(&code, r)
	w.WriteHeader(code.code)
	_, _ = io.WriteString(w, http.StatusText(code.code)+"\n") // the client may be gone
}

// codeOnly is a ResponseWriter that keeps the status of an answer.
type codeOnly struct {
	header http.Header
	code   int
}

func (c *codeOnly) Header() http.Header         { return c.header }
func (c *codeOnly) WriteHeader(code int)        { c.code = code }
func (c *codeOnly) Write(p []byte) (int, error) { return len(p), nil }

// answerWithin bounds how long a client may take over a request and its answer.
func answerWithin(h http.HandlerFunc) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c, end := http.NewResponseController(w), time.Now().Add(answerTimeout)
		if err := errors.Join(c.SetReadDeadline(end), c.SetWriteDeadline(end)); err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		h(w, r)
	})
}

// authorized lets those through who bear the token, if there is one.
func (s *service) authorized(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !s.mayAsk(r) {
			w.Header().Set("WWW-Authenticate", `Bearer realm="starhost"`)
			http.Error(w, "the request needs the header Authorization: Bearer TOKEN, with the token of the service", http.StatusUnauthorized)
			return
		}
		h.ServeHTTP(w, r)
	})
}

// mayAsk tells whether a request bears the token, if there is one.
func (s *service) mayAsk(r *http.Request) bool {
	want := s.token.Load()
	if want == nil {
		return true
	}
	scheme, got, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	sum := sha256.Sum256([]byte(got))
	return strings.EqualFold(scheme, "Bearer") && subtle.ConstantTimeCompare(sum[:], *want) == 1
}

// serveHTTP serves until ctx ends, and then finishes the requests that have
// begun.
func (s *service) serveHTTP(ctx context.Context) error {
	ended := make(chan error, 1)
	stop := context.AfterFunc(ctx, func() { ended <- s.shutdown() })
	var err error
	if s.tls.Load() != nil {
		err = s.server.ServeTLS(s.listener, "", "")
	} else {
		err = s.server.Serve(s.listener)
	}
	if stop() { // it has failed by itself
		return err
	}
	return <-ended
}

func (s *service) shutdown() error {
	s.log.Info("ending", "within", s.ShutdownTimeout)
	s.reporter.Stop()
	ctx, cancel := context.WithTimeout(context.Background(), time.Duration(s.ShutdownTimeout))
	defer cancel()
	if err := s.server.Shutdown(ctx); err != nil {
		n := s.events.Stats().InFlight
		s.server.Close()
		return &exitError{exitFindings, fmt.Errorf("the end took longer than %s: %s cut off, which have no answer and should come again", s.ShutdownTimeout, plural(n, "request was", "requests were"))}
	}
	return nil
}

// serveReload answers POST /-/reload.
func (s *service) serveReload(w http.ResponseWriter, r *http.Request) {
	report, err := s.reload(context.WithoutCancel(r.Context()))
	answer := struct {
		Outcome string           `json:"outcome"`
		RuleSet string           `json:"rule_set"`
		Added   []string         `json:"added"`
		Changed []string         `json:"changed"`
		Removed []string         `json:"removed"`
		Kept    []string         `json:"kept"`
		Refused []status.Refusal `json:"refused"` // as things stand, also if this reload changed nothing
		Error   string           `json:"error,omitempty"`
	}{Refused: s.reporter.RefusedNow()}
	code := http.StatusOK
	if report != nil {
		answer.Outcome, answer.RuleSet = string(report.Outcome), report.Version
		answer.Added, answer.Changed = list(report.Added), list(report.Changed)
		answer.Removed, answer.Kept = list(report.Removed), list(report.Kept)
	}
	if err != nil {
		code, answer.Error = http.StatusInternalServerError, err.Error()
	}
	answerJSON(w, code, answer)
}

// list gives ids as JSON has them: [] rather than null.
func list(ids []string) []string { return append([]string{}, ids...) }

// serveRetry answers POST /-/retry?sink=NAME: what the receiver has refused, and
// was set aside, is put into the queue again.
func (s *service) serveRetry(w http.ResponseWriter, r *http.Request) {
	answer := struct {
		Sink    string `json:"sink"`
		Retried int    `json:"retried"`
		Error   string `json:"error,omitempty"`
	}{Sink: r.URL.Query().Get("sink")}
	isQueue := func(q status.Queue) bool { return q.Name == answer.Sink }
	if !slices.ContainsFunc(s.sinks.queues(), isQueue) {
		answer.Error = fmt.Sprintf("sink is %q, want the name of one that has a queue: /status lists them", answer.Sink)
		answerJSON(w, http.StatusNotFound, answer)
		return
	}
	code := http.StatusOK
	var err error
	if answer.Retried, err = s.sinks.outbox.Retry(answer.Sink); err != nil {
		code, answer.Error = http.StatusServiceUnavailable, err.Error()
	}
	s.log.Info("alerts that were set aside are tried again", "sink", answer.Sink, "alerts", answer.Retried, "error", answer.Error)
	answerJSON(w, code, answer)
}

func answerJSON(w http.ResponseWriter, code int, answer any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(code)
	_ = json.NewEncoder(w).Encode(answer) // the client may be gone
}

// refused lists the rule files that are not live as they are.
func (s *service) refused() []status.Refusal {
	var all []status.Refusal
	for _, r := range s.live.Refused() {
		all = append(all, status.Refusal{File: r.File, RuleIDs: ids(r), Kept: r.Kept, Diagnostics: diagnosticTexts(r), Since: r.Since})
	}
	return all
}

func ids(r ruleset.Refusal) []string { return append(append([]string{}, r.Kept...), r.Out...) }

func diagnosticTexts(r ruleset.Refusal) []string {
	var texts []string
	for _, d := range r.Diagnostics {
		texts = append(texts, d.Error())
	}
	return texts
}

// readSecrets reads the token and the certificates. After an error they stay as
// they were.
func (s *service) readSecrets() error {
	config, err := s.TLS.config()
	if err != nil {
		return err
	}
	if s.TokenFile != "" {
		token, err := readSecret(s.TokenFile)
		if err != nil {
			return fmt.Errorf("read the token: %w", err)
		}
		sum := sha256.Sum256([]byte(token))
		hash := sum[:]
		s.token.Store(&hash)
	}
	if config != nil {
		config.NextProtos = []string{"h2", "http/1.1"}
		s.tls.Store(config)
	}
	return nil
}
