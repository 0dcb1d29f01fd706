package event

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync/atomic"

	"go.starlark.net/starlark"
)

// The methods of an Object, as rules call them. get(key, default=None) and
// deep_get(*keys, default=None) are not in the table: they are bound once.
var objectMethods = methods{
	"copy":      starlark.NewBuiltin("copy", objectToDict),        // copy(), the same as to_dict()
	"deep_walk": starlark.NewBuiltin("deep_walk", objectDeepWalk), // deep_walk(*keys, default=None, return_val="all")
	"items":     starlark.NewBuiltin("items", objectItems),        // items()
	"keys":      starlark.NewBuiltin("keys", objectKeys),          // keys()
	"to_dict":   starlark.NewBuiltin("to_dict", objectToDict),     // to_dict()
	"values":    starlark.NewBuiltin("values", objectValues),      // values()
}

var (
	objectGet      = starlark.NewBuiltin("get", objectGetKey)
	objectDeepGet  = starlark.NewBuiltin("deep_get", objectDeepGetKeys)
	eventTimeEpoch = starlark.NewBuiltin("event_time_epoch", eventTimeEpochOf) // event_time_epoch()
)

// The methods of a List.
var listMethods = methods{
	"copy":  starlark.NewBuiltin("copy", listCopy),   // copy()
	"count": starlark.NewBuiltin("count", listCount), // count(value)
	"index": starlark.NewBuiltin("index", listIndex), // index(value, start=0, end=len(x))
}

// What would change a dictionary or a list, and is refused.
var (
	objectChanges = []string{"clear", "pop", "popitem", "setdefault", "update"}
	listChanges   = []string{"append", "clear", "extend", "insert", "pop", "remove", "reverse", "sort"}
)

var (
	objectAttrNames = objectMethods.names("get", "deep_get")
	eventAttrNames  = objectMethods.names("get", "deep_get", "event_time_epoch", "udm", "udm_path", "lookup")
	listAttrNames   = listMethods.names()
)

type methods map[string]*starlark.Builtin

func (m methods) names(more ...string) []string {
	return slices.Sorted(slices.Values(append(slices.Collect(maps.Keys(m)), more...)))
}

// Attr returns the method of that name.
func (o *Object) Attr(name string) (starlark.Value, error) { return o.attr(name, o) }

// attr is Attr of self, which is o or the Event whose Object o is.
func (o *Object) attr(name string, self starlark.Value) (starlark.Value, error) {
	switch name {
	case "get":
		return bindOnce(&o.get, objectGet, self), nil
	case "deep_get":
		return bindOnce(&o.deepGet, objectDeepGet, self), nil
	}
	if method := objectMethods[name]; method != nil {
		return method.BindReceiver(self), nil
	}
	if slices.Contains(objectChanges, name) {
		return nil, errReadOnly("AttributeError", "call "+name, "x.to_dict()")
	}
	if _, ok := o.Field(name); ok {
		return nil, starlark.NoSuchAttrError(fmt.Sprintf("%s has no .%s field or method; its key is read as x[%q]", self.Type(), name, name))
	}
	return nil, nil
}

// AttrNames returns the names that Attr knows.
func (o *Object) AttrNames() []string { return objectAttrNames }

// bindOnce returns the method that bound has, which is first set to method,
// bound to self. Of several goroutines that come first, any may win.
func bindOnce(bound *atomic.Pointer[starlark.Builtin], method *starlark.Builtin, self starlark.Value) *starlark.Builtin {
	b := bound.Load()
	if b == nil {
		b = method.BindReceiver(self)
		bound.Store(b)
	}
	return b
}

// receiver returns the object on which a method is called.
func receiver(b *starlark.Builtin) *Object {
	if e, ok := b.Receiver().(*Event); ok {
		return &e.Object
	}
	return b.Receiver().(*Object)
}

// Attr returns the method of that name.
func (l *List) Attr(name string) (starlark.Value, error) {
	if method := listMethods[name]; method != nil {
		return method.BindReceiver(l), nil
	}
	if slices.Contains(listChanges, name) {
		return nil, errReadOnly("AttributeError", "call "+name, "list(x)")
	}
	return nil, nil
}

// AttrNames returns the names that Attr knows.
func (l *List) AttrNames() []string { return listAttrNames }

func objectGetKey(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var key, def starlark.Value = nil, starlark.None
	switch { // The first two are faster than UnpackArgs, and nearly all calls.
	case len(args) == 1 && len(kwargs) == 0:
		key = args[0]
	case len(args) == 2 && len(kwargs) == 0:
		key, def = args[0], args[1]
	default:
		if err := starlark.UnpackArgs(b.Name(), args, kwargs, "key", &key, "default?", &def); err != nil {
			return nil, err
		}
	}
	v, found, err := receiver(b).Get(key)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", b.Name(), err)
	}
	if !found {
		return def, nil
	}
	return v, nil
}

