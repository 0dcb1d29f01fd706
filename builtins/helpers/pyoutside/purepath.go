package pyoutside

import (
	"slices"
	"strings"

	"github.com/starhost/starhost/builtins/helpers/pyclass"
	"github.com/starhost/starhost/builtins/helpers/pyerr"
	"github.com/starhost/starhost/builtins/helpers/pyrepr"
	"github.com/starhost/starhost/runtime"
	"github.com/starhost/starhost/runtime/guard"
	"go.starlark.net/starlark"
	"go.starlark.net/syntax"
)

// pathlib returns the module pathlib.
//
//	PurePosixPath(*segments), PurePath(*segments)
//	    parts, drive, root, anchor, name, stem, suffix, suffixes, parent, parents, p / q
//	    as_posix(), is_absolute(), joinpath(*others), relative_to(other), is_relative_to(other)
//	    with_name(name), with_stem(stem), with_suffix(suffix)
//	Path, PosixPath  the same; what they do with files is refused
func pathlib() runtime.Module {
	members := make(starlark.StringDict)
	for _, c := range []*pyclass.Class{purePathClass, purePosixClass, posixPathClass} {
		members[c.Name()] = c
	}
	members["Path"] = posixPathClass
	return runtime.Module{Names: []string{"pathlib"}, Members: members}
}

// A purePath is Python's PurePosixPath, or a PosixPath, which says so of
// itself.
type purePath struct {
	root  string // "", / or //
	parts []string
	class *pyclass.Class
}

var (
	_ starlark.HasAttrs   = (*purePath)(nil)
	_ starlark.HasBinary  = (*purePath)(nil)
	_ starlark.Comparable = (*purePath)(nil)
	_ pyclass.Instance    = (*purePath)(nil)
)

var (
	purePathClass  = &pyclass.Class{FullName: "pathlib.PurePath", New: newPath(func() *pyclass.Class { return nil })}
	purePosixClass = &pyclass.Class{FullName: "pathlib.PurePosixPath", Base: purePathClass, New: newPath(func() *pyclass.Class { return nil })}
	posixPathClass = &pyclass.Class{FullName: "pathlib.PosixPath", Base: purePosixClass, New: newPath(posixPath)}
)

// posixPath breaks the circle of initialization.
func posixPath() *pyclass.Class { return &pyclass.Class{FullName: "pathlib.PosixPath"} }

func newPath(class func() *pyclass.Class) func(pyclass.Call) (starlark.Value, error) {
	return func(c pyclass.Call) (starlark.Value, error) {
		p := &purePath{class: class()}
		return p.with(c, c.Args)
	}
}

// with appends segments; an absolute one begins anew.
func (p *purePath) with(c pyclass.Call, segments starlark.Tuple) (starlark.Value, error) {
	q := &purePath{root: p.root, parts: slices.Clone(p.parts), class: p.class}
	for _, v := range segments {
		s, err := pathText(c, v)
		if err != nil {
			return nil, err
		}
		q.add(s)
		if err := guard.CheckElements(c.Thread, "path", len(q.parts)); err != nil {
			return nil, err
		}
	}
	return q, nil
}

func (p *purePath) add(s string) {
	if strings.HasPrefix(s, "/") {
		p.root, p.parts = "/", nil
		if strings.HasPrefix(s, "//") && !strings.HasPrefix(s, "///") {
			p.root = "//"
		}
	}
	for part := range strings.SplitSeq(s, "/") {
		if part != "" && part != "." {
			p.parts = append(p.parts, part)
		}
	}
}

// String returns Python's str: the path.
func (p *purePath) String() string {
	if s := p.root + strings.Join(p.parts, "/"); s != "" {
		return s
	}
	return "."
}

// PyRepr returns Python's repr.
func (p *purePath) PyRepr() string { return p.Type() + "(" + pyrepr.Str(p.String()) + ")" }

func (p *purePath) Type() string          { return p.Class().Name() }
func (p *purePath) Freeze()               {}
func (p *purePath) Truth() starlark.Bool  { return true }
func (p *purePath) Hash() (uint32, error) { return starlark.String(p.String()).Hash() }

// Class returns the class.
func (p *purePath) Class() *pyclass.Class {
	if p.class == nil {
		return purePosixClass
	}
	return posixPathClass
}

