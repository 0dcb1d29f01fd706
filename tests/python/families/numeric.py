"""Numbers: conversions, rounding, methods, the module math."""

import random

from .cases import each, expressions, failed, prints, value

R = random.Random(12)

TEXTS = ["'0'", "'12'", "'-12'", "'+7'", "' 42 '", "'4_2'", "'0x1f'", "'1.0'", "'1e3'", "''", "' '", "'abc'", "'--1'", "'1_'", "'_1'", "'1__2'", "'٣'", "'１２'", "'²'", "'\\n9\\t'", "'1 2'", "b'17'", "'00012'", "'-0'", "'é'", "'9' * 30", "'+-1'", "'+'", "'0b1'", "'\\xa05\\u2003'"]
FLOATS = ["'1.5'", "'-1.5e3'", "'.5'", "'5.'", "'.'", "'inf'", "'-Infinity'", "'NaN'", "'nan'", "'+inf'", "'infin'", "' 1.5\\n'", "'1_000.5'", "'1_'", "'1e400'", "'-1e400'", "'1e-400'", "'0x1p3'", "'1,5'", "''", "'1e'", "'e5'", "'٣.٥'", "b'2.5'", "'1 .5'", "'--1'", "'1.5f'", "True", "10", "10**20", "10**400", "None", "[]"]


def conversions():
    yield from expressions("numbers", "int of text", [f"int({t})" for t in TEXTS])
    yield from expressions("numbers", "float of", [f"float({t})" for t in FLOATS])
    yield from expressions("numbers", "int of", ["int()", "int(3.9)", "int(-3.9)", "int(True)", "int(1e20)", "int(float('inf'))", "int(float('nan'))", "int(None)", "int([])", "int('1', 2)", "int(10**30)", "int(-0.0)", "int({})", "int(b'x')", "int('12', None)", "int(1.5, 10)", "int(12, 10)", "int(' 5', 10, 3)", "int(x='5')"])
    yield from expressions("numbers", "int in a base", ["int('ff', 16)", "int('0xff', 16)", "int('0XFF', 0)", "int('0b101', 0)", "int('0o17', 0)", "int('017', 0)", "int('017', 8)", "int('z', 36)", "int('Z', 36)", "int('-0b11', 2)", "int('12', 2)", "int('9', 9)", "int('1', 1)", "int('1', 37)", "int('1', -1)", "int('0', 0)", "int('00', 0)", "int('0x', 16)", "int('', 16)", "int('1_0', 16)", "int('1_f', 16)", "int(b'ff', 16)", "int('0b1', 16)", "int('g', 16)", "int('ff', base=16)", "int('10', True)", "int('10', 2.0)", "int('10', '2')"])
    yield from expressions("numbers", "bool of", ["bool()", "bool('False')", "bool('0')", "bool(0.0)", "bool([0])", "bool(None)", "bool(x=1)", "bool(1, 2)", "bool(float('nan'))"])
    yield from expressions("numbers", "str of", ["str()", "str(1)", "str(1.0)", "str(-0.0)", "str(1e16)", "str(1e15)", "str(123456789012345678.0)", "str(1e-5)", "str(0.0001)", "str(True)", "str(None)", "str(10**25)", "str(float('-inf'))", "str(b'a')", "str(b'a', 'utf-8')", "str(b'\\xc3\\xa9', encoding='utf8')", "str(b'\\xff', 'utf-8')", "str(b'\\xff', 'utf-8', 'replace')", "str(b'\\xff', errors='ignore')", "str(1, 'utf-8')", "str('a', 'utf-8')", "str(object=5)", "str(1, 2, 3, 4)"])
    yield from expressions("numbers", "hex, oct, bin, chr, ord", [f"{f}({x})" for f in ("hex", "oct", "bin") for x in ("0", "255", "-255", "True", "10**20", "1.5", "'a'", "None")] + ["chr(97)", "chr(233)", "chr(0x1f600)", "chr(-1)", "chr(0x110000)", "chr('a')", "chr(1.0)", "chr(True)", "ord('a')", "ord('é')", "ord('😀')", "ord('')", "ord('ab')", "ord(b'a')", "ord(5)", "ord(b'ab')", "chr()", "ord()"])


