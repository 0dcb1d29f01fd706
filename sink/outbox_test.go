package sink

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
	"go.etcd.io/bbolt"

	"github.com/starhost/starhost/alert"
)

// A taker is a receiver that notes what it took, and fails as it is told.
type taker struct {
	fail func(ids []string) error // nil takes all

	mu    sync.Mutex
	took  []string
	calls []string // the ids of each call, and when it was
	times []time.Time
}

func (r *taker) Deliver(_ context.Context, alerts []Entry) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	var ids []string
	for _, a := range alerts {
		ids = append(ids, a.ID)
	}
	r.calls = append(r.calls, strings.Join(ids, " "))
	r.times = append(r.times, time.Now())
	if r.fail != nil {
		if err := r.fail(ids); err != nil {
			return err
		}
	}
	r.took = append(r.took, ids...)
	return nil
}

func (r *taker) all() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.took)
}

func openOutbox(t testing.TB, path string, destinations ...Destination) *Outbox {
	t.Helper()
	o, err := OpenOutbox(path, OutboxOptions{Destinations: destinations})
	require.NoError(t, err)
	t.Cleanup(func() { o.Close() })
	return o
}

// start runs an Outbox until stop is called.
func start(t testing.TB, o *Outbox) (stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error)
	go func() { ended <- o.Run(ctx) }()
	return sync.OnceFunc(func() {
		cancel()
		require.NoError(t, <-ended)
	})
}

// deliverAll runs an Outbox until its queues are empty.
func deliverAll(t testing.TB, o *Outbox) {
	t.Helper()
	stop := start(t, o)
	defer stop()
	require.Eventually(t, func() bool {
		return !slices.ContainsFunc(o.Stats(), func(s OutboxStats) bool { return s.Receiver && s.Queued > 0 })
	}, 60*time.Second, 2*time.Millisecond)
}

func enqueue(t testing.TB, out Output, ids ...string) {
	t.Helper()
	write(t, out, ids...)
	require.NoError(t, out.Flush())
}

// queued are the ids in a queue, or of those set aside.
func queued(t testing.TB, o *Outbox, name string, aside bool) (ids []string) {
	t.Helper()
	for after := uint64(0); ; {
		entries, err := o.List(name, aside, after, 7)
		require.NoError(t, err)
		for _, e := range entries {
			var is alert.Alert
			require.NoError(t, json.Unmarshal(e.Alert, &is))
			require.Equal(t, e.ID, is.ID)
			ids = append(ids, e.ID)
			after = e.Seq
		}
		if len(entries) == 0 {
			return ids
		}
	}
}

func TestOutbox(t *testing.T) {
	path := filepath.Join(t.TempDir(), "outbox.db")
	one, two := &taker{}, &taker{}
	destinations := []Destination{{Name: "one", Receiver: one}, {Name: "two", Receiver: two, Batch: 10}, {Name: "kept"}}
	o := openOutbox(t, path, destinations...)
	require.Nil(t, o.Queue("three"))
	for _, name := range []string{"one", "two", "kept"} {
		enqueue(t, o.Queue(name), numbers(0, 150)...)
	}
	require.Equal(t, numbers(0, 150), queued(t, o, "one", false))
	write(t, o.Queue("one"), "150") // close commits it, though nobody flushed
	require.NoError(t, o.Close())
	require.NoError(t, o.Close())
	require.ErrorIs(t, o.Queue("one").Write(t.Context(), alertOf("x")), ErrClosed)
	require.ErrorIs(t, o.Queue("one").Flush(), ErrClosed)
	_, err := o.List("one", false, 0, 1)
	require.ErrorIs(t, err, ErrClosed)

	o = openOutbox(t, path, destinations...)
	deliverAll(t, o)
	require.Equal(t, numbers(0, 151), one.all())
	require.Equal(t, numbers(0, 150), two.all())
	require.Equal(t, strings.Join(numbers(0, 10), " "), two.calls[0])
	require.Len(t, two.calls, 15)
	require.NoError(t, o.Close())

	o = openOutbox(t, path, Destination{Name: "one"})
	stats := o.Stats()
	require.Len(t, stats, 3)
	require.Equal(t, []string{"kept", "one", "two"}, []string{stats[0].Destination, stats[1].Destination, stats[2].Destination})
	require.Equal(t, 150, stats[0].Queued)
	require.WithinDuration(t, time.Now(), stats[0].Oldest, time.Hour)
	require.Zero(t, stats[1].Queued)
	require.Zero(t, stats[1].Bytes)
	require.Zero(t, stats[1].Oldest)
	require.Nil(t, o.Queue("kept"), "it is in the file only")
	require.Equal(t, numbers(0, 150), queued(t, o, "kept", false))
	enqueue(t, o.Queue("one"), "new")
	last, err := o.List("one", false, 0, 1)
	require.NoError(t, err)
	require.EqualValues(t, 152, last[0].Seq, "numbers are not used again")
}

