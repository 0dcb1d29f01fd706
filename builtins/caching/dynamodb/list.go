package dynamodb

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	api "github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/starhost/starhost/builtins/caching"
)

// An UnreadableError says which items a list left out, as others have written
// them in a way that nothing here can read. All others were listed.
type UnreadableError struct {
	Keys []string // of all that were left out, in order
	Errs []error  // what is wrong with the first few, each an *caching.InvalidError
}

// mostUnreadable is how many unreadable items an error tells about.
const mostUnreadable = 5

func (e *UnreadableError) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "not listed, as they cannot be read: %d item(s)", len(e.Keys))
	for i, err := range e.Errs {
		fmt.Fprintf(&b, "%s %v", []string{":", ";"}[min(i, 1)], err)
	}
	if rest := len(e.Keys) - len(e.Errs); rest > 0 {
		fmt.Fprintf(&b, "; and %d more", rest)
	}
	return b.String()
}

// Unwrap returns what is wrong with the first few items.
func (e *UnreadableError) Unwrap() []error { return e.Errs }

// A listed item is one that a scan has found, or why it cannot be read.
type listed struct {
	key  string
	item caching.Item
	err  error
}

// List implements caching.Lister. It reads the whole table, whatever the
// prefix, and keeps what it lists in memory: a table has no order. It needs
// the permission to Scan, which rules do not.
//
// An item that cannot be read does not end the list: if there are such, the
// error is an *UnreadableError after all others were listed.
func (s *Store) List(ctx context.Context, prefix string, each func(key string, item caching.Item) error) error {
	found, err := s.find(ctx, prefix)
	if err != nil {
		return err
	}
	slices.SortFunc(found, func(a, b listed) int { return strings.Compare(a.key, b.key) })
	var unreadable UnreadableError
	for _, l := range found {
		if l.err != nil {
			unreadable.add(l)
		} else if err := each(l.key, l.item); err != nil {
			return err
		}
	}
	if len(unreadable.Keys) > 0 {
		return &unreadable
	}
	return nil
}

func (e *UnreadableError) add(l listed) {
	e.Keys = append(e.Keys, l.key)
	if len(e.Errs) < mostUnreadable {
		e.Errs = append(e.Errs, l.err)
	}
}

// find returns all items whose keys have the prefix, in no order. One that has
// nothing but its key and what writers leave is none, as for Get.
func (s *Store) find(ctx context.Context, prefix string) (found []listed, err error) {
	err = s.scan(ctx, prefix, func(a attributes) {
		key, ok := a[caching.AttrKey].(*types.AttributeValueMemberS)
		if !ok {
			return // not a table of ours, so no key of ours
		}
		if it, err := decode(key.Value, a); err != nil || !it.IsZero() {
			found = append(found, listed{key.Value, it, err})
		}
	})
	return found, err
}

// scan calls each for every item of the table whose key has the prefix.
func (s *Store) scan(ctx context.Context, prefix string, each func(attributes)) error {
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
			each(item)
		}
		if len(out.LastEvaluatedKey) == 0 {
			return nil
		}
		in.ExclusiveStartKey = out.LastEvaluatedKey
	}
}

// pageTime is how long a page of a scan may take. One that a table of little
// provisioned capacity has served may use up that of many seconds, and people
// wait for a scan, not rules.
const pageTime = time.Minute

// page reads one page of a scan.
func (s *Store) page(ctx context.Context, in *api.ScanInput) (out *api.ScanOutput, err error) {
	ctx, end := s.begin(ctx, max(s.budget, pageTime))
	defer end()
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
	ctx, end := s.begin(ctx, s.budget)
	defer end()
	in := &api.DeleteItemInput{TableName: &s.table, Key: keyOf(key)}
	return s.do(ctx, "DeleteItem", func(ctx context.Context) error {
		_, err := s.client.DeleteItem(ctx, in)
		return err
	})
}