// CompareSameType orders part by part.
func (p *purePath) CompareSameType(op syntax.Token, y starlark.Value, _ int) (bool, error) {
	q := y.(*purePath)
	order := slices.Compare(strings.Split(p.String(), "/"), strings.Split(q.String(), "/"))
	switch op {
	case syntax.EQL:
		return order == 0, nil
	case syntax.NEQ:
		return order != 0, nil
	case syntax.LT:
		return order < 0, nil
	case syntax.LE:
		return order <= 0, nil
	case syntax.GT:
		return order > 0, nil
	}
	return order >= 0, nil
}

// Binary implements p / q.
func (p *purePath) Binary(op syntax.Token, y starlark.Value, side starlark.Side) (starlark.Value, error) {
	s, isText := starlark.AsString(y)
	if op != syntax.SLASH || !isText {
		if q, ok := y.(*purePath); !ok || op != syntax.SLASH {
			return nil, nil
		} else {
			s = q.String()
		}
	}
	joined := &purePath{class: p.class}
	if side == starlark.Left {
		joined.root, joined.parts = p.root, slices.Clone(p.parts)
		joined.add(s)
		return joined, nil
	}
	joined.add(s)
	joined.add(p.String())
	return joined, nil
}

func (p *purePath) name() string {
	if len(p.parts) == 0 {
		return ""
	}
	return p.parts[len(p.parts)-1]
}

// suffix is the last extension of the name.
func (p *purePath) suffix() string {
	name := p.name()
	i := strings.LastIndexByte(name, '.')
	if i <= 0 || i == len(name)-1 {
		return ""
	}
	return name[i:]
}

func (p *purePath) parent() *purePath {
	return &purePath{root: p.root, parts: p.parts[:max(0, len(p.parts)-1)], class: p.class}
}

// named is p with another name.
func (p *purePath) named(name string) (starlark.Value, error) {
	if p.name() == "" {
		return nil, pyerr.Value("%s has an empty name", p.PyRepr())
	}
	if name == "" || name == "." || strings.Contains(name, "/") {
		return nil, pyerr.Value("Invalid name %s", pyrepr.Str(name))
	}
	return p.renamed(name), nil
}

func (p *purePath) renamed(name string) *purePath {
	return &purePath{root: p.root, parts: append(slices.Clone(p.parts[:len(p.parts)-1]), name), class: p.class}
}

// joined is p with a text after it.
func (p *purePath) joined(s string) *purePath {
	q := &purePath{root: p.root, parts: slices.Clone(p.parts), class: p.class}
	q.add(s)
	return q
}

// below is the part of p below another path, if it is there.
func (p *purePath) below(q *purePath) (*purePath, bool) {
	if p.root != q.root || len(q.parts) > len(p.parts) || !slices.Equal(p.parts[:len(q.parts)], q.parts) {
		return nil, false
	}
	return &purePath{parts: p.parts[len(q.parts):], class: p.class}, true
}

// Attr returns a field or method. Those of PosixPath that look at files are
// refused.
func (p *purePath) Attr(name string) (starlark.Value, error) {
	if field, ok := pathFields[name]; ok {
		return field(p), nil
	}
	if method, ok := pathMethods[name]; ok {
		return pyclass.Function(name, func(c pyclass.Call) (starlark.Value, error) { return method(p, c) }), nil
	}
	if p.class != nil && slices.Contains(fileMethods, name) {
		return &outside{name: "pathlib.Path." + name, lib: noDisk}, nil
	}
	return nil, nil
}

