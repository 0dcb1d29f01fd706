package main

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"
)

func (c *command) configCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "config",
		Short: "Show, describe or begin the configuration: show, schema, init",
		Long: `config is about ` + configName + `. A setting is taken from a flag, else from its
variable (STARHOST_LOG_TYPE for --log-type), else from the file, else it has its
default. The file is looked for in the working directory and in those above it,
up to the root of the repository or the home directory; --config, or the
variable STARHOST_CONFIG, names another, or none.` + "\n" + exitCodesHelp,
		Example: `  starhost config show serve
  starhost config schema > starhost.schema.json
  starhost config init`,
	}
	cmd.AddCommand(c.configShow(), c.configSchema(), c.configInit())
	onlyCommands(cmd)
	return cmd
}

func (c *command) configShow() *cobra.Command {
	var format string
	cmd := &cobra.Command{
		Use:   "show [COMMAND…] [-- FLAG…]",
		Short: "Print every value with where it comes from",
		Long: `show prints the settings of a command, or of all, as the command would see them,
each with where it comes from: a flag (those after --), a variable, a line of
the file, or the default. What is wrong with them is told as the command would
tell it.` + "\n" + exitCodesHelp,
		Example: `  starhost config show serve
  starhost config show serve -- --listen :8321
  starhost config show -f json run | jq '.commands[].settings[] | select(.from != "default")'`,
	}
	cmd.Flags().StringVarP(&format, "format", "f", "pretty", "output format: pretty, json")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if !slices.Contains(prettyOrJSON, format) {
			return fmt.Errorf("format is %q, want %s", format, wordList(prettyOrJSON))
		}
		names, flags := args, []string(nil)
		if i := cmd.ArgsLenAtDash(); i >= 0 {
			names, flags = args[:i], args[i:]
		}
		if f := cmd.Flags().Lookup("config"); f.Changed {
			flags = append([]string{"--config=" + f.Value.String()}, flags...)
		}
		return c.showConfig(format, names, flags)
	}
	return cmd
}

// showConfig shows the settings of the command with the names, or of all.
func (c *command) showConfig(format string, names, flags []string) error {
	commands := [][]string{names}
	if len(names) == 0 {
		commands = nil
		for _, cmd := range c.root().Commands() {
			if hasSettings(cmd) {
				commands = append(commands, []string{cmd.Name()})
			}
		}
	}
	shown := configShown{Commands: []commandShown{}}
	var failed error
	for _, names := range commands {
		one, path, err := c.commandSettings(names, flags)
		if one == nil {
			return err
		}
		if shown.Commands = append(shown.Commands, *one); path != "" {
			shown.File = &path
		}
		failed = cmp.Or(failed, err)
	}
	write := shown.writeText
	if format == "json" {
		write = shown.writeJSON
	}
	return cmp.Or(write(c.out), failed)
}

// configShown is what config show prints. Its JSON form is a contract: fields
// are added, never renamed.
type configShown struct {
	File     *string        `json:"file"` // null without one
	Commands []commandShown `json:"commands"`
}

type commandShown struct {
	Command  string         `json:"command"`
	Settings []settingShown `json:"settings"`
}

type settingShown struct {
	Key      string `json:"key"` // in the file
	Value    any    `json:"value"`
	From     string `json:"from"` // flag, variable, file, default
	At       string `json:"at"`   // --listen, STARHOST_LISTEN, starhost.yaml:3:5, or ""
	Flag     string `json:"flag"`
	Variable string `json:"variable"`

	lines []string // the value as text
}

// commandSettings gives the settings of a command as it would see them, and the
// path of the file. They are given beside an error if they could be read.
func (c *command) commandSettings(names, flags []string) (*commandShown, string, error) {
	root := c.root()
	cmd, rest, err := root.Find(names)
	if err == nil && (len(rest) > 0 || !hasSettings(cmd)) {
		err = fmt.Errorf("command %s has no settings", strings.Join(names, " "))
	}
	if err != nil {
		return nil, "", err
	}
	if err := cmd.ParseFlags(flags); err != nil {
		return nil, "", cmd.FlagErrorFunc()(cmd, err)
	}
	conf, err := c.resolve(cmd)
	if err != nil {
		return nil, "", err
	}
	if cmd.PreRunE != nil { // it checks the settings
		c.configured = conf
		err = cmd.PreRunE(cmd, nil)
	}
	section := sectionOf(cmd)
	shown := &commandShown{Command: strings.Join(names, " ")}
	for _, s := range settingsOf(section, cmd.Flags()) {
		shown.Settings = append(shown.Settings, conf.show(section, s))
	}
	return shown, conf.path, err
}

