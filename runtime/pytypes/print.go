package pytypes

import (
	"fmt"
	"os"
	"strings"

	"github.com/starhost/starhost/builtins/helpers/pyerr"
	"github.com/starhost/starhost/runtime/guard"
	"go.starlark.net/starlark"
)

// printSteps is charged for each line that is printed, besides its length.
const printSteps = 100

// lineLocal is the thread local that has the line that print has not ended.
const lineLocal = "starhost.py.line"

// An openLine is a line that print has not ended.
type openLine struct {
	text  string
	steps uint64 // of the thread: a smaller number means that another call runs
}

// begun gives the text of the line that print has begun in this call.
func begun(t *starlark.Thread) string {
	line, ok := t.Local(lineLocal).(openLine)
	if !ok {
		return ""
	}
	if line.steps > t.Steps {
		EndLine(t)
		return ""
	}
	return line.text
}

var printSignature = signature{"print", []string{"sep", "end", "file", "flush"}, 0, 0}

// printOf is print(*objects, sep=" ", end="\n", file=None, flush=False). What
// is printed goes to thread.Print once its line is complete, wherever file
// says.
func printOf(t *starlark.Thread, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var in [4]starlark.Value
	if err := printSignature.bind(in[:], nil, kwargs); err != nil {
		return nil, err
	}
	sep, err := printText("sep", in[0], " ")
	if err != nil {
		return nil, err
	}
	end, err := printText("end", in[1], "\n")
	if err != nil {
		return nil, err
	}
	line := begun(t)
	out := []byte(line)
	for i, v := range args {
		s, err := Str(t, v)
		if err != nil {
			return nil, err
		}
		if i > 0 {
			s = sep + s
		}
		if err := grown(t, "print", len(out), len(s)); err != nil {
			return nil, err
		}
		out = append(out, s...)
	}
	if err := guard.MeterOf(t).Charge(printSteps); err != nil {
		return nil, err
	}
	out = append(out, end...)
	text := string(out)
	i := strings.LastIndexByte(text, '\n')
	if i >= 0 {
		write(t, text[:i])
	}
	if rest := text[i+1:]; rest != line {
		t.SetLocal(lineLocal, openLine{rest, t.Steps})
	}
	return starlark.None, nil
}

func printText(name string, v starlark.Value, missing string) (string, error) {
	if v == nil || v == starlark.None {
		return missing, nil
	}
	s, ok := native(v).(starlark.String)
	if !ok {
		return "", pyerr.Type("%s must be None or a string, not %s", name, TypeName(v))
	}
	return string(s), nil
}

func write(t *starlark.Thread, text string) {
	if t.Print != nil {
		t.Print(t, text)
		return
	}
	fmt.Fprintln(os.Stderr, text)
}

// EndLine prints the line that print has begun and not ended, if there is one.
// The host calls it after a call.
func EndLine(t *starlark.Thread) {
	if line, ok := t.Local(lineLocal).(openLine); ok && line.text != "" {
		t.SetLocal(lineLocal, openLine{})
		write(t, line.text)
	}
}
