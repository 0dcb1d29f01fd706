// Package dynamodb keeps state in a table of Amazon DynamoDB, with the items
// that Python's panther_detection_helpers.caching keeps there: both can work on
// one table at the same time. doc/dynamodb.md has the format, the permissions
// and what each operation costs.
//
// Expiry is exact by the conditions of the requests themselves: each write
// holds only for an item that has not expired, and one that has is replaced as
// a whole. The table's own deletion of expired items only cleans up.
//
// An increment is applied exactly once, even if answers are lost. Each Store
// is a writer with a name of its own. With the new count its update leaves two
// attributes on the item, op_NAME with the update's number and ov_NAME with the
// count after it, and it holds only if the item has no such number yet. An
// update that is sent again after it was applied fails that condition, and the
// failure carries the item, so the count that it made. For that a writer has at
// most one update of a key under way; increments that come meanwhile wait, and
// go together in the next one. Each still gets the count of its own.
//
// Reads share requests in the same way: while a few are under way the others
// wait and go together, the same key once.
//
// All other writes come to the same if they are applied twice.
package dynamodb
