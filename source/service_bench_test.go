package source

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/starhost/starhost/event"
)

// BenchmarkHTTP posts batches to a server that does nothing with them: the
// cost of the transport, client included.
func BenchmarkHTTP(b *testing.B) {
	h := &HTTP{Handle: func(_ context.Context, records []event.Raw) []error { return make([]error, len(records)) }}
	server := httptest.NewServer(h)
	b.Cleanup(server.Close)
	http.DefaultTransport.(*http.Transport).MaxIdleConnsPerHost = 64
	for _, batch := range []int{1, 100, 1000} {
		var text strings.Builder
		for i := range batch {
			fmt.Fprintf(&text, benchRecord+"\n", i)
		}
		for name, body := range map[string][]byte{"plain": []byte(text.String()), "gzip": gzipped(text.String()), "zstd": zstded(text.String())} {
			b.Run(fmt.Sprintf("%s of %d", name, batch), func(b *testing.B) {
				b.ReportAllocs()
				b.SetBytes(int64(text.Len()))
				b.RunParallel(func(pb *testing.PB) {
					for pb.Next() {
						r, err := http.Post(server.URL, "", bytes.NewReader(body))
						if err != nil {
							b.Error(err)
							return
						}
						io.Copy(io.Discard, r.Body)
						r.Body.Close()
						if r.StatusCode != 200 {
							b.Error(r.Status)
						}
					}
				})
				b.ReportMetric(float64(batch)*float64(b.N)/b.Elapsed().Seconds(), "records/s")
			})
		}
	}
}

// BenchmarkTail reads a backlog, from the start of Run to the last record.
func BenchmarkTail(b *testing.B) {
	const records = 20_000
	dir := b.TempDir()
	var long strings.Builder
	for i := range records {
		fmt.Fprintf(&long, benchRecord+"\n", i)
	}
	for name, text := range map[string]string{
		"lines of 1200 bytes": long.String(),
		"lines of 70 bytes":   strings.Repeat(`{"ts":1688989503,"src":"10.0.0.1","dst":"10.0.0.2","port":443,"ok":true}`+"\n", records),
	} {
		path := filepath.Join(dir, strings.ReplaceAll(name, " ", "-"))
		require.NoError(b, os.WriteFile(path, []byte(text), 0o600))
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(text)))
			b.ReportAllocs()
			for b.Loop() {
				ctx, stop := context.WithCancel(b.Context())
				n := 0
				tail := &Tail{Paths: []string{path}, Checkpoints: filepath.Join(b.TempDir(), "state")}
				tail.Handle = func(_ context.Context, all []event.Raw) []error {
					if n += len(all); n == records {
						stop()
					}
					return make([]error, len(all))
				}
				require.NoError(b, tail.Run(ctx))
			}
			b.ReportMetric(float64(records)*float64(b.N)/b.Elapsed().Seconds(), "records/s")
		})
	}
}

// BenchmarkTailIdle is what one look at 500 files costs that do not grow.
func BenchmarkTailIdle(b *testing.B) {
	dir := b.TempDir()
	for i := range 500 {
		require.NoError(b, os.WriteFile(filepath.Join(dir, fmt.Sprintf("%d.log", i)), []byte("{}\n"), 0o600))
	}
	tail := &Tail{Paths: []string{dir}}
	require.NoError(b, tail.begin())
	defer tail.closeAll()
	for b.Loop() {
		tail.next = time.Time{} // directories are listed, which is so at every fourth look
		tail.look()
	}
}
