"""Makes the goldens of package pydateutil with CPython and dateutil 2.9: TZ=UTC python3 gen.py

An argument multiplies the number of random expressions.
"""

import datetime
import os
import random
import sys
import types
import warnings

import dateutil.parser
import dateutil.parser._parser as impl
import dateutil.relativedelta
import dateutil.tz

os.chdir(os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, "../../internal/golden")
from golden import literal, write  # noqa: E402

warnings.simplefilter("ignore")
R = random.Random(11)
MORE = int(sys.argv[1]) if len(sys.argv) > 1 else 1
NOW = datetime.datetime(2026, 1, 2, 3, 4, 5, 678901)  # of package golden


class Clock(datetime.datetime):
    @classmethod
    def now(cls, tz=None):
        return NOW


impl.datetime = types.SimpleNamespace(datetime=Clock, tzinfo=datetime.tzinfo)
impl.DEFAULTPARSER.info._year = NOW.year
impl.DEFAULTPARSER.info._century = NOW.year // 100 * 100
ENV = {"dateutil": dateutil, "datetime": datetime}


def some(*choices):
    return R.choice(choices)


EXAMPLES = """2024-02-29T12:30:45.123456Z|2024-02-29 12:30:45.123456789|2024-02-29T12:30:45+05:30|2024-02-29T12:30:45-0800
2024-02-29|20240229|20240229T123045|20240229123045|202402291230|240229|2024/02/29|02/29/2024|29/02/2024|29.02.2024|02-29-2024
Thu Feb 29 12:30:45 2024|Thu, 29 Feb 2024 12:30:45 GMT|Thu, 29 Feb 2024 12:30:45 +0000 (UTC)|Thu Feb 29 12:30:45 EST 2024
February 29, 2024|29 February 2024|29th of February 2024|Feb 29|Feb 2024|Feb|29|2024|31 Feb 2024|Sept 2003|Jan of 99|Jan of 2024
10:30|10:30:45|10:30:45.5|10:30 pm|10 pm|10pm|10 a.m.|10h30|10h30m5.5s|10 h 30|5 minutes|36.5 h|10:30.5|12 am|12 pm|0 am|13 pm
2024-02-29 10:30 UTC|2024-02-29 10:30 z|2024-02-29 10:30 GMT+3|2024-02-29 10:30 BRST+3|2024-02-29 10:30 -03 (BRST)|10:30 +3|10:30 +2359
2024-02-29 10:30 PST|2024-02-29 10:30 CEST|2024-02-29 10:30 Z+5|10:30 ABCDEF|10:30 +03000|10:30 +a|10:30 +|10:30 -1:2:3
Monday|next monday|Friday 13|Fri 10:00|last of Feb|today|now||   |,|.|a|m|T|nan|inf|10:inf|1e5|١٢/٠٣/٢٠٢٤
13/13/2024|32/1/2024|99/99/99|1/2/3|1/2|13/1|1/13|2024/13|2024/1|0/0/0|0000-01-01|10000-01-01|2024-00-01|24:00|23:60|23:59:60
2147483647-01-01|2147483648-01-01|9223372036854775808-01-01|1-2-3-4|1 2 3 4|1 2 3 1030|1 2 3 10|1 2 3 10 30|990925 101500|101500.5
Jan-01|Jan-01-99|Jan-1999|01-Jan-99|1-Jan-Feb|Jan/|Jan-x|Jan Feb 3|12,5|12,50|1.2.3|12.a|12.ab|Sep.20.2009|20.Sep.2009|a.b.c|1.5|2024.02.29 10.30
Today is January 1, 2047 at 8:21:00AM|On June 8th, 2020, I am going to be the first man on Mars|I have a meeting on March 1, 1984
2024-02-29T10:30:00.000+0000|Sat Oct 11 17:13:46 UTC 2003|1979-12-12T01:02:03.7654321-01:00:00|19990101T23|19990101T2359
2024-02-29\t10:30|2024-02-29\\n10:30|2024‐02‐29|１２:３０|10:30 é|٣ Jan 2020|2020-01-01T10:30Zulu|10:30am pm|10:30 a pm|pm 10|am
1996.07.10 AD at 15:08:56 PDT|July 4, 1976 12:01:02 am|3rd of May 2001|5th of March 2001|Tuesday, April 12, 1952 AD 3:30:42pm PST|1st of Jan|0:01:02 on July 4, 1976
Wed Jan 01 2020 00:00:00 GMT-0800 (Pacific Standard Time)|2020-W01-1|2020-001|@1577836800|1577836800|1577836800000|1577836800.123""".replace("\n", "|").split("|")

