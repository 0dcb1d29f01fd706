from collections import ChainMap, Counter, OrderedDict, UserDict, UserList, defaultdict, deque, namedtuple
import collections


def show(*fs):
    for f in fs:
        try:
            print(repr(f()))
        except Exception as e:
            print(type(e).__name__, e)


show(
    lambda: Counter('aab').most_common(None),
    lambda: Counter('aab').most_common(-1),
    lambda: Counter(a=1, b=2) - Counter(b=3),
    lambda: Counter(a=1) & Counter(a=3, b=1),
    lambda: Counter(a=1) == {'a': 1},
    lambda: Counter(a=1, b=0) == Counter(a=1),
    lambda: Counter(a=1) < Counter(a=1, b=1),
    lambda: Counter(a=1) <= 5,
    lambda: Counter.fromkeys('ab'),
    lambda: Counter(1, 2),
    lambda: Counter(['a', 'b', 'a']).total(),
    lambda: sum([Counter('a'), Counter('b')], Counter()),
    lambda: Counter(a='x', b=1),
    lambda: Counter({'a': [1]}).copy(),
    lambda: (lambda c: (c.update(a=1), c.subtract('ab'), c))(Counter()),
    lambda: hash(Counter()),
    lambda: Counter('a') | {'b': 1},
    lambda: isinstance(Counter(), dict),
    lambda: +Counter(a=-1, b=1),
    lambda: (lambda c: (c.pop('a'), c.pop('z', 5), c.setdefault('q', 3), c))(Counter('aab')),
)
c = Counter('hello')
c += Counter('l')
c -= Counter('h')
print(c, sorted(c.elements()), c['nope'], len(c), list(c))
c |= Counter(z=9)
c &= Counter(z=3, l=1)
print(c)


class Words(Counter):
    def top(self): return self.most_common(1)[0]


w = Words(['a', 'b', 'a'])
print(w, w.top(), type(w + w).__name__, type(w.copy()).__name__)

show(
    lambda: defaultdict(list, a=1).copy(),
    lambda: defaultdict(int) | {'a': 1},
    lambda: {'a': 1} | defaultdict(int, b=2),
    lambda: defaultdict(5),
    lambda: defaultdict(int, 5),
    lambda: defaultdict(int, {}, {}),
    lambda: defaultdict(None)['a'],
    lambda: defaultdict(int).get('a'),
    lambda: defaultdict(lambda: 1).pop('a', 2),
    lambda: defaultdict.fromkeys('ab'),
    lambda: defaultdict(int) == {},
    lambda: OrderedDict.fromkeys('ab', 1),
    lambda: OrderedDict(a=1).popitem(last=False),
    lambda: OrderedDict().popitem(),
    lambda: OrderedDict(a=1, b=2) == OrderedDict(b=2, a=1),
    lambda: OrderedDict(a=1) != OrderedDict(a=1),
    lambda: OrderedDict(a=1).copy(),
    lambda: {'z': 1} | OrderedDict(a=1),
    lambda: OrderedDict(a=OrderedDict()),
    lambda: list(reversed(OrderedDict([('a', 1), ('b', 2)]))),
    lambda: deque('abc').index('c', 0, 2),
    lambda: deque('abc').index('c', -1),
    lambda: deque([1, 2, 3]).rotate(),
    lambda: deque([1, 2, 3]).rotate('a'),
    lambda: (lambda d: (d.rotate(-1), d))(deque([1, 2, 3])),
    lambda: (lambda d: (d.insert(10, 'x'), d.insert(-1, 'y'), d))(deque([1, 2, 3])),
    lambda: deque([1], 1).insert(0, 2),
    lambda: deque([1, 2]) * -1,
    lambda: deque([1, 2], 3) * 2,
    lambda: 2 * deque([1]),
    lambda: deque([1]) * 'a',
    lambda: deque([1]) == [1],
    lambda: deque(maxlen=2),
    lambda: deque([1, 2, 3], maxlen='a'),
    lambda: deque([[1]]).copy()[0],
    lambda: (lambda d: (d.extend(d), d))(deque([1, 2])),
    lambda: deque().append(),
    lambda: deque([3, 1]).foo,
    lambda: sorted(deque([3, 1, 2])),
    lambda: deque([1, 2, 3]).maxlen,
    lambda: [x for x in reversed(deque('ab'))],
    lambda: max(deque([1, 5])),
)
d = deque()
d.append(d)
print(d)
d = deque([1, 2], maxlen=2)
try:
    d.maxlen = 5
except AttributeError as e:
    print('AttributeError')
d += [5]
print(d, 5 in d, d.count(5))
d.clear()
print(d, bool(d), len(d))

P = namedtuple('P', 'x y', defaults=[0])
show(
    lambda: P(1),
    lambda: P(),
    lambda: P(1, 2, 3),
    lambda: P(1, x=2),
    lambda: P(x=1, y=2)._asdict(),
    lambda: P(1)._replace(y=5),
    lambda: P(1)._replace(z=5),
    lambda: P._make('ab'),
    lambda: P._make('a'),
    lambda: P._fields,
    lambda: P._field_defaults,
    lambda: hash(P(1, 2)) == hash(P(1, 2)),
    lambda: P(1, 2) == (1, 2),
    lambda: P(1, 2) < (1, 3),
    lambda: P(1, 2)[0:1],
    lambda: P(1, 2).count(1),
    lambda: {P(1, 2): 'a'}[(1, 2)],
    lambda: [*P(1, 2)],
    lambda: P.__doc__,
    lambda: P.__name__,
    lambda: namedtuple('A', ['a', 'b', 'a']),
    lambda: namedtuple('A', 'a b', defaults=[1, 2, 3]),
    lambda: namedtuple('A b', 'a'),
    lambda: namedtuple('A', 'a 1'),
    lambda: namedtuple('A', '_a'),
    lambda: namedtuple('A', 'a def _b a', rename=True)._fields,
    lambda: namedtuple('A', 5),
    lambda: P(P(1), 2),
)
match P(1, 2):
    case P(x=x, y=2):
        print('matched', x)


class Sub(P):
    @property
    def total(self): return self.x + self.y
    def __new__(cls, x): return super().__new__(cls, x, 10)


print(Sub(1), Sub(1).total, Sub(1)._replace(x=3).total)

cm = ChainMap({'a': 1}, {'b': 2, 'a': 0})
show(
    lambda: list(cm),
    lambda: dict(cm),
    lambda: cm['z'],
    lambda: cm.get('z', 1),
    lambda: cm.pop('b'),
    lambda: cm.new_child(x=1),
    lambda: cm.new_child({'c': 1}).maps,
    lambda: cm.parents,
    lambda: sorted(cm.items()),
    lambda: len(cm),
    lambda: cm == {'a': 1, 'b': 2},
    lambda: ChainMap(),
    lambda: bool(ChainMap()),
    lambda: cm.copy(),
)
try:
    del cm['b']
except KeyError as e:
    print(e)
cm.update(q=1)
print(cm)


class Upper(UserDict):
    def __setitem__(self, k, v): self.data[k.upper()] = v
    def __missing__(self, k): return 'no ' + k


u = Upper(a=1)
u.update({'b': 2})
print(u, u['A'], u['z'], u.get('A'), u.pop('A'), list(u.items()), u.setdefault('q', 5), u.copy(), u == {'B': 2, 'Q': 5})
ul = UserList([3, 1, 2])
ul.append(0)
ul.sort()
print(ul, ul[1:3], ul + [9], ul == [0, 1, 2, 3], len(ul), 2 in ul, list(ul), ul.index(2), ul.pop())
