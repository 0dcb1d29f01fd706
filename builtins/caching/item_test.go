package caching

import (
	"errors"
	"fmt"
	"math"
	"math/big"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

func TestParseNumber(t *testing.T) {
	nines := strings.Repeat("9", 38)
	for _, test := range []struct{ text, want string }{
		{"0", "0"}, {"-0", "0"}, {"007", "7"}, {"1E+3", "1000"}, {"2.50", "2.5"}, {"-2.5", "-2.5"}, {"25e-1", "2.5"},
		{"1e30", "1" + strings.Repeat("0", 30)}, {nines, nines}, {"-" + nines, "-" + nines}, {"0." + nines, "0." + nines},
		{"1e125", "1" + strings.Repeat("0", 125)}, {"9223372036854775807", "9223372036854775807"}, {"9223372036854775808", "9223372036854775808"},
		{nines + "9", "more than 38 digits"}, {nines + ".9", "more than 38 digits"}, {"1e126", "more than 38 digits"}, {"1e-200", "more than 38 digits"},
		{"", "not a decimal number"}, {"abc", "not a decimal number"}, {"1/3", "not a decimal number"}, {"0x1", "not a decimal number"},
		{"1e999999999", "not a decimal number"}, {"1e", "not a decimal number"}, {"1.2.3", "not a decimal number"}, {"NaN", "not a decimal number"},
	} {
		n, err := ParseNumber(test.text)
		got := n.String()
		if err != nil {
			got = err.Error()
		}
		if got != test.want {
			t.Errorf("%q gives %s, want %s", test.text, got, test.want)
		}
	}
}

// TestNumberAdd compares sums with those of math/big.
func TestNumberAdd(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	edges := []int64{0, 1, -1, math.MaxInt64, math.MinInt64, math.MaxInt64 - 1, math.MinInt64 + 1, 1 << 62, -1 << 62}
	for range 20_000 {
		n, m := Int(edges[r.IntN(len(edges))]), Int(edges[r.IntN(len(edges))]+int64(r.IntN(3))-1)
		if r.IntN(3) == 0 {
			n, _ = ParseNumber(fmt.Sprintf("%d%015d", r.Int64()>>r.IntN(64), r.IntN(1e9)))
		}
		sum, err := n.Add(m)
		want := new(big.Int).Add(n.BigInt(), m.BigInt())
		if err != nil || sum.BigInt().Cmp(want) != 0 {
			t.Fatalf("%v + %v = %v (error %v), want %v", n, m, sum, err, want)
		}
		if back, err := BigInt(want); err != nil || back != sum {
			t.Fatalf("%v has two forms: %#v and %#v", want, back, sum)
		}
	}
}

func TestNumber(t *testing.T) {
	half, _ := ParseNumber("2.5")
	large, _ := ParseNumber("1e30")
	if sum, err := half.Add(half); err != nil || sum != Int(5) {
		t.Errorf("2.5 + 2.5 = %v (error %v)", sum, err)
	}
	if _, err := Int(1).Add(TextNumber("7")); err == nil {
		t.Error("a text was added to a number")
	}
	if half.BigInt().Int64() != 2 || half.IsInt() || half.Float64() != 2.5 || !large.IsInt() || large.Float64() != 1e30 {
		t.Errorf("%v or %v is not what it says", half, large)
	}
	for _, test := range []struct {
		n       Number
		at      int64
		reached bool
	}{
		{Number{}, math.MaxInt64, false}, {TextNumber("1"), math.MaxInt64, false},
		{Int(5), 4, false}, {Int(5), 5, true}, {Int(0), 1, true},
		{half, 2, false}, {half, 3, true}, {large, math.MaxInt64, false},
	} {
		if test.n.Reached(test.at) != test.reached {
			t.Errorf("%v reached at %d: %v", test.n, test.at, !test.reached)
		}
	}
	if s := (Number{}).String() + Int(-7).String() + half.String() + TextNumber("x").String(); s != `-72.5"x"` {
		t.Errorf("printed %s", s)
	}
	if allocs := testing.AllocsPerRun(100, func() { Int(5).Add(Int(6)) }); allocs != 0 {
		t.Errorf("adding small numbers takes %v allocations", allocs)
	}
}

// TestStringSet compares sets with maps.
func TestStringSet(t *testing.T) {
	r := rand.New(rand.NewPCG(2, 2))
	some := func() (StringSet, map[string]bool) {
		m := make(map[string]bool)
		var list []string
		for range r.IntN(6) {
			s := string(rune('a' + r.IntN(8)))
			m[s] = true
			list = append(list, s)
		}
		return NewStringSet(list...), m
	}
	for range 2000 {
		s, a := some()
		u, b := some()
		sBefore, uBefore := s.Slice(), u.Slice()
		union, without := s.Union(u), s.Without(u)
		bytes := 0
		for c := 'a'; c < 'i'; c++ {
			m := string(c)
			if union.Has(m) != (a[m] || b[m]) || without.Has(m) != (a[m] && !b[m]) {
				t.Fatalf("%v and %v: union %v, without %v", s, u, union, without)
			}
			if union.Has(m) {
				bytes++
			}
		}
		if union.Bytes() != bytes || union.Len() != bytes || !slices.IsSorted(union.Slice()) {
			t.Fatalf("union %v has %d bytes and %d members", union, union.Bytes(), union.Len())
		}
		if !slices.Equal(s.Slice(), sBefore) || !slices.Equal(u.Slice(), uBefore) {
			t.Fatalf("a union changed its operands to %v and %v", s, u)
		}
	}
	set := NewStringSet("b", "a", "b")
	set.Slice()[0] = "x"
	if s := set.String(); s != `["a", "b"]` || !set.Equal(NewStringSet("a", "b")) || slices.Collect(set.All())[1] != "b" {
		t.Errorf("the set is %s", s)
	}
	if allocs := testing.AllocsPerRun(100, func() { set.Union(set) }); allocs != 0 {
		t.Errorf("adding what is there takes %v allocations", allocs)
	}
}

// TestSize counts by the rules of DynamoDB's documentation: names and values
// in UTF-8; a number takes a byte for two significant digits and one more.
func TestSize(t *testing.T) {
	half, _ := ParseNumber("-2.5")
	for _, test := range []struct {
		it   Item
		want int
	}{
		{Item{}, 3 + 2},
		{Item{Count: Int(0)}, 5 + 8 + 1},
		{Item{Count: Int(7)}, 5 + 8 + 2},
		{Item{Count: Int(-123)}, 5 + 8 + 4},
		{Item{Count: Int(1000)}, 5 + 8 + 2},
		{Item{Count: half}, 5 + 8 + 3},
		{Item{Count: TextNumber("seven")}, 5 + 8 + 5},
		{Item{Strings: NewStringSet("a", "é")}, 5 + 9 + 3},
		{Item{Dictionary: "{}"}, 5 + 10 + 2},
		{Item{ExpiresAt: Int(1_807_776_001)}, 5 + 9 + 6},
		{Item{Count: Int(1), ExpiresAt: Int(1_800_000_000)}, 5 + 8 + 2 + 9 + 2},
	} {
		if got := test.it.Size("é"); got != test.want {
			t.Errorf("%v: size %d, want %d", test.it, got, test.want)
		}
	}
}

// TestGrowth: no operation makes an item larger than it may be; one that is,
// as older versions let it grow, may stay so and get smaller.
func TestGrowth(t *testing.T) {
	const key = "k"
	ttl, none := TTL{Mode: SetTTL, At: 1_800_000_001}, TTL{}
	a, b := NewStringSet("a"), NewStringSet("b")
	large := Item{Count: Int(1), Strings: a, ExpiresAt: Int(1_800_000_001)}
	large.Dictionary = strings.Repeat("x", MaxItem)
	full := Item{Strings: a}
	full.Dictionary = strings.Repeat("x", MaxItem-full.Size(key)-len(AttrDictionary))
	for _, test := range []struct {
		name             string
		do               func(it Item) (Item, error)
		fitsFull, fitsIn bool // the full one, and the one that is too large
	}{
		{"increment", func(it Item) (Item, error) { return it.Increment(key, 0, Int(1), none) }, false, true},
		{"increment by much", func(it Item) (Item, error) { return it.Increment(key, 0, Int(1_000_001), none) }, false, false},
		{"add what is there", func(it Item) (Item, error) { return it.AddStrings(key, 0, a, none) }, true, true},
		{"add", func(it Item) (Item, error) { return it.AddStrings(key, 0, b, none) }, false, false},
		{"remove", func(it Item) (Item, error) { it, _, err := it.RemoveStrings(key, 0, a, none); return it, err }, true, true},
		{"remove what is not there, and expire", func(it Item) (Item, error) { it, _, err := it.RemoveStrings(key, 0, b, ttl); return it, err }, false, true},
		{"expire", func(it Item) (Item, error) { return it.Expire(key, 0, ttl.At) }, false, true},
		{"expire what has expired", func(it Item) (Item, error) { return it.Expire(key, ttl.At+1, ttl.At+9) }, false, true},
	} {
		for _, side := range []struct {
			what string
			it   Item
			fits bool
		}{{"full", full, test.fitsFull}, {"too large", large, test.fitsIn}} {
			_, err := test.do(side.it)
			var want *InvalidError
			if side.fits && err != nil || !side.fits && !errors.As(err, &want) {
				t.Errorf("%s of an item that is %s gives error %v", test.name, side.what, err)
			}
		}
	}
}

func TestItemString(t *testing.T) {
	it := Item{Count: Int(5), Strings: NewStringSet("a"), Dictionary: `{"x": 1}`, ExpiresAt: TextNumber("9")}
	if got, want := it.String(), `intCount=5 stringSet=["a"] dictionary={"x": 1} expiresAt="9"`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}
