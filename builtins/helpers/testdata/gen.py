"""Makes the goldens of this package with CPython: python3 gen.py"""

import base64
import binascii
import difflib
import fnmatch
import hashlib
import html
import math
import os
import random
import shlex
import string
import sys
import urllib.parse
import uuid

os.chdir(os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, "../internal/golden")
from golden import literal, outcome, write  # noqa: E402

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
    for _ in range(450):
        p = pattern()
        yield f"fnmatch.fnmatchcase({literal(text())}, {literal(p)})"
        if R.randrange(2):
            yield f"fnmatch.translate({literal(p)})"
    yield 'fnmatch.filter(["a", "b", "ab"], "a*")'
    yield 'fnmatch.fnmatch(None, "a")'




def lit(b):
    """bytes as an expression of both languages: Starlark's have no quotes of the other kind."""
    return 'b"' + "".join("\\x%02x" % c for c in b) + '"'


def encodings():
    def digits(alphabet, most):
        s = "".join(some(*alphabet) for _ in range(R.randrange(most)))
        for _ in range(some(0, 0, 1, 2)):
            i = R.randrange(len(s) + 1)
            s = s[:i] + some("=", "=", " ", "\n", "-", "_", "!", "é", "==", "===") + s[i:]
        return s + some("", "", "=", "==", "===", "======")

    for _ in range(50):
        data = R.randbytes(R.randrange(20))
        yield f"base64.b64encode({lit(data)})"
        yield f"base64.b64decode({base64.b64encode(data).decode()!r})"
        yield f"base64.urlsafe_b64encode({lit(data)})"
        yield f"base64.urlsafe_b64decode({base64.urlsafe_b64encode(data)!r})"
        yield f"base64.b32encode({lit(data)})"
        yield f"base64.b32decode({base64.b32encode(data)!r})"
        yield f"base64.b16encode({lit(data)})"
        yield f"base64.b16decode({some(data.hex(), data.hex().upper(), data.hex()[1:])!r}{some('', ', True')})"
        yield f"binascii.hexlify({lit(data)}{some('', ', b-b'.replace('b-b', repr('-')), ', ' + repr(':') + ', 2', ', ' + repr(' ') + ', -3')})"
        yield f"binascii.unhexlify({some(data.hex(), data.hex() + 'g', data.hex()[1:])!r})"
        yield f"binascii.crc32({lit(data)})"
        yield f"binascii.b2a_base64({lit(data)}{some('', ', newline=False')})"
    for _ in range(150):
        s = digits("ABCabc012+/", 12)
        yield f"base64.b64decode({literal(s)}{some('', ', validate=True')})"
        yield f"binascii.a2b_base64({literal(s)}, strict_mode={some(True, False)})"
        yield f"base64.b32decode({literal(digits('ABCDEFGH234567', 18))}{some('', ', True')})"
    yield 'base64.b64encode("text")'
    yield 'base64.b64decode(5)'
    yield 'base64.b64encode(b"\\xff\\xfe", b"-_")'
    yield 'base64.b64decode("__4=", "-_")'
    yield 'base64.b64decode("__4=", "-")'
    yield 'base64.encodebytes(b"' + "a" * 100 + '")'
    yield 'base64.decodebytes(b"YWFh\\nYWFh\\n")'
    yield 'base64.b32decode("MFRGG===")'
    yield 'base64.b32decode("mfrgg===")'
    yield 'binascii.hexlify("a")'
    yield 'binascii.hexlify(b"ab", "--")'
    for name in ("md5", "sha1", "sha224", "sha256", "sha384", "sha512", "sha3_224", "sha3_256", "sha3_384", "sha3_512"):
        yield f'hashlib.{name}(b"abc").hexdigest()'
        yield f'hashlib.{name}().digest()'
        yield f'hashlib.new("{name}", b"abc").hexdigest()'
        yield f'[hashlib.{name}().name, hashlib.{name}().digest_size, hashlib.{name}().block_size]'
    yield '[h.hexdigest() for h in [hashlib.md5(b"a")] for _ in [h.update(b"b")]]'
    yield '[h.copy().hexdigest() for h in [hashlib.sha256(b"a")]]'
    yield 'hashlib.md5("text")'
    yield 'hashlib.new("nope")'


