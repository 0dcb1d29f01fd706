package pyre

import (
	"container/list"
	"sync"
)

// A cache keeps the programs of patterns that were used last, up to a total
// of their sizes. It may be used by several goroutines.
type cache struct {
	mu    sync.Mutex
	used  list.List // of *cached, the last used first
	byKey map[cacheKey]*list.Element
	size  int
}

type cacheKey struct {
	text  string
	flags int
}

type cached struct {
	key  cacheKey
	prog *program
}

const (
	cacheEntries = 512
	cacheSize    = 500_000 // instructions, of at most 100 bytes
)

// program returns the program of a pattern.
func (c *cache) program(text string, flags int) (*program, error) {
	key := cacheKey{text, flags}
	c.mu.Lock()
	if e, ok := c.byKey[key]; ok {
		c.used.MoveToFront(e)
		c.mu.Unlock()
		return e.Value.(*cached).prog, nil
	}
	c.mu.Unlock()
	p, err := parse(text, flags)
	if err != nil {
		return nil, err
	}
	prog := newProgram(p)
	c.add(&cached{key, prog})
	return prog, nil
}

func (c *cache) add(e *cached) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.byKey == nil {
		c.byKey = make(map[cacheKey]*list.Element)
	}
	if _, ok := c.byKey[e.key]; ok {
		return // another goroutine was first
	}
	c.byKey[e.key] = c.used.PushFront(e)
	c.size += e.cost()
	for c.used.Len() > cacheEntries || c.size > cacheSize && c.used.Len() > 1 {
		c.remove(c.used.Back())
	}
}

// cost is what an entry takes of the cache. Large patterns backtrack, and
// then take no more than their text.
func (e *cached) cost() int { return min(e.prog.size, maxSize) + len(e.key.text) }

func (c *cache) remove(last *list.Element) {
	e := c.used.Remove(last).(*cached)
	delete(c.byKey, e.key)
	c.size -= e.cost()
}

// purge forgets all programs.
func (c *cache) purge() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.used.Init()
	c.byKey, c.size = nil, 0
}
