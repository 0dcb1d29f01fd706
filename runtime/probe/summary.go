package probe

// A Summary is one row of a table of files.
type Summary struct {
	Path      string `json:"path"`
	Rule      string `json:"rule,omitempty"`
	Lines     Ratio  `json:"lines"`
	Branches  Ratio  `json:"branches"`   // outcomes: two for each Branch
	NeverTrue []int  `json:"never_true"` // lines of "return True" that never ran
}

// A Ratio is how much there is and how much of it ran.
type Ratio struct {
	Covered int `json:"covered"`
	Total   int `json:"total"`
}

func (r *Ratio) add(covered bool) {
	r.Total++
	if covered {
		r.Covered++
	}
}

// Summary gives the row for f.
func (f *File) Summary() Summary {
	s := Summary{Path: f.Path, Rule: f.Rule, NeverTrue: []int{}}
	for _, l := range f.Lines {
		s.Lines.add(l.Count > 0)
	}
	for _, b := range f.Branches {
		s.Branches.add(b.True > 0)
		s.Branches.add(b.False > 0)
	}
	for _, r := range f.Returns {
		if r.Count == 0 {
			s.NeverTrue = append(s.NeverTrue, r.Line)
		}
	}
	return s
}

// Total gives the row for the sum of rows, which has no path and names no
// lines.
func Total(rows []Summary) Summary {
	var t Summary
	for _, s := range rows {
		t.Lines.Covered += s.Lines.Covered
		t.Lines.Total += s.Lines.Total
		t.Branches.Covered += s.Branches.Covered
		t.Branches.Total += s.Branches.Total
	}
	return t
}
