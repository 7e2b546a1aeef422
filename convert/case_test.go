package convert_test

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/stagefold/stagefold/convert"
	"github.com/stagefold/stagefold/convert/finding"
	"github.com/stagefold/stagefold/convert/modernize"
)

// A testCase is a repository in a txtar file. The text in front of its files
// says what the case is about, and holds settings of the form "key: value" with
// a key of caseKeys. Files below "want/" are what the conversion must make,
// those below "bases/NAME/" are the context of a base image; the others are the
// repository.
//
// A file that begins with "#!" is executable. What a text file can't show is
// written as one of the marks.
//
// Cases run at the same time on one engine. The names of the images and
// containers that a case makes begin with the name of the case, and its
// Dockerfiles differ from those of the others. An image that is built on nothing
// has the label of the base images, by which the lab finds what is left.
type testCase struct {
	name     string
	path     string
	archive  *txtar.Archive
	settings map[string][]string
}

// caseKeys are the settings of a case.
var caseKeys = []struct {
	key     string
	meaning string
}{
	{"script", "the script; build.sh unless given"},
	{"builder-file", "Options.BuilderFile"},
	{"runtime-file", "Options.RuntimeFile"},
	{"args", "arguments that the script, or make, is run with"},
	{"goals", "Options.Goals"},
	{"job", "the job of a CI file that is run"},
	{"env", "environment variables that the script is run with"},
	{"arg", "arguments that the conversion is told"},
	{"set", "environment variables that the conversion is told"},
	{"modernize", "Options.Modernize: portable or buildkit"},
	{"skip", "codes of Options.ModernizeSkip"},
	{"bases", "names of base images"},
	{"images", "patterns of the names of all other images that the script makes; example/CASE* unless given"},
	{"compare", "images that the script leaves"},
	{"ignore", "paths of the images that are set aside; a finding must name each"},
	{"leaves", "host paths that only the old script leaves"},
	{"deletes", "files that the conversion deletes; Dockerfile.build unless given"},
	{"status", "what the conversion comes to: converted unless given"},
	{"exit", "the exit status of both scripts"},
	{"finding", "CODE FILE:LINE of each finding of the highest severity"},
	{"hint", "text that the hint of a finding must have"},
	{"needs", "a feature of the builder"},
	{"builder", "the one builder to run with, where the case is not about builders: legacy or buildkit; see -every-builder"},
	{"mode", "MODE FILE"},
	{"link", "PATH TARGET of a symbolic link"},
	{"dir", "a directory"},
	{"size", "BYTES FILE: pads the file with comment lines"},
}

// marks stand in a txtar file for what a text file can't show.
var marks = strings.NewReplacer("␍", "\r", "␀", "\x00", "␦", "\xff", "␄\n", "")

// unmarks is the other way round, but for the missing final newline.
var unmarks = strings.NewReplacer("\r", "␍", "\x00", "␀", "\xff", "␦")

// loadCases reads the cases below testdata/dir. No case at all is a failure.
func loadCases(t *testing.T, dir string) []*testCase {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join("testdata", dir, "*.txtar"))
	if err != nil || len(paths) == 0 {
		t.Fatalf("no cases in testdata/%s (%v)", dir, err)
	}
	var cases []*testCase
	for _, p := range paths {
		c, err := loadCase(p)
		if err != nil {
			t.Fatalf("%s: %v", p, err)
		}
		cases = append(cases, c)
	}
	checkNames(t, cases)
	return cases
}

// checkNames checks that no case takes the images of another for its own: a case has
// all whose names begin with its name and a dash.
func checkNames(t *testing.T, cases []*testCase) {
	t.Helper()
	for _, a := range cases {
		for _, b := range cases {
			if len(a.words("images")) == 0 && strings.HasPrefix(b.name, a.name+"-") && len(b.words("compare")) > 0 {
				t.Fatalf("the images of the case %s would be taken for those of %s", b.name, a.name)
			}
		}
	}
}

func loadCase(path string) (*testCase, error) {
	archive, err := txtar.ParseFile(path)
	if err != nil {
		return nil, err
	}
	c := &testCase{
		name:     strings.TrimSuffix(filepath.Base(path), ".txtar"),
		path:     path,
		archive:  archive,
		settings: make(map[string][]string),
	}
	for line := range strings.Lines(string(archive.Comment)) {
		key, value, ok := strings.Cut(strings.TrimSpace(line), ": ")
		if !ok || strings.Contains(key, " ") {
			continue
		}
		if !slices.ContainsFunc(caseKeys, func(k struct{ key, meaning string }) bool { return k.key == key }) {
			return nil, fmt.Errorf("unknown setting %q", key)
		}
		c.settings[key] = append(c.settings[key], strings.TrimSpace(value))
	}
	return c, nil
}

