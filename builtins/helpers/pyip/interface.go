package pyip

import (
	"cmp"
	"fmt"
	"strconv"

	"github.com/starhost/starhost/builtins/helpers/pyclass"
	"github.com/starhost/starhost/builtins/helpers/pyerr"
	"go.starlark.net/starlark"
	"go.starlark.net/syntax"
)

// An Interface is Python's IPv4Interface or IPv6Interface: an address in its
// network.
type Interface struct {
	Address
	prefix int
}

func (i Interface) network() Network {
	n, _ := makeNetwork(i.Address, i.prefix, false) // not strict: no error
	return n
}

// String returns Python's str: 10.1.2.3/8.
func (i Interface) String() string { return i.Address.String() + "/" + strconv.Itoa(i.prefix) }

// PyRepr returns Python's repr.
func (i Interface) PyRepr() string { return i.Type() + "('" + i.String() + "')" }

func (i Interface) Type() string          { return fmt.Sprintf("IPv%dInterface", i.v) }
func (i Interface) Hash() (uint32, error) { return starlark.String(i.String()).Hash() }

// Class returns IPv4Interface or IPv6Interface.
func (i Interface) Class() *pyclass.Class {
	if i.v == v4 {
		return interface4Class
	}
	return interface6Class
}

// CompareSameType orders interfaces of one version by network, then by
// address.
func (i Interface) CompareSameType(op syntax.Token, y starlark.Value, _ int) (bool, error) {
	j, ok := y.(Interface)
	if !ok {
		return op == syntax.NEQ, nil
	}
	switch op {
	case syntax.EQL:
		return i == j, nil
	case syntax.NEQ:
		return i != j, nil
	}
	if i.v != j.v {
		return false, notSameVersion(i, j)
	}
	return ordered(op, cmp.Or(i.network().compare(j.network()), i.n.compare(j.n))), nil
}

func (i Interface) exploded() string {
	if i.v == v4 {
		return i.String()
	}
	return i.Address.exploded() + "/" + strconv.Itoa(i.prefix)
}

// Attr returns a field.
func (i Interface) Attr(name string) (starlark.Value, error) {
	if field, ok := interfaceFields[name]; ok {
		return field(i), nil
	}
	return i.Address.Attr(name)
}

// AttrNames lists the fields.
func (i Interface) AttrNames() []string {
	names := i.Address.AttrNames()
	for name := range interfaceFields {
		names = append(names, name)
	}
	return names
}

var interfaceFields = map[string]func(Interface) starlark.Value{
	"ip":              func(i Interface) starlark.Value { return Address{v: i.v, n: i.n} },
	"network":         func(i Interface) starlark.Value { return i.network() },
	"netmask":         func(i Interface) starlark.Value { return i.network().netmask() },
	"hostmask":        func(i Interface) starlark.Value { return i.network().hostmask() },
	"with_prefixlen":  func(i Interface) starlark.Value { return i.with(strconv.Itoa(i.prefix)) },
	"with_netmask":    func(i Interface) starlark.Value { return i.with(i.network().netmask().String()) },
	"with_hostmask":   func(i Interface) starlark.Value { return i.with(i.network().hostmask().String()) },
	"compressed":      func(i Interface) starlark.Value { return starlark.String(i.String()) },
	"exploded":        func(i Interface) starlark.Value { return starlark.String(i.exploded()) },
	"reverse_pointer": func(i Interface) starlark.Value { return starlark.String(i.v.reversePointer(i.String(), i.exploded())) },
	"is_unspecified":  func(i Interface) starlark.Value { return starlark.Bool(i.n == bits128{} && i.alone()) },
	"is_loopback":     func(i Interface) starlark.Value { return starlark.Bool(i.is(loopback) && i.alone()) },
}

// alone says that an interface of IPv6 has no network around it: only then
// is it special.
func (i Interface) alone() bool { return i.v == v4 || i.prefix == 128 }

func (i Interface) with(mask string) starlark.Value {
	return starlark.String(i.v.format(i.n) + "/" + mask)
}

// Binary refuses what CPython cannot either: sums have no prefix.
func (i Interface) Binary(op syntax.Token, y starlark.Value, side starlark.Side) (starlark.Value, error) {
	sum, err := i.Address.Binary(op, y, side)
	if sum == nil || err != nil {
		return nil, err
	}
	a, ok := sum.(Address)
	if !ok {
		return nil, pyerr.Type("unsupported operand")
	}
	return Interface{Address{v: a.v, n: a.n}, a.v.bits()}, nil
}
