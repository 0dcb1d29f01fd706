package report

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/starhost/starhost/ruletest"
)

// title names a test as --run does: rule/test, on one line.
func title(r *ruletest.Result) string {
	return line(cut(r.Test.RuleID(), maxName) + "/" + cut(r.Test.Name, maxName))
}

// headline says in a sentence what is not as expected.
func headline(r *ruletest.Result, p *ruletest.Problem) string {
	text := sentence(r, p)
	if p.Step == 0 {
		return text
	}
	return fmt.Sprintf("Step %d: %s", p.Step, text)
}

func sentence(r *ruletest.Result, p *ruletest.Problem) string {
	switch {
	case r.Test.Rule == nil:
		return assertion(p)
	case strings.HasPrefix(p.What, "cache "):
		return cacheSentence(p)
	case strings.HasPrefix(p.What, contextKey+" "):
		path := strings.TrimPrefix(p.What, contextKey+" ")
		return "The alert context is not as expected at " + line(cut(path, maxName)) + "."
	case p.Want == wantLoaded:
		return "The rule cannot be loaded as this test wants it."
	case isFunctionError(r, p):
		return "The function " + line(p.What) + " failed with an error, so the alert would lack what it gives."
	}
	if s, ok := sentences[p.What]; ok {
		return s(p)
	}
	return line(cut(p.What, maxName)) + " is not as expected."
}

// noReason stands for the problems of a test that has none.
const noReason = "The test did not pass, and does not say why."

// What ruletest calls things.
const (
	contextKey = "ExpectedAlertContext"
	wantLoaded = "a rule that loads"
	noError    = "no error"
)

// isFunctionError tells whether the problem is that a function beside rule
// failed.
func isFunctionError(r *ruletest.Result, p *ruletest.Problem) bool {
	_, failed := r.Errors[p.What]
	return failed && p.What != "rule" && p.Want == noError
}

var sentences = map[string]func(*ruletest.Problem) string{
	"ExpectedResult": func(p *ruletest.Problem) string {
		if p.Want == "true" {
			return "The rule should have matched the event, but it did not."
		}
		return "The rule should not have matched the event, but it did."
	},
	"rule": always("The function rule failed with an error, so the rule gave no result."),
	"ExpectedError": func(p *ruletest.Problem) string {
		if p.Got == noError {
			return "The rule should have failed with an error, but it did not."
		}
		return "The rule failed as it should, but with another error."
	},
	"ExpectedTitle":        always("The alert's title is not as expected."),
	"ExpectedDedup":        always("The alert's deduplication string is not as expected."),
	"ExpectedSeverity":     always("The alert's severity is not as expected."),
	"ExpectedDestinations": always("The alert's destinations are not as expected."),
	contextKey:             always("The alert context is not as expected."),
	"ExpectedAlert":        alertSentence,
	"MaxCacheOps":          always("The rule used the cache more often than the test allows."),
	"Mocks":                always("The test mocks a name that the rule's file does not have."),
	"Cache":                always("The cache could not be filled as the test wants it."),
	"Log":                  always("The event of the test cannot be read."),
	"alert window":         always("The match could not be counted for the alert."),
}

func always(text string) func(*ruletest.Problem) string {
	return func(*ruletest.Problem) string { return text }
}

// alertSentence words what became of an event: it opened an alert, was counted
// in one, or neither, in which case Got may say why.
func alertSentence(p *ruletest.Problem) string {
	want, ok := map[string]string{
		"opened":  "have opened an alert",
		"counted": "have been counted in an alert that was open already",
	}[p.Want]
	if !ok {
		return "The event should not have led to an alert, but it did."
	}
	got, ok := map[string]string{
		"opened":  "opened a new one",
		"counted": "was counted in one that was open already",
	}[p.Got]
	if !ok {
		got = "led to none"
	}
	return "The event should " + want + ", but it " + got + "."
}

// cacheSentence words a problem with the cache: What is `cache "key"`, or
// `cache "key": attribute`.
func cacheSentence(p *ruletest.Problem) string {
	key, attribute := strings.TrimPrefix(p.What, "cache "), ""
	if quoted, err := strconv.QuotedPrefix(key); err == nil {
		key, attribute = quoted, strings.TrimPrefix(key[len(quoted):], ": ")
	}
	key = line(cut(key, maxName))
	switch {
	case attribute == "expires_in":
		return fmt.Sprintf("The item %s in the cache does not expire when expected.", key)
	case attribute != "":
		return fmt.Sprintf("The %s of the item %s in the cache is not as expected.", line(strings.ReplaceAll(attribute, "_", " ")), key)
	case p.Want == "absent":
		return fmt.Sprintf("There should be no item %s in the cache, but there is.", key)
	case strings.HasPrefix(p.Want, "absent"):
		return fmt.Sprintf("There is an item %s in the cache, which the test does not list.", key)
	}
	return fmt.Sprintf("There should be an item %s in the cache, but there is none.", key)
}

