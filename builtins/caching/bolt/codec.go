package bolt

import (
	"encoding/binary"
	"errors"
	"hash/crc32"
	"strings"

	"github.com/starhost/starhost/builtins/caching"
)

// The value of an item in the file, format 1:
//
//	4 bytes   checksum of the key and of what follows
//	1 byte    which attributes follow, a bit for each
//	number    expiresAt
//	number    intCount
//	strings   stringSet: how many, then each with its length before it
//	the rest  dictionary
//
// A number is a byte for its kind, then a varint or a text with its length
// before it. Integers are little endian or varints of encoding/binary.

const checksumSize = 4

// The bits of the attributes.
const (
	hasExpiry = 1 << iota
	hasCount
	hasStrings
	hasDictionary
)

// The kinds of numbers.
const (
	kindInt     = 'i'
	kindDecimal = 'd' // a decimal that is no int64, as text
	kindText    = 't' // what stands in the place of a number
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// checksum covers the key with its length, so that nothing can move between
// the key and the value.
func checksum(key, body []byte) uint32 {
	var length [4]byte
	binary.LittleEndian.PutUint32(length[:], uint32(len(key)))
	sum := crc32.Update(0, castagnoli, length[:])
	sum = crc32.Update(sum, castagnoli, key)
	return crc32.Update(sum, castagnoli, body)
}

var (
	errChecksum = errors.New("the checksum of an item is wrong")
	errEncoding = errors.New("an item is not encoded as format 1")
)

// checkItem tells whether the value belongs to the key and is whole.
func checkItem(key, value []byte) error {
	if len(value) <= checksumSize {
		return errEncoding
	}
	if binary.LittleEndian.Uint32(value) != checksum(key, value[checksumSize:]) {
		return errChecksum
	}
	return nil
}

// checksumOf returns the checksum in a value that is whole.
func checksumOf(value []byte) uint32 { return binary.LittleEndian.Uint32(value) }

// encode returns the value of an item, which is not zero.
func encode(key []byte, it caching.Item) []byte {
	out := make([]byte, checksumSize+1, checksumSize+64+it.Strings.Bytes()+2*it.Strings.Len()+len(it.Dictionary))
	flags := byte(0)
	if !it.ExpiresAt.IsNone() {
		flags |= hasExpiry
		out = appendNumber(out, it.ExpiresAt)
	}
	if !it.Count.IsNone() {
		flags |= hasCount
		out = appendNumber(out, it.Count)
	}
	if it.Strings.Len() > 0 {
		flags |= hasStrings
		out = binary.AppendUvarint(out, uint64(it.Strings.Len()))
		for m := range it.Strings.All() {
			out = appendText(out, m)
		}
	}
	if it.Dictionary != "" {
		flags |= hasDictionary
		out = append(out, it.Dictionary...)
	}
	out[checksumSize] = flags
	binary.LittleEndian.PutUint32(out, checksum(key, out[checksumSize:]))
	return out
}

func appendNumber(out []byte, n caching.Number) []byte {
	if i, ok := n.Int64(); ok {
		return binary.AppendVarint(append(out, kindInt), i)
	}
	if s, ok := n.Text(); ok {
		return appendText(append(out, kindText), s)
	}
	return appendText(append(out, kindDecimal), n.String())
}

func appendText(out []byte, s string) []byte {
	return append(binary.AppendUvarint(out, uint64(len(s))), s...)
}

// decode reads the value of an item under key. What it returns shares no
// memory with the value.
func decode(key, value []byte) (caching.Item, error) {
	if err := checkItem(key, value); err != nil {
		return caching.Item{}, err
	}
	r := reader{text: string(value[checksumSize+1:])}
	var it caching.Item
	flags := value[checksumSize]
	if flags&hasExpiry != 0 {
		it.ExpiresAt = r.number()
	}
	if flags&hasCount != 0 {
		it.Count = r.number()
	}
	if flags&hasStrings != 0 {
		it.Strings = r.strings()
	}
	if flags&hasDictionary != 0 {
		it.Dictionary, r.text = r.text, ""
	}
	if r.bad || r.text != "" {
		return caching.Item{}, errEncoding
	}
	return it, nil
}

// expiryOf reads the time at which the item of a value expires, and nothing
// else of it.
func expiryOf(value []byte) caching.Number {
	if len(value) <= checksumSize || value[checksumSize]&hasExpiry == 0 {
		return caching.Number{}
	}
	const most = 400 // bytes of a number
	rest := value[checksumSize+1:]
	r := reader{text: string(rest[:min(len(rest), most)])}
	n := r.number()
	if r.bad {
		return caching.Number{}
	}
	return n
}

// A reader takes a value apart. After something wrong, bad is set and what it
// returns means nothing.
type reader struct {
	text string
	bad  bool
}

func (r *reader) length() int {
	n, size := binary.Uvarint([]byte(r.text[:min(len(r.text), binary.MaxVarintLen64)]))
	if size <= 0 || n > uint64(len(r.text)-size) {
		r.bad, r.text = true, ""
		return 0
	}
	r.text = r.text[size:]
	return int(n)
}

func (r *reader) string() string {
	n := r.length()
	s := r.text[:n]
	r.text = r.text[n:]
	return s
}

func (r *reader) number() caching.Number {
	if r.text == "" {
		r.bad = true
		return caching.Number{}
	}
	kind := r.text[0]
	r.text = r.text[1:]
	switch kind {
	case kindInt:
		i, size := binary.Varint([]byte(r.text[:min(len(r.text), binary.MaxVarintLen64)]))
		if size > 0 {
			r.text = r.text[size:]
			return caching.Int(i)
		}
	case kindText:
		return caching.TextNumber(strings.Clone(r.string()))
	case kindDecimal:
		if n, err := caching.ParseNumber(r.string()); err == nil {
			return n
		}
	}
	r.bad = true
	return caching.Number{}
}

func (r *reader) strings() caching.StringSet {
	n := r.length() // each takes a byte at least, so that n is no more than there can be
	members := make([]string, 0, n)
	for range n {
		members = append(members, r.string())
		if r.bad {
			return caching.StringSet{}
		}
	}
	return caching.NewStringSet(members...)
}
