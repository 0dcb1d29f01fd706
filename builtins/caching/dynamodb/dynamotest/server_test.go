package dynamotest

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strings"
	"testing"
)

// TestTakenPort checks that a server of another process, which has taken the
// port, is not used.
func TestTakenPort(t *testing.T) {
	if os.Getenv(EndpointVariable) != "" {
		t.Skipf("no server is started, as %s names one", EndpointVariable)
	}
	other := httptest.NewServer(http.NotFoundHandler())
	defer other.Close()
	program, err := install()
	if err != nil {
		t.Fatal(err)
	}
	_, port, _ := strings.Cut(strings.TrimPrefix(other.URL, "http://"), ":")
	s, err := startOn(t, program, port)
	if exit, ok := errors.AsType[*exec.ExitError](err); !ok || exit.ExitCode() != 1 || !strings.Contains(err.Error(), "already in use") {
		t.Errorf("server %+v, error %v, want that the port is in use", s, err)
	}
}
