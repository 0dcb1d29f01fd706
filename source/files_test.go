package source

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/starhost/starhost/event"
)

// readAll returns what comes out of f, records and reports in their order.
func readAll(t *testing.T, f *Files) []string {
	t.Helper()
	var all []string
	f.Bad = func(raw event.Raw, err error) {
		all = append(all, fmt.Sprintf("%s:%d: %q: %v", filepath.ToSlash(raw.Source), raw.Line, raw.Data, err))
	}
	for {
		raw, err := f.Next(t.Context())
		if err == io.EOF {
			return all
		}
		require.NoError(t, err)
		all = append(all, fmt.Sprintf("%s:%d: #%d %s", filepath.ToSlash(raw.Source), raw.Line, raw.Index, raw.Data))
	}
}

// inDirectory makes files of a text each in a new directory, and makes that
// the current one.
func inDirectory(t *testing.T, files map[string]string) {
	t.Helper()
	t.Chdir(t.TempDir())
	for name, text := range files {
		require.NoError(t, os.MkdirAll(filepath.Dir(name), 0o755))
		require.NoError(t, os.WriteFile(name, []byte(text), 0o644))
	}
}

func TestPaths(t *testing.T) {
	inDirectory(t, map[string]string{
		"logs/b.jsonl":       `{"name":"b"}`,
		"logs/a.JSON":        `{"name":"a"}`,
		"logs/b/z.log":       `{"name":"z"}`,
		"logs/b/y.json.gz":   string(gzipped(`{"name":"y"}`)),
		"logs/notes.txt":     `{"name":"notes"}`,
		"logs/.hidden.json":  `{"name":"hidden"}`,
		"logs/.git/x.json":   `{"name":"x"}`,
		"other/c.json":       `{"name":"c"}`,
		"other/[odd].json":   `{"name":"odd"}`,
		"other/deep/d.json":  `{"name":"d"}`,
		"empty/notes.txt":    ``,
		"empty/deep/.a.json": ``,
	})
	require.NoError(t, os.Symlink("logs", "link"))
	require.NoError(t, os.Symlink("../other/c.json", "logs/c.json"))
	require.NoError(t, os.Symlink("../other", "logs/d.json"))

	tests := []struct {
		paths []string
		want  string // the records' names, or the error
	}{
		{nil, "in"},
		{[]string{"-"}, "in"},
		{[]string{"logs"}, "a y z b c"},
		{[]string{"./logs/"}, "a y z b c"},
		{[]string{"link"}, "a y z b c"},
		{[]string{"logs/b"}, "y z"},
		{[]string{"logs/notes.txt", "-", "logs/.hidden.json"}, "notes in hidden"},
		{[]string{"other/c.json", "other/c.json"}, "c c"},
		{[]string{"other/[odd].json"}, "odd"},
		{[]string{"logs/*.j*"}, "b c odd c d"},
		{[]string{"logs/*.txt"}, "notes"},
		{[]string{"logs/.hid*"}, "hidden"},
		{[]string{"oth*"}, "odd c d"},
		{[]string{"*/[abc].json"}, "c c c"},
		{[]string{"none.json"}, "find input: stat none.json: no such file or directory"},
		{[]string{"none*.json"}, "no input matches none*.json"},
		{[]string{"empty/*.json"}, "no input matches empty/*.json"},
		{[]string{"empty*"}, "no input matches empty*"},
		{[]string{"logs/[a.json"}, "pattern logs/[a.json: syntax error in pattern"},
		{[]string{"logs/**/*.json"}, "pattern logs/**/*.json: ** is not understood; name the directory, it is read with all that is below it"},
		{[]string{"empty"}, "no input found in empty (looked for *.json, *.jsonl, *.ndjson, *.log, *.gz, *.zst)"},
		{[]string{"empty", "logs", "none"}, "no input found in empty (looked for *.json, *.jsonl, *.ndjson, *.log, *.gz, *.zst)\nfind input: stat none: no such file or directory"},
	}
	for _, test := range tests {
		t.Run(strings.Join(test.paths, " "), func(t *testing.T) {
			f := &Files{Paths: test.paths, Stdin: strings.NewReader(`{"name":"in"}`)}
			var names []string
			for {
				raw, err := f.Next(t.Context())
				if err == io.EOF {
					break
				}
				if err != nil {
					names = append(names, err.Error())
					break
				}
				names = append(names, strings.TrimSuffix(strings.TrimPrefix(string(raw.Data), `{"name":"`), `"}`))
			}
			assert.Equal(t, test.want, strings.Join(names, " "))
		})
	}
}

