package pyre

import (
	"bufio"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/starhost/starhost/runtime/guard"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.starlark.net/starlark"
)

// TestSameCase compares case folding with CPython's, character by character.
func TestSameCase(t *testing.T) {
	in, err := os.Open("testdata/case.txt")
	require.NoError(t, err)
	defer in.Close()
	lines := 0
	for scanner := bufio.NewScanner(in); scanner.Scan(); lines++ {
		want := []rune(scanner.Text())
		got := sameCase(want[0])
		slices.Sort(got)
		assert.Equal(t, string(want[1:]), string(got), "%c %U", want[0], want[0])
	}
	require.Greater(t, lines, 2000)
}

// FuzzFind checks that whatever the parser accepts can be compiled, and that
// the engines agree on where a pattern that both can express matches.
func FuzzFind(f *testing.F) {
	for _, p := range []string{`(?P<app>.*) role changed from (\w+)$`, `(?i)[^\W\d_]+\b`, `(a|b*)*?(?(1)c|d)(?<=x)\1`, `(?x) a{1,3}+ # c`, `[]a-z&&\]-]`, `\x41\u00e9\101\0(?s:.)(?m:^$)\Z`, `(?>a|b)??`} {
		f.Add(p, "Ann role changed from admin\n", 0)
	}
	f.Fuzz(func(t *testing.T, text, s string, flags int) {
		p, err := parse(text, flags&0x1ff)
		if err != nil || len(s) > 200 {
			return
		}
		prog := newProgram(p)
		meter := guard.MeterOf(new(starlark.Thread))
		for _, m := range []mode{searching, matching, full} {
			spans, err := prog.find(newSubject(s), 0, m, meter)
			if err != nil {
				var class interface{ PyClass() string }
				require.ErrorAs(t, err, &class)
				require.Equal(t, "TimeoutError", class.PyClass(), err.Error())
				return
			}
			if spans == nil || prog.needsBacktracking(newSubject(s), m) {
				continue
			}
			again, err := prog.findBacktracking(newSubject(s), 0, m, meter)
			if err == nil && !p.root.has(loopsEmpty) {
				require.Equal(t, spans, again, "%q %q", text, s)
			}
		}
	})
}

// loopsEmpty says that a node repeats what can be empty, in which regexp2 is
// not always right.
func loopsEmpty(n *node) bool { return n.op == opRepeat && n.max > 1 && n.subs[0].nullable() }

func TestCacheIsBounded(t *testing.T) {
	c := new(cache)
	for i := range 2 * cacheEntries {
		_, err := c.program(fmt.Sprint("a", i), 0)
		require.NoError(t, err)
	}
	assert.Equal(t, cacheEntries, c.used.Len())
	assert.Equal(t, cacheEntries, len(c.byKey))
	for i := range 60 {
		_, err := c.program(strings.Repeat("(?:a{900})", 20+i), 0)
		require.NoError(t, err)
	}
	assert.LessOrEqual(t, c.size, cacheSize)
	first, err := c.program("x", 0)
	require.NoError(t, err)
	again, err := c.program("x", 0)
	require.NoError(t, err)
	assert.Same(t, first, again)
	c.purge()
	assert.Zero(t, c.used.Len())
	assert.Zero(t, c.size)
}

func TestCacheConcurrently(t *testing.T) {
	c := new(cache)
	var group sync.WaitGroup
	for i := range 8 {
		group.Go(func() {
			meter := guard.MeterOf(new(starlark.Thread))
			for j := range 200 {
				prog, err := c.program(fmt.Sprintf(`(a+)b{%d}(?!c)$`, j%20), i%2*flagI)
				if assert.NoError(t, err) {
					_, err = prog.find(newSubject("xxaabbbb\n"), j%9, mode(j%4), meter)
					assert.NoError(t, err)
				}
				if j%50 == 0 {
					c.purge()
				}
			}
		})
	}
	group.Wait()
}

