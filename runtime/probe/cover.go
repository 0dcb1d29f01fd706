package probe

import (
	"strings"

	"go.starlark.net/starlark"
	"go.starlark.net/syntax"
)

// Points are the counters of one covered file. The programs compiled from its
// tree may run on any number of goroutines at once.
type Points struct{}

// Cover puts counters into f, which must not be resolved yet.
func Cover(f *syntax.File) *Points { return &Points{} }

// Builtins gives the names to predeclare for the file.
func (p *Points) Builtins() starlark.StringDict { return starlark.StringDict{} }

// File gives what was counted so far. It may be called while programs run.
func (p *Points) File() *File { return &File{} }

// Hidden reports whether name is that of a hidden built-in of this package,
// whose frames a stack should not show.
func Hidden(name string) bool {
	return strings.HasPrefix(name, "(explain") || strings.HasPrefix(name, "(cover")
}