func TestRaw(t *testing.T) {
	inDirectory(t, map[string]string{
		"a.json": "{\"a\":1}\noops\n\n[{\"a\":2},\n{\"a\":3}]",
		"b.json": `{"b":1}`,
	})
	f := &Files{Paths: []string{"a.json", "-", "b.json"}, LogType: "Some.Log", Stdin: strings.NewReader(`{"c":1} {"c":2}`)}
	var got, bad []event.Raw
	f.Bad = func(raw event.Raw, err error) { bad = append(bad, raw) }
	for {
		raw, err := f.Next(t.Context())
		if err == io.EOF {
			break
		}
		got = append(got, raw)
	}
	assert.Equal(t, []event.Raw{
		{Data: []byte(`{"a":1}`), Source: "a.json", Index: 0, Line: 1, LogType: "Some.Log"},
		{Data: []byte(`{"a":2}`), Source: "a.json", Index: 1, Line: 4, LogType: "Some.Log"},
		{Data: []byte(`{"a":3}`), Source: "a.json", Index: 2, Line: 5, LogType: "Some.Log"},
		{Data: []byte(`{"c":1}`), Source: "-", Index: 0, Line: 1, LogType: "Some.Log"},
		{Data: []byte(`{"c":2}`), Source: "-", Index: 1, Line: 1, LogType: "Some.Log"},
		{Data: []byte(`{"b":1}`), Source: "b.json", Index: 0, Line: 1, LogType: "Some.Log"},
	}, got)
	assert.Equal(t, []event.Raw{
		{Data: []byte(`oops`), Source: "a.json", Index: 1, Line: 2, LogType: "Some.Log"},
	}, bad)

	_, err := f.Next(t.Context())
	assert.Equal(t, io.EOF, err, "the end stays")
}

func TestUnreadable(t *testing.T) {
	inDirectory(t, map[string]string{"a.json": `{"a":1}`, "b.json": `{"b":1}`, "c.json": `{"c":1}`})
	f := &Files{Paths: []string{"a.json", "b.json", "c.json"}}
	require.NoError(t, f.Resolve())
	require.NoError(t, os.Remove("b.json"))
	assert.Equal(t, []string{
		`a.json:1: #0 {"a":1}`,
		`b.json:0: "": open b.json: no such file or directory`,
		`c.json:1: #0 {"c":1}`,
	}, readAll(t, f))
}

// TestCompressed reads the texts of TestSplit in every form and finds the
// same.
func TestCompressed(t *testing.T) {
	inputs, err := filepath.Glob("testdata/split/*.in")
	require.NoError(t, err)
	read := func(data []byte) []string { return readAll(t, &Files{Stdin: bytes.NewReader(data)}) }
	for _, path := range inputs {
		data, err := os.ReadFile(path)
		require.NoError(t, err)
		text, half := string(data), len(data)/2
		want := read(data)
		for name, data := range map[string][]byte{
			"gzip":                  gzipped(text),
			"gzip in two members":   append(gzipped(text[:half]), gzipped(text[half:])...),
			"gzip, an empty member": append(gzipped(""), gzipped(text)...),
			"zstd":                  zstded(text),
			"zstd in two frames":    append(zstded(text[:half]), zstded(text[half:])...),
			"zstd after a skip":     append([]byte("\x52\x2a\x4d\x18\x03\x00\x00\x00abc"), zstded(text)...),
		} {
			assert.Equal(t, want, read(data), "%s as %s", path, name)
		}
	}
}

