package storetest

import (
	"errors"
	"fmt"
	"maps"
	"math/big"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/starhost/starhost/builtins/caching"
)

// testModel compares a store with a model over random operations on a few keys
// while time passes.
func testModel(t *testing.T, open func(t *testing.T) caching.Store) {
	const sequences, length = 20, 60
	store := open(t)
	for seed := range sequences {
		c := comparison{
			t:     t,
			store: store,
			model: make(model),
			rand:  rand.New(rand.NewPCG(uint64(seed), 1)),
			now:   start,
			keys:  []string{fmt.Sprintf("%d/a", seed), fmt.Sprintf("%d/b", seed)},
		}
		for range length {
			c.step()
		}
		if t.Failed() {
			for _, line := range c.log {
				t.Log(line)
			}
			t.Fatalf("the model disagrees in sequence %d", seed)
		}
	}
}

// start is the time at which tests begin.
const start = 1_800_000_000

// A model is what a store should be: plain maps, one step at a time.
type model map[string]*modelItem

type modelItem struct {
	count  *big.Int // nil for none
	set    map[string]bool
	dict   string
	expiry *int64
}

// live returns the item under key, nil if there is none at now.
func (m model) live(key string, now int64) *modelItem {
	it := m[key]
	if it != nil && it.expiry != nil && *it.expiry <= now {
		delete(m, key)
		it = nil
	}
	if it != nil && it.count == nil && len(it.set) == 0 && it.dict == "" && it.expiry == nil {
		delete(m, key)
		it = nil
	}
	return it
}

// create returns the item under key, a new one if there is none at now.
func (m model) create(key string, now int64) *modelItem {
	if it := m.live(key, now); it != nil {
		return it
	}
	it := &modelItem{set: make(map[string]bool)}
	m[key] = it
	return it
}

func (it *modelItem) setExpiry(ttl caching.TTL) {
	switch {
	case ttl.Mode == caching.SetTTL, ttl.Mode == caching.SetNewTTL && it.expiry == nil:
		it.expiry = &ttl.At
	}
}

func (it *modelItem) members() string {
	if it == nil {
		return "[]"
	}
	return fmt.Sprintf("%q", slices.Sorted(maps.Keys(it.set)))
}

func (it *modelItem) String() string {
	if it == nil {
		return "count - set [] dictionary  expires -"
	}
	count, expiry := "-", "-"
	if it.count != nil {
		count = it.count.String()
	}
	if it.expiry != nil {
		expiry = fmt.Sprint(*it.expiry)
	}
	return fmt.Sprintf("count %s set %s dictionary %s expires %s", count, it.members(), it.dict, expiry)
}

// describe gives an item of a store in the words of the model.
func describe(it caching.Item) string {
	count, expiry := "-", "-"
	if !it.Count.IsNone() {
		count = it.Count.String()
	}
	if !it.ExpiresAt.IsNone() {
		expiry = it.ExpiresAt.String()
	}
	return fmt.Sprintf("count %s set %s dictionary %s expires %s", count, describeSet(it.Strings), it.Dictionary, expiry)
}

func describeSet(s caching.StringSet) string { return fmt.Sprintf("%q", s.Slice()) }

// A comparison applies the same operations to a store and a model.
type comparison struct {
	t     *testing.T
	store caching.Store
	model model
	rand  *rand.Rand
	now   int64
	keys  []string
	log   []string
}

// step lets some time pass, applies one random operation and compares.
func (c *comparison) step() {
	c.now += int64(max(0, c.rand.IntN(12)-4))
	key := c.keys[c.rand.IntN(len(c.keys))]
	switch c.rand.IntN(8) {
	case 0, 1:
		c.increment(key)
	case 2, 3:
		c.add(key)
	case 4:
		c.remove(key)
	case 5:
		c.clear(key)
	case 6:
		c.put(key)
	case 7:
		c.expire(key)
	}
	for _, key := range c.keys {
		it, err := c.store.Get(c.t.Context(), key, c.now)
		c.check(err)
		c.equal("then get "+key, describe(it), c.model.live(key, c.now).String())
	}
}

func (c *comparison) note(format string, args ...any) {
	c.log = append(c.log, fmt.Sprintf("at %d: ", c.now)+fmt.Sprintf(format, args...))
}

func (c *comparison) check(err error) {
	if err != nil {
		c.note("failed: %v", err)
		c.t.Errorf("step %d: %v", len(c.log), err)
	}
}

