"""Programs put together at random: loops, exceptions, closures, classes, containers."""

import random

from .cases import indent, runs

R = random.Random(16)

VARS = ["a", "b", "c"]


def pick(*choices):
    return R.choice(choices)


def atom():
    return pick(R.choice(VARS), R.choice(VARS), str(R.randrange(-2, 6)), pick("True", "None", "''", "'xy'", "[]", "[1, 2]", "2.5", "(1,)", "{'k': 1}"))


def number():
    return pick("n", "i", "n + i", "i * 2", "n - 1", "len(out)", str(R.randrange(5)), "i % 2", "n // 2")


def condition():
    x, y = number(), number()
    return pick(f"{x} > {y}", f"{x} == {y}", f"{x} % 2", f"{x} < {y} or {y} == 3", f"not {x}", f"{x} in (1, 3)", f"{x} != {y} and {x}", f"0 < {x} <= {y}")


def error():
    return pick("ValueError(n)", "KeyError('k')", "ValueError", "IndexError('i', i)", "TypeError()", "ZeroDivisionError")


def simple(loop, function):
    """A statement that is one line."""
    kinds = [f"out.append({number()})", f"n += {R.randrange(1, 4)}", f"n = {number()}", "print('at', n, i)", f"out.append(('s', {number()}))", f"raise {error()}" if R.random() < 0.5 else "n -= 1", f"n = 6 // {number()}", "out.pop()", "d['k'] += 1", f"d[{number()}] = n", f"d.pop({number()}, None)", f"out.append(d[{number()}])" if R.random() < 0.4 else "out.append(len(d))"]
    if loop:
        kinds += [f"if {condition()}: break", f"if {condition()}: continue"]
    if function:
        kinds += [f"if {condition()}: return ('r', {number()})", f"return {number()}" if R.random() < 0.2 else "n += 1"]
    return R.choice(kinds) + "\n"


def block(depth, loop=False, function=False):
    body = ""
    for _ in range(R.randrange(1, 3 if depth else 4)):
        if depth == 0 or R.random() < 0.45:
            body += simple(loop, function)
        else:
            body += statement(depth - 1, loop, function)
    return body


def statement(depth, loop, function):
    kind = R.random()
    if kind < 0.25:
        text = f"if {condition()}:\n" + indent(block(depth, loop, function))
        if R.random() < 0.5:
            text += f"elif {condition()}:\n" + indent(block(depth, loop, function)) if R.random() < 0.3 else ""
            text += "else:\n" + indent(block(depth, loop, function))
        return text
    if kind < 0.5:
        text = f"for i in {pick('range(3)', '[2, 0, 1]', 'range(n % 4)', '(3, 1)')}:\n" + indent(block(depth, True, function))
        if R.random() < 0.3:
            text += "else:\n" + indent("out.append('else')\n")
        return text
    text = "try:\n" + indent(block(depth, loop, function))
    handlers = R.randrange(0, 3)
    for k in range(handlers):
        name = pick("ValueError", "(KeyError, IndexError)", "Exception", "LookupError", "ZeroDivisionError", "ArithmeticError")
        body = block(depth, loop, function) + (pick("raise\n", "raise RuntimeError('again') from e\n", "out.append(repr(e))\n", "out.append(type(e).__name__)\n", "out.append(str(e))\n"))
        text += f"except {name} as e:\n" + indent(body)
    if handlers and R.random() < 0.3:
        text += "else:\n" + indent(block(0, loop, function))
    if handlers == 0 or R.random() < 0.5:
        text += "finally:\n" + indent(simple(loop, function) if R.random() < 0.4 else f"out.append('f{R.randrange(9)}')\n")
    return text


def control():
    """Programs of loops and exceptions in a function and at the top level."""
    made = 0
    while made < 260:
        if R.random() < 0.6:
            program = "def f(n):\n    i, out, d = 0, [], {'k': 0}\n" + indent(block(3, False, True)) + "    return n, i, out, d\nfor k in range(4):\n    try:\n        print(f(k))\n    except Exception as e:\n        print(repr(e), repr(e.__cause__))\n"
        else:
            program = "n, i, out, d = 3, 0, [], {'k': 0}\n" + block(3) + "print(n, i, out, d)\n"
        if program.count("\n") > 34 or program.count("try:") < 1 + ("def f" in program):
            continue
        made += 1
        yield "random_control", f"program {made}", program


