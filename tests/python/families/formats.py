"""Formatting: specifications, f-strings, %, str.format, repr."""

import random

from .cases import each, expressions, failed, short, value

R = random.Random(14)


def specs(types, precisions, groups=("", ",", "_")):
    """Specifications at random, that may be wrong."""
    while True:
        align = R.choice(["", "", "<", ">", "^", "=", "*^", "0<", "é>", "x=", "😀<"])
        sign = R.choice(["", "", "", "+", "-", " "])
        alt = R.choice(["", "", "", "#"])
        zero = R.choice(["", "", "", "0"])
        width = R.choice(["", "", "1", "7", "12"])
        yield align + sign + alt + zero + width + R.choice(groups) + R.choice(precisions) + R.choice(types)


def valid_and_not(v, made, n):
    """n valid specifications of the made ones, and some of the invalid."""
    good, bad = [], []
    while len(good) < n:
        s = next(made)
        if failed(value(f"format({v}, {s!r})")):
            bad.append(s)
        elif s not in good:
            good.append(s)
    return good, bad


def exhaustive():
    ints = ["0", "42", "-42", "123456789", "-1234567", "True", "10**25"]
    for t in ["", "b", "d", "o", "x", "X", "n", "e", "E", "f", "F", "g", "G", "%", "c"]:
        for v in ints if t != "c" else ["65", "233", "0x1f600"]:
            precisions = ["", "", ".2", ".0"] if t in "eEfFgG%" and t else [""]
            made = specs([t], precisions, ("", "", ",", "_") if t not in ("n", "c") else ("",))
            good, bad = valid_and_not(v, made, 12)
            yield "format_int", f"{v} as {t or 'nothing'}", each("spec", map(repr, good), "print(repr(format(x, spec)))", setup=f"x = {v}\n")
            for s in bad[:1]:
                yield "format_int", f"{v} in {s!r}", f"print(format({v}, {s!r}))\n"
    floats = ["0.0", "-0.0", "3.14159", "-2.5", "1234567.891", "1e-7", "1e22", "0.5", "100.0", "float('inf')", "-float('inf')", "float('nan')", "99999.95"]
    for t in ["", "e", "E", "f", "F", "g", "G", "n", "%"]:
        for v in floats:
            made = specs([t], ["", "", ".0", ".1", ".2", ".3", ".6", ".10", ".17"], ("", "", ",", "_") if t != "n" else ("",))
            good, bad = valid_and_not(v, made, 10)
            yield "format_float", f"{v} as {t or 'nothing'}", each("spec", map(repr, good), "print(repr(format(x, spec)))", setup=f"x = {v}\n")
            for s in bad[:1]:
                yield "format_float", f"{v} in {s!r}", f"print(format({v}, {s!r}))\n"
    for v in ["''", "'a'", "'hello world'", "'é日'", "'😀'", "'1'"]:
        for t in ("", "s"):
            made = specs([t], ["", "", ".0", ".1", ".3", ".20"], ("",))
            good, bad = valid_and_not(v, made, 10)
            yield "format_str", f"{v} as {t or 'nothing'}", each("spec", map(repr, good), "print(repr(format(x, spec)))", setup=f"x = {v}\n")
            for s in bad[:3]:
                yield "format_str", f"{v} in {s!r}", f"print(format({v}, {s!r}))\n"


