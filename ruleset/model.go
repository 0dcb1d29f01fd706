package ruleset

import (
	"crypto/sha256"

	"github.com/starhost/starhost/event"
	"github.com/starhost/starhost/internal/strictyaml"
	"github.com/starhost/starhost/runtime"
)

// modelKeys are the keys of a data model's YAML file.
var modelKeys = []string{
	"AnalysisType", "DataModelID", "DisplayName", "Enabled", "LogTypes", "Mappings",
	"Filename", "Description", "Tags", "Reference",
}

// modelFile is a data model whose functions are not loaded yet.
type modelFile struct {
	*runtime.DataModel
	path    string // of the file with its functions, or ""
	enabled bool
	doc     *strictyaml.Document
	sum     [sha256.Size]byte // of what it was made of
}

func (r *reading) describeModel(doc *strictyaml.Document) {
	m := doc.Root
	m.CheckKeys(false, modelKeys...)
	id := m.Get("DataModelID")
	model := &modelFile{
		DataModel: &runtime.DataModel{
			ID: id.Text(), LogTypes: m.Get("LogTypes").Strings(),
			Mappings: make(map[string]runtime.FieldMapping),
		},
		enabled: m.Get("Enabled").Bool(true),
		doc:     doc,
	}
	if model.ID == "" {
		m.Errorf("DataModelID is missing: every data model needs an id of its own")
	} else if !r.claim(id, "datamodel", model.ID) {
		return
	}
	if len(model.LogTypes) == 0 {
		m.Errorf("LogTypes is missing: the log types of the events that the data model is for")
	}
	if v := m.Get("Filename"); !v.IsNull() {
		path, ok := r.filename(doc)
		if !ok {
			return
		}
		model.path = path
		r.shared[path] = true
	}
	for _, v := range m.Get("Mappings").List() {
		model.describeMapping(v)
	}
	if !doc.Failed() {
		r.models = append(r.models, model)
	}
}

func (model *modelFile) describeMapping(v strictyaml.Value) {
	m := v.Mapping()
	m.CheckKeys(true, "Name", "Path", "Method")
	name, path, method := m.Get("Name"), m.Get("Path"), m.Get("Method")
	switch {
	case name.Text() == "":
		v.Errorf("Name is missing: the name by which rules ask for the field")
	case path.Exists() == method.Exists():
		v.Errorf("a mapping has either a Path or a Method")
	case method.Exists() && model.path == "":
		method.Errorf("Method %s needs the data model's Filename, the file that defines it", method.Text())
	default:
		if _, twice := model.Mappings[name.Text()]; twice {
			name.Errorf("%s is mapped twice", name.Text())
			return
		}
		mapping := runtime.FieldMapping{Method: method.Text()}
		if path.Exists() {
			p, err := event.ParsePath(path.Text())
			if err != nil {
				path.Errorf("Path: %v", err)
				return
			}
			mapping.Path = p
		}
		model.Mappings[name.Text()] = mapping
	}
}

// loadBackground loads the data models' functions and the lookup tables' data.
func (r *reading) loadBackground() {
	for _, model := range r.models {
		if model.enabled && r.loadModel(model) {
			r.addModel(r.modelBefore(model))
		}
	}
	for _, t := range r.tables {
		r.loadTable(t)
	}
	r.background.Ready()
}

// modelBefore gives the data model of an earlier reading, if this one is the
// same.
func (r *reading) modelBefore(model *modelFile) *modelFile {
	yaml := sha256.Sum256(r.now.yamls[model.doc.Path].text)
	model.sum = yaml
	if model.File != nil {
		model.sum = sha256.Sum256(append(yaml[:], model.File.Hash[:]...))
	}
	for _, m := range r.before {
		old := m.models[model.ID]
		if old != nil && old.sum == model.sum && old.File == model.File && old.doc.Path == model.doc.Path {
			model.DataModel = old.DataModel
		}
	}
	r.now.models[model.ID] = model
	return model
}

// loadModel loads the file of a data model and tells whether it is as it must
// be.
func (r *reading) loadModel(model *modelFile) bool {
	if model.path == "" {
		return true
	}
	file, _ := r.loader.File(model.path, stem(model.path))
	if file == nil {
		return false
	}
	model.File = file
	ok := true
	checked := make(map[string]bool)
	for _, m := range model.Mappings {
		if m.Method == "" || checked[m.Method] {
			continue
		}
		checked[m.Method] = true
		if bad := model.CheckMethod(m.Method); bad != nil {
			r.fail(model.path, bad)
			ok = false
		}
	}
	return ok
}

// addModel makes a data model that of its log types.
func (r *reading) addModel(model *modelFile) {
	for _, t := range model.LogTypes {
		if other := r.background.Models[t]; other != nil {
			v := model.doc.Root.Get("LogTypes")
			v.Errorf("log type %s has a data model already: %s (%s)", t, other.ID, r.ids["datamodel\x00"+other.ID])
			r.take(model.doc)
			r.taken[model.doc.Path] = true
			continue
		}
		r.background.Models[t] = model.DataModel
	}
}
