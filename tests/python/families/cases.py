"""How programs are put together from operands and expressions."""

import warnings

warnings.simplefilter("ignore")


def runs(program):
    """The exception that a program ends with, or None."""
    try:
        exec(program, {"__name__": "__main__", "print": lambda *a, **k: None})
    except Exception as e:
        return e
    return None


def value(expr, env=None):
    """The value of an expression, or the exception that it raises."""
    try:
        return eval(expr, dict(env or {}))
    except Exception as e:
        return e


def failed(v):
    return isinstance(v, Exception)


def chunks(items, n):
    items = list(items)
    return [items[i : i + n] for i in range(0, len(items), n)]


def listing(items):
    return "[" + ", ".join(items) + "]"


CATCH = """except Exception as e:
    print(type(e).__name__, e, sep=": ")
"""


def indent(text, by="    "):
    return "".join(by + line if line.strip() else line for line in text.splitlines(True))


def guarded(body):
    return "try:\n" + indent(body) + CATCH


def each(var, items, body, setup=""):
    """A program that does body for each of some values, and goes on after errors if there are any."""
    if not body.endswith("\n"):
        body += "\n"
    plain = f"{setup}for {var} in {listing(items)}:\n" + indent(body)
    if runs(plain) is None:
        return plain
    return f"{setup}for {var} in {listing(items)}:\n" + indent(guarded(body))


def prints(exprs, setup=""):
    """A program that prints the values of expressions."""
    return setup + "".join(f"print({e})\n" for e in exprs)


def expressions(family, name, exprs, setup="", group=6):
    """Cases of expressions: those with a value in groups, each that fails alone."""
    env = {}
    exec(setup, env)
    good = []
    for e in exprs:
        if failed(value(e, env)):
            yield family, f"{name}: {short(e)}", setup + f"print({e})\n"
        else:
            good.append(e)
    for part in chunks(good, group):
        more = f" and {len(part) - 1} more" if len(part) > 1 else ""
        yield family, f"{name}: {short(part[0])}{more}", prints((f"repr({e})" for e in part), setup)


def short(expr):
    """An expression as a part of a name."""
    line = " ".join(expr.split())
    return line if len(line) <= 60 else line[:57] + "..."
