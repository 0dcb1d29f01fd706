package helpers

import (
	"github.com/starhost/starhost/builtins/helpers/pyclass"
	"github.com/starhost/starhost/builtins/helpers/pyerr"
	"github.com/starhost/starhost/builtins/helpers/pyglob"
	"github.com/starhost/starhost/runtime"
	"github.com/starhost/starhost/runtime/guard"
	"go.starlark.net/starlark"
)

// Fnmatch returns the module fnmatch.
//
//	fnmatch(name, pat), fnmatchcase(name, pat)  whether a name matches a pattern
//	filter(names, pat)                          the names that match
//	translate(pat)                              the pattern as a regular expression
//
// In a pattern * is any text, ? any character, [abc], [a-z] and [!a] are
// classes. The two functions are the same: case counts, as on Linux.
func Fnmatch() runtime.Module {
	return runtime.Module{
		Names: []string{"fnmatch"},
		Members: starlark.StringDict{
			"fnmatch":     pyclass.Function("fnmatch", fnmatch),
			"fnmatchcase": pyclass.Function("fnmatchcase", fnmatch),
			"filter":      pyclass.Function("filter", fnmatchFilter),
			"translate":   pyclass.Function("translate", fnmatchTranslate),
		},
	}
}

func fnmatch(c pyclass.Call) (starlark.Value, error) {
	var name, pat pathText
	if err := c.Unpack("name", &name, "pat", &pat); err != nil {
		return nil, err
	}
	ok, err := pyglob.Parse(string(pat)).Match(c.Thread, string(name))
	return starlark.Bool(ok), err
}

// pathText is a text that Python takes for a path.
type pathText string

// Unpack implements starlark.Unpacker.
func (p *pathText) Unpack(v starlark.Value) error {
	s, ok := starlark.AsString(v)
	if !ok {
		return pyerr.Type("expected str, bytes or os.PathLike object, not %s", pyerr.TypeName(v))
	}
	*p = pathText(s)
	return nil
}

func fnmatchFilter(c pyclass.Call) (starlark.Value, error) {
	var (
		names iterable
		pat   string
	)
	if err := c.Unpack("names", &names, "pat", &pat); err != nil {
		return nil, err
	}
	g := pyglob.Parse(pat)
	var matching []starlark.Value
	err := names.each(c.Thread, func(v starlark.Value) error {
		name, ok := starlark.AsString(v)
		if !ok {
			return pyerr.Type("expected str, bytes or os.PathLike object, not %s", pyerr.TypeName(v))
		}
		ok, err := g.Match(c.Thread, name)
		if ok {
			matching = append(matching, v)
		}
		return err
	})
	return starlark.NewList(matching), err
}

func fnmatchTranslate(c pyclass.Call) (starlark.Value, error) {
	var pat string
	if err := c.Unpack("pat", &pat); err != nil {
		return nil, err
	}
	if err := guard.CheckBytes(c.Thread, c.Fn, 4*len(pat)); err != nil {
		return nil, err
	}
	return starlark.String(pyglob.Parse(pat).Translate()), nil
}
