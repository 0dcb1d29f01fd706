package event_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/starhost/starhost/event"
	"github.com/stretchr/testify/require"
	"go.starlark.net/starlark"
)

// testBackground is what testdata/udm.star finds.
type testBackground struct{ t testing.TB }

func (b testBackground) Mapping(logType, name string) (event.Mapping, bool) {
	paths := map[string]string{
		"user": "$.actor.name", "first": "items[0].id", "all": "items[*].id", "missing": "$.actor.age",
	}
	switch {
	case logType != "T":
		return event.Mapping{}, false
	case paths[name] != "":
		p, err := event.ParsePath(paths[name])
		require.NoError(b.t, err)
		return event.Mapping{Model: "M", Path: p}, true
	case name == "kind" || name == "broken" || name == "nothing":
		return event.Mapping{Model: "M", Method: starlark.NewBuiltin(name, testMethod)}, true
	}
	return event.Mapping{}, false
}

func testMethod(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, _ []starlark.Tuple) (starlark.Value, error) {
	switch b.Name() {
	case "kind":
		return starlark.String(args[0].(*event.Event).LogType() + " event"), nil
	case "nothing":
		return starlark.None, nil
	}
	return nil, errors.New("this is broken")
}

func (b testBackground) Lookup(table string, key starlark.Value) (starlark.Value, error) {
	if table != "hosts" {
		return nil, fmt.Errorf("no lookup table %q", table)
	}
	if key != starlark.String("a") {
		return starlark.None, nil
	}
	row := new(starlark.Dict)
	return row, row.SetKey(starlark.String("owner"), starlark.String("x"))
}

func chunkThread(t testing.TB) *starlark.Thread {
	thread := new(starlark.Thread)
	thread.SetLocal(event.BackgroundLocal, testBackground{t})
	return thread
}
