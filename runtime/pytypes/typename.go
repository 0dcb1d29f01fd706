package pytypes

import (
	"strings"

	"github.com/starhost/starhost/event"
	"go.starlark.net/starlark"
)

// TypeName gives the name that messages of Python have for the type of v:
// "int", "NoneType", "dict_keys", "datetime.date".
func TypeName(v starlark.Value) string {
	switch v := v.(type) {
	case starlark.String:
		return "str"
	case starlark.Int:
		return "int"
	case Object:
		return v.ClassName()
	case pyTyper:
		return v.PyType()
	case *event.Event:
		return "PantherEvent"
	case *event.Object:
		return "ImmutableCaseInsensitiveDict"
	case *event.List:
		return "ImmutableList"
	case pyInstance:
		return className(v.Class().FullName)
	case nil:
		return "NULL"
	}
	return v.Type()
}

// className is how messages name a class of a module: with the module if it
// is one that CPython has in C.
func className(full string) string {
	module, name, ok := strings.Cut(full, ".")
	switch module {
	case "datetime", "re", "time", "collections":
		return full
	}
	if !ok {
		return full
	}
	if i := strings.LastIndexByte(name, '.'); i >= 0 {
		return name[i+1:]
	}
	return name
}
