"""Makes the goldens of package pytime with CPython: TZ=UTC python3 gen.py"""

import datetime
import os
import random
import sys
import time

os.chdir(os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, "../../internal/golden")
from golden import literal, write  # noqa: E402

R = random.Random(7)
ENV = {"datetime": datetime, "time": time}


def some(*choices):
    return R.choice(choices)


def delta():
    names = ["days", "seconds", "microseconds", "milliseconds", "minutes", "hours", "weeks"]
    args = []
    for name in R.sample(names, R.randrange(1, 4)):
        n = some(R.randrange(-100, 100), R.randrange(-(10**6), 10**6), R.random(), R.random() * 10**6, 0.5, -1.5, 2.5e-6)
        args.append(f"{name}={n!r}")
    return f"datetime.timedelta({', '.join(args)})"


def zone():
    off = some(0, 330, -300, 60, -1, 1439, R.randrange(-1439, 1440))
    secs = some("", "", f", seconds={R.randrange(60)}", ", microseconds=7")
    name = some("", "", ', "EST"', ', "a%b"')
    return some("datetime.timezone.utc", f"datetime.timezone(datetime.timedelta(minutes={off}{secs}){name})")


def date_args():
    return f"{some(1, 9999, 1970, 999, R.randrange(1, 10000), R.randrange(1990, 2040))}, {R.randrange(1, 13)}, {R.randrange(1, 29)}"


def date():
    return f"datetime.date({date_args()})"


def clock_args():
    return some("", f"{R.randrange(24)}", f"{R.randrange(24)}, {R.randrange(60)}",
                f"{R.randrange(24)}, {R.randrange(60)}, {R.randrange(60)}",
                f"{R.randrange(24)}, {R.randrange(60)}, {R.randrange(60)}, {some(R.randrange(10**6), 1000 * R.randrange(1000))}")


def with_zone(args):
    parts = [args] if args else []
    if R.randrange(2):
        parts.append(f"tzinfo={zone()}")
    return ", ".join(parts)


def dt():
    return f"datetime.datetime({with_zone(', '.join(filter(None, [date_args(), clock_args()])))})"


def tm():
    return f"datetime.time({with_zone(clock_args())})"


DIRECTIVES = "aAbBcCdDeFgGhHIjklmMnNpPqQrRsSStTuUvVwWxXyYzZf%+iEO "
FLAGS = ["", "", "", "", "-", "_", "0", "^", "#", "5", "-5", "05", "_12", "E", "O", ":", "^10", "#3"]


def fmt():
    out = ""
    for _ in range(R.randrange(1, 7)):
        out += some("%" + some(*FLAGS) + some(*DIRECTIVES), "%" + some(*"YmdHMSfzZj"), some("-", ":", " ", "é", "T", "/"))
    return out


def arithmetic():
    for _ in range(70):
        a, b = some(delta, dt, date)(), some(delta, delta, dt, date)()
        yield f"{a} {some('+', '-', '-', '<', '==', '<=')} {b}"
    for _ in range(100):
        a, b = delta(), some(delta(), repr(R.randrange(-5, 6)), repr(R.randrange(-(10**12), 10**12)), repr(round(R.uniform(-9, 9), R.randrange(4))))
        if "-" in b[:1]:
            b = f"({b})"
        yield f"{a} {some('+', '-', '*', '/', '//', '%', '<', '!=')} {b}"
    for _ in range(100):
        yield f"-{delta()}"
        yield f"{some('3', '-7', '0.5', '1e3')} * {delta()}"
    for _ in range(60):
        yield f"{tm()} {some('<', '==', '>=')} {tm()}"
        yield f"{zone()} == {zone()}"


