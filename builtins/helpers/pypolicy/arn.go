package pypolicy

import (
	"regexp"
	"strings"

	"github.com/starhost/starhost/builtins/helpers/pyclass"
	"github.com/starhost/starhost/builtins/helpers/pyerr"
	"github.com/starhost/starhost/runtime/guard"
	"github.com/starhost/starhost/runtime/pytypes"
	"go.starlark.net/starlark"
)

var (
	arnForm     = regexp.MustCompile(`^arn:([^:]*):([^:]*):([^:]*):(|\*|\p{Nd}{12}|cloudfront|aws):(.+)\n?$`)
	accountForm = regexp.MustCompile(`^(?:\p{Nd}{12})+\n?$`)
	serviceForm = regexp.MustCompile(`^([^.]+(?:.[^.]+)?)\.amazon(?:aws)?\.com\n?$`)
	insideForm  = regexp.MustCompile(`^([^.]+).aws.internal\n?$`)
)

// An arn is policyuniverse's ARN: the name of a resource, an account or a
// service of AWS in its parts.
type arn struct {
	raw                                    string
	parsed                                 bool // has the four parts
	partition, tech, region, account, name string
	isAccount                              bool // account is set
	root, service, bad                     bool
}

var (
	_ starlark.HasAttrs = (*arn)(nil)
	_ pyclass.Instance  = (*arn)(nil)
)

var arnClass = &pyclass.Class{FullName: "policyuniverse.arn.ARN", New: newARN}

func newARN(c pyclass.Call) (starlark.Value, error) {
	var raw starlark.Value
	if err := c.Unpack("raw", &raw); err != nil {
		return nil, err
	}
	a, err := parseARN(c, raw)
	if err != nil {
		return nil, err
	}
	return a, nil
}

func parseARN(c pyclass.Call, v starlark.Value) (*arn, error) {
	s, ok := starlark.AsString(v)
	if !ok {
		return nil, pyerr.Type("expected string or bytes-like object, got '%s'", pytypes.TypeName(v))
	}
	if err := guard.CheckBytes(c.Thread, "ARN", 4*len(s)); err != nil {
		return nil, err
	}
	if err := guard.MeterOf(c.Thread).Charge(len(s)); err != nil { // four expressions look at it
		return nil, err
	}
	a := &arn{raw: s}
	if m := arnForm.FindStringSubmatch(s); m != nil {
		a.parsed, a.isAccount = true, true
		a.partition, a.tech, a.region, a.account, a.name = m[1], m[2], m[3], m[4], m[5]
		a.root = a.tech == "iam" && a.name == "root"
		return a, nil
	}
	if accountForm.MatchString(s) {
		a.isAccount, a.account = true, s
		return a, nil
	}
	for _, form := range []*regexp.Regexp{serviceForm, insideForm} {
		if m := form.FindStringSubmatch(s); m != nil {
			a.service, a.tech = true, m[1]
			return a, nil
		}
	}
	a.bad = true
	return a, nil
}

func (a *arn) String() string        { return "<policyuniverse.arn.ARN object>" }
func (a *arn) Type() string          { return "ARN" }
func (a *arn) Freeze()               {}
func (a *arn) Truth() starlark.Bool  { return true }
func (a *arn) Hash() (uint32, error) { return starlark.String(a.raw).Hash() }
func (a *arn) Class() *pyclass.Class { return arnClass }

// Attr returns a field.
func (a *arn) Attr(name string) (starlark.Value, error) { return arnAttrs.Get(a, name, arnClass) }

// AttrNames lists the fields.
func (a *arn) AttrNames() []string { return arnAttrs.Names(arnClass) }

func textOrNone(s string, given bool) starlark.Value {
	if !given {
		return starlark.None
	}
	return starlark.String(s)
}

var arnAttrs = pyclass.Attrs[*arn]{
	Fields: map[string]func(*arn) starlark.Value{
		"arn":            func(a *arn) starlark.Value { return starlark.String(a.raw) },
		"tech":           func(a *arn) starlark.Value { return textOrNone(a.tech, a.parsed || a.service) },
		"region":         func(a *arn) starlark.Value { return textOrNone(a.region, a.parsed) },
		"account_number": func(a *arn) starlark.Value { return textOrNone(a.account, a.isAccount) },
		"name":           func(a *arn) starlark.Value { return textOrNone(a.name, a.parsed) },
		"partition":      func(a *arn) starlark.Value { return textOrNone(a.partition, a.parsed) },
		"error":          func(a *arn) starlark.Value { return starlark.Bool(a.bad) },
		"root":           func(a *arn) starlark.Value { return starlark.Bool(a.root) },
		"service":        func(a *arn) starlark.Value { return starlark.Bool(a.service) },
	},
}

