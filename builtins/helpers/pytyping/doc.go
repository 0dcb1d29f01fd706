// Package pytyping has the modules typing, collections.abc and unittest.mock
// for Python detections.
//
// Annotations mean nothing at run time, so that typing is mostly names. Those
// that isinstance accepts in Python it accepts here.
package pytyping

import (
	"github.com/starhost/starhost/builtins/helpers/pyerr"
	"github.com/starhost/starhost/runtime"
	"github.com/starhost/starhost/runtime/py"
	"go.starlark.net/starlark"
)

// Modules returns the modules.
func Modules() []runtime.Module {
	return []runtime.Module{
		{Names: []string{"collections.abc"}, Members: abstractClasses()},
		{Names: []string{"typing", "typing_extensions"}, Members: typing()},
		{Names: []string{"unittest.mock"}, Members: starlark.StringDict{
			"MagicMock": py.MagicMock,
			"Mock":      py.MagicMock,
			"patch":     refusal("patch", "patching is for unit tests: use Mocks in the test of the rule"),
		}},
	}
}

func refusal(name, why string) starlark.Value {
	return starlark.NewBuiltin(name, func(*starlark.Thread, *starlark.Builtin, starlark.Tuple, []starlark.Tuple) (starlark.Value, error) {
		return nil, pyerr.New("NotImplementedError", "%s is not supported: %s", name, why)
	})
}
