"""Operators: every pair of kinds of operand."""

from .cases import CATCH, each, failed, indent, listing, value

KINDS = {
    "None": ["None"],
    "bool": ["True", "False"],
    "int": ["0", "1", "-1", "7", "-3", "255"],
    "big int": ["9223372036854775808", "-18446744073709551617", "100000000000000000000"],
    "float": ["0.0", "-0.0", "1.5", "-2.25", "1e300"],
    "special float": ["float('inf')", "-float('inf')", "float('nan')"],
    "str": ["''", "'a'", "'ab'", "'é'", "'日本'", "'😀b'"],
    "bytes": ["b''", "b'a'", "b'\\xff'"],
    "list": ["[]", "[1]", "[1, 'a']"],
    "tuple": ["()", "(1,)", "(1, 'a')"],
    "dict": ["{}", "{'a': 1}"],
    "set": ["set()", "{1}", "{1, 2}"],
    "frozenset": ["frozenset()", "frozenset({1})"],
    "range": ["range(3)", "range(0)"],
}

BINARY = ["+", "-", "*", "/", "//", "%", "**", "&", "|", "^", "<<", ">>"]
WORDS = {"+": "plus", "-": "minus", "*": "times", "/": "divided by", "//": "floor-divided by", "%": "modulo", "**": "to the power", "&": "and", "|": "or", "^": "xor", "<<": "shift left", ">>": "shift right"}


def number(text):
    v = value(text)
    return v if isinstance(v, (int, float)) else None


def sensible(x, op, y):
    """Whether x op y is small enough, and not complex."""
    a, b = number(x), number(y)
    if op == "**" and a is not None and b is not None:
        if abs(b) > 300 or abs(a) > 1000 and abs(b) > 10:
            return False
    if op == "<<" and b is not None and b > 300:
        return False
    if op == "*" and (a is None) != (b is None) and max(abs(n) for n in (a, b) if n is not None) > 10:
        return False
    return not isinstance(value(f"({x}) {op} ({y})"), complex)


def table(pairs, body):
    """A program over pairs of operands."""
    return each("x, y", [f"({x}, {y})" for x, y in pairs], body)