def rounding():
    numbers = ["0.5", "1.5", "2.5", "-0.5", "-1.5", "0.49999999999999994", "2.675", "1.005", "1e20", "1e-10", "-0.0", "123.456", "5e15", "0.1", "99.995", "1.15"]
    for n in ("", ", 0", ", 1", ", 2", ", 10", ", -1", ", -2", ", None", ", 400", ", -400", ", True"):
        yield "numbers", f"round(float{n})", each("x", numbers, f"print(x, repr(round(x{n})))")
    ints = ["0", "5", "15", "25", "-15", "-25", "149", "150", "151", "250", "10**20 + 5", "True", "99"]
    for n in ("", ", 0", ", 2", ", -1", ", -2", ", -30", ", None"):
        yield "numbers", f"round(int{n})", each("x", ints, f"print(x, repr(round(x{n})))")
    yield from expressions("numbers", "round", ["round(float('nan'))", "round(float('inf'))", "round('1')", "round(1.5, 1.0)", "round(1.5, '1')", "round(None)", "round()", "round(1, 2, 3)", "round(number=1.25, ndigits=1)", "round(float('inf'), 2)", "round(float('nan'), 2)", "round(1.5, ndigits=None)", "round([])"])
    for _ in range(12):
        pairs = [(R.choice([R.uniform(-1000, 1000), round(R.uniform(-10, 10), 4), R.randrange(2000) / 8]), R.randrange(-2, 5)) for _ in range(8)]
        yield "numbers", "round at random", f"for x, n in {pairs}:\n    print(x, n, round(x, n))\n"


def division():
    numbers = ["7", "-7", "2", "-2", "True", "7.5", "-7.5", "0.1", "10**20", "-10**20 - 1", "1e300", "-0.0", "0"]
    for y in ("2", "-2", "3", "0.1", "-0.3", "True", "10**19", "float('inf')", "-float('inf')", "float('nan')", "0", "0.0", "False", "1e-300"):
        yield "numbers", f"divmod by {y}", each("x", numbers, f"print(x, divmod(x, {y}))")
        yield "numbers", f"// and % by {y}", each("x", numbers, "print(x, x // y, x % y)", setup=f"y = {y}\n")
    yield from expressions("numbers", "divmod", ["divmod('a', 1)", "divmod(1, None)", "divmod(1)", "divmod(True, True)", "divmod([], [])"])
    yield from expressions("numbers", "pow", ["pow(2, 10)", "pow(2, -1)", "pow(2.0, 3)", "pow(2, 10, 1000)", "pow(3, -1, 7)", "pow(2, -1, 4)", "pow(2, 5, 0)", "pow(2, 5, -3)", "pow(0, 0)", "pow(0, -1)", "pow(0.0, -1)", "pow(0.0, 0)", "pow(True, 5)", "pow('a', 2)", "pow(2, 3.0, 5)", "pow(base=2, exp=3)", "pow(base=2, exp=3, mod=5)", "pow(10, 50)", "pow(float('nan'), 0)", "pow(1, float('inf'))", "pow(-1, float('inf'))", "pow(10.0, 400)", "pow(2)", "2 ** -1", "(-2) ** 2", "-2 ** 2", "2 ** 3 ** 2", "2 ** 100", "(-2) ** 101", "0 ** 0", "10 ** -3", "2.5 ** 2", "4 ** 0.5"])
    yield from expressions("numbers", "abs", [f"abs({x})" for x in ("-5", "5", "True", "-1.5", "-0.0", "-10**20", "float('-inf')", "float('nan')", "'a'", "None", "[]")] + ["abs()", "abs(1, 2)"])
    yield from expressions("numbers", "zero division", [f"{x} {op} {y}" for op in ("/", "//", "%") for x in ("1", "1.0", "0", "True") for y in ("0", "0.0", "False")])
    yield from expressions("numbers", "overflow", ["1e308 * 10", "10**400 / 10**399", "10**400 / 3", "10**400 * 1.0", "float(10**308) * 1", "1e308 + 10**400", "10**400 == 1e308", "10**400 > float('inf')", "10**400 < float('inf')", "2.0 ** 2000", "int(1e308) // 10**300", "1 << -1", "1 >> -1", "1 << 100", "-1 >> 100", "-5 >> 1", "1 >> 1000", "-1 // 10**400", "10**400 // 7 % 1000"])


