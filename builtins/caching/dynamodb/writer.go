package dynamodb

import (
	"crypto/rand"
	"strings"
	"sync/atomic"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// A writer numbers its updates of counters, and names the two attributes by
// which each leaves its number and its result on the item.
type writer struct {
	id   string
	last atomic.Int64
	now  func() time.Time
}

// Prefixes of the names of the attributes, before the writer's name.
const (
	opPrefix     = "op_" // the number of the writer's last update
	resultPrefix = "ov_" // the count after it
)

// newWriter returns a writer whose name no other has.
func newWriter() *writer {
	return &writer{id: strings.ToLower(rand.Text()[:8]), now: time.Now}
}

// next returns the number of a new update: the time in microseconds, but more
// than the last one. So a number also tells how old it is.
func (w *writer) next() int64 {
	for {
		last := w.last.Load()
		n := max(last+1, w.now().UnixMicro())
		if w.last.CompareAndSwap(last, n) {
			return n
		}
	}
}

func (w *writer) op() string     { return opPrefix + w.id }
func (w *writer) result() string { return resultPrefix + w.id }

// Attributes of writers that are no more are removed once there are so many of
// them on an item. A request can not be under way for as long as forgetAfter.
const (
	forgetAfter = time.Hour
	forgetFrom  = 4
	forgetMost  = 40 // at a time
)

// forgotten returns the updates among the attributes of an item that nobody
// can ask for any more, by the names of their writers; nil if they are few.
func (w *writer) forgotten(item attributes) map[string]int64 {
	oldest := w.now().Add(-forgetAfter).UnixMicro()
	old := make(map[string]int64)
	for name := range item {
		id, ok := strings.CutPrefix(name, opPrefix)
		if !ok || id == w.id || len(old) == forgetMost {
			continue
		}
		if n, ok := integerOf(item, name); ok && n < oldest {
			old[id] = n
		}
	}
	if len(old) < forgetFrom {
		return nil
	}
	return old
}

// returned says what an update should return: mostly what it has written, but
// now and then the whole item, to see what other writers have left there.
func (w *writer) returned(op int64) types.ReturnValue {
	if op%32 == 0 {
		return types.ReturnValueAllNew
	}
	return types.ReturnValueUpdatedNew
}
