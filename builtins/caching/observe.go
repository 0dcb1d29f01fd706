package caching

import (
	"context"
	"time"
)

// An Op is an operation of a Store.
type Op int

// The operations of a Store, of a Lister and of a Deleter.
const (
	OpGet Op = iota
	OpIncrement
	OpAdd
	OpRemove
	OpClear
	OpPut
	OpExpire
	OpList
	OpDelete

	NumOps // how many there are
)

var opNames = [NumOps]string{"get", "increment", "add", "remove", "clear", "put", "expire", "list", "delete"}

// String returns the operation's name, in the words that an Operation has.
func (op Op) String() string { return opNames[op] }

// Observe returns a Store that passes every operation on to store, and tells
// observe how long it took and what its error was. observe is called by the
// goroutine of the operation, so by many at once; it must be quick.
//
// The result is a Lister exactly if store is, and a Deleter exactly if store
// is. What else store can do is found by Find.
func Observe(store Store, observe func(op Op, took time.Duration, err error)) Store {
	o := observed{store, observe}
	l, lists := store.(Lister)
	d, deletes := store.(Deleter)
	switch {
	case lists && deletes:
		return &struct {
			observed
			observedLister
			observedDeleter
		}{o, observedLister{l, observe}, observedDeleter{d, observe}}
	case lists:
		return &struct {
			observed
			observedLister
		}{o, observedLister{l, observe}}
	case deletes:
		return &struct {
			observed
			observedDeleter
		}{o, observedDeleter{d, observe}}
	}
	return &o
}

// Find returns a store as a T, usually an interface with an ability that only
// some technologies have: the store itself or, if it passes operations on to
// another one and says so by a method Unwrap() Store, that one, and so on.
func Find[T any](store Store) (T, bool) {
	for store != nil {
		if t, ok := store.(T); ok {
			return t, true
		}
		outer, ok := store.(interface{ Unwrap() Store })
		if !ok {
			break
		}
		store = outer.Unwrap()
	}
	var none T
	return none, false
}

// observed is a Store that tells of its operations.
type observed struct {
	store   Store
	observe func(Op, time.Duration, error)
}

// Unwrap returns the store to which operations are passed on.
func (o *observed) Unwrap() Store { return o.store }

// Get implements Store.
func (o *observed) Get(ctx context.Context, key string, now int64) (Item, error) {
	begin := time.Now()
	item, err := o.store.Get(ctx, key, now)
	o.observe(OpGet, time.Since(begin), err)
	return item, err
}

// Increment implements Store.
func (o *observed) Increment(ctx context.Context, key string, now int64, n Number, ttl TTL) (Number, error) {
	begin := time.Now()
	count, err := o.store.Increment(ctx, key, now, n, ttl)
	o.observe(OpIncrement, time.Since(begin), err)
	return count, err
}

// AddStrings implements Store.
func (o *observed) AddStrings(ctx context.Context, key string, now int64, members StringSet, ttl TTL) (StringSet, error) {
	begin := time.Now()
	set, err := o.store.AddStrings(ctx, key, now, members, ttl)
	o.observe(OpAdd, time.Since(begin), err)
	return set, err
}

// RemoveStrings implements Store.
func (o *observed) RemoveStrings(ctx context.Context, key string, now int64, members StringSet, ttl TTL) (StringSet, error) {
	begin := time.Now()
	set, err := o.store.RemoveStrings(ctx, key, now, members, ttl)
	o.observe(OpRemove, time.Since(begin), err)
	return set, err
}

// Clear implements Store.
func (o *observed) Clear(ctx context.Context, key string, now int64, attr Attr) error {
	begin := time.Now()
	err := o.store.Clear(ctx, key, now, attr)
	o.observe(OpClear, time.Since(begin), err)
	return err
}

// Put implements Store.
func (o *observed) Put(ctx context.Context, key string, now int64, item Item) error {
	begin := time.Now()
	err := o.store.Put(ctx, key, now, item)
	o.observe(OpPut, time.Since(begin), err)
	return err
}

// Expire implements Store.
func (o *observed) Expire(ctx context.Context, key string, now, at int64) error {
	begin := time.Now()
	err := o.store.Expire(ctx, key, now, at)
	o.observe(OpExpire, time.Since(begin), err)
	return err
}

// observedLister is the part of an observed store that lists. Its time includes that
// of the function that is called for each item.
type observedLister struct {
	lister  Lister
	observe func(Op, time.Duration, error)
}

// List implements Lister. An error of each is not one of the store and not
// told to observe.
func (o observedLister) List(ctx context.Context, prefix string, each func(key string, item Item) error) error {
	var stop error
	begin := time.Now()
	err := o.lister.List(ctx, prefix, func(key string, item Item) error {
		stop = each(key, item)
		return stop
	})
	if stop != nil {
		o.observe(OpList, time.Since(begin), nil)
		return err
	}
	o.observe(OpList, time.Since(begin), err)
	return err
}

// observedDeleter is the part of an observed store that deletes.
type observedDeleter struct {
	deleter Deleter
	observe func(Op, time.Duration, error)
}

// Delete implements Deleter.
func (o observedDeleter) Delete(ctx context.Context, key string) error {
	begin := time.Now()
	err := o.deleter.Delete(ctx, key)
	o.observe(OpDelete, time.Since(begin), err)
	return err
}
