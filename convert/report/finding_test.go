package report

import (
	"strings"
	"testing"

	"github.com/stagefold/stagefold/convert/finding"
)

func at(line, from, to int) finding.Range {
	return finding.Range{
		File:  "build.sh",
		Start: finding.At(0, line, from),
		End:   finding.At(0, line, to),
	}
}

func TestFindings(t *testing.T) {
	long := strings.Repeat("x", 300)
	tests := []struct {
		name   string
		source string
		at     finding.Range
		want   string // the source line and the marks
	}{
		{"word", "echo\nupx app\n", at(2, 5, 8), "  upx app\n      ^~~\n"},
		{"one byte", "upx app", at(1, 1, 2), "  upx app\n  ^\n"},
		{"empty range", "upx app", at(1, 5, 5), "  upx app\n      ^\n"},
		{"end of line", "upx\n", at(1, 4, 4), "  upx\n     ^\n"},
		{"CRLF", "upx\r\n", at(1, 1, 4), "  upx\n  ^~~\n"},
		{"past the line", "upx\n", at(1, 9, 12), ""},
		{"past the file", "upx\n", at(3, 1, 2), ""},
		{"no column", "upx\n", at(1, 0, 0), ""},
		{"tab", "\tupx\n", at(1, 2, 5), "      upx\n      ^~~\n"},
		{"wide", "echo 日本 upx\n", at(1, 13, 16), "  echo 日本 upx\n            ^~~\n"},
		{"combining", "e\u0301 upx\n", at(1, 5, 8), "  e\u0301 upx\n    ^~~\n"},
		{"wide mark", "echo 日本\n", at(1, 6, 12), "  echo 日本\n       ^~~~\n"},
		{"escape", "\x1b[31m upx\n", at(1, 7, 10), "  \\x1b[31m upx\n           ^~~\n"},
		{"bidi", "a\u202eb\n", at(1, 5, 6), "  a\\u202eb\n         ^\n"},
		{"no UTF-8", "\xff upx\n", at(1, 3, 6), "  \\xff upx\n       ^~~\n"},
		{"long", long + " upx " + long, at(1, 302, 305),
			"  …" + strings.Repeat("x", 59) + " upx " + strings.Repeat("x", 96) + "…\n" + strings.Repeat(" ", 63) + "^~~\n"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f := finding.Finding{Code: "SF003", Severity: finding.Error, Message: "no model for \"upx\"", Hint: "move it", Range: tt.at}
			p := Findings{Sources: map[string][]byte{"build.sh": []byte(tt.source)}}
			want := tt.at.String() + ": error: no model for \"upx\" [SF003]\n" + tt.want + "  hint: move it\n"
			if got := render(t, p, f); got != want {
				t.Errorf("got\n%s\nwant\n%s", got, want)
			}
		})
	}
}

func render(t *testing.T, p Findings, fs ...finding.Finding) string {
	t.Helper()
	var out strings.Builder
	if err := p.Write(&out, fs); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func TestFindingsOverSeveralLines(t *testing.T) {
	r := finding.Range{File: "f", Start: finding.Pos{Line: 1, Column: 3}, End: finding.Pos{Line: 2, Column: 2}}
	p := Findings{Sources: map[string][]byte{"f": []byte("a bc \\\n d\n")}}
	got := render(t, p, finding.Finding{Code: "SF003", Severity: finding.Warning, Message: "m", Range: r})
	if want := "f:1:3: warning: m [SF003]\n  a bc \\\n    ^~~~\n"; got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

// TestFindingsForgeNothing: no name and no message makes a second line, or acts
// on the terminal.
func TestFindingsForgeNothing(t *testing.T) {
	f := finding.Finding{
		Code: "SF003", Severity: finding.Error, Message: "odd\nbuild.sh:1:1: error", Hint: "\x1b]0;title\a",
		Range: finding.Range{File: "a\n\u202eb", Start: finding.Pos{Line: 1}},
	}
	want := `a\n\u202eb:1: error: odd\nbuild.sh:1:1: error [SF003]` + "\n" + `  hint: \x1b]0;title\a` + "\n"
	if got := render(t, Findings{}, f); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestFindingsInColour(t *testing.T) {
	p := Findings{
		Style:   Colour,
		Sources: map[string][]byte{"f": []byte("ab\n")},
		Name:    func(path string) string { return "sub/" + path },
	}
	f := finding.Finding{
		Code: "SF201", Message: "m", Hint: "h",
		Range: finding.Range{File: "f", Start: finding.Pos{Line: 1, Column: 1}, End: finding.Pos{Line: 1, Column: 3}},
	}
	want := "\x1b[1msub/f:1:1:\x1b[0m \x1b[36mnote:\x1b[0m m \x1b[90m[SF201]\x1b[0m\n" +
		"  ab\n  \x1b[32m^~\x1b[0m\n  \x1b[36mhint:\x1b[0m h\n"
	if got := render(t, p, f); got != want {
		t.Errorf("got\n%q\nwant\n%q", got, want)
	}
}

func TestFindingWithoutPlace(t *testing.T) {
	got := render(t, Findings{}, finding.Finding{Code: "SF301", Severity: finding.Error, Message: "m"})
	if want := "error: m [SF301]\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
