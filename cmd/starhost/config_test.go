package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"github.com/starhost/starhost/internal/strictyaml"
	"github.com/stretchr/testify/require"
)

func testTree() *group { return settingsTree((&command{}).root()) }

// keysOfGroup lists all keys that are read, with the keys above them.
func keysOfGroup(g *group, prefix string) []string {
	var all []string
	for _, s := range g.settings {
		all = append(all, prefix+s.key)
		if s.structure != nil {
			for _, f := range s.structure.fields() {
				all = append(all, prefix+s.key+"[]."+f.key)
			}
		}
	}
	for _, sub := range g.groups {
		all = append(all, prefix+sub.key)
		all = append(all, keysOfGroup(sub, prefix+sub.key+".")...)
	}
	return all
}

// keysOfSchema lists all keys of a schema in the same way.
func keysOfSchema(schema map[string]any, prefix string) []string {
	var all []string
	properties, _ := schema["properties"].(map[string]any)
	for key, v := range properties {
		sub := v.(map[string]any)
		all = append(all, prefix+key)
		all = append(all, keysOfSchema(sub, prefix+key+".")...)
		if items, ok := sub["items"].(map[string]any); ok {
			all = append(all, keysOfSchema(items, prefix+key+"[].")...)
		}
	}
	return all
}

func testSchema(t *testing.T) (text []byte, schema *jsonschema.Schema) {
	var out bytes.Buffer
	c := &command{in: &out, out: &out, err: os.Stderr}
	require.Equal(t, exitOK, c.run(t.Context(), []string{"config", "schema", "--config", "none"}))
	text = out.Bytes()
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	require.NoError(t, err)
	compiler := jsonschema.NewCompiler()
	require.NoError(t, compiler.AddResource("schema.json", doc))
	schema, err = compiler.Compile("schema.json")
	require.NoError(t, err)
	return text, schema
}

// TestConfigKeys holds what is read, the schema and the file of init to the
// same keys.
func TestConfigKeys(t *testing.T) {
	read := keysOfGroup(testTree(), "")
	require.Contains(t, read, "serve.sinks[].max_size")
	require.Contains(t, read, "serve.limits.max_body")
	require.Contains(t, read, "limits.steps")
	require.Contains(t, read, "run.store")
	require.NotContains(t, read, "run.config")
	require.Len(t, read, len(slices.Compact(slices.Sorted(slices.Values(read)))), "a key is there twice")

	text, _ := testSchema(t)
	var schema map[string]any
	require.NoError(t, json.Unmarshal(text, &schema))
	require.ElementsMatch(t, read, keysOfSchema(schema, ""))

	// init leaves out what a section shares with the top.
	doc, bad := strictyaml.Parse("init.yaml", []byte(uncommented(initText(testTree()))), "config")
	require.Nil(t, bad)
	shared := make(map[string]bool)
	written := keysOfMapping(doc.Root, "")
	for _, key := range written {
		shared[key] = true
	}
	for _, key := range read {
		_, below, _ := strings.Cut(key, ".")
		if !strings.Contains(key, "[]") {
			require.True(t, shared[key] || shared[below], "%s is missing in the file of init", key)
		}
	}
	for _, key := range written {
		require.Contains(t, read, key)
	}
}

func keysOfMapping(m strictyaml.Mapping, prefix string) []string {
	var all []string
	for k, v := range m.All() {
		all = append(all, prefix+k.Text())
		if v.IsMapping() {
			all = append(all, keysOfMapping(v.Mapping(), prefix+k.Text()+".")...)
		}
	}
	return all
}

var commentedSetting = regexp.MustCompile(`(?m)^#((?:  )*[a-z_]+:)`)

// uncommented makes all lines of the file of init count.
func uncommented(text string) string { return commentedSetting.ReplaceAllString(text, "$1") }

// TestConfigInit shows that the file of init says the defaults, neither as it
// is nor with all lines counting another thing.
func TestConfigInit(t *testing.T) {
	text := initText(testTree())
	require.NotEqual(t, text, uncommented(text))
	want := settingValues(t, "none")
	require.Greater(t, len(want), 60)
	for name, text := range map[string]string{"as it is": text, "all lines": uncommented(text)} {
		path := filepath.Join(t.TempDir(), configName)
		require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
		got := settingValues(t, path)
		// Paths of the file are below its folder.
		for key, v := range got {
			got[key] = strings.ReplaceAll(v, filepath.Dir(path)+"/", "")
		}
		require.Equal(t, want, got, name)
	}
}

