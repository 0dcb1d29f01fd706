package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"github.com/starhost/starhost/internal/nearest"
	"github.com/starhost/starhost/runtime"
	"go.starlark.net/syntax"
)

// configName is the name of the file that configures the commands.
const configName = "starhost.yaml"

// A configuration is where the settings of a command come from: its flags,
// then variables, then a file, then defaults.
type configuration struct {
	path    string             // of the file, "" without one
	origins map[string]*origin // by the setting's name; those that are missing have their defaults
	flags   []string           // the names of all commands' flags
}

// An origin is where the value of a setting comes from.
type origin struct {
	from string          // flag, variable or file
	pos  syntax.Position // for a flag or a variable, its name is the file's
}

// place gives the origin as people read it: --listen, STARHOST_LISTEN,
// starhost.yaml:3:5.
func (o *origin) place() string {
	if o.pos.Line == 0 {
		return o.pos.Filename()
	}
	return o.pos.String()
}

// named makes an origin without lines.
func named(from, name string) *origin {
	return &origin{from, syntax.MakePosition(&name, 0, 0)}
}

// variable names the variable that stands in for a flag.
func variable(flag string) string {
	return "STARHOST_" + strings.ToUpper(strings.ReplaceAll(flag, "-", "_"))
}

// configFlag adds --config.
func configFlag(flags *pflag.FlagSet) {
	flags.String("config", "", `configuration file, or none (default: `+configName+` in the working directory, or a
parent up to the root of the repository or the home directory)`)
}

// configure gives flags that the command line does not set the values of
// their variables, and then of the configuration file.
func (c *command) configure(cmd *cobra.Command) error {
	conf, err := c.resolve(cmd)
	if conf != nil {
		c.configured = conf
	}
	return err
}

// resolve is configure for any command whose flags have been parsed.
func (c *command) resolve(cmd *cobra.Command) (*configuration, error) {
	conf := &configuration{origins: make(map[string]*origin), flags: flagsOf(cmd.Root())}
	if err := conf.fromEnvironment(cmd.Flags()); err != nil {
		return nil, err
	}
	if !hasSettings(cmd) {
		return conf, nil
	}
	path, err := configPath(cmd.Flags().Lookup("config"))
	if path == "" || err != nil {
		return conf, err
	}
	f, err := openConfig(path, settingsTree(cmd.Root()))
	if err != nil {
		return nil, err
	}
	conf.path = f.path
	if len(f.diags) == 0 {
		f.diags = conf.fromFile(cmd, f)
	}
	return conf, c.refuse(f.diags)
}

// fromEnvironment gives flags that the command line does not set the values
// of their variables: STARHOST_LOG_TYPE for --log-type.
func (conf *configuration) fromEnvironment(flags *pflag.FlagSet) error {
	var errs []error
	flags.VisitAll(func(f *pflag.Flag) {
		if f.Changed {
			conf.origins[f.Name] = named("flag", "--"+f.Name)
			return
		}
		name := variable(f.Name)
		if v, ok := os.LookupEnv(name); ok && f.Name != "help" {
			conf.origins[f.Name] = named("variable", name)
			if err := flags.Set(f.Name, v); err != nil {
				errs = append(errs, fmt.Errorf("%s: %w", name, err))
			}
		}
	})
	return errors.Join(errs...)
}

// flagsOf lists the names of the flags of a command and of those below it.
func flagsOf(cmd *cobra.Command) (names []string) {
	note := func(f *pflag.Flag) { names = append(names, f.Name) }
	cmd.Flags().VisitAll(note)
	cmd.PersistentFlags().VisitAll(note)
	for _, below := range cmd.Commands() {
		names = append(names, flagsOf(below)...)
	}
	return names
}

// misspelt warns of variables that stand in for no flag of any command, and
// whose names are like that of one: a setting would silently not be there.
func (conf *configuration) misspelt() (diags []*runtime.Diagnostic) {
	var known []string
	for _, name := range conf.flags {
		known = append(known, variable(name))
	}
	for _, entry := range os.Environ() {
		name, _, _ := strings.Cut(entry, "=")
		if !strings.HasPrefix(name, variable("")) || slices.Contains(known, name) {
			continue
		}
		meant := nearest.Name(name, known, 2)
		if i := slices.IndexFunc(known, func(k string) bool { return strings.HasPrefix(k, name+"_") }); meant == "" && i >= 0 {
			meant = known[i]
		}
		if meant != "" {
			diags = append(diags, &runtime.Diagnostic{
				Pos: syntax.MakePosition(&name, 0, 0), Severity: runtime.Warning, Code: "config",
				Msg: "the variable stands in for no flag, and is not used", Hint: "did you mean " + meant + "?",
			})
		}
	}
	return diags
}