// all returns the values of a setting that may be given several times.
func (c *testCase) all(key string) []string { return c.settings[key] }

// words returns the words of a setting, over all its lines.
func (c *testCase) words(key string) []string {
	var words []string
	for _, line := range c.settings[key] {
		words = append(words, strings.Fields(line)...)
	}
	return words
}

// get returns the one value of a setting.
func (c *testCase) get(key, otherwise string) string {
	if values := c.settings[key]; len(values) > 0 {
		return values[0]
	}
	return otherwise
}

// options are what convert.Convert is told.
func (c *testCase) options() convert.Options {
	env := make(map[string]string)
	for _, line := range c.all("set") {
		name, value, _ := strings.Cut(line, "=")
		env[name] = value
	}
	var skip []finding.Code
	for _, code := range c.words("skip") {
		skip = append(skip, finding.Code(code))
	}
	return convert.Options{
		Script:        c.get("script", "build.sh"),
		BuilderFile:   c.get("builder-file", ""),
		RuntimeFile:   c.get("runtime-file", ""),
		Args:          c.words("arg"),
		Env:           env,
		Modernize:     modes[c.get("modernize", "")],
		ModernizeSkip: skip,
		Goals:         c.words("goals"),
	}
}

// modes are the values of the setting "modernize".
var modes = map[string]modernize.Mode{"portable": modernize.Portable, "buildkit": modernize.BuildKit}

// files returns the archive's files below prefix, which is cut off their names.
func (c *testCase) files(prefix string) map[string]string {
	files := make(map[string]string)
	for _, f := range c.archive.Files {
		if name, ok := strings.CutPrefix(f.Name, prefix); ok {
			files[name] = marks.Replace(string(f.Data))
		}
	}
	return files
}

// unpack writes the repository to a new directory, which has the name of the
// case: BuildKit takes contexts of one name for versions of one context, and may
// take a file of the same size and time for the one that it has.
func (c *testCase) unpack(t *testing.T) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), c.name)
	check(t, os.Mkdir(dir, 0o755))
	for name, text := range c.files("") {
		if strings.HasPrefix(name, "want/") || strings.HasPrefix(name, "bases/") {
			continue
		}
		writeFile(t, filepath.Join(dir, name), text)
	}
	c.special(t, dir)
	return dir
}

// repository opens an unpacked case as the program does: links don't lead out of
// it.
func repository(t *testing.T, dir string) fs.FS {
	t.Helper()
	root, err := os.OpenRoot(dir)
	check(t, err)
	t.Cleanup(func() { check(t, root.Close()) })
	return root.FS()
}

// special makes what an archive of text files can't hold.
func (c *testCase) special(t *testing.T, dir string) {
	t.Helper()
	for _, name := range c.words("dir") {
		check(t, os.MkdirAll(filepath.Join(dir, name), 0o755))
	}
	for _, line := range c.all("link") {
		name, target, _ := strings.Cut(line, " ")
		check(t, os.Symlink(target, filepath.Join(dir, name)))
	}
	for _, line := range c.all("mode") {
		mode, name, _ := strings.Cut(line, " ")
		bits, err := strconv.ParseUint(mode, 8, 32)
		check(t, err)
		check(t, os.Chmod(filepath.Join(dir, name), os.FileMode(bits)))
	}
	for _, line := range c.all("size") {
		size, name, _ := strings.Cut(line, " ")
		bytes, err := strconv.Atoi(size)
		check(t, err)
		data, err := os.ReadFile(filepath.Join(dir, name))
		check(t, err)
		pad := max(bytes-len(data), 0)
		writeFile(t, filepath.Join(dir, name), string(data)+strings.Repeat("#\n", (pad+1)/2))
	}
}

// writeFile writes a file with the mode that its text asks for.
func writeFile(t *testing.T, name, text string) {
	t.Helper()
	mode := os.FileMode(0o644)
	if strings.HasPrefix(text, "#!") {
		mode = 0o755
	}
	check(t, os.MkdirAll(filepath.Dir(name), 0o755))
	check(t, os.WriteFile(name, []byte(text), mode))
	check(t, os.Chmod(name, mode))
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// setWanted replaces the files below "want/" and writes the case back.
func (c *testCase) setWanted(t *testing.T, want map[string]string) {
	t.Helper()
	kept := slices.DeleteFunc(slices.Clone(c.archive.Files), func(f txtar.File) bool {
		return strings.HasPrefix(f.Name, "want/")
	})
	for _, name := range sortedKeys(want) {
		text := unmarks.Replace(want[name])
		if text != "" && !strings.HasSuffix(text, "\n") {
			text += "␄\n"
		}
		kept = append(kept, txtar.File{Name: "want/" + name, Data: []byte(text)})
	}
	c.archive.Files = kept
	check(t, os.WriteFile(c.path, txtar.Format(c.archive), 0o644))
}
