package dynamodb

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	api "github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/starhost/starhost/builtins/caching"
)

// Increment implements caching.Store.
func (s *Store) Increment(ctx context.Context, key string, now int64, n caching.Number, ttl caching.TTL) (caching.Number, error) {
	count, err := s.counts.add(ctx, key, now, amount{n: n}, ttl)
	return count.n, err
}

func (s *Store) countRule() rule {
	return rule{join: joinCounts, apply: s.incrementAll}
}

// joinCounts joins numbers whose sums have few digits.
func joinCounts(sum, a amount) (amount, bool) {
	const most = 1 << 60
	n, ok := sum.n.Int64()
	m, also := a.n.Int64()
	if !ok || !also || n < -most || n > most || m < -most || m > most {
		return sum, false
	}
	return amount{n: caching.Int(n + m)}, true
}

// incrementAll applies the increments of a batch, and gives each caller the
// count after its own.
func (s *Store) incrementAll(ctx context.Context, key string, b *batch) error {
	total, err := s.increment(ctx, key, b.now, b.sum.n, b.ttl)
	if err != nil {
		return err
	}
	if len(b.additions) == 1 {
		b.additions[0].done <- answer{result: amount{n: total}}
		return nil
	}
	rest, _ := b.sum.n.Int64() // all numbers of a batch of several are small
	for _, a := range b.additions {
		n, _ := a.n.Int64()
		rest -= n
		count, err := total.Add(caching.Int(-rest)) // without what comes after it
		if err != nil {
			err = tooManyDigits(key)
		}
		a.done <- answer{amount{n: count}, err}
	}
	return nil
}

// notYet is the condition that an update is not applied already.
const notYet = "(attribute_not_exists(#o) OR #o < :op)"

// increment adds n to the count under key, exactly once, and returns the new
// count. No other increment of the key may be under way in this store.
func (s *Store) increment(ctx context.Context, key string, now int64, n caching.Number, ttl caching.TTL) (caching.Number, error) {
	op := s.writer.next()
	update := s.incrementUpdate(key, now, n, ttl, op)
	for {
		out, err := s.sendUpdate(ctx, update)
		item, failed := failedCondition(err)
		if !failed {
			return s.countOf(key, out, err)
		}
		if item == nil {
			return caching.Number{}, errNoItem
		}
		if count, applied, err := s.recover(key, item, op); applied || err != nil {
			return count, err
		}
		created := s.createdBy(key, n, ttl, op)
		_, err = s.putExpired(ctx, now, created)
		item, failed = failedCondition(err)
		if !failed {
			return n, err
		}
		// Without an item the expired one was deleted meanwhile.
		if count, applied, err := s.recover(key, item, op); applied || err != nil {
			return count, err
		}
		if err := ctx.Err(); err != nil {
			return caching.Number{}, err
		}
	}
}

func (s *Store) incrementUpdate(key string, now int64, n caching.Number, ttl caching.TTL, op int64) *api.UpdateItemInput {
	values := timeValues(now)
	values[":n"], values[":z"], values[":op"] = number(n), integer(0), integer(op)
	const sum = "if_not_exists(#c, :z) + :n"
	in := s.update(key, live+" AND "+notYet, "SET #c = "+sum+", #v = "+sum+", #o = :op"+after(", ", setTTL(ttl, values)), values)
	in.ExpressionAttributeNames["#o"] = s.writer.op()
	in.ExpressionAttributeNames["#v"] = s.writer.result()
	in.ReturnValuesOnConditionCheckFailure = types.ReturnValuesOnConditionCheckFailureAllOld
	in.ReturnValues = s.writer.returned(op)
	return in
}

// createdBy returns the item that an increment puts in the place of one that
// has expired.
func (s *Store) createdBy(key string, n caching.Number, ttl caching.TTL, op int64) attributes {
	created := encode(key, caching.Item{Count: n, ExpiresAt: newItemTTL(ttl)})
	created[s.writer.op()] = integer(op)
	created[s.writer.result()] = number(n)
	return created
}

// countOf returns the count that an update left.
func (s *Store) countOf(key string, out *api.UpdateItemOutput, err error) (count caching.Number, _ error) {
	if err != nil {
		return count, invalid(key, caching.Count, err)
	}
	if err := readNumber(out.Attributes, caching.AttrCount, &count); err != nil || count.IsNone() {
		return count, errNoCount
	}
	if old := s.writer.forgotten(out.Attributes); old != nil {
		s.running.Go(func() { s.forget(key, old) }) // for which no caller waits
	}
	return count, nil
}

var errNoItem = errors.New("the server does not return the item with a failed condition (ReturnValuesOnConditionCheckFailure), as DynamoDB does")

// recover looks for the result of an update on the item that failed its
// condition. It reports false if the update is not applied.
func (s *Store) recover(key string, item attributes, op int64) (count caching.Number, applied bool, err error) {
	last, ok := integerOf(item, s.writer.op())
	switch {
	case !ok || last < op:
		return count, false, nil
	case last > op:
		return count, false, fmt.Errorf("attribute %s of cache key %.100q is %d, which is later than what this process wrote: another one writes under its name", s.writer.op(), key, last)
	}
	s.stats.recovered.Add(1)
	return count, true, readNumber(item, s.writer.result(), &count)
}

// forget removes attributes that writers have left which are no more. Nothing
// depends on its success, so it tries once.
func (s *Store) forget(key string, old map[string]int64) {
	in := &api.UpdateItemInput{
		TableName:                 &s.table,
		Key:                       keyOf(key),
		ExpressionAttributeNames:  make(map[string]string),
		ExpressionAttributeValues: make(attributes),
	}
	var remove, same []string
	for i, id := range slices.Sorted(maps.Keys(old)) {
		op, result, value := fmt.Sprintf("#o%d", i), fmt.Sprintf("#v%d", i), fmt.Sprintf(":o%d", i)
		in.ExpressionAttributeNames[op], in.ExpressionAttributeNames[result] = opPrefix+id, resultPrefix+id
		in.ExpressionAttributeValues[value] = integer(old[id])
		remove = append(remove, op, result)
		same = append(same, op+" = "+value)
	}
	in.UpdateExpression = aws.String("REMOVE " + strings.Join(remove, ", "))
	in.ConditionExpression = aws.String(strings.Join(same, " AND "))
	ctx, cancel := context.WithTimeout(context.Background(), s.attempt)
	defer cancel()
	_, _ = s.client.UpdateItem(ctx, in)
}
