package convert_test

import (
	"strings"
	"testing"

	"github.com/stagefold/stagefold/convert"
)

// TestOrigins checks what is said of where lines come from, on all cases that
// convert: the texts are those of the changes, a line that is said to be kept stands
// so in its file, and what comes from a file lies in it.
func TestOrigins(t *testing.T) {
	checked := 0
	for _, c := range loadCases(t, "plan") {
		r := convert.Convert(c.inMemory(), c.options())
		for _, ch := range r.Changes {
			if ch.Delete {
				continue
			}
			text := r.Texts[ch.Path]
			if text.String() != string(ch.New) {
				t.Errorf("%s: the text of %s is %q, want %q", c.name, ch.Path, text.String(), ch.New)
			}
			for i, line := range text.Lines() {
				checked++
				for _, o := range line.Origins {
					src, ok := r.Sources[o.File]
					if !ok || o.End > len(src) {
						t.Errorf("%s: line %d of %s comes from [%d, %d) of %q, which has %d bytes", c.name, i+1, ch.Path, o.Start, o.End, o.File, len(src))
						continue
					}
					if old := strings.TrimRight(string(src[o.Start:o.End]), "\r\n"); line.Kept && old != line.Text {
						t.Errorf("%s: line %d of %s is %q, and said to be %q", c.name, i+1, ch.Path, line.Text, old)
					}
				}
			}
		}
	}
	if checked == 0 {
		t.Error("no line was checked")
	}
}
