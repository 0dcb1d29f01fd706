package pytypes

import (
	"strings"
	"unicode/utf8"
	"unsafe"

	"github.com/starhost/starhost/builtins/helpers/pyerr"
	"github.com/starhost/starhost/runtime/guard"
	"go.starlark.net/starlark"
)

// strMethods are the methods of str.
var strMethods = map[string]Method{
	"capitalize":   strMapped("str.capitalize", capitalize),
	"casefold":     strMapped("str.casefold", func(s string) string { return mapChars(s, appendFold) }),
	"center":       strPadded("str.center"),
	"count":        strCount,
	"encode":       strEncode,
	"endswith":     strAffix("str.endswith"),
	"expandtabs":   strExpandtabs,
	"find":         strFind("str.find"),
	"format":       strFormat,
	"format_map":   strFormatMap,
	"index":        strFind("str.index"),
	"isalnum":      strAll("str.isalnum", isAlnum),
	"isalpha":      strAll("str.isalpha", isAlpha),
	"isascii":      strTest("str.isascii", isASCII),
	"isdecimal":    strAll("str.isdecimal", isDecimal),
	"isdigit":      strAll("str.isdigit", isDigit),
	"isidentifier": strTest("str.isidentifier", isIdentifier),
	"islower":      strTest("str.islower", func(s string) bool { return inCase(s, isLower) }),
	"isnumeric":    strAll("str.isnumeric", isNumeric),
	"isprintable":  strTest("str.isprintable", func(s string) bool { return s == "" || allChars(s, isPrintable) }),
	"isspace":      strAll("str.isspace", isSpace),
	"istitle":      strTest("str.istitle", isTitled),
	"isupper":      strTest("str.isupper", func(s string) bool { return inCase(s, isUpper) }),
	"join":         strJoin,
	"ljust":        strPadded("str.ljust"),
	"lower":        strMapped("str.lower", lower),
	"lstrip":       strStrip("str.lstrip"),
	"maketrans":    withoutReceiver(strMaketrans),
	"partition":    strPartition("str.partition"),
	"removeprefix": strRemove("str.removeprefix", strings.TrimPrefix),
	"removesuffix": strRemove("str.removesuffix", strings.TrimSuffix),
	"replace":      strReplace,
	"rfind":        strFind("str.rfind"),
	"rindex":       strFind("str.rindex"),
	"rjust":        strPadded("str.rjust"),
	"rpartition":   strPartition("str.rpartition"),
	"rsplit":       strSplit("str.rsplit"),
	"rstrip":       strStrip("str.rstrip"),
	"split":        strSplit("str.split"),
	"splitlines":   strSplitlines,
	"startswith":   strAffix("str.startswith"),
	"strip":        strStrip("str.strip"),
	"swapcase":     strMapped("str.swapcase", swapcase),
	"title":        strMapped("str.title", title),
	"translate":    strTranslate,
	"upper":        strMapped("str.upper", upper),
	"zfill":        strZfill,
}

// text gives the text of a receiver.
func text(recv starlark.Value) string {
	s, _ := native(recv).(starlark.String)
	return string(s)
}

// withoutReceiver makes a method of a static function.
func withoutReceiver(f Function) Method {
	return func(t *starlark.Thread, _ starlark.Value, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
		return f(t, args, kwargs)
	}
}

// strMapped is a method without arguments that maps a text.
func strMapped(fn string, f func(string) string) Method {
	return func(t *starlark.Thread, recv starlark.Value, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
		if err := none(fn, args, kwargs); err != nil {
			return nil, err
		}
		s := text(recv)
		if err := guard.CheckBytes(t, lastName(fn), len(s)); err != nil {
			return nil, err
		}
		if !isASCII(s) { // character by character: slow
			if err := walked(t, 3*len(s)); err != nil {
				return nil, err
			}
		}
		r := f(s)
		if len(r) > len(s) {
			if err := guard.CheckBytes(t, lastName(fn), len(r)); err != nil {
				return nil, err
			}
		}
		return part(recv, s, r), nil
	}
}

// part gives r as a value: recv, whose text is s, if r is all of it.
func part(recv starlark.Value, s, r string) starlark.Value {
	if len(r) == len(s) && unsafe.StringData(r) == unsafe.StringData(s) {
		if _, ok := recv.(starlark.String); ok {
			return recv
		}
	}
	return str(r)
}

