package report

import (
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v4"
)

// A point is a test of a TAP report.
type point struct {
	ok          bool
	number      int
	description string
	skip        *string
	diagnostics map[string]any
}

var pointLine = regexp.MustCompile(`^(not )?ok (\d+) - ((?:[^\\#]|\\[\\#])*?)( # SKIP (.*))?$`)

// readTAP reads a TAP report, and refuses what is not one.
func readTAP(text string) ([]point, error) {
	text, ok := strings.CutPrefix(text, "TAP version 14\n")
	if !ok {
		return nil, errors.New("no version")
	}
	var points []point
	rest := strings.Split(strings.TrimSuffix(text, "\n"), "\n")
	for ; len(rest) > 0 && !strings.HasPrefix(rest[0], "1.."); rest = rest[1:] {
		m := pointLine.FindStringSubmatch(rest[0])
		if m == nil {
			return nil, fmt.Errorf("not a test: %q", rest[0])
		}
		p := point{ok: m[1] == "", description: unescapeTAP(m[3])}
		p.number, _ = strconv.Atoi(m[2])
		if m[4] != "" {
			reason := unescapeTAP(m[5])
			p.skip = &reason
		}
		if len(rest) > 1 && rest[1] == "  ---" {
			var err error
			if p.diagnostics, rest, err = readDiagnostics(rest[1:]); err != nil {
				return nil, err
			}
		}
		if points = append(points, p); p.number != len(points) {
			return nil, fmt.Errorf("test %d is number %d", len(points), p.number)
		}
	}
	if len(rest) != 2 || rest[0] != fmt.Sprintf("1..%d", len(points)) || !strings.HasPrefix(rest[1], "# ") {
		return nil, fmt.Errorf("the report ends with %q", rest)
	}
	return points, nil
}

// readDiagnostics reads a block of YAML and returns the lines from its last
// one on.
func readDiagnostics(rest []string) (map[string]any, []string, error) {
	var block strings.Builder
	for rest = rest[1:]; len(rest) > 0 && rest[0] != "  ..."; rest = rest[1:] {
		if !strings.HasPrefix(rest[0], "  ") {
			return nil, nil, fmt.Errorf("not in a block: %q", rest[0])
		}
		block.WriteString(rest[0] + "\n")
	}
	var v map[string]any
	return v, rest, yaml.Unmarshal([]byte(block.String()), &v)
}

func unescapeTAP(s string) string { return strings.NewReplacer(`\\`, `\`, `\#`, "#").Replace(s) }

func TestTAP(t *testing.T) {
	for _, c := range cases(t) {
		t.Run(c.name, func(t *testing.T) {
			points, err := readTAP(write(t, "tap", options(), c.result))
			require.NoError(t, err)
			require.Len(t, points, 1)
			p := points[0]
			require.Equal(t, c.result.Passed || c.result.Skipped, p.ok)
			require.Equal(t, title(c.result), p.description)
			require.Equal(t, c.result.Skipped, p.skip != nil)
			require.Equal(t, p.ok, p.diagnostics == nil)
			if problems, _ := p.diagnostics["problems"].([]any); !p.ok {
				require.Len(t, problems, len(c.result.Problems))
			}
		})
	}
}

func TestTAPDiagnostics(t *testing.T) {
	points, err := readTAP(write(t, "tap", options(), find(t, "passed"), find(t, "skipped"), find(t, "error_in_rule")))
	require.NoError(t, err)
	require.Len(t, points, 3)
	require.Equal(t, "waits for the new log source", *points[1].skip)
	require.Equal(t, map[string]any{
		"message":  "The function rule failed with an error, so the rule gave no result.",
		"severity": "fail",
		"at":       map[string]any{"file": "testdata/rules/new_city.yml", "line": 9},
		"problems": []any{map[string]any{
			"what": "rule", "step": 0, "line": 27, "expected": "true", "hint": "",
			"got": "KeyError: " + callError().Error(),
		}},
		"command":     "starhost test --run '^Login.NewCity/a login without a city$' testdata/rules",
		"duration_ms": 1,
	}, points[2].diagnostics)
}

// An annotation is a line for GitHub.
type annotation struct {
	properties map[string]string
	message    string
}

// readGitHub reads the annotations and the line behind them.
func readGitHub(text string) (list []annotation, last string, err error) {
	lines := strings.Split(strings.TrimSuffix(text, "\n"), "\n")
	for _, l := range lines[:len(lines)-1] {
		command, message, ok := strings.Cut(strings.TrimPrefix(l, "::error "), "::")
		if !ok || !strings.HasPrefix(l, "::error ") {
			return nil, "", fmt.Errorf("not an annotation: %q", l)
		}
		a := annotation{make(map[string]string), unescapeGitHub(message)}
		for _, p := range strings.Split(command, ",") {
			key, value, _ := strings.Cut(p, "=")
			a.properties[key] = unescapeGitHub(value)
		}
		list = append(list, a)
	}
	return list, lines[len(lines)-1], nil
}

// unescapeGitHub undoes what the runner of GitHub undoes.
func unescapeGitHub(s string) string {
	return strings.NewReplacer("%3A", ":", "%2C", ",", "%0D", "\r", "%0A", "\n", "%25", "%").Replace(s)
}

func TestGitHub(t *testing.T) {
	for _, c := range cases(t) {
		t.Run(c.name, func(t *testing.T) {
			list, last, err := readGitHub(write(t, "github", options(), c.result))
			require.NoError(t, err)
			require.True(t, strings.HasPrefix(last, "1 rule, 1 test: "), last)
			if c.result.Passed || c.result.Skipped {
				require.Empty(t, list)
				return
			}
			require.Len(t, list, 1)
			require.Len(t, list[0].properties, 3)
			require.Equal(t, title(c.result), list[0].properties["title"])
			require.Equal(t, line(problemPlace(c.result).Filename()), list[0].properties["file"])
			require.Equal(t, fmt.Sprint(problemPlace(c.result).Line), list[0].properties["line"])
			for i := range c.result.Problems {
				require.Contains(t, list[0].message, headline(c.result, &c.result.Problems[i]))
			}
		})
	}
}

// TestCompact checks that a test that failed is one line that an editor can
// go to.
func TestCompact(t *testing.T) {
	for _, c := range cases(t) {
		got := write(t, "compact", options(), c.result)
		if c.result.Passed || c.result.Skipped {
			require.Empty(t, got)
			continue
		}
		require.Equal(t, 1, strings.Count(got, "\n"))
		pos := problemPlace(c.result)
		require.True(t, strings.HasPrefix(got, fmt.Sprintf("%s:%d: %s: ", line(pos.Filename()), pos.Line, title(c.result))), got)
	}
}
