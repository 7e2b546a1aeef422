package convert_test

import (
	"cmp"
	"io/fs"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/stagefold/stagefold/convert"
)

// TestPlan converts small repositories, each of which turns on one decision, and
// compares the outcome, all findings and the text of the changed files. What a
// conversion makes must satisfy BuildKit and leave nothing to convert.
func TestPlan(t *testing.T) {
	for _, c := range loadCases(t, "plan") {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			c.testPlan(t)
		})
	}
}

func (c *testCase) testPlan(t *testing.T) {
	fsys := c.inMemory()
	result := convert.Convert(fsys, c.options())
	got, deleted := changes(result)
	if *update {
		c.setOutcome(result, deleted)
		c.setWanted(t, got)
	}
	if status := result.Status.String(); status != c.get("status", "converted") {
		t.Errorf("status is %s, want %s", status, c.get("status", "converted"))
	}
	for what, pair := range map[string][2]any{
		"findings":      {c.all("finding"), places(result)},
		"deleted files": {c.deletes(result), deleted},
		"files":         {c.files("want/"), got},
	} {
		if diff := gocmp.Diff(pair[0], pair[1]); diff != "" {
			t.Errorf("%s (-want +got):\n%s%v", what, diff, result.Findings)
		}
	}
	checkAgain(t, c, fsys, result)
}

// checkAgain checks the new Dockerfiles, and that a second conversion has nothing
// to do.
func checkAgain(t *testing.T, c *testCase, fsys fstest.MapFS, result *convert.Result) {
	t.Helper()
	if len(result.Changes) == 0 {
		return
	}
	for _, ch := range result.Changes {
		if !ch.Delete && strings.Contains(filepath.Base(ch.Path), "Dockerfile") {
			lint(t, c.files(""), string(ch.New))
		}
	}
	options := c.options()
	options.BuilderFile, options.RuntimeFile = "", ""
	again := convert.Convert(changed(fsys, result), options)
	if again.Status != convert.Nothing || len(again.Changes) > 0 {
		t.Errorf("the second conversion is %v and changes %d files, want nothing to do: %v", again.Status, len(again.Changes), again.Findings)
	}
}

// inMemory is the repository of a case.
func (c *testCase) inMemory() fstest.MapFS {
	fsys := fstest.MapFS{}
	for name, text := range c.files("") {
		if !strings.HasPrefix(name, "want/") {
			fsys[name] = &fstest.MapFile{Data: []byte(text), Mode: 0o644}
		}
	}
	for _, name := range c.words("dir") {
		fsys[name] = &fstest.MapFile{Mode: fs.ModeDir | 0o755}
	}
	for _, line := range c.all("link") {
		name, target, _ := strings.Cut(line, " ")
		fsys[name] = &fstest.MapFile{Data: []byte(target), Mode: fs.ModeSymlink | 0o777}
	}
	return fsys
}

// changed is the repository behind a conversion.
func changed(fsys fstest.MapFS, result *convert.Result) fstest.MapFS {
	after := maps.Clone(fsys)
	for _, ch := range result.Changes {
		if ch.Delete {
			delete(after, ch.Path)
			continue
		}
		after[ch.Path] = &fstest.MapFile{Data: ch.New, Mode: 0o644}
	}
	return after
}

// changes are the new texts by path, and the deleted files.
func changes(result *convert.Result) (texts map[string]string, deleted []string) {
	texts = make(map[string]string)
	for _, ch := range result.Changes {
		if ch.Delete {
			deleted = append(deleted, ch.Path)
			continue
		}
		texts[ch.Path] = string(ch.New)
	}
	return texts, deleted
}

// deletes are the files that the conversion is to delete: none where it changes
// none, or where the setting says "nothing".
func (c *testCase) deletes(result *convert.Result) []string {
	list := c.get("deletes", "Dockerfile.build")
	if list == "nothing" || len(result.Changes) == 0 {
		return nil
	}
	return strings.Fields(list)
}

// places renders all findings as CODE FILE:LINE, in their order.
func places(result *convert.Result) []string {
	var lines []string
	for _, f := range result.Findings {
		lines = append(lines, place(f))
	}
	return lines
}

// setOutcome rewrites the settings that say what the conversion comes to. Those
// that are as usual are left out.
func (c *testCase) setOutcome(result *convert.Result, deleted []string) {
	outcome := map[string][]string{"finding": places(result)}
	if result.Status != convert.Converted {
		outcome["status"] = []string{result.Status.String()}
	}
	if list := strings.Join(deleted, " "); list != "Dockerfile.build" && len(result.Changes) > 0 {
		outcome["deletes"] = []string{cmp.Or(list, "nothing")}
	}
	maps.DeleteFunc(c.settings, func(key string, _ []string) bool { return slices.Contains(outcomeKeys, key) })
	var text strings.Builder
	for line := range strings.Lines(string(c.archive.Comment)) {
		if key, _, ok := strings.Cut(line, ":"); !ok || !slices.Contains(outcomeKeys, key) {
			text.WriteString(line)
		}
	}
	for _, key := range outcomeKeys {
		for _, value := range outcome[key] {
			text.WriteString(key + ": " + value + "\n")
		}
	}
	maps.Copy(c.settings, outcome)
	c.archive.Comment = []byte(text.String())
}

// outcomeKeys are the settings that -update rewrites, in the order in which they
// are written.
var outcomeKeys = []string{"status", "deletes", "finding"}
