package dockerfile

import (
	"flag"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"

	"github.com/stagefold/stagefold/convert/finding"
)

var update = flag.Bool("update", false, "rewrite the goldens")

func TestRefused(t *testing.T) {
	const path = "testdata/refused.txtar"
	archive, err := txtar.ParseFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if len(archive.Files) < 20 {
		t.Fatalf("%s has %d files", path, len(archive.Files))
	}
	for i := 0; i+1 < len(archive.Files); i += 2 {
		input, want := archive.Files[i], &archive.Files[i+1]
		t.Run(input.Name, func(t *testing.T) {
			f, fs := Parse("Dockerfile", input.Data)
			if f != nil || !finding.Refused(fs) {
				t.Fatalf("taken, with findings %v", fs)
			}
			got := render(fs, input.Data)
			if *update {
				want.Data = []byte(got)
			}
			if diff := cmp.Diff(string(want.Data), got); diff != "" {
				t.Error(diff)
			}
		})
	}
	if *update {
		if err := os.WriteFile(path, txtar.Format(archive), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// render writes findings with what they point at and their hints.
func render(fs []finding.Finding, src []byte) string {
	var b strings.Builder
	for _, f := range fs {
		at := string(src[f.Range.Start.Offset:f.Range.End.Offset])
		b.WriteString(f.String() + "\n\tat: " + strings.ReplaceAll(at, "\n", "⏎") + "\n\thint: " + f.Hint + "\n")
	}
	return b.String()
}

func TestUnreadable(t *testing.T) {
	tests := []struct {
		name, src, want string
	}{
		{"empty", "", `d/Dockerfile:1:1: error: the Dockerfile has no FROM instruction: found no instruction at all [SF103]`},
		{"NUL", "FROM a\nRUN \x00", `d/Dockerfile:2:5: error: "d/Dockerfile" is not a text file: found a NUL byte [SF302]`},
		{"Latin-1", "FROM a\n# caf\xe9\n", `d/Dockerfile:2:6: error: "d/Dockerfile" is not UTF-8 text: found the byte 0xe9 [SF302]`},
		{"cut character", "FROM a\n# \xc3", `d/Dockerfile:2:3: error: "d/Dockerfile" is not UTF-8 text: found the byte 0xc3 [SF302]`},
		{"huge", "FROM a\n" + strings.Repeat("# x\n", MaxSize/4), `d/Dockerfile: error: "d/Dockerfile" has 1048583 bytes: expected at most 1048576 [SF302]`},
		{"long line", "FROM a\n\nRUN " + strings.Repeat("x", 1<<16), `d/Dockerfile:3:1: error: the line has 65540 bytes: expected less than 65536 [SF101]`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f, fs := Parse("d/Dockerfile", []byte(tt.src))
			if f != nil || len(fs) != 1 {
				t.Fatalf("file is nil: %t, findings %v", f == nil, fs)
			}
			if got := fs[0].String(); got != tt.want {
				t.Errorf("got  %s\nwant %s", got, tt.want)
			}
		})
	}
}
