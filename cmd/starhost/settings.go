package main

import (
	"fmt"
	"net/url"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"github.com/starhost/starhost/internal/strictyaml"
	"github.com/starhost/starhost/runtime"
	"github.com/starhost/starhost/runtime/guard"
	"go.starlark.net/syntax"
)

// serveSettings is how a service is configured: what flags, variables and
// starhost.yaml say, with the defaults where they say nothing. It is complete
// when check has run, which is before the command does.
type serveSettings struct {
	Rules      []string
	LogType    string
	DataDir    string // state.db, outbox.db and checkpoints.json; check does not make it
	Store      string // what --store names; by default a bolt file in DataDir
	Workers    int    // 0 is one a core
	TimeFields []string
	LogFormat  string // text or json
	DeadLetter string // file for refused records, or ""
	Limits     guard.Limits

	Listen    string
	TLS       tlsSettings
	TokenFile string // file of the bearer token, or ""
	Pprof     bool

	ReloadTests     bool
	ReloadInterval  length
	ShutdownTimeout length
	UnhealthyAfter  length
	Ingest          ingestSettings

	Follow []followSettings
	Sinks  []sinkSettings // one at least
}

// tlsSettings names PEM files; all are "" for plain HTTP.
type tlsSettings struct {
	CertFile     string
	KeyFile      string
	ClientCAFile string // clients need a certificate of one of these authorities
}

// ingestSettings are the limits of requests.
type ingestSettings struct {
	MaxBody     size // of a request as it is sent
	MaxText     size // of a request when it is unpacked
	MaxRecord   size
	MaxRequests int  // at the same time
	MaxInFlight size // of all requests that are being worked on
}

// followSettings are files that are followed as they grow.
type followSettings struct {
	Paths   []string // files, directories and globs
	LogType string
	StartAt string // of a file without a checkpoint: beginning or end

	pos syntax.Position
}

// sinkSettings is one place where alerts go.
type sinkSettings struct {
	Type         string // stdout, file, webhook
	Name         string // unlike any other's
	Default      bool   // it takes the alerts of rules that name no destination
	All          bool   // it takes all alerts
	MinSeverity  string // INFO to CRITICAL, or ""
	Severities   []string
	Destinations []string // names that rules may use for it, besides its own

	// Of a file.
	Path     string
	MaxSize  size
	MaxAge   length
	Keep     int
	Compress bool

	// Of a webhook.
	URL           string
	URLFile       string // holds the URL, instead of URL
	SecretFile    string // of the key that requests are signed with, or ""
	HeadersFiles  []namedFile
	Batch         int
	Timeout       length
	MaxQueued     int
	MaxQueuedSize size

	pos syntax.Position
}

// namedFile is a header whose value is in a file.
type namedFile struct{ Name, Path string }

