package helpers

import (
	"slices"
	"strings"

	"github.com/starhost/starhost/builtins/helpers/pyclass"
	"github.com/starhost/starhost/builtins/helpers/pyerr"
	"github.com/starhost/starhost/runtime"
	"github.com/starhost/starhost/runtime/pytypes"
	"go.starlark.net/starlark"
)

// Logging returns the module logging, which writes to where rules print.
//
//	debug(msg, *args), info(…), warning(…), error(…), critical(…), exception(…), log(level, msg, *args)
//	getLogger(name=None), and these functions as methods of a logger; it has name, level, handlers,
//	    isEnabledFor(level), getEffectiveLevel(), getChild(suffix), hasHandlers()
//	DEBUG, INFO, WARNING, ERROR, CRITICAL, NOTSET, getLevelName(level)
//	basicConfig(**kwargs), disable(level), captureWarnings(capture), Formatter(…), StreamHandler(…),
//	    NullHandler(…), and setLevel(level), addHandler(handler), … of loggers and handlers
//
// A line is LEVEL:name:message, as CPython's without a configuration. There is
// no configuration, as that would be state which outlives an event: INFO and
// above are written, DEBUG is not, and the functions of the last line do
// nothing.
func Logging() runtime.Module {
	root := &logger{name: "root"}
	members := starlark.StringDict{
		"getLogger":       pyclass.Function("getLogger", getLogger),
		"root":            root,
		"log":             pyclass.Function("log", root.logCall),
		"Logger":          loggerClass,
		"getLevelName":    pyclass.Function("getLevelName", getLevelName),
		"basicConfig":     pyclass.Function("basicConfig", ignore),
		"disable":         pyclass.Function("disable", ignore),
		"captureWarnings": pyclass.Function("captureWarnings", ignore),
	}
	for _, name := range []string{"Handler", "StreamHandler", "NullHandler", "Formatter", "Filter"} {
		members[name] = inertClass(name)
	}
	for _, l := range logLevels {
		members[l.name] = starlark.MakeInt(l.level)
	}
	for name, level := range logMethods {
		members[name] = pyclass.Function(name, func(c pyclass.Call) (starlark.Value, error) { return root.write(c, level) })
	}
	return runtime.Module{Names: []string{"logging"}, Members: members}
}

const (
	logDebug    = 10
	logInfo     = 20
	logWarning  = 30
	logError    = 40
	logCritical = 50
)

var logLevels = []struct {
	name  string
	level int
}{{"NOTSET", 0}, {"DEBUG", logDebug}, {"INFO", logInfo}, {"WARNING", logWarning}, {"WARN", logWarning},
	{"ERROR", logError}, {"CRITICAL", logCritical}, {"FATAL", logCritical}}

var logMethods = map[string]int{
	"debug": logDebug, "info": logInfo, "warning": logWarning, "warn": logWarning,
	"error": logError, "exception": logError, "critical": logCritical, "fatal": logCritical,
}

func ignore(pyclass.Call) (starlark.Value, error) { return starlark.None, nil }

func levelName(level int) string {
	for _, l := range logLevels {
		if l.level == level {
			return l.name
		}
	}
	return "Level " + starlark.MakeInt(level).String()
}

func getLevelName(c pyclass.Call) (starlark.Value, error) {
	var level starlark.Value
	if err := c.Unpack("level", &level); err != nil {
		return nil, err
	}
	if name, ok := starlark.AsString(level); ok {
		i := slices.IndexFunc(logLevels, func(l struct {
			name  string
			level int
		}) bool {
			return l.name == name
		})
		if i < 0 {
			return starlark.String("Level " + name), nil
		}
		return starlark.MakeInt(logLevels[i].level), nil
	}
	var n int
	if err := starlark.AsInt(level, &n); err != nil {
		return nil, pyerr.Type("getLevelName() argument must be int or str, not %s", pytypes.TypeName(level))
	}
	return starlark.String(levelName(n)), nil
}

func getLogger(c pyclass.Call) (starlark.Value, error) {
	var name starlark.Value = starlark.None
	if err := c.Unpack("name?", &name); err != nil {
		return nil, err
	}
	if !name.Truth() {
		return &logger{name: "root"}, nil
	}
	s, ok := starlark.AsString(name)
	if !ok {
		return nil, pyerr.Type("A logger name must be a string")
	}
	return &logger{name: s}, nil
}

// A logger is Python's Logger.
type logger struct{ name string }

var (
	_ starlark.HasAttrs = (*logger)(nil)
	_ pyclass.Instance  = (*logger)(nil)
)

var loggerClass = &pyclass.Class{FullName: "logging.Logger"}

// String returns Python's repr.
func (l *logger) String() string        { return "<Logger " + l.name + " (INFO)>" }
func (l *logger) Type() string          { return "Logger" }
func (l *logger) Freeze()               {}
func (l *logger) Truth() starlark.Bool  { return true }
func (l *logger) Hash() (uint32, error) { return starlark.String(l.name).Hash() }
func (l *logger) Class() *pyclass.Class { return loggerClass }

