package pyip

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/starhost/starhost/builtins/helpers/pyerr"
	"github.com/starhost/starhost/builtins/helpers/pyrepr"
)

func addressError(format string, args ...any) error {
	return &pyerr.Error{Class: "AddressValueError", Base: "ValueError", Msg: fmt.Sprintf(format, args...)}
}

func netmaskError(mask string) error {
	return &pyerr.Error{Class: "NetmaskValueError", Base: "ValueError", Msg: mask + " is not a valid netmask"}
}

// parse reads an address without a prefix.
func (v version) parse(s string) (Address, error) {
	if strings.Contains(s, "/") {
		return Address{}, addressError("Unexpected '/' in %s", pyrepr.Str(s))
	}
	if v == v4 {
		n, err := parse4(s)
		return Address{v: v4, n: n}, err
	}
	text, scope, scoped := strings.Cut(s, "%")
	if scoped && (scope == "" || strings.Contains(scope, "%")) {
		return Address{}, addressError(`Invalid IPv6 address: "%s"`, pyrepr.Str(s))
	}
	n, err := parse6(text)
	return Address{v: v6, n: n, scope: scope}, err
}

func parse4(s string) (bits128, error) {
	if s == "" {
		return bits128{}, addressError("Address cannot be empty")
	}
	octets := strings.Split(s, ".")
	if len(octets) != 4 {
		return bits128{}, addressError("Expected 4 octets in %s", pyrepr.Str(s))
	}
	var n uint64
	for _, octet := range octets {
		value, problem := parseOctet(octet)
		if problem != "" {
			return bits128{}, addressError("%s in %s", problem, pyrepr.Str(s))
		}
		n = n<<8 | value
	}
	return bits128{0, n}, nil
}

func parseOctet(s string) (value uint64, problem string) {
	switch {
	case s == "":
		return 0, "Empty octet not permitted"
	case !isDigits(s):
		return 0, "Only decimal digits permitted in " + pyrepr.Str(s)
	case len(s) > 3:
		return 0, "At most 3 characters permitted in " + pyrepr.Str(s)
	case s != "0" && s[0] == '0':
		return 0, "Leading zeros are not permitted in " + pyrepr.Str(s)
	}
	value, _ = strconv.ParseUint(s, 10, 64)
	if value > 255 {
		return 0, fmt.Sprintf("Octet %d (> 255) not permitted", value)
	}
	return value, ""
}

func isDigits(s string) bool {
	return s != "" && strings.IndexFunc(s, func(r rune) bool { return r < '0' || r > '9' }) < 0
}

const hextets = 8

func parse6(s string) (bits128, error) {
	fail := func(format string, args ...any) (bits128, error) {
		return bits128{}, addressError("%s in %s", fmt.Sprintf(format, args...), pyrepr.Str(s))
	}
	if s == "" {
		return bits128{}, addressError("Address cannot be empty")
	}
	parts := strings.Split(s, ":")
	if len(parts) < 3 {
		return fail("At least 3 parts expected")
	}
	if last := parts[len(parts)-1]; strings.Contains(last, ".") {
		four, err := v4.parse(last)
		if err != nil {
			return fail("%v", err)
		}
		parts = append(parts[:len(parts)-1], strconv.FormatUint(four.n.lo>>16, 16), strconv.FormatUint(four.n.lo&0xffff, 16))
	}
	if len(parts) > hextets+1 {
		return fail("At most %d colons permitted", hextets)
	}
	high, low, problem := splitParts(parts)
	if problem != "" {
		return fail("%s", problem)
	}
	var n [hextets]uint64
	for i, part := range high {
		if n[i], problem = parseHextet(part); problem != "" {
			return fail("%s", problem)
		}
	}
	for i, part := range low {
		if n[hextets-len(low)+i], problem = parseHextet(part); problem != "" {
			return fail("%s", problem)
		}
	}
	return bits128{n[0]<<48 | n[1]<<32 | n[2]<<16 | n[3], n[4]<<48 | n[5]<<32 | n[6]<<16 | n[7]}, nil
}

// splitParts divides the parts of an address into those before and those
// after its "::".
func splitParts(parts []string) (high, low []string, problem string) {
	skip := -1
	for i := 1; i < len(parts)-1; i++ {
		if parts[i] == "" {
			if skip >= 0 {
				return nil, nil, "At most one '::' permitted"
			}
			skip = i
		}
	}
	last := len(parts) - 1
	switch {
	case skip < 0 && len(parts) != hextets:
		return nil, nil, fmt.Sprintf("Exactly %d parts expected without '::'", hextets)
	case parts[0] == "" && skip != 1:
		return nil, nil, "Leading ':' only permitted as part of '::'"
	case parts[last] == "" && skip != last-1:
		return nil, nil, "Trailing ':' only permitted as part of '::'"
	case skip < 0:
		return parts, nil, ""
	}
	high, low = parts[:skip], parts[skip+1:]
	if parts[0] == "" {
		high = nil
	}
	if parts[last] == "" {
		low = nil
	}
	if len(high)+len(low) >= hextets {
		return nil, nil, fmt.Sprintf("Expected at most %d other parts with '::'", hextets-1)
	}
	return high, low, ""
}

func parseHextet(s string) (value uint64, problem string) {
	if strings.Trim(s, "0123456789abcdefABCDEF") != "" {
		return 0, "Only hex digits permitted in " + pyrepr.Str(s)
	}
	if len(s) > 4 {
		return 0, "At most 4 characters permitted in " + pyrepr.Str(s)
	}
	value, _ = strconv.ParseUint(s, 16, 64)
	return value, ""
}

// parsePrefix reads what follows the slash of a network: a length or, of
// IPv4, a mask of its network or its hosts.
func (v version) parsePrefix(s string) (int, error) {
	if isDigits(s) {
		n, err := strconv.Atoi(s)
		if err == nil && n <= v.bits() {
			return n, nil
		}
	}
	if v == v4 && strings.Contains(s, ".") {
		if mask, err := parse4(s); err == nil {
			for _, m := range []bits128{mask, mask.xor(ones(32))} {
				if prefix, ok := prefixOf(m); ok {
					return prefix, nil
				}
			}
		}
	}
	return 0, netmaskError(pyrepr.Str(s))
}

// prefixOf returns the length of a mask of IPv4: ones, then zeros.
func prefixOf(mask bits128) (int, bool) {
	zeros := min(mask.trailingZeros(), 32)
	return 32 - zeros, mask == ones(32).xor(ones(zeros))
}
