package render

import (
	"testing"

	"github.com/stagefold/stagefold/convert/dockerfile"
	"github.com/stagefold/stagefold/convert/edit"
	"github.com/stagefold/stagefold/convert/plan"
)

// TestPiece checks the blank lines where parts meet.
func TestPiece(t *testing.T) {
	for _, tt := range []struct {
		text string
		at   position
		want string
	}{
		{"FROM a\n", alone, "FROM a\n"},
		{"\n\nFROM a\n\n", alone, "\n\nFROM a\n\n"},
		{"\nFROM a\n\n\n", first, "\nFROM a\n\n"},
		{"FROM a", first, "FROM a\n\n"},
		{" \n\t\nFROM a \n", middle, "FROM a\n\n"},
		{"\n\n# c\nFROM a", last, "# c\nFROM a"},
		{"FROM a\n\n\n", last, "FROM a\n\n\n"},
		{"\n", last, ""},
	} {
		if got := piece(edit.Made(tt.text), "\n", tt.at).String(); got != tt.want {
			t.Errorf("piece(%q, %d) is %q, want %q", tt.text, tt.at, got, tt.want)
		}
	}
	if got, want := piece(edit.Made("FROM a\r\n\r\n\r\n"), "\r\n", first).String(), "FROM a\r\n\r\n"; got != want {
		t.Errorf("with CRLF the piece is %q, want %q", got, want)
	}
}

func TestPlace(t *testing.T) {
	for _, tt := range []struct {
		i, n int
		want position
	}{{0, 1, alone}, {0, 2, first}, {1, 2, last}, {1, 3, middle}, {2, 3, last}} {
		if got := place(tt.i, tt.n); got != tt.want {
			t.Errorf("place(%d, %d) is %d, want %d", tt.i, tt.n, got, tt.want)
		}
	}
}

// TestRewrite checks the text of rewritten copies: the author's words where they
// stay, and a form that the new words have.
func TestRewrite(t *testing.T) {
	from := func(dest string, sources ...string) plan.CopyLine {
		return plan.CopyLine{From: "builder", Sources: sources, Dest: dest}
	}
	owned := from("/b", "/out/a")
	owned.Chown = true
	for _, tt := range []struct {
		old   string
		lines []plan.CopyLine
		want  string
	}{
		{"COPY a /b", []plan.CopyLine{from("/b", "/out/a")}, "COPY --from=builder /out/a /b"},
		{"COPY a /b", []plan.CopyLine{owned}, "COPY --from=builder --chown=0:0 /out/a /b"},
		{"copy a /b", []plan.CopyLine{from("/b", "/out/a")}, "copy --from=builder /out/a /b"},
		{"ADD a /b", []plan.CopyLine{from("/b", "/out/a")}, "COPY --from=builder /out/a /b"},
		{"ADD --checksum=sha256:x --chown=1 a /b", []plan.CopyLine{from("/b", "/out/a")}, "COPY --from=builder --chown=1 /out/a /b"},
		{"COPY  a   /b", []plan.CopyLine{from("/b", "/out/a")}, "COPY --from=builder  /out/a   /b"},
		{"COPY a \\\n  # why\n  /b", []plan.CopyLine{from("/b", "/out/a")}, "COPY --from=builder /out/a \\\n  # why\n  /b"},
		{`COPY ["a", "/b"]`, []plan.CopyLine{from("/b", "/out/a\"b")}, `COPY --from=builder ["/out/a\"b", "/b"]`},
		{"COPY a /b", []plan.CopyLine{from("/b c", "/out/a")}, `COPY --from=builder ["/out/a", "/b c"]`},
		{"COPY a /b", []plan.CopyLine{from("/b", "[a]")}, `COPY --from=builder ["[a]", "/b"]`},
		{"COPY a c /b/", []plan.CopyLine{from("/b/", "/out/a"), {Sources: []string{"c"}, Dest: "/b/"}}, "COPY --from=builder /out/a /b/\nCOPY c /b/"},
		{"ADD a c /b/", []plan.CopyLine{{Sources: []string{"c"}, Dest: "/b/"}, from("/b/", "/out/a")}, "ADD c /b/\nCOPY --from=builder /out/a /b/"},
		{"COPY . /b", []plan.CopyLine{{Sources: []string{"."}, Dest: "/b"}, from("/b/a", "/out/a")}, "COPY . /b\nCOPY --from=builder /out/a /b/a"},
		{"COPY a /b", nil, ""},
	} {
		f, findings := dockerfile.Parse("Dockerfile", []byte("FROM x\n"+tt.old+"\n"))
		if f == nil {
			t.Fatal(findings)
		}
		part := &plan.Part{File: f, Stage: f.Stages[0], Rewrites: []plan.Rewrite{{Instruction: f.Stages[0].Instructions[0], Lines: tt.lines}}}
		got, problems := Dockerfile(&plan.Fold{Parts: []*plan.Part{part}})
		want := "FROM x\n" + tt.want + "\n"
		if tt.want == "" {
			want = "FROM x\n"
		}
		if got.String() != want || len(problems) > 0 {
			t.Errorf("%q becomes %q, %v, want %q", tt.old, got.String(), problems, want)
		}
	}
}

// TestCollision checks that edits which collide are refused.
func TestCollision(t *testing.T) {
	f, _ := dockerfile.Parse("Dockerfile", []byte("FROM x\nRUN y\n"))
	in := f.Stages[0].Instructions[0]
	part := &plan.Part{File: f, Stage: f.Stages[0], Replacements: []plan.Replacement{{Range: in.Range, Text: "a"}, {Range: in.KeywordRange, Text: "b"}}}
	text, problems := Dockerfile(&plan.Fold{Parts: []*plan.Part{part}})
	if text.Len() > 0 || len(problems) != 1 || problems[0].Code != "SF104" {
		t.Errorf("the text is %q with %v, want SF104", text, problems)
	}
}