// strTest is a method without arguments that asks something of a text.
func strTest(fn string, f func(string) bool) Method {
	return func(t *starlark.Thread, recv starlark.Value, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
		if err := none(fn, args, kwargs); err != nil {
			return nil, err
		}
		s := text(recv)
		if err := walked(t, len(s)); err != nil {
			return nil, err
		}
		return starlark.Bool(f(s)), nil
	}
}

// strAll asks something of all characters, of which there must be one.
func strAll(fn string, f func(rune) bool) Method {
	return strTest(fn, func(s string) bool { return s != "" && allChars(s, f) })
}

func allChars(s string, f func(rune) bool) bool {
	for len(s) > 0 {
		r, n := decodeChar(s)
		if !f(r) {
			return false
		}
		s = s[n:]
	}
	return true
}

// inCase reports whether all characters that have a case are in it, and there
// is one.
func inCase(s string, in func(rune) bool) bool {
	found := false
	for len(s) > 0 {
		r, n := decodeChar(s)
		switch {
		case in(r):
			found = true
		case isCased(r):
			return false
		}
		s = s[n:]
	}
	return found
}

// isTitled is s.istitle().
func isTitled(s string) bool {
	found, cased := false, false
	for len(s) > 0 {
		r, n := decodeChar(s)
		switch {
		case isUpper(r) || isTitle(r):
			if cased {
				return false
			}
			found, cased = true, true
		case isLower(r):
			if !cased {
				return false
			}
			found = true
		default:
			cased = false
		}
		s = s[n:]
	}
	return found
}

// A region is a part of a text, between two characters.
type region struct {
	text  string
	first int  // the number of characters before it
	ok    bool // false if it begins after the end of the text
}

// regionOf gives the part of s that the arguments after the first one say.
func regionOf(t *starlark.Thread, s string, args starlark.Tuple) (region, error) {
	if err := walked(t, len(s)); err != nil {
		return region{}, err
	}
	if len(args) < 2 {
		return region{s, 0, true}, nil
	}
	ascii := isASCII(s)
	n := len(s)
	if !ascii {
		n = charCount(s)
	}
	from, to, err := span(t, args, n)
	if err != nil || from > n || from > to {
		return region{}, err
	}
	if !ascii {
		at := offset(s, from)
		return region{s[at : at+offset(s[at:], to-from)], from, true}, nil
	}
	return region{s[from:to], from, true}, nil
}

// strFind is find, rfind, index or rindex.
func strFind(fn string) Method {
	name := lastName(fn)
	last, must := name[0] == 'r', strings.HasSuffix(name, "index")
	return func(t *starlark.Thread, recv starlark.Value, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
		if err := counted(fn, args, kwargs, 1, 3); err != nil {
			return nil, err
		}
		sub, ok := native(args[0]).(starlark.String)
		if !ok {
			return nil, mustBeStr(args[0])
		}
		r, err := regionOf(t, text(recv), args)
		if err != nil {
			return nil, err
		}
		i := -1
		if r.ok {
			if last {
				i = strings.LastIndex(r.text, string(sub))
			} else {
				i = strings.Index(r.text, string(sub))
			}
		}
		if i < 0 {
			if must {
				return nil, pyerr.Value("substring not found")
			}
			return starlark.MakeInt(-1), nil
		}
		return starlark.MakeInt(r.first + charCount(r.text[:i])), nil
	}
}

func mustBeStr(v starlark.Value) error { return pyerr.Type("must be str, not %s", TypeName(v)) }

func strCount(t *starlark.Thread, recv starlark.Value, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	if err := counted("str.count", args, kwargs, 1, 3); err != nil {
		return nil, err
	}
	sub, ok := native(args[0]).(starlark.String)
	if !ok {
		return nil, mustBeStr(args[0])
	}
	r, err := regionOf(t, text(recv), args)
	switch {
	case err != nil:
		return nil, err
	case !r.ok:
		return zero, nil
	case sub == "":
		return starlark.MakeInt(charCount(r.text) + 1), nil
	}
	return starlark.MakeInt(strings.Count(r.text, string(sub))), nil
}

