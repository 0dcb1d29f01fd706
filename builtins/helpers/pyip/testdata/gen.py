"""Makes the goldens of package pyip with CPython 3.11.7: python3 gen.py"""

import ipaddress
import os
import random
import sys

os.chdir(os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, "../../internal/golden")
from golden import literal, write  # noqa: E402

R = random.Random(5)


def some(*choices):
    return R.choice(choices)


SPECIAL4 = ["0.0.0.0", "10.1.2.3", "127.0.0.1", "169.254.1.1", "172.16.0.1", "172.32.0.1", "192.0.0.1", "192.0.0.8", "192.0.0.170", "192.0.0.171", "192.0.2.1", "192.168.1.1",
            "198.18.0.1", "198.20.0.1", "198.51.100.7", "203.0.113.7", "240.0.0.1", "255.255.255.255", "224.0.0.1", "239.1.1.1", "100.64.0.1", "100.128.0.0", "8.8.8.8", "1.1.1.1", "192.88.99.1", "192.52.193.1"]
SPECIAL6 = ["::", "::1", "::2", "::ffff:10.0.0.1", "::ffff:8.8.8.8", "100::1", "2001::1", "2001:2::1", "2001:4:112::1", "2001:db8::1", "2001:10::1", "2001:20::1", "fc00::1", "fe80::1", "fe80::1%eth0", "fec0::1", "ff02::1",
            "2002:c000:204::1", "2001:0:4136:e378:8000:63bf:3fff:fdd2", "2606:4700:4700::1111", "64:ff9b::1", "64:ff9b:1::1", "4000::1", "fdff::1", "2001:1ff::1", "2001:200::1", "1::", "::1:0:0:0", "1:0:0:2::3", "a:b:c:d:e:f:1:2", "::1.2.3.4"]
ADDRESS = ["version", "max_prefixlen", "compressed", "exploded", "packed", "reverse_pointer", "is_private", "is_global", "is_multicast", "is_unspecified", "is_reserved", "is_loopback", "is_link_local"]
ONLY6 = ["is_site_local", "scope_id", "ipv4_mapped", "sixtofour", "teredo"]
NETWORK = ["version", "max_prefixlen", "prefixlen", "network_address", "broadcast_address", "netmask", "hostmask", "with_prefixlen", "with_netmask", "with_hostmask", "num_addresses", "compressed", "exploded", "reverse_pointer",
           "is_private", "is_global", "is_multicast", "is_unspecified", "is_reserved", "is_loopback", "is_link_local"]


def a4():
    return some(some(*SPECIAL4), ".".join(str(R.randrange(256)) for _ in range(4)))


def a6():
    if R.randrange(2):
        return some(*SPECIAL6)
    return str(ipaddress.IPv6Address(some(R.getrandbits(128), R.getrandbits(64) << 64, R.getrandbits(16) << R.randrange(112), R.getrandbits(40))))


def address():
    return some(a4, a6)()


def network(strict=True):
    a = address()
    bits = 128 if ":" in a else 32
    n = ipaddress.ip_interface(f"{a.split('%')[0]}/{some(R.randrange(bits + 1), bits, 24, 16, 8)}")
    return str(n.network) if strict else str(n)


def junk(s):
    s = list(s)
    for _ in range(R.randrange(1, 3)):
        i = R.randrange(len(s) + 1)
        s[i : i + R.randrange(3)] = some("", ".", ":", "::", "0", "1", "256", "g", "/", "%", "é", " ", "00", "fffff", "-1", "1.2.3.4")
    return "".join(s)


