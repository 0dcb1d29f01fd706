package pyip

import (
	"encoding/binary"
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

// A version is 4 or 6.
type version uint8

const (
	v4 version = 4
	v6 version = 6
)

// bits is the length of addresses.
func (v version) bits() int {
	if v == v4 {
		return 32
	}
	return 128
}

// An Address is Python's IPv4Address or IPv6Address.
type Address struct {
	v     version
	n     bits128
	scope string // of IPv6, "" for none
}

var (
	_ starlark.HasAttrs   = Address{}
	_ starlark.HasBinary  = Address{}
	_ starlark.Comparable = Address{}
	_ pyclass.Instance    = Address{}
)

// Parse reads an address as Python's ip_address does.
func Parse(s string) (Address, error) {
	for _, v := range []version{v4, v6} {
		if a, err := v.parse(s); err == nil {
			return a, nil
		}
	}
	return Address{}, pyerr.Value("%s does not appear to be an IPv4 or IPv6 address", pyrepr.Str(s))
}

// String returns Python's str.
func (a Address) String() string {
	if a.scope != "" {
		return a.v.format(a.n) + "%" + a.scope
	}
	return a.v.format(a.n)
}

func (v version) format(n bits128) string {
	if v == v4 {
		return fmt.Sprintf("%d.%d.%d.%d", n.lo>>24, n.lo>>16&0xff, n.lo>>8&0xff, n.lo&0xff)
	}
	parts := n.hextets()
	start, end := longestZeros(parts)
	var b strings.Builder
	for i := 0; i < hextets; i++ {
		if i == start {
			b.WriteString("::")
			i = end - 1
			continue
		}
		if i > 0 && i != end {
			b.WriteByte(':')
		}
		b.WriteString(strconv.FormatUint(uint64(parts[i]), 16))
	}
	return b.String()
}

func (x bits128) hextets() (parts [hextets]uint16) {
	for i := range parts {
		word := x.hi
		if i > 3 {
			word = x.lo
		}
		parts[i] = uint16(word >> (48 - 16*(i%4)))
	}
	return parts
}

// longestZeros returns the first longest run of zeros, of two at least.
func longestZeros(parts [hextets]uint16) (start, end int) {
	start, end = -1, -1
	for i := 0; i < hextets; i++ {
		j := i
		for j < hextets && parts[j] == 0 {
			j++
		}
		if j-i > max(end-start, 1) {
			start, end = i, j
		}
		i = max(i, j-1)
	}
	return start, end
}

// exploded prints all digits.
func (a Address) exploded() string {
	if a.v == v4 {
		return a.String()
	}
	var parts []string
	for _, part := range a.n.hextets() {
		parts = append(parts, fmt.Sprintf("%04x", part))
	}
	return strings.Join(parts, ":")
}

// PyRepr returns Python's repr.
func (a Address) PyRepr() string { return a.Type() + "('" + a.String() + "')" }

func (a Address) Type() string          { return fmt.Sprintf("IPv%dAddress", a.v) }
func (a Address) Freeze()               {}
func (a Address) Truth() starlark.Bool  { return true }
func (a Address) Hash() (uint32, error) { return starlark.String(a.String()).Hash() }

// Class returns IPv4Address or IPv6Address.
func (a Address) Class() *pyclass.Class {
	if a.v == v4 {
		return address4Class
	}
	return address6Class
}

// PyInt returns Python's int(a).
func (a Address) PyInt() starlark.Int { return starlark.MakeBigInt(a.n.big()) }

// CompareSameType orders addresses of one version.
func (a Address) CompareSameType(op syntax.Token, y starlark.Value, _ int) (bool, error) {
	b, ok := y.(Address)
	if !ok {
		return op == syntax.NEQ, nil
	}
	switch op {
	case syntax.EQL:
		return a == b, nil
	case syntax.NEQ:
		return a != b, nil
	}
	if a.v != b.v {
		return false, notSameVersion(a, b)
	}
	return ordered(op, a.n.compare(b.n)), nil
}

func notSameVersion(a, b starlark.Value) error {
	return pyerr.Type("%s and %s are not of the same version", a, b)
}

func ordered(op syntax.Token, order int) bool {
	switch op {
	case syntax.EQL:
		return order == 0
	case syntax.NEQ:
		return order != 0
	case syntax.LT:
		return order < 0
	case syntax.LE:
		return order <= 0
	case syntax.GT:
		return order > 0
	}
	return order >= 0
}

// Binary implements address + int and address - int.
func (a Address) Binary(op syntax.Token, y starlark.Value, side starlark.Side) (starlark.Value, error) {
	n, ok := y.(starlark.Int)
	if !ok || side == starlark.Right {
		return nil, nil
	}
	sum := a.n.big()
	switch op {
	case syntax.PLUS:
		sum.Add(sum, n.BigInt())
	case syntax.MINUS:
		sum.Sub(sum, n.BigInt())
	default:
		return nil, nil
	}
	b, err := a.v.fromInt(sum)
	if err != nil {
		return nil, err
	}
	return b, nil
}

// fromInt returns the address of a number.
func (v version) fromInt(n *big.Int) (Address, error) {
	switch {
	case n.Sign() < 0:
		return Address{}, addressError("%d (< 0) is not permitted as an IPv%d address", n, v)
	case n.BitLen() > v.bits():
		return Address{}, addressError("%d (>= 2**%d) is not permitted as an IPv%d address", n, v.bits(), v)
	}
	return Address{v: v, n: fromBig(n)}, nil
}

// fromBytes returns the address of a packed one.
func (v version) fromBytes(b string) (Address, error) {
	if len(b) != v.bits()/8 {
		return Address{}, addressError("%s (len %d != %d) is not permitted as an IPv%d address", pyrepr.Bytes(b), len(b), v.bits()/8, v)
	}
	var full [16]byte
	copy(full[16-len(b):], b)
	return Address{v: v, n: bits128{binary.BigEndian.Uint64(full[:8]), binary.BigEndian.Uint64(full[8:])}}, nil
}

func (a Address) packed() starlark.Bytes {
	var full [16]byte
	binary.BigEndian.PutUint64(full[:8], a.n.hi)
	binary.BigEndian.PutUint64(full[8:], a.n.lo)
	return starlark.Bytes(full[16-a.v.bits()/8:])
}

// reversePointer makes the name of a reverse look-up of what an address, a
// network or an interface prints.
func (v version) reversePointer(text, exploded string) string {
	if v == v4 {
		octets := strings.Split(text, ".")
		for i, j := 0, len(octets)-1; i < j; i, j = i+1, j-1 {
			octets[i], octets[j] = octets[j], octets[i]
		}
		return strings.Join(octets, ".") + ".in-addr.arpa"
	}
	var b strings.Builder
	for i := len(exploded) - 1; i >= 0; i-- {
		if exploded[i] != ':' {
			b.WriteByte(exploded[i])
			b.WriteByte('.')
		}
	}
	return b.String() + "ip6.arpa"
}

// Attr returns a field.
func (a Address) Attr(name string) (starlark.Value, error) {
	if a.v == v4 && onlyV6[name] {
		return nil, nil
	}
	return addressAttrs.Get(a, name, a.Class())
}

// AttrNames lists the fields.
func (a Address) AttrNames() []string { return without6(a.v, addressAttrs.Names(a.Class())) }

// onlyV6 are the fields that IPv4 does not have.
var onlyV6 = map[string]bool{
	"ipv4_mapped": true, "is_site_local": true, "scope_id": true, "sixtofour": true, "teredo": true,
}

func without6(v version, names []string) []string {
	var kept []string
	for _, name := range names {
		if v == v6 || !onlyV6[name] {
			kept = append(kept, name)
		}
	}
	return kept
}

var addressAttrs = pyclass.Attrs[Address]{
	Fields: map[string]func(Address) starlark.Value{
		"version":         func(a Address) starlark.Value { return starlark.MakeInt(int(a.v)) },
		"max_prefixlen":   func(a Address) starlark.Value { return starlark.MakeInt(a.v.bits()) },
		"compressed":      func(a Address) starlark.Value { return starlark.String(a.String()) },
		"exploded":        func(a Address) starlark.Value { return starlark.String(a.exploded()) },
		"reverse_pointer": func(a Address) starlark.Value { return starlark.String(a.v.reversePointer(a.String(), a.exploded())) },
		"packed":          func(a Address) starlark.Value { return a.packed() },
		"is_multicast":    func(a Address) starlark.Value { return starlark.Bool(a.is(multicast)) },
		"is_private":      func(a Address) starlark.Value { return starlark.Bool(a.private()) },
		"is_global":       func(a Address) starlark.Value { return starlark.Bool(a.global()) },
		"is_unspecified":  func(a Address) starlark.Value { return starlark.Bool(a.n == bits128{}) },
		"is_reserved":     func(a Address) starlark.Value { return starlark.Bool(a.is(reserved)) },
		"is_loopback":     func(a Address) starlark.Value { return starlark.Bool(a.is(loopback)) },
		"is_link_local":   func(a Address) starlark.Value { return starlark.Bool(a.is(linkLocal)) },
		"is_site_local":   func(a Address) starlark.Value { return starlark.Bool(a.is(siteLocal)) },
		"scope_id":        Address.scopeID,
		"ipv4_mapped":     Address.mapped,
		"sixtofour":       Address.sixToFour,
		"teredo":          Address.teredo,
	},
}

func (a Address) scopeID() starlark.Value {
	if a.scope == "" {
		return starlark.None
	}
	return starlark.String(a.scope)
}

func embedded(n uint64) Address { return Address{v: v4, n: bits128{0, n & 0xffff_ffff}} }

// mapped4 returns the address of IPv4 that an address of IPv6 stands for.
func (a Address) mapped4() (Address, bool) {
	return embedded(a.n.lo), a.v == v6 && a.n.hi == 0 && a.n.lo>>32 == 0xffff
}

func (a Address) mapped() starlark.Value {
	if four, ok := a.mapped4(); ok {
		return four
	}
	return starlark.None
}

func (a Address) sixToFour() starlark.Value {
	if a.n.hi>>48 != 0x2002 {
		return starlark.None
	}
	return embedded(a.n.hi >> 16)
}

func (a Address) teredo() starlark.Value {
	if a.n.hi>>32 != 0x2001_0000 {
		return starlark.None
	}
	return starlark.Tuple{embedded(a.n.hi), embedded(^a.n.lo)}
}
