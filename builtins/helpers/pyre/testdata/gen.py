"""Makes the goldens of package pyre with CPython: python3 gen.py

With an argument, a number, it makes that many random expressions more than
are committed, in /tmp, for a longer comparison:
    python3 gen.py 20000 && PYRE_FUZZ=/tmp/pyre.txt go test -run AsCPython
"""

import os
import random
import re
import sys
import warnings

warnings.simplefilter("ignore")
os.chdir(os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, "../../internal/golden")
from golden import literal, write  # noqa: E402

R = random.Random(11)
ENV = {"re": re}


def some(*choices):
    return R.choice(choices)


def uses(p, s, flags=0):
    """Expressions that use a pattern on a text."""
    f = f", flags={flags}" if flags else ""
    p, t = literal(p), literal(s)
    yield f"re.findall({p}, {t}{f})"
    yield f"re.sub({p}, '<\\\\g<0>>', {t}{f})"
    yield f"re.split({p}, {t}{f})"
    yield f"[(m.group(), m.groups(), m.lastindex, m.lastgroup, m.groupdict()) for m in re.finditer({p}, {t}{f})]"
    if s.isascii():
        for name in ("search", "match", "fullmatch"):
            yield f"[m and m.regs for m in [re.{name}({p}, {t}{f})]]"
        yield f"[m.span() for m in re.finditer({p}, {t}{f})]"