def collections():
    """Programs that change lists, dicts and sets, and show them."""
    made = 0
    while made < 150:
        lines = ["x = [%s]\n" % ", ".join(R.choice(["1", "2", "'a'", "None", "(1, 2)", "2.0", "True"]) for _ in range(R.randrange(5))), "d = {%s}\n" % ", ".join(f"{R.choice(['1', repr('a'), 'None', 'True', '2'])}: {R.randrange(5)}" for _ in range(R.randrange(4)))]
        for _ in range(R.randrange(5, 11)):
            k, v, j = R.choice(["1", "'a'", "None", "2", "'z'", "(1, 2)"]), str(R.randrange(9)), str(R.randrange(-3, 4))
            stmt = pick(f"x.append({k})", f"x.insert({j}, {v})", f"x[{j}:] = [{k}]", f"d[{k}] = {v}", f"d.update({{{k}: {v}, 'n': x}})", f"x.extend(d)", f"d.setdefault({k}, {v})", f"x += [d.get({k})]", "x.reverse()", f"x[::2] = x[::2][::-1]", f"d = {{**d, {k}: {v}}}", f"del x[{j}:{v}]", "x = sorted(x, key=str)", "d = {k: v for k, v in d.items() if v}", f"print({k} in x, {k} in d, x.count({k}))", f"print(x[{j}:], list(d.values()))", f"print(d.pop({k}, 'gone'))", "print(len(x), len(d), list(d))", f"x = [y for y in x if y != {k}]", f"print([type(y).__name__ for y in x])", f"print(x.index({k}))", f"x.remove({k})", f"print(d[{k}])", f"print(x[{j}])", "print(dict(zip(x, range(9))))", f"x *= {R.randrange(3)}", f"print(x.pop({j}))", "print(max(x, key=str, default=None))", "x, d['x'] = x[1:], x[:1]", "print({str(y) for y in x} == set(map(str, x)))", "print(' '.join(map(repr, x)))", "a, *b = x\nprint(a, b)")
            lines.append(stmt + "\n")
        lines.append("print(x, d)\n")
        program = "".join(lines)
        e = runs(program)
        if e and R.random() < 0.6:
            continue
        made += 1
        yield "random_collections", f"program {made}", program


def texts():
    """Programs of expressions on strings."""
    words = ["'Hello World'", "'  padded '", "'a,b,c'", "'naïve é'", "'日本 go'", "'x😀y'", "'123'", "''", "'UPPER_case'", "'k=v;k2=v2'"]
    made = 0
    while made < 120:
        lines = [f"s = {R.choice(words)}\nt = {R.choice(words)}\n"]
        for _ in range(6):
            i, j = R.randrange(-4, 8), R.randrange(-4, 8)
            x, y = R.choice(["s", "t", "s + t", "t * 2", f"s[{i}:]", f"t[:{j}]", "s.strip()", "t.upper()", "s[::-1]"]), R.choice(["','", "' '", "'a'", "'é'", "'o'", "t[:1]", "s[-1:]"])
            lines.append("print(" + pick(f"({x}).split()", f"({x}).replace({y}, '<>')", f"({x}).find({y})", f"({x}).count({y})", f"({x})[{i}:{j}]", f"({x})[{i}:{j}:{pick(2, -1, -2)}]", f"({x}).title(), ({x}).swapcase()", f"sorted({x})", f"len({x})", f"{y} in {x}", f"({x}).partition({y} or '-')", f"f'{{{x}!r:>{abs(i) + 5}}}|'", f"'%s|%-{abs(j)}s|' % (s, {x})", f"'{{:*^{abs(i) + 6}}}'.format({x})", f"{{c: ({x}).count(c) for c in ({x})}}", f"''.join(c for c in {x} if c.isalpha())", f"[w[::-1] for w in ({x}).split()]", f"({x}).encode()", f"({x}).startswith({y}), ({x}).endswith({y})", f"max({x}, default=None)", f"list(enumerate({x}))[:3]", f"({x}).rsplit({y} or '-', 1)", f"ascii({x})", f"({x}) < t, ({x}) == s", f"({x})[{i}]", f"({x}).index({y})", f"({x}).zfill({abs(j) + 4})", f"({x}).isalnum(), ({x}).isupper(), ({x}).isdigit()", f"dict.fromkeys({x}, {i})") + ")\n")
        program = "".join(lines)
        e = runs(program)
        if e and R.random() < 0.7:
            continue
        made += 1
        yield "random_text", f"program {made}", program


