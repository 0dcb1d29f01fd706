type A = int
type B[T] = list[T]
type C[T: int, *Ts, **P] = T
type D[T: (int, str),] = T
type type = type
type match[case] = _
def f[T](a: T) -> T: pass
def f[T: int, *Ts, **P](*args: *Ts, **kwargs: P.kwargs): pass
async def f[T](): pass
class A[T]: pass
class B[T: (int, str)](Base[T], metaclass=M): pass
class C[*Ts, **P,](): pass
@d
class D[T]: pass
