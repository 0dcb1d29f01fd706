package pyurl

import (
	"strings"

	"github.com/starhost/starhost/builtins/helpers/pyclass"
	"github.com/starhost/starhost/builtins/helpers/pyerr"
	"github.com/starhost/starhost/runtime"
	"github.com/starhost/starhost/runtime/guard"
	"go.starlark.net/starlark"
	"go.starlark.net/starlarkstruct"
)

// Modules returns the modules urllib.parse, and urllib with its one member
// parse.
//
//	urlparse(url, scheme="", allow_fragments=True)  scheme, netloc, path, params, query, fragment
//	urlsplit(url, scheme="", allow_fragments=True)  the same without params; both have username, password,
//	                                                hostname, port, geturl(), _replace(…)
//	urlunparse(parts), urlunsplit(parts), urljoin(base, url, allow_fragments=True), urldefrag(url)
//	parse_qs(qs, keep_blank_values=False, strict_parsing=False, encoding="utf-8", errors="replace",
//	         max_num_fields=None, separator="&"), parse_qsl(…)
//	quote(string, safe="/", encoding=None, errors=None), quote_plus(string, safe="", …), quote_from_bytes(bs, safe="/")
//	unquote(string, encoding="utf-8", errors="replace"), unquote_plus(…), unquote_to_bytes(string)
//	urlencode(query, doseq=False, safe="", …, quote_via=quote_plus)
func Modules() []runtime.Module {
	parse := runtime.Module{
		Names: []string{"urllib.parse"},
		Members: starlark.StringDict{
			"urlparse":         pyclass.Function("urlparse", urlparse),
			"urlsplit":         pyclass.Function("urlsplit", urlsplit),
			"urlunparse":       pyclass.Function("urlunparse", urlunparse),
			"urlunsplit":       pyclass.Function("urlunsplit", urlunparse),
			"urljoin":          pyclass.Function("urljoin", urljoin),
			"urldefrag":        pyclass.Function("urldefrag", urldefrag),
			"parse_qs":         pyclass.Function("parse_qs", parseQS),
			"parse_qsl":        pyclass.Function("parse_qsl", parseQSL),
			"quote":            pyclass.Function("quote", quoteCall),
			"quote_plus":       pyclass.Function("quote_plus", quotePlusCall),
			"quote_from_bytes": pyclass.Function("quote_from_bytes", quoteFromBytes),
			"unquote":          pyclass.Function("unquote", func(c pyclass.Call) (starlark.Value, error) { return unquoteCall(c, false) }),
			"unquote_plus":     pyclass.Function("unquote_plus", func(c pyclass.Call) (starlark.Value, error) { return unquoteCall(c, true) }),
			"unquote_to_bytes": pyclass.Function("unquote_to_bytes", unquoteToBytes),
			"urlencode":        pyclass.Function("urlencode", urlencode),
		},
	}
	urllib := runtime.Module{
		Names:   []string{"urllib"},
		Members: starlark.StringDict{"parse": &starlarkstruct.Module{Name: "urllib.parse", Members: parse.Members}},
	}
	return []runtime.Module{urllib, parse}
}

// urlArgs reads the arguments of urlparse and urlsplit, and takes the URL
// apart. None is not one: CPython takes it for empty bytes.
func urlArgs(c pyclass.Call) (p parts, none bool, err error) {
	var (
		url       starlark.Value
		scheme    string
		fragments = true
	)
	if err := c.Unpack("url", &url, "scheme?", &scheme, "allow_fragments?", &fragments); err != nil {
		return p, false, err
	}
	if url == starlark.None {
		return p, true, nil
	}
	text, ok := starlark.AsString(url)
	if !ok {
		return p, false, pyerr.Type("%s: for parameter url: got %s, want string", c.Fn, url.Type())
	}
	p, err = split(text, scheme, fragments)
	return p, false, err
}

// emptyBytes is the result for None.
func emptyBytes(name string, names []string) starlark.Value {
	elems := make(starlark.Tuple, len(names))
	for i := range elems {
		elems[i] = starlark.Bytes("")
	}
	return &pyclass.NamedTuple{FullName: name, Names: names, Elems: elems, Lookup: lookup}
}

func urlsplit(c pyclass.Call) (starlark.Value, error) {
	p, none, err := urlArgs(c)
	switch {
	case err != nil:
		return nil, err
	case none:
		return emptyBytes("SplitResultBytes", splitNames), nil
	}
	return p.splitResult(), nil
}

func urlparse(c pyclass.Call) (starlark.Value, error) {
	p, none, err := urlArgs(c)
	switch {
	case err != nil:
		return nil, err
	case none:
		return emptyBytes("ParseResultBytes", parseNames), nil
	}
	p.splitParams()
	return p.parseResult(), nil
}

func urlunparse(c pyclass.Call) (starlark.Value, error) {
	var components starlark.Value
	if err := c.Unpack("components", &components); err != nil {
		return nil, err
	}
	p, err := partsOf(components)
	if err != nil {
		return nil, err
	}
	return made(c, p.String())
}

// made bounds and charges a text that was made of others.
func made(c pyclass.Call, text string) (starlark.Value, error) {
	if err := guard.CheckBytes(c.Thread, c.Fn, len(text)); err != nil {
		return nil, err
	}
	return starlark.String(text), nil
}

func urljoin(c pyclass.Call) (starlark.Value, error) {
	var base, url string
	fragments := true
	if err := c.Unpack("base", &base, "url", &url, "allow_fragments?", &fragments); err != nil {
		return nil, err
	}
	joined, err := join(base, url, fragments)
	if err != nil {
		return nil, err
	}
	return made(c, joined)
}

func urldefrag(c pyclass.Call) (starlark.Value, error) {
	var url string
	if err := c.Unpack("url", &url); err != nil {
		return nil, err
	}
	if !strings.Contains(url, "#") {
		return result("DefragResult", defragNames, url, ""), nil
	}
	p, err := parse(url, "", true)
	if err != nil {
		return nil, err
	}
	fragment := p.fragment
	p.fragment = ""
	return result("DefragResult", defragNames, p.String(), fragment), nil
}