// strAffix is startswith or endswith.
func strAffix(fn string) Method {
	name := lastName(fn)
	has := strings.HasPrefix
	if name == "endswith" {
		has = strings.HasSuffix
	}
	return func(t *starlark.Thread, recv starlark.Value, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
		if len(args) == 1 && len(kwargs) == 0 {
			if affix, ok := args[0].(starlark.String); ok {
				return starlark.Bool(has(text(recv), string(affix))), nil
			}
		}
		if err := counted(fn, args, kwargs, 1, 3); err != nil {
			return nil, err
		}
		r := region{text(recv), 0, true}
		if len(args) > 1 {
			var err error
			if r, err = regionOf(t, text(recv), args); err != nil {
				return nil, err
			}
		}
		if affix, ok := native(args[0]).(starlark.String); ok {
			return starlark.Bool(r.ok && has(r.text, string(affix))), nil
		}
		affixes, ok := asTuple(args[0])
		if !ok {
			return nil, pyerr.Type("%s first arg must be str or a tuple of str, not %s", name, TypeName(args[0]))
		}
		if err := walkedElements(t, len(affixes)); err != nil {
			return nil, err
		}
		for _, v := range affixes {
			affix, ok := native(v).(starlark.String)
			if !ok {
				return nil, pyerr.Type("tuple for %s must only contain str, not %s", name, TypeName(v))
			}
			if r.ok && has(r.text, string(affix)) {
				return starlark.True, nil
			}
		}
		return starlark.False, nil
	}
}

// strStrip is strip, lstrip or rstrip.
func strStrip(fn string) Method {
	name := lastName(fn)
	return func(t *starlark.Thread, recv starlark.Value, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
		if len(args)+len(kwargs) > 0 {
			if err := between(fn, args, kwargs, 0, 1); err != nil {
				return nil, err
			}
		}
		s := text(recv)
		if err := walked(t, len(s)); err != nil {
			return nil, err
		}
		in := isSpace
		if len(args) == 1 && args[0] != starlark.None {
			chars, ok := native(args[0]).(starlark.String)
			if !ok {
				return nil, pyerr.Type("%s arg must be None or str", name)
			}
			if err := walked(t, len(chars)); err != nil {
				return nil, err
			}
			in = oneOf(string(chars))
		}
		if name != "rstrip" {
			s = s[leading(s, in):]
		}
		if name != "lstrip" {
			s = s[:trailing(s, in)]
		}
		return part(recv, text(recv), s), nil
	}
}

// oneOf reports whether a character is one of several.
func oneOf(chars string) func(rune) bool {
	if isASCII(chars) {
		var set [utf8.RuneSelf]bool
		for i := range len(chars) {
			set[chars[i]] = true
		}
		return func(r rune) bool { return 0 <= r && r < utf8.RuneSelf && set[r] }
	}
	set := make(map[rune]bool)
	for _, r := range runes(chars) {
		set[r] = true
	}
	return func(r rune) bool { return set[r] }
}

// leading is the length of what is in front of the first character that is
// not in a set.
func leading(s string, in func(rune) bool) int {
	at := 0
	for at < len(s) {
		r, n := decodeChar(s[at:])
		if !in(r) {
			break
		}
		at += n
	}
	return at
}

// trailing is the length of what goes up to the last character that is not in
// a set.
func trailing(s string, in func(rune) bool) int {
	end := len(s)
	for end > 0 {
		at, _ := offsetBack(s[:end], 1)
		if r, _ := decodeChar(s[at:end]); !in(r) {
			break
		}
		end = at
	}
	return end
}

// strPadded is center, ljust or rjust.
func strPadded(fn string) Method {
	name := lastName(fn)
	return func(t *starlark.Thread, recv starlark.Value, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
		if err := between(fn, args, kwargs, 1, 2); err != nil {
			return nil, err
		}
		width, err := asIndex(t, args[0])
		if err != nil {
			return nil, err
		}
		fill := " "
		if len(args) == 2 {
			f, ok := native(args[1]).(starlark.String)
			if !ok {
				return nil, pyerr.Type("The fill character must be a unicode character, not %s", TypeName(args[1]))
			}
			if f == "" || charSize(string(f)) != len(f) {
				return nil, pyerr.Type("The fill character must be exactly one character long")
			}
			fill = string(f)
		}
		s := text(recv)
		left, right := padding(name, width, charCount(s))
		if err := guard.CheckBytes(t, name, total(len(s), product(left+right, len(fill)))); err != nil {
			return nil, err
		}
		return str(repeat(fill, left) + s + repeat(fill, right)), nil
	}
}

