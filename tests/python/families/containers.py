"""Lists, tuples, dicts, sets, slices, and the built-in functions over them."""

from .cases import each, expressions

LISTS = ["[]", "[1]", "[3, 1, 2]", "[1, True, 1.0, '1']", "['b', 'a', 'é']", "[[1], [2, 3]]", "[None, 0, '']"]


def mutate(call, made="[3, 1, 2]", name="x"):
    """A program that prints what a call gives and what it leaves."""
    return f"{name} = {made}\nprint(repr({name}.{call}))\nprint({name})\n"


def lists():
    calls = ["append(1)", "append([2])", "append(x)[:0]", "extend([4, 5])", "extend('ab')", "extend(())", "extend({'k': 1})", "extend(x)", "extend(range(2))", "extend({7})", "extend(i * i for i in range(3))", "insert(0, 'a')", "insert(1, 'a')", "insert(99, 'a')", "insert(-1, 'a')", "insert(-99, 'a')", "insert(True, 'a')", "pop()", "pop(0)", "pop(-1)", "pop(-3)", "pop(True)", "remove(1)", "remove(True)", "remove(3.0)", "clear()", "copy()", "count(1)", "count('a')", "index(1)", "index(2, 1)", "index(2, -1)", "index(3, 0, 1)", "index(1, 0, 99)", "reverse()", "sort()", "sort(reverse=True)", "sort(key=lambda v: -v)", "sort(key=None)", "sort(key=str, reverse=False)", "__len__()", "__contains__(1)", "__getitem__(0)", "__getitem__(slice(1))"]
    for c in calls:
        yield "list", c, mutate(c)
    bad = ["append()", "append(1, 2)", "extend()", "extend(5)", "extend(None)", "extend(1, 2)", "insert(0)", "insert('a', 1)", "insert(1.0, 1)", "pop(9)", "pop('a')", "pop(1.0)", "pop(0, 1)", "remove(9)", "remove('a')", "remove()", "index(9)", "index('a')", "index()", "index(1, 'a')", "index(3, 1)", "sort(1)", "sort(key=5)", "sort(reverse='x')", "sort(foo=1)", "sort(key=len)", "count()", "clear(1)", "copy(1)", "reverse(1)", "push(1)", "add(1)", "get(0)", "items()", "join(',')", "split()", "length", "size()", "keys()"]
    for c in bad:
        yield "list", f"error {c}", f"x = [3, 1, 2]\nx.{c}\nprint(x)\n"
    for c in ("pop()", "remove(1)", "index(1)", "sort()", "reverse()", "clear()", "copy()", "pop(0)"):
        yield "list", f"of an empty list {c}", f"x = []\nprint(x.{c}, x)\n"
    for e in ("x + [9]", "x * 2", "2 * x", "x * 0", "x * -1", "x[0]", "x[-1]", "x[1:]", "x[:-1]", "x[::-1]", "x[::2]", "x == list(x)", "x != x[:]", "len(x)", "bool(x)", "list(x)", "tuple(x)", "x.index(1)", "x.count(1)", "1 in x", "list(enumerate(x))", "list(reversed(x))", "[*x, *x]", "str(x)", "x < [2]", "sorted(x, key=str)", "list(map(repr, x))", "dict(enumerate(x))", "max(x, key=str, default=None)", "list(zip(x, x[1:]))", "[v for v in x if v]", "any(x), all(x)", "x.copy() is x", "sum([[v] for v in x], [])", "set(map(str, x)) == {str(v) for v in x}", "x and x[0]", "','.join(map(str, x))"):
        yield "list", f"expression {e}", each("x", LISTS, f"print({e})")
    bad = ["[1][1]", "[][0]", "[1][-2]", "[1]['a']", "[1][1.0]", "[1][None]", "[1][0, 1]", "[1][[0]]", "[1]['a':]", "[1][::0]", "[1] + 'a'", "[1] + None", "[1] + (2,)", "'a' + [1]", "[1] * 'a'", "[1] * 1.0", "[1] - [1]", "[1]()", "[1] < 'a'", "list(5)", "list(None)", "list(1, 2)", "list(x=[1])", "len([1], 2)", "[1].x", "{[1]}", "[1] & [2]", "-[1]", "[1] ** 2", "[1][True]", "[5][False]", "[1].__class__.__name__", "[1, 2][-True]", "list()", "list('é😀')", "list({'a': 1})", "list({1: 2}.items())", "list(range(3))", "list((1,))", "list(b'ab')", "list(x for x in 'ab')", "list(map(str, [1]))", "[] == ()", "[1] is [1]", "[[]] * 2", "list([1]) == [1]", "[1, 2, 3][1:][0]", "[1, [2, [3]]][1][1][0]"]
    yield from expressions("list", "expression", bad, group=4)
    stmts = ["x[0] = 9", "x[-1] = 9", "x[3] = 9", "x[-4] = 9", "x['a'] = 9", "x[1.0] = 9", "x[True] = 9", "del x[0]", "del x[-1]", "del x[5]", "del x['a']", "del x[:]", "del x[1:]", "del x[::2]", "del x[::-1]", "del x[5:]", "del x[0], x[0]", "x[:] = []", "x[1:] = 'ab'", "x[:1] = [7, 8, 9]", "x[1:1] = ['in']", "x[5:] = [0]", "x[::2] = ['a', 'b']", "x[::2] = ['a']", "x[::-1] = [1, 2, 3]", "x[::-1] = x", "x[1:2] = x", "x[:] = x[::-1]", "x[0:2] = 5", "x[0:2] = None", "x[::2] = 5", "x[0:0] = {}", "x[-1:] = {'k': 1}", "x[:] = (i for i in range(2))", "x[2:0] = ['z']", "x[::0] = []", "x[0], x[1] = x[1], x[0]", "x[x[1]], x[1] = 0, 5", "x += [4]", "x += 'ab'", "x += (1,)", "x += 5", "x += None", "x *= 2", "x *= 0", "x *= 'a'", "x -= [1]", "x.attr = 1", "x += x", "del x", "x[1] += 10", "x[0] = x", "x[:2], y = [0], 1"]
    for s in stmts:
        yield "list", f"statement {s}", f"x = [3, 1, 2]\n{s}\nprint(x)\n"
    yield "list", "sort is stable", "x = [('b', 1), ('a', 2), ('b', 0), ('a', 1)]\nx.sort(key=lambda t: t[0])\nprint(x)\nx.sort(key=lambda t: t[0], reverse=True)\nprint(x)\n"
    yield "list", "sort key fails", "x = [1, 'a', 2]\ntry:\n    x.sort(key=lambda v: v + 1)\nexcept TypeError as e:\n    print(e)\nprint(x)\n"
    yield "list", "sort of equal keys and several keys", "x = ['bb', 'a', 'ccc', 'dd', 'A']\nprint(sorted(x, key=len), sorted(x, key=lambda s: (-len(s), s.lower(), s)), sorted(x, key=str.lower, reverse=True))\n"
    yield "list", "aliases", "a = [[0] * 2] * 2\na[0][0] = 1\nb = a[:]\nb.append(2)\nb[1][1] = 5\nprint(a, b)\n"
    yield "list", "bound methods", "x = []\nadd = x.append\nfor i in range(3):\n    add(i)\npop = x.pop\nprint(pop(), x, pop(0), x)\nprint(list.append(x, 7), x, list.index(x, 7), list.__name__)\n"
    yield "list", "changed during iteration: appended", "x = [1, 2]\nfor v in x:\n    if len(x) < 5:\n        x.append(v * 10)\n    print(v)\nprint(x)\n"
    yield "list", "changed during iteration: removed", "x = [1, 2, 3, 4, 5]\nfor v in x:\n    x.remove(v)\nprint(x)\n"
    yield "list", "changed during iteration: cleared", "x = [1, 2, 3]\nfor v in x:\n    print(v)\n    x.clear()\nprint(x)\n"
    yield "list", "changed during iteration: inserted", "x = [1, 2]\nfor v in x:\n    if len(x) < 6:\n        x.insert(0, v)\nprint(x)\n"
    yield "list", "changed during iteration: in a comprehension", "x = [1, 2, 3]\nprint([x.pop() for _ in x], x)\n"
    yield "list", "changed during iteration: enumerate", "x = ['a', 'b']\nfor i, v in enumerate(x):\n    if i < 3:\n        x.append(v)\nprint(x)\n"
    yield "list", "changed during iteration: an item", "x = [1, 2, 3]\nfor i, v in enumerate(x):\n    x[i] = v * 2\n    if i + 1 < len(x):\n        x[i + 1] += 100\nprint(x)\n"
    yield "list", "changed during iteration: sorted in between", "x = [3, 1, 2]\nfor v in x:\n    x.sort()\n    print(v)\n"
    yield "list", "an iterator after the end", "x = [1]\nit = iter(x)\nprint(next(it), next(it, 'end'))\nx.append(2)\nprint(next(it, 'end'))\n"
    yield "list", "a queue and a stack", "q = []\nq.append(1)\nq.append(2)\nprint(q.pop(0), q)\nq.insert(0, 3)\nprint(q.pop(), q, len(q), not q)\n"


