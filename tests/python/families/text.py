"""Methods of str and bytes, indexing, slices."""

import random

from .cases import each, expressions, listing

R = random.Random(13)

ASCII = ["''", "'a'", "'abc'", "'Hello World'", "' padded  '", "'a,b,,c'", "'UPPER lower 123'", "'tab\\tnew\\nline\\r\\nend'", "'aaa'", "'key=value=more'", "'-42'", "'snake_case_name'"]
UNICODE = ["'é'", "'Straße'", "'ÀÉÎ õü'", "'日本語 テキスト'", "'a😀b😀'", "'ǆ ǅ Ǆ'", "'ﬁn ŉ'", "'İstanbul ı'", "'ΣΑΣ σας'", "'\\u00a0x\\u2003'", "'e\\u0301te\\u0301'", "'٣ ² ½ Ⅷ'", "'\\u2028para\\x85'", "'👨‍👩‍👧'"]

PLAIN = ["upper", "lower", "capitalize", "title", "swapcase", "casefold", "strip", "lstrip", "rstrip", "split", "rsplit", "splitlines", "isalpha", "isdigit", "isdecimal", "isnumeric", "isalnum", "isspace", "isupper", "islower", "istitle", "isascii", "isidentifier", "isprintable", "expandtabs"]

ARGS = {
    "strip": ["' '", "'a'", "'al '", "''", "None", "'é日'", "'\\n\\t e'"],
    "lstrip": ["'aH '", "'é'", "None"],
    "rstrip": ["'c3 '", "'語'", "None"],
    "split": ["','", "' '", "'a'", "None, 1", "',', 1", "' ', 2", "None, 0", "'a', -1", "sep='='", "maxsplit=1", "'=', maxsplit=1", "'😀'", "'lo'", "sep=None, maxsplit=2"],
    "rsplit": ["','", "None, 1", "',', 1", "' ', 1", "'=', 1", "None, 0", "sep='_', maxsplit=1", "'語'"],
    "splitlines": ["True", "keepends=True", "False"],
    "partition": ["','", "'='", "' '", "'xyz'", "'語'", "'aa'"],
    "rpartition": ["','", "'='", "' '", "'xyz'", "'😀'", "'aa'"],
    "find": ["'a'", "''", "'b', 1", "'a', -3", "'a', 0, 2", "'', 3", "'', 100", "'o', 5, -1", "'é'", "'語'", "'b', None, None", "'a', 1, None", "'c', -100, 100"],
    "rfind": ["'a'", "''", "'a', 1", "'l', 0, 5", "'😀'", "'', 0, 2", "' '"],
    "count": ["'a'", "''", "'aa'", "' '", "'a', 1", "'a', 0, 2", "'😀'", "'', 2", "'', 100"],
    "startswith": ["'a'", "''", "('a', 'H')", "()", "'b', 1", "'', 100", "'a', -3", "'b', 1, 2", "'é'", "'', 2, 1", "('x', 'Str')"],
    "endswith": ["'a'", "''", "('c', 'd')", "()", "'b', 0, 2", "'语'", "'😀'", "'', 100", "'d', -3"],
    "removeprefix": ["'a'", "''", "'Hello '", "'é'", "'xyz'"],
    "removesuffix": ["'c'", "''", "' World'", "'語'", "'xyz'"],
    "replace": ["'a', 'X'", "'', '-'", "'a', ''", "'a', 'aa', 1", "'l', 'L', -1", "'l', 'L', 0", "'é', 'e'", "'😀', ':)'", "'', '-', 2", "'aa', 'b'"],
    "center": ["10", "11, '*'", "0", "-1", "3", "12, 'é'", "7, '😀'"],
    "ljust": ["10", "10, '.'", "2", "9, '日'"],
    "rjust": ["10", "10, '.'", "2", "9, '日'"],
    "zfill": ["6", "0", "-3", "2", "15"],
    "expandtabs": ["4", "0", "1", "tabsize=2", "-1"],
    "encode": ["", "'utf-8'", "'ascii', 'ignore'", "'ascii', 'replace'", "'latin-1', 'replace'", "'utf-16-le'", "encoding='utf8', errors='strict'", "'ascii', 'backslashreplace'", "'ascii', 'xmlcharrefreplace'"],
    "translate": ["{97: 'X', 98: None}", "{233: 'e', 32: '_'}", "str.maketrans('abc', 'xyz')", "str.maketrans('ao', '01', 'l ')", "str.maketrans({'a': '1', 'b': None, 99: 'see'})"],
    "join": ["['1', '2', '3']", "[]", "['x']", "'xyz'", "('a', 'b')", "{'k': 1}", "(c for c in 'pq')", "['é', '😀']"],
    "__len__": [""],
    "__contains__": ["'a'", "''"],
    "__add__": ["'x'"],
    "__mul__": ["2"],
    "__eq__": ["'a'", "1"],
}

