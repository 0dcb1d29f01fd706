package main

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"
)

func (c *command) configSchema() *cobra.Command {
	return &cobra.Command{
		Use:   "schema",
		Short: "Print a JSON Schema of " + configName + ", for editors",
		Long: `schema prints a JSON Schema (draft 2020-12) of ` + configName + `. Editors that know
YAML complete keys by it and mark mistakes, for instance with this line at the
top of the file:

  # yaml-language-server: $schema=starhost.schema.json` + "\n" + exitCodesHelp,
		Example: "  starhost config schema > starhost.schema.json",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			enc := json.NewEncoder(c.out)
			enc.SetEscapeHTML(false)
			enc.SetIndent("", "  ")
			return enc.Encode(configSchema(settingsTree(c.root())))
		},
	}
}

// object is an object of JSON.
type object map[string]any

// configSchema describes the whole file. An empty one is valid, too.
func configSchema(top *group) object {
	schema := top.schema()
	schema["$schema"] = "https://json-schema.org/draft/2020-12/schema"
	schema["$id"] = "https://github.com/starhost/starhost/starhost.schema.json"
	schema["title"] = "Configuration of starhost"
	return schema
}

// schema describes a mapping.
func (g *group) schema() object {
	properties := object{}
	for _, s := range g.settings {
		properties[s.key] = s.schema()
	}
	for _, sub := range g.groups {
		properties[sub.key] = sub.schema()
	}
	schema := object{"type": []string{"object", "null"}, "additionalProperties": false, "properties": properties}
	if g.doc != "" {
		schema["description"] = g.doc
	}
	return schema
}

// schema describes a value. That of a key without one is null, which is as good
// as no key.
func (s *setting) schema() object {
	one := s.oneSchema()
	var schema object
	switch {
	case s.structure != nil:
		schema = object{"type": []string{"array", "null"}, "items": elementSchema(s.structure.fields())}
	case s.mapping:
		schema = object{"type": []string{"object", "null"}, "additionalProperties": one}
	case s.list:
		schema = object{"anyOf": []object{one, {"type": "array", "items": one}, {"type": "null"}}}
	default:
		schema = object{"anyOf": []object{one, {"type": "null"}}}
	}
	schema["description"] = s.doc
	if v := s.json(); v != nil && s.structure == nil && !(s.list && len(s.texts()) == 0) && !s.mapping {
		schema["default"] = v
	}
	return schema
}

// oneSchema describes a scalar.
func (s *setting) oneSchema() object {
	switch {
	case s.fold:
		return object{"type": "string", "pattern": foldPattern(s.choices)}
	case s.choices != nil:
		return object{"enum": s.choices}
	}
	switch s.kind {
	case boolKind:
		return object{"type": "boolean"}
	case numberKind:
		if s.limit != "" {
			return object{"type": "integer", "minimum": 1}
		}
		return object{"type": "integer"}
	case decimalKind:
		return object{"type": "number"}
	case sizeKind:
		return object{"type": []string{"string", "integer"}, "pattern": `^[0-9]+(\.[0-9]{1,9})? *([KMGTkmgt][Ii]?)?[Bb]?$`, "minimum": 0}
	case lengthKind:
		return object{"type": "string", "pattern": `^\+?([0-9]+d)?([0-9.]+(ns|us|µs|ms|s|m|h))*$`}
	case reportKind:
		return object{"type": "string", "pattern": "="}
	}
	return object{"type": "string"}
}

// foldPattern makes a pattern of words in any case; JSON Schema knows no flag
// for it.
func foldPattern(words []string) string {
	var all []string
	for _, word := range words {
		var b strings.Builder
		for _, r := range word {
			fmt.Fprintf(&b, "[%s%s]", strings.ToUpper(string(r)), strings.ToLower(string(r)))
		}
		all = append(all, b.String())
	}
	return "^(" + strings.Join(all, "|") + ")$"
}

// elementSchema describes an element of a structured setting: its fields, and
// which of them go with which type.
func elementSchema(fields []*setting) object {
	properties, required, types := object{}, []string{}, make(map[string]bool)
	for _, f := range fields {
		properties[f.key] = f.schema()
		if f.required && f.only == nil {
			required = append(required, f.key)
			delete(f.nonNull(properties), "default")
		}
		for _, t := range f.only {
			types[t] = true
		}
	}
	schema := object{"type": "object", "additionalProperties": false, "properties": properties, "required": required}
	if len(types) == 0 {
		return schema
	}
	var all []object
	for _, t := range fields[0].choices { // the first is the type
		all = append(all, typeSchema(t, fields))
	}
	schema["allOf"] = all
	return schema
}

// nonNull makes a field that an element must have one that cannot be null.
func (s *setting) nonNull(properties object) object {
	schema := properties[s.key].(object)
	if any, ok := schema["anyOf"].([]object); ok {
		schema["anyOf"] = any[:len(any)-1]
	}
	return schema
}

// typeSchema says which fields go with a type of element.
func typeSchema(t string, fields []*setting) object {
	refused, required := object{}, []string{}
	for _, f := range fields {
		mine := f.only == nil || slices.Contains(f.only, t)
		if !mine {
			refused[f.key] = object{"type": "null"}
		} else if f.required && f.only != nil {
			required = append(required, f.key)
		}
	}
	then := object{"properties": refused, "required": required}
	if t == "webhook" {
		then["anyOf"] = []object{{"required": []string{"url"}}, {"required": []string{"url_file"}}}
	}
	return object{"if": object{"properties": object{fields[0].key: object{"const": t}}}, "then": then}
}
