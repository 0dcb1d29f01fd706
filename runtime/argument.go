package runtime

import (
	"github.com/starhost/starhost/event"
	"go.starlark.net/starlark"
)

// argument gives what the functions of a detection are called with: the event,
// or, for a policy in Python, a plain dict, as Panther gives it.
func argument(r *Rule, v starlark.Value) starlark.Value {
	if e, ok := v.(*event.Event); ok && r.Kind == KindPolicy && r.Python() {
		return e.ToDict()
	}
	return v
}