// settingValues gives the values of all settings of all commands as JSON.
func settingValues(t *testing.T, config string) map[string]string {
	var out, errs bytes.Buffer
	c := &command{in: &out, out: &out, err: &errs}
	require.Equal(t, exitOK, c.run(t.Context(), []string{"config", "show", "-f", "json", "--config", config}), &errs)
	require.Empty(t, errs.String())
	var shown configShown
	require.NoError(t, json.Unmarshal(out.Bytes(), &shown))
	values := make(map[string]string)
	for _, cmd := range shown.Commands {
		for _, s := range cmd.Settings {
			v, err := json.Marshal(s.Value)
			require.NoError(t, err)
			values[cmd.Command+" "+s.Key] = string(v)
		}
	}
	return values
}

// TestConfigSchema shows that the schema takes what is read, and refuses what
// is refused.
func TestConfigSchema(t *testing.T) {
	_, schema := testSchema(t)
	valid := func(text string) error {
		doc, bad := strictyaml.Parse("f.yaml", []byte(text), "config")
		require.Nil(t, bad)
		v, err := jsonschema.UnmarshalJSON(bytes.NewReader(doc.Root.JSON()))
		require.NoError(t, err)
		return schema.Validate(v)
	}
	for _, text := range []string{
		uncommented(initText(testTree())),
		"rules: r", "rules: [a, b]", "rules:", "limits: {time: 500ms, heap: 1GiB, bytes: 1024}", "serve: {limits: {max_body: 1.5MB, steps: 10}}",
		"serve: {sinks: [{type: stdout}, {type: file, path: a, max_size: 1GB, max_age: 7d}]}",
		"serve: {sinks: [{type: webhook, url: https://a, min_severity: high, severities: [LOW], headers_files: {A: b}}]}",
		"serve: {sinks: [{type: webhook, url_file: a, batch: 2, path: }]}",
		"serve: {follow: [{paths: a, start_at: end}], tls: {cert_file: a}}",
		"run: {workers: 3, strict: true}", "test: {format: junit, cover_min: 99.5, report: junit=a.xml}", "cache: {store: memory}",
		"serve: {reload_interval: 1h30m, listen: ':1'}",
	} {
		require.NoError(t, valid(text), text)
		require.Empty(t, readConfig("f.yaml", []byte(text), testTree()).diags, text)
	}
	for text, want := range map[string]string{
		"nosuch: 1":                                 "unknown key nosuch",
		"format: json":                              "unknown key format",
		"test: {run: x}":                            "unknown key test.run",
		"rules: {a: b}":                             "rules is a mapping, want a path",
		"workers: x":                                `workers is "x", want a whole number`,
		"workers: 1.5":                              `workers is "1.5", want a whole number`,
		"limits: {steps: 0}":                        `steps is "0", want a positive whole number`,
		"limits: {max_body: 1MB}":                   "unknown key limits.max_body",
		"serve: {limits: {max_body: 1XB}}":          `max_body is "1XB", want a size`,
		"serve: {reload_interval: 5}":               `reload_interval is "5", want a length of time`,
		"serve: {pprof: 1}":                         `pprof is "1", want true or false`,
		"serve: [a]":                                "serve is a list, want a mapping",
		"log_format: xml":                           `log_format is "xml", want text or json`,
		"test: {format: xml}":                       `format is "xml", want `,
		"test: {report: a.xml}":                     `report is "a.xml", want FORMAT=FILE`,
		"test: {cover_min: most}":                   `cover_min is "most", want a number`,
		"serve: {sinks: {type: stdout}}":            "sinks is a mapping, want a list of mappings",
		"serve: {sinks: [stdout]}":                  `sinks[0] is "stdout", want a mapping`,
		"serve: {sinks: [{}]}":                      "sinks[0] has no type",
		"serve: {sinks: [{type: }]}":                "sinks[0] has no type",
		"serve: {sinks: [{type: file}]}":            "sinks[0] is of type file and has no path",
		"serve: {sinks: [{type: webhook}]}":         "sinks[0] is of type webhook and has neither url nor url_file",
		"serve: {sinks: [{type: stdout, path: a}]}": "path is for sinks of type file, this one is of type stdout",
		"serve: {sinks: [{type: file, path: a, url: 'http://x'}]}":          "url is for sinks of type webhook, this one is of type file",
		"serve: {sinks: [{type: stdout, min_severity: BAD}]}":               `min_severity is "BAD", want INFO, LOW, MEDIUM, HIGH or CRITICAL`,
		"serve: {sinks: [{type: webhook, url: a, headers_files: x}]}":       `headers_files is "x", want a mapping`,
		"serve: {sinks: [{type: webhook, url: a, headers_files: {A: []}}]}": "A is a list, want a path",
		"serve: {follow: [{log_type: a}]}":                                  "follow[0] has no paths",
		"serve: {follow: [{paths: [a], start_at: now}]}":                    `start_at is "now", want beginning or end`,
	} {
		require.Error(t, valid(text), text)
		diags := readConfig("f.yaml", []byte(text), testTree()).diags
		require.Len(t, diags, 1, text)
		require.Contains(t, diags[0].Msg, want, text)
	}
}

