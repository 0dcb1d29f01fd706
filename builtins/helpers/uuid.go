package helpers

import (
	"cmp"
	"crypto/md5"
	"crypto/rand"
	"crypto/sha1"
	"encoding/hex"
	"fmt"
	"math/big"
	"strings"

	"github.com/starhost/starhost/builtins/helpers/pyclass"
	"github.com/starhost/starhost/builtins/helpers/pyerr"
	"github.com/starhost/starhost/runtime"
	"go.starlark.net/starlark"
	"go.starlark.net/syntax"
)

// UUID returns the module uuid.
//
//	UUID(hex=None, bytes=None, int=None, version=None)
//	    hex, int, bytes, urn, version, variant, fields
//	uuid3(namespace, name), uuid5(namespace, name)  of a name
//	uuid4()                                         a random one
//	NAMESPACE_DNS, NAMESPACE_URL, NAMESPACE_OID, NAMESPACE_X500
//
// uuid1 is not here: it would tell the address of the machine.
func UUID() runtime.Module {
	namespace := func(first byte) uuid {
		u, _ := parseUUID(fmt.Sprintf("6ba7b81%d-9dad-11d1-80b4-00c04fd430c8", first)) // well formed
		return u
	}
	return runtime.Module{
		Names: []string{"uuid"},
		Members: starlark.StringDict{
			"UUID":           uuidClass,
			"uuid3":          pyclass.Function("uuid3", func(c pyclass.Call) (starlark.Value, error) { return namedUUID(c, 3) }),
			"uuid4":          pyclass.Function("uuid4", uuid4),
			"uuid5":          pyclass.Function("uuid5", func(c pyclass.Call) (starlark.Value, error) { return namedUUID(c, 5) }),
			"NAMESPACE_DNS":  namespace(0),
			"NAMESPACE_URL":  namespace(1),
			"NAMESPACE_OID":  namespace(2),
			"NAMESPACE_X500": namespace(4),
		},
	}
}

// A uuid is Python's UUID.
type uuid [16]byte

var (
	_ starlark.HasAttrs   = uuid{}
	_ starlark.Comparable = uuid{}
	_ pyclass.Instance    = uuid{}
)

// String returns Python's str.
func (u uuid) String() string {
	h := hex.EncodeToString(u[:])
	return h[:8] + "-" + h[8:12] + "-" + h[12:16] + "-" + h[16:20] + "-" + h[20:]
}

// PyRepr returns Python's repr.
func (u uuid) PyRepr() string { return "UUID('" + u.String() + "')" }

func (u uuid) Type() string          { return "UUID" }
func (u uuid) Freeze()               {}
func (u uuid) Truth() starlark.Bool  { return true }
func (u uuid) Hash() (uint32, error) { return starlark.String(u[:]).Hash() }
func (u uuid) Class() *pyclass.Class { return uuidClass }

// CompareSameType orders by number.
func (u uuid) CompareSameType(op syntax.Token, y starlark.Value, _ int) (bool, error) {
	v := y.(uuid)
	switch order := cmp.Compare(string(u[:]), string(v[:])); op {
	case syntax.EQL:
		return order == 0, nil
	case syntax.NEQ:
		return order != 0, nil
	case syntax.LT:
		return order < 0, nil
	case syntax.LE:
		return order <= 0, nil
	case syntax.GT:
		return order > 0, nil
	default:
		return order >= 0, nil
	}
}

// Attr returns a field.
func (u uuid) Attr(name string) (starlark.Value, error) { return uuidAttrs.Get(u, name, uuidClass) }

// AttrNames lists the fields.
func (u uuid) AttrNames() []string { return uuidAttrs.Names(uuidClass) }

var uuidAttrs = pyclass.Attrs[uuid]{
	Fields: map[string]func(uuid) starlark.Value{
		"hex":     func(u uuid) starlark.Value { return starlark.String(hex.EncodeToString(u[:])) },
		"int":     func(u uuid) starlark.Value { return starlark.MakeBigInt(u.number(0, 16)) },
		"bytes":   func(u uuid) starlark.Value { return starlark.Bytes(u[:]) },
		"urn":     func(u uuid) starlark.Value { return starlark.String("urn:uuid:" + u.String()) },
		"variant": func(u uuid) starlark.Value { return starlark.String(u.variant()) },
		"version": uuid.version,
		"fields":  uuid.fields,
	},
}