def errors():
    wrong = [("5", s) for s in ("s", "y", ".2d", ".2", "zz", ",n", "_n", ",_d", "_,d", ",,", ",x", ",b", ",c", "+c", "#c", "<<<", "5.5.5", "-+", " 5q", ".", ".x", "99999999999999999999", "é", "{}", "!r", "5 ", "z", "zd")]
    wrong += [("-1", "c"), ("0x110000", "c"), ("1.5", "d"), ("1.5", "s"), ("1.5", "x"), ("1.5", ",,f"), ("1.5", ",_"), ("1.5", ".f"), ("1.5", "q"), ("1.5", ",n"), ("1.5", "zf"), ("-0.01", "z.1f"), ("1.5", "c")]
    wrong += [("'a'", s) for s in ("d", "f", "=5", "+", "-5", " ", "#", ",", "_", "05", "0", "x", "=", "q", "5q", ".", "z", "+s", ",s", "<5.2s", "010", ".-1")]
    wrong += [("None", s) for s in ("", "5", "s", "<10")] + [("[1]", ""), ("[1]", "10"), ("{}", "d"), ("(1,)", "s"), ("{1}", ">5"), ("b'a'", "5"), ("b'a'", ""), ("True", "5"), ("True", ""), ("True", "s"), ("True", "d"), ("False", ">6"), ("len", "5"), ("range(3)", "x"), ("int", ""), ("int", "5"), ("object()", "5"), ("Exception('e')", ""), ("Exception('e')", "5"), ("5", "None"), ("10**400", "f"), ("10**400", "e"), ("10**30", "c"), ("lambda: 1", "5")]
    for v, s in wrong:
        yield "format_errors", f"{v} in {s!r}", f"x = {v}\nprint(repr(format(x, {s!r})))\n"
        if "{" not in s and "'" not in s and s and s != "!r":
            yield "format_errors", f"f-string of {v} in {s!r}", f'x = {v}\nprint(f"[{{x:{s}}}]")\n'
    for e in ("format(5, 5)", "format(5, None)", "format()", "format(1, '', '')", "format('a', b'5')", "'{:d}'.format('a')", "'{:s}'.format(1)", "f'{None:5}'", "f'{[]:5}'"):
        yield "format_errors", e, f"print({e})\n"


OPERANDS = {
    "x": ["42", "-7", "3.14159", "'text'", "None", "[1, 'a']", "True", "{'k': 'v'}", "'é😀'", "b'b'", "(1,)", "10**20"],
}


def fstrings():
    for conv in ("", "!r", "!s", "!a"):
        yield "fstrings", f"conversion {conv}", each("x", OPERANDS["x"], 'print(f"<{x' + conv + '}>")')
        yield "fstrings", f"conversion {conv} with a width", each("x", OPERANDS["x"], 'print(f"<{x' + conv + ':>12}>")')
        yield "fstrings", f"self-documenting {conv}", each("x", OPERANDS["x"], 'print(f"{x=' + conv + '}", f"{ x = ' + conv + '}")')
    made = [
        'f""', 'f"plain"', 'f"{{}}"', 'f"{{{n}}}"', 'f"{n}{n}"', 'f"{n:{w}}"', 'f"{n:{w}.{p}f}"', 'f"{s:{fill}^{w}}"', 'f"{n:>{w}}|"', 'f"{s!r:{w}}|"', 'f"{n + 1}"', 'f"{n * 2:03d}"', 'f"{d[\'k\']}"', "f'{d[\"k\"]}'", 'f"{d["k"]}"', 'f"{s.upper()}"', 'f"{len(s)}"', 'f"{[c for c in s]}"', 'f"{(lambda v: v * 2)(n)}"', 'f"{n if n > 1 else s}"', 'f"{ {1: 2}[1] }"', 'f"{ {n} }"', 'f"{n,}"', 'f"{n, s}"', 'f"{n == 5}"', 'f"{n != 5}"', 'f"{n >= 5}"', 'f"{(n := 7)}"', 'f"{n!r}{s!s}"', 'f"{f"{n}"}"', "f'{f\"{n:{w}}\"}'", 'f"{s:.{p}}"', 'f"{n:+}"', 'f"{n:#x}"', 'f"{n:,}"', 'f"{n=:05d}"', 'f"{n = !r:>5}"', 'f"{n+1=}"', 'f"{s=}"', 'f"{s=!s}"', 'f"{d=}"', 'f"a\\n{n}\\tb"', 'rf"\\n{n}"', 'fr"\\d{n}"', 'F"{n}"', "f'''{n}\n{s}'''", 'f"{n}" "{n}"', '"{n}" f"{n}"', 'f"{s}" \'x\' f\'{n}\'', 'f"{None}"', 'f"{True}{1.0}{[]}{()}"', 'f"{s[0]}{s[-1]}{s[1:3]}"', 'f"{n:<5}|{n:^5}|{n:>5}|"', 'f"{\'a\':>{w}}"', 'f"{\'nested \' + f\'{s}\'}"', 'f"{s:}"', 'f"{n!s:>4}"', 'f"{n:{\'>\'}{w}}"', 'f"é{s}😀"', 'f"{\'é\'}"', 'f"{3.0:g} {1e10:g} {0.1:.20f}"', 'f"{n:{w}}{n:<{w}}"', 'f"{not n}"', 'f"{n and s}"', 'f"{-n}"', 'f"{n ** 2 // 3 % 5}"', 'f"{sum(i for i in range(n))}"', 'f"{[*range(3)]}"', 'f"{dict(a=1)}"', 'f"{\'\\n\'.join(s)!r}"', 'f"{s.split(\'e\')}"', 'f"{s!r}"', 'f"{s!a}"', 'f"{{n}}"', 'f"{{{{"', 'f"{n}}}"', 'f"{"a" "b"}"', 'f"{n:%}"', 'f"{n:e}"', 'f"{2**70:_}"', 'f"{n is None}"', 'f"{n in (1, 5)}"', 'f"%s {n}" % s', 'f"{s}".join(["1", "2"])', 'f"{ n }"', 'f"{\n n\n}"',
    ]
    setup = "n, w, p, s, d, fill = 5, 8, 2, 'text', {'k': 'v'}, '*'\n"
    for e in made:
        yield "fstrings", short(e), setup + f"print({e})\nprint(repr({e}))\n"
    for e in ('f"{undefined}"', 'f"{n.foo}"', 'f"{d[0]}"', 'f"{n:s}"', 'f"{s:d}"', 'f"{s:{d}}"', 'f"{n[0]}"', 'f"{1 / 0}"', 'f"{s():5}"', 'f"{None:>5}"'):
        yield "fstrings", f"error {e}", setup + f"print({e})\n"
    yield "fstrings", "order of evaluation", "def f(x):\n    print('f', x)\n    return x\nprint(f'{f(1)} {f(2):{f(5)}} {f(3)}')\n"
    yield "fstrings", "multi-line", "a, b = 1, 'x'\ntext = (\n    f'first {a} '\n    f'second {b!r} '\n    'third {c}'\n)\nprint(text)\n"
    yield "fstrings", "__format__, __str__, __repr__", "class A:\n    def __format__(self, spec):\n        return f'<{spec}>'\n    def __str__(self):\n        return 'str'\n    def __repr__(self):\n        return 'repr'\na = A()\nprint(f'{a} {a:spec} {a!r} {a!s} {a!r:>6} {a=} {a=:x} {a=!s}')\n"
    yield "fstrings", "__format__ inherited from object", "class A:\n    def __str__(self):\n        return 'str'\na = A()\nprint(f'{a}', format(a), '%s' % a, '{}'.format(a))\nprint(f'{a:5}')\n"
    yield "fstrings", "__format__ must return str", "class A:\n    def __format__(self, spec):\n        return 5\nprint(f'{A()}')\n"
    yield "fstrings", "in a loop and a function", "def line(k, v, width=6):\n    return f'{k:<{width}}={v:>{width}.1f}'\nfor k, v in {'a': 1, 'bcd': 22.25}.items():\n    print(line(k, v))\nprint(line('z', 3, width=3))\n"
    yield "fstrings", "closures", "def outer():\n    x = 'seen'\n    def inner():\n        return f'{x} {[x for _ in range(2)]}'\n    return inner()\nprint(outer())\n"


