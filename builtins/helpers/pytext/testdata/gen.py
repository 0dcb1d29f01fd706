"""Makes the goldens of package pytext with CPython: python3 gen.py"""

import json
import random

R = random.Random(9)
CODECS = ["utf-8", "ascii", "latin-1", "utf-16", "utf-16-le", "utf-16-be", "UTF8", "us_ascii", "iso-8859-1"]


def outcome(f):
    try:
        return f()
    except Exception as e:
        return [type(e).__name__, str(e)]


def some(*choices):
    return R.choice(choices)


def data():
    return b"".join(some(b"a", b"\xc3\xa9", b"\xe4\xb8\xad", b"\xf0\x9f\x98\x80", b"\xe4\xb8", b"\xf0\x9f", b"\xff", b"\xc0", b"\xed\xa0\x80", b"\x80", b"\xf5", b"\x00", b"\xd8", b"\xdc", b"\xff\xfe", b"\xfe\xff", b"\xe0\x80", b"\xf4\x90\x80\x80") for _ in range(R.randrange(6)))


with open("decode.txt", "w") as f:
    for _ in range(300):
        b, c, e = data(), some(*CODECS), some("strict", "strict", "ignore", "replace", "backslashreplace")
        f.write(json.dumps([b.hex(), c, e, outcome(lambda: b.decode(c, e))]) + "\n")
    f.write(json.dumps(["ff", "utf-8", "nope", outcome(lambda: b"\xff".decode("utf-8", "nope"))]) + "\n")
with open("encode.txt", "w") as f:
    for _ in range(300):
        s, c, e = "".join(some("a", "é", "中", "😀", "\x00", "ÿ") for _ in range(R.randrange(6))), some(*CODECS, "klingon"), some("strict", "strict", "ignore", "replace", "backslashreplace", "xmlcharrefreplace")
        f.write(json.dumps([s, c, e, outcome(lambda: s.encode(c, e).hex())]) + "\n")
