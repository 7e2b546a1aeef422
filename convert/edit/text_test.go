package edit

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func TestTextLines(t *testing.T) {
	const src = "FROM a\nCOPY app .\nCMD x\n"
	text, err := NewText("D", []byte(src)).Apply([]Edit{
		{Start: 0, End: 0, Text: "FROM b AS builder\n", From: []Origin{{"B", 3, 9}}},
		{Start: 11, End: 11, Text: " --from=builder"},
		{Start: 18, End: 24, Text: "CMD y\nUSER z\n"},
	})
	if err != nil {
		t.Fatal(err)
	}
	want := []Line{
		{Text: "FROM b AS builder", Origins: []Origin{{"B", 3, 9}}},
		{Text: "FROM a", Kept: true, Origins: []Origin{{"D", 0, 7}}},
		{Text: "COPY --from=builder app .", Origins: []Origin{{"D", 7, 18}}},
		{Text: "CMD y", Origins: []Origin{{"D", 18, 24}}},
		{Text: "USER z", Origins: []Origin{{"D", 18, 24}}},
	}
	if diff := cmp.Diff(want, text.Lines()); diff != "" {
		t.Errorf("lines differ (-want +got):\n%s", diff)
	}
}

// edits draws edits of a text that do not overlap.
func edits(rt *rapid.T, size int) []Edit {
	var list []Edit
	at := 0
	for range rapid.IntRange(0, 5).Draw(rt, "edits") {
		start := rapid.IntRange(at, size).Draw(rt, "start")
		end := rapid.IntRange(start, size).Draw(rt, "end")
		list = append(list, Edit{Start: start, End: end, Text: rapid.StringMatching(`[a-c\n]{0,4}`).Draw(rt, "text")})
		if at = end + 1; at > size {
			break
		}
	}
	return list
}

// TestTextKnowsWhatIsKept: through two rounds of edits the text is what the plain
// function makes; each kept line stands in its file, at the place that the line
// names; and each origin lies in the file.
func TestTextKnowsWhatIsKept(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		src := rapid.StringMatching(`([x-z]{0,3}\n){0,6}[x-z]{0,2}`).Draw(rt, "src")
		text, plain := NewText("f", []byte(src)), []byte(src)
		for range 2 {
			list := edits(rt, len(plain))
			var err, err2 error
			text, err = text.Apply(list)
			plain, err2 = Apply(plain, list)
			if err != nil || err2 != nil || text.String() != string(plain) || text.Len() != len(plain) {
				rt.Fatalf("got %q, %v; want %q, %v", text.String(), err, plain, err2)
			}
		}
		var whole []string
		for _, line := range text.Lines() {
			whole = append(whole, line.Text)
			for _, o := range line.Origins {
				if o.File != "f" || o.Start >= o.End || o.End > len(src) {
					rt.Fatalf("%q comes from %v of %d bytes", line.Text, o, len(src))
				}
			}
			if line.Kept && strings.TrimRight(src[line.Origins[0].Start:line.Origins[0].End], "\n") != line.Text {
				rt.Fatalf("%q is said to stand at %v of %q", line.Text, line.Origins, src)
			}
		}
		if got := strings.TrimSuffix(text.String(), "\n"); got != strings.Join(whole, "\n") {
			rt.Fatalf("the lines %q are not those of %q", whole, got)
		}
	})
}

// TestTextKeepsWhatNoEditTouches: a line that no edit comes near is kept, and comes
// from where it stood.
func TestTextKeepsWhatNoEditTouches(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		before := rapid.StringMatching(`([x-z]{0,3}\n){0,4}`).Draw(rt, "before")
		after := rapid.StringMatching(`([x-z]{0,3}\n){0,4}`).Draw(rt, "after")
		list := edits(rt, len(before))
		if n := len(list); n > 0 && list[n-1].Start == len(before) {
			list = list[:n-1] // it may end without a newline and join the next line
		}
		text, err := NewText("f", []byte(before+"kept\n"+after)).Apply(list)
		if err != nil {
			rt.Fatal(err)
		}
		head, _ := Apply([]byte(before), list)
		if len(head) > 0 && head[len(head)-1] != '\n' {
			return // joined with what stands in front of it
		}
		line := text.Lines()[strings.Count(string(head), "\n")]
		want := Line{Text: "kept", Kept: true, Origins: []Origin{{"f", len(before), len(before) + 5}}}
		if diff := cmp.Diff(want, line); diff != "" {
			rt.Fatalf("the line differs (-want +got):\n%s", diff)
		}
	})
}

func TestPlaced(t *testing.T) {
	text, err := NewText("a", []byte("one\ntwo\n")).Apply([]Edit{{Start: 0, End: 3, Text: "new", From: []Origin{{File: "b", Start: 1, End: 2}}}})
	if err != nil {
		t.Fatal(err)
	}
	placed := text.Placed(func(o Origin) Origin {
		if o.File == "b" {
			return Origin{File: "c", Start: 5, End: 6}
		}
		return o
	})
	want := []Origin{{File: "c", Start: 5, End: 6}, {File: "a", Start: 0, End: 4}}
	if got := placed.Lines()[0].Origins; !slices.Equal(got, want) {
		t.Errorf("the origins are %v, want %v", got, want)
	}
	if got := placed.Lines()[1]; !got.Kept || got.Origins[0].File != "a" {
		t.Errorf("the second line is %v", got)
	}
}