// flags adds the flags of serve, with their defaults.
func (s *serveSettings) flags(flags *pflag.FlagSet) {
	s.ReloadInterval, s.ShutdownTimeout, s.UnhealthyAfter = length(10*time.Second), length(20*time.Second), length(5*time.Minute)
	s.Ingest = ingestSettings{MaxBody: 64e6, MaxText: 512e6, MaxRecord: 16e6, MaxInFlight: 270e6}

	flags.SortFlags = false
	flags.StringArrayVar(&s.Rules, "rules", []string{"rules"}, "directory or file of rules (repeatable)")
	flags.StringVar(&s.DataDir, "data-dir", "starhost-data", "folder of the service's own files: state, outbox, checkpoints")
	flags.StringVar(&s.Store, "store", "", "where rules keep their state (default bolt:state.db in --data-dir):\n"+storeHelp)
	flags.StringVar(&s.Listen, "listen", "127.0.0.1:8321", "address of the HTTP server")
	flags.StringVar(&s.TokenFile, "token-file", "", "file of the token that requests must bear")
	flags.StringVar(&s.TLS.CertFile, "tls-cert-file", "", "certificate of the server, PEM")
	flags.StringVar(&s.TLS.KeyFile, "tls-key-file", "", "key of the certificate, PEM")
	flags.StringVar(&s.TLS.ClientCAFile, "tls-client-ca-file", "", "authorities one of which must have signed a client's certificate, PEM")
	flags.StringVar(&s.LogType, "log-type", "", "p_log_type of events that have none")
	flags.StringArrayVar(&s.TimeFields, "time-field", nil, "field with an event's time (repeatable, first found counts)")
	flags.Var(&elements[followSettings, *followSettings]{to: &s.Follow}, "follow", "file, directory or glob that is followed as it grows (repeatable)")
	flags.Var(&elements[sinkSettings, *sinkSettings]{to: &s.Sinks}, "sink", `where alerts go (repeatable; default stdout): stdout, file:PATH or
webhook:URL, with NAME= in front to name it`)
	flags.StringVar(&s.DeadLetter, "dead-letter", "", "file for the records that are refused, as JSON lines")
	flags.BoolVar(&s.ReloadTests, "reload-tests", false, "a changed rule goes live only if its unit tests pass; one without tests does")
	flags.Var(&s.ReloadInterval, "reload-interval", "how often rules are looked at for changes that were not told")
	flags.Var(&s.ShutdownTimeout, "shutdown-timeout", "how long the end may take after SIGTERM")
	flags.Var(&s.UnhealthyAfter, "unhealthy-after", "a rule that fails for every event is unhealthy after this long")
	flags.BoolVar(&s.Pprof, "pprof", false, "serve profiles of the process at /debug/pprof/")
	flags.IntVar(&s.Workers, "workers", 0, "goroutines that evaluate rules; 0 is one a core")
	flags.StringVar(&s.LogFormat, "log-format", "text", "form of the log on standard error: text, json")
	flags.Var(&s.Ingest.MaxBody, "max-body", "the longest request, as it is sent")
	flags.Var(&s.Ingest.MaxText, "max-text", "the longest request, unpacked")
	flags.Var(&s.Ingest.MaxRecord, "max-record", "the longest event")
	flags.IntVar(&s.Ingest.MaxRequests, "max-requests", 64, "requests at the same time; more are told to come again")
	flags.Var(&s.Ingest.MaxInFlight, "max-in-flight", "events that are being worked on, in bytes")
	limitFlags(flags, &s.Limits)
}

// bind adds the flags of serve to its command, and makes the settings checked
// before it runs.
func (s *serveSettings) bind(c *command, cmd *cobra.Command) {
	s.flags(cmd.Flags())
	cmd.PreRunE = func(*cobra.Command, []string) error {
		return c.refuse(s.check(c.configured))
	}
}

// file gives the path of one of the service's own files.
func (s *serveSettings) file(name string) string { return filepath.Join(s.DataDir, name) }

// elements is a structured setting: the flag that gives its elements in a short
// form, and the list of mappings of the file. What the flag gives first
// replaces what was there.
type elements[T any, P element[T]] struct {
	to    *[]T
	given bool
}

// An element is one of a list of mappings.
type element[T any] interface {
	*T

	// fields gives the settings of the element, bound to it.
	fields() []*setting

	// short reads the form that the flag takes, and long gives it.
	short(text string) error
	long() string

	// finish completes an element that has been read, at a place of the file.
	finish(at strictyaml.Value, given map[string]strictyaml.Value)
}

var (
	_ structured = (*elements[sinkSettings, *sinkSettings])(nil)
	_ structured = (*elements[followSettings, *followSettings])(nil)
)

func (e *elements[T, P]) Type() string { return "WHAT" }

func (e *elements[T, P]) String() string {
	if e.to == nil {
		return ""
	}
	var texts []string
	for i := range *e.to {
		texts = append(texts, P(&(*e.to)[i]).long())
	}
	return strings.Join(texts, ",")
}

// Set adds an element.
func (e *elements[T, P]) Set(text string) error {
	var one T
	setDefaults(P(&one))
	if err := P(&one).short(text); err != nil {
		return err
	}
	P(&one).finish(strictyaml.Value{}, nil)
	if !e.given {
		*e.to, e.given = nil, true
	}
	*e.to = append(*e.to, one)
	return nil
}

func (e *elements[T, P]) fields() []*setting {
	var one T
	setDefaults(P(&one))
	return P(&one).fields()
}

func (e *elements[T, P]) shown() [][]*setting {
	var all [][]*setting
	for i := range *e.to {
		all = append(all, P(&(*e.to)[i]).fields())
	}
	return all
}

func (e *elements[T, P]) replace(decoded any) { *e.to = decoded.([]T) }

