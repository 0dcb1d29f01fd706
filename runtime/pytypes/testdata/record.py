"""Records what CPython 3.12 says, as the goldens <family>.txt of this directory.

A line has a template and, after tabs, its results. The template is a Python
statement, or several after another with "; " between them, in which ◊ stands
for each of the values of the last line that begins with "@". A result is the
repr of each expression (a set is sorted) and, if the statements assign x, that of x at the end,
with " ; " between them, or "!Class: message" for an exception. "-" stands for
the TypeError that an operator does not support its operands.
"""

import ast
import itertools

VALUES = [
    "None", "True", "False", "0", "1", "-1", "7", "-3", "2**70", "-2**63", "10**20", "0.0", "-0.0", "1.0", "-2.5", "1e300",
    "float('inf')", "float('nan')", "''", "'a'", "'abc'", "'héß😀'", "b''", "b'a'", "b'\\xff\\x00'", "[]", "[1, 'a']", "[[1], [2.0]]",
    "()", "(1,)", "(1, 'a', None)", "{}", "{'a': 1}", "{1: 'a', 'b': [2]}", "set()", "{1}", "{1, 2}", "frozenset()", "frozenset([1, 2])",
    "range(0)", "range(3)", "slice(1, None)", "{'a': 1}.keys()", "{'a': 1}.items()", "...", "NotImplemented",
]  # fmt: skip

OPERATORS = ["+", "-", "*", "/", "//", "%", "**", "@", "<<", ">>", "&", "|", "^"]
RELATIONS = ["==", "!=", "<", "<=", ">", ">="]


def shown(value):
    """The repr of a value, with the elements of a set in the order of theirs."""
    if type(value) in (set, frozenset) and value:
        return type(value).__name__ + "{" + ", ".join(sorted(map(repr, value))) + "}"
    return repr(value)


def outcome(code):
    """What the statements of code give, in the words of the goldens."""
    env = {}
    results = []
    try:
        for statement in ast.parse(code).body:
            if isinstance(statement, ast.Expr):
                value = eval(compile(ast.Expression(statement.value), "", "eval"), env)
                results.append(shown(value))
            else:
                exec(compile(ast.Module([statement], []), "", "exec"), env)
        if "x" in env:
            results.append(shown(env["x"]))
    except BaseException as error:  # noqa: BLE001
        results.append(f"!{type(error).__name__}: {error}")
    text = " ; ".join(results)
    if "\t" in text or "\n" in text:
        text = text.replace("\t", "\\t").replace("\n", "\\n")
    return text


class Golden:
    """One file of goldens."""

    def __init__(self, name):
        self.name, self.lines = name, []

    def values(self, values):
        self.current = values
        self.lines.append("\t".join(["@", *values]))

    def add(self, template, *, standard=None):
        results = []
        for value in self.current if "◊" in template else [None]:
            code = template if value is None else template.replace("◊", value)
            result = outcome(code)
            if standard and result == standard(code, value):
                result = "-"
            results.append(result)
        self.lines.append("\t".join([template, *results]))

    def one(self, code):
        self.lines.append(code + "\t" + outcome(code))

    def write(self):
        with open(self.name + ".txt", "w") as out:
            out.write("\n".join(self.lines) + "\n")


def type_name(value):
    return type(eval(value)).__name__


def operators():
    g = Golden("operators")
    g.values(VALUES)
    for op in OPERATORS:
        symbol = "** or pow()" if op == "**" else op
        large = ["2**70", "-2**63", "10**20"] if op in ("**", "<<") else []
        g.values([value for value in VALUES if value not in large])
        for x in VALUES:
            g.add(
                f"({x}) {op} (◊)",
                standard=lambda _, y: f"!TypeError: unsupported operand type(s) for {symbol}: '{type_name(x)}' and '{type_name(y)}'",
            )
    g.values(["0", "1", "-1", "True", "2.0", "-0.5"])
    for y in ["2**70", "-2**63", "10**20"]:
        g.add(f"(◊) ** ({y})")
    g.values(VALUES)
    for op in ("-", "+", "~", "not "):
        g.add(f"{op}(◊)")
    g.write()


def comparisons():
    g = Golden("comparisons")
    g.values(VALUES)
    for x in VALUES:
        for op in RELATIONS:
            g.add(
                f"({x}) {op} (◊)",
                standard=lambda _, y: f"!TypeError: '{op}' not supported between instances of '{type_name(x)}' and '{type_name(y)}'",
            )
        g.add(f"(◊) in ({x})")
    g.values(["[1, 2]", "[1, 2.0]", "[True, 2]", "[1, 3]", "[1]", "[1, 2, 0]", "['a']", "[[1], 2]", "[None]"])
    for x in g.current:
        for op in RELATIONS:
            g.add(f"{x} {op} ◊")
    g.write()


def inplace():
    g = Golden("inplace")
    g.values(VALUES)
    for op in OPERATORS:
        for x in ["None", "5", "2.5", "'a%s'", "b'a'", "[1, 2]", "(1,)", "{'a': 1}", "{1, 2, 3}", "frozenset([1, 5])", "range(2)"]:
            if op in ("**", "<<"):
                continue
            g.add(
                f"x = {x}; x {op}= ◊",
                standard=lambda _, y: f"!TypeError: unsupported operand type(s) for {op}=: '{type_name(x)}' and '{type_name(y)}'",
            )
    g.write()


