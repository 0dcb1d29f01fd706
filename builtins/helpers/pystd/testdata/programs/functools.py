from functools import cache, cached_property, cmp_to_key, lru_cache, partial, partialmethod, reduce, singledispatch, singledispatchmethod, total_ordering, wraps
import operator


def show(*fs):
    for f in fs:
        try:
            print(repr(f()))
        except Exception as e:
            print(type(e).__name__, e)


p = partial(pow, 2)
show(
    lambda: p(3),
    lambda: partial(p, 5)(),
    lambda: partial(p, mod=5)(3),
    lambda: partial(int, base=2)('11', base=3),
    lambda: partial(print, sep=''),
    lambda: partial(max, key=abs).keywords,
    lambda: partial(),
    lambda: partial(3),
    lambda: reduce(lambda a, b: a + b, 'abc', ''),
    lambda: reduce(operator.mul, [1, 2, 3], 10),
    lambda: reduce(1, [1, 2]),
    lambda: reduce(max),
    lambda: sorted(['b', 'A'], key=cmp_to_key(lambda a, b: (a.lower() > b.lower()) - (a.lower() < b.lower()))),
    lambda: cmp_to_key(),
    lambda: lru_cache('a')('b'),
    lambda: lru_cache(1.5),
    lambda: reduce(max, 5),
)


@lru_cache(maxsize=2, typed=True)
def t(x, *, y=1):
    return (x, y)


t(1), t(1.0), t(1), t(x=1) if False else None, t(2, y=2)
print(t.cache_info(), t.cache_parameters(), t.__wrapped__(5))


class C:
    calls = 0
    @lru_cache
    def f(self, x):
        C.calls += 1
        return x * 2
    @cached_property
    def slow(self):
        C.calls += 1
        return 'slow'
    def set(self, a, b=0): return (a, b)
    on = partialmethod(set, 1, b=2)
    @singledispatchmethod
    def kind(self, x): return 'other'
    @kind.register(int)
    def _(self, x): return 'int'


c = C()
print(c.f(1), c.f(1), c.slow, c.slow, C.calls, c.on(), c.kind(1), c.kind('a'))
c.slow = 5
print(c.slow)
print(C.f.cache_info().hits)


@singledispatch
def kind(x): return 'object'
@kind.register(int)
def _(x): return 'int'
@kind.register(list)
def _(x): return 'list'


kind.register(str, lambda x: 'str')
print(kind(1), kind([]), kind('a'), kind(1.5), kind(True), kind.dispatch(bool)(1), kind.__name__)
show(lambda: kind())


@total_ordering
class V:
    def __init__(self, n): self.n = n
    def __eq__(self, o): return self.n == o.n
    def __gt__(self, o):
        if not isinstance(o, V): return NotImplemented
        return self.n > o.n


show(
    lambda: V(1) < V(2),
    lambda: V(1) <= V(1),
    lambda: V(1) >= V(2),
    lambda: V(1) < 5,
    lambda: sorted([V(2), V(1)])[0].n,
    lambda: total_ordering(type('E', (), {})),
)


def deco(f):
    @wraps(f)
    def inner(*a):
        """inner"""
        return f(*a)
    inner.extra = 1
    return inner


@deco
@deco
def doc():
    """docs"""
    return 7


print(doc(), doc.__name__, doc.__doc__, doc.extra, doc.__wrapped__.__wrapped__())


@cache
def many(a, b=2, *args, **kw):
    return (a, b, args, sorted(kw))


print(many(1), many(1, 2), many(1, 2, 3, z=1), many.cache_info())
