"""Makes the goldens of package pyrepr with CPython: python3 gen.py"""

import json
import random
import struct
import unicodedata

R = random.Random(3)


def text():
    # Only what was assigned long ago: the tables of Python and Go differ in age.
    out = ""
    for _ in range(R.randrange(8)):
        c = chr(R.choice([R.randrange(0x80), R.randrange(0x300), R.randrange(0x3000), R.randrange(0x110000)]))
        if not 0xD800 <= ord(c) < 0xE000 and unicodedata.category(c) != "Cn" and (unicodedata.ucd_3_2_0.category(c) == unicodedata.category(c)):
            out += R.choice([c, c, "'", '"', "\\", c + "'"])
    return out


with open("str.txt", "w") as f:
    for _ in range(1100):
        s = text()
        f.write(json.dumps([s, repr(s)]) + "\n")
with open("float.txt", "w") as f:
    for _ in range(1100):
        x = struct.unpack("<d", R.randbytes(8))[0]
        x = R.choice([x, R.random(), R.uniform(-1e17, 1e17), R.randrange(10**18) * 10.0 ** R.randrange(-25, 5), float(R.randrange(10**17))])
        if x == x and abs(x) != float("inf"):
            f.write(json.dumps([x.hex(), repr(x)]) + "\n")
