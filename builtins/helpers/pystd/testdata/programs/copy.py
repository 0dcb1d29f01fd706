import copy
from collections import ChainMap, Counter, OrderedDict, UserDict, UserList, defaultdict, deque, namedtuple
from dataclasses import dataclass
from enum import Enum


class P:
    def __init__(self, x): self.x = x


class D(dict):
    pass


class L(list):
    def __init__(self, *a):
        super().__init__(*a)
        self.tag = 'tag'


class E(Enum):
    A = 1


class Own:
    def __init__(self): self.seen = []
    def __deepcopy__(self, memo):
        new = Own()
        new.seen = copy.deepcopy(self.seen, memo)
        return new


T = namedtuple('T', 'a b')
values = [1, 'a', None, 1.5, b'x', (1, 2), [1, [2]], {'a': [1]}, {1, 2}, frozenset([1]), range(3), D(a=[1]), Counter('aab'), OrderedDict(a=[1]), defaultdict(list, a=[1]), deque([[1], 2], 3), T([1], 2), E.A, len, int]
for v in values:
    s, d = copy.copy(v), copy.deepcopy(v)
    print(repr(s), repr(d), s == v, d == v, type(s) is type(v), type(d) is type(v))
p = P([1, 2])
p.self = p
d = copy.deepcopy(p)
print(d.self is d, d.x is p.x, d.x, copy.copy(p).x is p.x)
l = L([[1], 2])
m = copy.deepcopy(l)
m[0].append(9)
print(l, m, m.tag, type(m).__name__)
dd = copy.deepcopy(defaultdict(list, a=[1]))
dd['b'].append(1)
print(dd)
o = Own()
o.seen.append([1])
n = copy.deepcopy({'o': o})
print(n['o'].seen, n['o'].seen is o.seen, n['o'].seen[0] is o.seen[0])
t = (1, 'a')
print(copy.deepcopy(t) is t, copy.copy(t) is t)
shared = [1]
a, b = copy.deepcopy((shared, shared))
print(a is b)
q = deque([1])
r = copy.copy(q)
r.append(2)
print(q, r)
e = ValueError('x', 1)
print(copy.copy(e), copy.copy(e).args)
