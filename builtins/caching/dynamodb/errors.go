package dynamodb

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"
	"time"

	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"
	"github.com/starhost/starhost/builtins/caching"
)

// An Error says why a request to the table failed for good. Both its causes
// are found by errors.Is and errors.As.
type Error struct {
	Request  string // the operation, such as "UpdateItem"
	Table    string
	Attempts int
	Unsure   bool  // it is a write, and some attempt may have been applied
	Ended    error // why no more attempts were made, nil if the cause allows none
	Err      error // the last cause, nil if there was no attempt
}

func (e *Error) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s on DynamoDB table %s", e.Request, e.Table)
	if e.Attempts > 1 {
		fmt.Fprintf(&b, ", %d attempts", e.Attempts)
	}
	if e.Ended != nil {
		fmt.Fprintf(&b, ": %v", e.Ended)
	}
	if e.Err != nil {
		fmt.Fprintf(&b, ": %v", e.Err)
	}
	if e.Unsure {
		b.WriteString(" (it may have been applied)")
	}
	return b.String()
}

// Unwrap returns the causes.
func (e *Error) Unwrap() []error {
	var causes []error
	for _, err := range []error{e.Ended, e.Err} {
		if err != nil {
			causes = append(causes, err)
		}
	}
	return causes
}

// ErrClosed is why calls of a Store fail after its Close.
var ErrClosed = errors.New("the store is closed")

// A timeLimitError says that a call or an attempt took all the time it has.
type timeLimitError struct {
	what  string
	limit time.Duration
}

func (e *timeLimitError) Error() string { return fmt.Sprintf("%s within %v", e.what, e.limit) }

// A connectError says that an attempt ended before there was a connection.
type connectError struct{ error }

// Unwrap returns why it ended.
func (e *connectError) Unwrap() error { return e.error }

// A verdict says what a failed attempt means for the next one.
type verdict int

const (
	refused   verdict = iota // not applied, and the next would fail as well
	throttled                // not applied; later there may be capacity
	unsent                   // not applied
	ambiguous                // perhaps applied
)

// judge tells what the error of one attempt means.
func judge(err error) verdict {
	if unsigned(err) { // before all else: the provider may have asked AWS, or met the network
		return refused
	}
	if e, ok := errors.AsType[smithy.APIError](err); ok {
		return judgeCode(e.ErrorCode(), faultOf(e, err))
	}
	if unresolved(err) {
		return refused
	}
	if _, ok := errors.AsType[*connectError](err); ok {
		return unsent
	}
	if dial, ok := errors.AsType[*net.OpError](err); ok && dial.Op == "dial" {
		return unsent
	}
	if _, ok := errors.AsType[*net.DNSError](err); ok {
		return unsent
	}
	return ambiguous
}

// faultOf returns whose fault an answer is: the client knows it of errors that
// DynamoDB declares, and of others their status says it.
func faultOf(e smithy.APIError, err error) smithy.ErrorFault {
	if r, ok := errors.AsType[*awshttp.ResponseError](err); ok && r.HTTPStatusCode() >= 500 {
		return smithy.FaultServer
	}
	return e.ErrorFault()
}

// unresolved reports whether region and endpoint make no address, so that
// there is nobody to ask, now or later. What a name server says is not meant.
func unresolved(err error) bool {
	if _, ok := errors.AsType[*net.AddrError](err); ok {
		return true
	}
	return strings.Contains(err.Error(), "failed to resolve service endpoint")
}

func judgeCode(code string, fault smithy.ErrorFault) verdict {
	switch code {
	case "ProvisionedThroughputExceededException", "ThrottlingException", "Throttling", "RequestLimitExceeded",
		"TooManyRequestsException", "TransactionConflictException", "ReplicatedWriteConflictException":
		return throttled
	case "RequestTimeTooSkewed", "InvalidSignatureException":
		return unsent // the client has seen the server's time by now
	case "InternalServerError", "InternalFailure", "InternalServerErrorException", "ServiceUnavailable", "ServiceUnavailableException", "UnknownError":
		return ambiguous
	}
	if fault == smithy.FaultServer {
		return ambiguous
	}
	return refused
}

// An answerError is an error that the server answered with.
type answerError struct {
	smithy.APIError
	id string // of the request, for AWS's support
}

func (e *answerError) Error() string {
	text := e.ErrorCode() + ": " + e.ErrorMessage()
	if e.id != "" {
		text += " (request " + e.id + ")"
	}
	return text
}

// Unwrap returns the error as the client gave it.
func (e *answerError) Unwrap() error { return e.APIError }

// bare returns an error without the layers that say less than Error does.
func bare(err error) error {
	if api, ok := errors.AsType[smithy.APIError](err); ok {
		e := &answerError{APIError: api}
		if response, ok := errors.AsType[*awshttp.ResponseError](err); ok {
			e.id = response.ServiceRequestID()
		}
		return e
	}
	if send, ok := errors.AsType[*smithyhttp.RequestSendError](err); ok {
		return send.Err
	}
	if op, ok := errors.AsType[*smithy.OperationError](err); ok {
		return op.Err
	}
	return err
}

// failedCondition returns the item that failed the condition of a request, and
// whether that is what err says.
func failedCondition(err error) (attributes, bool) {
	if e, ok := errors.AsType[*types.ConditionalCheckFailedException](err); ok {
		return e.Item, true
	}
	return nil, false
}

// invalid returns err, as an *caching.InvalidError if the table refused the
// operation for what is in the item under key. add is the attribute that the
// operation adds to.
func invalid(key string, add caching.Attr, err error) error {
	api, ok := errors.AsType[smithy.APIError](err)
	if !ok || api.ErrorCode() != "ValidationException" {
		return err
	}
	msg := strings.ToLower(api.ErrorMessage())
	switch {
	case strings.Contains(msg, "size") && strings.Contains(msg, "exceeded"):
		msg = fmt.Sprintf("the item would have more than %d bytes (400 KB), at most that can be stored: keep less in it, or spread it over several keys", caching.MaxItem)
	case strings.Contains(msg, "38") || strings.Contains(msg, "overflow") || strings.Contains(msg, "magnitude"):
		return tooManyDigits(key)
	case (strings.Contains(msg, "type") || strings.Contains(msg, "must be numbers")) && add == caching.Count:
		msg = caching.AttrCount + " is not a number, which nothing can be added to: reset_counter() removes it"
	case strings.Contains(msg, "type") && add == caching.Strings:
		msg = caching.AttrStrings + " is not a set of strings, which none can be added to or removed from: reset_string_set() removes it"
	default:
		return err
	}
	return &caching.InvalidError{Key: key, Msg: msg}
}

func tooManyDigits(key string) error {
	return &caching.InvalidError{Key: key, Msg: fmt.Sprintf("the count would have more than %d digits: reset_counter() starts it anew", caching.MaxDigits)}
}

// isValidation reports whether the table refused a request for what it says.
func isValidation(err error) bool {
	e, ok := errors.AsType[smithy.APIError](err)
	return ok && e.ErrorCode() == "ValidationException"
}

// limited reports whether the time limit of ctx itself, or what ctx derives
// from, has ended.
func limited(ctx context.Context) bool { return ctx.Err() != nil }