func (u uuid) number(from, to int) *big.Int { return new(big.Int).SetBytes(u[from:to]) }

func (u uuid) variant() string {
	switch c := u[8]; {
	case c&0x80 == 0:
		return "reserved for NCS compatibility"
	case c&0x40 == 0:
		return "specified in RFC 4122"
	case c&0x20 == 0:
		return "reserved for Microsoft compatibility"
	}
	return "reserved for future definition"
}

func (u uuid) version() starlark.Value {
	if u[8]&0xc0 != 0x80 {
		return starlark.None
	}
	return starlark.MakeInt(int(u[6] >> 4))
}

func (u uuid) fields() starlark.Value {
	fields := starlark.Tuple{}
	for _, part := range [][2]int{{0, 4}, {4, 6}, {6, 8}, {8, 9}, {9, 10}, {10, 16}} {
		fields = append(fields, starlark.MakeBigInt(u.number(part[0], part[1])))
	}
	return fields
}

// stamp sets the version, and the variant of RFC 4122.
func (u *uuid) stamp(version int) {
	u[6] = u[6]&0x0f | byte(version)<<4
	u[8] = u[8]&0x3f | 0x80
}

func parseUUID(s string) (u uuid, err error) {
	s = strings.NewReplacer("urn:", "", "uuid:", "").Replace(s)
	s = strings.ReplaceAll(strings.Trim(s, "{}"), "-", "")
	if len([]rune(s)) != 32 {
		return u, pyerr.Value("badly formed hexadecimal UUID string")
	}
	if _, err := hex.Decode(u[:], []byte(s)); err != nil {
		return u, pyerr.Value("invalid literal for int() with base 16: '%s'", s)
	}
	return u, nil
}

var uuidClass = &pyclass.Class{FullName: "uuid.UUID", New: newUUID}

func newUUID(c pyclass.Call) (starlark.Value, error) {
	var text, data, number, version starlark.Value
	if err := c.Unpack("hex??", &text, "bytes??", &data, "int??", &number, "version??", &version); err != nil {
		return nil, err
	}
	u, err := uuidOf(text, data, number)
	if err != nil || version == nil {
		return u, err
	}
	n, err := starlark.AsInt32(version)
	if err != nil || n < 1 || n > 5 {
		return nil, pyerr.Value("illegal version number")
	}
	u.stamp(n)
	return u, nil
}

func uuidOf(text, data, number starlark.Value) (u uuid, err error) {
	given := 0
	for _, v := range []starlark.Value{text, data, number} {
		if v != nil {
			given++
		}
	}
	if given != 1 {
		return u, pyerr.Type("one of the hex, bytes, bytes_le, fields, or int arguments must be given")
	}
	if s, ok := text.(starlark.String); ok {
		return parseUUID(string(s))
	}
	if b, ok := data.(starlark.Bytes); ok {
		if len(b) != len(u) {
			return u, pyerr.Value("bytes is not a 16-char string")
		}
		copy(u[:], b)
		return u, nil
	}
	n, ok := number.(starlark.Int)
	if !ok {
		return u, pyerr.Type("UUID: want hex as a string, bytes as bytes or int as an int")
	}
	if n.Sign() < 0 || n.BigInt().BitLen() > 128 {
		return u, pyerr.Value("int is out of range (need a 128-bit value)")
	}
	n.BigInt().FillBytes(u[:])
	return u, nil
}

func namedUUID(c pyclass.Call, version int) (starlark.Value, error) {
	var (
		namespace uuid
		name      string
	)
	if err := c.Unpack("namespace", &namespace, "name", &name); err != nil {
		return nil, err
	}
	if err := made(c, len(name)); err != nil {
		return nil, err
	}
	var u uuid
	data := append(namespace[:], name...)
	if version == 3 {
		u = md5.Sum(data)
	} else {
		sum := sha1.Sum(data)
		copy(u[:], sum[:])
	}
	u.stamp(version)
	return u, nil
}

func uuid4(c pyclass.Call) (starlark.Value, error) {
	var u uuid
	_, _ = rand.Read(u[:]) // never fails
	u.stamp(4)
	return u, c.Unpack()
}
