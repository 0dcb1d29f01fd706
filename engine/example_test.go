package engine_test

import (
	"context"
	"os"
	"strings"

	"github.com/starhost/starhost/alert"
	"github.com/starhost/starhost/builtins/caching"
	"github.com/starhost/starhost/builtins/caching/memory"
	"github.com/starhost/starhost/builtins/helpers"
	"github.com/starhost/starhost/engine"
	"github.com/starhost/starhost/ruleset"
	"github.com/starhost/starhost/sink"
	"github.com/starhost/starhost/source"
)

// A Go program runs the shipped rules over two events: three logins from a
// new address.
func Example() {
	input := strings.NewReader(`
		{"p_log_type": "Custom.Login", "username": "alice", "ipAddress": "203.0.113.7", "p_event_time": "2026-01-01T00:00:00Z"}
		{"p_log_type": "Custom.Login", "username": "alice", "ipAddress": "192.0.2.1", "p_event_time": "2026-01-01T00:01:00Z"}`)

	store := &memory.Store{}
	loader := ruleset.Loader{
		Paths:   []string{"../rules"},
		Modules: append(helpers.Modules(), caching.Module(store)),
	}
	set, diagnostics, err := loader.Load()
	if err != nil || len(diagnostics) > 0 {
		panic(err)
	}
	e := engine.Engine{
		Rules:   func() *ruleset.Set { return set },
		Source:  &source.Files{Stdin: input},
		Sink:    &titles{},
		Windows: &alert.Windows{Counter: caching.Windows{Store: store}},
	}
	if err := e.Run(context.Background()); err != nil {
		panic(err)
	}
	// Output: alice came from a new address
}

// titles is a sink that prints the titles of alerts.
type titles struct{ sink.Lines }

func (t *titles) Write(_ context.Context, v any) error {
	_, err := os.Stdout.WriteString(v.(*alert.Alert).Title + "\n")
	return err
}
