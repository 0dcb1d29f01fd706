package event

import (
	"bytes"
	"encoding/json"
	"slices"
)

// DecodeAs decodes data and gives the event the log type logType if it has no
// field p_log_type, as the last of its fields. An empty logType gives nothing.
func DecodeAs(data []byte, logType string) (*Event, error) {
	if logType == "" {
		return Decode(data)
	}
	if bytes.Contains(data, []byte(`"p_log_type"`)) { // perhaps, or deeper down
		e, err := Decode(data)
		if err != nil {
			return nil, err
		}
		if _, ok := e.doc.find(0, "p_log_type"); ok {
			return e, nil
		}
	}
	return Decode(withLogType(data, logType))
}

// withLogType adds the field to the text of an object. What is no object
// stays what it is, for Decode to refuse.
func withLogType(data []byte, logType string) []byte {
	end := len(bytes.TrimRight(data, " \t\r\n")) - 1
	if end < 0 || data[end] != '}' {
		return data
	}
	name, _ := json.Marshal(logType) // strings always marshal
	return withField(data[:end+1], slices.Concat([]byte(`,"p_log_type":`), name))
}

// withField adds a field, with a comma in front, to the text of an object that
// ends in "}".
func withField(data, field []byte) []byte {
	end := len(data) - 1
	if before := bytes.TrimRight(data[:end], " \t\r\n"); bytes.HasSuffix(before, []byte("{")) {
		field = field[1:]
	}
	return slices.Concat(data[:end], field, data[end:])
}

// With returns an event that is e with a field, whose value is JSON, as the
// last of its fields. A field of that name that e has counts no more.
func With(e *Event, name string, value []byte) (*Event, error) {
	key, _ := json.Marshal(name) // strings always marshal
	return Decode(withField(e.JSON(), slices.Concat([]byte(","), key, []byte(":"), value)))
}
