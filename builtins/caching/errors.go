package caching

import (
	"fmt"
)

// A StoreError says that the store failed: it could not be reached, it was
// full, or the call ended before it answered. It is never to be taken for a
// missing value; nothing is known of the operation's effect.
type StoreError struct {
	Op  string // the function that the rule called
	Key string
	Err error
}

func (e *StoreError) Error() string {
	return fmt.Sprintf("%s of key %s: the store failed: %v", e.Op, shortKey(e.Key), e.Err)
}

func (e *StoreError) Unwrap() error { return e.Err }

// PyClass returns "StoreError".
func (e *StoreError) PyClass() string { return "StoreError" }

// An InvalidError says that an operation breaks a limit of the table or meets
// an attribute of another type. The store is well and the item unchanged.
// Stores return it for what only they can see; Module adds what it sees itself.
type InvalidError struct {
	Key string
	Msg string // what is wrong and what to do, without the key
}

func (e *InvalidError) Error() string {
	return fmt.Sprintf("cache key %s: %s", shortKey(e.Key), e.Msg)
}

// PyClass returns "ClientError", as Python's client of the table calls it.
func (e *InvalidError) PyClass() string { return "ClientError" }

// shortKey quotes a key for a message.
func shortKey(key string) string {
	const most = 100
	if len(key) <= most {
		return fmt.Sprintf("%q", key)
	}
	return fmt.Sprintf("%.*q…", most, key)
}