def methods():
    ints = ["0", "1", "-1", "255", "256", "-256", "10**20", "True", "False"]
    for m in ("bit_length()", "bit_count()", "as_integer_ratio()", "conjugate()", "is_integer()", "numerator", "denominator", "real", "imag", "__str__()", "__bool__()", "__index__()", "__neg__()"):
        yield "numbers", f"int.{m}", each("x", ints, f"print(repr(x), repr(x.{m}))")
    floats = ["0.0", "-0.0", "1.5", "-2.25", "0.1", "1e300", "5e-324", "10.0", "float('inf')", "float('nan')"]
    for m in ("hex()", "is_integer()", "as_integer_ratio()", "conjugate()", "real", "imag", "__int__()", "__abs__()", "__trunc__()"):
        yield "numbers", f"float.{m}", each("x", floats, f"print(x, repr(x.{m}))")
    yield from expressions("numbers", "float.fromhex", [f"float.fromhex({t!r})" for t in ("0x1.8p1", "1.8", "-0x1p-3", "inf", "nan", "0x", "1g", "0x1p5000", " 0xap0 ", "")])
    yield from expressions("numbers", "to_bytes", ["(258).to_bytes(2, 'big')", "(258).to_bytes(4, 'little')", "(1).to_bytes()", "(255).to_bytes(1)", "(256).to_bytes(1, 'big')", "(-1).to_bytes(2, 'big')", "(-1).to_bytes(2, 'big', signed=True)", "(-129).to_bytes(1, 'big', signed=True)", "(0).to_bytes(0, 'big')", "(5).to_bytes(2, 'middle')", "(5).to_bytes(-1, 'big')", "(5).to_bytes(length=3, byteorder='little')"])
    yield from expressions("numbers", "from_bytes", ["int.from_bytes(b'\\x01\\x02', 'big')", "int.from_bytes(b'\\x01\\x02', 'little')", "int.from_bytes(b'\\xff\\xff', 'big', signed=True)", "int.from_bytes(b'', 'big')", "int.from_bytes([1, 2])", "int.from_bytes(b'a', 'up')", "int.from_bytes('a', 'big')", "int.from_bytes([256], 'big')"])
    yield from expressions("numbers", "attributes", ["(5).foo", "(1.5).foo", "True.foo", "(5).real", "5 .bit_length()", "1.5.is_integer()", "(5).bit_length(1)", "(10).append(1)", "(1.5).bit_length()", "True.bit_length()", "(5)()", "(5)[0]", "1.5[0]", "len(5)", "len(True)", "(5).__class__.__name__", "1.5.__class__.__name__"])
    yield from expressions("numbers", "operator words", ["5 + '5'", "'5' + 5", "5 - None", "[] - []", "'a' - 'b'", "'a' * 'b'", "'a' * 2.0", "[1] * [2]", "{} + {}", "1 + [1]", "(1,) + [1]", "[1] + (1,)", "-'a'", "+[]", "~1.5", "~'a'", "-None", "1.5 & 1", "1.5 << 1", "'%d' % 'x'", "None + None", "len + 1", "int + 1", "1 @ 2", "{1} + {2}", "{1} | [2]", "{1} & 1", "b'a' + 'b'", "'a' + b'b'", "1 < None", "[] < ()", "{} < {}", "None < None", "'a' < 1", "max(1, 'a')", "min([None, 1])", "sum(['a'])", "sum('ab')", "sum([[1], [2]])", "sum([[1], [2]], [])", "sum(['a'], '')", "sum([b'a'], b'')", "sum([1, 2.5, True])", "sum([])", "sum([], 5)", "sum((1, 2), start=10)", "sum([0.1] * 10)", "sum([1e100, 1.0, -1e100])", "sum(5)", "sum([1, None])"])


