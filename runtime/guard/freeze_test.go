package guard_test

import (
	"testing"

	"github.com/starhost/starhost/runtime/guard"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.starlark.net/starlark"
)

// TestFreeze has programs whose globals hold a list, by ways that are all to
// be frozen, which a function of no arguments named get gives.
func TestFreeze(t *testing.T) {
	for _, src := range []string{
		"x = []\ndef get(): return x",
		"x = [[]]\ndef get(): return x[0]",
		"x = ([],)\ndef get(): return x[0]",
		"x = {1: []}\ndef get(): return x[1]",
		"x = {1: ({2: [[]]},)}\ndef get(): return x[1][0][2][0]",
		"x = []\nx.append(x)\ndef get(): return x[0][0]",
		"def outer():\n  l = []\n  return lambda: l\nget = outer()",
		"def outer():\n  def get(l=[]): return l\n  return get\nget = outer()",
		"def outer():\n  l = []\n  def inner(n): return inner(n - 1) if n else l\n  return inner\nf = outer()\ndef get(): return f(3)",
		"def outer():\n  l = []\n  l.append(lambda: l)\n  return l\nx = outer()\ndef get(): return x[0]()",
		"x = [].append\ny = [x]\nz = []\ny.append(z)\ndef get(): return z",
		"x = named([])\ndef get(): return list(x)[0]",
		"x = [named([])]\ndef get(): return list(x[0])[0]",
		"t = ([],)\nfor i in range(50): t = (t, t)\ndef get():\n  x = t\n  for i in range(50): x = x[0]\n  return x[0]",
	} {
		globals, err := guarded.run(new(starlark.Thread), src)
		require.NoError(t, err, src)
		require.NoError(t, guard.Freeze(globals), src)
		v, err := starlark.Call(new(starlark.Thread), globals["get"], nil, nil)
		require.NoError(t, err, src)
		assert.ErrorContains(t, v.(*starlark.List).Append(starlark.None), "frozen", src)
	}
}

// TestFreezeErrors has globals that the interpreter's own Freeze does not come
// to an end with.
func TestFreezeErrors(t *testing.T) {
	for src, want := range map[string]string{
		"def outer():\n  def inner(): return inner\n  return [inner]\nx = outer()":       "global x: a list holds a function that refers to itself",
		"def outer():\n  def inner(): return inner\n  return {1: (inner,)}\nx = outer()": "global x: a dict holds a function that refers to itself",
		"t = ()\nfor i in range(100): t = (t, t)\ns = set([len(t)])\nl = [t]":            "global l: a list holds a function that refers to itself through its closure, or too many nested tuples",
		"t = ()\nfor i in range(20000): t = (t,)\nl = [t]":                               "or too many nested tuples",
	} {
		globals, err := guarded.run(new(starlark.Thread), src)
		require.NoError(t, err, src)
		assert.ErrorContains(t, guard.Freeze(globals), want, src)
	}
}