CORPUS = [
    r"'type':\s*'([^']+)'", r"(?:\w+\.)*v\d\.(?:ConfigServiceV\d\.(?:Delete(Bucket|Sink)))", r"(?:bash|sh)\s+-c\s+['\"]",
    r"(?:curl|wget)\s+[^|>]+\|\s*(?:sh|bash)", r"(?P<app>.*) role changed from (?P<old_role>.+) to (?P<new_role>.*)",
    r"(?i)(all[_-]?)?files?[_-]?(have[_-]?been[_-]?)?(encrypted|locked).*\.(txt|html?)$", r".+@.+\.[a-zA-Z]{2,}",
    r":assumed-role/.+/i-[0-9a-f]+$", r"COPY\s+INTO\s+(?:\$\$|')?@([\w\./]+)(?:\$\$|')?\s+FROM", r"[\w.+%-]+@[\w.-]+\.[a-zA-Z]{2,}",
    r"\$\{[^}]*\$\([^)]+\)[^}]*\}", r"\.(css|js|png|jpg|jpeg|gif|svg|woff2?|ttf|ico|map)$", r"\\x[0-9a-fA-F]{4,}",
    r"^.*\.svc\.id\.goog\[gke-managed-system/.*\]$", r"^/api/v2/organizations/[^/\s]+/invitations$", r"^[A-Za-z0-9+/]*={0,2}$",
    r"^[\d]+-compute@developer\.gserviceaccount\.com$", r"alter\s+user\s+(.+?)\s+.*?set\s+disabled\s*=\s*false",
    r"from ([-\s\w]+) to ([-\s\w]+)", r"nc\s+[0-9]{1,3}\.[0-9]{1,3}\.[0-9]{1,3}\.[0-9]{1,3}\s+[0-9]+", r"skip-checks:\s*true",
    r"[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}", r"([0-9]{9,12}(\.\d+)?)", r"\.(\d+)Z",
]
TEXTS = [
    "", "a", "\n", "aab", "google.logging.v2.ConfigServiceV2.DeleteSink", "bash -c 'curl http://x | sh'\n", "Ann role changed from agent to admin",
    "ALL_FILES-have-been_encrypted.now.txt", "all_files_locked.html\n", "a.b+c@example.co.uk, d@e.fr", "arn:aws:sts::1:assumed-role/x/i-0abc\n",
    "copy into $$@a.b/c$$ from t", "COPY INTO @s/x FROM t", "${IFS$(id)x}", "logo.PNG", "logo.png\n\n", "1234-compute@developer.gserviceaccount.com",
    "x.svc.id.goog[gke-managed-system/foo]", "/api/v2/organizations/org_1/invitations", "YWJjZA==", "alter user bob x set disabled = false;",
    "from my role to another-role now", "nc 10.0.0.1 4444", "ba680ec4-74b5-402d-a89c-e553c20075eb", "1700000000.123", "T10:00:00.123456789Z",
    "héllo wörld, ünïcode – 日本語 text", "x\u00a0y\u2003z", "line one\nline two\nline three", "line one\nline two\n",
]
FEATURES = [
    # anchors and newlines
    ("$", "a\nb\n"), ("a$", "a\n"), ("a$", "a\n\n"), ("(?m)$", "a\nb\n"), ("(?m)^", "a\nb\n"), ("^", "a\nb"), (r"\Z", "a\n"), (r"a\Z", "a\n"), (r"\Aa", "aa"),
    ("(?m)^a$", "a\na\nb\na"), ("(?m)^.*$", "ab\n\ncd\n"), ("b$\n", "ab\n"), ("(a$)+", "aa\n"), ("a$|b", "ba\n"), ("$^", ""), ("x*$", "axx\n"), ("(?s).$", "ab\n"), ("(?s).*", "a\nb"), (".*", "a\nb"),
    ("^$", "\n"), ("(?m)^$", "\n\n"), ("[^a]*$", "ab\nc\n"), (r"\s*$", "a \n"), (r"(\w+)$", "foo bar\n"),
    # word boundaries
    (r"\b", "ab cd"), (r"\B", "ab cd"), (r"\B", ""), (r"\b", ""), (r"\bfoo\b", "foo.bar(foo)foofoo"), (r"\b\w", "été à"), (r"(?a)\b\w+\b", "été à"), (r"\w+", "naïve_1 ½ ² 日本"), (r"(?a)\w+", "naïve"),
    (r"\d+", "12 ٣٤ ½"), (r"(?a)\d+", "12 ٣٤"), (r"\s+", "a\u00a0\u2003\x1cb\u200bc"), (r"(?a)\s+", "a\u00a0 \x1cb"), (r"\S+", "a\x1cb c"), (r"\D+", "a1b٣c"), (r"\W+", "a-b_c – d"), (r"[\W_]+", "a-b_c – d"), (r"[^\W\d_]+", "ab1_c٣é"), (r"[\s\d]+", "1 2\u20033"), (r"[^\s]+", "a b"), (r"[\S\n]+", "a b\nc"), (r"\B\w", "abc é日"),
    # case
    ("(?i)straße", "STRASSE STRAßE straẞe"), ("(?i)k", "kKK"), ("(?i)s+", "sSſ"), ("(?i)i+", "iIıİ"), ("(?ai)[a-z]+", "aKſZ"), ("(?i)[a-z]+", "aKſZıİ"), ("(?i)[^k]+", "aKK"), ("(?i)é", "É"), ("(?i)[à-é]", "É"), ("(?i)σ+", "Σςσ"), ("(?i)\u1e9e", "ß"), ("(?i)ΐ", "\u0390\u1fd3"), ("(?i)\u0130", "iI"), ("(?i:a)b", "Ab AB ab"), ("(?i)a(?-i:b)c", "ABC AbC abc"), (r"(?i)(a)\1", "aA"), (r"(?i)[\W]", "aé-"), ("(?i)µ", "μΜ"), ("(?i)[A-\u00ff]+", "K\u0178\u017f"), ("(?i)\ufb05", "\ufb06"),
    # groups, references, lookaround
    (r"(a)|b", "ab"), (r"(a)?b", "b"), (r"(?P<x>a)(?P=x)", "aab"), (r"(\w)\1", "hello book"), (r"(?<=a)b", "ab cb"), (r"(?<!a)b", "ab cb"), (r"a(?=b)", "ab ac"), (r"a(?!b)", "ab ac"), (r"(?<=^|,)x", "x,x"),
    (r"(?=(\w+))\w", "ab"), (r"(?:(a)|b)*", "ab"), (r"((a)|b)*", "ab"), (r"(a*)*", "aab"), (r"(a*)+", "aab"), (r"(a|b*)*", "aabb"), (r"(?:a?)*?b", "aab"), (r"(a?)*?b", "aab"), (r"(|a)*", "aab"), (r"(|a)+", "aab"), (r"(a|)+", "aab"), (r"(?:|a)*b", "aab"), (r"()*", "a"), (r"(?:)*", "a"), (r"(a??)*", "aa"), (r"(?:a*)*", "aab"), (r"(?:a*?)*", "aa"),
    (r"(a)?(?(1)b|c)", "ab c b"), (r"(?P<q>')?x(?(q)'|-)", "'x' x-"), (r"(?>a+)ab", "aaab"), (r"a++ab", "aaab"), (r"a*+b", "aab"), (r"a?+a", "a aa"), (r"(?:ab){1,2}+ab", "ababab"), (r"x{2}", "xxxxx"), (r"x{,2}", "xxx"), (r"x{2,}?", "xxxx"), (r"x{,}", "xx"), (r"x{}", "x{}"), (r"x{a}", "x{a}"), (r"x{1", "x{1"), (r"{", "{"), (r"x{1,2}{", "xx{"), ("a|ab", "abab"), ("ab|a", "abab"), ("(a|ab)(c|bcd)(d*)", "abcd"),
    (r"[]]", "]"), (r"[^]]", "a]"), (r"[a-]", "-"), (r"[-a]", "-"), (r"[a\-z]", "-b"), (r"[\w-]+", "a-b"), (r"[[]", "["), (r"[a&&b]+", "a&b"), (r"[.]", "a."), (r"[\b]", "\b"), (r"[\x41-\x43]+", "ABCD"), (r"\x41\u0042\U00000043\101\0", "ABCA\0"), (r"[\101-\103]", "B"), (r"\07", "\x07"), (r"\a\f\v", "\a\f\v"), (r"\é", "é"), (r"\-\ \#", "- #"),
    ("(?x) a b # comment\n c [ ]", "abc "), ("(?x)a\\ b", "a b"), ("a(?#comment)*b", "aab"), ("(?#)", ""), ("(?s:.)(?-s:.)", "\na"), ("(?m:^)b", "a\nb"), ("(?x: a b )c d", "abc d"), (r"(?i)(?P<a>x)(?P<b>Y)?", "X"),
    # empty matches
    ("x*", "abxd"), ("a*?", "aa"), ("a??", "aa"), ("|a", "aa"), ("a|", "ba"), ("(?=a)", "aa"), (r"\b|:+", "a::bc"), (r"(?:|a|b)", "ab"), ("", "ab"), ("", "日本"), ("x*", "日本"), ("(a)|", "ab"), (r"[^,]*", "a,b,,c"), ("b*?c*", "bbc"), (r"(?<=a)|b", "ab"), (r"\Z|a", "ba"), ("$|b", "ab\nb\n"), (r"(?:a*)(?:b??)", "ab"), (r"\s*", " a b "), (r"(?:\b|x)", "xx y"), ("()|(a)", "aa"),
    (r"\w{1,1500}", "a" * 2000), (r"(?:ab){1001}", "ab" * 1001), (r"(a{2}){3}", "a" * 7), (r"(?:a{0,2}){2,3}", "aaaaaaa"), (r"(a{0,2}b?){2,3}", "aabaaab"),
    (r"(?<=(a))b", "ab"), (r"(?<=a\b)-", "a-"), (r"(?<![\w.])\d+", "a1 .2 3"), (r"(?i)(?<=A)b", "ab"), (r"(?=.*\d)(?=.*[a-z]).{3,}", "ab1"), (r"^(?!.*foo).*$", "bar\n"), (r"^(?:(?!foo).)*$", "bar"), (r'"(?:[^"\\]|\\.)*"', '"a\\"b" "c"'), (r"\bx\b", "é x é"), (r"\B-\B", " - "),
]
ERRORS = [
    "(", ")", "a)", "(a", "(?", "(?P", "(?P<", "(?P<>a)", "(?P<1>a)", "(?P<a", "(?P<a>b)(?P<a>c)", "(?P=a)", "(?P=", "(?Px)", "(?<a>b)", "(?<", "(?z)", "(?i", "(?i-", "(?i-)", "(?ii:a)", "(?i-i:a)", "(?-a:x)", "(?au:x)", "(?L)a",
    "a(?i)b", "(?:(?i)a)", "|(?i)a", "(?i)(?m)a", "(?iz)", "(?i1)", "(?-", "(?-z:a)", "(?t:a)", "(?-t:a)", "*a", "a**", "a*+*", "a{1}{2}", "a{2,1}", "^*", r"\b+", "(?:^)*", "$?", "a|*", "(*a)", "(?=a)*", "a{4294967295}", "a{99999999999999999999}",
    "[", "[a", "[]", "[^]", "[b-a]", r"[\d-a]", r"[a-\d]", r"[\x4]", r"\x4", r"\u12", r"\U0011000", r"\U00110000", r"\q", r"[\q]", r"\8", r"[\8]", r"\1", r"(a)\2", r"(a\1)", r"\400", r"[\400]", "\\", "a\\", "(\\", "*\\", r"\N", "[a-",
    r"(?(1)a)", r"(?(0)a)", r"(?(x)a)", r"(?(1a)b)", r"(?()a)", r"(a)?(?(1)b|c|d)", r"(a)?(?(1)b", r"(?(", r"(?(2)a)(b)", "(?<=a*)b", "(?<=a|bc)d", r"(?<=(a)\1)b", r"(?<!a{2,3})", "(?<=a{2})b", "(?#", "(?#a", "(?P<a\nb>x)", "\n(", "a\nb**", "(?:a", "(?>a", "(?=a", "(?<=a", "(?x)(a # b)", "x{1,2}??", "(?P<é>a)", "(?P<a-b>c)", "(?a)(?u)x", r"(?P<n>a)(?P=n)(?P=m)",
]
FIXED = r"""
re.compile("a+")
re.compile("a'b", re.I | re.M)
re.compile("x" * 300)
re.compile("(?i)a").flags
re.compile("a", re.A).flags
re.compile("a", re.A | re.S | re.X | re.M)
re.compile("a", re.A | re.U)
re.compile("a", re.L)
re.compile("(?P<b>x)(y)(?P<a>z)").groupindex["a"]
re.compile("(?P<b>x)(y)(?P<a>z)").groups
re.compile("a").pattern
re.compile(re.compile("a"))
re.compile(re.compile("a"), re.I)
re.compile(5)
re.compile(None)
re.compile("a") == re.compile("a")
re.compile("a") == re.compile("a", re.I)
re.compile("a") < re.compile("b")
re.search("a", None)
re.search("a", 5)
re.search("a", b"a")
re.search("b(c)?", "abc")
re.search("x" * 60, "x" * 60)
re.search("b", "abc").start()
re.search("(b)(x)?", "abc").span(2)
re.search("(b)(x)?", "abc").start(2)
re.search("(b)(x)?", "abc").end(1)
re.search("(?P<n>b)", "abc").span("n")
re.search("(?P<n>b)", "abc")["n"]
re.search("(?P<n>b)", "abc")[0]
re.search("(?P<n>b)", "abc").group(0, 1, "n")
re.search("(?P<n>b)", "abc").group(2)
re.search("(?P<n>b)", "abc").group("m")
re.search("(?P<n>b)", "abc").group(-1)
re.search("(?P<n>b)", "abc").group(None)
re.search("(?P<n>b)", "abc").start(3)
re.search("(b)(x)?", "abc").groups()
re.search("(b)(x)?", "abc").groups("-")
re.search("(?P<k>b)(?P<v>x)?", "abc").groupdict()
re.search("(?P<k>b)(?P<v>x)?", "abc").groupdict(default=1)
re.search("(?P<k>b)(?P<v>x)?", "abc").lastgroup
re.search("((b))", "abc").lastindex
re.search("(a)(b)", "abc").lastindex
re.search("((a)(b))", "abc").lastindex
re.search("(a)()", "abc").lastindex
re.search("()(a)?", "b").lastindex
re.search("abc", "abc").lastindex
re.search("(?:(a)|(b))*", "ba").lastindex
re.search("(b)", "abc").expand("<\\1\\g<0>\\n\\\\>")
re.search("(b)", "abc").expand("\\2")
re.search("b", "abc").string
re.search("b", "abc").pos
re.search("b", "abc").endpos
re.search("b", "abc").re
re.compile("b").search("abcb", 2).span()
re.compile("b").search("abcb", 2, 3)
re.compile("b").search("abcb", 5)
re.compile("b").search("abcb", -5).span()
re.compile("b").search("abcb", 0, 100).endpos
re.compile("b").search("abcb", 3, 1)
re.compile("^b").search("abcb", 1)
re.compile("^b").match("abcb", 1)
re.compile("b").match("abcb", 1).span()
re.compile("(?m)^b").search("a\nb", 2).span()
re.compile("(?m)^b").match("a\nb", 2).span()
re.compile("\\bb").search("ab b", 1).span()
re.compile("\\bb").match("ab", 1)
re.compile("\\Bb").match("ab", 1).span()
re.compile("(?<=a)b").match("ab", 1).span()
re.compile("\\Ab").match("ab", 1)
re.compile("b$").search("ab\nc", 0, 3).span()
re.compile("b$").search("abc", 0, 2).span()
re.compile("(b)$").match("abc", 1, 2).regs
re.compile("b").fullmatch("abc", 1, 2).span()
re.compile("b|bc").fullmatch("abc", 1).span()
re.compile("^(b)").findall("abab", 1)
re.compile("b").findall("abab", 2)
re.compile("").findall("ab", 1)
re.compile("").findall("ab", 5)
re.compile("a").findall("aaaa", 1, 3)
[m.span() for m in re.compile("a").finditer("aaaa", 1, 3)]
re.sub("a", "b", "aaa", 2)
re.sub("a", "b", "aaa", count=1)
re.sub("a", "b", "aaa", count=-1)
re.subn("a", "b", "aaa")
re.subn("x", "b", "aaa")
re.sub("(a)(x)?", "[\\1\\2]", "a")
re.sub("a", "\\q", "a")
re.sub("a", "\\1", "a")
re.sub("a", "\\g<1>", "a")
re.sub("a", "\\g<x>", "a")
re.sub("a", "\\g<x", "a")
re.sub("a", "\\g<>", "a")
re.sub("a", "\\gx", "a")
re.sub("a", "\\g<1a>", "a")
re.sub("a", "\\", "a")
re.sub("a", "\\400", "a")
re.sub("a", "\\101\\0\\07\\.\\-", "a")
re.sub("a", "\\n\\t\\\\", "a")
re.sub("(?P<x>a)", "<\\g<x>\\g<0>\\1>", "ba")
re.sub("a", lambda m: m.group() + "b", "aca")
re.sub("a", lambda m: "\\1", "aca")
re.sub("a", lambda m: 5, "aca")
re.sub("", "-", "abc")
re.sub("x*", "-", "abxd")
re.sub("b|$", "-", "ab\n")
re.split(",", "a,b,c", 1)
re.split(",", "a,b,c", maxsplit=2)
re.split(",", "a,b,c", -1)
re.split("(,)(x)?", "a,b")
re.split("", "abc")
re.split("x*", "axbc")
re.split("\\b", "ab cd")
re.split("(-)|(,)", "1-2,3")
re.findall("(a)(b)?", "aba")
re.findall("(a)?", "ba")
re.escape("a.b*c_d-e f/g\n\t#&~é")
re.escape("")
re.error
re.I | re.M
re.IGNORECASE
re.MULTILINE
re.DOTALL
re.VERBOSE
re.ASCII
re.UNICODE
re.search("a", "A", re.I).group()
re.match("a.b", "a\nb", re.S).group()
re.findall("^a", "a\na", re.M)
re.findall("a # x", "a", re.X)
""".strip().split("\n")
FIXED = [e for e in FIXED if not e.startswith("re.I ") and e not in ("re.IGNORECASE", "re.MULTILINE", "re.DOTALL", "re.VERBOSE", "re.ASCII", "re.UNICODE")]