def tuples():
    made = ["()", "(1,)", "(3, 1, 2)", "('a', ('b', 'c'))", "([1], {})"]
    for e in ("t + (9,)", "t * 2", "t[0]", "t[-1]", "t[1:]", "t[::-1]", "len(t)", "bool(t)", "list(t)", "t.count(1)", "t.index(1)", "1 in t", "t == tuple(t)", "t < (3,)", "sorted(t)", "(*t, 0)", "str(t)", "{t: 1}", "tuple(reversed(t))", "max(t)", "t[:1] + t[1:] == t", "dict([(1, t)])", "t is tuple(t)", "t and t[0]"):
        yield "tuple", e, each("t", made, f"print({e})")
    bad = ["(1,)[1]", "()[0]", "(1,)['a']", "(1,)[1.0]", "(1,) + [1]", "(1,) + 1", "(1,) - (1,)", "(1,) * 'a'", "(1,).append(2)", "(1,).index(2)", "(1,).index()", "(1,).count()", "(1,).sort()", "tuple(5)", "tuple(None)", "tuple(1, 2)", "(1,)()", "len(())", "(1, 2) < (1, 'a')", "(1, 2) < 3", "()", "(1)", "(1,)", "1, 2", "(1, 2)[::-1]", "tuple('ab')", "tuple({'a': 1})", "tuple([1])", "((),)", "() == []", "(1, 2) == (1.0, True + 1)", "(1,) is None", "tuple()", "(1, 2, 3).index(3, 1)", "(1, 2, 3).index(1, 1)", "-(1,)", "(1, 2)[0, 1]"]
    yield from expressions("tuple", "expression", bad, group=4)
    for s in ("t[0] = 1", "del t[0]", "t += (3,)", "t += [3]", "t[0] += 1", "t.x = 1", "t *= 2", "a, b = t", "a, b, c = t", "a, = t", "(a, b), c = t, 5", "del t"):
        yield "tuple", f"statement {s}", f"t = (1, 2)\n{s}\nprint(t)\n"