INT_SPECS = """d b o x X c n e f g % s r q #b #o #x #X +d -d _d ,d 10 <10 >10 ^10 =10 010 *^10 *<10d 0=10 +010 #010x #012b _b _x ,b ,x _o ,.2f
.2f .0f .10e g .3g G F E 10.3f +.1% 020,d 020_b #_x 0<10 0>10d z d10 10d5 .3 .3d .d #d #c +c ,c 5c <5c ,, _, ,_ +, {} a*^7 é^9 ^^9 =^9 == >>8 <-5
+ - 1 0 00 08 z.1f zd 99 ,n _n .2 #.0f #g # 1000d 3.2 05.1f""".split() + [" ", " d", " 5", "+ 5", "  >7"]  # fmt: skip

FLOAT_SPECS = """e E f F g G n % d x s c .0f .1f .2f .3f .10f .20f .0e .1e .3e .0g .1g .3g .5g .10g .17g .0 .1 .3 .5 .17 .20 10 <10 >10 ^10 =10 010 +
- z z.1f z.0f #.0f #.0e # #g #.3g , _ ,.2f _.3f 015,.2f 020_.1f +.3e *^15.2f 0=12 0<8 % .0% .2% +010.1f 1.1 .99999999999999999999 ,% _e ,g .f .
é>9.1f #x 12,.3 E=9""".split() + [" .1f", " "]  # fmt: skip

STR_SPECS = """s 10 <10 >10 ^10 =10 010 *^11 .2 .0 5.1 10.2s <10.3 d f x + - # , _ z é>8 😀^9 s5 .s . 0 00 08 >3 1 a<5 =<5 == ,s _s +s #s 5s5
99999999999999999999 .99999999999999999999 ^""".split() + [" ", " 5"]  # fmt: skip


def formats():
    g = Golden("formats")
    g.values(["0", "1", "-1", "5", "255", "-255", "1234567", "-9876543210", "10**25", "True", "False", "97", "1114112"])
    for spec in INT_SPECS:
        g.add(f"format(◊, {spec!r})")
    g.values([
        "0.0", "-0.0", "1.0", "-1.0", "0.1", "0.5", "1.5", "2.5", "2.675", "1234567.891", "-1234567.891", "1e16", "1e-5", "123456789012345680.0",
        "9.9999e-5", "0.00012345", "1e300", "5e-324", "999999.5", "-0.04", "float('inf')", "float('-inf')", "float('nan')", "1e22", "1e23", "100.0",
    ])  # fmt: skip
    for spec in FLOAT_SPECS:
        g.add(f"format(◊, {spec!r})")
    g.add("repr(◊)")
    g.values(["''", "'a'", "'abc'", "'héß😀x'", "'hello world'"])
    for spec in STR_SPECS:
        g.add(f"format(◊, {spec!r})")
    g.values([v for v in VALUES])
    for spec in ["", "s", "5", "x"]:
        g.add(f"format(◊, {spec!r})")
    g.write()


PERCENT = """%s %r %a %d %i %u %o %x %X %e %E %f %F %g %G %c %% %b %z %5s %-5s| %05d %+d %.2f %.0f %#x %#o %#X %5.1f %-8d| %+.3e %.3d %08.3d %+05d %ld %hd %.2s
%5c %*d %.*f %-05d| %#.0f %#g %.3g %10.4g %5% %s%s %(a)s %(b)s % %5 %. %.5 %( %(a %(a) %() %&d %0 %00d %-+5d| %-10.3s| %.0e %#.3x %.f %(a)d%(a)s %(a)s%s
%s%(a)s %1$s %é %😀 %-% %(a)% %.3%""".split() + ["% d", "% 5d", "a", "", "100%", "% s", "%(a b)s", "%((a))s"]  # fmt: skip


def percent():
    g = Golden("percent")
    g.values([
        "0", "1", "-5", "255", "10**20", "True", "3.7", "-2.5", "1e20", "float('nan')", "float('inf')", "'a'", "'é😀'", "b'x'", "None", "[1]", "()", "(1,)",
        "(1, 2)", "('a', 'b')", "(5, 3.14159)", "{'a': 1}", "{'a b': 2, '(a)': 3}", "{}", "97", "1114112", "-1", "range(2)", "{1}",
    ])  # fmt: skip
    for text in PERCENT:
        g.add(f"{text!r} % ◊")
    g.values(["5", "b'ab'", "'x'", "(1,)", "(b'a', 2)", "{b'a': b'v'}", "3.5", "None", "256", "[1]"])
    for text in ["%s", "%d", "%x", "%a", "%r", "%b", "%c", "%5d|", "%.1f", "%(a)s", "%%", "a", "%-4s|", "%s%d", "%", "%z"]:
        g.add(f"b{text!r} % ◊")
    g.write()