func objectDeepGetKeys(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var def starlark.Value = starlark.None
	if len(kwargs) > 0 {
		if err := starlark.UnpackArgs(b.Name(), nil, kwargs, "default?", &def); err != nil {
			return nil, err
		}
	}
	v, err := DeepGet(b.Receiver(), args, def)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", b.Name(), err)
	}
	return v, nil
}

func objectDeepWalk(thread *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var def starlark.Value = starlark.None
	which := "all"
	if err := starlark.UnpackArgs(b.Name(), nil, kwargs, "default?", &def, "return_val?", &which); err != nil {
		return nil, err
	}
	w := walk{def: def, which: which}
	v, err := w.start(b.Receiver(), args)
	thread.Steps += uint64(w.visits)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", b.Name(), err)
	}
	if fromPython(thread) {
		thread.Steps += weight(v)
		v = Thaw(v) // Panther walks through the plain dicts and lists that are in an event
	}
	return v, nil
}

// fromPython reports whether a Python file calls the built-in that runs.
func fromPython(thread *starlark.Thread) bool {
	for i := 1; i < min(thread.CallStackDepth(), 4); i++ {
		if fn, ok := thread.DebugFrame(i).Callable().(*starlark.Function); ok {
			return strings.HasSuffix(fn.Position().Filename(), ".py")
		}
	}
	return false
}

func objectItems(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	if err := starlark.UnpackArgs(b.Name(), args, kwargs); err != nil {
		return nil, err
	}
	items := receiver(b).Items()
	elems := make([]starlark.Value, len(items))
	for i, item := range items {
		elems[i] = item
	}
	return starlark.NewList(elems), nil
}

func objectKeys(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	if err := starlark.UnpackArgs(b.Name(), args, kwargs); err != nil {
		return nil, err
	}
	var elems []starlark.Value
	for k := range receiver(b).Entries() {
		elems = append(elems, k)
	}
	return starlark.NewList(elems), nil
}

func objectValues(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	if err := starlark.UnpackArgs(b.Name(), args, kwargs); err != nil {
		return nil, err
	}
	var elems []starlark.Value
	for _, v := range receiver(b).Entries() {
		elems = append(elems, v)
	}
	return starlark.NewList(elems), nil
}

func objectToDict(thread *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	if err := starlark.UnpackArgs(b.Name(), args, kwargs); err != nil {
		return nil, err
	}
	o := receiver(b)
	thread.Steps += uint64(o.doc.nodes[o.node].next - o.node)
	return o.ToDict(), nil
}

func eventTimeEpochOf(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	if err := starlark.UnpackArgs(b.Name(), args, kwargs); err != nil {
		return nil, err
	}
	v, ok := receiver(b).Field(timeField)
	if !ok {
		return nil, fmt.Errorf("%s: the event has no field %q", b.Name(), timeField)
	}
	t, ok := timeOf(v)
	if !ok {
		return nil, fmt.Errorf("%s: field %q is %v, want a time such as %q", b.Name(), timeField, v, "2006-01-02 15:04:05.999999999")
	}
	if t.Nanosecond() == 0 {
		return starlark.MakeInt64(t.Unix()), nil
	}
	return starlark.Float(float64(t.Unix()) + float64(t.Nanosecond())/1e9), nil
}

func listCopy(thread *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	if err := starlark.UnpackArgs(b.Name(), args, kwargs); err != nil {
		return nil, err
	}
	l := b.Receiver().(*List)
	thread.Steps += uint64(l.doc.nodes[l.node].next - l.node)
	return l.ToList(), nil
}

func listCount(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var want starlark.Value
	if err := starlark.UnpackPositionalArgs(b.Name(), args, kwargs, 1, &want); err != nil {
		return nil, err
	}
	n := 0
	for v := range b.Receiver().(*List).Elements() {
		eq, err := Equal(v, want)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", b.Name(), err)
		}
		if eq {
			n++
		}
	}
	return starlark.MakeInt(n), nil
}

func listIndex(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	l := b.Receiver().(*List)
	var want starlark.Value
	start, end := 0, l.Len()
	if err := starlark.UnpackPositionalArgs(b.Name(), args, kwargs, 1, &want, &start, &end); err != nil {
		return nil, err
	}
	i, err := l.position(want, clamp(start, l.Len()), clamp(end, l.Len()))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", b.Name(), err)
	}
	if i < 0 {
		return nil, fmt.Errorf("%s: value not in list", b.Name())
	}
	return starlark.MakeInt(i), nil
}

// clamp returns the place in a list of n elements that index i of a slice
// means.
func clamp(i, n int) int {
	if i < 0 {
		i += n
	}
	return max(0, min(i, n))
}
