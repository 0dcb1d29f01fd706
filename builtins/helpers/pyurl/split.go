package pyurl

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/starhost/starhost/builtins/helpers/pyclass"
	"github.com/starhost/starhost/builtins/helpers/pyerr"
	"github.com/starhost/starhost/builtins/helpers/pyip"
	"github.com/starhost/starhost/builtins/helpers/pyrepr"
	"go.starlark.net/starlark"
)

// A parts is a URL in parts. The path of a split one has the parameters.
type parts struct {
	scheme, netloc, path, params, query, fragment string
}

var (
	usesRelative = set("ftp http gopher nntp imap wais file https shttp mms prospero rtsp rtsps rtspu sftp svn svn+ssh ws wss")
	usesNetloc   = set("ftp http gopher nntp telnet imap wais file mms https shttp snews prospero rtsp rtsps rtspu rsync svn svn+ssh sftp nfs git git+ssh ws wss")
	usesParams   = set("ftp hdl prospero http imap https shttp rtsp rtsps rtspu sip sips mms sftp tel")
)

// set has the words, and the empty one.
func set(words string) map[string]bool {
	m := map[string]bool{"": true}
	for word := range strings.FieldsSeq(words) {
		m[word] = true
	}
	return m
}

var removed = strings.NewReplacer("\t", "", "\r", "", "\n", "")

func isControl(r rune) bool { return r <= ' ' }

// split takes a URL apart. scheme is that of a URL without one.
func split(url, scheme string, fragments bool) (p parts, err error) {
	url = removed.Replace(strings.TrimLeftFunc(url, isControl))
	p.scheme = removed.Replace(strings.TrimFunc(scheme, isControl))
	if before, after, ok := strings.Cut(url, ":"); ok && isScheme(before) {
		p.scheme, url = strings.ToLower(before), after
	}
	if rest, ok := strings.CutPrefix(url, "//"); ok {
		end := strings.IndexAny(rest, "/?#")
		if end < 0 {
			end = len(rest)
		}
		p.netloc, url = rest[:end], rest[end:]
		if err := checkBrackets(p.netloc); err != nil {
			return p, err
		}
	}
	if fragments {
		url, p.fragment, _ = strings.Cut(url, "#")
	}
	p.path, p.query, _ = strings.Cut(url, "?")
	return p, checkNetloc(p.netloc)
}

func isScheme(s string) bool {
	return s != "" && isLetter(s[0]) && !strings.ContainsFunc(s, func(r rune) bool {
		return r >= 0x80 || !isLetter(byte(r)) && (r < '0' || r > '9') && r != '+' && r != '-' && r != '.'
	})
}

func isLetter(c byte) bool { return 'a' <= c|0x20 && c|0x20 <= 'z' }

// future is the form of the addresses that versions of IP after 6 may have.
var future = regexp.MustCompile(`\Av[a-fA-F0-9]+\.[^\n]+\z`)

func checkBrackets(netloc string) error {
	open, closed := strings.Contains(netloc, "["), strings.Contains(netloc, "]")
	if open != closed {
		return pyerr.Value("Invalid IPv6 URL")
	}
	if !open {
		return nil
	}
	_, host, _ := strings.Cut(netloc, "[")
	host, _, _ = strings.Cut(host, "]")
	if strings.HasPrefix(host, "v") {
		if !future.MatchString(host) {
			return pyerr.Value("IPvFuture address is invalid")
		}
		return nil
	}
	address, err := pyip.Parse(host)
	if err != nil {
		return err
	}
	if address.Type() == "IPv4Address" {
		return pyerr.Value("An IPv4 address cannot be in brackets")
	}
	return nil
}

// delimiting are the characters that stand for delimiters of a URL once they
// are normalized (NFKC), as browsers do.
const delimiting = "\u2047\u2048\u2049\u2100\u2101\u2105\u2106\u2a74\ufe13\ufe16\ufe55\ufe56\ufe5f\ufe6b\uff03\uff0f\uff1a\uff1f\uff20"

func checkNetloc(netloc string) error {
	if strings.ContainsAny(netloc, delimiting) {
		return pyerr.Value("netloc '%s' contains invalid characters under NFKC normalization", netloc)
	}
	return nil
}

