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

func (s *sequence) update(ctx context.Context, key string, now int64, expression string, value types.AttributeValue, ttl caching.TTL) error {
	in := &api.UpdateItemInput{
		TableName:                &s.raw.name,
		Key:                      map[string]types.AttributeValue{"key": &types.AttributeValueMemberS{Value: key}},
		ReturnValues:             types.ReturnValueUpdatedNew,
		UpdateExpression:         aws.String(expression + " SET expiresAt = :t"),
		ConditionExpression:      aws.String("expiresAt > :now"),
		ExpressionAttributeNames: map[string]string{"#a": "intCount"},
		ExpressionAttributeValues: map[string]types.AttributeValue{
			":v": value, ":t": &types.AttributeValueMemberN{Value: caching.Int(ttl.At).String()},
			":now": &types.AttributeValueMemberN{Value: caching.Int(now).String()},
		},
	}
	if _, ok := value.(*types.AttributeValueMemberSS); ok {
		in.ExpressionAttributeNames["#a"] = "stringSet"
	}
	_, err := s.raw.client.UpdateItem(ctx, in)
	if _, ok := errors.AsType[*types.ConditionalCheckFailedException](err); ok {
		in.ConditionExpression = nil
		delete(in.ExpressionAttributeValues, ":now")
		_, err = s.raw.client.UpdateItem(ctx, in)
	}
	return err
}

func (s *sequence) Increment(ctx context.Context, key string, now int64, n caching.Number, ttl caching.TTL) (caching.Number, error) {
	return n, s.update(ctx, key, now, "ADD #a :v", &types.AttributeValueMemberN{Value: n.String()}, ttl)
}

func (s *sequence) AddStrings(ctx context.Context, key string, now int64, members caching.StringSet, ttl caching.TTL) (caching.StringSet, error) {
	return members, s.update(ctx, key, now, "ADD #a :v", &types.AttributeValueMemberSS{Value: members.Slice()}, ttl)
}

func (s *sequence) RemoveStrings(ctx context.Context, key string, now int64, members caching.StringSet, ttl caching.TTL) (caching.StringSet, error) {
	return members, s.update(ctx, key, now, "DELETE #a :v", &types.AttributeValueMemberSS{Value: members.Slice()}, ttl)
}

func (s *sequence) Put(ctx context.Context, key string, now int64, item caching.Item) error {
	_, err := s.raw.client.PutItem(ctx, &api.PutItemInput{TableName: &s.raw.name, Item: map[string]types.AttributeValue{
		"key":        &types.AttributeValueMemberS{Value: key},
		"dictionary": &types.AttributeValueMemberS{Value: item.Dictionary},
		"expiresAt":  &types.AttributeValueMemberN{Value: item.ExpiresAt.String()},
	}})
	return err
}

func (s *sequence) Get(ctx context.Context, key string, now int64) (caching.Item, error) {
	_, err := s.raw.client.GetItem(ctx, &api.GetItemInput{
		TableName: &s.raw.name,
		Key:       map[string]types.AttributeValue{"key": &types.AttributeValueMemberS{Value: key}},
	})
	return caching.Item{}, err
}
