package pypolicy

import (
	"context"
	"regexp"
	"strings"
	"time"

	"github.com/starhost/starhost/builtins/helpers/pyclass"
	"github.com/starhost/starhost/builtins/helpers/pyerr"
	"github.com/starhost/starhost/runtime/guard"
	"github.com/starhost/starhost/runtime/pytypes"
	"go.starlark.net/starlark"
)

// A statement is policyuniverse's Statement.
type statement struct {
	raw        starlark.Value
	thread     *starlark.Thread // of the worker that made it, whose call pays for properties; nil once frozen
	conditions []*condition
	principals *starlark.Set
	actions    *starlark.Set
}

// A condition is an entry of a statement's conditions that limits who is
// meant.
type condition struct {
	category string
	value    starlark.Value
}

var (
	_ starlark.HasAttrs = (*statement)(nil)
	_ pyclass.Instance  = (*statement)(nil)
)

var statementClass = &pyclass.Class{FullName: "policyuniverse.statement.Statement", New: newStatement}

func newStatement(c pyclass.Call) (starlark.Value, error) {
	var raw starlark.Value
	if err := c.Unpack("statement", &raw); err != nil {
		return nil, err
	}
	s, err := parseStatement(c, raw)
	if err != nil {
		return nil, err
	}
	return s, nil
}

func parseStatement(c pyclass.Call, raw starlark.Value) (*statement, error) {
	s := &statement{raw: raw, thread: c.Thread}
	var err error
	if s.conditions, err = limits(c, raw); err != nil {
		return nil, err
	}
	if s.principals, err = principals(c, raw); err != nil {
		return nil, err
	}
	s.actions, err = plainActions(c, raw)
	return s, err
}

// categories are the keys of conditions that limit who is meant.
var categories = map[string]string{
	"aws:sourcearn": "arn", "aws:principalarn": "arn",
	"aws:sourceowner": "account", "aws:sourceaccount": "account", "aws:principalaccount": "account", "kms:calleraccount": "account",
	"aws:principalorgid": "organization", "aws:principalorgpaths": "organization",
	"aws:userid": "userid", "aws:sourceip": "cidr", "aws:sourcevpc": "vpc", "aws:sourcevpce": "vpce",
	"saml:aud": "saml-endpoint",
}

// limiting finds the operators of conditions that limit: none that negate.
var limiting = regexp.MustCompile(`^(?i)(?:(?:ForAllValues|ForAnyValue):)?(?:ARN(?:Equals|Like)|String(?:Equals|Like)|IpAddress)`)

// limits are the entries of the conditions of a statement that limit who is
// meant.
func limits(c pyclass.Call, raw starlark.Value) ([]*condition, error) {
	conditions, err := field(raw, "Condition", starlark.None)
	if err != nil || !bool(conditions.Truth()) {
		return nil, err
	}
	operators, err := items(conditions, "keys")
	if err != nil {
		return nil, err
	}
	var found []*condition
	for _, operator := range operators {
		name, ok := starlark.AsString(operator[0])
		if !ok {
			return nil, pyerr.Type("expected string or bytes-like object, got '%s'", pytypes.TypeName(operator[0]))
		}
		if !limiting.MatchString(name) {
			continue
		}
		entries, err := items(operator[1], "items")
		if err != nil {
			return nil, err
		}
		for _, entry := range entries {
			list, err := limitsOf(c, entry)
			if err != nil {
				return nil, err
			}
			found = append(found, list...)
		}
	}
	return found, nil
}

func items(v starlark.Value, method string) ([]starlark.Tuple, error) {
	m, ok := v.(starlark.IterableMapping)
	if !ok {
		return nil, pyerr.New("AttributeError", "'%s' object has no attribute '%s'", pytypes.TypeName(v), method)
	}
	return m.Items(), nil
}

func limitsOf(c pyclass.Call, entry starlark.Tuple) (found []*condition, err error) {
	key, ok := starlark.AsString(entry[0])
	if !ok {
		return nil, pyerr.New("AttributeError", "'%s' object has no attribute 'lower'", pytypes.TypeName(entry[0]))
	}
	category := categories[strings.ToLower(key)]
	if category == "" {
		return nil, nil
	}
	err = each(c, ensureArray(entry[1]), func(v starlark.Value) error {
		found = append(found, &condition{category, v})
		return nil
	})
	return found, err
}

// tuple is the named tuple that rules see.
func (e *condition) tuple() starlark.Value { return categoryAndValue("Condition", e.category, e.value) }

