package pyoutside

import (
	"strings"

	"github.com/starhost/starhost/builtins/helpers/pyclass"
	"github.com/starhost/starhost/builtins/helpers/pyerr"
	"github.com/starhost/starhost/runtime"
	"github.com/starhost/starhost/runtime/guard"
	"github.com/starhost/starhost/runtime/pytypes"
	"go.starlark.net/starlark"
)

// osPathModule returns the module os.path, of which the functions that look at
// texts only work:
//
//	join(a, *p), split(p), splitext(p), splitdrive(p), basename(p), dirname(p)
//	normpath(path), normcase(s), isabs(s), abspath(path) of absolute paths
//	commonprefix(m), commonpath(paths), relpath(path, start) of absolute paths
//	expanduser(path), expandvars(path)  the path as it is
//	sep, curdir, pardir, extsep
//	all others are refused
func osPathModule() runtime.Module {
	return runtime.Module{Names: []string{"os.path", "posixpath"}, Members: pathMembers()}
}

func pathMembers() starlark.StringDict {
	texts := func(name string, f func(string) starlark.Value) *starlark.Builtin {
		return pyclass.Function(name, func(c pyclass.Call) (starlark.Value, error) {
			p, err := pathArg(c)
			if err != nil {
				return nil, err
			}
			return f(p), nil
		})
	}
	pair := func(f func(string) (string, string)) func(string) starlark.Value {
		return func(p string) starlark.Value {
			a, b := f(p)
			return starlark.Tuple{starlark.String(a), starlark.String(b)}
		}
	}
	text := func(f func(string) string) func(string) starlark.Value {
		return func(p string) starlark.Value { return starlark.String(f(p)) }
	}
	same := text(func(p string) string { return p })
	return join(
		noDisk.names("os.path", "exists lexists isfile isdir islink ismount getsize getmtime getatime getctime realpath samefile"),
		starlark.StringDict{
			"join":         pyclass.Function("join", joinPath),
			"split":        texts("split", pair(splitPath)),
			"splitext":     texts("splitext", pair(splitExtension)),
			"splitdrive":   texts("splitdrive", pair(func(p string) (string, string) { return "", p })),
			"basename":     texts("basename", text(baseName)),
			"dirname":      texts("dirname", text(dirName)),
			"normpath":     texts("normpath", text(normalPath)),
			"normcase":     texts("normcase", same),
			"expanduser":   texts("expanduser", same),
			"expandvars":   texts("expandvars", same),
			"isabs":        texts("isabs", func(p string) starlark.Value { return starlark.Bool(strings.HasPrefix(p, "/")) }),
			"abspath":      pyclass.Function("abspath", absolutePath),
			"relpath":      pyclass.Function("relpath", relativePath),
			"commonprefix": pyclass.Function("commonprefix", commonPrefix),
			"commonpath":   pyclass.Function("commonpath", commonPath),
			"sep":          starlark.String("/"),
			"curdir":       starlark.String("."),
			"pardir":       starlark.String(".."),
			"extsep":       starlark.String("."),
			"pathsep":      starlark.String(":"),
		},
	)
}

// pathArg reads the one argument of a function of paths.
func pathArg(c pyclass.Call) (string, error) {
	if len(c.Args) != 1 || len(c.Kwargs) > 0 {
		var p starlark.Value
		if err := c.Unpack("path", &p); err != nil {
			return "", err
		}
		c.Args = starlark.Tuple{p}
	}
	return pathText(c, c.Args[0])
}

// pathText is os.fspath(v) of a text.
func pathText(c pyclass.Call, v starlark.Value) (string, error) {
	switch v := v.(type) {
	case starlark.String:
		return string(v), guard.CheckBytes(c.Thread, c.Fn, len(v))
	case *purePath:
		return v.String(), nil
	case starlark.Bytes:
		return "", pyerr.Type("%s: paths of bytes are not supported", c.Fn)
	}
	return "", pyerr.Type("expected str, bytes or os.PathLike object, not %s", pytypes.TypeName(v))
}

func fspath(c pyclass.Call) (starlark.Value, error) {
	p, err := pathArg(c)
	return starlark.String(p), err
}

func joinPath(c pyclass.Call) (starlark.Value, error) {
	if len(c.Args) == 0 || len(c.Kwargs) > 0 {
		return nil, pyerr.Type("join() missing 1 required positional argument: 'a'")
	}
	var b strings.Builder
	for i, arg := range c.Args {
		p, err := pathText(c, arg)
		switch {
		case err != nil && i > 0 && errorClass(err) == "TypeError":
			return nil, pyerr.Type("join() argument must be str, bytes, or os.PathLike object, not '%s'", pytypes.TypeName(arg))
		case err != nil:
			return nil, err
		case strings.HasPrefix(p, "/"):
			b.Reset()
		case i > 0 && b.Len() > 0 && !strings.HasSuffix(b.String(), "/"):
			b.WriteByte('/')
		}
		b.WriteString(p)
		if err := guard.CheckBytes(c.Thread, c.Fn, b.Len()); err != nil {
			return nil, err
		}
	}
	return starlark.String(b.String()), nil
}

func errorClass(err error) string {
	if e, ok := err.(*pyerr.Error); ok {
		return e.Class
	}
	return ""
}

