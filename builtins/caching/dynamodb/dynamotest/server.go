package dynamotest

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
)

// EndpointVariable is the name of the environment variable with the URL of
// the server that tests are to use.
const EndpointVariable = "STARHOST_TEST_DYNAMODB_ENDPOINT"

// A Server is a DynamoDB server.
type Server struct {
	URL string

	// Region and Credentials are what clients are to use. Credentials are nil
	// if those of the environment are to be used.
	Region      string
	Credentials aws.CredentialsProvider

	// Own says that the server is the test's own, and empty.
	Own bool
}

// Spec returns what opens a table of the server: TABLE?region=…&endpoint=….
func (s *Server) Spec(table string) string {
	return fmt.Sprintf("%s?region=%s&endpoint=%s", table, s.Region, s.URL)
}

// Start returns a server, which is stopped when the test is over: a new one,
// or the one that the environment names. Without a server the test fails and
// says what to install.
func Start(t testing.TB) *Server {
	t.Helper()
	if url := os.Getenv(EndpointVariable); url != "" {
		return given(url)
	}
	program, err := install()
	if err != nil {
		t.Fatal(err)
	}
	var s *Server
	for range 3 { // as another process may take the port in between
		if s, err = start(t, program); err == nil {
			return s
		}
	}
	t.Fatal(err)
	return nil
}

func given(url string) *Server {
	s := &Server{URL: url, Region: os.Getenv("AWS_REGION")}
	if s.Region == "" {
		s.Region = "us-east-1"
	}
	if os.Getenv("AWS_ACCESS_KEY_ID") == "" && os.Getenv("AWS_PROFILE") == "" {
		s.Credentials = anybody
	}
	return s
}

// anybody are credentials for servers that take any.
var anybody = credentials.NewStaticCredentialsProvider("starhost", "starhost", "")

func start(t testing.TB, program string) (*Server, error) {
	port, err := freePort()
	if err != nil {
		return nil, err
	}
	return startOn(t, program, port)
}

func startOn(t testing.TB, program, port string) (*Server, error) {
	cmd := exec.Command(program, "serve", "--host", "127.0.0.1", "--port", port)
	output := new(output)
	cmd.Stdout, cmd.Stderr = output, output
	dieWithParent(cmd)
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	stop := func() {
		_ = cmd.Process.Kill()
		<-ended
	}
	s := &Server{URL: "http://127.0.0.1:" + port, Region: "us-east-1", Credentials: anybody, Own: true}
	if err := s.await(output, ended); err != nil {
		stop()
		return nil, fmt.Errorf("%s: %w\n%s", program, err, output)
	}
	t.Cleanup(stop)
	return s, nil
}

func freePort() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	defer l.Close()
	_, port, err := net.SplitHostPort(l.Addr().String())
	return port, err
}

// output is what a program has written so far.
type output struct {
	mu   sync.Mutex
	text strings.Builder
}

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.Write(p)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.String()
}

// await waits for the server to answer. An answer counts once the server says
// that it has the port: before, another process may have it.
func (s *Server) await(output *output, ended chan error) error {
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	for {
		request, err := http.NewRequestWithContext(ctx, http.MethodGet, s.URL, nil)
		if err != nil {
			return err
		}
		if strings.Contains(output.String(), "listening on "+s.URL) {
			if response, err := http.DefaultClient.Do(request); err == nil {
				return response.Body.Close()
			}
		}
		select {
		case err := <-ended:
			ended <- err
			return fmt.Errorf("the server ended: %w", err)
		case <-ctx.Done():
			return errors.New("the server does not answer")
		case <-time.After(5 * time.Millisecond):
		}
	}
}
