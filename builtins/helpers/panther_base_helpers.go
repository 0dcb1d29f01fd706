package helpers

import (
	"errors"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/starhost/starhost/builtins/helpers/pyclass"
	"github.com/starhost/starhost/builtins/helpers/pyerr"
	"github.com/starhost/starhost/builtins/helpers/pyglob"
	"github.com/starhost/starhost/builtins/helpers/pyip"
	"github.com/starhost/starhost/builtins/helpers/pyre"
	"github.com/starhost/starhost/builtins/helpers/pyrepr"
	"github.com/starhost/starhost/builtins/helpers/pytext"
	"github.com/starhost/starhost/builtins/helpers/pytime"
	"github.com/starhost/starhost/event"
	"github.com/starhost/starhost/runtime"
	"github.com/starhost/starhost/runtime/guard"
	"go.starlark.net/starlark"
	"go.starlark.net/syntax"
)

// PantherBaseHelpers returns the module panther_base_helpers, of Panther's
// helper of that name the functions that are not about one log source:
//
//	deep_get(dictionary, *keys, default=None)
//	        the value at a path of keys, or default where anything on the way
//	        is missing
//	deep_walk(obj, *keys, default=None, return_val="all")
//	        the same through lists too: all values that are found, each once
//	        (a single one as it is), or the "first" or the "last"
//	get_val_from_list(list_of_dicts, return_field_key, field_cmp_key, field_cmp_val)
//	        the set of one field's values in the dicts whose other field is
//	        equal to a value
//	is_ip_in_network(ip_addr, networks)
//	        whether an address is in one of the networks, which are texts
//	pattern_match(string_to_match, pattern)
//	pattern_match_list(string_to_match, patterns)
//	        whether a string matches a pattern as fnmatch does, or one of them
//	defang_ioc(ioc)
//	        1[.]2[.]3[.]4, hxxps://example[.]com
//	severity_greater_than(sev1, sev2)
//	        whether INFO, LOW, MEDIUM, HIGH or CRITICAL is above another;
//	        other texts are below INFO
//	ioc_match(indicators, known_iocs)
//	        the indicators that are known, in a list
//	key_value_list_to_dict(list_objects, key, value)
//	        [{"k": "a", "v": 1}] as {"a": 1}
//	listify(maybe_list)
//	        a list, tuple or set as it is; anything else in a list
//	aws_strip_role_session_id(user_identity_arn)
//	        the part of the ARN of an assumed role before the session
//	is_base64(b64, min_length=28)
//	        what a text is in base64, if that is readable ASCII, else ""
//	golang_nanotime_to_python_datetime(golang_time)
//	panther_nanotime_to_python_datetime(panther_time)
//	        2024-01-02T03:04:05.123456789Z, or with a space and no Z, as a
//	        datetime
//
//	resolve_timestamp_string(timestamp)
//	        a time in a format of logs, or any that dateutil reads, or in seconds
//	        since 1970, as a datetime; None of "" and None
//	time_delta(time1, time2)
//	        how much later time2 is: "1 day(s) 2 hour(s) 3 minute(s) 4 second(s)"
//	nano_to_micro(time_str)
//	        a time with its seconds rounded to microseconds
//	add_parse_delay(event, context)
//	        adds the time between p_event_time and p_parse_time to a dict
//	pantherflow_investigation(event, interval="30m")
//	        a query for what happened around an event
//	dbprint(*values, sep=" ", end="\n")
//	        does nothing
//	EMAIL_REGEX, EPOCH_REGEX, SEVERITY_LEVELS, PantherUnexpectedAlert
//
// They take events, what is in them, and plain dicts.
func PantherBaseHelpers() runtime.Module {
	return runtime.Module{
		Names: []string{"panther_base_helpers"},
		Members: starlark.StringDict{
			"deep_get":                  starlark.NewBuiltin("deep_get", deepGet),
			"deep_walk":                 starlark.NewBuiltin("deep_walk", deepWalk),
			"get_val_from_list":         pyclass.Function("get_val_from_list", getValFromList),
			"is_ip_in_network":          pyclass.Function("is_ip_in_network", isIPInNetwork),
			"pattern_match":             pyclass.Function("pattern_match", patternMatch),
			"pattern_match_list":        pyclass.Function("pattern_match_list", patternMatchList),
			"defang_ioc":                pyclass.Function("defang_ioc", defangIOC),
			"severity_greater_than":     pyclass.Function("severity_greater_than", severityGreaterThan),
			"ioc_match":                 pyclass.Function("ioc_match", iocMatch),
			"key_value_list_to_dict":    pyclass.Function("key_value_list_to_dict", keyValueListToDict),
			"listify":                   pyclass.Function("listify", listify),
			"aws_strip_role_session_id": pyclass.Function("aws_strip_role_session_id", awsStripRoleSessionID),
			"is_base64":                 pyclass.Function("is_base64", isBase64),
			"resolve_timestamp_string":  pyclass.Function("resolve_timestamp_string", resolveTimestampString),
			"time_delta":                pyclass.Function("time_delta", timeDelta),
			"nano_to_micro":             pyclass.Function("nano_to_micro", nanoToMicro),
			"add_parse_delay":           pyclass.Function("add_parse_delay", addParseDelay),
			"pantherflow_investigation": pyclass.Function("pantherflow_investigation", pantherflowInvestigation),
			"dbprint":                   pyclass.Function("dbprint", func(pyclass.Call) (starlark.Value, error) { return starlark.None, nil }),
			"EMAIL_REGEX":               pyre.MustCompile(`[\w.+%-]+@[\w.-]+\.[a-zA-Z]{2,}`),
			"EPOCH_REGEX":               starlark.String(`([0-9]{9,12}(\.\d+)?)`),
			"SEVERITY_LEVELS":           severityLevels(),
			"PantherUnexpectedAlert":    &pyerr.Exception{FullName: "panther_base_helpers.PantherUnexpectedAlert", Base: "Exception"},
			"golang_nanotime_to_python_datetime": pyclass.Function("golang_nanotime_to_python_datetime", func(c pyclass.Call) (starlark.Value, error) {
				return nanotime(c, "golang_time", golangNanos, "Z", "%Y-%m-%dT%H:%M:%S.%fZ")
			}),
			"panther_nanotime_to_python_datetime": pyclass.Function("panther_nanotime_to_python_datetime", func(c pyclass.Call) (starlark.Value, error) {
				return nanotime(c, "panther_time", pantherNanos, "", "%Y-%m-%d %H:%M:%S.%f")
			}),
		},
	}
}

