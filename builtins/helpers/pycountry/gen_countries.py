"""Writes countries.txt, the table of ISO 3166-1: python3 gen_countries.py FILE

FILE is iso_3166-1.json of Debian's package iso-codes. A line has the codes of
two and three letters, the number, the name, the official name and the common
name, divided by tabs; the last two may be empty.
"""

import json
import os
import sys

FIELDS = ["alpha_2", "alpha_3", "numeric", "name", "official_name", "common_name"]

with open(sys.argv[1]) as f:
    entries = json.load(f)["3166-1"]
with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "countries.txt"), "w") as f:
    for e in entries:
        f.write("\t".join(e.get(k, "") for k in FIELDS) + "\n")
