package alert

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/url"
	"time"
)

// Windows tell what a match does to alerts: events of one rule with one
// deduplication string belong to one alert, for a period that starts with the
// first of them. The state of the windows lives behind Counter, so that
// several engines over one store agree. Windows are safe for concurrent use
// if their Counter is.
type Windows struct {
	Counter Counter
}

// A Counter counts the events of a window. It is called once for each match.
type Counter interface {
	// Count adds one to the count of the window under key and returns the
	// new count, atomically. If there is no such window, or if the one there
	// is ended at or before now, a new one begins with the count 1 and ends
	// at until; a window that is there keeps its end.
	Count(ctx context.Context, key string, now, until time.Time) (int64, error)
}

// A Policy is a rule's own say in its alerts.
type Policy struct {
	RuleID    string
	Threshold int64         // matches that open an alert; less than 1 means 1
	Period    time.Duration // length of a window
}

// An Outcome is what a match did to the alert it belongs to.
type Outcome string

// The outcomes of a match.
const (
	Pending Outcome = "pending" // the threshold is not reached yet
	Opened  Outcome = "opened"  // this match reached it: the alert goes out
	Counted Outcome = "counted" // the alert is out already
)

// Add counts a match at the time now. It returns what the match did and how
// many events the window holds with it.
func (w *Windows) Add(ctx context.Context, p Policy, dedup string, now time.Time) (Outcome, int64, error) {
	n, err := w.Counter.Count(ctx, WindowKey(p.RuleID, dedup), now, now.Add(p.Period))
	if err != nil {
		return "", 0, fmt.Errorf("count event in alert window of %s: %w", p.RuleID, err)
	}
	switch threshold := max(1, p.Threshold); {
	case n < threshold:
		return Pending, n, nil
	case n == threshold:
		return Opened, n, nil
	default:
		return Counted, n, nil
	}
}

// KeyPrefix starts the key of every window in the shared table, so that no
// rule's own key meets one by accident.
const KeyPrefix = "starhost.alert/"

// maxKey is the length in bytes up to which a window's key shows the
// deduplication string itself; DynamoDB takes keys of up to 2,048 bytes.
const maxKey = 1024

// WindowKey gives the key of the window of a rule and a deduplication string.
// Longer ones are hashed: their keys start with a "?", which no escaped id does.
func WindowKey(ruleID, dedup string) string {
	key := KeyPrefix + url.PathEscape(ruleID) + "/" + dedup
	if len(key) <= maxKey {
		return key
	}
	sum := sha256.Sum256([]byte(ruleID + "\x00" + dedup))
	return KeyPrefix + "?" + hex.EncodeToString(sum[:])
}
