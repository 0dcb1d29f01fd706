package runtime

import (
	"fmt"
	"slices"
	"strings"

	"go.starlark.net/starlark"
)

// A Module is a table of Go functions and values that rule files load by
// name. The constructor of a module takes what the module needs (a store,
// for example) and returns one Module; there is no registry.
//
// A file gets at a module in two ways: load("json", "dumps") binds a member,
// load("json", "json"), with the last part of the module's own name, binds
// the module as a value, for json.dumps(…). Where a module has a member of
// its own name (time.time, datetime.datetime), that value also acts as the
// member: it can be called, and its attributes can be selected.
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

// lookup returns what load(name, member) binds.
func (m *Module) lookup(name, member string) (starlark.Value, bool) {
	if member == lastPart(name) {
		return moduleValue{name: name, members: m.Members}, true
	}
	v, ok := m.Members[member]
	return v, ok
}

func lastPart(name string) string { return name[strings.LastIndexByte(name, '.')+1:] }

// moduleValue is a module bound to a name.
type moduleValue struct {
	name    string
	members starlark.StringDict
}

var (
	_ starlark.HasAttrs = moduleValue{}
	_ starlark.Callable = moduleValue{}
)

func (m moduleValue) String() string        { return fmt.Sprintf("<module %q>", m.name) }
func (m moduleValue) Type() string          { return "module" }
func (m moduleValue) Freeze()               {}
func (m moduleValue) Truth() starlark.Bool  { return true }
func (m moduleValue) Hash() (uint32, error) { return starlark.String(m.name).Hash() }
func (m moduleValue) Name() string          { return lastPart(m.name) }

// namesake is the member that has the module's own name, or nil.
func (m moduleValue) namesake() starlark.Value { return m.members[m.Name()] }

func (m moduleValue) Attr(name string) (starlark.Value, error) {
	if v, ok := m.members[name]; ok {
		return v, nil
	}
	if v, ok := m.namesake().(starlark.HasAttrs); ok {
		return v.Attr(name)
	}
	return nil, nil
}

func (m moduleValue) AttrNames() []string {
	names := m.members.Keys()
	if v, ok := m.namesake().(starlark.HasAttrs); ok {
		names = append(names, v.AttrNames()...)
	}
	slices.Sort(names)
	return slices.Compact(names)
}

func (m moduleValue) CallInternal(thread *starlark.Thread, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	if fn, ok := m.namesake().(starlark.Callable); ok {
		return fn.CallInternal(thread, args, kwargs)
	}
	return nil, fmt.Errorf("module %s is not a function: call one of its members, %s.NAME(…)", m.name, m.Name())
}
