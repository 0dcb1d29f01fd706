package memory_test

import (
	"testing"

	"github.com/starhost/starhost/builtins/caching"
	"github.com/starhost/starhost/builtins/caching/memory"
	"github.com/starhost/starhost/builtins/caching/storetest"
)

func TestStore(t *testing.T) {
	storetest.Run(t, func(t *testing.T) caching.Store { return new(memory.Store) })
}

func BenchmarkStore(b *testing.B) {
	storetest.Bench(b, func(b *testing.B) caching.Store { return new(memory.Store) })
}