def prints():
    for make in (delta, date, dt, tm, zone):
        for _ in range(25):
            yield make()
            yield f"str({make()})"
    for _ in range(100):
        yield f"{delta()}.total_seconds()"
    for _ in range(45):
        spec = some("auto", "hours", "minutes", "seconds", "milliseconds", "microseconds")
        yield f"{dt()}.isoformat({some('', repr(some('T', ' ', 'é')))})"
        yield f"{dt()}.isoformat(timespec={spec!r})"
        yield f"{tm()}.isoformat({spec!r})"
    methods = ["weekday()", "isoweekday()", "isocalendar()", "toordinal()", "timetuple()", "ctime()", "year", "month", "day"]
    for _ in range(70):
        yield f"{date()}.{some(*methods)}"
        yield f"{dt()}.{some('hour', 'minute', 'second', 'microsecond', 'tzinfo', 'fold', 'date()', 'time()', 'timetz()', 'timestamp()', 'utctimetuple()', 'utcoffset()', 'tzname()', 'dst()', *methods)}"
        yield f"{dt()}.astimezone({some('', zone())})"
    for _ in range(100):
        field = some("year", "month", "day", "hour", "minute", "second", "microsecond", "fold")
        yield f"{dt()}.replace({field}={some(0, 1, 12, 29, 31, 60, 2000)})"
        yield f"{dt()}.replace(tzinfo={some('None', zone())})"


def formats():
    for _ in range(220):
        yield f"{some(dt, dt, dt, date, tm)()}.strftime({literal(fmt())})"
    for _ in range(100):
        fields = [some(1970, 2024, 5, -5, 20240), R.randrange(14), R.randrange(33), R.randrange(25), R.randrange(61), R.randrange(63),
                  R.randrange(-2, 8), R.randrange(-1, 368), R.randrange(-1, 2)]
        if R.randrange(4):
            fields = [R.randrange(1, 9999), R.randrange(1, 13), R.randrange(1, 32), R.randrange(24), R.randrange(60), R.randrange(60),
                      R.randrange(7), R.randrange(1, 367), 0]
        yield f"time.strftime({literal(fmt())}, {tuple(fields)!r})"
        yield f"time.mktime({tuple(fields)!r})"
        yield f"time.asctime({tuple(fields)!r})"
    for _ in range(100):
        yield f"time.gmtime({some(R.randrange(-10**11, 10**12), R.uniform(-10**10, 10**10), R.randrange(2**31))!r})"
        yield f"datetime.datetime.utcfromtimestamp({some(R.randrange(-10**11, 10**12), R.uniform(-10**9, 10**10), R.randrange(2**31) + some(0.5, 0.25, 0.1, 0.1234565, 0.1234575))!r})"
        yield f"datetime.datetime.fromtimestamp({some(R.randrange(0, 10**12), R.uniform(0, 10**10))!r}, {zone()})"


PARSED = ["%Y-%m-%d", "%Y-%m-%dT%H:%M:%SZ", "%Y-%m-%dT%H:%M:%S.%fZ", "%Y-%m-%d %H:%M:%S.%f", "%d/%b/%Y:%H:%M:%S %z", "%b %d %Y %I:%M:%S %p",
          "%a, %d %b %Y %H:%M:%S %Z", "%A %B %d %y", "%Y%m%d%H%M%S", "%j %Y", "%U %w %Y", "%W %a %Y", "%G-W%V-%u", "%c", "%x %X", "%H:%M", "%y%m%d",
          "%m/%d/%Y %H:%M:%S %z", "%d %m", "%I %p", "%Y %b %d %H:%M:%S.%f*%Z", "%f", "%z", "%Y-%m-%dT%H:%M:%S%z", "%%%d%%", "%B%d", "%G %V %A", "%d%m%y"]


def mutate(s):
    s = list(s)
    for _ in range(some(0, 0, 1, 1, 2)):
        i = R.randrange(len(s) + 1)
        new = some("", "0", "1", "9", " ", "-", ":", ".", "Z", "T", "+", "W", "x", "é", ",", "  ", "\t")
        s[i : i + R.randrange(2)] = new
    return "".join(s)


