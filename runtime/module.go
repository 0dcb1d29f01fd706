package runtime

import "go.starlark.net/starlark"

// A Module is a table of Go functions and values that rule files load by
// name. The constructor of a module takes what the module needs (a store,
// for example) and returns one Module; there is no registry.
type Module struct {
	// Names are the names under which rules load the module: the first is
	// its own, the others are aliases ("panther_oss_helpers").
	Names []string

	// Members are the module's names. They must be immutable: one module
	// serves all rules on all goroutines.
	Members starlark.StringDict

	// Stateful says that a member can read or write state that outlives one
	// event. Rules that load such a module see the events in input order.
	Stateful bool
}