// padding is how much is put left and right of n characters.
func padding(method string, width, n int) (left, right int) {
	missing := max(0, width-n)
	switch method {
	case "ljust":
		return 0, missing
	case "rjust":
		return missing, 0
	}
	left = missing/2 + missing&width&1
	return left, missing - left
}

func strZfill(t *starlark.Thread, recv starlark.Value, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	v, err := single("str.zfill", args, kwargs)
	if err != nil {
		return nil, err
	}
	width, err := asIndex(t, v)
	if err != nil {
		return nil, err
	}
	s := text(recv)
	missing := max(0, width-charCount(s))
	if err := guard.CheckBytes(t, "zfill", total(len(s), missing)); err != nil {
		return nil, err
	}
	return str(zfill(s, missing)), nil
}

// zfill puts zeros between the sign of a text and the rest.
func zfill(s string, n int) string {
	if s != "" && (s[0] == '+' || s[0] == '-') {
		return s[:1] + repeat("0", n) + s[1:]
	}
	return repeat("0", n) + s
}

func strExpandtabs(t *starlark.Thread, recv starlark.Value, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	size, err := tabSize(t, "expandtabs", args, kwargs)
	if err != nil {
		return nil, err
	}
	s, err := expandTabs(t, text(recv), size)
	return str(s), err
}

func tabSize(t *starlark.Thread, fn string, args starlark.Tuple, kwargs []starlark.Tuple) (int, error) {
	var in [1]starlark.Value
	s := signature{fn, []string{"tabsize"}, 0, 1}
	if err := s.bind(in[:], args, kwargs); err != nil {
		return 0, err
	}
	if in[0] == nil {
		return 8, nil
	}
	return asInt32(t, in[0])
}

// asInt32 gives an integer argument that must fit a C int.
func asInt32(t *starlark.Thread, v starlark.Value) (int, error) {
	i, ok, err := index(t, v)
	if err != nil {
		return 0, err
	}
	if !ok {
		return 0, notInteger(v)
	}
	n, ok := i.Int64()
	if !ok || n != int64(int32(n)) {
		return 0, pyerr.Overflow("Python int too large to convert to C int")
	}
	return int(n), nil
}

// expandTabs replaces tabs by spaces up to the next column.
func expandTabs(t *starlark.Thread, s string, size int) (string, error) {
	out := make([]byte, 0, len(s))
	column := 0
	for i := range len(s) {
		switch c := s[i]; {
		case c == '\t':
			if size <= 0 {
				continue
			}
			n := size - column%size
			if err := grown(t, "expandtabs", len(out), n); err != nil {
				return "", err
			}
			out = append(out, repeat(" ", n)...)
			column += n
		case c == '\n' || c == '\r':
			out = append(out, c)
			column = 0
		default:
			out = append(out, c)
			if !continues(c) {
				column++
			}
		}
	}
	return string(out), guard.CheckBytes(t, "expandtabs", len(out))
}

func strJoin(t *starlark.Thread, recv starlark.Value, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	v, err := single("str.join", args, kwargs)
	if err != nil {
		return nil, err
	}
	sep := text(recv)
	elems, err := joinable(t, v)
	if err != nil {
		return nil, err
	}
	n := 0
	for i, e := range elems {
		s, ok := native(e).(starlark.String)
		if !ok {
			return nil, pyerr.Type("sequence item %d: expected str instance, %s found", i, TypeName(e))
		}
		n += len(s)
		if i > 0 {
			n += len(sep)
		}
		if n > 1<<40 {
			break
		}
	}
	if err := guard.CheckBytes(t, "join", n); err != nil {
		return nil, err
	}
	if len(elems) == 1 {
		return str(text(elems[0])), nil
	}
	var b strings.Builder
	b.Grow(n)
	for i, e := range elems {
		if i > 0 {
			b.WriteString(sep)
		}
		b.WriteString(text(e))
	}
	return str(b.String()), nil
}