// TestOutboxIDs has an id for what has none.
func TestOutboxIDs(t *testing.T) {
	o := openOutbox(t, filepath.Join(t.TempDir(), "o"), Destination{Name: "one"})
	q := o.Queue("one")
	for _, v := range []any{"a", "a", "b", &alert.Alert{ID: strings.Repeat("x", 600)}} {
		require.NoError(t, q.Write(t.Context(), v))
	}
	require.NoError(t, q.Flush())
	entries, err := o.List("one", false, 0, 10)
	require.NoError(t, err)
	require.Len(t, entries, 4)
	require.Equal(t, "ac8d8342bbb2362d13f0a559a3621bb4", entries[0].ID)
	require.Equal(t, entries[0].ID, entries[1].ID)
	require.NotEqual(t, entries[0].ID, entries[2].ID)
	require.Len(t, entries[3].ID, 32)
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	require.Equal(t, context.Canceled, q.Write(ended, "c"))
	require.ErrorContains(t, q.Write(t.Context(), func() {}), "unsupported type")
}

// TestOutboxConcurrent has many callers, and one that delivers meanwhile.
func TestOutboxConcurrent(t *testing.T) {
	r := &taker{}
	o := openOutbox(t, filepath.Join(t.TempDir(), "o"), Destination{Name: "a", Receiver: r, Batch: 5}, Destination{Name: "b"})
	stop := start(t, o)
	var callers sync.WaitGroup
	const each = 20
	for c := range 32 {
		callers.Go(func() {
			for i := range each {
				for _, name := range []string{"a", "b"} {
					if err := o.Queue(name).Write(t.Context(), alertOf(fmt.Sprintf("%d/%d", c, i))); err != nil {
						t.Error(err)
					}
				}
				if err := o.Queue("a").Flush(); err != nil {
					t.Error(err)
				}
				o.Stats()
			}
		})
	}
	callers.Wait()
	require.Eventually(t, func() bool { return len(r.all()) == 32*each }, 60*time.Second, time.Millisecond)
	stop()
	for _, ids := range [][]string{r.all(), queued(t, o, "b", false)} {
		next := make(map[string]int)
		for _, id := range ids {
			caller, n, _ := strings.Cut(id, "/")
			require.Equal(t, fmt.Sprint(next[caller]), n, "in the order of caller %s", caller)
			next[caller]++
		}
		require.Len(t, ids, 32*each)
	}
	require.Empty(t, queued(t, o, "a", false))
}

func TestOutboxFull(t *testing.T) {
	down := errors.New("nobody is there")
	r := &taker{fail: func([]string) error { return down }}
	now := time.Now()
	path := filepath.Join(t.TempDir(), "o")
	o, err := OpenOutbox(path, OutboxOptions{
		Destinations: []Destination{{Name: "pager", Receiver: r, MaxAlerts: 3}, {Name: "chat", MaxBytes: 3000}},
		Now:          func() time.Time { return now },
	})
	require.NoError(t, err)
	defer o.Close()
	enqueue(t, o.Queue("pager"), "1", "2")
	write(t, o.Queue("pager"), "3")
	now = now.Add(90 * time.Minute)
	err = o.Queue("pager").Write(t.Context(), alertOf("4"))
	require.ErrorIs(t, err, ErrFull)
	require.Regexp(t, `outbox of pager is full: 3 alerts of \d+ bytes wait \(bounds 3 and 268435456\), the oldest for 1h30m0s: see why`, err.Error())
	require.NoError(t, o.Queue("pager").Flush(), "what is in is safe")
	require.ErrorIs(t, o.Queue("pager").Write(t.Context(), alertOf("4")), ErrFull)

	// A large one is taken if it is alone.
	large := alertOf("large")
	large.Title = strings.Repeat("x", 5000)
	require.NoError(t, o.Queue("chat").Write(t.Context(), large))
	require.ErrorIs(t, o.Queue("chat").Write(t.Context(), alertOf("small")), ErrFull)
	require.True(t, o.Stats()[0].NoRoom)
	require.NoError(t, o.Close())

	destinations := []Destination{{Name: "pager", Receiver: r, MaxAlerts: 3}}
	o = openOutbox(t, path, destinations...)
	require.ErrorIs(t, o.Queue("pager").Write(t.Context(), alertOf("4")), ErrFull, "after a new start as well")
	require.EqualValues(t, 1, o.Stats()[1].Full)
	stop := start(t, o)
	require.Eventually(t, func() bool { return o.Stats()[1].LastError != "" }, 60*time.Second, time.Millisecond)
	err = o.Queue("pager").Write(t.Context(), alertOf("4"))
	require.ErrorContains(t, err, "last error: nobody is there")
	stop()
	r.fail = nil
	deliverAll(t, o)
	enqueue(t, o.Queue("pager"), "4")
	deliverAll(t, o)
	require.Equal(t, []string{"1", "2", "3", "4"}, r.all())
}

