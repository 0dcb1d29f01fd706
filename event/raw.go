package event

// Raw is one log record as it came from a source: the bytes, where they are
// from, and how to acknowledge them.
type Raw struct {
	// Data is the text of one JSON object. Nobody writes to it once the Raw
	// has left its source: events decoded from it refer to it.
	Data []byte

	// Source names the input as the user gave it: a file name, or "-" for
	// standard input. Index counts the records of that input from 0.
	Source string
	Index  int

	// Line is the line of the input on which the record starts, from 1, or 0
	// where the input has no lines.
	Line int

	// LogType is the log type of a record that has no p_log_type of its own.
	LogType string

	// Ack, if not nil, is called exactly once, by the engine: with nil when
	// the record has been evaluated and its alerts are written, with an error
	// when it was not and should be delivered again. It must not block.
	Ack func(error)
}

// RefusedError says that a record is no event: sending it again does not help.
type RefusedError struct{ Err error }

func (e *RefusedError) Error() string { return e.Err.Error() }
func (e *RefusedError) Unwrap() error { return e.Err }
