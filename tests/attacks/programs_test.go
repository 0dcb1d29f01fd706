//go:build unix

package attacks

import (
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/txtar"
	"github.com/stretchr/testify/require"

	"github.com/starhost/starhost/runtime/guard"
)

// An attack is one file of an archive in testdata:
//
//	# want: steps           the limit, or the class of the error, or "ok" of a
//	                        rule that says True; several with " or "
//	# text: nested          what the message must contain
//	# limits: time=1s       limits other than the defaults
//	# memory: 640MB         what it may take, where that is a known weakness
//	# hole: reason          it is not held yet; it does not run
//	# nowhere               the error has no place in the attack's own file
//
// It defines attack(), or attacks while it is loaded. Text of the form
// <<text*number>> is written out, with \n as a line's end and \0 as a null
// byte. A file "a/b.py" is the helper "b" of the attack "a".
type attack struct {
	name    string
	src     string
	want    string
	text    string
	nowhere bool
	calls   bool // it has attack()
	limits  guard.Limits
	memory  int64
	hole    string
	files   map[string]string // its helpers
}

// idleAttack is a process that does nothing.
const idleAttack = "idle"

// rule gives the rule that an attack is: its own, or one that calls it.
func (a *attack) rule() string {
	if !a.calls && strings.Contains(a.src, "\ndef rule(") {
		return a.src
	}
	return a.src + bareRule
}

// bareRule is what makes a rule of an attack.
const bareRule = `
def rule(event):
    attack()
    return True
`

// catchingRule does what a rule can to live on.
const catchingRule = `
class Swallow:
    def __enter__(self):
        return self
    def __exit__(self, *args):
        return True
def rule(event):
    for i in range(3):
        try:
            with Swallow():
                try:
                    try:
                        attack()
                    except Exception:
                        pass
                    except:
                        pass
                    finally:
                        i = i + 1
                except BaseException as e:
                    str(e)
        except (BaseException, Exception):
            continue
        finally:
            try:
                attack()
            finally:
                continue
    return True
`

// harmlessRule must say True whatever the worker has seen.
const harmlessRule = `
import json
import re
class Box:
    def __init__(self, n):
        self.n = n
    def __eq__(self, other):
        return self.n == other.n
def deep(n):
    return n and 1 + deep(n - 1)
def rule(event):
    assert Box(event.get("n")) == Box(1)
    try:
        event["missing"]
    except KeyError as e:
        assert str(e) == "'missing'"
    assert sorted(x * 2 for x in [3, 1, 2]) == [2, 4, 6]
    assert json.loads("[1, {\"a\": 2}]")[1]["a"] == 2
    assert re.match("t(e)xt", event["s"]).group(1) == "e"
    assert deep(50) == 50
    assert f"{event['n']:>3}" == "  1"
    return len("x" * 1000) == 1000
`

// attacks reads all of them.
func attacks(t *testing.T) []*attack {
	archives, err := filepath.Glob("testdata/*.txtar")
	require.NoError(t, err)
	require.NotEmpty(t, archives)
	var all []*attack
	byName := make(map[string]*attack)
	for _, path := range archives {
		archive, err := txtar.ParseFile(path)
		require.NoError(t, err)
		for _, f := range archive.Files {
			name := strings.TrimSuffix(f.Name, ".py")
			src := repeated(t, string(f.Data))
			if of, helper, ok := strings.Cut(f.Name, "/"); ok {
				require.Contains(t, byName, of)
				byName[of].files[helper] = src
				continue
			}
			require.NotContains(t, byName, name)
			a := &attack{name: name, src: src, calls: strings.Contains(src, "def attack("), files: make(map[string]string)}
			a.readHead(t, string(f.Data))
			byName[name] = a
			all = append(all, a)
		}
	}
	return all
}

func (a *attack) readHead(t *testing.T, src string) {
	a.limits.Time = time.Minute // the machine may be busy
	a.memory = maxMemory
	for line := range strings.Lines(src) {
		key, value, _ := strings.Cut(strings.TrimSpace(line), ": ")
		switch key {
		case "# want":
			a.want = value
		case "# text":
			a.text = value
		case "# memory":
			n, err := strconv.ParseInt(strings.TrimSuffix(value, "MB"), 10, 64)
			require.NoError(t, err)
			a.memory = n << 20
		case "# hole":
			a.hole = value
		case "# nowhere":
			a.nowhere = true
		case "# limits":
			duration, ok := strings.CutPrefix(value, "time=")
			require.True(t, ok, "limits: %s", value)
			var err error
			a.limits.Time, err = time.ParseDuration(duration)
			require.NoError(t, err)
		}
	}
	require.NotEmpty(t, a.want, a.name)
}

var repeat = regexp.MustCompile(`<<(.+?)\*(\d+)>>`)

// repeated writes out <<text*number>>.
func repeated(t *testing.T, src string) string {
	return repeat.ReplaceAllStringFunc(src, func(s string) string {
		m := repeat.FindStringSubmatch(s)
		n, err := strconv.Atoi(m[2])
		require.NoError(t, err)
		return strings.Repeat(strings.NewReplacer(`\n`, "\n", `\0`, "\x00").Replace(m[1]), n)
	})
}
