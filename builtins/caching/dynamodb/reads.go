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
// wait, and then go together, the same key once.
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
	ctx  context.Context
	key  string
	done chan readAnswer // has room for the answer
}

type readAnswer struct {
	item attributes
	err  error
}

// Get implements caching.Store.
func (s *Store) Get(ctx context.Context, key string, now int64) (caching.Item, error) {
	if err := caching.CheckKey(key); err != nil {
		return caching.Item{}, err
	}
	if err := ctx.Err(); err != nil {
		return caching.Item{}, err
	}
	r := &read{ctx: ctx, key: key, done: make(chan readAnswer, 1)}
	if err := s.reads.join(r); err != nil {
		return caching.Item{}, err
	}
	begun := time.Now()
	select {
	case got := <-r.done:
		if got.err != nil {
			return caching.Item{}, got.err
		}
		it, err := decode(key, got.item)
		return it.At(now), err
	case <-ctx.Done():
		return caching.Item{}, &Error{Request: "GetItem", Table: s.table, Ended: ctx.Err(), Err: &waitError{time.Since(begun)}}
	}
}

func (r *reads) join(one *read) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.working < readers {
		if !r.store.spawn(r.work) {
			return ErrClosed
		}
		r.working++
	}
	r.waiting = append(r.waiting, one)
	return nil
}

// work sends what waits until nothing does.
func (r *reads) work() {
	for {
		group := r.take()
		if group == nil {
			return
		}
		items, err := r.store.getAll(group)
		for key, waiting := range group {
			for _, one := range waiting {
				one.done <- readAnswer{items[key], err}
			}
		}
	}
}

// take removes reads of up to as many keys as go together, by their keys. It
// returns nil when none waits; the goroutine is then over.
func (r *reads) take() map[string][]*read {
	r.mu.Lock()
	defer r.mu.Unlock()
	group := make(map[string][]*read)
	for len(r.waiting) > 0 {
		one := r.waiting[0]
		if one.ctx.Err() == nil { // else its caller has gone
			if group[one.key] == nil && len(group) == maxBatchGet {
				return group
			}
			group[one.key] = append(group[one.key], one)
		}
		r.waiting[0] = nil
		r.waiting = r.waiting[1:]
	}
	if len(group) == 0 {
		r.working--
		return nil
	}
	return group
}

// getAll reads the items under the keys of a group.
func (s *Store) getAll(group map[string][]*read) (map[string]attributes, error) {
	ctx, cancel := s.limit(context.Background()) // no single caller can end it
	defer cancel()
	items := make(map[string]attributes, len(group))
	if len(group) == 1 {
		for key := range group {
			item, err := s.getOne(ctx, key)
			items[key] = item
			return items, err
		}
	}
	wanted := make([]attributes, 0, len(group))
	for key := range group {
		wanted = append(wanted, keyOf(key))
	}
	return items, s.getMany(ctx, wanted, items)
}

// getOne reads an item. As all reads, it sees all writes that were answered
// before.
func (s *Store) getOne(ctx context.Context, key string) (attributes, error) {
	in := &api.GetItemInput{TableName: &s.table, Key: keyOf(key), ConsistentRead: aws.Bool(true)}
	var out *api.GetItemOutput
	err := s.do(ctx, "GetItem", func(ctx context.Context) (err error) {
		out, err = s.client.GetItem(ctx, in)
		return err
	})
	if err != nil {
		return nil, err
	}
	return out.Item, nil
}

// errUnprocessed is why a request is repeated whose answer has none of its
// keys.
var errUnprocessed = &throttledError{errors.New("the table left all keys of a batch unprocessed")}

// getMany reads the items under different keys into items. What the table
// leaves out, as too much for one answer or for its capacity, it asks again.
func (s *Store) getMany(ctx context.Context, keys []attributes, items map[string]attributes) error {
	for len(keys) > 0 {
		var rest []attributes
		err := s.do(ctx, "BatchGetItem", func(ctx context.Context) error {
			out, err := s.client.BatchGetItem(ctx, &api.BatchGetItemInput{
				RequestItems: map[string]types.KeysAndAttributes{s.table: {Keys: keys, ConsistentRead: aws.Bool(true)}},
			})
			if err != nil {
				return err
			}
			rest = gather(out, items)
			if len(rest) == len(keys) {
				return errUnprocessed
			}
			return nil
		})
		if err != nil {
			return err
		}
		keys = rest
	}
	return nil
}

// gather adds the items of an answer, and returns the keys that it left out.
func gather(out *api.BatchGetItemOutput, items map[string]attributes) (rest []attributes) {
	for _, table := range out.Responses {
		for _, item := range table {
			if key, ok := item[caching.AttrKey].(*types.AttributeValueMemberS); ok {
				items[key.Value] = item
			}
		}
	}
	for _, table := range out.UnprocessedKeys {
		rest = append(rest, table.Keys...)
	}
	return rest
}
