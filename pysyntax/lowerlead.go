package pysyntax

// A lead is the start of a statement, in which nothing has happened yet but
// that variables were read.
type lead struct {
	stmt  int // the number of the statement
	reads *reading
}

// A reading is a variable that was read, and what was read before it.
type reading struct {
	v      *variable
	before *reading

	round   int  // when changes was found out
	changes bool // it or one before it can be changed by what is called
}

// read notes that the start of a statement reads a variable.
func (p *planner) read(v *variable) {
	v.readIn = p.lead.stmt
	p.lead.reads = &reading{v: v, before: p.lead.reads}
}

// A mark is a leading expression, as long as none of the variables that were
// read before it are boxed: what comes first then could change them.
type mark struct {
	e     Expr
	reads *reading
	v     *variable // what a NamedExpr binds, else nil
}

// mark makes an expression a leading one. before is what was read before it.
func (p *planner) mark(e Expr, before *reading, v *variable) {
	p.leading[e] = true
	p.marks = append(p.marks, mark{e, before, v})
}

// maxMarkRounds bounds the search for marks that do not hold. Each round but
// the last boxes a variable; real files take two.
const maxMarkRounds = 10

// settleMarks drops the marks that do not hold. The target of a NamedExpr that
// is no assignment before the statement is boxed, which may take other marks
// with it.
func (p *planner) settleMarks() {
	for round := 1; ; round++ {
		changed := false
		kept := p.marks[:0]
		for _, m := range p.marks {
			if round < maxMarkRounds && !m.reads.canChange(round) {
				kept = append(kept, m)
				continue
			}
			delete(p.leading, m.e)
			if m.v != nil && !m.v.boxed {
				m.v.boxed = true
				changed = true
			}
		}
		p.marks = kept
		if !changed {
			return
		}
	}
}

// canChange reports whether one of the variables read can be changed by a
// function that is called.
func (r *reading) canChange(round int) bool {
	var fresh []*reading
	for ; r != nil && r.round != round; r = r.before {
		fresh = append(fresh, r)
	}
	changes := r != nil && r.changes
	for i := len(fresh) - 1; i >= 0; i-- {
		changes = changes || fresh[i].v.boxed
		fresh[i].round, fresh[i].changes = round, changes
	}
	return changes
}
