// Package pystd has the modules of Python's standard library that need
// Python's objects: collections, functools, itertools, operator, copy, enum,
// dataclasses and so on. Only files in Python can use most of them.
//
// The classes and functions are immutable and shared by all workers; what
// rules make of them belongs to one worker. All iterators are lazy, and each
// step of them is charged to the call, so that endless ones end at its limits.
package pystd

import "github.com/starhost/starhost/runtime"

// Modules returns the modules of this package.
func Modules() []runtime.Module {
	modules := []runtime.Module{
		ABC(),
		Bisect(),
		CSV(),
		Collections(),
		Contextlib(),
		Copy(),
		Dataclasses(),
		Decimal(),
		Enum(),
		Fractions(),
		Functools(),
		HMAC(),
		Heapq(),
		IO(),
		Itertools(),
		Numbers(),
		Operator(),
		Pprint(),
		Random(),
		Secrets(),
		Statistics(),
		Traceback(),
		Types(),
		Warnings(),
	}
	return append(modules, Compressed()...)
}
