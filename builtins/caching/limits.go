package caching

import (
	"cmp"
	"fmt"
	"unicode/utf8"

	"github.com/starhost/starhost/builtins/helpers/pyerr"
	"go.starlark.net/starlark"
)

// Limits of what can be stored. They are those of a DynamoDB table and hold
// for every store, so that rules behave the same on all of them. Text must also
// be valid UTF-8: a table would take other bytes for U+FFFD, so that keys that
// differ became one.
const (
	MaxKey  = 2048       // bytes of a key
	MaxItem = 400 * 1024 // bytes of an item, counted by Item.Size
)

// CheckKey tells whether a key can be stored: an *InvalidError says why not.
func CheckKey(key string) error {
	switch {
	case key == "":
		return &InvalidError{key, `the key is empty: give every item a key of its own, such as "my.rule:" + user`}
	case len(key) > MaxKey:
		return &InvalidError{key, fmt.Sprintf("the key has %d bytes, at most %d can be stored: shorten it, or use a hash of it", len(key), MaxKey)}
	}
	return checkText(key, "the key", key)
}

// checkText tells whether text, which what names, can be stored under key or as
// the key.
func checkText(key, what, text string) error {
	if utf8.ValidString(text) {
		return nil
	}
	return &InvalidError{key, what + ` is not valid UTF-8: a part of a character is missing, as a slice such as s[:20] counts bytes and can cut one in two. "".join(list(s.codepoints())[:20]) keeps whole characters`}
}

// CheckSize tells whether an item under key can be stored, by its size and its
// text: an *InvalidError says why not.
func (it Item) CheckSize(key string) error {
	if n := it.Size(key); n > MaxItem {
		return tooLargeError(key, "", n)
	}
	for m := range it.Strings.All() {
		if !utf8.ValidString(m) {
			return checkText(key, "the string "+shortKey(m)+" of the set", m)
		}
	}
	count, _ := it.Count.Text()
	expires, _ := it.ExpiresAt.Text()
	return cmp.Or(
		checkText(key, "the counter", count),
		checkText(key, "the time of expiry", expires),
		checkText(key, "the dictionary", it.Dictionary),
	)
}

// checkGrowth is CheckSize for what an operation made of an item, with text that
// is known to be valid. One that was too large, and is no larger, stays.
func (it Item) checkGrowth(key string, old Item) error {
	if n := it.Size(key); n > MaxItem && n > old.Size(key) {
		return tooLargeError(key, "", n)
	}
	return nil
}

func tooLargeError(key, more string, n int) error {
	return &InvalidError{key, fmt.Sprintf("the item would have %s%d bytes, at most %d (400 KB) can be stored: keep less in it, or spread it over several keys", more, n, MaxItem)}
}

// Size returns the size of the item under key as DynamoDB counts it: the
// names of the attributes and their values.
func (it Item) Size(key string) int {
	n := len(AttrKey) + len(key)
	if !it.Count.IsNone() {
		n += len(AttrCount) + it.Count.size()
	}
	if it.Strings.Len() > 0 {
		n += len(AttrStrings) + it.Strings.Bytes()
	}
	if it.Dictionary != "" {
		n += len(AttrDictionary) + len(it.Dictionary)
	}
	if !it.ExpiresAt.IsNone() {
		n += len(AttrExpiresAt) + it.ExpiresAt.size()
	}
	return n
}

// keyOf returns the key that a rule gave.
func keyOf(v starlark.Value) (string, error) {
	s, ok := starlark.AsString(v)
	if !ok {
		return "", pyerr.New("ClientError", "the cache key is %s, want a string: use str()", describe(v))
	}
	return s, CheckKey(s)
}

// describe names a value for a message. It prints only what is small.
func describe(v starlark.Value) string {
	switch v := v.(type) {
	case starlark.NoneType:
		return "None"
	case starlark.Int:
		if i, ok := v.Int64(); ok {
			return fmt.Sprintf("the int %d", i)
		}
	}
	return "of type " + pyerr.TypeName(v)
}
