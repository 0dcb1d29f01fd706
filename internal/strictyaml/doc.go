// Package strictyaml reads YAML files with a diagnostic and its place for all
// that is not as it must be, and carries on, so that one reading reports
// everything.
//
// Scalars are read as Panther's tools read them: only true and false, in the
// usual spellings, are booleans; numbers with leading zeros are decimal; what
// else YAML 1.1 has (yes, on, timestamps, 1:30) is a string.
package strictyaml

import (
	"errors"
	"fmt"
	"strings"

	"github.com/starhost/starhost/internal/nearest"
	"github.com/starhost/starhost/runtime"
	"go.starlark.net/syntax"
	"go.yaml.in/yaml/v4"
)

// A Document is one YAML file that holds a mapping.
type Document struct {
	Path string

	// Root is the mapping.
	Root Mapping

	// Diagnostics are what was found so far, in the order found.
	Diagnostics []*runtime.Diagnostic

	code string
}

// Parse reads a YAML file. code is the Code of its diagnostics. The document
// is nil for a file that is empty or holds no mapping, which is somebody
// else's, and for one that is not YAML, of which the diagnostic tells.
func Parse(path string, src []byte, code string) (*Document, *runtime.Diagnostic) {
	root, ok := quick(src)
	if !ok {
		var bad *runtime.Diagnostic
		if root, bad = full(path, src); root == nil {
			return nil, bad
		}
	}
	d := &Document{Path: path, code: code}
	d.Root = Mapping{Value{d, root, ""}}
	return d, nil
}

// full reads all of YAML. The node is nil for a file without a mapping.
func full(path string, src []byte) (*node, *runtime.Diagnostic) {
	var tree yaml.Node
	if err := yaml.Load(src, &tree); err != nil {
		if len(strings.TrimSpace(string(src))) == 0 {
			return nil, nil
		}
		return nil, syntaxError(path, err)
	}
	root := &tree
	if root.Kind == yaml.DocumentNode && len(root.Content) > 0 {
		root = root.Content[0]
	}
	if root.Kind != yaml.MappingNode {
		return nil, nil
	}
	c := converter{anchors: make(map[*yaml.Node]*node)}
	n := c.convert(root)
	if y := c.cycle; y != nil {
		return nil, &runtime.Diagnostic{
			Pos:  syntax.MakePosition(&path, int32(y.Line), int32(y.Column)),
			Code: "yaml", Msg: fmt.Sprintf("YAML: the value of anchor %s contains itself", y.Value),
		}
	}
	return n, nil
}

func syntaxError(path string, err error) *runtime.Diagnostic {
	d := &runtime.Diagnostic{Pos: syntax.MakePosition(&path, 0, 0), Code: "yaml", Msg: "YAML: " + err.Error()}
	if le, ok := errors.AsType[*yaml.LoadError](err); ok {
		d.Pos = syntax.MakePosition(&path, int32(le.Mark.Line), int32(le.Mark.Column))
		d.Msg = "YAML: " + le.Message
	}
	return d
}

// Failed reports whether any diagnostic so far is an error.
func (d *Document) Failed() bool {
	for _, diag := range d.Diagnostics {
		if diag.IsError() {
			return true
		}
	}
	return false
}

// meant suggests the known name that a name may have been meant for, unless it
// is far: many files have keys of their owner's.
func meant(name string, known []string) string {
	return nearest.Hint(name, known, max(1, len(name)/4))
}
