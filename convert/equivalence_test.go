package convert_test

import (
	"bytes"
	"errors"
	"flag"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/moby/buildkit/frontend/dockerfile/instructions"
	"github.com/moby/buildkit/frontend/dockerfile/linter"
	"github.com/moby/buildkit/frontend/dockerfile/parser"

	"github.com/stagefold/stagefold/convert"
	"github.com/stagefold/stagefold/convert/internal/dockertest"
	"github.com/stagefold/stagefold/convert/modernize"
	"github.com/stagefold/stagefold/convert/verify"
	"github.com/stagefold/stagefold/shparse"
)

var (
	update       = flag.Bool("update", false, "rewrite what the cases want by what the conversion makes")
	legacy       = flag.Bool("legacy", false, "run only the old scripts, to check the cases themselves")
	everyBuilder = flag.Bool("every-builder", false, "run each case with every builder, also where one may do")
)

// features are Dockerfiles by which a builder shows what it understands.
var features = map[string]string{
	"heredoc": "FROM scratch\nCOPY <<EOF /file\ntext\nEOF\n",
}

// TestEquivalence converts each case and compares the text with what the case
// wants. Then it runs the old and the new script against a real Docker Engine,
// with each builder that the engine has, and compares what they leave.
func TestEquivalence(t *testing.T) {
	cases := loadCases(t, "equivalence")
	lab, missing := openLab(t)
	// The group keeps the lab open until the last parallel case is done.
	t.Run("cases", func(t *testing.T) {
		for _, c := range cases {
			t.Run(c.name, func(t *testing.T) {
				t.Parallel()
				if !*legacy {
					c.testConversion(t)
				}
				c.testBuilders(t, lab, missing)
			})
		}
	})
}

// openLab opens the lab, but for a short test.
func openLab(t *testing.T) (*dockertest.Lab, error) {
	t.Helper()
	if testing.Short() {
		return nil, dockertest.ErrShort
	}
	return dockertest.Open(t)
}

// testBuilders compares old and new with each builder in turn: the scripts use
// the same image names.
func (c *testCase) testBuilders(t *testing.T, lab *dockertest.Lab, missing error) {
	if missing != nil {
		t.Run("docker", func(t *testing.T) { dockertest.Unavailable(t, missing) })
		return
	}
	for _, b := range lab.Builders() {
		if !c.buildable(b) {
			continue
		}
		t.Run(string(b), func(t *testing.T) {
			for _, need := range c.words("needs") {
				if !lab.Supports(b, features[need]) {
					t.Skipf("the engine's %s builder has no %s", b, need)
				}
			}
			trial := &trial{testCase: c, lab: lab, builder: b}
			trial.run(t)
		})
	}
}

// testConversion checks the text that the conversion makes.
func (c *testCase) testConversion(t *testing.T) {
	dir := c.unpack(t)
	result := convert.Convert(repository(t, dir), c.options())
	c.checkStatus(t, result)
	got := make(map[string]string)
	var deleted []string
	for _, change := range result.Changes {
		if change.Delete {
			deleted = append(deleted, change.Path)
			continue
		}
		got[change.Path] = string(change.New)
	}
	if diff := cmp.Diff(c.deletes(result), deleted); diff != "" {
		t.Errorf("deleted files (-want +got):\n%s", diff)
	}
	if *update {
		c.setWanted(t, got)
	}
	if diff := cmp.Diff(c.files("want/"), got); diff != "" {
		t.Errorf("files differ (-want +got):\n%s", diff)
	}
	lint(t, c.files(""), result.DockerfileText)

	apply(t, dir, result)
	c.checkTargets(t, dir)
	options := c.options()
	options.BuilderFile, options.RuntimeFile = "", ""
	again := convert.Convert(repository(t, dir), options)
	if again.Status != convert.Nothing || len(again.Changes) > 0 {
		t.Errorf("the second conversion is %v and changes %d files, want nothing to do: %v", again.Status, len(again.Changes), again.Findings)
	}
}

func (c *testCase) checkStatus(t *testing.T, result *convert.Result) {
	t.Helper()
	if got := result.Status.String(); got != c.get("status", "converted") {
		t.Fatalf("status is %s, want %s; findings: %v", got, c.get("status", "converted"), result.Findings)
	}
}

