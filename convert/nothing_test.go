package convert_test

import (
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stagefold/stagefold/convert"
)

// TestNothing checks what a script that is no builder pattern is told.
func TestNothing(t *testing.T) {
	for _, tt := range []struct {
		about, script string
		dockerfile    string
		status        convert.Status
		place, text   string
	}{
		{"no docker at all", "echo hello\n", "FROM a\n", convert.Refused, "SF202 build.sh:1", "builds no image"},
		{"an empty script", "", "FROM a\n", convert.Refused, "SF202 build.sh:1", "builds no image"},
		{"one build", "true\ndocker build -t a .\n", "FROM a\n", convert.Refused, "SF202 build.sh:2", "copies nothing out"},
		{"two builds", "docker build -t a .\ndocker build -t b .\n", "FROM a\n", convert.Refused, "SF202 build.sh:1", "copies nothing out"},
		{"stages already", "docker build -t a .\n", "FROM a AS b\nFROM c\nCOPY --from=b /x /x\n", convert.Nothing, "SF201 build.sh:1", "multi-stage"},
		{"stages without a copy", "docker build -t a .\n", "FROM a AS b\nFROM b\n", convert.Refused, "SF202 build.sh:1", "copies nothing out"},
		{"an extraction for nobody", "docker build -t a .\ndocker create --name x a\ndocker cp x:/y y\n", "FROM a\n", convert.Refused, "SF202 build.sh:3", "no image takes in"},
		{"an extraction of another image", "docker create --name x a\ndocker cp x:/y y\ndocker build -t b .\n", "FROM a\nCOPY y /\n", convert.Refused, "SF202 build.sh:2", "no image takes in"},
		{"a mount", "docker build -t a .\ndocker run -v \"$PWD/out:/out\" a\ndocker build -t b .\n", "FROM a\n", convert.Refused, "SF230 build.sh:2", `"out"`},
		{"a mount that is only read", "docker build -t a .\ndocker run -v \"$PWD/out:/out:ro\" a\ndocker build -t b .\n", "FROM a\n", convert.Refused, "SF202 build.sh:1", "copies nothing out"},
		{"a mount behind the builds", "docker build -t a .\ndocker run -v \"$PWD/out:/out\" a\n", "FROM a\n", convert.Refused, "SF202 build.sh:1", "copies nothing out"},
		{"a Dockerfile that is missing", "docker build -t a -f other .\n", "FROM a\n", convert.Refused, "SF202 build.sh:1", "copies nothing out"},
		{"a Dockerfile outside", "docker build -t a -f ../other .\n", "FROM a\n", convert.Refused, "SF202 build.sh:1", "copies nothing out"},
	} {
		fsys := fstest.MapFS{"build.sh": {Data: []byte(tt.script)}, "Dockerfile": {Data: []byte(tt.dockerfile)}}
		r := convert.Convert(fsys, convert.Options{Script: "build.sh"})
		if r.Status != tt.status || len(r.Findings) != 1 || len(r.Changes) > 0 {
			t.Errorf("%s: %v with %d changes: %v, want %v and one finding", tt.about, r.Status, len(r.Changes), r.Findings, tt.status)
			continue
		}
		if f := r.Findings[0]; place(f) != tt.place || !strings.Contains(f.Message, tt.text) {
			t.Errorf("%s: the finding is %v, want %s with %q", tt.about, f, tt.place, tt.text)
		}
	}
}
