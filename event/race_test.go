package event_test

import (
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.starlark.net/starlark"
	"go.starlark.net/syntax"
)

const readAll = `
def rule(event):
    text = str(event)
    for key in event:
        value = event[key]
        if type(value) == "dict":
            text += str(value.get("userName", "")) + str(value.items())
        elif type(value) == "list":
            text += str([v for v in value]) + str(value[:1])
    text += str(event.deep_get("userIdentity", "sessionContext", "sessionIssuer", "userName"))
    text += str(event.deep_walk("requestParameters", "items", "groupId", default = "none"))
    return text + str([event[k] == v for k, v in event.to_dict().items()])
`

// Many goroutines read the same new events: the race detector sees no race,
// and each reads what one alone reads.
func TestManyReaders(t *testing.T) {
	globals, err := starlark.ExecFileOptions(&syntax.FileOptions{}, new(starlark.Thread), "rule.star", readAll, nil)
	require.NoError(t, err)
	globals.Freeze()
	read := func(event starlark.Value) string {
		v, err := starlark.Call(new(starlark.Thread), globals["rule"], starlark.Tuple{event}, nil)
		if err != nil {
			return err.Error()
		}
		return v.String()
	}
	for _, line := range sample(t) {
		want := read(decode(t, string(line)))
		shared := decode(t, string(line))
		got := make([]string, 16)
		start := make(chan struct{})
		var readers sync.WaitGroup
		for i := range got {
			readers.Go(func() {
				<-start
				got[i] = read(shared)
			})
		}
		close(start)
		readers.Wait()
		for _, text := range got {
			assert.Equal(t, want, text)
		}
	}
}
