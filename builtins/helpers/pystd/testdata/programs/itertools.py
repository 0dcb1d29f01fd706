from itertools import accumulate, batched, chain, combinations, combinations_with_replacement, compress, count, cycle, dropwhile, filterfalse, groupby, islice, pairwise, permutations, product, repeat, starmap, takewhile, tee, zip_longest
import operator


def show(*fs):
    for f in fs:
        try:
            print(repr(f()))
        except Exception as e:
            print(type(e).__name__, e)


show(
    lambda: list(islice('abcdef', 2, None, 2)),
    lambda: list(islice('abcdef', 3)),
    lambda: list(islice('abc', 5, 10)),
    lambda: list(islice('abc', 0, 3, 0)),
    lambda: list(islice('abc', -1, 3)),
    lambda: (lambda it: (list(islice(it, 1, 3)), list(it)))(iter(range(6))),
    lambda: (lambda it: (list(islice(it, 4, 3)), list(it)))(iter(range(6))),
    lambda: count(3, 2),
    lambda: count(1.5),
    lambda: repeat('x', 3),
    lambda: repeat('x', -3),
    lambda: repeat(1),
    lambda: list(repeat(1, times=2)),
    lambda: list(accumulate([1, 2, 3], initial=None)),
    lambda: list(accumulate([1, 2, 3], lambda a, b: a - b, initial=10)),
    lambda: accumulate(),
    lambda: list(batched('abcde', 3)),
    lambda: batched('abc', 0),
    lambda: list(chain([1], (2,), 'a', {3: 4})),
    lambda: list(chain.from_iterable([[1], [], [2]])),
    lambda: list(combinations(range(4), 3)),
    lambda: list(combinations([], 1)),
    lambda: list(combinations_with_replacement('abc', 2)),
    lambda: list(combinations_with_replacement('', 0)),
    lambda: list(permutations('abc')),
    lambda: list(permutations('abc', 0)),
    lambda: list(permutations('ab', 3)),
    lambda: list(permutations('ab', 'a')),
    lambda: list(permutations('abc', -1)),
    lambda: list(product('ab', range(2), repeat=2))[:5],
    lambda: list(product('ab', repeat=0)),
    lambda: list(product(repeat=3)),
    lambda: list(compress('abcd', [1, 0])),
    lambda: list(dropwhile(str.isdigit, '12a3')),
    lambda: list(takewhile(str.isdigit, '12a3')),
    lambda: list(filterfalse(lambda x: x > 1, [0, 1, 2])),
    lambda: list(starmap(operator.add, [(1, 2), [3, 4]])),
    lambda: list(starmap(operator.add, [1])),
    lambda: list(pairwise([1, 2, 3])),
    lambda: list(zip_longest([1, 2], 'abc', [], fillvalue='-')),
    lambda: list(zip_longest()),
    lambda: zip_longest([1], x=2),
    lambda: [(k, list(g)) for k, g in groupby([])],
    lambda: [(k, sum(1 for _ in g)) for k, g in groupby('aaabb')],
    lambda: [k for k, g in groupby([1, 1, 2, 3, 3], lambda x: x // 2)],
    lambda: [list(x) for x in tee('ab', 3)],
    lambda: tee('ab', 0),
    lambda: tee('ab', -1),
    lambda: next(count()),
    lambda: next(iter(cycle([]))),
    lambda: list(zip(range(3), cycle('ab'))),
    lambda: len(count()),
    lambda: bool(chain()),
)
it = groupby('aabb')
k, g = next(it)
print(k, next(g))
k2, g2 = next(it)
print(k2, list(g), list(g2))
a, b = tee(count())
print(next(a), next(a), next(b), next(a), next(b))