// apply makes the changes of a conversion.
func apply(t *testing.T, dir string, result *convert.Result) {
	t.Helper()
	for _, change := range result.Changes {
		name := filepath.Join(dir, change.Path)
		if change.Delete {
			check(t, os.Remove(name))
			continue
		}
		check(t, os.WriteFile(name, change.New, 0o644))
	}
}

// lint checks that BuildKit parses the new Dockerfile and finds no fault with it
// that the repository's own Dockerfiles don't have.
func lint(t *testing.T, repository map[string]string, dockerfile string) {
	t.Helper()
	known := make(map[string]bool)
	for name, text := range repository {
		if strings.Contains(filepath.Base(name), "Dockerfile") && !strings.HasPrefix(name, "want/") {
			maps.Copy(known, lintRules(t, text))
		}
	}
	for rule := range lintRules(t, dockerfile) {
		if !known[rule] {
			t.Errorf("BuildKit's linter says %s of the new Dockerfile:\n%s", rule, dockerfile)
		}
	}
}

func lintRules(t *testing.T, text string) map[string]bool {
	t.Helper()
	rules := make(map[string]bool)
	l := linter.New(&linter.Config{Warn: func(name, _, _, _ string, _ []parser.Range) { rules[name] = true }})
	parsed, err := parser.Parse(bytes.NewReader([]byte(text)))
	if err != nil {
		t.Fatalf("BuildKit does not parse the Dockerfile: %v\n%s", err, text)
	}
	if _, _, err := instructions.Parse(parsed.AST, l); err != nil {
		t.Fatalf("BuildKit does not understand the Dockerfile: %v\n%s", err, text)
	}
	return rules
}

// A trial is a case on one builder.
type trial struct {
	*testCase
	lab     *dockertest.Lab
	builder dockertest.Builder
}

// An effect is what a run of a script leaves.
type effect struct {
	outcome dockertest.Outcome
	tags    []string
	images  map[string]*verify.Image
	host    verify.Tree
}

func (tr *trial) run(t *testing.T) {
	tr.bases(t)
	t.Cleanup(func() { check(t, tr.lab.Clear(tr.namespace())) })

	before := tr.play(t, tr.unpack(t))
	if *legacy || t.Failed() {
		return
	}
	check(t, tr.lab.Clear(tr.namespace()))
	dir := tr.unpack(t)
	result := convert.Convert(repository(t, dir), tr.options())
	tr.checkStatus(t, result)
	applyForLab(t, dir, result)
	after := tr.play(t, dir)
	tr.compare(t, result, before, after)
	tr.checkClean(t, dir)
	if tr.get("modernize", "") == "" {
		tr.runModernized(t, before, textOf(result, result.Dockerfile))
	}
}

// runModernized compares the old images with those of the modernized Dockerfile,
// where that is another one than the faithful.
func (tr *trial) runModernized(t *testing.T, before effect, faithful string) {
	options := tr.options()
	options.Modernize = modernize.Portable
	if tr.builder == dockertest.BuildKit {
		options.Modernize = modernize.BuildKit
	}
	dir := tr.unpack(t)
	result := convert.Convert(repository(t, dir), options)
	if result.Status == convert.Refused {
		t.Fatalf("--modernize is refused: %v", result.Findings)
	}
	if textOf(result, result.Dockerfile) == faithful {
		return
	}
	check(t, tr.lab.Clear(tr.namespace()))
	applyForLab(t, dir, result)
	after := tr.play(t, dir)
	tr.compare(t, result, before, after)
	if t.Failed() {
		t.Logf("the modernized Dockerfile:\n%s", textOf(result, result.Dockerfile))
	}
}

// applyForLab is apply without the syntax directive that --modernize=buildkit adds:
// the lab reaches no registry to get a frontend from. The engine's own frontend
// knows all that the result needs.
func applyForLab(t *testing.T, dir string, result *convert.Result) {
	t.Helper()
	for i, change := range result.Changes {
		result.Changes[i].New = bytes.TrimPrefix(change.New, []byte("# syntax=docker/dockerfile:1\n"))
	}
	apply(t, dir, result)
}

