package pytypes

import (
	"bytes"
	"encoding/hex"
	"strings"

	"github.com/starhost/starhost/builtins/helpers/pyerr"
	"github.com/starhost/starhost/runtime/guard"
	"go.starlark.net/starlark"
)

// bytesMethods are the methods of bytes.
var bytesMethods = map[string]Method{
	"capitalize":   bytesMapped("bytes.capitalize", bytesCapitalize),
	"center":       bytesPadded("bytes.center"),
	"count":        bytesCount,
	"decode":       bytesDecode,
	"endswith":     bytesAffix("bytes.endswith"),
	"expandtabs":   bytesExpandtabs,
	"find":         bytesFind("bytes.find"),
	"fromhex":      withoutReceiver(bytesFromhex),
	"hex":          bytesHex,
	"index":        bytesFind("bytes.index"),
	"isalnum":      bytesAll("bytes.isalnum", func(c byte) bool { return isLetterByte(c) || isDigitByte(c) }),
	"isalpha":      bytesAll("bytes.isalpha", isLetterByte),
	"isascii":      bytesTest("bytes.isascii", isASCII),
	"isdigit":      bytesAll("bytes.isdigit", isDigitByte),
	"islower":      bytesTest("bytes.islower", func(s string) bool { return bytesInCase(s, isLowerByte, isUpperByte) }),
	"isspace":      bytesAll("bytes.isspace", isSpaceByte),
	"istitle":      bytesTest("bytes.istitle", bytesTitled),
	"isupper":      bytesTest("bytes.isupper", func(s string) bool { return bytesInCase(s, isUpperByte, isLowerByte) }),
	"join":         bytesJoin,
	"ljust":        bytesPadded("bytes.ljust"),
	"lower":        bytesMapped("bytes.lower", func(s string) string { return mapBytes(s, lowerByte) }),
	"lstrip":       bytesStrip("bytes.lstrip"),
	"maketrans":    withoutReceiver(bytesMaketrans),
	"partition":    bytesPartition("bytes.partition"),
	"removeprefix": bytesRemove("bytes.removeprefix", strings.TrimPrefix),
	"removesuffix": bytesRemove("bytes.removesuffix", strings.TrimSuffix),
	"replace":      bytesReplace,
	"rfind":        bytesFind("bytes.rfind"),
	"rindex":       bytesFind("bytes.rindex"),
	"rjust":        bytesPadded("bytes.rjust"),
	"rpartition":   bytesPartition("bytes.rpartition"),
	"rsplit":       bytesSplit("bytes.rsplit"),
	"rstrip":       bytesStrip("bytes.rstrip"),
	"split":        bytesSplit("bytes.split"),
	"splitlines":   bytesSplitlines,
	"startswith":   bytesAffix("bytes.startswith"),
	"strip":        bytesStrip("bytes.strip"),
	"swapcase":     bytesMapped("bytes.swapcase", func(s string) string { return mapBytes(s, swapByte) }),
	"title":        bytesMapped("bytes.title", bytesTitle),
	"translate":    bytesTranslate,
	"upper":        bytesMapped("bytes.upper", func(s string) string { return mapBytes(s, upperByte) }),
	"zfill":        bytesZfill,
}

func isLowerByte(c byte) bool  { return 'a' <= c && c <= 'z' }
func isUpperByte(c byte) bool  { return 'A' <= c && c <= 'Z' }
func isLetterByte(c byte) bool { return isLowerByte(c) || isUpperByte(c) }
func isDigitByte(c byte) bool  { return '0' <= c && c <= '9' }
func isSpaceByte(c byte) bool  { return c == ' ' || '\t' <= c && c <= '\r' }

func lowerByte(c byte) byte {
	if isUpperByte(c) {
		return c + 'a' - 'A'
	}
	return c
}

func upperByte(c byte) byte {
	if isLowerByte(c) {
		return c - 'a' + 'A'
	}
	return c
}

func swapByte(c byte) byte {
	if isLowerByte(c) {
		return upperByte(c)
	}
	return lowerByte(c)
}