def percent():
    ints = ["42", "-42", "0", "True", "10**20", "3.99"]
    for c in "dioxXcsrafFeEgGu":
        for _ in range(6):
            flags = R.choice(["", "", "-", "+", " ", "0", "#", "-+", "+0", "# ", "-#"])
            width = R.choice(["", "", "3", "10"])
            precision = R.choice(["", "", ".0", ".2", ".5"])
            spec = f"%{flags}{width}{precision}{c}"
            operands = {"s": ["'text'", "'é'", "1", "None", "[1]", "b'x'"], "r": ["'text'", "'é'", "1.0", "None"], "a": ["'é'", "'a'", "1"], "c": ["65", "'z'", "233", "'é'"], "x": ints[:5], "X": ints[:5], "o": ints[:5]}.get(c, ints if c in "diu" else ["0.0", "3.14159", "-2.5", "1e10", "1e-10", "7", "True", "float('inf')", "float('nan')", "12345678.9"])
            yield "percent", f"{spec}", each("x", operands, f"print(repr({spec!r} % x))")
    made = ["'%s' % 'a'", "'%s' % ('a',)", "'%s %s' % ('a', 1)", "'%%' % ()", "'100%%'", "'%s%%' % 5", "'%s' % None", "'%s' % [1, 2]", "'%s' % {'a': 1}", "'%s' % ((1, 2),)", "'%r' % ('é',)", "'%(a)s' % {'a': 1}", "'%(a)s %(b)5.1f %(a)r' % {'a': 'x', 'b': 2}", "'%(a b)s' % {'a b': 1}", "'%()s' % {'': 'empty'}", "'%(a)s' % {'a': 1, 'unused': 2}", "'x' % {}", "'x' % {'a': 1}", "'x' % []", "'x' % ()", "'%*d' % (5, 42)", "'%-*d|' % (5, 42)", "'%.*f' % (2, 3.14159)", "'%*.*f' % (8, 3, 3.14159)", "'%*d' % (-5, 42)", "'%5s|%-5s|%05d' % ('a', 'b', 7)", "'%.2s' % 'abc'", "'%5.1s|' % 'abc'", "'%s' % True", "'%d' % True", "'%d' % 3.99", "'%i' % -3.99", "'%x' % 255", "'%#x %#o %#X' % (255, 8, 255)", "'%c%c' % (97, 'b')", "'%e' % 12345.678", "'%g %g' % (1e10, 0.0001)", "'%g' % 100000", "'%g' % 1000000", "'%.3g' % 1234.5", "'%#g' % 1.0", "'%s' % 'é😀'", "'%5s|' % '😀'", "'%ld %hd' % (1, 2)", "'%s' % Exception('boom')", "'%s' % b'a'", "'%a' % 'é'", "'é%sé' % 'ü'", "'%s' % (None,)", "'%(x)d' % {'x': 5.9}", "'%(a)s %%' % {'a': 1}", "'' % ()", "'' % {}"]
    bad = ["'%s %s' % 'a'", "'%s' % ('a', 'b')", "'%s' % ()", "'%d' % 'a'", "'%d' % None", "'%x' % 1.5", "'%x' % 'a'", "'%f' % 'a'", "'%f' % None", "'%c' % 'ab'", "'%c' % ''", "'%c' % 1.5", "'%c' % -1", "'%c' % 0x110000", "'%(a)s' % {}", "'%(a)s' % {'b': 1}", "'%(a)s' % 1", "'%(a)s' % 'x'", "'%(a)s' % (1,)", "'%(a' % {'a': 1}", "'%z' % 1", "'%' % 1", "'%' % ()", "'abc%' % 1", "'%q' % 1", "'%é' % 1", "'%s %' % 1", "'%*d' % ('a', 1)", "'%*d' % (1,)", "'%.*f' % (1,)", "'%d' % [1]", "'%d' % ('1',)", "'x' % 1", "'x' % 'a'", "'x' % None", "'x' % (1,)", "'x' % 1.5", "'%d' % float('inf')", "'%d' % float('nan')", "'%s' % 1 % 2", "'%(a)s %s' % {'a': 1}", "'%d' % {}", "'%o' % 8.0", "'%5' % 1", "'%-' % 1", "'%.2' % 1", "'%s' + 1 % 2", "'%i' % '5'", "'%e' % '1'", "'%y'", "'%d %d' % (1, 'b')", "'%d' % 'z'"]
    yield from expressions("percent", "expression", made + bad, group=1)
    yield "percent", "a tuple variable", "t = (1, 2)\nprint('%s-%s' % t)\nprint('%s' % t)\n"
    yield "percent", "a list variable", "for v in [[1, 2], {'a': 1}, 'txt', 5, None]:\n    print('value: %s' % v, 'repr: %r' % (v,))\n"
    yield "percent", "precedence", "print('%d' % 3 * 2, '%s' % 'a' + 'b', '%s' % ('a' + 'b'))\n"
    yield "percent", "in place", "s = '%s/%s'\ns %= ('a', 'b')\nprint(s)\n"
    yield "percent", "objects", "class A:\n    def __str__(self):\n        return 'str'\n    def __repr__(self):\n        return 'repr'\n    def __int__(self):\n        return 5\n    def __float__(self):\n        return 2.5\n    def __getitem__(self, k):\n        return k * 2\nprint('%s %r' % (A(), A()), '%s' % A(), '%.1f' % A(), '%d' % A(), '%(k)s' % A())\n"


