package strictyaml_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/starhost/starhost/internal/strictyaml"
	"github.com/stretchr/testify/require"
)

func parse(t testing.TB, text string) *strictyaml.Document {
	doc, diag := strictyaml.Parse("f.yml", []byte(text), "test")
	require.Nil(t, diag)
	require.NotNil(t, doc)
	return doc
}

func TestJSON(t *testing.T) {
	for yaml, want := range map[string]string{
		"x":                      `"x"`,
		"1":                      `1`,
		"012":                    `12`,
		"-007":                   `-7`,
		"+1":                     `1`,
		"0x1F":                   `31`,
		"1.5":                    `1.5`,
		".5":                     `0.5`,
		"1.":                     `1.0`,
		"1e3":                    `1.0e3`,
		"-00.25":                 `-0.25`,
		"true":                   `true`,
		"False":                  `false`,
		"yes":                    `"yes"`,
		"on":                     `"on"`,
		"~":                      `null`,
		"null":                   `null`,
		"":                       `null`,
		`"null"`:                 `"null"`,
		`'1'`:                    `"1"`,
		`"true"`:                 `"true"`,
		"2024-01-02":             `"2024-01-02"`,
		"2024-01-02T03:04:05Z":   `"2024-01-02T03:04:05Z"`,
		"1:30":                   `"1:30"`,
		"123456789012345678901":  `123456789012345678901`,
		"{b: 1, a: [x, {c: ~}]}": `{"b":1,"a":["x",{"c":null}]}`,
		"{1: a, true: b}":        `{"1":"a","true":"b"}`,
		"!!str 12":               `"12"`,
		`"\u00e9\n"`:             `"é\n"`,
		".inf":                   `".inf"`,
		"0o17":                   `15`,
		"0b11":                   `3`,
		"-0x1f":                  `-31`,
		"1_000":                  `1000`,
		"-0":                     `0`,
		"0x":                     `"0x"`,
		"0x-1":                   `"0x-1"`,
		"1e":                     `"1e"`,
		"12e+":                   `"12e+"`,
		"1e+03":                  `1.0e+03`,
		"1.2.3":                  `"1.2.3"`,
		"+":                      `"+"`,
		".":                      `"."`,
		"-.5e2":                  `-0.5e2`,
	} {
		doc := parse(t, "v: "+yaml)
		require.Equal(t, want, string(doc.Root.Get("v").JSON()), yaml)
		require.Empty(t, doc.Diagnostics, yaml)
		require.True(t, json.Valid([]byte(want)), want)
	}
}

// An alias inside of its own anchor would be a value without end.
func TestAliasCycle(t *testing.T) {
	for _, text := range []string{"a: &x [*x]\n", "a: &x {b: [{c: *x}]}\n", "&x a: *x\nb: &y {<<: *y}\n"} {
		doc, diag := strictyaml.Parse("f.yml", []byte(text), "test")
		if doc != nil {
			require.True(t, json.Valid(doc.Root.JSON()), text)
			continue
		}
		require.NotNil(t, diag, text)
		require.Contains(t, diag.Msg, "contains itself", text)
	}
}

func TestJSONAliases(t *testing.T) {
	doc := parse(t, "base: &b {a: 1, b: 2}\nv: {<<: *b, b: 3, c: *b}\n")
	require.Equal(t, `{"b":3,"c":{"a":1,"b":2},"a":1}`, string(doc.Root.Get("v").JSON()))
}

// TestAliasBomb shows that aliases cannot multiply without end.
func TestAliasBomb(t *testing.T) {
	var b strings.Builder
	b.WriteString("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n")
	for i := 1; i < 12; i++ {
		prev := string(rune('a'+i-1)) + "0"
		if i == 1 {
			prev = "a0"
		}
		b.WriteString(string(rune('a'+i)) + "0: &" + string(rune('a'+i)) + "0 [" + strings.TrimSuffix(strings.Repeat("*"+prev+", ", 10), ", ") + "]\n")
	}
	doc, diag := strictyaml.Parse("f.yml", []byte(b.String()), "test")
	if diag != nil {
		return // the library refuses it
	}
	doc.Root.Get("l0").JSON()
	require.Len(t, doc.Diagnostics, 1)
	require.Contains(t, doc.Diagnostics[0].Msg, "larger than")
}

func TestScalars(t *testing.T) {
	doc := parse(t, `{d: 1d2h, d2: 7d, d3: 29m59s, t: 2026-01-01T00:00:00Z, n: 12, b: true, s: 5, l: [a, b], one: x}`)
	m := doc.Root
	require.Equal(t, 26*time.Hour, m.Get("d").Duration())
	require.Equal(t, 7*24*time.Hour, m.Get("d2").Duration())
	require.Equal(t, 29*time.Minute+59*time.Second, m.Get("d3").Duration())
	require.Equal(t, time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), m.Get("t").Time())
	require.EqualValues(t, 12, m.Get("n").Integer(0, 1))
	require.True(t, m.Get("b").Bool(false))
	require.Equal(t, "5", m.Get("s").Text())
	require.Equal(t, []string{"a", "b"}, m.Get("l").Strings())
	require.Equal(t, []string{"x"}, m.Get("one").Strings())
	require.False(t, m.Get("absent").Exists())
	require.EqualValues(t, 3, m.Get("absent").Integer(3, 1))
	require.Empty(t, doc.Diagnostics)
}

func TestErrors(t *testing.T) {
	doc := parse(t, "d: soon\nt: now\nn: many\nb: yes\ns: [a]\nl: {a: b}\nm: x\nm: y\nnn: 0\n")
	m := doc.Root
	m.CheckKeys(true, "d", "t", "n", "b", "s", "l", "m", "none")
	m.Get("d").Duration()
	m.Get("t").Time()
	m.Get("n").Integer(0, 0)
	m.Get("b").Bool(false)
	m.Get("s").Text()
	m.Get("l").Strings()
	m.Get("m").Mapping()
	m.Get("nn").Integer(1, 1)
	var got []string
	for _, d := range doc.Diagnostics {
		got = append(got, d.Error()+"|"+d.Hint)
	}
	require.Equal(t, []string{
		"f.yml:8:1: m is given twice|",
		"f.yml:9:1: unknown key nn|did you mean n?",
		`f.yml:1:4: d is "soon", want a length of time such as 30s, 29m59s, 1h or 7d|`,
		`f.yml:2:4: t is "now", want a time such as 2026-01-01T00:00:00Z|`,
		`f.yml:3:4: n is "many", want a whole number|`,
		`f.yml:4:4: b is "yes", want true or false|`,
		`f.yml:5:4: s is a list, want a string|`,
		`f.yml:6:4: l is a mapping, want a list of strings|`,
		`f.yml:7:4: m is "x", want a mapping|`,
		`f.yml:9:5: nn is 0, want at least 1|`,
	}, got)
}