def dicts():
    d = "{'a': 1, 'b': 2, 'é': None}"
    calls = ["get('a')", "get('z')", "get('z', 0)", "get('é', 5)", "get(1)", "keys()", "values()", "items()", "pop('a')", "pop('z', None)", "pop('z', 1)", "popitem()", "setdefault('a')", "setdefault('z')", "setdefault('z', [])", "update({'c': 3})", "update(c=3)", "update({'a': 9}, b=8)", "update([('x', 1), ('y', 2)])", "update(['xy', 'zw'])", "update({})", "update()", "update((('k', 1),))", "clear()", "copy()", "fromkeys(['p', 'q'])", "fromkeys('pq', 0)", "__len__()", "__contains__('a')", "__getitem__('a')", "items().__len__()"]
    for c in calls:
        yield "dict", c, mutate(c, d, "d")
    bad = ["pop('z')", "pop()", "pop('a', 1, 2)", "get()", "get('a', 1, 2)", "get('a', default=1)", "setdefault()", "update(5)", "update([1])", "update(['abc'])", "update([('a',)])", "update(None)", "update({}, {})", "update('ab')", "keys(1)", "clear(1)", "fromkeys()", "fromkeys(5)", "foo", "has_key('a')", "iteritems()", "append(1)", "add('a')", "a", "get([])", "pop([])", "popitem(1)", "copy(1)", "sort()", "remove('a')", "__getitem__('z')"]
    for c in bad:
        yield "dict", f"error {c}", f"d = {d}\nprint(d.{c})\n"
    yield "dict", "popitem of an empty one", "d = {}\nd.popitem()\n"
    yield "dict", "popitem takes the last", "d = {'a': 1, 'b': 2, 'c': 3}\nd['a'] = 0\nwhile d:\n    print(d.popitem(), d)\n"
    made = ["dict()", "dict(a=1)", "dict([('a', 1)])", "dict({'a': 1}, b=2)", "dict([['a', 1], 'bc'])", "dict(zip('ab', [1, 2]))", "dict({1: 2}.items())", "dict([(1, 2), (1, 3)])", "dict(**{'a b': 1})", "dict(a=1, **{'b': 2})", "dict.fromkeys('aba', [])", "dict.fromkeys([1, True, 2])", "{**{'a': 1}, 'a': 2}", "{'a': 1, **{'a': 2}, 'b': 3}", "{'a': 1} | {'b': 2}", "{'a': 1} | {'a': 2}", "{'a': 1, 'a': 2}", "{1: 'x'} == {True: 'x'}", "{} == {}", "{} == []", "{x: x * x for x in range(3)}", "{k: v for k, v in zip('abc', 'xyz') if k != 'b'}", "{'a': 1}['a']", "{'a': {'b': {'c': 1}}}['a']['b']['c']", "dict(a=1)['b']", "{}['']", "{}[None]", "{'a': 1}[0]", "{'a': 1}['a']['b']", "{'a': None}['a']['b']", "{'a': 1}.a", "{'a': 1} + {'b': 2}", "{'a': 1} | [('b', 2)]", "{'a': 1} | None", "{'a': 1} & {'a': 1}", "{'a': 1} < {'a': 2}", "{[]: 1}", "{{}: 1}", "dict(1)", "dict([1])", "dict(['abc'])", "dict([(1, 2, 3)])", "dict(None)", "dict([('a', 1)], [('b', 2)])", "dict(**{1: 2})", "dict(**None)", "dict(**[1])", "dict('ab')", "{'a': 1}()", "{**[1]}", "{**None}", "len({})", "max({'b': 1, 'a': 2})", "min({'b': 1, 'a': 0}.items(), key=lambda kv: kv[1])", "sorted({'b': 1, 'a': 2})", "sorted({'b': 1, 'a': 2}.items(), reverse=True)", "sum({1: 2, 3: 4})", "list({'a': 1})", "tuple({'a': 1}.values())", "'a' in {'a': 1}", "1 in {'a': 1}.values()", "('a', 1) in {'a': 1}.items()", "('a', 2) in {'a': 1}.items()", "next(iter({'k': 1}))", "list(reversed({'a': 1, 'b': 2}))", "list(reversed({'a': 1, 'b': 2}.items()))", "','.join({'a': 1, 'b': 2})", "[*{'a': 1}]", "any({}), all({}), any({0: 1})", "dict(a=1, a2=2).get('a2')", "{'a': 1}.get('a').bit_length()", "{'a': [1]}.get('b', [])", "{'a': 1}.get('a', 1 / 1)", "{True: 'yes', False: 'no'}[1 > 0]", "{'x': 1}.keys() == {'x': 2}.keys()", "{1: 'a'}.keys() == {1}", "{'a': 1}.values() == {'a': 1}.values()", "{'a': 1}.items() == {('a', 1)}"]
    yield from expressions("dict", "expression", made, group=4)
    views = ["d.keys() & {'a', 'z'}", "sorted(d.keys() | {'z'})", "d.keys() - {'a'}", "sorted(d.keys() ^ {'a', 'z'})", "d.items() & {('a', 1)}", "d.keys() >= {'a'}", "d.keys() == {'a', 'b'}", "d.keys().isdisjoint({'z'})", "len(d.values())", "'a' in d.keys()", "list(d.keys())", "d.keys() & ['b', 'c']", "{'a'} & d.keys()", "{'a', 'z'} - d.keys()", "set(d.keys()) == {'b', 'a'}", "d.keys()[0]", "d.values()[0]", "d.items()[0]", "d.keys() + d.keys()", "d.values() & {1}", "d.keys().append(1)", "d.keys() & 5", "{d.keys(): 1}", "sorted(d.values())", "max(d.values())", "sum(d.values())", "dict(d.items()) == d", "[k + str(v) for k, v in d.items()]", "d.items() - {('a', 1)}", "list(zip(d.keys(), d.values())) == list(d.items())", "d.items() <= {('a', 1), ('b', 2), ('c', 3)}", "d.keys().mapping == d", "str(d.keys())", "repr(d.values())", "str(d.items())", "bool({}.keys()), bool(d.items())", "type(d.keys()).__name__", "type(d.values()).__name__", "type(d.items()).__name__"]
    for e in views:
        yield "dict_views", e, f"d = {{'a': 1, 'b': 2}}\nprint({e})\n"
    yield "dict_views", "views are live", "d = {'a': 1}\nks, vs, its = d.keys(), d.values(), d.items()\nd['b'] = 2\ndel d['a']\nprint(ks, vs, its, len(ks), 'b' in ks, 2 in vs, ('b', 2) in its)\n"
    stmts = ["d['c'] = 3", "d['a'] = 9", "d[1] = 2", "d[[]] = 1", "d[{}] = 1", "d[()] = 1", "d[None] = 0", "del d['a']", "del d['z']", "del d[1]", "del d[[]]", "d |= {'b': 9}", "d |= [('q', 1)]", "d |= 5", "d += {}", "d['a'] += 5", "d['z'] += 5", "d.x = 1", "d['n'] = d", "a, b = d", "a, b, c = d", "(a, x), *rest = d.items()", "for k in d: d[k] = 0", "d['x'], d['y'] = 1, 2", "d[1:2] = 3", "d = {**d, 'c': 3}", "del d['a'], d['b']", "d.update(d)", "d['a']['b'] = 1", "d['q']['b'] = 1"]
    for s in stmts:
        yield "dict", f"statement {s}", f"d = {{'a': 1, 'b': 2}}\n{s}\nprint(d)\n"
    for what, stmt in (("added", "d['new'] = 1"), ("deleted", "del d[k]"), ("popped", "d.pop('b', None)"), ("cleared", "d.clear()"), ("set", "d[k] = 5"), ("updated", "d.update(c=1)")):
        for over in ("d", "d.keys()", "d.items()", "d.values()", "list(d)"):
            var = "k, _" if over == "d.items()" else "k"
            if over == "d.values()" and "[k]" in stmt:
                continue
            yield "dict_changed", f"{what} while iterating over {over}", f"d = {{'a': 1, 'b': 2, 'c': 3}}\ntry:\n    for {var} in {over}:\n        print(k)\n        {stmt}\n        if len(d) > 5:\n            break\nexcept RuntimeError as e:\n    print('RuntimeError', e)\nprint(d)\n"
    yield "dict_changed", "in a comprehension", "d = {'a': 1}\nprint([d.setdefault(k + 'x', 1) for k in d])\n"
    yield "dict_changed", "size restored", "d = {'a': 1, 'b': 2}\nfor k in d:\n    del d[k]\n    d[k + 'x'] = 1\n    print(k)\n    if len(k) > 3:\n        break\n"
    yield "dict_changed", "set while iterating", "s = {1, 2}\nfor v in s:\n    s.add(v + 10)\n"
    yield "dict_changed", "set item removed while iterating", "s = {1, 2}\nfor v in s:\n    s.discard(v)\n"
    yield "dict_changed", "next after a change", "d = {'a': 1, 'b': 2}\nit = iter(d)\nprint(next(it))\nd['c'] = 3\nprint(next(it))\n"
    yield "dict_changed", "any() over a changed one", "d = {1: 1}\nprint(any(d.update({2: 2}) for _ in d))\n"
    yield "dict", "nested defaults", "d = {}\nfor k, v in [('a', 1), ('b', 2), ('a', 3)]:\n    d.setdefault(k, []).append(v)\nprint(d)\n"
    yield "dict", "counting", "d = {}\nfor c in 'hello world':\n    d[c] = d.get(c, 0) + 1\nprint(d, max(d, key=d.get), sorted(d.items(), key=lambda kv: (-kv[1], kv[0]))[:3])\n"
    yield "dict", "inverting", "d = {'a': 1, 'b': 2, 'c': 1}\ninv = {}\nfor k, v in d.items():\n    inv.setdefault(v, set()).add(k)\nprint({k: sorted(v) for k, v in inv.items()}, {v: k for k, v in d.items()})\n"
    yield "dict", "deep merging", "def merge(a, b):\n    out = dict(a)\n    for k, v in b.items():\n        if isinstance(v, dict) and isinstance(out.get(k), dict):\n            out[k] = merge(out[k], v)\n        else:\n            out[k] = v\n    return out\nprint(merge({'a': {'x': 1, 'y': 2}, 'b': 1}, {'a': {'y': 3}, 'c': {}}))\n"


