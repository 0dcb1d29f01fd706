package caching

import "strings"

// The attributes of an item, by the names that they have in the table.
const (
	AttrKey        = "key"
	AttrCount      = "intCount"
	AttrStrings    = "stringSet"
	AttrDictionary = "dictionary"
	AttrExpiresAt  = "expiresAt"
)

// An Item is what is stored under one key. A counter, a set and a dictionary
// under the same key share the item and its time of expiry. The zero Item is
// the same as none. Items are values: nothing in them changes.
//
// The methods Increment, AddStrings, RemoveStrings, Clear and Expire say what
// the operations of a Store do to an item, in one place for all stores that
// apply them themselves.
type Item struct {
	Count      Number
	Strings    StringSet
	Dictionary string // a JSON text, "" if there is none

	// ExpiresAt is when the item expires, in Unix seconds. An item without
	// it, or with a text in its place, does not expire.
	ExpiresAt Number
}

// IsZero reports whether the item has no attributes.
func (it Item) IsZero() bool {
	return it.Count.IsNone() && it.Strings.Len() == 0 && it.Dictionary == "" && it.ExpiresAt.IsNone()
}

// Expired reports whether the item has expired at now: its last second ended
// when now began.
func (it Item) Expired(now int64) bool { return it.ExpiresAt.Reached(now) }

// At returns the item as it counts at now: the zero Item once it has expired.
func (it Item) At(now int64) Item {
	if it.Expired(now) {
		return Item{}
	}
	return it
}

// Increment returns the item stored under key with n added to its count. An
// error leaves the item as it is and is an *InvalidError.
func (it Item) Increment(key string, now int64, n Number, ttl TTL) (Item, error) {
	old := it.At(now)
	it = old
	sum, err := it.Count.Add(n)
	switch err {
	case nil:
	case errDigits:
		return Item{}, &InvalidError{key, "the count would have " + errDigits.Error() + ": reset_counter() starts it anew"}
	default:
		return Item{}, &InvalidError{key, AttrCount + " is not a number, which nothing can be added to: reset_counter() removes it"}
	}
	it.Count = sum
	it.ExpiresAt = ttl.after(it.ExpiresAt)
	return it, it.checkGrowth(key, old)
}

// AddStrings returns the item stored under key with members added to its set.
// An error leaves the item as it is and is an *InvalidError. The caller has
// checked the members by themselves (Item.CheckSize).
func (it Item) AddStrings(key string, now int64, members StringSet, ttl TTL) (Item, error) {
	old := it.At(now)
	it = old
	it.Strings = it.Strings.Union(members)
	it.ExpiresAt = ttl.after(it.ExpiresAt)
	return it, it.checkGrowth(key, old)
}

// RemoveStrings returns the item stored under key with members removed from its
// set, and that set. An item that has expired, or is none, stays as it is: there
// is nothing to remove and no time to set. An error leaves the item as it is and
// is an *InvalidError: it had no room for the time.
func (it Item) RemoveStrings(key string, now int64, members StringSet, ttl TTL) (Item, StringSet, error) {
	old := it
	if it.At(now).IsZero() {
		return it, StringSet{}, nil
	}
	it.Strings = it.Strings.Without(members)
	it.ExpiresAt = ttl.after(it.ExpiresAt)
	return it, it.Strings, it.checkGrowth(key, old)
}

// Clear returns the item without its count, or without its set.
func (it Item) Clear(attr Attr) Item {
	switch attr {
	case Count:
		it.Count = Number{}
	case Strings:
		it.Strings = StringSet{}
	}
	return it
}

// Expire returns the item stored under key with at as its time of expiry. An
// item that has expired already loses its values by that. An error leaves the
// item as it is and is an *InvalidError: it had no room for the time.
func (it Item) Expire(key string, now, at int64) (Item, error) {
	old := it.At(now)
	it = old
	it.ExpiresAt = Int(at)
	return it, it.checkGrowth(key, old)
}

// String returns the item as one line, "none" for the zero Item.
func (it Item) String() string {
	var parts []string
	if !it.Count.IsNone() {
		parts = append(parts, AttrCount+"="+it.Count.String())
	}
	if it.Strings.Len() > 0 {
		parts = append(parts, AttrStrings+"="+it.Strings.String())
	}
	if it.Dictionary != "" {
		parts = append(parts, AttrDictionary+"="+it.Dictionary)
	}
	if !it.ExpiresAt.IsNone() {
		parts = append(parts, AttrExpiresAt+"="+it.ExpiresAt.String())
	}
	if parts == nil {
		return "none"
	}
	return strings.Join(parts, " ")
}