// bases makes the base images of the case.
func (tr *trial) bases(t *testing.T) {
	for _, name := range tr.words("bases") {
		files := tr.files("bases/" + name + "/")
		if len(files) == 0 {
			tr.base(t, name)
			continue
		}
		dir := t.TempDir()
		for file, text := range files {
			writeFile(t, filepath.Join(dir, file), text)
		}
		check(t, tr.lab.BuildBase(dir, name))
		t.Cleanup(func() { check(t, tr.lab.Clear([]string{name})) })
	}
}

// base makes a base image that has nothing special.
func (tr *trial) base(t *testing.T, name string) {
	err := tr.lab.Base(name)
	if errors.Is(err, dockertest.ErrTaken) {
		dockertest.Unavailable(t, err)
	}
	check(t, err)
}

// namespace is the patterns of the names of the images that the scripts make.
func (tr *trial) namespace() []string {
	if patterns := tr.words("images"); len(patterns) > 0 {
		return patterns
	}
	return []string{"example/" + tr.name, "example/" + tr.name + "-*"}
}

// play runs the script in dir and reads what it leaves.
func (tr *trial) play(t *testing.T, dir string) effect {
	t.Helper()
	script := dockertest.Script{
		Path:    filepath.Join(dir, tr.get("script", "build.sh")),
		Args:    tr.words("args"),
		Env:     tr.all("env"),
		Builder: tr.builder,
	}
	if shparse.IsPipeline(tr.get("script", "build.sh")) {
		script.Path, script.Dir = tr.runner(t, dir), dir
	}
	outcome, err := tr.lab.Run(t, script)
	check(t, err)
	if want := tr.get("exit", "0"); want != exitText(outcome) {
		t.Fatalf("the script exits with %s, want %s:\n%s", exitText(outcome), want, outcome.Output)
	}
	e := effect{outcome: outcome, images: make(map[string]*verify.Image)}
	e.tags, err = tr.lab.Tags(tr.namespace())
	check(t, err)
	for _, ref := range tr.words("compare") {
		e.images[ref], err = tr.lab.Image(t.Context(), ref)
		if err != nil {
			t.Fatalf("%v; the script's output:\n%s", err, outcome.Output)
		}
	}
	e.host, err = dockertest.Snapshot(dir)
	check(t, err)
	return e
}

func (tr *trial) compare(t *testing.T, result *convert.Result, before, after effect) {
	t.Helper()
	want := slices.Sorted(slices.Values(tr.words("compare")))
	if diff := cmp.Diff(want, after.tags); diff != "" {
		t.Errorf("images left (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(before.outcome.Held, after.outcome.Held); diff != "" {
		t.Errorf("commands that reach out of the machine (-old +new):\n%s", diff)
	}
	ignored := tr.ignored(t, result)
	for _, ref := range want {
		for _, d := range verify.Diff(before.images[ref], after.images[ref]) {
			if !ignored[d.Path] {
				t.Errorf("%s: %v", ref, d)
			}
		}
	}
	tr.compareHost(t, result, before.host, after.host)
}

// ignored returns the image paths that are set aside. Each must be named by a
// finding: the person has been told.
func (tr *trial) ignored(t *testing.T, result *convert.Result) map[string]bool {
	t.Helper()
	ignored := make(map[string]bool)
	for _, p := range tr.words("ignore") {
		named := false
		for _, f := range result.Findings {
			named = named || strings.Contains(f.Message, filepath.Base(p))
		}
		if !named {
			t.Errorf("the case sets %q aside, but no finding names it", p)
		}
		ignored[p] = true
	}
	return ignored
}

// compareHost compares the files left on the host, but for those that the
// conversion changed and those that only the old script leaves.
func (tr *trial) compareHost(t *testing.T, result *convert.Result, before, after verify.Tree) {
	t.Helper()
	before = maps.Clone(before)
	for _, p := range tr.words("leaves") {
		if _, ok := before["/"+p]; !ok {
			t.Errorf("the case says that the old script leaves %q, and it doesn't", p)
		}
		delete(before, "/"+p)
	}
	changed := make(map[string]bool)
	for _, change := range result.Changes {
		changed["/"+change.Path] = true
	}
	for _, d := range verify.DiffTrees(before, after) {
		if !changed[d.Path] {
			t.Errorf("host file %v", d)
		}
	}
}
