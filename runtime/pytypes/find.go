package pytypes

import (
	"strings"

	"github.com/starhost/starhost/builtins/helpers/pyerr"
	"go.starlark.net/starlark"
)

// stringContains is sub in s.
func stringContains(t *starlark.Thread, s, sub string) (bool, error) {
	if len(s) > free {
		if err := walked(t, len(s)); err != nil {
			return false, err
		}
	}
	return strings.Contains(s, sub), nil
}

// bytesContains is x in b.
func bytesContains(t *starlark.Thread, b starlark.Bytes, x starlark.Value) (bool, error) {
	switch v := native(x).(type) {
	case starlark.Bytes:
		return stringContains(t, string(b), string(v))
	case starlark.Int, starlark.Bool:
		i, _ := asInt(v)
		n, ok := i.Int64()
		if !ok || n < 0 || n > 255 {
			return false, pyerr.Value("byte must be in range(0, 256)")
		}
		if err := walked(t, len(b)); err != nil {
			return false, err
		}
		return strings.IndexByte(string(b), byte(n)) >= 0, nil
	}
	return false, pyerr.Type("a bytes-like object is required, not '%s'", TypeName(x))
}
