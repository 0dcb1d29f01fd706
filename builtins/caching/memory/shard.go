package memory

import (
	"strings"
	"sync"

	"github.com/starhost/starhost/builtins/caching"
)

const shardCount = 128

// A shard is one of the tables of a Store. Its entries lie in a slice, which
// the sweep walks in circles and where the last fills the place of a dropped
// one; the index finds them by key.
type shard struct {
	mu      sync.Mutex
	index   map[string]int
	entries []entry
	next    int // the entry that the sweep looks at next

	_ [64]byte // keeps neighbours' locks off the same cache line
}

type entry struct {
	key  string
	item caching.Item
}

func (sh *shard) get(key string) caching.Item {
	sh.mu.Lock()
	defer sh.mu.Unlock()
	if i, ok := sh.index[key]; ok {
		return sh.entries[i].item
	}
	return caching.Item{}
}

// update is one attempt of Store.update.
func (sh *shard) update(s *Store, key string, now int64, change func(caching.Item) (caching.Item, error)) (caching.Item, error) {
	sh.mu.Lock()
	defer sh.mu.Unlock()
	i, found := sh.index[key]
	var old caching.Item
	if found {
		old = sh.entries[i].item
	}
	it, err := change(old)
	if err != nil {
		return caching.Item{}, err
	}
	if !s.room(cost(key, it) - cost(key, old)) {
		return caching.Item{}, ErrFull
	}
	switch {
	case it.IsZero() && found:
		sh.remove(i)
	case it.IsZero():
	case found:
		sh.entries[i].item = it
	default:
		sh.add(key, it)
	}
	sh.sweepSome(s, now) // after the change, which is to judge the old item itself
	return it, nil
}

func (sh *shard) add(key string, it caching.Item) {
	if sh.index == nil {
		sh.index = make(map[string]int)
	}
	key = strings.Clone(key) // often a part of something larger
	sh.index[key] = len(sh.entries)
	sh.entries = append(sh.entries, entry{key, it})
}

// remove drops the i-th entry; the last one takes its place.
func (sh *shard) remove(i int) {
	last := len(sh.entries) - 1
	delete(sh.index, sh.entries[i].key)
	if i != last {
		sh.entries[i] = sh.entries[last]
		sh.index[sh.entries[i].key] = i
	}
	sh.entries[last] = entry{}
	sh.entries = sh.entries[:last]
	if c := cap(sh.entries); c > 64 && last < c/4 {
		sh.shrink()
	}
}

// shrink gives back the memory of a table that was much larger once.
func (sh *shard) shrink() {
	sh.entries = append(make([]entry, 0, 2*len(sh.entries)), sh.entries...)
	sh.index = make(map[string]int, len(sh.entries))
	for i := range sh.entries {
		sh.index[sh.entries[i].key] = i
	}
}

// drop removes the i-th entry and gives its memory back.
func (sh *shard) drop(s *Store, i int) {
	e := &sh.entries[i]
	s.room(-cost(e.key, e.item))
	sh.remove(i)
}

// sweepSome looks at the next few entries. As a write looks at two and adds at
// most one, the expired ones cannot pile up.
func (sh *shard) sweepSome(s *Store, now int64) {
	const few = 2
	for range min(few, len(sh.entries)) {
		if sh.next >= len(sh.entries) {
			sh.next = 0
			if len(sh.entries) == 0 {
				return
			}
		}
		if sh.entries[sh.next].item.Expired(now) {
			sh.drop(s, sh.next)
		} else {
			sh.next++
		}
	}
}

func (sh *shard) sweepAll(s *Store, now int64) {
	sh.mu.Lock()
	defer sh.mu.Unlock()
	for i := len(sh.entries) - 1; i >= 0; i-- {
		if sh.entries[i].item.Expired(now) {
			sh.drop(s, i)
		}
	}
}

// cost is what an item takes of Store.MaxBytes.
func cost(key string, it caching.Item) int64 {
	const (
		perItem   = 256 // the entry, its place in the index, room to grow
		perMember = 32
	)
	if it.IsZero() {
		return 0
	}
	return int64(perItem + len(key) + it.Strings.Bytes() + perMember*it.Strings.Len() + len(it.Dictionary))
}