ATOMS = ["a", "b", "c", ".", "[ab]", "[^a]", r"\w", r"\d", r"\s", "^", "$", r"\b", r"\B", r"\Z", "1", " ", "", r"\n", "é", "A", r"[\w-]", r"\W", r"\S", "(?m:^)", "(?m:$)"]


def random_pattern(depth, groups):
    kind = R.randrange(14 if depth else 3)
    if kind < 3:
        return some(*ATOMS)
    sub = lambda: random_pattern(depth - 1, groups)  # noqa: E731
    if kind < 6:
        return sub() + sub()
    if kind < 8:
        return "(?:" + sub() + "|" + sub() + ")"
    if kind < 10:
        return "(?:" + sub() + ")" + some("*", "+", "?", "*?", "+?", "??", "{2}", "{1,2}", "{,2}?", "{2,}")
    if kind == 10:
        groups.append(0)
        n = len(groups)
        return "(" + sub() + ")" + (some("", "", f"\\{n}") if n < 9 else "")
    if kind == 11:
        groups.append(0)
        return "(" + sub() + ")" + some("*", "+", "?", "{1,2}")
    if kind == 12:
        return some("(?=", "(?!", "(?<=", "(?<!", "(?>", "(?i:", "(?s:") + sub() + ")"
    return sub() + some("", "*", "+?", "++", "?+") if depth > 1 else "x?"


