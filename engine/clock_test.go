package engine

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestClock(t *testing.T) {
	at := func(day, hour int) time.Time { return time.Date(2026, 1, day, hour, 0, 0, 0, time.UTC) }
	today := at(10, 12)
	clock := clockRun{Clock: Clock{Today: func() time.Time { return today }}}
	for _, c := range []struct {
		what  string
		when  time.Time
		timed bool
		want  time.Time
	}{
		{"nothing has told the time yet", time.Time{}, false, today},
		{"the first time", at(1, 0), true, at(1, 0)},
		{"no time of its own", time.Time{}, false, at(1, 0)},
		{"later", at(1, 5), true, at(1, 5)},
		{"late to come", at(1, 3), true, at(1, 5)},
		{"years ahead", at(10, 12).AddDate(1000, 0, 0), true, at(1, 5)},
		{"a little ahead", at(11, 11), true, at(11, 11)},
	} {
		require.Equal(t, c.want, clock.tell(c.when, c.timed), c.what)
	}

	wall := clockRun{Clock: Clock{Now: func() time.Time { return at(5, 0) }}}
	require.Equal(t, at(5, 0), wall.tell(at(1, 0), true))
}
