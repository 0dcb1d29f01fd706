package caching

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/starhost/starhost/builtins/helpers/pyerr"
	"github.com/starhost/starhost/builtins/helpers/pyjson"
	"github.com/starhost/starhost/runtime"
	"github.com/starhost/starhost/runtime/guard"
	"go.starlark.net/starlark"
	"go.starlark.net/syntax"
)

// Module returns the module by which rules keep state in store. store may be
// nil if every call's context has a store of its own (WithStore).
//
//	get_counter(key, force_ttl_check=False) -> int
//	increment_counter(key, val=1, epoch_seconds=90*24*60*60) -> int
//	reset_counter(key)
//
//	get_string_set(key, force_ttl_check=False) -> set
//	put_string_set(key, val, epoch_seconds=None)
//	add_to_string_set(key, val, epoch_seconds=90*24*60*60) -> set
//	remove_from_string_set(key, val, epoch_seconds=90*24*60*60) -> set
//	reset_string_set(key)
//
//	get_dictionary(key, force_ttl_check=False) -> dict
//	put_dictionary(key, val, epoch_seconds=None)
//
//	set_key_expiration(key, epoch_seconds)
//	evaluate_threshold(key, threshold=10, expiry_seconds=3600) -> bool
//	check_account_age(key) -> bool
//
// A key is a string of up to 2,048 bytes, shared by all rules. What is absent
// reads as 0, an empty set or an empty dict. Keys and members of sets are valid
// UTF-8, which a slice of a string may not be; others are a ClientError.
//
// epoch_seconds says when the item under the key expires, with all that it
// holds: below 1e9 in so many seconds, else at that time; a number or its text.
// None is the default lifetime of 90 days, but leaves the time as it is in
// increment_counter, add_to_string_set and remove_from_string_set. Only these,
// set_key_expiration and the put functions set the time; the put functions
// also drop whatever else is under the key.
//
// An item that has expired is absent, always: force_ttl_check is accepted and
// makes no difference.
//
// val of the string sets is one string or any iterable of strings, but for
// put_string_set, to which a string is its characters. val of put_dictionary is
// a dict or an event; what JSON does not have is a ValueError.
func Module(store Store) runtime.Module {
	m := &module{store}
	return runtime.Module{
		Names: []string{"panther_detection_helpers.caching", "panther_detection_helpers", "panther_oss_helpers"},
		Members: starlark.StringDict{
			"get_counter":            starlark.NewBuiltin("get_counter", m.getCounter),
			"increment_counter":      starlark.NewBuiltin("increment_counter", m.incrementCounter),
			"reset_counter":          starlark.NewBuiltin("reset_counter", m.resetCounter),
			"get_string_set":         starlark.NewBuiltin("get_string_set", m.getStringSet),
			"put_string_set":         starlark.NewBuiltin("put_string_set", m.putStringSet),
			"add_to_string_set":      starlark.NewBuiltin("add_to_string_set", m.addToStringSet),
			"remove_from_string_set": starlark.NewBuiltin("remove_from_string_set", m.removeFromStringSet),
			"reset_string_set":       starlark.NewBuiltin("reset_string_set", m.resetStringSet),
			"get_dictionary":         starlark.NewBuiltin("get_dictionary", m.getDictionary),
			"put_dictionary":         starlark.NewBuiltin("put_dictionary", m.putDictionary),
			"set_key_expiration":     starlark.NewBuiltin("set_key_expiration", m.setKeyExpiration),
			"evaluate_threshold":     starlark.NewBuiltin("evaluate_threshold", m.evaluateThreshold),
			"check_account_age":      starlark.NewBuiltin("check_account_age", m.checkAccountAge),
		},
		Stateful: true,
	}
}

type module struct{ store Store }

// An operation is a built-in at work on one key.
type operation struct {
	name  string // of the built-in
	key   string
	ctx   context.Context
	now   int64
	store Store
	meter *guard.Meter
}

const (
	bytesPerStep = 16   // how many bytes of JSON are as much work as a step
	stepsPerCall = 1000 // how many steps a call of the store is taken for

	// maxWait is how long a call of a rule's function may wait for the store.
	// It does not count for the limit of time: that an event is not evaluated as
	// the store is slow must be the store's error, so that the event comes again.
	maxWait = time.Minute
)

