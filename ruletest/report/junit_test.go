package report

import (
	"encoding/xml"
	"errors"
	"fmt"
	"os"
	"regexp"
	"strconv"
	"strings"
	"sync"
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

// validJUnit checks a report against Jenkins' schema.
func validJUnit(t *testing.T, text string) *xmlElement {
	t.Helper()
	dec := xml.NewDecoder(strings.NewReader(text))
	var root xmlElement
	require.NoError(t, dec.Decode(&root), text)
	require.Equal(t, "\n", text[dec.InputOffset():], "nothing follows")
	require.Equal(t, "testsuites", root.XMLName.Local)
	require.NoError(t, junitSchema().check(&root))
	return &root
}

// schema is what junit-10.xsd says, as far as it needs XML Schema: elements
// made of a sequence or choice of others, attributes, and one simple type, a
// pattern.
type schema struct {
	patterns map[string]*regexp.Regexp
	elements map[string]*xmlElement
}

var junitSchema = sync.OnceValue(func() *schema {
	text, err := os.ReadFile("testdata/junit-10.xsd")
	if err != nil {
		panic(err)
	}
	var root xmlElement
	if err := xml.Unmarshal(text, &root); err != nil {
		panic(err)
	}
	s := &schema{make(map[string]*regexp.Regexp), make(map[string]*xmlElement)}
	for _, e := range root.Children {
		switch e.XMLName.Local {
		case "element":
			s.elements[e.attr("name")] = e
		case "simpleType":
			pattern := e.child("restriction").child("pattern").attr("value")
			s.patterns[e.attr("name")] = regexp.MustCompile("^(?:" + pattern + ")$")
		}
	}
	return s
})

func (s *schema) check(e *xmlElement) error {
	name := e.XMLName.Local
	def := s.elements[name]
	if def == nil {
		return fmt.Errorf("element %s is unknown", name)
	}
	complexType := def.child("complexType")
	if complexType == nil { // xs:string
		if len(e.Attrs)+len(e.Children) > 0 {
			return fmt.Errorf("element %s is more than a text", name)
		}
		return nil
	}
	errs := []error{s.checkAttrs(e, complexType), s.checkChildren(e, complexType)}
	if complexType.attr("mixed") != "true" && strings.TrimSpace(e.Text) != "" {
		errs = append(errs, fmt.Errorf("element %s has the text %q", name, e.Text))
	}
	for _, c := range e.Children {
		errs = append(errs, s.check(c))
	}
	return errors.Join(errs...)
}

func (s *schema) checkAttrs(e, complexType *xmlElement) error {
	known := make(map[string]bool)
	for _, def := range complexType.Children {
		if def.XMLName.Local != "attribute" {
			continue
		}
		name, value := def.attr("name"), e.attr(def.attr("name"))
		known[name] = true
		if def.attr("use") == "required" && value == "" {
			return fmt.Errorf("element %s has no %s", e.XMLName.Local, name)
		}
		if p := s.patterns[def.attr("type")]; p != nil && !p.MatchString(value) {
			return fmt.Errorf("%s of %s is %q, want %v", name, e.XMLName.Local, value, p)
		}
	}
	for _, a := range e.Attrs {
		if !known[a.Name.Local] {
			return fmt.Errorf("element %s has an attribute %s", e.XMLName.Local, a.Name.Local)
		}
	}
	return nil
}

// checkChildren checks the children of an element by a regular expression over
// their names.
func (s *schema) checkChildren(e, complexType *xmlElement) error {
	var names strings.Builder
	for _, c := range e.Children {
		names.WriteString(c.XMLName.Local + " ")
	}
	model := "^" + particles(complexType) + "$"
	if !regexp.MustCompile(model).MatchString(names.String()) {
		return fmt.Errorf("element %s holds %s, want %s", e.XMLName.Local, &names, model)
	}
	return nil
}

// particles gives the content of a type, a sequence or a choice as a regular
// expression.
func particles(e *xmlElement) string {
	var parts []string
	for _, c := range e.Children {
		switch c.XMLName.Local {
		case "element":
			parts = append(parts, "(?:"+c.attr("ref")+" )"+times(c))
		case "sequence":
			parts = append(parts, particles(c)+times(c))
		case "choice":
			var options []string
			for _, o := range c.Children {
				options = append(options, "(?:"+o.attr("ref")+" )"+times(o))
			}
			parts = append(parts, "(?:"+strings.Join(options, "|")+")"+times(c))
		}
	}
	return "(?:" + strings.Join(parts, "") + ")"
}

func times(e *xmlElement) string {
	low, high := e.attr("minOccurs"), e.attr("maxOccurs")
	switch {
	case low == "0" && high == "unbounded":
		return "*"
	case low == "0":
		return "?"
	case high == "unbounded":
		return "+"
	}
	return ""
}

// TestSchema checks that the schema refuses what it should.
func TestSchema(t *testing.T) {
	suite := func(inner string) string {
		return `<testsuites><testsuite name="r" tests="1" failures="0" errors="0">` + inner + `</testsuite></testsuites>`
	}
	for text, want := range map[string]string{
		suite(`<testcase name="t"/>`):                              "",
		suite(`<testcase/>`):                                       "element testcase has no name",
		suite(`<testcase name="t" line="3"/>`):                     "element testcase has an attribute line",
		suite(`<failure/>`):                                        "element testsuite holds failure ",
		suite(`<testcase name="t"><system-out a="b"/></testcase>`): "element system-out is more than a text",
		suite(`text`):                                              "element testsuite has the text",
		`<testsuites time="1s"/>`:                                  `time of testsuites is "1s"`,
		`<testsuites><testcase name="t"/></testsuites>`:            "element testsuites holds testcase ",
	} {
		var root xmlElement
		require.NoError(t, xml.Unmarshal([]byte(text), &root))
		err := junitSchema().check(&root)
		if want == "" {
			require.NoError(t, err)
			continue
		}
		require.ErrorContains(t, err, want, strconv.Quote(text))
	}
}