func mapBytes(s string, f func(byte) byte) string {
	out := []byte(s)
	for i, c := range out {
		out[i] = f(c)
	}
	return string(out)
}

func bytesCapitalize(s string) string {
	if s == "" {
		return s
	}
	return mapBytes(s[:1], upperByte) + mapBytes(s[1:], lowerByte)
}

func bytesTitle(s string) string {
	inside := false
	return mapBytes(s, func(c byte) byte {
		was := inside
		inside = isLetterByte(c)
		if was {
			return lowerByte(c)
		}
		return upperByte(c)
	})
}

func bytesTitled(s string) bool {
	found, cased := false, false
	for i := range len(s) {
		c := s[i]
		switch {
		case isUpperByte(c) == cased && isLetterByte(c):
			return false
		case isLetterByte(c):
			found, cased = true, true
		default:
			cased = false
		}
	}
	return found
}

func bytesInCase(s string, in, other func(byte) bool) bool {
	found := false
	for i := range len(s) {
		if other(s[i]) {
			return false
		}
		found = found || in(s[i])
	}
	return found
}

// raw gives the bytes of a receiver.
func raw(recv starlark.Value) string {
	b, _ := native(recv).(starlark.Bytes)
	return string(b)
}

// bytesLike gives the bytes of an argument.
func bytesLike(v starlark.Value) (string, error) {
	if b, ok := native(v).(starlark.Bytes); ok {
		return string(b), nil
	}
	return "", pyerr.Type("a bytes-like object is required, not '%s'", TypeName(v))
}

// subsequence gives what is looked for: bytes or one byte.
func subsequence(t *starlark.Thread, v starlark.Value) (string, error) {
	if b, ok := native(v).(starlark.Bytes); ok {
		return string(b), nil
	}
	i, ok, err := index(t, v)
	if err != nil {
		return "", err
	}
	if !ok {
		return "", pyerr.Type("argument should be integer or bytes-like object, not '%s'", TypeName(v))
	}
	n, ok := i.Int64()
	if !ok || n < 0 || n > 255 {
		return "", pyerr.Value("byte must be in range(0, 256)")
	}
	return string([]byte{byte(n)}), nil
}

func bytesMapped(fn string, f func(string) string) Method {
	return func(t *starlark.Thread, recv starlark.Value, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
		if err := none(fn, args, kwargs); err != nil {
			return nil, err
		}
		b := raw(recv)
		if err := guard.CheckBytes(t, lastName(fn), len(b)); err != nil {
			return nil, err
		}
		return starlark.Bytes(f(b)), nil
	}
}

func bytesTest(fn string, f func(string) bool) Method {
	return func(t *starlark.Thread, recv starlark.Value, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
		if err := none(fn, args, kwargs); err != nil {
			return nil, err
		}
		b := raw(recv)
		if err := walked(t, len(b)); err != nil {
			return nil, err
		}
		return starlark.Bool(f(b)), nil
	}
}

func bytesAll(fn string, f func(byte) bool) Method {
	return bytesTest(fn, func(s string) bool {
		for i := range len(s) {
			if !f(s[i]) {
				return false
			}
		}
		return s != ""
	})
}

func bytesRegion(t *starlark.Thread, s string, args starlark.Tuple) (region, error) {
	if err := walked(t, len(s)); err != nil {
		return region{}, err
	}
	from, to, err := span(t, args, len(s))
	if err != nil || from > len(s) || from > to {
		return region{}, err
	}
	return region{s[from:to], from, true}, nil
}

func bytesFind(fn string) Method {
	name := lastName(fn)
	last, must := name[0] == 'r', strings.HasSuffix(name, "index")
	return func(t *starlark.Thread, recv starlark.Value, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
		if err := counted(fn, args, kwargs, 1, 3); err != nil {
			return nil, err
		}
		r, err := bytesRegion(t, raw(recv), args)
		if err != nil {
			return nil, err
		}
		sub, err := subsequence(t, args[0])
		if err != nil {
			return nil, err
		}
		i := -1
		if r.ok {
			if last {
				i = strings.LastIndex(r.text, sub)
			} else {
				i = strings.Index(r.text, sub)
			}
		}
		if i >= 0 {
			return starlark.MakeInt(r.first + i), nil
		}
		if must {
			return nil, pyerr.Value("subsection not found")
		}
		return starlark.MakeInt(-1), nil
	}
}

