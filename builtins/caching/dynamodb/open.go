package dynamodb

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/config"
	api "github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/smithy-go/logging"
)

// A Config says how to reach a table. The zero Config is what programs want.
type Config struct {
	// Credentials are used in the place of those that the usual AWS
	// configuration names.
	Credentials aws.CredentialsProvider

	// Transport sends the requests. nil has connections kept open and time
	// limits for each step of a request.
	Transport http.RoundTripper

	// Budget is how long a call may take with all its attempts, 2 s if 0. An
	// increment may wait as long again for the one before it. More than 2 s are
	// only for a table that is throttled.
	Budget time.Duration

	// Attempt is how long one attempt may take, 1 s if 0.
	Attempt time.Duration
}

const (
	defaultBudget  = 2 * time.Second
	defaultAttempt = time.Second
)

// Open returns the store of a table, TABLE[?region=REGION&endpoint=URL], as
// the zero Config does.
func Open(ctx context.Context, spec string) (*Store, error) {
	return Config{}.Open(ctx, spec)
}

// Open returns the store of a table, TABLE[?region=REGION&endpoint=URL], where
// region and credentials come from the usual AWS configuration. It asks
// nothing of the table: Store.Check does.
//
// With ENABLE_FIPS or AWS_USE_FIPS_ENDPOINT in the environment only FIPS
// endpoints are used; an endpoint of one's own is then refused.
func (c Config) Open(ctx context.Context, text string) (*Store, error) {
	where, err := parseSpec(text)
	if err != nil {
		return nil, err
	}
	wire := &wire{next: c.Transport}
	client, err := c.client(ctx, where, wire)
	if err != nil {
		return nil, fmt.Errorf("DynamoDB table %s: %w", where.table, err)
	}
	s := &Store{
		spec:    text,
		table:   where.table,
		client:  client,
		wire:    wire,
		budget:  cmp.Or(c.Budget, defaultBudget),
		attempt: cmp.Or(c.Attempt, defaultAttempt),
		writer:  newWriter(),
	}
	s.reads.store = s
	s.counts.store, s.counts.rule = s, s.countRule()
	s.sets.store, s.sets.rule = s, s.setRule()
	s.host, err = hostOf(ctx, client.Options())
	if err != nil {
		return nil, fmt.Errorf("DynamoDB table %s: region %q leads to no host: %w", where.table, client.Options().Region, err)
	}
	return s, nil
}

func (c Config) client(ctx context.Context, where spec, wire *wire) (*api.Client, error) {
	fips, err := wantFIPS()
	if err != nil {
		return nil, err
	}
	load := []func(*config.LoadOptions) error{
		config.WithHTTPClient(awshttp.NewBuildableClient()), // for credentials, with the patience and the retries of AWS
		config.WithLogger(logging.Nop{}),                    // errors say all
	}
	if where.region != "" {
		load = append(load, config.WithRegion(where.region))
	}
	if c.Credentials != nil {
		load = append(load, config.WithCredentialsProvider(c.Credentials))
	}
	if fips {
		load = append(load, config.WithUseFIPSEndpoint(aws.FIPSEndpointStateEnabled))
	}
	cfg, err := config.LoadDefaultConfig(ctx, load...)
	if err != nil {
		return nil, err
	}
	if client, ok := cfg.HTTPClient.(*awshttp.BuildableClient); ok && wire.next == nil {
		wire.next = impatient(client, cmp.Or(c.Attempt, defaultAttempt)).GetTransport() // with the certificates of AWS_CA_BUNDLE
	}
	client := api.NewFromConfig(cfg, func(o *api.Options) {
		o.Retryer = aws.NopRetryer{} // retry.go does it
		o.HTTPClient = &http.Client{Transport: wire, CheckRedirect: keepRedirect}
		if where.endpoint != "" {
			o.BaseEndpoint = aws.String(where.endpoint)
		}
	})
	return client, checkOptions(client.Options())
}

// wantFIPS reports whether the environment asks for FIPS by the variable that
// is not AWS's own.
func wantFIPS() (bool, error) {
	text := os.Getenv("ENABLE_FIPS")
	if text == "" {
		return false, nil
	}
	fips, err := strconv.ParseBool(text)
	if err != nil {
		return false, fmt.Errorf("ENABLE_FIPS is %q, want true or false", text)
	}
	return fips, nil
}

func checkOptions(o api.Options) error {
	if o.Region == "" {
		return errors.New("no region is configured: give it as ?region=REGION, or in AWS_REGION")
	}
	if o.BaseEndpoint != nil && o.EndpointOptions.UseFIPSEndpoint == aws.FIPSEndpointStateEnabled {
		return fmt.Errorf("FIPS is asked for (ENABLE_FIPS, AWS_USE_FIPS_ENDPOINT) together with the endpoint %s, of which nothing says that it conforms: give up one of them", *o.BaseEndpoint)
	}
	return nil
}

// hostOf returns the host to which requests go, as far as it is known before
// there are credentials, which may name an account with a host of its own.
func hostOf(ctx context.Context, o api.Options) (string, error) {
	endpoint, err := o.EndpointResolverV2.ResolveEndpoint(ctx, api.EndpointParameters{
		Region:       aws.String(o.Region),
		Endpoint:     o.BaseEndpoint,
		UseFIPS:      aws.Bool(o.EndpointOptions.UseFIPSEndpoint == aws.FIPSEndpointStateEnabled),
		UseDualStack: aws.Bool(o.EndpointOptions.UseDualStackEndpoint == aws.DualStackEndpointStateEnabled),
	})
	return endpoint.URI.Host, err
}

// keepRedirect takes a redirection for the answer that it is: requests are
// signed for one host.
func keepRedirect(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }

// impatient returns a client that keeps a connection for each caller and waits
// for no step longer than an attempt may take. All else is as in the one given.
func impatient(client *awshttp.BuildableClient, attempt time.Duration) *awshttp.BuildableClient {
	return client.
		WithDialerOptions(func(d *net.Dialer) { d.Timeout = attempt }).
		WithTransportOptions(func(t *http.Transport) {
			t.TLSHandshakeTimeout = attempt
			t.ResponseHeaderTimeout = attempt
			t.MaxIdleConns = 256
			t.MaxIdleConnsPerHost = 256
			t.IdleConnTimeout = 50 * time.Second // the server closes its end after about a minute
		})
}

// A wire counts the requests that are sent, and knows to whom.
type wire struct {
	next http.RoundTripper
	sent atomic.Int64
	host atomic.Pointer[string]
}

func (w *wire) RoundTrip(r *http.Request) (*http.Response, error) {
	w.sent.Add(1)
	if host := w.host.Load(); host == nil || *host != r.URL.Host {
		w.host.Store(&r.URL.Host)
	}
	return w.next.RoundTrip(r)
}

// Host returns the host that requests go to: the one that was asked last, or
// else the one that would be asked first.
func (s *Store) Host() string {
	if host := s.wire.host.Load(); host != nil {
		return *host
	}
	return s.host
}

// Table returns the name of the table.
func (s *Store) Table() string { return s.table }

// Requests returns how many requests were sent so far, each attempt counted.
func (s *Store) Requests() int64 { return s.wire.sent.Load() }
