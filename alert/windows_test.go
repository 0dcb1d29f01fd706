package alert_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/starhost/starhost/alert"
	"github.com/stretchr/testify/require"
)

// counter is a Counter that gives what it is told and notes what it is asked.
type counter struct {
	n          int64
	err        error
	key        string
	now, until time.Time
}

func (c *counter) Count(_ context.Context, key string, now, until time.Time) (int64, error) {
	c.key, c.now, c.until = key, now, until
	return c.n, c.err
}

func TestAdd(t *testing.T) {
	now := time.Unix(1_800_000_000, 0)
	for _, c := range []struct {
		threshold, n int64
		want         alert.Outcome
	}{
		{0, 1, alert.Opened},
		{1, 1, alert.Opened},
		{1, 2, alert.Counted},
		{3, 1, alert.Pending},
		{3, 2, alert.Pending},
		{3, 3, alert.Opened},
		{3, 4, alert.Counted},
	} {
		counts := &counter{n: c.n}
		w := alert.Windows{Counter: counts}
		got, n, err := w.Add(context.Background(), alert.Policy{RuleID: "R", Threshold: c.threshold, Period: time.Hour}, "d", now)
		require.NoError(t, err)
		require.Equal(t, c.want, got, "threshold %d, count %d", c.threshold, c.n)
		require.Equal(t, c.n, n)
		require.Equal(t, "starhost.alert/R/d", counts.key)
		require.Equal(t, now, counts.now)
		require.Equal(t, now.Add(time.Hour), counts.until)
	}
}

func TestAddError(t *testing.T) {
	down := errors.New("down")
	w := alert.Windows{Counter: &counter{err: down}}
	_, _, err := w.Add(context.Background(), alert.Policy{RuleID: "R"}, "d", time.Now())
	require.ErrorIs(t, err, down)
	require.ErrorContains(t, err, "count event in alert window of R: down")
}

// TestWindowKey shows that keys of different windows differ and are short
// enough for DynamoDB.
func TestWindowKey(t *testing.T) {
	long := strings.Repeat("é", 1000)
	seen := make(map[string]string)
	for _, w := range [][2]string{
		{"a", "b"}, {"a/b", ""}, {"a", "/b"}, {"a/", "b"}, {"a%2Fb", ""}, {"a b", "c"},
		{"a", long}, {"a", long + "x"}, {"a" + long, ""}, {"b", long},
	} {
		key := alert.WindowKey(w[0], w[1])
		require.Empty(t, seen[key], "%q", w)
		seen[key] = w[0] + "|" + w[1]
		require.LessOrEqual(t, len(key), 2048)
		require.True(t, strings.HasPrefix(key, alert.KeyPrefix))
	}
}

func TestParseSeverity(t *testing.T) {
	for text, want := range map[string]alert.Severity{"Info": "INFO", "critical": "CRITICAL", "HIGH": "HIGH"} {
		got, err := alert.ParseSeverity(text)
		require.NoError(t, err)
		require.Equal(t, want, got)
	}
	for _, text := range []string{"", "urgent", "HIGH ", "DEFAULT"} {
		_, err := alert.ParseSeverity(text)
		require.ErrorContains(t, err, "want one of INFO, LOW, MEDIUM, HIGH, CRITICAL", text)
	}
}
