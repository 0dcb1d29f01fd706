package pypolicy

import (
	"slices"
	"strings"

	"github.com/starhost/starhost/builtins/helpers/pyclass"
	"github.com/starhost/starhost/builtins/helpers/pyerr"
	"github.com/starhost/starhost/builtins/helpers/pyglob"
	"github.com/starhost/starhost/builtins/helpers/pyrepr"
	"github.com/starhost/starhost/runtime/guard"
	"github.com/starhost/starhost/runtime/pytypes"
	"go.starlark.net/starlark"
)

// A set is a set of actions.
type set map[string]bool

func (s set) add(list []string) {
	for _, name := range list {
		s[name] = true
	}
}

func (s set) sorted() []string {
	list := make([]string, 0, len(s))
	for name := range s {
		list = append(list, name)
	}
	slices.Sort(list)
	return list
}

// expand returns the actions that match a pattern, or the pattern itself, in
// lower case, if none does.
func expand(c pyclass.Call, pattern string) ([]string, error) {
	table := actions()
	pattern = strings.ToLower(pattern)
	literal := pattern
	if i := strings.IndexAny(pattern, "*?["); i >= 0 {
		literal = pattern[:i]
	}
	from, to := table.with(literal)
	glob := pyglob.Parse(pattern)
	meter := guard.MeterOf(c.Thread)
	var found []string
	for _, name := range table.names[from:to] {
		if err := meter.Charge(2 + len(pattern)/32); err != nil {
			return nil, err
		}
		ok, err := glob.Match(c.Thread, name)
		if err != nil {
			return nil, err
		}
		if ok {
			found = append(found, name)
		}
	}
	if found == nil {
		return []string{pattern}, nil
	}
	return found, guard.CheckElements(c.Thread, c.Fn, len(found))
}

// expandAction expands an action, or the actions of a list.
func expandAction(c pyclass.Call, v starlark.Value) ([]string, error) {
	if s, ok := starlark.AsString(v); ok {
		if !strings.Contains(s, "*") {
			return []string{strings.ToLower(s)}, nil
		}
		return expand(c, s)
	}
	var all []string
	err := each(c, v, func(v starlark.Value) error {
		s, ok := starlark.AsString(v)
		if !ok {
			return pyerr.New("AttributeError", "'%s' object has no attribute 'lower'", pytypes.TypeName(v))
		}
		list, err := expand(c, s)
		all = append(all, list...)
		return err
	})
	return all, err
}

// each calls f for the elements of any value that Python iterates over.
func each(c pyclass.Call, v starlark.Value, f func(starlark.Value) error) error {
	it, err := pytypes.Iterate(c.Thread, v)
	if err != nil {
		return err
	}
	meter := guard.MeterOf(c.Thread)
	for {
		v, ok, err := it.Next(c.Thread)
		if err != nil || !ok {
			return err
		}
		if err := meter.Charge(1); err != nil {
			return err
		}
		if err := f(v); err != nil {
			return err
		}
	}
}

// isArray tells whether a value is a sequence that is no text.
func isArray(v starlark.Value) bool {
	switch v.(type) {
	case starlark.String, starlark.Bytes, starlark.Mapping, *starlark.Set, *pytypes.FrozenSet:
		return false
	}
	_, ok := v.(starlark.Indexable)
	return ok
}

// ensureArray puts a value that is no list into one.
func ensureArray(v starlark.Value) starlark.Value {
	if isArray(v) {
		return v
	}
	return starlark.NewList([]starlark.Value{v})
}

// field is Python's m.get(key, def).
func field(m starlark.Value, key string, def starlark.Value) (starlark.Value, error) {
	mapping, ok := m.(starlark.Mapping)
	if !ok {
		return nil, pyerr.New("AttributeError", "'%s' object has no attribute 'get'", pytypes.TypeName(m))
	}
	v, found, err := mapping.Get(starlark.String(key))
	if err == nil && !found {
		v = def
	}
	return v, err
}

// item is Python's m[key].
func item(m starlark.Value, key string) (starlark.Value, error) {
	if _, ok := m.(starlark.Mapping); !ok {
		return nil, pyerr.Type("'%s' object is not subscriptable", pytypes.TypeName(m))
	}
	v, err := field(m, key, nil)
	if err == nil && v == nil {
		err = pyerr.New("KeyError", "%s", pyrepr.Str(key))
	}
	return v, err
}

