// Package schema publishes the JSON Schemas of what stagefold writes and reads.
package schema

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"slices"

	"github.com/stagefold/stagefold/convert/config"
)

//go:embed report.json
var report []byte

//go:embed plan.json
var plan []byte

// Names returns the names of the schemas: of what --format json prints, of the
// configuration, and of the file of --plan.
func Names() []string { return []string{"report", "config", "plan"} }

// Text returns the schema of a name, a JSON document with a final newline, or nil.
func Text(name string) []byte {
	switch name {
	case "report":
		return slices.Clone(report)
	case "config":
		return configSchema()
	case "plan":
		return slices.Clone(plan)
	default:
		return nil
	}
}

// A node is a schema, or a part of one.
type node map[string]any

// configSchema is made of the table of settings.
func configSchema() []byte {
	all := node{}
	for _, s := range config.Settings() {
		all[s.Name] = setting(s)
	}
	top := node{}
	for name := range all {
		top[name] = node{"$ref": "#/$defs/settings/properties/" + name}
	}
	for _, name := range config.Commands() {
		top[name] = node{"$ref": "#/$defs/settings", "description": "what counts for " + name + " alone"}
	}
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	err := enc.Encode(node{
		"$schema": "https://json-schema.org/draft/2020-12/schema",
		"title":   config.Name,
		"type":    []string{"object", "null"}, "properties": top, "additionalProperties": false,
		"$defs": node{"settings": node{"type": []string{"object", "null"}, "properties": all, "additionalProperties": false}},
	})
	if err != nil {
		return nil // a map of strings can be encoded
	}
	return out.Bytes()
}

func setting(s config.Setting) node {
	word := node{"type": []string{"string", "number", "boolean"}}
	list := node{"type": "array", "items": word}
	n := node{"description": s.About}
	switch s.Kind {
	case config.Switch:
		n["type"] = "boolean"
	case config.Number:
		n["type"], n["minimum"] = "integer", 1
	case config.List:
		n["anyOf"] = []node{word, list}
	case config.Pairs:
		n["anyOf"] = []node{{"type": "object", "additionalProperties": word}, word, list}
	default:
		n["type"], n["minLength"] = "string", 1
	}
	if s.Words != nil {
		n["enum"] = s.Words
	}
	return n
}
