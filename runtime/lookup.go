package runtime

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"net/netip"
	"slices"

	"github.com/starhost/starhost/event"
	"go.starlark.net/starlark"
)

// A LookupTable is data that events are enriched with, and that rules ask by
// its key. It is immutable once its rows are added.
type LookupTable struct {
	Name string

	// Missing says why the table's data is not there, or is "".
	Missing string

	// Selectors are the paths, by log type, whose values are looked up in
	// events.
	Selectors map[string][]*event.Path

	rows     map[string]*event.Event
	networks []networkRow // longest prefix first, once sorted
}

// A networkRow is a row whose key is a network.
type networkRow struct {
	prefix netip.Prefix
	row    *event.Event
}

// Add adds a row under its key. Of two with the same key the later one counts.
func (t *LookupTable) Add(key string, row *event.Event) {
	if t.rows == nil {
		t.rows = make(map[string]*event.Event)
	}
	t.rows[key] = row
	if prefix, err := netip.ParsePrefix(key); err == nil {
		t.networks = append(t.networks, networkRow{prefix.Masked(), row})
	}
}

// Sort makes the table ready, after the last Add.
func (t *LookupTable) Sort() {
	slices.SortStableFunc(t.networks, func(a, b networkRow) int { return b.prefix.Bits() - a.prefix.Bits() })
}

// Len gives the number of rows.
func (t *LookupTable) Len() int { return len(t.rows) }

// Row gives the row with a key, or None.
func (t *LookupTable) Row(key starlark.Value) (starlark.Value, error) {
	if t.Missing != "" {
		return nil, &lookupError{fmt.Sprintf("lookup table %q has no data here: %s", t.Name, t.Missing)}
	}
	if row := t.find(key); row != nil {
		return &row.Object, nil
	}
	return starlark.None, nil
}

// find finds a row by a key that is a text or a number. An address finds the
// smallest network that it is in.
func (t *LookupTable) find(key starlark.Value) *event.Event {
	text, ok := keyText(key)
	if !ok {
		return nil
	}
	if row, ok := t.rows[text]; ok {
		return row
	}
	if len(t.networks) == 0 {
		return nil
	}
	addr, err := netip.ParseAddr(text)
	if err != nil {
		return nil
	}
	for _, n := range t.networks {
		if n.prefix.Contains(addr) {
			return n.row
		}
	}
	return nil
}

func keyText(key starlark.Value) (string, bool) {
	switch key := key.(type) {
	case starlark.String:
		return string(key), true
	case starlark.Int:
		return key.String(), true
	}
	return "", false
}

// enrichmentField is the field of an event with what lookup tables have.
const enrichmentField = "p_enrichment"

// maxEnriched bounds the elements of a list in an event that are looked up.
const maxEnriched = 1000

// Enrich gives an event with what the lookup tables have for it:
//
//	p_enrichment: {table: {selector: row}}
//
// A row has the value that was looked up as p_match. Where the selector's value
// is a list, there is a list of the rows that its elements find. Tables that
// the event's own p_enrichment has stay as they are there. An event that no
// table has a row for is returned as it is.
func (b *Background) Enrich(e *event.Event) *event.Event {
	if b == nil || len(b.enriching) == 0 {
		return e
	}
	var found []tableRows
	for _, t := range b.enriching[e.LogType()] {
		if rows := t.rowsFor(e); len(rows) > 0 {
			found = append(found, tableRows{t.Name, rows})
		}
	}
	if len(found) == 0 {
		return e
	}
	enriched, err := event.With(e, enrichmentField, enrichment(e, found))
	if err != nil {
		return e // it would be larger than an event can be
	}
	return enriched
}

// Ready makes the lookup tables enrich events, once all of them are there.
func (b *Background) Ready() {
	b.enriching = make(map[string][]*LookupTable)
	for _, name := range slices.Sorted(maps.Keys(b.Tables)) {
		t := b.Tables[name]
		for logType, selectors := range t.Selectors {
			if len(selectors) > 0 && len(t.rows) > 0 {
				b.enriching[logType] = append(b.enriching[logType], t)
			}
		}
	}
}

// tableRows are what a table has for an event: JSON by selector.
type tableRows struct {
	table string
	rows  []selectorRow
}

type selectorRow struct {
	selector string
	json     []byte
}

func (t *LookupTable) rowsFor(e *event.Event) []selectorRow {
	var rows []selectorRow
	for _, path := range t.Selectors[e.LogType()] {
		values, err := path.Find(e)
		if err != nil {
			continue
		}
		many := path.Many()
		if len(values) == 1 && !many {
			if list, ok := values[0].(*event.List); ok {
				values, many = slices.Collect(list.Elements()), true
			}
		}
		var matched [][]byte
		for _, v := range values[:min(len(values), maxEnriched)] {
			if row := t.find(v); row != nil {
				matched = append(matched, withMatch(row, v))
			}
		}
		switch {
		case len(matched) == 0:
		case many:
			list := append(bytes.Join(matched, []byte(",")), ']')
			rows = append(rows, selectorRow{path.String(), append([]byte("["), list...)})
		default:
			rows = append(rows, selectorRow{path.String(), matched[0]})
		}
	}
	return rows
}

// withMatch gives a row as JSON, with what was looked up.
func withMatch(row *event.Event, v starlark.Value) []byte {
	text, _ := keyText(v)
	match, _ := json.Marshal(text) // strings always marshal
	enriched, err := event.With(row, "p_match", match)
	if err != nil {
		return row.JSON()
	}
	return enriched.JSON()
}

// enrichment gives the value of p_enrichment.
func enrichment(e *event.Event, found []tableRows) []byte {
	out := []byte{'{'}
	add := func(name string, value []byte) {
		if len(out) > 1 {
			out = append(out, ',')
		}
		key, _ := json.Marshal(name) // strings always marshal
		out = append(append(append(out, key...), ':'), value...)
	}
	own := make(map[string]bool)
	if v, ok := e.Field(enrichmentField); ok {
		if o, ok := v.(*event.Object); ok {
			for k, v := range o.Entries() {
				if text, ok := jsonOf(v); ok {
					name, _ := starlark.AsString(k)
					own[name] = true
					add(name, text)
				}
			}
		}
	}
	for _, t := range found {
		if own[t.table] {
			continue
		}
		rows := []byte{'{'}
		for i, r := range t.rows {
			if i > 0 {
				rows = append(rows, ',')
			}
			key, _ := json.Marshal(r.selector) // strings always marshal
			rows = append(append(append(rows, key...), ':'), r.json...)
		}
		add(t.table, append(rows, '}'))
	}
	return append(out, '}')
}

// jsonOf gives the text of an object or a list of an event.
func jsonOf(v starlark.Value) ([]byte, bool) {
	m, ok := v.(interface{ JSON() []byte })
	if !ok {
		return nil, false
	}
	return m.JSON(), true
}
