package status

import (
	"math"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// TestBuckets checks that the buckets follow each other without a gap.
func TestBuckets(t *testing.T) {
	next := int64(0)
	for i := range numBuckets - 1 {
		first, width := bucketRange(i)
		require.Equal(t, next, first, "first of bucket %d", i)
		require.Equal(t, i, bucketOf(first))
		require.Equal(t, i, bucketOf(first+width-1))
		require.LessOrEqual(t, (width-1)*subBuckets, first, "width of bucket %d", i)
		next = first + width
	}
	require.EqualValues(t, longest, next)
	require.Equal(t, numBuckets-1, bucketOf(longest))
	require.Equal(t, numBuckets-1, bucketOf(math.MaxInt64))
}

// TestQuantiles compares quantiles with exact ones.
func TestQuantiles(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for name, draw := range map[string]func() float64{
		"uniform":     func() float64 { return r.Float64() * 1e6 },
		"exponential": func() float64 { return r.ExpFloat64() * 20_000 },
		"wide":        func() float64 { return math.Exp2(r.Float64() * topBits) },
		"few":         func() float64 { return float64(r.IntN(20)) },
		"two":         func() float64 { return []float64{5_000, 2e9}[r.IntN(2)] },
	} {
		for _, n := range []int{1, 2, 10, 99, 100, 20_000} {
			var h histogram
			exact := make([]time.Duration, n)
			for i := range exact {
				exact[i] = time.Duration(draw())
				h.add(exact[i])
			}
			slices.Sort(exact)
			var got times
			h.addTo(&got)
			require.EqualValues(t, n, got.count)
			require.Equal(t, exact[n-1], got.max)
			for _, q := range []float64{0, 0.01, 0.5, 0.9, 0.99, 1} {
				want := exact[max(0, int(math.Ceil(q*float64(n)))-1)]
				require.InDelta(t, want, got.quantile(q), float64(want)/16, "%s: %v of %d", name, q, n)
			}
		}
	}
}

func TestHistogramEdges(t *testing.T) {
	var h histogram
	var got times
	h.addTo(&got)
	require.Zero(t, got.quantile(0.99), "of none")
	h.add(-time.Second)
	h.add(time.Hour)
	h.addTo(&got)
	require.Equal(t, time.Hour, got.sum)
	require.Equal(t, time.Hour, got.quantile(1), "beyond the last bucket")
	require.Zero(t, got.quantile(0.5))

	h.add(longest - 1)
	got = times{}
	h.addTo(&got)
	require.InDelta(t, float64(longest), float64(got.quantile(0.6)), longest/16, "of the last bucket but one")

	got = times{}
	h = histogram{}
	h.add(-time.Second)
	h.add(time.Hour)
	h.addTo(&got)

	var parts times
	parts.add(&got)
	parts.add(&got)
	require.EqualValues(t, 4, parts.count)
	require.Equal(t, 2*time.Hour, parts.sum)
	require.Equal(t, time.Hour, parts.max)
}

func TestBelow(t *testing.T) {
	var h histogram
	for _, ns := range []time.Duration{0, 7, 8, 1023, 1024, 1025, 4095, 4096} {
		h.add(ns)
	}
	var got times
	h.addTo(&got)
	require.EqualValues(t, 2, got.below(3))
	require.EqualValues(t, 4, got.below(10))
	require.EqualValues(t, 7, got.below(12))
	require.EqualValues(t, 8, got.below(13))
}

func TestHistogramConcurrent(t *testing.T) {
	var h histogram
	var wg sync.WaitGroup
	for g := range 8 {
		wg.Go(func() {
			for i := range 10_000 {
				h.add(time.Duration(g*10_000 + i))
			}
		})
	}
	wg.Wait()
	var got times
	h.addTo(&got)
	require.EqualValues(t, 80_000, got.count)
	require.EqualValues(t, 79_999, got.max)
	require.EqualValues(t, 79_999*80_000/2, got.sum)
}
