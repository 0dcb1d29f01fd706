package dynamodb

import (
	"context"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	api "github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/starhost/starhost/builtins/caching"
)

// A Store keeps items in a table. Open makes one.
type Store struct {
	spec            string // as it was given
	table           string
	host            string
	client          *api.Client
	wire            *wire
	budget, attempt time.Duration
	writer          *writer
	breaker         breaker
	stats           stats
	reads           reads
	counts, sets    lines

	mu      sync.Mutex
	closed  bool
	running sync.WaitGroup // calls, and goroutines that they have begun
}

var (
	_ caching.Store   = (*Store)(nil)
	_ caching.Lister  = (*Store)(nil)
	_ caching.Deleter = (*Store)(nil)
)

// Close waits for the calls that are under way. Those that come later fail with
// ErrClosed.
func (s *Store) Close() error {
	s.mu.Lock()
	s.closed = true
	s.mu.Unlock()
	s.running.Wait()
	return nil
}

// enter counts a call as one that Close waits for, unless the store is closed.
// Its end is told to running.
func (s *Store) enter() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return ErrClosed
	}
	s.running.Add(1)
	return nil
}

// Parts of conditions. An item is live if it has no time of expiry, or none
// that is a number, or one to come.
const (
	live    = "(attribute_not_exists(#t) OR NOT attribute_type(#t, :N) OR #t > :now)"
	expired = "attribute_type(#t, :N) AND #t <= :now"
	exists  = "(attribute_exists(#c) OR attribute_exists(#s) OR attribute_exists(#d) OR attribute_exists(#t))"
)

// names are those of the attributes in expressions.
var names = map[string]string{
	"#c": caching.AttrCount, "#s": caching.AttrStrings, "#d": caching.AttrDictionary, "#t": caching.AttrExpiresAt,
}

// namesIn returns the names that expressions use; the table refuses others.
func namesIn(expressions ...string) map[string]string {
	used := make(map[string]string, len(names))
	for _, e := range expressions {
		for i := 0; i+1 < len(e); i++ {
			if name, ok := names[e[i:i+2]]; ok && e[i] == '#' {
				used[e[i:i+2]] = name
			}
		}
	}
	return used
}

// timeValues are the values that live and expired need.
func timeValues(now int64) attributes {
	return attributes{":now": integer(now), ":N": text("N")}
}

// setTTL returns what sets the time of expiry, to follow "SET", and adds its
// value; "" for a TTL that leaves it.
func setTTL(ttl caching.TTL, values attributes) string {
	if ttl.Mode == caching.KeepTTL {
		return ""
	}
	values[":t"] = integer(ttl.At)
	if ttl.Mode == caching.SetNewTTL {
		return "#t = if_not_exists(#t, :t)"
	}
	return "#t = :t"
}

// newItemTTL returns the time of expiry of an item that an operation creates.
func newItemTTL(ttl caching.TTL) caching.Number {
	if ttl.Mode == caching.KeepTTL {
		return caching.Number{}
	}
	return caching.Int(ttl.At)
}

// after returns what with lead before it, "" if there is nothing.
func after(lead, what string) string {
	if what == "" {
		return ""
	}
	return lead + what
}

// check holds an item against the limits before it is sent.
func check(key string, it caching.Item) error {
	if err := caching.CheckKey(key); err != nil {
		return err
	}
	return it.CheckSize(key)
}

// stringsOf returns the set that an update left.
func (s *Store) stringsOf(key string, out *api.UpdateItemOutput, err error) (set caching.StringSet, _ error) {
	if err != nil {
		return set, invalid(key, caching.Strings, err)
	}
	if err := readStrings(out.Attributes, &set); err != nil {
		return set, &caching.InvalidError{Key: key, Msg: err.Error()}
	}
	return set, nil
}

