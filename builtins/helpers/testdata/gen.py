"""Makes the goldens of this package with CPython: python3 gen.py"""

import fnmatch
import os
import random
import sys

os.chdir(os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, "../internal/golden")
from golden import literal, write  # noqa: E402

R = random.Random(17)


def some(*choices):
    return R.choice(choices)


def globs():
    def pattern():
        return "".join(some("a", "b", "*", "*", "?", "[", "]", "!", "-", "c", ".", "[ab]", "[!a]", "[a-c]", "[z-a]", "\\", "&", "~", "^", "|", "é", "\n", "[]", "[!]", "[--a]", "[a-]") for _ in range(R.randrange(8)))

    def text():
        return "".join(some("a", "b", "c", "a", "-", "]", "[", "!", ".", "é", "\n", "\\", "^") for _ in range(R.randrange(8)))

    for p, s in [("*", ""), ("", ""), ("", "a"), ("arn:aws:*:role/*", "arn:aws:iam::1:role/x"), ("*.amazonaws.com", "s3.amazonaws.com"), ("AWS*", "aws"), ("[[]", "["), ("[]]", "]"), ("[!]]", "a"), ("[", "["), ("[a", "[a"), ("**a**", "ba"), ("[a-c-e]", "-"), ("[c-a]", "b"), ("[!c-a]", "b"), ("[--0]", "."), ("*a*b*c*", "xxaxxbxxc"), ("a*", "a\nb")]:
        yield f"fnmatch.fnmatch({literal(s)}, {literal(p)})"
        yield f"fnmatch.translate({literal(p)})"
    for _ in range(1200):
        p = pattern()
        yield f"fnmatch.fnmatchcase({literal(text())}, {literal(p)})"
        if R.randrange(2):
            yield f"fnmatch.translate({literal(p)})"
    yield 'fnmatch.filter(["a", "b", "ab"], "a*")'
    yield 'fnmatch.fnmatch(None, "a")'


write("fnmatch.txt", globs(), {"fnmatch": fnmatch})
