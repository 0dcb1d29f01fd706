package pysyntax

// An exit is a set of ways to leave a block before its end.
type exit uint8

const (
	exitReturn exit = 1 << iota
	exitBreak
	exitContinue
)

// exits returns how a block may be left but by an exception.
func exits(body []Stmt) (all exit) {
	for _, s := range body {
		switch s := s.(type) {
		case *Return:
			all |= exitReturn
		case *Break:
			all |= exitBreak
		case *Continue:
			all |= exitContinue
		case *If:
			all |= exits(s.Body) | exits(s.Orelse)
		case *For:
			all |= exits(s.Body)&exitReturn | exits(s.Orelse)
		case *While:
			all |= exits(s.Body)&exitReturn | exits(s.Orelse)
		case *With:
			all |= exits(s.Body)
		case *Try:
			all |= exits(s.Body) | exits(s.Orelse) | exits(s.Finalbody)
			for _, h := range s.Handlers {
				all |= exits(h.Body)
			}
		case *Match:
			for _, c := range s.Cases {
				all |= exits(c.Body)
			}
		}
	}
	return all
}

// ends reports whether the end of a block is never reached.
func ends(body []Stmt) bool {
	if len(body) == 0 {
		return false
	}
	switch s := body[len(body)-1].(type) {
	case *Return, *Raise, *Break, *Continue:
		return true
	case *If:
		return ends(s.Body) && ends(s.Orelse)
	case *Try:
		if ends(s.Finalbody) {
			return true
		}
		for _, h := range s.Handlers {
			if !ends(h.Body) {
				return false
			}
		}
		return ends(s.Body) || ends(s.Orelse)
	}
	return false
}

// A tail is the assignment at the end of a block, or an import there: one that
// can be made behind the block, since it can fail only in what comes before
// the names are bound.
type tail struct {
	targets []Expr // one, or those of a tuple
	tuple   Expr   // the tuple of them, or nil
	value   Expr

	imports Stmt // instead: an import of the name alias
	alias   *Alias
}

// tailOf returns the tail of a block.
func tailOf(body []Stmt) (*tail, bool) {
	if len(body) == 0 || exits(body) != 0 {
		return nil, false
	}
	switch s := body[len(body)-1].(type) {
	case *Assign:
		if len(s.Targets) == 1 {
			return assignedTail(s.Targets[0], s.Value)
		}
	case *AnnAssign:
		if s.Value != nil && s.Simple {
			return assignedTail(s.Target, s.Value)
		}
	case *Import:
		if len(s.Names) == 1 {
			return &tail{imports: s, alias: s.Names[0]}, true
		}
	case *ImportFrom:
		if len(s.Names) == 1 && s.Names[0].Name != "*" && s.Module.Name != "__future__" {
			return &tail{imports: s, alias: s.Names[0]}, true
		}
	}
	return nil, false
}

func assignedTail(target, value Expr) (*tail, bool) {
	if _, ok := target.(*Name); ok {
		return &tail{targets: []Expr{target}, value: value}, true
	}
	targets := elementsOf(target)
	for _, t := range targets {
		if _, ok := t.(*Name); !ok {
			return nil, false
		}
	}
	return &tail{targets: targets, tuple: target, value: value}, len(targets) > 0
}

// tailValue walks over what a tail evaluates in the block.
func (p *planner) tailValue(t *tail) {
	p.start()
	if t.value != nil {
		p.expr(t.value)
	}
	p.lead = nil
}

// tailTarget binds the names of a tail.
func (p *planner) tailTarget(t *tail) {
	switch {
	case t.imports != nil:
		if _, whole := t.imports.(*Import); whole {
			p.bindModule(t.alias)
		} else {
			p.bind(boundName(t.alias), source{})
		}
	case t.tuple == nil:
		p.assign(t.targets[0], t.value)
	default:
		p.target(t.tuple)
	}
}
