package report

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/stagefold/stagefold/convert/edit"
)

func diff(t testing.TB, changes []edit.Change, s Style) string {
	t.Helper()
	var out bytes.Buffer
	if err := Diff(&out, changes, s); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func TestDiff(t *testing.T) {
	tests := []struct {
		name   string
		change edit.Change
		style  Style
		want   string
	}{
		{"modify", edit.Change{Path: "d/f", Old: []byte("a\nb\n"), New: []byte("a\nc\n")}, Exact,
			"--- a/d/f\n+++ b/d/f\n@@ -1,2 +1,2 @@\n a\n-b\n+c\n"},
		{"same", edit.Change{Path: "f", Old: []byte("a\n"), New: []byte("a\n")}, Exact, ""},
		{"delete", edit.Change{Path: "f", Old: []byte("a\nb\n"), Delete: true}, Exact,
			"--- a/f\n+++ /dev/null\n@@ -1,2 +0,0 @@\n-a\n-b\n"},
		{"create", edit.Change{Path: "f", New: []byte("a\n")}, Exact,
			"--- /dev/null\n+++ b/f\n@@ -0,0 +1 @@\n+a\n"},
		{"final newline comes", edit.Change{Path: "f", Old: []byte("a"), New: []byte("a\n")}, Exact,
			"--- a/f\n+++ b/f\n@@ -1 +1 @@\n-a\n\\ No newline at end of file\n+a\n"},
		{"name with a space", edit.Change{Path: "a b", Old: []byte("a\n"), New: []byte("b\n")}, Exact,
			"--- a/a b\t\n+++ b/a b\t\n@@ -1 +1 @@\n-a\n+b\n"},
		{"name with a newline", edit.Change{Path: "a\n\"b", Old: []byte("a\n"), New: []byte("b\n")}, Exact,
			"--- \"a/a\\012\\\"b\"\n+++ \"b/a\\012\\\"b\"\n@@ -1 +1 @@\n-a\n+b\n"},
		{"exact", edit.Change{Path: "f", Old: []byte("\x1b[2J\r\n"), New: []byte("\xff\u202e\tb\n")}, Exact,
			"--- a/f\n+++ b/f\n@@ -1 +1 @@\n-\x1b[2J\r\n+\xff\u202e\tb\n"},
		{"visible", edit.Change{Path: "f", Old: []byte("\x1b[2J\r\n"), New: []byte("\xff\u202e\tb\n")}, Visible,
			"--- a/f\n+++ b/f\n@@ -1 +1 @@\n-\\x1b[2J\r\n+\\xff\\u202e\tb\n"},
		{"colour", edit.Change{Path: "f", Old: []byte("-- a\n"), New: []byte("+b\x9b\n")}, Colour,
			"\x1b[1m--- a/f\x1b[0m\n\x1b[1m+++ b/f\x1b[0m\n\x1b[36m@@ -1 +1 @@\x1b[0m\n" +
				"\x1b[31m--- a\x1b[0m\n\x1b[32m++b\\x9b\x1b[0m\n"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := diff(t, []edit.Change{tt.change}, tt.style); got != tt.want {
				t.Errorf("got\n%q\nwant\n%q", got, tt.want)
			}
		})
	}
}

// TestDiffApplies asks git itself: what it makes of the diff are the bytes that
// the change is to yield.
func TestDiffApplies(t *testing.T) {
	if _, err := exec.LookPath("git"); err != nil {
		t.Skip("no git here")
	}
	rapid.Check(t, func(rt *rapid.T) {
		changes := anyChanges(rt)
		dir, err := os.MkdirTemp(t.TempDir(), "tree")
		if err != nil {
			rt.Fatal(err)
		}
		for _, c := range changes {
			if c.Old != nil {
				check(rt, os.WriteFile(filepath.Join(dir, c.Path), c.Old, 0o644))
			}
		}
		patch := diff(t, changes, Exact)
		if patch == "" {
			return
		}
		cmd := exec.Command("git", "apply", "--whitespace=nowarn", "-")
		cmd.Dir, cmd.Stdin = dir, strings.NewReader(patch)
		cmd.Env = append(os.Environ(), "GIT_CEILING_DIRECTORIES="+filepath.Dir(dir))
		if out, err := cmd.CombinedOutput(); err != nil {
			rt.Fatalf("git apply: %v\n%s\n%s", err, out, patch)
		}
		for _, c := range changes {
			got, err := os.ReadFile(filepath.Join(dir, c.Path))
			if c.Delete != os.IsNotExist(err) || !bytes.Equal(got, c.New) {
				rt.Fatalf("%q holds %q (%v), want %q, from\n%s", c.Path, got, err, c.New, patch)
			}
		}
	})
}

func check(rt *rapid.T, err error) {
	if err != nil {
		rt.Fatal(err)
	}
}

// anyChanges draws one change of each kind, on files of few different lines, so
// that the diffs have context and long common runs. Empty files are left out where
// a diff without git's own headers can't say that they come or go.
func anyChanges(rt *rapid.T) []edit.Change {
	line := rapid.SampledFrom([]string{"\n", "a\n", "b\n", "-- c\n", "@@ -1 +1 @@\n", "d\r\n", "\u00e9\xff\n", "last"})
	text := rapid.Custom(func(rt *rapid.T) []byte {
		lines := rapid.SliceOfN(line, 1, 30).Draw(rt, "lines")
		return []byte(strings.Join(lines, ""))
	})
	return []edit.Change{
		{Path: "plain", Old: text.Draw(rt, "old"), New: text.Draw(rt, "new")},
		{Path: "with space", Old: text.Draw(rt, "old"), New: text.Draw(rt, "new")},
		{Path: "q\"\\\n\x01\u00e9", Old: text.Draw(rt, "old"), New: text.Draw(rt, "new")},
		{Path: "gone", Old: text.Draw(rt, "old"), Delete: true},
		{Path: "made", New: text.Draw(rt, "new")},
	}
}

// TestHunks checks the numbers and kinds of lines, without and with a missing newline.
func TestHunks(t *testing.T) {
	for _, tt := range []struct {
		before, after string
		want          []Hunk
	}{
		{"a\n", "a\n", nil},
		{"a\nb\n", "a\nc\n", []Hunk{{Old: 1, New: 1, Kinds: " -+"}}},
		{"a\n", "", []Hunk{{Old: 1, New: 0, Kinds: "-"}}},
		{"1\n2\n3\n4\n5\n6\n7\n8\n9\n", "1\n2\n3\n4\n5\n6\n7\n8\nx", []Hunk{{Old: 6, New: 6, Kinds: "   -+"}}},
		{"@@\n", "-\n@@\n", []Hunk{{Old: 1, New: 1, Kinds: "+ "}}},
	} {
		got := Hunks(edit.Change{Path: "f", Old: []byte(tt.before), New: []byte(tt.after)})
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("%q to %q (-want +got):\n%s", tt.before, tt.after, diff)
		}
	}
}
