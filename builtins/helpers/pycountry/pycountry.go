package pycountry

import (
	"slices"
	"strings"

	"github.com/starhost/starhost/builtins/helpers/pyclass"
	"github.com/starhost/starhost/builtins/helpers/pyerr"
	"github.com/starhost/starhost/builtins/helpers/pyrepr"
	"github.com/starhost/starhost/runtime"
	"github.com/starhost/starhost/runtime/pytypes"
	"go.starlark.net/starlark"
)

// Module returns the module pycountry.
//
//	countries.get(alpha_2=…), or by alpha_3=, name=, numeric=, flag=, official_name=, common_name=
//	    a country or default=None; case does not count
//	countries.lookup(value)        the country with a field of that value, or LookupError
//	countries.search_fuzzy(query)  those whose names have the text, the best first
//	for c in countries, len(countries)
//
// A country has alpha_2, alpha_3, name, numeric and flag, and most have
// official_name, some common_name.
func Module() runtime.Module {
	return runtime.Module{Names: []string{"pycountry"}, Members: starlark.StringDict{"countries": countries{}}}
}

// A country is pycountry's Country.
type country struct{ values map[string]string }

var (
	_ starlark.HasAttrs = (*country)(nil)
	_ starlark.Iterable = (*country)(nil)
	_ pyclass.Instance  = (*country)(nil)
)

var countryClass = &pyclass.Class{FullName: "pycountry.db.Country"}

// String returns Python's repr, with the fields in the order of their names.
func (c *country) String() string {
	var parts []string
	for _, name := range c.AttrNames() {
		parts = append(parts, name+"="+pyrepr.Str(c.values[name]))
	}
	return "Country(" + strings.Join(parts, ", ") + ")"
}

func (c *country) Type() string          { return "Country" }
func (c *country) Freeze()               {}
func (c *country) Truth() starlark.Bool  { return true }
func (c *country) Hash() (uint32, error) { return starlark.String(c.values["alpha_2"]).Hash() }
func (c *country) Class() *pyclass.Class { return countryClass }

// Attr returns a field, or nil if the country has no such name.
func (c *country) Attr(name string) (starlark.Value, error) {
	if v, ok := c.values[name]; ok {
		return starlark.String(v), nil
	}
	return nil, nil
}

// AttrNames lists the fields.
func (c *country) AttrNames() []string {
	var names []string
	for name := range c.values {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// Iterate gives pairs of field and value, for dict(c).
func (c *country) Iterate() starlark.Iterator {
	var pairs starlark.Tuple
	for _, f := range []string{"alpha_2", "alpha_3", "common_name", "flag", "name", "numeric", "official_name"} {
		if v, ok := c.values[f]; ok {
			pairs = append(pairs, starlark.Tuple{starlark.String(f), starlark.String(v)})
		}
	}
	return pairs.Iterate()
}

// countries is the database as rules see it.
type countries struct{}

var (
	_ starlark.HasAttrs = countries{}
	_ starlark.Sequence = countries{}
)

func (countries) String() string        { return "<pycountry.ExistingCountries object>" }
func (countries) Type() string          { return "ExistingCountries" }
func (countries) Freeze()               {}
func (countries) Truth() starlark.Bool  { return true }
func (countries) Hash() (uint32, error) { return 0, nil }
func (countries) Len() int              { return len(all().countries) }

// Iterate gives all countries, in the order of their codes of three letters.
func (countries) Iterate() starlark.Iterator {
	var list starlark.Tuple
	for _, c := range all().countries {
		list = append(list, c)
	}
	return list.Iterate()
}

var methods = map[string]func(pyclass.Call) (starlark.Value, error){"get": get, "lookup": lookup, "search_fuzzy": searchFuzzy}

// Attr returns a method.
func (countries) Attr(name string) (starlark.Value, error) {
	if method, ok := methods[name]; ok {
		return pyclass.Function(name, method), nil
	}
	return nil, nil
}

// AttrNames lists the methods.
func (countries) AttrNames() []string { return []string{"get", "lookup", "search_fuzzy"} }

func get(c pyclass.Call) (starlark.Value, error) {
	if len(c.Args) > 0 {
		return nil, pyerr.Type("Database.get() takes 1 positional argument but %d were given", 1+len(c.Args))
	}
	var def starlark.Value = starlark.None
	var criteria []starlark.Tuple
	for _, kw := range c.Kwargs {
		if kw[0] == starlark.String("default") {
			def = kw[1]
		} else {
			criteria = append(criteria, kw)
		}
	}
	if len(criteria) != 1 {
		return nil, pyerr.Type("Only one criteria may be given")
	}
	value, ok := starlark.AsString(criteria[0][1])
	if !ok {
		return nil, pyerr.New("LookupError", "")
	}
	name, _ := starlark.AsString(criteria[0][0])
	index, ok := all().index[name]
	if !ok {
		return nil, pyerr.New("KeyError", "%s", pyrepr.Str(name))
	}
	if found := index[strings.ToLower(value)]; found != nil {
		return found, nil
	}
	return def, nil
}

// textArg reads an argument that is a text.
func textArg(c pyclass.Call, param string) (string, bool, error) {
	var v starlark.Value
	if err := c.Unpack(param, &v); err != nil {
		return "", false, err
	}
	s, ok := starlark.AsString(v)
	return s, ok, nil
}

func lookup(c pyclass.Call) (starlark.Value, error) {
	value, ok, err := textArg(c, "value")
	switch {
	case err != nil:
		return nil, err
	case !ok:
		return nil, pyerr.New("LookupError", "")
	}
	if found := all().lookup(value); found != nil {
		return found, nil
	}
	text, err := pytypes.Repr(c.Thread, starlark.String(strings.ToLower(value)))
	if err != nil {
		return nil, err
	}
	return nil, pyerr.New("LookupError", "Could not find a record for %s", text)
}
