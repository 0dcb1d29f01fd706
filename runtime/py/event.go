package py

import "go.starlark.net/starlark"

// The classes of events, under the names that Panther's Python gives them:
// events and all that is in them are mappings and sequences, but no dict and
// no list.
var eventClasses = map[string]*Class{
	"PantherEvent":                 immutableDict("PantherEvent", "panther_core.enriched_event"),
	"ImmutableCaseInsensitiveDict": immutableDict("ImmutableCaseInsensitiveDict", "panther_core.immutable"),
	"ImmutableList":                NewClass(ClassSpec{Name: "ImmutableList", Module: "panther_core.immutable"}),
	"ImmutableDict":                immutableDict("ImmutableDict", "panther_core.immutable"),
	"ImmutableSet":                 NewClass(ClassSpec{Name: "ImmutableSet", Module: "panther_core.immutable"}),
}

func immutableDict(name, module string) *Class {
	return NewClass(ClassSpec{Name: name, Module: module})
}

// EventClasses are the members of the module panther_core.
func EventClasses() starlark.StringDict {
	all := make(starlark.StringDict)
	for name, c := range eventClasses {
		all[name] = c
	}
	return all
}