func bytesCount(t *starlark.Thread, recv starlark.Value, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	if err := counted("bytes.count", args, kwargs, 1, 3); err != nil {
		return nil, err
	}
	r, err := bytesRegion(t, raw(recv), args)
	if err != nil {
		return nil, err
	}
	sub, err := subsequence(t, args[0])
	switch {
	case err != nil:
		return nil, err
	case !r.ok:
		return zero, nil
	case sub == "":
		return starlark.MakeInt(len(r.text) + 1), nil
	}
	return starlark.MakeInt(strings.Count(r.text, sub)), nil
}

func bytesAffix(fn string) Method {
	name := lastName(fn)
	has := strings.HasPrefix
	if name == "endswith" {
		has = strings.HasSuffix
	}
	return func(t *starlark.Thread, recv starlark.Value, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
		if err := counted(fn, args, kwargs, 1, 3); err != nil {
			return nil, err
		}
		r, err := bytesRegion(t, raw(recv), args)
		if err != nil {
			return nil, err
		}
		if affix, ok := native(args[0]).(starlark.Bytes); ok {
			return starlark.Bool(r.ok && has(r.text, string(affix))), nil
		}
		affixes, ok := asTuple(args[0])
		if !ok {
			return nil, pyerr.Type("%s first arg must be bytes or a tuple of bytes, not %s", name, TypeName(args[0]))
		}
		for _, v := range affixes {
			affix, err := bytesLike(v)
			if err != nil {
				return nil, err
			}
			if r.ok && has(r.text, affix) {
				return starlark.True, nil
			}
		}
		return starlark.False, walkedElements(t, len(affixes))
	}
}

func bytesStrip(fn string) Method {
	name := lastName(fn)
	return func(t *starlark.Thread, recv starlark.Value, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
		if err := between(fn, args, kwargs, 0, 1); err != nil {
			return nil, err
		}
		var set [256]bool
		for c := range set {
			set[c] = isSpaceByte(byte(c))
		}
		if v := argument(args, 0); v != nil && v != starlark.None {
			chars, err := bytesLike(v)
			if err != nil {
				return nil, err
			}
			set = [256]bool{}
			for i := range len(chars) {
				set[chars[i]] = true
			}
		}
		s := raw(recv)
		if err := walked(t, len(s)); err != nil {
			return nil, err
		}
		for name != "rstrip" && s != "" && set[s[0]] {
			s = s[1:]
		}
		for name != "lstrip" && s != "" && set[s[len(s)-1]] {
			s = s[:len(s)-1]
		}
		return starlark.Bytes(s), nil
	}
}

func bytesPadded(fn string) Method {
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
			f, ok := native(args[1]).(starlark.Bytes)
			if !ok || len(f) != 1 {
				return nil, pyerr.Type("%s() argument 2 must be a byte string of length 1, not %s", name, argType(args[1]))
			}
			fill = string(f)
		}
		b := raw(recv)
		left, right := padding(name, width, len(b))
		if err := guard.CheckBytes(t, name, total(len(b), left+right)); err != nil {
			return nil, err
		}
		return starlark.Bytes(repeat(fill, left) + b + repeat(fill, right)), nil
	}
}

func bytesZfill(t *starlark.Thread, recv starlark.Value, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	v, err := single("bytes.zfill", args, kwargs)
	if err != nil {
		return nil, err
	}
	width, err := asIndex(t, v)
	if err != nil {
		return nil, err
	}
	b := raw(recv)
	missing := max(0, width-len(b))
	if err := guard.CheckBytes(t, "zfill", total(len(b), missing)); err != nil {
		return nil, err
	}
	return starlark.Bytes(zfill(b, missing)), nil
}

