package pysyntax

import (
	"fmt"
	"maps"
	"slices"
)

// match reports cases behind one that always matches.
func (c *checker) match(s *Match) {
	for i, k := range s.Cases {
		names := map[string]bool{}
		c.binds(k.Pattern, names)
		if i < len(s.Cases)-1 && k.Guard == nil {
			c.unreachable(k.Pattern)
		}
	}
}

// unreachable reports a pattern that always matches, although there are
// others behind it.
func (c *checker) unreachable(p Pattern) {
	switch p := p.(type) {
	case *MatchAs:
		switch {
		case p.Pattern != nil:
			c.unreachable(p.Pattern)
		case p.Name.Name != "":
			c.report(p, "name capture '%s' makes remaining patterns unreachable", p.Name.Name)
		default:
			c.report(p, "wildcard makes remaining patterns unreachable")
		}
	case *MatchOr:
		c.unreachable(p.Patterns[len(p.Patterns)-1])
	}
}

// binds adds the names that p binds to names, and reports those that are
// there already.
func (c *checker) binds(p Pattern, names map[string]bool) {
	bind := func(name string) {
		if name == "" {
			return
		}
		if names[name] {
			c.report(p, "multiple assignments to name '%s' in pattern", name)
		}
		names[name] = true
	}
	switch p := p.(type) {
	case *MatchOr:
		c.alternatives(p, names)
		return
	case *MatchStar:
		bind(p.Name.Name)
	case *MatchMapping:
		defer bind(p.Rest.Name)
	case *MatchAs:
		defer bind(p.Name.Name)
	}
	patternChildren(p, func(n Node) {
		if child, ok := n.(Pattern); ok {
			c.binds(child, names)
		}
	})
}

// alternatives checks that all alternatives of p bind the same names.
func (c *checker) alternatives(p *MatchOr, names map[string]bool) {
	var first map[string]bool
	for i, alternative := range p.Patterns {
		if i < len(p.Patterns)-1 {
			c.unreachable(alternative)
		}
		bound := map[string]bool{}
		c.binds(alternative, bound)
		if first == nil {
			first = bound
		} else if !maps.Equal(first, bound) {
			c.report(p, "alternative patterns bind different names")
			break
		}
	}
	for _, name := range slices.Sorted(maps.Keys(first)) {
		if names[name] {
			c.report(p, "multiple assignments to name '%s' in pattern", name)
		}
		names[name] = true
	}
}

func (c *checker) pattern(p Pattern) {
	switch p := p.(type) {
	case *MatchSequence:
		c.stars(p)
	case *MatchMapping:
		c.mappingKeys(p)
		c.debugName(p, p.Rest.Name)
	case *MatchClass:
		seen := map[string]bool{}
		for _, attr := range p.KwdAttrs {
			if seen[attr.Name] {
				c.report(p, "attribute name repeated in class pattern: %s", attr.Name)
			}
			seen[attr.Name] = true
			c.debugName(p, attr.Name)
		}
	case *MatchStar:
		c.debugName(p, p.Name.Name)
	case *MatchAs:
		c.debugName(p, p.Name.Name)
	}
	eachChild(p, c.visit)
}

// stars reports a second star in a sequence.
func (c *checker) stars(p *MatchSequence) {
	n := 0
	for _, child := range p.Patterns {
		if _, ok := child.(*MatchStar); ok {
			n++
		}
	}
	if n > 1 {
		c.report(p, "multiple starred names in sequence pattern")
	}
}

// mappingKeys reports a literal key that stands twice in a mapping.
func (c *checker) mappingKeys(p *MatchMapping) {
	seen := map[string]bool{}
	for _, key := range p.Keys {
		k, ok := key.(*Constant)
		if !ok {
			continue
		}
		text := fmt.Sprintf("%T %v", k.Value, k.Value)
		if seen[text] {
			c.report(p, "mapping pattern checks duplicate key (%s)", keyText(k.Value))
		}
		seen[text] = true
	}
}

// keyText returns a key as an author would write it.
func keyText(value any) string {
	switch v := value.(type) {
	case nil, bool:
		return describeConstant(v)
	case string:
		return "'" + v + "'"
	case Bytes:
		return "b'" + string(v) + "'"
	}
	return fmt.Sprint(value)
}
