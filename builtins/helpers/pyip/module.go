package pyip

import (
	"maps"
	"slices"

	"github.com/starhost/starhost/builtins/helpers/pyclass"
	"github.com/starhost/starhost/builtins/helpers/pyerr"
	"github.com/starhost/starhost/builtins/helpers/pyrepr"
	"github.com/starhost/starhost/runtime"
	"github.com/starhost/starhost/runtime/guard"
	"go.starlark.net/starlark"
)

// Module returns the module ipaddress.
//
//	ip_address(address), IPv4Address(address), IPv6Address(address)
//	    of a text, a number or bytes: version, max_prefixlen, compressed, exploded, packed, reverse_pointer,
//	    is_private, is_global, is_multicast, is_unspecified, is_reserved, is_loopback, is_link_local;
//	    of IPv6 also is_site_local, scope_id, ipv4_mapped, sixtofour, teredo
//	ip_network(address, strict=True), IPv4Network(…), IPv6Network(…)
//	    of a text, a number, bytes or a tuple of those and a mask: network_address, broadcast_address, netmask,
//	    hostmask, prefixlen, num_addresses, with_prefixlen, with_netmask, with_hostmask, compressed, exploded,
//	    is_private and so on, hosts(), overlaps(n), subnet_of(n), supernet_of(n), subnets(prefixlen_diff=1,
//	    new_prefix=None), supernet(…), address_exclude(n), compare_networks(n), address in n, n[i], for a in n
//	ip_interface(address), IPv4Interface(address), IPv6Interface(address)
//	    an address with ip, network, netmask, hostmask, with_prefixlen, with_netmask, with_hostmask
//	summarize_address_range(first, last), collapse_addresses(addresses), get_mixed_type_key(obj)
//	v4_int_to_packed(address), v6_int_to_packed(address)
//	AddressValueError, NetmaskValueError, IPV4LENGTH, IPV6LENGTH
func Module() runtime.Module {
	return runtime.Module{
		Names: []string{"ipaddress"},
		Members: starlark.StringDict{
			"ip_address":              pyclass.Function("ip_address", ipAddress),
			"ip_network":              pyclass.Function("ip_network", ipNetwork),
			"ip_interface":            pyclass.Function("ip_interface", ipInterface),
			"IPv4Address":             address4Class,
			"IPv6Address":             address6Class,
			"IPv4Network":             network4Class,
			"IPv6Network":             network6Class,
			"IPv4Interface":           interface4Class,
			"IPv6Interface":           interface6Class,
			"summarize_address_range": pyclass.Function("summarize_address_range", summarizeRange),
			"collapse_addresses":      pyclass.Function("collapse_addresses", collapse),
			"get_mixed_type_key":      pyclass.Function("get_mixed_type_key", mixedTypeKey),
			"v4_int_to_packed":        pyclass.Function("v4_int_to_packed", func(c pyclass.Call) (starlark.Value, error) { return pack(c, v4) }),
			"v6_int_to_packed":        pyclass.Function("v6_int_to_packed", func(c pyclass.Call) (starlark.Value, error) { return pack(c, v6) }),
			"AddressValueError":       &pyerr.Exception{FullName: "ipaddress.AddressValueError", Base: "ValueError"},
			"NetmaskValueError":       &pyerr.Exception{FullName: "ipaddress.NetmaskValueError", Base: "ValueError"},
			"IPV4LENGTH":              starlark.MakeInt(32),
			"IPV6LENGTH":              starlark.MakeInt(128),
		},
	}
}

var (
	address4Class   = addressClass(v4, "ipaddress.IPv4Address")
	address6Class   = addressClass(v6, "ipaddress.IPv6Address")
	network4Class   = networkClass(v4, "ipaddress.IPv4Network")
	network6Class   = networkClass(v6, "ipaddress.IPv6Network")
	interface4Class = interfaceClass(v4, "ipaddress.IPv4Interface", address4Class)
	interface6Class = interfaceClass(v6, "ipaddress.IPv6Interface", address6Class)
)

func addressClass(v version, name string) *pyclass.Class {
	return &pyclass.Class{FullName: name, New: func(c pyclass.Call) (starlark.Value, error) {
		var address starlark.Value
		if err := c.Unpack("address", &address); err != nil {
			return nil, err
		}
		return value(v.addressOf(address))
	}}
}

func networkClass(v version, name string) *pyclass.Class {
	return &pyclass.Class{FullName: name, New: func(c pyclass.Call) (starlark.Value, error) {
		address, strict, err := networkArgs(c)
		if err != nil {
			return nil, err
		}
		return value(v.networkOf(address, strict))
	}}
}

