package service_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"unsafe"

	"github.com/stretchr/testify/require"
)

// A disk is a place for files that can be filled up, and emptied again.
type disk interface {
	folder() string
	fill(s *server)
	empty(s *server)
}

// TestDiskFull fills the disk under the state, the outbox and the file of
// alerts: no event is acknowledged that is not kept, the service says that it
// is not well, and goes on by itself when there is room.
func TestDiskFull(t *testing.T) {
	cases := []struct {
		name string
		args func(folder string) []string
		says string // the answer to an event
	}{
		{"state", func(string) []string { return []string{"--sink", "file:" + filepath.Join(t.TempDir(), "alerts.jsonl")} }, "write bolt store"},
		{"outbox", func(string) []string { return []string{"--store", "memory", "--sink", "webhook:http://127.0.0.1:1"} }, "outbox"},
		{"alerts", func(folder string) []string {
			return []string{"--store", "memory", "--sink", "file:" + filepath.Join(folder, "alerts.jsonl")}
		}, "write alerts to"},
	}
	for _, c := range cases {
		t.Run(c.name+"/limit", func(t *testing.T) { fillDisk(t, &limited{dir: t.TempDir()}, c.args, c.says) })
		t.Run(c.name+"/tmpfs", func(t *testing.T) {
			dir := t.TempDir()
			if err := syscall.Mount("none", dir, "tmpfs", 0, "size=4m"); err != nil {
				t.Skipf("cannot mount a small file system (%v): a limit on the size of files stands in", err)
			}
			t.Cleanup(func() { syscall.Unmount(dir, syscall.MNT_DETACH) })
			fillDisk(t, &mounted{dir: dir}, c.args, c.says)
		})
	}
}

// wide is a rule whose events take room: in the state, and as alerts.
const wide = `
load("panther_detection_helpers.caching", "put_string_set")
def rule(event):
    put_string_set(event["id"], [event["text"]])
    return True
def dedup(event):
    return event["id"]
`

func fillDisk(t *testing.T, d disk, args func(folder string) []string, says string) {
	all := append([]string{"--rules", folder(t, map[string]string{"wide.star": wide}), "--data-dir", d.folder()}, args(d.folder())...)
	s := serve(t, all...)
	sent := 0
	var acked []string
	send := func() account {
		id := fmt.Sprint("event-", sent)
		sent++
		a, err := s.post(fmt.Appendf(nil, `{"id": %q, "text": %q}`, id, strings.Repeat("x", 20_000)))
		require.NoError(t, err)
		if a.Code == 200 {
			acked = append(acked, id)
		}
		return a
	}
	for range 5 {
		a := send()
		require.Equal(t, 200, a.Code, a.Text)
	}
	d.fill(s)
	a := send()
	for n := 0; a.Code == 200; n++ {
		require.Less(t, n, 1000, "the disk is not full")
		a = send()
	}
	require.Equal(t, 503, a.Code, a.Text)
	require.NotEmpty(t, a.Retry)
	require.Contains(t, a.Failed[0].Error, says)
	before := len(acked)
	codes := make(map[int]int)
	for range 20 {
		codes[send().Code]++
	}
	s.await("not being ready", func() bool { return s.unready() != "" })
	reason := s.unready()
	code, _ := s.get("/healthz")
	require.Equal(t, 200, code)
	s.record("after %d events: %s; then %v; not ready: %q", before, a.Failed[0].Error, codes, reason)

	d.empty(s)
	s.awaitReady() // before any further event comes
	s.await("an event to be taken", func() bool { return send().Code == 200 })
	require.Zero(t, s.stop(), s.logged())
	s = serve(t, all...)
	send()
	checkKept(t, s, all, acked)
	require.Zero(t, s.stop(), s.logged())
}

