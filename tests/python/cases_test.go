package python

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// A program is one case: the text of a Python file, and what CPython makes of
// it. Its name begins with that of its family.
type program struct {
	name, text, want string
}

// readCases reads the cases of a family.
func readCases(t *testing.T, file string) []program {
	t.Helper()
	data, err := os.ReadFile(file)
	require.NoError(t, err)
	family := strings.TrimSuffix(filepath.Base(file), ".txt")
	parts := strings.Split("\n"+string(data), "\n=== ")
	require.Empty(t, parts[0], "%s must begin with a case", file)
	var cases []program
	for i, part := range parts[1:] {
		if i < len(parts)-2 {
			part += "\n"
		}
		name, rest, _ := strings.Cut(part, "\n")
		text, want, ok := strings.Cut(rest, "\n---\n")
		require.True(t, ok, "%s: %s has no output", file, name)
		cases = append(cases, program{family + "/" + name, text + "\n", want})
	}
	return cases
}

// differences are the reasons why cases differ, by the names of the cases.
type differences map[string]string

// unknown is the reason of a difference that nobody has looked at.
const unknown = "?"

func (d differences) copy() differences { return maps.Clone(d) }

// String gives the list as the file has it: each reason, with the names of its
// cases below it.
func (d differences) String() string {
	cases := make(map[string][]string)
	for name, reason := range d {
		cases[reason] = append(cases[reason], name)
	}
	var b strings.Builder
	for _, reason := range slices.Sorted(maps.Keys(cases)) {
		b.WriteString(reason + "\n")
		for _, name := range slices.Sorted(slices.Values(cases[reason])) {
			b.WriteString("\t" + name + "\n")
		}
	}
	return b.String()
}

// readDifferences reads the list; without a file it is empty.
func readDifferences(t *testing.T, file string) differences {
	t.Helper()
	data, err := os.ReadFile(file)
	if os.IsNotExist(err) {
		return differences{}
	}
	require.NoError(t, err)
	list, err := parseDifferences(string(data))
	require.NoError(t, err)
	return list
}

func parseDifferences(text string) (differences, error) {
	list, reason := differences{}, ""
	for i, line := range strings.Split(text, "\n") {
		name, isCase := strings.CutPrefix(line, "\t")
		switch {
		case line == "":
		case !isCase:
			reason = line
		case reason == "":
			return nil, fmt.Errorf("line %d: a case without a reason: %s", i+1, name)
		case list[name] != "":
			return nil, fmt.Errorf("line %d: %s is listed twice", i+1, name)
		default:
			list[name] = reason
		}
	}
	return list, nil
}

// TestDifferences checks that a list is what it was after it has been written
// and read, and what is wrong with one that is not a list.
func TestDifferences(t *testing.T) {
	list := differences{"a/x": unknown, "a/y": "texts of errors", "b/x: [1]": unknown}
	const text = "?\n\ta/x\n\tb/x: [1]\ntexts of errors\n\ta/y\n"
	require.Equal(t, text, list.String())
	again, err := parseDifferences(text)
	require.NoError(t, err)
	require.Equal(t, list, again)

	_, err = parseDifferences("\ta/x\n")
	require.EqualError(t, err, "line 1: a case without a reason: a/x")
	_, err = parseDifferences("?\n\ta/x\nother\n\ta/x\n")
	require.EqualError(t, err, "line 4: a/x is listed twice")
}
