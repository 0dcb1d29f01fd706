package pyre

import (
	"strings"

	"github.com/starhost/starhost/builtins/helpers/pyclass"
	"github.com/starhost/starhost/builtins/helpers/pyerr"
	"github.com/starhost/starhost/runtime"
	"github.com/starhost/starhost/runtime/guard"
	"go.starlark.net/starlark"
)

// Module returns the module re, with a cache of patterns of its own.
//
//	compile(pattern, flags=0)
//	search(pattern, string, flags=0)     the first match, or None
//	match(pattern, string, flags=0)      a match at the start, or None
//	fullmatch(pattern, string, flags=0)  a match of the whole string, or None
//	findall(pattern, string, flags=0)    a list of texts, or of tuples of groups
//	finditer(pattern, string, flags=0)   a list of matches
//	sub(pattern, repl, string, count=0, flags=0), subn(…)
//	split(pattern, string, maxsplit=0, flags=0)
//	escape(pattern), purge()
//	A, I, M, S, U, X, L, DEBUG, NOFLAG and their long names
//	error, Pattern, Match
//
// A pattern has pattern, flags, groups, groupindex, and
//
//	search(string[, pos[, endpos]]), match(…), fullmatch(…), findall(…), finditer(…)
//	sub(repl, string, count=0), subn(…), split(string, maxsplit=0)
//
// A match has string, re, pos, endpos, lastindex, lastgroup, regs, m[group], and
//
//	group([group…]), groups(default=None), groupdict(default=None)
//	start([group]), end([group]), span([group]), expand(template)
//
// A replacement is a string, with \1, \g<1> and \g<name> for groups, or a
// function of the match. Positions are byte offsets, in files of Python
// characters.
func Module() runtime.Module {
	m := &module{cache: new(cache)}
	members := starlark.StringDict{
		"compile":   m.function("compile", (*module).compile),
		"search":    m.function("search", inText((*Pattern).search)),
		"match":     m.function("match", inText((*Pattern).start)),
		"fullmatch": m.function("fullmatch", inText((*Pattern).fullmatch)),
		"findall":   m.function("findall", inText((*Pattern).findall)),
		"finditer":  m.function("finditer", inText((*Pattern).finditer)),
		"sub":       m.function("sub", func(m *module, c call) (starlark.Value, error) { return m.sub(c, false) }),
		"subn":      m.function("subn", func(m *module, c call) (starlark.Value, error) { return m.sub(c, true) }),
		"split":     m.function("split", (*module).split),
		"escape":    m.function("escape", (*module).escape),
		"purge":     m.function("purge", (*module).purge),
		"error":     &pyerr.Exception{FullName: "re.error", Base: "Exception"},
		"Pattern":   patternClass,
		"Match":     matchClass,
	}
	for names, flag := range map[string]int{
		"A ASCII": flagA, "I IGNORECASE": flagI, "L LOCALE": flagL, "M MULTILINE": flagM, "S DOTALL": flagS,
		"U UNICODE": flagU, "X VERBOSE": flagX, "T TEMPLATE": flagT, "DEBUG": flagDebug, "NOFLAG": 0,
	} {
		for name := range strings.FieldsSeq(names) {
			members[name] = starlark.MakeInt(flag)
		}
	}
	return runtime.Module{Names: []string{"re"}, Members: members}
}

type module struct{ cache *cache }

// MustCompile makes a pattern of the host's own. It panics if that is none.
func MustCompile(text string) *Pattern {
	p, err := parse(text, 0)
	if err != nil {
		panic(err)
	}
	return &Pattern{text: text, prog: newProgram(p)}
}

func (m *module) function(name string, f func(*module, call) (starlark.Value, error)) *starlark.Builtin {
	return pyclass.Function(name, func(c call) (starlark.Value, error) { return f(m, c) })
}

// pattern returns the pattern of an argument: a text, or one that is compiled
// already.
func (m *module) pattern(v starlark.Value, flags int) (*Pattern, error) {
	switch v := v.(type) {
	case *Pattern:
		if flags != 0 {
			return nil, pyerr.Value("cannot process flags argument with a compiled pattern")
		}
		return v, nil
	case starlark.String:
		prog, err := m.cache.program(string(v), flags)
		if err != nil {
			return nil, err
		}
		return &Pattern{text: string(v), prog: prog}, nil
	case starlark.Bytes:
		return nil, pyerr.Type("patterns of bytes are not supported")
	}
	return nil, pyerr.Type("first argument must be string or compiled pattern")
}

func (m *module) compile(c call) (starlark.Value, error) {
	var (
		pattern starlark.Value
		flags   int
	)
	if err := c.Unpack("pattern", &pattern, "flags?", &flags); err != nil {
		return nil, err
	}
	p, err := m.pattern(pattern, flags)
	if err != nil {
		return nil, err
	}
	return p, nil
}

// inText makes a function of a pattern, a text and flags of what takes a
// region.
func inText(f func(*Pattern, call, region) (starlark.Value, error)) func(*module, call) (starlark.Value, error) {
	return func(m *module, c call) (starlark.Value, error) {
		var (
			pattern starlark.Value
			text    textArg
			flags   int
		)
		if err := c.Unpack("pattern", &pattern, "string", &text, "flags?", &flags); err != nil {
			return nil, err
		}
		p, err := m.pattern(pattern, flags)
		if err != nil {
			return nil, err
		}
		return f(p, c, whole(string(text)))
	}
}

func (m *module) sub(c call, counted bool) (starlark.Value, error) {
	var (
		pattern, repl starlark.Value
		text          textArg
		count, flags  int
	)
	if err := c.Unpack("pattern", &pattern, "repl", &repl, "string", &text, "count?", &count, "flags?", &flags); err != nil {
		return nil, err
	}
	p, err := m.pattern(pattern, flags)
	if err != nil {
		return nil, err
	}
	return p.substitute(c, repl, string(text), count, counted)
}

func (m *module) split(c call) (starlark.Value, error) {
	var (
		pattern         starlark.Value
		text            textArg
		maxsplit, flags int
	)
	if err := c.Unpack("pattern", &pattern, "string", &text, "maxsplit?", &maxsplit, "flags?", &flags); err != nil {
		return nil, err
	}
	p, err := m.pattern(pattern, flags)
	if err != nil {
		return nil, err
	}
	return p.splitText(c, string(text), maxsplit)
}

func (m *module) escape(c call) (starlark.Value, error) {
	var pattern string
	if err := c.Unpack("pattern", &pattern); err != nil {
		return nil, err
	}
	if err := guard.CheckBytes(c.Thread, c.Fn, 2*len(pattern)); err != nil {
		return nil, err
	}
	var b strings.Builder
	for i := range len(pattern) {
		if strings.IndexByte("()[]{}?*+-|^$\\.&~# \t\n\r\v\f", pattern[i]) >= 0 {
			b.WriteByte('\\')
		}
		b.WriteByte(pattern[i])
	}
	return starlark.String(b.String()), nil
}

func (m *module) purge(c call) (starlark.Value, error) {
	m.cache.purge()
	return starlark.None, c.Unpack()
}