func bytesExpandtabs(t *starlark.Thread, recv starlark.Value, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	size, err := tabSize(t, "expandtabs", args, kwargs)
	if err != nil {
		return nil, err
	}
	out := []byte{}
	column := 0
	for _, c := range []byte(raw(recv)) {
		switch {
		case c != '\t':
			out = append(out, c)
			if column++; c == '\n' || c == '\r' {
				column = 0
			}
		case size > 0:
			n := size - column%size
			if err := grown(t, "expandtabs", len(out), n); err != nil {
				return nil, err
			}
			out = append(out, repeat(" ", n)...)
			column += n
		}
	}
	return starlark.Bytes(out), guard.CheckBytes(t, "expandtabs", len(out))
}

func bytesJoin(t *starlark.Thread, recv starlark.Value, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	v, err := single("bytes.join", args, kwargs)
	if err != nil {
		return nil, err
	}
	elems, err := joinable(t, v)
	if err != nil {
		return nil, err
	}
	sep, size := raw(recv), 0
	for i, e := range elems {
		b, ok := native(e).(starlark.Bytes)
		if !ok {
			return nil, pyerr.Type("sequence item %d: expected a bytes-like object, %s found", i, TypeName(e))
		}
		if size += len(b) + len(sep); size > 1<<40 {
			break
		}
	}
	if err := guard.CheckBytes(t, "join", size); err != nil {
		return nil, err
	}
	out := make([]byte, 0, size)
	for i, e := range elems {
		if i > 0 {
			out = append(out, sep...)
		}
		out = append(out, raw(e)...)
	}
	return starlark.Bytes(out), nil
}

func bytesPartition(fn string) Method {
	last := lastName(fn) == "rpartition"
	return func(t *starlark.Thread, recv starlark.Value, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
		v, err := single(fn, args, kwargs)
		if err != nil {
			return nil, err
		}
		sep, err := bytesLike(v)
		if err != nil {
			return nil, err
		}
		if sep == "" {
			return nil, pyerr.Value("empty separator")
		}
		b := raw(recv)
		if err := walked(t, len(b)); err != nil {
			return nil, err
		}
		three := func(x, y, z string) starlark.Tuple {
			return starlark.Tuple{starlark.Bytes(x), starlark.Bytes(y), starlark.Bytes(z)}
		}
		if last {
			if i := strings.LastIndex(b, sep); i >= 0 {
				return three(b[:i], sep, b[i+len(sep):]), nil
			}
			return three("", "", b), nil
		}
		if i := strings.Index(b, sep); i >= 0 {
			return three(b[:i], sep, b[i+len(sep):]), nil
		}
		return three(b, "", ""), nil
	}
}

func bytesRemove(fn string, trim func(s, affix string) string) Method {
	return func(_ *starlark.Thread, recv starlark.Value, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
		v, err := single(fn, args, kwargs)
		if err != nil {
			return nil, err
		}
		affix, err := bytesLike(v)
		return starlark.Bytes(trim(raw(recv), affix)), err
	}
}

func bytesReplace(t *starlark.Thread, recv starlark.Value, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	if err := between("bytes.replace", args, kwargs, 2, 3); err != nil {
		return nil, err
	}
	before, err := bytesLike(args[0])
	if err != nil {
		return nil, err
	}
	after, err := bytesLike(args[1])
	if err != nil {
		return nil, err
	}
	limit, err := optionalIndex(t, argument(args, 2), -1)
	if err != nil {
		return nil, err
	}
	b := raw(recv)
	if err := walked(t, len(b)); err != nil {
		return nil, err
	}
	n := len(b) + 1
	if before != "" {
		n = strings.Count(b, before)
	}
	if limit >= 0 {
		n = min(n, limit)
	}
	size := total(len(b), product(n, max(0, len(after)-len(before))))
	if err := guard.CheckBytes(t, "replace", size); err != nil {
		return nil, err
	}
	if before != "" {
		return starlark.Bytes(strings.Replace(b, before, after, n)), nil
	}
	out := make([]byte, 0, size)
	for i := range n {
		out = append(out, after...)
		if i < len(b) {
			out = append(out, b[i])
		}
	}
	return starlark.Bytes(append(out, b[min(n, len(b)):]...)), nil
}

