# where variables live
import sys
import os.path
from json import loads as parse

count = 0
constant = 1


def counter():
    global count, made
    count += 1
    made = constant
    return sys.argv, os.path.join, parse("{}"), sys.path.append(1)


def outer(a, b):
    n = 0

    def inner():
        nonlocal n, b
        n += a
        b = n
        return lambda: n + a

    return inner


def in_try(xs):
    for x in xs:
        try:
            only_here = x
            y = only_here
            z = int(y)
        except ValueError as e:
            print(e)
            z = 0
        try:
            if x:
                stale = x
            print(stale)
        except NameError:
            pass
    return z


def walrus(xs, f):
    if (a := f(xs)) and (b := a):
        return b
    while (c := f(a)) is not None:
        print(c)
    else:
        c = 1
    d = [(e := x) for x in xs]
    g = lambda x: (y := x) + y
    h = (i := 1) + (i := 2)
    return lambda: (j := d, e, g, h, i, j)


def undefined():
    return not_there + also_not_there


class Names:
    a = constant
    constant = a
    b = [constant for _ in range(2)]
    c: int = 1
    __private = 2

    def counter(self):
        return counter(), constant, self.__private

    def __init__(self, /, count, *, later=count):
        self.later = later


if sys:
    import argparse as maybe
else:
    maybe = None

try:
    import fast
except ImportError:
    fast = None

try:
    import quick
    kind = "quick"
except ImportError:
    kind = "slow"

for i in range(3):
    [last := i for _ in range(i)]
