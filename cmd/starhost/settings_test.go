package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"math/big"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/spf13/pflag"
	"github.com/stretchr/testify/require"
)

// testSettings gives the settings that serve has with flags and no file.
func testSettings(t *testing.T, args ...string) *serveSettings {
	s := &serveSettings{}
	flags := pflag.NewFlagSet("serve", pflag.ContinueOnError)
	s.flags(flags)
	require.NoError(t, flags.Parse(args))
	return s
}

// problems gives what check finds, one line each.
func problems(s *serveSettings) []string {
	var all []string
	for _, d := range s.check(&configuration{}) {
		all = append(all, string(d.Severity)+" "+d.Error())
	}
	return all
}

func TestServeDefaults(t *testing.T) {
	s := testSettings(t)
	require.Empty(t, problems(s))
	require.Equal(t, []string{"rules"}, s.Rules)
	require.Equal(t, "bolt:starhost-data/state.db", s.Store)
	require.Equal(t, []sinkSettings{{Type: "stdout", Name: "stdout", Default: true}}, s.Sinks)
	require.Equal(t, ingestSettings{MaxBody: 64e6, MaxText: 512e6, MaxRecord: 16e6, MaxRequests: 64, MaxInFlight: 270e6}, s.Ingest)
	require.Equal(t, 20*time.Second, time.Duration(s.ShutdownTimeout))
	require.Equal(t, "starhost-data/outbox.db", s.file("outbox.db"))
	conf, err := s.TLS.config()
	require.NoError(t, err)
	require.Nil(t, conf, "plain HTTP")
}

func TestServeFlags(t *testing.T) {
	s := testSettings(t, "--sink", "stdout", "--sink", "soc=webhook:https://a/b=c", "--sink", "file:x=y.jsonl", "--follow", "a", "--follow", "b", "--store", "memory")
	require.Empty(t, problems(s))
	require.Len(t, s.Sinks, 3)
	require.Equal(t, "https://a/b=c", s.Sinks[1].URL)
	require.Equal(t, "soc", s.Sinks[1].Name)
	require.Equal(t, 100000, s.Sinks[1].MaxQueued)
	require.Equal(t, length(10*time.Second), s.Sinks[1].Timeout)
	require.True(t, s.Sinks[1].Default)
	require.Equal(t, "x=y.jsonl", s.Sinks[2].Path)
	require.Equal(t, size(100e6), s.Sinks[2].MaxSize)
	require.Equal(t, "file", s.Sinks[2].Name)
	require.Equal(t, []followSettings{{Paths: []string{"a"}, StartAt: "beginning"}, {Paths: []string{"b"}, StartAt: "beginning"}}, s.Follow)
	require.Equal(t, "memory", s.Store)
}

func TestListen(t *testing.T) {
	for listen, want := range map[string]string{
		"127.0.0.1:1": "", "localhost:1": "", "[::1]:1": "", "127.9.9.9:1": "", "[::ffff:127.0.0.1]:1": "", "LocalHost:65535": "",
		"0.0.0.0:1": "others can reach", ":1": "others can reach", "[::]:1": "others can reach", "10.0.0.1:1": "others can reach",
		"localhost.example.com:1": "others can reach", "127.0.0.1.example.com:1": "others can reach",
		"127.0.0.1": "want an address such as", "": "want an address such as", "localhost:http": "want a number from 0 to 65535",
		"localhost:65536": "want a number from 0 to 65535", "localhost:": "want a number", "localhost:-1": "want a number",
	} {
		got := problems(testSettings(t, "--listen", listen))
		if want == "" {
			require.Empty(t, got, listen)
			continue
		}
		require.Len(t, got, 1, listen)
		require.Contains(t, got[0], want, listen)
		require.True(t, strings.HasPrefix(got[0], "error --listen: "), got[0])
	}
}

func TestCheckFollow(t *testing.T) {
	require.Empty(t, problems(testSettings(t, "--follow", "logs/*.jsonl", "--follow", "none", "--follow", "-x")))
	for path, want := range map[string]string{
		"a[":              `"a[" is no pattern of files: syntax error in pattern`,
		"logs/**/*.jsonl": `"logs/**/*.jsonl": ** is not understood; name the directory, it is followed with all that is below it`,
		"-":               `"-": standard input is not followed; starhost run reads it`,
		"/etc/starhost/-": `"/etc/starhost/-": standard input is not followed; starhost run reads it`, // of a file there
	} {
		require.Equal(t, []string{"error --follow: follow: " + want}, problems(testSettings(t, "--follow", path)))
	}
}