WORDS = ["Jan", "february", "MAR", "Sept", "Mon", "tuesday", "am", "PM", "a", "p", "T", "Z", "UTC", "GMT", "EST", "of", "th", "st", "at", "on",
         "h", "m", "s", "hours", "minute", "foo", "é", "BRST", "ABCDEF", "nan", "z"]
SEPS = [" ", " ", " ", "-", "/", ":", ":", ".", ",", ", ", "", "", "T", "+", "(", ")", "'", "  ", ";", "\t", "_"]


def digits(n):
    return "".join(some(*"0123456789") for _ in range(n))


def number():
    return some(str(R.randrange(13)), str(R.randrange(32)), "%02d" % R.randrange(60), str(R.randrange(1900, 2100)), digits(some(1, 2, 3, 4, 5, 6, 7, 8, 10, 12, 14)),
                "%d.%s" % (R.randrange(100), digits(some(1, 3, 6, 9))), "%d,%d" % (R.randrange(100), R.randrange(1000)))


def soup():
    return "".join(some(number(), number(), some(*WORDS)) + some(*SEPS) for _ in range(R.randrange(1, 8))).rstrip(some(" ", "", ":"))


def plausible():
    y, mo, d = R.randrange(1970, 2040), R.randrange(1, 13), R.randrange(1, 32)
    month = some(*[m for g in impl.parserinfo.MONTHS for m in g])
    yy = some(y, y, y % 100)
    date = some(f"{y}-{mo:02d}-{d:02d}", f"{mo}/{d}/{yy}", f"{d}.{mo}.{yy}", f"{d} {month} {yy}", f"{month} {d}, {yy}", f"{d}-{month}-{yy}", f"{y}{mo:02d}{d:02d}", f"{month} {yy}", f"{d}{some('st', 'nd', 'rd', 'th')} of {month} {yy}", f"{some('Mon', 'Friday,', 'Sun')} {month} {d}", "")
    h, mi, s = R.randrange(25), R.randrange(61), R.randrange(61)
    frac = some("", "", "." + digits(some(1, 3, 6, 7, 9)), "," + digits(3))
    clock = some(f"{h:02d}:{mi:02d}:{s:02d}{frac}", f"{h}:{mi:02d}", f"{h % 13}:{mi:02d} {some('am', 'PM', 'p', 'a.m.')}", f"{h % 13}{some('am', ' pm')}", f"{h}h{mi}m{s}{frac}s", f"{h}h {mi}", f"{h:02d}{mi:02d}{s:02d}{frac}", f"{h:02d}{mi:02d}", f"{mi} minutes", f"{h}.5h", "")
    zone = some("", "", "Z", " UTC", " GMT", "+00:00", "-0730", " +0530", "+5", "-08", " EST", " -0300 (BRST)", " GMT+3", " UTC-5", " z") if clock else ""
    return some(f"{date} {clock}{zone}", f"{date}T{clock}{zone}", f"{clock}{zone} {date}", f"{clock}{zone}, {date}", f"it was {date} at {clock}")


def options():
    opts = []
    for name, p in (("dayfirst", 4), ("yearfirst", 4), ("fuzzy", 3), ("fuzzy_with_tokens", 6), ("ignoretz", 8)):
        if R.randrange(p) == 0:
            opts.append(f"{name}=True")
    if R.randrange(4) == 0:
        opts.append("default=" + some("datetime.datetime(2001, 1, 31)", "datetime.datetime(2020, 2, 29, 23, 59, 58, 7)", "datetime.datetime(2003, 9, 30, 1, tzinfo=datetime.timezone.utc)"))
    if R.randrange(8) == 0:
        opts.append("tzinfos=" + some('{"EST": -18000, "BRST": dateutil.tz.tzoffset("X", 60)}', '{"EST": None, "UTC": 3600}', "{}", '{"EST": 1.5}', "lambda name, offset: 3600", "lambda name, offset: offset"))
    return "".join(", " + o for o in opts)


