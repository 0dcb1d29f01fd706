package probe_test

import (
	"testing"

	"github.com/starhost/starhost/runtime/probe"
	"github.com/stretchr/testify/require"
	"go.starlark.net/starlark"
)

// benchRule is of the size and kind that rules are.
const benchRule = `
NAMES = ["CreateUser", "DeleteUser", "AttachUserPolicy"]

def is_service(event):
    return event.get("userIdentity", {}).get("type") == "AWSService"

def rule(event):
    if event.get("errorCode") or is_service(event):
        return False
    if event.get("eventName") not in NAMES:
        return False
    for ip in event.get("ips", []):
        if ip.startswith("10.") or ip == "127.0.0.1":
            continue
        name = event.get("requestParameters", {}).get("userName", "")
        if len(name) > 3 and not name.endswith("-test"):
            return True
    return event.get("region") == "us-east-1" and event.get("mfa") != True
`

// BenchmarkRule gives the cost of a call of explained and covered code next to
// that of plain code: the ratios are those of the times.
func BenchmarkRule(b *testing.B) {
	event := decode(b, `{
		"eventName": "CreateUser", "userIdentity": {"type": "IAMUser"}, "region": "us-east-1",
		"ips": ["10.1.2.3", "10.2.3.4", "8.8.8.8"], "requestParameters": {"userName": "bob-test"}
	}`)
	event.Freeze()
	var rec probe.Recorder
	for _, c := range []struct {
		name string
		pass pass
		rec  *probe.Recorder
	}{
		{"plain", plain, nil},
		{"covered", covered, nil},
		{"explained", explained, &rec},
		{"unrecorded", explained, nil},
	} {
		globals, err := load(new(starlark.Thread), benchRule, c.pass)
		require.NoError(b, err)
		globals.Freeze()
		thread := new(starlark.Thread)
		c.rec.Attach(thread)
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if c.rec != nil {
					c.rec.Reset()
				}
				_, _ = starlark.Call(thread, globals["rule"], starlark.Tuple{event}, nil)
			}
		})
	}
}
