package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"
)

func (c *command) configInit() *cobra.Command {
	var force bool
	cmd := &cobra.Command{
		Use:   "init [FILE]",
		Short: "Write a " + configName + " with every setting, its default and what it is for",
		Long: `init writes a file with all settings as comments, which changes nothing until a
line is made to count. FILE is ` + configName + ` in the working directory. A file that is
there is not replaced without --force.` + "\n" + exitCodesHelp,
		Example: `  starhost config init
  starhost config init --force /etc/starhost/starhost.yaml`,
		Args: cobra.MaximumNArgs(1),
	}
	cmd.Flags().BoolVar(&force, "force", false, "replace a file that is there")
	cmd.RunE = func(_ *cobra.Command, args []string) error {
		path := configName
		if len(args) == 1 {
			path = args[0]
		}
		if err := writeNew(path, initText(settingsTree(c.root())), force); err != nil {
			return err
		}
		_, err := fmt.Fprintf(c.out, "%s written; starhost config show tells what counts\n", path)
		return err
	}
	return cmd
}

// writeNew writes a file that is not there, or, if forced, one that is.
func writeNew(path, text string, force bool) error {
	flags := os.O_WRONLY | os.O_CREATE | os.O_TRUNC
	if !force {
		flags |= os.O_EXCL
	}
	f, err := os.OpenFile(path, flags, 0o644)
	if errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("%s is there already: --force replaces it", path)
	}
	if err != nil {
		return fmt.Errorf("write the configuration: %w", err)
	}
	_, err = f.WriteString(text)
	return errors.Join(err, f.Close())
}

const initHead = `# Configuration of starhost. A flag is before its variable (--log-type before
# STARHOST_LOG_TYPE), a variable before this file, this file before the default.
#
# The values below are the defaults. Take the # away before a line, and before
# the line of the mapping that it is in, to change it. Relative paths are
# below the folder of this file. Secrets are never in here: *_file names the
# file that holds one.
#
# starhost config show COMMAND tells what counts and where it comes from.
`

// initText writes all settings as comments: those of the top, and below each
// command those that only it has.
func initText(top *group) string {
	var b strings.Builder
	b.WriteString(initHead)
	common := top.keys()
	for _, s := range top.settings {
		s.writeInit(&b, 0)
	}
	for _, g := range top.groups {
		g.writeInit(&b, 0, common)
	}
	return b.String()
}

// writeInit writes a mapping, without keys that are left out.
func (g *group) writeInit(b *strings.Builder, depth int, without []string) {
	pad := strings.Repeat("  ", depth)
	var inner strings.Builder
	for _, s := range g.settings {
		if !slices.Contains(without, s.key) {
			s.writeInit(&inner, depth+1)
		}
	}
	for _, sub := range g.groups {
		rest := []string(nil)
		if slices.Contains(without, sub.key) {
			rest = limitNames()
		}
		sub.writeInit(&inner, depth+1, rest)
	}
	if inner.Len() == 0 {
		return
	}
	b.WriteString("\n")
	writeComment(b, pad, g.doc)
	fmt.Fprintf(b, "#%s%s:\n%s", pad, g.key, inner.String())
}

func limitNames() []string {
	var all []string
	for _, s := range limitSettings {
		all = append(all, s.limit)
	}
	return all
}

func (s *setting) writeInit(b *strings.Builder, depth int) {
	pad := strings.Repeat("  ", depth)
	b.WriteString("\n")
	doc := s.doc
	if s.choices != nil && !strings.Contains(doc, s.choices[0]) {
		doc += ": " + wordList(s.choices)
	}
	writeComment(b, pad, doc)
	if s.structure != nil {
		writeComment(b, pad, "A list of mappings, with these keys:")
		for _, f := range s.structure.fields() {
			f.writeField(b, pad)
		}
	}
	value := s.yaml()
	if s.structure != nil || s.list && value == "[]" {
		value = "" // which counts as not given
	}
	fmt.Fprintf(b, "%s\n", strings.TrimRight("#"+pad+s.key+": "+value, " "))
}

// writeField tells of one key of an element.
func (s *setting) writeField(b *strings.Builder, pad string) {
	doc := s.key + ": " + s.doc
	if s.choices != nil {
		doc += ": " + wordList(s.choices)
	}
	if s.only != nil {
		doc = wordList(s.only) + ": " + doc
	}
	if s.fallback != "" {
		doc += " (" + s.fallback + ")"
	}
	writeComment(b, pad, "- "+doc)
}

// writeComment wraps a text into lines of a comment.
func writeComment(b *strings.Builder, pad, text string) {
	const width = 76
	line := pad + "#"
	for word := range strings.FieldsSeq(text) {
		if len(line)+1+len(word) > width && line != pad+"#" {
			b.WriteString(line + "\n")
			line = pad + "#"
			if strings.HasPrefix(text, "- ") {
				line += "  "
			}
		}
		line += " " + word
	}
	b.WriteString(line + "\n")
}
