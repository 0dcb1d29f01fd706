package pyip

// A kind is a kind of special networks.
type kind int

const (
	private kind = iota
	shared       // neither private nor global
	multicast
	reserved
	loopback
	linkLocal
	siteLocal
	kinds
)

// special has the networks of each kind, as CPython 3.12.1 knows them.
var special = map[version]*[kinds][]Network{
	v4: {
		private: networks("0.0.0.0/8", "10.0.0.0/8", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/29",
			"192.0.0.170/31", "192.0.2.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24",
			"240.0.0.0/4", "255.255.255.255/32"),
		shared:    networks("100.64.0.0/10"),
		multicast: networks("224.0.0.0/4"),
		reserved:  networks("240.0.0.0/4"),
		loopback:  networks("127.0.0.0/8"),
		linkLocal: networks("169.254.0.0/16"),
	},
	v6: {
		private: networks("::1/128", "::/128", "::ffff:0:0/96", "100::/64", "2001::/23", "2001:2::/48", "2001:db8::/32",
			"2001:10::/28", "fc00::/7", "fe80::/10"),
		multicast: networks("ff00::/8"),
		reserved: networks("::/8", "100::/8", "200::/7", "400::/6", "800::/5", "1000::/4", "4000::/3", "6000::/3",
			"8000::/3", "A000::/3", "C000::/3", "E000::/4", "F000::/5", "F800::/6", "FE00::/9"),
		loopback:  networks("::1/128"),
		linkLocal: networks("fe80::/10"),
		siteLocal: networks("fec0::/10"),
	},
}

func networks(texts ...string) []Network {
	list := make([]Network, len(texts))
	for i, text := range texts {
		n, err := ParseNetwork(text, true)
		if err != nil {
			panic(err) // a mistake in the table above
		}
		list[i] = n
	}
	return list
}

// is reports whether the address is in a network of the kind.
func (a Address) is(k kind) bool {
	for _, n := range special[a.v][k] {
		if n.contains(a) {
			return true
		}
	}
	return false
}

func (a Address) private() bool {
	if four, ok := a.mapped4(); ok {
		return four.is(private)
	}
	return a.is(private)
}

func (a Address) global() bool { return !a.is(shared) && !a.private() }

// is reports whether the first and the last address of the network are of the
// kind.
func (n Network) is(k kind) bool { return n.address().is(k) && n.broadcast().is(k) }

// private reports whether one special network has all of the network.
func (n Network) private() bool {
	for _, p := range special[n.v][private] {
		if p.contains(n.address()) && p.contains(n.broadcast()) {
			return true
		}
	}
	return false
}

func (n Network) global() bool { return !n.is(shared) && !n.private() }
