package source

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/starhost/starhost/event"
)

// tailing is a Tail that runs, and what came out of it.
type tailing struct {
	*Tail
	t    *testing.T
	stop context.CancelFunc
	done chan error

	mu  sync.Mutex
	got []event.Raw
	bad []string
	log bytes.Buffer
}

// quick makes a Tail fast enough for tests.
func quick(tail *Tail) *Tail {
	tail.Poll, tail.RetryMin, tail.RetryMax = time.Millisecond, time.Millisecond, 5*time.Millisecond
	if tail.Save == 0 {
		tail.Save = time.Millisecond
	}
	if tail.Linger == 0 {
		tail.Linger = 20 * time.Millisecond
	}
	return tail
}

// follow runs a Tail until the end of the test, or until end is called.
func follow(t *testing.T, tail *Tail) *tailing {
	t.Helper()
	g := &tailing{Tail: quick(tail), t: t, done: make(chan error, 1)}
	inner := tail.Handle
	tail.Handle = func(ctx context.Context, records []event.Raw) []error {
		errs := make([]error, len(records))
		if inner != nil {
			errs = inner(ctx, records)
		}
		g.mu.Lock()
		defer g.mu.Unlock()
		for i, raw := range records {
			if errs[i] == nil {
				g.got = append(g.got, raw)
			}
		}
		return errs
	}
	tail.Bad = func(raw event.Raw, err error) {
		g.mu.Lock()
		defer g.mu.Unlock()
		g.bad = append(g.bad, fmt.Sprintf("%d: %.40s: %v", raw.Line, raw.Data, err))
	}
	tail.Log = slog.New(slog.NewTextHandler(writerFunc(func(p []byte) (int, error) {
		g.mu.Lock()
		defer g.mu.Unlock()
		return g.log.Write(p)
	}), nil))
	ctx, stop := context.WithCancel(t.Context())
	g.stop = stop
	go func() { g.done <- tail.Run(ctx) }()
	t.Cleanup(g.end)
	return g
}

type writerFunc func(p []byte) (int, error)

func (w writerFunc) Write(p []byte) (int, error) { return w(p) }

// end ends the Run and waits for it.
func (g *tailing) end() {
	if g.stop != nil {
		g.stop()
		assert.NoError(g.t, <-g.done)
		g.stop = nil
	}
}

// wait waits until the records are the ones that are wanted.
func (g *tailing) wait(want ...string) {
	g.t.Helper()
	if !assert.Eventually(g.t, func() bool { return len(g.texts()) >= len(want) }, time.Minute, time.Millisecond) {
		g.mu.Lock()
		defer g.mu.Unlock()
		g.t.Log(g.log.String())
	}
	require.Equal(g.t, want, g.texts())
}

func (g *tailing) texts() []string {
	g.mu.Lock()
	defer g.mu.Unlock()
	var all []string
	for _, raw := range g.got {
		all = append(all, string(raw.Data))
	}
	return all
}

func (g *tailing) logged() string {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.log.String()
}

func (g *tailing) reports() []string {
	g.mu.Lock()
	defer g.mu.Unlock()
	return append([]string(nil), g.bad...)
}

