package helpers

import (
	"github.com/starhost/starhost/runtime"
	"github.com/starhost/starhost/runtime/py"
)

// PantherCore returns the module panther_core, of which detections use the
// classes of events, in annotations and for isinstance:
//
//	PantherEvent                                 the event that a rule is called with
//	ImmutableCaseInsensitiveDict, ImmutableDict  the objects in it
//	ImmutableList, ImmutableSet                  the arrays in it
func PantherCore() runtime.Module {
	return runtime.Module{
		Names:   []string{"panther_core", "panther_core.enriched_event", "panther_core.immutable"},
		Members: py.EventClasses(),
	}
}