func bytesSplit(fn string) Method {
	name := lastName(fn)
	last := name == "rsplit"
	value := func(s string) starlark.Value { return starlark.Bytes(s) }
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
		b := raw(recv)
		if in[0] != nil && in[0] != starlark.None {
			sep, err := bytesLike(in[0])
			if err != nil {
				return nil, err
			}
			if sep == "" {
				return nil, pyerr.Value("empty separator")
			}
			parts, err := splitAt(t, b, sep, limit, last, value)
			return starlark.NewList(parts), err
		}
		if err := walked(t, len(b)); err != nil {
			return nil, err
		}
		parts, err := bytesFields(t, b, limit, last)
		return starlark.NewList(parts), err
	}
}

// bytesFields splits at white space.
func bytesFields(t *starlark.Thread, b string, limit int, last bool) ([]starlark.Value, error) {
	var parts []starlark.Value
	if limit < 0 {
		limit = len(b) + 1
	}
	space := func(r rune) bool { return r < 0x80 && isSpaceByte(byte(r)) }
	other := func(r rune) bool { return !space(r) }
	for {
		if last {
			b = strings.TrimRightFunc(b, space)
		} else {
			b = strings.TrimLeftFunc(b, space)
		}
		if b == "" {
			break
		}
		if len(parts) == limit {
			parts = append(parts, starlark.Bytes(b))
			break
		}
		if last {
			rest := strings.TrimRightFunc(b, other)
			parts = append(parts, starlark.Bytes(b[len(rest):]))
			b = rest
		} else {
			rest := strings.TrimLeftFunc(b, other)
			parts = append(parts, starlark.Bytes(b[:len(b)-len(rest)]))
			b = rest
		}
		if err := room(t, "split", len(parts)); err != nil {
			return nil, err
		}
	}
	if last {
		for i, j := 0, len(parts)-1; i < j; i, j = i+1, j-1 {
			parts[i], parts[j] = parts[j], parts[i]
		}
	}
	return parts, guard.CheckElements(t, "split", len(parts))
}

func bytesSplitlines(t *starlark.Thread, recv starlark.Value, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	keep, err := keepEnds(t, args, kwargs)
	if err != nil {
		return nil, err
	}
	b := raw(recv)
	if err := walked(t, len(b)); err != nil {
		return nil, err
	}
	var lines []starlark.Value
	for b != "" {
		end := strings.IndexAny(b, "\r\n")
		next := end + 1
		switch {
		case end < 0:
			end, next = len(b), len(b)
		case strings.HasPrefix(b[end:], "\r\n"):
			next++
		}
		if keep {
			end = next
		}
		lines = append(lines, starlark.Bytes(b[:end]))
		b = b[next:]
		if err := room(t, "splitlines", len(lines)); err != nil {
			return nil, err
		}
	}
	return starlark.NewList(lines), guard.CheckElements(t, "splitlines", len(lines))
}

func bytesDecode(t *starlark.Thread, recv starlark.Value, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	encoding, errors, err := codecArguments("decode", args, kwargs)
	if err != nil {
		return nil, err
	}
	s, err := decode(t, raw(recv), encoding, errors)
	return str(s), err
}

var hexSignature = signature{"hex", []string{"sep", "bytes_per_sep"}, 0, 2}

func bytesHex(t *starlark.Thread, recv starlark.Value, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var in [2]starlark.Value
	if err := hexSignature.bind(in[:], args, kwargs); err != nil {
		return nil, err
	}
	group, err := optionalIndex(t, in[1], 1)
	if err != nil {
		return nil, err
	}
	sep, err := hexSeparator(t, in[0])
	if err != nil {
		return nil, err
	}
	b := raw(recv)
	if err := guard.CheckBytes(t, "hex", 3*len(b)); err != nil {
		return nil, err
	}
	digits := hex.EncodeToString([]byte(b))
	if sep == "" || group == 0 {
		return starlark.String(digits), nil
	}
	return starlark.String(separated(digits, sep, 2*group)), nil
}