// joinable gives the elements of what join is called with.
func joinable(t *starlark.Thread, v starlark.Value) ([]starlark.Value, error) {
	if v, ok := v.(starlark.Tuple); ok {
		return v, walkedElements(t, len(v))
	}
	elems, err := collect(t, "join", v)
	if err != nil && isA(err, "TypeError") && !assignable(v) {
		return nil, pyerr.Type("can only join an iterable")
	}
	return elems, err
}

// strPartition is partition or rpartition.
func strPartition(fn string) Method {
	last := lastName(fn) == "rpartition"
	return func(t *starlark.Thread, recv starlark.Value, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
		v, err := single(fn, args, kwargs)
		if err != nil {
			return nil, err
		}
		sep, ok := native(v).(starlark.String)
		if !ok {
			return nil, mustBeStr(v)
		}
		if sep == "" {
			return nil, pyerr.Value("empty separator")
		}
		s := text(recv)
		if err := walked(t, len(s)); err != nil {
			return nil, err
		}
		if last {
			if i := strings.LastIndex(s, string(sep)); i >= 0 {
				return starlark.Tuple{str(s[:i]), sep, str(s[i+len(sep):])}, nil
			}
			return starlark.Tuple{emptyString, emptyString, str(s)}, nil
		}
		if i := strings.Index(s, string(sep)); i >= 0 {
			return starlark.Tuple{str(s[:i]), sep, str(s[i+len(sep):])}, nil
		}
		return starlark.Tuple{str(s), emptyString, emptyString}, nil
	}
}

// strRemove is removeprefix or removesuffix.
func strRemove(fn string, trim func(s, affix string) string) Method {
	return func(_ *starlark.Thread, recv starlark.Value, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
		v, err := single(fn, args, kwargs)
		if err != nil {
			return nil, err
		}
		affix, err := textArgument(fn, v)
		if err != nil {
			return nil, err
		}
		return part(recv, text(recv), trim(text(recv), affix)), nil
	}
}

func strReplace(t *starlark.Thread, recv starlark.Value, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	if err := between("str.replace", args, kwargs, 2, 3); err != nil {
		return nil, err
	}
	before, err := numberedText("replace", 1, args[0])
	if err != nil {
		return nil, err
	}
	after, err := numberedText("replace", 2, args[1])
	if err != nil {
		return nil, err
	}
	limit, err := optionalIndex(t, argument(args, 2), -1)
	if err != nil {
		return nil, err
	}
	s := text(recv)
	r, err := replace(t, s, before, after, limit)
	return part(recv, s, r), err
}

// replace replaces the first so many places, all if the limit is negative.
func replace(t *starlark.Thread, s, before, after string, limit int) (string, error) {
	if err := walked(t, len(s)); err != nil {
		return "", err
	}
	n := 0
	if before == "" {
		n = charCount(s) + 1
	} else {
		n = strings.Count(s, before)
	}
	if limit >= 0 {
		n = min(n, limit)
	}
	if n == 0 || before == after {
		return s, nil
	}
	size := total(len(s), product(n, max(0, len(after)-len(before))))
	if err := guard.CheckBytes(t, "replace", size); err != nil {
		return "", err
	}
	if before != "" {
		return strings.Replace(s, before, after, n), nil
	}
	out := make([]byte, 0, size)
	for ; n > 0; n-- {
		out = append(out, after...)
		if s != "" {
			size := charSize(s)
			out = append(out, s[:size]...)
			s = s[size:]
		}
	}
	return string(append(out, s...)), nil
}

var splitSignature = signature{"split", []string{"sep", "maxsplit"}, 0, 2}

// strSplit is split or rsplit.
func strSplit(fn string) Method {
	name := lastName(fn)
	last := name == "rsplit"
	return func(t *starlark.Thread, recv starlark.Value, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
		var in [2]starlark.Value
		s := splitSignature
		s.fn = name
		if err := s.bind(in[:], args, kwargs); err != nil {
			return nil, err
		}
		limit, err := optionalIndex(t, in[1], -1)
		if err != nil {
			return nil, err
		}
		if in[0] == nil || in[0] == starlark.None {
			parts, err := splitSpace(t, text(recv), limit, last)
			return starlark.NewList(parts), err
		}
		sep, ok := native(in[0]).(starlark.String)
		if !ok {
			return nil, mustBeStrOrNone(in[0])
		}
		if sep == "" {
			return nil, pyerr.Value("empty separator")
		}
		parts, err := splitAt(t, text(recv), string(sep), limit, last, str)
		return starlark.NewList(parts), err
	}
}