ERRORS = """
'a'.upper(1)
'a'.split('')
'a'.split(1)
'a'.split(None, None)
'a'.split('a', 1, 2)
'a'.split(foo=1)
'a'.split(',', sep=',')
'a'.rsplit('')
'a'.strip(1)
'a'.strip('a', 'b')
'a'.partition('')
'a'.partition()
'a'.partition(None)
'abc'.index('d')
'abc'.index('c', 0, 2)
'abc'.index('b')
'abc'.rindex('z')
'abcb'.rindex('b')
'abc'.index()
'abc'.index(1)
'abc'.find()
'abc'.find(1)
'abc'.find('a', 'b')
'abc'.find('a', 1.5)
'abc'.find('a', 1, 2, 3)
'abc'.count()
'abc'.count(None)
'abc'.startswith(1)
'abc'.startswith(['a'])
'abc'.startswith(('a', 1))
'abc'.startswith((1, 'b'))
'abc'.startswith()
'abc'.startswith('a', 'b')
'abc'.endswith(None)
'abc'.endswith(('c', None))
'abc'.endswith((None, 'c'))
'abc'.removeprefix()
'abc'.removeprefix(1)
'abc'.removesuffix(('c',))
'abc'.replace('a')
'abc'.replace('a', 1)
'abc'.replace(1, 'a')
'abc'.replace('a', 'b', 'c')
'abc'.replace('a', 'b', count=1)
'abc'.replace(None, 'a')
'abc'.center()
'abc'.center('5')
'abc'.center(5, 'ab')
'abc'.center(5, '')
'abc'.center(5, 1)
'abc'.center(5.0)
'abc'.ljust(5, None)
'abc'.rjust(width=5)
'abc'.zfill()
'abc'.zfill('5')
'abc'.join()
'abc'.join(1)
'abc'.join([1])
'abc'.join(['a', 2, 'c'])
'abc'.join(['a', None])
'abc'.join(None)
'abc'.join(['a', b'b'])
'abc'.join('x', 'y')
'é'.encode('ascii')
'aé😀'.encode('latin-1')
'abc'.encode('nope')
'abc'.encode(1)
'é'.encode('ascii', 'nope')
'abc'.foo
'abc'.foo()
'abc'.append('d')
'abc'.push
'abc'.has_key('a')
'abc'.decode()
'abc'.items()
'abc'.get('a')
'abc'[3]
'abc'[-4]
''[0]
'abc'['a']
'abc'[1.0]
'abc'[None]
'abc'[0:'a']
'abc'[1.5:]
'abc'[::0]
'abc'[0, 1]
'abc'()
'abc' + 1
'abc' + None
'abc' + b'd'
1 + 'abc'
'abc' * 'd'
'abc' * 1.5
'abc' - 'a'
'abc' / 2
-'abc'
'a' < 1
'a' in 5
5 in 'a'
len('abc', 1)
'abc'.translate()
'abc'.translate({97: 1.5})
'abc'.translate({97: 0x110000})
str.maketrans('ab', 'x')
str.maketrans(1)
str.maketrans({'ab': 1})
str.maketrans({1.5: 'a'})
str.maketrans('a', 'b', 1)
'abc'.expandtabs('4')
'abc'.splitlines(keepends='x')
'abc'.isalpha(1)
'abc'.title('x')
'{'.format()
str.upper()
str.upper(1)
str.upper('abc')
str.join(',', ['a', 'b'])
str.strip(' a ')
str.split('a b')
str.lower(b'A')
list(map(str.upper, ['a', 'b']))
sorted(['b', 'A', 'c'], key=str.lower)
'abc'.__class__
'abc'.upper.__name__
f = 'abc'.upper
""".strip().splitlines()