// write appends to a file.
func write(t *testing.T, name, text string) {
	t.Helper()
	f, err := os.OpenFile(name, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	require.NoError(t, err)
	_, err = f.WriteString(text)
	require.NoError(t, err)
	require.NoError(t, f.Close())
}

func eventually(t *testing.T, what string, f func() bool) {
	t.Helper()
	require.Eventually(t, f, time.Minute, time.Millisecond, what)
}

func TestTailLines(t *testing.T) {
	t.Chdir(t.TempDir())
	write(t, "a.log", "\xef\xbb\xbf{\"a\":1}\n\n  {\"a\":2} \r\noops\n[{\"a\":3}]\n{\"a\":4}{\"a\":5}\n{\"a\":\n\x00\x00{\"a\":6}\n{\"a\":x}\n{\"Records\":[{}]}\n{\"a\"")
	g := follow(t, &Tail{Paths: []string{"a.log"}, LogType: "T", MaxRecord: 100})
	g.wait(`{"a":1}`, `{"a":2}`, `{"a":6}`, `{"Records":[{}]}`)
	require.Equal(t, []string{
		"4: oops: not JSON: unexpected 'o', want an object",
		`5: [{"a":3}]: not JSON: unexpected '[', want an object`,
		`6: {"a":4}{"a":5}: not JSON: unexpected '{' after the object, want one a line`,
		`7: {"a":: not JSON: the line ends within the record`,
		`9: {"a":x}: not JSON: unexpected 'x' at byte 5, want a value`,
	}, g.reports())
	require.Equal(t, event.Raw{Data: []byte(`{"a":6}`), Source: "a.log", Index: 2, Line: 8, LogType: "T"}, g.got[2])

	write(t, "a.log", `:7}`)
	write(t, "a.log", "\n")
	g.wait(`{"a":1}`, `{"a":2}`, `{"a":6}`, `{"Records":[{}]}`, `{"a":7}`)

	// A long line, which comes in pieces, some of them after it was reported.
	for range 10 {
		write(t, "a.log", strings.Repeat("x", 30))
		time.Sleep(2 * time.Millisecond)
	}
	eventually(t, "the long line is reported", func() bool { return len(g.reports()) == 6 })
	write(t, "a.log", "x\n{\"a\":8}\n"+strings.Repeat("y", 101)+"\n{\"a\":9}\n")
	g.wait(`{"a":1}`, `{"a":2}`, `{"a":6}`, `{"Records":[{}]}`, `{"a":7}`, `{"a":8}`, `{"a":9}`)
	require.Equal(t, []string{
		"12: " + strings.Repeat("x", 40) + ": record too large: longer than 100 bytes, of which the first 100 are kept",
		"14: " + strings.Repeat("y", 40) + ": record too large: longer than 100 bytes, of which the first 100 are kept",
	}, g.reports()[5:])
	require.Equal(t, 15, g.got[6].Line)
	eventually(t, "the last record is done", func() bool { return g.Stats().Accepted == 7 && g.Stats().Files[0].Lag() == 0 })
	s := g.Stats()
	require.Len(t, s.Files, 1)
	require.Equal(t, int64(7), s.Bad)
	require.Equal(t, 7, s.Files[0].Records)
}

func TestTailPaths(t *testing.T) {
	t.Chdir(t.TempDir())
	require.NoError(t, os.MkdirAll("logs/deep", 0o755))
	write(t, "logs/a.log", "{\"a\":1}\n")
	write(t, "logs/.hidden.log", "{\"h\":1}\n")
	write(t, "logs/b.log.gz", string(gzipped("{\"b\":1}\n")))
	write(t, "zipped", string(gzipped("{\"z\":1}\n")))
	require.NoError(t, os.Symlink("logs/a.log", "link.log"))
	g := follow(t, &Tail{Paths: []string{"logs", "p*.txt", "later.log", "link.log", "zipped"}})
	g.wait(`{"a":1}`)
	write(t, "later.log", "{\"l\":1}\n")
	g.wait(`{"a":1}`, `{"l":1}`)
	write(t, "logs/deep/c.jsonl", "{\"c\":1}\n")
	g.wait(`{"a":1}`, `{"l":1}`, `{"c":1}`)
	write(t, "p1.txt", "{\"p\":1}\n")
	g.wait(`{"a":1}`, `{"l":1}`, `{"c":1}`, `{"p":1}`)
	require.NoError(t, os.Remove("p1.txt"))
	eventually(t, "what went away is let go", func() bool { return len(g.Stats().Files) == 3 })
	write(t, "p1.txt", "{\"p\":2}\n")
	g.wait(`{"a":1}`, `{"l":1}`, `{"c":1}`, `{"p":1}`, `{"p":2}`)
	require.Contains(t, g.logged(), `path=zipped error="it is compressed; starhost run reads it"`)
	require.Equal(t, 1, strings.Count(g.logged(), "zipped"), "said once")
}

func TestTailWrongUse(t *testing.T) {
	t.Chdir(t.TempDir())
	write(t, "bad.json", `{"version":1`)
	for want, tail := range map[string]*Tail{
		"no path is given": {},
		`"a[" is no pattern of files: syntax error in pattern`:                                         {Paths: []string{"a["}},
		`"a/**/b": ** is not understood; name the directory, it is followed with all that is below it`: {Paths: []string{"a", "a/**/b"}},
		`"-": standard input is not followed; starhost run reads it`:                                   {Paths: []string{"-"}},
		"folder of checkpoints: stat none: no such file or directory; make it, or name another": {
			Paths: []string{"a"}, Checkpoints: "none/c.json"},
		"read checkpoints bad.json: damaged: unexpected end of JSON input; put back a copy of the file, or remove it to read all files again from where reading is told to start": {
			Paths: []string{"a"}, Checkpoints: "bad.json"},
	} {
		require.EqualError(t, tail.Run(t.Context()), want)
	}
}

func TestTailRotation(t *testing.T) {
	rename := func(t *testing.T) { require.NoError(t, os.Rename("a.log", "a.log.1")) }
	t.Run("renamed", func(t *testing.T) {
		t.Chdir(t.TempDir())
		write(t, "a.log", "{\"a\":1}\n")
		g := follow(t, &Tail{Paths: []string{"a.log"}, Linger: time.Minute})
		g.wait(`{"a":1}`)
		rename(t)
		write(t, "a.log.1", "{\"a\":2}\n")
		g.wait(`{"a":1}`, `{"a":2}`)
		write(t, "a.log", "{\"a\":3}\n")
		g.wait(`{"a":1}`, `{"a":2}`, `{"a":3}`)
		write(t, "a.log.1", "{\"a\":4}\n")
		g.wait(`{"a":1}`, `{"a":2}`, `{"a":3}`, `{"a":4}`)
		require.Equal(t, "a.log", g.got[3].Source)
		require.Len(t, g.Stats().Files, 2)
	})
	t.Run("renamed with an unfinished line", func(t *testing.T) {
		t.Chdir(t.TempDir())
		write(t, "a.log", "{\"a\":1}\n{\"a\":2}")
		g := follow(t, &Tail{Paths: []string{"a.log"}})
		g.wait(`{"a":1}`)
		rename(t)
		g.wait(`{"a":1}`, `{"a":2}`)
		eventually(t, "it is let go", func() bool { return len(g.Stats().Files) == 0 })
	})
	t.Run("within what is followed", func(t *testing.T) {
		t.Chdir(t.TempDir())
		write(t, "a.log", "{\"a\":1}\n")
		g := follow(t, &Tail{Paths: []string{"a.log*"}})
		g.wait(`{"a":1}`)
		rename(t)
		write(t, "a.log", "{\"a\":2}\n")
		g.wait(`{"a":1}`, `{"a":2}`)
		require.NoError(t, os.Rename("a.log.1", "a.log.2"))
		rename(t)
		write(t, "a.log", "{\"a\":3}\n")
		g.wait(`{"a":1}`, `{"a":2}`, `{"a":3}`)
		require.Empty(t, g.reports())
	})
	t.Run("truncated", func(t *testing.T) {
		t.Chdir(t.TempDir())
		write(t, "a.log", "{\"a\":1}\n{\"a\":2}\n")
		g := follow(t, &Tail{Paths: []string{"a.log"}})
		g.wait(`{"a":1}`, `{"a":2}`)
		require.NoError(t, os.WriteFile("a.log", []byte("{\"a\":3}\n"), 0o644))
		g.wait(`{"a":1}`, `{"a":2}`, `{"a":3}`)
		require.Equal(t, 1, g.got[2].Line)
		require.NoError(t, os.WriteFile("a.log", []byte("{\"b\":3}\n{\"b\":4}\n{\"b\":5}\n"), 0o644))
		g.wait(`{"a":1}`, `{"a":2}`, `{"a":3}`, `{"b":3}`, `{"b":4}`, `{"b":5}`)
		require.Contains(t, g.logged(), "file was truncated; it is read anew")
	})
	t.Run("a hole where it was truncated", func(t *testing.T) {
		t.Chdir(t.TempDir())
		out, err := os.Create("a.log")
		require.NoError(t, err)
		defer out.Close()
		fmt.Fprintln(out, `{"a":1}`)
		g := follow(t, &Tail{Paths: []string{"a.log"}, MaxRecord: 1000})
		g.wait(`{"a":1}`)
		require.NoError(t, out.Truncate(0))
		_, err = out.Seek(1<<20, io.SeekStart)
		require.NoError(t, err)
		fmt.Fprintln(out, `{"a":2}`)
		g.wait(`{"a":1}`, `{"a":2}`)
		require.Empty(t, g.reports())
	})
	t.Run("another target of a link", func(t *testing.T) {
		t.Chdir(t.TempDir())
		write(t, "one", "{\"a\":1}\n")
		write(t, "two", "{\"a\":2}\n")
		require.NoError(t, os.Symlink("one", "a.log"))
		g := follow(t, &Tail{Paths: []string{"a.log"}})
		g.wait(`{"a":1}`)
		require.NoError(t, os.Symlink("two", "new"))
		require.NoError(t, os.Rename("new", "a.log"))
		g.wait(`{"a":1}`, `{"a":2}`)
		write(t, "one", "{\"a\":3}\n")
		write(t, "two", "{\"a\":4}\n")
		eventually(t, "both are read", func() bool { return len(g.texts()) >= 3 })
	})
}

func TestTailRestart(t *testing.T) {
	run := func(t *testing.T, want ...string) *tailing {
		t.Helper()
		g := follow(t, &Tail{Paths: []string{"a.log"}, Checkpoints: "state.json"})
		g.wait(want...)
		return g
	}
	begin := func(t *testing.T) {
		t.Helper()
		t.Chdir(t.TempDir())
		write(t, "a.log", "{\"a\":1}\n")
		run(t, `{"a":1}`).end()
	}
	t.Run("goes on", func(t *testing.T) {
		begin(t)
		write(t, "a.log", "{\"a\":2}\n")
		g := run(t, `{"a":2}`)
		require.Equal(t, event.Raw{Data: []byte(`{"a":2}`), Source: "a.log", Index: 1, Line: 2}, g.got[0])
	})
	t.Run("renamed meanwhile", func(t *testing.T) {
		begin(t)
		write(t, "a.log", "{\"a\":2}\n")
		require.NoError(t, os.Rename("a.log", "a.log.1"))
		write(t, "a.log", "{\"a\":3}\n")
		run(t, `{"a":2}`, `{"a":3}`)
	})
	t.Run("renamed to anything and nothing new", func(t *testing.T) {
		begin(t)
		write(t, "a.log", "{\"a\":2}\n")
		require.NoError(t, os.Rename("a.log", "old"))
		run(t, `{"a":2}`)
	})
	for name, names := range map[string][3]string{
		"numbers":             {"a.log.3", "a.log.2", "a.log.1"},
		"dates":               {"a.log-20260101", "a.log-20260102", "a.log-20260103"},
		"dates before ending": {"a-2026-01-01T00-00-00.000.log", "a-2026-01-02T00-00-00.000.log", "a-2026-01-03T00-00-00.000.log"},
	} {
		t.Run("renamed several times: "+name, func(t *testing.T) {
			begin(t)
			write(t, "a.log", "{\"a\":2}\n")
			write(t, "a-other.log", "{\"other\":2}\n")
			write(t, "a.log.txt", "{\"other\":2}\n")
			for i, to := range names {
				require.NoError(t, os.Rename("a.log", to))
				when := time.Now().Add(time.Duration(i-3) * time.Second)
				require.NoError(t, os.Chtimes(to, when, when))
				write(t, "a.log", fmt.Sprintf("{\"a\":%d}\n", i+3))
			}
			run(t, `{"a":2}`, `{"a":3}`, `{"a":4}`, `{"a":5}`)
		})
	}
	t.Run("copied and truncated several times", func(t *testing.T) {
		begin(t)
		write(t, "a.log", "{\"a\":2}\n")
		require.NoError(t, copyFile("a.log", "a.log.2"))
		require.NoError(t, os.WriteFile("a.log", []byte("{\"a\":3}\n{\"a\":4}\n{\"a\":5}\n"), 0o644))
		require.NoError(t, copyFile("a.log", "a.log.1"))
		require.NoError(t, os.WriteFile("a.log", []byte("{\"a\":6}\n"), 0o644))
		run(t, `{"a":2}`, `{"a":3}`, `{"a":4}`, `{"a":5}`, `{"a":6}`)
	})
	t.Run("older rotated files are left alone", func(t *testing.T) {
		t.Chdir(t.TempDir())
		write(t, "a.log.1", "{\"old\":1}\n")
		old := time.Now().Add(-time.Hour)
		require.NoError(t, os.Chtimes("a.log.1", old, old))
		write(t, "a.log", "{\"a\":1}\n")
		run(t, `{"a":1}`).end()
		require.NoError(t, os.Rename("a.log.1", "a.log.2"))
		require.NoError(t, os.Rename("a.log", "a.log.1"))
		write(t, "a.log", "{\"a\":2}\n")
		run(t, `{"a":2}`)
	})
	t.Run("gone meanwhile", func(t *testing.T) {
		begin(t)
		require.NoError(t, os.Remove("a.log"))
		write(t, "keep-the-inode", "")
		write(t, "a.log", "{\"b\":2}\n")
		g := run(t, `{"b":2}`)
		require.Regexp(t, "file is gone, and with it what was not read of it|file was truncated", g.logged())
	})
	t.Run("truncated meanwhile, and longer than before", func(t *testing.T) {
		begin(t)
		require.NoError(t, os.WriteFile("a.log", []byte("{\"b\":2}\n{\"b\":3}\n"), 0o644))
		run(t, `{"b":2}`, `{"b":3}`)
	})
	t.Run("within a long line", func(t *testing.T) {
		t.Chdir(t.TempDir())
		write(t, "a.log", "{\"a\":1}\n"+strings.Repeat("x", 200))
		g := follow(t, &Tail{Paths: []string{"a.log"}, Checkpoints: "state.json", MaxRecord: 100})
		eventually(t, "the line is reported", func() bool { return len(g.reports()) == 1 })
		g.end()
		write(t, "a.log", "{\"x\":1}\n{\"a\":2}\n")
		require.Empty(t, run(t, `{"a":2}`).reports())
	})
}

// TestTailNeighbours has files beside a log, of names that begin as its own
// and that are written to, when the log is gone, and rotated or truncated anew.
func TestTailNeighbours(t *testing.T) {
	anew := map[string]func(t *testing.T){
		"moved away": func(t *testing.T) {
			require.NoError(t, os.Mkdir("old", 0o755))
			require.NoError(t, os.Rename("app.jsonl", "old/app.jsonl"))
			write(t, "app.jsonl", "{\"a\":2}\n")
		},
		"truncated": func(t *testing.T) {
			require.NoError(t, os.WriteFile("app.jsonl", []byte("{\"b\":2}\n"), 0o644))
		},
		"removed": func(t *testing.T) {
			require.NoError(t, os.Remove("app.jsonl"))
			write(t, "app.jsonl", "{\"a\":2}\n")
		},
	}
	for how, anew := range anew {
		for _, name := range []string{"app-2.jsonl", "app.2.jsonl", "app_20.jsonl", "app-1234567.jsonl", "app-20.30.jsonl"} {
			t.Run(how+", of another program: "+name, func(t *testing.T) {
				t.Chdir(t.TempDir())
				write(t, "app.jsonl", "{\"a\":1}\n")
				g := follow(t, &Tail{Paths: []string{"app.jsonl"}})
				g.wait(`{"a":1}`)
				write(t, name, "{\"other\":1}\n")
				anew(t)
				eventually(t, "it is read anew", func() bool { return len(g.texts()) > 1 })
				write(t, name, "{\"other\":2}\n")
				write(t, "app.jsonl", "{\"last\":1}\n")
				eventually(t, "it is read to its end", func() bool { all := g.texts(); return all[len(all)-1] == `{"last":1}` })
				require.NotContains(t, strings.Join(g.texts(), "\n"), "other")
			})
		}
		t.Run(how+", that is followed itself", func(t *testing.T) {
			t.Chdir(t.TempDir())
			const neighbour = "app-2026-11-22.jsonl"
			write(t, "app.jsonl", "{\"a\":1}\n")
			g := follow(t, &Tail{Paths: []string{"app.jsonl"}, Others: []string{"app-*.jsonl"}})
			g.wait(`{"a":1}`)
			write(t, neighbour, "{\"other\":1}\n")
			anew(t)
			eventually(t, "it is read anew", func() bool { return len(g.texts()) > 1 })
			write(t, neighbour, "{\"other\":2}\n")
			write(t, "app.jsonl", "{\"last\":1}\n")
			eventually(t, "it is read to its end", func() bool { all := g.texts(); return all[len(all)-1] == `{"last":1}` })
			require.NotContains(t, strings.Join(g.texts(), "\n"), "other")
		})
	}
}

func TestRotation(t *testing.T) {
	for base, names := range map[string]map[string]bool{
		"app.log": {
			"app.log.1": true, "app.log.12": true, "app.log.000123": true,
			"app.log-20261122": true, "app.log.2026-11-22": true, "app.log.2026-11-22_10-11-12": true, "app.log-1795342272": true,
			"app-2026-11-22T10-11-12.123.log": true, "app-20261122.log": true, "app.20261122.1.log": true, "app_2026.11.22.log": true,
			"app-202611.log": true, "app-2026112210.log": true, "app-20261122101112.log": true, "app-11-22-2026.log": true, "app-22.11.2026-3.log": true,
			"app-1795342272.log": true, "app-1795342272123.log": true, "app-2026-11-22T10:11:12+01:00.log": true,

			"app.log": false, "app.log.1.gz": false, "app.log-1": false, "app.log.old": false, "app.log~": false,
			"app-1.log": false, "app.1.log": false, "app_12.log": false, "app-12345.log": false, "app-123456.log": false, "app-4194304.log": false,
			"app-2026.log": false, "app-1.2.3.log": false, "app-202613.log": false, "app-2026-11-99.log": false, "app-10.0.0.1.log": false,
			"app2026-11-22.log": false, "app-20261122.txt": false, "app-2026-11-22-web.log": false, "other-20261122.log": false,
		},
		"app": {"app.1": true, "app-20261122": true, "app-2": false, "app.log": false, "app": false},
	} {
		for name, want := range names {
			_, got := rotation(base, name)
			assert.Equal(t, want, got, "%s beside %s", name, base)
		}
	}
}

func copyFile(from, to string) error {
	data, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	return os.WriteFile(to, data, 0o644)
}

func TestTailStartAtEnd(t *testing.T) {
	t.Chdir(t.TempDir())
	write(t, "a.log", "{\"a\":1}\n{\"a\"")
	write(t, "empty.log", "")
	tail := func() *Tail {
		return &Tail{Paths: []string{"*.log"}, Checkpoints: "state.json", StartAt: End}
	}
	g := follow(t, tail())
	eventually(t, "it is followed", func() bool { return len(g.Stats().Files) == 2 })
	write(t, "a.log", ":2}\n{\"a\":3}\n")
	g.wait(`{"a":3}`)
	write(t, "new.log", "{\"n\":1}\n")
	g.wait(`{"a":3}`, `{"n":1}`)
	g.end()

	write(t, "a.log", "{\"a\":4}\n")
	g = follow(t, tail())
	g.wait(`{"a":4}`)
	g.end()

	// What appeared while nobody looked is read from its beginning.
	write(t, "newer.log", "{\"n\":2}\n")
	g = follow(t, tail())
	g.wait(`{"n":2}`)
}

func TestTailRetries(t *testing.T) {
	t.Chdir(t.TempDir())
	write(t, "a.log", "{\"a\":1}\n{\"a\":2}\n{\"refuse\":1}\n{\"a\":3}\n")
	var mu sync.Mutex
	var calls []string
	broken := true
	handle := func(_ context.Context, records []event.Raw) []error {
		mu.Lock()
		defer mu.Unlock()
		errs := make([]error, len(records))
		var call []string
		for i, raw := range records {
			call = append(call, string(raw.Data))
			switch {
			case strings.Contains(string(raw.Data), "refuse"):
				errs[i] = fmt.Errorf("engine: %w", &event.RefusedError{Err: errors.New("no event")})
			case broken && strings.Contains(string(raw.Data), "2"):
				errs[i] = errors.New("store down")
			}
		}
		if len(calls) < 3 || strings.Join(call, " ") != calls[len(calls)-1] {
			calls = append(calls, strings.Join(call, " "))
		}
		return errs
	}
	g := follow(t, &Tail{Paths: []string{"a.log"}, Checkpoints: "state.json", Handle: handle})
	g.wait(`{"a":1}`, `{"a":3}`)
	write(t, "a.log", "{\"a\":4}\n")
	eventually(t, "it is tried again", func() bool {
		mu.Lock()
		defer mu.Unlock()
		return len(calls) >= 3
	})
	s := g.Stats()
	require.EqualError(t, s.Files[0].Error, "store down")
	require.Equal(t, int64(8), s.Files[0].Offset, "before the first that is not done")
	require.Equal(t, 1, s.Files[0].Records)
	g.end()
	require.Equal(t, []string{`{"a":1} {"a":2} {"refuse":1} {"a":3}`, `{"a":2}`, `{"a":2}`}, calls)

	calls = nil
	g = follow(t, &Tail{Paths: []string{"a.log"}, Checkpoints: "state.json", Handle: handle})
	g.wait(`{"a":3}`, `{"a":4}`)
	mu.Lock()
	broken = false
	mu.Unlock()
	g.wait(`{"a":3}`, `{"a":4}`, `{"a":2}`)
	eventually(t, "the error is over", func() bool { s = g.Stats(); return s.Files[0].Error == nil })
	require.Equal(t, int64(1), s.Refused)
	require.Zero(t, s.Files[0].Lag())
}

// TestTailTorture follows a file that is written and rotated all the time, in
// Runs that end and begin again, mostly with a checkpoint file that is older
// than their end, as if they had been killed. Nothing may be left out.
func TestTailTorture(t *testing.T) {
	styles := map[string]func() error{
		"rename": func() error { return os.Rename("a.log", "a.log.1") },
		"copytruncate": func() error {
			return errors.Join(copyFile("a.log", "a.log.1"), os.Truncate("a.log", 0))
		},
	}
	for name, rotate := range styles {
		t.Run(name, func(t *testing.T) {
			t.Chdir(t.TempDir())
			turns := make(chan struct{}, 200)
			var writer sync.WaitGroup
			// What was rotated before anybody looked is not asked for.
			write(t, "a.log", "{\"n\":0}\n")
			written := 1
			g := follow(t, &Tail{Paths: []string{"a.log"}, Checkpoints: "state.json"})
			g.wait(`{"n":0}`)
			g.end()
			writer.Go(func() {
				rotated := 0
				for range turns {
					for range 1 + rand.IntN(50) {
						write(t, "a.log", fmt.Sprintf("{\"n\":%d}\n", written))
						written++
					}
					time.Sleep(time.Duration(rand.IntN(10)) * time.Millisecond)
					for i := rotated; i > 0; i-- {
						assert.NoError(t, os.Rename(fmt.Sprintf("a.log.%d", i), fmt.Sprintf("a.log.%d", i+1)))
					}
					assert.NoError(t, rotate())
					rotated++
				}
				write(t, "a.log", fmt.Sprintf("{\"n\":%d}\n", written))
				written++
			})
			end := sync.OnceFunc(func() {
				close(turns)
				writer.Wait()
			})
			defer end()
			next := 1 // of all runs: the first that has not come
			for i := range 20 {
				for range 1 + rand.IntN(9) {
					turns <- struct{}{}
				}
				if i == 19 {
					end()
				}
				g := follow(t, &Tail{Paths: []string{"a.log"}, Checkpoints: "state.json"})
				time.Sleep(time.Duration(rand.IntN(20)) * time.Millisecond)
				kept, keptErr := os.ReadFile("state.json")
				time.Sleep(time.Duration(rand.IntN(20)) * time.Millisecond)
				if i == 19 {
					last := fmt.Sprintf(`{"n":%d}`, written-1)
					ok := assert.Eventually(t, func() bool { all := g.texts(); return len(all) > 0 && all[len(all)-1] == last }, time.Minute, 5*time.Millisecond)
					if !ok {
						t.Log(g.logged())
					}
				}
				g.end()
				next = checkRun(t, name, g, next)
				if t.Failed() {
					t.Log(g.logged())
					return
				}
				if keptErr == nil && i%4 != 3 {
					require.NoError(t, os.WriteFile("state.json", kept, 0o600))
				}
			}
			require.Equal(t, written, next)
			t.Logf("%d records", written)
		})
	}
}

// checkRun looks for gaps in what a Run gave: it may begin before what has
// come, and then goes on one by one.
func checkRun(t *testing.T, style string, g *tailing, next int) int {
	t.Helper()
	before := -1
	for _, text := range g.texts() {
		var record struct{ N int }
		require.NoError(t, json.Unmarshal([]byte(text), &record))
		if record.N > next {
			t.Errorf("%d came after %d", record.N, next-1)
			return next
		}
		if before >= 0 && record.N != before+1 {
			t.Errorf("%d came after %d in one run", record.N, before)
		}
		before = record.N
		next = max(next, record.N+1)
	}
	require.Empty(t, g.reports())
	return next
}
