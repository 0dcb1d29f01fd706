package main

import (
	"cmp"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/starhost/starhost/runtime"
	"github.com/starhost/starhost/source"
	"go.starlark.net/syntax"
)

// A settingsCheck collects what is wrong with the settings of a service.
type settingsCheck struct {
	*serveSettings
	conf  *configuration
	diags []*runtime.Diagnostic
}

// check completes the settings, and tells what is wrong with them, all at once
// and each with its place; warnings do not keep a service from running. It
// reads the files that hold secrets and certificates, and changes nothing.
func (s *serveSettings) check(conf *configuration) []*runtime.Diagnostic {
	if s.Store == "" {
		s.Store = "bolt:" + s.file("state.db")
	}
	if len(s.Sinks) == 0 {
		s.Sinks = []sinkSettings{{Type: "stdout", Name: "stdout", Default: true}}
	}
	c := &settingsCheck{serveSettings: s, conf: conf}
	c.checkGeneral()
	c.checkListen()
	c.checkTLS()
	c.checkIngest()
	c.checkSinks()
	c.checkFollow()
	return append(c.diags, conf.misspelt()...)
}

func (c *settingsCheck) errorf(flag, hint, format string, args ...any) {
	c.diags = append(c.diags, c.conf.problem(flag, syntax.Position{}, runtime.Error, hint, format, args...))
}

func (c *settingsCheck) warnf(flag, hint, format string, args ...any) {
	c.diags = append(c.diags, c.conf.problem(flag, syntax.Position{}, runtime.Warning, hint, format, args...))
}

func (c *settingsCheck) checkGeneral() {
	if len(c.Rules) == 0 || slices.Contains(c.Rules, "") {
		c.errorf("rules", "name a directory, such as rules", "no directory of rules is given")
	}
	if c.DataDir == "" {
		c.errorf("data-dir", "name a folder on a local disk", "the service has no folder for its own files")
	}
	if c.LogFormat != "text" && c.LogFormat != "json" {
		c.errorf("log-format", "", "log_format is %q, want text or json", c.LogFormat)
	}
	if c.Workers < 0 {
		c.errorf("workers", "", "workers is %d, want 0 or more", c.Workers)
	}
	for _, l := range []struct {
		flag, key string
		value     length
	}{
		{"reload-interval", "reload_interval", c.ReloadInterval},
		{"shutdown-timeout", "shutdown_timeout", c.ShutdownTimeout},
		{"unhealthy-after", "unhealthy_after", c.UnhealthyAfter},
	} {
		if l.value <= 0 {
			c.errorf(l.flag, "", "%s is %s, want more than that", l.key, l.value)
		}
	}
}

// checkListen holds the service to being asked only by those who may.
func (c *settingsCheck) checkListen() {
	host, port, err := net.SplitHostPort(c.Listen)
	if err != nil {
		c.errorf("listen", "", "listen is %q, want an address such as 127.0.0.1:8321", c.Listen)
		return
	}
	if n, err := strconv.ParseUint(port, 10, 16); err != nil {
		c.errorf("listen", "", "listen has the port %q, want a number from 0 to 65535", port)
		return
	} else if n == 0 {
		c.warnf("listen", "", "listen has the port 0: the system chooses one at each start")
	}
	open := !loopback(host)
	if open && c.TokenFile == "" && c.TLS.ClientCAFile == "" {
		c.errorf("listen", "give token_file or tls.client_ca_file, or listen on 127.0.0.1",
			"listen is %s, which others can reach, and nothing tells who may use the service", c.Listen)
	}
	if open && c.TokenFile != "" && c.TLS.CertFile == "" {
		c.warnf("listen", "give tls.cert_file and tls.key_file, or have a proxy in front that speaks TLS",
			"requests bear their token in clear text over %s", c.Listen)
	}
	if c.TokenFile != "" {
		c.checkSecret("token-file", syntax.Position{}, "token_file", c.TokenFile)
	}
}

// loopback tells whether only this machine reaches a host.
func loopback(host string) bool {
	if strings.EqualFold(host, "localhost") {
		return true
	}
	addr, err := netip.ParseAddr(host)
	return err == nil && addr.Unmap().IsLoopback()
}

// shortSecret is the length below which a secret is worth a warning.
const shortSecret = 16

// checkSecret reads the file of a secret.
func (c *settingsCheck) checkSecret(flag string, pos syntax.Position, key, path string) {
	report := func(severity runtime.Severity, hint, format string, args ...any) {
		c.diags = append(c.diags, c.conf.problem(flag, pos, severity, hint, format, args...))
	}
	secret, err := readSecret(path)
	if err != nil {
		report(runtime.Error, "write the secret, and nothing else, into the file", "%s: %v", key, err)
		return
	}
	if len(secret) < shortSecret {
		report(runtime.Warning, "openssl rand -hex 32 makes a good one", "%s: %s holds only %s", key, path, plural(len(secret), "character", "characters"))
	}
	c.checkPrivate(flag, pos, key, path)
}

