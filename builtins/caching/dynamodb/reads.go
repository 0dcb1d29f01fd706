package dynamodb

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	api "github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/starhost/starhost/builtins/caching"
)

// reads have at most readers requests under way. Reads that come meanwhile
// wait, and then go together, the same key once. Each is answered by the first
// answer that has something on its key. A key that the table leaves out holds
// up no other: its callers come again, each after a pause of its own.
type reads struct {
	store *Store

	mu      sync.Mutex
	waiting []*read
	working int // goroutines at work
}

const (
	readers     = 4
	maxBatchGet = 100 // keys in a request
)

// A read waits for the item under its key.
type read struct {
	ctx      context.Context
	key      string
	attempts int             // that left its key out
	alone    bool            // goes with no other key
	done     chan readAnswer // has room for the answer
}

// A readAnswer is an item or an error, or has a read come again.
type readAnswer struct {
	item  attributes
	err   error
	again *again
}

// An again says why a read is to come again, and how.
type again struct {
	alone   bool      // at once, with no other key
	request string    // that left the key out
	err     error     // why
	until   time.Time // when the budget is used up that began with the request
}

// Get implements caching.Store.
func (s *Store) Get(ctx context.Context, key string, now int64) (caching.Item, error) {
	if err := caching.CheckKey(key); err != nil {
		return caching.Item{}, err
	}
	if err := ctx.Err(); err != nil {
		return caching.Item{}, err
	}
	if err := s.enter(); err != nil {
		return caching.Item{}, err
	}
	defer s.running.Done()
	item, err := s.reads.get(ctx, key)
	if err != nil || hasExpired(item, now) {
		return caching.Item{}, err
	}
	return decode(key, item)
}

// get returns the item under a key.
func (r *reads) get(ctx context.Context, key string) (attributes, error) {
	begun := time.Now()
	one := &read{ctx: ctx, key: key, done: make(chan readAnswer, 1)}
	failure := &Error{Request: "GetItem", Table: r.store.table}
	for failure.Ended == nil {
		r.join(one)
		select {
		case got := <-one.done:
			switch {
			case got.again == nil:
				return got.item, got.err
			case got.again.alone:
				one.alone = true
				continue
			case failure.Err == nil: // its budget has begun
				limited, end := context.WithDeadlineCause(ctx, got.again.until, &timeLimitError{"no success", r.store.budget})
				defer end()
				one.ctx = limited
			}
			one.attempts++
			failure.Request, failure.Attempts, failure.Err = got.again.request, one.attempts, got.again.err
			failure.Ended = pause(one.ctx, firstThrottleDelay, one.attempts)
		case <-one.ctx.Done():
			if failure.Ended = context.Cause(one.ctx); failure.Err == nil {
				failure.Err = &waitError{time.Since(begun)}
			}
		}
	}
	return nil, failure
}

// join puts a read where it will be sent.
func (r *reads) join(one *read) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.waiting = append(r.waiting, one)
	if r.working < readers {
		r.working++
		r.store.running.Go(r.work)
	}
}

// work sends what waits until nothing does.
func (r *reads) work() {
	for {
		g := r.take()
		if g == nil {
			return
		}
		r.store.readAll(g)
	}
}

// A group are the reads that one request serves, by their keys.
type group map[string][]*read

// take removes reads of up to as many keys as go together. It returns nil when
// none waits; the goroutine is then over.
func (r *reads) take() group {
	r.mu.Lock()
	defer r.mu.Unlock()
	g, most := make(group), maxBatchGet
	for len(r.waiting) > 0 {
		one := r.waiting[0]
		if one.ctx.Err() == nil { // else its caller has gone
			joins := g[one.key] != nil
			if !joins && len(g) == most || one.alone && len(g) > 0 && !(joins && len(g) == 1) {
				return g
			}
			if g[one.key] = append(g[one.key], one); one.alone {
				most = 1
			}
		}
		r.waiting[0] = nil
		r.waiting = r.waiting[1:]
	}
	if len(g) == 0 {
		r.working--
		return nil
	}
	return g
}

// readAll reads the items under the keys of a group, and answers its reads. As
// all reads, it sees all writes that were answered before.
func (s *Store) readAll(g group) {
	ctx, end := s.limit(context.Background(), s.budget) // no single caller can end it
	defer end()
	if g.repeated() {
		s.stats.retries.Add(1)
	}
	if len(g) > 1 {
		s.readMany(ctx, g)
		return
	}
	for key := range g {
		s.readOne(ctx, key, g)
	}
}