def parses():
    for s in EXAMPLES:
        yield f"dateutil.parser.parse({literal(s)})"
        yield f"dateutil.parser.parse({literal(s)}{options()})"
        yield f"str(dateutil.parser.parse({literal(s)}, fuzzy=True))"
    for _ in range(300 * MORE):
        yield f"dateutil.parser.parse({literal(plausible())}{options()})"
    for _ in range(300 * MORE):
        yield f"dateutil.parser.parse({literal(soup())}{options()})"
    for d in ["1." + "3" * 40, "0." + "98" + "3" * 26, "0." + "9" * 40, "1" * 40, "9" * 30 + ".5", "12." + "0" * 50 + "1"]:
        for form in ["%sh", "10:%s", "%s m", "%s s"]:
            yield f"dateutil.parser.parse({literal(form % d)})"
    for v in ["None", "1", "1.5", "1", 'b"2024-01-01"', 'b"x"']:
        yield f"dateutil.parser.parse({v})"
        yield f"dateutil.parser.isoparse({v})"
    for s in ["10/11/12", "1/2/2024"]:
        yield f'dateutil.parser.parse("{s}", dateutil.parser.parserinfo(dayfirst=True))'
        yield f'dateutil.parser.parse("{s}", parserinfo=dateutil.parser.parserinfo(yearfirst=True), yearfirst=False)'
        yield f'dateutil.parser.parser(dateutil.parser.parserinfo(True)).parse("{s}")'
        yield f'dateutil.parser.parser().parse("{s}", dayfirst=True)'


ISO = """2024|2024-02|2024-02-29|20240229|2024-W09|2024W09|2024-W09-4|2024W094|2024-W094|2024-060|2024060|2024-366|2023-366|0000|0001-W01-1|9999-W53-7
2024-02-29T12|2024-02-29T12:30|2024-02-29T1230|2024-02-29T12:30:45|2024-02-29T123045|2024-02-29T12:30:45.1|2024-02-29T12:30:45,123456789|2024-02-29T12:3045
2024-02-29T12Z|2024-02-29T12:30z|2024-02-29T12:30+05|2024-02-29T12:30+05:30|2024-02-29T12:30-0530|2024-02-29T12:30+00:00|2024-02-29T12:30+24:00|2024-02-29T12:30+23:60
2024-02-29T24:00|2024-02-29T24:00:00.000|2024-02-29T24:01|9999-12-31T24:00|2024-02-29 12:30|2024-02-29x12:30|2024-02-29T|2024-02-29T1|20|202|202402|2024-2-9|2024--02
2024-02-29T12:30:45.|2024-02-29T12:30:45.1x|2024-02-29T12:30:|2024-02-29T12.5|2024-02-29T12:30:45 Z|2024-02-30|2024-13|x024|2024-xx|+024-01-01| 024-01-01|2_24-01-01|2024-W00|2024-W54|2024-W09-0|2024-W09-8|2024-W|2024-000|2024-02-29T12:30é|2024-02-29T12:30+5|2024-02-29T12:30+5:30|2024-02-29T12:30 05:30|10:30|T10""".replace("\n", "|").split("|")


def mutated(s):
    for _ in range(some(0, 1, 1, 2)):
        i = R.randrange(len(s) + 1)
        s = s[:i] + some("", "0", "1", "9", "-", ":", ".", ",", "T", "Z", "+", " ", "W", "_") + s[i + R.randrange(2):]
    return s


def isos():
    for s in ISO + [mutated(some(*ISO)) for _ in range(250 * MORE)]:
        yield f"dateutil.parser.isoparse({literal(s)})"
        if R.randrange(3) == 0:
            yield f"dateutil.parser.isoparser({some('', literal('T'), literal(' '), literal('5'))}).isoparse({literal(s)})"
        if R.randrange(4) == 0:
            yield f"dateutil.parser.isoparser().parse_isodate({literal(s[:R.randrange(11)])})"
            yield f"dateutil.parser.isoparser().parse_isotime({literal(s[11:])})"
            yield f"dateutil.parser.isoparser().parse_tzstr({literal(s[16:])}{some('', ', zero_as_utc=False')})"


