package report

import (
	"encoding/xml"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestJUnit(t *testing.T) {
	for _, c := range cases(t) {
		t.Run(c.name, func(t *testing.T) {
			suites := validJUnit(t, write(t, "junit", options(), c.result))
			require.Len(t, suites.Children, 1)
			test := suites.Children[0].Children[0]
			require.Equal(t, line(c.result.Test.Name), test.attr("name"))
			require.Equal(t, line(c.result.Test.RuleID()), test.attr("classname"))
			failed := !c.result.Passed && !c.result.Skipped
			require.Equal(t, failed, test.child("failure") != nil)
			require.Equal(t, c.result.Skipped, test.child("skipped") != nil)
			require.Equal(t, len(c.result.Prints) > 0, test.child("system-out") != nil)
		})
	}
}

// TestJUnitSuites checks the sums.
func TestJUnitSuites(t *testing.T) {
	suites := validJUnit(t, write(t, "junit", options(),
		find(t, "wrong_title"), find(t, "starlark_eq"), find(t, "skipped"), find(t, "passed")))
	require.Equal(t, "4", suites.attr("tests"))
	require.Equal(t, "2", suites.attr("failures"))
	require.Len(t, suites.Children, 2)
	rule, star := suites.Children[0], suites.Children[1]
	require.Equal(t, "Login.NewCity", rule.attr("name"))
	require.Equal(t, []string{"3", "1", "1"}, []string{rule.attr("tests"), rule.attr("failures"), rule.attr("skipped")})
	require.Equal(t, "0.004", rule.attr("time"))
	require.Equal(t, []string{"1", "1", "0"}, []string{star.attr("tests"), star.attr("failures"), star.attr("skipped")})
	require.Contains(t, rule.Children[0].child("failure").Text, "expected  \"alice logged in from Rome\"")
}

// An xmlElement is one of a document, with what is in it.
type xmlElement struct {
	XMLName  xml.Name
	Attrs    []xml.Attr    `xml:",any,attr"`
	Children []*xmlElement `xml:",any"`
	Text     string        `xml:",chardata"`
}

func (e *xmlElement) attr(name string) string {
	for _, a := range e.Attrs {
		if a.Name.Local == name {
			return a.Value
		}
	}
	return ""
}

func (e *xmlElement) child(name string) *xmlElement {
	for _, c := range e.Children {
		if c.XMLName.Local == name {
			return c
		}
	}
	return nil
}

// validJUnit checks that a report is what readers take.
func validJUnit(t *testing.T, text string) *xmlElement {
	t.Helper()
	dec := xml.NewDecoder(strings.NewReader(text))
	var root xmlElement
	require.NoError(t, dec.Decode(&root), text)
	require.Equal(t, "\n", text[dec.InputOffset():], "nothing follows")
	require.Equal(t, "testsuites", root.XMLName.Local)
	require.NoError(t, check(&root))
	return &root
}

// An xmlModel is an element of the JUnit format as CI systems read it: the attributes that it
// may have, those that it must, which of them are numbers, and its content as a
// regular expression over the names of its children.
type xmlModel struct {
	attrs, required, numbers string
	content                  string
	text                     bool
}

// xmlModels are those that reports use, and what readers such as Jenkins take
// in them.
var xmlModels = map[string]xmlModel{
	"testsuites": {
		attrs: "name time tests failures errors", numbers: "time tests failures errors",
		content: "(testsuite )*",
	},
	"testsuite": {
		attrs: "name tests failures errors skipped time file", required: "name tests failures errors",
		numbers: "tests failures errors skipped time",
		content: "(testcase )*(system-out )*",
	},
	"testcase": {
		attrs: "name classname time", required: "name", numbers: "time",
		content: "(skipped )?(failure )*(system-out )*",
	},
	"failure":    {attrs: "type message", text: true},
	"skipped":    {attrs: "message", text: true},
	"system-out": {text: true},
}

var decimal = regexp.MustCompile(`^[0-9]+(\.[0-9]+)?$`)

// check tells what of an element, and of those in it, readers would refuse.
func check(e *xmlElement) error {
	name := e.XMLName.Local
	def, ok := xmlModels[name]
	if !ok {
		return fmt.Errorf("element %s is unknown", name)
	}
	errs := []error{def.checkAttrs(e)}
	var children strings.Builder
	for _, c := range e.Children {
		children.WriteString(c.XMLName.Local + " ")
		errs = append(errs, check(c))
	}
	if model := "^" + def.content + "$"; !regexp.MustCompile(model).MatchString(children.String()) {
		errs = append(errs, fmt.Errorf("element %s holds %s, want %s", name, &children, model))
	}
	if !def.text && strings.TrimSpace(e.Text) != "" {
		errs = append(errs, fmt.Errorf("element %s has the text %q", name, e.Text))
	}
	return errors.Join(errs...)
}

func (def xmlModel) checkAttrs(e *xmlElement) error {
	name := e.XMLName.Local
	for _, required := range strings.Fields(def.required) {
		if e.attr(required) == "" {
			return fmt.Errorf("element %s has no %s", name, required)
		}
	}
	for _, a := range e.Attrs {
		if !slices.Contains(strings.Fields(def.attrs), a.Name.Local) {
			return fmt.Errorf("element %s has an attribute %s", name, a.Name.Local)
		}
		if slices.Contains(strings.Fields(def.numbers), a.Name.Local) && !decimal.MatchString(a.Value) {
			return fmt.Errorf("%s of %s is %q, want a number", a.Name.Local, name, a.Value)
		}
	}
	return nil
}

// TestCheck checks that check refuses what it should.
func TestCheck(t *testing.T) {
	suite := func(inner string) string {
		return `<testsuites><testsuite name="r" tests="1" failures="0" errors="0">` + inner + `</testsuite></testsuites>`
	}
	for text, want := range map[string]string{
		suite(`<testcase name="t"/>`):                              "",
		suite(`<testcase/>`):                                       "element testcase has no name",
		suite(`<testcase name="t" line="3"/>`):                     "element testcase has an attribute line",
		suite(`<failure/>`):                                        "element testsuite holds failure ",
		suite(`<testcase name="t"><system-out a="b"/></testcase>`): "element system-out has an attribute a",
		suite(`text`):                                              "element testsuite has the text",
		`<testsuites time="1s"/>`:                                  `time of testsuites is "1s"`,
		`<testsuites><testcase name="t"/></testsuites>`:            "element testsuites holds testcase ",
	} {
		var root xmlElement
		require.NoError(t, xml.Unmarshal([]byte(text), &root))
		err := check(&root)
		if want == "" {
			require.NoError(t, err)
			continue
		}
		require.ErrorContains(t, err, want, strconv.Quote(text))
	}
}
