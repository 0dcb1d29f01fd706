package runtime_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/starhost/starhost/event"
	"github.com/starhost/starhost/runtime"
	"github.com/stretchr/testify/require"
)

// texts are files by path; helpers are found by their names without ending.
type texts map[string]string

func (files texts) loader(before ...*runtime.Compiled) *runtime.Loader {
	return &runtime.Loader{
		Before: before,
		Helper: func(name string) (string, bool) {
			for _, ext := range []string{".star", ".py"} {
				if _, ok := files[name+ext]; ok {
					return name + ext, true
				}
			}
			return "", false
		},
		ReadFile: func(path string) ([]byte, error) {
			if text, ok := files[path]; ok {
				return []byte(text), nil
			}
			return nil, fmt.Errorf("no file %s", path)
		},
	}
}

// rules loads all files but helpers, whose names start with h.
func (files texts) rules(t *testing.T, l *runtime.Loader) map[string]*runtime.Rule {
	rules := make(map[string]*runtime.Rule)
	for _, path := range slices.Sorted(maps.Keys(files)) {
		if strings.HasPrefix(path, "h") {
			continue
		}
		rule, diags := l.Rule(path, runtime.DefaultMetadata(path))
		require.Empty(t, diags)
		rules[path] = rule
	}
	return rules
}

const ruleText = "\ndef rule(event):\n    return True\n"

// TestBefore changes files one after the other, and looks at which are compiled.
func TestBefore(t *testing.T) {
	files := texts{
		"a.star":  "load('h1', 'x')" + ruleText,
		"b.star":  "load('h2', 'x')" + ruleText,
		"c.py":    "import h3" + ruleText,
		"d.py":    "try:\n    import h4\nexcept ImportError:\n    pass" + ruleText,
		"e.star":  ruleText,
		"h1.star": "load('h2', y = 'x')\nx = y\n",
		"h2.star": "x = 1\n",
		"h3.py":   "import h5\n",
		"h5.star": "x = 1\n",
	}
	l := files.loader()
	rules := files.rules(t, l)
	require.Equal(t, len(files), l.Fresh())
	for _, step := range []struct{ path, text, changed string }{
		{"e.star", ruleText + "#", "e.star"},
		{"h2.star", "x = 2\n", "a.star b.star"},
		{"h1.star", "x = 3\n", "a.star"},
		{"h2.star", "x = 4\n", "b.star"},
		{"h5.star", "x = 2\n", "c.py"},
		{"h4.star", "x = 1\n", "d.py"}, // it was not there
		{"h3.star", "x = 1\n", "c.py"}, // it is found before h3.py
		{"h9.star", "x = 1\n", ""},
	} {
		files[step.path] = step.text
		l = files.loader(l.Compiled())
		now := files.rules(t, l)
		var changed []string
		for _, path := range slices.Sorted(maps.Keys(now)) {
			if now[path].File != rules[path].File {
				changed = append(changed, path)
			}
		}
		require.Equal(t, step.changed, strings.Join(changed, " "), "after a change of %s", step.path)
		all := files.loader()
		for path, rule := range files.rules(t, all) {
			require.Equal(t, rule.Hash, now[path].Hash, path)
		}
		require.Less(t, l.Fresh(), all.Fresh())
		rules = now
	}
}

// TestBeforeCircle has helpers come to load each other: what is known of them
// before is no answer, and the places of the errors are those of a fresh load.
func TestBeforeCircle(t *testing.T) {
	files := texts{
		"a.star":  "load('h1', 'x')" + ruleText,
		"b.py":    "import h4" + ruleText,
		"h1.star": "x = 1\n",
		"h2.star": "load('h1', 'x')\ny = x\n",
		"h3.star": "load('h2', 'y')\nz = y\n",
		"h4.py":   "x = 1\n",
		"h5.py":   "import h4\n",
		"h6.py":   "import h5\n",
	}
	load := func(l *runtime.Loader) *runtime.Loader {
		for _, path := range slices.Sorted(maps.Keys(files)) {
			if name, _, _ := strings.Cut(path, "."); strings.HasPrefix(path, "h") {
				l.File(path, name)
			} else {
				l.Rule(path, runtime.DefaultMetadata(path))
			}
		}
		return l
	}
	before := load(files.loader())
	require.Empty(t, before.Diagnostics())
	files["h1.star"] = "load('h2', 'y')\nload('h3', 'z')\nx = y + z\n"
	files["h4.py"] = "import h5\nimport h6\n"
	want, got := load(files.loader()), load(files.loader(before.Compiled()))
	require.Len(t, want.Failures(), len(files))
	require.Equal(t, want.Diagnostics(), got.Diagnostics())
	require.Equal(t, want.Failures(), got.Failures())
	require.Equal(t, len(files), got.Fresh(), "each is compiled once")
}