// checkPrivate warns of a file that everybody can read.
func (c *settingsCheck) checkPrivate(flag string, pos syntax.Position, key, path string) {
	info, err := os.Stat(path)
	if err == nil && info.Mode().Perm()&0o004 != 0 {
		c.diags = append(c.diags, c.conf.problem(flag, pos, runtime.Warning, "chmod 600 "+shellQuote(path),
			"%s: every user of this machine can read %s", key, path))
	}
}

// readSecret reads a file that holds a secret and nothing else. Space around it
// does not count.
func readSecret(path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	const most = 64 << 10
	text, err := io.ReadAll(io.LimitReader(f, most+1))
	if err != nil {
		return "", err
	}
	secret := strings.TrimSpace(string(text))
	switch {
	case len(text) > most:
		return "", fmt.Errorf("%s is larger than %d KB, which no secret is", path, most>>10)
	case secret == "":
		return "", fmt.Errorf("%s is empty", path)
	case strings.ContainsAny(secret, "\r\n\x00"):
		return "", fmt.Errorf("%s has several lines", path)
	}
	return secret, nil
}

func (c *settingsCheck) checkTLS() {
	t := c.TLS
	switch {
	case t.CertFile == "" && t.KeyFile != "":
		c.errorf("tls-key-file", "give tls.cert_file, too", "tls.key_file has no certificate")
	case t.CertFile != "" && t.KeyFile == "":
		c.errorf("tls-cert-file", "give tls.key_file, too", "tls.cert_file has no key")
	case t.CertFile == "" && t.ClientCAFile != "":
		c.errorf("tls-client-ca-file", "give tls.cert_file and tls.key_file, too", "clients can show certificates only over TLS")
	case t.CertFile != "":
		if _, err := t.config(); err != nil {
			c.errorf("tls-cert-file", "", "tls: %v", err)
		}
		c.checkPrivate("tls-key-file", syntax.Position{}, "tls.key_file", t.KeyFile)
	}
}

// config reads the files, for a server; nil without a certificate. Clients must
// have a certificate if there is a ClientCAFile.
func (t *tlsSettings) config() (*tls.Config, error) {
	if t.CertFile == "" {
		return nil, nil
	}
	cert, err := tls.LoadX509KeyPair(t.CertFile, t.KeyFile)
	if err != nil {
		return nil, fmt.Errorf("read the certificate %s: %w", t.CertFile, err)
	}
	conf := &tls.Config{Certificates: []tls.Certificate{cert}, MinVersion: tls.VersionTLS12}
	if t.ClientCAFile == "" {
		return conf, nil
	}
	text, err := os.ReadFile(t.ClientCAFile)
	if err != nil {
		return nil, fmt.Errorf("read the authorities of clients: %w", err)
	}
	conf.ClientCAs, conf.ClientAuth = x509.NewCertPool(), tls.RequireAndVerifyClientCert
	if !conf.ClientCAs.AppendCertsFromPEM(text) {
		return nil, fmt.Errorf("read the authorities of clients: %s holds no certificate in PEM", t.ClientCAFile)
	}
	return conf, nil
}

func (c *settingsCheck) checkIngest() {
	in := c.Ingest
	for _, l := range []struct {
		flag  string
		value size
	}{
		{"max-body", in.MaxBody}, {"max-text", in.MaxText}, {"max-record", in.MaxRecord}, {"max-in-flight", in.MaxInFlight},
		{"max-requests", size(in.MaxRequests)},
	} {
		if l.value <= 0 {
			c.errorf(l.flag, "", "limits.%s is %d, want more than 0", strings.ReplaceAll(l.flag, "-", "_"), l.value)
		}
	}
	if in.MaxRecord > in.MaxText {
		c.errorf("max-record", "", "limits.max_record is %s, more than the %s of limits.max_text", in.MaxRecord, in.MaxText)
	}
	if in.MaxRecord > in.MaxInFlight {
		c.errorf("max-record", "", "limits.max_record is %s, more than the %s of limits.max_in_flight", in.MaxRecord, in.MaxInFlight)
	}
}

// sinkName matches names that can be told in logs, labels and rules.
var sinkName = regexp.MustCompile(`^[\pL\pN][\pL\pN_. -]{0,63}$`)

