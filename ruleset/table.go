package ruleset

import (
	"bufio"
	"crypto/sha256"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/starhost/starhost/event"
	"github.com/starhost/starhost/internal/strictyaml"
	"github.com/starhost/starhost/runtime"
	"go.starlark.net/starlark"
	"go.starlark.net/syntax"
)

// tableKeys are the keys of a lookup table's YAML file.
var tableKeys = []string{
	"AnalysisType", "LookupName", "DisplayName", "Enabled", "Description", "Reference", "Tags",
	"Schema", "Filename", "Refresh", "Query", "LogTypeMap",
}

// maxTable is the size in bytes above which the data of a lookup table is
// refused.
const maxTable = 256 << 20

// tableFile is a lookup table whose data is not read yet.
type tableFile struct {
	*runtime.LookupTable
	path    string // of its data, or ""
	key     string // the column of the key
	enabled bool
	doc     *strictyaml.Document
	sum     [sha256.Size]byte // of what it was made of
}

func (r *reading) describeTable(doc *strictyaml.Document) {
	m := doc.Root
	m.CheckKeys(false, tableKeys...)
	name := m.Get("LookupName")
	t := &tableFile{
		LookupTable: &runtime.LookupTable{Name: name.Text(), Selectors: make(map[string][]*event.Path)},
		enabled:     m.Get("Enabled").Bool(true),
		doc:         doc,
	}
	if t.Name == "" {
		m.Errorf("LookupName is missing: the name by which rules ask for the table")
		return
	}
	if !r.claim(name, "lookup_table", t.Name) {
		return
	}
	types := m.Get("LogTypeMap").Mapping()
	types.CheckKeys(false, "PrimaryKey", "AssociatedLogTypes")
	t.key = types.Get("PrimaryKey").Text()
	for _, v := range types.Get("AssociatedLogTypes").List() {
		t.describeSelectors(v)
	}
	switch v := m.Get("Filename"); {
	case !v.IsNull():
		path, ok := r.beside(doc, v)
		if !ok {
			return
		}
		if t.key == "" {
			m.Errorf("LogTypeMap has no PrimaryKey: the column of the table's key")
		}
		t.path = path
	case m.Get("Refresh").Exists():
		t.Missing = "its data is fetched from elsewhere (Refresh)"
	default:
		t.Missing = "no Filename names its data"
	}
	if !doc.Failed() {
		r.tables = append(r.tables, t)
	}
}

func (t *tableFile) describeSelectors(v strictyaml.Value) {
	m := v.Mapping()
	m.CheckKeys(false, "LogType", "Selectors")
	logType := m.Get("LogType").Text()
	if logType == "" {
		v.Errorf("LogType is missing: the log type of the events to enrich")
		return
	}
	for _, s := range m.Get("Selectors").List() {
		p, err := event.ParsePath(s.Text())
		if err != nil {
			s.Errorf("Selectors: %v", err)
			continue
		}
		t.Selectors[logType] = append(t.Selectors[logType], p)
	}
}

// loadTable reads the data of a lookup table, if it is there and not as it was
// before.
func (r *reading) loadTable(t *tableFile) {
	if !t.enabled {
		t.Missing = "it is not enabled"
	}
	yaml := sha256.Sum256(r.now.yamls[t.doc.Path].text)
	var data [sha256.Size]byte
	var err error
	if t.Missing == "" {
		data, err = r.disk.sum(t.path)
	}
	t.sum = sha256.Sum256(append(yaml[:], data[:]...))
	for _, m := range r.before {
		if old := m.tables[t.Name]; err == nil && old != nil && old.sum == t.sum && old.doc.Path == t.doc.Path {
			t.LookupTable = old.LookupTable
			r.addTable(t)
			return
		}
	}
	if t.Missing == "" {
		line := 0
		if err == nil {
			line, err = t.read()
		}
		if err != nil {
			t.Missing = "its data does not load"
			r.fail(t.path, &runtime.Diagnostic{
				Pos: syntax.MakePosition(&t.path, int32(line), 0), Code: "lookup",
				Msg: fmt.Sprintf("data of lookup table %s: %v", t.Name, err),
			})
			r.background.Tables[t.Name] = t.LookupTable
			return
		}
	}
	r.addTable(t)
}

// addTable adds a table that is as it is meant to be.
func (r *reading) addTable(t *tableFile) {
	r.background.Tables[t.Name] = t.LookupTable
	r.now.tables[t.Name] = t
}

// read reads the data: CSV with a line of names, or an object of JSON a line.
// An error comes with its line, or 0.
func (t *tableFile) read() (line int, err error) {
	f, err := os.Open(t.path)
	if err != nil {
		return 0, err
	}
	defer f.Close()
	if info, err := f.Stat(); err != nil || info.Size() > maxTable {
		return 0, errors.Join(err, fmt.Errorf("the file is larger than %d MB", maxTable>>20))
	}
	switch ext := filepath.Ext(t.path); ext {
	case ".csv":
		line, err = t.readCSV(f)
	case ".json", ".jsonl", ".ndjson":
		line, err = t.readJSON(f)
	default:
		return 0, fmt.Errorf("a %s file cannot be read, want .csv, .json or .jsonl", ext)
	}
	t.Sort()
	return line, err
}

func (t *tableFile) readCSV(f io.Reader) (line int, err error) {
	rows := csv.NewReader(bufio.NewReader(f))
	names, err := rows.Read()
	if err != nil {
		return 1, fmt.Errorf("a line of names is missing: %w", err)
	}
	names[0] = strings.TrimPrefix(names[0], "\ufeff")
	for {
		row, err := rows.Read()
		if errors.Is(err, io.EOF) {
			return 0, nil
		}
		line, _ := rows.FieldPos(0)
		if err != nil {
			return line, err
		}
		out := []byte{'{'}
		for i, name := range names {
			if i > 0 {
				out = append(out, ',')
			}
			key, _ := json.Marshal(name) // strings always marshal
			value, _ := json.Marshal(row[i])
			out = append(append(append(out, key...), ':'), value...)
		}
		if err := t.add(append(out, '}')); err != nil {
			return line, err
		}
	}
}

func (t *tableFile) readJSON(f io.Reader) (line int, err error) {
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 16<<20)
	for line = 1; lines.Scan(); line++ {
		if strings.TrimSpace(lines.Text()) == "" {
			continue
		}
		if err := t.add(lines.Bytes()); err != nil {
			return line, err
		}
	}
	return line, lines.Err()
}

// add adds a row.
func (t *tableFile) add(text []byte) error {
	row, err := event.Decode(text)
	if err != nil {
		return err
	}
	path, err := event.ParsePath(t.key)
	if err != nil {
		return fmt.Errorf("PrimaryKey: %w", err)
	}
	v, ok := path.Value(row)
	if !ok {
		return fmt.Errorf("the row has no %s, the table's PrimaryKey", t.key)
	}
	switch v := v.(type) {
	case starlark.String:
		t.Add(string(v), row)
	case starlark.Int:
		t.Add(v.String(), row)
	case *event.List:
		for e := range v.Elements() {
			if key, ok := starlark.AsString(e); ok {
				t.Add(key, row)
			}
		}
	default:
		return fmt.Errorf("%s, the table's PrimaryKey, is %s, want a text or a whole number", t.key, v)
	}
	return nil
}