def literals():
    yield from expressions("numbers", "literals", ["1_000_000", "0xFF", "0XfF_f", "0o17", "0b1011", "0B1", "1e3", "1E-3", "1_0.5_0", ".5", "5.", "1e+10", "0_0", "00", "1_2e1_0", "0x_f", "1.e5", "1e400", "1e-400", "123456789012345678901234567890", "0xffffffffffffffffffffffff", "-1", "--1", "- -1", "+1", "~-1", "1if True else 2"])
    yield from expressions("numbers", "float repr", ["0.1 + 0.2", "1 / 3", "1e16", "1e15", "9999999999999998.0", "12345678901234567.0", "1e22", "1e21", "1e-4", "1e-5", "0.00001234", "123456.789e3", "5e-324", "1.7976931348623157e308", "2.0 ** 53", "2.0 ** 70", "100.0", "1e100", "-1e-7", "3.14", "1.0", "100000000000000000.0", "float(2**63)", "1.1 * 3", "4.35 * 100", "1.1 + 2.2", "-0.0", "0.0 * -1", "float('inf') - float('inf')", "float('inf') * 0", "1e308 * 10"])
    for _ in range(20):
        xs = [R.choice([R.uniform(-1e3, 1e3), R.uniform(0, 1) * 10.0 ** R.randrange(-30, 30), float(R.randrange(10**18)), R.randrange(1000) / 16]) for _ in range(8)]
        yield "numbers", "float repr at random", f"for x in {xs}:\n    print(x, x * 3, x / 7, x + 0.1)\n"
    for _ in range(20):
        xs = [R.choice([-1, 1]) * R.randrange(10 ** R.randrange(1, 40)) for _ in range(5)]
        y = R.choice([-1, 1]) * (1 + R.randrange(10 ** R.randrange(1, 25)))
        op = R.choice(["x + y", "x - y", "x * y", "x // y", "x % y", "x / y", "x & y", "x | y", "x ^ y", "x < y", "-x // y", "divmod(x, y)", "x << 7", "x >> 9", "x ** 3", "x == y", "~x", "float(x)", "str(x)[::-1]", "hex(x)"])
        yield "numbers", f"big ints: {op}", f"y = {y}\nfor x in {xs}:\n    print({op})\n"
    yield "numbers", "factorial", "n = 1\nfor i in range(1, 31):\n    n *= i\nprint(n, len(str(n)), n % 10**9, n // 10**25)\n"
    yield "numbers", "fibonacci", "a, b = 0, 1\nwhile a < 10**25:\n    a, b = b, a + b\nprint(a, b, a / b)\n"
    yield "numbers", "digits", "print([int(c) for c in str(2**70)], sum(int(c) for c in str(2**200)))\n"
    yield "numbers", "overflow of 64 bits", "n = 9223372036854775807\nprint(n + 1, -n - 2, n * 2, n * n, -(-n - 1), abs(-n - 1), n + 1 - 1 == n)\n"


def maths():
    one = {"ceil": "1.2 -1.2 5 True 1e20", "floor": "1.8 -1.2 5 -0.0 1e20", "trunc": "1.8 -1.8 5", "sqrt": "4 2 0 -1 1e300 10**40", "exp": "0 1 -1 1000 0.5", "log": "1 10 0 -1 10**400 0.5", "log2": "8 1 0 10**400 2**70", "log10": "1000 0.001 10**300 0", "log1p": "0 1e-10 -1", "expm1": "0 1e-10", "fabs": "-1 -1.5 True", "factorial": "0 5 20 -1 1.5 30", "isnan": "1 float('nan') float('inf')", "isinf": "1 float('-inf') float('nan')", "isfinite": "1 float('nan') 1e308", "degrees": "math.pi 1", "radians": "180 1", "sin": "0 1 math.pi", "cos": "0 1", "tan": "0 1", "isqrt": "16 17 10**40 -1 1.5", "modf": "1.5 -1.5 3", "frexp": "8 0.3 0", "cbrt": "27 -8", "ulp": "1.0", "gamma": "5 0.5", "lgamma": "5", "erf": "0.5", "asin": "1 2", "acos": "1", "atan": "1", "sinh": "1", "cosh": "1", "tanh": "0.5"}
    for f, args in one.items():
        whole = f in ("ceil", "floor", "trunc", "sqrt", "fabs", "factorial", "isnan", "isinf", "isfinite", "isqrt", "modf", "frexp", "ulp", "log2", "log10")
        yield from expressions("math", f, [f"math.{f}({a})" if whole else f"round(math.{f}({a}), 12)" for a in args.split()] + ([f"math.{f}('a')"] if f in ("ceil", "sqrt", "log") else []), setup="import math\n")
    more = ["math.pow(2, 3)", "math.pow(0, 0)", "math.pow(-1, 0.5)", "math.log(8, 2)", "math.log(100, 10)", "math.gcd(12, 18)", "math.gcd()", "math.gcd(-4, 6, 10)", "math.gcd(1.5, 2)", "math.lcm(4, 6)", "math.lcm(0, 5)", "math.hypot(3, 4)", "math.hypot(1, 2, 2)", "math.dist([1, 2], [4, 6])", "math.comb(5, 2)", "math.comb(5, 9)", "math.comb(-1, 2)", "math.perm(5, 2)", "math.perm(4)", "math.fmod(-7, 3)", "math.fmod(7, 0)", "math.remainder(7, 4)", "math.copysign(1, -0.0)", "math.isclose(0.1 + 0.2, 0.3)", "math.isclose(1, 1.1, rel_tol=0.2)", "math.isclose(0, 1e-12, abs_tol=1e-9)", "math.prod([1, 2, 3])", "math.prod([], start=5)", "math.prod(['a'])", "math.fsum([0.1] * 10)", "math.fsum([])", "math.ldexp(1.5, 4)", "math.atan2(1, -1)", "math.pi", "math.e", "math.tau", "math.inf", "-math.inf", "math.nan", "math.floor(float('nan'))", "math.ceil(float('inf'))", "math.floor(None)", "math.nextafter(1.0, 2.0)", "math.sumprod([1, 2], [3, 4])", "math.sqrt()", "math.undefined"]
    yield from expressions("math", "more", more, setup="import math\n")