// TestOutboxCut shows that a file that is cut while it is open makes nobody wait
// for ever.
func TestOutboxCut(t *testing.T) {
	for _, size := range []int64{0, 4096, 8192} {
		t.Run(fmt.Sprint(size), func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "o")
			o, err := OpenOutbox(path, OutboxOptions{Destinations: []Destination{{Name: "pager"}}})
			require.NoError(t, err)
			q := o.Queue("pager")
			for i := range 300 {
				write(t, q, fmt.Sprint(i))
			}
			require.NoError(t, q.Flush())
			require.NoError(t, os.Truncate(path, size))
			write(t, q, "more")
			require.ErrorContains(t, q.Flush(), "damaged")
			require.ErrorContains(t, o.Close(), "damaged")
			_, err = OpenOutbox(path, OutboxOptions{})
			require.ErrorContains(t, err, "outbox "+path, "it is not locked any more, and refused for what it is")
			require.NotErrorIs(t, err, ErrInUse)
		})
	}
}

// TestOutboxCutBusy cuts a file while many read and write it.
func TestOutboxCutBusy(t *testing.T) {
	for round := range 40 {
		path := filepath.Join(t.TempDir(), "o")
		o, err := OpenOutbox(path, OutboxOptions{Destinations: []Destination{{Name: "pager"}}})
		require.NoError(t, err)
		q := o.Queue("pager")
		for i := range 300 {
			write(t, q, fmt.Sprint(i))
		}
		require.NoError(t, q.Flush())
		var callers sync.WaitGroup
		for g := range 8 {
			callers.Go(func() {
				for i := 0; o.Err() == nil; i++ {
					if g < 6 {
						_, _ = o.List("pager", false, 0, 10)
					} else if q.Write(t.Context(), alertOf(fmt.Sprint(g, "/", i))) == nil {
						_ = q.Flush()
					}
				}
			})
		}
		require.NoError(t, os.Truncate(path, []int64{0, 4096, 8192, 16384}[round%4]))
		done := make(chan struct{})
		go func() { callers.Wait(); _ = o.Close(); close(done) }()
		select {
		case <-done:
		case <-time.After(time.Minute):
			t.Fatal("somebody waits for ever")
		}
	}
}

// TestOutboxTwice shows that an alert which waits to be stored does not wait
// twice, nor takes room twice, and that it may come again later.
func TestOutboxTwice(t *testing.T) {
	o := openOutbox(t, filepath.Join(t.TempDir(), "o"), Destination{Name: "pager", MaxAlerts: 2})
	q := o.queues["pager"]
	first, err := q.reserve(t.Context(), alertOf("1"))
	require.NoError(t, err)
	second, err := q.reserve(t.Context(), alertOf("1")) // by another caller, who does not know of the first
	require.NoError(t, err)
	require.NoError(t, first.take())
	require.NoError(t, second.take())
	write(t, q, "2")
	write(t, q, "1") // though there is no room
	require.ErrorIs(t, q.Write(t.Context(), alertOf("3")), ErrFull)
	require.NoError(t, q.Flush())
	require.Equal(t, []string{"1", "2"}, queued(t, o, "pager", false))
	require.ErrorIs(t, q.Write(t.Context(), alertOf("1")), ErrFull, "once it is stored it may come again")
}

