package ruleset

import (
	"bytes"
	"path/filepath"
	goruntime "runtime"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/starhost/starhost/internal/strictyaml"
	"github.com/starhost/starhost/runtime"
	"go.starlark.net/syntax"
)

// readMetadata reads all YAML files.
func (r *reading) readMetadata() {
	slices.SortStableFunc(r.yamls, func(a, b string) int { return r.over.order(a) - r.over.order(b) })
	for i, p := range r.parseAll() {
		if p.bad != nil {
			r.fail(r.yamls[i], p.bad)
		}
		if p.doc == nil {
			continue
		}
		if !r.around[r.yamls[i]] {
			r.docs[r.yamls[i]] = p.doc
		}
		r.describe(p.doc)
		r.take(p.doc)
	}
	r.sortBare()
}

// take reports what was found in a document so far.
func (r *reading) take(doc *strictyaml.Document) {
	if doc.Failed() {
		r.fail(doc.Path, doc.Diagnostics...)
	} else {
		r.report(doc.Diagnostics...)
	}
	doc.Diagnostics = nil // they are reported
}

// fail reports what keeps a file from being of use.
func (r *reading) fail(path string, ds ...*runtime.Diagnostic) {
	r.report(ds...)
	f := r.failures[path]
	f.Diagnostics = append(f.Diagnostics, ds...)
	r.failures[path] = f
}

// parsed is a YAML file, or what is wrong with it.
type parsed struct {
	text []byte
	doc  *strictyaml.Document
	bad  *runtime.Diagnostic
}

// parseAll parses the YAML files whose text is not as it was before, on all
// cores.
func (r *reading) parseAll() []parsed {
	all := make([]parsed, len(r.yamls))
	var parse []int
	for i, path := range r.yamls {
		text, err := r.readFile(path)
		if err != nil {
			all[i].bad = &runtime.Diagnostic{Pos: syntax.MakePosition(&path, 0, 0), Code: "read", Msg: err.Error()}
			continue
		}
		if old, ok := r.parsedBefore(path, text); ok {
			all[i] = old
			continue
		}
		all[i].text = text
		parse = append(parse, i)
	}
	var next atomic.Int64
	var wg sync.WaitGroup
	for range min(goruntime.GOMAXPROCS(0), len(parse)) {
		wg.Go(func() {
			for n := int(next.Add(1)) - 1; n < len(parse); n = int(next.Add(1)) - 1 {
				p := &all[parse[n]]
				p.doc, p.bad = strictyaml.Parse(r.yamls[parse[n]], p.text, "metadata")
			}
		})
	}
	wg.Wait()
	for i, p := range all {
		r.now.yamls[r.yamls[i]] = p
	}
	return all
}

// parsedBefore finds a YAML file among those of earlier readings.
func (r *reading) parsedBefore(path string, text []byte) (parsed, bool) {
	for _, m := range r.before {
		if p, ok := m.yamls[path]; ok && p.text != nil && bytes.Equal(p.text, text) {
			return p, true
		}
	}
	return parsed{}, false
}

func (r *reading) report(ds ...*runtime.Diagnostic) { r.diags = append(r.diags, ds...) }

// describe takes what a YAML file says.
func (r *reading) describe(doc *strictyaml.Document) {
	t := analysisType(doc.Root)
	if r.around[doc.Path] && t != "global" && t != "datamodel" && t != "lookup_table" {
		return
	}
	switch t {
	case "":
	case "rule", "scheduled_rule", "policy":
		if doc.Root.Get("Detection").Exists() && !doc.Root.Get("Filename").Exists() {
			r.notRun["simple detection"]++
			return
		}
		r.describeRule(doc, runtime.Kind(t))
	case "global":
		r.describeHelper(doc)
	case "datamodel":
		r.describeModel(doc)
	case "lookup_table":
		r.describeTable(doc)
	case "pack":
		r.describePack(doc)
	default:
		r.notRun[t]++
	}
}

func (r *reading) describeRule(doc *strictyaml.Document, kind runtime.Kind) {
	meta := r.metadata(doc, kind)
	file, ok := r.filename(doc)
	if !ok {
		return
	}
	if _, taken := r.metas[file]; taken {
		doc.Root.Get("Filename").Errorf("%s has its metadata in %s already", file, r.metas[file].File)
		return
	}
	r.metas[file] = meta
	if !r.seen[file] || filepath.Ext(file) == ".py" {
		r.scripts = append(r.scripts, file)
	}
	if doc.Failed() || !r.claim(doc.Root.Get(idKey(kind)), "", meta.ID) {
		r.refused = append(r.refused, file)
	}
}

// metadata reads a rule's metadata, unless an earlier reading has and found
// nothing to say about it.
func (r *reading) metadata(doc *strictyaml.Document, kind runtime.Kind) runtime.Metadata {
	for _, m := range r.before {
		if old, ok := m.metas[doc]; ok {
			r.now.metas[doc] = old
			return old
		}
	}
	meta := metadata(doc.Root, doc.Path, kind)
	if len(doc.Diagnostics) == 0 {
		r.now.metas[doc] = meta
	}
	return meta
}

// claim takes an id, which no other of the same kind may have.
func (r *reading) claim(v strictyaml.Value, kind, id string) bool {
	if first, taken := r.ids[kind+"\x00"+id]; taken {
		v.Errorf("%s %s is taken by %s", v.Name(), id, first)
		r.contested[id] = r.contested[id] || kind == ""
		r.taken[v.Pos().Filename()] = true
		return false
	}
	r.ids[kind+"\x00"+id] = v.Pos().String()
	return true
}

func (r *reading) describeHelper(doc *strictyaml.Document) {
	doc.Root.CheckKeys(false, helperKeys...)
	file, ok := r.filename(doc)
	if !ok {
		return
	}
	r.shared[file] = true
	v := doc.Root.Get("GlobalID")
	id := v.Text()
	if id == "" {
		doc.Root.Errorf("GlobalID is missing: it is the name by which rules load the file")
		return
	}
	if !r.claim(v, "global", id) {
		return
	}
	r.helpers[id] = file
	r.globals = append(r.globals, Helper{Name: id, Path: file, Replaces: r.isModule(id)})
}

// isModule reports whether there is a built-in module of a name.
func (r *reading) isModule(name string) bool {
	return slices.ContainsFunc(r.modules, func(m runtime.Module) bool { return slices.Contains(m.Names, name) })
}

// filename finds the rule or helper file that a YAML file describes.
func (r *reading) filename(doc *strictyaml.Document) (path string, ok bool) {
	v := doc.Root.Get("Filename")
	name := v.Text()
	if name == "" {
		doc.Root.Errorf("Filename is missing: it names the file of the rule, beside this one")
		return "", false
	}
	if !isScript(name) {
		v.Errorf("Filename is %q, want a .star or .py file", name)
		return "", false
	}
	return r.beside(doc, v)
}

// beside finds a file that a YAML file names.
func (r *reading) beside(doc *strictyaml.Document, v strictyaml.Value) (path string, ok bool) {
	path = filepath.Join(filepath.Dir(doc.Path), v.Text())
	if !r.isFile(path) {
		v.Errorf("no file %s", path)
		return "", false
	}
	return path, true
}
