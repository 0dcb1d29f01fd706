package pyip

import (
	"github.com/starhost/starhost/builtins/helpers/pyclass"
	"github.com/starhost/starhost/builtins/helpers/pyerr"
	"github.com/starhost/starhost/runtime/guard"
	"go.starlark.net/starlark"
)

// covers reports whether m is n or a part of it.
func (n Network) covers(m Network) bool { return n.prefix <= m.prefix && n.contains(m.address()) }

func (n Network) overlaps(c pyclass.Call) (starlark.Value, error) {
	var other starlark.Value
	if err := c.Unpack("other", &other); err != nil {
		return nil, err
	}
	m, ok := other.(Network)
	if !ok {
		return nil, pyerr.Type("overlaps: for parameter other: got %s, want a network", other.Type())
	}
	return starlark.Bool(n.v == m.v && (n.covers(m) || m.covers(n))), nil
}

// subnetOf is subnet_of, or with its sides swapped supernet_of.
func (n Network) subnetOf(c pyclass.Call, swap bool) (starlark.Value, error) {
	var other starlark.Value
	if err := c.Unpack("other", &other); err != nil {
		return nil, err
	}
	m, ok := other.(Network)
	if !ok {
		return nil, pyerr.Type("Unable to test subnet containment between %s and %s", n, other)
	}
	if swap {
		n, m = m, n
	}
	if m.v != n.v {
		return nil, notSameVersion(n, m)
	}
	return starlark.Bool(m.covers(n)), nil
}

func (n Network) compareNetworks(c pyclass.Call) (starlark.Value, error) {
	var other Network
	if err := c.Unpack("other", &other); err != nil {
		return nil, err
	}
	if n.v != other.v {
		return nil, pyerr.Type("%s and %s are not of the same type", n, other)
	}
	return starlark.MakeInt(n.compare(other)), nil
}

// difference reads the arguments prefixlen_diff and new_prefix: how much
// longer, or with sign -1 shorter, a prefix is to be.
func (n Network) difference(c pyclass.Call, sign int) (int, error) {
	diff := 1
	var prefix starlark.Value
	if err := c.Unpack("prefixlen_diff?", &diff, "new_prefix??", &prefix); err != nil {
		return 0, err
	}
	if prefix == nil {
		return diff, nil
	}
	length, err := starlark.AsInt32(prefix)
	if err != nil {
		return 0, pyerr.Type("%s: for parameter new_prefix: got %s, want int", c.Fn, prefix.Type())
	}
	longer := sign * (length - n.prefix)
	switch {
	case longer < 0 && sign > 0:
		return 0, pyerr.Value("new prefix must be longer")
	case longer < 0:
		return 0, pyerr.Value("new prefix must be shorter")
	case diff != 1:
		return 0, pyerr.Value("cannot set prefixlen_diff and new_prefix")
	}
	return longer, nil
}

func (n Network) supernet(c pyclass.Call) (starlark.Value, error) {
	diff, err := n.difference(c, -1)
	if n.prefix == 0 {
		return n, nil
	}
	if err != nil {
		return nil, err
	}
	if diff > n.prefix {
		return nil, pyerr.Value("current prefixlen is %d, cannot have a prefixlen_diff of %d", n.prefix, diff)
	}
	if diff < 0 {
		return nil, pyerr.Value("negative shift count")
	}
	return n.widen(diff), nil
}

// widen returns the network that n is a part of, with a shorter prefix.
func (n Network) widen(diff int) Network {
	wide := Network{v: n.v, prefix: n.prefix - diff}
	wide.n = n.n.or(wide.hostBits()).xor(wide.hostBits())
	return wide
}

func (n Network) subnets(c pyclass.Call) (starlark.Value, error) {
	diff, err := n.difference(c, 1)
	if n.prefix == n.v.bits() {
		return starlark.NewList([]starlark.Value{n}), nil
	}
	switch {
	case err != nil:
		return nil, err
	case diff < 0:
		return nil, pyerr.Value("prefix length diff must be > 0")
	case n.prefix+diff > n.v.bits():
		return nil, pyerr.Value("prefix length diff %d is invalid for netblock %s", n.prefix+diff, n)
	}
	count := int(shl1(min(diff, 40)).lo) // 2^40 is above all limits
	if err := guard.CheckElements(c.Thread, c.Fn, count); err != nil {
		return nil, err
	}
	parts := make([]starlark.Value, count)
	part := Network{v: n.v, n: n.n, prefix: n.prefix + diff}
	for i := range parts {
		parts[i] = part
		part.n = part.n.plus(part.hostBits()).plus(bits128{0, 1})
	}
	return starlark.NewList(parts), nil
}

// halves returns the two networks with the next longer prefix.
func (n Network) halves() (Network, Network) {
	low := Network{v: n.v, n: n.n, prefix: n.prefix + 1}
	high := low
	high.n = low.n.plus(low.hostBits()).plus(bits128{0, 1})
	return low, high
}

func (n Network) exclude(c pyclass.Call) (starlark.Value, error) {
	var other starlark.Value
	if err := c.Unpack("other", &other); err != nil {
		return nil, err
	}
	m, ok := other.(Network)
	switch {
	case !ok:
		return nil, pyerr.Type("%s is not a network object", other)
	case m.v != n.v:
		return nil, notSameVersion(n, m)
	case !n.covers(m):
		return nil, pyerr.Value("%s not contained in %s", m, n)
	}
	var rest []starlark.Value
	for n.prefix < m.prefix {
		low, high := n.halves()
		if low.covers(m) {
			rest, n = append(rest, high), low
		} else {
			rest, n = append(rest, low), high
		}
	}
	return starlark.NewList(rest), nil
}
