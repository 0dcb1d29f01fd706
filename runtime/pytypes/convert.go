package pytypes

import (
	"github.com/starhost/starhost/builtins/helpers/pyerr"
	"go.starlark.net/starlark"
)

// asFloat gives the float that a value is where a number is asked for: a
// number, or an object with __float__ or __index__.
func asFloat(t *starlark.Thread, v starlark.Value) (float64, error) {
	switch v := v.(type) {
	case starlark.Float:
		return float64(v), nil
	case starlark.Int:
		return intFloat(v)
	case starlark.Bool:
		return intFloat(boolInt(v))
	case Object:
		r, ok, err := v.Special(t, "__float__")
		if err != nil {
			return 0, err
		}
		if ok {
			f, ok := native(r).(starlark.Float)
			if !ok {
				return 0, pyerr.Type("%s.__float__ returned non-float (type %s)", v.ClassName(), TypeName(r))
			}
			return float64(f), nil
		}
		if f, ok := v.Native().(starlark.Float); ok {
			return float64(f), nil
		}
		if i, ok, err := index(t, v); err != nil {
			return 0, err
		} else if ok {
			return intFloat(i)
		}
	case interface{ PyFloat() float64 }:
		return v.PyFloat(), nil
	}
	return 0, pyerr.Type("must be real number, not %s", TypeName(v))
}
