f""
f"a"
f"{a}"
f"a{b}c"
F"{a}{b}"
f"{{}}"
f"{{{a}}}"
f"a{{b"
f"}}"
f"{a!r}"
f"{a!s:>10}"
f"{a:{b}}"
f"{a:{b}.{c}}"
f"{a:{b!r:x}y}"
f"{a:}"
f"{a=}"
f"{a = }"
f"{ a=!r:>5}"
f"{a=:>5}"
f"{ a + b = !s}"
f"x{a=}y"
f'{a["b"]}'
f"{a["b"]}"
f"{f"{f"{1}"}"}"
f"{a, b}"
f"{*a, b}"
f"{(lambda x: x)(1)}"
f"{a if b else c}"
f"{a:=5}"
f"{(a := 5)}"
f"{a != b}"
f"{a == b}"
f"{a[b:c]}"
f"{ {a: b}[c] }"
f"{ {a} }"
f"{a}" "b" 'c' f"{d}e" "f"
"a" f"b" "c"
"a" f"{b}"
u"a" f"{b}"
f"{b}" u"c" "d"
f"\n{a}\x41\u00e9"
rf"\n{a}\d"
fR"\{a}"
f"\{a}"
f'''a
{b}
c'''
f"""{
    a
    + b
}"""
f"{
a  # comment
}"
f"{a:
}"
f"é{a}日{b}"; x
f"{'é'}{b}"
f"{a}{"\n".join(b)}"
x = f"{a}" + f"{b}" % c
f"{yield_}"
f"{a.b().c[d]!a:{e:x}}"
f"{x:%H:%M:%S}"
def f():
    f"{yield}{yield a}{await_}"
(f"a"
 f"{b}"
 "c")
f"{a:{'>'}{10}}"
f"{a!r}" f'{b!s}'
