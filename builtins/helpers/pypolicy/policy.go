package pypolicy

import (
	"slices"
	"strings"

	"github.com/starhost/starhost/builtins/helpers/pyclass"
	"github.com/starhost/starhost/builtins/helpers/pyerr"
	"github.com/starhost/starhost/runtime/guard"
	"github.com/starhost/starhost/runtime/pytypes"
	"go.starlark.net/starlark"
)

// A policy is policyuniverse's Policy.
type policy struct {
	raw        starlark.Value
	statements []*statement
	list       *starlark.List // the same, as rules see them
}

var (
	_ starlark.HasAttrs = (*policy)(nil)
	_ pyclass.Instance  = (*policy)(nil)
)

var policyClass = &pyclass.Class{FullName: "policyuniverse.policy.Policy", New: newPolicy}

func newPolicy(c pyclass.Call) (starlark.Value, error) {
	p := new(policy)
	if err := c.Unpack("policy", &p.raw); err != nil {
		return nil, err
	}
	v, err := field(p.raw, "Statement", starlark.NewList(nil))
	if err != nil {
		return nil, err
	}
	var list []starlark.Value
	err = each(c, ensureArray(v), func(v starlark.Value) error {
		s, err := parseStatement(c, v)
		if err != nil {
			return err
		}
		p.statements = append(p.statements, s)
		list = append(list, s)
		return nil
	})
	p.list = starlark.NewList(list)
	return p, err
}

func (p *policy) String() string        { return "<policyuniverse.policy.Policy object>" }
func (p *policy) Type() string          { return "Policy" }
func (p *policy) Freeze()               { p.raw.Freeze(); p.list.Freeze() }
func (p *policy) Truth() starlark.Bool  { return true }
func (p *policy) Hash() (uint32, error) { return 0, nil }
func (p *policy) Class() *pyclass.Class { return policyClass }

// Attr returns a field or method.
func (p *policy) Attr(name string) (starlark.Value, error) {
	switch name {
	case "principals":
		return p.union(func(s *statement, all *starlark.Set) error {
			return addAll(property(s.thread), all, elements(s.principals))
		})
	case "condition_entries":
		return p.union((*statement).addConditions)
	}
	return policyAttrs.Get(p, name, policyClass)
}

// AttrNames lists the fields and methods.
func (p *policy) AttrNames() []string {
	return append(policyAttrs.Names(policyClass), "condition_entries", "principals")
}

func elements(s *starlark.Set) starlark.Value {
	var list starlark.Tuple
	for v := range starlark.Elements(s) {
		list = append(list, v)
	}
	return list
}

// union collects from all statements.
func (p *policy) union(add func(*statement, *starlark.Set) error) (starlark.Value, error) {
	all := new(starlark.Set)
	for _, s := range p.statements {
		if err := add(s, all); err != nil {
			return nil, err
		}
	}
	return all, nil
}

var policyAttrs = pyclass.Attrs[*policy]{
	Fields: map[string]func(*policy) starlark.Value{
		"policy":     func(p *policy) starlark.Value { return p.raw },
		"statements": func(p *policy) starlark.Value { return p.list },
	},
	Methods: map[string]func(*policy, pyclass.Call) (starlark.Value, error){
		"action_summary": (*policy).actionSummary,
		"is_internet_accessible": func(p *policy, c pyclass.Call) (starlark.Value, error) {
			for _, s := range p.statements {
				if open, err := s.open(c); open || err != nil {
					return starlark.Bool(open), err
				}
			}
			return starlark.False, c.Unpack()
		},
		"internet_accessible_actions": func(p *policy, c pyclass.Call) (starlark.Value, error) {
			return p.union(func(s *statement, all *starlark.Set) error {
				if open, err := s.open(c); !open || err != nil {
					return err
				}
				return addAll(c, all, elements(s.actions))
			})
		},
		"whos_allowed": func(p *policy, c pyclass.Call) (starlark.Value, error) {
			return p.union(func(s *statement, all *starlark.Set) error {
				effect, err := field(s.raw, "Effect", starlark.None)
				if err != nil || effect != starlark.String("Allow") {
					return err
				}
				return s.addAllowed(all)
			})
		},
	},
}

func (p *policy) actionSummary(c pyclass.Call) (starlark.Value, error) {
	if err := c.Unpack(); err != nil {
		return nil, err
	}
	var all []string
	for _, s := range p.statements {
		found, err := statementActions(c, s.raw)
		if err != nil {
			return nil, err
		}
		all = append(all, found.sorted()...)
		if err := guard.CheckElements(c.Thread, c.Fn, len(all)); err != nil {
			return nil, err
		}
	}
	return summarize(c, all)
}

// summarize gives the access levels of actions by service. An action that is
// not known has the level None.
func summarize(c pyclass.Call, names []string) (starlark.Value, error) {
	services := new(starlark.Dict)
	for _, name := range names {
		service, _, _ := strings.Cut(name, ":")
		v, found, err := services.Get(starlark.String(service))
		if err != nil {
			return nil, err
		}
		if !found {
			v = new(starlark.Set)
			if err := services.SetKey(starlark.String(service), v); err != nil {
				return nil, err
			}
		}
		if err := v.(*starlark.Set).Insert(levelOf(name)); err != nil {
			return nil, err
		}
	}
	return services, nil
}

func levelOf(name string) starlark.Value {
	i, known := actions().find(name)
	if !known {
		return starlark.None
	}
	return starlark.String(levelNames[actions().levels[i]])
}

func categoriesForActions(c pyclass.Call) (starlark.Value, error) {
	var list starlark.Value
	if err := c.Unpack("actions", &list); err != nil {
		return nil, err
	}
	var names []string
	err := each(c, list, func(v starlark.Value) error {
		s, ok := starlark.AsString(v)
		if !ok {
			return pyerr.New("AttributeError", "'%s' object has no attribute 'split'", pytypes.TypeName(v))
		}
		names = append(names, s)
		return nil
	})
	if err != nil {
		return nil, err
	}
	return summarize(c, names)
}

func actionsForCategory(c pyclass.Call) (starlark.Value, error) {
	var category starlark.Value
	if err := c.Unpack("category", &category); err != nil {
		return nil, err
	}
	var found []string
	for i, name := range actions().names {
		if category == starlark.String(levelNames[actions().levels[i]]) {
			found = append(found, name)
		}
	}
	slices.Sort(found)
	return textSet(c, found)
}
