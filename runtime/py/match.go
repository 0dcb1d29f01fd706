package py

import (
	"slices"

	"github.com/starhost/starhost/builtins/helpers/pyerr"
	"github.com/starhost/starhost/runtime/pytypes"
	"go.starlark.net/starlark"
)

// matchSeq is py.match_seq(x, n, starred).
func matchSeq(t *starlark.Thread, args starlark.Tuple, _ []starlark.Tuple) (starlark.Value, error) {
	x := held(args[0])
	switch x.(type) {
	case starlark.String, starlark.Bytes, starlark.Mapping, *starlark.Set:
		return starlark.False, nil
	}
	if _, ok := x.(starlark.Indexable); !ok {
		return starlark.False, nil
	}
	want, _ := starlark.AsInt32(args[1])
	n, err := pytypes.Len(t, x)
	return starlark.Bool(n == want || n > want && bool(args[2].Truth())), err
}

// matchMap is py.match_map(x, keys).
func matchMap(t *starlark.Thread, args starlark.Tuple, _ []starlark.Tuple) (starlark.Value, error) {
	m, ok := held(args[0]).(starlark.IterableMapping)
	if !ok {
		return starlark.None, nil
	}
	keys := args[1].(starlark.Tuple)
	values := make(starlark.Tuple, len(keys))
	for i, key := range keys {
		in, err := pytypes.Contains(t, m, key)
		if err != nil || !in {
			return starlark.None, err
		}
		if values[i], err = pytypes.Item(t, m, key); err != nil {
			return nil, err
		}
	}
	return values, nil
}

// matchRest is py.match_rest(x, keys).
func matchRest(t *starlark.Thread, args starlark.Tuple, _ []starlark.Tuple) (starlark.Value, error) {
	m := held(args[0]).(starlark.IterableMapping)
	keys := args[1].(starlark.Tuple)
	rest := new(starlark.Dict)
	if err := entries(t, starlark.Len(m)); err != nil {
		return nil, err
	}
	for _, kv := range m.Items() {
		taken, err := among(t, keys, kv[0])
		if err != nil {
			return nil, err
		}
		if !taken {
			if err := rest.SetKey(kv[0], kv[1]); err != nil {
				return nil, err
			}
		}
	}
	return rest, nil
}

// matchSelf are the built-in types whose only positional pattern is the value
// itself.
var matchSelf = map[string]bool{
	"bool": true, "bytearray": true, "bytes": true, "dict": true, "float": true, "frozenset": true,
	"int": true, "list": true, "set": true, "str": true, "tuple": true,
}

// matchClass is py.match_class(x, class, n, attrs).
func (w *World) matchClass(t *starlark.Thread, args starlark.Tuple, _ []starlark.Tuple) (starlark.Value, error) {
	x, class := args[0], args[1]
	is, err := w.isInstance(t, x, class)
	if err != nil {
		return nil, pyerr.Type("called match pattern must be a class")
	}
	if !is {
		return starlark.None, nil
	}
	n, _ := starlark.AsInt32(args[2])
	named := args[3].(starlark.Tuple)
	var values starlark.Tuple
	c, _ := class.(*Class)
	if n == 1 && c != nil && c.native != nil && matchSelf[c.native.Name] {
		values = starlark.Tuple{x}
	} else if n > 0 {
		var positional starlark.Tuple
		if c != nil {
			if v, _ := c.find("__match_args__"); v != nil {
				positional, _ = v.(starlark.Tuple)
			}
		}
		if len(positional) < n {
			return nil, pyerr.Type("%s() accepts %d positional sub-patterns (%d given)", typeNameOfClass(class), len(positional), n)
		}
		named = append(slices.Clone(positional[:n]), named...)
	}
	for _, name := range named {
		v, err := w.getAttr(t, x, string(name.(starlark.String)))
		if err != nil || v == nil {
			return starlark.None, err
		}
		values = append(values, v)
	}
	if values == nil {
		values = starlark.Tuple{}
	}
	return values, nil
}

func typeNameOfClass(v starlark.Value) string {
	if c, ok := v.(*Class); ok {
		return c.name
	}
	return v.String()
}

// among tells whether one of the keys of a pattern equals a key.
func among(t *starlark.Thread, keys starlark.Tuple, key starlark.Value) (bool, error) {
	for _, k := range keys {
		if eq, err := pytypes.Equal(t, k, key); eq || err != nil {
			return eq, err
		}
	}
	return false, nil
}
