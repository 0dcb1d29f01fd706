package dynamodb

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	api "github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/smithy-go"
	"github.com/starhost/starhost/builtins/caching"
)

// Check looks at the table before work begins. An error says that the table
// can not be used: it does not exist, is not made for caching, or is out of
// reach. Warnings say what an operator should know: that expired items are
// never deleted, as TTL is off, or that there is no permission to look.
func (s *Store) Check(ctx context.Context) (warnings []string, err error) {
	ctx, end := s.begin(ctx, s.budget)
	defer end()
	table, err := s.describe(ctx)
	switch {
	case denied(err):
		warnings = append(warnings, fmt.Sprintf("no permission to describe DynamoDB table %s (dynamodb:DescribeTable): its key is not checked", s.table))
	case missing(err):
		return nil, fmt.Errorf("DynamoDB table %s does not exist at %s (or is it in another region or account?): create it by `%s`: %w", s.table, s.Host(), s.initCommand(), err)
	case err != nil:
		return nil, err
	default:
		if err := checkTable(table); err != nil {
			return nil, err
		}
	}
	ttl, err := s.describeTTL(ctx)
	switch {
	case denied(err):
		return append(warnings, fmt.Sprintf("no permission to see whether TTL is on for DynamoDB table %s (dynamodb:DescribeTimeToLive)", s.table)), nil
	case err != nil:
		return warnings, err
	}
	return append(warnings, s.warnTTL(ttl)...), nil
}

// initCommand returns the command that creates this very table, for a shell.
func (s *Store) initCommand() string {
	return "starhost cache init --store " + quoted("dynamodb:"+s.spec)
}

var plainWord = regexp.MustCompile(`^[A-Za-z0-9_.:/-]+$`)

// quoted returns a text as a word of a shell.
func quoted(text string) string {
	if plainWord.MatchString(text) {
		return text
	}
	return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'"
}

func (s *Store) warnTTL(ttl *types.TimeToLiveDescription) []string {
	switch {
	case !enabled(ttl):
		return []string{fmt.Sprintf("TTL is off for DynamoDB table %s: rules see no expired items, but they are never deleted; `%s` turns it on", s.table, s.initCommand())}
	case aws.ToString(ttl.AttributeName) != caching.AttrExpiresAt:
		return []string{fmt.Sprintf("TTL of DynamoDB table %s is on for attribute %s, want %s: expired items are not deleted", s.table, aws.ToString(ttl.AttributeName), caching.AttrExpiresAt)}
	}
	return nil
}

func enabled(ttl *types.TimeToLiveDescription) bool {
	return ttl != nil && (ttl.TimeToLiveStatus == types.TimeToLiveStatusEnabled || ttl.TimeToLiveStatus == types.TimeToLiveStatusEnabling)
}

// checkTable tells whether a table has the key that items have.
func checkTable(table *types.TableDescription) error {
	ok := len(table.KeySchema) == 1 && aws.ToString(table.KeySchema[0].AttributeName) == caching.AttrKey
	for _, a := range table.AttributeDefinitions {
		if aws.ToString(a.AttributeName) == caching.AttrKey && a.AttributeType != types.ScalarAttributeTypeS {
			ok = false
		}
	}
	if !ok {
		return fmt.Errorf("DynamoDB table %s is not made for caching: want the string %q as its only key", aws.ToString(table.TableName), caching.AttrKey)
	}
	return nil
}

func (s *Store) describe(ctx context.Context) (table *types.TableDescription, err error) {
	err = s.do(ctx, "DescribeTable", func(ctx context.Context) error {
		out, err := s.client.DescribeTable(ctx, &api.DescribeTableInput{TableName: &s.table})
		if err == nil {
			table = out.Table
		}
		return err
	})
	return table, err
}

func (s *Store) describeTTL(ctx context.Context) (ttl *types.TimeToLiveDescription, err error) {
	err = s.do(ctx, "DescribeTimeToLive", func(ctx context.Context) error {
		out, err := s.client.DescribeTimeToLive(ctx, &api.DescribeTimeToLiveInput{TableName: &s.table})
		if err == nil {
			ttl = out.TimeToLiveDescription
		}
		return err
	})
	return ttl, err
}

