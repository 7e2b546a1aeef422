package main

import (
	"bytes"
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/owenrumney/go-sarif/v3/pkg/report/v210/sarif"
	"github.com/rogpeppe/go-internal/txtar"
	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/urfave/cli/v2"
	"go.yaml.in/yaml/v3"

	"github.com/stagefold/stagefold/convert/config"
	"github.com/stagefold/stagefold/convert/report/sariftest"
	"github.com/stagefold/stagefold/convert/schema"
)

// services are units of every status, and what else a report speaks of.
const services = `
-- converted/build.sh --
docker build -t example/b -f Dockerfile.build .
docker create --name x example/b
docker cp x:/out/app app
docker rm x
docker build -t example/converted .
-- converted/Dockerfile.build --
FROM golang:1.7.3
RUN go build -o /out/app
-- converted/Dockerfile --
FROM alpine
COPY app /
-- assumed/build.sh --
docker build -t example/b -f Dockerfile.build .
docker create --name x example/b
docker cp x:/out/app app
docker rm x
docker build -t example/assumed .
-- assumed/ci.yml --
run: docker build -f Dockerfile.build .
-- assumed/Dockerfile.build --
FROM golang:1.7.3
RUN go build -o /out/app
-- assumed/Dockerfile --
FROM alpine
COPY app /
-- refused/build.sh --
docker build -t example/b -f Dockerfile.build .
docker create --name x example/b
docker cp x:/out/app app
upx app
docker build -t example/refused .
-- refused/Dockerfile.build --
FROM golang:1.7.3
RUN go build -o /out/app
-- refused/Dockerfile --
FROM alpine
COPY app /
-- refused/ünder.sh --
docker build -t example/b -f Dockerfile.build .
docker cp $1:/out/app app
docker build -t example/refused .
-- nothing.sh --
echo nothing
-- unbuilt/Dockerfile --
FROM alpine
-- make/Makefile --
image:
	docker build -t example/b -f Dockerfile.build .
	docker create --name x example/b
	docker cp x:/out/app app
	docker rm x
	docker build -t example/app .
-- make/Dockerfile.build --
FROM golang:1.7.3
RUN go build -o /out/app
-- make/Dockerfile --
FROM alpine
COPY app /
`