STRFORMAT = r"""'{}' '{0}' '{1}' '{a}' '{} {}' '{0} {0}' '{1} {0}' '{} {0}' '{0} {}' '{0[0]}' '{0[a]}' '{a[0]}' '{a[b]}' '{!r}' '{!s:>5}' '{!a}' '{!x}' '{!}' '{!r' '{!rr}'
'{:>10}' '{0:>{1}}' '{:{}}' '{:{}.{}}' '{:{a}}' '{:{b}}' '{{}}' '{{{}}}' '{' '}' '{}}' '{{}' '{0' '{0!' '{0:' '{0:{' '{0:{}' '{:{:{}}}' '{:{:{:{}}}}' '{ }' '{ 0}' '{0 }' '{-1}' '{0.}' '{0[}' '{0[]}'
'{0[0]x}' '{0[0].a}' '{[0]}' '{[a]}' '{.real}' '{99999999999999999999}' '{0[99999999999999999999]}' '{0[-1]}' '{a.b}' '{:d}' '{:é^5}' 'x{0:5}y{1:<5}z' '{0:,}' '{0!r:>8}' '{0:{1}{2}}' '{a!r}' '{a}{b}'
'{0:}' '{:}' '{0::}' '{:%}' '' '{}{}{}{}' '{a:{b}}' '{a[b][c]}' '{0[{]}' '{0:}}' '{:x}' '{!s}' '{0!s:{1}}' '{{0}}' 'é{}😀' '{0[0][0]}'""".split("'")  # fmt: skip


def strformat():
    g = Golden("strformat")
    g.values(["()", "(5,)", "('a', 7)", "([1, 2], 4)", "({'a': 'x', '-1': 2}, 5, '+')", "(3.14159, 8, 2)", "('é😀', 'b')", "(255, '>')"])
    for text in STRFORMAT:
        if text.strip(" \n"):
            g.add(f"{text!r}.format(*◊)")
    g.values(["{}", "{'a': 1}", "{'a': [5, 6], 'b': 'x'}", "{'a': {'b': {'c': 9}}, 'b': '>9'}"])
    for text in STRFORMAT:
        if text.strip(" \n"):
            g.add(f"{text!r}.format(**◊)")
            g.add(f"{text!r}.format_map(◊)")
    g.write()


TEXTS = [
    "''", "'a'", "'abc'", "'ABC'", "'Hello World'", "' a  b\\tc '", "'a,b,,c'", "'x\\ny\\r\\nz\\n'", "'123'", "'-42'", "'+7'", "'héllo ß'", "'É😀é'", "'ΑΣ ΑΣΑ'",
    "'ǆ ǅ ﬁ İ'", "'²½٣'", "'\\u2028a\\x1cb\\x85'", "'aaa'", "'_x1'", "'\\ud800a'", "'ﬀ K Ⅷ'",
]  # fmt: skip
STR_CALLS = """capitalize() casefold() lower() upper() title() swapcase() strip() lstrip() rstrip() split() rsplit() splitlines() splitlines(True)
isalnum() isalpha() isascii() isdecimal() isdigit() isidentifier() islower() isnumeric() isprintable() isspace() istitle() isupper() expandtabs() expandtabs(4)
expandtabs(0) expandtabs(-1) center(10) center(9,'*') center(2) ljust(8,'é') rjust(8) zfill(6) zfill(0) zfill(-1) count('a') count('') count('b',1) count('a',-2) count('',5,2)
find('a') find('') find('b',1) find('a',-1) find('',3) find('',99) find('c',0,2) rfind('a') rfind('') rfind('',0,2) rfind('b',1,99) index('a') rindex('b') index('a',1) find('é') rfind('😀') find('a',None,None)
startswith('a') startswith('') startswith(('a','H')) startswith('b',1) startswith('',99) startswith('',0) startswith(()) endswith('c') endswith(('c','d')) endswith('',99) endswith('b',0,2) endswith('a',-1)
strip('a') strip('abcé') lstrip('aéÉ') rstrip('c\\n') strip('') strip(None) rstrip('é') split(',') split('b') split(None,1) split(None,0) split(',',1) split(',',0) split(',',-1) split('aa') split(sep=',') split(maxsplit=1)
rsplit(',') rsplit(',',1) rsplit(None,1) rsplit('aa') rsplit('aa',1) rsplit(None,0) partition('b') rpartition('b') partition(',') rpartition(',') partition('é') removeprefix('a') removesuffix('c') removeprefix('') removesuffix('')
replace('a','b') replace('a','') replace('','-') replace('','-',2) replace('a','bb',1) replace('a','b',0) replace('a','b',-1) replace('é','e') replace('aa','a') join([]) join(['x']) join(['x','y','z']) join('xyz') join(('1','2'))
encode() encode('utf-8') encode('ascii','ignore') encode('ascii','replace') encode('latin-1','replace') encode('ascii') encode('ascii','backslashreplace') encode('utf-16-le','ignore') encode('utf-8','replace') encode('utf-8','surrogatepass')
translate({97:'X'}) translate({97:None,98:66}) translate(str.maketrans('abc','xyz','l')) format() format_map({}) isidentifier() __len__() encode('nope') encode('utf-8','nope')""".split()  # fmt: skip

ARGUMENTS = ["", "None", "1", "'a'", "b'a'", "1, 2", "'a', 'b'", "'a', None", "'a', 'b', 'c'", "'a', 1, 2", "'a', 1, 2, 3", "1, 2, 3, 4, 5", "[1]", "()", "('a', 1)", "(1,)", "['a', 1]", "{}", "foo=1", "'a', foo=1", "1.5", "'', ''", "2**70"]  # fmt: skip


def call_everything(g, values, names):
    """Calls methods with all kinds of arguments, for the errors."""
    for value in values:
        g.values(ARGUMENTS)
        for name in names:
            g.add(f"({value}).{name}(◊)")


def methods(of):
    return [name for name in dir(of) if not name.startswith("_")]