def random_datetime():
    d = datetime.datetime(some(R.randrange(1, 9999), R.randrange(1970, 2040)), R.randrange(1, 13), R.randrange(1, 29),
                          R.randrange(24), R.randrange(60), R.randrange(60), R.randrange(10**6))
    off = datetime.timedelta(minutes=some(0, R.randrange(-720, 840)), seconds=some(0, 0, 30))
    return d.replace(tzinfo=some(None, datetime.timezone.utc, datetime.timezone(off)))


def parses():
    for f in PARSED:
        for _ in range(13):
            d = random_datetime()
            text = mutate(some(str, str.lower, str.upper)(d.strftime(f)))
            yield f"datetime.datetime.strptime({literal(text)}, {literal(f)})"
            if R.randrange(3) == 0:
                yield f"time.strptime({literal(text)}, {literal(f)})"
    bad = ["%Q", "%", "x%", "%-d", "%.", "% d", "%Y%", "%é", "%E", "%h", "%(", ""]
    for f in bad:
        yield f"datetime.datetime.strptime('x', {literal(f)})"
    for text, f in [("2023-02-29", "%Y-%m-%d"), ("29 2", "%d %m"), ("30 2", "%d %m"), ("60", "%S"), ("61", "%S"), ("24", "%H"), ("0", "%d"), ("00", "%m"),
                    ("366 2023", "%j %Y"), ("366 9999", "%j %Y"), ("2023 53 1", "%Y %W %w"), ("2023 0 0", "%Y %U %w"), ("1 0 0", "%Y %U %w"), ("1 0 3", "%Y %W %w"), ("2024 01", "%G %V"),
                    ("2024", "%G"), ("01", "%V"), ("01 1", "%V %u"), ("2024 01 1 5", "%G %V %u %j"), ("2024 2024 01 1", "%Y %G %V %u"), ("0001 00 1", "%G %V %u"), ("2024 53 7", "%G %V %u"),
                    ("+01:3040", "%z"), ("+0130:40", "%z"), ("+01:30:40.5", "%z"), ("-013040.123456", "%z"), ("+0160", "%z"), ("+2400", "%z"), ("z", "%z"), ("Z", "%z"), ("+01", "%z"),
                    ("-00:00:01 UTC", "%z %Z"), ("+0100 gmt", "%z %Z"), ("UTC", "%Z"), ("EST", "%Z"), ("a  b", "a b"), ("ab", "a b"), ("A", "a"), ("É", "é"),
                    ("12 AM", "%I %p"), ("12 pm", "%I %p"), ("0 AM", "%I %p"), ("7 PM", "%H %p"), ("5 3", "%m %d"), ("10 May", "%m %b"), ("May 10", "%b %m"),
                    ("1999 05", "%Y %y"), ("05 1999", "%y %Y"), ("1 3", "%H %I"), ("3 13", "%I %H"), ("Mon 3", "%a %w"), ("3 Mon 5 2024", "%w %a %U %Y"), ("x", "x\t y"), ("x \n y", "x\ty"),
                    ("68", "%y"), ("69", "%y"), (" 5", "%d"), ("  5", "%d"), (" 5", "%m"), ("0005", "%Y"), ("0000", "%Y"), ("9", "%u"), ("7", "%w")]:
        yield f"datetime.datetime.strptime({literal(text)}, {literal(f)})"
        yield f"time.strptime({literal(text)}, {literal(f)})"


