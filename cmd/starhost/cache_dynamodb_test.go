package main

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	api "github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/starhost/starhost/builtins/caching/dynamodb/dynamotest"
	"github.com/stretchr/testify/require"
)

// TestCacheDynamoDB takes a table out and puts it back, one with items as
// others write them: with a key only, and with an attribute that nothing here
// can read.
func TestCacheDynamoDB(t *testing.T) {
	server := dynamotest.Start(t)
	if !server.Own {
		t.Skip("the server is not the test's own")
	}
	credentials, err := server.Credentials.Retrieve(t.Context())
	require.NoError(t, err)
	for name, value := range map[string]string{
		"AWS_ACCESS_KEY_ID": credentials.AccessKeyID, "AWS_SECRET_ACCESS_KEY": credentials.SecretAccessKey,
		"AWS_CONFIG_FILE": os.DevNull, "AWS_SHARED_CREDENTIALS_FILE": os.DevNull,
		"STARHOST_STORE": "dynamodb:" + server.Spec("cache-commands"),
	} {
		t.Setenv(name, value)
	}
	client := api.New(api.Options{Region: server.Region, Credentials: server.Credentials, BaseEndpoint: &server.URL})
	put := func(item map[string]types.AttributeValue) {
		_, err := client.PutItem(t.Context(), &api.PutItemInput{TableName: aws.String("cache-commands"), Item: item})
		require.NoError(t, err)
	}
	text := func(s string) types.AttributeValue { return &types.AttributeValueMemberS{Value: s} }
	cache := func(want int, args ...string) (out, errs string) {
		t.Helper()
		var stdout, stderr bytes.Buffer
		c := &command{in: &stdout, out: &stdout, err: &stderr}
		require.Equal(t, want, c.run(t.Context(), append([]string{"cache"}, args...)), stderr.String())
		return stdout.String(), stderr.String()
	}

	cache(exitOK, "init")
	cache(exitOK, "set", "mine:amy", "--counter", "5", "--ttl", "never")
	put(map[string]types.AttributeValue{"key": text("mine:bob")})
	file := filepath.Join(t.TempDir(), "dump.jsonl")
	_, errs := cache(exitOK, "dump", "-o", file)
	require.Contains(t, errs, "1 item\n")
	content, err := os.ReadFile(file)
	require.NoError(t, err)
	require.Equal(t, "{\"starhost_dump\":2}\n{\"key\":\"mine:amy\",\"counter\":5}\n{\"starhost_dump_end\":1}\n", string(content))

	put(map[string]types.AttributeValue{"key": text("mine:odd"), "intCount": &types.AttributeValueMemberBOOL{Value: true}})
	out, errs := cache(exitFindings, "ls")
	require.Contains(t, out, "mine:amy")
	require.Contains(t, errs, "1 item\n")
	require.Contains(t, errs, "not listed, as they cannot be read: 1 item(s): cache key \"mine:odd\"")
	_, errs = cache(exitUsage, "dump")
	require.Contains(t, errs, "mine:odd")

	out, _ = cache(exitOK, "rm", "--prefix", "mine:", "--dry-run")
	require.Equal(t, "mine:amy\nmine:odd\n", out)
	_, errs = cache(exitOK, "rm", "--prefix", "mine:")
	require.Contains(t, errs, "2 items removed")
	_, errs = cache(exitOK, "ls")
	require.Contains(t, errs, "0 items")

	put(map[string]types.AttributeValue{"key": text("mine:bob")})
	_, errs = cache(exitFindings, "rm", "mine:bob") // holds nothing, and is removed
	require.Contains(t, errs, "nothing is stored under mine:bob")
	out, _ = cache(exitOK, "rm", "--prefix", "mine:", "--dry-run")
	require.Empty(t, out)

	_, errs = cache(exitOK, "load", file)
	require.Contains(t, errs, "1 item loaded")
	_, errs = cache(exitOK, "diff", file, os.Getenv("STARHOST_STORE"))
	require.Contains(t, errs, "0 differences")
}
