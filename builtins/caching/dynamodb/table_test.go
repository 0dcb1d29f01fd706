package dynamodb_test

import (
	"context"
	"crypto/rand"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/starhost/starhost/builtins/caching/dynamodb"
	"github.com/starhost/starhost/builtins/caching/dynamodb/dynamotest"
)

// A table is a table of a server, for one test.
type table struct {
	server  *dynamotest.Server
	name    string
	network *dynamotest.Network // for all who are not given another transport
}

func newTable(t testing.TB) *table {
	t.Helper()
	tb := &table{
		server:  dynamotest.Start(t),
		name:    "starhost-test-" + strings.ToLower(rand.Text()[:8]),
		network: new(dynamotest.Network),
	}
	if _, err := tb.config(nil).Init(t.Context(), tb.spec()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { tb.drop(t) })
	return tb
}

func (tb *table) spec() string { return tb.server.Spec(tb.name) }

// config returns how to reach the table, over another network if it is given.
// The limits of time are such that a busy machine does not exceed them.
func (tb *table) config(network http.RoundTripper) dynamodb.Config {
	if network == nil {
		network = tb.network
	}
	return dynamodb.Config{
		Credentials: tb.server.Credentials,
		Transport:   network,
		Budget:      30 * time.Second,
		Attempt:     10 * time.Second,
	}
}

// open returns a store of the table that is closed when the test is over.
func (tb *table) open(t testing.TB, network http.RoundTripper) *dynamodb.Store {
	t.Helper()
	return tb.openWith(t, tb.config(network))
}

func (tb *table) openWith(t testing.TB, config dynamodb.Config) *dynamodb.Store {
	t.Helper()
	return openSpec(t, config, tb.spec())
}

// openSpec returns a store that is closed when the test is over.
func openSpec(t testing.TB, config dynamodb.Config, spec string) *dynamodb.Store {
	t.Helper()
	s, err := config.Open(t.Context(), spec)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// empty returns a store of the table after removing all that is in it.
func (tb *table) empty(t testing.TB) *dynamodb.Store {
	t.Helper()
	s := tb.open(t, nil)
	for _, key := range tb.raw(t).keys(t) { // List leaves out some
		if err := s.Delete(t.Context(), key); err != nil {
			t.Fatal(err)
		}
	}
	return s
}

// drop removes the table from a server that will go on.
func (tb *table) drop(t testing.TB) {
	if tb.server.Own {
		return
	}
	if err := tb.raw(t).deleteTable(context.Background()); err != nil {
		t.Error(err)
	}
}
