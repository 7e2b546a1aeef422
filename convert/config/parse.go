package config

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/moby/buildkit/util/suggest"
	"go.yaml.in/yaml/v3"
)

// An Error says what is wrong in the file, and where.
type Error struct {
	File         string
	Line, Column int // from 1; 0 where unknown
	Message      string
}

func (e *Error) Error() string {
	if e.Line == 0 {
		return fmt.Sprintf("%s: error: %s", e.File, e.Message)
	}
	return fmt.Sprintf("%s:%d:%d: error: %s", e.File, e.Line, max(e.Column, 1), e.Message)
}

// A Value is a setting with what a file gives it: several values only where it takes
// several.
type Value struct {
	Setting
	Values       []string
	Line, Column int
}

// A File is a configuration. The zero value sets nothing.
type File struct {
	Path   string
	values map[string][]Value // by command, "" for all
}

// For returns what the file sets for a command, each setting once.
func (f *File) For(command string) []Value {
	all := slices.Clone(f.values[command])
	for _, v := range f.values[""] {
		if !slices.ContainsFunc(all, func(o Value) bool { return o.Name == v.Name }) {
			all = append(all, v)
		}
	}
	return all
}

// Own reports whether a value of For stands in the section of that command.
func (f *File) Own(command string, v Value) bool {
	return slices.ContainsFunc(f.values[command], func(o Value) bool { return o.Name == v.Name })
}

// ErrorAt is an error at the place of a value.
func (f *File) ErrorAt(v Value, format string, args ...any) error {
	return &Error{f.Path, v.Line, v.Column, fmt.Sprintf(format, args...)}
}

// Parse reads the text of a file, which messages call path. The error joins all that
// is wrong, each an *Error.
func Parse(path string, text []byte) (*File, error) {
	p := &parser{file: &File{Path: path, values: map[string][]Value{}}}
	var doc yaml.Node
	dec := yaml.NewDecoder(bytes.NewReader(text))
	switch err := dec.Decode(&doc); {
	case errors.Is(err, io.EOF):
		return p.file, nil // empty, or nothing but comments
	case err != nil:
		return nil, syntaxError(path, err)
	}
	if err := dec.Decode(&yaml.Node{}); !errors.Is(err, io.EOF) {
		p.say(&doc, "expected one document, found more")
	}
	p.section("", doc.Content[0])
	return p.file, errors.Join(p.errs...)
}

var yamlLine = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^yaml: (?:line (\d+): )?`) })

// syntaxError takes the line out of a message of the YAML library.
func syntaxError(path string, err error) error {
	text := err.Error()
	at := yamlLine().FindStringSubmatch(text)
	e := &Error{File: path, Message: text}
	if at != nil {
		e.Message = "not valid YAML: " + text[len(at[0]):]
		e.Line, _ = strconv.Atoi(at[1]) // 0 where there is none
	}
	return e
}

type parser struct {
	file *File
	errs []error
}

func (p *parser) say(at *yaml.Node, format string, args ...any) {
	p.errs = append(p.errs, &Error{p.file.Path, at.Line, at.Column, fmt.Sprintf(format, args...)})
}

// section reads a mapping of settings; at the top there are sections in it.
func (p *parser) section(command string, node *yaml.Node) {
	if node.Kind == yaml.ScalarNode && node.Tag == "!!null" {
		return
	}
	if node.Kind != yaml.MappingNode {
		p.say(node, "expected settings such as \"format: json\", found %s", kindOf(node))
		return
	}
	seen := map[string]bool{}
	for i := 0; i+1 < len(node.Content); i += 2 {
		key, value := node.Content[i], node.Content[i+1]
		if seen[key.Value] {
			p.say(key, "%q is set twice", key.Value)
		}
		seen[key.Value] = true
		p.entry(command, key, value)
	}
}

func (p *parser) entry(command string, key, value *yaml.Node) {
	if command == "" && slices.Contains(commands[:], key.Value) {
		p.section(key.Value, value)
		return
	}
	s, ok := Lookup(key.Value)
	if !ok || key.Kind != yaml.ScalarNode {
		p.unknown(command, key)
		return
	}
	if values, ok := p.values(s, value); ok {
		p.file.values[command] = append(p.file.values[command], Value{s, values, value.Line, value.Column})
	}
}

func (p *parser) unknown(command string, key *yaml.Node) {
	var names []string
	for _, s := range settings {
		names = append(names, s.Name)
	}
	if command == "" {
		names = append(names, commands[:]...)
	}
	if near, ok := suggest.Search(key.Value, names, true); ok {
		p.say(key, "unknown key %q: did you mean %q?", key.Value, near)
		return
	}
	p.say(key, "unknown key %q: expected one of %s", key.Value, strings.Join(names, ", "))
}

// values reads the value of a setting. It reports whether that is one.
func (p *parser) values(s Setting, node *yaml.Node) ([]string, bool) {
	switch s.Kind {
	case Pairs:
		return p.pairs(s, node)
	case List:
		return p.list(s, node)
	default:
		return p.scalar(s, node)
	}
}

func (p *parser) scalar(s Setting, node *yaml.Node) ([]string, bool) {
	ok := node.Kind == yaml.ScalarNode
	want := "a word"
	switch s.Kind {
	case Switch:
		want = "true or false"
		ok = ok && node.Tag == "!!bool"
	case Number:
		want = "a number above 0"
		n, err := strconv.Atoi(node.Value)
		ok = ok && node.Tag == "!!int" && err == nil && n > 0
	default:
		ok = ok && node.Tag == "!!str" && node.Value != ""
	}
	if s.Words != nil {
		want = fmt.Sprintf("one of %q", s.Words)
		ok = ok && slices.Contains(s.Words, node.Value)
	}
	if !ok {
		p.say(node, "%s: expected %s, found %s", s.Name, want, kindOf(node))
	}
	return []string{node.Value}, ok
}

// list reads words, or one.
func (p *parser) list(s Setting, node *yaml.Node) ([]string, bool) {
	items := []*yaml.Node{node}
	if node.Kind == yaml.SequenceNode {
		items = node.Content
	}
	values := []string{}
	for _, item := range items {
		if item.Kind != yaml.ScalarNode || item.Tag == "!!null" {
			p.say(item, "%s: expected words, found %s", s.Name, kindOf(item))
			return nil, false
		}
		values = append(values, item.Value)
	}
	return values, true
}

// pairs reads a mapping of names to words, or a list of NAME=VALUE.
func (p *parser) pairs(s Setting, node *yaml.Node) ([]string, bool) {
	if node.Kind != yaml.MappingNode {
		return p.list(s, node)
	}
	values := []string{}
	for i := 0; i+1 < len(node.Content); i += 2 {
		name, value := node.Content[i], node.Content[i+1]
		if name.Kind != yaml.ScalarNode || value.Kind != yaml.ScalarNode {
			p.say(value, "%s: expected names with words, found %s", s.Name, kindOf(value))
			return nil, false
		}
		values = append(values, name.Value+"="+value.Value)
	}
	return values, true
}

// kindOf describes a node.
func kindOf(node *yaml.Node) string {
	switch node.Kind {
	case yaml.MappingNode:
		return "a mapping"
	case yaml.SequenceNode:
		return "a list"
	case yaml.AliasNode:
		return "an alias"
	default:
		return strconv.Quote(node.Value)
	}
}
