package event

import (
	"fmt"

	"go.starlark.net/starlark"
)

// A Background is what a rule may ask an event that is not in the event: its
// data model, and lookup tables. The host puts it under BackgroundLocal on the
// thread that calls a rule, and belongs to that thread. Without it there are no
// models and no tables.
type Background interface {
	// Mapping says what the data model of a log type says of a name. It is
	// asked for each event.udm of a single name.
	Mapping(logType, name string) (m Mapping, ok bool)

	// Lookup returns the row of a lookup table that has a key, or None. An
	// error says that there is no such table, or that its data is not there.
	Lookup(table string, key starlark.Value) (starlark.Value, error)
}

// BackgroundLocal is the name of the thread local for a Background.
const BackgroundLocal = "starhost.background"

// A Mapping is what a data model says of a name: a path, or a function that is
// called with the event.
type Mapping struct {
	Model  string // id of the data model
	Path   *Path
	Method starlark.Callable
}

func backgroundOf(t *starlark.Thread) Background {
	b, _ := t.Local(BackgroundLocal).(Background)
	return b
}

var (
	eventUDM     = starlark.NewBuiltin("udm", eventUDMOf)          // udm(*keys, default=None)
	eventUDMPath = starlark.NewBuiltin("udm_path", eventUDMPathOf) // udm_path(name)
	eventLookup  = starlark.NewBuiltin("lookup", eventLookupOf)    // lookup(table, key)
)

// mapping asks the data model of the event's log type.
func (e *Event) mapping(t *starlark.Thread, name string) (Mapping, bool) {
	b := backgroundOf(t)
	if b == nil {
		return Mapping{}, false
	}
	return b.Mapping(e.LogType(), name)
}

func eventUDMOf(t *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var def starlark.Value = starlark.None
	if len(kwargs) > 0 {
		if err := starlark.UnpackArgs(b.Name(), nil, kwargs, "default?", &def); err != nil {
			return nil, err
		}
	}
	e := b.Receiver().(*Event)
	if len(args) == 1 {
		if name, ok := starlark.AsString(args[0]); ok {
			if m, ok := e.mapping(t, name); ok {
				return e.mapped(t, m, def)
			}
		}
	}
	if core, ok := e.Field("p_udm"); ok {
		v, err := DeepGet(core, args, starlark.None)
		if v != starlark.None || err != nil {
			return v, err
		}
	}
	v, err := DeepGet(e, args, def)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", b.Name(), err)
	}
	return v, nil
}

// mapped returns the value that a mapping gives, or def for none or None.
func (e *Event) mapped(t *starlark.Thread, m Mapping, def starlark.Value) (starlark.Value, error) {
	v, err := m.of(t, e)
	if err != nil {
		return nil, err
	}
	if v == nil || v == starlark.None {
		return def, nil
	}
	return v, nil
}

// of returns the value that a mapping gives, nil if its path leads nowhere.
func (m *Mapping) of(t *starlark.Thread, e *Event) (starlark.Value, error) {
	if m.Method != nil {
		return starlark.Call(t, m.Method, starlark.Tuple{e}, nil)
	}
	if !m.Path.Many() {
		v, _ := m.Path.Value(e)
		return v, nil
	}
	found, err := m.Path.Find(e)
	switch {
	case err != nil:
		return nil, err
	case len(found) > 1:
		return nil, fmt.Errorf("path %s of data model %s leads to %d values, want one", m.Path, m.Model, len(found))
	case len(found) == 0:
		return nil, nil
	}
	return found[0], nil
}

func eventUDMPathOf(t *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var name string
	if err := starlark.UnpackPositionalArgs(b.Name(), args, kwargs, 1, &name); err != nil {
		return nil, err
	}
	m, ok := b.Receiver().(*Event).mapping(t, name)
	switch {
	case !ok:
		return starlark.None, nil
	case m.Method != nil: // the key of p_enrichment for it
		return starlark.String(m.Method.Name()), nil
	}
	return starlark.String(m.Path.String()), nil
}

func eventLookupOf(t *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var table string
	var key starlark.Value
	if err := starlark.UnpackArgs(b.Name(), args, kwargs, "table", &table, "key", &key); err != nil {
		return nil, err
	}
	background := backgroundOf(t)
	if background == nil {
		return nil, fmt.Errorf("%s: there is no lookup table %q: no lookup tables are loaded", b.Name(), table)
	}
	v, err := background.Lookup(table, key)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", b.Name(), err)
	}
	return v, nil
}
