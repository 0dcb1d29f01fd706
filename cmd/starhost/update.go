package main

import (
	"bytes"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/starhost/starhost/ruletest"
	"go.starlark.net/syntax"
)

// updateExpectations writes what came into the expectations that failed, in
// place: comments and layout stay. What cannot be changed so is named.
func (t *testRun) updateExpectations() error {
	edits := make(map[string][]ruletest.Problem)
	for _, r := range t.results {
		for _, p := range r.Problems {
			path := p.Pos.Filename()
			if p.Replacement == "" {
				fmt.Fprintf(t.err, "%s: %s is not updated: change it by hand\n", p.Pos, p.What)
				continue
			}
			edits[path] = append(edits[path], p)
		}
	}
	for path, problems := range edits {
		if err := t.updateFile(path, problems); err != nil {
			return err
		}
	}
	return nil
}

func (t *testRun) updateFile(path string, problems []ruletest.Problem) error {
	src, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	// From the end, so that the places before stay right.
	slices.SortFunc(problems, func(a, b ruletest.Problem) int {
		if a.Pos.Line != b.Pos.Line {
			return int(b.Pos.Line - a.Pos.Line)
		}
		return int(b.Pos.Col - a.Pos.Col)
	})
	var last syntax.Position
	done := 0
	for _, p := range problems {
		if p.Pos == last {
			continue // the same expectation, in another run or repetition
		}
		last = p.Pos
		start, end, ok := extent(src, p.Pos)
		if !ok {
			fmt.Fprintf(t.err, "%s: %s is not updated: change it by hand\n", p.Pos, p.What)
			continue
		}
		src = slices.Concat(src[:start], []byte(p.Replacement), src[end:])
		done++
	}
	fmt.Fprintf(t.err, "%s: %s updated\n", path, plural(done, "expectation", "expectations"))
	return os.WriteFile(path, src, 0o666)
}

// extent finds the bytes of the YAML value at a position: a scalar or a flow
// collection, on one line.
func extent(src []byte, pos syntax.Position) (start, end int, ok bool) {
	start = 0
	for range pos.Line - 1 {
		i := bytes.IndexByte(src[start:], '\n')
		if i < 0 {
			return 0, 0, false
		}
		start += i + 1
	}
	line, _, _ := strings.Cut(string(src[start:]), "\n")
	runes := []rune(line)
	if int(pos.Col)-1 >= len(runes) {
		return 0, 0, false
	}
	start += len(string(runes[:pos.Col-1]))
	n := flowLength(string(runes[pos.Col-1:]), insideFlow(string(runes[:pos.Col-1])))
	return start, start + n, n > 0
}

// insideFlow tells whether the text before a value leaves a bracket open.
func insideFlow(before string) bool {
	return strings.Count(before, "{")+strings.Count(before, "[") > strings.Count(before, "}")+strings.Count(before, "]")
}

// flowLength gives the length of the value that text starts with, 0 if it does
// not end on the line, or is of a kind that cannot be replaced.
func flowLength(text string, inFlow bool) int {
	switch text[0] {
	case '"', '\'':
		return quotedLength(text)
	case '{', '[':
		return bracketLength(text)
	case '&', '*', '!', '|', '>':
		return 0
	}
	end := len(strings.TrimRight(text, "\r"))
	for i := range text {
		if strings.HasPrefix(text[i:], " #") || inFlow && strings.ContainsRune(",]}", rune(text[i])) {
			end = i
			break
		}
	}
	if strings.Contains(text[:end], ": ") {
		return 0 // the first key of a mapping
	}
	return len(strings.TrimRight(text[:end], " \r"))
}

func quotedLength(text string) int {
	quote := text[0]
	for i := 1; i < len(text); i++ {
		switch {
		case text[i] == '\\' && quote == '"':
			i++
		case text[i] == quote && quote == '\'' && i+1 < len(text) && text[i+1] == quote:
			i++
		case text[i] == quote:
			return i + 1
		}
	}
	return 0
}

func bracketLength(text string) int {
	depth := 0
	for i := 0; i < len(text); i++ {
		switch text[i] {
		case '"', '\'':
			n := quotedLength(text[i:])
			if n == 0 {
				return 0
			}
			i += n - 1
		case '{', '[':
			depth++
		case '}', ']':
			if depth--; depth == 0 {
				return i + 1
			}
		}
	}
	return 0
}
