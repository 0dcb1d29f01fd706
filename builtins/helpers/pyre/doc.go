// Package pyre has Python's module re.
//
// A pattern is parsed here, with CPython's syntax and errors, into a tree.
// Nearly every tree has the same meaning as an expression of Go's package
// regexp, which needs linear time whatever the pattern and the text: that is
// what runs. Where the meaning needs backtracking (lookaround, references to
// groups, atomic groups and conditions, and a few corners listed at
// program.backtracks), the tree is written for dlclark/regexp2 instead, and
// every match has a time limit, after which it is an error.
//
// The choice is made for a pattern and a text together, because most texts of
// events are short, ASCII and without a newline at the end, and for those
// simple expressions are right where Python's full meaning has no equal in
// package regexp: \b between ASCII letters, and $ at the end of the text.
//
// Case folding, \w, \d and \s are Unicode's as in CPython, or ASCII's under
// re.A; characters are those of UTF-8, and a byte that is not UTF-8 counts as
// U+FFFD.
//
// Positions (start, end, span, pos, endpos) are those of the strings of the file
// that calls, so that s[m.start():m.end()] is what m matched: byte offsets in a
// rule file of Starlark, characters in a file of Python. See position.go.
//
// Differences from CPython: only str patterns; \N{…} is not known; (?L), re.L
// and re.DEBUG are refused or ignored; finditer returns a list; patterns and
// their nesting are bounded (maxPattern, maxNesting). And where a counted or
// possessive repeat of what can be empty has a choice, as (a??){1,2} has, the
// groups, and rarely the match, are those of regexp2 (some 25 of 100,000
// random expressions, which are full of such).
package pyre
