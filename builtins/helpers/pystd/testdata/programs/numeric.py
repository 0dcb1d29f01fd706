import heapq, bisect, statistics, numbers
from fractions import Fraction
from heapq import heapify, heappop, heappush, heappushpop, heapreplace, merge, nlargest, nsmallest


def show(*fs):
    for f in fs:
        try:
            print(repr(f()))
        except Exception as e:
            print(type(e).__name__, e)


h = [5, 3, 8, 1, 9, 2]
heapify(h)
print(h)
heappush(h, 0)
print(h, heappop(h), h, heappushpop(h, 4), h, heapreplace(h, 7), h)
print([heappop(h) for _ in range(len(h))])
show(
    lambda: heappop([]), lambda: heappush(5, 1), lambda: heapreplace([], 1), lambda: heappushpop([], 1), lambda: nlargest(2, [3, 1, 2]), lambda: nsmallest(2, 'hello', key=lambda c: -ord(c)), lambda: nlargest(-1, [1]), lambda: list(merge([1, 4], [2, 3], [])), lambda: list(merge([4, 1], [3, 2], reverse=True)), lambda: list(merge(['a', 'BB'], ['ccc'], key=len)), lambda: heapify([1, 'a']),
    lambda: bisect.bisect([1, 2, 2, 3], 2), lambda: bisect.bisect_left([1, 2, 2, 3], 2), lambda: bisect.bisect_right([1, 2, 3], 9), lambda: bisect.bisect([1, 2, 3], 2, 2), lambda: bisect.bisect([1, 2, 3], 2, lo=0, hi=1), lambda: bisect.bisect([1], 1, -1), lambda: bisect.bisect([{'a': 1}, {'a': 5}], 3, key=lambda d: d['a']), lambda: bisect.bisect([1], 'a'), lambda: bisect.bisect(),
    lambda: (lambda l: (bisect.insort(l, 2), bisect.insort_left(l, 2.0), l))([1, 3]), lambda: (lambda l: (bisect.insort(l, -2, key=abs), l))([1, 3]),
    lambda: statistics.mean([1, 2, 3, 4]), lambda: statistics.mean([1, 2, 3]), lambda: statistics.mean([1.5, 2.5]), lambda: statistics.mean([]), lambda: statistics.mean([0.1] * 10), lambda: statistics.mean([True, False]), lambda: statistics.mean('ab'), lambda: statistics.fmean([1, 2]), lambda: statistics.fmean([]),
    lambda: statistics.median([3, 1, 2]), lambda: statistics.median([1, 2, 3, 4]), lambda: statistics.median([]), lambda: statistics.median_low([1, 2, 3, 4]), lambda: statistics.median_high([1, 2, 3, 4]), lambda: statistics.mode('aabb'), lambda: statistics.mode([]), lambda: statistics.multimode('aabbc'), lambda: statistics.multimode([]),
    lambda: statistics.stdev([1, 2, 3, 4]), lambda: statistics.stdev([1]), lambda: statistics.pstdev([1, 2, 3, 4]), lambda: statistics.variance([1, 2, 3, 4]), lambda: statistics.variance([2, 4, 6]), lambda: statistics.pvariance([1, 2, 3, 4]), lambda: statistics.pvariance([]), lambda: statistics.stdev([0.1, 0.2, 0.35]), lambda: statistics.variance([1.5, 2.25, 9.75], xbar=4.5), lambda: statistics.pstdev([5, 5]),
    lambda: statistics.quantiles([1, 2, 3, 4, 5]), lambda: statistics.quantiles([1, 2, 3, 4, 5], n=3, method='inclusive'), lambda: statistics.quantiles([1]), lambda: statistics.quantiles([1, 2], n=10), lambda: statistics.harmonic_mean([40, 60]), lambda: statistics.geometric_mean([54, 24, 36]),
    lambda: Fraction(3, 6), lambda: Fraction('0.25'), lambda: Fraction(0.5), lambda: Fraction('3/9'), lambda: str(Fraction(4, 2)), lambda: Fraction(1, 2) + 1, lambda: 1 - Fraction(1, 3), lambda: Fraction(1, 2) * 0.5, lambda: Fraction(1, 2) == 0.5, lambda: Fraction(1, 2) < 1, lambda: Fraction(7, 2) // 1, lambda: Fraction(7, 2) % 2, lambda: Fraction(2, 3) ** -2, lambda: Fraction(1, 0), lambda: Fraction('a'), lambda: Fraction(1, 2) / 0, lambda: float(Fraction(1, 4)), lambda: int(Fraction(-7, 2)), lambda: round(Fraction(5, 2)), lambda: hash(Fraction(3, 1)) == hash(3), lambda: -Fraction(1, 2), lambda: abs(Fraction(-1, 2)), lambda: bool(Fraction(0)), lambda: Fraction(1, 2).numerator, lambda: sum([Fraction(1, 3)] * 3), lambda: Fraction(1, 2) + 'a', lambda: max(Fraction(1, 3), Fraction(1, 2)), lambda: Fraction(),
    lambda: isinstance(1, numbers.Number), lambda: isinstance(1.5, numbers.Integral), lambda: isinstance(True, numbers.Integral), lambda: isinstance('a', numbers.Number), lambda: isinstance(1.5, numbers.Real),
)