def random_uses(n):
    for _ in range(n):
        p = random_pattern(R.randrange(1, 5), [])
        s = "".join(some(*"aaabbc1 \n-AéÉ" if R.randrange(3) == 0 else "aaabbc1 \n") for _ in range(R.randrange(8)))
        flags = some(0, 0, 0, 0, re.I, re.M, re.S, re.A, re.I | re.M).__index__()
        yield some(*uses(p, s, flags))


def table():
    for p in CORPUS:
        for s in R.sample(TEXTS, 8):
            yield some(*uses(p, s, some(0, 0, re.I.value)))
    for p, s in FEATURES:
        yield from uses(p, s)
        if R.randrange(2):
            yield some(*uses(p, some(*TEXTS)))
    for p in ERRORS:
        yield f"re.compile({literal(p)})"


if len(sys.argv) > 1:
    R.seed(int(sys.argv[1]))
    write("/tmp/pyre.txt", random_uses(int(sys.argv[1])), ENV)
else:
    write("table.txt", [*FIXED, *table()], ENV)
    write("random.txt", random_uses(1500), ENV)
    with open("case.txt", "w", encoding="utf-8") as f:
        cased = [c for c in map(chr, range(0x20000)) if c.lower() != c or c.upper() != c]
        by_upper = {}
        for c in cased:
            by_upper.setdefault(c.upper()[:1], []).append(c)
            by_upper.setdefault(c.lower().upper()[:1], []).append(c)
        for c in cased:
            same = {x for u in (c.upper()[:1], c.lower().upper()[:1]) for x in by_upper[u] if x != c and re.fullmatch(c, x, re.I)}
            f.write(c + "".join(sorted(same)) + "\n")
