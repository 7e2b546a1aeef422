// Package sariftest validates logs against the official schema of SARIF 2.1.0.
//
// A module that the tests need anyway holds that schema, without handing it out: it
// is read from the module's source.
package sariftest

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// The place of the schema.
const (
	module = "github.com/owenrumney/go-sarif/v3"
	file   = "pkg/report/v210/sarif/schema.go"
)

// Validate returns what is wrong with a log.
func Validate(log []byte) error {
	s, err := compile()
	if err != nil {
		return err
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(log))
	if err != nil {
		return err
	}
	return s.Validate(doc)
}

func compile() (*jsonschema.Schema, error) {
	text, err := schema()
	if err != nil {
		return nil, fmt.Errorf("look for the schema in %s: %w", module, err)
	}
	doc, err := jsonschema.UnmarshalJSON(strings.NewReader(text))
	if err != nil {
		return nil, err
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("sarif.json", doc); err != nil {
		return nil, err
	}
	return c.Compile("sarif.json")
}

// schema returns the first string constant of the file.
func schema() (string, error) {
	dir, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", module).Output()
	if err != nil {
		return "", err
	}
	f, err := parser.ParseFile(token.NewFileSet(), filepath.Join(strings.TrimSpace(string(dir)), file), nil, 0)
	if err != nil {
		return "", err
	}
	var text string
	ast.Inspect(f, func(n ast.Node) bool {
		if lit, ok := n.(*ast.BasicLit); ok && lit.Kind == token.STRING && text == "" {
			text, err = strconv.Unquote(lit.Value)
		}
		return text == ""
	})
	return text, err
}
