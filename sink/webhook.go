package sink

import (
	"bytes"
	"cmp"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/tls"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"
)

// A Webhook posts alerts to an HTTP server. It is a Receiver of an Outbox; its
// methods may be called from several goroutines.
//
// The body is one alert as JSON or, with Array, an array of alerts. The headers
// are those of Header and
//
//	Content-Type: application/json
//	User-Agent: starhost/VERSION
//	Idempotency-Key: ID
//	X-Starhost-Timestamp: SECONDS
//	X-Starhost-Signature: v1=HEX
//
// ID is the id of the alert. For an array of several it is made of their ids,
// and as alerts may come again in another array, the receiver goes by the id
// in each. SECONDS is the Unix time of this attempt. HEX is the HMAC-SHA256,
// under the secret, of the bytes of SECONDS, a ".", and the body as it was
// sent. A receiver computes the same, compares in constant time, and does not
// accept a time that is more than minutes away, so that nobody can send a
// recorded alert later. VerifyWebhook does this in Go. Without a secret there
// is no signature.
//
// An answer of 2xx says that the receiver has the alert. 400, 413, 415, 422 and
// 451 refuse it for good. 409 says that an earlier request with the same
// Idempotency-Key is still at work, and refuses it for good when it comes five
// times in a row, as from a receiver that has the alert already. Everything else
// may pass: no answer, other 4xx, which tell of a receiver or a token that is not
// set up yet, 5xx, and redirects, which are not followed.
//
// A proxy is taken from the environment, as by net/http.
type Webhook struct {
	// URL is where to post to. As it may hold a secret, errors show its
	// scheme and host only.
	URL string

	// Array posts an array, always; without it each alert is a request, and
	// the destination's Batch is to be 1.
	Array bool

	// Secret signs the requests; empty means that they are not signed.
	Secret []byte

	// Header has further headers, a token say. Errors don't show them.
	Header http.Header

	// Version is that of the program, for User-Agent.
	Version string

	// ConnectTimeout bounds the connection with TLS, and Timeout the whole
	// request; 0 means 10 and 30 seconds.
	ConnectTimeout time.Duration
	Timeout        time.Duration

	// TLS configures the client; nil means the system's roots.
	TLS *tls.Config

	// Now is the clock of the timestamp and of dates in Retry-After; nil
	// means time.Now.
	Now func() time.Time

	answerTime time.Duration // 0 means the constant

	once   sync.Once
	client *http.Client
}

const (
	timestampHeader = "X-Starhost-Timestamp"
	signatureHeader = "X-Starhost-Signature"
	signatureScheme = "v1="

	defaultConnectTimeout = 10 * time.Second
	defaultTimeout        = 30 * time.Second

	mostAnswer  = 4 << 10     // bytes of an answer that are read,
	answerTime  = time.Second // for so long after its header
	shownAnswer = 500         // bytes that are shown

	mostConflicts = 5
)

// Check says what is wrong with the configuration, nil if nothing is.
func (w *Webhook) Check() error {
	u, err := url.Parse(w.URL)
	if err != nil {
		return fmt.Errorf("webhook: its URL cannot be read: %w", hideURL(err))
	}
	if u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		return fmt.Errorf("webhook: its URL has scheme %q and host %q: want https://host/path", u.Scheme, u.Host)
	}
	for name, values := range w.Header {
		req := &http.Request{Header: http.Header{name: values}}
		if strings.ContainsAny(name+strings.Join(values, ""), "\r\n\x00") || name == "" {
			return fmt.Errorf("webhook: header %q has a line break in it or no name", name)
		}
		for _, own := range []string{"Content-Type", "Content-Length", "Host", "Idempotency-Key", timestampHeader, signatureHeader} {
			if req.Header.Get(own) != "" || http.CanonicalHeaderKey(name) == own {
				return fmt.Errorf("webhook: the header %s is set by starhost and cannot be another", own)
			}
		}
	}
	return nil
}

// Close closes connections that are idle.
func (w *Webhook) Close() { w.http().CloseIdleConnections() }

func (w *Webhook) http() *http.Client {
	w.once.Do(func() {
		connect := cmp.Or(w.ConnectTimeout, defaultConnectTimeout)
		w.client = &http.Client{
			Timeout: cmp.Or(w.Timeout, defaultTimeout),
			Transport: &http.Transport{
				Proxy:               http.ProxyFromEnvironment,
				DialContext:         (&net.Dialer{Timeout: connect, KeepAlive: 30 * time.Second}).DialContext,
				TLSHandshakeTimeout: connect,
				TLSClientConfig:     w.TLS,
				ForceAttemptHTTP2:   true,
				MaxIdleConnsPerHost: 4,
				IdleConnTimeout:     90 * time.Second,
				// Answers are read up to a bound; so are their headers.
				MaxResponseHeaderBytes: 64 << 10,
				DisableCompression:     true,
			},
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		}
	})
	return w.client
}

