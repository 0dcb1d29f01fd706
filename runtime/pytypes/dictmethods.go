package pytypes

import (
	"github.com/starhost/starhost/builtins/helpers/pyerr"
	"github.com/starhost/starhost/runtime/guard"
	"go.starlark.net/starlark"
)

// dictMethods are the methods of dict.
var dictMethods = map[string]Method{
	"clear":      dictClear,
	"copy":       dictCopy,
	"fromkeys":   withoutReceiver(dictFromkeys),
	"get":        dictGetMethod,
	"items":      dictItemsMethod,
	"keys":       dictKeysMethod,
	"pop":        dictPop,
	"popitem":    dictPopitem,
	"setdefault": dictSetdefault,
	"update":     dictUpdateMethod,
	"values":     dictValuesMethod,
}

// dict gives the dictionary of a receiver.
func dict(recv starlark.Value) *starlark.Dict {
	d, _ := native(recv).(*starlark.Dict)
	return d
}

func dictClear(_ *starlark.Thread, recv starlark.Value, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	if err := none("dict.clear", args, kwargs); err != nil {
		return nil, err
	}
	return starlark.None, changed(dict(recv).Clear())
}

func dictCopy(t *starlark.Thread, recv starlark.Value, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	if err := none("dict.copy", args, kwargs); err != nil {
		return nil, err
	}
	d := dict(recv)
	z := starlark.NewDict(d.Len())
	return z, putAll(t, "copy", z, d)
}

func dictGetMethod(_ *starlark.Thread, recv starlark.Value, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	if err := between("dict.get", args, kwargs, 1, 2); err != nil {
		return nil, err
	}
	v, found, err := dictGet(dict(recv), args[0])
	switch {
	case err != nil:
		return nil, err
	case found:
		return v, nil
	case len(args) == 2:
		return args[1], nil
	}
	return starlark.None, nil
}

func dictKeysMethod(_ *starlark.Thread, recv starlark.Value, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	if err := none("dict.keys", args, kwargs); err != nil {
		return nil, err
	}
	return &KeysView{dict(recv)}, nil
}

func dictValuesMethod(_ *starlark.Thread, recv starlark.Value, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	if err := none("dict.values", args, kwargs); err != nil {
		return nil, err
	}
	return &ValuesView{dict(recv)}, nil
}

func dictItemsMethod(_ *starlark.Thread, recv starlark.Value, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	if err := none("dict.items", args, kwargs); err != nil {
		return nil, err
	}
	return &ItemsView{dict(recv)}, nil
}

func dictPop(t *starlark.Thread, recv starlark.Value, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	if err := between("dict.pop", args, kwargs, 1, 2); err != nil {
		return nil, err
	}
	v, found, err := dictDelete(dict(recv), args[0])
	switch {
	case err != nil:
		return nil, err
	case found:
		return v, nil
	case len(args) == 2:
		return args[1], nil
	}
	return nil, keyError(t, args[0])
}

func dictPopitem(t *starlark.Thread, recv starlark.Value, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	if err := none("dict.popitem", args, kwargs); err != nil {
		return nil, err
	}
	d := dict(recv)
	if d.Len() == 0 {
		return nil, &Error{
			Class: "KeyError",
			Args:  starlark.Tuple{starlark.String("popitem(): dictionary is empty")},
			Msg:   "'popitem(): dictionary is empty'",
		}
	}
	if err := walkedElements(t, d.Len()/8); err != nil {
		return nil, err
	}
	var last starlark.Value
	for k := range d.Entries() {
		last = k
	}
	v, _, err := d.Delete(last)
	if err != nil {
		return nil, changed(err)
	}
	return starlark.Tuple{last, v}, nil
}

func dictSetdefault(t *starlark.Thread, recv starlark.Value, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	if err := between("dict.setdefault", args, kwargs, 1, 2); err != nil {
		return nil, err
	}
	d := dict(recv)
	v, found, err := dictGet(d, args[0])
	if err != nil || found {
		return v, err
	}
	v = starlark.None
	if len(args) == 2 {
		v = args[1]
	}
	if err := dictSet(d, args[0], v); err != nil {
		return nil, err
	}
	return v, room(t, "setdefault", d.Len())
}

func dictUpdateMethod(t *starlark.Thread, recv starlark.Value, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	if len(args) > 1 {
		return nil, pyerr.Type("update expected at most 1 argument, got %d", len(args))
	}
	return starlark.None, fillDict(t, dict(recv), args, kwargs)
}

// fillDict sets what a mapping or an iterable of pairs and keyword arguments
// have.
func fillDict(t *starlark.Thread, d *starlark.Dict, args starlark.Tuple, kwargs []starlark.Tuple) error {
	if len(args) == 1 {
		if err := dictUpdate(t, d, args[0]); err != nil {
			return err
		}
	}
	for _, kv := range kwargs {
		if err := changed(d.SetKey(kv[0], kv[1])); err != nil {
			return err
		}
	}
	return nil
}

// dictFromkeys is dict.fromkeys(iterable, value=None).
func dictFromkeys(t *starlark.Thread, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	if err := between("dict.fromkeys", args, kwargs, 1, 2); err != nil {
		return nil, err
	}
	var v starlark.Value = starlark.None
	if len(args) == 2 {
		v = args[1]
	}
	d := new(starlark.Dict)
	return d, each(t, args[0], func(k starlark.Value) error { return put(t, "fromkeys", d, k, v) })
}

// newDict is dict(mapping or pairs, **kwargs).
func newDict(t *starlark.Thread, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	if len(args) > 1 {
		return nil, pyerr.Type("dict expected at most 1 argument, got %d", len(args))
	}
	d := new(starlark.Dict)
	if err := guard.CheckElements(t, "dict", len(kwargs)); err != nil {
		return nil, err
	}
	return d, fillDict(t, d, args, kwargs)
}

// setViewMethods are the methods of dict_keys and dict_items.
var setViewMethods = map[string]Method{
	"isdisjoint": viewIsdisjoint,
}

func viewIsdisjoint(t *starlark.Thread, recv starlark.Value, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	v, err := single(TypeName(recv)+".isdisjoint", args, kwargs)
	if err != nil {
		return nil, err
	}
	s, _ := asSet(recv)
	disjoint, err := isDisjoint(t, s, v)
	return starlark.Bool(disjoint), err
}
