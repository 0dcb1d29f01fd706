package pytime

import (
	"github.com/starhost/starhost/builtins/helpers/pyclass"
	"github.com/starhost/starhost/builtins/helpers/pyerr"
	"go.starlark.net/starlark"
	"go.starlark.net/syntax"
)

type call = pyclass.Call

// ordered answers a comparison by the order of its sides.
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

func equality(op syntax.Token) bool { return op == syntax.EQL || op == syntax.NEQ }

func hash64(n int64) uint32 {
	n *= -0x61c8864680b583eb // 2^64 / golden ratio
	return uint32(uint64(n) >> 32)
}

// zoneArg is a parameter tzinfo= or tz=.
type zoneArg struct {
	zone *Timezone
	set  bool
}

// Unpack implements starlark.Unpacker.
func (z *zoneArg) Unpack(v starlark.Value) error {
	switch v := v.(type) {
	case starlark.NoneType:
		z.zone = nil
	case *Timezone:
		z.zone = v
	default:
		return pyerr.Type("tzinfo argument must be None or of a tzinfo subclass, not type '%s'", pyerr.TypeName(v))
	}
	z.set = true
	return nil
}

func zoneValue(z *Timezone) starlark.Value {
	if z == nil {
		return starlark.None
	}
	return z
}
