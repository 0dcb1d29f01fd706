// Package memory keeps the state of rules in the memory of the process: for
// unit tests, for runs over a bounded input, and wherever state need not
// outlive the process.
//
// Keys are spread over shards, each a table under its own lock. Nothing runs
// in the background: expired items are dropped by the writes, each of which
// looks at a few items of its shard, so that the state of dead keys goes as
// fast as that of new ones comes. The time is that of the writes.
package memory