// TestOtherHelpers changes what rules load, but not the rules: they run with it.
func TestOtherHelpers(t *testing.T) {
	e, err := event.Decode([]byte(`{}`))
	require.NoError(t, err)
	files := texts{
		"a.star": "load('h1', 'X')\ndef rule(event):\n    return X == 2\n",
		"b.py":   "from h2 import X\ndef rule(event):\n    return X == 2\n",
		"c.py":   "import h2\ndef rule(event):\n    return undefined if not h2.X else h2.X == 2\n",
	}
	var before []*runtime.Compiled
	for i, helpers := range []struct{ star, py string }{
		{"X = 1\n", "X = 1\n"},
		{"X = 2\n", "X = 2\n"},
		{"X = 3\n", "class C:\n    def __eq__(self, other):\n        return other == 3\nX = C()\n"},
		{"X = 2\n", "class C:\n    def __eq__(self, other):\n        return other == 2\nX = C()\n"},
		{"X = 4\n", "X = 4\n"},
	} {
		files["h1.star"], files["h2.py"] = helpers.star, helpers.py
		l := files.loader(before...)
		for _, path := range []string{"a.star", "b.py", "c.py"} {
			rule, diags := l.Rule(path, runtime.DefaultMetadata(path))
			require.NotNil(t, rule, path)
			if path == "c.py" {
				require.Len(t, diags, 1, path)
				require.Contains(t, diags[0].Error(), "undefined: undefined")
			} else {
				require.Empty(t, diags, path)
			}
			var w runtime.Worker
			res := w.Eval(runtime.Call{}, rule, e)
			require.Nil(t, res.Err, path)
			require.Equal(t, i == 1 || i == 3, res.Match != nil, "%s, round %d", path, i)
		}
		before = []*runtime.Compiled{l.Compiled()}
	}
	delete(files, "h1.star")
	delete(files, "h2.py")
	for _, path := range []string{"a.star", "b.py"} {
		fresh, known := files.loader(), files.loader(before...)
		rule, want := fresh.Rule(path, runtime.DefaultMetadata(path))
		require.Nil(t, rule)
		rule, got := known.Rule(path, runtime.DefaultMetadata(path))
		require.Nil(t, rule)
		require.Equal(t, want, got, "the places are there for code that is known")
	}
}

// TestBeforeRole loads the same file in other ways than before.
func TestBeforeRole(t *testing.T) {
	files := texts{"a.py": "NAME = __name__" + ruleText}
	l := files.loader()
	rule, diags := l.Rule("a.py", runtime.DefaultMetadata("A"))
	require.Empty(t, diags)
	l = files.loader(l.Compiled())
	same, _ := l.Rule("a.py", runtime.DefaultMetadata("A"))
	require.Same(t, rule.File, same.File)
	l = files.loader(l.Compiled())
	other, _ := l.Rule("a.py", runtime.DefaultMetadata("B"))
	require.NotSame(t, rule.File, other.File, "under another id")
	l = files.loader(l.Compiled())
	helper, _ := l.File("a.py", "B")
	require.NotSame(t, other.File, helper, "not as a rule")
}

func TestFailures(t *testing.T) {
	files := texts{
		"a.star":  "load('h1', 'x')" + ruleText,
		"b.star":  "load('h1', 'x')\nload('nowhere', 'y')" + ruleText,
		"c.py":    "import h2" + ruleText,
		"d.star":  "x = 1\n",
		"e.star":  ruleText,
		"h1.star": "x = \n",
		"h2.py":   "import h1\n",
	}
	l := files.loader()
	for _, path := range []string{"a.star", "b.star", "c.py", "d.star", "e.star"} {
		l.Rule(path, runtime.DefaultMetadata(path))
	}
	got := make(map[string]string)
	for path, f := range l.Failures() {
		require.NotEmpty(t, f.Diagnostics, path)
		got[path] = strings.Join(f.Because, " ")
	}
	require.Equal(t, map[string]string{
		"a.star": "h1.star", "b.star": "", "c.py": "h2.py", "d.star": "", "h1.star": "", "h2.py": "h1.star",
	}, got)
	files["h1.star"] = "x = 1\n"
	l = files.loader(l.Compiled())
	rule, diags := l.Rule("a.star", runtime.DefaultMetadata("a.star"))
	require.Empty(t, diags)
	require.NotNil(t, rule, "what has failed is not taken over")
}

// TestTrim has a worker run more and more files.
func TestTrim(t *testing.T) {
	var w runtime.Worker
	e, err := event.Decode([]byte(`{}`))
	require.NoError(t, err)
	files := texts{"a.py": "N = []\ndef rule(event):\n    return True\ndef title(event):\n    return 'TEXT'\n"}
	plain := files["a.py"]
	for i := range 20 {
		files["a.py"] = strings.ReplaceAll(plain, "TEXT", fmt.Sprint(i))
		rule, diags := files.loader().Rule("a.py", runtime.DefaultMetadata("a"))
		require.Empty(t, diags)
		for range 2 {
			w.Trim(i % 3)
			res := w.Eval(runtime.Call{}, rule, e)
			require.Nil(t, res.Err)
			require.Equal(t, fmt.Sprint(i), res.Match.Title)
		}
	}
}