// AttrNames lists the fields and methods.
func (p *purePath) AttrNames() []string {
	var names []string
	for name := range pathFields {
		names = append(names, name)
	}
	for name := range pathMethods {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

var fileMethods = strings.Fields("absolute chmod cwd exists expanduser glob group hardlink_to home is_block_device is_char_device is_dir is_fifo is_file is_mount " +
	"is_socket is_symlink iterdir lchmod lstat mkdir open owner read_bytes read_text readlink rename replace resolve rglob rmdir samefile stat symlink_to touch unlink walk write_bytes write_text")

var pathFields = map[string]func(*purePath) starlark.Value{
	"parts": func(p *purePath) starlark.Value {
		var parts starlark.Tuple
		if p.root != "" {
			parts = append(parts, starlark.String(p.root))
		}
		for _, part := range p.parts {
			parts = append(parts, starlark.String(part))
		}
		return parts
	},
	"drive":  func(*purePath) starlark.Value { return starlark.String("") },
	"root":   func(p *purePath) starlark.Value { return starlark.String(p.root) },
	"anchor": func(p *purePath) starlark.Value { return starlark.String(p.root) },
	"name":   func(p *purePath) starlark.Value { return starlark.String(p.name()) },
	"suffix": func(p *purePath) starlark.Value { return starlark.String(p.suffix()) },
	"stem": func(p *purePath) starlark.Value {
		return starlark.String(strings.TrimSuffix(p.name(), p.suffix()))
	},
	"suffixes": func(p *purePath) starlark.Value {
		name := p.name()
		if strings.HasSuffix(name, ".") {
			return starlark.NewList(nil)
		}
		var all []starlark.Value
		for _, part := range strings.Split(strings.TrimLeft(name, "."), ".")[1:] {
			all = append(all, starlark.String("."+part))
		}
		return starlark.NewList(all)
	},
	"parent": func(p *purePath) starlark.Value { return p.parent() },
	"parents": func(p *purePath) starlark.Value {
		var all starlark.Tuple
		for q := p; len(q.parts) > 0; {
			q = q.parent()
			all = append(all, q)
		}
		return all
	},
}

var pathMethods = map[string]func(*purePath, pyclass.Call) (starlark.Value, error){
	"as_posix": func(p *purePath, c pyclass.Call) (starlark.Value, error) {
		return starlark.String(p.String()), c.Unpack()
	},
	"__fspath__": func(p *purePath, c pyclass.Call) (starlark.Value, error) {
		return starlark.String(p.String()), c.Unpack()
	},
	"is_absolute": func(p *purePath, c pyclass.Call) (starlark.Value, error) {
		return starlark.Bool(p.root != ""), c.Unpack()
	},
	"is_reserved": func(_ *purePath, c pyclass.Call) (starlark.Value, error) { return starlark.False, c.Unpack() },
	"joinpath":    func(p *purePath, c pyclass.Call) (starlark.Value, error) { return p.with(c, c.Args) },
	"with_name": func(p *purePath, c pyclass.Call) (starlark.Value, error) {
		var name string
		if err := c.Unpack("name", &name); err != nil {
			return nil, err
		}
		return p.named(name)
	},
	"with_stem": func(p *purePath, c pyclass.Call) (starlark.Value, error) {
		var stem string
		if err := c.Unpack("stem", &stem); err != nil {
			return nil, err
		}
		return p.named(stem + p.suffix())
	},
	"with_suffix":    (*purePath).withSuffix,
	"relative_to":    (*purePath).relativeTo,
	"is_relative_to": (*purePath).isRelativeTo,
}

func (p *purePath) withSuffix(c pyclass.Call) (starlark.Value, error) {
	var suffix string
	if err := c.Unpack("suffix", &suffix); err != nil {
		return nil, err
	}
	if suffix != "" && !strings.HasPrefix(suffix, ".") || suffix == "." || strings.Contains(suffix, "/") {
		return nil, pyerr.Value("Invalid suffix %s", pyrepr.Str(suffix))
	}
	name := strings.TrimSuffix(p.name(), p.suffix()) + suffix
	if p.name() == "" {
		return p.named(name)
	}
	return p.parent().joined(name), nil
}

// other makes a path of the arguments of a method.
func other(c pyclass.Call) (*purePath, error) {
	if len(c.Args) == 0 {
		return nil, pyerr.Type("%s() missing 1 required positional argument: 'other'", c.Fn)
	}
	v, err := new(purePath).with(c, c.Args)
	if err != nil {
		return nil, err
	}
	return v.(*purePath), nil
}

func (p *purePath) relativeTo(c pyclass.Call) (starlark.Value, error) {
	q, err := other(c)
	if err != nil {
		return nil, err
	}
	rest, ok := p.below(q)
	if !ok {
		return nil, pyerr.Value("%s is not in the subpath of %s", pyrepr.Str(p.String()), pyrepr.Str(q.String()))
	}
	return rest, nil
}

func (p *purePath) isRelativeTo(c pyclass.Call) (starlark.Value, error) {
	q, err := other(c)
	if err != nil {
		return nil, err
	}
	_, ok := p.below(q)
	return starlark.Bool(ok), nil
}
