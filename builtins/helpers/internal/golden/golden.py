"""Records what CPython makes of expressions, for package golden.

A generator imports write and gives it expressions that Python and Starlark
read alike:

    write("datetime.txt", ["datetime.date(2024, 2, 29)", ...], {"datetime": datetime})
"""

import json


def outcome(expr, env):
    """The repr of the expression's value, or the class and text of its error."""
    try:
        return repr(eval(expr, dict(env)))
    except Exception as e:
        return [type(e).__name__, str(e)]


def encodable(v):
    try:
        json.dumps(v, ensure_ascii=False).encode()
        return True
    except UnicodeEncodeError:
        return False


def write(path, exprs, env):
    with open(path, "w", encoding="utf-8", newline="\n") as f:
        for expr in exprs:
            result = outcome(expr, env)
            if encodable([expr, result]):
                f.write(json.dumps([expr, result]) + "\n")


def literal(v):
    """v as an expression of both languages."""
    if isinstance(v, str):
        special = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"}
        return '"' + "".join(special.get(c, c if c >= " " else "\\x%02x" % ord(c)) for c in v) + '"'
    return repr(v)