def exprs():
    for a in SPECIAL4 + SPECIAL6:
        for field in ADDRESS + (ONLY6 if ":" in a else []):
            if "%" in a and field in ("exploded", "reverse_pointer"):
                continue  # CPython fails here
            yield f"ipaddress.ip_address({a!r}).{field}"
    for _ in range(55):
        a = address()
        yield f"ipaddress.ip_address({a!r})"
        yield f"str(ipaddress.ip_address({a!r}))"
        if "%" not in a:
            yield f"ipaddress.ip_address({a!r}).{some(*ADDRESS)}"
        n = network()
        yield f"ipaddress.ip_network({n!r})"
        for _ in range(4):
            yield f"ipaddress.ip_network({n!r}).{some(*NETWORK)}"
        i = network(strict=False)
        yield f"ipaddress.ip_interface({i!r}).{some('ip', 'network', 'netmask', 'hostmask', 'with_prefixlen', 'with_netmask', 'with_hostmask', *ADDRESS)}"
        yield f"ipaddress.ip_interface({i!r})"
        yield f"ipaddress.ip_network({i!r})"
        yield f"ipaddress.ip_network({i!r}, strict=False)"
        yield f"ipaddress.ip_address({a!r}) in ipaddress.ip_network({n!r})"
        yield f"ipaddress.ip_address({address()!r}) {some('<', '==', '>=', '!=')} ipaddress.ip_address({address()!r})"
        yield f"ipaddress.ip_network({network()!r}) {some('<', '==', '>=', '!=')} ipaddress.ip_network({network()!r})"
        yield f"ipaddress.ip_address({a!r}) {some('+', '-')} {some(1, 256, 2**40, 2**130)}"
    for _ in range(50):
        n = ipaddress.ip_network(network())
        sub = n.supernet(new_prefix=R.randrange(n.prefixlen + 1)) if R.randrange(2) else ipaddress.ip_network(network())
        for method in ("overlaps", "subnet_of", "supernet_of", "compare_networks"):
            yield f"ipaddress.ip_network('{n}').{method}(ipaddress.ip_network('{sub}'))"
        yield f"list(ipaddress.ip_network('{sub}').address_exclude(ipaddress.ip_network('{n}')))"
        yield f"ipaddress.ip_network('{n}').supernet({some('', R.randrange(-1, 40), f'new_prefix={R.randrange(40)}')})"
        yield f"list(ipaddress.ip_network('{n}').subnets({some('', R.randrange(-1, 6), f'new_prefix={min(n.prefixlen + R.randrange(-1, 5), 130)}')}))"
    for _ in range(200):
        a = junk(some(address(), network()))
        kind = some("ip_address", "ip_network", "ip_interface", "IPv4Address", "IPv6Address", "IPv4Network", "IPv6Network", "IPv4Interface")
        yield f"ipaddress.{kind}({literal(a)})"
    for _ in range(30):
        v = some(a4, a6)
        yield f"list(ipaddress.summarize_address_range(ipaddress.ip_address({v()!r}), ipaddress.ip_address({v()!r})))"
        base = ipaddress.ip_address(a4())
        items = [str(ipaddress.ip_network(int(base) & 0xFFFFFF00 | R.randrange(64)).supernet(R.randrange(4))) for _ in range(R.randrange(12))]
        yield f"list(ipaddress.collapse_addresses([ipaddress.ip_network(n) for n in {items!r}]))"


