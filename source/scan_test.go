package source

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

// TestScan compares the scanner with encoding/json on values that are right
// and wrong in one place, for every way of cutting them into two pieces.
func TestScan(t *testing.T) {
	values := []string{
		`null`, `true`, `false`, `nul`, `nulx`, `tru`, `fals3`, `True`,
		`0`, `-0`, `12`, `-12.50`, `1e5`, `1E+5`, `0.1e-10`, `00`, `01`, `-`, `+1`, `.5`, `5.`, `1e`, `1e+`, `1.e5`, `0x1`, `1-`, `1.2.3`, `1e5.0`, `-a`,
		`""`, `"a"`, `"\"\\\/\b\f\n\r\t"`, `"\u00e9\uD83D\uDE00"`, `"\u12"`, `"\u12G4"`, `"\x"`, `"a`, "\"a\nb\"", "\"a\tb\"", "\"\x7f\"", "\"\xff\"", "\"12345678\x1f\"", `"1234567\"8"`, `"é12345678"`,
		`[]`, `[ ]`, `[1]`, `[1,2]`, ` [ 1 , "2" ] `, `[,]`, `[1,]`, `[1 2]`, `[`, `[1`, `[1,`, `[}`, `[[],[[]]]`,
		`{}`, `{ }`, `{"a":1}`, "\t{ \"a\"\n: 1 ,\r\"b\" : [ ] } ", `{"a":1,}`, `{"a"}`, `{"a" 1}`, `{"a":}`, `{a:1}`, `{1:1}`, `{,}`, `{"a":1 "b":2}`, `{"a":1,,"b":2}`, `{]`, `{`, `{"a`, `{"a":`, `{"a":1`, `{"a":1,`, `{"a":{"b":{"c":null}}}`, `{"a":"b","c":true,"d":[{}]}`,
		strings.Repeat("[", maxDepth) + strings.Repeat("]", maxDepth),
		strings.Repeat("[", maxDepth+1) + strings.Repeat("]", maxDepth+1),
		strings.Repeat(`{"a":`, maxDepth) + "1" + strings.Repeat("}", maxDepth),
	}
	for _, value := range values {
		want := json.Valid([]byte(value))
		for cut := 0; cut <= len(value); cut += 1 + len(value)/100 {
			if got := scans(value[:cut], value[cut:]); got != want {
				assert.Equal(t, want, got, "%.80s cut at %d", value, cut)
			}
		}
	}
}

// scans reports whether the pieces are one value and nothing else but white
// space.
func scans(pieces ...string) bool {
	var s scanner
	var v verdict
	for _, piece := range append(pieces, " ") {
		if v == done {
			if strings.TrimSpace(piece) != "" {
				return false
			}
			continue
		}
		var n int
		if n, v = s.scan([]byte(piece)); v == failed || v == done && strings.TrimSpace(piece[n:]) != "" {
			return false
		}
	}
	return v == done
}
