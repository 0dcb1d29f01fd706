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
			return "", "", pyerr.Type("%s() argument '%s' must be str, not %s", fn, s.names[i], argType(in[i]))
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
	} else if out, err = pytext.Encode(s, encoding, errors); strings.Contains(s, "\xed") {
		out, err = encodeSurrogates(s, encoding, errors)
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
	return withoutSurrogates(s, "utf-8", errors, func(part string) (string, error) { return part, nil })
}

// encodeSurrogates encodes a text with half surrogate pairs, of which other
// encodings have none, either.
func encodeSurrogates(s, encoding, errors string) (string, error) {
	return withoutSurrogates(s, strings.ToLower(encoding), errors, func(part string) (string, error) {
		return pytext.Encode(part, encoding, errors)
	})
}

// withoutSurrogates encodes what is between half surrogate pairs, and does
// with those what errors says.
func withoutSurrogates(s, codec, errors string, encode func(string) (string, error)) (string, error) {
	var out []byte
	for start, i := 0, 0; ; {
		r, n := rune(0), 0
		if i < len(s) {
			r, n = decodeChar(s[i:])
		}
		if n > 0 && !isSurrogate(r) {
			i += n
			continue
		}
		part, err := encode(s[start:i])
		if err != nil {
			return "", err
		}
		out = append(out, part...)
		if n == 0 {
			return string(out), nil
		}
		stands, err := surrogateFor(s, i, r, codec, errors)
		if err != nil {
			return "", err
		}
		if !strings.HasPrefix(stands, "\xed") && !strings.HasPrefix(codec, "utf-8") && errors != "surrogateescape" {
			if stands, err = encode(stands); err != nil {
				return "", err
			}
		}
		out = append(out, stands...)
		i += n
		start = i
	}
}

// surrogateFor gives what stands for half a surrogate pair, at s[at].
func surrogateFor(s string, at int, r rune, codec, errors string) (string, error) {
	switch errors {
	case "ignore":
		return "", nil
	case "replace":
		return "?", nil
	case "backslashreplace":
		return string(appendHex(nil, 'u', r, 4)), nil
	case "xmlcharrefreplace":
		return fmt.Sprintf("&#%d;", r), nil
	case "surrogatepass":
		return s[at : at+3], nil
	case "surrogateescape":
		if 0xdc80 <= r && r <= 0xdcff {
			return string([]byte{byte(r)}), nil
		}
	case "strict":
	default:
		return "", pyerr.New("LookupError", "unknown error handler name '%s'", errors)
	}
	return "", surrogateError(s, at, r, codec)
}

func surrogateError(s string, at int, r rune, codec string) error {
	position, run := charCount(s[:at]), 0
	for rest := s[at:]; rest != ""; run++ {
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
	why := "surrogates not allowed"
	switch codec {
	case "ascii", "us-ascii":
		codec, why = "ascii", "ordinal not in range(128)"
	case "latin-1", "latin1", "iso-8859-1":
		codec, why = "latin-1", "ordinal not in range(256)"
	}
	return &pyerr.Error{Class: "UnicodeEncodeError", Base: "ValueError", Msg: fmt.Sprintf("'%s' codec can't encode %s: %s", codec, what, why)}
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
