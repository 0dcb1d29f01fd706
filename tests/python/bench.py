"""Times the constructs of constructs.txt under CPython, and prints one line for
each as "name<tab>nanoseconds of a call": the other half of
BenchmarkConstructs. The helpers of Panther that are native in starhost are
written here in Python, as Panther has them."""

import functools
import os
import sys
import time
import types

EVENT = {"name": "x", "n": 5, "arn": "arn:aws:iam::123456789012:role/Admin", "a": {"b": {"c": {"d": 1}}}}

helpers = types.ModuleType("panther_base_helpers")


def deep_get(dictionary, *keys, default=None):
    def step(value, key):
        return value.get(key, default) if isinstance(value, dict) else default

    return functools.reduce(step, keys, dictionary)


helpers.deep_get = deep_get
sys.modules["panther_base_helpers"] = helpers


def measure(f):
    best = None
    for _ in range(5):
        n = 2000
        start = time.process_time()
        for _ in range(n):
            f(EVENT)
        took = (time.process_time() - start) / n
        best = took if best is None else min(best, took)
    return best


folder = os.path.dirname(os.path.abspath(__file__))
for case in open(os.path.join(folder, "constructs.txt")).read().split("=== ")[1:]:
    name, _, text = case.partition("\n")
    scope = {}
    exec(text, scope)
    print(f"{name}\t{measure(scope['f']) * 1e9:.0f}")
