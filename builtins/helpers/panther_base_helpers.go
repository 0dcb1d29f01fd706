package helpers

import (
	"github.com/starhost/starhost/builtins/helpers/pyerr"
	"github.com/starhost/starhost/event"
	"github.com/starhost/starhost/runtime"
	"go.starlark.net/starlark"
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
//
// They take events, what is in them, and plain dicts.
func PantherBaseHelpers() runtime.Module {
	return runtime.Module{
		Names: []string{"panther_base_helpers"},
		Members: starlark.StringDict{
			"deep_get":  starlark.NewBuiltin("deep_get", deepGet),
			"deep_walk": starlark.NewBuiltin("deep_walk", deepWalk),
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
