package dynamodb_test

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	api "github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/starhost/starhost/builtins/caching"
)

// A raw table is what AWS's client shows of it.
type raw struct {
	client *api.Client
	name   string
}

func (tb *table) raw(t testing.TB) raw {
	return tb.rawOver(t, http.DefaultTransport)
}

func (tb *table) rawOver(t testing.TB, network http.RoundTripper) raw {
	t.Helper()
	options := []func(*config.LoadOptions) error{
		config.WithRegion(tb.server.Region),
	}
	if tb.server.Credentials != nil {
		options = append(options, config.WithCredentialsProvider(tb.server.Credentials))
	}
	cfg, err := config.LoadDefaultConfig(context.Background(), options...)
	if err != nil {
		t.Fatal(err)
	}
	return raw{api.NewFromConfig(cfg, func(o *api.Options) {
		o.BaseEndpoint = &tb.server.URL
		o.HTTPClient = &http.Client{Transport: network}
	}), tb.name}
}

func (r raw) deleteTable(ctx context.Context) error {
	_, err := r.client.DeleteTable(ctx, &api.DeleteTableInput{TableName: &r.name})
	return err
}

func (r raw) put(t testing.TB, item map[string]types.AttributeValue) {
	t.Helper()
	if _, err := r.client.PutItem(t.Context(), &api.PutItemInput{TableName: &r.name, Item: item}); err != nil {
		t.Fatal(err)
	}
}

// get returns the attributes of an item, nil if there is none.
func (r raw) get(t testing.TB, key string) map[string]types.AttributeValue {
	t.Helper()
	out, err := r.client.GetItem(t.Context(), &api.GetItemInput{
		TableName:      &r.name,
		Key:            map[string]types.AttributeValue{"key": &types.AttributeValueMemberS{Value: key}},
		ConsistentRead: aws.Bool(true),
	})
	if err != nil {
		t.Fatal(err)
	}
	return out.Item
}

// keys returns those of all items, in no order.
func (r raw) keys(t testing.TB) (keys []string) {
	t.Helper()
	pages := api.NewScanPaginator(r.client, &api.ScanInput{TableName: &r.name, ConsistentRead: aws.Bool(true)})
	for pages.HasMorePages() {
		page, err := pages.NextPage(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, item := range page.Items {
			keys = append(keys, item["key"].(*types.AttributeValueMemberS).Value)
		}
	}
	return keys
}

// show returns attributes in order, with their types. Those by which writers
// know their updates again are left out.
func show(item map[string]types.AttributeValue) string {
	if item == nil {
		return "none"
	}
	var parts []string
	for _, name := range slices.Sorted(maps.Keys(item)) {
		if strings.HasPrefix(name, "op_") || strings.HasPrefix(name, "ov_") {
			continue
		}
		switch v := item[name].(type) {
		case *types.AttributeValueMemberS:
			parts = append(parts, name+"=S:"+strconv.Quote(v.Value))
		case *types.AttributeValueMemberN:
			parts = append(parts, fmt.Sprintf("%s=N:%s", name, v.Value))
		case *types.AttributeValueMemberSS:
			parts = append(parts, name+"=SS:"+caching.NewStringSet(v.Value...).String())
		default:
			parts = append(parts, fmt.Sprintf("%s=%T", name, v))
		}
	}
	return strings.Join(parts, " ")
}