def ranges():
    made = ["range(5)", "range(0)", "range(2, 8)", "range(2, 8, 3)", "range(8, 2, -2)", "range(-3, 3)", "range(0, -5, -1)", "range(3, 1)", "range(True)"]
    for e in ("r", "list(r)", "len(r)", "r[0]", "r[-1]", "r[1:3]", "r[::-1]", "list(reversed(r))", "r.start, r.stop, r.step", "3 in r", "2.0 in r", "'a' in r", "r.index(2)", "r.count(2)", "r == range(5)", "bool(r)", "sum(r)", "max(r, default='none')", "{r: 1}[r]", "str(r)"):
        yield "range", e, each("r", made, f"print({e})")
        yield "range", f"of big ints: {e}", f"r = range(10**20, 10**20 + 3)\nprint({e})\n"
    yield from expressions("range", "errors", ["range()", "range(1, 2, 3, 4)", "range(1.5)", "range('a')", "range(1, 2, 0)", "range(None)", "range(3)[5]", "range(3)[-4]", "range(3)['a']", "range(3).index(7)", "range(3) + range(2)", "range(3) * 2", "range(3).append(1)", "range(stop=3)", "range(2) < range(3)", "range(10)[::0]", "range(5)[1.0]"])
    yield "range", "item assignment", "r = range(3)\nr[0] = 1\n"
    yield "range", "for leaves the last", "for i in range(3):\n    pass\nprint(i)\n"
    yield "range", "changing the variable does not matter", "for i in range(4):\n    print(i)\n    i += 10\n"


def random_expressions():
    """Arithmetic of nested expressions."""

    def make(depth):
        if depth == 0 or R.random() < 0.2:
            return R.choice(["a", "b", "c", "a", "b", str(R.randrange(10)), str(R.randrange(1, 100)), f"{R.randrange(1, 50) / 4}", "True"])
        kind = R.random()
        if kind < 0.7:
            return f"{make(depth - 1)} {R.choice(['+', '-', '*', '+', '-', '*', '/', '//', '%'])} {make(depth - 1)}"
        if kind < 0.8:
            return f"({make(depth - 1)})"
        if kind < 0.86:
            return f"-{make(depth - 1)}"
        if kind < 0.93:
            return f"({make(depth - 1)} if {make(1)} {R.choice(['<', '==', '>='])} {make(1)} else {make(depth - 1)})"
        return f"{R.choice(['abs', 'int', 'round', 'float'])}({make(depth - 1)})"

    n = 0
    while n < 150:
        env = {"a": R.randrange(-20, 20), "b": R.randrange(1, 9), "c": R.choice([0.5, 2.5, -3.25, 10])}
        lines = [make(3) for _ in range(5)]
        good = [e for e in lines if not failed(value(e, env)) or isinstance(value(e, env), ZeroDivisionError)]
        if not good:
            continue
        n += 1
        setup = "".join(f"{k} = {v}\n" for k, v in env.items())
        bad = [e for e in good if failed(value(e, env))]
        yield "expressions", f"numbers {n}", prints([e for e in good if e not in bad] + bad[:1], setup)
    n = 0
    while n < 100:
        parts = ["a", "b", "c", "0", "1", "2", "a + b", "b - c", "c * 2", "a % 3"]

        def test(depth):
            if depth == 0:
                x, y = R.choice(parts), R.choice(parts)
                return R.choice([x, f"{x} {R.choice(['<', '<=', '==', '!=', '>', '>='])} {y}", f"not {x}", f"{x} in [{y}, 1, c]", f"{x} < {y} <= {R.choice(parts)}"])
            return R.choice([f"{test(depth - 1)} and {test(depth - 1)}", f"{test(depth - 1)} or {test(depth - 1)}", f"not ({test(depth - 1)})", f"({test(depth - 1)} or {test(depth - 1)}) and {test(depth - 1)}", f"({test(depth - 1)}) == ({test(depth - 1)})"])

        n += 1
        yield "expressions", f"conditions {n}", "for a, b, c in [(0, 1, 2), (2, 1, 0), (1, 1, 1), (0, 0, 5), (-1, True, 2.0)]:\n" + "".join(f"    print({test(2)})\n" for _ in range(3))


def cases():
    for part in (conversions, rounding, division, methods, literals, maths, ranges, random_expressions):
        yield from part()