var errNoStore = errors.New("no store is configured")

// A slowError says that the store has answered, but took too long for all that
// one call of a function asked it for.
type slowError struct{ waited time.Duration }

func (e *slowError) Error() string {
	return fmt.Sprintf("the function has waited %v for the store, at most %v", e.waited.Round(time.Second), maxWait)
}

// begin prepares the work of a built-in on the key that the rule gave.
func (m *module) begin(thread *starlark.Thread, b *starlark.Builtin, key starlark.Value) (op operation, err error) {
	call := runtime.CallOf(thread)
	op = operation{name: b.Name(), ctx: call.Context, now: call.Now.Unix(), store: m.store, meter: guard.MeterOf(thread)}
	if op.key, err = keyOf(key); err != nil {
		return op, err
	}
	if s, ok := call.Context.Value(storeKey{}).(Store); ok {
		op.store = s
	}
	if op.store == nil {
		return op, storeFailed(op.name, op.key, errNoStore)
	}
	return op, nil
}

// storeFailed returns the error of a store as rules and operators are to see
// it. op is what was to be done.
func storeFailed(op, key string, err error) error {
	if err == nil {
		return nil
	}
	if invalid, ok := errors.AsType[*InvalidError](err); ok {
		return invalid
	}
	return &StoreError{Op: op, Key: key, Err: err}
}

// ask calls the store.
func (op *operation) ask(call func() error) error {
	if err := op.meter.Charge(stepsPerCall); err != nil {
		return err
	}
	if waited := op.meter.Waited(0); waited > maxWait {
		return storeFailed(op.name, op.key, &slowError{waited})
	}
	begun := time.Now()
	err := call()
	op.meter.Waited(time.Since(begun))
	return storeFailed(op.name, op.key, err)
}

func (op *operation) get() (it Item, err error) {
	err = op.ask(func() error {
		it, err = op.store.Get(op.ctx, op.key, op.now)
		return err
	})
	return it, err
}

func (op *operation) increment(n Number, ttl TTL) (count Number, err error) {
	err = op.ask(func() error {
		count, err = op.store.Increment(op.ctx, op.key, op.now, n, ttl)
		return err
	})
	return count, err
}

func (op *operation) clear(attr Attr) (starlark.Value, error) {
	return starlark.None, op.ask(func() error { return op.store.Clear(op.ctx, op.key, op.now, attr) })
}

func (op *operation) expire(at int64) (starlark.Value, error) {
	return starlark.None, op.ask(func() error { return op.store.Expire(op.ctx, op.key, op.now, at) })
}

func (op *operation) put(it Item) (starlark.Value, error) {
	if err := it.CheckSize(op.key); err != nil {
		return nil, err
	}
	return starlark.None, op.ask(func() error { return op.store.Put(op.ctx, op.key, op.now, it) })
}

func (m *module) getCounter(thread *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var key, force starlark.Value
	if err := starlark.UnpackArgs(b.Name(), args, kwargs, "key", &key, "force_ttl_check?", &force); err != nil {
		return nil, err
	}
	op, err := m.begin(thread, b, key)
	if err != nil {
		return nil, err
	}
	it, err := op.get()
	if err != nil {
		return nil, err
	}
	return countValue(it.Count), nil
}

func (m *module) incrementCounter(thread *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var key starlark.Value
	var val, epoch starlark.Value = starlark.MakeInt(1), starlark.MakeInt(defaultLifetime)
	if err := starlark.UnpackArgs(b.Name(), args, kwargs, "key", &key, "val?", &val, "epoch_seconds?", &epoch); err != nil {
		return nil, err
	}
	op, err := m.begin(thread, b, key)
	if err != nil {
		return nil, err
	}
	n, err := numberOf(op.key, val)
	if err != nil {
		return nil, err
	}
	ttl, err := ttlOf(epoch, op.now)
	if err != nil {
		return nil, err
	}
	count, err := op.increment(n, ttl)
	if err != nil {
		return nil, err
	}
	return wholeCount(count), nil
}

