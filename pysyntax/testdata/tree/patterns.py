match a:
    case 1: pass
    case -1 | 1.5 | -2j | 1 + 2j | -1.5 - 2j: pass
    case "a" "b": pass
    case b"a": pass
    case None | True | False: pass
    case x: pass
match a, b:
    case a.b.c: pass
    case (x) if x: pass
    case (x,): pass
    case x, y: pass
    case x, *_: pass
    case *a, b: pass
    case (): pass
    case []: pass
    case [x, *y, z,]: pass
    case [[x], (y, z)]: pass
    case _: pass
match (a):
    case {}: pass
    case {"a": x, 1: y, -1: z, a.b: w, None: v}: pass
    case {"a": 1, **rest}: pass
    case {**rest,}: pass
    case {1 + 2j: x}: pass
match *a, b:
    case A(): pass
    case a.B(x, y): pass
    case A(x, b=y, c=1,): pass
    case A(b=y): pass
    case A(B(x), c=[D()]): pass
match a[0]:
    case 1 | 2 as x if x > 1: pass
    case (1 | 2) as y: pass
    case [1 as x, 2 as y] as z: pass
    case {"k": (A() as v)}: pass
    case x if (y := x):
        pass
match -a:
    case _:
        match b:
            case match: pass
match (a, b):
    case case: pass
match {}:
    case _: pass
match a:
    case type: pass
match match:
    case _ if _: pass
match a if b else c:
    case 1: x; y
match not a:
    case "x" | "y": pass
match a := b, :
    case _: pass
match lambda: a:
    case _: pass
match (yield_):
    case _: pass
match a in b:
    # comment
    case _: pass