// TestOutboxNoRoom has a queue say that it has no room: when an alert has found
// none, until there is room for it, or another one has found some.
func TestOutboxNoRoom(t *testing.T) {
	r := &taker{}
	o := openOutbox(t, filepath.Join(t.TempDir(), "o"), Destination{Name: "one", Receiver: r, MaxBytes: 10_000})
	q := o.Queue("one")
	large := func(id string) *alert.Alert {
		a := alertOf(id)
		a.Title = strings.Repeat("x", 6000)
		return a
	}
	noRoom := func() bool { return o.Stats()[0].NoRoom }
	require.NoError(t, q.Write(t.Context(), large("1")))
	require.False(t, noRoom())
	require.ErrorIs(t, q.Write(t.Context(), large("2")), ErrFull)
	require.True(t, noRoom())
	require.NoError(t, q.Flush())
	require.True(t, noRoom(), "a flush makes no room")
	enqueue(t, q, "3")
	require.False(t, noRoom(), "a small one has found room")
	require.ErrorIs(t, q.Write(t.Context(), large("2")), ErrFull)
	require.True(t, noRoom())
	deliverAll(t, o)
	require.False(t, noRoom(), "there is room for it")
	require.EqualValues(t, 2, o.Stats()[0].Full)
}

// TestOutboxRetired has more alerts wait than a queue without settings could
// have, under a name that is no longer given.
func TestOutboxRetired(t *testing.T) {
	path := filepath.Join(t.TempDir(), "o")
	r := &taker{fail: refuse("7")}
	const count = 20
	o := openOutbox(t, path, Destination{Name: "one", Receiver: r})
	enqueue(t, o.Queue("one"), "7")
	deliverAll(t, o)
	enqueue(t, o.Queue("one"), numbers(10, count)...)
	require.NoError(t, o.Close())
	o = openOutbox(t, path)
	o.queues["one"].MaxAlerts = 5 // as if it had bounds
	s := o.Stats()[0]
	require.True(t, s.Retired)
	require.False(t, s.NoRoom)
	require.Equal(t, []int{count - 10, 0, 0}, []int{s.Queued, s.MaxAlerts, int(s.MaxBytes)})
	moved, err := o.Retry("one")
	require.NoError(t, err)
	require.Equal(t, 1, moved)
}

// TestOutboxPauses has time go by at once.
func TestOutboxPauses(t *testing.T) {
	path := filepath.Join(t.TempDir(), "o")
	synctest.Test(t, func(t *testing.T) {
		failures := 0
		r := &taker{}
		r.fail = func([]string) error {
			failures++
			switch {
			case failures <= 12:
				return errors.New("no answer")
			case failures == 13:
				return &DeliveryError{Err: errors.New("slowly"), RetryAfter: 20 * time.Minute}
			case failures == 14:
				return &DeliveryError{Err: errors.New("slowly"), RetryAfter: 1000 * time.Hour}
			}
			return nil
		}
		var log bytes.Buffer
		o, err := OpenOutbox(path, OutboxOptions{
			Destinations: []Destination{{Name: "one", Receiver: r}}, Log: slog.New(slog.NewTextHandler(&log, nil)),
		})
		require.NoError(t, err)
		enqueue(t, o.Queue("one"), "1", "2")
		stop := start(t, o)
		time.Sleep(5 * time.Minute)
		synctest.Wait()
		s := o.Stats()[0]
		require.Equal(t, "no answer", s.LastError)
		require.NotZero(t, s.Retries)
		require.Equal(t, 2, s.Queued)
		require.True(t, s.NextTry.After(time.Now()) && s.NextTry.Before(time.Now().Add(5*time.Minute)))
		time.Sleep(4 * time.Hour)
		synctest.Wait()
		require.Equal(t, []string{"1", "2"}, r.all())
		want := time.Second
		for i := 1; i < 13; i++ {
			pause := r.times[i].Sub(r.times[i-1])
			require.LessOrEqual(t, pause, want, "pause %d", i)
			require.GreaterOrEqual(t, pause, want/2, "pause %d", i)
			want = min(2*want, 5*time.Minute)
		}
		require.Equal(t, 20*time.Minute, r.times[13].Sub(r.times[12]))
		require.Equal(t, time.Hour, r.times[14].Sub(r.times[13]))
		require.Zero(t, r.times[15].Sub(r.times[14]))
		s = o.Stats()[0]
		require.Equal(t, OutboxStats{
			Destination: "one", Receiver: true, MaxAlerts: 100_000, MaxBytes: 256 << 20,
			Delivered: 2, Retries: 14, LastDelivered: r.times[15],
		}, s)
		stop()
		require.NoError(t, o.Close())
		require.Contains(t, log.String(), "alerts are delivered again")
	})
}

