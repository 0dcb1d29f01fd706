package runtime

import (
	"fmt"

	"github.com/starhost/starhost/event"
	"go.starlark.net/starlark"
)

// A Background is what rules know beside the event: the data models and the
// lookup tables of their set. It is immutable and shared by all goroutines.
type Background struct {
	// Models are the data models, by log type.
	Models map[string]*DataModel

	// Tables are the lookup tables, by name.
	Tables map[string]*LookupTable

	enriching map[string][]*LookupTable // by log type, those that have rows; see Ready
}

// A DataModel says where the events of some log types have what rules ask for
// by one name. It is immutable.
type DataModel struct {
	ID       string
	LogTypes []string

	// Mappings are by the name that rules use.
	Mappings map[string]FieldMapping

	// File has the functions that Mappings name, or is nil.
	File *File
}

// A FieldMapping is one name of a data model: a path, or the name of a function
// of the model's file.
type FieldMapping struct {
	Path   *event.Path
	Method string
}

// CheckMethod reports what keeps a mapping's function from being called with the
// event.
func (m *DataModel) CheckMethod(name string) *Diagnostic {
	_, bad := function(m.File, name, nil)
	if len(bad) > 0 {
		return bad[0]
	}
	if !m.File.Globals.Has(name) {
		d := fileDiagnostic(m.File.Path, "datamodel", fmt.Sprintf("no function %s(event), which data model %s names", name, m.ID))
		d.Hint = didYouMean(name, m.File.Globals.Keys())
		return d
	}
	return nil
}

// background is what a worker's events find on its thread.
type background struct {
	worker *Worker
	of     *Background // of the rule that the worker is evaluating, or nil
}

var _ event.Background = (*background)(nil)

// Mapping implements event.Background.
func (b *background) Mapping(logType, name string) (event.Mapping, bool) {
	if b.of == nil {
		return event.Mapping{}, false
	}
	model := b.of.Models[logType]
	if model == nil {
		return event.Mapping{}, false
	}
	m, ok := model.Mappings[name]
	if !ok {
		return event.Mapping{}, false
	}
	if m.Path != nil {
		return event.Mapping{Model: model.ID, Path: m.Path}, true
	}
	return event.Mapping{Model: model.ID, Method: b.method(model, m.Method)}, true
}

// method gives a function of a data model, or one that fails as its file does.
func (b *background) method(m *DataModel, name string) starlark.Callable {
	v, err := b.worker.inCall(m.File, name)
	fn, ok := v.(starlark.Callable)
	if err == nil && !ok {
		err = fmt.Errorf("data model %s has no function %s", m.ID, name)
	}
	if err == nil {
		return fn
	}
	return starlark.NewBuiltin(name, func(*starlark.Thread, *starlark.Builtin, starlark.Tuple, []starlark.Tuple) (starlark.Value, error) {
		return nil, err
	})
}

// inCall is Function for use during a call, whose limits the top-level code of
// a file that has not run yet shares.
func (w *Worker) inCall(f *File, name string) (starlark.Value, error) {
	if f.program == nil {
		return f.Globals[name], nil
	}
	m, err := w.world.Module(f.program)
	if err != nil {
		return nil, err
	}
	return m.Get(name), nil
}

// Lookup implements event.Background.
func (b *background) Lookup(table string, key starlark.Value) (starlark.Value, error) {
	if b.of == nil || b.of.Tables[table] == nil {
		var names []string
		if b.of != nil {
			for name := range b.of.Tables {
				names = append(names, name)
			}
		}
		msg := fmt.Sprintf("there is no lookup table %q", table)
		if hint := didYouMean(table, names); hint != "" {
			msg += ": " + hint
		}
		return nil, &lookupError{msg}
	}
	return b.of.Tables[table].Row(key)
}

// A lookupError is an error of event.lookup.
type lookupError struct{ msg string }

func (e *lookupError) Error() string   { return e.msg }
func (e *lookupError) PyClass() string { return "LookupError" }
