package probe

import (
	"cmp"
	"maps"
	"slices"
)

// A File is what ran of one file, and how often. Lines and columns count from
// 1, columns in characters.
type File struct {
	Path string `json:"path"`
	Rule string `json:"rule,omitempty"` // for the caller to set

	Lines     []Line       `json:"lines"`     // those that hold code, in order
	Branches  []Branch     `json:"branches"`  // in order of position
	Functions []Function   `json:"functions"` // those with a name, in order of position
	Returns   []ReturnTrue `json:"returns"`   // the statements "return True", in order
}

// A Line is a line that holds code.
type Line struct {
	Line  int    `json:"line"`
	Count uint64 `json:"count"`
}

// A Branch is a condition, which can be true or false, or the iterable of a
// for statement, which can have elements or none.
type Branch struct {
	Line    int    `json:"line"`
	Col     int    `json:"col"`
	EndLine int    `json:"end_line"`
	EndCol  int    `json:"end_col"` // behind the expression
	Loop    bool   `json:"loop,omitempty"`
	True    uint64 `json:"true"`  // how often it was true, or the loop was entered
	False   uint64 `json:"false"` // how often it was false, or the loop was not entered
}

// A Function is a def statement.
type Function struct {
	Name  string `json:"name"`
	Line  int    `json:"line"`
	Count uint64 `json:"count"` // calls
}

// A ReturnTrue is a statement "return True".
type ReturnTrue struct {
	Line  int    `json:"line"`
	Col   int    `json:"col"`
	Count uint64 `json:"count"`
}

// File gives what was counted so far. It may be called while programs run.
func (p *Points) File() *File {
	f := &File{Path: p.path, Lines: p.lines(), Branches: []Branch{}, Functions: []Function{}, Returns: []ReturnTrue{}}
	for _, b := range p.branches {
		f.Branches = append(f.Branches, Branch{
			Line: int(b.start.Line), Col: int(b.start.Col), EndLine: int(b.end.Line), EndCol: int(b.end.Col),
			Loop: b.loop, True: b.yes.Load(), False: b.no.Load(),
		})
	}
	for _, fn := range p.functions {
		f.Functions = append(f.Functions, Function{fn.name, int(fn.pos.Line), fn.count.n.Load()})
	}
	for _, r := range p.returns {
		f.Returns = append(f.Returns, ReturnTrue{int(r.pos.Line), int(r.pos.Col), r.count.n.Load()})
	}
	f.sort()
	return f
}

// lines gives the count of each line: that of the statement on it that ran
// most often.
func (p *Points) lines() []Line {
	counts := make(map[int]uint64)
	for _, s := range p.statements {
		n := s.count.n.Load()
		for _, line := range s.lines {
			counts[line] = max(counts[line], n)
		}
	}
	lines := make([]Line, 0, len(counts))
	for _, line := range slices.Sorted(maps.Keys(counts)) {
		lines = append(lines, Line{line, counts[line]})
	}
	return lines
}

// sort orders everything by position.
func (f *File) sort() {
	slices.SortStableFunc(f.Branches, func(a, b Branch) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Col, b.Col), cmp.Compare(b.EndLine, a.EndLine), cmp.Compare(b.EndCol, a.EndCol))
	})
	slices.SortStableFunc(f.Functions, func(a, b Function) int { return cmp.Compare(a.Line, b.Line) })
	slices.SortStableFunc(f.Returns, func(a, b ReturnTrue) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Col, b.Col))
	})
}
