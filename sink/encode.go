package sink

import (
	"bytes"
	"encoding/json"
	"fmt"

	"github.com/starhost/starhost/alert"
)

// encode gives the JSON of a value, without a newline at its end, and its id,
// which is "" if it is no alert.
func encode(v any) (id string, text []byte, err error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return "", nil, fmt.Errorf("encode alert: %w", err)
	}
	if a, ok := v.(*alert.Alert); ok {
		id = a.ID
	}
	return id, bytes.TrimSuffix(b.Bytes(), []byte("\n")), nil
}
