# with PlainEquality: no class has its own ==
LIMIT = 10


def rule(event, x):
    if event.get("a") == "b" or "b" != x or x == None or f"{x}" == event.b:
        return len(x) > LIMIT
    return x == 1 or x == LIMIT or x < "a" or x == ("a",)
