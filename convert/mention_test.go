package convert_test

import (
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/stagefold/stagefold/convert"
	"github.com/stagefold/stagefold/convert/finding"
)

// TestMentions names the deleted Dockerfile.build in many places, of which only
// some can mean that file.
func TestMentions(t *testing.T) {
	fsys := fstest.MapFS{}
	for name, text := range map[string]string{
		"app/Dockerfile.build": "FROM golang:1\nRUN go build -o /out/app\n",
		"app/Dockerfile":       "FROM alpine:3\nCOPY app /usr/bin/\n",
		"app/build.sh": "docker build -t example/b -f Dockerfile.build .\ndocker create --name x example/b\n" +
			"docker cp x:/out/app app\ndocker rm x\ndocker build -t example/app .\n",
		"app/Makefile":             "dev:\n\tdocker build -f Dockerfile.build .\n# Dockerfile.build\n\tcat Dockerfile.build.old\n",
		"app/README.md":            "See `Dockerfile.build`.\n",
		"Makefile":                 "all:\n\tdocker build -f Dockerfile.build .\n\tdocker build -f app/Dockerfile.build app\n",
		".github/workflows/ci.yml": "run: docker build -f app/Dockerfile.build app\n",
		"other/Makefile":           "x:\n\tdocker build -f app/Dockerfile.build .\n",
	} {
		fsys[name] = &fstest.MapFile{Data: []byte(text)}
	}
	r := convert.Convert(fsys, convert.Options{Script: "app/build.sh"})
	got := map[string]finding.Severity{}
	for _, f := range r.Findings {
		if f.Code == "SF229" {
			got[f.Range.String()] = f.Severity
		}
	}
	want := map[string]finding.Severity{
		".github/workflows/ci.yml:1:22": finding.Warning,
		"Makefile:3:18":                 finding.Warning,
		"app/Makefile:2:18":             finding.Warning,
		"app/Makefile:3:3":              finding.Note,
		"app/README.md:1:6":             finding.Note,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("mentions differ (-want +got):\n%s", diff)
	}
	if r.Status != convert.Assumed {
		t.Errorf("status is %s, want assumed", r.Status)
	}
}
