package caching

import (
	"context"
	"fmt"
)

// A Store keeps Items under keys. Module calls it: once for each call that a
// rule makes of a built-in, twice where evaluate_threshold meets its threshold.
// Windows calls it once for each match of a rule.
//
// These hold for every method:
//
//   - It is one round trip, if the store is elsewhere, or two where the item
//     had expired; and it is atomic: of operations on one key at the same time
//     each sees the others' effect entirely or not at all. Nothing is promised
//     across keys.
//   - now is the time of the caller, in Unix seconds; the store asks no other
//     clock. Callers may be a little apart, and now may go backwards.
//   - An item that has expired (Item.Expired at now) is absent. A write to its
//     key begins a new item, without any attribute of the old one. The store
//     may drop it at any time, but never an item that has not expired.
//   - key and values keep to the limits of this package; the caller has
//     checked them. Where only the store can see that an operation breaks one
//     (a sum, a set that grows) or meets an attribute of another type, it
//     changes nothing and returns an *InvalidError.
//   - Any other error means that the store failed, and that the operation may
//     or may not have been applied. "Not there" is no error.
//   - It returns when ctx ends.
//   - Many goroutines may call it at once.
type Store interface {
	// Get returns the item under key, the zero Item if there is none.
	Get(ctx context.Context, key string, now int64) (Item, error)

	// Increment adds n, which may be 0 or negative, to the count and returns
	// the new count. An item without a count counts from 0.
	Increment(ctx context.Context, key string, now int64, n Number, ttl TTL) (Number, error)

	// AddStrings adds members, which are not empty, to the set and returns
	// the whole set.
	AddStrings(ctx context.Context, key string, now int64, members StringSet, ttl TTL) (StringSet, error)

	// RemoveStrings removes members, which are not empty, from the set and
	// returns what is left of it. It creates no item: where there is none,
	// nothing is written, not even ttl.
	RemoveStrings(ctx context.Context, key string, now int64, members StringSet, ttl TTL) (StringSet, error)

	// Clear removes one attribute. The item keeps its other attributes and
	// its time of expiry. It creates no item; an expired one may be left as
	// it is.
	Clear(ctx context.Context, key string, now int64, attr Attr) error

	// Put replaces the item under key, with all its attributes, by item.
	Put(ctx context.Context, key string, now int64, item Item) error

	// Expire sets the time at which the item expires. Where there is none,
	// it creates one that has only this time.
	Expire(ctx context.Context, key string, now, at int64) error
}

// An Attr is an attribute that Store.Clear can remove.
type Attr string

// The attributes that can be removed one by one.
const (
	Count   Attr = AttrCount
	Strings Attr = AttrStrings
)

// A TTL says what an operation does to the time at which an item expires. The
// zero TTL leaves it as it is: a new item then has none, and stays.
type TTL struct {
	Mode TTLMode
	At   int64 // Unix seconds, which may be in the past; not used by KeepTTL
}

// TTLMode says when an operation sets the time of expiry.
type TTLMode int

// The modes of a TTL.
const (
	// KeepTTL never sets it.
	KeepTTL TTLMode = iota

	// SetTTL always sets it.
	SetTTL

	// SetNewTTL sets it if the item has none, as new items do. A window that
	// runs from its first event keeps its end by this.
	SetNewTTL
)

// String returns the TTL in words, "" for KeepTTL.
func (t TTL) String() string {
	switch t.Mode {
	case SetTTL:
		return fmt.Sprintf("expires at %d", t.At)
	case SetNewTTL:
		return fmt.Sprintf("expires at %d if new", t.At)
	}
	return ""
}

// after returns the time of expiry of an item whose time was old.
func (t TTL) after(old Number) Number {
	if t.Mode == SetTTL || t.Mode == SetNewTTL && old.IsNone() {
		return Int(t.At)
	}
	return old
}

// A Lister is a Store that can tell all its keys. People look into the state
// by it; rules cannot.
type Lister interface {
	// List calls each for every item whose key begins with prefix, in the
	// order of the keys. It shows what is stored, so also items that have
	// expired and are not dropped yet. Items that change meanwhile may be
	// shown as they were or as they are. An error of each ends the list and
	// is returned as it is.
	List(ctx context.Context, prefix string, each func(key string, item Item) error) error
}

// A Deleter is a Store that can remove an item. People clean up by it; rules
// cannot.
type Deleter interface {
	// Delete removes the item under key, if there is one.
	Delete(ctx context.Context, key string) error
}