func categoryAndValue(name, category string, v starlark.Value) starlark.Value {
	return &pyclass.NamedTuple{FullName: name, Names: []string{"category", "value"}, Elems: starlark.Tuple{starlark.String(category), v}}
}

// principals are all that the statement names as Principal.
func principals(c pyclass.Call, raw starlark.Value) (*starlark.Set, error) {
	found := new(starlark.Set)
	v, err := field(raw, "Principal", starlark.None)
	if err != nil || !bool(v.Truth()) {
		return found, err
	}
	m, ok := v.(starlark.Mapping)
	if !ok {
		return found, addAll(c, found, v)
	}
	for _, kind := range []string{"AWS", "Service", "Federated"} {
		v, err := field(m, kind, nil)
		if err != nil {
			return nil, err
		}
		if v == nil {
			continue
		}
		if err := addAll(c, found, v); err != nil {
			return nil, err
		}
	}
	return found, nil
}

// addAll adds the elements of a list, or a value that is none.
func addAll(c pyclass.Call, s *starlark.Set, v starlark.Value) error {
	return each(c, ensureArray(v), s.Insert)
}

// plainActions are the actions as they are written.
func plainActions(c pyclass.Call, raw starlark.Value) (*starlark.Set, error) {
	found := new(starlark.Set)
	v, err := field(raw, "Action", starlark.None)
	if err != nil || !bool(v.Truth()) {
		return found, err
	}
	return found, addAll(c, found, v)
}

func (s *statement) String() string { return "<policyuniverse.statement.Statement object>" }
func (s *statement) Type() string   { return "Statement" }
func (s *statement) Freeze() {
	s.thread = nil // other workers may use it from now on
	s.raw.Freeze()
	s.principals.Freeze()
	s.actions.Freeze()
}

func (s *statement) Truth() starlark.Bool  { return true }
func (s *statement) Hash() (uint32, error) { return 0, nil }
func (s *statement) Class() *pyclass.Class { return statementClass }

// Attr returns a field or method. Those that are computed take their thread
// from the call, so they are methods where Python has methods, and fields
// where it has properties.
func (s *statement) Attr(name string) (starlark.Value, error) {
	if method, ok := statementProperties[name]; ok {
		return method(s)
	}
	return statementAttrs.Get(s, name, statementClass)
}

// AttrNames lists the fields and methods.
func (s *statement) AttrNames() []string {
	names := statementAttrs.Names(statementClass)
	for name := range statementProperties {
		names = append(names, name)
	}
	return names
}

// property is the call for a property, of which Python tells no thread. What
// is frozen is shared, and has a small budget of its own for each look at it.
func property(thread *starlark.Thread) pyclass.Call {
	if thread == nil {
		thread = new(starlark.Thread)
		new(guard.Meter).Begin(thread, &guard.Limits{Time: 200 * time.Millisecond}, context.Background())
	}
	return pyclass.Call{Thread: thread, Fn: "Statement"}
}

var statementProperties = map[string]func(*statement) (starlark.Value, error){
	"effect": func(s *statement) (starlark.Value, error) { return field(s.raw, "Effect", starlark.None) },
	"actions_expanded": func(s *statement) (starlark.Value, error) {
		c := property(s.thread)
		found, err := statementActions(c, s.raw)
		if err != nil {
			return nil, err
		}
		return textSet(c, found.sorted())
	},
	"resources": func(s *statement) (starlark.Value, error) {
		found := new(starlark.Set)
		v, err := field(s.raw, "NotResource", nil)
		if err != nil {
			return nil, err
		}
		if v != nil {
			return found, found.Insert(starlark.String("*"))
		}
		if v, err = field(s.raw, "Resource", starlark.None); err != nil {
			return nil, err
		}
		return found, addAll(property(s.thread), found, v)
	},
	"condition_arns":     limited("arn"),
	"condition_accounts": limited("account"),
	"condition_orgpaths": limited("organization"),
	"condition_userids":  limited("userid"),
	"condition_cidrs":    limited("cidr"),
	"condition_vpcs":     limited("vpc"),
	"condition_vpces":    limited("vpce"),
	"condition_orgids": func(s *statement) (starlark.Value, error) {
		found := new(starlark.Set)
		for _, e := range s.conditions {
			if e.category != "organization" {
				continue
			}
			o, err := parseOrganization(property(s.thread), e.value)
			if err != nil {
				return nil, err
			}
			if err := found.Insert(o.id); err != nil {
				return nil, err
			}
		}
		return found, nil
	},
}

// limited is the set of the values of a category of conditions.
func limited(category string) func(*statement) (starlark.Value, error) {
	return func(s *statement) (starlark.Value, error) {
		found := new(starlark.Set)
		for _, e := range s.conditions {
			if e.category != category {
				continue
			}
			if err := found.Insert(e.value); err != nil {
				return nil, err
			}
		}
		return found, nil
	}
}

