package source

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/starhost/starhost/event"
)

// FuzzCheckpoints reads any bytes as a checkpoint file: it is taken as it was
// written, or refused with a word of what to do.
func FuzzCheckpoints(f *testing.F) {
	good, err := checkpoints{Paths: []string{"a"}, Files: []entry{{Path: "a", Name: "a", Inode: 7, Head: 3, Sum: "x", Offset: 9, Lines: 1}}}.encode()
	require.NoError(f, err)
	f.Add(good)
	f.Add(good[:len(good)/2])
	f.Add([]byte{})
	f.Add(bytes.Replace(good, []byte(`"offset":9`), []byte(`"offset":8`), 1))
	f.Add([]byte(`{"version":1,"sum":"` + sumOf([]byte(`{"files":[{"offset":-1}]}`)) + `","data":{"files":[{"offset":-1}]}}`))
	f.Add([]byte(`{"version":2}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		c, err := parseCheckpoints(text)
		if err != nil {
			require.Empty(t, c)
			return
		}
		again, err := c.encode()
		require.NoError(t, err)
		d, err := parseCheckpoints(again)
		require.NoError(t, err)
		require.Equal(t, len(c.Files), len(d.Files))
		for i := range c.Files {
			require.Equal(t, c.Files[i].mark(), d.Files[i].mark())
		}
	})
}

func TestCheckpoints(t *testing.T) {
	good, err := checkpoints{Paths: []string{"a"}, Files: []entry{{Path: "a", Offset: 9}}}.encode()
	require.NoError(t, err)
	data := func(text string) []byte {
		return []byte(`{"version":1,"sum":"` + sumOf([]byte(text)) + `","data":` + text + `}`)
	}
	for want, text := range map[string][]byte{
		"damaged: unexpected end of JSON input":          good[:len(good)/2],
		"damaged: wrong checksum":                        bytes.Replace(good, []byte(`"offset":9`), []byte(`"offset":8`), 1),
		`damaged: impossible values for "a"`:             data(`{"files":[{"path":"a","offset":-1}]}`),
		`damaged: impossible values for "b"`:             data(`{"files":[{"path":"b","offset":5,"head":6}]}`),
		"version 2, want 1: written by another starhost": []byte(`{"version":2}`),
	} {
		_, err := parseCheckpoints(text)
		require.EqualError(t, err, want)
	}
	// A file that a crash has left empty is damaged, not new.
	name := filepath.Join(t.TempDir(), "c.json")
	require.NoError(t, os.WriteFile(name, nil, 0o600))
	_, err = loadCheckpoints(name)
	require.ErrorContains(t, err, "damaged: unexpected end of JSON input; put back a copy of the file, or remove it")
	require.NoError(t, os.WriteFile(name, good, 0o600))
	c, err := loadCheckpoints(name)
	require.NoError(t, err)
	require.Equal(t, int64(9), c.Files[0].Offset)
	require.NoError(t, os.Mkdir(name+".new", 0o700))
	require.ErrorContains(t, c.save(name), "write checkpoints "+name)
}

// FuzzHTTP posts any body: the account adds up with what came out, and with
// what the splitter finds in it.
func FuzzHTTP(f *testing.F) {
	inputs, err := filepath.Glob("testdata/split/*.in")
	require.NoError(f, err)
	for _, path := range inputs {
		text, err := os.ReadFile(path)
		require.NoError(f, err)
		f.Add(text, "")
		f.Add(gzipped(string(text)), "gzip")
	}
	f.Add(zstded("{}"), "zstd")
	f.Add(gzipped(`[null,{"n":9}]`), "")
	f.Add(stored("{}\n", "x"), "")
	f.Fuzz(func(t *testing.T, body []byte, encoding string) {
		if strings.ContainsAny(encoding, "\r\n") {
			return
		}
		accepted, refused, failed, bad := 0, 0, 0, 0
		h := &HTTP{MaxText: 1 << 20, MaxRecord: 1 << 10, MaxRecords: 100, Bad: func(event.Raw, error) { bad++ }}
		h.Handle = func(_ context.Context, records []event.Raw) []error {
			errs := make([]error, len(records))
			for i, raw := range records {
				switch len(raw.Data) % 5 {
				case 1:
					refused++
					errs[i] = &event.RefusedError{Err: errors.New("no event")}
				case 2:
					failed++
					errs[i] = errors.New("store down")
				default:
					accepted++
				}
			}
			return errs
		}
		w := httptest.NewRecorder()
		r := httptest.NewRequest(http.MethodPost, "/v1/events", bytes.NewReader(body))
		r.Header.Set("Content-Encoding", encoding)
		h.ServeHTTP(w, r)
		got := decodeReply(t, w.Result())
		require.Equal(t, accepted, got.Accepted)
		require.Equal(t, refused+bad, got.RefusedTotal)
		require.Equal(t, failed, got.FailedTotal)
		require.Equal(t, got.status == http.StatusOK, got.Error == "")
		if got.status == http.StatusOK {
			require.Zero(t, failed)
		}
		s := h.Stats()
		require.Equal(t, int64(accepted), s.Accepted)
		require.Equal(t, int64(refused), s.Refused["no_event"])
		require.Equal(t, int64(bad), s.Refused["not_json"]+s.Refused["too_large"])
		require.Zero(t, s.InFlight)
		require.Zero(t, s.Reserved)
		if encoding == "" && got.status == http.StatusOK && failed == 0 {
			want := 0
			files := &Files{Stdin: bytes.NewReader(body), MaxRecord: 1 << 10}
			require.NoError(t, files.Resolve())
			files.split.mixed = true
			for {
				if _, err := files.Next(t.Context()); err != nil {
					break
				}
				want++
			}
			require.Equal(t, want, accepted+refused)
		}
	})
}
