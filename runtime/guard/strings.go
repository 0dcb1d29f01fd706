package guard

import (
	"fmt"
	"strings"
	"unicode"

	"go.starlark.net/starlark"
)

var stringMethods = map[string]method{
	"capitalize": linear("capitalize"),
	"count":      linear("count"),
	"endswith":   affix("endswith", strings.HasSuffix),
	"find":       linear("find"),
	"format":     stringFormat,
	"index":      linear("index"),
	"isalnum":    linear("isalnum"),
	"isalpha":    linear("isalpha"),
	"isdigit":    linear("isdigit"),
	"islower":    linear("islower"),
	"isspace":    linear("isspace"),
	"istitle":    linear("istitle"),
	"isupper":    linear("isupper"),
	"join":       stringJoin,
	"lower":      mapped("lower", strings.ToLower),
	"lstrip":     strip("lstrip"),
	"partition":  linear("partition"),
	"replace":    stringReplace,
	"rfind":      linear("rfind"),
	"rindex":     linear("rindex"),
	"rpartition": linear("rpartition"),
	"rsplit":     split("rsplit"),
	"rstrip":     strip("rstrip"),
	"split":      split("split"),
	"splitlines": stringSplitlines,
	"startswith": affix("startswith", strings.HasPrefix),
	"strip":      strip("strip"),
	"title":      linear("title"),
	"upper":      mapped("upper", strings.ToUpper),
}

// linear is a method that takes time in proportion to the length of the
// string, and whose result is not much longer.
func linear(name string) method {
	return func(thread *starlark.Thread, recv starlark.Value, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
		if err := walked(thread, len(recv.(starlark.String))); err != nil {
			return nil, err
		}
		v, err := original(thread, name, recv, args, kwargs)
		if s, ok := v.(starlark.String); ok && len(s) > free {
			if err := CheckBytes(thread, name, len(s)); err != nil {
				return nil, err
			}
		}
		return v, err
	}
}

// mapped is a method without arguments that maps a string by f. It is as
// linear, but with less ado.
func mapped(name string, f func(string) string) method {
	slow := linear(name)
	return func(thread *starlark.Thread, recv starlark.Value, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
		if s := recv.(starlark.String); len(s) <= free && len(args)+len(kwargs) == 0 {
			return starlark.String(f(string(s))), nil
		}
		return slow(thread, recv, args, kwargs)
	}
}

// affix is startswith or endswith, which may be given any number of affixes.
func affix(name string, has func(s, affix string) bool) method {
	return func(thread *starlark.Thread, recv starlark.Value, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
		s := recv.(starlark.String)
		n := len(s)
		if len(args) == 1 && len(kwargs) == 0 {
			if x, ok := args[0].(starlark.String); ok && len(x) <= free {
				return starlark.Bool(has(string(s), string(x))), nil
			}
		}
		if len(args) > 0 {
			if err := walked(thread, affixBytes(args[0], n)); err != nil {
				return nil, err
			}
		}
		return original(thread, name, recv, args, kwargs)
	}
}

// affixBytes is how many bytes are compared at most with a string of n bytes.
func affixBytes(affix starlark.Value, n int) int {
	switch affix := affix.(type) {
	case starlark.String:
		return min(len(affix), n)
	case starlark.Tuple:
		sum := 0
		for _, v := range affix {
			s, _ := starlark.AsString(v)
			sum += min(len(s), n) + 1
		}
		return sum
	}
	return 0
}

// strip is strip, lstrip or rstrip.
func strip(name string) method {
	return func(thread *starlark.Thread, recv starlark.Value, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
		s := string(recv.(starlark.String))
		if err := walked(thread, len(s)); err != nil {
			return nil, err
		}
		if len(args) == 1 && len(kwargs) == 0 {
			if chars, ok := starlark.AsString(args[0]); ok && len(chars) > 16 {
				return stripSet(thread, name, s, chars)
			}
		}
		return original(thread, name, recv, args, kwargs)
	}
}

// stripSet is the strip of many characters. The interpreter's own takes the
// product of the lengths.
func stripSet(thread *starlark.Thread, name, s, chars string) (starlark.Value, error) {
	if err := walked(thread, len(chars)); err != nil {
		return nil, err
	}
	set := make(map[rune]bool)
	for _, r := range chars {
		set[r] = true
	}
	in := func(r rune) bool { return set[r] }
	if name != "rstrip" {
		s = strings.TrimLeftFunc(s, in)
	}
	if name != "lstrip" {
		s = strings.TrimRightFunc(s, in)
	}
	return starlark.String(s), nil
}