def methods():
    for m in PLAIN:
        for kind, receivers in (("ascii", ASCII), ("unicode", UNICODE)):
            yield "str", f"{m}() of {kind}", each("s", receivers, f"print(ascii(s.{m}()))")
    for m, argss in ARGS.items():
        for args in argss:
            for kind, receivers in (("ascii", ASCII), ("unicode", UNICODE[:10])):
                if kind == "unicode" and m in ("strip", "__eq__") and args in ("None",):
                    continue
                yield "str", f"{m}({args}) of {kind}", each("s", receivers[::2] if m in ("center", "encode", "translate", "rjust") else receivers[:: 1 + (kind == "ascii" and len(args) % 2)], f"print(ascii(s.{m}({args})))")
    yield from expressions("str", "call", [e for e in ERRORS if " = " not in e])
    words = ["GetObject", "s3:PutObject*", "arn:aws:iam::123456789012:role/Admin", "user@example.com", "10.0.0.1", "C:\\\\Windows\\\\x.exe", "", "  x  y ", "AKIA", "true"]
    for e in ("s.split(':')[-1]", "s.lower().startswith(('get', 'arn'))", "s.rsplit('/', 1)[-1].upper()", "s.partition('@')[2] or 'none'", "''.join(reversed(s))", "s.replace('*', '').strip().split()", "'.'.join(p.zfill(3) for p in s.split('.'))", "sorted(set(s.lower()))[:5]", "{c: s.count(c) for c in sorted(set(s))[:4]}", "s.isdigit() or s.replace('.', '').isdigit()", "[w.capitalize() for w in s.split(':') if w]", "s[::-1].title()", "s.find('o'), s.rfind('o'), s.find('zzz')", "s.strip('aC*x').swapcase()", "s.encode().hex()[:12]", "len(s), len(s.encode('utf-16'))", "s and s[0] + s[-1]", "all(c.isalnum() for c in s)", "max(s, default='?'), min(s, default='?')", "s.center(20, '-').rstrip('-').expandtabs()"):
        yield "str", f"chain {e}", each("s", [f"'{w}'" for w in words], f"print({e})")


def indexing():
    for s in ("'abcdef'", "'aé日😀z'", "''", "'x'"):
        for part in (["0", "1", "-1", "3", "-5", "True"], ["4", "5", "10", "-6"]):
            yield "str_index", f"index of {s}: {part[0]}..", each("i", part, "print(i, s[i])", setup=f"s = {s}\n")
        bounds = ["None", "0", "1", "-1", "3", "-3", "10", "-10"]
        for step in ("", "::1", "::2", "::-1", "::-2", "::3", "::-10"):
            if step:
                yield "str_index", f"slice {s}[{step}]", each("i", bounds, f"print(i, ascii(s[i{step}]), ascii(s[:i{step[1:]}]))", setup=f"s = {s}\n")
        yield "str_index", f"slices of {s}", f"s = {s}\nfor i in {listing(bounds)}:\n    for j in {listing(bounds[::2])}:\n        print(i, j, repr(s[i:j]))\n"
        yield "str_index", f"iterate {s}", f"s = {s}\nfor c in s:\n    print(c, len(c), ord(c))\nprint(list(s), tuple(s), len(s), list(reversed(s)), list(enumerate(s)), sorted(s), s[len(s) // 2:])\n"
        yield "str_index", f"unpack {s}", f"*a, = {s}\nprint(a, [*{s}], dict(zip({s}, {s}[1:])))\n"
        yield "str_index", f"items cannot be set in {s}", f"s = {s}\ns[0] = 'x'\n"
        yield "str_index", f"items cannot be deleted in {s}", f"s = {s}\ndel s[0]\n"
    for s in ("'a😀é'", "'日本語abc'", "'e\\u0301\\u0301'", "'\\U0001F1E9\\U0001F1EA'"):
        yield "str_index", f"positions in {ascii(s)}", f"s = {s}\nprint(len(s), [s.find(c) for c in s], [s.index(c, i) for i, c in enumerate(s)], ascii(s[1]), ascii(s[-1]), ascii(s[1:]), ascii(s[:-1]), ascii(s * 2), ascii(s.rjust(8)), s.rfind(s[0]))\n"