// Deliver implements Receiver. Its errors are *DeliveryErrors.
func (w *Webhook) Deliver(ctx context.Context, alerts []Entry) error {
	if len(alerts) == 0 {
		return nil
	}
	if len(alerts) > 1 && !w.Array {
		return w.failed(0, errors.New("it is not set up for more than one alert in a request"))
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	req, err := w.request(ctx, alerts)
	if err != nil {
		return w.failed(0, err)
	}
	resp, err := w.http().Do(req)
	if err != nil {
		return w.failed(0, err)
	}
	defer resp.Body.Close()
	// The status decides. The rest is read for people, and so that the
	// connection can be used again; those behind do not wait long for that.
	defer time.AfterFunc(cmp.Or(w.answerTime, answerTime), cancel).Stop()
	answer, _ := io.ReadAll(io.LimitReader(resp.Body, mostAnswer))
	return w.judge(resp, answer)
}

func (w *Webhook) request(ctx context.Context, alerts []Entry) (*http.Request, error) {
	body := []byte(alerts[0].Alert)
	if w.Array {
		body = []byte{'['}
		for i, a := range alerts {
			if i > 0 {
				body = append(body, ',')
			}
			body = append(body, a.Alert...)
		}
		body = append(body, ']')
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, w.URL, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	for name, values := range w.Header {
		for _, v := range values {
			req.Header.Add(name, v)
		}
	}
	stamp := strconv.FormatInt(w.now().Unix(), 10)
	req.Header.Set("Content-Type", "application/json")
	if req.Header.Get("User-Agent") == "" {
		req.Header.Set("User-Agent", "starhost/"+cmp.Or(w.Version, "unknown"))
	}
	req.Header.Set("Idempotency-Key", idempotencyKey(alerts))
	req.Header.Set(timestampHeader, stamp)
	if len(w.Secret) > 0 {
		req.Header.Set(signatureHeader, signatureScheme+hex.EncodeToString(sign(w.Secret, stamp, body)))
	}
	return req, nil
}

func (w *Webhook) now() time.Time {
	if w.Now == nil {
		return time.Now()
	}
	return w.Now()
}

func idempotencyKey(alerts []Entry) string {
	if len(alerts) == 1 {
		return alerts[0].ID
	}
	h := sha256.New()
	for _, a := range alerts {
		fmt.Fprintf(h, "%d:%s", len(a.ID), a.ID)
	}
	return "batch-" + hex.EncodeToString(h.Sum(nil)[:16])
}

func sign(secret []byte, stamp string, body []byte) []byte {
	mac := hmac.New(sha256.New, secret)
	mac.Write([]byte(stamp + "."))
	mac.Write(body)
	return mac.Sum(nil)
}

// ErrSignature says that a request is not to be trusted.
var ErrSignature = errors.New("webhook signature")

// VerifyWebhook checks, for a receiver, the signature of a request with the
// given headers and the body as it came. A time that is further than tolerance
// from now is refused; 0 means 5 minutes. Errors wrap ErrSignature.
func VerifyWebhook(secret []byte, header http.Header, body []byte, now time.Time, tolerance time.Duration) error {
	if len(secret) == 0 {
		return fmt.Errorf("%w: the secret is empty", ErrSignature)
	}
	stamp := header.Get(timestampHeader)
	got, ok := strings.CutPrefix(header.Get(signatureHeader), signatureScheme)
	if !ok {
		return fmt.Errorf("%w: there is none of the kind v1", ErrSignature)
	}
	mac, err := hex.DecodeString(got)
	if err != nil || !hmac.Equal(mac, sign(secret, stamp, body)) {
		return fmt.Errorf("%w: it is not that of this body and time under this secret", ErrSignature)
	}
	seconds, err := strconv.ParseInt(stamp, 10, 64)
	if err != nil {
		return fmt.Errorf("%w: the time %q is no number", ErrSignature, stamp)
	}
	if away := now.Sub(time.Unix(seconds, 0)).Abs(); away > cmp.Or(tolerance, 5*time.Minute) {
		return fmt.Errorf("%w: the time is %v away", ErrSignature, away)
	}
	return nil
}

// judge tells what an answer means.
func (w *Webhook) judge(resp *http.Response, answer []byte) error {
	if resp.StatusCode >= 200 && resp.StatusCode < 300 {
		return nil
	}
	text := resp.Status
	if resp.StatusCode >= 300 && resp.StatusCode < 400 {
		text += ": redirects are not followed, as a redirected POST loses its body: give the address it redirects to"
		if to, err := resp.Location(); err == nil {
			text += " (on " + to.Scheme + "://" + to.Host + ")"
		}
	}
	if shown := strings.Join(strings.Fields(strings.ToValidUTF8(string(answer), "\uFFFD")), " "); shown != "" {
		text += ": " + cut(shown, shownAnswer)
	}
	e := w.failed(resp.StatusCode, errors.New(text))
	switch resp.StatusCode {
	case 400, 413, 415, 422, 451:
		e.Refused = true
	case 409:
		e.GiveUp = mostConflicts
		fallthrough
	default:
		e.RetryAfter = w.retryAfter(resp.Header.Get("Retry-After"))
	}
	return e
}

// retryAfter reads seconds, up to some decades, or a date; 0 if it is neither,
// or past.
func (w *Webhook) retryAfter(value string) time.Duration {
	seconds, err := strconv.ParseUint(strings.TrimSpace(value), 10, 31)
	if err == nil || errors.Is(err, strconv.ErrRange) {
		return time.Duration(seconds) * time.Second
	}
	if at, err := http.ParseTime(value); err == nil {
		return max(0, at.Sub(w.now()))
	}
	return 0
}

func (w *Webhook) failed(status int, err error) *DeliveryError {
	host := "webhook"
	if u, e := url.Parse(w.URL); e == nil && u.Host != "" {
		host = u.Scheme + "://" + u.Host
	}
	return &DeliveryError{Status: status, Err: fmt.Errorf("post to %s: %w", host, hideURL(err))}
}

// hideURL takes off the URL that errors of net/http have.
func hideURL(err error) error {
	if e, ok := errors.AsType[*url.Error](err); ok {
		return e.Err
	}
	return err
}
