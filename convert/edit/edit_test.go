package edit

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestApply(t *testing.T) {
	tests := []struct {
		name  string
		src   string
		edits []Edit
		want  string
	}{
		{"none", "abc", nil, "abc"},
		{"replace", "abc", []Edit{{Start: 1, End: 2, Text: "BB"}}, "aBBc"},
		{"delete", "abc", []Edit{{Start: 0, End: 2, Text: ""}}, "c"},
		{"insert at both ends", "abc", []Edit{{Start: 3, End: 3, Text: ">"}, {Start: 0, End: 0, Text: "<"}}, "<abc>"},
		{"any order", "abcd", []Edit{{Start: 3, End: 4, Text: "4"}, {Start: 0, End: 1, Text: "1"}}, "1bc4"},
		{"neighbours", "abc", []Edit{{Start: 0, End: 1, Text: "1"}, {Start: 1, End: 2, Text: "2"}}, "12c"},
		{"insertions at one offset keep their order", "ab", []Edit{{Start: 1, End: 1, Text: "x"}, {Start: 1, End: 1, Text: "y"}}, "axyb"},
		{"an insertion in front of a replacement", "ab", []Edit{{Start: 1, End: 2, Text: "B"}, {Start: 1, End: 1, Text: "x"}}, "axB"},
		{"equal edits count once", "abc", []Edit{{Start: 1, End: 2, Text: "B"}, {Start: 0, End: 1, Text: ""}, {Start: 1, End: 2, Text: "B"}}, "Bc"},
		{"empty source", "", []Edit{{Start: 0, End: 0, Text: "x"}}, "x"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			src := []byte(tt.src)
			got, err := Apply(src, tt.edits)
			if err != nil || string(got) != tt.want {
				t.Errorf("got %q, %v; want %q", got, err, tt.want)
			}
			if string(src) != tt.src {
				t.Errorf("the source became %q", src)
			}
		})
	}
}

func TestApplyRefuses(t *testing.T) {
	tests := []struct {
		name  string
		edits []Edit
		want  string
	}{
		{"overlap", []Edit{{Start: 0, End: 2, Text: "x"}, {Start: 1, End: 3, Text: "y"}}, "edit [1, 3) overlaps the one before it, which ends at 2"},
		{"two texts for one range", []Edit{{Start: 0, End: 2, Text: "x"}, {Start: 0, End: 2, Text: "y"}}, "edit [0, 2) overlaps the one before it, which ends at 2"},
		{"insertion inside of a replacement", []Edit{{Start: 0, End: 3, Text: "x"}, {Start: 1, End: 1, Text: "y"}}, "edit [1, 1) overlaps the one before it, which ends at 3"},
		{"behind the end", []Edit{{Start: 2, End: 4, Text: ""}}, "edit [2, 4) lies outside of a file of 3 bytes"},
		{"backwards", []Edit{{Start: 2, End: 1, Text: ""}}, "edit [2, 1) lies outside of a file of 3 bytes"},
		{"before the start", []Edit{{Start: -1, End: 1, Text: ""}}, "edit [-1, 1) overlaps the one before it, which ends at 0"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := Apply([]byte("abc"), tt.edits)
			if err == nil || err.Error() != tt.want {
				t.Errorf("got %q, %v; want the error %q", got, err, tt.want)
			}
		})
	}
}

// TestApplyLeavesTheRest: whatever stands between the edits comes out as it went
// in, in whatever order the edits are given.
func TestApplyLeavesTheRest(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		var src, want strings.Builder
		var edits []Edit
		for range rapid.IntRange(0, 8).Draw(rt, "pieces") {
			kept := rapid.StringN(1, 5, -1).Draw(rt, "kept") // never empty: neighbouring insertions have an order
			old, text := rapid.String().Draw(rt, "old"), rapid.String().Draw(rt, "new")
			src.WriteString(kept)
			edits = append(edits, Edit{Start: src.Len(), End: src.Len() + len(old), Text: text})
			src.WriteString(old)
			want.WriteString(kept + text)
		}
		edits = rapid.Permutation(edits).Draw(rt, "edits")
		got, err := Apply([]byte(src.String()), edits)
		if err != nil || string(got) != want.String() {
			rt.Fatalf("got %q, %v; want %q", got, err, want.String())
		}
	})
}