// assertion words a failure of a test in Starlark: of one of the methods of t,
// in the author's words if there are any, or of the function itself.
func assertion(p *ruletest.Problem) string {
	if s, ok := assertions[p.What]; ok {
		return s
	}
	if p.Want == "" {
		return "The test function failed with an error."
	}
	return "The test's own check does not hold: " + line(cut(p.What, maxName))
}

var assertions = map[string]string{
	"eq":       "Two values should be equal, but are not (t.eq).",
	"ne":       "Two values should differ, but are equal (t.ne).",
	"true":     "A value should be true, but is not (t.true).",
	"false":    "A value should be false, but is not (t.false).",
	"contains": "A value does not contain what it should (t.contains).",
	"matches":  "A text does not match the pattern that it should (t.matches).",
	"fails":    "A call did not fail as it should (t.fails).",
	"fail":     "The test says that it failed (t.fail).",
}

// where says where a problem's expectation stands.
func where(r *ruletest.Result, p *ruletest.Problem) string {
	at := place(p.Pos)
	if at == "" {
		return ""
	}
	text := "at " + at
	if key := expectation(r, p); key != "" {
		text = key + " " + text
	}
	if n, ok := repetition(p); ok {
		text += ", " + n
	}
	return text
}

// expectation names the key in the test's file that expects what did not come,
// or gives "".
func expectation(r *ruletest.Result, p *ruletest.Problem) string {
	key, _, _ := strings.Cut(p.What, " ")
	switch {
	case strings.HasPrefix(p.Want, "absent, as ExpectedCacheExact"):
		return "ExpectedCacheExact"
	case key == "cache":
		return "ExpectedCache"
	case p.What == "rule" && (p.Want == "true" || p.Want == "false"):
		return "ExpectedResult: " + p.Want
	case isFunctionError(r, p):
		return "ExpectedResult: true"
	case strings.HasPrefix(key, "Expected"), key == "MaxCacheOps", key == "Mocks", key == "Cache", key == "Log":
		return line(cut(key, maxName))
	}
	return ""
}

// repetition gives the hint of ruletest that says in which repetition of a
// step the problem came up.
func repetition(p *ruletest.Problem) (string, bool) {
	return line(p.Hint), strings.HasPrefix(p.Hint, "in repetition ")
}

// hint gives what to do about a problem, or "".
func hint(p *ruletest.Problem) string {
	if _, ok := repetition(p); ok {
		return ""
	}
	return line(cut(p.Hint, maxText))
}

// values gives what was expected and what came as people read it.
func values(p *ruletest.Problem) (want, got string) {
	switch {
	case strings.HasPrefix(p.What, "cache ") && strings.HasSuffix(p.What, ": expires_in"):
		return lifetime(p.Want), lifetime(p.Got)
	case p.Got == "null" && (alertFields[p.What] || strings.HasPrefix(p.What, "cache ")):
		return p.Want, "nothing"
	case p.Want == wantLoaded:
		return "", p.Got
	}
	return p.Want, p.Got
}

var alertFields = map[string]bool{
	"ExpectedTitle": true, "ExpectedDedup": true, "ExpectedSeverity": true,
	"ExpectedDestinations": true, contextKey: true,
}

var wholeNumber = regexp.MustCompile(`^(at least |at most )?(-?\d{1,9})$`)

// lifetime words a number of seconds.
func lifetime(s string) string {
	m := wholeNumber.FindStringSubmatch(s)
	if m == nil {
		return strings.Trim(s, `"`) // never
	}
	n, _ := strconv.Atoi(m[2]) // nine digits at most
	text := fmt.Sprintf("in %s%s", m[1], plural(n, "second", "seconds"))
	if n >= 60 {
		text += " (" + length(n) + ")"
	}
	return text
}

// length gives a number of seconds as tests write it: 1d2h3m4s.
func length(seconds int) string {
	var b strings.Builder
	for _, u := range []struct {
		name string
		size int
	}{{"d", 24 * 3600}, {"h", 3600}, {"m", 60}, {"s", 1}} {
		if n := seconds / u.size; n > 0 {
			fmt.Fprintf(&b, "%d%s", n, u.name)
			seconds -= n * u.size
		}
	}
	return b.String()
}

// plural counts things.
func plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return group(n) + " " + many
}

// summary gives the counts in one line.
func summary(s ruletest.Summary) string {
	text := fmt.Sprintf("%s, %s: %s passed, %s failed", plural(s.Rules, "rule", "rules"),
		plural(s.Tests, "test", "tests"), group(s.Passed), group(s.Failed))
	if s.Skipped > 0 {
		text += fmt.Sprintf(", %s skipped", group(s.Skipped))
	}
	return text + " in " + took(s.Duration)
}

// took rounds a duration to what matters.
func took(d time.Duration) string {
	switch {
	case d < time.Millisecond:
		return "less than 1ms"
	case d < 10*time.Second:
		return d.Round(time.Millisecond).String()
	}
	return d.Round(100 * time.Millisecond).String()
}