// Attr returns a field or method.
func (l *logger) Attr(name string) (starlark.Value, error) {
	if level, ok := logMethods[name]; ok {
		return pyclass.Function(name, func(c pyclass.Call) (starlark.Value, error) { return l.write(c, level) }), nil
	}
	return loggerAttrs.Get(l, name, loggerClass)
}

// AttrNames lists the fields and methods.
func (l *logger) AttrNames() []string {
	names := loggerAttrs.Names(loggerClass)
	for name := range logMethods {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

var loggerAttrs = pyclass.Attrs[*logger]{
	Fields: map[string]func(*logger) starlark.Value{
		"name":      func(l *logger) starlark.Value { return starlark.String(l.name) },
		"level":     func(*logger) starlark.Value { return starlark.MakeInt(logInfo) },
		"handlers":  func(*logger) starlark.Value { return starlark.NewList(nil) },
		"propagate": func(*logger) starlark.Value { return starlark.True },
		"disabled":  func(*logger) starlark.Value { return starlark.False },
	},
	Methods: map[string]func(*logger, pyclass.Call) (starlark.Value, error){
		"log":           (*logger).logCall,
		"setLevel":      ignored[*logger],
		"addHandler":    ignored[*logger],
		"removeHandler": ignored[*logger],
		"addFilter":     ignored[*logger],
		"removeFilter":  ignored[*logger],
		"hasHandlers": func(_ *logger, c pyclass.Call) (starlark.Value, error) {
			return starlark.True, c.Unpack()
		},
		"getEffectiveLevel": func(_ *logger, c pyclass.Call) (starlark.Value, error) {
			return starlark.MakeInt(logInfo), c.Unpack()
		},
		"isEnabledFor": func(_ *logger, c pyclass.Call) (starlark.Value, error) {
			var level int
			err := c.Unpack("level", &level)
			return starlark.Bool(level >= logInfo), err
		},
		"getChild": func(l *logger, c pyclass.Call) (starlark.Value, error) {
			var suffix string
			if err := c.Unpack("suffix", &suffix); err != nil {
				return nil, err
			}
			if l.name != "root" {
				suffix = l.name + "." + suffix
			}
			return &logger{name: suffix}, nil
		},
	},
}

func ignored[T any](T, pyclass.Call) (starlark.Value, error) { return starlark.None, nil }

func (l *logger) logCall(c pyclass.Call) (starlark.Value, error) {
	var level int
	if len(c.Args) == 0 || starlark.AsInt(c.Args[0], &level) != nil {
		return nil, pyerr.Type("level must be an integer")
	}
	c.Args = c.Args[1:]
	return l.write(c, level)
}

// write writes a message, which may be a format of the arguments after it.
// What cannot be formatted is written as it is: logging never fails a rule.
func (l *logger) write(c pyclass.Call, level int) (starlark.Value, error) {
	if len(c.Args) == 0 {
		return nil, pyerr.Type("%s() missing 1 required positional argument: 'msg'", c.Fn)
	}
	if level < logInfo || c.Thread.Print == nil {
		return starlark.None, nil
	}
	text, err := pytypes.Str(c.Thread, c.Args[0])
	if err == nil && len(c.Args) > 1 {
		text, err = formatted(c, text)
	}
	if err != nil {
		return nil, err
	}
	c.Thread.Print(c.Thread, levelName(level)+":"+l.name+":"+text)
	return starlark.None, nil
}

func formatted(c pyclass.Call, format string) (string, error) {
	var args starlark.Value = c.Args[1:]
	if m, ok := c.Args[1].(starlark.IterableMapping); ok && len(c.Args) == 2 && bool(m.Truth()) {
		args = m
	}
	v, err := pytypes.Binary(c.Thread, pytypes.Mod, starlark.String(format), args)
	if err == nil {
		text, _ := starlark.AsString(v)
		return text, nil
	}
	if _, ok := err.(*pyerr.Error); !ok {
		return "", err
	}
	rest, err := pytypes.Repr(c.Thread, c.Args[1:])
	return format + " " + rest, err
}

// inertClass is a class of which instances have methods that do nothing.
func inertClass(name string) *pyclass.Class {
	class := &pyclass.Class{FullName: "logging." + name}
	class.New = func(pyclass.Call) (starlark.Value, error) { return inert{class}, nil }
	return class
}

type inert struct{ class *pyclass.Class }

func (x inert) String() string        { return "<" + x.class.Name() + ">" }
func (x inert) Type() string          { return x.class.Name() }
func (x inert) Freeze()               {}
func (x inert) Truth() starlark.Bool  { return true }
func (x inert) Hash() (uint32, error) { return 0, nil }
func (x inert) Class() *pyclass.Class { return x.class }

var inertMethods = strings.Fields("setLevel setFormatter addFilter removeFilter flush close acquire release")

// Attr returns a method.
func (x inert) Attr(name string) (starlark.Value, error) {
	if !slices.Contains(inertMethods, name) {
		return nil, nil
	}
	return pyclass.Function(name, ignore), nil
}

// AttrNames lists the methods.
func (x inert) AttrNames() []string { return inertMethods }
