"""Makes the goldens of package pyjson with CPython: python3 gen.py

dumps.txt: one case a line, a JSON array of
    the value as an expression that Python and Starlark read alike,
    the options of json.dumps,
    its result, or the class and text of its error.
loads.txt: a JSON array of
    a text,
    json.dumps(json.loads(text)), or the class and text of the error.
"""

import json
import math
import random
import struct

R = random.Random(20)
CHARS = "abcXYZ 019_/\\\"'\n\t\r\b\f\x00\x1f\x7f\u0080éüßЖ中\u2028\ufffd\uffff😀\U0010ffff"


def text(n=12):
    return "".join(R.choice(CHARS) for _ in range(R.randrange(n)))


def number():
    kind = R.randrange(8)
    if kind == 0:
        return R.randrange(-10, 10)
    if kind == 1:
        return R.randrange(-(2**70), 2**70)
    if kind == 2:
        return 10 ** R.randrange(40) + R.randrange(-1, 2)
    if kind == 3:
        return R.randrange(-(10**6), 10**6) / 10 ** R.randrange(6)
    if kind == 4:
        return float(R.randrange(10**18)) * 10.0 ** R.randrange(-30, 10)
    if kind == 5:
        return R.choice([0.0, -0.0, 1e16, 1e15, 9999999999999998.0, 1e-4, 9.999e-5, 5e-324, 1.7976931348623157e308])
    while True:
        f = struct.unpack("<d", R.randbytes(8))[0]
        if math.isfinite(f):
            return f


def value(depth):
    kind = R.randrange(10 if depth else 6)
    if kind < 2:
        return text()
    if kind < 4:
        return number()
    if kind < 6:
        return R.choice([None, True, False, 0, 1, "", 1.0])
    n = R.randrange(5)
    if kind < 8:
        seq = [value(depth - 1) for _ in range(n)]
        return seq if R.randrange(3) else tuple(seq)
    return {key(): value(depth - 1) for _ in range(n)}


def key():
    return text(6) if R.randrange(5) else R.choice([None, True, False, 7, -3, 2.5, 1e20, 10**25])


def literal(v):
    """v as an expression of both languages."""
    if isinstance(v, str):
        special = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"}
        return '"' + "".join(special.get(c, c if c >= " " else "\\x%02x" % ord(c)) for c in v) + '"'
    if isinstance(v, list):
        return "[" + ", ".join(map(literal, v)) + "]"
    if isinstance(v, tuple):
        return "(" + "".join(literal(x) + "," for x in v) + ")"
    if isinstance(v, dict):
        return "{" + ", ".join(literal(k) + ": " + literal(x) for k, x in v.items()) + "}"
    return repr(v)


def outcome(f):
    try:
        return f()
    except Exception as e:
        return [type(e).__name__, str(e)]


OPTIONS = [
    {},
    {"indent": 2},
    {"indent": "\t", "separators": [",", ":"]},
    {"indent": 0},
    {"ensure_ascii": False},
    {"sort_keys": True},
    {"separators": [",", ":"]},
    {"sort_keys": True, "indent": 1, "ensure_ascii": False},
]


def dumps_cases():
    for i in range(600):
        v = value(3)
        yield v, OPTIONS[i % len(OPTIONS)] if i % 2 else {}
    for _ in range(15):
        yield [number() for _ in range(40)], {}
    yield {(1, 2): 3, "a": 1}, {"skipkeys": True}
    yield {(1, 2): 3}, {"skipkeys": True, "indent": 2}
    yield {(1, 2): 3}, {}
    yield {"b": 1, 3: 2}, {"sort_keys": True}
    yield {3: 1, 1: 2, 2.5: 0, True: 1}, {"sort_keys": True}


def mutate(s):
    s = list(s)
    for _ in range(R.randrange(3)):
        at = R.randrange(len(s) + 1)
        junk = R.choice(['"', "\\", ",", ":", "[", "]", "{", "}", "0", "1", ".", "e", "-", "+", " ", "\n", "\x01", "u",
                         "\\u", "\\u00e9", "NaN", "Infinity", "-Infinity", "null", "é", "😀", "\ufeff", "\x0b", "'"])
        if R.randrange(2):
            s[at:at] = junk
        else:
            s[at : at + R.randrange(4)] = junk if R.randrange(2) else ""
    return "".join(s)


def loads_cases():
    for s in ["", " ", "[", "]", "{", "}", '"', "-", "-I", "1.", "1.e5", "1e", "1e+", "01", "-01", "00", "1e400", "-1e400",
              '{"a"', '{"a":', '{"a":1', '{"a":1,', "[1", "[1,", "[1,]", '{"a":1,}', "\ufeff{}", "nul", "truefalse",
              '"\\u00"', '"\\ud83d\\ude00"', "9" * 4300, "9" * 4301, "-" + "9" * 4301, " 1 ", "\x0c1", "\u00a01",
              '{"a":1,"b":2,"a":3}', '"\\x"', '"\\', '"\\u', "[" * 990 + "]" * 990, "[" * 1200, '{"a":' * 1200]:
        yield s
    for _ in range(600):
        s = json.dumps(value(3), ensure_ascii=bool(R.randrange(2)), indent=R.choice([None, None, 1]))
        yield mutate(s)


def encodable(v):
    try:
        json.dumps(v, ensure_ascii=False).encode()
        return True
    except UnicodeEncodeError:
        return False


def write(name, cases):
    with open(name, "w", encoding="utf-8", newline="\n") as f:
        for case in cases:
            f.write(json.dumps(case) + "\n")


write("dumps.txt", ([literal(v), o, outcome(lambda: json.dumps(v, **o))] for v, o in dumps_cases()))
write(
    "loads.txt",
    (
        [s, outcome(lambda: json.dumps(json.loads(s)))]
        for s in loads_cases()
        if encodable(s) and encodable(outcome(lambda: json.loads(s)))
    ),
)