def binary():
    for op in BINARY:
        for lk, left in KINDS.items():
            unsupported = []
            for rk, right in KINDS.items():
                pairs = [(x, y) for x in left for y in right if sensible(x, op, y)]
                if not pairs:
                    continue
                if all(isinstance(value(f"({x}) {op} ({y})"), TypeError) for x, y in pairs) and (op != "%" or lk not in ("str", "bytes")):
                    unsupported.append(pairs[-1])
                    continue
                if len(pairs) > 15:
                    pairs = pairs[:: len(pairs) // 8]
                yield "arithmetic", f"{lk} {WORDS[op]} {rk}", table(pairs, f"print(x, y, repr(x {op} y))")
            if unsupported:
                yield "arithmetic", f"{lk} {WORDS[op]} others", table(unsupported, f"print(x {op} y)")


def literals():
    """The same with literals, which a compiler may treat on its own."""
    for op in BINARY:
        lines, n = [], 0
        for x in ("True", "7", "-3", "2.5", "'ab'", "[1]", "(1,)", "{1}"):
            for y in ("True", "False", "2", "-3", "0.5", "'b'", "[2]", "(2,)", "{2}"):
                if not sensible(x, op, y) or failed(value(f"{x} {op} {y}")):
                    continue
                lines.append(f"print({x} {op} {y})\n")
        for i in range(0, len(lines), 8):
            n += 1
            yield "arithmetic", f"literals {WORDS[op]} {n}", "".join(lines[i : i + 8])


def augmented():
    for op in BINARY:
        for kind, x, y in [("int", "7", "2"), ("bool", "True", "True"), ("float", "7.5", "2.0"), ("str", "'ab'", "2"), ("str", "'ab'", "'c'"), ("list", "[1]", "[2]"), ("list", "[1]", "(2,)"), ("list", "[1]", "'xy'"), ("list", "[1]", "2"), ("tuple", "(1,)", "(2,)"), ("set", "{1, 2}", "{2}"), ("set", "{1, 2}", "[2]"), ("dict", "{'a': 1}", "{'b': 2}"), ("dict", "{'a': 1}", "[('b', 2)]"), ("bytes", "b'a'", "b'b'"), ("None", "None", "1"), ("frozenset", "frozenset({1})", "{1}")]:
            body = f"x = {x}\nalias = x\nx {op}= {y}\nprint(x, alias)\n"
            yield "augmented", f"{kind} {op}= {y}", body
    yield "augmented", "targets", "d = {'a': [1]}\nd['a'] += [2]\nd['b'] = 1\nd['b'] -= 3\nl = [1, 2]\nl[-1] *= 5\nl[0:1] += [9]\nclass C:\n    n = 1\nC.n += 1\nc = C()\nc.n += 10\nprint(d, l, C.n, c.n)\n"
    yield "augmented", "subscript once", "def f():\n    print('f')\n    return 0\nl = [1]\nl[f()] += 1\nprint(l)\n"
    yield "augmented", "missing key", "d = {}\nd['a'] += 1\n"
    yield "augmented", "missing index", "l = []\nl[0] += 1\n"
    yield "augmented", "tuple item", "t = ([1],)\ntry:\n    t[0] += [2]\nexcept TypeError as e:\n    print(e)\nprint(t)\n"
    yield "augmented", "unbound", "def f():\n    n += 1\nf()\n"
    yield "augmented", "undefined global", "n += 1\n"


def unary():
    for op, word in (("-", "minus"), ("+", "plus"), ("~", "invert"), ("not ", "not")):
        for kind, operands in KINDS.items():
            yield "arithmetic", f"unary {word} {kind}", each("x", operands, f"print(repr(x), repr({op}x))")


def equality():
    kinds = list(KINDS)
    for i, lk in enumerate(kinds):
        for rk in kinds[i:]:
            pairs = [(x, y) for x in KINDS[lk] for y in KINDS[rk]]
            if not any(value(f"({x}) == ({y})") for x, y in pairs):
                pairs = pairs[:4]
            yield "equality", f"{lk} with {rk}", table(pairs[::2] if len(pairs) > 20 else pairs, "print(x, y, x == y, y == x, x != y)")
    nested = ["[1]", "[True]", "[1.0]", "(1,)", "[[1]]", "[[True]]", "{'a': 1}", "{'a': 1.0}", "{'a': True}", "{1: 'a'}", "{True: 'a'}", "{1}", "{1.0}", "frozenset({True})", "[None]", "[float('nan')]", "['1']", "[b'1']"]
    for x in nested:
        yield "equality", f"nested {x}", each("y", nested, f"print(y, y == {x})")
    yield "equality", "nan is itself in containers", "n = float('nan')\nprint(n == n, n != n, [n] == [n], (n,) == (n,), {1: n} == {1: n}, n in [n], [n].index(n), [n].count(n))\n"
    yield "equality", "dict order", "print({'a': 1, 'b': 2} == {'b': 2, 'a': 1}, list({'b': 2, 'a': 1}))\n"
    yield "equality", "ranges", "print(range(3) == range(0, 3, 1), range(0, 3, 2) == range(0, 4, 2), range(0) == range(2, 1), range(3) == [0, 1, 2], [0, 1, 2] == range(3))\n"


def ordering():
    for lk, left in KINDS.items():
        unsupported = []
        for rk, right in KINDS.items():
            pairs = [(x, y) for x in left for y in right]
            if all(failed(value(f"({x}) < ({y})")) for x, y in pairs):
                unsupported.append(pairs[-1])
            else:
                yield "ordering", f"{lk} with {rk}", table(pairs[::2] if len(pairs) > 20 else pairs, "print(x, y, x < y, x <= y, x > y, x >= y)")
        if unsupported:
            for op in ("<", "<=", ">", ">="):
                part = unsupported if op == "<" else unsupported[:3]
                yield "ordering", f"{lk} {op} others", table(part, f"print(x {op} y)")
    lists = ["[1, 2]", "[1, 3]", "[1]", "[2]", "[True, 2]", "[1, 2.0]", "[1, 'a']", "[[1], 2]", "[]", "[None]"]
    for x in lists:
        yield "ordering", f"list {x}", each("y", lists, f"print(y, {x} < y, {x} >= y)")
    for x in ("'a'", "'ab'", "'é'", "'z'", "'Z'", "'\\uffff'", "'😀'", "'10'", "''"):
        yield "ordering", f"text {x}", each("y", ["'a'", "'b'", "'é'", "'z'", "'e\\u0301'", "'😀'", "'9'", "''"], f"print(ascii(y), {x} < y, {x} > y)")
    yield "ordering", "tuples as keys", "print(sorted([(2, 'b'), (1, 'z'), (2, 'a'), (1,)]))\n"
    yield "ordering", "equal tuples do not reach the incomparable", "print((1, 2) < (2, {}), sorted([(1, 2), (0, {})]))\n"
    yield "ordering", "incomparable inside", "print((1, {}) < (1, {'a': 1}))\n"
    yield "ordering", "None inside", "print(sorted([(1, None), (1, 2)]))\n"
    yield "ordering", "sort mixed", "print(sorted([3, 'a', 1]))\n"
    yield "ordering", "sort None", "print(sorted([3, None, 1]))\n"
    yield "ordering", "sort bools", "print(sorted([2, True, 0, False, 1.0, 0.5]))\n"


def truth():
    for kind, operands in KINDS.items():
        yield "truth", f"bool of {kind}", each("x", operands, "print(repr(x), bool(x), not x, 'yes' if x else 'no')\nif x:\n    print('if')\nwhile not x:\n    print('while')\n    break")
    for op in ("and", "or"):
        for kind, operands in KINDS.items():
            yield "truth", f"{kind} {op}", each("x", operands, f"print(repr(x {op} 'right'), repr('left' {op} x), repr('' {op} x), repr(x {op} None {op} 0))")
    for expr in ("a and b or c", "a or b and c", "not a and b", "not (a and b)", "a and not b", "a or not b or c", "not a == b", "(a or b) and (b or c)", "a if b else c", "a if b else b if c else a", "a and b if c else a or b", "a < b or c", "a == b == c", "a != b != c", "not not a", "a is b or b is c"):
        yield "truth", f"{expr}", "for a in (0, 1, 'x'):\n    for b in ([], 2):\n        for c in (None, 3):\n" + indent((f"print(a, b, c, repr({expr}))\n") if "<" not in expr else f"try:\n    print(a, b, c, repr({expr}))\n" + CATCH, "            ")
    yield "truth", "short circuit", "def f(x):\n    print('f', x)\n    return x\nprint(f(0) and f(1))\nprint(f(1) and f(2) and f(0) and f(3))\nprint(f(0) or f('') or f('a') or f('b'))\nprint(f(1) if f(0) else f(2))\nprint(not f(0) or f(1))\n"
    yield "truth", "any and all of kinds", each("x", [listing(v) for v in KINDS.values()], "print(any(x), all(x))")


def membership():
    boxes = ["[1, 'a', None]", "(1.0, 'b')", "{1, 'a'}", "{'a': 2, 1: 3}", "frozenset({True, 'a'})", "range(0, 10, 3)", "[]", "{}", "['', b'a']", "[[1], (1,)]", "{(1, 2): 1}.keys()", "{'k': [1]}.values()", "{'a': 1}.items()"]
    needles = ["1", "True", "1.0", "'a'", "''", "None", "b'a'", "3", "3.0", "(1,)", "('a', 1)", "float('nan')"]
    for box in boxes:
        yield "membership", f"in {box}", each("x", needles, "print(repr(x), x in box, x not in box)", setup=f"box = {box}\n")
        yield "membership", f"list in {box}", f"box = {box}\nprint([1] in box)\n"
    for text in ("'abc'", "'aéb'", "'日本語'", "''", "'a😀b'"):
        yield "membership", f"text in {text}", each("x", ["''", "'a'", "'b'", "'é'", "'bc'", "'本'", "'😀'", "'ab'"], "print(x, x in s, x not in s)", setup=f"s = {text}\n")
    yield "membership", "bytes", each("x", ["b''", "b'a'", "b'bc'", "97", "99", "0", "256", "-1", "'a'", "None"], "print(repr(x), x in b)", setup="b = b'abc'\n")
    for x, box in [("1", "'abc'"), ("None", "'abc'"), ("b'a'", "'abc'"), ("1", "5"), ("'a'", "None"), ("'a'", "1.5"), ("1", "len"), ("{}", "{1: 2}"), ("{}", "{1}"), ("[]", "frozenset({1})"), ("1", "True"), ("'a'", "b'abc'"), ("[1]", "{1: 2}.keys()")]:
        yield "membership", f"{x} in {box}", f"x = {x}\nprint(x in {box})\n"
        yield "membership", f"{x} not in {box}", f"box = {box}\nprint({x} not in box)\n"
    yield "membership", "set in a set of frozensets", "print({1} in {frozenset({1})})\n"


def identity():
    for x in ("None", "True", "False", "0", "1", "''", "[]", "()", "0.0"):
        yield "identity", f"is singletons: {x}", f"x = {x}\nprint(x is None, x is not None, x is True, x is not True, x is False, x is not False)\n"
    for make in ("[]", "[1]", "{}", "{'a': 1}", "set()", "{1}", "object()"):
        yield "identity", f"is {make}", f"a = {make}\nb = {make}\nc = a\nprint(a is b, a is c, a is not b, a is not c)\n"
    yield "identity", "arguments", "def f(x):\n    return x\na = [1]\nprint(f(a) is a, [a][0] is a, {'k': a}['k'] is a, (a, a)[1] is a)\n"
    yield "identity", "copies", "a = [1]\nprint(a[:] is a, list(a) is a, a.copy() is a, a + [] is a, a * 1 is a)\nd = {}\nprint(dict(d) is d, d.copy() is d, d | d is d)\n"
    yield "identity", "functions and classes", "def f():\n    pass\nclass A:\n    pass\nprint(f is f, A is A, type(A()) is A, type(1) is int, type('') is str, A is not f, len is len)\n"
    yield "identity", "functions are equal to themselves", "f = lambda: 1\ng = lambda: 1\nprint(f == f, f == g, f in [g, f], {f: 1}[f])\n"


def keys():
    yield "keys", "1, True, 1.0", "d = {1: 'int', True: 'bool', 1.0: 'float'}\nprint(d, len(d), d[1], d[True], d[1.0])\n"
    yield "keys", "0, False, -0.0", "d = {False: 'a'}\nd[0] = 'b'\nd[-0.0] = 'c'\nd[0.0] = 'd'\nprint(d)\n"
    yield "keys", "sets of equal numbers", "print(len({1, True, 1.0}), {True, 1}, {1, True}, {0, False, 0.0}, len({'1', 1, b'1'}))\n"
    yield "keys", "large equal numbers", "d = {2**53: 'a', 10**20: 'b'}\nprint(d[float(2**53)], d[1e20], 2.0**53 in d, 1e20 in d)\n"
    yield "keys", "tuples", "d = {(1, 2): 'a', (): 'b', ('x', (1,)): 'c'}\nprint(d[1, 2], d[()], d['x', (True,)], d[1.0, 2.0])\n"
    yield "keys", "None and text", "d = {None: 1, '': 2, 'None': 3, b'': 4}\nprint(d, d[None], d[''], d[b''])\n"
    yield "keys", "frozensets", "d = {frozenset({1, 2}): 'a'}\nprint(d[frozenset({2, 1})], d[frozenset([True, 2.0])])\n"
    yield "keys", "nan", "n = float('nan')\nd = {n: 1}\nprint(n in d, float('nan') in d, d[n], len({n, n}))\n"
    yield "keys", "the first key stays", "d = {}\nd[1.0] = 'a'\nd[True] = 'b'\nprint(d, list(d)[0].__class__.__name__)\n"
    yield "keys", "deleted by an equal key", "d = {1: 'a', 2: 'b'}\ndel d[True]\nprint(d, d.pop(2.0), d)\n"
    yield "keys", "inserted again at the end", "d = {'a': 1, 'b': 2}\nd['a'] = 3\nprint(d)\ndel d['a']\nd['a'] = 4\nprint(d)\n"
    yield "keys", "classes and functions", "def f():\n    pass\nclass A:\n    pass\nd = {f: 1, A: 2, int: 3, len: 4}\nprint(d[f], d[A], d[int], d[len], str in d)\n"
    yield "keys", "case and normal forms differ", "d = {'é': 1, 'e\\u0301': 2, 'É': 3}\nprint(len(d), d['é'], d['e\\u0301'])\n"
    for x in ("[]", "{}", "set()", "([],)", "(1, {})", "[1]", "slice(1)"):
        for use in ("{%s: 1}", "{%s}", "{}[%s]", "{}.get(%s)", "frozenset([%s])", "{1: 2}.pop(%s, None)", "dict([(%s, 1)])", "{1} - {%s}"):
            if x == "slice(1)":
                continue
            yield "keys", "unhashable " + use % x, "print(" + use % x + ")\n"
    for x in ("'a'", "1", "None", "(1, 'a')", "1.5", "''", "'it\\'s'", "'\\n'", "b'x'", "True"):
        yield "keys", f"missing {x}", f"d = {{'b': 1}}\nprint(d[{x}])\n"
        yield "keys", f"delete missing {x}", f"d = {{'b': 1}}\nk = {x}\ndel d[k]\n"


def chained():
    yield "chained", "single evaluation", "def f(x):\n    print('f', x)\n    return x\nprint(f(1) < f(2) < f(3))\nprint(f(3) < f(2) < f(1))\nprint(f(1) == f(1) != f(2) >= f(2))\n"
    for expr in ("1 < x < 5", "1 <= x <= 3", "1 < x > 2", "x == x == x", "1 < x < 5 < 10", "5 > x > 1", "1 == x != 2", "x in [1, 2, 3] in [[1, 2, 3]]", "x is not None is not False", "1 < x in [2, 3]", "not 1 < x < 3", "(1 < x) < 2", "1 < (x < 5)", "0 <= x < len('abc')", "'a' < 'b' < 'c' != x", "x == 1 == True", "x < 3 == True", "None is None is not x"):
        yield "chained", expr, f"for x in (0, 1, 2, 3, 7):\n    print(x, {expr})\n"
    yield "chained", "error in the second link", "print(1 < 2 < 'a')\n"
    yield "chained", "error in a link that is not reached", "print(3 < 2 < 'a', 3 < 2 < undefined)\n"
    yield "chained", "returns the operand", "class V:\n    def __init__(self, n):\n        self.n = n\n    def __lt__(self, other):\n        return '' if self.n > other.n else 'less'\nprint(repr(V(1) < V(2) < V(3)), repr(V(2) < V(1) < V(3)))\n"
    yield "chained", "middle is a call with effects", "it = iter([1, 5, 2])\nprint(0 < next(it) < 3, 0 < next(it) < 3, next(it))\n"
    yield "chained", "in a comprehension", "print([n for n in range(10) if 2 < n <= 6 != n])\n"
    yield "chained", "in a while", "n = 0\nwhile 0 <= n < 3:\n    print(n)\n    n += 1\n"


def methods():
    calls = "5|__add__(3)|__sub__('a')|__eq__(5)|__eq__('a')|__lt__('a')|__lt__(9)|__floordiv__(2)|__pow__(3)|__str__()|__radd__(1)|__divmod__(2)|__and__(4)||'ab'|__len__()|__eq__(1)|__eq__('ab')|__lt__(1)|__mul__(3)|__getitem__(1)|__contains__('a')|__add__('c')|__repr__()|__iter__().__next__()|__mod__(())||[1]|__contains__(1)|__add__([2])|__eq__([1])|__iter__().__next__()|__getitem__(0)|__len__()|__mul__(2)|__lt__([2])|__iadd__([5])||(1, 2)|__eq__((1, 2))|__eq__([1])|__lt__((2,))|__add__((3,))|__len__()|__contains__(1)||{'k': 1}|__getitem__('k')|__len__()|__contains__('k')|__eq__({'k': 1})|__or__({'l': 2})|__iter__().__next__()||{1}|__len__()|__and__({1})|__or__({1})|__contains__(1)|__eq__({1})|__le__({1, 2})||True|__and__(False)|__bool__()|__int__()|__add__(1)||1.5|__add__(1)|__eq__(1.5)|__neg__()|__float__()|__lt__(2)||b'a'|__len__()|__getitem__(0)|__eq__(b'a')||None|__bool__()|__eq__(None)|__str__()||len|__call__([1])"
    for part in calls.split("||"):
        x, *names = part.split("|")
        for m in names:
            yield "dunder_calls", f"{x}.{m}", f"x = {x}\nprint(x.{m})\n"
    for e in ("int.__add__(1, 2)", "str.__len__('ab')", "list.__len__([1])", "dict.__getitem__({'a': 1}, 'a')", "object.__repr__ is not None", "str.__eq__('a', 'a')", "int.__lt__(1, 2)", "tuple.__contains__((1,), 1)", "int.__add__('a', 1)", "str.__contains__('ab', 'b')", "object.__eq__(1, 1)", "dict.__contains__({}, 1)"):
        yield "dunder_calls", e, f"print({e})\n"


def cases():
    for part in (binary, literals, augmented, unary, equality, ordering, truth, membership, identity, keys, chained, methods):
        yield from part()