// inServices makes a directory with the services the current one.
func inServices(t *testing.T) {
	t.Helper()
	dir := t.TempDir()
	for _, f := range txtar.Parse([]byte(services)).Files {
		name := filepath.Join(dir, f.Name)
		if err := os.MkdirAll(filepath.Dir(name), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, f.Data, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	t.Chdir(dir)
	if err := os.WriteFile("deep.sh", bytes.Repeat([]byte("docker build run\n"), 1<<17), 0o666); err != nil {
		t.Fatal(err) // which is too large to look into
	}
}

// output runs the program and returns what it prints.
func output(t *testing.T, args ...string) []byte {
	t.Helper()
	out, err := os.CreateTemp(t.TempDir(), "out")
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	if status := run(append([]string{"stagefold"}, args...), streams{out: out, err: out}); status == exitTrouble {
		text, _ := os.ReadFile(out.Name())
		t.Fatalf("%q: %s", args, text)
	}
	text, err := os.ReadFile(out.Name())
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func compile(t *testing.T, name string) *jsonschema.Schema {
	t.Helper()
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(schema.Text(name)))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource(name, doc); err != nil {
		t.Fatal(err)
	}
	s, err := c.Compile(name)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// TestSchemas validates outputs of every kind. Each object of them with one more
// field must not be valid: so the schema knows all fields, and knows them where they
// are.
func TestSchemas(t *testing.T) {
	proofs, err := filepath.Abs("../../convert/verify/proof/testdata/report.json")
	if err != nil {
		t.Fatal(err)
	}
	inServices(t)
	outputs := map[string][]byte{
		"scan":     output(t, "scan", "-q", "-f", "json", "-o", "before.json"),
		"convert":  output(t, "convert", "-q", "-f", "json", "--plan", "plan.json", "converted", "assumed", "refused", "make", "nothing.sh"),
		"explicit": output(t, "convert", "-q", "-f", "json", "make/Makefile:image"),
		"check":    output(t, "check", "-q", "-f", "json", "--shard", "1/2"),
	}
	if outputs["scan"], err = os.ReadFile("before.json"); err != nil {
		t.Fatal(err)
	}
	if outputs["verify"], err = os.ReadFile(proofs); err != nil {
		t.Fatal(err)
	}
	outputs["apply"] = output(t, "apply", "-q", "-f", "json", "plan.json")
	outputs["since"] = output(t, "scan", "-q", "-f", "json", "--baseline", "before.json")
	report := compile(t, "report")
	for name, text := range outputs {
		t.Run(name, func(t *testing.T) { strict(t, report, text) })
	}
	plan, err := os.ReadFile("plan.json")
	if err != nil {
		t.Fatal(err)
	}
	t.Run("plan", func(t *testing.T) { strict(t, compile(t, "plan"), plan) })
}

// strict checks that a text is valid, and is not with any field more.
func strict(t *testing.T, s *jsonschema.Schema, text []byte) {
	t.Helper()
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		t.Fatalf("%v in %s", err, text)
	}
	if err := s.Validate(doc); err != nil {
		t.Fatalf("%v", err)
	}
	each(doc, func(object map[string]any) {
		object["nosuch"] = true
		if s.Validate(doc) == nil {
			t.Errorf("a field more is valid in an object with %q", slices.Sorted(maps.Keys(object)))
		}
		delete(object, "nosuch")
	})
}

// each calls f with all objects of a document.
func each(doc any, f func(map[string]any)) {
	switch doc := doc.(type) {
	case map[string]any:
		f(doc)
		for _, name := range slices.Sorted(maps.Keys(doc)) {
			each(doc[name], f)
		}
	case []any:
		for _, item := range doc {
			each(item, f)
		}
	}
}

// TestSARIFSchema validates what the program prints against the official schema.
func TestSARIFSchema(t *testing.T) {
	here, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	inServices(t)
	if err := os.WriteFile("empty.sh", nil, 0o666); err != nil {
		t.Fatal(err)
	}
	output(t, "convert", "-q", "-f", "sarif", "-o", "log.sarif", ".", "nothing.sh", "empty.sh")
	text, err := os.ReadFile("log.sarif")
	if err != nil {
		t.Fatal(err)
	}
	var log sarif.Report
	if err := json.Unmarshal(text, &log); err != nil {
		t.Fatal(err)
	}
	t.Chdir(here) // where the module is
	if err := sariftest.Validate(text); err != nil {
		t.Error(err)
	}
	if len(log.Runs[0].Results) < 4 {
		t.Errorf("found %d results", len(log.Runs[0].Results))
	}
	for _, r := range log.Runs[0].Results {
		if len(r.Locations) == 0 || r.Fixes != nil {
			t.Errorf("%s has %d locations and the fixes %v", *r.RuleID, len(r.Locations), r.Fixes)
		}
	}
}

// TestConfigSchema checks that the schema and the program take the same files.
func TestConfigSchema(t *testing.T) {
	s := compile(t, "config")
	for text, want := range map[string]bool{
		"{}\n":                                   true,
		"exclude: [a, b]\nset: {A: 1, B: two}\n": true,
		"set: [A=1]\narg: a\njobs: 2\nquiet: yes\n":  false, // a word, in this version of YAML
		"set: [A=1]\narg: a\njobs: 2\nquiet: true\n": true,
		"check: {format: json}\nscan:\n":             true,
		"format: nosuch\n":                           false,
		"format: 1\n":                                false,
		"jobs: 0\n":                                  false,
		"exlude: a\n":                                false,
		"check: {check: {}}\n":                       false,
		"include: {a: b}\n":                          false,
		"set: {A: [b]}\n":                            false,
		"dir: ''\n":                                  false,
		"modernize: off\n":                           true,
		"- a\n":                                      false,
	} {
		_, err := config.Parse(config.Name, []byte(text))
		if (err == nil) != want {
			t.Errorf("the program: %q: %v", text, err)
		}
		var doc any
		if err := yaml.Unmarshal([]byte(text), &doc); err != nil {
			t.Fatal(err)
		}
		plain, err := json.Marshal(doc)
		if err != nil {
			t.Fatal(err)
		}
		if doc, err = jsonschema.UnmarshalJSON(bytes.NewReader(plain)); err != nil {
			t.Fatal(err)
		}
		if err := s.Validate(doc); (err == nil) != want {
			t.Errorf("the schema: %q: %v", text, err)
		}
	}
}

// TestSettings checks that each setting is a flag of a command, of the same kind and
// with the same words.
func TestSettings(t *testing.T) {
	app := newApp(streams{})
	for _, s := range config.Settings() {
		var words []string
		found := 0
		for _, name := range config.Commands() {
			c := app.Command(name)
			f := flagNamed(c, s.Name)
			if f == nil {
				continue
			}
			found++
			if !kindFits(s.Kind, f) {
				t.Errorf("%s of %s is no %s", s.Name, name, s.Kind)
			}
			words = append(words, flagWords(name, s.Name)...)
		}
		if found == 0 {
			t.Errorf("no command has the flag %s", s.Name)
		}
		if s.Name == modernizeFlag {
			for _, m := range modes {
				words = append(words, m.word)
			}
		}
		for _, w := range words {
			if !slices.Contains(s.Words, w) {
				t.Errorf("%s: the word %q is missing", s.Name, w)
			}
		}
		for _, w := range s.Words {
			if !slices.Contains(words, w) {
				t.Errorf("%s: no command has the word %q", s.Name, w)
			}
		}
	}
}

func kindFits(k config.Kind, f cli.Flag) bool {
	switch f.(type) {
	case *cli.StringFlag:
		return k == config.Text || k == config.Path
	case *cli.BoolFlag:
		return k == config.Switch
	case *cli.IntFlag:
		return k == config.Number
	case *cli.StringSliceFlag:
		return k == config.List || k == config.Pairs
	}
	return false
}

func TestSchemaCommand(t *testing.T) {
	for _, name := range schema.Names() {
		if got := output(t, "schema", name); !bytes.Equal(got, schema.Text(name)) {
			t.Errorf("schema %s prints %q", name, got)
		}
	}
	if got := output(t, "schema"); !strings.Contains(string(got), `"stagefold --format json"`) {
		t.Errorf("schema prints %q", got)
	}
}