func interfaceClass(v version, name string, base *pyclass.Class) *pyclass.Class {
	return &pyclass.Class{FullName: name, Base: base, New: func(c pyclass.Call) (starlark.Value, error) {
		var address starlark.Value
		if err := c.Unpack("address", &address); err != nil {
			return nil, err
		}
		return value(v.interfaceOf(address))
	}}
}

func networkArgs(c pyclass.Call) (address starlark.Value, strict bool, err error) {
	strict = true
	err = c.Unpack("address", &address, "strict?", &strict)
	return address, strict, err
}

// value turns the results of a Go function into those of a built-in one.
func value[T starlark.Value](v T, err error) (starlark.Value, error) {
	if err != nil {
		return nil, err
	}
	return v, nil
}

// addressOf returns the address of a number, of bytes, or of what the value
// prints.
func (v version) addressOf(x starlark.Value) (Address, error) {
	switch x := x.(type) {
	case starlark.Int:
		return v.fromInt(x.BigInt())
	case starlark.Bytes:
		return v.fromBytes(string(x))
	}
	return v.parse(text(x))
}

// text is Python's str(x).
func text(x starlark.Value) string {
	if s, ok := starlark.AsString(x); ok {
		return s
	}
	return x.String()
}

func (v version) networkOf(x starlark.Value, strict bool) (Network, error) {
	a, prefix, err := v.addressAndPrefix(x)
	if err != nil {
		return Network{}, err
	}
	return makeNetwork(a, prefix, strict)
}

func (v version) interfaceOf(x starlark.Value) (Interface, error) {
	a, prefix, err := v.addressAndPrefix(x)
	return Interface{a, prefix}, err
}

// addressAndPrefix reads what a network or an interface is made of: an
// address, address/mask, or a tuple of the two.
func (v version) addressAndPrefix(x starlark.Value) (Address, int, error) {
	switch x := x.(type) {
	case starlark.Int, starlark.Bytes:
		a, err := v.addressOf(x)
		return a, v.bits(), err
	case starlark.Tuple:
		if len(x) == 0 {
			return Address{}, 0, pyerr.New("IndexError", "tuple index out of range")
		}
		a, err := v.addressOf(x[0])
		if err != nil || len(x) == 1 {
			return a, v.bits(), err
		}
		prefix, err := v.prefixOf(x[1])
		return a, prefix, err
	}
	return v.parseWithPrefix(text(x))
}

func (v version) prefixOf(x starlark.Value) (int, error) {
	if n, ok := x.(starlark.Int); ok {
		prefix, err := starlark.AsInt32(n)
		if err != nil || prefix < 0 || prefix > v.bits() {
			return 0, netmaskError(n.String())
		}
		return prefix, nil
	}
	return v.parsePrefix(text(x))
}

// either tries both versions.
func either[T starlark.Value](x starlark.Value, what string, f func(version, starlark.Value) (T, error)) (starlark.Value, error) {
	for _, v := range []version{v4, v6} {
		result, err := f(v, x)
		if err == nil || isStrict(err) {
			return value(result, err)
		}
	}
	return nil, pyerr.Value("%s does not appear to be an IPv4 or IPv6 %s", pyrepr.Of(x), what)
}

func ipAddress(c pyclass.Call) (starlark.Value, error) {
	var address starlark.Value
	if err := c.Unpack("address", &address); err != nil {
		return nil, err
	}
	return either(address, "address", version.addressOf)
}

func ipNetwork(c pyclass.Call) (starlark.Value, error) {
	address, strict, err := networkArgs(c)
	if err != nil {
		return nil, err
	}
	return either(address, "network", func(v version, x starlark.Value) (Network, error) { return v.networkOf(x, strict) })
}

func ipInterface(c pyclass.Call) (starlark.Value, error) {
	var address starlark.Value
	if err := c.Unpack("address", &address); err != nil {
		return nil, err
	}
	return either(address, "interface", version.interfaceOf)
}

func pack(c pyclass.Call, v version) (starlark.Value, error) {
	var address starlark.Int
	if err := c.Unpack("address", &address); err != nil {
		return nil, err
	}
	a, err := v.fromInt(address.BigInt())
	if err != nil {
		return nil, pyerr.Value("Address negative or too large for IPv%d", v)
	}
	return a.packed(), nil
}