// splitParams moves the parameters of the last segment out of the path.
func (p *parts) splitParams() {
	if !usesParams[p.scheme] {
		return
	}
	segment := strings.LastIndexByte(p.path, '/') + 1
	if i := strings.IndexByte(p.path[segment:], ';'); i >= 0 {
		p.path, p.params = p.path[:segment+i], p.path[segment+i+1:]
	}
}

// parse takes a URL apart, and the parameters out of its path.
func parse(url, scheme string, fragments bool) (parts, error) {
	p, err := split(url, scheme, fragments)
	p.splitParams()
	return p, err
}

// String puts a URL together.
func (p parts) String() string {
	url := p.path
	if p.params != "" {
		url += ";" + p.params
	}
	if p.netloc != "" || p.scheme != "" && usesNetloc[p.scheme] && !strings.HasPrefix(url, "//") {
		if url != "" && url[0] != '/' {
			url = "/" + url
		}
		url = "//" + p.netloc + url
	}
	if p.scheme != "" {
		url = p.scheme + ":" + url
	}
	if p.query != "" {
		url += "?" + p.query
	}
	if p.fragment != "" {
		url += "#" + p.fragment
	}
	return url
}

// join resolves a URL against another.
func join(base, url string, fragments bool) (string, error) {
	if base == "" || url == "" {
		return base + url, nil
	}
	b, err := parse(base, "", fragments)
	if err != nil {
		return "", err
	}
	p, err := parse(url, b.scheme, fragments)
	switch {
	case err != nil:
		return "", err
	case p.scheme != b.scheme || !usesRelative[p.scheme]:
		return url, nil
	case usesNetloc[p.scheme] && p.netloc != "":
		return p.String(), nil
	case usesNetloc[p.scheme]:
		p.netloc = b.netloc
	}
	if p.path == "" && p.params == "" {
		p.path, p.params = b.path, b.params
		if p.query == "" {
			p.query = b.query
		}
		return p.String(), nil
	}
	p.path = joinPaths(b.path, p.path)
	return p.String(), nil
}

func joinPaths(base, path string) string {
	segments := strings.Split(path, "/")
	if !strings.HasPrefix(path, "/") {
		dirs := strings.Split(base, "/")
		if dirs[len(dirs)-1] != "" {
			dirs = dirs[:len(dirs)-1]
		}
		segments = append(dirs, segments...)
		last := len(segments) - 1
		if last > 1 {
			inner := slices.DeleteFunc(slices.Clone(segments[1:last]), func(s string) bool { return s == "" })
			segments = slices.Concat(segments[:1], inner, segments[last:])
		}
	}
	var resolved []string
	for _, segment := range segments {
		switch segment {
		case "..":
			resolved = resolved[:max(len(resolved)-1, 0)]
		case ".":
		default:
			resolved = append(resolved, segment)
		}
	}
	if last := segments[len(segments)-1]; last == "." || last == ".." {
		resolved = append(resolved, "")
	}
	if joined := strings.Join(resolved, "/"); joined != "" {
		return joined
	}
	return "/"
}

// The names of the parts, of a URL that is split, parsed and defragmented.
var (
	splitNames  = []string{"scheme", "netloc", "path", "query", "fragment"}
	parseNames  = []string{"scheme", "netloc", "path", "params", "query", "fragment"}
	defragNames = []string{"url", "fragment"}
)

func (p parts) splitResult() starlark.Value {
	return result("SplitResult", splitNames, p.scheme, p.netloc, p.path, p.query, p.fragment)
}

func (p parts) parseResult() starlark.Value {
	return result("ParseResult", parseNames, p.scheme, p.netloc, p.path, p.params, p.query, p.fragment)
}

func result(name string, names []string, texts ...string) starlark.Value {
	elems := make(starlark.Tuple, len(texts))
	for i, text := range texts {
		elems[i] = starlark.String(text)
	}
	return &pyclass.NamedTuple{FullName: name, Names: names, Elems: elems, Lookup: lookup}
}

