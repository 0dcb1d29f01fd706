package pyoutside

import (
	"net/netip"
	"strconv"
	"strings"

	"github.com/starhost/starhost/builtins/helpers/pyclass"
	"github.com/starhost/starhost/builtins/helpers/pyerr"
	"github.com/starhost/starhost/runtime"
	"github.com/starhost/starhost/runtime/py"
	"go.starlark.net/starlark"
)

// socketModule returns the module socket.
//
//	inet_aton(ip_string), inet_ntoa(packed_ip), inet_pton(family, ip_string), inet_ntop(family, packed_ip)
//	htons(x), htonl(x), ntohs(x), ntohl(x)
//	AF_INET, AF_INET6, …; error, gaierror, herror, timeout
//	all others are refused
func socketModule() runtime.Module {
	failure := exception("socket", "gaierror", py.ExceptionClass("OSError"))
	l := &library{makes: []string{"socket"}, raises: failure, reason: noNetwork}
	return runtime.Module{Names: []string{"socket"}, Members: join(
		l.names("socket", "socket gethostbyname gethostbyname_ex gethostbyaddr getaddrinfo getnameinfo getfqdn gethostname create_connection create_server getservbyname getservbyport setdefaulttimeout getdefaulttimeout"),
		starlark.StringDict{
			"gaierror":    failure,
			"herror":      exception("socket", "herror", py.ExceptionClass("OSError")),
			"error":       py.ExceptionClass("OSError"),
			"timeout":     py.ExceptionClass("TimeoutError"),
			"AF_INET":     starlark.MakeInt(afInet),
			"AF_INET6":    starlark.MakeInt(afInet6),
			"AF_UNSPEC":   starlark.MakeInt(0),
			"SOCK_STREAM": starlark.MakeInt(1),
			"SOCK_DGRAM":  starlark.MakeInt(2),
			"IPPROTO_TCP": starlark.MakeInt(6),
			"IPPROTO_UDP": starlark.MakeInt(17),
			"has_ipv6":    starlark.True,
			"inet_aton":   pyclass.Function("inet_aton", inetAton),
			"inet_ntoa":   pyclass.Function("inet_ntoa", inetNtoa),
			"inet_pton":   pyclass.Function("inet_pton", inetPton),
			"inet_ntop":   pyclass.Function("inet_ntop", inetNtop),
			"htons":       pyclass.Function("htons", swap(2)),
			"ntohs":       pyclass.Function("ntohs", swap(2)),
			"htonl":       pyclass.Function("htonl", swap(4)),
			"ntohl":       pyclass.Function("ntohl", swap(4)),
		},
	)}
}

const (
	afInet  = 2
	afInet6 = 10
)

func illegalAddress(what string) error {
	return pyerr.New("OSError", "illegal IP address string%s", what)
}

// inetAton takes one to four numbers, of which the last fills all bytes that
// are left, as inet_aton of the C library.
func inetAton(c pyclass.Call) (starlark.Value, error) {
	var s string
	if err := c.Unpack("ip_string", &s); err != nil {
		return nil, err
	}
	if i := strings.IndexAny(s, " \t\n\r\v\f"); i >= 0 {
		s = s[:i] // the C library looks no further
	}
	parts := strings.Split(s, ".")
	if len(parts) > 4 {
		return nil, illegalAddress(" passed to inet_aton")
	}
	var address uint64
	for i, part := range parts {
		bits := 8
		if i == len(parts)-1 {
			bits = 8 * (5 - len(parts))
		}
		n, err := strconv.ParseUint(part, 0, bits)
		if err != nil || strings.ContainsAny(part, "_oObB+") {
			return nil, illegalAddress(" passed to inet_aton")
		}
		if i == len(parts)-1 {
			address = address<<bits | n
		} else {
			address = address<<8 | n
		}
	}
	return starlark.Bytes([]byte{byte(address >> 24), byte(address >> 16), byte(address >> 8), byte(address)}), nil
}

func inetNtoa(c pyclass.Call) (starlark.Value, error) {
	var b starlark.Bytes
	if err := c.Unpack("packed_ip", &b); err != nil {
		return nil, err
	}
	if len(b) != 4 {
		return nil, pyerr.New("OSError", "packed IP wrong length for inet_ntoa")
	}
	a, _ := netip.AddrFromSlice([]byte(b))
	return starlark.String(a.String()), nil
}

func inetPton(c pyclass.Call) (starlark.Value, error) {
	var family int
	var s string
	if err := c.Unpack("address_family", &family, "ip_string", &s); err != nil {
		return nil, err
	}
	if family != afInet && family != afInet6 {
		return nil, pyerr.New("OSError", "[Errno 97] Address family not supported by protocol")
	}
	a, err := netip.ParseAddr(s)
	if err != nil || a.Is4() != (family == afInet) || a.Zone() != "" {
		return nil, illegalAddress(" passed to inet_pton")
	}
	return starlark.Bytes(a.AsSlice()), nil
}

func inetNtop(c pyclass.Call) (starlark.Value, error) {
	var family int
	var b starlark.Bytes
	if err := c.Unpack("address_family", &family, "packed_ip", &b); err != nil {
		return nil, err
	}
	size := map[int]int{afInet: 4, afInet6: 16}[family]
	switch {
	case size == 0:
		return nil, pyerr.Value("unknown address family %d", family)
	case len(b) != size:
		return nil, pyerr.Value("invalid length of packed IP address string")
	}
	a, _ := netip.AddrFromSlice([]byte(b))
	return starlark.String(a.String()), nil
}

// swap makes a function that reverses the bytes of a number.
func swap(size int) func(pyclass.Call) (starlark.Value, error) {
	return func(c pyclass.Call) (starlark.Value, error) {
		var x starlark.Int
		if err := c.Unpack("x", &x); err != nil {
			return nil, err
		}
		n, ok := x.Uint64()
		if x.Sign() < 0 {
			return nil, pyerr.Overflow("%s: can't convert negative Python int to C %d-bit unsigned integer", c.Fn, 8*size)
		}
		if !ok || n >= 1<<(8*size) {
			return nil, pyerr.Overflow("%s: Python int too large to convert to C %d-bit unsigned integer", c.Fn, 8*size)
		}
		var swapped uint64
		for range size {
			swapped, n = swapped<<8|n&0xff, n>>8
		}
		return starlark.MakeUint64(swapped), nil
	}
}