def sets():
    others = ["{2, 3, 4}", "set()", "{1, 2, 3}", "frozenset({2})", "{9}"]
    for kind, made in (("set", "{1, 2, 3}"), ("frozenset", "frozenset({1, 2, 3})")):
        for op in ("|", "&", "-", "^"):
            yield "set", f"{kind} {op}", each("t", others, f"print(sorted(s {op} t), type(s {op} t).__name__, sorted(t {op} s), type(t {op} s).__name__)", setup=f"s = {made}\n")
        for op in ("<", "<=", ">", ">=", "==", "!="):
            yield "set", f"{kind} {op}", each("t", others, f"print(s {op} t, t {op} s)", setup=f"s = {made}\n")
        for m in ("union", "intersection", "difference", "symmetric_difference", "issubset", "issuperset", "isdisjoint"):
            for arg in ("{2, 5}", "[2, 5, 2]", "(1,)", "'ab'", "{1: 'x'}", "range(2, 9)", "(v for v in [1, 7])", "set()"):
                e = f"s.{m}({arg})"
                yield "set", f"{kind}.{m}({arg})", f"s = {made}\nr = {e}\nprint({'r' if m.startswith('is') else 'sorted(r, key=str), type(r).__name__'}, sorted(s))\n"
            for args in ("5", "None", "[[]]", "[1], [2]", "", "'ab', {1}, range(3)", "x=1"):
                if args == "[1], [2]" or args == "" or args.startswith("'ab'"):
                    yield "set", f"{kind}.{m}({args})", f"s = {made}\nr = s.{m}({args})\nprint(sorted(r, key=str) if r not in (True, False) else r)\n"
                else:
                    yield "set", f"{kind}.{m}({args})", f"s = {made}\nprint(s.{m}({args}))\n"
    calls = ["add(4)", "add(1)", "add(True)", "add((1, 2))", "add('a')", "add(frozenset())", "add([])", "add({})", "add(set())", "add()", "remove(1)", "remove(9)", "remove('a')", "remove([])", "remove((1, 2))", "discard(1)", "discard(9)", "discard([])", "clear()", "copy()", "update([7], 'a')", "update({5: 6})", "update()", "update(5)", "intersection_update({1, 9})", "intersection_update([1], [1, 2])", "difference_update({1})", "difference_update([2], 'a')", "symmetric_difference_update({1, 9})", "symmetric_difference_update([1, 1])", "append(1)", "foo", "get(1)", "index(1)", "sort()", "__contains__(1)", "__len__()", "pop(1)", "extend([1])", "insert(0, 1)"]
    for c in calls:
        yield "set", c, f"s = {{1, 2, 3}}\nr = s.{c}\nprint(r, sorted(s, key=str))\n"
        if c.split("(")[0] in ("add", "remove", "discard", "clear", "update", "pop", "difference_update", "copy") and c.endswith(("(1)", "()", "({1})")):
            yield "set", f"frozenset {c}", f"s = frozenset({{1, 2, 3}})\nr = s.{c}\nprint(r, sorted(s))\n"
    yield "set", "pop", "s = {5}\nprint(s.pop(), s)\ns.pop()\n"
    yield "set", "pop until empty", "s = {1, 2, 3}\ntotal = 0\nwhile s:\n    total += s.pop()\nprint(total, s, len(s))\n"
    for stmt in ("s |= {9}", "s &= {1}", "s -= {1}", "s ^= {1, 9}", "s |= [9]", "s &= 5", "s -= None", "s ^= 'a'", "s += {1}", "s *= 2", "s[0] = 1", "s.x = 1", "s |= frozenset({7})"):
        yield "set", f"statement {stmt}", f"s = {{1, 2}}\nalias = s\n{stmt}\nprint(sorted(s), sorted(alias), s is alias)\n"
        yield "set", f"frozenset statement {stmt}", f"s = frozenset({{1, 2}})\nalias = s\n{stmt}\nprint(sorted(s), sorted(alias), s is alias)\n"
    made = ["set()", "set([1, 1, 2])", "sorted(set('hello'))", "len(set('hello'))", "set({'a': 1})", "set((1,))", "set(range(3))", "frozenset()", "frozenset([1, 1])", "{*[1, 2], *(2, 3)}", "{1, 1.0, True}", "{x % 3 for x in range(10)}", "set([[]])", "set(5)", "set(None)", "set(1, 2)", "frozenset(5)", "{[]}", "{{}}", "{set()}", "{frozenset()}", "{1} + {2}", "{1}[0]", "{1}()", "{1} | [1]", "[1] | {1}", "{1} & 'a'", "{1} < [1]", "{1} < 5", "{1} == [1]", "{1} == frozenset({1})", "{1: 2} == {1}", "len({1, 2})", "max({3, 1, 2})", "sum({1, 2, 3})", "sorted({'b', 'a'})", "1 in {1}", "'1' in {1}", "[] in {1}", "bool(set()), bool({0})", "list({5})", "tuple({5})", "str({5})", "str(frozenset({5}))", "repr(set())", "set('') == set()", "{1, 2} <= {1, 2, 3}", "{1} > set()", "not {1}", "{1} and {2}", "{(1, 2), (1, 2)}", "{'a'}.union('b', ['c']) == {'a', 'b', 'c'}", "set.union({1}, {2})", "set.intersection(*[{1, 2}, {2, 3}])", "set().union(*[[1], [2]])", "frozenset({1}) | {2}", "{1} | frozenset({2})", "isinstance({1}, set), isinstance(frozenset(), set)", "{1}.copy() is not None", "sorted({True, 2, 0})", "any({0, 1}), all({1, 2})", "{1, 2}.isdisjoint([3])", "','.join(sorted({'x', 'y'}))", "type({1}).__name__, type(frozenset()).__name__, type({}).__name__", "{None}", "{(), None} == {None, ()}", "-{1}", "{1} * 2"]
    yield from expressions("set", "expression", made, group=4)
    yield "set", "comparisons are partial", "a, b = {1, 2}, {2, 3}\nprint(a < b, a > b, a == b, a <= b, a >= b, sorted(map(sorted, sorted([{1, 2, 3}, {1}, {1, 2}]))))\n"


