package pysyntax

import (
	"bufio"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestCPython compares our trees with those of a Python 3.12 for all .py files
// of a folder. It runs only if both are given:
//
//	PYSYNTAX_PYTHON=python3.12 PYSYNTAX_FILES=/usr/lib/python3.12 go test -run CPython ./pysyntax
//
// With an older Python, PYSYNTAX_PLAIN=1 leaves out the positions in f-strings.
func TestCPython(t *testing.T) {
	python, root := os.Getenv("PYSYNTAX_PYTHON"), os.Getenv("PYSYNTAX_FILES")
	if python == "" || root == "" {
		t.Skip("PYSYNTAX_PYTHON and PYSYNTAX_FILES are not set")
	}
	args := []string{"testdata/dump_ast.py", "--check", "-"}
	plain := os.Getenv("PYSYNTAX_PLAIN") != ""
	if plain {
		args = append(args, "--plain-fstrings")
	}
	files, err := pythonFiles(root)
	require.NoError(t, err)
	require.NotEmpty(t, files)
	cmd := exec.Command(python, args...)
	cmd.Stderr = os.Stderr
	cmd.Stdin = strings.NewReader(strings.Join(files, "\n"))
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	r := bufio.NewReader(out)
	same, bad, refused := 0, 0, 0
	for {
		name, want, err := nextTree(r)
		if err == io.EOF {
			break
		}
		require.NoError(t, err)
		src, err := os.ReadFile(name)
		require.NoError(t, err)
		m, errs := Parse(name, src)
		switch theirs := strings.HasPrefix(want, "error "); {
		case theirs && len(errs) > 0:
			refused++
		case theirs:
			bad++
			t.Errorf("%s: we accept what CPython does not: %s", name, want)
		case len(errs) > 0:
			bad++
			t.Errorf("we refuse what CPython accepts: %s", errs[0])
		case dump(m, plain) != want:
			bad++
			t.Errorf("%s: trees differ: %s", name, firstDifference(dump(m, plain), want))
		default:
			same++
		}
	}
	require.NoError(t, cmd.Wait())
	t.Logf("%d trees are the same, %d files are refused by both, %d differ", same, refused, bad)
}

// pythonFiles returns all .py files below a folder.
func pythonFiles(root string) (names []string, err error) {
	err = filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err == nil && filepath.Ext(path) == ".py" && d.Type().IsRegular() {
			names = append(names, path)
		}
		return err
	})
	return names, err
}

// nextTree reads one answer of dump_ast.py.
func nextTree(r *bufio.Reader) (name, tree string, err error) {
	line, err := r.ReadString('\n')
	if err != nil {
		return "", "", err
	}
	i := strings.LastIndexByte(line, ' ')
	var size int
	if _, err := fmt.Sscan(line[i:], &size); err != nil {
		return "", "", err
	}
	b := make([]byte, size)
	_, err = io.ReadFull(r, b)
	return line[:i], string(b), err
}

// firstDifference returns the first line that differs, with the one before.
func firstDifference(got, want string) string {
	g, w := strings.Split(got, "\n"), strings.Split(want, "\n")
	for i := range min(len(g), len(w)) {
		if g[i] != w[i] {
			return fmt.Sprintf("line %d\n got %s\nwant %s", i+1, g[i], w[i])
		}
	}
	return "one is longer"
}
