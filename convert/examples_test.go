package convert_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/stagefold/stagefold/convert"
	"github.com/stagefold/stagefold/convert/discover"
	"github.com/stagefold/stagefold/convert/finding"
)

// The files among an example's goldens that list the files that the conversion deletes,
// and what it assumes.
const (
	deletedList = "DELETED"
	findingList = "FINDINGS"
)

// TestExamples converts each directory of examples as a person would and compares
// the files byte for byte with testdata/examples. A second run has nothing to do.
func TestExamples(t *testing.T) {
	examples, err := filepath.Glob("../examples/*")
	if err != nil || len(examples) == 0 {
		t.Fatalf("no examples (%v)", err)
	}
	for _, example := range examples {
		name := filepath.Base(example)
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			check(t, os.CopyFS(dir, os.DirFS(example)))
			tree, err := discover.Walk(t.Context(), os.DirFS(dir), discover.Options{})
			if err != nil || len(tree.Scripts) == 0 {
				t.Fatalf("no scripts found (%v)", err)
			}
			scripts := tree.Scripts
			results := convertAll(os.DirFS(dir), scripts)
			checkGolden(t, filepath.Join("testdata/examples", name), results)
			for _, r := range results {
				apply(t, dir, r)
				lint(t, dockerfilesOf(t, example), textOf(r, r.Dockerfile))
			}
			for _, r := range convertAll(os.DirFS(dir), scripts) {
				if r.Status != convert.Nothing || len(r.Changes) > 0 {
					t.Errorf("the second conversion of %s is %v: %v", r.Script, r.Status, r.Findings)
				}
			}
		})
	}
}

// convertAll converts each script on its own.
func convertAll(fsys fs.FS, scripts []string) []*convert.Result {
	var results []*convert.Result
	for _, s := range scripts {
		results = append(results, convert.Convert(fsys, convert.Options{Script: s}))
	}
	return results
}

func checkGolden(t *testing.T, dir string, results []*convert.Result) {
	t.Helper()
	got := changedFiles(t, results)
	if *update {
		check(t, os.RemoveAll(dir))
		for name, text := range got {
			check(t, os.MkdirAll(filepath.Join(dir, filepath.Dir(name)), 0o755))
			check(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644))
		}
	}
	if diff := cmp.Diff(filesBelow(t, dir), got); diff != "" {
		t.Errorf("files (-want +got):\n%s", diff)
	}
}

// changedFiles returns the new texts by path, what is deleted as deletedList, and what
// is assumed as findingList, where that is anything.
func changedFiles(t *testing.T, results []*convert.Result) map[string]string {
	t.Helper()
	files := map[string]string{}
	var deleted []string
	for _, r := range results {
		if r.Status != convert.Converted && r.Status != convert.Assumed {
			t.Errorf("%s is %v: %v", r.Script, r.Status, r.Findings)
		}
		for _, f := range r.Findings {
			if f.Severity == finding.Warning {
				files[findingList] += f.String() + "\n"
			}
		}
		for _, c := range r.Changes {
			if c.Delete {
				deleted = append(deleted, c.Path+"\n")
			} else {
				files[c.Path] = string(c.New)
			}
		}
	}
	slices.Sort(deleted)
	files[deletedList] = strings.Join(deleted, "")
	return files
}

func filesBelow(t *testing.T, dir string) map[string]string {
	t.Helper()
	files := map[string]string{}
	fsys := os.DirFS(dir)
	check(t, fs.WalkDir(fsys, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := fs.ReadFile(fsys, name)
		files[name] = string(text)
		return err
	}))
	return files
}

// dockerfilesOf returns the Dockerfiles of an example, for lint.
func dockerfilesOf(t *testing.T, example string) map[string]string {
	t.Helper()
	files := filesBelow(t, example)
	for name := range files {
		if !strings.Contains(filepath.Base(name), "Dockerfile") {
			delete(files, name)
		}
	}
	return files
}

// textOf returns the new text of the file at path.
func textOf(r *convert.Result, path string) string {
	for _, c := range r.Changes {
		if c.Path == path {
			return string(c.New)
		}
	}
	return ""
}