def strings():
    g = Golden("str")
    g.values(TEXTS)
    for call in STR_CALLS:
        if call != "__len__()":
            g.add(f"(◊).{call}")
    call_everything(g, ["'b,a'"], methods(str))
    g.values(TEXTS)
    for item in ["0", "-1", "2", "5", "-9", "True", "1:", ":2", "::-1", "1:3", "-2:", "::2", "5:1:-2", "-99:99", "3:1", "::-2", "None:None", "'a'", "1.0", "2**70", "::0", "'a':", ":2**70", "-2**70:"]:
        g.add(f"(◊)[{item}]")
    for function in ["len", "repr", "ascii", "list", "ord", "sorted", "set", "hash", "bool", "tuple", "int", "float", "bytes", "eval"]:
        if function not in ("hash", "set", "eval"):
            g.add(f"{function}(◊)")
    g.write()


BYTES = ["b''", "b'a'", "b'abc'", "b'Hello World'", "b' a  b\\tc '", "b'a,b,,c'", "b'x\\ny\\r\\nz\\n'", "b'123'", "b'-42'", "b'\\xc3\\xa9\\xff'", "b'aaa'"]


def byte_strings():
    g = Golden("bytes")
    g.values(BYTES)
    for call in """capitalize() lower() upper() title() swapcase() strip() lstrip() rstrip() split() rsplit() splitlines() splitlines(True) isalnum() isalpha() isascii()
isdigit() islower() isspace() istitle() isupper() expandtabs() expandtabs(4) center(10) center(9,b'*') ljust(8,b'-') rjust(8) zfill(6) count(b'a') count(97) count(b'') find(b'a') find(97) rfind(b'')
find(b'b',1) index(b'a') startswith(b'a') startswith((b'a',b'H')) endswith(b'c') strip(b'a') rstrip(b'c\\n') split(b',') split(b',',1) rsplit(b',',1) split(None,1) rsplit(None,1) partition(b'b') rpartition(b'b')
removeprefix(b'a') removesuffix(b'c') replace(b'a',b'b') replace(b'',b'-') replace(b'a',b'',1) join([]) join([b'x',b'y']) decode() decode('ascii','ignore') decode('ascii') decode('latin-1') decode('utf-8','replace')
decode('utf-8','backslashreplace') decode('utf-16','replace') hex() hex('-') hex(':',2) hex('_',-2) translate(None) translate(None,b'a') translate(bytes.maketrans(b'ab',b'xy')) translate(bytes(256),delete=b'a')
decode('utf-8','surrogateescape')""".split():
        g.add(f"(◊).{call}")
    call_everything(g, ["b'b,a'"], methods(bytes))
    g.values(BYTES)
    for item in ["0", "-1", "2", "True", "1:", ":2", "::-1", "1:3", "::2", "'a'", "1.0", "2**70", "::0"]:
        g.add(f"(◊)[{item}]")
    for function in ["len", "repr", "str", "list", "sorted", "bytes", "int", "float"]:
        g.add(f"{function}(◊)")
    for code in ["bytes(3)", "bytes([1, 255])", "bytes([256])", "bytes([-1])", "bytes(['a'])", "bytes('é', 'utf-8')", "bytes('a')", "bytes(-1)", "bytes(1.5)", "bytes(None)", "bytes('é', 'ascii')", "bytes('é', 'ascii', 'ignore')",
                 "bytes('a', encoding='utf-8')", "bytes(1, 'utf-8')", "bytes('a', 1)", "bytes(source=b'a')", "bytes(1, 2, 3, 4)", "bytes(foo=1)", "bytes(errors='strict')", "bytes(range(3))", "bytes({1})", "bytes.fromhex('00ff')", "bytes.fromhex(' 0A  fF ')",
                 "bytes.fromhex('0')", "bytes.fromhex('zz')", "bytes.fromhex('0 0')", "bytes.fromhex(1)", "bytes.fromhex('é')", "bytes.maketrans(b'a', b'bc')", "str(b'abc', 'utf-8')", "str(b'\\xff', 'utf-8', 'replace')", "str(b'a', errors='ignore')",
                 "str('a', 'utf-8')", "str(1, 'utf-8')", "str(b'a', 1)", "str(object=5)", "str()", "str(foo=1)", "str(1, 2, 3, 4)"]:  # fmt: skip
        g.one(code)
    g.write()


