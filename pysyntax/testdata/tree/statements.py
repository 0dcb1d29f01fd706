"""Every statement, in its plain and its odd forms."""
from __future__ import annotations
import os, os.path as path, a.b.c
from . import x
from .. import y as z
from ...pkg.mod import (a as b, c,)
from .... import deep
from m import *

a = b = (c, d) = [e, *f] = g,
a[0], b.c, *d = yield_ = 1
(a) = 1
a += 1; b -= 2; c *= 3; d /= 4; e //= 5; f %= 6; g **= 7; h @= 8
a &= 1; b |= 2; c ^= 3; d <<= 4; e >>= 5;
a.b[c] += d, e
x: int
x: int = 5
(x): int = 5
a.b: "str" = *c, d
a[0]: list[int]

del a, b.c, d[0]
del (a, [b, (c,)],)
pass; pass
assert a
assert a, "message"
raise
raise ValueError
raise ValueError("x") from None
a; b, c; *d, e = f

if a: b
elif c:
    d
elif e: f; g
else:
    h

if (n := len(a)) > 10: pass

while a:
    if b: break
    continue
else:
    c

for i in range(10): pass
for i, (j, *k) in a, *b:
    pass
else:
    pass
for a.b in c: pass
for a[0], in c: pass
for (x) in y: pass

try:
    a
except: pass
try:
    a
except A:
    b
except (B, C) as d:
    e
except f.g() as h: pass
except:
    i
else:
    j
finally:
    k
try: a
finally: b
try:
    a
except* A as b:
    c
except *(D, E):
    f

with a: pass
with a as b, c as (d, e), f as g.h, i as j[0]: pass
with (a): pass
with (a, b): pass
with (a as b): pass
with (
    open("x") as f,
    open("y"),
):
    pass
with (a, b) as c: pass
with (a), (b): pass
with (yield_), (b): pass
with (a for a in b): pass
with (a := b): pass
with (*a, b): pass
with (): pass
with (a, b)(c) as d: pass
with a as (b): pass
with a as [b, *c]: pass

class A: pass
class B(): x = 1
class C(A, *B, metaclass=M, **kw):
    """doc"""

    def f(self): pass

    y: int = 1


@a
@b.c(d)
@(lambda f: f)
@e[0]
class D(A):
	tab = 1
	if tab:
		deeper = 2

def trailing():
    x = 1;

def comment():
    pass  # the end

if a:
    pass
    # a comment at another column
  # and another
else:
    pass
match = case = type = _ = 1
match[0]
match(a, b)
match.x = case.y
match, case
match * a
match -a
type(a)
type = 1
type: int = 2
print(match, case, type, _)