var statementAttrs = pyclass.Attrs[*statement]{
	Fields: map[string]func(*statement) starlark.Value{
		"statement":  func(s *statement) starlark.Value { return s.raw },
		"principals": func(s *statement) starlark.Value { return s.principals },
		"actions":    func(s *statement) starlark.Value { return s.actions },
		"condition_entries": func(s *statement) starlark.Value {
			list := make([]starlark.Value, len(s.conditions))
			for i, e := range s.conditions {
				list[i] = e.tuple()
			}
			return starlark.NewList(list)
		},
	},
	Methods: map[string]func(*statement, pyclass.Call) (starlark.Value, error){
		"action_summary": func(s *statement, c pyclass.Call) (starlark.Value, error) {
			if err := c.Unpack(); err != nil {
				return nil, err
			}
			found, err := statementActions(c, s.raw)
			if err != nil {
				return nil, err
			}
			return summarize(c, found.sorted())
		},
		"uses_not_principal": func(s *statement, c pyclass.Call) (starlark.Value, error) {
			not, err := s.notPrincipal()
			if err == nil {
				err = c.Unpack()
			}
			return starlark.Bool(not), err
		},
		"whos_allowed": func(s *statement, c pyclass.Call) (starlark.Value, error) {
			who := new(starlark.Set)
			if err := c.Unpack(); err != nil {
				return nil, err
			}
			return who, s.addAllowed(who)
		},
		"is_internet_accessible": func(s *statement, c pyclass.Call) (starlark.Value, error) {
			if err := c.Unpack(); err != nil {
				return nil, err
			}
			open, err := s.open(c)
			return starlark.Bool(open), err
		},
		"is_condition_internet_accessible": func(s *statement, c pyclass.Call) (starlark.Value, error) {
			if err := c.Unpack(); err != nil {
				return nil, err
			}
			open, err := s.openConditions(c)
			return starlark.Bool(open), err
		},
	},
}

func (s *statement) notPrincipal() (bool, error) {
	v, err := field(s.raw, "NotPrincipal", nil)
	return v != nil, err
}

// addAllowed adds the principals and limits to a set.
func (s *statement) addAllowed(who *starlark.Set) error {
	for v := range starlark.Elements(s.principals) {
		if err := who.Insert(categoryAndValue("Principal", "principal", v)); err != nil {
			return err
		}
	}
	return s.addConditions(who)
}

func (s *statement) addConditions(who *starlark.Set) error {
	for _, e := range s.conditions {
		if err := who.Insert(e.tuple()); err != nil {
			return err
		}
	}
	return nil
}

// open tells whether the statement allows anyone.
func (s *statement) open(c pyclass.Call) (bool, error) {
	effect, err := field(s.raw, "Effect", starlark.None)
	if err != nil || effect != starlark.String("Allow") {
		return false, err
	}
	if open, err := s.openConditions(c); !open || err != nil {
		return false, err
	}
	if not, err := s.notPrincipal(); not || err != nil {
		return not, err
	}
	for v := range starlark.Elements(s.principals) {
		if open, err := openARN(c, v); open || err != nil {
			return open, err
		}
	}
	return false, nil
}

// openConditions tells whether the conditions let anyone through: there are
// none, or one of them does.
func (s *statement) openConditions(c pyclass.Call) (bool, error) {
	for _, e := range s.conditions {
		if open, err := e.open(c); open || err != nil {
			return open, err
		}
	}
	return len(s.conditions) == 0, nil
}

func (e *condition) open(c pyclass.Call) (bool, error) {
	text, isText := starlark.AsString(e.value)
	without := func(method string) error {
		return pyerr.New("AttributeError", "'%s' object has no attribute '%s'", pytypes.TypeName(e.value), method)
	}
	switch e.category {
	case "arn":
		return openARN(c, e.value)
	case "organization":
		o, err := parseOrganization(c, e.value)
		if err != nil {
			return false, err
		}
		if o.bad {
			return strings.Contains(text, "o-*"), nil
		}
		return o.id == starlark.String("o-*"), nil
	case "userid":
		if !isText {
			return false, without("find")
		}
		// A star at the end stands for the name of a session.
		return strings.IndexByte(text, '*') != len(text)-1, nil
	case "cidr":
		if !isText {
			return false, without("endswith")
		}
		return strings.HasSuffix(text, "/0"), nil
	}
	return pytypes.Contains(c.Thread, e.value, starlark.String("*"))
}
