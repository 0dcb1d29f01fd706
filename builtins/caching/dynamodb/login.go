package dynamodb

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
)

// loginTime is how long it may take to get credentials, which can mean to run
// a program or to ask a login server. It counts for no call's budget.
const loginTime = 30 * time.Second

// A loginError says that there are no credentials to sign requests with.
type loginError struct{ err error }

func (e *loginError) Error() string {
	return fmt.Sprintf("no AWS credentials: set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or give the machine a role: %v", e.err)
}

// Unwrap returns why there are none.
func (e *loginError) Unwrap() error { return e.err }

// login gets credentials before a call's time begins, unless there are some
// that are still good. While the breaker is open it does not try; a failure
// is a *loginError, and one more of those that open it.
func (s *Store) login(ctx context.Context) error {
	provider := s.client.Options().Credentials // which keeps them
	if provider == nil {
		return nil // requests are not signed
	}
	p, err := s.breaker.begin()
	if err != nil {
		return nil // the call will not be tried either
	}
	limited, cancel := context.WithTimeoutCause(ctx, loginTime, &timeLimitError{"none came", loginTime})
	defer cancel()
	_, err = provider.Retrieve(limited)
	switch {
	case err == nil:
		s.breaker.leave(p)
		return nil
	case ctx.Err() != nil:
		s.breaker.leave(p)
		return context.Cause(ctx)
	case limited.Err() != nil:
		err = context.Cause(limited)
	}
	err = &loginError{err}
	s.breaker.fail(p, err)
	return err
}

// unsigned reports whether an attempt failed as it had no credentials any
// more, so before anything was sent.
func unsigned(err error) bool {
	if _, ok := errors.AsType[*loginError](err); ok {
		return true
	}
	text := err.Error()
	for _, part := range []string{"get identity:", "failed to sign", "failed to retrieve credentials"} {
		if strings.Contains(text, part) {
			return true
		}
	}
	return false
}
