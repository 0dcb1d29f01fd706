package status

import (
	"math/bits"
	"sync/atomic"
	"time"
)

// A histogram counts durations. Many goroutines may add to it at once, without
// a lock. The zero value is empty.
//
// Its buckets are log-linear: eight of the same width between one power of two
// (in nanoseconds) and the next, so none is wider than an eighth of the
// durations in it. Quantiles are the middle of a bucket: at most 1/16 (6.25%)
// away from the exact one, for durations below longest.
type histogram struct {
	buckets [numBuckets]atomic.Uint64
	sum     atomic.Int64 // nanoseconds
	max     atomic.Int64
}

const (
	subBits    = 3 // eight buckets in each power of two
	subBuckets = 1 << subBits
	topBits    = 37
	numBuckets = (topBits-subBits+1)*subBuckets + 1

	// longest is where the last bucket begins, 137 s: of what is in it only
	// the maximum tells how long it was.
	longest = 1 << topBits
)

// add counts a duration; a negative one counts as 0.
func (h *histogram) add(d time.Duration) {
	ns := max(0, int64(d))
	h.buckets[bucketOf(ns)].Add(1)
	h.sum.Add(ns)
	for {
		most := h.max.Load()
		if ns <= most || h.max.CompareAndSwap(most, ns) {
			return
		}
	}
}

// bucketOf returns the bucket of a number of nanoseconds.
func bucketOf(ns int64) int {
	if ns < subBuckets {
		return int(ns)
	}
	if ns >= longest {
		return numBuckets - 1
	}
	shift := bits.Len64(uint64(ns)) - subBits - 1
	return shift*subBuckets + int(ns>>shift)
}

// bucketRange returns the first number of a bucket and how many it has.
func bucketRange(i int) (first, width int64) {
	if i < 2*subBuckets {
		return int64(i), 1
	}
	shift := i/subBuckets - 1
	return int64(i%subBuckets+subBuckets) << shift, 1 << shift
}

// times is what a histogram held at some time.
type times struct {
	buckets [numBuckets]uint64
	count   uint64
	sum     time.Duration
	max     time.Duration
}

// addTo adds what the histogram holds to t. What is counted meanwhile may be
// in one figure and not yet in another.
func (h *histogram) addTo(t *times) {
	for i := range h.buckets {
		n := h.buckets[i].Load()
		t.buckets[i] += n
		t.count += n
	}
	t.sum += time.Duration(h.sum.Load())
	t.max = max(t.max, time.Duration(h.max.Load()))
}

func (t *times) add(other *times) {
	for i, n := range other.buckets {
		t.buckets[i] += n
	}
	t.count += other.count
	t.sum += other.sum
	t.max = max(t.max, other.max)
}

// quantile returns the least duration that at least the share q of all do not
// exceed, within the error that histogram has; 0 if there are none.
func (t *times) quantile(q float64) time.Duration {
	if t.count == 0 {
		return 0
	}
	rank := uint64(q * float64(t.count))
	if float64(rank) < q*float64(t.count) || rank == 0 {
		rank++
	}
	var below uint64
	for i, n := range t.buckets {
		if below += n; below >= rank {
			if i == numBuckets-1 {
				return t.max
			}
			first, width := bucketRange(i)
			return min(time.Duration(first+(width-1)/2), t.max)
		}
	}
	return t.max
}

// below returns how many durations are less than 1<<shift nanoseconds, which
// is exact.
func (t *times) below(shift int) uint64 {
	var n uint64
	for _, k := range t.buckets[:bucketOf(1<<shift)] {
		n += k
	}
	return n
}
