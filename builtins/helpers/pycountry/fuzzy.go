package pycountry

import (
	"cmp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/starhost/starhost/builtins/helpers/pyclass"
	"github.com/starhost/starhost/builtins/helpers/pyerr"
	"github.com/starhost/starhost/runtime/guard"
	"go.starlark.net/starlark"
	"golang.org/x/text/unicode/norm"
)

// A hit is a country that a search has found, with its points.
type hit struct {
	country *country
	points  int
}

func searchFuzzy(c pyclass.Call) (starlark.Value, error) {
	query, ok, err := textArg(c, "query")
	switch {
	case err != nil:
		return nil, err
	case !ok:
		return nil, pyerr.New("AttributeError", "search_fuzzy: the query must be a string")
	}
	if err := guard.CheckBytes(c.Thread, c.Fn, 8*len(query)); err != nil {
		return nil, err
	}
	query = plain(strings.ToLower(strings.TrimSpace(query)))
	var hits []hit
	exact := all().lookup(query)
	for _, country := range all().countries {
		points := country.score(query)
		if country == exact {
			points += 50
		}
		if points > 0 {
			hits = append(hits, hit{country, points})
		}
	}
	if hits == nil {
		return nil, pyerr.New("LookupError", "%s", query)
	}
	slices.SortFunc(hits, func(a, b hit) int {
		return cmp.Or(cmp.Compare(b.points, a.points), strings.Compare(a.country.values["alpha_2"], b.country.values["alpha_2"]))
	})
	found := make([]starlark.Value, len(hits))
	for i, h := range hits {
		found[i] = h.country
	}
	return starlark.NewList(found), nil
}

// score gives points for the first name of the country that has the query in
// it, the more the earlier, or whose capitals are the query.
func (c *country) score(query string) int {
	for _, field := range []string{"name", "official_name"} {
		name, ok := c.values[field]
		if !ok {
			continue
		}
		initials := strings.Map(func(r rune) rune {
			if unicode.IsUpper(r) {
				return r
			}
			return -1
		}, name)
		if query == plain(strings.ToLower(initials)) {
			return 40
		}
		name = plain(strings.ToLower(name))
		if i := strings.Index(name, query); i >= 0 {
			return max(5, 30-2*utf8.RuneCountInString(name[:i]))
		}
	}
	return 0
}

// plain drops the accents of letters.
func plain(s string) string {
	if strings.IndexFunc(s, func(r rune) bool { return r >= utf8.RuneSelf }) < 0 {
		return s
	}
	return strings.Map(func(r rune) rune {
		if unicode.Is(unicode.M, r) {
			return -1
		}
		return r
	}, norm.NFKD.String(s))
}
