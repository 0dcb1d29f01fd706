def comprehensions(xs, ys):
    [x for x in xs], {x for x in xs}, {x: y for x, y in xs}
    [x for x in xs if x if not x], [y for x in xs for y in x], [[y for y in x] for x in xs]
    [x for x, (y, *z) in xs], [x for (x,) in xs], [x for x in range(3)], [x for x in [1, 2]], [x for () in xs for x in sorted(xs)]
    [lambda: x for x in xs], {x: [lambda: y for y in x] for x in xs}


def generators(xs, ys):
    (x for x in xs)
    (x + y for x in xs if x for y in x if y)
    (x for x, (y, *z) in xs if y)
    lambda: ((x, y) for x, (y, *z) in xs if y if z)
    sum(x for x in xs), list(x for x in xs), sorted((x for x in xs), key=len), ",".join(x for x in xs), tuple(x for x, y in xs)
    map(lambda x: any(x == y for y in ys), xs)


def quantifiers(xs, ys):
    if any(x.y for x in xs if x) and all(not x for x in xs for y in x):
        return all(x == y for x, (y, z) in xs)
    elif any(x for x in xs):
        return next((x for x in xs if x), None)
    a = ys.z, any(x for x in xs), all(y for y in ys), next(x for x in xs), next((x for x in xs), ys)
    b = any(any(x == y for y in ys) for x in xs)
    c = any((found := x) for x in xs)
    d = any(map(lambda y: x == y, ys) for x in xs)
    return a, b, c, d, found


everything = all(x for x in [1, 2])