def escapes():
    lits = [r"'\n\t\r\\\'\"'", r"'\x41\xe9'", r"'\u00e9\u65e5'", r"'\U0001F600'", r"'\101\0\7\18'", r"'\N{BULLET}\N{LATIN SMALL LETTER E WITH ACUTE}'", r"'\a\b\f\v'", r"r'\n\x41'", r"r'\''", r"R'a\\'", r"'a\qb'", r"'\8'", r'"it\'s"', r"""'say "hi"'""", "'''it's \"both\"'''", '"""a\nb"""', "'''line\n  two\n'''", "'a' 'b' \"c\"", "('a'\n 'b'\n 'c')", "'a\\\nb'", "'' ''", "u'x'", r"b'\x00\xff\n\\'", r"rb'\x00'", r"Rb'\n'", r"b'a' b'b'", r"b'\101\8'", r"b'\u0041'", "'é'", "'\\u200b'", "'\\xad'", "'\\ufeff'", "'\\x7f\\x80\\x9f\\xa0'", "'\\u3000'", "'\\ue000'", "'\\U000e0001'", "'\\u0378'", "'\\x1b[0m'", "\"'\"", "'\"'", "'\\'\"'", "b\"'\"", "b'\\'\"'", "f'a' 'b{{' r'\\n'", "'a' f'{1}' 'b'", "'%s' 'x' % 1", "'' or 'a' 'b'"]
    for x in lits:
        yield "escapes", f"{ascii(x)}", f"x = {x}\nprint(ascii(x), len(x))\nprint(repr(x))\n"
    for x in ["'\\u00e9'", "'日本'", "'😀'", "'\\n'", "'\\''", "'\\\\'", "'a\\tb'", "'\\x00'", "'é\\u200b'"]:
        yield "escapes", f"conversions of {ascii(x)}", f"x = {x}\nprint(repr(x), ascii(x), [x], (x,), {{x: x}}, f'{{x!r}} {{x!a}}', '%r %a' % (x, x), '{{!r}} {{!a}}'.format(x, x))\n"
    yield "escapes", "implicit concatenation in a call", "def f(*args):\n    return len(args), args\nprint(f('a' 'b', 'c'\n        'd'))\n"
    yield "escapes", "implicit concatenation in a list", "print(['a', 'b' 'c', 'd'])\n"
    yield "escapes", "printing", "print('a\\tb', 'c\\\\d', 'e\\'f', \"g\\\"h\", 'two\\nlines')\n"


BYTES = ["b''", "b'abc'", "b' a b '", "b'a,b,,c'", "b'Hello World'", "b'\\x00\\xff\\n'", "b'aaa'", "'é😀'.encode()", "b'-42'"]


