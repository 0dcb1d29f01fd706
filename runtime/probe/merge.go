package probe

import (
	"cmp"
	"fmt"
	"slices"
)

// Merge adds up the counts of files with the same path, which must come from
// the same text. The files that it returns are new, in order of path.
func Merge(files ...*File) ([]*File, error) {
	sums := make(map[string]*File)
	var merged []*File
	for _, f := range files {
		if sum, ok := sums[f.Path]; ok {
			if err := sum.merge(f); err != nil {
				return nil, err
			}
			continue
		}
		sum := f.clone()
		sums[f.Path] = sum
		merged = append(merged, sum)
	}
	slices.SortFunc(merged, func(a, b *File) int { return cmp.Compare(a.Path, b.Path) })
	return merged, nil
}

func (f *File) clone() *File {
	c := *f
	c.Lines = slices.Clone(f.Lines)
	c.Branches = slices.Clone(f.Branches)
	c.Functions = slices.Clone(f.Functions)
	c.Returns = slices.Clone(f.Returns)
	return &c
}

// merge adds the counts of g to f.
func (f *File) merge(g *File) error {
	if !f.sameText(g) {
		return fmt.Errorf("merge coverage of %s: the counts are of different texts", f.Path)
	}
	f.Rule = cmp.Or(f.Rule, g.Rule)
	for i, l := range g.Lines {
		f.Lines[i].Count += l.Count
	}
	for i, b := range g.Branches {
		f.Branches[i].True += b.True
		f.Branches[i].False += b.False
	}
	for i, fn := range g.Functions {
		f.Functions[i].Count += fn.Count
	}
	for i, r := range g.Returns {
		f.Returns[i].Count += r.Count
	}
	return nil
}

// sameText reports whether f and g have the same places.
func (f *File) sameText(g *File) bool {
	return slices.EqualFunc(f.Lines, g.Lines, func(a, b Line) bool { return a.Line == b.Line }) &&
		slices.EqualFunc(f.Branches, g.Branches, func(a, b Branch) bool {
			a.True, a.False, b.True, b.False = 0, 0, 0, 0
			return a == b
		}) &&
		slices.EqualFunc(f.Functions, g.Functions, func(a, b Function) bool { return a.Name == b.Name && a.Line == b.Line }) &&
		slices.EqualFunc(f.Returns, g.Returns, func(a, b ReturnTrue) bool { return a.Line == b.Line && a.Col == b.Col })
}
