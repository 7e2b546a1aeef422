package scan_test

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/stagefold/stagefold/convert"
	"github.com/stagefold/stagefold/convert/scan"
)

// unit adds a builder pattern in a directory, whose script does something between
// the extraction and the final build.
func unit(fsys fstest.MapFS, script, dockerfile, step string) {
	fsys[dockerfile+".build"] = &fstest.MapFile{Data: []byte("FROM golang:1\nRUN go build -o /out/app\n")}
	artifact := strings.ToLower(strings.ReplaceAll(dockerfile, "/", "-")) + ".bin"
	fsys[dockerfile] = &fstest.MapFile{Data: fmt.Appendf(nil, "FROM alpine:3\nCOPY %s /\n", artifact)}
	fsys[script] = &fstest.MapFile{Data: fmt.Appendf(nil, `docker build -t %[1]s-builder -f %[2]s.build .
docker create --name %[1]s %[1]s-builder
docker cp %[1]s:/out/app %[1]s
docker rm %[1]s
%[3]s
docker build -t example/app-%[1]s -f %[2]s .
`, artifact, dockerfile, step)}
}

func jobs(fsys fstest.MapFS, scripts ...string) []scan.Job {
	var list []scan.Job
	for _, s := range scripts {
		list = append(list, scan.Job{FS: fsys, Root: "/r", Options: convert.Options{Script: s, Dir: ".", Mentions: scan.NoMentions}})
	}
	return list
}

func statuses(units []*scan.Unit) string {
	var words []string
	for _, u := range units {
		words = append(words, u.Script+" "+u.Status.String())
	}
	return strings.Join(words, ", ")
}

// TestGroups has four units, of which three hang together by two files, so that
// each shard has all of them or none.
func TestGroups(t *testing.T) {
	fsys := fstest.MapFS{}
	unit(fsys, "a.sh", "Dockerfile.a", "true")
	unit(fsys, "b.sh", "Dockerfile.b", "true")
	fsys["ab.sh"] = &fstest.MapFile{Data: slices.Concat(fsys["a.sh"].Data, fsys["b.sh"].Data)}
	unit(fsys, "z.sh", "Dockerfile.z", "true")
	all := jobs(fsys, "a.sh", "ab.sh", "b.sh", "z.sh")
	units, err := scan.ConvertShard(t.Context(), all, scan.Shard{}, scan.Options{})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, g := range scan.Groups(units) {
		got = append(got, statuses(g))
	}
	want := []string{"a.sh converted, ab.sh converted, b.sh converted", "z.sh converted"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("groups (-want +got):\n%s", diff)
	}
	for n := 2; n < 6; n++ {
		var parts []string
		for i := range n {
			units, err := scan.ConvertShard(t.Context(), all, scan.Shard{Index: i + 1, Count: n}, scan.Options{})
			if err != nil {
				t.Fatal(err)
			}
			for _, g := range scan.Groups(units) {
				parts = append(parts, statuses(g))
			}
		}
		slices.Sort(parts)
		if diff := cmp.Diff(want, parts); diff != "" {
			t.Errorf("%d shards (-want +got):\n%s", n, diff)
		}
	}
}

// TestRefusalSpreads has a chain of units: the last is refused, and so its
// neighbour, and so on.
func TestRefusalSpreads(t *testing.T) {
	fsys := fstest.MapFS{}
	unit(fsys, "a.sh", "Dockerfile.a", "true")
	unit(fsys, "b.sh", "Dockerfile.b", "true")
	fsys["ab.sh"] = &fstest.MapFile{Data: slices.Concat(fsys["a.sh"].Data, fsys["b.sh"].Data)}
	unit(fsys, "b.sh", "Dockerfile.b", "upx dockerfile.b.bin")
	units, err := scan.Convert(t.Context(), jobs(fsys, "a.sh", "ab.sh", "b.sh"), scan.Options{Jobs: 1})
	if err != nil {
		t.Fatal(err)
	}
	if got, want := statuses(scan.Settle(units)), "a.sh refused, ab.sh refused, b.sh refused"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestMention(t *testing.T) {
	fsys := fstest.MapFS{
		"docs/build.md":   {Data: []byte("Run docker build -f svc/Dockerfile.build.\n")},
		"svc/README.md":   {Data: []byte("See ./Dockerfile.build, not Dockerfile.build.old.\n")},
		"other/README.md": {Data: []byte("See Dockerfile.build.\n")},
	}
	unit(fsys, "svc/build.sh", "svc/Dockerfile", "true")
	units, err := scan.Convert(t.Context(), jobs(fsys, "svc/build.sh"), scan.Options{})
	if err != nil {
		t.Fatal(err)
	}
	units[0].Findings = nil
	scan.Mention(fsys, units, []string{"docs/build.md", "other/README.md", "svc/README.md", "svc/build.sh"}, 0)
	var got []string
	for _, f := range units[0].Findings {
		got = append(got, f.Range.String())
	}
	if diff := cmp.Diff([]string{"docs/build.md:1:21", "svc/README.md:1:7"}, got); diff != "" {
		t.Errorf("mentions (-want +got):\n%s", diff)
	}
}

// TestHostile checks that no name reaches the reader as more than text.
func TestHostile(t *testing.T) {
	name := "\x1b]0;x\a<script>|`*.sh"
	r := scan.New([]*scan.Unit{})
	r.Units = append(r.Units, scan.Entry{Root: ".", Script: name, Status: "converted"})
	var text, markdown bytes.Buffer
	if err := r.Text(&text); err != nil {
		t.Fatal(err)
	}
	if err := r.Markdown(&markdown); err != nil {
		t.Fatal(err)
	}
	for _, out := range []string{text.String(), markdown.String()} {
		if strings.ContainsAny(out, "\x1b\a") {
			t.Errorf("a control character is left: %q", out)
		}
	}
	if want := `\<script\>\|` + "\\`" + `\*.sh`; !strings.Contains(markdown.String(), want) {
		t.Errorf("Markdown is %q, want %q in it", markdown.String(), want)
	}
}

// TestMerge reads back what JSON wrote.
func TestMerge(t *testing.T) {
	fsys := fstest.MapFS{}
	unit(fsys, "a.sh", "Dockerfile.a", "upx dockerfile.a.bin")
	units, err := scan.Convert(t.Context(), jobs(fsys, "a.sh"), scan.Options{})
	if err != nil {
		t.Fatal(err)
	}
	part := scan.New(units)
	part.Shard = "1/1"
	var text bytes.Buffer
	if err := part.JSON(&text); err != nil {
		t.Fatal(err)
	}
	read, err := scan.Parse(text.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	whole, err := scan.Merge([]*scan.Report{read})
	if err != nil {
		t.Fatal(err)
	}
	part.Shard = ""
	if diff := cmp.Diff(part, whole); diff != "" {
		t.Errorf("merged (-want +got):\n%s", diff)
	}
	if _, err := scan.Parse([]byte(`{"format": 99}`)); err == nil {
		t.Error("a report of another format was read")
	}
}