def containers():
    g = Golden("containers")
    call_everything(g, ["[3, 'a', 3]", "('a', 1)", "{'a': 1}", "{1, 'a'}", "frozenset([1])", "range(3)", "slice(1)", "{'a': 1}.keys()", "{'a': 1}.items()"], [])
    for value, of in [("['a', 3]", list), ("('a', 1)", tuple), ("{'a': 1}", dict), ("{1}", set), ("frozenset([1])", frozenset), ("range(3)", range), ("slice(1)", slice)]:
        g.values(ARGUMENTS)
        for name in methods(of):
            if name in ("start", "stop", "step"):
                continue
            g.add(f"x = {value}; x.{name}(◊)")
    items = ["0", "-1", "1", "5", "-9", "True", "None", "'a'", "1.0", "2**70", "1:", ":2", "::-1", "1:3", "-2:", "::2", "::-2", "3:1:-1", "5:", "::0", "'a':", "1:'b'", "-99:99", ":2**70"]
    for value in ["[]", "[1, 2, 3, 4]", "()", "(1, 2, 3, 4)", "range(4)", "range(10, 0, -3)", "range(0)", "{0: 'z', 1: 'o', 'a': 2}"]:
        for item in items:
            g.one(f"{value}[{item}]")
    for item in items:
        for new in ["9", "[]", "[7]", "(7, 8)", "'ab'", "[1, 2, 3, 4]", "range(2)", "None"]:
            g.one(f"x = [1, 2, 3, 4]; x[{item}] = {new}")
        g.one(f"x = [1, 2, 3, 4]; del x[{item}]")
        g.one(f"x = []; del x[{item}]")
        g.one(f"x = (1, 2); del x[{item}]")
        g.one(f"x = 'ab'; x[{item}] = 1")
        g.one(f"x = {{0: 1, 'a': 2}}; del x[{item}]")
        g.one(f"x = {{0: 1}}; x[{item}] = 2")
    for code in [
        "x = [3, 1, 2]; x.sort()", "x = [3, 1, 2]; x.sort(reverse=True)", "x = ['b', 'A', 'c']; x.sort(key=str.lower)", "x = [1, 'a']; x.sort()", "x = [(1, 'b'), (0, 'z'), (1, 'a')]; x.sort(key=len)", "x = [2, 1]; x.sort(None)",
        "x = [1, 2]; x.sort(key=None, reverse=1)", "x = [1, 2]; x.sort(key=5)", "x = [1, 2]; x.sort(foo=1)", "x = [1]; x.extend(x)", "x = [1, 2]; x[:] = x", "x = [1, 2]; x[1:1] = x", "x = [1, 2, 3]; x.insert(1, 9); x.insert(-1, 8); x.insert(99, 7); x.insert(-99, 6)",
        "x = [1, 2, 3]; x.pop(); x.pop(0); x.pop(); x.pop()", "x = [1, 2, 1]; x.remove(1); x.remove(1); x.remove(1)", "x = [1, 2]; x.reverse(); x.copy(); x.clear()", "x = [1, True, 1.0]; x.count(1); x.index(True)", "x = []; x.append(x)",
        "x = {}; x['a'] = x", "x = {1: 'a'}; x[True] = 'b'; x[1.0] = 'c'", "x = {True: 'a'}; x[1]; x[1.0]; x[0]", "x = {0: 'a'}; x[False]; x[-0.0]", "x = {'a': 1}; x.setdefault('a', 2); x.setdefault('b'); x.setdefault('c', 3)", "x = {'a': 1, 'b': 2}; x.popitem(); x.popitem(); x.popitem()",
        "x = {'a': 1}; x.pop('a'); x.pop('a', 5); x.pop('a')", "x = {'a': 1}; x.update({'b': 2}, c=3); x.update([('d', 4)]); x.update(a=5)", "x = {'a': 1}; x.update([1])", "x = {'a': 1}; x.update([(1, 2, 3)])", "x = {}; x.update(['ab', 'cd'])", "x = {}; x.update(5)", "x = {}; x.update([[1]])",
        "dict([('a', 1)], b=2)", "dict({'a': 1})", "dict(1)", "dict([1])", "dict(a=1, b=2)", "dict([], [])", "dict.fromkeys('ab')", "dict.fromkeys([1, 2], 0)", "dict.fromkeys(1)", "dict.fromkeys()", "{}.fromkeys('a', 1)", "{'a': 1} | {'b': 2, 'a': 3}", "x = {'a': 1}; x |= [('b', 2)]", "x = {'a': 1}; x |= 5", "{'a': 1} | [('b', 2)]",
        "x = {1, 2}; x.add(3); x.add(True); x.discard(9); x.remove(1)", "x = {1}; x.remove(2)", "x = {1}; x.remove([])", "x = {1}; x.add([])", "x = {1}; x.add({})", "x = {1, 2}; x.update([3], (4,)); x.intersection_update([1, 3]); x.difference_update([1])", "x = {1, 2}; x.symmetric_difference_update([2, 3])", "x = set(); x.pop()",
        "{1, 2}.union([3], [4])", "{1, 2}.intersection([2, 3], [2])", "{1, 2, 3}.difference([1], [2])", "{1}.symmetric_difference([1, 2])", "{1}.issubset([1, 2])", "{1, 2}.issuperset([1])", "{1}.isdisjoint([2])", "{1}.union(5)", "{1}.union()", "frozenset([1, 2]).union([3])", "frozenset([1]) | {2}", "{1} | frozenset([2])", "{1} | [2]", "{frozenset([1])} == {frozenset([1])}",
        "{1} in {frozenset([1])}", "[] in {1}", "[] in {1: 2}", "{1, 2} < {1, 2, 3}", "{1} <= frozenset([1])", "{'a': 1}.keys() & {'a'}", "{'a': 1}.keys() | ['b']", "{'a': 1}.items() - [('a', 1)]", "{'a': 1}.keys() ^ {'a', 'b'}", "{'a': 1}.keys() == {'a'}", "{'a': 1}.values() == {'a': 1}.values()", "('a', 1) in {'a': 1}.items()", "('a',) in {'a': 1}.items()", "1 in {'a': 1}.values()",
        "{'a': 1}.keys()", "{'a': 1}.values()", "{'a': 1}.items()", "{}.keys()", "len({'a': 1}.items())", "list({'a': 1, 'b': 2}.items())", "list(reversed({'a': 1, 'b': 2}))", "list(reversed({'a': 1}.items()))", "{'a': 1}.keys()[0]", "[1, 2] + (3,)", "(1,) + [2]", "[1] + 'a'", "x = [1]; x += 'ab'", "x = [1]; x += (2,)", "x = [1]; x += 5", "x = (1,); x += (2,)", "x = (1,); x += [2]", "x = [1]; x *= 2", "x = [1]; x *= 'a'",
        "[[1, 2], [3]] == [[1, 2.0], [True + 2]]", "[1, [2]] < [1, [3]]", "(1, 2) < (1, 'a')", "(1, 2) < (2, 'a')", "[1] < (1,)", "{} < {}", "range(3) == range(0, 3, 1)", "range(0) == range(5, 5)", "range(0, 3, 2) == range(0, 4, 2)", "range(3) < range(4)", "hash(range(3)) == hash(range(0, 3))", "range(1, 10, 3)", "range(10)[2:5]", "range(10)[::-1]", "range(10).index(3)", "range(10).index(99)", "range(10).index('a')", "range(10).count(3)",
        "range()", "range(1, 2, 0)", "range(1.5)", "range('a')", "range(1, 2, 3, 4)", "range(5, stop=3)", "3 in range(5)", "3.0 in range(5)", "'a' in range(5)", "9 in range(0, 10, 2)", "8 in range(10, 0, -2)", "slice(1)", "slice(1, 2)", "slice(None, 'a', [1])", "slice()", "slice(1, 2, 3, 4)", "slice(1, 10, 2).indices(5)", "slice(None, None, -1).indices(5)", "slice(1).indices(-1)", "slice(1) == slice(None, 1, None)", "slice(1) < slice(2)",
        "list()", "list(5)", "list('héy')", "list(range(3))", "list({'a': 1})", "list(x=1)", "list(1, 2)", "tuple()", "tuple('ab')", "tuple(5)", "tuple([1], 2)", "set('aa')", "set(5)", "set([[]])", "set(1, 2)", "frozenset('a')", "frozenset(5)", "frozenset()", "set()", "len(frozenset('ab'))", "hash(frozenset([1])) == hash(frozenset([1]))", "{frozenset(): 1}", "{(): 1}[()]", "{(1, 'a'): 2}[(1, 'a')]", "{[]: 1}", "{([],): 1}", "{{}: 1}", "{{1}: 1}", "x = {}; x[[]] = 1", "x = {}; x[slice(1)] = 2",
        "tuple([1, 2]).index(2)", "(1, 2, 1).index(1, 1)", "(1, 2).index(5)", "[1, 2].index(5)", "[1, 2].index(2, 0, 1)", "[1, 2].index(1, None)", "(1, 2).count(1)", "[float('nan')].count(1)", "'a' in 5", "5 in 'a'", "None in 'a'", "b'a' in 'a'", "'a' in b'a'", "97 in b'a'", "300 in b'a'", "x = 5; x[0]", "x = None; x['a']", "x = 5; x[0] = 1", "x = None; del x[0]", "x = (1,); x[0] = 2", "x = {1}; x[0]", "x = 'a'; x['b']", "x = b'ab'; x[0] = 1", "x = range(3); x[0] = 1", "x = 5; del x[0]",
    ]:  # fmt: skip
        g.one(code)
    g.write()


