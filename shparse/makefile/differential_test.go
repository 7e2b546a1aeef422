package makefile

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"

	"github.com/stagefold/stagefold/convert/finding"
)

// least is how many Makefiles the corpus has at least.
const least = 150

// An example is a Makefile that real make reads too. The archives of testdata/make
// hold many: the files of one are those below its name. Lines "NAME: key: value" in
// front of the files give its goals and its environment, and what is not compared.
type example struct {
	name  string
	files map[string]string
	goals []string
	env   []string
	fails bool // make ends with an error, and so does the reader
}

func loadExamples(t testing.TB) []*example {
	t.Helper()
	paths, err := filepath.Glob("testdata/make/*.txtar")
	if err != nil {
		t.Fatal(err)
	}
	var all []*example
	for _, p := range paths {
		archive, err := txtar.ParseFile(p)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, examplesOf(t, strings.TrimSuffix(filepath.Base(p), ".txtar"), archive)...)
	}
	return all
}

func examplesOf(t testing.TB, group string, archive *txtar.Archive) []*example {
	t.Helper()
	byName := map[string]*example{}
	var list []*example
	for _, f := range archive.Files {
		name, file, ok := strings.Cut(f.Name, "/")
		if !ok {
			t.Fatalf("%s: the file %q belongs to no example", group, f.Name)
		}
		e := byName[name]
		if e == nil {
			e = &example{name: group + "/" + name, files: map[string]string{}}
			byName[name] = e
			list = append(list, e)
		}
		e.files[file] = strings.ReplaceAll(string(f.Data), "␍", "\r")
	}
	for line := range strings.Lines(string(archive.Comment)) {
		name, rest, ok := strings.Cut(strings.TrimSpace(line), ": ")
		e := byName[name]
		if !ok || e == nil {
			continue
		}
		key, value, _ := strings.Cut(rest, ":")
		value = strings.TrimSpace(value)
		switch key {
		case "goals":
			e.goals = strings.Fields(value)
		case "env":
			e.env = append(e.env, value)
		case "fails":
			e.fails = true
		default:
			t.Fatalf("%s: unknown setting %q", group, key)
		}
	}
	return list
}

// TestAgainstMake compares what the reader says of each example with what make says:
// the commands of its goals, and the values of its variables.
func TestAgainstMake(t *testing.T) {
	examples := loadExamples(t)
	if len(examples) < least {
		t.Errorf("the corpus has %d Makefiles, want at least %d", len(examples), least)
	}
	program := needMake(t)
	for _, e := range examples {
		t.Run(e.name, func(t *testing.T) {
			t.Parallel()
			e.compare(t, program)
		})
	}
}

// needMake returns the path of GNU make, or skips the test. Where
// STAGEFOLD_REQUIRE_SHELLS is set a missing make is a failure.
func needMake(t testing.TB) string {
	path, err := exec.LookPath("make")
	if err == nil {
		return path
	}
	if os.Getenv("STAGEFOLD_REQUIRE_SHELLS") == "1" {
		t.Fatal("make is not installed, and STAGEFOLD_REQUIRE_SHELLS is set")
	}
	t.Skip("make is not installed")
	return ""
}

func (e *example) compare(t *testing.T, program string) {
	dir := t.TempDir()
	for name, text := range e.files {
		path := filepath.Join(dir, name)
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o777), os.WriteFile(path, []byte(text), 0o666)); err != nil {
			t.Fatal(err)
		}
	}
	run := func(args ...string) (string, error) { return e.make(t, program, dir, args) }
	wantCommands, failed := run("-n")
	got := e.read(t, dir)
	if e.fails {
		if failed == nil || !finding.Refused(got.findings) && got.stopped == "" {
			t.Errorf("want an error of both; make: %v, reader: %v", failed, got.findings)
		}
		return
	}
	if failed != nil || finding.Refused(got.findings) {
		t.Fatalf("make: %v\n%s\nreader: %v", failed, wantCommands, got.findings)
	}
	if diff := cmp.Diff(lines(wantCommands), lines(got.commands)); diff != "" {
		t.Errorf("commands (-make +reader):\n%s", diff)
	}
	database, _ := run("-pnrR")
	if diff := cmp.Diff(variablesIn(database), got.variables); diff != "" {
		t.Errorf("variables (-make +reader):\n%s", diff)
	}
}

// make runs make with a fixed environment. Its output is without its own messages.
func (e *example) make(t *testing.T, program, dir string, args []string) (string, error) {
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	cmd := exec.CommandContext(ctx, program, append(append(args, "--no-print-directory"), e.goals...)...)
	cmd.Dir = dir
	cmd.Env = append([]string{"PATH=" + os.Getenv("PATH"), "LC_ALL=C"}, e.env...)
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	err := cmd.Run()
	if err != nil {
		err = fmt.Errorf("%w: %s", err, errs.String())
	}
	return out.String(), err
}

// lines drops what make says itself.
func lines(text string) []string {
	var out []string
	for line := range strings.Lines(text) {
		line = strings.TrimRight(line, "\n")
		if !strings.HasPrefix(line, "make:") && !strings.HasPrefix(line, "note:") && strings.TrimSpace(line) != "" {
			out = append(out, line)
		}
	}
	return out
}

