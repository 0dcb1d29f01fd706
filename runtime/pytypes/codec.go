package pytypes

import (
	"fmt"
	"strings"

	"github.com/starhost/starhost/builtins/helpers/pyerr"
	"github.com/starhost/starhost/builtins/helpers/pytext"
	"github.com/starhost/starhost/runtime/guard"
	"go.starlark.net/starlark"
)

// codecArguments reads encoding and errors.
func codecArguments(fn string, args starlark.Tuple, kwargs []starlark.Tuple) (encoding, errors string, err error) {
	var in [2]starlark.Value
	s := signature{fn, []string{"encoding", "errors"}, 0, 2}
	if err := s.bind(in[:], args, kwargs); err != nil {
		return "", "", err
	}
	encoding, errors = "utf-8", "strict"
	for i, p := range []*string{&encoding, &errors} {
		if in[i] == nil {
			continue
		}
		text, ok := native(in[i]).(starlark.String)
		if !ok {
			return "", "", pyerr.Type("%s() argument '%s' must be str, not %s", fn, s.names[i], TypeName(in[i]))
		}
		*p = string(text)
	}
	return encoding, errors, nil
}

func strEncode(t *starlark.Thread, recv starlark.Value, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	encoding, errors, err := codecArguments("encode", args, kwargs)
	if err != nil {
		return nil, err
	}
	s, err := encode(t, text(recv), encoding, errors)
	return starlark.Bytes(s), err
}

// encode is s.encode(encoding, errors).
func encode(t *starlark.Thread, s, encoding, errors string) (string, error) {
	if err := guard.CheckBytes(t, "encode", len(s)); err != nil {
		return "", err
	}
	var out string
	var err error
	if isUTF8(encoding) {
		out, err = encodeUTF8(s, errors)
	} else {
		out, err = pytext.Encode(s, encoding, errors)
	}
	if err == nil && len(out) > len(s) {
		err = guard.CheckBytes(t, "encode", len(out))
	}
	return out, err
}

// decode is b.decode(encoding, errors).
func decode(t *starlark.Thread, b, encoding, errors string) (string, error) {
	if err := guard.CheckBytes(t, "decode", len(b)); err != nil {
		return "", err
	}
	var out string
	var err error
	if isUTF8(encoding) && (errors == "surrogateescape" || errors == "surrogatepass") {
		out, err = decodeSurrogates(b, errors)
	} else {
		out, err = pytext.Decode(b, encoding, errors)
	}
	if err == nil && len(out) > len(b) {
		err = guard.CheckBytes(t, "decode", len(out))
	}
	return out, err
}

func isUTF8(encoding string) bool {
	switch strings.NewReplacer("-", "", "_", "", " ", "").Replace(strings.ToLower(encoding)) {
	case "utf8", "u8":
		return true
	}
	return false
}

// encodeUTF8 encodes a text, which may have half surrogate pairs, of which
// UTF-8 has none.
func encodeUTF8(s, errors string) (string, error) {
	if !strings.Contains(s, "\xed") {
		return s, nil
	}
	var out []byte
	position := 0
	for rest := s; rest != ""; position++ {
		r, n := decodeChar(rest)
		if !isSurrogate(r) {
			out = append(out, rest[:n]...)
			rest = rest[n:]
			continue
		}
		var err error
		if out, err = appendSurrogate(out, rest, r, position, errors); err != nil {
			return "", err
		}
		rest = rest[n:]
	}
	return string(out), nil
}

// appendSurrogate appends what stands for half a surrogate pair, with which
// rest begins.
func appendSurrogate(out []byte, rest string, r rune, position int, errors string) ([]byte, error) {
	switch errors {
	case "ignore":
		return out, nil
	case "replace":
		return append(out, '?'), nil
	case "backslashreplace":
		return appendHex(out, 'u', r, 4), nil
	case "xmlcharrefreplace":
		return fmt.Appendf(out, "&#%d;", r), nil
	case "surrogatepass":
		return append(out, rest[:3]...), nil
	case "surrogateescape":
		if 0xdc80 <= r && r <= 0xdcff {
			return append(out, byte(r)), nil
		}
	case "strict":
	default:
		return nil, pyerr.New("LookupError", "unknown error handler name '%s'", errors)
	}
	run := 0
	for ; rest != ""; run++ {
		r, n := decodeChar(rest)
		if !isSurrogate(r) {
			break
		}
		rest = rest[n:]
	}
	what := fmt.Sprintf("character '\\u%04x' in position %d", r, position)
	if run > 1 {
		what = fmt.Sprintf("characters in position %d-%d", position, position+run-1)
	}
	return nil, &pyerr.Error{Class: "UnicodeEncodeError", Base: "ValueError", Msg: "'utf-8' codec can't encode " + what + ": surrogates not allowed"}
}

// decodeSurrogates decodes UTF-8 with what is not valid as half surrogate
// pairs.
func decodeSurrogates(b, errors string) (string, error) {
	var out []byte
	for i := 0; i < len(b); {
		r, n := decodeChar(b[i:])
		switch {
		case isSurrogate(r) && errors == "surrogatepass":
			out = append(out, b[i:i+n]...)
			i += n
		case r == 0xfffd && b[i:i+n] != "\ufffd" || isSurrogate(r):
			if errors == "surrogatepass" {
				return pytext.Decode(b, "utf-8", "strict")
			}
			if b[i] < 0x80 {
				out = append(out, b[i])
			} else {
				out = appendChar(out, 0xdc00|rune(b[i]))
			}
			i++
		default:
			out = append(out, b[i:i+n]...)
			i += n
		}
	}
	return string(out), nil
}
