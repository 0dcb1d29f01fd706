from dataclasses import InitVar, KW_ONLY, MISSING, asdict, astuple, dataclass, field, fields, is_dataclass, make_dataclass, replace
from typing import ClassVar, Optional
import dataclasses


def show(*fs):
    for f in fs:
        try:
            print(repr(f()))
        except Exception as e:
            print(type(e).__name__, e)


@dataclass
class P:
    x: int
    y: int = 0
    z: list = field(default_factory=list, repr=False)
    count: ClassVar[int] = 7

    def dist(self): return self.x + self.y


@dataclass(frozen=True, order=True)
class F:
    a: int
    b: str = 'b'


@dataclass
class Q(P):
    w: str = 'w'
    x: int = 5


@dataclass
class I:
    a: int
    scale: InitVar[int] = 2
    total: int = field(init=False, default=0)
    def __post_init__(self, scale): self.total = self.a * scale


@dataclass
class K:
    a: int
    _: KW_ONLY
    b: int
    c: int = 3


@dataclass(unsafe_hash=True)
class H:
    a: int
    b: int = field(compare=False)


@dataclass(eq=False)
class N:
    a: int


@dataclass(init=False)
class NI:
    a: int = 3


@dataclass(slots=True)
class S:
    a: int


@dataclass
class Node:
    v: int
    next: Optional['Node'] = None
    kids: list = field(default_factory=list, metadata={'m': 1})


show(
    lambda: P(1), lambda: P(1, 2, [3]), lambda: P(1) == P(1), lambda: P(1) == P(2), lambda: P(1) != P(1), lambda: P(), lambda: P(1, 2, 3, 4), lambda: P(1, q=1), lambda: P(1, x=1), lambda: P(1) < P(2), lambda: hash(P(1)), lambda: P.count, lambda: P(1).dist(), lambda: P(1).z is P(1).z, lambda: P(1).nope, lambda: P.z, lambda: P.y, lambda: P(1) == 1, lambda: P.__match_args__,
    lambda: F(1), lambda: F(1) < F(2), lambda: F(1, 'a') <= F(1, 'b'), lambda: sorted([F(2), F(1)]), lambda: hash(F(1)) == hash(F(1)), lambda: {F(1): 1}[F(1)], lambda: setattr(F(1), 'a', 2), lambda: F(1) < 1, lambda: delattr(F(1), 'a'), lambda: max(F(1), F(3)),
    lambda: Q(), lambda: Q(1, 2, [3], 'v'), lambda: [f.name for f in fields(Q)], lambda: Q() == P(5), lambda: I(2), lambda: I(2, 5), lambda: I(2).scale, lambda: [f.name for f in fields(I)],
    lambda: K(1, b=2), lambda: K(1), lambda: K(1, 2), lambda: K(b=1), lambda: K(1, 2, b=3), lambda: H(1, 2) == H(1, 3), lambda: hash(H(1, 2)) == hash(H(1, 3)), lambda: N(1) == N(1), lambda: hash(N(1)) is not None, lambda: NI(), lambda: S(1),
    lambda: asdict(Node(1, Node(2), [Node(3)])), lambda: astuple(Node(1, Node(2), [Node(3)])), lambda: asdict(P(1), dict_factory=lambda kv: [k for k, _ in kv]), lambda: asdict(5), lambda: asdict(P), lambda: replace(F(1), a=2), lambda: replace(F(1), q=2), lambda: replace(I(2), total=3), lambda: replace(I(3), scale=1).total,
    lambda: is_dataclass(P), lambda: is_dataclass(P(1)), lambda: is_dataclass(5), lambda: fields(5), lambda: fields(P)[1].default, lambda: fields(P)[0].default is MISSING, lambda: fields(P)[2].default_factory is list, lambda: fields(Node)[2].metadata['m'], lambda: fields(P)[0].type is int,
    lambda: make_dataclass('M', ['a', ('b', int), ('c', int, 5)])(1, 2), lambda: make_dataclass('M', [('a', int)], frozen=True)(1) == 1, lambda: make_dataclass('M', ['1']), lambda: field(default=1, default_factory=list),
    lambda: Node(1),
)
n = Node(1)
n.next = n
print(n)
for src in ({'x': []}, {'x': {}}, {'x': set()}):
    try:
        make_dataclass('B', [('x', list, src['x'])])
    except ValueError as e:
        print(e)
try:
    @dataclass
    class B:
        a: int = 1
        b: int
except TypeError as e:
    print(e)
try:
    @dataclass
    class B2(F):
        c: int = 1
except TypeError as e:
    print(e)
try:
    @dataclass
    class B3:
        a = field()
except TypeError as e:
    print(e)
match P(1, 2):
    case P(x=1, y=yy): print('y', yy)
match F(1, 'q'):
    case F(a, b): print(a, b)


@dataclass
class Own:
    a: int
    def __eq__(self, o): return True
    def __repr__(self): return 'own'
    def __hash__(self): return 1


print(Own(1), Own(1) == Own(2), hash(Own(1)))
