package report

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// The sizes above which values are not compared in detail: characters of a
// text, bytes of JSON, pairs of lines.
const (
	maxCompared = 1 << 18
	maxPairs    = 1 << 20
)

// A change is one place in which two JSON values differ.
type change struct {
	path      string
	want, got any // absent where there is none
}

// absent stands for a value that is not there, which null is not.
type absent struct{}

// jsonChanges gives the places in which two values, objects or lists, differ.
// Of a part of an object that should be contained, only the part is compared.
// It reports false if the texts are not two such values.
func jsonChanges(want, got string) ([]change, bool) {
	want, part := strings.CutPrefix(want, "contains ")
	w, ok1 := composite(want)
	g, ok2 := composite(got)
	if !ok1 || !ok2 {
		return nil, false
	}
	wantObject, ok1 := w.(map[string]any)
	gotObject, ok2 := g.(map[string]any)
	if part && (!ok1 || !ok2) {
		return nil, false // whether a list contains something has no place
	}
	if part {
		g = restrict(gotObject, wantObject)
	}
	return changes(nil, "$", w, g), true
}

func composite(text string) (any, bool) {
	if text == "" || !strings.ContainsRune("[{", rune(text[0])) || len(text) > maxCompared {
		return nil, false
	}
	dec := json.NewDecoder(strings.NewReader(text))
	dec.UseNumber()
	var v any
	if dec.Decode(&v) != nil || dec.More() {
		return nil, false
	}
	return v, true
}

// restrict gives the part of an object that has the keys of another.
func restrict(object, keys map[string]any) map[string]any {
	part := make(map[string]any)
	for k := range keys {
		if v, ok := object[k]; ok {
			part[k] = v
		}
	}
	return part
}

// changes adds to list where two values at a path differ.
func changes(list []change, path string, want, got any) []change {
	switch w := want.(type) {
	case map[string]any:
		if g, ok := got.(map[string]any); ok {
			return objectChanges(list, path, w, g)
		}
	case []any:
		if g, ok := got.([]any); ok {
			return listChanges(list, path, w, g)
		}
	case json.Number:
		if g, ok := got.(json.Number); ok && sameNumber(w, g) {
			return list
		}
	default:
		if want == got { // never two objects or lists
			return list
		}
	}
	return append(list, change{path, want, got})
}

func objectChanges(list []change, path string, want, got map[string]any) []change {
	var keys []string
	for k := range want {
		keys = append(keys, k)
	}
	for k := range got {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	for _, k := range slices.Compact(keys) {
		list = changes(list, path+step(k), member(want, k), member(got, k))
	}
	return list
}

func member(object map[string]any, key string) any {
	if v, ok := object[key]; ok {
		return v
	}
	return absent{}
}

// listChanges leaves out what two lists have in common at their start, and,
// if one is longer, at their end.
func listChanges(list []change, path string, want, got []any) []change {
	start, end := 0, 0
	for start < min(len(want), len(got)) && same(want[start], got[start]) {
		start++
	}
	for len(want) != len(got) && end < min(len(want), len(got))-start && same(want[len(want)-1-end], got[len(got)-1-end]) {
		end++
	}
	for i := start; i < max(len(want), len(got))-end; i++ {
		list = changes(list, fmt.Sprintf("%s[%d]", path, i), element(want, i, end), element(got, i, end))
	}
	return list
}

func element(list []any, i, end int) any {
	if i < len(list)-end {
		return list[i]
	}
	return absent{}
}

func same(a, b any) bool { return len(changes(nil, "", a, b)) == 0 }

// sameNumber compares numbers by value. Whole ones may have any size.
func sameNumber(a, b json.Number) bool {
	if a == b {
		return true
	}
	x, err1 := a.Float64()
	y, err2 := b.Float64()
	whole := !strings.ContainsAny(string(a+b), ".eE")
	return err1 == nil && err2 == nil && x == y && !whole
}

// step gives the part of a path that leads to a key.
func step(key string) string {
	for _, r := range key {
		if r != '_' && (r < '0' || r > '9') && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') {
			return "[" + strconv.Quote(cut(key, maxName)) + "]"
		}
	}
	return "." + cut(key, maxName)
}

// encode gives a JSON value as text.
func encode(v any) string {
	if v == (absent{}) {
		return "nothing"
	}
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return fmt.Sprint(v)
	}
	return strings.TrimSuffix(b.String(), "\n")
}

// An edit is a line of a comparison of texts: in both (' '), expected but not
// there ('-'), or there but not expected ('+').
type edit struct {
	sign rune
	text string
}

// lineChanges compares two texts line by line.
func lineChanges(want, got []string) []edit {
	var head, tail []edit
	for len(want) > 0 && len(got) > 0 && want[0] == got[0] {
		head, want, got = append(head, edit{' ', want[0]}), want[1:], got[1:]
	}
	for len(want) > 0 && len(got) > 0 && want[len(want)-1] == got[len(got)-1] {
		tail = append(tail, edit{' ', want[len(want)-1]})
		want, got = want[:len(want)-1], got[:len(got)-1]
	}
	slices.Reverse(tail)
	return slices.Concat(head, middle(want, got), tail)
}

// middle compares texts by their longest common subsequence of lines.
func middle(want, got []string) []edit {
	n, m := len(want), len(got)
	if n*m > maxPairs {
		n, m = 0, 0
	}
	common := make([][]int, n+1) // the longest of want[i:] and got[j:]
	for i := range common {
		common[i] = make([]int, m+1)
	}
	for i := n - 1; i >= 0; i-- {
		for j := m - 1; j >= 0; j-- {
			common[i][j] = max(common[i+1][j], common[i][j+1])
			if want[i] == got[j] {
				common[i][j] = common[i+1][j+1] + 1
			}
		}
	}
	var edits []edit
	i, j := 0, 0
	for i < n && j < m {
		switch {
		case want[i] == got[j]:
			edits, i, j = append(edits, edit{' ', want[i]}), i+1, j+1
		case common[i+1][j] >= common[i][j+1]:
			edits, i = append(edits, edit{'-', want[i]}), i+1
		default:
			edits, j = append(edits, edit{'+', got[j]}), j+1
		}
	}
	for _, l := range want[i:] {
		edits = append(edits, edit{'-', l})
	}
	for _, l := range got[j:] {
		edits = append(edits, edit{'+', l})
	}
	return edits
}

// nearby is how many lines around a change are shown.
const nearby = 2

// hunks leaves out of a comparison the lines that are far from any change; an
// edit of sign '…' stands for each run of them.
func hunks(edits []edit) []edit {
	near := make([]bool, len(edits))
	for i, e := range edits {
		for j := max(0, i-nearby); e.sign != ' ' && j <= min(len(edits)-1, i+nearby); j++ {
			near[j] = true
		}
	}
	var out []edit
	for i, e := range edits {
		switch {
		case near[i]:
			out = append(out, e)
		case i == 0 || near[i-1]:
			out = append(out, edit{sign: '…'})
		}
	}
	return out
}

// commonPrefix gives how many characters two texts have in common from their
// start.
func commonPrefix(a, b []rune) int {
	n := 0
	for n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}
	return n
}
