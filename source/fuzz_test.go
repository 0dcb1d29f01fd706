package source

import (
	"bytes"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// FuzzSplit checks of any text that the way in which it arrives changes
// nothing, that every record is JSON, and that what encoding/json takes for
// objects one after the other is found as it takes it.
func FuzzSplit(f *testing.F) {
	inputs, err := filepath.Glob("testdata/split/*.in")
	if err != nil {
		f.Fatal(err)
	}
	for _, path := range inputs {
		text, err := os.ReadFile(path)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		values, ok := values(text)
		for _, mixed := range []bool{false, true} {
			for _, maxRecord := range []int{DefaultMaxRecord, 24} {
				want := splitAll(bytes.NewReader(text), splitter{max: maxRecord, mixed: mixed})
				for name, r := range readers(text) {
					if got := splitAll(r, splitter{max: maxRecord, mixed: mixed, w: window{chunk: 16}}); !slices.Equal(got, want) {
						t.Errorf("%s, limit %d, mixed %t: got %q, want %q", name, maxRecord, mixed, got, want)
					}
				}
			}
			records, bad := recordsOf(text, mixed)
			for _, r := range records {
				if r[0] != '{' || !json.Valid([]byte(r)) {
					t.Errorf("record %q is no JSON object", r)
				}
			}
			if (!ok || slices.ContainsFunc(values, isScalar)) && bad == 0 && !bytes.HasPrefix(text, byteOrderMark) {
				t.Errorf("nothing is reported of %q", text)
			}
		}
		if ok && !slices.ContainsFunc(values, isScalar) {
			compareMixed(t, text, values)
		}
		if ok && slices.IndexFunc(values, func(v string) bool { return v[0] != '{' }) < 0 {
			compareObjects(t, text, values)
		}
	})
}

// compareMixed checks a text that consists of objects and arrays only: in a
// body each object at the top and in an array is found, and what else is in an
// array is reported.
func compareMixed(t *testing.T, text []byte, values []string) {
	if bytes.Contains(text, []byte(`"Records"`)) {
		return
	}
	var want []string
	others := 0
	for _, v := range values {
		elements := []json.RawMessage{json.RawMessage(v)}
		if v[0] == '[' {
			json.Unmarshal([]byte(v), &elements)
		}
		for _, e := range elements {
			if e[0] == '{' {
				want = append(want, string(e))
			} else {
				others++
			}
		}
	}
	if got, bad := recordsOf(text, true); bad != others || !slices.Equal(got, want) {
		t.Errorf("got %q and %d reports of %q, want %q and %d", got, bad, text, want, others)
	}
}

// compareObjects checks a text that consists of objects only, the same objects
// in an array and in a Records array.
func compareObjects(t *testing.T, text []byte, objects []string) {
	hasRecords := slices.ContainsFunc(objects, func(o string) bool { return strings.Contains(o, `"Records"`) })
	list := strings.Join(objects, ",\n")
	texts := map[string]string{
		"with Records": `{"x":[{"y":{}}],"Records":[` + list + `],"z":{"Records":[{}]}}`,
	}
	if !hasRecords {
		texts["alone"] = string(text)
		texts["in an array"] = "[" + list + "]"
	}
	if len(objects) == 0 {
		return
	}
	for name, text := range texts {
		if got, bad := recordsOf([]byte(text), false); bad > 0 || !slices.Equal(got, objects) {
			t.Errorf("%s: got %q and %d reports of %q", name, got, bad, text)
		}
	}
}

// recordsOf returns the records of a text and how much was reported.
func recordsOf(text []byte, mixed bool) (records []string, bad int) {
	s := splitter{max: DefaultMaxRecord, mixed: mixed, w: window{chunk: 4 << 10}, report: func([]byte, int, error) { bad++ }}
	s.reset(bytes.NewReader(text))
	for {
		data, _, err := s.next()
		if err != nil {
			return records, bad
		}
		records = append(records, string(data))
	}
}

// values returns the values of a text as encoding/json finds them, and whether
// it consists of such.
func values(text []byte) ([]string, bool) {
	var all []string
	for dec := json.NewDecoder(bytes.NewReader(text)); ; {
		var v json.RawMessage
		switch err := dec.Decode(&v); err {
		case nil:
			all = append(all, string(v))
		case io.EOF:
			return all, true
		default:
			return all, false
		}
	}
}

func isScalar(v string) bool { return v[0] != '{' && v[0] != '[' }
