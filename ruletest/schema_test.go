package ruletest

import (
	"bytes"
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/starhost/starhost/internal/strictyaml"
	"github.com/stretchr/testify/require"
)

const schemaFile = "../doc/rule.schema.json"

// TestSchemaKeys shows that the schema for editors has the keys that tests
// have, neither more nor fewer.
func TestSchemaKeys(t *testing.T) {
	var schema struct {
		Defs map[string]struct {
			Properties map[string]any `json:"properties"`
		} `json:"$defs"`
	}
	text, err := os.ReadFile(schemaFile)
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(text, &schema))
	for def, keys := range map[string][]string{"test": testKeys, "step": stepKeys, "item": itemKeys} {
		require.ElementsMatch(t, keys, slices.Collect(maps.Keys(schema.Defs[def].Properties)), def)
	}
}

// TestSchema shows that the schema takes the shipped rules, and refuses what
// the reader refuses.
func TestSchema(t *testing.T) {
	schema, err := jsonschema.NewCompiler().Compile(schemaFile)
	require.NoError(t, err)
	validate := func(path string, text []byte) error {
		doc, bad := strictyaml.Parse(path, text, "test")
		require.Nil(t, bad)
		v, err := jsonschema.UnmarshalJSON(bytes.NewReader(doc.Root.JSON()))
		require.NoError(t, err)
		return schema.Validate(v)
	}
	files, err := filepath.Glob("../rules/*.yml")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	for _, file := range files {
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		require.NoError(t, validate(file, text), file)
	}

	head := "AnalysisType: rule\nFilename: r.star\nTests:\n- Name: n\n  "
	for _, tail := range []string{
		"ExpectResult: true", "ExpectedResult: yes", "Steps: []", "Log: [a]", "Clock: 1",
		"Cache: {k: {count: 1}}", "Steps: [{After: soon}]", "Steps: [{Repeat: 0}]",
		"ExpectedAlert: maybe", "ExpectedCache: {k: gone}", "Mocks: [{returnValue: 1}]",
	} {
		require.Error(t, validate("r.yml", []byte(head+tail)), tail)
	}
	require.NoError(t, validate("r.yml", []byte(head+"ExpectedResult: true")))
}

// TestSchemaCorpus shows that the schema takes a checkout of Panther's
// detections.
func TestSchemaCorpus(t *testing.T) {
	dir := os.Getenv("CORPUS")
	if dir == "" {
		t.Skip("CORPUS names no checkout")
	}
	schema, err := jsonschema.NewCompiler().Compile(schemaFile)
	require.NoError(t, err)
	for _, folder := range []string{"rules", "policies", "queries", "data_models", "lookup_tables", "global_helpers", "packs"} {
		files, err := filepath.Glob(filepath.Join(dir, folder, "*.yml"))
		require.NoError(t, err)
		more, err := filepath.Glob(filepath.Join(dir, folder, "*", "*.yml"))
		require.NoError(t, err)
		for _, file := range append(files, more...) {
			text, err := os.ReadFile(file)
			require.NoError(t, err)
			doc, bad := strictyaml.Parse(file, text, "test")
			require.Nil(t, bad)
			v, err := jsonschema.UnmarshalJSON(bytes.NewReader(doc.Root.JSON()))
			require.NoError(t, err)
			if err := schema.Validate(v); err != nil {
				t.Errorf("%s: %v", file, err)
			}
		}
	}
}