// fromFile gives the settings of a command that neither flag nor variable has
// set the values of the file. Those of the command's section are before the
// shared ones.
func (conf *configuration) fromFile(cmd *cobra.Command, f *configFile) (diags []*runtime.Diagnostic) {
	section := sectionOf(cmd)
	for _, s := range settingsOf(section, cmd.Flags()) {
		v, ok := f.values[section+"."+s.key]
		if !ok && traitOf(section, s.flag.Name).shared {
			v, ok = f.values[s.key]
		}
		if !ok || s.limit != "" && s.limitGiven() || s.limit == "" && conf.origins[s.name()] != nil {
			continue
		}
		conf.origins[s.name()] = &origin{"file", v.at.Pos()}
		if err := s.apply(v); err != nil {
			diags = append(diags, &runtime.Diagnostic{Pos: v.at.Pos(), Code: "config", Msg: err.Error()})
		}
	}
	return diags
}

// name is how origins know a setting: the name of its flag, with that of the
// limit.
func (s *setting) name() string {
	if s.limit != "" {
		return s.flag.Name + " " + s.limit
	}
	return s.flag.Name
}

// origin finds where a setting comes from; nil for its default.
func (conf *configuration) origin(s *setting) *origin {
	o := conf.origins[s.name()]
	if o == nil && s.limit != "" && s.limitGiven() {
		o = conf.origins[s.flag.Name]
	}
	return o
}

// apply gives the flag the value of the file.
func (s *setting) apply(v given) error {
	s.flag.Changed = true
	switch list, isList := s.flag.Value.(pflag.SliceValue); {
	case s.structure != nil:
		s.structure.replace(v.elements)
		return nil
	case s.limit != "":
		return s.flag.Value.Set(s.limit + "=" + v.texts[0])
	case isList:
		return list.Replace(v.texts)
	}
	return s.flag.Value.Set(v.texts[0])
}

// refuse shows what is wrong with a configuration, and gives the error of the
// command if that is not only warnings.
func (c *command) refuse(diags []*runtime.Diagnostic) error {
	runtime.SortDiagnostics(diags)
	for _, d := range diags {
		text := prettyDiagnostic(d, colours(c.err))
		if !mayShow(d) {
			text = strings.ReplaceAll(text, excerpt(d), "")
		}
		io.WriteString(c.err, text)
	}
	if slices.ContainsFunc(diags, (*runtime.Diagnostic).IsError) {
		return &exitError{exitUsage, errors.New("the configuration is not valid (see above)")}
	}
	return nil
}

// excerpt gives the lines of a diagnostic that show its place.
func excerpt(d *runtime.Diagnostic) string {
	text, err := os.ReadFile(d.Pos.Filename())
	if err != nil {
		return ""
	}
	return d.Excerpt(text)
}

// mayShow tells whether the line of a diagnostic holds no secret. Of a file
// that is not YAML nobody knows.
func mayShow(d *runtime.Diagnostic) bool {
	line, _, _ := strings.Cut(excerpt(d), "\n")
	return d.Code != "yaml" && !tellsSecret(line)
}

// problemAt makes a diagnostic of a place in a file, or of a flag (line 0).
func problemAt(file string, line int32, msg, hint string) *runtime.Diagnostic {
	return &runtime.Diagnostic{Pos: syntax.MakePosition(&file, line, min(line, 1)), Code: "config", Msg: msg, Hint: hint}
}

// configPath gives the path of the file that --config names, or that is found;
// "" for none.
func configPath(flag *pflag.Flag) (string, error) {
	if flag != nil && flag.Changed {
		if path := flag.Value.String(); path != "none" {
			return path, nil
		}
		return "", nil
	}
	dir, err := os.Getwd()
	if err != nil {
		return "", nil // a folder that is gone has no file
	}
	home, err := os.UserHomeDir()
	if err != nil {
		home = ""
	}
	return findConfig(dir, home)
}

// findConfig looks for the file in a folder, and in the folders above it up to
// the root of a repository or the home directory. Without these above it, only
// the folder itself counts: what lies in /tmp may be anybody's.
func findConfig(dir, home string) (string, error) {
	folders := []string{dir}
	for at := dir; !isTop(at, home); {
		above := filepath.Dir(at)
		if above == at {
			folders = folders[:1]
			break
		}
		at = above
		folders = append(folders, at)
	}
	for i, folder := range folders {
		path := filepath.Join(folder, configName)
		info, err := os.Stat(path)
		switch {
		case errors.Is(err, os.ErrNotExist):
			continue
		case err != nil:
			return "", fmt.Errorf("look for the configuration: %w", err)
		case i == 0:
			return configName, nil
		case !trusted(info):
			return "", fmt.Errorf("%s belongs to another user: name it by --config to use it, or give --config none", path)
		}
		return path, nil
	}
	return "", nil
}

// isTop tells whether a folder is the root of a repository, or home.
func isTop(dir, home string) bool {
	if home != "" && dir == filepath.Clean(home) {
		return true
	}
	_, err := os.Lstat(filepath.Join(dir, ".git"))
	return err == nil
}
