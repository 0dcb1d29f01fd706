package dynamodb_test

import (
	"context"
	"errors"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	api "github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/starhost/starhost/builtins/caching"
	"github.com/starhost/starhost/builtins/caching/dynamodb"
	"github.com/starhost/starhost/builtins/caching/dynamodb/dynamotest"
	"github.com/starhost/starhost/builtins/caching/storetest"
)

// BenchmarkStore measures the store on a server of this machine.
func BenchmarkStore(b *testing.B) {
	tb := newTable(b)
	storetest.Bench(b, func(b *testing.B) caching.Store { return tb.open(b, nil) })
}

// BenchmarkPython measures the requests that Python's helpers send, on the same
// server: one for each call, and a second one where the first fails its
// condition.
func BenchmarkPython(b *testing.B) {
	tb := newTable(b)
	storetest.Bench(b, func(b *testing.B) caching.Store {
		network := &dynamotest.Network{Next: tb.network}
		return &sequence{tb.open(b, nil), tb.rawOver(b, network), network}
	})
}

// A sequence sends the requests that Python's helpers do. It leaves the rest to
// the store in it.
type sequence struct {
	*dynamodb.Store
	raw     raw
	network *dynamotest.Network
}

func (s *sequence) Requests() (n int64) {
	for _, sent := range s.network.Sent() {
		n += sent
	}
	return n
}

// update sends an expression on the condition that the item is live, and again
// without it where that fails.
func (s *sequence) update(ctx context.Context, key string, now int64, expression, attr string, value types.AttributeValue, ttl caching.TTL) (map[string]types.AttributeValue, error) {
	in := &api.UpdateItemInput{
		TableName:                &s.raw.name,
		Key:                      keyOf(key),
		ReturnValues:             types.ReturnValueUpdatedNew,
		UpdateExpression:         aws.String(expression + " SET expiresAt = :t"),
		ConditionExpression:      aws.String("expiresAt > :now"),
		ExpressionAttributeNames: map[string]string{"#a": attr},
		ExpressionAttributeValues: map[string]types.AttributeValue{
			":v": value, ":t": numberOf(caching.Int(ttl.At)), ":now": numberOf(caching.Int(now)),
		},
	}
	out, err := s.raw.client.UpdateItem(ctx, in)
	if _, ok := errors.AsType[*types.ConditionalCheckFailedException](err); ok {
		in.ConditionExpression = nil
		delete(in.ExpressionAttributeValues, ":now")
		out, err = s.raw.client.UpdateItem(ctx, in)
	}
	if err != nil {
		return nil, err
	}
	return out.Attributes, nil
}

func keyOf(key string) map[string]types.AttributeValue {
	return map[string]types.AttributeValue{"key": &types.AttributeValueMemberS{Value: key}}
}

func numberOf(n caching.Number) types.AttributeValue {
	return &types.AttributeValueMemberN{Value: n.String()}
}

func (s *sequence) Increment(ctx context.Context, key string, now int64, n caching.Number, ttl caching.TTL) (caching.Number, error) {
	got, err := s.update(ctx, key, now, "ADD #a :v", "intCount", numberOf(n), ttl)
	if err != nil {
		return n, err
	}
	return caching.ParseNumber(got["intCount"].(*types.AttributeValueMemberN).Value)
}

func (s *sequence) AddStrings(ctx context.Context, key string, now int64, members caching.StringSet, ttl caching.TTL) (caching.StringSet, error) {
	_, err := s.update(ctx, key, now, "ADD #a :v", "stringSet", &types.AttributeValueMemberSS{Value: members.Slice()}, ttl)
	return members, err
}

func (s *sequence) RemoveStrings(ctx context.Context, key string, now int64, members caching.StringSet, ttl caching.TTL) (caching.StringSet, error) {
	_, err := s.update(ctx, key, now, "DELETE #a :v", "stringSet", &types.AttributeValueMemberSS{Value: members.Slice()}, ttl)
	return members, err
}

func (s *sequence) Clear(ctx context.Context, key string, _ int64, attr caching.Attr) error {
	_, err := s.raw.client.UpdateItem(ctx, &api.UpdateItemInput{
		TableName: &s.raw.name, Key: keyOf(key),
		UpdateExpression:         aws.String("REMOVE #a"),
		ExpressionAttributeNames: map[string]string{"#a": string(attr)},
	})
	return err
}

func (s *sequence) Expire(ctx context.Context, key string, _, at int64) error {
	_, err := s.raw.client.UpdateItem(ctx, &api.UpdateItemInput{
		TableName: &s.raw.name, Key: keyOf(key),
		UpdateExpression:          aws.String("SET expiresAt = :t"),
		ExpressionAttributeValues: map[string]types.AttributeValue{":t": numberOf(caching.Int(at))},
	})
	return err
}

func (s *sequence) Put(ctx context.Context, key string, _ int64, item caching.Item) error {
	attributes := keyOf(key)
	attributes["expiresAt"] = numberOf(item.ExpiresAt)
	if item.Strings.Len() > 0 {
		attributes["stringSet"] = &types.AttributeValueMemberSS{Value: item.Strings.Slice()}
	} else {
		attributes["dictionary"] = &types.AttributeValueMemberS{Value: item.Dictionary}
	}
	_, err := s.raw.client.PutItem(ctx, &api.PutItemInput{TableName: &s.raw.name, Item: attributes})
	return err
}

func (s *sequence) Get(ctx context.Context, key string, _ int64) (caching.Item, error) {
	_, err := s.raw.client.GetItem(ctx, &api.GetItemInput{TableName: &s.raw.name, Key: keyOf(key)})
	return caching.Item{}, err
}