func hasCode(err error, code string) bool {
	e, ok := errors.AsType[smithy.APIError](err)
	return ok && e.ErrorCode() == code
}

func denied(err error) bool  { return hasCode(err, "AccessDeniedException") }
func missing(err error) bool { return hasCode(err, "ResourceNotFoundException") }

// Initialized says what Init found and did.
type Initialized struct {
	Table, Host string
	Created     bool // the table; else it was there
	TTL         bool // was turned on; else it was on
}

// Init creates the table that is meant by TABLE[?region=REGION&endpoint=URL],
// paid by request, unless it exists, and turns TTL on unless it is. It waits
// until the table can be used. Only it ever creates a table.
func Init(ctx context.Context, spec string) (Initialized, error) {
	return Config{}.Init(ctx, spec)
}

// Init is the function Init, for a table that is reached in another way.
func (c Config) Init(ctx context.Context, spec string) (done Initialized, err error) {
	s, err := c.Open(ctx, spec)
	if err != nil {
		return done, err
	}
	defer func() { done.Table, done.Host = s.table, s.Host() }()
	if done.Created, err = s.create(ctx); err != nil {
		return done, err
	}
	if err := s.await(ctx); err != nil {
		return done, err
	}
	done.TTL, err = s.enableTTL(ctx)
	return done, err
}

// create creates the table, and reports false if there is one.
func (s *Store) create(ctx context.Context) (bool, error) {
	ctx, end := s.begin(ctx, s.budget)
	defer end()
	table, err := s.describe(ctx)
	if !missing(err) {
		if err == nil {
			err = checkTable(table)
		}
		return false, err
	}
	err = s.do(ctx, "CreateTable", func(ctx context.Context) error {
		_, err := s.client.CreateTable(ctx, &api.CreateTableInput{
			TableName:            &s.table,
			BillingMode:          types.BillingModePayPerRequest,
			KeySchema:            []types.KeySchemaElement{{AttributeName: aws.String(caching.AttrKey), KeyType: types.KeyTypeHash}},
			AttributeDefinitions: []types.AttributeDefinition{{AttributeName: aws.String(caching.AttrKey), AttributeType: types.ScalarAttributeTypeS}},
		})
		return err
	})
	if hasCode(err, "ResourceInUseException") { // created meanwhile, or by an attempt whose answer was lost
		return false, nil
	}
	return err == nil, err
}

const (
	createTime  = 2 * time.Minute // that the creation of a table may take
	createPause = time.Second
)

// await waits until the table can be used.
func (s *Store) await(ctx context.Context) error {
	ctx, cancel := context.WithTimeoutCause(ctx, createTime, &timeLimitError{"the table was not ready", createTime})
	defer cancel()
	for {
		limited, end := s.begin(ctx, s.budget)
		table, err := s.describe(limited)
		end()
		switch {
		case err == nil && table.TableStatus == types.TableStatusActive:
			return nil
		case err != nil && !missing(err):
			return err
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("DynamoDB table %s: %w", s.table, context.Cause(ctx))
		case <-time.After(createPause):
		}
	}
}

// enableTTL turns TTL on, and reports false if it is on.
func (s *Store) enableTTL(ctx context.Context) (bool, error) {
	ctx, end := s.begin(ctx, s.budget)
	defer end()
	ttl, err := s.describeTTL(ctx)
	if err != nil {
		return false, err
	}
	if enabled(ttl) {
		if warnings := s.warnTTL(ttl); warnings != nil {
			return false, errors.New(warnings[0])
		}
		return false, nil
	}
	err = s.do(ctx, "UpdateTimeToLive", func(ctx context.Context) error {
		_, err := s.client.UpdateTimeToLive(ctx, &api.UpdateTimeToLiveInput{
			TableName: &s.table,
			TimeToLiveSpecification: &types.TimeToLiveSpecification{
				AttributeName: aws.String(caching.AttrExpiresAt),
				Enabled:       aws.Bool(true),
			},
		})
		return err
	})
	return err == nil, err
}