def binary():
    calls = ["upper()", "lower()", "title()", "capitalize()", "swapcase()", "strip()", "lstrip()", "rstrip(b'c ')", "strip(b'a')", "split()", "split(b',')", "split(b' ', 1)", "rsplit(b',', 1)", "splitlines()", "partition(b',')", "rpartition(b',')", "find(b'a')", "find(98)", "rfind(b'a')", "count(b'a')", "count(97)", "startswith(b'a')", "startswith((b'a', b'H'))", "endswith(b'c')", "replace(b'a', b'XY')", "replace(b'', b'-')", "removeprefix(b'a')", "removesuffix(b'c')", "center(8, b'*')", "ljust(6)", "rjust(6, b'.')", "zfill(6)", "hex()", "hex('-')", "hex(' ', 2)", "decode('utf-8', 'replace')", "decode('latin-1').upper()", "decode(errors='ignore')", "decode('ascii', 'backslashreplace')", "isalpha()", "isdigit()", "isalnum()", "isspace()", "isupper()", "islower()", "istitle()", "isascii()", "join([b'x', b'y'])", "translate(None, b'a')", "expandtabs()"]
    for c in calls:
        yield "bytes", c, each("b", BYTES, f"print(ascii(b.{c}))")
    for e in ("b[0]", "b[-1]", "b[1:3]", "b[::-1]", "list(b)", "len(b)", "b + b'x'", "b * 2", "b == b'abc'", "b < b'abc'", "[hex(c) for c in b]", "tuple(b[:2])", "b[5]", "bytes(reversed(b))", "sorted(b)[:3]", "max(b, default=0)", "sum(b)", "str(b)", "repr(b)", "f'{b}'", "b and b[0]", "b.decode()", "int(b)", "{b: 1}", "b % ()", "bytes(b) is not None", "b in {b'abc', b''}", "b'a' in b", "97 in b", "dict(enumerate(b[:2]))"):
        yield "bytes", e, each("b", BYTES, f"print({e})")
    more = ["bytes()", "bytes(3)", "bytes([1, 2, 255])", "bytes('é', 'utf-8')", "bytes('é', 'latin-1')", "bytes(b'a')", "bytes((1, 2))", "bytes(range(3))", "bytes('a')", "bytes([256])", "bytes([-1])", "bytes(-1)", "bytes(['a'])", "bytes(1.5)", "bytes(None)", "bytes(3, 'utf-8')", "bytes('é', 'ascii')", "bytes('a', 'nope')", "bytes.fromhex('00ff 41')", "bytes.fromhex('0')", "bytes.fromhex('zz')", "bytes.fromhex('')", "bytes.fromhex(b'00')", "b'a' + 'b'", "b'a' + 1", "b'a' * 'b'", "b'abc'[3]", "b'abc'['a']", "b'abc'.split('a')", "b'abc'.split(b'')", "b'abc'.find('a')", "b'abc'.find(300)", "b'abc'.index(b'z')", "b'abc'.startswith('a')", "b'abc'.replace('a', 'b')", "b'abc'.join(['a'])", "b'abc'.encode()", "b'abc'.format()", "b'abc'.foo", "b'abc'.center(5, b'ab')", "b'\\xff'.decode()", "b'a\\xe9b'.decode('utf-8')", "b'\\xe6\\x97'.decode()", "b'\\xff'.decode('ascii')", "b'abc'.decode('nope')", "b'abc'.decode(1)", "'a' in b'abc'", "b'a' in 'abc'", "b'a' == 'a'", "b'a' < 'b'", "b'%s=%d' % (b'a', 5)", "b'%x %c %r' % (255, 65, 'é')", "b'%s' % 'a'", "b'%b' % b'x'", "b'%d' % 'x'", "hash(b'a') == hash(b'a')", "isinstance(b'a', bytes)", "b'a' is None", "b'a\\tb'.expandtabs(4)", "b'abc'.maketrans(b'ab', b'xy')[97:99]", "b'abc'.translate(bytes.maketrans(b'ab', b'xy'))", "bytearray(b'abc')", "bytearray(3)", "bytearray(b'a') + b'b'"]
    yield from expressions("bytes", "call", more)
    yield "bytes", "no item assignment", "b = b'abc'\nb[0] = 1\n"
    yield "bytes", "bytearray is mutable", "b = bytearray(b'abc')\nb[0] = 65\nb.append(33)\nb += b'x'\nb.extend([66, 67])\ndel b[1]\nprint(b, bytes(b), len(b), b == b'Ac!xBC', b.decode())\n"
    yield "bytes", "xor of two", "a, b = b'key1', b'data'\nprint(bytes(x ^ y for x, y in zip(a, b)), int.from_bytes(a, 'big') ^ 255)\n"


def random_slices():
    for n in range(40):
        s = "".join(R.choice("abcdefgé日😀") for _ in range(R.randrange(1, 9)))
        kind = R.choice(["str", "list", "tuple", "range", "bytes"])
        made = {"str": repr(s), "list": repr(list(s)), "tuple": repr(tuple(s)), "range": f"range({R.randrange(-5, 5)}, {R.randrange(5, 20)}, {R.randrange(1, 4)})", "bytes": repr(s.encode())}[kind]
        bounds = [R.choice(["", str(R.randrange(-12, 12))]) for _ in range(12)]
        lines = "".join(f"print(x[{a}:{b}{c}])\n" for a, b, c in zip(bounds[:6], bounds[6:], ["", ":1", ":2", ":-1", ":-3", f":{R.randrange(1, 5)}"]))
        yield "slices", f"{kind} {n + 1}", f"x = {made}\n" + lines


def cases():
    for part in (methods, indexing, escapes, binary, random_slices):
        yield from part()
