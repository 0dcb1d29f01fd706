package runtime

import (
	"context"
	"time"

	"go.starlark.net/starlark"
)

// A Call is the state of one call into a rule file. It travels on the
// Starlark thread, so that built-in functions find it with CallOf; it belongs
// to one goroutine.
type Call struct {
	// Context ends when the caller gives up. Built-ins that wait (for a
	// store, say) must respect it. It is never nil during a call.
	Context context.Context

	// Rule is the id of the rule on whose behalf the call is made.
	Rule string

	// Now is what every clock shows during the call: time.time(),
	// datetime.now(), and the expiry of cached state. Built-ins never read
	// the wall clock.
	Now time.Time
}

const callLocal = "starhost.call"

// CallOf returns the state of the call that thread is executing. It panics on
// a thread that was not set up by this package.
func CallOf(thread *starlark.Thread) *Call {
	return thread.Local(callLocal).(*Call)
}
