package pytypes

import (
	"go.starlark.net/starlark"
)

// maxTower is how many iterators may be in one another. They ask each other
// without Starlark's interpreter, which would count them.
const maxTower = 5000

// A Tower counts the iterators on a thread that are asking another one.
type Tower struct{ height int }

const towerLocal = "starhost.tower"

// Ascend is what the Next of an iterator over another iterator begins with. If
// it succeeds, Descend must be called at the end.
func Ascend(t *starlark.Thread) (*Tower, error) {
	tower, ok := t.Local(towerLocal).(*Tower)
	if !ok {
		tower = new(Tower)
		t.SetLocal(towerLocal, tower)
	}
	if tower.height >= maxTower {
		return nil, recursion("")
	}
	tower.height++
	return tower, nil
}

// Descend is the end of what Ascend began.
func (t *Tower) Descend() { t.height-- }