func (e *elements[T, P]) read(list []strictyaml.Value, f *configFile) any {
	all := make([]T, len(list))
	for i, v := range list {
		one := P(&all[i])
		setDefaults(one)
		if !v.IsMapping() {
			v.Errorf("%s is %s, want a mapping", v.Name(), v.Describe())
			continue
		}
		got := make(map[string]strictyaml.Value)
		f.readGroup(&group{settings: one.fields()}, v.Mapping(), v.Name()+".", func(_ string, s *setting, value given) {
			got[s.key] = value.at
			s.assign(value)
		})
		one.finish(v, got)
	}
	return all
}

// setDefaults gives the fields of an element their defaults.
func setDefaults[T any, P element[T]](one P) {
	for _, s := range one.fields() {
		if s.fallback != "" {
			text, _ := s.normal(s.fallback)
			s.assign(given{texts: []string{text}})
		}
	}
}

// assign gives a field a value that has been checked.
func (s *setting) assign(v given) {
	switch to := s.to.(type) {
	case *string:
		*to = v.texts[0]
	case *bool:
		*to = v.texts[0] == "true"
	case *int:
		*to, _ = strconv.Atoi(v.texts[0])
	case *size:
		*to, _ = parseSize(v.texts[0])
	case *length:
		*to, _ = parseLength(v.texts[0])
	case *[]string:
		*to = v.texts
	case *[]namedFile:
		*to = nil
		for i, name := range v.names {
			*to = append(*to, namedFile{name, v.texts[i]})
		}
	default:
		panic(fmt.Sprintf("setting %s is a %T", s.key, s.to))
	}
}

func (f *followSettings) fields() []*setting {
	return []*setting{
		{key: "paths", kind: fileKind, list: true, required: true, to: &f.Paths, doc: "files, directories and globs; one JSON object a line"},
		{key: "log_type", to: &f.LogType, doc: "p_log_type of events that have none"},
		{key: "start_at", to: &f.StartAt, choices: []string{"beginning", "end"}, fallback: "beginning", doc: "where to begin in a file that is new"},
	}
}

func (f *followSettings) short(text string) error {
	if text == "" {
		return fmt.Errorf("want a file, a directory or a glob")
	}
	f.Paths = []string{text}
	return nil
}

func (f *followSettings) long() string { return strings.Join(f.Paths, ",") }

func (f *followSettings) finish(at strictyaml.Value, given map[string]strictyaml.Value) {
	f.pos = at.Pos()
	if len(f.Paths) == 0 && given["paths"].IsNull() {
		at.ErrorHint("such as paths: [/var/log/app/*.jsonl]", "%s has no paths", at.Name())
	}
}

// sinkTypes are the types of sinks.
var sinkTypes = []string{"stdout", "file", "webhook"}

// severities are the grades of alerts, from the least.
var severities = []string{"INFO", "LOW", "MEDIUM", "HIGH", "CRITICAL"}

func (s *sinkSettings) fields() []*setting {
	file, webhook := []string{"file"}, []string{"webhook"}
	return []*setting{
		{key: "type", to: &s.Type, choices: sinkTypes, required: true, doc: "what kind of place it is"},
		{key: "name", to: &s.Name, doc: "its name, for rules' destinations, logs and metrics; the type if not given"},
		{key: "default", kind: boolKind, to: &s.Default, fallback: "true", doc: "it takes the alerts of rules that name no destination; false if it has destinations"},
		{key: "all", kind: boolKind, to: &s.All, fallback: "false", doc: "it takes all alerts, whatever their destinations and severity, such as an archive"},
		{key: "min_severity", to: &s.MinSeverity, choices: severities, fold: true, doc: "the least severity that it takes"},
		{key: "severities", list: true, to: &s.Severities, choices: severities, fold: true, doc: "the severities that it takes"},
		{key: "destinations", list: true, to: &s.Destinations, doc: "names that rules may use for it, besides its own"},

		{key: "path", kind: fileKind, only: file, required: true, to: &s.Path, doc: "the file"},
		{key: "max_size", kind: sizeKind, only: file, to: &s.MaxSize, fallback: "100MB", doc: "a new file is begun when it is this large; 0 is no limit"},
		{key: "max_age", kind: lengthKind, only: file, to: &s.MaxAge, fallback: "24h", doc: "a new file is begun with each period of this length, counted in UTC; 0 is none"},
		{key: "keep", kind: numberKind, only: file, to: &s.Keep, fallback: "7", doc: "old files that are kept; 0 keeps all"},
		{key: "compress", kind: boolKind, only: file, to: &s.Compress, fallback: "false", doc: "old files are compressed with gzip"},

		{key: "url", only: webhook, to: &s.URL, doc: "where alerts are posted to"},
		{key: "url_file", kind: fileKind, only: webhook, to: &s.URLFile, doc: "file that holds the URL, where the URL is a secret"},
		{key: "secret_file", kind: fileKind, only: webhook, to: &s.SecretFile, doc: "file of the key that requests are signed with"},
		{key: "headers_files", kind: fileKind, mapping: true, only: webhook, to: &s.HeadersFiles, doc: "more headers: for each the file of its value"},
		{key: "batch", kind: numberKind, only: webhook, to: &s.Batch, fallback: "1", doc: "alerts in a request; more than 1 are sent as an array"},
		{key: "timeout", kind: lengthKind, only: webhook, to: &s.Timeout, fallback: "10s", doc: "how long a request may take"},
		{key: "max_queued", kind: numberKind, only: webhook, to: &s.MaxQueued, fallback: "100000", doc: "alerts that may wait for delivery"},
		{key: "max_queued_size", kind: sizeKind, only: webhook, to: &s.MaxQueuedSize, fallback: "1GB", doc: "their size"},
	}
}

