package ruleset

import (
	"os"
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
	for i, p := range parseAll(r.yamls) {
		if p.bad != nil {
			r.report(p.bad)
		}
		if p.doc == nil {
			continue
		}
		if !r.around[r.yamls[i]] {
			r.docs[r.yamls[i]] = p.doc
		}
		r.describe(p.doc)
		r.report(p.doc.Diagnostics...)
		p.doc.Diagnostics = nil // they are reported
	}
	r.sortBare()
}

// parsed is a YAML file, or what is wrong with it.
type parsed struct {
	doc *strictyaml.Document
	bad *runtime.Diagnostic
}

// parseAll reads files on all cores.
func parseAll(paths []string) []parsed {
	all := make([]parsed, len(paths))
	var next atomic.Int64
	var wg sync.WaitGroup
	for range goruntime.GOMAXPROCS(0) {
		wg.Go(func() {
			for i := int(next.Add(1)) - 1; i < len(paths); i = int(next.Add(1)) - 1 {
				all[i] = parse(paths[i])
			}
		})
	}
	wg.Wait()
	return all
}

func parse(path string) parsed {
	src, err := os.ReadFile(path)
	if err != nil {
		return parsed{bad: &runtime.Diagnostic{Pos: syntax.MakePosition(&path, 0, 0), Code: "read", Msg: err.Error()}}
	}
	doc, bad := strictyaml.Parse(path, src, "metadata")
	return parsed{doc, bad}
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
	meta := metadata(doc.Root, doc.Path, kind)
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

// claim takes an id, which no other of the same kind may have.
func (r *reading) claim(v strictyaml.Value, kind, id string) bool {
	if first, taken := r.ids[kind+"\x00"+id]; taken {
		v.Errorf("%s %s is taken by %s", v.Name(), id, first)
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
	return beside(doc, v)
}

// beside finds a file that a YAML file names.
func beside(doc *strictyaml.Document, v strictyaml.Value) (path string, ok bool) {
	path = filepath.Join(filepath.Dir(doc.Path), v.Text())
	if info, err := os.Stat(path); err != nil || info.IsDir() {
		v.Errorf("no file %s", path)
		return "", false
	}
	return path, true
}
