package strictyaml

import (
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// same holds what quick reads to what the library reads, and tells whether
// quick does not give up.
func same(t *testing.T, src []byte) bool {
	got, ok := quick(src)
	if !ok {
		return false
	}
	want, bad := full("f.yml", src)
	require.Nil(t, bad, "%q", src)
	require.NotNil(t, want, "%q", src)
	sameNode(t, src, want, got)
	return true
}

func sameNode(t *testing.T, src []byte, want, got *node) {
	a, b := *want, *got
	a.content, b.content = nil, nil
	require.Equal(t, a, b, "%q", src)
	require.Len(t, got.content, len(want.content), "%q", src)
	for i := range want.content {
		sameNode(t, src, want.content[i], got.content[i])
	}
}

// quickTexts are read by quick, and unusualTexts left to the library.
var quickTexts = []string{
	"a: 1\n",
	"a: 1",
	"---\na: 1\n",
	"# c\n\na: 1 # d\n# e\n",
	"a:\nb: ~\nc:   # x\n",
	"a:\n  b: 1\n  c:\n    - 1\n    - x: 1\n      y: 2\n    -\n    - - 1\n      - 2\nd: 1\n",
	"a:\n- 1\n- b: 1\n  c:\n  - 2\n-\nd: e\n",
	"a: one\n  two\n\n  three\n\n\n  four\nb: x\n",
	"a:\n  one\n  two # c\nb: 1\n",
	"a: x#y z\n",
	"a: -1\nb: -x\nc: a-b\nd: http://x/y?z=1\n",
	"a: 'it''s'\nb: \"a\\n\\t\\u00e9\\x41\\\"\\\\\\/\"\n",
	"a: 'one\n  two\n\n  three'\nb: \"one  \n\n\n  two\\n\n  three\"\n",
	"\"a b\": 1\n'c''d' : 2\ne f : 3\n",
	"a: |\n  one\n   two\n\n  three\n\n\nb: 1\n",
	"a: >\n  one\n  two\n\n  three\n   four\n   five\n  six\nb: >-\n  x\nc: |-\n  y\nd: |+\n  z\n\n\ne: |\nf: |+\n\ng: >+\n\n  x\n\n",
	"a:\n  - |\n    one\n    # two\n  - >\n    x\n # c\nb: 1\n",
	"a: {}\nb: []\nc: {a: 1, \"b\":2, 'c': [x y, {d: e}, ], }\n",
	"a:\n  {\n    \"x\": 1, # c\n    y: [\n      1,\n      2\n    ],\n  }\nb: [a,\n  b]\nc: {x: y\n  }\n",
	"a: é\nb: \"é\" # ü\né: {ä: ö, ü: 'ß'}\nλ:\n- μ\n",
	"a: 1\n\n\n",
	"a: b c: d\n"[:5] + "\n",
	"- a: 1\n"[2:],
	"a: \"x\" \n",
	"a: [{\"b\": \"c\"}]\n",
	"a: 1:30\nb: a:b\nc: ':'\n",
	"a: '#'\nb: \"a # b\"\n",
}

var unusualTexts = []string{
	"a: &x 1\nb: *x\n", "a: !!str 1\n", "%YAML 1.2\n---\na: 1\n", "? a\n: b\n", "a: 1\n---\nb: 2\n", "a: 1\r\n",
	"a:\tb\n", "{a: 1}\n", "- a\n", "a\n", "a: [b: c]\n", "a: {b}\n", "a: {b: }\n", "a: |2\n   x\n", "a: \"\\\n  b\"\n",
	"a: b: c\n", "a: @x\n", "a: \"\\ud83d\\ude00\"\n", "a: [\n1]\n", "a: - b\n", " a: 1\n", "a: 1\n b: 2\n", "a: |\n  x", "a: x\n  # c\n  y\n",
	"a: {x:1}\n", "a: {b: c\n  d}\n", "a: \"b\n", "a: 'b", "a: 1\n- b\n", "a: \x00\n", "a: \u2028\n",
}

func TestQuick(t *testing.T) {
	for _, text := range quickTexts {
		require.True(t, same(t, []byte(text)), "%q", text)
	}
	for _, text := range unusualTexts {
		require.False(t, same(t, []byte(text)), "%q", text)
	}
}

// TestQuickCorpus holds quick to the library for a directory of real files, and
// to reading nearly all of them.
func TestQuickCorpus(t *testing.T) {
	paths, texts := corpus(t)
	left := 0
	for i, text := range texts {
		if !same(t, text) {
			t.Logf("left to the library: %s", paths[i])
			left++
		}
	}
	require.Less(t, left, len(texts)/50)
}

func corpus(t testing.TB) (paths []string, texts [][]byte) {
	dir := os.Getenv("STARHOST_CORPUS")
	if dir == "" {
		t.Skip("STARHOST_CORPUS names no directory")
	}
	err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if ext := filepath.Ext(path); ext == ".yml" || ext == ".yaml" {
			text, err := os.ReadFile(path)
			paths, texts = append(paths, path), append(texts, text)
			return err
		}
		return err
	})
	require.NoError(t, err)
	require.NotEmpty(t, paths)
	return paths, texts
}

func FuzzQuick(f *testing.F) {
	for _, text := range quickTexts {
		f.Add([]byte(text))
	}
	for _, text := range unusualTexts {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		same(t, text)
		if d, _ := Parse("f.yml", text, "test"); d != nil {
			require.True(t, json.Valid(d.Root.JSON()), "%q", text)
		}
	})
}

func BenchmarkParseCorpus(b *testing.B) {
	_, texts := corpus(b)
	size := 0
	for _, text := range texts {
		size += len(text)
	}
	b.SetBytes(int64(size))
	for b.Loop() {
		for _, text := range texts {
			if _, bad := Parse("f.yml", text, "test"); bad != nil {
				b.Fatal(bad)
			}
		}
	}
}