def closures():
    """Programs of nested functions that share variables."""
    made = 0
    while made < 120:
        def body(level, names):
            own = f"v{level}"
            text = f"{own} = {R.randrange(9)}\n"
            shared = R.choice(names) if names and R.random() < 0.6 else None
            if shared:
                text = (f"nonlocal {shared}\n" if shared != "g" else "global g\n") + text + f"{shared} += {R.randrange(1, 5)}\n"
            if level < 3 and R.random() < 0.9:
                params = pick("", "p=2", "*p", f"p={own}", "**p")
                text += f"def f{level + 1}({params}):\n" + indent(body(level + 1, names + [own]))
                text += pick(f"{own} += f{level + 1}() or 0\n", f"print('l{level}', f{level + 1}(), {own})\n", f"h = f{level + 1}\nh()\nprint(h() or 'none', {own})\n", f"print([f{level + 1}() for _ in range(2)], {own})\n", f"print((lambda q: (q, {own}, f{level + 1}()))({own}))\n")
            seen = names + [own]
            text += pick(f"return {' + '.join(R.sample(seen, min(2, len(seen))))}\n", f"print({', '.join(seen)})\n", f"return {own}\n", f"return sum([{', '.join(seen)}])\n", f"if {own} > 4:\n    {own} = 0\nreturn {own}\n", f"return (lambda: {R.choice(seen)})()\n", f"return max(x + {R.choice(seen)} for x in range(3))\n")
            return text

        program = f"g = {R.randrange(5)}\ndef f0():\n" + indent(body(0, ["g"])) + "print(f0(), g)\nprint(f0(), g)\n"
        if program.count("def") < 3 or program.count("\n") > 30:
            continue
        try:
            compile(program, "case", "exec")
        except SyntaxError:
            continue
        made += 1
        yield "random_closures", f"program {made}", program


def classes():
    """Programs of classes that inherit, override and ask their bases."""
    made = 0
    while made < 120:
        count = R.randrange(3, 5)
        text = ""
        for k in range(count):
            names = [f"C{j}" for j in range(k)]
            bases = R.sample(names, min(len(names), pick(0, 1, 1, 2)))
            text += f"class C{k}({', '.join(sorted(bases, reverse=True))}):\n"
            members = R.sample(["x", "f", "g", "p", "add", "init", "get"], R.randrange(1, 4))
            up = bool(bases)
            for m in members:
                text += {
                    "x": f"    x = {k}\n",
                    "f": f"    def f(self): return ['f{k}']" + (" + (super().f() if hasattr(super(), 'f') else [])" if up else "") + "\n",
                    "g": f"    def g(self): return ('g{k}', self.x if hasattr(self, 'x') else None)\n",
                    "p": f"    @property\n    def p(self): return 'p{k}'\n",
                    "add": f"    def __add__(self, o): return 'add{k} ' + type(o).__name__\n",
                    "init": f"    def __init__(self, *a):\n" + ("        super().__init__(*a)\n" if up and R.random() < 0.7 else "") + f"        self.i{k} = a\n",
                    "get": f"    def __getattr__(self, n):\n        if n == 'missing': return 'made{k}'\n        raise AttributeError(n)\n",
                }[m]
        text += "for c in (" + "".join(f"C{k}, " for k in range(count)) + "):\n    o = c()\n    for n in ('x', 'p', 'missing', 'i0'):\n        print(n, getattr(o, n, 'none'), end=' ')\n    for f in (lambda: o.f(), lambda: o.g(), lambda: o + 1, lambda: c.x, lambda: [b.__name__ for b in c.__mro__]):\n        try:\n            print(f(), end=' ')\n        except (AttributeError, TypeError) as e:\n            print(type(e).__name__, e, end=' ')\n    print()\n"
        if isinstance(runs(text), (SyntaxError, RecursionError)) or " at 0x" in text:
            continue
        made += 1
        yield "random_classes", f"program {made}", text


def cases():
    for part in (control, collections, texts, closures, classes):
        yield from part()
