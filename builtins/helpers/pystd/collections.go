package pystd

import (
	"github.com/starhost/starhost/runtime"
	"go.starlark.net/starlark"
)

// The methods of these classes refer to the classes, so that they cannot be
// part of how the variables begin.
func init() {
	counterClass = newCounterClass()
	dequeClass = newDequeClass()
	newEnumClasses()
	fractionClass = newFractionClass()
}

// Collections is Python's collections: ChainMap, Counter, OrderedDict,
// UserDict, UserList, defaultdict, deque and namedtuple. Messages name a
// subclass of defaultdict or deque without its module.
func Collections() runtime.Module {
	return runtime.Module{Names: []string{"collections"}, Members: starlark.StringDict{
		"ChainMap":    newChainMapClass(),
		"Counter":     counterClass,
		"OrderedDict": newOrderedDictClass(),
		"UserDict":    newUserDictClass(),
		"UserList":    newUserListClass(),
		"defaultdict": newDefaultDictClass(),
		"deque":       dequeClass,
		"namedtuple":  function("namedtuple", newNamedTuple),
	}}
}