// TestOutboxGivesUp has a receiver that is busy with what it got before, and
// then one that has it already.
func TestOutboxGivesUp(t *testing.T) {
	path := filepath.Join(t.TempDir(), "o")
	synctest.Test(t, func(t *testing.T) {
		conflict := &DeliveryError{Err: errors.New("conflict"), GiveUp: 5}
		other, bad := errors.New("no answer"), &DeliveryError{Err: errors.New("bad"), Refused: true}
		script := map[string][]error{
			"1": {conflict, conflict, conflict, conflict, nil},
			"2": {conflict, conflict, conflict, conflict, other, conflict, conflict, conflict, conflict, nil},
			"3": {conflict, conflict, conflict, conflict, conflict},
			"4": {conflict, conflict, conflict, conflict, bad},
			"5": {conflict, nil},
		}
		r := &taker{fail: func(ids []string) (err error) {
			err, script[ids[0]] = script[ids[0]][0], script[ids[0]][1:]
			return err
		}}
		o, err := OpenOutbox(path, OutboxOptions{Destinations: []Destination{{Name: "one", Receiver: r}}})
		require.NoError(t, err)
		enqueue(t, o.Queue("one"), "1", "2", "3", "4", "5")
		stop := start(t, o)
		time.Sleep(24 * time.Hour)
		synctest.Wait()
		stop()
		require.Equal(t, []string{"1", "2", "5"}, r.all())
		require.Equal(t, []string{"3", "4"}, queued(t, o, "one", true))
		for id, rest := range script {
			require.Empty(t, rest, id)
		}
		require.NoError(t, o.Close())
	})
}

func refuse(bad ...string) func([]string) error {
	return func(ids []string) error {
		for _, id := range ids {
			if slices.Contains(bad, id) {
				return &DeliveryError{Refused: true, Status: 422, Err: fmt.Errorf("422 no %s", id)}
			}
		}
		return nil
	}
}

func TestOutboxRefused(t *testing.T) {
	path := filepath.Join(t.TempDir(), "o")
	r := &taker{fail: refuse("3", "11", "12")}
	destination := Destination{Name: "one", Receiver: r, Batch: 5}
	o := openOutbox(t, path, destination)
	enqueue(t, o.Queue("one"), numbers(0, 20)...)
	deliverAll(t, o)
	want := slices.DeleteFunc(numbers(0, 20), func(id string) bool { return id == "3" || id == "11" || id == "12" })
	require.Equal(t, want, r.all())
	require.Equal(t, []string{"0 1 2 3 4", "0", "1", "2", "3", "4", "5 6 7 8 9", "10 11 12 13 14"}, r.calls[:8])
	require.Equal(t, []string{"3", "11", "12"}, queued(t, o, "one", true))
	require.NoError(t, o.Close())

	o = openOutbox(t, path, destination)
	s := o.Stats()[0]
	require.Equal(t, 3, s.SetAside)
	aside, err := o.List("one", true, 0, 10)
	require.NoError(t, err)
	require.Equal(t, "422 no 3", aside[0].Reason)
	require.WithinDuration(t, time.Now(), aside[0].Aside, time.Hour)

	r.fail, r.took = refuse("12"), nil
	moved, err := o.Retry("one", aside[1].Seq, aside[2].Seq, 999)
	require.NoError(t, err)
	require.Equal(t, 2, moved)
	require.Equal(t, []string{"11", "12"}, queued(t, o, "one", false))
	deliverAll(t, o)
	require.Equal(t, []string{"11"}, r.all())
	require.Equal(t, []string{"3", "12"}, queued(t, o, "one", true))
	s = o.Stats()[0]
	require.EqualValues(t, 1, s.Refused)
	require.EqualValues(t, 1, s.Delivered)
	require.Equal(t, "422 no 12", s.LastError)
	r.fail = nil
	moved, err = o.Retry("one")
	require.NoError(t, err)
	require.Equal(t, 2, moved)
	deliverAll(t, o)
	require.Equal(t, []string{"11", "3", "12"}, r.all())
	_, err = o.Retry("two")
	require.ErrorContains(t, err, `no destination "two"`)
}