// RemoveStrings implements caching.Store.
func (s *Store) RemoveStrings(ctx context.Context, key string, now int64, members caching.StringSet, ttl caching.TTL) (caching.StringSet, error) {
	if err := caching.CheckKey(key); err != nil {
		return caching.StringSet{}, err
	}
	ctx, end := s.begin(ctx, s.budget)
	defer end()
	values := timeValues(now)
	values[":ss"] = stringSet(members)
	out, err := s.sendUpdate(ctx, s.update(key, exists+" AND "+live, "DELETE #s :ss"+after(" SET ", setTTL(ttl, values)), values))
	if _, failed := failedCondition(err); failed {
		return caching.StringSet{}, nil // there is no item, or it has expired
	}
	return s.stringsOf(key, out, err)
}

// Clear implements caching.Store.
func (s *Store) Clear(ctx context.Context, key string, now int64, attr caching.Attr) error {
	if err := caching.CheckKey(key); err != nil {
		return err
	}
	ctx, end := s.begin(ctx, s.budget)
	defer end()
	name := "#c"
	if attr == caching.Strings {
		name = "#s"
	}
	_, err := s.sendUpdate(ctx, s.update(key, "attribute_exists("+name+")", "REMOVE "+name, nil))
	if _, failed := failedCondition(err); failed {
		return nil // there is nothing to remove
	}
	return err
}

// Put implements caching.Store.
func (s *Store) Put(ctx context.Context, key string, now int64, item caching.Item) error {
	if err := check(key, item); err != nil {
		return err
	}
	ctx, end := s.begin(ctx, s.budget)
	defer end()
	in := &api.PutItemInput{TableName: &s.table, Item: encode(key, item)}
	return s.do(ctx, "PutItem", func(ctx context.Context) error {
		_, err := s.client.PutItem(ctx, in)
		return err
	})
}

// Expire implements caching.Store.
func (s *Store) Expire(ctx context.Context, key string, now, at int64) error {
	if err := caching.CheckKey(key); err != nil {
		return err
	}
	ctx, end := s.begin(ctx, s.budget)
	defer end()
	values := timeValues(now)
	values[":t"] = integer(at)
	update := s.update(key, live, "SET #t = :t", values)
	for {
		_, err := s.sendUpdate(ctx, update)
		if _, failed := failedCondition(err); !failed {
			return invalid(key, "", err)
		}
		replaced, err := s.replaceExpired(ctx, key, now, encode(key, caching.Item{ExpiresAt: caching.Int(at)}))
		if err != nil || replaced {
			return err
		}
	}
}

// update returns an update that holds under a condition.
func (s *Store) update(key, condition, expression string, values attributes) *api.UpdateItemInput {
	return &api.UpdateItemInput{
		TableName:                 &s.table,
		Key:                       keyOf(key),
		ConditionExpression:       aws.String(condition),
		UpdateExpression:          aws.String(expression),
		ExpressionAttributeNames:  namesIn(condition, expression),
		ExpressionAttributeValues: values,
		ReturnValues:              types.ReturnValueUpdatedNew,
	}
}

func (s *Store) sendUpdate(ctx context.Context, in *api.UpdateItemInput) (out *api.UpdateItemOutput, err error) {
	err = s.do(ctx, "UpdateItem", func(ctx context.Context) error {
		out, err = s.client.UpdateItem(ctx, in)
		return err
	})
	return out, err
}

// replaceExpired puts an item in the place of one that has expired. It reports
// false if there is none: another caller was faster.
func (s *Store) replaceExpired(ctx context.Context, key string, now int64, item attributes) (bool, error) {
	_, err := s.putExpired(ctx, now, item)
	if _, failed := failedCondition(err); failed {
		return false, nil
	}
	return err == nil, err
}

func (s *Store) putExpired(ctx context.Context, now int64, item attributes) (out *api.PutItemOutput, err error) {
	in := &api.PutItemInput{
		TableName:                           &s.table,
		Item:                                item,
		ConditionExpression:                 aws.String(expired),
		ExpressionAttributeNames:            namesIn(expired),
		ExpressionAttributeValues:           timeValues(now),
		ReturnValuesOnConditionCheckFailure: types.ReturnValuesOnConditionCheckFailureAllOld,
	}
	err = s.do(ctx, "PutItem", func(ctx context.Context) error {
		out, err = s.client.PutItem(ctx, in)
		return err
	})
	return out, err
}
