import contextlib
from contextlib import ContextDecorator, ExitStack, closing, nullcontext, suppress
from abc import ABC, abstractmethod
from types import SimpleNamespace, MappingProxyType
import types


def show(*fs):
    for f in fs:
        try:
            print(repr(f()))
        except Exception as e:
            print(type(e).__name__, e)


with suppress(ValueError, KeyError):
    int('x')
    print('never')
with suppress(LookupError):
    {}['a']
try:
    with suppress(KeyError):
        int('x')
except ValueError as e:
    print('ValueError', e)
with nullcontext(5) as n:
    print(n)


class Closes:
    def close(self): print('closed')


with closing(Closes()) as c:
    print(type(c).__name__)


class M:
    def __init__(self, n, hide=False): self.n, self.hide = n, hide
    def __enter__(self):
        print('enter', self.n)
        return self.n
    def __exit__(self, t, v, tb):
        print('exit', self.n, t.__name__ if t else None, v)
        return self.hide


with ExitStack() as stack:
    print(stack.enter_context(M(1)), stack.enter_context(M(2)))
    stack.callback(print, 'called', 1)
with ExitStack() as stack:
    stack.enter_context(M(1, hide=True))
    stack.enter_context(M(2))
    raise ValueError('boom')
try:
    with ExitStack() as stack:
        stack.enter_context(M(3))
        raise KeyError('k')
except KeyError as e:
    print('left', e)
s = ExitStack()
s.enter_context(M(4))
t = s.pop_all()
s.close()
t.close()


class Deco(ContextDecorator):
    def __enter__(self): print('in')
    def __exit__(self, *a): print('out', a[0] is None)


@Deco()
def f(x): return x + 1


print(f(1))


class Shape(ABC):
    @abstractmethod
    def area(self): ...
    @classmethod
    def make(cls): return cls()


class Square(Shape):
    def area(self): return 4


show(lambda: Shape(), lambda: Square().area(), lambda: Square.make().area(), lambda: isinstance(Square(), Shape), lambda: issubclass(Square, ABC))
ns = SimpleNamespace(a=1, b=[2])
ns.c = 3
show(
    lambda: ns, lambda: ns.a, lambda: ns.z, lambda: ns == SimpleNamespace(a=1, b=[2], c=3), lambda: SimpleNamespace(1), lambda: vars(ns),
    lambda: MappingProxyType({'a': 1}), lambda: MappingProxyType({'a': 1})['a'], lambda: MappingProxyType({})['z'], lambda: len(MappingProxyType({'a': 1})), lambda: list(MappingProxyType({'a': 1})), lambda: MappingProxyType({'a': 1}).get('q'), lambda: MappingProxyType(5),
    lambda: isinstance(show, types.FunctionType), lambda: isinstance(lambda: 1, types.LambdaType), lambda: isinstance(None, types.NoneType), lambda: isinstance(len, types.BuiltinFunctionType), lambda: isinstance(types, types.ModuleType), lambda: isinstance(Square().area, types.MethodType),
)
try:
    MappingProxyType({'a': 1})['a'] = 2
except TypeError as e:
    print(e)
