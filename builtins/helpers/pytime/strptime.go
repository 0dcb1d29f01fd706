package pytime

import (
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/starhost/starhost/builtins/helpers/pyerr"
	"github.com/starhost/starhost/builtins/helpers/pyrepr"
	"go.starlark.net/starlark"
)

// This file reads texts by a format as CPython's _strptime does. CPython makes
// a regular expression of the format. Its meaning is kept here: every
// directive matches one of several lengths, the first that lets the rest of
// the format match too.

// parsed is what a text says.
type parsed struct {
	tm
	micros    int
	hasOffset bool // %z
	offset    int64
}

// maxFormat bounds the length of formats, so that neither a result nor the
// work of matching runs away.
const maxFormat = 4096

func checkFormat(format string) error {
	if len(format) > maxFormat {
		return pyerr.Value("the format has more than %d bytes", maxFormat)
	}
	return nil
}

// strptime reads text by format.
func strptime(text, format string) (parsed, error) {
	if err := checkFormat(format); err != nil {
		return parsed{}, err
	}
	items, err := parseFormat(format)
	if err != nil {
		return parsed{}, err
	}
	m := matcher{items: items, text: text, failed: make(map[[2]int]bool)}
	end, ok := m.match(0, 0)
	if !ok {
		return parsed{}, pyerr.Value("time data %s does not match format %s", pyrepr.Str(text), pyrepr.Str(format))
	}
	if end != len(text) {
		return parsed{}, pyerr.Value("unconverted data remains: %s", text[end:])
	}
	return m.resolve()
}

// An item of a format is a directive, a literal character, or (' ') a run of
// white space.
type item struct {
	directive byte
	literal   rune
}

// parseFormat splits a format into its items. %c, %x and %X stand for others.
func parseFormat(format string) ([]item, error) {
	var items []item
	seen := ""
	for i := 0; i < len(format); {
		r, size := utf8.DecodeRuneInString(format[i:])
		switch {
		case r != '%':
			if !isSpace(r) {
				items = append(items, item{literal: r})
			} else if n := len(items); n == 0 || items[n-1] != (item{literal: ' '}) {
				items = append(items, item{literal: ' '})
			}
			i += size
			continue
		case i+1 == len(format):
			return nil, pyerr.Value("stray %% in format '%s'", format)
		}
		letter, size := utf8.DecodeRuneInString(format[i+1:])
		i += 1 + size
		expanded, ok := directives[letter]
		if !ok {
			return nil, badDirective(letter, format)
		}
		for _, it := range expanded {
			if it.directive != 0 && strings.IndexByte(seen, it.directive) >= 0 {
				return nil, pyerr.New("re.error", "redefinition of group name '%c'", it.directive)
			}
			seen += string(it.directive)
			items = append(items, it)
		}
	}
	return items, nil
}

func badDirective(letter rune, format string) error {
	if isSpace(letter) || strings.ContainsRune(`\.^$*+?(){}[]|`, letter) {
		letter = '%' // CPython has escaped the format by then
	}
	return pyerr.Value("'%c' is a bad directive in format '%s'", letter, format)
}

func isSpace(r rune) bool { return unicode.IsSpace(r) || 0x1c <= r && r <= 0x1f }

// directives says what the directives stand for.
var directives = func() map[rune][]item {
	table := map[rune][]item{'%': {{literal: '%'}}}
	for _, letter := range "dfHIGjmMSUWwuVyYzAaBbpZ" {
		table[letter] = []item{{directive: byte(letter)}}
	}
	for letter, format := range map[rune]string{'c': "a b d H:M:S Y", 'x': "m/d/y", 'X': "H:M:S"} {
		for _, r := range format {
			it := item{literal: r}
			if unicode.IsLetter(r) {
				it = item{directive: byte(r)}
			}
			table[letter] = append(table[letter], it)
		}
	}
	return table
}()

// A matcher matches the items of a format with a text.
type matcher struct {
	items  []item
	text   string
	found  [128]string     // what the directives matched
	failed map[[2]int]bool // item and place from which no match was found
}

func (m *matcher) match(n, at int) (end int, ok bool) {
	if n == len(m.items) {
		return at, true
	}
	it := m.items[n]
	sizes := m.sizes(it, at)
	if len(sizes) == 0 || m.failed[[2]int{n, at}] {
		return 0, false
	}
	for _, size := range sizes {
		if it.directive != 0 {
			m.found[it.directive] = m.text[at : at+size]
		}
		if end, ok = m.match(n+1, at+size); ok {
			return end, true
		}
	}
	m.failed[[2]int{n, at}] = true
	return 0, false
}

