package pydateutil

import (
	"fmt"
	"strings"

	"github.com/starhost/starhost/builtins/helpers/pyclass"
	"github.com/starhost/starhost/builtins/helpers/pyerr"
	"github.com/starhost/starhost/builtins/helpers/pytime"
	"github.com/starhost/starhost/runtime"
	"go.starlark.net/starlark"
	"go.starlark.net/starlarkstruct"
)

// Modules returns the modules dateutil, dateutil.parser, dateutil.relativedelta
// and dateutil.tz.
//
//	parser.parse(timestr, parserinfo=None, default=None, ignoretz=False, tzinfos=None,
//	             dayfirst=None, yearfirst=None, fuzzy=False, fuzzy_with_tokens=False)
//	parser.isoparse(dt_str), parser.isoparser(sep=None), parser.parser(info=None).parse(…),
//	parser.parserinfo(dayfirst=False, yearfirst=False), parser.ParserError, parser.UnknownTimezoneWarning
//	relativedelta.relativedelta(dt1=None, dt2=None, years=0, months=0, days=0, leapdays=0, weeks=0, hours=0,
//	             minutes=0, seconds=0, microseconds=0, year=None, …, weekday=None, yearday=None, nlyearday=None)
//	relativedelta.MO to SU, which take a number: MO(+1)
//	tz.UTC, tz.tzutc(), tz.tzlocal(), tz.tzoffset(name, offset), tz.gettz(name=None)
func Modules() []runtime.Module {
	parts := []runtime.Module{
		{Names: []string{"dateutil.parser"}, Members: parserMembers()},
		{Names: []string{"dateutil.relativedelta"}, Members: relativeMembers()},
		{Names: []string{"dateutil.tz"}, Members: starlark.StringDict{
			"UTC":      pytime.TZUTC,
			"tzutc":    pytime.TZUTCClass,
			"tzlocal":  pytime.TZLocalClass,
			"tzoffset": pytime.TZOffsetClass,
			"gettz":    pyclass.Function("gettz", gettz),
		}},
	}
	whole := runtime.Module{Names: []string{"dateutil"}, Members: starlark.StringDict{}}
	for _, m := range parts {
		name := m.Names[0]
		whole.Members[strings.TrimPrefix(name, "dateutil.")] = &starlarkstruct.Module{Name: name, Members: m.Members}
	}
	return append(parts, whole)
}

func parserMembers() starlark.StringDict {
	return starlark.StringDict{
		"parse":                  pyclass.Function("parse", func(c pyclass.Call) (starlark.Value, error) { return parse(c, nil) }),
		"isoparse":               pyclass.Function("isoparse", (&isoParser{}).isoparse),
		"isoparser":              isoParserClass,
		"parser":                 parserClass,
		"parserinfo":             parserInfoClass,
		"ParserError":            parserError,
		"UnknownTimezoneWarning": &pyerr.Exception{FullName: "dateutil.parser._parser.UnknownTimezoneWarning", Base: "RuntimeWarning"},
	}
}

// gettz knows the names of the one zone that there is.
func gettz(c pyclass.Call) (starlark.Value, error) {
	var name string
	if err := c.Unpack("name??", &name); err != nil {
		return nil, err
	}
	switch name {
	case "":
		return pytime.TZLocal, nil
	case "UTC", "GMT":
		return pytime.TZUTC, nil
	}
	return starlark.None, nil
}

// A parserInfo is dateutil's parserinfo: whether the day or the year comes
// first.
type parserInfo struct {
	object
	dayFirst, yearFirst bool
}

// object is what values of a class without much to them have in common.
type object struct{ class *pyclass.Class }

func (o object) String() string       { return fmt.Sprintf("<%s object>", o.class.FullName) }
func (o object) Type() string         { return o.class.Name() }
func (o object) Freeze()              {}
func (o object) Truth() starlark.Bool { return true }
func (o object) Hash() (uint32, error) {
	return 0, pyerr.Type("unhashable type: '%s'", o.class.Name())
}

// Class returns the class.
func (o object) Class() *pyclass.Class { return o.class }

var parserInfoClass = &pyclass.Class{FullName: "dateutil.parser._parser.parserinfo", New: newParserInfo}

func newParserInfo(c pyclass.Call) (starlark.Value, error) {
	info := &parserInfo{object: object{&pyclass.Class{FullName: "dateutil.parser._parser.parserinfo"}}}
	if err := c.Unpack("dayfirst?", truth{&info.dayFirst}, "yearfirst?", truth{&info.yearFirst}); err != nil {
		return nil, err
	}
	return info, nil
}

// A parserObject is dateutil's parser, which keeps its parserinfo.
type parserObject struct {
	object
	info *parserInfo
}

var parserClass = &pyclass.Class{FullName: "dateutil.parser._parser.parser", New: newParser}

func newParser(c pyclass.Call) (starlark.Value, error) {
	p := &parserObject{object: object{&pyclass.Class{FullName: "dateutil.parser._parser.parser"}}}
	if err := c.Unpack("info??", &p.info); err != nil {
		return nil, err
	}
	return p, nil
}

// Attr returns the method parse.
func (p *parserObject) Attr(name string) (starlark.Value, error) {
	if name != "parse" {
		return nil, nil
	}
	return pyclass.Function(name, func(c pyclass.Call) (starlark.Value, error) { return parse(c, p.info) }), nil
}

// AttrNames lists the methods.
func (p *parserObject) AttrNames() []string { return []string{"parse"} }
