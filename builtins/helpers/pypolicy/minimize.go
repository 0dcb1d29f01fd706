package pypolicy

import (
	"slices"
	"strings"

	"github.com/starhost/starhost/builtins/helpers/pyclass"
	"github.com/starhost/starhost/builtins/helpers/pyerr"
	"github.com/starhost/starhost/runtime/pytypes"
	"go.starlark.net/starlark"
)

func minimizeStatementActions(c pyclass.Call) (starlark.Value, error) {
	var statement starlark.Value
	var minchars starlark.Value = starlark.None
	if err := c.Unpack("statement", &statement, "minchars?", &minchars); err != nil {
		return nil, err
	}
	return minimizeStatement(c, statement, minchars)
}

// minimizeStatement returns the shortest patterns that mean the actions of a
// statement that allows, and no others.
func minimizeStatement(c pyclass.Call, statement, minchars starlark.Value) (starlark.Value, error) {
	shortest, err := minimum(minchars)
	if err != nil {
		return nil, err
	}
	effect, err := item(statement, "Effect")
	if err != nil {
		return nil, err
	}
	if effect != starlark.String("Allow") {
		return nil, pyerr.New("Exception", "Minification does not currently work on Deny statements.")
	}
	action, err := item(statement, "Action")
	if err != nil {
		return nil, err
	}
	list, err := expandAction(c, action)
	if err != nil {
		return nil, err
	}
	desired := make([]bool, len(actions().names))
	for _, name := range list {
		i, known := actions().find(name)
		if !known {
			return nil, pyerr.New("Exception", "Desired action not found in master permission list. %s", name)
		}
		desired[i] = true
	}
	return textList(c, minimize(desired, shortest))
}

// minimum is the least number of characters of an action in a pattern.
func minimum(minchars starlark.Value) (int, error) {
	if !minchars.Truth() {
		return 0, nil
	}
	n := 0
	if err := starlark.AsInt(minchars, &n); err != nil {
		return 0, pyerr.Type("int() argument must be a string, a bytes-like object or a real number, not '%s'", pytypes.TypeName(minchars))
	}
	return n, nil
}

// minimize returns, in order, the patterns for the actions that are desired. A
// pattern must be longer than what an action has in common with those that are
// not, of which the nearest in the order has most.
func minimize(desired []bool, shortest int) []string {
	names := actions().names
	common := make([]int, len(names)) // with the nearest that is not desired
	for _, order := range [][2]int{{0, 1}, {len(names) - 1, -1}} {
		denied := ""
		for i, step := order[0], order[1]; 0 <= i && i < len(names); i += step {
			if !desired[i] {
				denied = names[i]
			}
			common[i] = max(common[i], commonPrefix(names[i], denied))
		}
	}
	found := make(set)
	for i, name := range names {
		if desired[i] {
			found[pattern(name, common[i], shortest, desired)] = true
		}
	}
	return found.sorted()
}

// pattern returns the shortest pattern for an action that has more than some
// characters.
func pattern(name string, common, shortest int, desired []bool) string {
	service := strings.IndexByte(name, ':') + 1
	size := max(common+1, service)
	if size > service && size < service+shortest {
		size = service + shortest
	}
	if size > len(name) {
		return name
	}
	if i, known := actions().find(name[:size]); known && desired[i] {
		return name[:size]
	}
	return name[:size] + "*"
}

func commonPrefix(a, b string) int {
	n := 0
	for n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}
	return n
}

// minimizePolicy minimizes the actions of the policy itself.
func minimizePolicy(c pyclass.Call) (starlark.Value, error) {
	var policy, minchars starlark.Value = starlark.None, starlark.None
	if err := c.Unpack("policy?", &policy, "minchars?", &minchars); err != nil {
		return nil, err
	}
	statements, err := item(policy, "Statement")
	if err != nil {
		return nil, err
	}
	return policy, each(c, statements, func(statement starlark.Value) error {
		list, err := minimizeStatement(c, statement, minchars)
		if err != nil {
			return err
		}
		return pytypes.SetItem(c.Thread, statement, starlark.String("Action"), list)
	})
}

// overPolicies calls a function for each policy of a dict of policies, or for
// the one that it is.
func overPolicies(c pyclass.Call) (starlark.Value, error) {
	var policies, activity starlark.Value
	kwargs := c.Kwargs
	own := func(kw starlark.Tuple) bool {
		return kw[0] == starlark.String("policies") || kw[0] == starlark.String("activity")
	}
	c.Kwargs = slices.DeleteFunc(slices.Clone(kwargs), func(kw starlark.Tuple) bool { return !own(kw) })
	if err := c.Unpack("policies", &policies, "activity", &activity); err != nil {
		return nil, err
	}
	rest := slices.DeleteFunc(slices.Clone(kwargs), own)
	call := func(policy starlark.Value) (starlark.Value, error) {
		return starlark.Call(c.Thread, activity, nil, append([]starlark.Tuple{{starlark.String("policy"), policy}}, rest...))
	}
	for _, header := range []string{"rolepolicies", "grouppolicies", "userpolicies", "policy"} {
		named, err := field(policies, header, nil)
		switch {
		case err != nil:
			return nil, err
		case named == nil:
			continue
		}
		output := new(starlark.Dict)
		err = each(c, named, func(name starlark.Value) error {
			policy, err := pytypes.Item(c.Thread, named, name)
			if err != nil {
				return err
			}
			v, err := call(policy)
			if err != nil {
				return err
			}
			return output.SetKey(name, v)
		})
		result := new(starlark.Dict)
		_ = result.SetKey(starlark.String(header), output) // strings hash
		return result, err
	}
	return call(policies)
}
