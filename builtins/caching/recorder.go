package caching

import (
	"context"
	"fmt"
	"strings"
	"sync"
)

// A Recorder is a Store that passes every operation on to another one and
// keeps a record of it: to show what a rule did with the cache, or to test it.
// It belongs in the context of a call (WithStore) to record that call alone.
// It has none of a store's optional abilities: ask the Store in it.
type Recorder struct {
	Store Store

	mu  sync.Mutex
	ops []Operation
}

// An Operation is one operation of a Store, in the words of its interface.
type Operation struct {
	Name   string // get, increment, add, remove, clear, put or expire
	Key    string
	Args   string // after the key, "" if there are none
	Result string // "" if there is none, or an error
	Err    error
}

// String returns the operation as one line.
func (o Operation) String() string {
	s := fmt.Sprintf("%s %q", o.Name, o.Key)
	if o.Args != "" {
		s += " " + o.Args
	}
	switch {
	case o.Err != nil:
		s += " failed: " + o.Err.Error()
	case o.Result != "":
		s += " = " + o.Result
	}
	return s
}

// Take returns the operations since the last Take, in the order in which they
// ended, and forgets them.
func (r *Recorder) Take() []Operation {
	r.mu.Lock()
	defer r.mu.Unlock()
	ops := r.ops
	r.ops = nil
	return ops
}

func (r *Recorder) record(name, key, args string, result fmt.Stringer, err error) {
	op := Operation{Name: name, Key: key, Args: args, Err: err}
	if result != nil && err == nil {
		op.Result = result.String()
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.ops = append(r.ops, op)
}

// Get implements Store.
func (r *Recorder) Get(ctx context.Context, key string, now int64) (Item, error) {
	it, err := r.Store.Get(ctx, key, now)
	r.record("get", key, "", it, err)
	return it, err
}

// Increment implements Store.
func (r *Recorder) Increment(ctx context.Context, key string, now int64, n Number, ttl TTL) (Number, error) {
	count, err := r.Store.Increment(ctx, key, now, n, ttl)
	r.record("increment", key, words(n, ttl), count, err)
	return count, err
}

// AddStrings implements Store.
func (r *Recorder) AddStrings(ctx context.Context, key string, now int64, members StringSet, ttl TTL) (StringSet, error) {
	set, err := r.Store.AddStrings(ctx, key, now, members, ttl)
	r.record("add", key, words(members, ttl), set, err)
	return set, err
}

// RemoveStrings implements Store.
func (r *Recorder) RemoveStrings(ctx context.Context, key string, now int64, members StringSet, ttl TTL) (StringSet, error) {
	set, err := r.Store.RemoveStrings(ctx, key, now, members, ttl)
	r.record("remove", key, words(members, ttl), set, err)
	return set, err
}

// Clear implements Store.
func (r *Recorder) Clear(ctx context.Context, key string, now int64, attr Attr) error {
	err := r.Store.Clear(ctx, key, now, attr)
	r.record("clear", key, string(attr), nil, err)
	return err
}

// Put implements Store.
func (r *Recorder) Put(ctx context.Context, key string, now int64, item Item) error {
	err := r.Store.Put(ctx, key, now, item)
	r.record("put", key, item.String(), nil, err)
	return err
}

// Expire implements Store.
func (r *Recorder) Expire(ctx context.Context, key string, now, at int64) error {
	err := r.Store.Expire(ctx, key, now, at)
	r.record("expire", key, fmt.Sprint(at), nil, err)
	return err
}

func words(v fmt.Stringer, ttl TTL) string {
	return strings.TrimSpace(v.String() + " " + ttl.String())
}
