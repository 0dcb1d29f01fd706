package runtime

import (
	"context"
	"time"

	"github.com/starhost/starhost/alert"
)

// CountMatch counts a match of a rule in its alert window. A rule with a
// function unique counts each of its values once in a period.
func CountMatch(ctx context.Context, w *alert.Windows, r *Rule, m *alert.Match, now time.Time) (alert.Tally, error) {
	if value, ok := m.Given[auxiliaryNames[fnUnique]]; ok {
		return w.AddOnce(ctx, r.Policy(), m.Dedup, string(value), now)
	}
	return w.Add(ctx, r.Policy(), m.Dedup, now)
}