// lookup finds what can be asked of a result beside its parts.
func lookup(t *pyclass.NamedTuple, name string) (starlark.Value, error) {
	switch name {
	case "geturl":
		return pyclass.Function(name, func(c pyclass.Call) (starlark.Value, error) {
			p, err := partsOf(t)
			return starlark.String(p.String()), err
		}), nil
	case "_replace":
		return pyclass.Function(name, func(c pyclass.Call) (starlark.Value, error) { return replace(t, c) }), nil
	case "_asdict":
		return pyclass.Function(name, func(c pyclass.Call) (starlark.Value, error) {
			dict := starlark.NewDict(len(t.Names))
			for i, name := range t.Names {
				_ = dict.SetKey(starlark.String(name), t.Elems[i]) // strings hash
			}
			return dict, c.Unpack()
		}), nil
	}
	if len(t.Names) < len(splitNames) {
		return nil, nil
	}
	netloc, _ := starlark.AsString(t.Elems[1])
	switch name {
	case "username":
		return userinfo(netloc, 0), nil
	case "password":
		return userinfo(netloc, 1), nil
	case "hostname":
		return hostname(netloc), nil
	case "port":
		return port(netloc)
	}
	return nil, nil
}

func replace(t *pyclass.NamedTuple, c pyclass.Call) (starlark.Value, error) {
	elems := slices.Clone(t.Elems)
	for _, kv := range c.Kwargs {
		name, _ := starlark.AsString(kv[0])
		i := slices.Index(t.Names, name)
		if i < 0 {
			return nil, pyerr.Value("Got unexpected field names: [%s]", pyrepr.Str(name))
		}
		elems[i] = kv[1]
	}
	return &pyclass.NamedTuple{FullName: t.FullName, Names: t.Names, Elems: elems, Lookup: lookup}, nil
}

// partsOf reads a tuple of five or six parts, or of two.
func partsOf(v starlark.Value) (p parts, err error) {
	seq, ok := v.(starlark.Indexable)
	if !ok {
		return p, pyerr.Type("got %s, want a sequence of parts", v.Type())
	}
	fields := map[int][]*string{
		2: {&p.path, &p.fragment},
		5: {&p.scheme, &p.netloc, &p.path, &p.query, &p.fragment},
		6: {&p.scheme, &p.netloc, &p.path, &p.params, &p.query, &p.fragment},
	}[seq.Len()]
	if fields == nil {
		return p, pyerr.Value("got %d parts of a URL, want 5 or 6", seq.Len())
	}
	for i, field := range fields {
		if *field, ok = starlark.AsString(seq.Index(i)); !ok {
			return p, pyerr.Type("Cannot mix str and non-str arguments")
		}
	}
	return p, nil
}

// userinfo returns the user (0) or the password (1) before the @.
func userinfo(netloc string, which int) starlark.Value {
	at := strings.LastIndexByte(netloc, '@')
	if at < 0 {
		return starlark.None
	}
	user, password, found := strings.Cut(netloc[:at], ":")
	switch {
	case which == 0:
		return starlark.String(user)
	case found:
		return starlark.String(password)
	}
	return starlark.None
}

func hostAndPort(netloc string) (host, port string) {
	info := netloc[strings.LastIndexByte(netloc, '@')+1:]
	if _, bracketed, ok := strings.Cut(info, "["); ok {
		host, port, _ = strings.Cut(bracketed, "]")
		_, port, _ = strings.Cut(port, ":")
		return host, port
	}
	host, port, _ = strings.Cut(info, ":")
	return host, port
}

func hostname(netloc string) starlark.Value {
	host, _ := hostAndPort(netloc)
	if host == "" {
		return starlark.None
	}
	name, zone, found := strings.Cut(host, "%")
	name = strings.ToLower(name)
	if found {
		name += "%" + zone
	}
	return starlark.String(name)
}

func port(netloc string) (starlark.Value, error) {
	_, text := hostAndPort(netloc)
	if text == "" {
		return starlark.None, nil
	}
	if strings.Trim(text, "0123456789") != "" {
		return nil, pyerr.Value("Port could not be cast to integer value as %s", pyrepr.Str(text))
	}
	n, err := strconv.Atoi(text)
	if err != nil || n > 65535 {
		return nil, pyerr.Value("Port out of range 0-65535")
	}
	return starlark.MakeInt(n), nil
}