def strformat():
    made = ["'{}'.format(1)", "'{} {}'.format('a', 'b')", "'{0} {1} {0}'.format('a', 'b')", "'{a} {b}'.format(a=1, b=2)", "'{} {x} {}'.format(1, 2, x=3)", "'{{}}'.format()", "'{{{}}}'.format(5)", "'{:>5}|'.format('a')", "'{:{}}|'.format('a', 5)", "'{:{w}}|'.format('a', w=5)", "'{0:{1}}|'.format('a', 6)", "'{:{}{}}|'.format('a', '^', 7)", "'{0[0]} {0[1]}'.format([1, 2])", "'{0[k]}'.format({'k': 'v'})", "'{d[k][0]}'.format(d={'k': ['v']})", "'{0.real}'.format(5)", "'{!r} {!s} {!a}'.format('é', 'é', 'é')", "'{0!r:>6}'.format('a')", "'{:.2f}'.format(3.14159)", "'{:,}'.format(1234567)", "'{:05d}'.format(42)", "'{:%}'.format(0.25)", "'{:x}'.format(255)", "'{}'.format(None)", "'{}'.format([1, 'a'])", "'{} {}'.format(*[1, 2])", "'{a}{b}'.format(**{'a': 1, 'b': 2})", "'{a}'.format(a=1, b=2)", "'{}'.format(1, 2)", "'é{}😀'.format('ü')", "''.format()", "'{:}'.format(5)", "'{0}{0!r}{0:>3}'.format('a')", "'{[0]}'.format('abc')", "'{[a b]}'.format({'a b': 1})", "'{.real}'.format(3)", "'{0[10]}'.format({'10': 'text', 10: 'int'})", "'{:{{}}'.format(1) if False else 'x'", "'{a[b]}'.format(a={'b': 'c'})", "'{:s}'.format('x')", "'{:^{width}.{prec}f}'.format(2.5, width=9, prec=3)", "'{}'.format('{}')", "'{!s:5}|'.format(5)", "'{0[-1]}'.format({'-1': 'neg'})"]
    bad = ["'{}'.format()", "'{} {}'.format(1)", "'{1}'.format(1)", "'{a}'.format()", "'{a}'.format(b=1)", "'{'.format(1)", "'}'.format(1)", "'{0'.format(1)", "'{} {0}'.format(1)", "'{0} {}'.format(1)", "'{!x}'.format(1)", "'{!}'.format(1)", "'{!rr}'.format(1)", "'{:d}'.format('a')", "'{:s}'.format(5)", "'{.foo}'.format(1)", "'{[0]}'.format(5)", "'{[k]}'.format({})", "'{[9]}'.format([1])", "'{[a]}'.format([1])", "'{0.}'.format(1)", "'{0[]}'.format([1])", "'{0[0}'.format([1])", "'{0[0]x}'.format([1])", "'{ }'.format(1)", "'{ 0}'.format(1)", "'{0 }'.format(1)", "'{-1}'.format(1)", "'{:{:{}}}'.format(1, 2, 3)", "'{a.b.c}'.format(a=1)", "'a{'.format()", "'}}}'.format()", "'{{{'.format()", "'{:5}'.format(None)", "'{:>5}'.format([1])", "'{0[-1]}'.format([1, 2])", "'{:{}}'.format(1)", "'{:{w}}'.format(1)", "'{}'.format(**{1: 2})", "'{:q}'.format(1.5)", "'{99999999999999999999}'.format(1)"]
    yield from expressions("strformat", "expression", made + bad, group=1)
    yield from expressions("strformat", "format_map", ["'{a} {b:>3}'.format_map({'a': 1, 'b': 2})", "'{a}'.format_map({})", "'{}'.format_map({'': 1})", "'{0}'.format_map({'0': 1})", "'x'.format_map(5)", "'{a}'.format_map(5)"], group=1)
    yield "strformat", "attributes of objects", "class P:\n    kind = 'class'\n    def __init__(self):\n        self.name = 'n'\n        self.items = [1, {'k': 2}]\nprint('{0.name} {0.kind} {0.items[1][k]} {p.items[0]}'.format(P(), p=P()))\nprint('{0.missing}'.format(P()))\n"
    yield "strformat", "format is a bound method", "f = '{:>4}|{}'.format\nprint(f(1, 2), list(map('<{}>'.format, 'ab')))\n"
    yield "strformat", "__format__ gets the specification", "class A:\n    def __format__(self, spec):\n        return 'spec=' + spec\nprint('{:abc} {} {:{}}'.format(A(), A(), A(), 'x'))\n"
    yield "strformat", "a default by __missing__", "class D(dict):\n    def __missing__(self, k):\n        return f'<{k}>'\nprint('{a} {b}'.format_map(D(a=1)))\n"