def unpacking():
    targets = ["a, b", "a, b, c", "a, *b", "*a, b", "a, *b, c", "[a, b]", "(a, *b)", "*a,", "a, (b, *c)", "(a, b), c", "a, *_, b", "[a, *b], c"]
    values = ["(1, 2)", "[1, 2, 3]", "'ab'", "'é😀x'", "{'k': 1, 'l': 2}", "range(2)", "()", "[1]", "((1, 2), 3)", "[1, [2, 3]]", "5", "None", "iter([1, 2])", "(x for x in 'ab')", "{1: 2}.items()", "b'ab'", "zip([1], [2])", "map(str, [1, 2])"]
    for t in targets:
        names = [n for n in ("a", "b", "c") if n in t]
        yield "unpack", t, "for make in [" + ", ".join(f"lambda: {v}" for v in values) + f"]:\n    try:\n        {t} = make()\n        print({', '.join(names)})\n    except (TypeError, ValueError) as e:\n        print(type(e).__name__, e)\n"
    for t in ("a, b", "a, *b", "(a, b), c", "a, (b, *c)"):
        for v in values[:14]:
            names = [n for n in ("a", "b", "c") if n in t]
            yield "unpack", f"for {t} in [{v}]", f"for {t} in [{v}]:\n    print({', '.join(names)})\n"
    for v in ("(1, 2, 3)", "5", "None", "()", "'abc'", "1.5", "len", "{1}"):
        yield "unpack", f"a, b = {v}", f"a, b = {v}\nprint(a)\n"
        yield "unpack", f"a, *b, c = {v}", f"a, *b, c = {v}\nprint(a, b, c)\n"
    yield "unpack", "swap and rotate", "a, b, c = 1, 2, 3\na, b = b, a\na, b, c = c, a, b\nprint(a, b, c)\n"
    yield "unpack", "chained assignment", "a = b, c = d = (1, 2)\nprint(a, b, c, d, a is d)\n"
    yield "unpack", "chained assignment evaluates once", "def f():\n    print('f')\n    return [1]\na = b = f()\na.append(2)\nprint(b)\n"
    yield "unpack", "targets from left to right", "x = [0, 1, 2]\ni = 0\ni, x[i] = 1, 'set'\nprint(i, x)\n"
    yield "unpack", "attributes and items", "class C:\n    pass\nc = C()\nd = {}\nl = [0, 0]\nc.x, d['k'], l[0], *l[1:] = range(5)\nprint(c.x, d, l)\n"
    yield "unpack", "partial assignment before an error", "l = [0, 0]\ntry:\n    l[0], l[5], l[1] = 1, 2, 3\nexcept IndexError as e:\n    print(e, l)\n"
    yield "unpack", "in displays", "a, b = [1, 2], (3,)\nprint([*a, *b], (*a, *b), {*a, *b}, [*'xy', 0, *{}], {**{'a': 1}, **{'b': 2}}, [*range(2), *map(str, a)])\n"
    yield "unpack", "in displays: not iterable", "print([*5])\n"
    yield "unpack", "in displays: a dict of a list", "print({**{'a': 1}, **[1]})\n"
    yield "unpack", "nested in comprehension", "print([a + b for a, b in [(1, 2), (3, 4)]], [x for (x, (y, *z)) in [(1, (2, 3, 4))] for _ in z], {k: v for k, *v in ['abc', 'de']})\n"
    yield "unpack", "return and subscripts", "def f(*a):\n    return *a, 0\nprint(f(1, 2), f())\n"


