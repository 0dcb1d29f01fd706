package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"github.com/starhost/starhost/internal/nearest"
)

// onlyCommands makes a command that does nothing by itself refuse a word that
// names none of the commands below it. Without a word it shows its help.
func onlyCommands(cmd *cobra.Command) {
	cmd.Args = func(cmd *cobra.Command, args []string) error {
		if len(args) == 0 {
			return pflag.ErrHelp
		}
		var known []string
		for _, sub := range cmd.Commands() {
			known = append(known, sub.Name())
		}
		hint := nearest.Hint(args[0], known, min(2, max(1, len(args[0])/2)))
		if hint == "" {
			hint = "there are " + strings.Join(known, ", ")
		}
		return fmt.Errorf("unknown command %q for %q: %s", args[0], cmd.CommandPath(), hint)
	}
	cmd.RunE = func(cmd *cobra.Command, _ []string) error { return cmd.Help() } // cobra asks Args only of commands that run
}