// sizes returns the lengths that an item can match, best first.
func (m *matcher) sizes(it item, at int) []int {
	rest := m.text[at:]
	if it.directive != 0 {
		return directiveSizes(it.directive, rest)
	}
	r, size := utf8.DecodeRuneInString(rest)
	switch {
	case it.literal == ' ':
		return spaces(rest)
	case size > 0 && (r == it.literal || strings.EqualFold(string(r), string(it.literal))):
		return []int{size}
	}
	return nil
}

// spaces returns the lengths of a run of white space, longest first.
func spaces(s string) []int {
	var sizes []int
	for i, r := range s {
		if !isSpace(r) {
			break
		}
		sizes = append(sizes, i+utf8.RuneLen(r))
	}
	slices.Reverse(sizes)
	return sizes
}

func directiveSizes(directive byte, s string) []int {
	switch directive {
	case 'd':
		return numberSizes(s, 1, 31, 2, " ")
	case 'f':
		return digitRuns(s, 6)
	case 'H':
		return numberSizes(s, 0, 23, 2, "")
	case 'I', 'm':
		return numberSizes(s, 1, 12, 2, "")
	case 'G', 'Y':
		return exactDigits(s, 4)
	case 'j':
		return numberSizes(s, 1, 366, 3, "")
	case 'M':
		return numberSizes(s, 0, 59, 2, "")
	case 'S':
		return numberSizes(s, 0, 61, 2, "")
	case 'U', 'W':
		return numberSizes(s, 0, 53, 2, "")
	case 'V':
		return weekSizes(s)
	case 'w':
		return numberSizes(s, 0, 6, 1, "")
	case 'u':
		return numberSizes(s, 1, 7, 1, "")
	case 'y':
		return exactDigits(s, 2)
	case 'z':
		return offsetSizes(s)
	case 'A':
		return nameSizes(s, weekdayNames[:], false)
	case 'a':
		return nameSizes(s, weekdayNames[:], true)
	case 'B':
		return nameSizes(s, monthNames[:], false)
	case 'b':
		return nameSizes(s, monthNames[:], true)
	case 'p':
		return nameSizes(s, []string{"AM", "PM"}, false)
	}
	return nameSizes(s, []string{"UTC", "GMT"}, false) // Z
}

// numberSizes returns the lengths of s that are numbers from low to high with
// up to most digits, longest first. A number may be padded by a character of
// pad in place of its first digit.
func numberSizes(s string, low, high, most int, pad string) []int {
	var sizes []int
	for size := min(most, len(s)); size > 0; size-- {
		if n, err := strconv.Atoi(s[:size]); err == nil && isDigit(s[0]) && low <= n && n <= high {
			sizes = append(sizes, size)
		}
	}
	if pad != "" && len(s) > 1 && strings.Contains(pad, s[:1]) && '1' <= s[1] && s[1] <= '9' {
		sizes = append(sizes, 2)
	}
	return sizes
}

// weekSizes is numberSizes for %V, which takes a single 0 but not 00.
func weekSizes(s string) []int {
	sizes := numberSizes(s, 1, 53, 2, "")
	if strings.HasPrefix(s, "0") {
		sizes = append(sizes, 1)
	}
	return sizes
}

func exactDigits(s string, n int) []int {
	if sizes := digitRuns(s, n); len(sizes) == n {
		return sizes[:1]
	}
	return nil
}

func digitRuns(s string, most int) []int {
	var sizes []int
	for i := 0; i < min(most, len(s)) && isDigit(s[i]); i++ {
		sizes = append(sizes, i+1)
	}
	slices.Reverse(sizes)
	return sizes
}

// nameSizes returns the length of the name at the start of s. Abbreviations
// are of three letters.
func nameSizes(s string, names []string, short bool) []int {
	for _, name := range names {
		if short {
			name = name[:3]
		}
		if len(s) >= len(name) && strings.EqualFold(s[:len(name)], name) {
			return []int{len(name)}
		}
	}
	return nil
}

// offsetSizes returns the lengths of an offset: Z, ±HH[:]MM, ±HH[:]MM[:]SS,
// ±HH[:]MM[:]SS.ffffff, longest first.
func offsetSizes(s string) []int {
	if strings.HasPrefix(s, "Z") {
		return []int{1}
	}
	if s == "" || s[0] != '+' && s[0] != '-' || len(exactDigits(s[1:], 2)) == 0 {
		return nil
	}
	end := sixty(s, 3)
	if end < 0 {
		return nil
	}
	sizes := []int{end}
	if end = sixty(s, end); end < 0 {
		return sizes
	}
	sizes = append([]int{end}, sizes...)
	if end < len(s) && s[end] == '.' {
		runs := digitRuns(s[end+1:], 6)
		for i := range runs {
			runs[i] += end + 1
		}
		sizes = append(runs, sizes...)
	}
	return sizes
}