func stringJoin(thread *starlark.Thread, recv starlark.Value, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	sep := string(recv.(starlark.String))
	if len(args) != 1 || len(kwargs) > 0 {
		return original(thread, "join", recv, args, kwargs)
	}
	iterable, ok := args[0].(starlark.Iterable)
	if !ok {
		return original(thread, "join", recv, args, kwargs)
	}
	w := writer{thread: thread, op: "join"}
	m := MeterOf(thread)
	iter := iterable.Iterate()
	defer iter.Done()
	var x starlark.Value
	for first := true; iter.Next(&x); first = false {
		if err := m.Charge(1); err != nil {
			return nil, err
		}
		if !first {
			if err := w.text(sep); err != nil {
				return nil, err
			}
		}
		s, ok := starlark.AsString(x)
		if !ok {
			return nil, fmt.Errorf("join: in list, want string, got %s", x.Type())
		}
		if err := w.text(s); err != nil {
			return nil, err
		}
	}
	s, err := w.finish()
	return starlark.String(s), err
}

func stringReplace(thread *starlark.Thread, recv starlark.Value, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	s := string(recv.(starlark.String))
	var before, after string
	count := -1
	if err := starlark.UnpackPositionalArgs("replace", args, kwargs, 2, &before, &after, &count); err != nil {
		return nil, err
	}
	if err := walked(thread, len(s)); err != nil {
		return nil, err
	}
	n := strings.Count(s, before)
	if count >= 0 {
		n = min(n, count)
	}
	grown := product(n, max(0, len(after)-len(before)))
	if grown >= 0 {
		grown += len(s)
	}
	if err := CheckBytes(thread, "replace", grown); err != nil {
		return nil, err
	}
	return starlark.String(strings.Replace(s, before, after, n)), nil
}

// split is split or rsplit.
func split(name string) method {
	return func(thread *starlark.Thread, recv starlark.Value, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
		s := string(recv.(starlark.String))
		if len(s) > free {
			if err := walked(thread, len(s)); err != nil {
				return nil, err
			}
			// The time that the splits take is charged, also where only the
			// first few of them are wanted.
			if err := CheckElements(thread, name, pieces(s, args)); err != nil {
				return nil, err
			}
		}
		return original(thread, name, recv, limitSplits(args, len(s)), kwargs)
	}
}

// pieces is the number of pieces into which s is split.
func pieces(s string, args starlark.Tuple) int {
	n := 0
	if sep, ok := separator(args); !ok {
		n = fields(s)
	} else if sep != "" {
		n = strings.Count(s, sep) + 1
	}
	if len(args) == 2 {
		if limit, err := starlark.AsInt32(args[1]); err == nil && limit >= 0 {
			n = min(n, limit+1)
		}
	}
	return n
}

// separator gives the separator, if there is one that is a string.
func separator(args starlark.Tuple) (string, bool) {
	if len(args) == 0 {
		return "", false
	}
	return starlark.AsString(args[0])
}

// fields is the number of fields between white space in s.
func fields(s string) int {
	n := 0
	space := true
	for _, r := range s {
		was := space
		if space = unicode.IsSpace(r); was && !space {
			n++
		}
	}
	return n
}

// limitSplits lowers the greatest number of splits to n, as memory for so many
// is allocated beforehand.
func limitSplits(args starlark.Tuple, n int) starlark.Tuple {
	if len(args) != 2 {
		return args
	}
	limit, ok := args[1].(starlark.Int)
	if !ok {
		return args
	}
	if v, ok := limit.Int64(); !ok || v <= int64(n) {
		return args
	}
	return starlark.Tuple{args[0], starlark.MakeInt(n)}
}

func stringSplitlines(thread *starlark.Thread, recv starlark.Value, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	if s := string(recv.(starlark.String)); len(s) > free {
		if err := walked(thread, len(s)); err != nil {
			return nil, err
		}
		if err := CheckElements(thread, "splitlines", strings.Count(s, "\n")+1); err != nil {
			return nil, err
		}
	}
	return original(thread, "splitlines", recv, args, kwargs)
}
