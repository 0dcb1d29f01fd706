package pypolicy

import (
	"bufio"
	"bytes"
	"compress/gzip"
	_ "embed" // actions.txt.gz
	"slices"
	"sort"
	"strings"
	"sync"
)

//go:embed actions.txt.gz
var packedActions []byte

// A catalog is the table of actions. It is immutable.
type catalog struct {
	names  []string // in order: "s3:getobject"
	levels []level  // of each
}

// A level is an access level, with the name that policyuniverse gives to it.
type level byte

var levelNames = map[level]string{'L': "List", 'R': "Read", 'W': "Write", 'T': "Tagging", 'P': "Permissions"}

// actions returns the table, which is unpacked the first time.
var actions = sync.OnceValue(func() *catalog {
	r, err := gzip.NewReader(bytes.NewReader(packedActions))
	if err != nil {
		panic(err) // it is part of the program
	}
	var c catalog
	service := ""
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		line := lines.Text()
		list, isList := strings.CutPrefix(line, "\t")
		if !isList {
			service = line + ":"
			continue
		}
		for name := range strings.FieldsSeq(list[1:]) {
			c.names = append(c.names, service+name)
			c.levels = append(c.levels, level(list[0]))
		}
	}
	if lines.Err() != nil {
		panic(lines.Err())
	}
	sort.Sort(&c)
	return &c
})

func (c *catalog) Len() int           { return len(c.names) }
func (c *catalog) Less(i, j int) bool { return c.names[i] < c.names[j] }
func (c *catalog) Swap(i, j int) {
	c.names[i], c.names[j] = c.names[j], c.names[i]
	c.levels[i], c.levels[j] = c.levels[j], c.levels[i]
}

// find returns the place of an action.
func (c *catalog) find(name string) (int, bool) { return slices.BinarySearch(c.names, name) }

// with returns the places of the actions that begin with a text.
func (c *catalog) with(prefix string) (from, to int) {
	from, _ = slices.BinarySearch(c.names, prefix)
	to = from + sort.Search(len(c.names)-from, func(i int) bool { return !strings.HasPrefix(c.names[from+i], prefix) })
	return from, to
}
