package helpers

import (
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha3"
	"crypto/sha512"
	"encoding/hex"
	"fmt"
	"hash"

	"github.com/starhost/starhost/builtins/helpers/pyclass"
	"github.com/starhost/starhost/builtins/helpers/pyerr"
	"github.com/starhost/starhost/runtime"
	"github.com/starhost/starhost/runtime/guard"
	"go.starlark.net/starlark"
)

// Hashlib returns the module hashlib.
//
//	md5(data=b"", *, usedforsecurity=True), sha1, sha224, sha256, sha384, sha512,
//	sha3_224, sha3_256, sha3_384, sha3_512
//	new(name, data=b"", *, usedforsecurity=True)
//	algorithms_available, algorithms_guaranteed
//
// A hash has name, digest_size, block_size, update(data), digest(),
// hexdigest() and copy(). Data is bytes.
func Hashlib() runtime.Module {
	members := starlark.StringDict{"new": pyclass.Function("new", hashlibNew)}
	names := starlark.NewSet(len(hashes))
	for name := range hashes {
		members[name] = pyclass.Function(name, func(c pyclass.Call) (starlark.Value, error) {
			return newHash(c, name, "string?")
		})
		_ = names.Insert(starlark.String(name)) // strings hash
	}
	names.Freeze()
	members["algorithms_available"] = names
	members["algorithms_guaranteed"] = names
	return runtime.Module{Names: []string{"hashlib"}, Members: members}
}

var hashes = map[string]func() hash.Hash{
	"md5":      md5.New,
	"sha1":     sha1.New,
	"sha224":   sha256.New224,
	"sha256":   sha256.New,
	"sha384":   sha512.New384,
	"sha512":   sha512.New,
	"sha3_224": func() hash.Hash { return sha3.New224() },
	"sha3_256": func() hash.Hash { return sha3.New256() },
	"sha3_384": func() hash.Hash { return sha3.New384() },
	"sha3_512": func() hash.Hash { return sha3.New512() },
}

func hashlibNew(c pyclass.Call) (starlark.Value, error) {
	var name string
	if len(c.Args) > 0 {
		if err := pyerr.Unpack(c.Fn, c.Args[:1], nil, "name", &name); err != nil {
			return nil, err
		}
		c.Args = c.Args[1:]
	}
	if hashes[name] == nil {
		return nil, pyerr.Value("unsupported hash type %s", name)
	}
	return newHash(c, name, "data?")
}

func newHash(c pyclass.Call, name, param string) (starlark.Value, error) {
	var (
		data   starlark.Value = starlark.Bytes("")
		secure bool
	)
	if err := c.Unpack(param, &data, "usedforsecurity?", &secure); err != nil {
		return nil, err
	}
	h := &hashValue{name: name, state: hashes[name]()}
	return h, h.write(c, data)
}

// A hashValue is a hash under way. It can be updated until it is frozen.
type hashValue struct {
	name   string
	state  hash.Hash
	frozen bool
}

var _ starlark.HasAttrs = (*hashValue)(nil)

func (h *hashValue) String() string        { return fmt.Sprintf("<%s _hashlib.HASH object>", h.name) }
func (h *hashValue) Type() string          { return "HASH" }
func (h *hashValue) Freeze()               { h.frozen = true }
func (h *hashValue) Truth() starlark.Bool  { return true }
func (h *hashValue) Hash() (uint32, error) { return 0, pyerr.Type("unhashable type: 'HASH'") }

func (h *hashValue) write(c pyclass.Call, v starlark.Value) error {
	switch data := v.(type) {
	case starlark.Bytes:
		if err := guard.MeterOf(c.Thread).Charge(len(data) / 32); err != nil {
			return err
		}
		_, err := h.state.Write([]byte(data))
		return err
	case starlark.String:
		return pyerr.Type("Strings must be encoded before hashing")
	}
	return pyerr.Type("object supporting the buffer API required")
}

// Attr returns a field or method.
func (h *hashValue) Attr(name string) (starlark.Value, error) {
	return hashAttrs.Get(h, name, hashClass)
}

// AttrNames lists the fields and methods.
func (h *hashValue) AttrNames() []string { return hashAttrs.Names(hashClass) }

var hashClass = &pyclass.Class{FullName: "_hashlib.HASH"}

var hashAttrs = pyclass.Attrs[*hashValue]{
	Fields: map[string]func(*hashValue) starlark.Value{
		"name":        func(h *hashValue) starlark.Value { return starlark.String(h.name) },
		"digest_size": func(h *hashValue) starlark.Value { return starlark.MakeInt(h.state.Size()) },
		"block_size":  func(h *hashValue) starlark.Value { return starlark.MakeInt(h.state.BlockSize()) },
	},
	Methods: map[string]func(*hashValue, pyclass.Call) (starlark.Value, error){
		"update": (*hashValue).update,
		"copy":   (*hashValue).copy,
		"digest": func(h *hashValue, c pyclass.Call) (starlark.Value, error) {
			return starlark.Bytes(h.state.Sum(nil)), c.Unpack()
		},
		"hexdigest": func(h *hashValue, c pyclass.Call) (starlark.Value, error) {
			return starlark.String(hex.EncodeToString(h.state.Sum(nil))), c.Unpack()
		},
	},
}

func (h *hashValue) update(c pyclass.Call) (starlark.Value, error) {
	var data starlark.Value
	if err := c.Unpack("data", &data); err != nil {
		return nil, err
	}
	if h.frozen {
		return nil, pyerr.Type("cannot update a frozen hash")
	}
	return starlark.None, h.write(c, data)
}

func (h *hashValue) copy(c pyclass.Call) (starlark.Value, error) {
	if err := c.Unpack(); err != nil {
		return nil, err
	}
	cloner, ok := h.state.(hash.Cloner)
	if !ok {
		return nil, pyerr.Type("%s cannot be copied", h.name)
	}
	state, err := cloner.Clone()
	return &hashValue{name: h.name, state: state}, err
}
