package ruleset

import (
	"strings"

	"github.com/starhost/starhost/event"
	"github.com/starhost/starhost/internal/nearest"
	"github.com/starhost/starhost/internal/strictyaml"
	"github.com/starhost/starhost/runtime"
	"go.starlark.net/starlark"
)

// combinations are the keys that join filters.
var combinations = []runtime.Combination{runtime.All, runtime.Any, runtime.OnlyOne, runtime.None}

// filter reads InlineFilters: nil where there is nothing to filter.
func filter(v strictyaml.Value) *runtime.Filter {
	if v.IsNull() {
		return nil
	}
	f := filters(v, runtime.All)
	if len(f.Parts) == 0 {
		return nil
	}
	return f
}

// filters reads a list of filters, or a single one.
func filters(v strictyaml.Value, c runtime.Combination) *runtime.Filter {
	f := &runtime.Filter{Combine: c}
	list := []strictyaml.Value{v}
	if !v.IsMapping() {
		list = v.List()
	}
	for _, e := range list {
		if part := onefilter(e); part != nil {
			f.Parts = append(f.Parts, part)
		}
	}
	return f
}

// onefilter reads one filter, or several joined by All, Any, OnlyOne or None.
func onefilter(v strictyaml.Value) *runtime.Filter {
	m := v.Mapping()
	for _, c := range combinations {
		if parts := m.Get(string(c)); parts.Exists() {
			m.CheckKeys(true, string(c))
			if f := filters(parts, c); len(f.Parts) > 0 {
				return f
			}
			return nil
		}
	}
	m.CheckKeys(true, "KeyPath", "DeepKey", "Condition", "Value", "Values")
	return condition(m)
}

func condition(m strictyaml.Mapping) *runtime.Filter {
	v := m.Get("Condition")
	name := v.Text()
	switch name {
	case "":
		m.Errorf("Condition is missing: what must hold of the field")
		return nil
	case "AlwaysTrue", "AlwaysFalse":
		return &runtime.Filter{Always: starlark.Bool(name == "AlwaysTrue")}
	}
	c, ok := runtime.FindCondition(name)
	if !ok {
		v.ErrorHint(meant(name), "Condition %s is not known in filters", name)
		return nil
	}
	f := &runtime.Filter{Condition: c}
	if !arguments(m, f) {
		return nil
	}
	if f.Path == nil {
		f.Path = fieldPath(m)
	}
	if f.Path == nil {
		return nil
	}
	return f
}

// meant suggests a condition.
func meant(name string) string {
	names := runtime.ConditionNames()
	if hint := nearest.Hint(name, names, max(2, len(name)/3)); hint != "" {
		return hint
	}
	return "known are " + strings.Join(names, ", ")
}

// fieldPath reads the field that a filter is about.
func fieldPath(m strictyaml.Mapping) *event.Path {
	v := m.Get("KeyPath")
	text := v.Text()
	if keys := m.Get("DeepKey"); keys.Exists() {
		v = keys
		for _, k := range keys.Strings() {
			text += "['" + k + "']"
		}
	}
	if text == "" {
		m.Errorf("KeyPath is missing: the field that the filter is about")
		return nil
	}
	p, err := event.ParsePath(text)
	if err != nil {
		v.Errorf("%s: %v", v.Name(), err)
		return nil
	}
	return p
}

// arguments reads what a condition is given.
func arguments(m strictyaml.Mapping, f *runtime.Filter) bool {
	one, many := m.Get("Value"), m.Get("Values")
	if fields := many.List(); many.IsList() && len(fields) == 2 && fields[0].IsMapping() {
		f.Path, f.Other = fieldPath(fields[0].Mapping()), fieldPath(fields[1].Mapping())
		return f.Path != nil && f.Other != nil
	}
	values := many.List()
	if one.Exists() {
		values = append([]strictyaml.Value{one}, values...)
	}
	least, most := f.Condition.Arguments()
	if len(values) < least || most >= 0 && len(values) > most {
		m.Get("Condition").Errorf("Condition %s has %d values, want %d", f.Condition.Name, len(values), least)
		return false
	}
	for _, v := range values {
		value, err := event.Decode(append(append([]byte(`{"v":`), v.JSON()...), '}'))
		if err != nil {
			v.Errorf("%s: %v", v.Name(), err)
			return false
		}
		field, _ := value.Field("v")
		f.Values = append(f.Values, field)
	}
	return true
}