func deepGet(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var def starlark.Value = starlark.None
	if err := starlark.UnpackArgs(b.Name(), nil, kwargs, "default?", &def); err != nil {
		return nil, err
	}
	obj, keys, err := pathArgs(b, args)
	if err != nil {
		return nil, err
	}
	return event.DeepGet(obj, keys, def)
}

func deepWalk(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var def starlark.Value = starlark.None
	which := "all"
	if err := starlark.UnpackArgs(b.Name(), nil, kwargs, "default?", &def, "return_val?", &which); err != nil {
		return nil, err
	}
	if which != "all" && which != "first" && which != "last" {
		return nil, pyerr.Value("%s: return_val is %q, want all, first or last", b.Name(), which)
	}
	obj, keys, err := pathArgs(b, args)
	if err != nil {
		return nil, err
	}
	return event.DeepWalk(obj, keys, def, which)
}

// pathArgs divides the arguments of a function that walks into an object.
func pathArgs(b *starlark.Builtin, args starlark.Tuple) (starlark.Value, starlark.Tuple, error) {
	if len(args) == 0 {
		return nil, nil, pyerr.Type("%s: missing argument: the object to look into", b.Name())
	}
	return args[0], args[1:], nil
}

// get is Python's obj.get(key).
func get(obj, key starlark.Value) (starlark.Value, error) {
	m, ok := obj.(starlark.Mapping)
	if !ok {
		return nil, pyerr.New("AttributeError", "'%s' object has no attribute 'get'", pyerr.TypeName(obj))
	}
	v, found, err := m.Get(key)
	if !found && err == nil {
		v = starlark.None
	}
	return v, err
}