// splitPath divides a path before its last part. The slashes between the two
// are dropped, unless there is nothing else before them.
func splitPath(p string) (head, tail string) {
	i := strings.LastIndexByte(p, '/') + 1
	head, tail = p[:i], p[i:]
	if trimmed := strings.TrimRight(head, "/"); trimmed != "" {
		head = trimmed
	}
	return head, tail
}

func baseName(p string) string { _, tail := splitPath(p); return tail }

func dirName(p string) string { head, _ := splitPath(p); return head }

// splitExtension divides a path before the last dot of its last part. Dots at
// the start of that do not count.
func splitExtension(p string) (root, extension string) {
	base := strings.LastIndexByte(p, '/') + 1
	dot := strings.LastIndexByte(p, '.')
	if dot < base || strings.Trim(p[base:dot], ".") == "" {
		return p, ""
	}
	return p[:dot], p[dot:]
}

// normalPath drops empty parts and ., and what .. undoes. Two slashes at the
// start stay two, as POSIX has it.
func normalPath(p string) string {
	if p == "" {
		return "."
	}
	slashes := len(p) - len(strings.TrimLeft(p, "/"))
	if slashes > 2 {
		slashes = 1
	}
	var parts []string
	for part := range strings.SplitSeq(p, "/") {
		switch {
		case part == "" || part == ".":
		case part != ".." || slashes == 0 && len(parts) == 0 || len(parts) > 0 && parts[len(parts)-1] == "..":
			parts = append(parts, part)
		case len(parts) > 0:
			parts = parts[:len(parts)-1]
		}
	}
	if p = strings.Repeat("/", slashes) + strings.Join(parts, "/"); p == "" {
		return "."
	}
	return p
}

func absolutePath(c pyclass.Call) (starlark.Value, error) {
	p, err := pathArg(c)
	if err != nil {
		return nil, err
	}
	if !strings.HasPrefix(p, "/") {
		return nil, noDisk.refuse(c.Thread, "os.path.abspath of a relative path")
	}
	return starlark.String(normalPath(p)), nil
}

func relativePath(c pyclass.Call) (starlark.Value, error) {
	var path, start starlark.Value = nil, starlark.None
	if err := c.Unpack("path", &path, "start?", &start); err != nil {
		return nil, err
	}
	p, err := pathText(c, path)
	if err != nil {
		return nil, err
	}
	from := "."
	if start != starlark.None {
		if from, err = pathText(c, start); err != nil {
			return nil, err
		}
	}
	if p == "" {
		return nil, pyerr.Value("no path specified")
	}
	if !strings.HasPrefix(p, "/") || !strings.HasPrefix(from, "/") {
		return nil, noDisk.refuse(c.Thread, "os.path.relpath of relative paths")
	}
	a, b := pathParts(from), pathParts(p)
	n := 0
	for n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}
	rest := append(strings.Split(strings.Repeat("../", len(a)-n), "/")[:len(a)-n], b[n:]...)
	if len(rest) == 0 {
		return starlark.String("."), nil
	}
	return starlark.String(strings.Join(rest, "/")), nil
}

// pathParts are the names in a normal absolute path.
func pathParts(p string) []string {
	return strings.FieldsFunc(normalPath(p), func(r rune) bool { return r == '/' })
}

// paths reads the argument of commonprefix and commonpath.
func paths(c pyclass.Call, param string) ([]string, error) {
	var list starlark.Value
	if err := c.Unpack(param, &list); err != nil {
		return nil, err
	}
	it, err := pytypes.Iterate(c.Thread, list)
	if err != nil {
		return nil, err
	}
	var all []string
	for {
		v, ok, err := it.Next(c.Thread)
		if err != nil || !ok {
			return all, err
		}
		p, err := pathText(c, v)
		if err != nil {
			return nil, err
		}
		if all = append(all, p); len(all)%16 == 0 {
			if err := guard.CheckElements(c.Thread, c.Fn, len(all)); err != nil {
				return nil, err
			}
		}
	}
}

func commonPrefix(c pyclass.Call) (starlark.Value, error) {
	all, err := paths(c, "m")
	if err != nil || len(all) == 0 {
		return starlark.String(""), err
	}
	prefix := []rune(all[0])
	for _, p := range all[1:] {
		n := 0
		for _, r := range p {
			if n == len(prefix) || prefix[n] != r {
				break
			}
			n++
		}
		prefix = prefix[:n]
	}
	return starlark.String(prefix), nil
}

func commonPath(c pyclass.Call) (starlark.Value, error) {
	all, err := paths(c, "paths")
	switch {
	case err != nil:
		return nil, err
	case len(all) == 0:
		return nil, pyerr.Value("commonpath() arg is an empty sequence")
	}
	var common []string
	for i, p := range all {
		if strings.HasPrefix(p, "/") != strings.HasPrefix(all[0], "/") {
			return nil, pyerr.Value("Can't mix absolute and relative paths")
		}
		var parts []string
		for part := range strings.SplitSeq(p, "/") {
			if part != "" && part != "." {
				parts = append(parts, part)
			}
		}
		if i == 0 {
			common = parts
			continue
		}
		n := 0
		for n < len(common) && n < len(parts) && common[n] == parts[n] {
			n++
		}
		common = common[:n]
	}
	root := ""
	if strings.HasPrefix(all[0], "/") {
		root = "/"
	}
	return starlark.String(root + strings.Join(common, "/")), nil
}
