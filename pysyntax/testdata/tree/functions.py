def f(): pass
def f(a, b=1, *args, c, d=2, **kwargs): pass
def f(a, b, /): pass
def f(a, /, b): pass
def f(a, b=1, /, c=2, *, d, e=3): return
def f(a=1, /, *, b): pass
def f(*, a): pass
def f(*args): pass
def f(*args, **kwargs,): pass
def f(**kwargs): pass
def f(a: int, b: "str" = 1, *c: d, e: f = g, **h: i) -> j[k]: pass
def f(*args: *Ts) -> None: pass
def f(
    a,
    b=(1, 2),
    *,
    c,
):
    global x, y
    x = a
    def g():
        nonlocal b, \
            c
        b = c
        return *a, b
    return g
async def f(a):
    async with a as b, c: pass
    async for d in e:
        await f
    else:
        pass
    return [x async for x in y if await z]
async def g():
    await a.b(c)[d] ** 2
    -await a
    yield 1
    x = yield
    x = yield a, *b
    (yield)
    x += yield
    await (yield a)
def g():
    x = yield from a
    yield from b
    yield
    return (yield a), [(yield)]
@decorator
async def h(): pass
@a
def outer():
    @b
    # a comment
    def inner(): pass
    return lambda: (yield)
f = lambda: 0
f = lambda a: a
f = lambda a, /, b, *c, d=1, **e: (a, b)
f = lambda *, a: lambda b=a: b if a else lambda: 1
f = lambda *a, **k: a
f = lambda a=lambda: 1, *b: 2
lambda x, : x
f()
f(a, *b, c=1, *d, **e, f=2, **g)
f(a,)
f(a for a in b)
f(a, (b for b in c))
f(a := 1, b)
f(a)(b)(c)
f (a)
f(*a or b, **c or d)
f(x if y else z, lambda: 1)
f(
    a,
    b = c,
)