// checkSinks looks at the sinks, one by one and together.
func (c *settingsCheck) checkSinks() {
	names, paths, takers := make(map[string]bool), make(map[string]string), 0
	for i := range c.Sinks {
		s := &c.Sinks[i]
		report := func(hint, format string, args ...any) {
			c.diags = append(c.diags, c.conf.problem("sink", s.pos, runtime.Error, hint, "sink %s: %s", s.Name, fmt.Sprintf(format, args...)))
		}
		if name := strings.ToLower(s.Name); names[name] {
			report("give each a name of its own, by name: or NAME= in front", "two sinks have this name")
		} else if names[name] = true; !sinkName.MatchString(s.Name) {
			report("", "want a name of up to 64 letters, digits and . _ -")
		}
		if s.Default {
			takers++
		}
		if s.All && (s.MinSeverity != "" || len(s.Severities) > 0) {
			report("", "it takes all alerts, so it cannot choose severities")
		}
		if s.MinSeverity != "" && len(s.Severities) > 0 {
			report("", "it has both min_severity and severities, want one of them")
		}
		switch s.Type {
		case "file":
			c.checkFileSink(s, paths, report)
		case "webhook":
			c.checkWebhook(s, report)
		}
	}
	if takers == 0 {
		c.errorf("sink", "give one of them default: true", "no sink takes the alerts of rules that name no destination")
	}
}

type reporter func(hint, format string, args ...any)

func (c *settingsCheck) checkFileSink(s *sinkSettings, paths map[string]string, report reporter) {
	path := filepath.Clean(s.Path)
	if other, taken := paths[path]; taken {
		report("", "sink %s writes to %s already", other, s.Path)
	}
	paths[path] = s.Name
	if s.Keep < 0 {
		report("", "keep is %d, want 0 or more", s.Keep)
	}
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		report("", "%s is a directory, want a file", s.Path)
	}
}

func (c *settingsCheck) checkWebhook(s *sinkSettings, report reporter) {
	for _, n := range []struct {
		key   string
		value int64
	}{{"batch", int64(s.Batch)}, {"max_queued", int64(s.MaxQueued)}, {"max_queued_size", int64(s.MaxQueuedSize)}, {"timeout", int64(s.Timeout)}} {
		if n.value <= 0 {
			report("", "%s is %d, want more than 0", n.key, n.value)
		}
	}
	target, err := s.target()
	if err != nil {
		report("", "%v", err)
	} else if target.Scheme == "http" && !loopback(target.Hostname()) {
		c.diags = append(c.diags, c.conf.problem("sink", s.pos, runtime.Warning, "use https",
			"sink %s: alerts travel in clear text to %s", s.Name, target.Host))
	}
	if s.URLFile != "" && err == nil {
		c.checkPrivate("sink", s.pos, "url_file", s.URLFile)
	}
	if s.SecretFile != "" {
		c.checkSecret("sink", s.pos, "sink "+s.Name+": secret_file", s.SecretFile)
	}
	for _, h := range s.HeadersFiles {
		if _, err := readSecret(h.Path); err != nil {
			report("write the value of the header, and nothing else, into the file", "headers_files.%s: %v", h.Name, err)
			continue
		}
		c.checkPrivate("sink", s.pos, "headers_files."+h.Name, h.Path)
	}
}

// target gives the URL of a webhook, out of its file if it has one.
func (s *sinkSettings) target() (*url.URL, error) {
	text, what := s.URL, "url is"
	if s.URLFile != "" {
		if s.URL != "" {
			return nil, errors.New("it has both url and url_file, want one of them")
		}
		var err error
		if text, err = readSecret(s.URLFile); err != nil {
			return nil, fmt.Errorf("url_file: %w", err)
		}
		what = "url_file holds" // and what that is must not be told
	}
	u, err := url.Parse(text)
	switch {
	case err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "":
		return nil, fmt.Errorf("%s no URL that begins with https:// or http:// and a host", what)
	case u.User != nil:
		return nil, errors.New("the URL holds a password: give a header by headers_files instead")
	}
	for name := range u.Query() {
		if s.URLFile == "" && secretKey.MatchString(name) {
			return nil, fmt.Errorf("the URL has %s, which is a secret: put the URL into a file and give url_file", name)
		}
	}
	return u, nil
}

func (c *settingsCheck) checkFollow() {
	starts := make(map[string]string) // by log type
	for _, f := range c.Follow {
		logType := cmp.Or(f.LogType, c.LogType)
		if first, ok := starts[logType]; ok && first != f.StartAt {
			c.diags = append(c.diags, c.conf.problem("follow", f.pos, runtime.Error, "files of one log type share their checkpoints: give them one start_at, or log types of their own",
				"follow: start_at is %s, and %s for other files of the same log type", f.StartAt, first))
		}
		starts[logType] = f.StartAt
		for _, path := range f.Paths {
			if err := source.CheckPath(path); err != nil {
				c.diags = append(c.diags, c.conf.problem("follow", f.pos, runtime.Error, "", "follow: %v", err))
			}
		}
	}
}
