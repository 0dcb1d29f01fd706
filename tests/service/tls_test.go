package service_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"io"
	"math/big"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// An authority signs certificates.
type authority struct {
	t    testing.TB
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
}

func newAuthority(t testing.TB, name string) *authority {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	a := &authority{t: t, key: key, cert: &x509.Certificate{
		Subject: pkix.Name{CommonName: name}, SerialNumber: big.NewInt(1),
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}}
	a.cert, err = x509.ParseCertificate(a.sign(a.cert, key))
	require.NoError(t, err)
	return a
}

func (a *authority) sign(cert *x509.Certificate, key *ecdsa.PrivateKey) (der []byte) {
	der, err := x509.CreateCertificate(rand.Reader, cert, a.cert, &key.PublicKey, a.key)
	require.NoError(a.t, err)
	return der
}

// issue makes a certificate and its key, in PEM.
func (a *authority) issue(serial int64, usage x509.ExtKeyUsage) (cert, key []byte) {
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(a.t, err)
	der := a.sign(&x509.Certificate{
		Subject: pkix.Name{CommonName: "test"}, SerialNumber: big.NewInt(serial),
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{usage},
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
	}, private)
	secret, err := x509.MarshalPKCS8PrivateKey(private)
	require.NoError(a.t, err)
	return inPEM("CERTIFICATE", der), inPEM("PRIVATE KEY", secret)
}

// client issues a certificate that a client can show.
func (a *authority) client() *tls.Certificate {
	cert, err := tls.X509KeyPair(a.issue(100, x509.ExtKeyUsageClientAuth))
	require.NoError(a.t, err)
	return &cert
}

// pem is the certificate of the authority itself.
func (a *authority) pem() []byte { return inPEM("CERTIFICATE", a.cert.Raw) }

// pool is for those who trust the authority.
func (a *authority) pool() *x509.CertPool {
	pool := x509.NewCertPool()
	pool.AddCert(a.cert)
	return pool
}

func inPEM(kind string, der []byte) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der})
}

// A secured service is one that speaks TLS, with the files of its certificate.
type secured struct {
	*server
	ca                *authority
	cert, key, alerts string
}

func serveTLS(t *testing.T, args ...string) *secured {
	dir := t.TempDir()
	s := &secured{
		ca:   newAuthority(t, "servers"),
		cert: filepath.Join(dir, "cert.pem"), key: filepath.Join(dir, "key.pem"), alerts: filepath.Join(dir, "alerts.jsonl"),
	}
	cert, key := s.ca.issue(1, x509.ExtKeyUsageServerAuth)
	s.put(t, s.cert, cert)
	s.put(t, s.key, key)
	s.server = launch(t, nil, append([]string{
		"--rules", folder(t, stateless), "--data-dir", t.TempDir(), "--store", "memory", "--sink", "file:" + s.alerts,
		"--tls-cert-file", s.cert, "--tls-key-file", s.key,
	}, args...)...)
	require.True(t, strings.HasPrefix(s.url, "https://"), s.url)
	return s
}

func (s *secured) put(t testing.TB, path string, text []byte) {
	require.NoError(t, os.WriteFile(path, text, 0o600))
}

// dialer is how clients connect that trust the authority of the service and
// show a certificate, if it is not nil, whoever is asked for.
func (s *secured) dialer(shown *tls.Certificate) *tls.Config {
	config := &tls.Config{RootCAs: s.ca.pool()}
	if shown != nil {
		config.GetClientCertificate = func(*tls.CertificateRequestInfo) (*tls.Certificate, error) { return shown, nil }
	}
	return config
}

// A secureAnswer is what came of a request by TLS.
type secureAnswer struct {
	code    int
	proto   string
	serial  int64 // of the certificate of the service
	resumed bool  // an earlier session, so that no certificates were shown
	text    string
}