def iso_text():
    d = random_datetime()
    y, w, wd = d.isocalendar()
    day = some(d.strftime("%m-%d"), d.strftime("%m-%d"), d.strftime("%m%d"))
    head = some(f"{d.year:04}-{d.month:02}-{d.day:02}", f"{d.year:04}{d.month:02}{d.day:02}", f"{y:04}-W{w:02}-{wd}", f"{y:04}W{w:02}{wd}",
                f"{y:04}-W{w:02}", f"{y:04}W{w:02}", f"{d.year:04}-{day}")
    us = f"{d.microsecond:06}"
    frac = some("", "." + us, "." + us[: R.randrange(7)], "," + us, "." + us + str(R.randrange(10**6)))
    clock = some(f"{d.hour:02}", f"{d.hour:02}:{d.minute:02}", f"{d.hour:02}:{d.minute:02}:{d.second:02}{frac}", f"{d.hour:02}{d.minute:02}",
                 f"{d.hour:02}{d.minute:02}{d.second:02}{frac}")
    tz = some("", "", "Z", "+00:00", "-00:00", "+05:30", "-0530", "+05", "+05:30:15", "-05:30:15.123456", "+24:00", "+23:59:59.999999", "+00:00:00.5")
    return head, clock + tz


def isos():
    for _ in range(320):
        head, tail = iso_text()
        text = some(head + some("T", " ", "t", "-", "é", "😀", "1") + tail, head + "T" + tail, head)
        text = mutate(text) if R.randrange(2) else text
        yield f"datetime.datetime.fromisoformat({literal(text)})"
        if R.randrange(3) == 0:
            yield f"datetime.date.fromisoformat({literal(mutate(head))})"
            yield f"datetime.time.fromisoformat({literal(mutate(some('', 'T') + tail))})"


