package runtime

import (
	"context"
	"time"

	"github.com/starhost/starhost/alert"
)

// CountMatch counts a match of a rule in its alert window. A rule with a
// function unique counts each of its values once in a period; another match
// with the same value is Pending.
func CountMatch(ctx context.Context, w *alert.Windows, r *Rule, m *alert.Match, now time.Time) (alert.Outcome, int64, error) {
	policy := r.Policy()
	if value, ok := m.Given[auxiliaryNames[fnUnique]]; ok {
		one := policy
		one.RuleID += "/unique"
		_, n, err := w.Add(ctx, one, m.Dedup+"\x00"+string(value), now)
		if err != nil || n > 1 {
			return alert.Pending, 0, err
		}
	}
	return w.Add(ctx, policy, m.Dedup, now)
}
