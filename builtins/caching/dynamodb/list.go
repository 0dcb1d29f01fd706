package dynamodb

import (
	"context"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	api "github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/starhost/starhost/builtins/caching"
)

// List implements caching.Lister. It reads the whole table, whatever the
// prefix, and keeps what it lists in memory: a table has no order. It needs
// the permission to Scan, which rules do not.
func (s *Store) List(ctx context.Context, prefix string, each func(key string, item caching.Item) error) error {
	type entry struct {
		key  string
		item caching.Item
	}
	var entries []entry
	err := s.scan(ctx, prefix, func(a attributes) error {
		key, ok := a[caching.AttrKey].(*types.AttributeValueMemberS)
		if !ok {
			return nil // not a table of ours, so no key of ours
		}
		it, err := decode(key.Value, a)
		if err == nil {
			entries = append(entries, entry{key.Value, it})
		}
		return err
	})
	if err != nil {
		return err
	}
	slices.SortFunc(entries, func(a, b entry) int { return strings.Compare(a.key, b.key) })
	for _, e := range entries {
		if err := each(e.key, e.item); err != nil {
			return err
		}
	}
	return nil
}

// scan calls each for every item of the table whose key has the prefix.
func (s *Store) scan(ctx context.Context, prefix string, each func(attributes) error) error {
	in := &api.ScanInput{TableName: &s.table, ConsistentRead: aws.Bool(true)}
	if prefix != "" {
		in.FilterExpression = aws.String("begins_with(#k, :prefix)")
		in.ExpressionAttributeNames = map[string]string{"#k": caching.AttrKey}
		in.ExpressionAttributeValues = attributes{":prefix": text(prefix)}
	}
	for {
		out, err := s.page(ctx, in)
		if err != nil {
			return err
		}
		for _, item := range out.Items {
			if err := each(item); err != nil {
				return err
			}
		}
		if len(out.LastEvaluatedKey) == 0 {
			return nil
		}
		in.ExclusiveStartKey = out.LastEvaluatedKey
	}
}

// page reads one page of a scan; each has a call's budget.
func (s *Store) page(ctx context.Context, in *api.ScanInput) (out *api.ScanOutput, err error) {
	ctx, cancel := s.limit(ctx)
	defer cancel()
	err = s.do(ctx, "Scan", func(ctx context.Context) error {
		out, err = s.client.Scan(ctx, in)
		return err
	})
	return out, err
}

// Delete implements caching.Deleter. It needs the permission to DeleteItem,
// which rules do not.
func (s *Store) Delete(ctx context.Context, key string) error {
	if err := caching.CheckKey(key); err != nil {
		return err
	}
	ctx, cancel := s.limit(ctx)
	defer cancel()
	in := &api.DeleteItemInput{TableName: &s.table, Key: keyOf(key)}
	return s.do(ctx, "DeleteItem", func(ctx context.Context) error {
		_, err := s.client.DeleteItem(ctx, in)
		return err
	})
}
