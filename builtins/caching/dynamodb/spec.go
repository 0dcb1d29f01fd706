package dynamodb

import (
	"fmt"
	"net/url"
	"regexp"
	"strings"
)

// A spec says which table is meant: TABLE[?region=REGION&endpoint=URL].
type spec struct {
	table    string // a name or an ARN
	region   string // "" for that of the AWS configuration
	endpoint string // a URL, "" for AWS itself
}

// tableName is what the name or the ARN of a table looks like.
var tableName = regexp.MustCompile(`^([A-Za-z0-9_.-]{3,255}|arn:[A-Za-z0-9_.:/-]{1,1000})$`)

func parseSpec(text string) (spec, error) {
	table, query, _ := strings.Cut(text, "?")
	s := spec{table: table}
	if !tableName.MatchString(table) {
		return s, fmt.Errorf("%q is not the name of a DynamoDB table: want dynamodb:TABLE[?region=REGION&endpoint=URL]", table)
	}
	options, err := url.ParseQuery(query)
	if err != nil {
		return s, fmt.Errorf("options of DynamoDB table %s: %w", table, err)
	}
	for name, values := range options {
		switch name {
		case "region":
			s.region = values[0]
		case "endpoint":
			s.endpoint = values[0]
		default:
			return s, fmt.Errorf("DynamoDB table %s has no option %q: want region or endpoint", table, name)
		}
	}
	return s, s.checkEndpoint()
}

func (s spec) checkEndpoint() error {
	if s.endpoint == "" {
		return nil
	}
	u, err := url.Parse(s.endpoint)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return fmt.Errorf("endpoint %q of DynamoDB table %s is not a URL such as http://127.0.0.1:8000", s.endpoint, s.table)
	}
	return nil
}