FIXED = """
datetime.datetime(2020, 1)
datetime.datetime("x", 1, 1)
datetime.datetime(2020, 1.5, 1)
datetime.datetime(2020, 13, 1)
datetime.datetime(0, 1, 1)
datetime.datetime(10000, 1, 1)
datetime.datetime(2020, 2, 30)
datetime.datetime(2020, 2, 3, 24)
datetime.datetime(2020, 2, 3, 23, 60)
datetime.datetime(2020, 2, 3, 23, 59, 60)
datetime.datetime(2020, 2, 3, 23, 59, 59, 1000000)
datetime.datetime(2020, 2, 3, fold=2)
datetime.datetime(2020, 2, 3, fold=1)
datetime.datetime(100000000000000000000, 1, 1)
datetime.datetime(2020, 1, 1, tzinfo=5)
datetime.datetime.fromtimestamp(1700000000000)
datetime.datetime.fromtimestamp(1e20)
datetime.datetime.fromtimestamp(1e15)
datetime.datetime.fromtimestamp(1e17)
datetime.datetime.fromtimestamp(1000000000000000000000000000000)
datetime.datetime.fromtimestamp(float("nan"))
datetime.datetime.fromtimestamp(float("inf"))
datetime.datetime.fromtimestamp("x")
datetime.datetime.fromtimestamp(None)
datetime.datetime.fromtimestamp(True)
datetime.datetime.fromtimestamp(253402300799.9999999)
datetime.datetime.fromtimestamp(253402300799, datetime.timezone(datetime.timedelta(hours=1)))
datetime.datetime.utcfromtimestamp(-62135596800)
datetime.datetime.utcfromtimestamp(-62135596801)
datetime.datetime.utcfromtimestamp(0.0000005)
datetime.datetime.utcfromtimestamp(0.0000015)
datetime.datetime.utcfromtimestamp(-0.0000005)
datetime.datetime.utcfromtimestamp(1.9999999)
datetime.date.fromtimestamp(1e12)
datetime.date.fromtimestamp(1e18)
datetime.date.fromtimestamp(86400 * 365)
datetime.date.fromordinal(0)
datetime.date.fromordinal(1)
datetime.date.fromordinal(3652059)
datetime.date.fromordinal(3652060)
datetime.date.fromordinal(10000000)
datetime.datetime.fromordinal(730000)
datetime.date.fromisocalendar(2020, 53, 7)
datetime.date.fromisocalendar(2021, 53, 7)
datetime.date.fromisocalendar(2020, 54, 1)
datetime.date.fromisocalendar(2020, 1, 8)
datetime.date.fromisocalendar(0, 1, 1)
datetime.date.fromisocalendar(1, 1, 1)
datetime.datetime.fromisocalendar(2020, 10, 3)
datetime.datetime.now()
datetime.datetime.combine(datetime.date(2020, 1, 1), datetime.time(1, 2))
datetime.datetime.combine(datetime.datetime(2020, 1, 1, 5), datetime.time(1, 2, tzinfo=datetime.timezone.utc))
datetime.datetime.combine(datetime.date(2020, 1, 1), datetime.time(1, 2, tzinfo=datetime.timezone.utc), tzinfo=None)
datetime.datetime.combine(5, datetime.time(1, 2))
datetime.datetime(1, 1, 1, tzinfo=datetime.timezone.utc).astimezone(datetime.timezone(datetime.timedelta(hours=-5)))
datetime.datetime(1, 1, 1, tzinfo=datetime.timezone(datetime.timedelta(hours=5))).timestamp()
datetime.datetime(1, 1, 1, tzinfo=datetime.timezone(datetime.timedelta(hours=5))).utctimetuple()
datetime.datetime(1, 1, 1, tzinfo=datetime.timezone(datetime.timedelta(hours=5))) < datetime.datetime(1, 1, 1, tzinfo=datetime.timezone.utc)
datetime.datetime(1, 1, 1) - datetime.timedelta(1)
datetime.datetime(9999, 12, 31) + datetime.timedelta(1)
datetime.datetime(9999, 12, 31) + datetime.timedelta(999999999)
datetime.datetime(1, 1, 1) - datetime.timedelta(999999999)
datetime.date(1, 1, 1) - datetime.timedelta(1)
datetime.date(1, 1, 1) - datetime.timedelta(hours=1)
datetime.date(2020, 1, 1) + datetime.timedelta(hours=25)
datetime.datetime(2020, 1, 1) + 1
datetime.datetime(2020, 1, 1) + datetime.datetime(2020, 1, 1)
datetime.datetime(2020, 1, 1) - datetime.date(2020, 1, 1)
datetime.datetime(2020, 1, 1) == datetime.date(2020, 1, 1)
datetime.datetime(2020, 1, 1) == 5
datetime.datetime(2020, 1, 1) < 5
datetime.datetime(2020, 1, 1) < datetime.date(2020, 1, 1)
datetime.datetime(2020, 1, 1).isoformat("xx")
datetime.datetime(2020, 1, 1).isoformat(5)
datetime.datetime(2020, 1, 1).isoformat(timespec="x")
datetime.datetime(2020, 1, 1).isoformat(timespec=5)
datetime.datetime(2020, 1, 1).replace(tzinfo=5)
datetime.datetime(2020, 1, 1).strftime(5)
datetime.datetime(2020, 1, 1).nope
datetime.datetime.nope
datetime.datetime.min
datetime.datetime.max
datetime.datetime.resolution
datetime.datetime.isoformat(datetime.datetime(2020, 1, 1))
datetime.datetime(2020, 1, 1).strptime("2021", "%Y")
datetime.date.min
datetime.date.max
datetime.date.resolution
datetime.time.min
datetime.time.max
datetime.timedelta.min
datetime.timedelta.max
datetime.timedelta.resolution
datetime.timezone.min
datetime.timezone.max
datetime.datetime
datetime.date
datetime.timedelta
datetime.UTC
datetime.MINYEAR
datetime.MAXYEAR
datetime.timedelta()
datetime.timedelta(days=1000000000)
datetime.timedelta(days=1000000000000000000000000000000)
datetime.timedelta(days="x")
datetime.timedelta(None)
datetime.timedelta(float("nan"))
datetime.timedelta(float("inf"))
datetime.timedelta(1e300)
datetime.timedelta(seconds=5e-7)
datetime.timedelta(seconds=1.5e-6)
datetime.timedelta(microseconds=2.5)
datetime.timedelta(microseconds=3.5)
datetime.timedelta(microseconds=0.5, milliseconds=0.0005)
datetime.timedelta(1) * "x"
datetime.timedelta(1) / 0
datetime.timedelta(1) / 0.0
datetime.timedelta(1) // 0
datetime.timedelta(1) // 0.5
datetime.timedelta(1) % datetime.timedelta(0)
datetime.timedelta(1) / datetime.timedelta(0)
datetime.timedelta(1) // datetime.timedelta(0)
datetime.timedelta(1) * float("nan")
datetime.timedelta(1) * float("inf")
datetime.timedelta(1) / float("inf")
datetime.timedelta(1) / float("nan")
datetime.timedelta(999999999) * 2
datetime.timedelta(999999999) * 0.5
datetime.timedelta(-999999999) - datetime.timedelta(microseconds=1)
-datetime.timedelta(999999999, 86399, 999999)
datetime.timedelta(999999999).total_seconds()
datetime.timedelta(999999999, 1, 1).total_seconds()
datetime.timedelta(1).days
datetime.timedelta(-1, 5, 3).seconds
datetime.timedelta(-1, 5, 3).microseconds
datetime.timezone(datetime.timedelta(hours=24))
datetime.timezone(datetime.timedelta(hours=-24))
datetime.timezone(datetime.timedelta(days=999999999))
datetime.timezone(5)
datetime.timezone(datetime.timedelta(0), 5)
datetime.timezone(datetime.timedelta(0))
datetime.timezone(datetime.timedelta(0), "UTC")
datetime.timezone.utc.utcoffset(5)
datetime.timezone.utc.utcoffset(None)
datetime.timezone.utc.tzname(None)
datetime.timezone.utc.dst(None)
datetime.timezone.utc.fromutc(datetime.datetime(2020, 1, 1, tzinfo=datetime.timezone.utc))
datetime.timezone.utc.fromutc(datetime.datetime(2020, 1, 1))
datetime.timezone.utc < datetime.timezone.utc
datetime.datetime.fromisoformat(5)
datetime.datetime.strptime(5, "%Y")
datetime.datetime.strptime("5", 5)
datetime.date(2020, 1, 1).isocalendar()[0]
datetime.date(2020, 1, 1).isocalendar().week
datetime.datetime(2020, 1, 1).timetuple()[0:3]
datetime.datetime(2020, 1, 1).timetuple().tm_year
datetime.datetime(2020, 1, 1).timetuple().tm_zone
time.mktime(datetime.datetime(2020, 1, 1, 5, 6, 7, 8).timetuple())
time.gmtime(1e30)
time.gmtime(1e17)
time.gmtime("x")
time.gmtime(0).tm_zone
time.localtime(0)
time.localtime(0).tm_zone
time.mktime((1, 2))
time.mktime(5)
time.mktime((2020, "a", 99, 100, 100, -100, 0, 0, -1))
time.mktime((2020, -5, 99, 100, 100, -100, 0, 0, -1))
time.mktime((1000000000000, 1, 1, 0, 0, 0, 0, 0, 0))
time.mktime((-10, 1, 1, 0, 0, 0, 0, 0, 0))
time.strftime("%Y", (2020, 1))
time.strftime("%Z %z", time.gmtime(0))
time.strptime("Thu Jan  1 00:00:00 1970")
time.strptime("2020-01-01 +0530", "%Y-%m-%d %z").tm_gmtoff
time.strptime("2020-01-01 GMT", "%Y-%m-%d %Z").tm_zone
time.ctime(0)
time.struct_time((1, 2, 3))
time.struct_time((1, 2, 3, 4, 5, 6, 7, 8, 9))
time.struct_time((1, 2, 3, 4, 5, 6, 7, 8, 9, "a", 5)).tm_zone
time.struct_time
time.tzname
""".strip().split("\n")
FIXED = [e for e in FIXED if ".now()" not in e]

write("datetime.txt", [*FIXED, *arithmetic(), *prints()], ENV)
write("formats.txt", [*formats()], ENV)
write("parses.txt", [*parses(), *isos()], ENV)
