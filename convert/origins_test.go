package convert_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stagefold/stagefold/convert"
	"github.com/stagefold/stagefold/convert/edit"
)

// TestOrigins checks what is said of where lines come from, on all cases that
// convert: the texts are those of the changes; what comes from a file lies in it; a
// line that is said to be kept stands so in its file; no line comes from nowhere
// unless it is blank; and one that stands in just one place of the old files and is
// unchanged comes from there.
func TestOrigins(t *testing.T) {
	checked := 0
	for _, dir := range []string{"plan", "equivalence"} {
		for _, c := range loadCases(t, dir) {
			r := convert.Convert(c.inMemory(), c.options())
			for _, ch := range r.Changes {
				if !ch.Delete {
					checked += checkOrigins(t, c.name, r, ch)
				}
			}
		}
	}
	if checked == 0 {
		t.Error("no line was checked")
	}
}

func checkOrigins(t *testing.T, name string, r *convert.Result, ch edit.Change) int {
	t.Helper()
	text := r.Texts[ch.Path]
	if text.String() != string(ch.New) {
		t.Errorf("%s: the text of %s is %q, want %q", name, ch.Path, text.String(), ch.New)
	}
	lines := text.Lines()
	for i, line := range lines {
		if problem := originProblem(line, r.Sources); problem != "" {
			t.Errorf("%s: line %d of %s, %q, %s", name, i+1, ch.Path, line.Text, problem)
		}
	}
	return len(lines)
}

// originProblem is what is wrong with the origins of a line, or "".
func originProblem(line edit.Line, sources map[string][]byte) string {
	if len(line.Origins) == 0 && strings.TrimSpace(line.Text) != "" {
		return "comes from nowhere"
	}
	var old []string
	for _, o := range line.Origins {
		src, ok := sources[o.File]
		if !ok || o.Start >= o.End || o.End > len(src) {
			return fmt.Sprintf("comes from [%d, %d) of %q, which has %d bytes", o.Start, o.End, o.File, len(src))
		}
		old = append(old, strings.TrimRight(string(src[o.Start:o.End]), "\r\n"))
	}
	if line.Kept && (len(old) != 1 || old[0] != line.Text) {
		return fmt.Sprintf("is said to be %q", old)
	}
	if strings.TrimSpace(line.Text) == "" {
		return "" // may be the one that parts two parts
	}
	if places := standing(line.Text, sources); len(places) == 1 && !slices.ContainsFunc(line.Origins, touches(places[0])) {
		return fmt.Sprintf("stands at %v, and is said to come from %v", places[0], line.Origins)
	}
	return ""
}

// touches reports whether an origin has a byte of the place p.
func touches(p edit.Origin) func(edit.Origin) bool {
	return func(o edit.Origin) bool { return p.File == o.File && p.Start < o.End && o.Start < p.End }
}

// standing are the places at which a line stands in the old files.
func standing(text string, sources map[string][]byte) []edit.Origin {
	var list []edit.Origin
	for file, src := range sources {
		at := 0
		for line := range strings.Lines(string(src)) {
			if strings.TrimRight(line, "\r\n") == text {
				list = append(list, edit.Origin{File: file, Start: at, End: at + len(line)})
			}
			at += len(line)
		}
	}
	return list
}
