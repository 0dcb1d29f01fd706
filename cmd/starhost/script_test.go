package main

import (
	"context"
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

var update = flag.Bool("update", false, "write what commands print into the scripts")

// TestMain runs the command in the test's own process, so that its coverage
// counts.
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){
		"starhost": func() {
			c := &command{in: os.Stdin, out: os.Stdout, err: os.Stderr}
			os.Exit(c.run(context.Background(), os.Args[1:]))
		},
	})
}

// TestScript runs the whole-program tests of the repository. The variable
// REPO is the root of the repository.
func TestScript(t *testing.T) {
	repo, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{
		Dir:                 filepath.Join(repo, "tests", "script"),
		UpdateScripts:       *update,
		RequireExplicitExec: true,
		Setup: func(env *testscript.Env) error {
			env.Setenv("REPO", repo)
			return nil
		},
	})
}
