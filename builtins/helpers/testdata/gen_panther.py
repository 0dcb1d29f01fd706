"""Makes the goldens of panther_base_helpers: TZ=UTC python3 gen_panther.py FOLDER

FOLDER has panther_base_helpers.py of panther-analysis, which is not part of
this repository. dateutil 2.9 must be installed.
"""

import datetime
import os
import random
import sys
import types
import warnings

import dateutil.parser._parser as impl

sys.path.insert(0, sys.argv[1])
os.chdir(os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, "../internal/golden")
import panther_base_helpers  # noqa: E402
from golden import literal, write  # noqa: E402

warnings.simplefilter("ignore")
R = random.Random(23)
NOW = datetime.datetime(2026, 1, 2, 3, 4, 5, 678901)  # of package golden


class Clock(datetime.datetime):
    @classmethod
    def now(cls, tz=None):
        return NOW


impl.datetime = types.SimpleNamespace(datetime=Clock, tzinfo=datetime.tzinfo)
impl.DEFAULTPARSER.info._year = NOW.year
impl.DEFAULTPARSER.info._century = NOW.year // 100 * 100


def some(*choices):
    return R.choice(choices)


def times():
    d = datetime.datetime(R.randrange(1990, 2030), R.randrange(1, 13), R.randrange(1, 29), R.randrange(24), R.randrange(60), R.randrange(60), some(0, R.randrange(10**6)), tzinfo=datetime.timezone.utc)
    for format in panther_base_helpers.TIME_FORMATS + ["%Y-%m-%dT%H:%M:%S.%f789Z", "%c", "%A %d %B %Y", "'%Y-%m-%d %H:%M:%S'", "%s", "%s.%f", "%Y-%m-%d", "%d/%m/%y", "%H:%M"]:
        s = d.strftime(format)
        if R.randrange(6) == 0:
            i = R.randrange(len(s))
            s = s[:i] + some("0", "1", " ", "-", "", "/") + s[i + 1:]
        yield s


def exprs():
    for s in [s for _ in range(4) for s in times()] + ["", "x", "123456789", "123456789012", "1234567890123", "12345678", "1577836800.5", "1577836800.", "999999999999", "2024-02-30 10:00:00", "24:00:00", "é"]:
        yield f"panther_base_helpers.resolve_timestamp_string({literal(s)})"
    for v in ["None", "0", "5"]:
        yield f"panther_base_helpers.resolve_timestamp_string({v})"
    for s in ["2024-01-02 03:04:05.123456789", "5", "10:x", "1:2:3", "10:59.9999999", "10: 5 ", "", "10:1e3", "2024-01-02T03:04:05Z", "10:1_0"]:
        yield f"panther_base_helpers.nano_to_micro({literal(s)})"
    for _ in range(40):
        a = datetime.datetime(2024, 1, 2, 3, 4, 5)
        b = a + datetime.timedelta(days=some(0, 0, 1, 3, -1), seconds=some(0, 59, 60, 3600, R.randrange(86400)), microseconds=some(0, 1, 999999))
        texts = [str(a), str(b)]
        R.shuffle(texts)
        yield f"panther_base_helpers.time_delta({literal(texts[0])}, {literal(texts[1])})"
        yield f'panther_base_helpers.add_parse_delay({{"p_event_time": {literal(texts[0])}, "p_parse_time": {literal(texts[1])}}}, {{"a": 1}})'
    for args in ["None, None", '"2024-01-02 10:00:00", None', '"2024-01-02 10:00:00", "x"', '"2024-01-02 10:00:00", "x:1"', '"2024-01-02 10:00:00", "2024-01-02T10:00:00Z"']:
        yield f"panther_base_helpers.time_delta({args})"
    for event in ["{}", '{"p_log_type": "AWS.CloudTrail", "p_event_time": "2024-01-02 03:04:05", "p_any_ip_addresses": ["1.2.3.4", "it\'s"], "p_any_usernames": ["é"], "p_any_aws_account_ids": ["1"], "x": [1]}',
                  '{"p_log_type": "A", "p_any_x": {"a": 1}}', '{"p_log_type": "A", "p_any_x": "text"}', '{"p_log_type": "A", "p_any_x": []}']:
        yield f"panther_base_helpers.pantherflow_investigation({event})"
        yield f'panther_base_helpers.pantherflow_investigation({event}, interval="1h")'
    yield 'panther_base_helpers.dbprint(1, 2, sep="")'
    yield 'panther_base_helpers.EMAIL_REGEX.findall("a.b@example.com, x@y, c@d.io")'
    yield "panther_base_helpers.SEVERITY_LEVELS"


write("panther.txt", list(dict.fromkeys(exprs())), {"panther_base_helpers": panther_base_helpers})