def words():
    def command():
        return "".join(some("a", "b", " ", " ", "'", '"', "\\", "#", "\n", "\t", "-x", "é", ";", "|", "$") for _ in range(R.randrange(12)))

    for s in ["", "ls -l 'a b'", 'echo "a \\"b\\" \\c"', "a\\ b", "a # c\nd", "''", '""', "a''b", "'a", '"a', "a\\", "x=1;y", "a'b'\"c\""]:
        for options in ("", ", comments=True", ", posix=False", ", True, False"):
            yield f"shlex.split({literal(s)}{options})"
    for _ in range(200):
        yield f"shlex.split({literal(command())}{some('', '', ', comments=True', ', posix=False', ', comments=True, posix=False')})"
        yield f"shlex.quote({literal(command())})"
    yield 'shlex.join(["a b", "c", "", "d\'e"])'

    names = ["amp", "lt", "gt", "quot", "copy", "notin", "not", "nbsp", "hellip", "NotEqualTilde", "nope", "AMP", "frac12", "sup2", "ngE", "acE", "Aacute", "times", "amp;", "lt;", "notin;", "not;", "nbsp;", "nope;", "ngE;", "apos;", "apos", "NewLine;", "fjlig;"]
    for _ in range(300):
        s = "".join(some("&" + some(*names), "&#" + some("65", "65;", "x41;", "X41", "0;", "13;", "128;", "159;", "55296;", "1114112;", "99999999999;", "1;", "127;", "64976;", "65535;", "x1FFFF;", "12;", "9;", "11;", "129;", "160;", "xg"), "a", "&", ";", " ", "<", '"', "'", "é") for _ in range(R.randrange(6)))
        yield f"html.unescape({literal(s)})"
        yield f"html.escape({literal(s)}{some('', ', quote=False', ', False')})"
    for s in ["hello wORLD  foo", "", "  a ", "éa ǆc", "a-b-c"]:
        yield f"string.capwords({literal(s)})"
        yield f"string.capwords({literal(s)}, '-')"
    for name in ("ascii_letters", "ascii_lowercase", "ascii_uppercase", "digits", "hexdigits", "octdigits", "punctuation", "printable", "whitespace"):
        yield f"string.{name}"


def uuids():
    us = ["6ba7b810-9dad-11d1-80b4-00c04fd430c8", "{6BA7B8109DAD11D180B400C04FD430C8}", "urn:uuid:6ba7b810-9dad-41d1-c0b4-00c04fd430c8", "6ba7b810-9dad-51d1-00b4-00c04fd430c8", "6ba7b810-9dad-51d1-f0b4-00c04fd430c8", "6ba7", "zba7b810-9dad-51d1-f0b4-00c04fd430c8", ""]
    for u in us:
        for field in ("hex", "int", "bytes", "urn", "version", "variant", "fields"):
            yield f"uuid.UUID({u!r}).{field}"
        yield f"str(uuid.UUID({u!r}))"
    yield "uuid.uuid5(uuid.NAMESPACE_DNS, 'example.org')"
    yield "uuid.uuid3(uuid.NAMESPACE_URL, 'http://example.org/é')"
    yield "uuid.NAMESPACE_OID"
    yield "uuid.NAMESPACE_X500"
    yield "uuid.UUID(int=5)"
    yield "uuid.UUID(int=5, version=4)"
    yield "uuid.UUID(int=5, version=9)"
    yield "uuid.UUID(int=-1)"
    yield "uuid.UUID(bytes=b'1234567890123456')"
    yield "uuid.UUID(bytes=b'123')"
    yield "uuid.UUID()"
    yield "uuid.UUID('6ba7', int=5)"
    yield "uuid.UUID(int=5) < uuid.UUID(int=6)"
    yield "uuid.UUID(int=5) == uuid.UUID(int=5)"
    yield "uuid.UUID(int=5) == 5"
    yield "[uuid.uuid4().version, uuid.uuid4().variant]"


