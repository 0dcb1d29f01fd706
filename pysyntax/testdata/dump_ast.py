"""Print CPython's syntax tree of Python files, for comparison with ours.

usage: dump_ast.py [OPTIONS] FILE...    write FILE.ast for each
       dump_ast.py [OPTIONS] -          read names from standard input, and write
                                        "name size" and then the tree of each

A file that does not parse gives one line "error LINE:COL MESSAGE".

--check           compile each file too, for the errors that come later
--plain-fstrings  no positions inside f-strings: before 3.12 they were wrong
"""

import ast
import json
import struct
import sys
import warnings

PLAIN = CHECK = False
SKIPPED = {"type_comment", "type_ignores", "kind"}


def scalar(value):
    if isinstance(value, bool) or value is None:
        return str(value)
    if value is ...:
        return "Ellipsis"
    if isinstance(value, str):
        return json.dumps(value)
    if isinstance(value, bytes):
        return "b" + value.hex()
    if isinstance(value, int):
        return hex(value)
    if isinstance(value, float):
        return "f" + struct.pack(">d", value).hex()
    if isinstance(value, complex):
        return "j" + struct.pack(">d", value.imag).hex()
    raise TypeError(type(value))


def dump(node, label, depth, positions, out):
    line = ["  " * depth, label, ": ", type(node).__name__]
    if positions and hasattr(node, "lineno"):
        line.append(" %d:%d-%d:%d" % (node.lineno, node.col_offset, node.end_lineno, node.end_col_offset))
    if isinstance(node, ast.JoinedStr):
        positions = positions and not PLAIN
        node.values = [v for v in node.values if not (isinstance(v, ast.Constant) and v.value == "")]
    if isinstance(node, ast.Constant) and node.kind:
        line.append(" kind=" + node.kind)
    children = []
    for name, value in ast.iter_fields(node):
        if name in SKIPPED:
            continue
        if isinstance(value, (ast.operator, ast.unaryop, ast.boolop, ast.expr_context)):
            line.append(" %s=%s" % (name, type(value).__name__))
        elif isinstance(value, ast.AST):
            children.append((name, value))
        elif isinstance(value, list):
            for item in value:
                if isinstance(item, ast.cmpop):
                    line.append(" %s=%s" % (name, type(item).__name__))
                elif isinstance(item, str):
                    line.append(" %s=%s" % (name, scalar(item)))
                else:
                    children.append((name, item))
        elif value is not None or isinstance(node, (ast.Constant, ast.MatchSingleton)):
            line.append(" %s=%s" % (name, scalar(value)))
    out.append("".join(line))
    for name, child in children:
        if child is None:
            out.append("%s%s: None" % ("  " * (depth + 1), name))
        else:
            dump(child, name, depth + 1, positions, out)


def tree(filename):
    with open(filename, "rb") as f:
        source = f.read()
    out = []
    try:
        module = ast.parse(source, filename)
        if CHECK:
            compile(source, filename, "exec", dont_inherit=True)
        dump(module, "module", 0, True, out)
    except SyntaxError as e:
        out = ["error %s:%s %s" % (e.lineno, e.offset, e.msg)]
    except (ValueError, RecursionError, MemoryError) as e:
        out = ["error 0:0 %s: %s" % (type(e).__name__, e)]
    return "\n".join(out) + "\n"


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    sys.setrecursionlimit(20000)
    args = sys.argv[1:]
    PLAIN = "--plain-fstrings" in args
    CHECK = "--check" in args
    args = [a for a in args if not a.startswith("--")]
    if args == ["-"]:
        for name in sys.stdin:
            name = name.rstrip("\n")
            text = tree(name).encode()
            sys.stdout.buffer.write(b"%s %d\n" % (name.encode(), len(text)) + text)
            sys.stdout.buffer.flush()
    else:
        for name in args:
            with open(name + ".ast", "w") as f:
                f.write(tree(name))