// show gives a setting with its value and origin.
func (conf *configuration) show(section string, s *setting) settingShown {
	shown := settingShown{
		Key: section + "." + s.key, From: "default", Flag: "--" + s.flag.Name, Variable: variable(s.flag.Name),
		Value: s.json(), lines: s.lines(),
	}
	if traitOf(section, s.flag.Name).shared {
		shown.Key = s.key
	}
	if o := conf.origin(s); o != nil {
		shown.From, shown.At = o.from, o.place()
	}
	return shown
}

// json gives the value of a setting for JSON.
func (s *setting) json() any {
	if s.structure != nil {
		all := []map[string]any{}
		for _, fields := range s.structure.shown() {
			one := make(map[string]any)
			for _, f := range fields {
				if f.applies(fields) {
					one[f.key] = f.json()
				}
			}
			all = append(all, one)
		}
		return all
	}
	texts := s.shownTexts()
	switch {
	case s.mapping:
		names := make(map[string]string)
		for _, text := range texts {
			name, value, _ := strings.Cut(text, ": ")
			names[name] = value
		}
		return names
	case s.list:
		all := []any{}
		for _, text := range texts {
			all = append(all, s.jsonText(text))
		}
		return all
	case len(texts) == 0:
		return nil
	}
	return s.jsonText(texts[0])
}

func (s *setting) jsonText(text string) any {
	switch s.kind {
	case boolKind:
		return text == "true"
	case numberKind, decimalKind:
		return json.Number(text)
	}
	return text
}

// applies tells whether a field is one of the type of element that its
// siblings make.
func (s *setting) applies(siblings []*setting) bool {
	if s.only == nil {
		return true
	}
	return slices.Contains(s.only, siblings[0].texts()[0]) // the first is the type
}

// shownTexts gives the texts of a value without what may be a secret.
func (s *setting) shownTexts() []string {
	texts := s.texts()
	if s.key == "url" && len(texts) > 0 {
		return []string{hideURL(texts[0])}
	}
	return texts
}

// lines gives the value of a setting as people read it, as YAML.
func (s *setting) lines() []string {
	if s.structure == nil {
		return []string{s.yaml()}
	}
	var lines []string
	for _, fields := range s.structure.shown() {
		var parts []string
		for _, f := range fields {
			if text := f.yaml(); f.applies(fields) && text != "" && text != "[]" && text != "{}" && text != f.fallback {
				parts = append(parts, f.key+": "+text)
			}
		}
		lines = append(lines, "- {"+strings.Join(parts, ", ")+"}")
	}
	return lines
}

// yaml spells a value as YAML does; "" for none.
func (s *setting) yaml() string {
	texts := s.shownTexts()
	switch {
	case s.mapping:
		return "{" + strings.Join(texts, ", ") + "}"
	case s.list:
		var quoted []string
		for _, text := range texts {
			quoted = append(quoted, s.yamlText(text))
		}
		return "[" + strings.Join(quoted, ", ") + "]"
	case len(texts) == 0:
		return ""
	}
	return s.yamlText(texts[0])
}

// yamlText quotes a text where YAML would take it for something else.
func (s *setting) yamlText(text string) string {
	special := strings.ContainsAny(text, "#{}[],&*!|>'\"%@`\\\n\t") || strings.Contains(text, ": ") ||
		strings.HasSuffix(text, ":") || strings.TrimSpace(text) != text || strings.HasPrefix(text, "-") || strings.HasPrefix(text, "?")
	if s.kind == textKind || s.kind == fileKind {
		special = special || slices.Contains([]string{"", "~", "null", "true", "false"}, strings.ToLower(text))
	}
	if !special {
		return text
	}
	quoted, _ := json.Marshal(text)
	return string(quoted)
}

func (s *configShown) writeJSON(w io.Writer) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(s)
}

func (s *configShown) writeText(w io.Writer) error {
	file := "no " + configName + " found"
	if s.File != nil {
		file = *s.File
	} else if v, ok := os.LookupEnv("STARHOST_CONFIG"); ok {
		file = "STARHOST_CONFIG is " + cmp.Or(v, "empty")
	}
	fmt.Fprintf(w, "configuration: %s\n", file)
	for _, cmd := range s.Commands {
		fmt.Fprintf(w, "\n%s\n", cmd.Command)
		tab := tabwriter.NewWriter(w, 0, 8, 2, ' ', 0)
		for _, row := range cmd.Settings {
			from := cmp.Or(row.At, row.From)
			if len(row.lines) == 0 {
				row.lines = []string{""}
			}
			for i, line := range row.lines {
				if i > 0 {
					row.Key, from = "", ""
				}
				fmt.Fprintf(tab, "  %s\t%s\t%s\n", row.Key, from, cmp.Or(line, "-"))
			}
		}
		if err := tab.Flush(); err != nil {
			return err
		}
	}
	return nil
}
