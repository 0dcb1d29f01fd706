package pyip

import (
	"cmp"
	"fmt"
	"math/big"
	"strconv"
	"strings"

	"github.com/starhost/starhost/builtins/helpers/pyclass"
	"github.com/starhost/starhost/builtins/helpers/pyerr"
	"github.com/starhost/starhost/builtins/helpers/pyrepr"
	"go.starlark.net/starlark"
	"go.starlark.net/syntax"
)

// A Network is Python's IPv4Network or IPv6Network.
type Network struct {
	v      version
	n      bits128 // of the first address
	prefix int
	scope  string // of the first address
}

var (
	_ starlark.HasAttrs   = Network{}
	_ starlark.Comparable = Network{}
	_ starlark.Container  = Network{}
	_ starlark.Iterable   = Network{}
	_ starlark.Mapping    = Network{}
	_ pyclass.Instance    = Network{}
)

// ParseNetwork reads a network as Python's ip_network does. In a strict one,
// the address must be the first of the network.
func ParseNetwork(s string, strict bool) (Network, error) {
	for _, v := range []version{v4, v6} {
		n, err := v.parseNetwork(s, strict)
		if err == nil || isStrict(err) {
			return n, err
		}
	}
	return Network{}, pyerr.Value("%s does not appear to be an IPv4 or IPv6 network", pyrepr.Str(s))
}

// isStrict says that a network could be read, but has host bits.
func isStrict(err error) bool {
	e, ok := err.(*pyerr.Error)
	return ok && e.Class == "ValueError"
}

func (v version) parseNetwork(s string, strict bool) (Network, error) {
	a, prefix, err := v.parseWithPrefix(s)
	if err != nil {
		return Network{}, err
	}
	return makeNetwork(a, prefix, strict)
}

// parseWithPrefix reads address, address/length or address/mask.
func (v version) parseWithPrefix(s string) (Address, int, error) {
	text, prefix, found := strings.Cut(s, "/")
	if found && strings.Contains(prefix, "/") {
		return Address{}, 0, addressError("Only one '/' permitted in %s", pyrepr.Str(s))
	}
	a, err := v.parse(text)
	if err != nil || !found {
		return a, v.bits(), err
	}
	length, err := v.parsePrefix(prefix)
	return a, length, err
}

// makeNetwork returns the network of an address.
func makeNetwork(a Address, prefix int, strict bool) (Network, error) {
	n := Network{v: a.v, n: a.n, prefix: prefix, scope: a.scope}
	if host := a.n.and(n.hostBits()); host != (bits128{}) {
		if strict {
			return Network{}, pyerr.Value("%s has host bits set", n)
		}
		n.n, n.scope = a.n.xor(host), ""
	}
	return n, nil
}

// Contains reports whether an address is in the network. One of the other
// version is not.
func (n Network) Contains(a Address) bool { return n.contains(a) }

func (n Network) contains(a Address) bool {
	return a.v == n.v && a.n.or(n.hostBits()) == n.n.or(n.hostBits())
}

func (n Network) hostBits() bits128  { return ones(n.v.bits() - n.prefix) }
func (n Network) address() Address   { return Address{n.v, n.n, n.scope} }
func (n Network) broadcast() Address { return Address{v: n.v, n: n.n.or(n.hostBits())} }
func (n Network) hostmask() Address  { return Address{v: n.v, n: n.hostBits()} }
func (n Network) netmask() Address {
	return Address{v: n.v, n: ones(n.v.bits()).xor(n.hostBits())}
}

// String returns Python's str: 10.0.0.0/8.
func (n Network) String() string { return n.address().String() + "/" + strconv.Itoa(n.prefix) }

// PyRepr returns Python's repr.
func (n Network) PyRepr() string { return n.Type() + "('" + n.String() + "')" }

func (n Network) exploded() string {
	return n.address().exploded() + "/" + strconv.Itoa(n.prefix)
}

func (n Network) Type() string          { return fmt.Sprintf("IPv%dNetwork", n.v) }
func (n Network) Freeze()               {}
func (n Network) Truth() starlark.Bool  { return true }
func (n Network) Hash() (uint32, error) { return starlark.String(n.String()).Hash() }

// Class returns IPv4Network or IPv6Network.
func (n Network) Class() *pyclass.Class {
	if n.v == v4 {
		return network4Class
	}
	return network6Class
}

// CompareSameType orders networks of one version by address, then by length.
func (n Network) CompareSameType(op syntax.Token, y starlark.Value, _ int) (bool, error) {
	m := y.(Network)
	switch op {
	case syntax.EQL:
		return n == m, nil
	case syntax.NEQ:
		return n != m, nil
	}
	if n.v != m.v {
		return false, notSameVersion(n, m)
	}
	return ordered(op, n.compare(m)), nil
}

func (n Network) compare(m Network) int {
	return cmp.Or(n.n.compare(m.n), cmp.Compare(n.prefix, m.prefix))
}

// Has implements address in network.
func (n Network) Has(y starlark.Value) (bool, error) {
	switch y := y.(type) {
	case Address:
		return n.contains(y), nil
	case Interface:
		return n.contains(y.Address), nil
	case Network:
		return false, nil
	}
	return false, pyerr.New("AttributeError", "'%s' object has no attribute '_version'", pyerr.TypeName(y))
}