func mustBeStrOrNone(v starlark.Value) error {
	return pyerr.Type("must be str or None, not %s", TypeName(v))
}

// splitAt splits at separators, from the left or from the right, at most so
// many times if the limit is not negative.
func splitAt(t *starlark.Thread, s, sep string, limit int, last bool, value func(string) starlark.Value) ([]starlark.Value, error) {
	if err := walked(t, len(s)); err != nil {
		return nil, err
	}
	n := strings.Count(s, sep)
	if limit >= 0 {
		n = min(n, limit)
	}
	if err := guard.CheckElements(t, "split", n+1); err != nil {
		return nil, err
	}
	parts := make([]starlark.Value, n+1)
	if last {
		for ; n > 0; n-- {
			i := strings.LastIndex(s, sep)
			if i < 0 { // separators that overlap are found otherwise from the right
				break
			}
			parts[n] = value(s[i+len(sep):])
			s = s[:i]
		}
		parts[n] = value(s)
		return parts[n:], nil
	}
	for k := range n {
		i := strings.Index(s, sep)
		parts[k] = value(s[:i])
		s = s[i+len(sep):]
	}
	parts[n] = value(s)
	return parts, nil
}

// splitSpace splits at white space.
func splitSpace(t *starlark.Thread, s string, limit int, last bool) ([]starlark.Value, error) {
	if err := walked(t, len(s)); err != nil {
		return nil, err
	}
	if limit < 0 {
		limit = len(s) + 1
	}
	var parts []starlark.Value
	if last {
		for s = s[:trailing(s, isSpace)]; s != "" && len(parts) < limit; s = s[:trailing(s, isSpace)] {
			start := trailing(s, func(r rune) bool { return !isSpace(r) })
			parts = append(parts, str(s[start:]))
			s = s[:start]
			if err := room(t, "split", len(parts)); err != nil {
				return nil, err
			}
		}
		if s != "" {
			parts = append(parts, str(s))
		}
		for i, j := 0, len(parts)-1; i < j; i, j = i+1, j-1 {
			parts[i], parts[j] = parts[j], parts[i]
		}
		return parts, guard.CheckElements(t, "split", len(parts))
	}
	for s = s[leading(s, isSpace):]; s != "" && len(parts) < limit; s = s[leading(s, isSpace):] {
		end := leading(s, func(r rune) bool { return !isSpace(r) })
		parts = append(parts, str(s[:end]))
		s = s[end:]
		if err := room(t, "split", len(parts)); err != nil {
			return nil, err
		}
	}
	if s != "" {
		parts = append(parts, str(s))
	}
	return parts, guard.CheckElements(t, "split", len(parts))
}

func strSplitlines(t *starlark.Thread, recv starlark.Value, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	keep, err := keepEnds(t, args, kwargs)
	if err != nil {
		return nil, err
	}
	s := text(recv)
	if err := walked(t, len(s)); err != nil {
		return nil, err
	}
	var lines []starlark.Value
	for s != "" {
		end := leading(s, func(r rune) bool { return !isLineEnd(r) })
		next := end
		if end < len(s) {
			if next += charSize(s[end:]); s[end] == '\r' && strings.HasPrefix(s[end:], "\r\n") {
				next = end + 2
			}
		}
		if keep {
			end = next
		}
		lines = append(lines, str(s[:end]))
		s = s[next:]
		if err := room(t, "splitlines", len(lines)); err != nil {
			return nil, err
		}
	}
	return starlark.NewList(lines), guard.CheckElements(t, "splitlines", len(lines))
}

func keepEnds(t *starlark.Thread, args starlark.Tuple, kwargs []starlark.Tuple) (bool, error) {
	var in [1]starlark.Value
	s := signature{"splitlines", []string{"keepends"}, 0, 1}
	if err := s.bind(in[:], args, kwargs); err != nil {
		return false, err
	}
	return optionalTruth(t, in[0])
}