def diffs():
    def text():
        return "".join(some("a", "b", "c", "x", " ", "é") for _ in range(R.randrange(14)))

    domains = ["paypal.com", "paypa1.com", "google.com", "gooogle.com", "example.org", "exmaple.org", "pay-pal.net", "amazon.com", "arnazon.com"]
    for _ in range(50):
        a, b = some((text(), text()), (some(*domains), some(*domains)))
        m = f"difflib.SequenceMatcher({some('None', 'None', 'lambda x: x == ' + repr(' '))}, {literal(a)}, {literal(b)})"
        for method in ("ratio", "quick_ratio", "real_quick_ratio", "get_matching_blocks", "get_opcodes", "find_longest_match"):
            yield f"{m}.{method}()"
    for _ in range(8):
        a = "".join(some("a", "b", "c", "d") for _ in range(R.randrange(180, 260)))
        b = "".join(some("a", "b", "c", "d", "e" * R.randrange(2)) for _ in range(R.randrange(180, 320)))
        yield f"difflib.SequenceMatcher(None, {a!r}, {b!r}).ratio()"
        yield f"difflib.SequenceMatcher(None, {a!r}, {b!r}, autojunk=False).get_matching_blocks()"
    yield "difflib.SequenceMatcher(None, ['a', 'bc', 1], ['bc', 1.5, 'a', 1]).get_opcodes()"
    yield "difflib.SequenceMatcher(None, [[]], [[]]).ratio()"
    yield "difflib.SequenceMatcher().ratio()"
    yield "difflib.SequenceMatcher(a='abcd', b='bcde').ratio()"
    for w in ("appel", "paypall.com", "wheel"):
        yield f"difflib.get_close_matches({w!r}, ['ape', 'apple', 'peach', 'puppy', *{domains!r}])".replace("*[", "").replace("]])", "])").replace("'amazon.com', 'arnazon.com']])", "'amazon.com', 'arnazon.com'])")
    yield "difflib.get_close_matches('a', ['a', 'b'], n=0)"
    yield "difflib.get_close_matches('a', ['a', 'b'], cutoff=2.0)"
    yield "difflib.get_close_matches('ab', ['ab', 'abc', 'ba', 'abd', 'cab'], n=2, cutoff=0.1)"


def numbers():
    xs = ["0", "1", "-1", "0.5", "-0.5", "2", "10", "100", "1e300", "-1e300", "float('inf')", "-float('inf')", "float('nan')", "3", "-2.5", "1e-10", "1000", "0.0", "-0.0", "1" + "0" * 400, "'x'", "True", "None"]
    exact = ["sqrt", "ceil", "floor", "trunc", "fabs", "isnan", "isinf", "isfinite", "ulp", "modf", "frexp", "degrees", "radians", "factorial", "isqrt"]
    inexact = ["acos", "acosh", "asin", "asinh", "atan", "atanh", "cos", "cosh", "sin", "sinh", "tan", "tanh", "exp", "exp2", "expm1", "log", "log10", "log1p", "log2", "cbrt", "erf", "erfc", "gamma", "lgamma"]
    for f in exact:
        for x in xs:
            yield f"math.{f}({x})"
    for f in inexact:
        for x in xs:
            value = outcome(f"math.{f}({x})", {"math": math})
            if isinstance(value, list) or value in ("inf", "-inf", "nan", "0.0", "-0.0", "1.0"):
                yield f"math.{f}({x})"
            else:
                yield f"math.isclose(math.{f}({x}), {value}, rel_tol=1e-14)"
    for f in ("pow", "fmod", "remainder", "copysign", "gcd", "lcm", "comb", "perm", "isclose", "log", "ldexp", "nextafter"):
        for x in xs[:17]:
            for y in ("0", "2", "-1", "0.5", "10", "float('inf')", "float('nan')", "1000"):
                if f == "log" and not isinstance(outcome(f"math.log({x}, {y})", {"math": math}), list):
                    continue
                yield f"math.{f}({x}, {y})"
    yield "math.hypot(3, 4)"
    yield "math.hypot()"
    yield "math.hypot(1e200, 1e200)"
    yield "math.dist([1, 2], [4, 6])"
    yield "math.dist([1], [4, 6])"
    yield "math.prod([1, 2, 3.5])"
    yield "math.prod([2, 3], start=5)"
    yield "math.fsum([0.1] * 10)"
    yield "math.fsum([1e100, 1.0, -1e100])"
    yield "math.fsum([float('inf'), -float('inf')])"
    yield "math.gcd()"
    yield "math.gcd(12, 18, 27)"
    yield "math.lcm(4, 6, 10)"
    yield "math.perm(5)"
    yield "math.comb(60, 30)"
    yield "[math.e, math.pi, math.tau, math.inf]"
    yield "math.log(8, 2)"
    yield "math.log(1, 1)"


