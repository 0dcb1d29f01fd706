# targets of all kinds, and what they are assigned


def targets(xs, make):
    a = b = make()
    a = b = 1
    a, b = b, a
    a, b = make()
    [a, b] = xs
    (a, (b, c)), xs[0], *rest = xs
    () = xs
    *xs.y, a = make()
    xs[0], a = a, 2
    xs.y = make()
    xs[make()] = make()
    xs[1:2] = []
    xs[::2, 3] = a
    del xs[0], xs.y, xs[1:2]
    return rest, c


def augmented(xs, make):
    n = 0
    n += 1
    n *= 2
    s = ""
    s += "a"
    xs += [1]
    xs.y -= 1
    xs[0] |= 2
    xs[make()] **= n
    make().y //= s
    return n + 1, n - len(xs)


def annotated(x):
    y: int = 1
    z: str
    x.y: int = 2
    x[0]: int
    return y


def deleted(x):
    y = x
    del x, y
    return y


def unset():
    z: int
    return z


later = later_on
later_on = 1
del later
len = len
