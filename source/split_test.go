package source

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// TestSplit compares what comes out of testdata/split/*.in with the golden
// files, however the text arrives. What a body holds is in a golden file of its
// own where it is not the same as in a file.
func TestSplit(t *testing.T) {
	inputs, err := filepath.Glob("testdata/split/*.in")
	require.NoError(t, err)
	require.NotEmpty(t, inputs)
	for _, path := range inputs {
		base := strings.TrimSuffix(path, ".in")
		t.Run(filepath.Base(base), func(t *testing.T) {
			text, err := os.ReadFile(path)
			require.NoError(t, err)
			got := arrives(t, text, false)
			compareGolden(t, base+".golden", got)

			golden, body := base+".golden", arrives(t, text, true)
			if *update && slices.Equal(got, body) {
				require.NoError(t, os.RemoveAll(base+".body.golden"))
			} else if _, err := os.Stat(base + ".body.golden"); *update || err == nil {
				golden = base + ".body.golden"
			}
			compareGolden(t, golden, body)
		})
	}
}

// arrives returns what a splitter finds in a text and checks that it is the
// same in every way in which the text can arrive.
func arrives(t *testing.T, text []byte, mixed bool) []string {
	t.Helper()
	got := splitAll(bytes.NewReader(text), splitter{max: DefaultMaxRecord, mixed: mixed})
	for name, r := range readers(text) {
		assert.Equal(t, got, splitAll(r, splitter{max: DefaultMaxRecord, mixed: mixed, w: window{chunk: 16}}), name)
	}
	return got
}

func compareGolden(t *testing.T, path string, got []string) {
	t.Helper()
	text := strings.Join(got, "")
	if *update {
		require.NoError(t, os.WriteFile(path, []byte(text), 0o644))
	}
	want, err := os.ReadFile(path)
	require.NoError(t, err, "run with -update to write it")
	assert.Equal(t, string(want), text)
}

// readers are the ways in which a text can arrive.
func readers(text []byte) map[string]io.Reader {
	return map[string]io.Reader{
		"byte by byte":        iotest.OneByteReader(bytes.NewReader(text)),
		"half of what fits":   iotest.HalfReader(bytes.NewReader(text)),
		"the end with data":   iotest.DataErrReader(bytes.NewReader(text)),
		"at once":             bytes.NewReader(text),
		"with empty readings": &stutter{r: bytes.NewReader(text)},
	}
}

// stutter returns nothing at every other call.
type stutter struct {
	r    io.Reader
	idle bool
}

func (s *stutter) Read(p []byte) (int, error) {
	if s.idle = !s.idle; s.idle {
		return 0, nil
	}
	return s.r.Read(p[:min(len(p), 7)])
}

// splitAll returns what s finds in a text, in the order in which it comes.
func splitAll(r io.Reader, s splitter) []string {
	type found struct {
		what string
		data []byte
	}
	var all []found
	s.report = func(data []byte, line int, err error) {
		all = append(all, found{fmt.Sprintf("line %d: bad: %v", line, err), data})
	}
	s.reset(r)
	for {
		data, line, err := s.next()
		if err != nil {
			break
		}
		all = append(all, found{fmt.Sprintf("line %d: record", line), data})
	}
	// Only now: what has been returned must not change with what is read later.
	var texts []string
	for _, f := range all {
		texts = append(texts, f.what+"\n"+indented(f.data))
	}
	return texts
}

func indented(data []byte) string {
	if len(data) == 0 {
		return ""
	}
	text := string(data)
	if q := strconv.Quote(strings.ReplaceAll(text, "\n", "")); strings.Contains(q, `\x`) || strings.Contains(q, `\r`) {
		text = strconv.Quote(text)
	}
	return "\t" + strings.ReplaceAll(text, "\n", "\n\t") + "\n"
}

// TestSplitLarge checks what happens to records that are too large. The limit
// is 20 bytes.
func TestSplitLarge(t *testing.T) {
	const record, large = `{"a":"789012345678"}`, `{"b":"789012345678901"}`
	require.Len(t, record, 20)
	tests := []struct {
		name, text string
		want       []string
	}{
		{"just fits", record, []string{"record " + record}},
		{"line", large + "\n" + record, []string{"large " + large[:20], "record " + record}},
		{"lines without breaks", large + record, []string{"large " + large[:20], "record " + record}},
		{"element", "[" + record + "," + large + "," + record + "]", []string{"record " + record, "large " + large[:20], "record " + record}},
		{"Records", `{"Records":[` + record + "," + large + "," + record + "]}", []string{"record " + record, "large " + large[:20], "record " + record}},
		{"before Records", `{"x":"345678901234567890","Records":[` + record + "]}" + record, []string{`large {"x":"34567890123456`, "record " + record}},
		{"after Records", `{"Records":[` + record + `],"x":"345678901234567890"}` + record, []string{"record " + record, "record " + record}},
		{"space", strings.Repeat(" ", 50) + record + strings.Repeat("\n", 50) + record, []string{"record " + record, "record " + record}},
		{"space after a bracket", "[" + strings.Repeat(" ", 50) + record + "]\n" + record, []string{"large [", "record " + record}},
		{"line that is no JSON", strings.Repeat("x", 50) + "\n" + record, []string{"large " + strings.Repeat("x", 20), "record " + record}},
		{"bad object", `{x` + strings.Repeat("y", 50) + "}\n" + record, []string{"large {x" + strings.Repeat("y", 18), "record " + record}},
		{"bad element", `[{x` + strings.Repeat("y", 50) + "}," + record + "]", []string{"large {x" + strings.Repeat("y", 18), "record " + record}},
		{"bad after the limit", large[:23] + "\n" + record, []string{"large " + large[:20], "record " + record}},
		{"cut off after the limit", large[:23], []string{"large " + large[:20]}},
		{"cut off at the limit", large[:20], []string{"large " + large[:20]}},
		{"cut off before the limit", large[:19], []string{"bad " + large[:19]}},
		{"element cut off after the limit", "[" + large[:23], []string{"large " + large[:20], "bad "}},
		{"number", "[{},123456789012345678901234,{}]", []string{"record {}", "large 12345678901234567890", "record {}"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			for name, r := range readers([]byte(test.text)) {
				assert.Equal(t, test.want, outline(r, false), name)
			}
			for name, r := range readers([]byte(test.text)) {
				assert.Equal(t, test.want, outline(r, true), "%s, in a body", name)
			}
		})
	}
}

