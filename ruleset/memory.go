package ruleset

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"hash"
	"maps"
	"slices"

	"github.com/starhost/starhost/internal/strictyaml"
	"github.com/starhost/starhost/runtime"
)

// A memory is what a reading has made of the files, for later readings to take
// what has not changed. Of its rules, models and tables some may come from
// earlier ones still: those that no longer load.
type memory struct {
	compiled *runtime.Compiled
	yamls    map[string]parsed // by path
	metas    map[*strictyaml.Document]runtime.Metadata
	rules    map[string]ruleMemory // by path
	models   map[string]*modelFile // by id
	tables   map[string]*tableFile // by name
}

type ruleMemory struct {
	rule *runtime.Rule
	sum  sum
}

type sum = [sha256.Size]byte

func newMemory() *memory {
	return &memory{
		yamls:  make(map[string]parsed),
		metas:  make(map[*strictyaml.Document]runtime.Metadata),
		rules:  make(map[string]ruleMemory),
		models: make(map[string]*modelFile),
		tables: make(map[string]*tableFile),
	}
}

// An overlay is what a reading sees in the place of what is on the disk.
type overlay struct {
	texts map[string][]byte // of files, which need not be on the disk
	first map[string]bool   // YAML files to read before the others: theirs is what they claim
}

// order gives the place of a YAML file in the order of reading.
func (o *overlay) order(path string) int {
	if o != nil && o.first[path] {
		return 0
	}
	return 1
}

// text gives what stands in for a file.
func (o *overlay) text(path string) ([]byte, bool) {
	if o == nil {
		return nil, false
	}
	text, ok := o.texts[path]
	return text, ok
}

// readFile reads a file.
func (r *reading) readFile(path string) ([]byte, error) {
	if text, ok := r.over.text(path); ok {
		return text, nil
	}
	return r.disk.read(path)
}

// isFile tells whether there is a file.
func (r *reading) isFile(path string) bool {
	if _, ok := r.over.text(path); ok {
		return true
	}
	info, err := r.disk.stat(path)
	return err == nil && !info.IsDir()
}

// sumOf gives the hash of a rule's metadata file, or zero.
func (r *reading) sumOf(rule *runtime.Rule) sum {
	p, ok := r.now.yamls[rule.Metadata.File]
	if !ok {
		return sum{}
	}
	return sha256.Sum256(p.text)
}

// makeSet makes a set of the rules that have loaded, and of others that had
// before.
func (r *reading) makeSet(rules []*runtime.Rule, b, scheduled *runtime.Background, others []ruleMemory) *Set {
	sums := make(map[string]sum, len(rules))
	for _, rule := range rules {
		sums[rule.ID] = r.sumOf(rule)
	}
	for _, o := range others {
		rules = append(rules, o.rule)
		sums[o.rule.ID] = o.sum
	}
	set := newSet(rules, b, scheduled)
	set.tests, set.loader, set.contents, set.sums = r.tests, &r.loader, r.contents(), sums
	set.version = r.version(set)
	h := hasher{sha256.New()}
	r.addBackground(h, set)
	set.around = sum(h.Sum(nil))
	return set
}

// version hashes what decides what a set does: helpers by the rules that load
// them.
func (r *reading) version(set *Set) string {
	h := hasher{sha256.New()}
	rules := slices.SortedFunc(slices.Values(set.all()), byID)
	h.count(len(rules))
	for _, rule := range rules {
		meta := set.sums[rule.ID]
		h.add([]byte(rule.ID), []byte(rule.Kind), rule.Hash[:], meta[:])
	}
	r.addBackground(h, set)
	return hex.EncodeToString(h.Sum(nil))[:12]
}

// addBackground hashes the data models and lookup tables of a set.
func (r *reading) addBackground(h hasher, set *Set) {
	models := make(map[*runtime.DataModel]sum)
	for _, m := range r.now.models {
		models[m.DataModel] = m.sum
	}
	h.count(len(set.background.Models))
	for _, t := range slices.Sorted(maps.Keys(set.background.Models)) {
		sum := models[set.background.Models[t]]
		h.add([]byte(t), sum[:])
	}
	h.count(len(r.now.tables))
	for _, name := range slices.Sorted(maps.Keys(r.now.tables)) {
		h.add([]byte(name), r.now.tables[name].sum[:])
	}
}

// A hasher hashes lists of texts.
type hasher struct{ hash.Hash }

func (h hasher) count(n int) { _, _ = h.Write(binary.AppendUvarint(nil, uint64(n))) }

func (h hasher) add(texts ...[]byte) {
	for _, t := range texts {
		h.count(len(t))
		_, _ = h.Write(t)
	}
}
