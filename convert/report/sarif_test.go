package report

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/owenrumney/go-sarif/v3/pkg/report/v210/sarif"

	"github.com/stagefold/stagefold/convert"
	"github.com/stagefold/stagefold/convert/edit"
	"github.com/stagefold/stagefold/convert/finding"
	"github.com/stagefold/stagefold/convert/report/sariftest"
)

// outside are units as other tools get them: a refused one whose line has a character
// of several bytes in front of the range, one without a place, and one to convert.
func outside() []Unit {
	at := finding.Range{
		File:  "a b.sh",
		Start: finding.Pos{Line: 2, Column: 7},
		End:   finding.Pos{Line: 2, Column: 10},
	}
	return []Unit{
		{Root: "svc", Result: &convert.Result{
			Script: "a b.sh", Status: convert.Refused,
			Sources: map[string][]byte{"a b.sh": []byte("#!/bin/sh\n«» upx app\n")},
			Findings: []finding.Finding{
				finding.New("SF003", at, "\"upx\" 100%%, \x1b changes\n it"),
				finding.New("SF301", finding.Range{}, "nowhere"),
				finding.New("SF003", finding.Range{File: "gone.sh", Start: finding.Pos{Line: 3}}, "no source"),
			},
		}},
		{Root: ".", Result: &convert.Result{
			Script: "build.sh", Status: convert.Assumed,
			Changes: []edit.Change{{Path: "build.sh", Old: []byte("a\n"), New: []byte("```\n")}},
		}},
		{Root: ".", Err: errors.New("disk [full]"), Result: &convert.Result{Script: "x_y.sh", Status: convert.Converted}},
	}
}

func TestSARIF(t *testing.T) {
	var out bytes.Buffer
	must(t, SARIF(&out, outside()))
	var log sarif.Report
	dec := json.NewDecoder(bytes.NewReader(out.Bytes()))
	dec.DisallowUnknownFields()
	must(t, dec.Decode(&log))
	must(t, sariftest.Validate(out.Bytes()))

	run := log.Runs[0]
	if len(run.Results) != 3 || len(run.Tool.Driver.Rules) != 2 {
		t.Fatalf("%d results of %d rules, want 3 of 2", len(run.Results), len(run.Tool.Driver.Rules))
	}
	place := run.Results[0].Locations[0].PhysicalLocation
	if uri := *place.ArtifactLocation.URI; uri != "svc/a%20b.sh" {
		t.Errorf("the file is %q", uri)
	}
	if r := place.Region; *r.StartLine != 2 || *r.StartColumn != 5 || *r.EndColumn != 8 {
		t.Errorf("the region is %d:%d-%d, want 2:5-8", *r.StartLine, *r.StartColumn, *r.EndColumn)
	}
	if uri := *run.Results[1].Locations[0].PhysicalLocation.ArtifactLocation.URI; uri != "svc/a%20b.sh" {
		t.Errorf("a finding without a place is in %q", uri)
	}
	if strings.Contains(out.String(), "fixes") {
		t.Error("the log has fixes")
	}

	// The official schema does say no.
	for old, wrong := range map[string]string{
		`"startLine": 2`: `"startLine": 0`, `"level": "error"`: `"level": "bad"`, `"version": "2.1.0"`: `"version": "2"`,
	} {
		text := strings.Replace(out.String(), old, wrong, 1)
		if text == out.String() || sariftest.Validate([]byte(text)) == nil {
			t.Errorf("%s is valid in place of %s", wrong, old)
		}
	}

	out.Reset()
	must(t, SARIF(&out, nil))
	var empty sarif.Report
	must(t, json.Unmarshal(out.Bytes(), &empty))
	must(t, sariftest.Validate(out.Bytes()))
}

func TestGitHub(t *testing.T) {
	var out bytes.Buffer
	must(t, GitHub(&out, outside()[:2]))
	got := strings.Split(out.String(), "\n")
	for i, want := range []string{
		`::error file=svc/a b.sh,line=2,col=5,endColumn=8,title=SF003::"upx" 100%25, \x1b changes\n it%0AHint: `,
		`::error title=SF301::nowhere%0AHint: `,
		`::error file=svc/gone.sh,line=3,title=SF003::no source%0AHint: `,
		`::notice file=build.sh,line=1,title=builder pattern::this build can become`,
	} {
		if !strings.HasPrefix(got[i], want) {
			t.Errorf("line %d is %q, want %q...", i+1, got[i], want)
		}
	}
	if len(got) != 5 {
		t.Errorf("%d lines, want 5 with the empty one at the end", len(got))
	}
}

func TestMarkdown(t *testing.T) {
	var out bytes.Buffer
	must(t, Markdown(&out, outside()))
	text := out.String()
	_, tail, _ := strings.Cut(text, "## build.sh\n")
	const want = "\nAssumed.\n\n<details><summary>Diff</summary>\n\n````diff\n--- a/build.sh\n+++ b/build.sh\n@@ -1 +1 @@\n-a\n+```\n````\n\n</details>\n" +
		"\n## x\\_y.sh\n\nConverted.\n\nNot written: disk \\[full\\]\n"
	if diff := cmp.Diff(want, tail); diff != "" {
		t.Errorf("the units differ (-want +got):\n%s", diff)
	}
	if want := "- **error** SF003: a b.sh:2:7: \"upx\" 100%, \\\\x1b changes\\\\n it\n"; !strings.Contains(text, want) {
		t.Errorf("%q is not in %q", want, text)
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestPlaceOfInnerDirectory(t *testing.T) {
	f := finding.New("SF001", finding.Range{File: "a/build.sh"}, "x")
	for root, want := range map[string]string{".": "a/build.sh", "svc": "svc/a/build.sh", "..": "a/build.sh", "../..": "a/build.sh", "..x": "..x/a/build.sh"} {
		if got := place(Unit{Root: root, Result: &convert.Result{}}, f).File; got != want {
			t.Errorf("with the root at %q the file is %q, want %q", root, got, want)
		}
	}
}