// short reads stdout, file:PATH or webhook:URL, with NAME= in front.
func (s *sinkSettings) short(text string) error {
	spec := text
	if name, rest, ok := strings.Cut(text, "="); ok && !strings.Contains(name, ":") {
		s.Name, spec = name, rest
	}
	var where string
	s.Type, where, _ = strings.Cut(spec, ":")
	switch {
	case s.Type == "stdout" && where == "":
		return nil
	case s.Type == "file" && where != "":
		s.Path = where
		return nil
	case s.Type == "webhook" && where != "":
		s.URL = where
		return nil
	}
	return fmt.Errorf("sink is %q, want stdout, file:PATH or webhook:URL", text)
}

func (s *sinkSettings) long() string {
	switch s.Type {
	case "file":
		return s.Name + "=file:" + s.Path
	case "webhook":
		return s.Name + "=webhook:" + hideURL(s.URL)
	}
	return s.Name + "=" + s.Type
}

// hideURL leaves out of a URL what may be a secret: chat services put it into
// the path.
func hideURL(text string) string {
	u, err := url.Parse(text)
	if err != nil || u.Host == "" || strings.Trim(u.Path, "/") == "" && u.RawQuery == "" && u.User == nil {
		return text
	}
	return u.Scheme + "://" + u.Host + "/…"
}

func (s *sinkSettings) finish(at strictyaml.Value, given map[string]strictyaml.Value) {
	s.pos = at.Pos()
	if given["default"].IsNull() {
		s.Default = len(s.Destinations) == 0
	}
	if s.Name == "" {
		s.Name = s.Type
	}
	if at.Exists() {
		s.checkFields(at, given)
	}
}

// checkFields reports fields that the type of sink lacks, or does not have.
func (s *sinkSettings) checkFields(at strictyaml.Value, given map[string]strictyaml.Value) {
	if given["type"].IsNull() {
		if at.Mapping().Get("type").IsNull() { // otherwise it has been reported
			at.ErrorHint("want type: "+wordList(sinkTypes), "%s has no type", at.Name())
		}
		return
	}
	for _, f := range s.fields() {
		v, mine := given[f.key], f.only == nil || slices.Contains(f.only, s.Type)
		switch {
		case !mine && v.Exists():
			v.Errorf("%s is for sinks of type %s, this one is of type %s", f.key, wordList(f.only), s.Type)
		case mine && f.required && at.Mapping().Get(f.key).IsNull():
			at.Errorf("%s is of type %s and has no %s", at.Name(), s.Type, f.key)
		}
	}
	if s.Type == "webhook" && at.Mapping().Get("url").IsNull() && at.Mapping().Get("url_file").IsNull() {
		at.ErrorHint("such as url: https://soc.example.com/alerts", "%s is of type webhook and has neither url nor url_file", at.Name())
	}
}

// problem is what is wrong with a setting.
func (conf *configuration) problem(flag string, pos syntax.Position, severity runtime.Severity, hint, format string, args ...any) *runtime.Diagnostic {
	if pos.Line == 0 {
		name := "--" + flag
		pos = syntax.MakePosition(&name, 0, 0)
		if o := conf.origins[flag]; o != nil {
			pos = o.pos
		}
	}
	return &runtime.Diagnostic{Pos: pos, Severity: severity, Code: "config", Msg: fmt.Sprintf(format, args...), Hint: hint}
}