func TestOutboxAsideIsBounded(t *testing.T) {
	path := filepath.Join(t.TempDir(), "o")
	r := &taker{fail: func(ids []string) error { return fmt.Errorf("%w: %s", ErrRefused, strings.Repeat("é", 5000)) }}
	o := openOutbox(t, path, Destination{Name: "one", Receiver: r, MaxAside: 4, MaxAlerts: 20}, Destination{Name: "onf", Receiver: r, MaxBytes: 20_000})
	for _, name := range []string{"onf", "one"} {
		enqueue(t, o.Queue(name), numbers(0, 20)...)
	}
	deliverAll(t, o)
	require.Equal(t, numbers(16, 20), queued(t, o, "one", true))
	require.Equal(t, numbers(16, 20), queued(t, o, "onf", true), "4 of about 4.3 KB")
	s := o.Stats()[0]
	require.EqualValues(t, 16, s.Dropped)
	require.EqualValues(t, 20, s.Refused)
	require.NoError(t, o.Close())
	// No more go back than have room.
	o = openOutbox(t, path, Destination{Name: "one", MaxAlerts: 3})
	moved, err := o.Retry("one")
	require.ErrorIs(t, err, ErrFull)
	require.Equal(t, 3, moved)
	require.Equal(t, numbers(16, 19), queued(t, o, "one", false))
	require.Equal(t, numbers(19, 20), queued(t, o, "one", true))
}

// TestOutboxRunEnds gives up a delivery that is under way.
func TestOutboxRunEnds(t *testing.T) {
	begun := make(chan bool)
	o := openOutbox(t, filepath.Join(t.TempDir(), "o"), Destination{Name: "one", Receiver: hanging(begun)})
	enqueue(t, o.Queue("one"), "1")
	stop := start(t, o)
	<-begun
	stop()
	require.Equal(t, []string{"1"}, queued(t, o, "one", false))
	require.Zero(t, o.Stats()[0].Retries)
}

type hanging chan bool

func (h hanging) Deliver(ctx context.Context, _ []Entry) error {
	h <- true
	<-ctx.Done()
	return ctx.Err()
}

func TestOutboxOptions(t *testing.T) {
	path := filepath.Join(t.TempDir(), "o")
	for text, destinations := range map[string][]Destination{
		`destination "": a name of an outbox has 1 to 200 bytes`: {{}},
		`destination "a\x00b"`:                        {{Name: "a\x00b"}},
		`destination "a": there are two of this name`: {{Name: "a"}, {Name: "a"}},
	} {
		_, err := OpenOutbox(path, OutboxOptions{Destinations: destinations})
		require.ErrorContains(t, err, text)
	}
	_, err := OpenOutbox(filepath.Join(t.TempDir(), "no", "folder"), OutboxOptions{})
	require.ErrorIs(t, err, os.ErrNotExist)
	require.NoFileExists(t, path)
}

func TestOutboxInUse(t *testing.T) {
	path := filepath.Join(t.TempDir(), "o")
	synctest.Test(t, func(t *testing.T) { // where waiting takes no time
		o, err := OpenOutbox(path, OutboxOptions{})
		require.NoError(t, err)
		_, err = OpenOutbox(path, OutboxOptions{})
		require.ErrorIs(t, err, ErrInUse)
		require.EqualError(t, err, "outbox "+path+": the file is in use by another process: one at a time can have it; stop that one, or use another file")
		require.NoError(t, o.Close())
	})
	openOutbox(t, path)
}

