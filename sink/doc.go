// Package sink takes what comes out of an engine: Lines writes alerts, or
// whatever else is JSON, one to a line; Dead writes what could not be read as
// a record.
package sink
