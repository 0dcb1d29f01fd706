"""Records what CPython 3.12 prints for each program in programs.

    python3.12 record.py

runs programs/<name>.py and writes programs/<name>.out. A program tries its lines one by one, so
that an error is part of what it prints.
"""

import contextlib
import io
import pathlib
import sys

assert sys.version_info[:2] == (3, 12)
for program in sorted(pathlib.Path(__file__).with_name("programs").glob("*.py")):
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        exec(compile(program.read_text(), program.name, "exec"), {"__name__": "__main__"})
    program.with_suffix(".out").write_text(out.getvalue())
