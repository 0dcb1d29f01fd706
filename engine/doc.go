// Package engine is the stream: it takes records from a Source, decodes them,
// asks the rules that see their log type, and sends alerts to a Sink.
//
// Records travel in small batches through four stages:
//
//	decode     on all cores   bytes to an event, its time
//	clock      in input order the time that rules see
//	evaluate   on all cores   the rules without state
//	finish     in input order the rules with state, alert windows, sink, Ack
//
// Whatever reads or writes shared state thus sees the events in input order,
// so that the same input gives the same alerts on any number of cores, and
// output is in input order. Each record is acknowledged once, after all that
// it led to has been written.
package engine
