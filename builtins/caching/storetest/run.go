// Package storetest holds every caching.Store to the same behaviour: to that of
// Python's helpers, call by call as recorded from them, but where expiry is to
// be exact; to a simple model, over random operations; and to atomicity, under
// many goroutines.
//
// Most tests call the functions of caching.Module as rules do, so that they
// hold the built-ins and the store together.
package storetest

import (
	"testing"

	"github.com/starhost/starhost/builtins/caching"
)

// Run runs the suite. open returns an empty store for the test t, which may
// clean up after itself by t.Cleanup; Run opens about 450 of them, one at a
// time.
//
// If the store has a method Requests() int64, which tells how many requests it
// has sent, Run also checks that it sends no more than it must.
func Run(t *testing.T, open func(t *testing.T) caching.Store) {
	for _, test := range []struct {
		name string
		run  func(t *testing.T, open func(t *testing.T) caching.Store)
	}{
		{"Vectors", testVectors},
		{"Model", testModel},
		{"Expiry", testExpiry},
		{"TTL", testTTL},
		{"Limits", testLimits},
		{"Text", testText},
		{"Context", testContext},
		{"List", testList},
		{"Delete", testDelete},
		{"Counter", testCounter},
		{"ExpiringCounter", testExpiringCounter},
		{"Windows", testWindows},
		{"Sets", testSets},
		{"Mixed", testMixed},
	} {
		t.Run(test.name, func(t *testing.T) { test.run(t, open) })
	}
}
