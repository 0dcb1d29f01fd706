package runtime

import (
	"fmt"

	"github.com/starhost/starhost/internal/nearest"
)

// didYouMean suggests the candidate nearest to a name, or gives "".
func didYouMean(name string, candidates []string) string {
	return nearest.Hint(name, candidates, len(name)/2)
}

// undefinedHints say how Starlark does what a Python name does.
var undefinedHints = map[string]string{
	"isinstance": `compare type(x) with a name instead: type(x) == "string"`,
	"open":       "rules cannot reach files",
	"__import__": `use load("module", "name") at top level`,
	"exec":       "rules cannot run other code",
	"eval":       "rules cannot run other code",
	"map":        "use a list comprehension",
	"filter":     "use a list comprehension",
	"next":       "take the first element of a list",
	"divmod":     "use // and %",
	"super":      "Starlark has no classes",
}

// undefinedHint says what to do about a name that nothing binds, where that
// can be known: most often, it was not loaded.
func (l *Loader) undefinedHint(name string) string {
	var near string
	for _, m := range l.Modules {
		own := lastPart(m.Names[0])
		if name == own {
			return fmt.Sprintf("load the module first: load(%q, %q)", m.Names[0], own)
		}
		if _, ok := m.Members[name]; ok {
			return fmt.Sprintf("load it first: load(%q, %q)", m.Names[0], name)
		}
		if len(own) > 2 && nearest.Name(name, []string{own}, 1) != "" {
			near = fmt.Sprintf("did you mean the module %s? load(%q, %q)", own, m.Names[0], own)
		}
	}
	if hint, ok := undefinedHints[name]; ok {
		return hint
	}
	return near
}