// TestLongTexts checks that the limits of a call hold within a match.
func TestLongTexts(t *testing.T) {
	p, err := parse(strings.Repeat("(x+x+)+y?", 10), 0)
	require.NoError(t, err)
	prog := newProgram(p)
	require.False(t, prog.backtracks)

	text := strings.Repeat("x", 100_000)
	thread := new(starlark.Thread)
	var meter guard.Meter
	meter.Begin(thread, &guard.Limits{Steps: 5_000, Time: time.Hour}, nil)
	_, err = prog.find(newSubject(text), 0, searching, &meter)
	var limit *guard.LimitError
	require.ErrorAs(t, err, &limit)
	assert.Equal(t, "steps", limit.Limit)

	meter.Begin(thread, &guard.Limits{Time: time.Hour}, nil)
	spans, err := prog.find(newSubject(text[:20_000]), 0, matching, &meter)
	require.NoError(t, err)
	assert.Equal(t, []int{0, 20_000}, spans[:2])
}

func TestTimeout(t *testing.T) {
	p, err := parse(`(?=a)(a+)+$`, 0)
	require.NoError(t, err)
	_, err = newProgram(p).find(newSubject(strings.Repeat("a", 40)+"!"), 0, searching, guard.MeterOf(new(starlark.Thread)))
	assert.EqualError(t, err, "the pattern took more than 100ms for this text, which goes back too often: avoid repeats in repeats, and lookaround")
}

func TestEngines(t *testing.T) {
	for _, c := range []struct {
		pattern, text string
		backtracks    bool
	}{
		{`a$`, "a", false},
		{`a$`, "a\n", false},
		{`a$`, "a\nb\n", true},
		{`(?m)a$`, "a\nb\n", false},
		{`\ba`, "a", false},
		{`\ba`, "é", true},
		{`(?a)\ba`, "é", false},
		{`(?i)[à-é]\w+\d`, "é", false},
		{`(?=a)`, "a", true},
		{`(a)\1`, "a", true},
		{`(?:a*)*`, "a", false},
		{`(a*)*`, "a", true},
		{`a{1,1000}`, "a", false},
		{`a{1,1001}`, "a", true},
		{`\B`, "", true},
	} {
		p, err := parse(c.pattern, 0)
		require.NoError(t, err)
		assert.Equal(t, c.backtracks, newProgram(p).needsBacktracking(newSubject(c.text), searching), "%s %q", c.pattern, c.text)
	}
}

func TestBounds(t *testing.T) {
	_, err := parse(strings.Repeat("a", maxPattern+1), 0)
	assert.EqualError(t, err, "the pattern has more than 32768 bytes")
	_, err = parse(strings.Repeat("(", maxNesting+2), 0)
	assert.EqualError(t, err, "the pattern is nested more than 200 deep")
	_, err = parse("(a)"+strings.Repeat("(?(1)", 1_000), 0)
	assert.EqualError(t, err, "the pattern is nested more than 200 deep")
}

func BenchmarkSearch(b *testing.B) {
	for _, c := range []struct{ name, pattern, text string }{
		{"short", `:assumed-role/.+/i-[0-9a-f]+$`, "arn:aws:sts::123456789012:assumed-role/role-name/i-0123456789abcdef0"},
		{"ignorecase", `(?i)(all[_-]?)?files?[_-]?(have[_-]?been[_-]?)?(encrypted|locked).*\.(txt|html?)$`, "reports/2024/quarter-3/all_files_have_been_encrypted.html"},
		{"unicode", `\w+ role changed from (\w+)`, "Änn role changed from agent to admin"},
		{"nomatch", `(?:curl|wget)\s+[^|>]+\|\s*(?:sh|bash)`, "python3 -m http.server --bind 127.0.0.1 8000 --directory /srv/www/html"},
		{"lookahead", `^(?!.*internal).*\.example\.com$`, "www.shop.example.com"},
	} {
		b.Run(c.name, func(b *testing.B) {
			cache := new(cache)
			meter := guard.MeterOf(new(starlark.Thread))
			for b.Loop() {
				prog, err := cache.program(c.pattern, 0)
				if err != nil {
					b.Fatal(err)
				}
				if _, err := prog.find(newSubject(c.text), 0, searching, meter); err != nil {
					b.Fatal(err)
				}
				meter.Begin(new(starlark.Thread), nil, nil)
			}
		})
	}
}