def functions():
    g = Golden("functions")
    names = "abs all any ascii bin bool chr dict divmod enumerate filter float format frozenset hex int iter len list map max min next oct ord pow range repr reversed round set slice sorted str sum tuple zip bytes".split()
    g.values(ARGUMENTS)
    for name in names:
        g.add(f"{name}(◊)" if name not in ("enumerate", "filter", "iter", "map", "reversed", "zip") else f"list({name}(◊))")
    g.values(VALUES)
    for name in "abs all any ascii bin bool chr float hex int len list max min oct ord repr round sorted str sum tuple".split():
        g.add(f"{name}(◊)")
    g.values(["'0'", "' 12 '", "'-5'", "'+7'", "'1_000'", "'_1'", "'1_'", "'1__0'", "''", "' '", "'abc'", "'0x1f'", "'0b11'", "'0o17'", "'1f'", "'z'", "'٣٤'", "'1.5'", "'12a'", "b'12'", "b'x'", "'0'*5", "'- 1'", "'--1'", "'0x'", "'0_7'", "'007'", "'1 2'", "'\\n9\\t'", "'９'", "'é'", "'9'*30", "'\\ud800'"])
    for base in ["", ", 10", ", 16", ", 2", ", 0", ", 8", ", 36", ", 1", ", 37", ", -1", ", 'a'", ", base=7"]:
        g.add(f"int(◊{base})")
    g.add("float(◊)")
    g.values(["'1.5'", "'-1.5e3'", "'1e400'", "'-1e400'", "'1e-400'", "'inf'", "'-Infinity'", "'NaN'", "'+nan'", "'infinit'", "'1_0.5'", "'1._5'", "'.5'", "'5.'", "'.'", "'e5'", "'1e'", "'1e5.5'", "'0x1p3'", "' 2.5\\n'", "'1,5'", "b'2.5'", "'٣.٥'", "'1e+05'", "'1e_5'", "''", "'1__0'", "'nan1'", "'1d5'"])
    g.add("float(◊)")
    numbers = ["0", "5", "-5", "12345", "-25", "15", "0.5", "1.5", "2.5", "-0.5", "-1.5", "2.675", "1234.5678", "1e16", "1e300", "5e-324", "0.1", "True", "10**30", "float('inf')", "float('nan')", "123456789.123456789", "-0.0"]
    g.values(numbers)
    for n in ["", ", None", ", 0", ", 1", ", 2", ", -1", ", -2", ", 10", ", 400", ", -400", ", 'a'", ", 1.0", ", ndigits=1", ", 2**70"]:
        g.add(f"round(◊{n})")
    for call in ["hash(◊)", "(◊).as_integer_ratio()", "(◊).is_integer()", "(◊).conjugate()", "repr(◊)", "int(◊)", "float(◊)", "divmod(◊, 7)", "divmod(◊, -2.5)", "divmod(◊, 0)", "divmod(7, ◊)", "divmod(◊, 0.0)", "◊ % 3", "◊ // 3.5", "pow(◊, 2)", "pow(◊, -1)", "pow(◊, 0.5) if ◊ >= 0 else 0", "pow(◊, 3, 7)", "pow(◊, -1, 7)", "pow(◊, 2, 0)", "pow(◊, 2, -5)", "abs(◊)", "-◊", "+◊", "bool(◊)", "◊ ** 3", "2 ** ◊ if abs(◊) < 999 else 0", "◊ / 3", "◊ * 1.1", "◊ - 0.1", "hex(◊)", "bin(◊)"]:
        g.add(call)
    g.values(["0.0", "-0.0", "1.0", "-2.5", "0.1", "1e300", "5e-324", "float('inf')", "float('nan')", "1/3"])
    g.add("(◊).hex()")
    g.add("float.fromhex((◊).hex())")
    for text in ["0x1p3", "0x.8", "1.8p1", "-0x1.8P-3", "inf", "nan", "0x", "", "0x1p", "zz", "0x1p99999", " 0xA ", "0x1.g", "1e5"]:
        g.one(f"float.fromhex({text!r})")
    g.values(["0", "1", "-1", "255", "256", "-128", "-129", "2**64", "10**20", "True"])
    for call in ["bit_length()", "bit_count()", "to_bytes()", "to_bytes(2)", "to_bytes(2, 'little')", "to_bytes(2, 'big', signed=True)", "to_bytes(16, 'little', signed=True)", "to_bytes(1, 'x')", "to_bytes(-1)", "to_bytes(0)", "to_bytes(1, signed=True)", "to_bytes(2, 5)", "to_bytes(1, 2, 3)", "to_bytes(length=3, byteorder='big')"]:
        g.add(f"(◊).{call}")
    for code in [
        "int.from_bytes(b'\\x01\\x02', 'big')", "int.from_bytes(b'\\x01\\x02', 'little')", "int.from_bytes(b'\\xff')", "int.from_bytes(b'\\xff\\xfe', 'big', signed=True)", "int.from_bytes(b'', 'big')", "int.from_bytes([1, 2], 'big')", "int.from_bytes('a', 'big')", "int.from_bytes()", "int.from_bytes(5)", "int.from_bytes(b'a', 'x')", "int()", "int(x=5)", "int('5', base='a')", "int(5, 10)", "int(base=10)", "int(None)", "int([])", "int(1.9)", "int(-1.9)", "int(1e20)", "float()", "float(x=1)", "float(None)", "float([])",
        "bool()", "bool(1, 2)", "bool(x=1)", "max(1, 2)", "max([1, 3, 2])", "max('a', 'b', key=len)", "max([])", "max([], default=5)", "max(1, 2, default=3)", "max([1], foo=2)", "max()", "max(1, 'a')", "max(['a', 'bb'], key=len)", "min([3, 1])", "min({})", "min(5)", "max(1.0, 1)", "max(1, 1.0)", "min([1, True])", "max([1, 2], key=5)", "max('abc')", "sum([1, 2])", "sum([1.5, 2])", "sum([], 5)", "sum(['a'])", "sum(['a'], '')", "sum([b'a'], b'')", "sum([[1], [2]], [])", "sum([0.1] * 10)", "sum([1e100, 1.0, -1e100])", "sum([1, 0.1, 0.2])", "sum([0.1, 0.2, 1])", "sum(5)",
        "sum()", "sum([1], start=2)", "sum([1], 2, 3)", "sum([True, True])", "sum([float('inf'), 1.0])", "sum([(1,), (2,)], ())", "sorted([3, 1, 2])", "sorted([3, 1], reverse=True)", "sorted(['b', 'A'], key=str.lower)", "sorted([1, 'a'])", "sorted({'b': 1, 'a': 2})", "sorted(5)", "sorted()", "sorted([1], [2])", "sorted([1], foo=1)", "sorted([1, 2], key=5)", "sorted([(1, 'b'), (1, 'a')], key=len, reverse=True)", "sorted('héa')", "sorted([2, 1], reverse='a')", "sorted([True, False, 0, 1])",
        "list(zip())", "list(zip([1, 2], 'ab'))", "list(zip([1, 2], 'a'))", "list(zip([1, 2], 'a', strict=True))", "list(zip('a', [1, 2], strict=True))", "list(zip('a', 'b', [1, 2], strict=True))", "list(zip('ab', 'cd', [1], strict=True))", "list(zip(5))", "list(zip([1], 5))", "list(zip([1], foo=1))", "list(enumerate('ab'))", "list(enumerate('ab', 1))", "list(enumerate('ab', start=-1))", "list(enumerate())", "list(enumerate(5))", "list(enumerate('a', 'b'))", "list(enumerate('a', 1, 2))", "list(enumerate(iterable='a'))", "list(map(str, [1, 2]))", "list(map(max, [1, 5], [3, 2]))", "list(map(str))", "list(map(5, [1]))", "list(map(str, 5))",
        "list(filter(None, [0, 1, '', 'a']))", "list(filter(str.isdigit, ['1', 'a']))", "list(filter(5, [1]))", "list(filter(None))", "list(filter(None, 5))", "list(reversed([1, 2]))", "list(reversed('ab'))", "list(reversed(range(3)))", "list(reversed((1, 2)))", "list(reversed({1}))", "reversed(5)", "reversed()", "list(iter([1]))", "iter(5)", "iter()", "iter(5, 1)", "next(iter([1]))", "next(iter([]))", "next(iter([]), 5)", "next([])", "next(5)", "next()", "all([])", "all([1, 0])", "any([])", "any([0, 'a'])", "any(5)", "divmod(7, 2)", "divmod(-7, 2)", "divmod(7.5, 2)", "divmod('a', 1)", "divmod(1)",
        "pow(2, 3)", "pow(2, 3, 5)", "pow(2, -1, 5)", "pow(2, -1, 4)", "pow(base=2, exp=3)", "pow(2, 3, mod=5)", "pow(2)", "pow(2.0, 3, 5)", "pow('a', 2)", "pow('a', 2, 3)", "pow(0, -1)", "pow(0.0, -1)", "pow(2, 3, 0)", "chr(97)", "chr(233)", "chr(128512)", "chr(-1)", "chr(1114112)", "chr(2**40)", "chr('a')", "chr(55296)", "ord('a')", "ord('é')", "ord('')", "ord('ab')", "ord(b'a')", "ord(5)", "len(5)", "len()", "len('é😀')", "repr('a')", "ascii('é😀\\x85')", "format(5)", "format(5, 'x')", "format(5, 5)", "format()", "hash([])", "hash({})", "hash(())== hash(())", "hash((1, 2))", "hash((1, (2, 3.5)))", "hash(1.5)", "hash(2**61 - 1)", "hash(-1)",
        "hash(10**30)", "hash(-1.0)", "hash({1})", "hash(slice(1)) == hash(slice(1))", "hash(([],))", "1 < 2 < 3", "1 if [] else 2", "not 5", "5 and 'a'", "0 or None", "10**400 / 10**399", "10**400 / 3.0", "10**400 + 0.5", "float(10**400)", "int('9' * 5000)", "str(10**5000)", "10**400 > 1e308", "2**0.5", "2**-1", "(-8)**2", "(-8)**-1", "0**0", "0.0**0", "1e308 * 10", "1e308 + 1e308", "1.7e308 ** 2", "1e-200 ** 2", "7 // 2", "-7 // 2", "7 % -3", "-7 % 3", "7.5 // 2", "-7.5 % 2", "5 % 0.3", "-5.5 // 0.1", "1e20 // 3", "6 / 3", "5 << 3", "-5 >> 1", "1 << -1", "1 >> 100", "-1 >> 100", "5 & 3 | 8 ^ 1", "~5",
        "True + True", "True & False", "True ^ True", "True | 2", "~True", "-True", "'a' * 3", "3 * 'a'", "'a' * -1", "'a' * 1.5", "[1] * 2", "2 * (1, 2)", "'a' + 'b'", "'a' + 1", "1 + 'a'", "'5' % 3", "b'a' + b'b'", "b'a' + 'b'", "b'a' * 2", "'a' < 'b'", "'a' < 'B'", "'é' > 'z'", "'a' < 1", "None < 1", "None == 0", "1 == 1.0 == True", "'1' == 1", "(1, 2) == [1, 2]", "[] is []", "() is ()", "1 == True", "2**53 == float(2**53)", "2**53 + 1 == float(2**53)", "10**30 == 1e30", "0.1 + 0.2", "1e16", "1e15", "123456789.0", "1e-5", "0.0001", "-0.0", "1e22", "float('1e23')", "1.0", "5e-324", "1.7976931348623157e308",
    ]:  # fmt: skip
        g.one(code)
    g.write()