// sixty skips a colon, if there is one, and two digits below 60 at i. It
// returns -1 if there are none.
func sixty(s string, i int) int {
	if i < len(s) && s[i] == ':' {
		i++
	}
	if i+2 <= len(s) && '0' <= s[i] && s[i] <= '5' && isDigit(s[i+1]) {
		return i + 2
	}
	return -1
}

const unknown = -1

// calendar collects what the directives say about the day.
type calendar struct {
	year, isoYear, isoWeek, week, weekStart int
}

// resolve makes a date of what was found. As in CPython, of two directives
// that say the same thing the later one counts.
func (m *matcher) resolve() (parsed, error) {
	p := parsed{tm: tm{mon: 1, mday: 1, wday: unknown, yday: unknown, isdst: unknown}}
	c := calendar{unknown, unknown, unknown, unknown, unknown}
	for _, it := range m.items {
		if it.directive == 0 {
			continue
		}
		s := m.found[it.directive]
		n, _ := strconv.Atoi(strings.TrimSpace(s))
		switch it.directive {
		case 'y', 'Y', 'G', 'V', 'U', 'W':
			c.set(it.directive, n)
		case 'z':
			if err := p.setOffset(s); err != nil {
				return p, err
			}
		case 'f':
			p.micros, _ = strconv.Atoi((s + "000000")[:6])
		case 'I':
			p.hour = twelveHours(n, m.found['p'])
		default:
			p.set(it.directive, n, s)
		}
	}
	if err := c.check(&p); err != nil {
		return p, err
	}
	return p, c.complete(&p)
}

func (c *calendar) set(directive byte, n int) {
	switch directive {
	case 'Y':
		c.year = n
	case 'y':
		c.year = 1900 + n
		if n <= 68 {
			c.year = 2000 + n
		}
	case 'G':
		c.isoYear = n
	case 'V':
		c.isoWeek = n
	case 'U':
		c.week, c.weekStart = n, 6
	case 'W':
		c.week, c.weekStart = n, 0
	}
}

func (p *parsed) set(directive byte, n int, s string) {
	switch directive {
	case 'm':
		p.mon = n
	case 'B', 'b':
		p.mon = indexName(monthNames[:], s) + 1
	case 'd':
		p.mday = n
	case 'H':
		p.hour = n
	case 'M':
		p.min = n
	case 'S':
		p.sec = n
	case 'A', 'a':
		p.wday = indexName(weekdayNames[:], s)
	case 'w':
		p.wday = (n + 6) % 7
	case 'u':
		p.wday = n - 1
	case 'j':
		p.yday = n
	case 'Z':
		p.zone, p.isdst = s, 0
	}
}

// indexName returns which of the names s is, or abbreviates.
func indexName(names []string, s string) int {
	return slices.IndexFunc(names, func(name string) bool {
		return strings.EqualFold(s, name) || strings.EqualFold(s, name[:3])
	})
}

func twelveHours(h int, half string) int {
	h %= 12
	if strings.EqualFold(half, "PM") {
		h += 12
	}
	return h
}

func (p *parsed) setOffset(z string) error {
	p.hasOffset = true
	if z == "Z" {
		return nil
	}
	digits := z // without colons: +HHMM, +HHMMSS, +HHMMSS.ffffff
	if z[3] == ':' {
		digits = z[:3] + z[4:]
		if len(digits) > 5 {
			if digits[5] != ':' {
				return pyerr.Value("Inconsistent use of : in %s", z)
			}
			digits = digits[:5] + digits[6:]
		}
	} else if len(digits) > 5 && digits[5] == ':' {
		return pyerr.Value("invalid literal for int() with base 10: %s", pyrepr.Str(digits[5:7]))
	}
	whole, fraction, _ := strings.Cut(digits[1:], ".")
	n, _ := strconv.Atoi((whole + "00")[:6])
	us, _ := strconv.Atoi((fraction + "000000")[:6])
	p.offset = clock(n/10000, n/100%100, n%100, us)
	if z[0] == '-' {
		p.offset = -p.offset
	}
	p.gmtoff = int(p.offset / second)
	return nil
}

