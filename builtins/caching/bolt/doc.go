// Package bolt keeps the state of rules in one file on the local disk, by
// go.etcd.io/bbolt: the store of a service that is to forget nothing when it
// is restarted. One process at a time has the file open.
//
// Writes are grouped: one goroutine takes all operations that wait, applies
// them one after the other in one transaction, syncs the file once, and
// answers each caller with its own result. Reads see what is committed, which
// includes every write that has been answered; so the store is linearizable.
// What a read sees may be a moment ahead of the disk: a commit that is being
// synced is visible to it.
//
// A file is trusted only after a check. bbolt guards its two meta pages by
// checksums and nothing else, and reads of damaged pages panic, loop or give
// nonsense. So each item has a checksum of its own, a record has the number of
// items and the sum of their checksums, both written by each transaction, and
// Open walks the whole file, without bbolt, before bbolt maps it: every page of
// the tree, the order of all keys, the free pages, every checksum and the sum.
// A file that passes holds a state as some transaction left it, whole; any
// other is refused and left as it is. This reads the file once: some tenths of a
// second for a million small items, if the system has the file in memory.
//
// A file that is cut while it is open fails the store, and not the process: all
// calls then fail, and Close returns. One that is overwritten does at the next
// write; until then reads give what it has.
//
// Expired items are swept by the writes, each of which looks at a few items in
// the order of the keys, round and round; the time is that of the writes.
// Options.NoSweep keeps them. The file does not shrink: its free pages are used
// again.
package bolt