func mixedTypeKey(c pyclass.Call) (starlark.Value, error) {
	var obj starlark.Value
	if err := c.Unpack("obj", &obj); err != nil {
		return nil, err
	}
	switch x := obj.(type) {
	case Address:
		return starlark.Tuple{starlark.MakeInt(int(x.v)), x}, nil
	case Interface:
		return starlark.Tuple{starlark.MakeInt(int(x.v)), x}, nil
	case Network:
		return starlark.Tuple{starlark.MakeInt(int(x.v)), x.address(), x.netmask()}, nil
	}
	return nil, pyerr.Type("get_mixed_type_key: for parameter obj: got %s, want an address or network", obj.Type())
}

func summarizeRange(c pyclass.Call) (starlark.Value, error) {
	var x, y starlark.Value
	if err := c.Unpack("first", &x, "last", &y); err != nil {
		return nil, err
	}
	first, ok := plainAddress(x)
	last, okLast := plainAddress(y)
	switch {
	case !ok || !okLast:
		return nil, pyerr.Type("first and last must be IP addresses, not networks")
	case first.v != last.v:
		return nil, notSameVersion(x, y)
	case first.n.compare(last.n) > 0:
		return nil, pyerr.Value("last IP address must be greater than first")
	}
	return networkList(summarize(first.v, first.n, last.n)), nil
}

func plainAddress(x starlark.Value) (Address, bool) {
	switch x := x.(type) {
	case Address:
		return x, true
	case Interface:
		return x.Address, true
	}
	return Address{}, false
}

func networkList(nets []Network) *starlark.List {
	list := make([]starlark.Value, len(nets))
	for i := range nets {
		list[i] = nets[i]
	}
	return starlark.NewList(list)
}

// summarize returns the fewest networks that are the addresses of a range.
func summarize(v version, first, last bits128) []Network {
	var nets []Network
	for {
		size := min(first.trailingZeros(), v.bits())
		for size > 0 && first.plus(ones(size)).compare(last) > 0 {
			size--
		}
		nets = append(nets, Network{v: v, n: first, prefix: v.bits() - size})
		end := first.plus(ones(size))
		if end == last {
			return nets
		}
		first = end.plus(bits128{0, 1})
	}
}

func collapse(c pyclass.Call) (starlark.Value, error) {
	var list starlark.Iterable
	if err := c.Unpack("addresses", &list); err != nil {
		return nil, err
	}
	var ips []Address
	var nets []Network
	meter := guard.MeterOf(c.Thread)
	err := guard.Iterate(c.Thread, list, func(x starlark.Value) error {
		if err := meter.Charge(4); err != nil { // what is kept of each
			return err
		}
		if a, ok := plainAddress(x); ok {
			ips = append(ips, Address{v: a.v, n: a.n})
			return sameVersion(a, ips[0])
		}
		n, ok := x.(Network)
		if !ok {
			return pyerr.New("AttributeError", "'%s' object has no attribute '_prefixlen'", pyerr.TypeName(x))
		}
		if n.prefix == n.v.bits() {
			ips = append(ips, n.address())
			return sameVersion(n.address(), ips[0])
		}
		nets = append(nets, n)
		if nets[0].v != n.v {
			return notSameVersion(n, nets[0])
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	if err := meter.Charge(16 * (len(ips) + len(nets))); err != nil {
		return nil, err
	}
	return networkList(merge(append(ranges(ips), nets...))), nil
}

func sameVersion(a, b Address) error {
	if a.v != b.v {
		return notSameVersion(a, b)
	}
	return nil
}

// ranges returns the networks of addresses, in order.
func ranges(ips []Address) []Network {
	slices.SortFunc(ips, func(a, b Address) int { return a.n.compare(b.n) })
	ips = slices.Compact(ips)
	var nets []Network
	for i := 0; i < len(ips); {
		j := i + 1
		for j < len(ips) && ips[j].n.minus(ips[j-1].n) == (bits128{0, 1}) {
			j++
		}
		nets = append(nets, summarize(ips[i].v, ips[i].n, ips[j-1].n)...)
		i = j
	}
	return nets
}

// merge joins halves to wholes and drops what is in others.
func merge(nets []Network) []Network {
	halves := make(map[Network]Network)
	for len(nets) > 0 {
		n := nets[len(nets)-1]
		nets = nets[:len(nets)-1]
		whole := n
		if n.prefix > 0 {
			whole = n.widen(1)
		}
		half, found := halves[whole]
		switch {
		case !found:
			halves[whole] = n
		case half != n:
			delete(halves, whole)
			nets = append(nets, whole)
		}
	}
	left := slices.SortedFunc(maps.Values(halves), Network.compare)
	var merged []Network
	for _, n := range left {
		if last := len(merged) - 1; last < 0 || !merged[last].covers(n) {
			merged = append(merged, n)
		}
	}
	return merged
}
