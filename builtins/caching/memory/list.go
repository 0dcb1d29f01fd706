package memory

import (
	"context"
	"slices"
	"strings"

	"github.com/starhost/starhost/builtins/caching"
)

// List implements caching.Lister. It holds no lock while it calls each.
func (s *Store) List(ctx context.Context, prefix string, each func(key string, item caching.Item) error) error {
	var keys []string
	for i := range s.shards {
		keys = s.shards[i].appendKeys(keys, prefix)
	}
	slices.Sort(keys)
	for _, key := range keys {
		if err := ctx.Err(); err != nil {
			return err
		}
		it := s.shard(key).get(key)
		if it.IsZero() {
			continue // gone meanwhile
		}
		if err := each(key, it); err != nil {
			return err
		}
	}
	return nil
}

func (sh *shard) appendKeys(keys []string, prefix string) []string {
	sh.mu.Lock()
	defer sh.mu.Unlock()
	for i := range sh.entries {
		if strings.HasPrefix(sh.entries[i].key, prefix) {
			keys = append(keys, sh.entries[i].key)
		}
	}
	return keys
}

// Delete implements caching.Deleter.
func (s *Store) Delete(ctx context.Context, key string) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	sh := s.shard(key)
	sh.mu.Lock()
	defer sh.mu.Unlock()
	if i, ok := sh.index[key]; ok {
		sh.drop(s, i)
	}
	return nil
}

// Len returns how many items the store holds, expired ones included that are
// not dropped yet.
func (s *Store) Len() int {
	n := 0
	for i := range s.shards {
		n += s.shards[i].len()
	}
	return n
}

func (sh *shard) len() int {
	sh.mu.Lock()
	defer sh.mu.Unlock()
	return len(sh.entries)
}