func TestBroken(t *testing.T) {
	text := strings.Repeat("{\"a\":1}\n", 3) + `{"b":` + strings.Repeat(" ", 1000) + "2}\n"
	flipped := gzipped(text)
	flipped[len(flipped)-5] ^= 0xff
	records := []string{`-:1: #0 {"a":1}`, `-:2: #1 {"a":1}`, `-:3: #2 {"a":1}`}
	last := `-:4: #3 {"b":` + strings.Repeat(" ", 1000) + "2}"
	tests := []struct {
		name string
		data []byte
		want []string
	}{
		{"gzip cut off after records", stored("{\"a\":1}\n{\"a\":1}\n{\"a\":1}\n", "x"),
			append(records[:3:3], `-:4: "": read gzip: unexpected EOF`)},
		{"gzip cut off within a record", stored("{\"a\":1}\n{\"a\":1}\n{\"a\":1}\n{\"b\":", "x"),
			append(records[:3:3], `-:4: "{\"b\":": the input breaks off within the record: read gzip: unexpected EOF`)},
		{"gzip cut off within an array", stored("[{\"a\":1}\n,{\"a\":1}\n,{\"a\":1}\n", "x"),
			append(records[:3:3], `-:4: "": the input breaks off within the array: read gzip: unexpected EOF`)},
		{"gzip cut off within a bad line", stored("{\"a\":1}\n{\"a\":1}\n{\"a\":1}\noops", "x"),
			append(records[:3:3], `-:4: "oops": not JSON: unexpected 'o', want an object`, `-:4: "": read gzip: unexpected EOF`)},
		{"gzip of one byte", gzipped(text)[:3], []string{`-:1: "": read gzip: unexpected EOF`}},
		{"gzip with a wrong sum", flipped, append(records[:3:3], last, `-:5: "": read gzip: gzip: invalid checksum`)},
		{"gzip and then something else", append(gzipped(text), "something else"...),
			append(records[:3:3], last, `-:5: "": read gzip: gzip: invalid header`)},
		{"gzip in gzip", gzipped(string(gzipped(text))),
			[]string{`-:1: "": not JSON: the input is compressed twice; starhost reads JSON in UTF-8, plain or compressed with gzip or zstd`}},
		{"zstd cut off", zstded(text)[:20], []string{`-:1: "": read zstd: unexpected EOF`}},
		{"zstd with a large window", []byte("\x28\xb5\x2f\xfd\x00\xf8"),
			[]string{`-:1: "": read zstd: window size exceeded`}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			assert.Equal(t, test.want, readAll(t, &Files{Stdin: bytes.NewReader(test.data)}))
		})
	}

	t.Run("and the rest goes on", func(t *testing.T) {
		inDirectory(t, map[string]string{
			"a.gz": string(gzipped(text)[:3]), "b.zst": string(zstded(text)[:20]), "c.gz": string(gzipped(`{"c":1}`)), "d.zst": string(zstded(`{"d":1}`)),
		})
		assert.Equal(t, []string{
			`a.gz:1: "": read gzip: unexpected EOF`,
			`b.zst:1: "": read zstd: unexpected EOF`,
			`c.gz:1: #0 {"c":1}`,
			`d.zst:1: #0 {"d":1}`,
		}, readAll(t, &Files{Paths: []string{"."}}))
	})

	t.Run("reading fails", func(t *testing.T) {
		in := io.MultiReader(strings.NewReader(`{"a":1}{"b":`), failing{errors.New("disk on fire")})
		assert.Equal(t, []string{
			`-:1: #0 {"a":1}`,
			`-:1: "{\"b\":": the input breaks off within the record: disk on fire`,
		}, readAll(t, &Files{Stdin: in}))
	})
}

type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }

func gzipped(text string) []byte {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	io.WriteString(w, text)
	w.Close()
	return b.Bytes()
}

// stored is the gzip form of a text without the end that rest would be.
func stored(text, rest string) []byte {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	io.WriteString(w, text)
	w.Flush()
	n := b.Len()
	io.WriteString(w, rest)
	w.Close()
	return b.Bytes()[:n]
}

