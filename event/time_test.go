package event_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestTimeForms(t *testing.T) {
	cases(t, "testdata/times.txt", func(input, want string) {
		got := "none"
		if at, ok := decode(t, `{"t":`+input+`}`).Time("t"); ok {
			got = at.Format(time.RFC3339Nano)
			assert.Equal(t, time.UTC, at.Location(), "%s", input)
		}
		assert.Equal(t, want, got, "%s", input)
	})
}

func TestTimeTakesTheFirstThatIsOne(t *testing.T) {
	e := decode(t, `{"a":"soon","B":1609556645,"c":"2022-01-01","d":{"t":1}}`)
	at, ok := e.Time("missing", "a", "d", "b", "c")
	require.True(t, ok)
	assert.Equal(t, int64(1609556645), at.Unix())
	_, ok = e.Time("missing", "a", "d", "t")
	assert.False(t, ok)
	_, ok = e.Time()
	assert.False(t, ok)
}
