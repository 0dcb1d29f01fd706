package pycountry

import (
	_ "embed" // countries.txt
	"strings"
	"sync"
)

//go:embed countries.txt
var table string

// A database is the table of countries. It is immutable.
type database struct {
	countries []*country
	index     map[string]map[string]*country // by field, then by its value in lower case
}

// fields are those of a country, in the order in which lookup tries them.
var fields = []string{"alpha_2", "alpha_3", "flag", "name", "numeric", "official_name", "common_name"}

// all returns the table, which is read the first time.
var all = sync.OnceValue(func() *database {
	db := &database{index: make(map[string]map[string]*country)}
	for _, f := range fields {
		db.index[f] = make(map[string]*country)
	}
	for line := range strings.Lines(table) {
		columns := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		c := &country{values: map[string]string{"flag": flag(columns[0])}}
		for i, f := range []string{"alpha_2", "alpha_3", "numeric", "name", "official_name", "common_name"} {
			if columns[i] != "" {
				c.values[f] = columns[i]
			}
		}
		db.countries = append(db.countries, c)
		for f, v := range c.values {
			db.index[f][strings.ToLower(v)] = c
		}
	}
	return db
})

// flag returns the emoji of a code of two letters.
func flag(code string) string {
	const regionalIndicatorA = 0x1f1e6
	flag := make([]rune, 0, 2)
	for _, r := range code {
		flag = append(flag, regionalIndicatorA+r-'A')
	}
	return string(flag)
}

// lookup finds a country by the value of any field, or returns nil.
func (db *database) lookup(value string) *country {
	for _, f := range fields {
		if c := db.index[f][strings.ToLower(value)]; c != nil {
			return c
		}
	}
	return nil
}
