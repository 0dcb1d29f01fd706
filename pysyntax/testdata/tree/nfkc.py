ﬁ = 1
print(fi, ℌ := 2, H)
class A: 
    ﬀ = 1
A.ff; A.ﬀ
def f(ﬁ=1): return fi
f(ﬁ=2)
x = "ﬁ"
