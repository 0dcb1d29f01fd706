a or b and not c
not not a
a < b <= c == d != e > f >= g
a in b not in c is d is not e
a not in b
not a in b
a | b ^ c & d << e >> f
a + b - c * d / e // f % g @ h
a - b - c
a ** b ** -c
-a ** b
~ + - a
(a + b) * c
(a, b)
(a,)
()
a,
((a))
((a), b)
a if b else c if d else e
(a if b else c) if d else e
a.b.c
a . b
a[b]
a[b, c]
a[b,]
a[b:c]
a[:]
a[::]
a[b:]
a[:c]
a[::d]
a[b:c:d, e:f, ..., :]
a[*b]
a[*b, c]
a[b:c, *d]
a[b := 1]
a[b, c := 1]
a[(b := 1):c]
a[lambda: b:c]
a[b][c](d).e
[]
[a]
[a, *b, c,]
{}
{a}
{a, *b,}
{a: b}
{a: b, **c, d: e,}
{**a}
{a: lambda b: c}
[a for a in b]
[a for a, in b]
[(a, b) for (a, b) in c for d in e]
{a for a in b}
{a: b for a, b in c}
{**{}, a: b}
(a for a in b)
[a for a in b if c if d]
[a for a.b in c]
[a for a[0] in c]
[lambda: a for b in c]
(a := b)
(a := b, c)
(a := (b := c))
[a := 1, b := 2]
{a := 1}
print(a := 1)
x = (yield_ := 1)
a = b, c
a = *b, c
a = (*b, c)
1
0
00
1_000
0xdead_BEEF
0o17
0b1010
18446744073709551616
0xffffffffffffffffffffffffffffffff
1.5
1.
.5
1e10
1.5e-10
1_0.0_1e+1_0
0e0
01.5
1j
1.5J
1e400
1if a else 2
1 if a else 2
True, False, None, ...
a.True_
...
... .b
a<b
a<-b
a@b
é + ñandú
"é" + x
日本 = a  # 本
[0x1for x in y]
(a for a in b if c or d if (lambda: e))
[a for a, *b in c if d if e for f in (g, )]
x = [
    1,

    # comment
    2
    + 3,
]
x = a + \
    b
if a: \
    b
