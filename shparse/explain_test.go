package shparse

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"
)

// A case of testdata/explain holds the files of a repository, of which the first
// is the script, and its explanation in "want".
func TestExplain(t *testing.T) {
	cases, err := filepath.Glob("testdata/explain/*.txtar")
	if err != nil {
		t.Fatal(err)
	}
	if len(cases) < 8 {
		t.Fatalf("expected 8 cases or more, found %d", len(cases))
	}
	for _, file := range cases {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			archive, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			checkExplain(t, file, archive)
		})
	}
}

func checkExplain(t *testing.T, file string, archive *txtar.Archive) {
	t.Helper()
	want := ""
	files := fstest.MapFS{}
	var given []txtar.File
	for _, f := range archive.Files {
		if f.Name == "want" {
			want = string(f.Data)
			continue
		}
		given = append(given, f)
		files[f.Name] = &fstest.MapFile{Data: []byte(strings.ReplaceAll(string(f.Data), "^[", "\x1b"))}
	}
	trace := Read(Config{FS: files, Path: given[0].Name})
	got := explained(t, trace)
	if *update {
		archive.Files = append(given, txtar.File{Name: "want", Data: []byte(got)})
		if err := os.WriteFile(file, txtar.Format(archive), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if want == "" {
		t.Fatalf("the case expects nothing: %v", trace.Findings)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if again := explained(t, Read(Config{FS: files, Path: given[0].Name})); again != got {
		t.Errorf("the second explanation differs:\n%s", cmp.Diff(got, again))
	}
	checkLayout(t, got)
	if _, err := json.Marshal(trace.Report()); err != nil {
		t.Error(err)
	}
}

func explained(t *testing.T, trace *Trace) string {
	t.Helper()
	var text strings.Builder
	if err := trace.Explain(&text); err != nil {
		t.Fatal(err)
	}
	return text.String()
}

func checkLayout(t *testing.T, text string) {
	t.Helper()
	for line := range strings.Lines(text) {
		line = strings.TrimSuffix(line, "\n")
		if n := utf8.RuneCountInString(line); n > explainWidth {
			t.Errorf("expected at most %d columns, found %d: %q", explainWidth, n, line)
		}
		if strings.IndexFunc(line, func(r rune) bool { return r < ' ' || r == 0x7f }) >= 0 {
			t.Errorf("expected no control characters: %q", line)
		}
	}
}

func TestReportJSON(t *testing.T) {
	src := "docker build -t \"b:$TAG\" . && [ -f x ]\n"
	trace := Read(Config{FS: fstest.MapFS{"build.sh": {Data: []byte(src)}}, Path: "build.sh"})
	got, err := json.Marshal(trace.Report().Ways[0].Ops[0])
	if err != nil {
		t.Fatal(err)
	}
	const want = `{"place":"build.sh:1:1","verb":"build","text":"b:${TAG} from Dockerfile in .",` +
		`"unknown":[{"text":"${TAG}","reason":"variable that the script does not set","place":"build.sh:1:20"}]}`
	if string(got) != want {
		t.Errorf("expected %s\nfound    %s", want, got)
	}
}

func TestWordsOfEnums(t *testing.T) {
	for r := Argument; r <= Root; r++ {
		checkWord(t, r.String())
	}
	for o := Repository; o <= Unpacked; o++ {
		checkWord(t, o.String())
	}
	for v := ReadFile; v <= Change; v++ {
		checkWord(t, v.String())
	}
	if got := Verb(200).String(); got != "200" {
		t.Errorf("expected a number for no verb, found %q", got)
	}
}

func checkWord(t *testing.T, word string) {
	t.Helper()
	if word == "" || word[0] < 'a' || word[0] > 'z' {
		t.Errorf("expected a word, found %q", word)
	}
}

func TestMentions(t *testing.T) {
	for _, c := range []struct {
		text, name string
		want       []string
	}{
		{"echo app", "app", []string{"build.sh:1:6"}},
		{"rm ./app # the app.\n# app.go apps my-app app:x x/app\ncp x:/app app", "app", []string{"build.sh:1:6", "build.sh:1:16", "build.sh:3:11"}},
		{"docker rm extract\ndocker cp extract:/x .", "extract", []string{"build.sh:1:11", "build.sh:2:11"}},
		{"docker push acme/app:build acme/app:builder", "acme/app:build", []string{"build.sh:1:13"}},
		{"anything", "", nil},
	} {
		trace := &Trace{Path: "build.sh", Sources: map[string][]byte{"build.sh": []byte(c.text)}}
		var got []string
		for _, r := range trace.Mentions(c.name, nil) {
			got = append(got, r.String())
			if at := c.text[r.Start.Offset:r.End.Offset]; at != c.name {
				t.Errorf("%q: %s is %q", c.text, r, at)
			}
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%q in %q (-want +got)\n%s", c.name, c.text, diff)
		}
	}
}

func TestMentionsThatStay(t *testing.T) {
	sources := map[string][]byte{"build.sh": []byte("docker rm x\necho x\n")}
	trace, texts := handTrace(t, sources)
	d, findings := trace.Erase(EraseOptions{Drop: func(op *Op) bool { return texts[op] == "docker rm x" }})
	if d == nil {
		t.Fatal(findings)
	}
	if got := trace.Mentions("x", d); len(got) != 1 || got[0].String() != "build.sh:2:6" {
		t.Errorf("expected the echo alone, found %v", got)
	}
}
