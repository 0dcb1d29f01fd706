package main

import (
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"
)

func (c *command) versionCommand() *cobra.Command {
	return &cobra.Command{
		Use:     "version",
		Short:   "Print the version of starhost and of the interpreter",
		Example: "  starhost version",
		Args:    cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			_, err := fmt.Fprint(c.out, versionText())
			return err
		},
	}
}

// shortVersion is the version of the module this binary was built from.
func shortVersion() string {
	if info, ok := debug.ReadBuildInfo(); ok {
		return info.Main.Version
	}
	return "(unknown)"
}

// versionText tells what this binary was built from.
func versionText() string {
	version, starlark := "(unknown)", "(unknown)"
	if info, ok := debug.ReadBuildInfo(); ok {
		version = info.Main.Version
		for _, s := range info.Settings {
			if s.Key == "vcs.revision" {
				version += " " + s.Value
			}
		}
		for _, d := range info.Deps {
			if d.Path == "go.starlark.net" {
				starlark = d.Version
			}
		}
	}
	return fmt.Sprintf("starhost %s\nstarlark %s\ngo       %s %s/%s\n",
		version, starlark, runtime.Version(), runtime.GOOS, runtime.GOARCH)
}