// checkKept looks for what was acknowledged where it should be.
func checkKept(t *testing.T, s *server, args, acked []string) {
	t.Helper()
	if queues := s.state().Queues; len(queues) > 0 {
		require.GreaterOrEqual(t, queues[0].Alerts, len(acked))
	}
	for i, arg := range args {
		if path, ok := strings.CutPrefix(arg, "file:"); ok && args[i-1] == "--sink" {
			found := alertsIn(t, path)
			t.Logf("seen: %d events acknowledged, alerts of %d in the file", len(acked), len(found))
			for _, id := range acked {
				require.Positive(t, found[id], id)
			}
		}
	}
	path := filepath.Join(args[3], "state.db")
	if _, err := os.Stat(path); err != nil {
		return
	}
	out, err := command("cache", "dump", "--config", "none", "--store", path)
	require.NoError(t, err)
	for _, id := range acked {
		require.Contains(t, out, `"key":"`+id+`"`)
	}
}

// limited bounds the size of the files that the process may write.
type limited struct{ dir string }

func (l *limited) folder() string { return l.dir }

func (l *limited) fill(s *server) {
	entries, err := os.ReadDir(l.dir)
	require.NoError(s.t, err)
	var largest uint64
	for _, e := range entries {
		info, err := e.Info()
		require.NoError(s.t, err)
		largest = max(largest, uint64(info.Size()))
	}
	limitFiles(s, largest+10_000)
}

func (l *limited) empty(s *server) { limitFiles(s, 1<<62) }

func limitFiles(s *server, size uint64) {
	limit := syscall.Rlimit{Cur: size, Max: 1 << 62}
	_, _, errno := syscall.RawSyscall6(syscall.SYS_PRLIMIT64, uintptr(s.cmd.Process.Pid), syscall.RLIMIT_FSIZE, uintptr(unsafe.Pointer(&limit)), 0, 0, 0)
	require.Zero(s.t, errno, errno.Error())
}

// mounted is a small file system.
type mounted struct{ dir string }

func (m *mounted) folder() string { return m.dir }

// fill leaves some room.
func (m *mounted) fill(s *server) {
	var is syscall.Statfs_t
	require.NoError(s.t, syscall.Statfs(m.dir, &is))
	free := int(is.Bavail) * int(is.Bsize)
	require.NoError(s.t, os.WriteFile(filepath.Join(m.dir, "filler"), make([]byte, max(0, free-100_000)), 0o600))
}

func (m *mounted) empty(s *server) {
	require.NoError(s.t, os.Remove(filepath.Join(m.dir, "filler")))
}

// TestCheckpointsFail lets the checkpoints of a file that is followed not be
// written: it is followed all the same, the status tells, and they are written
// when that is possible again.
func TestCheckpointsFail(t *testing.T) {
	log := filepath.Join(folder(t, map[string]string{"app.jsonl": ""}), "app.jsonl")
	r := newReceiver(t)
	args := []string{"--rules", folder(t, stateless), "--data-dir", t.TempDir(), "--store", "memory", "--follow", log, "--sink", "webhook:" + r.URL}
	s := serve(t, args...)
	failed := func() string {
		for _, source := range s.state().Sources {
			if source.Kind == "tail" {
				return source.LastError
			}
		}
		return ""
	}
	line := func(id string) {
		f, err := os.OpenFile(log, os.O_APPEND|os.O_WRONLY, 0)
		require.NoError(t, err)
		_, err = fmt.Fprintf(f, `{"id": %q}`+"\n", id)
		require.NoError(t, err)
		require.NoError(t, f.Close())
	}
	line("first")
	s.await("the first line", func() bool { return r.dedups("stateless")["first"] == 1 })
	s.await("a checkpoint", func() bool { found, _ := filepath.Glob(filepath.Join(args[3], "checkpoints*")); return len(found) > 0 })
	require.Empty(t, failed())

	// A folder in the place of the new file.
	require.NoError(t, os.Mkdir(filepath.Join(args[3], "checkpoints.json.new"), 0o700))
	line("second")
	s.await("the second line", func() bool { return r.dedups("stateless")["second"] == 1 })
	s.await("the failure to be told", func() bool { return strings.Contains(failed(), "write checkpoints") })
	require.NoError(t, os.Remove(filepath.Join(args[3], "checkpoints.json.new")))
	s.await("it to be over", func() bool { return failed() == "" })
	s.kill()

	s = serve(t, args...)
	line("third")
	s.await("the third line", func() bool { return r.dedups("stateless")["third"] == 1 })
	require.Zero(t, s.stop(), s.logged())
}