// send posts an event by a connection of its own.
func (s *secured) send(config *tls.Config, id string) (secureAnswer, error) {
	transport := &http.Transport{TLSClientConfig: config, ForceAttemptHTTP2: true}
	defer transport.CloseIdleConnections()
	resp, err := (&http.Client{Transport: transport}).Post(s.url+"/v1/events", "application/json", strings.NewReader(`{"id": "`+id+`"}`))
	if err != nil {
		return secureAnswer{}, err
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	return secureAnswer{resp.StatusCode, resp.Proto, resp.TLS.PeerCertificates[0].SerialNumber.Int64(), resp.TLS.DidResume, string(text)}, err
}

// sent is an event that is taken.
func (s *secured) sent(config *tls.Config, id string) secureAnswer {
	s.t.Helper()
	a, err := s.send(config, id)
	require.NoError(s.t, err, s.logged())
	require.Equal(s.t, 200, a.code, a.text)
	require.Equal(s.t, 1, alertsIn(s.t, s.alerts)[id])
	return a
}

// notSent is an event whose connection is refused, for some reason. A client
// that is still writing may not get to read it: it tries again.
func (s *secured) notSent(config *tls.Config, id, reason string) {
	s.t.Helper()
	s.await("a refusal of "+id+" for "+reason, func() bool {
		a, err := s.send(config, id)
		require.Error(s.t, err, "%s: %+v", id, a)
		return strings.Contains(err.Error(), reason)
	})
	require.Zero(s.t, alertsIn(s.t, s.alerts)[id])
}

// hangup sends SIGHUP.
func (s *secured) hangup() { require.NoError(s.t, s.cmd.Process.Signal(syscall.SIGHUP)) }

// TestTLS sends events by TLS, and without it.
func TestTLS(t *testing.T) {
	s := serveTLS(t)
	a := s.sent(s.dialer(nil), "trusts")
	require.Equal(t, "HTTP/2.0", a.proto)
	s.notSent(&tls.Config{}, "does-not-trust", "certificate signed by unknown authority")
	old := s.dialer(nil)
	old.MinVersion, old.MaxVersion = tls.VersionTLS11, tls.VersionTLS11
	s.notSent(old, "old", "protocol version not supported")

	resp, err := http.Post(strings.Replace(s.url, "https:", "http:", 1)+"/v1/events", "application/json", strings.NewReader(`{"id": "plain"}`))
	require.NoError(t, err)
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	require.Equal(t, http.StatusBadRequest, resp.StatusCode)
	require.Contains(t, string(text), "HTTP request to an HTTPS server")
	require.Zero(t, alertsIn(t, s.alerts)["plain"])
	require.Zero(t, s.stop(), s.logged())
}

// TestTLSReload replaces certificate and key while the service runs.
func TestTLSReload(t *testing.T) {
	s := serveTLS(t)
	require.EqualValues(t, 1, s.sent(s.dialer(nil), "first").serial)
	cert, key := s.ca.issue(2, x509.ExtKeyUsageServerAuth)
	s.put(t, s.cert, cert)
	s.put(t, s.key, key)
	require.EqualValues(t, 1, s.sent(s.dialer(nil), "before").serial, "nobody has asked for it yet")
	s.hangup()
	s.await("the new certificate", func() bool {
		a, err := s.send(s.dialer(nil), "meanwhile")
		return err == nil && a.serial == 2
	})

	_, other := s.ca.issue(3, x509.ExtKeyUsageServerAuth)
	s.put(t, s.key, other)
	s.hangup()
	s.await("the key to be refused", func() bool { return strings.Contains(s.logged(), "private key does not match public key") })
	require.Contains(t, s.logged(), "token and certificates stay as they were")
	require.EqualValues(t, 2, s.sent(s.dialer(nil), "other-key").serial)
	require.NoError(t, os.Remove(s.cert))
	s.hangup()
	s.await("the missing file to be told", func() bool { return strings.Contains(s.logged(), "no such file") })
	require.EqualValues(t, 2, s.sent(s.dialer(nil), "no-file").serial)

	cert, key = s.ca.issue(4, x509.ExtKeyUsageServerAuth)
	s.put(t, s.cert, cert)
	s.put(t, s.key, key)
	s.hangup()
	s.await("the mended certificate", func() bool {
		a, err := s.send(s.dialer(nil), "mended")
		return err == nil && a.serial == 4
	})
	require.Zero(t, s.stop(), s.logged())
}

// TestClientCertificates has clients show certificates: of the right authority,
// of another, and none. The authority changes; a client that has been there
// before is then refused, too.
func TestClientCertificates(t *testing.T) {
	ours, others := newAuthority(t, "clients"), newAuthority(t, "others")
	file := filepath.Join(t.TempDir(), "clients.pem")
	require.NoError(t, os.WriteFile(file, ours.pem(), 0o600))
	s := serveTLS(t, "--tls-client-ca-file", file)
	s.notSent(s.dialer(nil), "none", "certificate required")
	s.notSent(s.dialer(others.client()), "others", "unknown certificate authority")
	forServers, err := tls.X509KeyPair(ours.issue(7, x509.ExtKeyUsageServerAuth))
	require.NoError(t, err)
	s.notSent(s.dialer(&forServers), "for-servers", "bad certificate")
	returning := s.dialer(ours.client())
	returning.ClientSessionCache = tls.NewLRUClientSessionCache(10)
	s.sent(returning, "first-time")
	require.True(t, s.sent(returning, "again").resumed)
	resp, err := http.Get(strings.Replace(s.url, "https:", "http:", 1) + "/healthz")
	require.NoError(t, err)
	resp.Body.Close()
	require.Equal(t, http.StatusBadRequest, resp.StatusCode)

	require.NoError(t, os.WriteFile(file, others.pem(), 0o600))
	s.hangup()
	s.await("the new authority", func() bool {
		a, err := s.send(s.dialer(others.client()), "new-authority")
		return err == nil && a.code == 200
	})
	s.notSent(s.dialer(ours.client()), "old-authority", "unknown certificate authority")
	s.notSent(returning, "returned", "unknown certificate authority")

	require.NoError(t, os.WriteFile(file, []byte("nothing\n"), 0o600))
	s.hangup()
	s.await("the file to be refused", func() bool { return strings.Contains(s.logged(), "holds no certificate in PEM") })
	s.notSent(s.dialer(nil), "still-none", "certificate required")
	s.sent(s.dialer(others.client()), "still-others")
	require.Zero(t, s.stop(), s.logged())
}