func (c *comparison) equal(what, got, want string) {
	if got != want {
		c.note("%s: got %s, want %s", what, got, want)
		c.t.Errorf("step %d: %s: got %s, want %s", len(c.log), what, got, want)
	}
}

func (c *comparison) ttl() caching.TTL {
	ttl := caching.TTL{Mode: caching.TTLMode(c.rand.IntN(3))}
	if ttl.Mode != caching.KeepTTL {
		ttl.At = c.now + int64(c.rand.IntN(30)) - 3
	}
	return ttl
}

// addends are what is added to counters: most fit 64 bits, some are at the
// limit of a number.
var addends = []string{"1", "1", "5", "0", "-3", "9223372036854775807", "-9223372036854775808",
	"1000000000000000000000000000000", "99999999999999999999999999999999999999"}

func (c *comparison) increment(key string) {
	n, _ := new(big.Int).SetString(addends[c.rand.IntN(len(addends))], 10)
	ttl := c.ttl()
	c.note("increment %s %v %v", key, n, ttl)
	addend, err := caching.BigInt(n)
	c.check(err)
	got, err := c.store.Increment(c.t.Context(), key, c.now, addend, ttl)

	sum := new(big.Int).Set(n)
	if it := c.model.live(key, c.now); it != nil && it.count != nil {
		sum.Add(sum, it.count)
	}
	if len(strings.Trim(sum.String(), "-0")) > caching.MaxDigits {
		if _, ok := errors.AsType[*caching.InvalidError](err); !ok {
			c.t.Errorf("step %d: increment beyond the limit gave %v and error %v", len(c.log), got, err)
		}
		return
	}
	it := c.model.create(key, c.now)
	it.count = sum
	it.setExpiry(ttl)
	c.check(err)
	c.equal("increment", got.String(), sum.String())
}

var letters = []string{"a", "b", "c", "d", "", "é"}

func (c *comparison) someMembers() []string {
	members := make([]string, 1+c.rand.IntN(3))
	for i := range members {
		members[i] = letters[c.rand.IntN(len(letters))]
	}
	return members
}

func (c *comparison) add(key string) {
	members, ttl := c.someMembers(), c.ttl()
	c.note("add %s %q %v", key, members, ttl)
	got, err := c.store.AddStrings(c.t.Context(), key, c.now, caching.NewStringSet(members...), ttl)
	c.check(err)
	it := c.model.create(key, c.now)
	for _, m := range members {
		it.set[m] = true
	}
	it.setExpiry(ttl)
	c.equal("add", describeSet(got), it.members())
}

func (c *comparison) remove(key string) {
	members, ttl := c.someMembers(), c.ttl()
	c.note("remove %s %q %v", key, members, ttl)
	got, err := c.store.RemoveStrings(c.t.Context(), key, c.now, caching.NewStringSet(members...), ttl)
	c.check(err)
	it := c.model.live(key, c.now)
	if it != nil {
		for _, m := range members {
			delete(it.set, m)
		}
		it.setExpiry(ttl)
	}
	c.equal("remove", describeSet(got), it.members())
}

func (c *comparison) clear(key string) {
	it := c.model.live(key, c.now)
	if c.rand.IntN(2) == 0 {
		c.note("clear %s count", key)
		c.check(c.store.Clear(c.t.Context(), key, c.now, caching.Count))
		if it != nil {
			it.count = nil
		}
		return
	}
	c.note("clear %s set", key)
	c.check(c.store.Clear(c.t.Context(), key, c.now, caching.Strings))
	if it != nil {
		clear(it.set)
	}
}

func (c *comparison) put(key string) {
	at := c.now + int64(c.rand.IntN(30)) - 3
	item := caching.Item{ExpiresAt: caching.Int(at)}
	it := &modelItem{set: make(map[string]bool), expiry: &at}
	if c.rand.IntN(2) == 0 {
		it.dict = `{"a": 1}`
		item.Dictionary = it.dict
	} else {
		members := c.someMembers()
		for _, m := range members {
			it.set[m] = true
		}
		item.Strings = caching.NewStringSet(members...)
	}
	c.note("put %s %v", key, item)
	c.check(c.store.Put(c.t.Context(), key, c.now, item))
	c.model[key] = it
}

func (c *comparison) expire(key string) {
	at := c.now + int64(c.rand.IntN(30)) - 3
	c.note("expire %s %d", key, at)
	c.check(c.store.Expire(c.t.Context(), key, c.now, at))
	c.model.create(key, c.now).expiry = &at
}
