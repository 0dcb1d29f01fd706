package pytypes

import "go.starlark.net/starlark"

// DataAttr gives an attribute of a value of a built-in type that is no method,
// such as the real part of a number, or nil.
func DataAttr(x starlark.Value, name string) starlark.Value {
	switch v := native(x).(type) {
	case starlark.Int, starlark.Bool:
		i, _ := asInt(v)
		switch name {
		case "real", "numerator":
			return i
		case "imag":
			return zero
		case "denominator":
			return one
		}
	case starlark.Float:
		switch name {
		case "real":
			return v
		case "imag":
			return starlark.Float(0)
		}
	}
	return nil
}

func mappingOf(d *starlark.Dict, name string) starlark.Value {
	if name == "mapping" {
		return d
	}
	return nil
}
