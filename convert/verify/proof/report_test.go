package proof

import (
	"bytes"
	"encoding/json"
	"flag"
	"io"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/stagefold/stagefold/convert/verify"
)

var update = flag.Bool("update", false, "rewrite the reports by what is written now")

// proofs has one of each verdict, with all that a report can hold.
func proofs() []*Proof {
	diffs := []verify.Difference{
		{Aspect: "User", Old: "app", New: ""},
		{Path: "/etc/mode", Aspect: "mode", Old: "0644", New: "0600"},
		{Path: "/etc/mode", Aspect: "owner", Old: "0:0", New: "7:8"},
		{Path: "/etc/new", Aspect: "type", New: "directory"},
		{Path: "/etc/new/a", Aspect: "type", New: "file"},
		{Path: "/etc/new/b", Aspect: "type", New: "file"},
		{Path: "/etc/newer", Aspect: "type", New: "file"},
		{Path: "/usr/bin/app\x1b", Aspect: "size", Old: "1", New: "2"},
		{Path: "/usr/bin/app\x1b", Aspect: "sha256", Old: "0123456789", New: "abcdef0123"},
		{Path: "/usr/lib", Aspect: "type", Old: "directory"},
	}
	noise := []verify.Difference{{Path: "/stamp", Aspect: "sha256", Old: "0123456789", New: "abcdef0123"}}
	runs := func(p *Proof) *Proof {
		p.Old, p.New = Run{2500 * time.Millisecond, 2, 3e9}, Run{time.Second, 1, 5e6}
		return p
	}
	image := func(name string, j verify.Judgement) Image {
		return Image{Name: name, OldSize: 5e6, NewSize: 4.5e6, Judgement: j}
	}
	return []*Proof{
		runs(&Proof{Script: "a.sh", Verdict: Same, Images: []Image{image("a:1", verify.Judgement{})}, Gone: []string{"a:build"}}),
		runs(&Proof{Script: "b.sh", Verdict: Irreproduced, Images: []Image{image("b:1", verify.Judgement{Noise: noise})},
			Held: []Held{{"docker push b:1", "it leaves the machine", 3}}}),
		runs(&Proof{Script: "c.sh", Verdict: Differs, Effects: []string{`only the old way leaves the image "c:2"`},
			Images: []Image{image("c:1", verify.Judgement{Differences: diffs, Noise: noise, Ignored: noise})}}),
		{Script: "d.sh", Verdict: Failed, Failure: &Failure{Way: "new", Command: "docker build .", Exit: 1, Output: "first\nlast\x1b[2J"}},
		{Script: "e.sh", Verdict: Unproved, Reason: "the conversion is refused: e.sh:1:1: error: reason [SF003]"},
	}
}

// TestReports compares what is written in each format with a file.
func TestReports(t *testing.T) {
	for _, format := range []struct {
		file  string
		write func(io.Writer, []*Proof, func(*Proof) string) error
	}{{"report.txt", Text}, {"report.json", JSON}, {"report.md", Markdown}} {
		var out bytes.Buffer
		if err := format.write(&out, proofs(), func(p *Proof) string { return "dir/" + p.Script }); err != nil {
			t.Fatal(err)
		}
		name := filepath.Join("testdata", format.file)
		if *update {
			if err := os.WriteFile(name, out.Bytes(), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(want), out.String()); diff != "" {
			t.Errorf("%s (-want +got):\n%s", format.file, diff)
		}
		if format.file == "report.json" && !json.Valid(out.Bytes()) {
			t.Errorf("%s is no JSON", format.file)
		}
	}
}

func TestTotals(t *testing.T) {
	if got, want := Totals(proofs()), "1 same, 1 same but for irreproducible files, 1 differs, 1 could not build, 1 not verified"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if got := Totals(nil); got != "no units" {
		t.Errorf("of nothing: got %q", got)
	}
}
