package blueprint

import (
	"bytes"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/stagefold/stagefold/convert"
	"github.com/stagefold/stagefold/convert/edit"
	"github.com/stagefold/stagefold/convert/finding"
	"github.com/stagefold/stagefold/convert/inputs"
	"github.com/stagefold/stagefold/convert/report"
	"github.com/stagefold/stagefold/convert/scan"
)

// planned is a unit with changes of every sort, one of them to a text that is no
// UTF-8, and the files that they start from.
func planned() (*scan.Unit, fstest.MapFS) {
	changes := []edit.Change{
		{Path: ".dockerignore", New: []byte("\xff\n")},
		{Path: "Dockerfile", Old: []byte("old\n"), New: []byte("new\n")},
		{Path: "Dockerfile.build", Old: []byte("gone\n"), Delete: true},
	}
	files := fstest.MapFS{}
	for _, c := range changes {
		if c.Old != nil {
			files[c.Path] = &fstest.MapFile{Data: c.Old}
		}
	}
	r := &convert.Result{Script: "build.sh", Status: convert.Converted, Changes: changes}
	u := &scan.Unit{Unit: report.Unit{Root: "/repo", Result: r}}
	u.Inputs = []inputs.Input{inputs.TextOf("Dockerfile", []byte("old\n"))}
	return u, files
}

// plan is the blueprint of planned, through its file.
func plan(t *testing.T) *Blueprint {
	t.Helper()
	u, _ := planned()
	b := &Blueprint{Format: Format, Paths: []string{"."}, Settings: map[string][]string{}}
	b.Groups = Groups([]*scan.Unit{u}, func(string) string { return "." })
	var text bytes.Buffer
	if err := b.JSON(&text); err != nil {
		t.Fatal(err)
	}
	read, err := Parse(text.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(b, read); diff != "" {
		t.Fatalf("the file is read as something else (-want +got):\n%s", diff)
	}
	return read
}

func TestSettle(t *testing.T) {
	type outcome struct {
		Status string
		Codes  []finding.Code
		Done   int
	}
	for name, c := range map[string]struct {
		alter func(*scan.Unit, fstest.MapFS)
		want  outcome
	}{
		"as planned": {func(*scan.Unit, fstest.MapFS) {}, outcome{Status: "converted"}},
		"done": {func(_ *scan.Unit, files fstest.MapFS) {
			files[".dockerignore"] = &fstest.MapFile{Data: []byte("\xff\n")}
			files["Dockerfile"] = &fstest.MapFile{Data: []byte("new\n")}
			delete(files, "Dockerfile.build")
		}, outcome{Done: 1}},
		"moved": {func(_ *scan.Unit, files fstest.MapFS) {
			files["Dockerfile"] = &fstest.MapFile{Data: []byte("newer\n")}
		}, outcome{Status: "refused", Codes: []finding.Code{"SF309"}}},
		"another text": {func(u *scan.Unit, _ fstest.MapFS) {
			u.Changes[0].New = []byte("\xfe\n")
		}, outcome{Status: "refused", Codes: []finding.Code{"SF310"}}},
		"another finding": {func(u *scan.Unit, _ fstest.MapFS) {
			u.Findings = []finding.Finding{finding.New("SF229", finding.Range{File: "ci.yml"}, "named")}
		}, outcome{Status: "refused", Codes: []finding.Code{"SF310"}}},
		"refused now": {func(u *scan.Unit, _ fstest.MapFS) {
			u.Changes = nil
			u.Findings = []finding.Finding{finding.New("SF305", finding.Range{File: "build.sh"}, "shared")}
		}, outcome{Status: "refused", Codes: []finding.Code{"SF305", "SF310"}}},
		"another unit": {func(u *scan.Unit, _ fstest.MapFS) {
			u.Script = "other.sh"
		}, outcome{Status: "refused", Codes: []finding.Code{"SF310"}}},
	} {
		t.Run(name, func(t *testing.T) {
			u, files := planned()
			c.alter(u, files)
			s := plan(t).Settle(Tree{Units: []*scan.Unit{u}, Roots: []Root{{Dir: "/repo", Name: ".", FS: files}}})
			got := outcome{Done: s.Done}
			for _, u := range s.Units {
				got.Status = u.Status.String()
				for _, f := range u.Findings {
					got.Codes = append(got.Codes, f.Code)
				}
				if u.Status == convert.Refused && u.Changes != nil {
					t.Errorf("a refused unit has changes")
				}
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}
