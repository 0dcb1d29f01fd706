"""Makes the goldens of package pycountry: python3 gen.py FOLDER

FOLDER has the package pycountry (24.6), which is not part of this repository.
"""

import json
import os
import random
import sys

os.chdir(os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, "../../internal/golden")
sys.path.insert(0, sys.argv[1])
import pycountry  # noqa: E402
from golden import write  # noqa: E402

R = random.Random(2)
pycountry.subdivisions._is_loaded = True  # as we have none
pycountry.subdivisions.objects, pycountry.subdivisions.indices = [], {}


def quoted(v):
    return json.dumps(v, ensure_ascii=False)


def exprs():
    for c in pycountry.countries:
        for field in R.sample(sorted(c._fields), 2):
            value = c._fields[field]
            yield f"pycountry.countries.get({field}={quoted(R.choice([value, value.lower(), value.upper()]))}).alpha_3"
            if R.randrange(3) == 0:
                yield f"pycountry.countries.lookup({quoted(R.choice([value, value.lower()]))})"
    for a in ['alpha_2="XX"', 'alpha_2="XX", default=1', "", 'alpha_2="DE", name="x"', "alpha_2=None", "alpha_2=1", 'foo="x"', 'default="x"', 'name="germany"', 'numeric="276"', "numeric=276", '"DE"']:
        yield f"pycountry.countries.get({a})"
    for v in ['"nowhere"', "None", "1", '""', '"Taiwan"', '"Bolivia"', '"Türkiye"', '"TÜRKIYE"', '"it\'s"']:
        yield f"pycountry.countries.lookup({v})"
    for q in ["guinea", "United", "cote", "Korea", "new", "republic of", "de", "nowhere", "UK", "usa", "Iran", "island", " france ", "zeal", "Türk"]:
        yield f"[c.alpha_2 for c in pycountry.countries.search_fuzzy({quoted(q)})]"
    yield "len(pycountry.countries)"
    yield "[c.numeric for c in pycountry.countries]"
    yield 'dict(pycountry.countries.get(alpha_2="AF"))["official_name"]'
    yield 'pycountry.countries.get(alpha_2="US").flag'
    yield "list(pycountry.countries)[3]"


write("countries.txt", list(dict.fromkeys(exprs())), {"pycountry": pycountry})
