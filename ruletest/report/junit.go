package report

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"strings"
	"time"

	"github.com/starhost/starhost/ruletest"
)

// junit is JUnit's XML as Jenkins' schema junit-10.xsd has it: a suite for
// each rule, in the order in which they come first.
type junit struct {
	options Options
	suites  []*junitSuite
	byRule  map[string]*junitSuite
}

type junitSuites struct {
	XMLName  xml.Name      `xml:"testsuites"`
	Name     string        `xml:"name,attr"`
	Time     string        `xml:"time,attr"`
	Tests    int           `xml:"tests,attr"`
	Failures int           `xml:"failures,attr"`
	Errors   int           `xml:"errors,attr"` // always 0: what a rule does wrong is a failure of its test
	Suites   []*junitSuite `xml:"testsuite"`
}

type junitSuite struct {
	Name     string      `xml:"name,attr"`
	Tests    int         `xml:"tests,attr"`
	Failures int         `xml:"failures,attr"`
	Errors   int         `xml:"errors,attr"`
	Skipped  int         `xml:"skipped,attr"`
	Time     string      `xml:"time,attr"`
	File     string      `xml:"file,attr"`
	Cases    []junitCase `xml:"testcase"`

	duration time.Duration
}

type junitCase struct {
	Name      string     `xml:"name,attr"`
	Class     string     `xml:"classname,attr"`
	Time      string     `xml:"time,attr"`
	Failure   *junitText `xml:"failure"`
	Skipped   *junitText `xml:"skipped"`
	SystemOut *junitText `xml:"system-out"`
}

type junitText struct {
	Type    string `xml:"type,attr,omitempty"`
	Message string `xml:"message,attr,omitempty"`
	Text    string `xml:",cdata"`
}

// newJUnit leaves out what is for a terminal.
func newJUnit(o *Options) *junit {
	f := &junit{options: *o, byRule: make(map[string]*junitSuite)}
	f.options.Verbose = false
	return f
}

func (f *junit) result(_ *bytes.Buffer, r *ruletest.Result) {
	s := f.suite(r)
	s.Tests++
	s.duration += r.Duration
	c := junitCase{
		Name:  line(cut(r.Test.Name, maxName)),
		Class: s.Name,
		Time:  xmlSeconds(r.Duration),
	}
	switch {
	case r.Skipped:
		s.Skipped++
		c.Skipped = &junitText{Message: line(cut(r.Test.Skip, maxText))}
	case !r.Passed:
		s.Failures++
		c.Failure = f.failure(r)
	}
	if len(r.Prints) > 0 {
		c.SystemOut = &junitText{Text: printed(r.Prints)}
	}
	s.Cases = append(s.Cases, c)
}

func (f *junit) suite(r *ruletest.Result) *junitSuite {
	id := r.Test.RuleID()
	s := f.byRule[id]
	if s == nil {
		s = &junitSuite{Name: line(cut(id, maxName)), File: line(r.Test.Pos.Filename())}
		f.byRule[id] = s
		f.suites = append(f.suites, s)
	}
	return s
}

// failure tells in its text what pretty tells.
func (f *junit) failure(r *ruletest.Result) *junitText {
	var b bytes.Buffer
	(&page{&b, palette{}, &f.options}).failure(r)
	t := &junitText{Message: oneLine(r), Text: b.String()}
	if len(r.Problems) > 0 {
		t.Type = line(cut(r.Problems[0].What, maxName))
	}
	return t
}

func printed(prints []ruletest.Print) string {
	var b strings.Builder
	for _, p := range prints {
		fmt.Fprintf(&b, "%s: %s\n", line(p.Pos), lines(cut(p.Text, maxText)))
	}
	return b.String()
}

func (f *junit) end(b *bytes.Buffer, s ruletest.Summary) {
	all := junitSuites{Name: "starhost test", Time: xmlSeconds(s.Duration), Suites: f.suites}
	for _, suite := range f.suites {
		suite.Time = xmlSeconds(suite.duration)
		all.Tests += suite.Tests
		all.Failures += suite.Failures
	}
	b.WriteString(xml.Header)
	enc := xml.NewEncoder(b)
	enc.Indent("", "  ")
	_ = enc.Encode(all) // fails only if the writer does, which a Buffer never does
	b.WriteByte('\n')
}

// xmlSeconds gives a duration as the schema wants it.
func xmlSeconds(d time.Duration) string { return fmt.Sprintf("%.3f", d.Seconds()) }