// Get implements network[i].
func (n Network) Get(k starlark.Value) (starlark.Value, bool, error) {
	i, ok := k.(starlark.Int)
	if !ok {
		return nil, false, pyerr.Type("network indices must be integers, not %s", pyerr.TypeName(k))
	}
	at := new(big.Int).Add(n.n.big(), i.BigInt())
	if i.Sign() < 0 {
		at.Add(n.broadcast().n.big(), i.BigInt())
		at.Add(at, big.NewInt(1))
	}
	if at.Cmp(n.n.big()) < 0 || at.Cmp(n.broadcast().n.big()) > 0 {
		return nil, false, pyerr.New("IndexError", "address out of range")
	}
	return Address{v: n.v, n: fromBig(at)}, true, nil
}

// Iterate gives all addresses of the network.
func (n Network) Iterate() starlark.Iterator { return n.all().Iterate() }

func (n Network) all() *addresses { return &addresses{n.v, n.n, n.broadcast().n} }

// hosts are the addresses but the first and the last: those of the network
// and for broadcasts. A network of one or two has no others.
func (n Network) hosts() starlark.Iterable {
	all := n.all()
	switch {
	case n.prefix >= n.v.bits()-1:
	case n.v == v4:
		all.last = all.last.minus(bits128{0, 1})
		fallthrough
	default:
		all.first = all.first.plus(bits128{0, 1})
	}
	return all
}

// addresses are the addresses of a range.
type addresses struct {
	v           version
	first, last bits128
}

var _ starlark.Iterable = (*addresses)(nil)

func (r *addresses) String() string {
	return fmt.Sprintf("<addresses %s to %s>", r.v.format(r.first), r.v.format(r.last))
}
func (r *addresses) Type() string          { return "generator" }
func (r *addresses) Freeze()               {}
func (r *addresses) Truth() starlark.Bool  { return true }
func (r *addresses) Hash() (uint32, error) { return 0, pyerr.Type("unhashable type: 'generator'") }

// Iterate gives each address.
func (r *addresses) Iterate() starlark.Iterator { return &addressIterator{addresses: *r} }

type addressIterator struct {
	addresses
	done bool
}

func (it *addressIterator) Next(p *starlark.Value) bool {
	if it.done || it.first.compare(it.last) > 0 {
		return false
	}
	*p = Address{v: it.v, n: it.first}
	it.done = it.first == it.last
	it.first = it.first.plus(bits128{0, 1})
	return true
}

func (it *addressIterator) Done() {}

// Attr returns a field or method.
func (n Network) Attr(name string) (starlark.Value, error) {
	if n.v == v4 && onlyV6[name] {
		return nil, nil
	}
	return networkAttrs.Get(n, name, n.Class())
}

// AttrNames lists the fields and methods.
func (n Network) AttrNames() []string { return without6(n.v, networkAttrs.Names(n.Class())) }

var networkAttrs = pyclass.Attrs[Network]{
	Fields: map[string]func(Network) starlark.Value{
		"version":           func(n Network) starlark.Value { return starlark.MakeInt(int(n.v)) },
		"max_prefixlen":     func(n Network) starlark.Value { return starlark.MakeInt(n.v.bits()) },
		"prefixlen":         func(n Network) starlark.Value { return starlark.MakeInt(n.prefix) },
		"network_address":   func(n Network) starlark.Value { return n.address() },
		"broadcast_address": func(n Network) starlark.Value { return n.broadcast() },
		"netmask":           func(n Network) starlark.Value { return n.netmask() },
		"hostmask":          func(n Network) starlark.Value { return n.hostmask() },
		"with_prefixlen":    func(n Network) starlark.Value { return starlark.String(n.String()) },
		"with_netmask": func(n Network) starlark.Value {
			return starlark.String(n.address().String() + "/" + n.netmask().String())
		},
		"with_hostmask": func(n Network) starlark.Value {
			return starlark.String(n.address().String() + "/" + n.hostmask().String())
		},
		"num_addresses":   Network.size,
		"compressed":      func(n Network) starlark.Value { return starlark.String(n.String()) },
		"exploded":        func(n Network) starlark.Value { return starlark.String(n.exploded()) },
		"reverse_pointer": func(n Network) starlark.Value { return starlark.String(n.v.reversePointer(n.String(), n.exploded())) },
		"is_multicast":    func(n Network) starlark.Value { return starlark.Bool(n.is(multicast)) },
		"is_private":      func(n Network) starlark.Value { return starlark.Bool(n.private()) },
		"is_global":       func(n Network) starlark.Value { return starlark.Bool(n.global()) },
		"is_unspecified":  func(n Network) starlark.Value { return starlark.Bool(n.broadcast().n == bits128{}) },
		"is_reserved":     func(n Network) starlark.Value { return starlark.Bool(n.is(reserved)) },
		"is_loopback":     func(n Network) starlark.Value { return starlark.Bool(n.is(loopback)) },
		"is_link_local":   func(n Network) starlark.Value { return starlark.Bool(n.is(linkLocal)) },
		"is_site_local":   func(n Network) starlark.Value { return starlark.Bool(n.is(siteLocal)) },
	},
	Methods: map[string]func(Network, pyclass.Call) (starlark.Value, error){
		"hosts":            func(n Network, c pyclass.Call) (starlark.Value, error) { return n.hosts(), c.Unpack() },
		"overlaps":         Network.overlaps,
		"subnet_of":        func(n Network, c pyclass.Call) (starlark.Value, error) { return n.subnetOf(c, false) },
		"supernet_of":      func(n Network, c pyclass.Call) (starlark.Value, error) { return n.subnetOf(c, true) },
		"supernet":         Network.supernet,
		"subnets":          Network.subnets,
		"address_exclude":  Network.exclude,
		"compare_networks": Network.compareNetworks,
	},
}

func (n Network) size() starlark.Value {
	size := n.hostBits().big()
	return starlark.MakeBigInt(size.Add(size, big.NewInt(1)))
}
