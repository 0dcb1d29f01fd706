package runtime

import (
	"fmt"
	"strings"

	"github.com/agnivade/levenshtein"
)

// didYouMean suggests the candidate nearest to a name, or gives "".
func didYouMean(name string, candidates []string) string {
	best, bestDistance := "", len(name)/2+1
	for _, c := range candidates {
		d := levenshtein.ComputeDistance(strings.ToLower(name), strings.ToLower(c))
		if d < bestDistance || d == bestDistance && best != "" && c < best {
			best, bestDistance = c, d
		}
	}
	if best == "" {
		return ""
	}
	return fmt.Sprintf("did you mean %s?", best)
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
	"round":      `load("math", "round")`,
	"divmod":     "use // and %",
	"pow":        `load("math", "pow")`,
	"super":      "Starlark has no classes",
}

// modulesByName tell that an undefined name is a module which was not loaded.
var modulesByName = []string{"re", "json", "time", "datetime", "math"}

func undefinedHint(name string) string {
	for _, m := range modulesByName {
		switch levenshtein.ComputeDistance(name, m) {
		case 0:
			return fmt.Sprintf("load the module first: load(%q, %q)", m, m)
		case 1:
			if len(m) > 2 {
				return fmt.Sprintf("did you mean the module %s? load(%q, %q)", m, m, m)
			}
		}
	}
	return undefinedHints[name]
}
