package pyre

import (
	"fmt"
	"strings"

	"github.com/starhost/starhost/builtins/helpers/pyerr"
)

// Flags have Python's values.
const (
	flagT = 1 << iota // template: nothing
	flagI
	flagL
	flagM
	flagS
	flagU
	flagX
	flagDebug
	flagA

	typeFlags   = flagA | flagL | flagU
	globalFlags = flagDebug | flagT
)

// inlineFlags are the letters of (?…).
var inlineFlags = map[rune]int{
	'i': flagI, 'L': flagL, 'm': flagM, 's': flagS, 'x': flagX, 'a': flagA, 't': flagT, 'u': flagU,
}

// fixFlags checks the flags of a str pattern and completes them.
func fixFlags(flags int) (int, error) {
	switch {
	case flags&flagL != 0:
		return 0, pyerr.Value("cannot use LOCALE flag with a str pattern")
	case flags&flagA == 0:
		return flags | flagU, nil
	case flags&flagU != 0:
		return 0, pyerr.Value("ASCII and UNICODE flags are incompatible")
	}
	return flags, nil
}

// flagNames prints flags as repr of a pattern does: without re.UNICODE.
func flagNames(flags int) string {
	flags &^= flagU
	var names []string
	for _, f := range []struct {
		flag int
		name string
	}{
		{flagT, "TEMPLATE"}, {flagI, "IGNORECASE"}, {flagL, "LOCALE"}, {flagM, "MULTILINE"},
		{flagS, "DOTALL"}, {flagX, "VERBOSE"}, {flagDebug, "DEBUG"}, {flagA, "ASCII"},
	} {
		if flags&f.flag != 0 {
			names = append(names, "re."+f.name)
			flags &^= f.flag
		}
	}
	if flags != 0 {
		names = append(names, fmt.Sprintf("0x%x", flags))
	}
	return strings.Join(names, "|")
}
