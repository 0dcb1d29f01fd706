package ruleset_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"syscall"
	"testing"
	"time"

	"github.com/starhost/starhost/ruleset"
	"github.com/starhost/starhost/runtime"
	"github.com/stretchr/testify/require"
)

// manyRules writes 1,000 rules with metadata, in folders, of which 300 load a
// helper.
func manyRules(t testing.TB, ext, helper string) {
	for i := range 1000 {
		load := ""
		if i < 300 {
			load = map[string]string{".star": "load('gen', 'GEN')\n", ".py": "from gen import GEN\n"}[ext]
		}
		dir := fmt.Sprintf("rules/d%d", i%20)
		write(t, filepath.Join(dir, fmt.Sprintf("r%d.yml", i)), fmt.Sprintf(benchMeta, i, i, ext))
		write(t, filepath.Join(dir, fmt.Sprintf("r%d%s", i, ext)), load+benchRule+fmt.Sprintf("# %d\n", i))
	}
	write(t, filepath.Join("rules", helper), "GEN = '0'\n")
}

func write(t testing.TB, path, text string) {
	require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o777))
	require.NoError(t, os.WriteFile(path, []byte(text), 0o666))
}

const benchMeta = `AnalysisType: rule
RuleID: AWS.Bench.%d
Filename: r%d%s
DisplayName: A rule of an ordinary size
Enabled: true
LogTypes:
  - AWS.CloudTrail
Severity: Medium
Tags:
  - AWS
  - Credential Access:Unsecured Credentials
Description: >
  Somebody has done what nobody should do, from a place where nobody should be.
Runbook: Ask who it was, and whether it was meant.
Reference: https://example.com/rules
SummaryAttributes:
  - eventName
  - sourceIPAddress
Tests:
  - Name: what nobody should do
    ExpectedResult: true
    Log:
      eventName: DeleteTrail
      sourceIPAddress: 192.0.2.1
      userIdentity: {type: IAMUser, userName: somebody, accountId: "123456789012"}
  - Name: what everybody does
    ExpectedResult: false
    Log:
      eventName: ListBuckets
      sourceIPAddress: 192.0.2.1
`

const benchRule = `
NAMES = ["DeleteTrail", "StopLogging", "UpdateTrail"]

def rule(event):
    if event.get("errorCode"):
        return False
    user = event.get("userIdentity") or {}
    return event.get("eventName") in NAMES and user.get("type") != "AWSService"

def title(event):
    user = event.get("userIdentity") or {}
    return "%s by %s" % (event.get("eventName"), user.get("userName", "somebody"))

def dedup(event):
    return event.get("recipientAccountId", "")

def alert_context(event):
    return {"ip": event.get("sourceIPAddress"), "agent": event.get("userAgent")}
`

// BenchmarkLive measures, among 1,000 rules, a full load, and the time from the
// saving of a file until the set that has it is live, without the 40 ms for
// which a change must be over.
func BenchmarkLive(b *testing.B) {
	for _, lang := range []struct{ name, ext, helper string }{{"starlark", ".star", "_gen.star"}, {"python", ".py", "gen.py"}} {
		b.Run(lang.name, func(b *testing.B) {
			b.Chdir(b.TempDir())
			manyRules(b, lang.ext, lang.helper)
			loader := fresh("rules")
			b.Run("load", func(b *testing.B) {
				busy := cpuTime(b)
				n := 0
				for b.Loop() {
					n++
					set, diags, err := loader.Load()
					require.NoError(b, err)
					require.Empty(b, diags)
					require.Len(b, set.Rules(), 1000)
				}
				b.ReportMetric(float64(cpuTime(b)-busy)/1e6/float64(n), "cpu-ms/op")
			})
			b.Run("save=rule", func(b *testing.B) {
				benchSave(b, 1, func(i int) {
					write(b, "rules/d19/r999"+lang.ext, benchRule+fmt.Sprintf("# %d again\n", i))
				})
			})
			b.Run("save=helper", func(b *testing.B) {
				benchSave(b, 300, func(i int) { write(b, filepath.Join("rules", lang.helper), fmt.Sprintf("GEN = 'x%d'\n", i)) })
			})
		})
	}
}

// benchSave measures saves, each of which changes a number of rules.
func benchSave(b *testing.B, changed int, save func(i int)) {
	reports := make(chan *ruleset.Report, 100)
	live := &ruleset.Live{Rules: fresh("rules"), Changed: func(rep *ruleset.Report) { reports <- rep }}
	live.Rules.Worker = runtime.Worker{}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	ready := make(chan struct{})
	live.Watch.Ready = func() { close(ready) }
	go func() { ended <- live.Run(ctx) }()
	<-ready
	for len(reports) > 0 {
		<-reports
	}
	var times []time.Duration
	busy := cpuTime(b)
	for i := 0; b.Loop(); i++ {
		start := time.Now()
		save(i)
		for seen := 0; seen < changed; {
			seen += len((<-reports).Changed)
		}
		times = append(times, time.Since(start)-40*time.Millisecond)
	}
	b.ReportMetric(float64(cpuTime(b)-busy)/1e6/float64(len(times)), "cpu-ms/op")
	cancel()
	require.NoError(b, <-ended)
	slices.Sort(times)
	b.ReportMetric(float64(times[len(times)/2])/1e6, "ms-p50")
	b.ReportMetric(float64(times[min(len(times)-1, len(times)*99/100)])/1e6, "ms-p99")
}

// cpuTime is what the process has used of the cores: on a busy machine it says
// more than a clock.
func cpuTime(t testing.TB) time.Duration {
	var u syscall.Rusage
	require.NoError(t, syscall.Getrusage(syscall.RUSAGE_SELF, &u))
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
