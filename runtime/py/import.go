package py

import (
	"maps"
	"reflect"
	"slices"
	"strings"

	"github.com/starhost/starhost/builtins/helpers/pyerr"
	"go.starlark.net/starlark"
)

// A library is a module that is written in Go, or a package of modules, as
// files import it.
type library struct {
	name    string
	of      starlark.StringDict // the members as they were imported: another version of a helper has others
	members starlark.StringDict
}

func (l *library) String() string        { return "<module '" + l.name + "'>" }
func (l *library) Type() string          { return "module" }
func (l *library) Freeze()               {}
func (l *library) Truth() starlark.Bool  { return true }
func (l *library) Hash() (uint32, error) { return starlark.String(l.name).Hash() }
func (l *library) AttrNames() []string   { return l.members.Keys() }

// Attr returns a member.
func (l *library) Attr(name string) (starlark.Value, error) {
	if v := l.member(name); v != nil {
		return v, nil
	}
	return nil, noAttribute(l, name)
}

// member returns a member, or nil.
func (l *library) member(name string) starlark.Value {
	if v, ok := l.members[name]; ok {
		return v
	}
	if name == "__name__" {
		return starlark.String(l.name)
	}
	return nil
}

// importer makes one of the functions that import modules into m.
func (m *Module) importer(name string) *starlark.Builtin {
	do := map[string]func(starlark.Tuple) (starlark.Value, error){
		"py.import": func(args starlark.Tuple) (starlark.Value, error) {
			return m.imported(string(args[0].(starlark.String)))
		},
		"py.import_root": func(args starlark.Tuple) (starlark.Value, error) {
			full := string(args[0].(starlark.String))
			if _, err := m.imported(full); err != nil {
				return nil, err
			}
			root, _, _ := strings.Cut(full, ".")
			return m.imported(root)
		},
		"py.from": func(args starlark.Tuple) (starlark.Value, error) {
			return m.importFrom(string(args[0].(starlark.String)), string(args[1].(starlark.String)))
		},
	}[name]
	return starlark.NewBuiltin(name, func(t *starlark.Thread, _ *starlark.Builtin, args starlark.Tuple, _ []starlark.Tuple) (starlark.Value, error) {
		return do(args)
	})
}

// imported gives a module by its dotted name.
func (m *Module) imported(name string) (starlark.Value, error) {
	imp, ok := m.program.Imports[name]
	if ok && imp.Program != nil {
		return m.world.Module(imp.Program)
	}
	if v := m.world.library(name, imp, m.program.Imports); v != nil {
		return v, nil
	}
	return nil, pyerr.New("ModuleNotFoundError", "No module named '%s'", name)
}

// library gives a module that is written in Go, with those below it as
// members; nil if there is none.
func (w *World) library(name string, imp Import, all map[string]Import) starlark.Value {
	l, made := w.libraries[name].(*library)
	if !made || imp.Members != nil && !same(imp.Members, l.of) {
		l = &library{name: name, of: imp.Members, members: maps.Clone(imp.Members)}
		if l.members == nil {
			l.members = make(starlark.StringDict)
		}
		for k, v := range l.members {
			l.members[k] = w.adopted(v)
		}
	}
	for full, sub := range all {
		rest, below := strings.CutPrefix(full, name+".")
		if !below || sub.Program != nil {
			continue
		}
		first, _, _ := strings.Cut(rest, ".")
		if _, has := l.members[first].(*library); !has && (l.members[first] == nil || sub.Members != nil && first == rest) {
			l.members[first] = w.library(name+"."+first, all[name+"."+first], all)
		}
	}
	if len(l.members) == 0 {
		return nil
	}
	if w.libraries == nil {
		w.libraries = make(map[string]starlark.Value)
	}
	w.libraries[name] = l
	return l
}

// same tells whether two dicts are one.
func same(a, b starlark.StringDict) bool {
	return reflect.ValueOf(a).Pointer() == reflect.ValueOf(b).Pointer()
}

// adopted gives what files see of a member of a module: exceptions are
// classes.
func (w *World) adopted(v starlark.Value) starlark.Value {
	if x, ok := v.(*pyerr.Exception); ok {
		return w.asClass(x)
	}
	if per, ok := v.(PerWorld); ok {
		return per.In(w)
	}
	return v
}

// PerWorld is a member of a module that each world has its own of.
type PerWorld interface {
	starlark.Value
	In(w *World) starlark.Value
}

// importFrom is "from module import name".
func (m *Module) importFrom(module, name string) (starlark.Value, error) {
	from, err := m.imported(module)
	if err != nil {
		return nil, err
	}
	if l, ok := from.(*library); ok {
		if v := l.member(name); v != nil {
			return v, nil
		}
	} else if v, err := from.(starlark.HasAttrs).Attr(name); v != nil || err != nil {
		return v, err
	}
	if _, ok := m.program.Imports[module+"."+name]; ok {
		return m.imported(module + "." + name)
	}
	at := "unknown location"
	if mod, ok := from.(*Module); ok {
		at = mod.program.Path
	}
	return nil, pyerr.New("ImportError", "cannot import name '%s' from '%s' (%s)%s", name, module, at, near(name, from.(starlark.HasAttrs).AttrNames()))
}

// near suggests a name.
func near(name string, known []string) string {
	i := slices.IndexFunc(known, func(k string) bool { return strings.EqualFold(k, name) })
	if i < 0 {
		return ""
	}
	return ". Did you mean: '" + known[i] + "'?"
}
