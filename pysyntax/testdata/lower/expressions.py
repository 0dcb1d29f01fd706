def numbers(x, y):
    -1, -1.5, -0.0, 0x1_0000_0000_0000_0000, -0x1_0000_0000_0000_0000, 1e400, -x, +x, ~x, not x
    x + y - y * x / x // y % x ** y @ x << y >> x & y | x ^ y
    len(x) + 1, len(x) * 2, len(x) - len(y) > 3, 1 + 1


def comparisons(x, y, f):
    x == y, x != y, x < y, x <= y, x > y, x >= y
    x is y, x is not y, x is None, x is not None, x == None, True is x
    x in y, x not in y, x in ("a", "b"), x not in {1, 2.5, -3, None}, x in ["a", "b"], x in (f, 1)
    0 < len(x) < 10, x < y < f, x < f() < y
    z = x < f() <= f(x) != y
    x == "text", f"{x}" == "text", len(x) == 3
    return [i for i in x if 0 < f(i) < 9]


def booleans(x, y):
    return x and y or not x and (y or x), x if y else None


def texts(x, y):
    f"{x}", f"{x}{y!r}", f"a{x:>{y}}b" "c", f"{x=}", f"", f"{{}}", f"{x!s:{y}.{x}}"
    "a" "b", b"a\x00" b"b", "\ud800", "\N{BULLET}é", 'a' % x


def displays(*a, **k):
    [], (), {}, {1}, [*a, 1, *a], (*a,), {*a, 1}
    {"a": 1, "b": a}, {1: 2}, {"a": 1, "a": 2}, {**k}, {"a": 1, **k, "b": 2, **a}


def calls(f, *a, **k):
    f(), f(1, x=2), f(*a), f(*a, 1), f(1, *a, x=f), f(1, *a, x=f()), f(**k), f(x=1, **k), f(**k, x=1), f(*a, *a, **k, **a)
    f.g(), f.g(1, *a, x=2, **k), f.g.h(1)[0].i
    (lambda: 1)(), (lambda x, /, y=1, *a, z, w=2, **k: (x, y, a, z, w, k))(1, z=2)


def slices(x, y):
    x[0], x[y], x[:], x[1:], x[:-1], x[::y], x[1:2, y], x[...], x[y][0]


def parameters(a, b=1, /, c=2, *d, e, f=3, **g): ...
def keyword_only(*, a: int = 1, b) -> int: "docstring"
def nothing(): pass


@calls
@calls.g(1)
def decorated():
    return decorated


@decorated
def decorated(): ...


def generic[T: int, *Ts, **P](x: T) -> T:
    return T


type Alias[T] = list[T]