func getValFromList(c pyclass.Call) (starlark.Value, error) {
	var (
		list                 iterable
		field, cmpKey, cmpTo starlark.Value
	)
	if err := c.Unpack("list_of_dicts", &list, "return_field_key", &field, "field_cmp_key", &cmpKey, "field_cmp_val", &cmpTo); err != nil {
		return nil, err
	}
	found := new(starlark.Set)
	err := list.each(c.Thread, func(item starlark.Value) error {
		v, err := get(item, cmpKey)
		if err != nil {
			return err
		}
		if same, err := starlark.Equal(v, cmpTo); !same || err != nil {
			return err
		}
		if v, err = get(item, field); err != nil {
			return err
		}
		return found.Insert(v)
	})
	return found, err
}

func isIPInNetwork(c pyclass.Call) (starlark.Value, error) {
	var (
		ip       string
		networks iterable
	)
	if err := c.Unpack("ip_addr", &ip, "networks", &networks); err != nil {
		return nil, err
	}
	return anyOf(c, networks, func(text string) (bool, error) {
		address, err := pyip.Parse(ip)
		if err != nil {
			return false, err
		}
		network, err := pyip.ParseNetwork(text, true)
		return err == nil && network.Contains(address), err
	})
}

var errFound = errors.New("found")

// anyOf reports whether the condition holds for one of some texts. It looks
// no further than that one.
func anyOf(c pyclass.Call, texts iterable, holds func(string) (bool, error)) (starlark.Value, error) {
	err := texts.each(c.Thread, func(v starlark.Value) error {
		text, ok := starlark.AsString(v)
		if !ok {
			return pyerr.Type("%s: got an element of type %s, want string", c.Fn, v.Type())
		}
		ok, err := holds(text)
		if err == nil && ok {
			return errFound
		}
		return err
	})
	if errors.Is(err, errFound) {
		return starlark.True, nil
	}
	return starlark.False, err
}

func patternMatch(c pyclass.Call) (starlark.Value, error) {
	var text, pattern string
	if err := c.Unpack("string_to_match", &text, "pattern", &pattern); err != nil {
		return nil, err
	}
	ok, err := pyglob.Parse(pattern).Match(c.Thread, text)
	return starlark.Bool(ok), err
}

func patternMatchList(c pyclass.Call) (starlark.Value, error) {
	var (
		text     string
		patterns iterable
	)
	if err := c.Unpack("string_to_match", &text, "patterns", &patterns); err != nil {
		return nil, err
	}
	return anyOf(c, patterns, func(pattern string) (bool, error) { return pyglob.Parse(pattern).Match(c.Thread, text) })
}

func defangIOC(c pyclass.Call) (starlark.Value, error) {
	var ioc string
	if err := c.Unpack("ioc", &ioc); err != nil {
		return nil, err
	}
	if err := guard.CheckBytes(c.Thread, c.Fn, 3*len(ioc)); err != nil {
		return nil, err
	}
	return starlark.String(strings.NewReplacer("http://", "hxxp://", "https://", "hxxps://", ".", "[.]").Replace(ioc)), nil
}

func severityGreaterThan(c pyclass.Call) (starlark.Value, error) {
	var a, b starlark.Value
	if err := c.Unpack("sev1", &a, "sev2", &b); err != nil {
		return nil, err
	}
	return starlark.Bool(severityLevel(a) > severityLevel(b)), nil
}

var severities = []string{"INFO", "LOW", "MEDIUM", "HIGH", "CRITICAL"}

func severityLevel(v starlark.Value) int {
	s, _ := starlark.AsString(v)
	return slices.Index(severities, s)
}

// severityLevels are the severities by name.
func severityLevels() *starlark.Dict {
	levels := new(starlark.Dict)
	for i, s := range severities {
		_ = levels.SetKey(starlark.String(s), starlark.MakeInt(i)) // strings hash
	}
	levels.Freeze()
	return levels
}

func iocMatch(c pyclass.Call) (starlark.Value, error) {
	var indicators, known starlark.Value
	if err := c.Unpack("indicators", &indicators, "known_iocs", &known); err != nil {
		return nil, err
	}
	var found []starlark.Value
	var list iterable
	if !indicators.Truth() {
		return starlark.NewList(nil), nil
	}
	if err := list.Unpack(indicators); err != nil {
		return nil, pyerr.Type("ioc_match: for parameter indicators: %v", err)
	}
	err := list.each(c.Thread, func(ioc starlark.Value) error {
		in, err := starlark.Binary(syntax.IN, ioc, known)
		if err == nil && bool(in.Truth()) {
			found = append(found, ioc)
		}
		return err
	})
	return starlark.NewList(found), err
}