// TestSplitLargeFirst is TestSplitLarge for what a body's arrays begin with.
func TestSplitLargeFirst(t *testing.T) {
	const record = `{"a":"789012345678"}`
	long := strings.Repeat("7", 50)
	tests := []struct {
		name, text string
		want       []string
	}{
		{"number", "[" + long + "," + record + "]", []string{"large " + long[:20], "record " + record}},
		{"string", `["` + long + `",` + record + "]", []string{`large "` + long[:19], "record " + record}},
		{"array", "[[" + long + "]," + record + "]", []string{"large [" + long[:19], "record " + record}},
		{"a string that just fits with its bracket", `["` + long[:17] + `",` + record + "]", []string{`bad "` + long[:17] + `"`, "record " + record}},
		{"text", `["` + long + "\n" + record + "\n", []string{`large "` + long[:19], "record " + record}},
		{"text in brackets", "[" + long + "] text\n" + record, []string{"large " + long[:20], "bad text", "record " + record}},
		{"space before it", "[" + strings.Repeat(" ", 50) + "1]\n" + record, []string{"large [", "record " + record}},
		{"space after it", "[1" + strings.Repeat(" ", 50) + "]\n" + record, []string{"bad 1", "record " + record}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			for name, r := range readers([]byte(test.text)) {
				assert.Equal(t, test.want, outline(r, true), name)
			}
		})
	}
}

// outline is splitAll for TestSplitLarge.
func outline(r io.Reader, mixed bool) []string {
	var all []string
	s := splitter{max: 20, mixed: mixed, w: window{chunk: 16}}
	s.report = func(data []byte, line int, err error) {
		what := "bad "
		if errors.Is(err, ErrTooLarge) {
			what = "large "
		}
		all = append(all, what+string(data))
	}
	s.reset(r)
	for {
		data, _, err := s.next()
		if err != nil {
			return all
		}
		all = append(all, "record "+string(data))
	}
}

// TestSplitMemory reads arrays and white space without end and looks at what
// is held of them.
func TestSplitMemory(t *testing.T) {
	endless := map[string]struct{ start, again string }{
		"array":                {`[`, `{"a":1},`},
		"Records":              {`{"x":1,"Records":[`, "{\"a\":1}\n,"},
		"bad elements":         {`[`, `{"a":oops},`},
		"white space":          {``, " \n"},
		"after a bracket":      {`[`, " \n"},
		"a line":               {``, "foo"},
		"a string":             {`{"a":"`, "foo"},
		"a bad element":        {`[{"a"`, "foo"},
		"brackets that open":   {``, `{"a":[`},
		"the same in lines":    {``, "{\"a\":[\n"},
		"open arrays":          {``, "[\n"},
		"after Records":        {`{"Records":[{}]`, `,"a":[{}]`},
		"a number":             {`[`, "1"},
		"values that fit not":  {``, `"a":`},
		"a string in brackets": {`["`, "foo"},
		"arrays of nothing":    {`[`, "null,"},
		"arrays of arrays":     {``, "[["},
		"numbers in brackets":  {``, "[1\n"},
		"arrays in lines":      {``, "[1,\n"},
	}
	const size = 1 << 20
	for name, text := range endless {
		for _, mixed := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s, mixed %t", name, mixed), func(t *testing.T) {
				most := 0
				s := splitter{max: 64 << 10, mixed: mixed, w: window{chunk: 4 << 10}, report: func([]byte, int, error) {}}
				s.reset(&endlessReader{text: text.start, again: text.again, left: size})
				for err := error(nil); err == nil; {
					_, _, err = s.next()
					most = max(most, cap(s.w.buf))
				}
				assert.Equal(t, int64(0), max(0, size-s.w.off), "read to the end")
				assert.LessOrEqual(t, most, 3*s.max)
			})
		}
	}
}

// endlessReader reads start and then again and again what follows.
type endlessReader struct {
	text, again string
	left        int
}

func (r *endlessReader) Read(p []byte) (int, error) {
	if r.left <= 0 {
		return 0, io.EOF
	}
	if r.text == "" {
		r.text = strings.Repeat(r.again, 1000)
	}
	n := copy(p, r.text)
	r.text = r.text[n:]
	r.left -= n
	return n, nil
}