// A reading is what the reader says of an example, in the form of what make prints.
type reading struct {
	commands  string
	variables map[string]string
	findings  []finding.Finding
	stopped   string
}

func (e *example) read(t *testing.T, dir string) reading {
	env := map[string]Text{}
	for _, pair := range e.env {
		name, value, _ := strings.Cut(pair, "=")
		env[name] = Lit(value)
	}
	m := Read(Config{
		FS: os.DirFS(dir), Path: "Makefile", Env: env, Goals: e.goals,
		Shell: func(command Text, _ string, _ finding.Range) (Text, bool) { return e.shell(t, dir, command) },
		// Nothing else comes from outside.
		Decide: func(q Question) bool { return strings.HasPrefix(q.Key, "empty:") },
	})
	out := reading{findings: m.Findings, stopped: m.Stopped, variables: map[string]string{}}
	if finding.Refused(m.Findings) {
		return out
	}
	run := m.Run(e.goals...)
	out.findings, out.stopped = slices.Concat(out.findings, run.Findings), run.Stopped
	var commands strings.Builder
	for _, c := range run.Commands {
		for _, p := range c.Pieces {
			commands.WriteString(filled(p.Text, dir))
			checkPlace(t, p, e)
		}
		commands.WriteString("\n")
	}
	out.commands = commands.String()
	for name, v := range m.r.global.vars {
		if v.origin == "file" && !slices.Contains(ownVariables, name) {
			out.variables[name] = v.printed(dir)
		}
	}
	return out
}

func (e *example) shell(t *testing.T, dir string, command Text) (Text, bool) {
	cmd := exec.CommandContext(t.Context(), "sh", "-c", filled(command, dir))
	cmd.Dir = dir
	cmd.Env = append([]string{"PATH=" + os.Getenv("PATH"), "LC_ALL=C"}, e.env...)
	out, _ := cmd.Output()
	return Lit(string(out)), true
}

// checkPlace holds a verbatim piece to its word.
func checkPlace(t *testing.T, p Piece, e *example) {
	if !p.Verbatim {
		return
	}
	text, _ := p.Known()
	src := e.files[p.Range.File]
	if src[p.Range.Start.Offset:p.Range.End.Offset] != text {
		t.Errorf("%s: the piece %q is said to be %q", p.Range, text, src[p.Range.Start.Offset:p.Range.End.Offset])
	}
}

// filled writes a text for an environment that has nothing else.
func filled(t Text, dir string) string {
	var b strings.Builder
	for _, p := range t {
		switch {
		case p.Hole == nil:
			b.WriteString(p.Lit)
		case p.Hole.Kind == Root:
			b.WriteString(dir)
		case p.Hole.Kind == Outside:
			b.WriteString(filled(p.Hole.Default, dir))
		default:
			b.WriteString("<" + p.Hole.Name + ">")
		}
	}
	return b.String()
}

// printed is a variable as the database of make shows it.
func (v *variable) printed(dir string) string {
	var b strings.Builder
	for _, p := range v.parts {
		if p.done {
			b.WriteString(filled(p.text, dir))
		} else {
			b.WriteString(p.raw.text)
		}
	}
	if v.flavor == simple {
		return ":= " + b.String()
	}
	return "= " + b.String()
}

// ownVariables are those that make shows differently, or sets by itself.
var ownVariables = []string{"MAKEFILE_LIST", "CURDIR", "SHELL", "MAKEFLAGS", "MAKEFILES", ".DEFAULT_GOAL"}

// variablesIn reads the variables that the Makefile set out of make's database.
func variablesIn(database string) map[string]string {
	vars := map[string]string{}
	all := strings.Split(database, "\n")
	for i := 0; i+1 < len(all); i++ {
		if !strings.HasPrefix(all[i], "# makefile") {
			if all[i] == "# Files" {
				break
			}
			continue
		}
		i++
		if name, ok := strings.CutPrefix(all[i], "define "); ok {
			name, op := definedName(name)
			body := definitionIn(all[i+1:])
			i += len(body)
			vars[name] = op + " " + strings.Join(body, "\n")
			continue
		}
		name, rest, _ := strings.Cut(all[i], " ")
		op, value, _ := strings.Cut(rest, " ")
		if name == "#" || slices.Contains(ownVariables, name) {
			continue
		}
		if op == ":=" {
			value = strings.NewReplacer("$$", "$", "$(subst ,, )", " ").Replace(value)
		}
		vars[name] = op + " " + value
	}
	return vars
}

// definitionIn returns the lines in front of the endef.
func definitionIn(all []string) []string {
	depth := 1
	for i, line := range all {
		switch word, _, _ := strings.Cut(line, " "); word {
		case "define":
			depth++
		case "endef":
			if depth--; depth == 0 {
				return all[:i]
			}
		}
	}
	return all
}

func definedName(rest string) (name, op string) {
	name, op, ok := strings.Cut(rest, " ")
	if !ok {
		return name, "="
	}
	return name, op
}
