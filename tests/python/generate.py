"""Makes testdata/<family>.txt with CPython 3.12: python3 generate.py

What Python programs print under starhost is compared with what they print
under CPython. Each family of cases is a file of small programs and of what
CPython made of them:

    === name of the case
    the program
    ---
    what it printed
    !ValueError: the error that ended it, if one did

A program is a module of its own, whose __name__ is "__main__". The output is
exact: it ends at the next line that begins with "=== " or with the file. The
last line is the exception's class and str(), as a traceback ends, without the
colon where there is no text.

The programs come from two places: programs/<family>.txt, written by hand, in
the same format but without "---" and what follows, and the modules of
families/, which combine operands, methods and formats. Both may add to the
same family. Choices are made by a generator of random numbers with a fixed
seed, and every program is run in two processes with different hash seeds: a
case that prints anything that depends on the order of a set or on an address
is refused here.
"""

import contextlib
import io
import json
import os
import subprocess
import sys
import warnings

HERE = os.path.dirname(os.path.abspath(__file__))
BEGIN, END = "=== ", "---"


def outcome(name, program):
    """What the program printed, and the error that ended it, as a case has it."""
    out = io.StringIO()
    try:
        code = compile(program, name, "exec", dont_inherit=True)
        with contextlib.redirect_stdout(out):
            exec(code, {"__name__": "__main__"})
    except Exception as e:
        text = str(e)
        out.write("!" + type(e).__name__ + (": " + text if text else "") + "\n")
    return out.getvalue()


def handwritten(path):
    """The (name, program) pairs of a file of programs/."""
    with open(path, encoding="utf-8") as f:
        text = f.read()
    head, *chunks = ("\n" + text).split("\n" + BEGIN)
    assert not head.strip(), path
    for chunk in chunks:
        name, _, program = chunk.partition("\n")
        yield name, program.strip("\n") + "\n"


def cases():
    """All families: name -> {case: program}."""
    families = {}

    def add(family, name, program):
        known = families.setdefault(family, {})
        if program in known.values():
            return
        unique, n = name, 1
        while unique in known:
            n += 1
            unique = f"{name} ({n})"
        known[unique] = program

    folder = os.path.join(HERE, "programs")
    for file in sorted(os.listdir(folder)):
        family = file.removesuffix(".txt")
        for name, program in handwritten(os.path.join(folder, file)):
            assert name not in families.get(family, {}), (family, name)
            add(family, name, program)
    sys.dont_write_bytecode = True
    sys.path.insert(0, HERE)
    from families import containers, formats, library, numeric, operators, random_programs, text

    for module in (operators, numeric, text, formats, containers, library, random_programs):
        for family, name, program in module.cases():
            add(family, name, program)
    return families


def outcomes():
    """All families with what this process makes of them."""
    warnings.simplefilter("ignore")
    return {f: {n: [p, outcome(n, p)] for n, p in programs.items()} for f, programs in cases().items()}


def run(seed):
    """The outcomes in a new process with a seed for hashes."""
    env = dict(os.environ, PYTHONHASHSEED=str(seed), PYTHONIOENCODING="utf-8")
    done = subprocess.run([sys.executable, os.path.abspath(__file__), "--outcomes"], env=env, stdout=subprocess.PIPE, check=True)
    return json.loads(done.stdout)


def readable(text):
    """Whether text can stand in a case: no control characters, no line that looks like a boundary."""
    if any(ord(c) < 32 and c not in "\n\t" or 0x7F <= ord(c) < 0xA0 or 0xD800 <= ord(c) < 0xE000 or c in "\u2028\u2029\ufeff" for c in text):
        return False
    return not any(line.startswith(BEGIN) or line == END for line in text.split("\n"))


def problem(program, one, other):
    """Why a case must not be kept, or None."""
    if one != other:
        return "depends on the hash seed"
    if not readable(program) or not readable(one):
        return "is not plain text"
    if one and not one.endswith("\n"):
        return "does not end its last line"
    if not one:
        return "prints nothing"
    if " at 0x" in one:
        return "prints an address"
    if sys.prefix in one:
        return "prints the path of a file"
    if one.startswith("!SyntaxError") or one.startswith("!IndentationError"):
        return one.strip()
    return None


def main():
    first, second = run(0), run(1)
    folder = os.path.join(HERE, "testdata")
    os.makedirs(folder, exist_ok=True)
    bad = total = size = 0
    for family in sorted(first):
        lines = []
        for name, (program, output) in first[family].items():
            if why := problem(program, output, second[family][name][1]):
                print(f"{family}/{name}: {why}", file=sys.stderr)
                bad += 1
                continue
            lines.append(f"{BEGIN}{name}\n{program}{END}\n{output}")
        text = "".join(lines)
        with open(os.path.join(folder, family + ".txt"), "w", encoding="utf-8", newline="\n") as f:
            f.write(text)
        total += len(lines)
        size += len(text.encode())
        print(f"{family:24} {len(lines):5} cases {len(text.encode()):8} bytes")
    print(f"{'all':24} {total:5} cases {size:8} bytes")
    return bad


if __name__ == "__main__":
    if sys.version_info[:2] != (3, 12):
        sys.exit("CPython 3.12 makes these files")
    if sys.argv[1:] == ["--outcomes"]:
        json.dump(outcomes(), sys.stdout)
    else:
        sys.exit(1 if main() else 0)
