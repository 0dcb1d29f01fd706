class Plain:
    """The docstring."""

    kind = "plain"
    count: int
    size: "int" = 3

    def __init__(self, *args):
        super().__init__(*args)
        self.__args = args

    @property
    def args(self):
        return self.__args, __class__

    @staticmethod
    def make():
        return Plain()

    class Inner(Exception):
        pass

    if kind:
        sizes = [size for _ in range(3)]

    try:
        import quick
    except ImportError:
        quick = None
    del kind


class Derived(Plain, key=1):
    def __init__(self):
        def inner():
            return super().args

        [super().args for _ in range(2)]
        super(Derived, self).__init__()


@Plain.make
class Derived(Derived, *[Plain], metaclass=type, **{}):
    x = lambda self: super().args


def local():
    for base in (Plain, Derived):

        class Local(base):
            def m(self):
                return super().m(), Local

        print(Local)
    return Local


class Generic[T](list[T]):
    def get[U](self) -> U:
        return T, U
