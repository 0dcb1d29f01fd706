# ways through try, with and loops


def returns(x):
    try:
        return int(x)
    except (ValueError, TypeError):
        return None


def last_value(x):
    try:
        a = x.a
        b, c = a.split()
    except AttributeError:
        b = c = None
        raise
    except:
        raise RuntimeError("no") from None
    else:
        print(a)
    return b, c


def exits(xs):
    for x in xs:
        try:
            if x:
                continue
            elif x is None:
                break
            return x
        except KeyError as e:
            raise ValueError from e
        finally:
            print("done")
    else:
        return 0


def swallows():
    while True:
        try:
            return 1
        finally:
            break
    try:
        raise
    finally:
        raise


def handler_name(f):
    try:
        f()
    except ValueError as e:
        g = lambda: e
    except KeyError as k:
        print(k)
    return g, e


def managed(path):
    with open(path) as f, path.lock:
        text = f.read()
    with path.pair() as (a, b):
        return text, a, b


def managed_loop(xs):
    for x in xs:
        with x as x.y:
            if x:
                break
            continue


def raising():
    assert returns(1), "message"
    assert returns
    raise ValueError
    raise


def loops(xs):
    for i, (a, *b) in enumerate(xs):
        if a:
            break
    else:
        print(b)
    for xs[0] in xs:
        pass
    for x, y in [(1, 2), (3, 4)]:
        print(x, y)
    while xs:
        xs.pop()
    else:
        return i
    while not any(x for x in xs):
        break
