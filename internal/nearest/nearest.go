// Package nearest finds the name that somebody may have meant.
package nearest

import (
	"fmt"
	"strings"

	"github.com/agnivade/levenshtein"
)

// Name returns the known name that is fewest letters away from name: to be
// changed, added or left out, in whatever case. It is "" if all are more than
// most away. Of several it is the first in the alphabet, in whatever order
// they are given.
func Name(name string, known []string, most int) string {
	best, least := "", most
	name = strings.ToLower(name)
	for _, k := range known {
		d := levenshtein.ComputeDistance(name, strings.ToLower(k))
		if d < least || d == least && (best == "" || k < best) {
			best, least = k, d
		}
	}
	return best
}

// Hint asks whether Name was meant. It is "" if there is none.
func Hint(name string, known []string, most int) string {
	if best := Name(name, known, most); best != "" {
		return fmt.Sprintf("did you mean %s?", best)
	}
	return ""
}