FIXED = """
ipaddress.ip_address(3232235777)
ipaddress.ip_address(1 << 32)
ipaddress.ip_address(-1)
ipaddress.ip_address(1 << 128)
ipaddress.IPv4Address(1 << 32)
ipaddress.IPv4Address(-1)
ipaddress.IPv6Address(1 << 128)
ipaddress.IPv6Address(1)
ipaddress.ip_address(b"\\x0a\\x00\\x00\\x01")
ipaddress.ip_address(b"\\x0a\\x00\\x00")
ipaddress.IPv4Address(b"\\x0a\\x00\\x00")
ipaddress.ip_address(None)
ipaddress.ip_address("")
ipaddress.ip_address(1.5)
ipaddress.ip_address(ipaddress.ip_address("1.2.3.4"))
ipaddress.ip_network("10.0.0.0/255.0.0.0")
ipaddress.ip_network("10.0.0.0/0.255.255.255")
ipaddress.ip_network("10.0.0.0/255.0.255.0")
ipaddress.ip_network("10.0.0.0/0.0.0.0", strict=False)
ipaddress.ip_network("10.0.0.0/33")
ipaddress.ip_network("10.0.0.0/-1")
ipaddress.ip_network("10.0.0.0/")
ipaddress.ip_network("10.0.0.0/08")
ipaddress.ip_network("10.0.0.1/8")
ipaddress.ip_network("10.0.0.1")
ipaddress.ip_network(("10.0.0.0", 8))
ipaddress.ip_network(("10.0.0.0", "255.0.0.0"))
ipaddress.ip_network((167772160, 8))
ipaddress.IPv4Network(("10.0.0.0", 33))
ipaddress.IPv6Network("::/ffff::")
ipaddress.ip_network(("10.0.0.0",))
ipaddress.ip_network(167772160)
ipaddress.ip_network("2001:db8::1/32")
ipaddress.ip_network("fe80::1%eth0/64", False)
ipaddress.ip_network("fe80::%eth0/64")
ipaddress.ip_interface("10.1.2.3/255.0.0.0")
ipaddress.ip_interface("10.1.2.3")
ipaddress.ip_interface("10.1.2.3/8") == ipaddress.ip_interface("10.1.2.3/16")
ipaddress.ip_interface("10.1.2.3/8") == ipaddress.ip_address("10.1.2.3")
ipaddress.ip_interface("10.1.2.3/8") in ipaddress.ip_network("10.0.0.0/8")
ipaddress.ip_interface("10.1.2.3/8") + 1
ipaddress.ip_interface("::1/64").is_loopback
ipaddress.ip_interface("::1/128").is_loopback
ipaddress.ip_interface("127.0.0.1/8").is_loopback
ipaddress.ip_interface("::/0").is_unspecified
ipaddress.ip_network("10.0.0.0/8") in ipaddress.ip_network("10.0.0.0/8")
"10.0.0.1" in ipaddress.ip_network("10.0.0.0/8")
ipaddress.ip_network("10.0.0.0/30")[1]
ipaddress.ip_network("10.0.0.0/30")[-1]
ipaddress.ip_network("10.0.0.0/30")[4]
ipaddress.ip_network("10.0.0.0/30")[-5]
list(ipaddress.ip_network("10.0.0.0/30"))
list(ipaddress.ip_network("10.0.0.0/30").hosts())
list(ipaddress.ip_network("10.0.0.0/31").hosts())
list(ipaddress.ip_network("10.0.0.0/32").hosts())
list(ipaddress.ip_network("2001:db8::/126").hosts())
list(ipaddress.ip_network("2001:db8::/127").hosts())
list(ipaddress.ip_network("2001:db8::/128").hosts())
list(ipaddress.ip_network("255.255.255.252/30"))
list(ipaddress.ip_network("ffff:ffff:ffff:ffff:ffff:ffff:ffff:fffe/127"))
ipaddress.ip_address("1.2.3.4") == "1.2.3.4"
ipaddress.ip_address("1.2.3.4") < "1.2.3.4"
ipaddress.ip_address("1.2.3.4") < ipaddress.ip_address("::1")
ipaddress.ip_address("1.2.3.4").ipv4_mapped
ipaddress.ip_network("::/0").num_addresses
ipaddress.get_mixed_type_key(ipaddress.ip_address("1.2.3.4"))
ipaddress.get_mixed_type_key(ipaddress.ip_network("1.2.3.0/24"))
ipaddress.v4_int_to_packed(1)
ipaddress.v4_int_to_packed(-1)
ipaddress.v6_int_to_packed(1)
list(ipaddress.summarize_address_range(ipaddress.ip_address("2.0.0.0"), ipaddress.ip_network("1.0.0.0")))
list(ipaddress.collapse_addresses([ipaddress.ip_address("10.0.0.0"), ipaddress.ip_address("10.0.0.1"), ipaddress.ip_network("10.0.0.2/31"), ipaddress.ip_network("10.0.0.0/24")]))
list(ipaddress.collapse_addresses([ipaddress.ip_address("10.0.0.0"), ipaddress.ip_address("::1")]))
ipaddress.IPv4Address
ipaddress.AddressValueError
""".strip().split("\n")
write("ipaddress.txt", [*FIXED, *exprs()], {"ipaddress": ipaddress})