func keyValueListToDict(c pyclass.Call) (starlark.Value, error) {
	var (
		list       iterable
		key, value starlark.Value
	)
	if err := c.Unpack("list_objects", &list, "key", &key, "value", &value); err != nil {
		return nil, err
	}
	dict := new(starlark.Dict)
	err := list.each(c.Thread, func(item starlark.Value) error {
		k, err := index(item, key)
		if err != nil {
			return err
		}
		v, err := index(item, value)
		if err != nil {
			return err
		}
		return dict.SetKey(k, v)
	})
	return dict, err
}

// index is Python's obj[key] of a mapping.
func index(obj, key starlark.Value) (starlark.Value, error) {
	m, ok := obj.(starlark.Mapping)
	if !ok {
		return nil, pyerr.Type("'%s' object is not a mapping", pyerr.TypeName(obj))
	}
	v, found, err := m.Get(key)
	if err == nil && !found {
		err = pyerr.New("KeyError", "%s", pyrepr.Of(key))
	}
	return v, err
}

func listify(c pyclass.Call) (starlark.Value, error) {
	var v starlark.Value
	if err := c.Unpack("maybe_list", &v); err != nil {
		return nil, err
	}
	switch v.(type) {
	case starlark.String, starlark.Bytes, starlark.Mapping:
	case starlark.Iterable:
		return v, nil
	}
	return starlark.NewList([]starlark.Value{v}), nil
}

func awsStripRoleSessionID(c pyclass.Call) (starlark.Value, error) {
	var arn string
	if err := c.Unpack("user_identity_arn", &arn); err != nil {
		return nil, err
	}
	parts := strings.SplitN(arn, "/", 3)
	return starlark.String(strings.Join(parts[:min(2, len(parts))], "/")), nil
}

// isBase64 finds commands and the like that are hidden in base64, with
// Panther's rules for what is not: identifiers of 32 letters and digits, and
// what does not decode to ASCII that mostly prints.
func isBase64(c pyclass.Call) (starlark.Value, error) {
	var b64 string
	minLength := 28
	if err := c.Unpack("b64", &b64, "min_length?", &minLength); err != nil {
		return nil, err
	}
	if err := made(c, len(b64)); err != nil {
		return nil, err
	}
	if utf8.RuneCountInString(b64) < minLength || len(b64) == 32 && strings.Trim(b64, alphanumeric) == "" {
		return starlark.String(""), nil
	}
	padded := b64 + strings.Repeat("=", (4-len(b64)%4)%4)
	data, err := decodeBase64(padded, true)
	if err != nil {
		return starlark.String(""), nil
	}
	for _, encoding := range []string{"ascii", "utf-16-le", "utf-8"} {
		text, err := pytext.Decode(data, encoding, "strict")
		if err == nil && (text == "" || readable(text)) {
			return starlark.String(text), nil
		}
	}
	return starlark.String(""), nil
}

const alphanumeric = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"

// readable says that a text is ASCII, and that seven tenths of it print.
func readable(text string) bool {
	readable := 0
	for i := range len(text) {
		switch c := text[i]; {
		case c >= utf8.RuneSelf:
			return false
		case ' ' <= c && c < 0x7f, '\t' <= c && c <= '\r', 0x1c <= c && c < ' ':
			readable++
		}
	}
	return float64(readable)/float64(len(text)) >= 0.7
}

var (
	golangNanos  = regexp.MustCompile(`\.([0-9]+)Z`)
	pantherNanos = regexp.MustCompile(`\.([0-9]+)`)
)

// nanotime reads a time after cutting its fraction to microseconds.
func nanotime(c pyclass.Call, param string, nanos *regexp.Regexp, end, format string) (starlark.Value, error) {
	var text string
	if err := c.Unpack(param, &text); err != nil {
		return nil, err
	}
	found := nanos.FindStringSubmatch(text)
	if found == nil {
		return nil, pyerr.New("AttributeError", "'NoneType' object has no attribute 'group'")
	}
	d, err := pytime.Strptime(nanos.ReplaceAllLiteralString(text, "."+found[1][:min(6, len(found[1]))]+end), format)
	if err != nil {
		return nil, err
	}
	return d, nil
}