// hexSeparator reads the argument sep, which may be missing.
func hexSeparator(t *starlark.Thread, v starlark.Value) (string, error) {
	if v == nil {
		return "", nil
	}
	n, err := Len(t, v)
	if err != nil {
		return "", err
	}
	if n != 1 {
		return "", pyerr.Value("sep must be length 1.")
	}
	switch s := native(v).(type) {
	case starlark.String:
		if !isASCII(string(s)) {
			return "", pyerr.Value("sep must be ASCII.")
		}
		return string(s), nil
	case starlark.Bytes:
		return string(s), nil
	}
	return "", pyerr.Type("sep must be str or bytes.")
}

// separated puts a separator between groups of n digits, counted from the
// right, or from the left if n is negative.
func separated(digits, sep string, n int) string {
	var out []byte
	size, from := n, 0
	if n > 0 {
		from = len(digits) % n
	} else {
		size = -n
	}
	if size <= 0 || size >= len(digits) {
		return digits
	}
	out = append(out, digits[:from]...)
	for i := from; i < len(digits); i += size {
		if i > 0 {
			out = append(out, sep...)
		}
		out = append(out, digits[i:min(i+size, len(digits))]...)
	}
	return string(out)
}

// bytesFromhex is bytes.fromhex(string).
func bytesFromhex(t *starlark.Thread, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	v, err := single("bytes.fromhex", args, kwargs)
	if err != nil {
		return nil, err
	}
	s, ok := native(v).(starlark.String)
	if !ok {
		return nil, pyerr.Type("fromhex() argument must be str, not %s", argType(v))
	}
	if err := guard.CheckBytes(t, "fromhex", len(s)); err != nil {
		return nil, err
	}
	out := make([]byte, 0, len(s)/2)
	for i := 0; i < len(s); {
		if isSpaceByte(s[i]) {
			i++
			continue
		}
		high, ok := hexDigit(s[i])
		if !ok {
			return nil, notHex(string(s), i)
		}
		if i+1 == len(s) {
			return nil, notHex(string(s), i+1)
		}
		low, ok := hexDigit(s[i+1])
		if !ok {
			return nil, notHex(string(s), i+1)
		}
		out = append(out, high<<4|low)
		i += 2
	}
	return starlark.Bytes(out), nil
}

func notHex(s string, at int) error {
	return pyerr.Value("non-hexadecimal number found in fromhex() arg at position %d", charCount(s[:at]))
}

func hexDigit(c byte) (byte, bool) {
	switch {
	case isDigitByte(c):
		return c - '0', true
	case 'a' <= c && c <= 'f':
		return c - 'a' + 10, true
	case 'A' <= c && c <= 'F':
		return c - 'A' + 10, true
	}
	return 0, false
}

// bytesMaketrans is bytes.maketrans(from, to).
func bytesMaketrans(_ *starlark.Thread, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	if err := between("bytes.maketrans", args, kwargs, 2, 2); err != nil {
		return nil, err
	}
	from, err := bytesLike(args[0])
	if err != nil {
		return nil, err
	}
	to, err := bytesLike(args[1])
	if err != nil {
		return nil, err
	}
	if len(from) != len(to) {
		return nil, pyerr.Value("maketrans arguments must have same length")
	}
	table := make([]byte, 256)
	for c := range table {
		table[c] = byte(c)
	}
	for i := range len(from) {
		table[from[i]] = to[i]
	}
	return starlark.Bytes(table), nil
}

func bytesTranslate(t *starlark.Thread, recv starlark.Value, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var in [2]starlark.Value
	s := signature{"translate", []string{"", "delete"}, 1, 2}
	if err := s.bind(in[:], args, kwargs); err != nil {
		return nil, err
	}
	table, remove := "", ""
	var err error
	if in[0] != starlark.None {
		if table, err = bytesLike(in[0]); err != nil {
			return nil, err
		}
		if len(table) != 256 {
			return nil, pyerr.Value("translation table must be 256 characters long")
		}
	}
	if in[1] != nil {
		if remove, err = bytesLike(in[1]); err != nil {
			return nil, err
		}
	}
	b := raw(recv)
	if err := guard.CheckBytes(t, "translate", len(b)); err != nil {
		return nil, err
	}
	out := make([]byte, 0, len(b))
	for i := range len(b) {
		switch c := b[i]; {
		case remove != "" && strings.IndexByte(remove, c) >= 0:
		case table != "":
			out = append(out, table[c])
		default:
			out = append(out, c)
		}
	}
	return starlark.Bytes(out), walked(t, len(remove))
}

