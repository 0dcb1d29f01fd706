"""Makes the goldens of package pytextwrap with CPython 3.12: python3.12 gen.py"""

import os
import random
import sys
import textwrap

os.chdir(os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, "../../internal/golden")
from golden import literal, write  # noqa: E402

R = random.Random(9)
MORE = int(sys.argv[1]) if len(sys.argv) > 1 else 1
WORDS = ["a", "of", "the", "quick", "brown", "well-known", "one--two", "self-referential-thing", "e-mail", "x-y", "end.", "Really?", 'he said "no."', "--", "---", "-option", "--long-option", "3-4", "aé-bé", "日本語", "supercalifragilistic", "http://example.com/a-b-c", "(see-also)", "it's", "wait...", "a-b-c-d", "ab-cd-ef", "1,2-3", "_x-_y", "!", "Mr.", "foo--", "--bar", "a--b--c", "-"]
GAPS = [" ", " ", " ", "  ", "\n", "\t", "\n\n", " \n ", "\r\n", "\u00a0", "\u2028", "\x0b", "\f"]


def some(*choices):
    return R.choice(choices)


def text():
    return some("", " ", "\n") + "".join(some(*WORDS) + some(*GAPS) for _ in range(R.randrange(14))).rstrip(some("", " ", " \n"))


def options(width=None):
    opts = []
    if width is None:
        width = some(1, 2, 5, 8, 10, 12, 15, 20, 30, 70, 0, -1)
        opts = [str(width)]
    for name, values in (("initial_indent", ['"* "', '"    "', '"é"']), ("subsequent_indent", ['"  "', '"> "', '"            "']), ("expand_tabs", ["False"]), ("replace_whitespace", ["False"]), ("fix_sentence_endings", ["True"]),
                         ("break_long_words", ["False"]), ("drop_whitespace", ["False"]), ("break_on_hyphens", ["False"]), ("tabsize", ["4", "1", "0", "-1", "13"]), ("max_lines", ["1", "2", "3", "0", "-1"]), ("placeholder", ['"..."', '"  …"', '""', '"a long placeholder"'])):
        value = R.choice(values)
        endless = "indent" in name and len(value) - 2 > max(width, 0)  # for CPython
        if R.randrange(5) == 0 and not endless and not (name == "max_lines" and not opts):
            opts.append(f"{name}={value}")
    return "".join(", " + o for o in opts)


def exprs():
    for _ in range(320 * MORE):
        yield f"textwrap.wrap({literal(text())}{options()})"
    for _ in range(120 * MORE):
        yield f"textwrap.fill({literal(text())}{options()})"
        width = some(5, 8, 10, 20, 40)
        yield f"textwrap.shorten({literal(text())}, width={width}{options(width)})"
    for _ in range(80 * MORE):
        t = "".join(some("", " ", "  ", "\t", "    ", " \t", "\t ") + some("", "", "x", "yy z", "\r", "é", "\u00a0") + "\n" for _ in range(R.randrange(6))) + some("", "  x", " ")
        yield f"textwrap.dedent({literal(t)})"
        yield f"textwrap.indent({literal(t)}, {literal(some('  ', '> ', '', 'é'))}{some('', ', lambda line: True', ', predicate=lambda line: line != \"x\\n\"')})"
        yield f"textwrap.indent({literal(text())}, {literal('| ')})"
    yield 'textwrap.TextWrapper(width=10, initial_indent="* ").fill("one two three four")'
    yield 'textwrap.TextWrapper().wrap("x")'
    yield "textwrap.TextWrapper(8).width"
    yield "textwrap.TextWrapper().placeholder"
    yield "textwrap.TextWrapper(max_lines=2).max_lines"
    yield 'textwrap.shorten("a b", 5, max_lines=2)'
    yield 'textwrap.wrap("a b", 5, nosuch=2)'


write("textwrap.txt", list(dict.fromkeys(exprs())), {"textwrap": textwrap})
