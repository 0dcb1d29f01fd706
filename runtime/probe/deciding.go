package probe

import "slices"

// Deciding gives the step that decided the result of the recorded call: what
// its outermost function returned last, or, if that is a constant, the last
// test or loop before it in the same call of that function. Of conditions that
// are joined by and, or, not, it gives the one that alone made the whole what
// it is, if there is one. If the call failed, it is the last condition before
// the failure. It reports false if there are no steps.
//
// The steps must be those of a Recorder, or a part of them.
func Deciding(steps []Step) (Step, bool) {
	i := deciding(steps)
	if i < 0 {
		return Step{}, false
	}
	return steps[i], true
}

// Chain gives the steps that led to the result of the recorded call: the one
// that Deciding gives, then, if that called a function of the rule, the one
// that decided the result of that function, and so on inwards.
func Chain(steps []Step) []Step {
	var chain []Step
	for i := deciding(steps); i >= 0; i = within(steps, i) {
		chain = append(chain, steps[i])
	}
	return chain
}

// deciding finds the step that decided, -1 if there is none.
func deciding(steps []Step) int {
	last := len(steps) - 1
	if last < 0 || steps[last].Kind == Return && steps[last].Depth == 0 {
		return result(steps, last)
	}
	for i := last; i >= 0; i-- {
		if steps[i].Kind == Condition {
			return i
		}
	}
	return last
}

// result finds the step that decided what step i, a Return, gave.
func result(steps []Step, i int) int {
	if i < 0 || !steps[i].site.constant {
		return narrow(steps, i)
	}
	condition := -1
	for j := i - 1; j >= 0; j-- {
		s := &steps[j]
		if s.call != steps[i].call {
			continue
		}
		if s.Kind == Loop || s.site.test {
			return narrow(steps, j)
		}
		if condition < 0 {
			condition = j
		}
	}
	if condition >= 0 {
		return condition
	}
	return i
}

// narrow finds the part of step i that alone made it what it is, or i itself.
func narrow(steps []Step, i int) int {
	if i < 0 {
		return i
	}
	parts := partsOf(steps, i)
	switch steps[i].site.joint {
	case every, some:
		want := steps[i].site.joint == some
		for _, j := range parts {
			if steps[j].truth == want {
				return narrow(steps, j)
			}
		}
	case choice:
		if n := len(parts); n > 0 {
			return narrow(steps, parts[n-1])
		}
	case opposite:
		if n := len(parts); n > 0 {
			if j := narrow(steps, parts[n-1]); j != parts[n-1] {
				return j
			}
		}
	}
	return i
}

// partsOf finds the parts of step i, in order: the steps of its parts since it
// was evaluated before.
func partsOf(steps []Step, i int) []int {
	var parts []int
	for j := i - 1; j >= 0; j-- {
		s := &steps[j]
		if s.call != steps[i].call {
			continue
		}
		if s.site == steps[i].site {
			break
		}
		if s.site.whole == steps[i].site {
			parts = append(parts, j)
		}
	}
	slices.Reverse(parts)
	return parts
}

// within finds the step that decided the result of the function that step i
// called, -1 if it called none or several.
func within(steps []Step, i int) int {
	called := -1
	for j := i - 1; j >= 0 && steps[j].call != steps[i].call; j-- {
		if steps[j].Kind != Return || steps[j].Depth != steps[i].Depth+1 {
			continue
		}
		if called >= 0 {
			return -1
		}
		called = j
	}
	return result(steps, called)
}
