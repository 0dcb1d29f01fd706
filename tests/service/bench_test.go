package service_test

import (
	"bytes"
	"fmt"
	"os/exec"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// BenchmarkEvents posts the same events in requests of different sizes, from 16
// clients, and for comparison gives them to the command run: all with the
// shipped rules and the store in memory.
func BenchmarkEvents(b *testing.B) {
	const line = `{"p_log_type": "AWS.CloudTrail", "eventName": "GetObject%d", "eventSource": "s3.amazonaws.com", "sourceIPAddress": "192.0.2.1", "userIdentity": {"type": "IAMUser", "arn": "arn:aws:iam::123456789012:user/a"}, "id": "%d"}` + "\n"
	events := func(n int) []byte {
		var body bytes.Buffer
		for i := range n {
			fmt.Fprintf(&body, line, i%7, i)
		}
		return body.Bytes()
	}
	rules, err := filepath.Abs("../../rules")
	require.NoError(b, err)
	for _, size := range []int{1, 100, 1000} {
		b.Run(fmt.Sprintf("post/%d", size), func(b *testing.B) {
			s := serve(b, "--rules", rules, "--data-dir", b.TempDir(), "--store", "memory", "--sink", "file:"+filepath.Join(b.TempDir(), "alerts.jsonl"))
			body := events(size)
			var took atomic.Int64
			b.SetParallelism(8)
			b.ResetTimer()
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					start := time.Now()
					a, err := s.post(body)
					if err != nil || a.Accepted != size {
						b.Errorf("answer %d %s (error %v)", a.Code, a.Text, err)
						return
					}
					took.Add(int64(time.Since(start)))
				}
			})
			b.StopTimer()
			b.ReportMetric(float64(b.N*size)/b.Elapsed().Seconds(), "events/s")
			b.ReportMetric(float64(took.Load())/float64(b.N)/1e3, "µs/request")
		})
	}
	b.Run("run", func(b *testing.B) {
		const n = 200_000
		input := filepath.Join(b.TempDir(), "events.jsonl")
		write(b, filepath.Dir(input), map[string]string{"events.jsonl": string(events(n))})
		for b.Loop() {
			out, err := exec.Command(binary, "run", "--config", "none", "--clock", "wall", "--rules", rules, input).CombinedOutput()
			require.NoError(b, err, string(out))
		}
		b.ReportMetric(float64(b.N*n)/b.Elapsed().Seconds(), "events/s")
	})
}
