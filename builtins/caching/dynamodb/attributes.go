package dynamodb

import (
	"errors"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/starhost/starhost/builtins/caching"
)

// attributes are those of an item, by name.
type attributes = map[string]types.AttributeValue

func text(s string) types.AttributeValue { return &types.AttributeValueMemberS{Value: s} }

// number returns a number as the table holds it, and a text that stands in the
// place of one as the text.
func number(n caching.Number) types.AttributeValue {
	if s, ok := n.Text(); ok {
		return text(s)
	}
	return &types.AttributeValueMemberN{Value: n.String()}
}

func integer(i int64) types.AttributeValue { return number(caching.Int(i)) }

func stringSet(s caching.StringSet) types.AttributeValue {
	return &types.AttributeValueMemberSS{Value: s.Slice()}
}

func keyOf(key string) attributes { return attributes{caching.AttrKey: text(key)} }

// encode returns the attributes of the item under key.
func encode(key string, it caching.Item) attributes {
	a := keyOf(key)
	if !it.Count.IsNone() {
		a[caching.AttrCount] = number(it.Count)
	}
	if it.Strings.Len() > 0 {
		a[caching.AttrStrings] = stringSet(it.Strings)
	}
	if it.Dictionary != "" {
		a[caching.AttrDictionary] = text(it.Dictionary)
	}
	if !it.ExpiresAt.IsNone() {
		a[caching.AttrExpiresAt] = number(it.ExpiresAt)
	}
	return a
}

// decode returns the item that has the given attributes. Attributes that are
// not an Item's are left out; one of a type that nothing here can take is an
// *caching.InvalidError.
func decode(key string, a attributes) (it caching.Item, err error) {
	for _, read := range []error{
		readNumber(a, caching.AttrCount, &it.Count),
		readNumber(a, caching.AttrExpiresAt, &it.ExpiresAt),
		readStrings(a, &it.Strings),
		readText(a, caching.AttrDictionary, &it.Dictionary),
	} {
		if read != nil {
			return caching.Item{}, &caching.InvalidError{Key: key, Msg: read.Error()}
		}
	}
	return it, nil
}

// hasExpired reports whether the item that has the given attributes has expired,
// whatever else is in it.
func hasExpired(a attributes, now int64) bool {
	var at caching.Number
	return readNumber(a, caching.AttrExpiresAt, &at) == nil && at.Reached(now)
}

func readNumber(a attributes, name string, to *caching.Number) error {
	switch value := a[name].(type) {
	case nil:
	case *types.AttributeValueMemberN:
		n, err := caching.ParseNumber(value.Value)
		if err != nil {
			return fmt.Errorf("attribute %s is %.60q: %w", name, value.Value, err)
		}
		*to = n
	case *types.AttributeValueMemberS:
		*to = caching.TextNumber(value.Value)
	default:
		return wrongType(name, value, "a number")
	}
	return nil
}

// readStrings takes a set of numbers, too, which Python's helpers can write.
func readStrings(a attributes, to *caching.StringSet) error {
	switch value := a[caching.AttrStrings].(type) {
	case nil:
	case *types.AttributeValueMemberSS:
		*to = caching.NewStringSet(value.Value...)
	case *types.AttributeValueMemberNS:
		*to = caching.NewStringSet(value.Value...)
	default:
		return wrongType(caching.AttrStrings, value, "a string set")
	}
	return nil
}

func readText(a attributes, name string, to *string) error {
	switch value := a[name].(type) {
	case nil:
	case *types.AttributeValueMemberS:
		*to = value.Value
	default:
		return wrongType(name, value, "a string")
	}
	return nil
}

func wrongType(name string, value types.AttributeValue, want string) error {
	kind := strings.TrimPrefix(fmt.Sprintf("%T", value), "*types.AttributeValueMember")
	return fmt.Errorf("attribute %s in the table has the type %s, want %s", name, kind, want)
}

// integerOf returns a whole number among the attributes.
func integerOf(a attributes, name string) (int64, bool) {
	var n caching.Number
	if readNumber(a, name, &n) != nil {
		return 0, false
	}
	return n.Int64()
}

var errNoCount = errors.New("the server's answer has no new count")