func (m *module) resetCounter(thread *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var key starlark.Value
	if err := starlark.UnpackArgs(b.Name(), args, kwargs, "key", &key); err != nil {
		return nil, err
	}
	op, err := m.begin(thread, b, key)
	if err != nil {
		return nil, err
	}
	return op.clear(Count)
}

func (m *module) getStringSet(thread *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var key, force starlark.Value
	if err := starlark.UnpackArgs(b.Name(), args, kwargs, "key", &key, "force_ttl_check?", &force); err != nil {
		return nil, err
	}
	op, err := m.begin(thread, b, key)
	if err != nil {
		return nil, err
	}
	it, err := op.get()
	if err != nil {
		return nil, err
	}
	return op.setValue(it.Strings)
}

func (m *module) putStringSet(thread *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var key, val starlark.Value
	var epoch starlark.Value = starlark.None
	if err := starlark.UnpackArgs(b.Name(), args, kwargs, "key", &key, "val", &val, "epoch_seconds?", &epoch); err != nil {
		return nil, err
	}
	op, err := m.begin(thread, b, key)
	if err != nil {
		return nil, err
	}
	if !val.Truth() {
		return op.clear(Strings) // there are no empty sets
	}
	members, err := op.elementsOf(val)
	if err != nil {
		return nil, err
	}
	at, err := expiry(epoch, op.now)
	if err != nil {
		return nil, err
	}
	return op.put(Item{Strings: members, ExpiresAt: Int(at)})
}

func (m *module) addToStringSet(thread *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	return m.changeStringSet(thread, b, args, kwargs, Store.AddStrings)
}

func (m *module) removeFromStringSet(thread *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	return m.changeStringSet(thread, b, args, kwargs, Store.RemoveStrings)
}

// changeStringSet is add_to_string_set and remove_from_string_set. Without
// members to change, both only read.
func (m *module) changeStringSet(thread *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple,
	change func(Store, context.Context, string, int64, StringSet, TTL) (StringSet, error)) (starlark.Value, error) {
	var key, val starlark.Value
	var epoch starlark.Value = starlark.MakeInt(defaultLifetime)
	if err := starlark.UnpackArgs(b.Name(), args, kwargs, "key", &key, "val", &val, "epoch_seconds?", &epoch); err != nil {
		return nil, err
	}
	op, err := m.begin(thread, b, key)
	if err != nil {
		return nil, err
	}
	members, err := op.membersOf(val)
	if err != nil {
		return nil, err
	}
	if members.Len() == 0 {
		return m.getStringSet(thread, b, starlark.Tuple{key}, nil)
	}
	ttl, err := ttlOf(epoch, op.now)
	if err != nil {
		return nil, err
	}
	if err := (Item{Strings: members}).CheckSize(op.key); err != nil {
		return nil, err
	}
	var set StringSet
	err = op.ask(func() error {
		set, err = change(op.store, op.ctx, op.key, op.now, members, ttl)
		return err
	})
	if err != nil {
		return nil, err
	}
	return op.setValue(set)
}

func (m *module) resetStringSet(thread *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var key starlark.Value
	if err := starlark.UnpackArgs(b.Name(), args, kwargs, "key", &key); err != nil {
		return nil, err
	}
	op, err := m.begin(thread, b, key)
	if err != nil {
		return nil, err
	}
	return op.clear(Strings)
}

func (m *module) getDictionary(thread *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var key, force starlark.Value
	if err := starlark.UnpackArgs(b.Name(), args, kwargs, "key", &key, "force_ttl_check?", &force); err != nil {
		return nil, err
	}
	op, err := m.begin(thread, b, key)
	if err != nil {
		return nil, err
	}
	it, err := op.get()
	if err != nil {
		return nil, err
	}
	if it.Dictionary == "" {
		return new(starlark.Dict), nil
	}
	if err := op.meter.Charge(len(it.Dictionary) / bytesPerStep); err != nil {
		return nil, err
	}
	v, err := pyjson.Loads(it.Dictionary)
	if err != nil {
		return nil, pyerr.Value("panther_oss_helpers.get_dictionary: Data found in DynamoDB could not be decoded into JSON: %v (cache key %s)", err, shortKey(op.key))
	}
	return v, nil
}