def reprs():
    atoms = ["None", "True", "0", "-5", "1.0", "1e20", "float('nan')", "''", "'a'", "'é\\n'", "\"it's\"", "'\"'", "'\\'\"'", "b'x\\xff'", "[]", "()", "(1,)", "{}", "set()", "frozenset()", "{1}", "frozenset({1})", "range(3)", "range(1, 5, 2)", "...", "NotImplemented", "int", "str", "dict", "type(None)", "len", "Exception('a', 1)", "ValueError()", "KeyError('k')", "slice(1, None)", "slice(None, 5, 2)", "object", "type", "bytearray(b'a')", "list", "ValueError", "BaseException"]
    for x in atoms:
        yield "repr", x, f"x = {x}\nprint(repr(x), str(x), ascii(x))\nprint(x, f'{{x}}', f'{{x!r}}', '%s %r' % (x, x), [x], (x, x), {{'k': x}})\n"
    nested = ["[1, [2, [3, []]]]", "{'a': {'b': [(), (1,), (1, 2)]}}", "[{'k': {1}}, ({},)]", "{1: 'a', 'b': 2, None: [], (1, 2): {}}", "[None, True, 1.0, 'x', b'y']", "(('a',), ['b'], {'c'})", "[['é'], ['日本', '😀'], ['\\x00\\t']]", "{'': '', ' ': ' '}", "[[]] * 3", "[(1, 2)] * 2 + [()]", "dict(a=[1], b=dict(c=2))", "[range(2), range(3)]", "{'a': frozenset({'b'})}", "[1e100, -0.0, 1e-9, 5.0]", "['\\\\', '\\'', '\"', '\\r\\n']", "{True: 1, 2: False}", "[float('inf'), -float('inf')]", "[[1, 2], [3, 4]][::-1]", "('a' 'b',)", "[int, str, None]", "[KeyError('a'), ValueError(1, 2)]", "{'a': {}.keys(), 'b': {1: 2}.items()}", "{1: 2}.values()", "[slice(3)]", "({'x': (1, [2])},)"]
    for x in nested:
        yield "repr", f"nested {x}", f"x = {x}\nprint(x)\nprint(repr(x), str(x), f'{{x}} {{x!a}}', ascii(x))\n"
    yield "repr", "recursive list", "a = [1]\na.append(a)\nprint(a, len(a), a[1] is a)\n"
    yield "repr", "recursive dict", "d = {}\nd['self'] = d\nd['l'] = [d]\nprint(d)\n"
    yield "repr", "user class in containers", "class A:\n    def __repr__(self):\n        return '<A>'\n    def __str__(self):\n        return 'a'\nx = A()\nprint(x, [x], (x,), {'k': x}, {x}, f'{x} {[x]}', str([x]), '%s' % [x])\n"
    yield "repr", "__repr__ only", "class A:\n    def __repr__(self):\n        return '<A>'\nprint(A(), str(A()), f'{A()}', '%s' % A())\n"
    yield "repr", "__str__ only", "class A:\n    def __str__(self):\n        return 'a'\nprint(A(), repr(A())[:19], f'{A()}')\n"
    yield "repr", "__repr__ must return str", "class A:\n    def __repr__(self):\n        return 1\nprint(repr(A()))\n"
    yield "repr", "__str__ must return str", "class A:\n    def __str__(self):\n        return None\nprint(str(A()))\n"
    yield "repr", "classes", "class A:\n    class B:\n        pass\ndef f():\n    class C:\n        pass\n    return C\nprint(A, A.B, f(), [A], type(A()), A.__name__, A.B.__qualname__, f().__qualname__)\n"
    yield "repr", "functions by name", "def f(x):\n    return x\nprint(f.__name__, (lambda: 1).__name__, len.__name__, 'a'.upper.__name__, f.__qualname__, f.__doc__, len, print, str.upper)\n"
    yield "print", "arguments", "print()\nprint(1, 'a', None, [1])\nprint('a', 'b', sep='')\nprint('a', 'b', sep='-', end='!\\n')\nprint(*[1, 2], sep=', ')\nprint('x', end='')\nprint('y')\nprint(sep='x', end='z\\n')\nprint('a', sep=None, end=None)\n"
    for e in ("print('a', sep=1)", "print('a', end=1)", "print('a', foo=1)", "print('a', sep=b'x')", "print(print('a'))", "print(str)", "print('a\\n', 'b')", "print('tab\\t|')", "print('é', '日本', '😀')", "print(*'abc', *[1])", "print(*[])", "print(*(1, 2), **{'sep': '+'})", "print('x', flush=True)"):
        yield "print", e, e + "\n"


def cases():
    for part in (exhaustive, errors, fstrings, percent, strformat, reprs):
        yield from part()
