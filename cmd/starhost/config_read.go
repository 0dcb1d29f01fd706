package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/starhost/starhost/internal/nearest"
	"github.com/starhost/starhost/internal/strictyaml"
	"github.com/starhost/starhost/runtime"
)

// maxConfig is how large a configuration file may be.
const maxConfig = 1 << 20

// A configFile is a starhost.yaml that was read.
type configFile struct {
	path   string
	dir    string // relative paths in the file are below it
	values map[string]given
	diags  []*runtime.Diagnostic
}

// given is the value of a setting in the file.
type given struct {
	at       strictyaml.Value
	texts    []string // of a list each element, of a mapping the values
	names    []string // of a mapping the keys
	elements any      // what a structured value made of it
}

// openConfig reads a file by the table of settings. Errors that have a place
// are in its diags.
func openConfig(path string, top *group) (*configFile, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("read the configuration: %w", err)
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, maxConfig+1))
	if err != nil {
		return nil, fmt.Errorf("read the configuration: %w", err)
	}
	if len(text) > maxConfig {
		return nil, fmt.Errorf("%s is larger than %d KB, which no configuration is", path, maxConfig>>10)
	}
	return readConfig(path, text, top), nil
}

func readConfig(path string, text []byte, top *group) *configFile {
	f := &configFile{path: path, dir: filepath.Dir(path), values: make(map[string]given)}
	if onlyComments(text) {
		return f
	}
	doc, bad := strictyaml.Parse(path, text, "config")
	switch {
	case bad != nil:
		f.diags = append(f.diags, bad)
	case doc != nil:
		f.readGroup(top, doc.Root, "", func(key string, _ *setting, v given) { f.values[key] = v })
		f.diags = append(f.diags, doc.Diagnostics...)
	default:
		f.diags = append(f.diags, problemAt(path, 1, "the configuration is no mapping of settings", "begin with a line such as rules: [rules]"))
	}
	runtime.SortDiagnostics(f.diags)
	return f
}

// onlyComments tells whether a text configures nothing.
func onlyComments(text []byte) bool {
	for line := range strings.Lines(string(text)) {
		line = strings.TrimSpace(strings.TrimPrefix(line, "\ufeff"))
		if line != "" && line != "---" && line != "..." && !strings.HasPrefix(line, "#") {
			return false
		}
	}
	return true
}

// readGroup reads a mapping, and calls take for each setting that it gives.
func (f *configFile) readGroup(g *group, m strictyaml.Mapping, prefix string, take func(key string, s *setting, v given)) {
	seen := make(map[string]bool)
	for k, v := range m.All() {
		name := k.Text()
		if seen[name] {
			k.Errorf("%s is given twice", name)
			continue
		}
		seen[name] = true
		i := slices.IndexFunc(g.settings, func(s *setting) bool { return s.key == name })
		j := slices.IndexFunc(g.groups, func(sub *group) bool { return sub.key == name })
		switch {
		case i < 0 && j < 0:
			unknownKey(g, k, prefix)
		case v.IsNull():
		case j >= 0:
			f.readGroup(g.groups[j], v.Mapping(), prefix+name+".", take)
		default:
			if value, ok := f.readSetting(g.settings[i], v); ok {
				take(prefix+name, g.settings[i], value)
			}
		}
	}
}

// secretKey matches names of what must not be in a configuration.
var secretKey = regexp.MustCompile(`(?i)token|secret|passw|pass_?phrase|api_?key|private_?key|access_?key|credential|auth|bearer|^headers?$|^(tls_)?key$|^pwd$`)

// isSecret tells whether a key is one of a secret, and not of the file that
// holds it.
func isSecret(key string) bool {
	return secretKey.MatchString(key) && !strings.HasSuffix(key, "_file") && !strings.HasSuffix(key, "_files")
}

var (
	keyInLine = regexp.MustCompile(`([\w-]+)["']?\s*[:=]`)
	longURL   = regexp.MustCompile(`://[^/\s]+(/[^\s/]|@)`)
)

// tellsSecret tells whether a line may hold a secret: the value of a key, or a
// URL with a password or a path, where chat services have theirs.
func tellsSecret(line string) bool {
	return longURL.MatchString(line) || slices.ContainsFunc(keyInLine.FindAllStringSubmatch(line, -1), func(m []string) bool {
		return isSecret(m[1])
	})
}

// unknownKey reports a key that is none of a group's.
func unknownKey(g *group, k strictyaml.Value, prefix string) {
	name := k.Text()
	known := g.keys()
	if isSecret(name) {
		hint := "put the secret into a file of its own that only its owner can read"
		for _, file := range known {
			if file == name+"_file" || file == name+"_files" {
				hint += ", and name it by " + file
			}
		}
		k.ErrorHint(hint, "unknown key %s%s: secrets are never in the configuration", prefix, name)
		return
	}
	hint := nearest.Hint(strings.ReplaceAll(name, "-", "_"), known, (len(name)+2)/3)
	if hint == "" {
		hint = elsewhere(prefix, known)
	}
	k.ErrorHint(hint, "unknown key %s%s", prefix, name)
}