// newBytes is bytes(source, encoding, errors).
func newBytes(t *starlark.Thread, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var in [3]starlark.Value
	s := signature{"bytes", []string{"source", "encoding", "errors"}, 0, 3}
	if err := s.bind(in[:], args, kwargs); err != nil {
		return nil, err
	}
	if in[1] != nil || in[2] != nil {
		return encodedBytes(t, in)
	}
	if in[0] == nil {
		return starlark.Bytes(""), nil
	}
	if o, ok := in[0].(Object); ok {
		v, ok, err := o.Special(t, "__bytes__")
		if err != nil {
			return nil, err
		}
		if ok {
			b, ok := native(v).(starlark.Bytes)
			if !ok {
				return nil, pyerr.Type("__bytes__ returned non-bytes (type %s)", TypeName(v))
			}
			return b, nil
		}
	}
	if _, ok := native(in[0]).(starlark.String); ok {
		return nil, pyerr.Type("string argument without an encoding")
	}
	if i, ok, err := index(t, in[0]); err != nil {
		return nil, err
	} else if ok {
		n, small := i.Int64()
		if !small {
			return nil, pyerr.Overflow("cannot fit 'int' into an index-sized integer")
		}
		if n < 0 {
			return nil, pyerr.Value("negative count")
		}
		if err := guard.CheckBytes(t, "bytes", int(n)); err != nil {
			return nil, err
		}
		return starlark.Bytes(bytes.Repeat([]byte{0}, int(n))), nil
	}
	b, err := bytesFrom(t, in[0], "cannot convert '%s' object to bytes")
	return starlark.Bytes(b), err
}

// encodedBytes is bytes(text, encoding, errors).
func encodedBytes(t *starlark.Thread, in [3]starlark.Value) (starlark.Value, error) {
	name := "encoding"
	if in[1] == nil {
		name = "errors"
	}
	encoding, errors := "utf-8", "strict"
	for i, p := range []*string{&encoding, &errors} {
		if in[i+1] == nil {
			continue
		}
		s, ok := native(in[i+1]).(starlark.String)
		if !ok {
			return nil, pyerr.Type("bytes() argument '%s' must be str, not %s", []string{"encoding", "errors"}[i], argType(in[i+1]))
		}
		*p = string(s)
	}
	s, ok := native(in[0]).(starlark.String)
	if !ok {
		return nil, pyerr.Type("%s without a string argument", name)
	}
	b, err := encode(t, string(s), encoding, errors)
	return starlark.Bytes(b), err
}

// bytesFrom gives the bytes of an iterable of integers.
func bytesFrom(t *starlark.Thread, v starlark.Value, wrong string) (string, error) {
	switch n := native(v).(type) {
	case starlark.Bytes:
		return string(n), nil
	case starlark.String:
		return "", pyerr.Type(wrong, TypeName(v))
	}
	if _, isObject := v.(Object); !isObject && !canIterate(v) {
		return "", pyerr.Type(wrong, TypeName(v))
	}
	var out []byte
	err := each(t, v, func(e starlark.Value) error {
		i, ok, err := index(t, e)
		if err != nil {
			return err
		}
		if !ok {
			return notInteger(e)
		}
		n, ok := i.Int64()
		if !ok || n < 0 || n > 255 {
			return pyerr.Value("bytes must be in range(0, 256)")
		}
		out = append(out, byte(n))
		if len(out)&0xffff == 0 {
			return guard.CheckBytes(t, "bytes", len(out))
		}
		return nil
	})
	return string(out), err
}