// TestConfigDoc shows that what the documentation has is read.
func TestConfigDoc(t *testing.T) {
	text, err := os.ReadFile("../../doc/service.md")
	require.NoError(t, err)
	blocks := regexp.MustCompile("(?s)```yaml\n(.*?)```").FindAllSubmatch(text, -1)
	require.NotEmpty(t, blocks)
	for _, block := range blocks {
		file := readConfig("service.md", block[1], testTree())
		require.Empty(t, file.diags)
		require.NotEmpty(t, file.values)
	}
}

// TestConfigTraits shows that no trait is of a flag that is gone.
func TestConfigTraits(t *testing.T) {
	flags := make(map[string]bool)
	for _, cmd := range (&command{}).root().Commands() {
		for _, s := range everyFlag(cmd) {
			flags[s], flags[sectionOf(cmd)+" "+s] = true, true
		}
	}
	flags["help"], flags["config"] = true, true // of all commands
	for name := range traits {
		require.True(t, flags[name], "no command has the flag %s", name)
	}
}

// everyFlag names the flags of a command and of those below it.
func everyFlag(cmd *cobra.Command) (names []string) {
	take := func(f *pflag.Flag) { names = append(names, f.Name) }
	cmd.PersistentFlags().VisitAll(take)
	cmd.Flags().VisitAll(take)
	for _, sub := range cmd.Commands() {
		names = append(names, everyFlag(sub)...)
	}
	return names
}

func TestFindConfig(t *testing.T) {
	top := t.TempDir()
	deep := filepath.Join(top, "a", "b")
	require.NoError(t, os.MkdirAll(deep, 0o700))
	write := func(dir string) string {
		path := filepath.Join(dir, configName)
		require.NoError(t, os.WriteFile(path, nil, 0o600))
		return path
	}
	find := func(home string) string {
		path, err := findConfig(deep, home)
		require.NoError(t, err)
		return path
	}
	path := write(top)
	require.Empty(t, find(""), "nobody's folder")
	require.Equal(t, path, find(top), "home")
	require.Empty(t, find(filepath.Join(top, "a")), "above home")
	require.NoError(t, os.WriteFile(filepath.Join(top, ".git"), nil, 0o600)) // a work tree's is a file
	require.Equal(t, path, find(""), "root of the repository")
	nearer := write(filepath.Join(top, "a"))
	require.Equal(t, nearer, find(""))
	write(deep)
	require.Equal(t, configName, find(""))

	if os.Geteuid() == 0 {
		require.NoError(t, os.Remove(filepath.Join(deep, configName)))
		require.NoError(t, os.Chown(nearer, 12345, 12345))
		_, err := findConfig(deep, "")
		require.ErrorContains(t, err, nearer+" belongs to another user: name it by --config to use it")
	}
}

func TestTellsSecret(t *testing.T) {
	for line, want := range map[string]bool{
		"token: x": true, `"api_key": x`: true, "  - {type: webhook, secret: x}": true, "url: https://a/b": true, "url: http://u:p@a": true,
		"Authorization: x": true, "password = x": true,
		"token_file: x": false, "headers_files: {X: y}": false, "url: https://a": false, "url: https://a/": false, "store: bolt:a/b": false,
		"author_file: x": false, "serve:": false,
	} {
		require.Equal(t, want, tellsSecret(line), line)
	}
}

// FuzzConfig reads any text: without a panic, and with nothing given that the
// flags do not take.
func FuzzConfig(f *testing.F) {
	for _, text := range []string{
		uncommented(initText(testTree())), "rules: [a]\n", "serve: {sinks: [{type: webhook, url: x}], follow: [{paths: a}]}\n",
		"a: &a [*a]\n", "limits: {steps: 99999999999999999999}\n", "serve: &s {sinks: [*s, *s]}\n", "? [a]\n: b\n", "~: x\n",
		"limits: {time: 100000d, bits: 9223372036854775807, bytes: 8388607TiB}\nworkers: 9223372036854775807\n", "<<: {rules: a}\n",
	} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		c := &command{}
		root := c.root()
		file := readConfig("dir/f.yaml", text, settingsTree(root))
		if len(file.diags) > 0 {
			return
		}
		for _, name := range []string{"run", "serve", "test"} {
			cmd, _, err := root.Find([]string{name})
			require.NoError(t, err)
			conf := &configuration{origins: make(map[string]*origin)}
			for _, d := range conf.fromFile(cmd, file) {
				t.Errorf("%q: %v", text, d)
			}
			for _, s := range settingsOf(name, cmd.Flags()) {
				conf.show(name, s)
			}
		}
	})
}
