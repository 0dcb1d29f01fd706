// Package sink takes what comes out of an engine. Lines and File write alerts,
// or whatever else is JSON, one to a line; an Outbox keeps them in a file until
// a Webhook has delivered them; a Router has several of these and gives each
// the alerts that it is to have. Dead writes what could not be read as a
// record.
//
// All of them are called by many goroutines at a time. A caller writes, calls
// Flush, and calls done what it wrote only if both returned nil. Flush returns
// when everything that was written before it was called is safe, whoever wrote
// it; callers that flush at the same time share the work. After an error the
// same alerts come again, and so may be delivered twice, with the same id.
package sink
