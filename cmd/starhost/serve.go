package main

import "github.com/spf13/cobra"

// serveCommand is a stand-in until the service is there.
func (c *command) serveCommand() *cobra.Command {
	s := &serveSettings{}
	cmd := &cobra.Command{
		Use:   "serve",
		Short: "Run rules as a service",
		RunE:  func(*cobra.Command, []string) error { return nil },
	}
	s.bind(c, cmd)
	return cmd
}