func TestOutboxForeign(t *testing.T) {
	folder := t.TempDir()
	other := filepath.Join(folder, "other.db")
	db, err := bbolt.Open(other, 0o600, &bbolt.Options{NoFreelistSync: true, PageSize: outboxPageSize})
	require.NoError(t, err)
	require.NoError(t, db.Update(func(tx *bbolt.Tx) error { _, err := tx.CreateBucket([]byte("mine")); return err }))
	require.NoError(t, db.Close())
	whole := filepath.Join(folder, "later.db")
	require.NoError(t, createOutbox(whole))
	db, err = bbolt.Open(whole, 0o600, &bbolt.Options{NoFreelistSync: true})
	require.NoError(t, err)
	require.NoError(t, db.Update(func(tx *bbolt.Tx) error {
		return tx.Bucket(inOutbox).Put(keyFormat, seal(keyFormat, []byte{2, 0, 0, 0, 9}))
	}))
	require.NoError(t, db.Close())
	for name, text := range map[string]string{
		"empty":  "",
		"text":   "my precious notes\n",
		"zeros":  string(make([]byte, 100_000)),
		"sqlite": "SQLite format 3\x00" + string(make([]byte, 8192)),
	} {
		require.NoError(t, os.WriteFile(filepath.Join(folder, name), []byte(text), 0o600))
	}
	for name, want := range map[string]error{
		"empty": ErrForeign, "text": ErrForeign, "zeros": ErrForeign, "sqlite": ErrForeign, "other.db": ErrForeign, "later.db": ErrFormat,
	} {
		path := filepath.Join(folder, name)
		before := readFile(t, path)
		_, err := OpenOutbox(path, OutboxOptions{})
		require.ErrorIs(t, err, want, name)
		require.Equal(t, before, readFile(t, path), name)
	}
	_, err = OpenOutbox(folder, OutboxOptions{})
	require.ErrorContains(t, err, "directory")
}

// wholeOutbox makes a file that has seen some: branches, alerts of several
// pages, free pages, ones set aside. It returns what it has and its content.
func wholeOutbox(t testing.TB, path string) (content string, file []byte) {
	r := &taker{fail: refuse("5", "50", "51")}
	o := openOutbox(t, path, Destination{Name: "one", Receiver: r}, Destination{Name: "two"})
	for i := range 80 {
		a := alertOf(fmt.Sprint(i))
		a.Title = strings.Repeat("x", i*i%6000)
		for _, name := range []string{"one", "two"} {
			require.NoError(t, o.Queue(name).Write(context.Background(), a))
		}
	}
	require.NoError(t, o.Queue("one").Flush())
	deliverAll(t, o)
	enqueue(t, o.Queue("one"), numbers(120, 160)...)
	content = contentOf(t, o)
	used := int64(0)
	require.NoError(t, o.db.View(func(tx *bbolt.Tx) error { used = tx.Size(); return nil }))
	require.NoError(t, o.Close())
	file, err := os.ReadFile(path)
	require.NoError(t, err)
	return content, file[:used]
}

func contentOf(t testing.TB, o *Outbox) string {
	var b strings.Builder
	for _, name := range []string{"one", "two"} {
		for _, aside := range []bool{false, true} {
			fmt.Fprintln(&b, name, aside, queued(t, o, name, aside))
		}
	}
	return b.String()
}

// tryDamaged opens a file that was changed: it is refused and left as it is, or
// it has what it had. Meta pages come by turns, so damage to the later one
// leaves what the transaction before had. With writes it works on, too.
func tryDamaged(t testing.TB, path string, file []byte, writes bool, content ...string) (opened bool) {
	t.Helper()
	require.NoError(t, os.WriteFile(path, file, 0o600))
	o, err := OpenOutbox(path, OutboxOptions{Destinations: []Destination{{Name: "one"}, {Name: "two"}}})
	if err != nil {
		if !errors.Is(err, ErrDamaged) && !errors.Is(err, ErrForeign) && !errors.Is(err, ErrFormat) {
			t.Errorf("refused with error %v", err)
		}
		require.True(t, bytes.Equal(file, readFile(t, path)), "the refused file was changed")
		return false
	}
	defer o.Close()
	require.Contains(t, content, contentOf(t, o), "opened with a content that it never had")
	if !writes {
		return true
	}
	enqueue(t, o.Queue("one"), numbers(1000, 1020)...) // so that free pages are used
	got := queued(t, o, "one", false)
	require.Equal(t, numbers(1000, 1020), got[len(got)-20:])
	require.NoError(t, o.Close())
	o = openOutbox(t, path)
	require.Equal(t, got, queued(t, o, "one", false))
	require.NoError(t, o.Close())
	return true
}

