package ruleset

import "github.com/starhost/starhost/internal/strictyaml"

// packKeys are the keys of a pack's YAML file.
var packKeys = []string{"AnalysisType", "PackID", "DisplayName", "Description", "PackDefinition", "Enabled", "Tags"}

// A Pack is a list of what belongs together. It does not change what runs.
type Pack struct {
	ID  string
	IDs []string // of rules, helpers, data models and others
}

func (r *reading) describePack(doc *strictyaml.Document) {
	m := doc.Root
	m.CheckKeys(false, packKeys...)
	id := m.Get("PackID")
	if id.Text() == "" {
		m.Errorf("PackID is missing: every pack needs an id of its own")
		return
	}
	if r.claim(id, "pack", id.Text()) {
		r.packs = append(r.packs, Pack{ID: id.Text(), IDs: m.Get("PackDefinition").Mapping().Get("IDs").Strings()})
	}
}