func TestReadSecret(t *testing.T) {
	path := filepath.Join(t.TempDir(), "secret")
	for text, want := range map[string]string{
		"abc": "abc", " abc\r\n": "abc", "a b": "a b", "": "is empty", " \n": "is empty", "a\nb": "has several lines",
		"a\x00b": "has several lines", strings.Repeat("x", 70_000): "is larger than 64 KB",
	} {
		require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
		got, err := readSecret(path)
		if strings.Contains(want, " ") && want != "a b" {
			require.ErrorContains(t, err, path+" "+want)
			require.Empty(t, got)
			continue
		}
		require.NoError(t, err)
		require.Equal(t, want, got)
	}
	_, err := readSecret(path + "x")
	require.ErrorIs(t, err, os.ErrNotExist)
	_, err = readSecret(filepath.Dir(path))
	require.ErrorContains(t, err, "is a directory")
}

func TestCheckToken(t *testing.T) {
	path := filepath.Join(t.TempDir(), "token")
	require.NoError(t, os.WriteFile(path, []byte("short"), 0o600))
	require.Equal(t, []string{"warning --token-file: token_file: " + path + " holds only 5 characters"},
		problems(testSettings(t, "--token-file", path)))
	require.NoError(t, os.WriteFile(path, []byte(strings.Repeat("x", 32)), 0o600))
	require.Empty(t, problems(testSettings(t, "--token-file", path)))
	require.NoError(t, os.Chmod(path, 0o604))
	require.Equal(t, []string{"warning --token-file: token_file: every user of this machine can read " + path},
		problems(testSettings(t, "--token-file", path)))
	require.Equal(t, []string{"error --token-file: token_file: open nowhere: no such file or directory"},
		problems(testSettings(t, "--token-file", "nowhere")))
}

func TestCheckTLS(t *testing.T) {
	cert, key := writeCertificate(t)
	s := testSettings(t, "--listen", ":443", "--tls-cert-file", cert, "--tls-key-file", key, "--tls-client-ca-file", cert)
	require.Empty(t, problems(s), "clients show who they are by certificates")
	conf, err := s.TLS.config()
	require.NoError(t, err)
	require.Len(t, conf.Certificates, 1)
	require.Equal(t, tls.RequireAndVerifyClientCert, conf.ClientAuth)
	require.GreaterOrEqual(t, conf.MinVersion, uint16(tls.VersionTLS12))

	for want, args := range map[string][]string{
		"error --listen: listen is :443, which others can reach":                    {"--listen", ":443", "--tls-cert-file", cert, "--tls-key-file", key},
		"error --tls-cert-file: tls.cert_file has no key":                           {"--tls-cert-file", cert},
		"error --tls-key-file: tls.key_file has no certificate":                     {"--tls-key-file", key},
		"error --tls-client-ca-file: clients can show certificates only over TLS":   {"--tls-client-ca-file", cert},
		"error --tls-cert-file: tls: read the certificate nowhere: open nowhere":    {"--tls-cert-file", "nowhere", "--tls-key-file", key},
		"error --tls-cert-file: tls: read the certificate " + key:                   {"--tls-cert-file", key, "--tls-key-file", key},
		"error --tls-cert-file: tls: read the authorities of clients: open nowhere": {"--tls-cert-file", cert, "--tls-key-file", key, "--tls-client-ca-file", "nowhere"},
		"holds no certificate in PEM":                                               {"--tls-cert-file", cert, "--tls-key-file", key, "--tls-client-ca-file", key},
	} {
		got := problems(testSettings(t, args...))
		require.Len(t, got, 1, want)
		require.Contains(t, got[0], want)
	}
}

// writeCertificate writes a certificate that signs itself, and its key.
func writeCertificate(t *testing.T) (cert, key string) {
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour), IsCA: true, BasicConstraintsValid: true}
	der, err := x509.CreateCertificate(rand.Reader, template, template, private.Public(), private)
	require.NoError(t, err)
	secret, err := x509.MarshalPKCS8PrivateKey(private)
	require.NoError(t, err)
	write := func(name, kind string, der []byte) string {
		path := filepath.Join(t.TempDir(), name)
		require.NoError(t, os.WriteFile(path, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}), 0o600))
		return path
	}
	return write("cert.pem", "CERTIFICATE", der), write("key.pem", "PRIVATE KEY", secret)
}
