from enum import Enum, Flag, IntEnum, IntFlag, StrEnum, auto, member, nonmember
import enum


def show(*fs):
    for f in fs:
        try:
            print(repr(f()))
        except Exception as e:
            print(type(e).__name__, e)


class Color(Enum):
    RED = 1
    GREEN = 2
    CRIMSON = 1
    _private = 5

    def describe(self): return self.name.lower()
    @classmethod
    def default(cls): return cls.RED
    @staticmethod
    def help(): return 'help'
    @property
    def hex(self): return '#%d' % self.value


class Http(IntEnum):
    OK = 200
    NOT_FOUND = 404
    def __str__(self): return f'{self.value} {self.name}'


class Sev(str, Enum):
    LOW = 'low'
    HIGH = 'high'


class Level(StrEnum):
    INFO = auto()
    WARN = 'warning'


class Perm(Flag):
    R = 4
    W = 2
    X = 1
    RWX = 7


class IPerm(IntFlag):
    R = 4
    W = 2


class Auto(Flag):
    A = auto()
    B = auto()
    AB = A | B


class Weird(Enum):
    @staticmethod
    def _generate_next_value_(name, start, count, last_values):
        return name + str(count)
    X = auto()
    Y = auto()


class Coord(bytes, Enum):
    def __new__(cls, value, label):
        obj = bytes.__new__(cls, [value])
        obj._value_ = value
        obj.label = label
        return obj
    PX = (0, 'P.X')
    PY = (1, 'P.Y')


class Missing(Enum):
    A = 'a'
    @classmethod
    def _missing_(cls, value):
        for m in cls:
            if m.value == str(value).lower():
                return m
        return None


show(
    lambda: Color.RED, lambda: str(Color.RED), lambda: Color(2), lambda: Color['GREEN'], lambda: Color.CRIMSON, lambda: Color.CRIMSON is Color.RED,
    lambda: list(Color), lambda: len(Color), lambda: Color(3), lambda: Color['BLUE'], lambda: Color.BLUE, lambda: Color.RED.describe(), lambda: Color.default(),
    lambda: Color.RED.hex, lambda: Color.help(), lambda: Color.RED == 1, lambda: Color.RED in Color, lambda: 2 in Color, lambda: 9 in Color, lambda: Color.RED.name, lambda: Color.RED.value,
    lambda: dict(Color.__members__), lambda: Color, lambda: Color.__members__['RED'], lambda: hash(Color.RED) == hash(Color.RED), lambda: {Color.RED: 1}[Color(1)], lambda: Color.RED < Color.GREEN,
    lambda: isinstance(Color.RED, Color), lambda: isinstance(Color.RED, Enum), lambda: issubclass(Color, Enum), lambda: type(Color.RED), lambda: f'{Color.RED:>12}', lambda: Color.RED.nope,
    lambda: [m.name for m in reversed(list(Color))], lambda: Color.RED.GREEN, lambda: Color.name, lambda: bool(Color.RED), lambda: Color('RED'),
    lambda: Http(200), lambda: str(Http.OK), lambda: f'{Http.OK}', lambda: Http.OK + 1, lambda: Http.OK == 200, lambda: Http.OK < 300, lambda: sorted(Http), lambda: {200: 'x'}[Http.OK], lambda: Http.OK in (200, 404), lambda: '%d' % Http.OK,
    lambda: Sev.LOW, lambda: str(Sev.LOW), lambda: Sev.LOW == 'low', lambda: Sev('high'), lambda: Sev.LOW + '!', lambda: Sev.LOW.upper(), lambda: f'{Sev.LOW}', lambda: 'low' in [Sev.LOW], lambda: {'low': 1}[Sev.LOW], lambda: Sev.LOW in ('low',), lambda: ','.join([Sev.LOW]), lambda: Sev('nope'), lambda: Sev.LOW.value,
    lambda: Level.INFO, lambda: str(Level.INFO), lambda: f'{Level.WARN}', lambda: Level('info'), lambda: Level.INFO == 'info', lambda: '%s' % Level.INFO, lambda: 'x ' + Level.WARN,
    lambda: Perm.R | Perm.W, lambda: Perm(7), lambda: Perm(0), lambda: Perm(8), lambda: ~Perm.R, lambda: Perm.R in Perm.RWX, lambda: list(Perm.RWX), lambda: list(Perm), lambda: len(Perm.RWX), lambda: bool(Perm(0)), lambda: Perm.R & Perm.W, lambda: Perm.R ^ Perm.RWX, lambda: str(Perm.R | Perm.X), lambda: Perm.R | 1, lambda: Perm.R == 4, lambda: (Perm.R | Perm.W) is Perm(6), lambda: Perm.RWX.name, lambda: (Perm.R | Perm.W).name, lambda: 4 in Perm.R, lambda: Perm('a'),
    lambda: IPerm.R | IPerm.W, lambda: IPerm.R | 8, lambda: IPerm(8), lambda: IPerm.R + 1, lambda: ~IPerm.R, lambda: str(IPerm.R | IPerm.W), lambda: IPerm(0), lambda: IPerm.R == 4, lambda: 6 & IPerm.R, lambda: list(IPerm(6)), lambda: f'{IPerm.R}',
    lambda: list(Auto), lambda: Auto.AB, lambda: Auto.A | Auto.B, lambda: Auto.AB.value,
    lambda: list(Weird), lambda: Coord.PY.label, lambda: Coord(1) is Coord.PY, lambda: Coord.PX == b'\0',
    lambda: Missing('A'), lambda: Missing('b'),
    lambda: Enum('E', 'A B')['B'], lambda: list(Enum('E', ['A', 'B'], start=5)), lambda: list(Enum('E', {'A': 'x'})), lambda: IntEnum('E', 'A B').B + 1, lambda: list(Flag('E', 'A B C')), lambda: Enum('E', [('A', 1), ('B', 1)]).B, lambda: StrEnum('E', 'Aa Bb').Aa.value,
    lambda: Color.RED.__class__, lambda: Color.__name__, lambda: enum.unique(Perm), lambda: Color(Color.RED),
)


class Base(Enum):
    def shout(self): return self.name + '!'


class Child(Base):
    A = 1


print(Child.A.shout(), list(Base), isinstance(Child.A, Base))


class Kinds(Enum):
    A = auto()
    B = 'text'
    C = member(5)
    D = nonmember(6)
    E = [1, 2]
    F = None
    G = lambda x: x
    H = {'k': 1}


print(list(Kinds), Kinds.D, Kinds([1, 2]), Kinds(None), Kinds.E.value)
match Color.GREEN:
    case Color.RED: print('red')
    case Color.GREEN: print('green')
try:
    class Bad(StrEnum):
        A = 1
except TypeError as e:
    print(e)
try:
    class More(Color):
        X = 9
except TypeError as e:
    print(e)
try:
    Color.RED.value = 3
except AttributeError as e:
    print(e)
