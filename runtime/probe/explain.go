package probe

import (
	"go.starlark.net/starlark"
	"go.starlark.net/syntax"
)

// A Source is a file that was made to explain itself. It is immutable: the
// program compiled from its tree may run on several threads at once.
type Source struct{}

// Explain wraps the conditions of f, which must not be resolved yet. src is
// the text that f was parsed from, whose positions the nodes of f have.
func Explain(f *syntax.File, src []byte) *Source { return &Source{} }

// Builtins gives the names to predeclare for the file.
func (s *Source) Builtins() starlark.StringDict { return starlark.StringDict{} }