def zones():
    zs = ["dateutil.tz.UTC", "dateutil.tz.tzutc()", "dateutil.tz.tzlocal()", 'dateutil.tz.tzoffset("EST", -18000)', "dateutil.tz.tzoffset(None, 3600)", 'dateutil.tz.tzoffset("", 0)',
          "dateutil.tz.tzoffset(None, datetime.timedelta(hours=2))", "datetime.timezone.utc", "datetime.timezone(datetime.timedelta(hours=1))"]
    for z in zs:
        d = f"datetime.datetime(2024, 1, 2, 3, 4, tzinfo={z})"
        for expr in [z, f"str({z})", d, f"str({d})", f"{d}.tzname()", f"{d}.utcoffset()", f"{d}.dst()", f'{d}.strftime("%Z|%z")', f"{d}.astimezone(dateutil.tz.UTC)", f"{d}.timestamp()",
                     f"datetime.time(1, tzinfo={z}).dst()", f"{z}.utcoffset(None)", f"{d} - datetime.datetime(2024, 1, 1, tzinfo=dateutil.tz.UTC)"]:
            if not ("tzlocal" in z and "None" in expr):
                yield expr
        for y in zs:
            yield f"{z} == {y}"


def relative():
    args = []
    for name in R.sample(["years", "months", "days", "weeks", "hours", "minutes", "seconds", "microseconds", "leapdays"], R.randrange(4)):
        args.append(f"{name}={some(1, -1, 2, 13, -25, 100, R.randrange(-400, 400), some(1.5, -0.25, 2.0))}")
    for name, most in (("year", 2100), ("month", 13), ("day", 32), ("hour", 24), ("minute", 60)):
        if R.randrange(8) == 0:
            args.append(f"{name}={R.randrange(most)}")
    if R.randrange(5) == 0:
        args.append(f"weekday={some('0', '6', '-1', '7', 'dateutil.relativedelta.MO', 'dateutil.relativedelta.FR(-1)', 'dateutil.relativedelta.SU(+2)', 'dateutil.relativedelta.WE(0)')}")
    if R.randrange(12) == 0:
        args.append(some("yearday=", "nlyearday=") + some("1", "60", "260", "366", "367"))
    return f"dateutil.relativedelta.relativedelta({', '.join(args)})"


def moment():
    y, m, d = R.randrange(1990, 2030), R.randrange(1, 13), R.randrange(1, 29)
    return some(f"datetime.date({y}, {m}, {d})", f"datetime.datetime({y}, {m}, {d}, {R.randrange(24)}, {R.randrange(60)}, 5, {some(0, 7)})", "datetime.datetime(2024, 2, 29)", "datetime.date(2024, 1, 31)", "datetime.date(9999, 12, 31)")


def relatives():
    for _ in range(120 * MORE):
        r = relative()
        yield r
        yield f"{moment()} {some('+', '-')} {r}"
        yield f"{r} {some('+', '-', '==', '!=')} {relative()}"
        yield f"dateutil.relativedelta.relativedelta({moment()}, {moment()})"
        yield some(f"-{r}", f"{r} * {some(2, 0.5, -3)}", f"2 * {r}", f"{r} / {some(2, 0, 0.3)}", f"{r}.normalized()", f"bool({r})", f"({r}.weeks, {r}.days, {r}.hour, {r}.weekday)", f"{r} + datetime.timedelta(1, 2, 3)", f"{r} + {moment()}", f"{r} < {r}")
    for expr in ["MO", "MO(2)", "MO(-1)", "SU(0)", "weekday(3, 2)", "weekday(7)", "TU.weekday", "TU.n", "TU(3).n", "FR == dateutil.relativedelta.FR(1)", "FR(1) == dateutil.relativedelta.FR(+1)",
                 "relativedelta(years=1.5)", 'relativedelta("a", "b")', "relativedelta(datetime.date(2024, 1, 1))", 'relativedelta(days="x")']:
        yield "dateutil.relativedelta." + expr


if __name__ == "__main__":
    for name, exprs in (("parse", parses()), ("iso", isos()), ("tz", zones()), ("relative", relatives())):
        write(f"{name}.txt", list(dict.fromkeys(exprs)), ENV)