// statementActions returns the actions that a statement is about, expanded:
// those of Action, and all but those of NotAction.
func statementActions(c pyclass.Call, statement starlark.Value) (set, error) {
	var lists [2]set
	for i, key := range []string{"Action", "NotAction"} {
		v, err := field(statement, key, starlark.NewList(nil))
		if err != nil {
			return nil, err
		}
		lists[i] = make(set)
		err = each(c, ensureArray(v), func(v starlark.Value) error {
			list, err := expandAction(c, v)
			lists[i].add(list)
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	allowed, excluded := lists[0], lists[1]
	if len(excluded) == 0 {
		return allowed, nil
	}
	if err := guard.CheckElements(c.Thread, c.Fn, len(actions().names)); err != nil {
		return nil, err
	}
	for _, name := range actions().names {
		if !excluded[name] {
			allowed[name] = true
		}
	}
	return allowed, nil
}

func getActionsFromStatement(c pyclass.Call) (starlark.Value, error) {
	var statement starlark.Value
	if err := c.Unpack("statement", &statement); err != nil {
		return nil, err
	}
	found, err := statementActions(c, statement)
	if err != nil {
		return nil, err
	}
	return textSet(c, found.sorted())
}

// textSet makes a set of texts.
func textSet(c pyclass.Call, list []string) (starlark.Value, error) {
	if err := guard.CheckElements(c.Thread, c.Fn, 4*len(list)); err != nil {
		return nil, err
	}
	s := starlark.NewSet(len(list))
	for _, name := range list {
		if err := s.Insert(starlark.String(name)); err != nil {
			return nil, err
		}
	}
	return s, nil
}

// textList makes a list of texts.
func textList(c pyclass.Call, list []string) (starlark.Value, error) {
	elems := make([]starlark.Value, len(list))
	for i, name := range list {
		elems[i] = starlark.String(name)
	}
	return starlark.NewList(elems), guard.CheckElements(c.Thread, c.Fn, len(elems))
}

// expandPolicy returns a copy of a policy with the actions of its statements
// expanded.
func expandPolicy(c pyclass.Call) (starlark.Value, error) {
	var policy starlark.Value = starlark.None
	var deny starlark.Value = starlark.False
	if err := c.Unpack("policy?", &policy, "expand_deny?", &deny); err != nil {
		return nil, err
	}
	if policy == starlark.None {
		return nil, pyerr.Type("'NoneType' object is not subscriptable")
	}
	copied, err := deepCopy(c, policy, 0)
	if err != nil {
		return nil, err
	}
	statements, err := item(copied, "Statement")
	if err != nil {
		return nil, err
	}
	statements = ensureArray(statements)
	if err := pytypes.SetItem(c.Thread, copied, starlark.String("Statement"), statements); err != nil {
		return nil, err
	}
	return copied, each(c, statements, func(statement starlark.Value) error {
		return expandStatement(c, statement, bool(deny.Truth()))
	})
}

func expandStatement(c pyclass.Call, statement starlark.Value, deny bool) error {
	effect, err := item(statement, "Effect")
	if err != nil {
		return err
	}
	text, ok := starlark.AsString(effect)
	if !ok {
		return pyerr.New("AttributeError", "'%s' object has no attribute 'lower'", pytypes.TypeName(effect))
	}
	if strings.ToLower(text) == "deny" && !deny {
		return nil
	}
	found, err := statementActions(c, statement)
	if err != nil {
		return err
	}
	if dict, ok := statement.(*starlark.Dict); ok {
		if _, _, err := dict.Delete(starlark.String("NotAction")); err != nil {
			return err
		}
	}
	list, err := textList(c, found.sorted())
	if err != nil {
		return err
	}
	return pytypes.SetItem(c.Thread, statement, starlark.String("Action"), list)
}

// maxDepth bounds how deeply a policy is nested.
const maxDepth = 200

// deepCopy copies dicts and lists, also those of events, to plain ones.
func deepCopy(c pyclass.Call, v starlark.Value, depth int) (starlark.Value, error) {
	if depth > maxDepth {
		return nil, pyerr.New("RecursionError", "maximum recursion depth exceeded")
	}
	if m, ok := v.(starlark.IterableMapping); ok {
		items := m.Items()
		if err := guard.CheckElements(c.Thread, c.Fn, len(items)); err != nil {
			return nil, err
		}
		dict := starlark.NewDict(len(items))
		for _, kv := range items {
			copied, err := deepCopy(c, kv[1], depth+1)
			if err != nil {
				return nil, err
			}
			if err := dict.SetKey(kv[0], copied); err != nil {
				return nil, err
			}
		}
		return dict, nil
	}
	if !isArray(v) {
		return v, nil
	}
	var elems []starlark.Value
	err := each(c, v, func(e starlark.Value) error {
		copied, err := deepCopy(c, e, depth+1)
		elems = append(elems, copied)
		return err
	})
	if _, ok := v.(starlark.Tuple); ok {
		return starlark.Tuple(elems), err
	}
	return starlark.NewList(elems), err
}