def urls():
    def url():
        return "".join([some("", "http:", "https:", "HTTP:", "mailto:", "file:", "x-y.z+1:", "1a:", "é:", "javascript:", "s3:"), some("", "//", "//", "///", "/"),
                        some("", "example.com", "u:p@Example.COM:8080", "u@h", "[::1]:80", "[::1", "h]", "[1.2.3.4]", "[v1.x]", "[vx.y]", "[fe80::1%25eth0]", "h:abc", "h:99999", "h:", "ex\uff0fa", "é.com", ":p@h"),
                        some("", "/", "/a/b;p=1", "/a;x/b", "a/../b", "/%20 x", ";p", "../c", "."), some("", "?q=1&b=2", "?", "?a?b", "?x#y"), some("", "#f", "#", "#a#b")])

    def query():
        return "".join(some("a", "b", "=", "=", "&", "&", "+", "%20", "%e4%b8%ad", "%e4", "%", "%zz", ";", "é", "%C3%A9") for _ in range(R.randrange(10)))

    for _ in range(70):
        u = some("", "", " ", "\t") + url() + some("", "", "\n")
        yield f"parse.urlparse({literal(u)}{some('', '', ', scheme=' + repr('http'), ', allow_fragments=False')})"
        yield f"parse.urlsplit({literal(u)})"
        yield f"[[r.username, r.password, r.hostname, r.port, r.geturl()] for r in [parse.urlsplit({literal(u)})]]"
        yield f"parse.urljoin({literal(url())}, {literal(url())})"
        yield f"parse.urldefrag({literal(u)})"
        q = query()
        yield f"parse.parse_qs({literal(q)}{some('', ', keep_blank_values=True', ', strict_parsing=True', ', separator=' + repr(';'), ', max_num_fields=2')})"
        yield f"parse.parse_qsl({literal(q)}, {some(True, False)})"
        yield f"parse.unquote({literal(q)}{some('', ', errors=' + repr('strict'), ', encoding=' + repr('latin-1'))})"
        yield f"parse.unquote_plus({literal(q)})"
        yield f"parse.unquote_to_bytes({literal(q)})"
        yield f"parse.quote({literal(q)}{some('', ', safe=' + repr(''), ', safe=' + repr('=&é'))})"
        yield f"parse.quote_plus({literal(q + ' ')})"
    for e in ["parse.urlencode({'a': 1, 'b': 'x y', 'c': None, 'd': True, 'e': 1.5})", "parse.urlencode([('a', 1), ('a', 2)])", "parse.urlencode({'a': [1, 'é'], 'b': 'xy', 'c': ('&',)}, doseq=True)", "parse.urlencode({'a': 'é/'}, safe='/')",
              "parse.urlencode({'a': 'b c'}, quote_via=parse.quote)", "parse.urlencode('a=b')", "parse.urlencode([1, 2])", "parse.urlencode(5)", "parse.urlencode({'a': b'x y'})", "parse.quote(b'\\xff a')", "parse.quote(5)", "parse.quote('é', encoding='latin-1')", "parse.quote('中', encoding='latin-1')",
              "parse.quote_from_bytes(b'a b')", "parse.quote_from_bytes('a b')", "parse.unquote(b'%41')", "parse.unquote(5)", "parse.unquote('%41', encoding='klingon')", "parse.urlunparse(('http', 'h', '/p', 'x', 'q', 'f'))", "parse.urlunsplit(('http', 'h', 'p', '', ''))", "parse.urlunsplit(('', '', '//p', '', ''))",
              "parse.urlparse('http://a/b')._replace(netloc='c').geturl()", "parse.urlparse('http://a/b')._asdict()", "parse.urlparse('http://a/b')[1]", "parse.urlparse('http://a/b') == parse.urlparse('http://a/b')", "parse.urlparse(None)", "parse.urlsplit(None).hostname", "parse.parse_qs(None)", "parse.parse_qs(parse.urlparse(None).query)", "parse.urlparse('http://a/b').nope", "parse.urljoin('http://a/b/c/d', '../../../g')", "parse.urljoin('', 'x')"]:
        yield e


def templates():
    for t in ["$x", "${x}y", "$x $$ $X", "$", "cost: $5", "a\nb $ c", "$x$y", "${x", "$é", "$_a1", "$$x", "", "$x.y", "${x y}"]:
        for args in ["", "x=1, _a1=None", '{"x": "m", "y": [1]}, x="k"', '{"X": 2.5}', "1, 2"]:
            for f in ("substitute", "safe_substitute"):
                yield f"string.Template({literal(t)}).{f}({args})"
        yield f"string.Template({literal(t)}).is_valid()"
        yield f"string.Template({literal(t)}).template"
    yield 'string.Template("$a $$ ${b} $a").get_identifiers()'
    yield 'string.Template("$x").substitute(5)'


write("template.txt", templates(), {"string": string})
write("fnmatch.txt", globs(), {"fnmatch": fnmatch})
write("encodings.txt", encodings(), {"base64": base64, "binascii": binascii, "hashlib": hashlib})
write("words.txt", words(), {"shlex": shlex, "html": html, "string": string})
write("uuid.txt", uuids(), {"uuid": uuid})
write("difflib.txt", diffs(), {"difflib": difflib})
write("math.txt", numbers(), {"math": math})
write("url.txt", urls(), {"parse": urllib.parse})