func strFormat(t *starlark.Thread, recv starlark.Value, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	f := formatter{t: t, args: args, kwargs: kwargs}
	if err := f.run(text(recv), 2); err != nil {
		return nil, err
	}
	return str(string(f.out)), nil
}

func strFormatMap(t *starlark.Thread, recv starlark.Value, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	m, err := single("str.format_map", args, kwargs)
	if err != nil {
		return nil, err
	}
	f := formatter{t: t, mapping: m}
	if err := f.run(text(recv), 2); err != nil {
		return nil, err
	}
	return str(string(f.out)), nil
}

// strMaketrans is str.maketrans(x[, y[, z]]).
func strMaketrans(t *starlark.Thread, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	if err := between("str.maketrans", args, kwargs, 1, 3); err != nil {
		return nil, err
	}
	table := new(starlark.Dict)
	if len(args) == 1 {
		d, ok := native(args[0]).(*starlark.Dict)
		if !ok {
			return nil, pyerr.Type("if you give only one argument to maketrans it must be a dict")
		}
		for k, v := range d.Entries() {
			key := k
			if s, ok := native(k).(starlark.String); ok {
				if s == "" || charSize(string(s)) != len(s) {
					return nil, pyerr.Value("string keys in translate table must be of length 1")
				}
				r, _ := decodeChar(string(s))
				key = starlark.MakeInt(int(r))
			} else if _, ok := asInt(native(k)); !ok {
				return nil, pyerr.Type("keys in translate table must be strings or integers")
			}
			if err := put(t, "maketrans", table, key, v); err != nil {
				return nil, err
			}
		}
		return table, nil
	}
	y, err := numberedText("maketrans", 2, args[1])
	if err != nil {
		return nil, err
	}
	z := ""
	if len(args) == 3 {
		if z, err = numberedText("maketrans", 3, args[2]); err != nil {
			return nil, err
		}
	}
	x, ok := native(args[0]).(starlark.String)
	if !ok {
		return nil, pyerr.Type("first maketrans argument must be a string if there is a second argument")
	}
	from, to := runes(string(x)), runes(y)
	if len(from) != len(to) {
		return nil, pyerr.Value("the first two maketrans arguments must have equal length")
	}
	for i, r := range from {
		if err := put(t, "maketrans", table, starlark.MakeInt(int(r)), starlark.MakeInt(int(to[i]))); err != nil {
			return nil, err
		}
	}
	for _, r := range runes(z) {
		if err := put(t, "maketrans", table, starlark.MakeInt(int(r)), starlark.None); err != nil {
			return nil, err
		}
	}
	return table, nil
}

func strTranslate(t *starlark.Thread, recv starlark.Value, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	table, err := single("str.translate", args, kwargs)
	if err != nil {
		return nil, err
	}
	s := text(recv)
	if err := guard.CheckBytes(t, "translate", len(s)); err != nil {
		return nil, err
	}
	m := guard.MeterOf(t)
	out := make([]byte, 0, len(s))
	for len(s) > 0 {
		r, n := decodeChar(s)
		v, err := Item(t, table, starlark.MakeInt(int(r)))
		switch {
		case err != nil && (isA(err, "LookupError") || isA(err, "KeyError") || isA(err, "IndexError")):
			out = append(out, s[:n]...)
		case err != nil:
			return nil, err
		default:
			if out, err = appendTranslated(out, v); err != nil {
				return nil, err
			}
		}
		s = s[n:]
		if err := m.Charge(1); err != nil {
			return nil, err
		}
		if len(out) > m.Limits().Bytes {
			return nil, guard.CheckBytes(t, "translate", len(out))
		}
	}
	return str(string(out)), nil
}

// appendTranslated appends what a table has for a character.
func appendTranslated(out []byte, v starlark.Value) ([]byte, error) {
	switch v := native(v).(type) {
	case starlark.NoneType:
		return out, nil
	case starlark.String:
		return append(out, v...), nil
	case starlark.Int, starlark.Bool:
		i, _ := asInt(v)
		n, ok := i.Int64()
		if !ok || n < 0 || n > 0x10ffff {
			return nil, pyerr.Value("character mapping must be in range(0x110000)")
		}
		return appendChar(out, rune(n)), nil
	}
	return nil, pyerr.Type("character mapping must return integer, None or str")
}
