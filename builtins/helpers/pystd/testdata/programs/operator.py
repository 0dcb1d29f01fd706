from operator import __add__, add, sub, mul, truediv, floordiv, mod, pow, lshift, rshift, and_, or_, xor, neg, pos, inv, invert, abs, not_, truth, eq, ne, lt, le, gt, ge, is_, is_not, index, contains, countOf, indexOf, concat, getitem, length_hint, call, itemgetter, attrgetter, methodcaller, iadd, imul, matmul
import operator


def show(*fs):
    for f in fs:
        try:
            print(repr(f()))
        except Exception as e:
            print(type(e).__name__, e)


class A:
    def __init__(self): self.b = self
    def __index__(self): return 3
    def __length_hint__(self): return 7
    x = 1
    def m(self, *a, **k): return (a, k)


show(
    lambda: add(1, 2), lambda: sub(5, 3), lambda: mul('a', 3), lambda: truediv(1, 4), lambda: floordiv(7, 2), lambda: mod(7, 3),
    lambda: pow(2, 3), lambda: lshift(1, 4), lambda: rshift(16, 2), lambda: and_(6, 3), lambda: or_(6, 3), lambda: xor(6, 3),
    lambda: neg(1), lambda: pos(True), lambda: inv(1), lambda: invert(2), lambda: abs(-1), lambda: not_([]), lambda: truth([1]),
    lambda: eq(1, 1.0), lambda: ne(1, 2), lambda: lt(1, 2), lambda: le(1, 1), lambda: gt(1, 2), lambda: ge([1], [1]),
    lambda: is_(None, None), lambda: is_not(1, None), lambda: index(A()), lambda: index(1.5), lambda: contains([1], 1),
    lambda: countOf('aab', 'a'), lambda: indexOf([1, 2], 2), lambda: indexOf([1, 2], 3), lambda: concat('a', 'b'), lambda: concat(1, 2),
    lambda: getitem([1, 2], -1), lambda: getitem([1, 2, 3], slice(1, 3)), lambda: length_hint([1, 2]), lambda: length_hint(5), lambda: length_hint(A()),
    lambda: length_hint(5, 9), lambda: call(max, 1, 2), lambda: __add__(1, 2), lambda: operator.__not__(1),
    lambda: itemgetter(1)([5, 6]), lambda: itemgetter('a', 'b')({'a': 1, 'b': 2}), lambda: itemgetter(slice(1))('abc'), lambda: itemgetter('z')({}),
    lambda: itemgetter(), lambda: itemgetter(1)(), lambda: itemgetter(1, 'a'), lambda: itemgetter(0)(5),
    lambda: attrgetter('b.b.x')(A()), lambda: attrgetter('x', 'b.x')(A()), lambda: attrgetter('b.z')(A()), lambda: attrgetter(1), lambda: attrgetter('x', 'y.z'),
    lambda: methodcaller('m', 1, k=2)(A()), lambda: methodcaller('upper')('a'), lambda: methodcaller('m', 1, k=2), lambda: methodcaller(), lambda: methodcaller(1),
    lambda: iadd([1], [2]), lambda: iadd(1, 2), lambda: imul([1], 2), lambda: add(1, 'a'), lambda: iadd(1, 'a'), lambda: lt(1, 'a'), lambda: add(1),
    lambda: sorted([('a', 2), ('b', 1)], key=itemgetter(1)), lambda: matmul(1, 2),
)