def reprs():
    g = Golden("repr")
    texts = ["''", "'\\''", "'\"'", "'\\'\"'", "'\\n\\t\\r\\\\'", "'\\x00\\x1f\\x7f'", "'\\x80\\xa0\\xad\\xff'", "'é😀'", "'\\u200b\\u2028\\ufeff'", "'\\ud800'", "'\\U000e0001'", "b'\\'\"\\n\\xff'", "'\\ud83d\\'x'", "'a\\'\\udc80\"'"]
    values = texts + VALUES + ["[[], [[]]]", "{'a': [1, {'b': (2,)}]}", "[None, True, ...]", "{(1, 2): {3: frozenset([4])}}", "[1.0, 1e16, -0.0, 1e-7]", "({},)", "[set(), frozenset()]", "{'k': {1: {2: {}}}}", "[b'x', 'y']", "[slice(1), range(2)]"]
    g.values(values)
    for call in ["repr(◊)", "str(◊)", "ascii(◊)", "[◊]", "'%s' % (◊,)", "'%r' % (◊,)", "'{}'.format(◊)", "'{!r}'.format(◊)"]:
        g.add(call)
    g.write()


for family in (operators, comparisons, inplace, formats, percent, strformat, strings, byte_strings, containers, functions, reprs):
    family()
