package dynamodb_test

import (
	"encoding/json"
	"fmt"
	"os"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/credentials"
	api "github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/starhost/starhost/builtins/caching"
	"github.com/starhost/starhost/builtins/caching/dynamodb"
	"github.com/starhost/starhost/builtins/caching/dynamodb/dynamotest"
)

// TestOpen checks where requests go, by what is asked for and the environment.
func TestOpen(t *testing.T) {
	for _, test := range []struct {
		spec string
		env  string // NAME=value, separated by blanks
		host string
		err  string // part of the error, "" for none
	}{
		{"panther-kv-store?region=eu-central-1", "", "dynamodb.eu-central-1.amazonaws.com", ""},
		{"panther-kv-store", "AWS_REGION=us-west-2", "dynamodb.us-west-2.amazonaws.com", ""},
		{"panther-kv-store?region=eu-central-1", "AWS_REGION=us-west-2", "dynamodb.eu-central-1.amazonaws.com", ""},
		{"panther-kv-store", "", "", "no region is configured: give it as ?region=REGION, or in AWS_REGION"},
		{"t-1?region=us-east-1&endpoint=http://127.0.0.1:8000", "", "127.0.0.1:8000", ""},
		{"t-1?region=us-east-1", "AWS_ENDPOINT_URL_DYNAMODB=http://10.0.0.1:8000", "10.0.0.1:8000", ""},
		{"t-1?region=us-east-1", "ENABLE_FIPS=true", "dynamodb-fips.us-east-1.amazonaws.com", ""},
		{"t-1?region=us-east-1", "ENABLE_FIPS=false", "dynamodb.us-east-1.amazonaws.com", ""},
		{"t-1?region=us-gov-west-1", "AWS_USE_FIPS_ENDPOINT=true", "dynamodb.us-gov-west-1.amazonaws.com", ""},
		{"t-1?region=us-east-1&endpoint=http://127.0.0.1:8000", "ENABLE_FIPS=true", "", "FIPS is asked for (ENABLE_FIPS, AWS_USE_FIPS_ENDPOINT) together with the endpoint http://127.0.0.1:8000"},
		{"t-1?region=us-east-1", "AWS_USE_FIPS_ENDPOINT=true AWS_ENDPOINT_URL=http://10.0.0.1:8000", "", "together with the endpoint http://10.0.0.1:8000"},
		{"t-1?region=us-east-1", "ENABLE_FIPS=on", "", `ENABLE_FIPS is "on", want true or false`},
		{"t-1?region=us-east-1", "AWS_USE_DUALSTACK_ENDPOINT=true", "dynamodb.us-east-1.api.aws", ""},
		{"arn:aws:dynamodb:eu-west-1:123456789012:table/kv?region=eu-west-1", "", "dynamodb.eu-west-1.amazonaws.com", ""},
		{"", "", "", `"" is not the name of a DynamoDB table: want dynamodb:TABLE[?region=REGION&endpoint=URL]`},
		{"a b", "", "", `"a b" is not the name of a DynamoDB table`},
		{"t-1?region=us-east-1&ttl=5", "", "", `DynamoDB table t-1 has no option "ttl": want region or endpoint`},
		{"t-1?region=xx+yy", "", "", `DynamoDB table t-1: region "xx yy" leads to no host: `},
		{"t-1?endpoint=localhost:8000", "", "", `endpoint "localhost:8000" of DynamoDB table t-1 is not a URL such as http://127.0.0.1:8000`},
	} {
		t.Run(test.spec+" "+test.env, func(t *testing.T) {
			for _, name := range []string{"AWS_REGION", "AWS_DEFAULT_REGION", "AWS_PROFILE", "AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_DYNAMODB", "AWS_USE_FIPS_ENDPOINT", "ENABLE_FIPS"} {
				t.Setenv(name, "")
			}
			t.Setenv("AWS_CONFIG_FILE", "/dev/null")
			for setting := range strings.FieldsSeq(test.env) {
				name, value, _ := strings.Cut(setting, "=")
				t.Setenv(name, value)
			}
			s, err := dynamodb.Open(t.Context(), test.spec)
			if test.err != "" {
				if err == nil || !strings.Contains(err.Error(), test.err) {
					t.Errorf("error is %v, want %s", err, test.err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if s.Host() != test.host {
				t.Errorf("host is %s, want %s", s.Host(), test.host)
			}
		})
	}
}

// TestNoCredentials checks that a missing login is said, and not retried.
func TestNoCredentials(t *testing.T) {
	tb := newTable(t)
	config := tb.config(nil)
	config.Credentials = credentials.NewStaticCredentialsProvider("", "", "")
	s := tb.openWith(t, config)
	_, err := s.Get(t.Context(), "k", start)
	if err == nil || !strings.Contains(err.Error(), "static credentials are empty") || strings.Contains(err.Error(), "attempts") {
		t.Errorf("error is %v", err)
	}
}

// TestInit checks that Init makes a table once, and what Check says before and
// after.
func TestInit(t *testing.T) {
	tb := newTable(t) // made by Init
	check := func(config dynamodb.Config, table string) (string, error) {
		s, err := config.Open(t.Context(), tb.server.Spec(table))
		if err != nil {
			t.Fatal(err)
		}
		warnings, err := s.Check(t.Context())
		return strings.Join(warnings, "\n"), err
	}
	if warnings, err := check(tb.config(nil), tb.name); err != nil || warnings != "" {
		t.Errorf("after Init: warnings %q, error %v", warnings, err)
	}
	done, err := tb.config(nil).Init(t.Context(), tb.spec())
	if err != nil || done.Created || done.TTL || done.Table != tb.name || done.Host == "" {
		t.Errorf("a second Init: %+v, error %v", done, err)
	}
	if _, err := check(tb.config(nil), "not-there"); err == nil || !strings.Contains(err.Error(), "create it by `starhost cache init --store 'dynamodb:"+tb.server.Spec("not-there")+"'`") {
		t.Errorf("a table that is not there: error %v", err)
	}
	bare, foreign := tb.name+"-no-ttl", tb.name+"-foreign"
	tb.create(t, bare, "key")
	if warnings, err := check(tb.config(nil), bare); err != nil || !strings.HasPrefix(warnings, "TTL is off for DynamoDB table "+bare+":") || !strings.Contains(warnings, "`starhost cache init --store 'dynamodb:"+tb.server.Spec(bare)+"'` turns it on") {
		t.Errorf("without TTL: warnings %q, error %v", warnings, err)
	}
	tb.create(t, foreign, "id")
	want := `DynamoDB table ` + foreign + ` is not made for caching: want the string "key" as its only key`
	if _, err := check(tb.config(nil), foreign); err == nil || err.Error() != want {
		t.Errorf("another table: error %v", err)
	}
	if _, err := tb.config(nil).Init(t.Context(), tb.server.Spec(foreign)); err == nil || err.Error() != want {
		t.Errorf("another table: Init gives error %v", err)
	}
	warnings, err := check(tb.config(dynamotest.Answer(400, "AccessDeniedException", "no")), tb.name)
	if err != nil || strings.Count(warnings, "no permission") != 2 {
		t.Errorf("without permissions: warnings %q, error %v", warnings, err)
	}
}

// TestMissingTable checks that what is to be done about a table that is not
// there can be pasted into a shell, and means the same table.
func TestMissingTable(t *testing.T) {
	t.Setenv("AWS_REGION", "eu-west-1")
	t.Setenv("AWS_CONFIG_FILE", "/dev/null")
	for spec, word := range map[string]string{
		"tab":                  "dynamodb:tab",
		"tab?region=us-east-1": "'dynamodb:tab?region=us-east-1'",
		"tab?region=us-east-1&endpoint=http://127.0.0.1:8000": "'dynamodb:tab?region=us-east-1&endpoint=http://127.0.0.1:8000'",
		"tab?endpoint=http://127.0.0.1:8000/it's":             `'dynamodb:tab?endpoint=http://127.0.0.1:8000/it'\''s'`,
		"arn:aws:dynamodb:eu-west-1:123456789012:table/tab":   "dynamodb:arn:aws:dynamodb:eu-west-1:123456789012:table/tab",
	} {
		config := dynamodb.Config{
			Credentials: credentials.NewStaticCredentialsProvider("key", "secret", ""),
			Transport:   dynamotest.Answer(400, "ResourceNotFoundException", "because"),
		}
		s, err := config.Open(t.Context(), spec)
		if err != nil {
			t.Fatal(err)
		}
		_, err = s.Check(t.Context())
		table, _, _ := strings.Cut(spec, "?")
		want := "DynamoDB table " + table + " does not exist at " + s.Host() + " (or is it in another region or account?): create it by `starhost cache init --store " + word + "`: "
		if err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("error is %v, want %s", err, want)
		}
	}
}

// create makes a table that Init did not make.
func (tb *table) create(t *testing.T, name, key string) {
	t.Helper()
	r := tb.raw(t)
	r.name = name
	_, err := r.client.CreateTable(t.Context(), &api.CreateTableInput{
		TableName:            &name,
		BillingMode:          types.BillingModePayPerRequest,
		KeySchema:            []types.KeySchemaElement{{AttributeName: &key, KeyType: types.KeyTypeHash}},
		AttributeDefinitions: []types.AttributeDefinition{{AttributeName: &key, AttributeType: types.ScalarAttributeTypeS}},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := r.deleteTable(testContext); err != nil {
			t.Error(err)
		}
	})
}

// policies returns the operations that the policies in the documentation
// allow, in the order in which they stand there.
func policies(t *testing.T) (allowed []map[string]bool) {
	t.Helper()
	text, err := os.ReadFile("../../../doc/dynamodb.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, block := range regexp.MustCompile("(?s)```json\n(\\{.*?)```").FindAllSubmatch(text, -1) {
		var policy struct {
			Statement []struct {
				Effect   string
				Action   []string
				Resource string
			}
		}
		if err := json.Unmarshal(block[1], &policy); err != nil {
			t.Fatalf("the policy %s: %v", block[1], err)
		}
		actions := make(map[string]bool)
		for _, s := range policy.Statement {
			if s.Effect != "Allow" || !strings.Contains(s.Resource, ":table/") {
				t.Errorf("statement %+v", s)
			}
			for _, action := range s.Action {
				actions[strings.TrimPrefix(action, "dynamodb:")] = true
			}
		}
		allowed = append(allowed, actions)
	}
	if len(allowed) != 3 {
		t.Fatalf("%d policies in the documentation, want 3", len(allowed))
	}
	return allowed
}

// TestPermissions checks that each use of a table needs what its policy in the
// documentation allows, all of it and nothing else.
func TestPermissions(t *testing.T) {
	tb := newTable(t)
	allowed := policies(t)
	for i, use := range []struct {
		name string
		do   func(config dynamodb.Config) error
	}{
		{"rules", func(config dynamodb.Config) error { return tb.everyOperation(t, config) }},
		{"people", func(config dynamodb.Config) error {
			s := tb.openWith(t, config)
			if _, err := s.Check(t.Context()); err != nil {
				return err
			}
			if err := s.Put(t.Context(), "k", start, caching.Item{Dictionary: "{}"}); err != nil {
				return err
			}
			if _, err := s.Get(t.Context(), "k", start); err != nil {
				return err
			}
			if err := s.List(t.Context(), "", func(string, caching.Item) error { return nil }); err != nil {
				return err
			}
			return s.Delete(t.Context(), "k")
		}},
		{"init", func(config dynamodb.Config) error {
			spec := tb.server.Spec(tb.name + "-new")
			if _, err := config.Init(t.Context(), spec); err != nil {
				return err
			}
			return raw{tb.raw(t).client, tb.name + "-new"}.deleteTable(t.Context())
		}},
	} {
		t.Run(use.name, func(t *testing.T) {
			network := &dynamotest.Network{Next: tb.network}
			refused := func(operation string) { t.Errorf("%s is not allowed", operation) }
			if err := use.do(tb.config(dynamotest.Only(allowed[i], network, refused))); err != nil {
				t.Error(err)
			}
			for operation := range allowed[i] {
				if network.Sent()[operation] == 0 {
					t.Errorf("%s is allowed, but not used", operation)
				}
			}
		})
	}
}

// everyOperation has rules do all they can do, on items in every state.
func (tb *table) everyOperation(t *testing.T, config dynamodb.Config) error {
	s := tb.openWith(t, config)
	if _, err := s.Check(t.Context()); err != nil {
		return err
	}
	b := caching.NewStringSet("b")
	for _, before := range []caching.Item{{}, {Count: caching.Int(1)}, {Count: caching.Int(1), ExpiresAt: caching.Int(start)}} {
		for _, do := range []func() error{
			func() error { _, err := s.Increment(t.Context(), "k", start, caching.Int(1), lasting); return err },
			func() error { _, err := s.AddStrings(t.Context(), "k", start, b, lasting); return err },
			func() error { _, err := s.RemoveStrings(t.Context(), "k", start, b, lasting); return err },
			func() error { return s.Clear(t.Context(), "k", start, caching.Count) },
			func() error { return s.Expire(t.Context(), "k", start, start+1) },
		} {
			if err := s.Put(t.Context(), "k", start, before); err != nil {
				return err
			}
			if err := do(); err != nil {
				return err
			}
		}
	}
	together(t, 64, 5, func(caller, _ int) error {
		_, err := s.Get(t.Context(), strings.Repeat("k", caller+1), start)
		return err
	})
	return nil
}

// TestForeignItems checks what is read of items that others have written.
func TestForeignItems(t *testing.T) {
	tb := newTable(t)
	s, items := tb.open(t, nil), tb.raw(t)
	str := func(v string) types.AttributeValue { return &types.AttributeValueMemberS{Value: v} }
	num := func(v string) types.AttributeValue { return &types.AttributeValueMemberN{Value: v} }
	for name, test := range map[string]struct {
		item map[string]types.AttributeValue
		want string // the item, or the error
	}{
		"more attributes": {map[string]types.AttributeValue{"intCount": num("3"), "other": str("x")}, "intCount=3"},
		"a fraction":      {map[string]types.AttributeValue{"intCount": num("2.5")}, "intCount=2.5"},
		"an exponent":     {map[string]types.AttributeValue{"intCount": num("1E+20")}, "intCount=100000000000000000000"},
		"text for count":  {map[string]types.AttributeValue{"intCount": str("seven")}, `intCount="seven"`},
		"a number set":    {map[string]types.AttributeValue{"stringSet": &types.AttributeValueMemberNS{Value: []string{"1", "2"}}}, `stringSet=["1", "2"]`},
		"a bool":          {map[string]types.AttributeValue{"intCount": &types.AttributeValueMemberBOOL{}}, `cache key "a bool": attribute intCount in the table has the type BOOL, want a number`},
		"a list":          {map[string]types.AttributeValue{"stringSet": &types.AttributeValueMemberL{}}, `cache key "a list": attribute stringSet in the table has the type L, want a string set`},
		"a map, expired":  {map[string]types.AttributeValue{"dictionary": &types.AttributeValueMemberM{}, "expiresAt": num(fmt.Sprint(start))}, "none"},
		"a bool, lasting": {map[string]types.AttributeValue{"dictionary": str("x"), "expiresAt": &types.AttributeValueMemberBOOL{}}, `cache key "a bool, lasting": attribute expiresAt in the table has the type BOOL, want a number`},
		"a map":           {map[string]types.AttributeValue{"dictionary": &types.AttributeValueMemberM{}}, `cache key "a map": attribute dictionary in the table has the type M, want a string`},
	} {
		test.item["key"] = str(name)
		items.put(t, test.item)
		it, err := s.Get(t.Context(), name, start)
		got := it.String()
		if err != nil {
			got = err.Error()
		}
		if got != test.want {
			t.Errorf("%s: got %s, want %s", name, got, test.want)
		}
	}
	for name, do := range map[string]func() error{
		`cache key "text for count": intCount is not a number, which nothing can be added to: reset_counter() removes it`: func() error {
			_, err := s.Increment(t.Context(), "text for count", start, caching.Int(1), lasting)
			return err
		},
		`cache key "a number set": stringSet is not a set of strings, which none can be added to or removed from: reset_string_set() removes it`: func() error {
			_, err := s.AddStrings(t.Context(), "a number set", start, caching.NewStringSet("a"), lasting)
			return err
		},
	} {
		if err := do(); err == nil || err.Error() != name {
			t.Errorf("error is %v, want %s", err, name)
		}
	}
}

// TestLimits checks that what the table would refuse is refused before.
func TestLimits(t *testing.T) {
	tb := newTable(t)
	s := tb.open(t, nil)
	long, large := strings.Repeat("k", 2049), strings.Repeat("x", 410_000)
	for want, do := range map[string]func() error{
		`the key is empty`:                      func() error { _, err := s.Get(t.Context(), "", start); return err },
		`the key has 2049 bytes`:                func() error { return s.Expire(t.Context(), long, start, start) },
		`"k": the item would have 410014 bytes`: func() error { return s.Put(t.Context(), "k", start, caching.Item{Dictionary: large}) },
		`"k": the item would have 410013 bytes`: func() error {
			_, err := s.AddStrings(t.Context(), "k", start, caching.NewStringSet(large), lasting)
			return err
		},
	} {
		if err := do(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error is %v, want %s", err, want)
		}
	}
	if n := s.Requests(); n != 0 {
		t.Errorf("%d requests were sent", n)
	}
}

// TestBatchLimits checks that increments which go together fail one by one.
func TestBatchLimits(t *testing.T) {
	tb := newTable(t)
	s := tb.open(t, tb.slow(50*time.Millisecond))
	nines, err := caching.ParseNumber(strings.Repeat("9", 37) + "5")
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Put(t.Context(), "k", start, caching.Item{Count: nines}); err != nil {
		t.Fatal(err)
	}
	var mu sync.Mutex
	var failed []error
	want := 15 // five fit: 99…96 to 99…99 and 10**38, which has one digit that counts
	together(t, 20, 1, func(int, int) error {
		n, err := s.Increment(t.Context(), "k", start, caching.Int(1), lasting)
		if err != nil {
			mu.Lock()
			defer mu.Unlock()
			failed = append(failed, err)
			return nil
		}
		switch text := n.String(); {
		case strings.HasPrefix(text, strings.Repeat("9", 37)), text == "1"+strings.Repeat("0", 38):
		case text == "1"+strings.Repeat("0", 36)+"10": // and so does this, if ten more were added at once
			mu.Lock()
			defer mu.Unlock()
			want = 14
		default:
			t.Errorf("count %v", n)
		}
		return nil
	})
	if len(failed) != want {
		t.Errorf("%d of 20 failed, want %d", len(failed), want)
	}
	for _, err := range failed {
		if !strings.Contains(err.Error(), "the count would have more than 38 digits") {
			t.Errorf("error %v", err)
		}
	}
}
