def values(x, limit):
    match x:
        case 1 | "one" | -1.5:
            return "one"
        case limit.max | None | True:
            return "limit"
        case str() | bytes() if limit:
            return "text"
        case _:
            return "other"


def structures(x):
    match x, 1:
        case [], _:
            pass
        case [a, (b, *_)], *rest if a:
            return a, b, rest
        case {"kind": "k", "value": [v]} | [v]:
            return v
        case {"a": 1, **others}:
            return others
        case {}:
            return None
        case Point(0, y=Point(z)) as p:
            return p, z
        case int(n) | [float() as n, *_]:
            return n
        case anything:
            return anything


def in_loop(xs):
    for x in xs:
        match x:
            case [y]:
                continue
            case {"stop": True}:
                break
            case z if z > 3:
                print(y)