func (m *module) putDictionary(thread *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var key, val starlark.Value
	var epoch starlark.Value = starlark.None
	if err := starlark.UnpackArgs(b.Name(), args, kwargs, "key", &key, "val", &val, "epoch_seconds?", &epoch); err != nil {
		return nil, err
	}
	op, err := m.begin(thread, b, key)
	if err != nil {
		return nil, err
	}
	text, err := op.dictionaryText(val)
	if err != nil {
		return nil, err
	}
	at, err := expiry(epoch, op.now)
	if err != nil {
		return nil, err
	}
	return op.put(Item{Dictionary: text, ExpiresAt: Int(at)})
}

// dictionaryText returns the JSON of a dict or event. What JSON does not have
// is a ValueError, though json.dumps calls it a TypeError.
func (op *operation) dictionaryText(val starlark.Value) (string, error) {
	if _, ok := val.(starlark.IterableMapping); !ok {
		return "", pyerr.Type("panther_oss_helpers.put_dictionary: value is not a dictionary: it is of type %s", pyerr.TypeName(val))
	}
	encoder := pyjson.Encoder{MaxBytes: 10 * MaxItem} // so that the error has the size
	text, err := encoder.Encode(val)
	if e, ok := errors.AsType[*pyerr.Error](err); ok {
		switch e.Class {
		case "TypeError":
			return "", pyerr.Value("panther_oss_helpers.put_dictionary: value is a dictionary, but it is not JSON serializable: %v", err)
		case "MemoryError":
			return "", tooLargeError(op.key, "more than ", encoder.MaxBytes)
		}
	}
	if err != nil {
		return "", err
	}
	return text, op.meter.Charge(len(text) / bytesPerStep)
}

func (m *module) setKeyExpiration(thread *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var key, epoch starlark.Value
	if err := starlark.UnpackArgs(b.Name(), args, kwargs, "key", &key, "epoch_seconds", &epoch); err != nil {
		return nil, err
	}
	op, err := m.begin(thread, b, key)
	if err != nil {
		return nil, err
	}
	at, err := expiry(epoch, op.now)
	if err != nil {
		return nil, err
	}
	return op.expire(at)
}

func (m *module) evaluateThreshold(thread *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var key starlark.Value
	var threshold, seconds starlark.Value = starlark.MakeInt(10), starlark.MakeInt(3600)
	if err := starlark.UnpackArgs(b.Name(), args, kwargs, "key", &key, "threshold?", &threshold, "expiry_seconds?", &seconds); err != nil {
		return nil, err
	}
	op, err := m.begin(thread, b, key)
	if err != nil {
		return nil, err
	}
	if threshold, err = thresholdOf(threshold); err != nil {
		return nil, err
	}
	ttl, err := ttlOf(seconds, op.now)
	if err != nil {
		return nil, err
	}
	count, err := op.increment(Int(1), ttl)
	if err != nil {
		return nil, err
	}
	reached, err := starlark.Compare(syntax.GE, wholeCount(count), threshold)
	if err != nil || !reached {
		return starlark.False, err
	}
	if _, err := op.clear(Count); err != nil {
		return nil, err
	}
	return starlark.True, nil
}

// thresholdOf returns a threshold as a number to compare a count with.
func thresholdOf(threshold starlark.Value) (starlark.Value, error) {
	switch threshold := threshold.(type) {
	case starlark.Int, starlark.Float:
		return threshold, nil
	case starlark.Bool:
		if threshold {
			return starlark.MakeInt(1), nil
		}
		return starlark.MakeInt(0), nil
	}
	return nil, pyerr.Type("threshold is of type %s, want a number", pyerr.TypeName(threshold))
}

func (m *module) checkAccountAge(thread *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var key starlark.Value
	if err := starlark.UnpackArgs(b.Name(), args, kwargs, "key", &key); err != nil {
		return nil, err
	}
	if s, ok := starlark.AsString(key); !ok || s == "" {
		return starlark.False, nil
	}
	op, err := m.begin(thread, b, key)
	if err != nil {
		return nil, err
	}
	it, err := op.get()
	if err != nil {
		return nil, err
	}
	return starlark.Bool(it.Strings.Len() > 0), nil
}