// openARN tells whether a principal or the value of a condition can be anyone.
func openARN(c pyclass.Call, v starlark.Value) (bool, error) {
	if v == starlark.String("*") {
		return true, nil
	}
	a, err := parseARN(c, v)
	switch {
	case err != nil:
		return false, err
	case a.bad:
		return strings.Contains(a.raw, "*"), nil
	case a.tech == "s3":
		return false, nil // has no account
	case a.account == "" && !a.service:
		return true, nil
	}
	return a.account == "*", nil
}

// An organization is policyuniverse's Organization: an id, and the path of the
// units in it.
type organization struct {
	id, root                          starlark.Value
	path                              []starlark.Value
	childUnits, parentUnit, allOfThem bool
	bad                               bool
}

var (
	_ starlark.HasAttrs = (*organization)(nil)
	_ pyclass.Instance  = (*organization)(nil)
)

var organizationClass = &pyclass.Class{FullName: "policyuniverse.organization.Organization", New: newOrganization}

func newOrganization(c pyclass.Call) (starlark.Value, error) {
	var input starlark.Value
	if err := c.Unpack("input", &input); err != nil {
		return nil, err
	}
	o, err := parseOrganization(c, input)
	if err != nil {
		return nil, err
	}
	return o, nil
}

func parseOrganization(c pyclass.Call, v starlark.Value) (*organization, error) {
	s, ok := starlark.AsString(v)
	if !ok {
		return nil, pyerr.New("AttributeError", "'%s' object has no attribute 'split'", pytypes.TypeName(v))
	}
	if err := guard.CheckBytes(c.Thread, "Organization", 16*len(s)); err != nil {
		return nil, err
	}
	o := &organization{id: starlark.None, root: starlark.None, allOfThem: true}
	for i, part := range strings.Split(s, "/") {
		switch {
		case i == 0 && (strings.HasPrefix(part, "o-") || part == "*"):
			o.id = starlark.String(part)
		case i == 1 && (strings.HasPrefix(part, "r-") || part == "*"):
			o.root = starlark.String(part)
		case i > 1:
			o.unit(part)
		default:
			o.bad = true
		}
		if o.bad {
			break
		}
	}
	return o, nil
}

// unit reads a part of the path.
func (o *organization) unit(part string) {
	switch {
	case o.childUnits || o.parentUnit:
		o.bad = true
	case part == "":
		o.parentUnit = true
	case part == "*":
		o.childUnits, o.parentUnit = true, true
	case part == "ou-*":
		o.childUnits = true
	default:
		o.allOfThem = false
		if o.bad = !strings.HasPrefix(part, "ou-"); !o.bad {
			o.path = append(o.path, starlark.String(part))
		}
	}
}

func (o *organization) String() string        { return "<policyuniverse.organization.Organization object>" }
func (o *organization) Type() string          { return "Organization" }
func (o *organization) Freeze()               {}
func (o *organization) Truth() starlark.Bool  { return true }
func (o *organization) Hash() (uint32, error) { return o.id.Hash() }
func (o *organization) Class() *pyclass.Class { return organizationClass }

// Attr returns a field.
func (o *organization) Attr(name string) (starlark.Value, error) {
	return organizationAttrs.Get(o, name, organizationClass)
}

// AttrNames lists the fields.
func (o *organization) AttrNames() []string { return organizationAttrs.Names(organizationClass) }

var organizationAttrs = pyclass.Attrs[*organization]{
	Fields: map[string]func(*organization) starlark.Value{
		"organization": func(o *organization) starlark.Value { return o.id },
		"root":         func(o *organization) starlark.Value { return o.root },
		"ou_path": func(o *organization) starlark.Value {
			return starlark.NewList(append([]starlark.Value(nil), o.path...))
		},
		"valid_for_child_ous": func(o *organization) starlark.Value { return starlark.Bool(o.childUnits) },
		"valid_for_parent_ou": func(o *organization) starlark.Value { return starlark.Bool(o.parentUnit) },
		"valid_for_all_ous":   func(o *organization) starlark.Value { return starlark.Bool(o.allOfThem) },
		"error":               func(o *organization) starlark.Value { return starlark.Bool(o.bad) },
	},
}