// repeated reports whether some read was sent before.
func (g group) repeated() bool {
	for _, waiting := range g {
		for _, one := range waiting {
			if one.attempts > 0 {
				return true
			}
		}
	}
	return false
}

// answer gives the reads of a key an answer, and removes them.
func (g group) answer(key string, a readAnswer) {
	for _, one := range g[key] {
		one.done <- a
	}
	delete(g, key)
}

// answerAll gives all reads an answer.
func (g group) answerAll(a readAnswer) {
	for key := range g {
		g.answer(key, a)
	}
}

// again says that a key which a request of ctx left out is to be asked for
// again.
func (s *Store) again(ctx context.Context, request string, err error) readAnswer {
	s.stats.throttled.Add(1)
	until, _ := ctx.Deadline()
	return readAnswer{again: &again{request: request, err: err, until: until}}
}

// ask sends a request that reads. A table that has no capacity for it is no
// error, as no goroutine is to wait for that: it is told apart, as full.
func (s *Store) ask(ctx context.Context, request string, send func(context.Context) error) (full, err error) {
	err = s.do(ctx, request, func(ctx context.Context) error {
		err := send(ctx)
		if err != nil && judge(err) == throttled {
			full, err = bare(err), nil
		}
		return err
	})
	return full, err
}

// readOne reads the only key of a group.
func (s *Store) readOne(ctx context.Context, key string, g group) {
	in := &api.GetItemInput{TableName: &s.table, Key: keyOf(key), ConsistentRead: aws.Bool(true)}
	var out *api.GetItemOutput
	full, err := s.ask(ctx, "GetItem", func(ctx context.Context) (err error) {
		out, err = s.client.GetItem(ctx, in)
		return err
	})
	switch {
	case err != nil:
		g.answer(key, readAnswer{err: err})
	case full != nil:
		g.answer(key, s.again(ctx, "GetItem", full))
	default:
		g.answer(key, readAnswer{item: out.Item})
	}
}

// errUnprocessed is why a read comes again that an answer says nothing of.
var errUnprocessed = errors.New("the table left the key of a batch unprocessed")

// readMany reads several keys. One that may not be read fails the request for
// all, so each goes alone then. An answer has no more than 16 MB, and leaves
// out what does not fit in as it does what the table has no capacity for.
func (s *Store) readMany(ctx context.Context, g group) {
	in := &api.BatchGetItemInput{RequestItems: map[string]types.KeysAndAttributes{
		s.table: {Keys: g.keys(), ConsistentRead: aws.Bool(true)},
	}}
	var out *api.BatchGetItemOutput
	full, err := s.ask(ctx, "BatchGetItem", func(ctx context.Context) (err error) {
		out, err = s.client.BatchGetItem(ctx, in)
		return err
	})
	switch {
	case denied(err):
		g.answerAll(readAnswer{again: &again{alone: true}})
	case err != nil:
		g.answerAll(readAnswer{err: err})
	case full != nil:
		g.answerAll(s.again(ctx, "BatchGetItem", full))
	default:
		if g.deliver(out); len(g) > 0 {
			g.answerAll(s.again(ctx, "BatchGetItem", errUnprocessed))
		}
	}
}

func (g group) keys() []attributes {
	keys := make([]attributes, 0, len(g))
	for key := range g {
		keys = append(keys, keyOf(key))
	}
	return keys
}

// deliver gives the reads their items, also those for which there is none. What
// the table left out stays in the group.
func (g group) deliver(out *api.BatchGetItemOutput) {
	left := make(map[string]bool)
	for _, table := range out.UnprocessedKeys {
		for _, key := range table.Keys {
			left[nameOf(key)] = true
		}
	}
	for _, table := range out.Responses {
		for _, item := range table {
			g.answer(nameOf(item), readAnswer{item: item})
		}
	}
	for key := range g {
		if !left[key] {
			g.answer(key, readAnswer{})
		}
	}
}

// nameOf returns the key of an item.
func nameOf(item attributes) string {
	key, _ := item[caching.AttrKey].(*types.AttributeValueMemberS)
	if key == nil {
		return ""
	}
	return key.Value
}