func zstded(text string) []byte {
	w, _ := zstd.NewWriter(nil)
	defer w.Close()
	return w.EncodeAll([]byte(text), []byte{})
}

// TestBomb reads 64 MiB of text from a gzip file of 64 kB.
func TestBomb(t *testing.T) {
	member := gzipped(strings.Repeat(" ", 1<<20))
	inDirectory(t, map[string]string{"bomb.gz": strings.Repeat(string(member), 64) + string(gzipped(`{"a":1}`))})
	f := &Files{Paths: []string{"bomb.gz"}}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	assert.Equal(t, []string{`bomb.gz:1: #0 {"a":1}`}, readAll(t, f))
	runtime.ReadMemStats(&after)
	assert.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(4<<20), "bytes allocated")
}

func TestProgress(t *testing.T) {
	text := strings.Repeat("{\"a\":1}\n", 1000)
	inDirectory(t, map[string]string{"a.json": text + "oops\n", "b.gz": string(gzipped(text))})
	f := &Files{Paths: []string{"."}, Bad: func(event.Raw, error) {}}
	assert.Equal(t, Progress{}, f.Progress())

	stop := make(chan struct{})
	var watcher sync.WaitGroup
	watcher.Go(func() {
		for last := (Progress{}); ; {
			select {
			case <-stop:
				return
			default:
				p := f.Progress()
				assert.GreaterOrEqual(t, p.Records, last.Records)
				last = p
			}
		}
	})
	raw, err := f.Next(t.Context())
	require.NoError(t, err)
	assert.Equal(t, "a.json", raw.Source)
	p := f.Progress()
	assert.Equal(t, "a.json", p.Source)
	assert.Equal(t, 1, p.Files)
	for err == nil {
		_, err = f.Next(t.Context())
	}
	close(stop)
	watcher.Wait()
	total := int64(len(text) + len("oops\n") + len(gzipped(text)))
	assert.Equal(t, Progress{Files: 2, FilesTotal: 2, Bytes: total, BytesTotal: total, Records: 2000, Bad: 1}, f.Progress())

	f = &Files{Paths: []string{".", "-"}}
	require.NoError(t, f.Resolve())
	assert.Equal(t, Progress{FilesTotal: 3}, f.Progress(), "standard input has no size")
}

// TestInterrupt ends the context while standard input has nothing to say.
func TestInterrupt(t *testing.T) {
	for name, said := range map[string]string{"before a word": "", "between records": "{\"a\":1}\n", "within a record": "{\"a\":", "within a bad line": "oops"} {
		t.Run(name, func(t *testing.T) {
			ctx, cancel := context.WithCancel(t.Context())
			in, user := io.Pipe()
			defer user.Close()
			go func() {
				io.WriteString(user, said)
				cancel()
			}()
			f := &Files{Stdin: in, Bad: func(raw event.Raw, err error) { t.Errorf("reported: %s: %v", raw.Data, err) }}
			var err error
			for err == nil {
				_, err = f.Next(ctx)
			}
			assert.Equal(t, context.Canceled, err)
			_, err = f.Next(t.Context())
			assert.Equal(t, context.Canceled, err, "an interrupted source reads no more")
		})
	}
}

// TestPrompt gets each record before the next one is written.
func TestPrompt(t *testing.T) {
	in, user := io.Pipe()
	defer user.Close()
	f := &Files{Stdin: in}
	for _, text := range []string{"{}", "[{}", "\n,{}", "]{\"Records\":[{}", ",{}"} {
		go io.WriteString(user, text)
		raw, err := f.Next(t.Context())
		require.NoError(t, err)
		assert.Equal(t, "{}", string(raw.Data))
	}
}

func TestClose(t *testing.T) {
	f := &Files{Stdin: strings.NewReader("{}{}")}
	_, err := f.Next(t.Context())
	require.NoError(t, err)
	require.NoError(t, f.Close())
	_, err = f.Next(t.Context())
	assert.ErrorIs(t, err, fs.ErrClosed)
}
