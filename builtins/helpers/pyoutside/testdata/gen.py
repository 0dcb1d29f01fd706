"""Makes the goldens of package pyoutside with CPython 3.12: python3.12 gen.py"""

import os
import pathlib
import random
import socket
import sys

os.chdir(os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, "../../internal/golden")
from golden import literal, write  # noqa: E402

R = random.Random(5)


def some(*choices):
    return R.choice(choices)


def path():
    return "".join(some("/", "/", "//", "a", "b", "..", ".", "/../", "/./", "a.txt", ".bashrc", "x.tar.gz", "é", "a.", "...", " ") for _ in range(R.randrange(6)))


def paths():
    for p in ["", "/", "//", "///", "a", "/a", "a/", "/a/b.c", "..", "../a", "/..", "//..", "a//b", ".a", "a.b.c", "a.", "..a", "/a.b/c"] + [path() for _ in range(25)]:
        for f in ("split", "splitext", "basename", "dirname", "normpath", "isabs"):
            yield f"os.path.{f}({literal(p)})"
        yield f"os.path.join({literal(p)}, {literal(path())}{some('', ', ' + literal(path()))})"
        yield f"os.path.commonprefix([{literal(p)}, {literal(p + path())}, {literal(p[:3])}])"
        yield f"os.path.commonpath([{literal(p)}, {literal(p + path())}])"
        yield f"os.path.relpath({literal('/' + p)}, {literal('/' + path())})"
        yield f"os.path.abspath({literal('/' + p)})"
        q = f"pathlib.PurePosixPath({literal(p)})"
        for attr in ("parts", "name", "stem", "suffix", "suffixes", "parent", "root", "is_absolute()", "as_posix()"):
            yield f"{q}.{attr}"
        yield q
        yield f"{q} / {literal(path())}"
        yield f"{literal(path())} / {q}"
        yield f"pathlib.PurePosixPath({literal(p)}, {literal(path())})"
        yield f"list({q}.parents)"
        yield f"{q} {some('==', '<', '>=', '!=')} pathlib.PurePosixPath({literal(path())})"
        yield f"{q}.{some('with_name', 'with_stem', 'with_suffix')}({literal(some('x', '.y', '', 'a/b', '.'))})"
        yield f"({q} / {literal(path())}).{some('relative_to', 'is_relative_to')}({literal(p)})"
        yield f"str({q})"
    for v in ["None", "1", "[]"]:
        yield f"os.path.basename({v})"
        yield f"os.path.join({v})"
        yield f"os.path.join('a', {v})".replace("'", '"')
    yield "os.path.commonpath([])"
    yield "os.path.commonprefix([])"


def addresses():
    for s in ["1.2.3.4", "127.1", "1.2.3", "1", "0x7f.1", "010.0.0.1", "256.1.1.1", "1.2.3.4.5", "", "a", "1.2.3.4 x", "4294967295", "4294967296", "::1", "2001:db8::1", "::ffff:1.2.3.4", "fe80::1%eth0", "1.2.3.04"]:
        yield f"socket.inet_aton({literal(s)})"
        yield f"socket.inet_pton(socket.AF_INET, {literal(s)})"
        yield f"socket.inet_pton(socket.AF_INET6, {literal(s)})"
    for b in ["\\x01\\x02\\x03\\x04", "", "\\x01", "\\x00" * 15 + "\\x01", "\\x20\\x01" + "\\x00" * 12 + "\\x00\\x01"]:
        yield f'socket.inet_ntoa(b"{b}")'
        yield f'socket.inet_ntop(socket.AF_INET, b"{b}")'
        yield f'socket.inet_ntop(socket.AF_INET6, b"{b}")'
    for n in (0, 1, 443, 65535, 65536, -1):
        yield f"socket.htons({n})"
    yield "socket.htonl(1)"
    yield "socket.ntohl(2130706433)"


for name, exprs in (("path", paths()), ("socket", addresses())):
    write(f"{name}.txt", list(dict.fromkeys(exprs)), {"os": os, "pathlib": pathlib, "socket": socket})