// elsewhere lists what is known, if that is no long list.
func elsewhere(prefix string, known []string) string {
	if len(known) > 20 {
		return "starhost config schema and config init show all there are"
	}
	where := "here"
	if prefix != "" {
		where = "in " + strings.TrimSuffix(prefix, ".")
	}
	return fmt.Sprintf("%s there are %s", where, strings.Join(known, ", "))
}

// keys lists the keys of a group.
func (g *group) keys() []string {
	var all []string
	for _, s := range g.settings {
		all = append(all, s.key)
	}
	for _, sub := range g.groups {
		all = append(all, sub.key)
	}
	return all
}

// readSetting reads a value, and reports what it must not be.
func (f *configFile) readSetting(s *setting, v strictyaml.Value) (given, bool) {
	value := given{at: v}
	switch {
	case s.structure != nil:
		if !v.IsList() {
			v.Errorf("%s is %s, want a list of mappings", s.key, v.Describe())
			return value, false
		}
		value.elements = s.structure.read(v.List(), f)
		return value, true
	case s.mapping:
		return f.readNames(s, v)
	case s.list && v.IsList():
		value.texts = []string{}
		for _, e := range v.List() {
			text, ok := f.readText(s, e)
			if !ok {
				return value, false
			}
			value.texts = append(value.texts, text)
		}
		return value, true
	}
	text, ok := f.readText(s, v)
	value.texts = []string{text}
	return value, ok
}

func (f *configFile) readNames(s *setting, v strictyaml.Value) (given, bool) {
	value, ok := given{at: v}, v.IsMapping()
	if !ok {
		v.Errorf("%s is %s, want a mapping", s.key, v.Describe())
	}
	if !ok {
		return value, false
	}
	for k, e := range v.Mapping().All() {
		text, fine := f.readText(s, e)
		value.names, value.texts = append(value.names, k.Text()), append(value.texts, text)
		ok = ok && fine
	}
	return value, ok
}

// readText reads a scalar.
func (f *configFile) readText(s *setting, v strictyaml.Value) (string, bool) {
	if !v.IsScalar() || v.IsNull() {
		v.Errorf("%s is %s, want %s", v.Name(), v.Describe(), s.wanted())
		return "", false
	}
	text, ok := s.normal(v.Text())
	if !ok {
		v.Errorf("%s is %s, want %s", v.Name(), v.Describe(), s.wanted())
		return "", false
	}
	return f.below(s.kind, text), true
}

// normal checks a text, and gives it as the setting's flag takes it.
func (s *setting) normal(text string) (string, bool) {
	if s.choices != nil {
		i := slices.IndexFunc(s.choices, func(c string) bool { return c == text || s.fold && strings.EqualFold(c, text) })
		if i < 0 {
			return "", false
		}
		return s.choices[i], true
	}
	var err error
	switch s.kind {
	case boolKind:
		text = strings.ToLower(text)
		return text, text == "true" || text == "false"
	case numberKind:
		var n int64
		n, err = strconv.ParseInt(strings.ReplaceAll(text, "_", ""), 10, 64)
		return strconv.FormatInt(n, 10), err == nil && (s.limit == "" || n > 0)
	case decimalKind:
		_, err = strconv.ParseFloat(text, 64)
	case sizeKind:
		var n size
		n, err = parseSize(text)
		if s.limit != "" {
			return strconv.FormatInt(int64(n), 10), err == nil && n > 0
		}
	case lengthKind:
		var d length
		d, err = parseLength(text)
		return d.String(), err == nil && (s.limit == "" || d > 0)
	case reportKind:
		return text, strings.Contains(text, "=")
	}
	return text, err == nil
}

// wanted says in words what a value must be.
func (s *setting) wanted() string {
	if s.choices != nil {
		return wordList(s.choices)
	}
	switch s.kind {
	case boolKind:
		return "true or false"
	case numberKind:
		if s.limit != "" {
			return "a positive whole number"
		}
		return "a whole number"
	case decimalKind:
		return "a number"
	case sizeKind:
		return sizeWanted
	case lengthKind:
		return lengthWanted
	case fileKind:
		return "a path"
	case storeKind:
		return storeHelp
	case reportKind:
		return "FORMAT=FILE"
	}
	return "a string"
}

// wordList joins words as people do: a, b or c.
func wordList(words []string) string {
	if len(words) == 1 {
		return words[0]
	}
	return strings.Join(words[:len(words)-1], ", ") + " or " + words[len(words)-1]
}

// below gives a text with the path in it, if relative, below the folder of the
// file.
func (f *configFile) below(k kind, text string) string {
	switch k {
	case fileKind:
		return f.join(text)
	case reportKind:
		format, path, _ := strings.Cut(text, "=")
		return format + "=" + f.join(path)
	case storeKind:
		if scheme, where := splitStore(text); scheme == "bolt" {
			path, options, more := strings.Cut(where, "?")
			if path = f.join(path); more {
				path += "?" + options
			}
			return "bolt:" + path
		}
	}
	return text
}

func (f *configFile) join(path string) string {
	if path == "" || path == "-" || filepath.IsAbs(path) || f.dir == "." {
		return path
	}
	return filepath.Join(f.dir, path)
}
