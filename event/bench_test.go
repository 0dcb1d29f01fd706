package event_test

import (
	"bytes"
	"os"
	"testing"

	"github.com/starhost/starhost/event"
	"github.com/stretchr/testify/require"
	"go.starlark.net/starlark"
	"go.starlark.net/syntax"
)

// sample returns 20 CloudTrail records of 1.0 to 2.2 kB.
func sample(t testing.TB) [][]byte {
	data, err := os.ReadFile("testdata/cloudtrail.jsonl")
	require.NoError(t, err)
	lines := bytes.Split(bytes.TrimSpace(data), []byte("\n"))
	require.Len(t, lines, 20)
	return lines
}

func sampleEvents(b *testing.B) []*event.Event {
	var events []*event.Event
	for _, line := range sample(b) {
		e, err := event.Decode(line)
		require.NoError(b, err)
		events = append(events, e)
	}
	return events
}

// eachRecord measures f on one record after another.
func eachRecord(b *testing.B, f func(data []byte)) {
	lines := sample(b)
	b.SetBytes(int64(len(bytes.Join(lines, nil)) / len(lines)))
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		f(lines[i%len(lines)])
	}
}

func mustDecode(b *testing.B, data []byte) *event.Event {
	e, err := event.Decode(data)
	if err != nil {
		b.Fatal(err)
	}
	return e
}

func BenchmarkDecode(b *testing.B) {
	eachRecord(b, func(data []byte) { mustDecode(b, data) })
}

// BenchmarkDecodeLogType is what an event costs that no rule applies to.
func BenchmarkDecodeLogType(b *testing.B) {
	eachRecord(b, func(data []byte) {
		if mustDecode(b, data).LogType() != "AWS.CloudTrail" {
			b.Fatal("wrong log type")
		}
	})
}

func BenchmarkDecodeThreeFields(b *testing.B) {
	eachRecord(b, func(data []byte) {
		e := mustDecode(b, data)
		for _, key := range []string{"eventName", "sourceIPAddress", "userIdentity"} {
			if _, ok := e.Field(key); !ok {
				b.Fatal(key)
			}
		}
	})
}

func BenchmarkDecodeToDict(b *testing.B) {
	eachRecord(b, func(data []byte) { mustDecode(b, data).ToDict() })
}

// eachCall measures a rule function on one event after another.
func eachCall(b *testing.B, src string) {
	globals, err := starlark.ExecFileOptions(&syntax.FileOptions{}, new(starlark.Thread), "rule.star", src, nil)
	require.NoError(b, err)
	events := sampleEvents(b)
	thread := new(starlark.Thread)
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		if _, err := starlark.Call(thread, globals["rule"], starlark.Tuple{events[i%len(events)]}, nil); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkEmptyRule(b *testing.B) { eachCall(b, "def rule(event): return None") }
func BenchmarkGet(b *testing.B)       { eachCall(b, "def rule(event): return event.get('eventName')") }
func BenchmarkGetMissing(b *testing.B) {
	eachCall(b, "def rule(event): return event.get('noSuchField', '')")
}
func BenchmarkDeepGet(b *testing.B) {
	eachCall(b, "def rule(event): return event.deep_get('userIdentity', 'sessionContext', 'sessionIssuer', 'userName')")
}
func BenchmarkDeepWalk(b *testing.B) {
	eachCall(b, "def rule(event): return event.deep_walk('requestParameters', 'ipPermissions', 'items', 'ipRanges')")
}