// check refuses directives of the ISO calendar that do not go together.
func (c *calendar) check(p *parsed) error {
	switch {
	case c.year == unknown && c.isoYear != unknown:
		if c.isoWeek == unknown || p.wday == unknown {
			return pyerr.Value("ISO year directive '%%G' must be used with the ISO week directive '%%V' " +
				"and a weekday directive ('%%A', '%%a', '%%w', or '%%u').")
		}
		if p.yday != unknown {
			return pyerr.Value("Day of the year directive '%%j' is not compatible with ISO year directive '%%G'. " +
				"Use '%%Y' instead.")
		}
	case c.week == unknown && c.isoWeek != unknown:
		if p.wday == unknown {
			return pyerr.Value("ISO week directive '%%V' must be used with the ISO year directive '%%G' " +
				"and a weekday directive ('%%A', '%%a', '%%w', or '%%u').")
		}
		return pyerr.Value("ISO week directive '%%V' is incompatible with the year directive '%%Y'. " +
			"Use the ISO year '%%G' instead.")
	}
	return nil
}

// complete finds year, month, day, day of the year and weekday.
func (c *calendar) complete(p *parsed) error {
	p.year = c.year
	leapDay := c.year == unknown && p.mon == 2 && p.mday == 29
	switch {
	case leapDay:
		p.year = 1904
	case c.year == unknown:
		p.year = 1900
	}
	if p.yday == unknown && p.wday != unknown {
		if err := c.setYearDay(p); err != nil {
			return err
		}
	}
	if err := p.complete(); err != nil {
		return err
	}
	if leapDay {
		p.year = 1900
	}
	return nil
}

// setYearDay finds the day of the year from a week and its day.
func (c *calendar) setYearDay(p *parsed) error {
	first := weekday(newYear(p.year))
	switch {
	case c.week != unknown && c.weekStart == 6:
		p.yday = weekDay(c.week, (first+1)%7, (p.wday+1)%7)
	case c.week != unknown:
		p.yday = weekDay(c.week, first, p.wday)
	case c.isoYear != unknown && c.isoWeek != unknown:
		date, err := fromISOCalendar(c.isoYear, c.isoWeek, p.wday+1)
		if err != nil {
			return err
		}
		year, month, mday := civil(date.n)
		p.year, p.yday = year, yearDay(year, month, mday)
	default:
		return nil
	}
	if p.yday <= 0 {
		p.year--
		p.yday += yearDays(p.year)
	}
	return nil
}

// weekDay returns the day of the year of a day of a week; first is the weekday
// of January 1.
func weekDay(week, first, wday int) int {
	if week == 0 {
		return 1 + wday - first
	}
	return 1 + (7-first)%7 + 7*(week-1) + wday
}

// complete computes the day of the year from the date, or the other way.
func (p *parsed) complete() error {
	if p.yday == unknown {
		if err := checkDate(p.year, p.mon, p.mday); err != nil {
			return err
		}
		p.yday = yearDay(p.year, p.mon, p.mday)
	} else {
		if err := checkDate(p.year, 1, 1); err != nil {
			return err
		}
		d, err := fromOrdinal(newYear(p.year) + p.yday)
		if err != nil {
			return err
		}
		p.year, p.mon, p.mday = civil(d.n)
	}
	if p.wday == unknown {
		p.wday = weekday(dayOf(p.year, p.mon, p.mday))
	}
	return nil
}

// Strptime reads a text by a format as Python's datetime.strptime does.
func Strptime(text, format string) (Datetime, error) {
	p, err := strptime(text, format)
	if err != nil {
		return Datetime{}, err
	}
	return p.datetime()
}

func (p *parsed) datetime() (Datetime, error) {
	d, err := datetimeOf(p.year, p.mon, p.mday, p.hour, p.min, p.sec, p.micros, nil, 0)
	if err != nil || !p.hasOffset {
		return d, err
	}
	delta, _ := makeDelta(0, p.offset) // less than five days
	if d.zone, err = makeZone(delta); err == nil && p.zone != "" {
		d.zone = &Timezone{offset: d.zone.offset, name: p.zone, named: true}
	}
	return d, err
}

func datetimeStrptime(c call) (starlark.Value, error) {
	p, err := strptimeCall(c, "")
	if err != nil {
		return nil, err
	}
	return value(p.datetime())
}

// strptimeCall reads the arguments of strptime and the text. An empty format is
// none, and must be given.
func strptimeCall(c call, format string) (parsed, error) {
	text, form := starlark.Value(nil), starlark.Value(starlark.String(format))
	optional := "format?"
	if format == "" {
		optional = "format"
	}
	if err := c.Unpack("date_string", &text, optional, &form); err != nil {
		return parsed{}, err
	}
	s, ok := starlark.AsString(text)
	if !ok {
		return parsed{}, pyerr.Type("strptime() argument 1 must be str, not %s", pyerr.TypeName(text))
	}
	f, ok := starlark.AsString(form)
	if !ok {
		return parsed{}, pyerr.Type("strptime() argument 2 must be str, not %s", pyerr.TypeName(form))
	}
	return strptime(s, f)
}