def functions():
    seqs = ["[3, 1, 2]", "'bca'", "(2.5, -1, True)", "{'b': 1, 'a': 2}", "[]", "range(4)", "[[2], [1, 5]]", "{1, 2}"]
    for e in ("sorted(x)", "sorted(x, reverse=True)", "sorted(x, key=str)", "sorted(x, key=lambda v: str(v)[::-1], reverse=True)", "min(x)", "max(x)", "min(x, default=None)", "max(x, key=str, default='none')", "list(reversed(x))", "list(enumerate(x))", "list(enumerate(x, 5))", "list(zip(x, 'ab'))", "list(map(repr, x))", "list(filter(None, x))", "list(filter(lambda v: v != 1, x))", "any(x), all(x)", "len(x)", "sum(1 for _ in x)", "list(iter(x))", "next(iter(x))", "next(iter(x), 'default')", "tuple(x), list(x)", "dict(zip(x, range(9)))", "dict(enumerate(x, start=1))", "sum(x)", "list(zip(x, x))", "list(zip(*[x, x]))", "[*map(lambda a, b: (a, b), x, x)]", "isinstance(x, (list, tuple))", "str(x)", "bool(x)"):
        yield "functions", e, each("x", seqs, f"print({e})")
    made = """
    sorted(5)|sorted(None)|sorted([1, 'a'])|sorted([1], key=5)|sorted([1], None)|sorted()|sorted([2, 1], reverse=1)|sorted([1], foo=1)|sorted([None, None])|sorted([{}, {}])|sorted([2, 1], key=None)
    min()|min([])|min(5)|min(1, 'a')|min(3, 1, 2)|min('b', 'a')|min([1], [2])|min([], default=5)|min(1, 2, default=5)|min([2, 1], key=lambda v: -v)|min('abc', key=ord)|min(1, 2, key=lambda v: -v)|min({'a': 3, 'b': 1}.items(), key=lambda kv: kv[1])|min([1, 2], foo=1)|min(None)|min([1, None])
    max()|max([])|max(5)|max('')|max({})|max(3, 1, 2)|max([1, 1.0, True])|max([True, 1])|max('a', 'é', '😀')|max([[1, 2], [1, 3]])|max([(1, 'a'), (1, 'b')])|max(1, 2, key=None)|max(float('nan'), 1)|max(1, float('nan'))|max(*[1, 5], 3)|max([], default=None)|max(x for x in [2, 3])|max('aaa', 'bb', key=len)
    sum(['a', 'b'])|sum([1, 'a'])|sum('ab', '')|sum([1], 'a')|sum([(1,), (2,)], ())|sum([True, True])|sum({1: 2})|sum([0.1, 0.2, 0.3])|sum([1, 2], start=5)|sum()|sum([1], start='x')|sum(x * x for x in range(4))|sum([10**20, 1])|sum([1, 2.5])|sum([None])
    any([])|any([0, '', None])|any([0, 1])|any(5)|any('a')|any('')|any([[]])|any(x > 2 for x in [1, 3])|any()|any(1, 2)|all([])|all([1, 0])|all('ab')|all(5)|all(x for x in [1, 'a'])|all([[]])|any({'': 1})|any([None, 5])|all({'a': 0})
    list(zip())|list(zip([1]))|list(zip([1, 2], 'a'))|list(zip(5))|list(zip([1], None))|list(zip([1, 2], [1], strict=True))|list(zip([1], [1, 2], strict=True))|list(zip([1], [2], strict=True))|list(zip([1, 2], [1, 2], [1], strict=True))|list(zip([1], [2], strict=False))|list(zip([1, 2], foo=1))|dict(zip('ab', [1, 2]))|list(zip(*[(1, 'a'), (2, 'b')]))|next(zip([1], [2]))|len(zip())|zip([1])[0]
    list(map(str, [1, 2]))|list(map(lambda a, b: a + b, [1, 2], [10]))|list(map(str))|list(map())|list(map(5, [1]))|list(map(None, [1]))|list(map(str, 5))|list(map(len, ['a', 5]))|list(map(int, ['1', 'x']))|list(map(max, [1, 5], [3, 2]))|len(map(str, []))|map(str, [1])[0]|next(map(str, [1]))|list(map(dict.get, [{'a': 1}], ['a']))|list(map(str.strip, [' a ']))
    list(filter(None, [0, 1, '', 'a']))|list(filter(str.isdigit, ['1', 'a']))|list(filter(5, [1]))|list(filter(None, 5))|list(filter(lambda x: x, []))|list(filter(None))|len(filter(None, []))|list(filter(bool, {0: 1, 2: 3}))|list(filter(lambda s: s > 'b', 'abc'))
    list(enumerate('ab'))|list(enumerate('ab', 1))|list(enumerate('ab', start=-1))|list(enumerate(5))|list(enumerate('a', 'b'))|list(enumerate())|next(enumerate('a'))|list(enumerate({'k': 1}))|list(enumerate([], 5))|enumerate('a')[0]
    list(reversed([1, 2]))|list(reversed('ab'))|list(reversed(5))|list(reversed({1, 2}))|list(reversed(range(3)))|list(reversed({'a': 1, 'b': 2}))|list(reversed((1, 2)))|list(reversed(iter([1])))|reversed([1])[0]|list(reversed(''))|reversed(None)|''.join(reversed('aé'))
    next(iter([]))|next(iter([]), None)|next([1])|next(5)|next(iter([1]), 2, 3)|next(iter(''))|iter(5)|iter(None)|next()|list(iter([1]))|iter(len)|next(iter({}), 'empty')|next((x for x in [1, 5] if x > 2), None)|next((x for x in []), 'none')|next(x for x in [] if x)|list(iter(lambda: 1, 1))|next(iter('é'))|next(iter([1]), 1 / 1)
    len()|len(5)|len(None)|len('a', 'b')|len(1.5)|len(len)|len(x for x in [])|len(int)|len('é😀')|len(b'\\xc3\\xa9')|len({1: 2})|len(range(10**6))|len(object())
    callable(len)|callable(5)|callable(str)|callable(lambda: 1)|callable('a'.upper)|callable(None)|callable()|callable(ValueError)
    isinstance(1, int)|isinstance(True, int)|isinstance(True, bool)|isinstance(1, bool)|isinstance(1.0, (int, float))|isinstance(1, (str, (bytes, int)))|isinstance('a', str)|isinstance(None, type(None))|isinstance([], list)|isinstance({}, dict)|isinstance((), tuple)|isinstance(set(), frozenset)|isinstance(b'', (bytes, str))|isinstance(1, object)|isinstance(int, type)|isinstance(len, type)|isinstance(ValueError(), Exception)|isinstance(KeyError(), LookupError)|isinstance(KeyError(), (IndexError, ValueError))|isinstance(1, 5)|isinstance(1, 'int')|isinstance(1, [int])|isinstance(1, (int, 5))|isinstance('a', (int, 5))|isinstance(1)|isinstance(1, int | str)|isinstance([], list | None)|isinstance(None, int | None)|isinstance(1, ())|isinstance(10**30, int)|isinstance(range(3), range)|isinstance({}.keys(), dict)|isinstance(1, None)|isinstance([1], list[int])
    issubclass(bool, int)|issubclass(int, object)|issubclass(int, str)|issubclass(KeyError, LookupError)|issubclass(KeyError, (ValueError, LookupError))|issubclass(int, int)|issubclass(1, int)|issubclass(int, 1)|issubclass(ValueError, Exception)|issubclass(Exception, BaseException)|issubclass(UnicodeDecodeError, ValueError)|issubclass(ZeroDivisionError, ArithmeticError)|issubclass(FileNotFoundError, OSError)|issubclass(int, int | str)|issubclass(int, ())
    type(1)|type('')|type(None)|type([])|type({})|type(())|type(1.5)|type(True)|type(b'')|type(set())|type(len)|type(int)|type(type)|type(lambda: 1)|type(range(1))|type(iter([]))|type(Exception())|type(x for x in [])|type(1) is int|type(True) is int|type(1) == type(2)|type('a')('b')|type([])([1])|type(1).__name__|type(None)()|type(1)('5')|type([]) is list|type({}.items()).__name__|type(NotImplemented)|type(...)|type(slice(1))|type(zip())|type(map(str, []))|type(enumerate([]))|type(reversed([]))|type('a'.upper)|type()|type(1, 2)
    getattr('a', 'upper')()|getattr('a', 'foo')|getattr('a', 'foo', None)|getattr('a', 'foo', 'x').upper()|getattr(1, 'real')|getattr('a', 5)|getattr('a')|getattr(None, 'x', 1)|hasattr('a', 'upper')|hasattr('a', 'foo')|hasattr(1, 'x')|hasattr([], 'append')|hasattr({}, 'get')|hasattr('a', 5)|hasattr('a')|hasattr(None, 'get')|hasattr('a', '__iter__')|hasattr(1, '__iter__')|hasattr([], '__len__')|hasattr(len, '__call__')|setattr(1, 'x', 2)|setattr('a', 'x', 1)|delattr('a', 'x')|setattr([], 'a', 1)|setattr(len, 'a', 1)|delattr(1, 'real')|setattr('a', 1)
    chr(65) + chr(0xe9)|ord('é')|repr('a')|ascii('é')|str(5)|hash([])|hash({})|hash(set())|hash((1, []))|slice(1, 2).start|slice(None, 2).indices(5)|slice(1, 5, 2)|[1, 2, 3][slice(1, None)]|slice()|slice(1, 2) == slice(1, 2)|abs(-1)|object() == object()|print|NotImplemented|...|Ellipsis is ...|bool(NotImplemented)
    bytes(2)|bin(5)|format(3.14159, '.2f')|round(2.5)|divmod(7, 2)|pow(2, 3)|int('7')|float('1.5')|complex is not None|memoryview is not None|__name__|bool([])|list('ab')|set('a')|frozenset('a')|dict(a=1)|tuple('ab')|object.__name__|type(object()).__name__
    """
    exprs = [e for line in made.strip().splitlines() for e in line.strip().split("|")]
    merged = []
    for e in exprs:  # an alternative of types or of sets is one expression
        if merged and (merged[-1].count("(") > merged[-1].count(")")):
            merged[-1] += "|" + e
        else:
            merged.append(e)
    yield from expressions("functions", "call", merged, group=5)
    yield "functions", "zip is lazy", "it = iter([1, 2, 3])\nprint(list(zip(it, it)), list(it))\nit = iter([1, 2, 3])\nprint(list(zip([0], it)), list(it))\nit = iter([1, 2, 3])\nprint(list(zip(it, [0])), list(it))\n"
    yield "functions", "map and filter are lazy", "def f(x):\n    print('f', x)\n    return x\nm = map(f, [1, 2])\nprint('made')\nprint(next(m))\nprint(list(filter(f, [0, 3])))\nprint(list(m), list(m))\n"
    yield "functions", "iterators are used up", "for make in (lambda: iter([1, 2]), lambda: map(str, [1]), lambda: filter(None, [1]), lambda: zip([1]), lambda: enumerate('a'), lambda: reversed([1]), lambda: (x for x in [1])):\n    it = make()\n    print(list(it), list(it), iter(it) is it)\n"
    yield "functions", "iter with a sentinel", "x = [1, 2, 3, 0, 4]\nprint(list(iter(lambda: x.pop(0), 0)), x)\n"
    yield "functions", "enumerate of an iterator", "it = iter('abc')\nfor i, c in enumerate(it):\n    print(i, c, next(it, None))\n"
    yield "functions", "key functions are called once each", "calls = []\nprint(sorted([3, 1, 2], key=lambda v: calls.append(v) or -v), calls)\nprint(max([1, 3, 2], key=lambda v: calls.append(v) or v), calls)\n"
    yield "functions", "min and max keep the first of equals", "print(max([(1, 'a'), (1, 'b')], key=lambda t: t[0]), min([(1, 'a'), (1, 'b')], key=lambda t: t[0]), max(1, True, 1.0), min(0.0, -0.0, 0))\n"
    yield "functions", "short circuit of any and all", "def f(x):\n    print('f', x)\n    return x\nprint(any(f(x) for x in [0, 1, 2]))\nprint(all(f(x) for x in [1, 0, 2]))\nprint(any([f(0), f(5)]))\n"
    yield "functions", "exceptions pass through", "def f(x):\n    raise KeyError(x)\nfor g in (lambda: list(map(f, 'a')), lambda: sorted('ab', key=f), lambda: max('ab', key=f), lambda: any(f(x) for x in 'a'), lambda: list(filter(f, 'a')), lambda: [f(x) for x in 'q'], lambda: sum(f(x) for x in 'z'), lambda: dict((f(x), 1) for x in 'd'), lambda: ''.join(f(x) for x in 'j')):\n    try:\n        g()\n    except KeyError as e:\n        print(repr(e))\n"


def cases():
    for part in (lists, tuples, dicts, sets, unpacking, functions):
        yield from part()
