package event_test

import (
	"testing"

	"github.com/starhost/starhost/event"
	"github.com/stretchr/testify/require"
)

func TestDecodeAs(t *testing.T) {
	for _, c := range []struct{ data, logType, want string }{
		{`{"a": 1}`, "T", `{"a": 1,"p_log_type":"T"}`},
		{`{"a": 1}`, "", `{"a": 1}`},
		{"{ }\n", "T", `{ "p_log_type":"T"}`},
		{`{}`, `a"b`, `{"p_log_type":"a\"b"}`},
		{`{"p_log_type": "X"}`, "T", `{"p_log_type": "X"}`},
		{`{"p_log_type": null}`, "T", `{"p_log_type": null}`},
		{`{"P_Log_Type": "X"}`, "T", `{"P_Log_Type": "X","p_log_type":"T"}`},
		{`{"a": {"p_log_type": "X"}}`, "T", `{"a": {"p_log_type": "X"},"p_log_type":"T"}`},
		{`{"a": "{"}`, "T", `{"a": "{","p_log_type":"T"}`},
	} {
		e, err := event.DecodeAs([]byte(c.data), c.logType)
		require.NoError(t, err, c.data)
		require.Equal(t, c.want, string(e.JSON()), c.data)
	}
	for _, data := range []string{``, `[]`, `{"a": 1`, `{"a"}`, `{"p_log_type": }`, `}`, `{`} {
		_, plain := event.Decode([]byte(data))
		_, err := event.DecodeAs([]byte(data), "T")
		require.Error(t, plain, data)
		require.Error(t, err, data)
	}
}