func TestOutboxDamage(t *testing.T) {
	path := filepath.Join(t.TempDir(), "o")
	now, whole := wholeOutbox(t, path)
	r := rand.New(rand.NewPCG(1, 2))
	pages := len(whole) / outboxPageSize
	before := previousContent(t, path, whole)
	opened, refused := 0, 0
	for name, damage := range map[string]func(file []byte) []byte{
		"cut":           func(file []byte) []byte { return file[:r.IntN(len(file))] },
		"cut at a page": func(file []byte) []byte { return file[:r.IntN(pages)*outboxPageSize] },
		"a bit":         func(file []byte) []byte { file[r.IntN(len(file))] ^= 1 << r.IntN(8); return file },
		"a bit of a header": func(file []byte) []byte {
			file[r.IntN(pages)*outboxPageSize+r.IntN(200)] ^= 1 << r.IntN(8)
			return file
		},
		"zeros": func(file []byte) []byte { clear(file[r.IntN(len(file)/512)*512:][:512]); return file },
		"a page in the place of another": func(file []byte) []byte {
			copy(file[r.IntN(pages)*outboxPageSize:][:outboxPageSize], file[r.IntN(pages)*outboxPageSize:])
			return file
		},
	} {
		t.Run(name, func(t *testing.T) {
			for range 15 {
				if tryDamaged(t, path, damage(slices.Clone(whole)), true, now, before) {
					opened++
				} else {
					refused++
				}
			}
		})
	}
	t.Logf("%d opened, %d refused", opened, refused)
	require.Greater(t, opened, 5, "damage is to hit free pages, too")
	require.Greater(t, refused, 30)
}

// previousContent is what the file has without its last transaction.
func previousContent(t testing.TB, path string, whole []byte) string {
	const head, transaction, size = 16, 48, 64 // of a meta page
	file := slices.Clone(whole)
	last := 0
	if order := binary.NativeEndian; order.Uint64(file[outboxPageSize+head+transaction:]) > order.Uint64(file[head+transaction:]) {
		last = outboxPageSize
	}
	clear(file[last+head:][:size])
	require.NoError(t, os.WriteFile(path, file, 0o600))
	o := openOutbox(t, path)
	defer o.Close()
	return contentOf(t, o)
}

func FuzzOutbox(f *testing.F) {
	path := filepath.Join(f.TempDir(), "o")
	now, whole := wholeOutbox(f, path)
	before := previousContent(f, path, whole)
	f.Add(uint32(16), []byte("\xff\xff"), uint32(0))
	f.Add(uint32(8192), []byte{1, 2, 3, 4, 5, 6, 7, 8, 1}, uint32(0))
	f.Add(uint32(20000), []byte{}, uint32(30000))
	f.Fuzz(func(t *testing.T, at uint32, change []byte, cut uint32) {
		file := slices.Clone(whole)
		copy(file[int(at)%len(file):], change)
		if cut != 0 {
			file = file[:int(cut)%len(file)]
		}
		tryDamaged(t, filepath.Join(t.TempDir(), "f"), file, false, now, before)
	})
}

// TestOutboxDamagedWhileOpen overwrites the file under an open outbox.
func TestOutboxDamagedWhileOpen(t *testing.T) {
	path := filepath.Join(t.TempDir(), "o")
	wholeOutbox(t, path)
	o := openOutbox(t, path, Destination{Name: "one", Receiver: &taker{}})
	size := len(readFile(t, path))
	f, err := os.OpenFile(path, os.O_WRONLY, 0)
	require.NoError(t, err)
	_, err = f.WriteAt(bytes.Repeat([]byte{0xAA}, size-2*outboxPageSize), 2*outboxPageSize)
	require.NoError(t, errors.Join(err, f.Close()))
	err = o.Run(t.Context())
	require.ErrorContains(t, err, "outbox "+path+" stopped, as it is in doubt what the file holds: start again, which checks it")
	require.Equal(t, err, o.Err())
	require.Equal(t, err, o.Queue("one").Write(t.Context(), alertOf("1")))
	require.Equal(t, err, o.Queue("one").Flush())
}

func BenchmarkOutbox(b *testing.B) {
	for _, callers := range []int{1, 64} {
		b.Run(fmt.Sprint(callers), func(b *testing.B) {
			o := openOutbox(b, filepath.Join(b.TempDir(), "o"), Destination{Name: "one", MaxAlerts: 1 << 30, MaxBytes: 1 << 40})
			benchmark(b, o.Queue("one"), callers)
		})
	}
	b.Run("deliver", func(b *testing.B) {
		r := &taker{}
		o := openOutbox(b, filepath.Join(b.TempDir(), "o"), Destination{Name: "one", Receiver: r, MaxAlerts: 1 << 30, MaxBytes: 1 << 40})
		enqueue(b, o.Queue("one"), numbers(0, b.N)...)
		b.ResetTimer()
		deliverAll(b, o)
		b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "alerts/s")
	})
}
