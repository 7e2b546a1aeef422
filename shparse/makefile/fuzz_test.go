package makefile

import (
	"testing"
	"testing/fstest"
	"time"

	"github.com/stagefold/stagefold/convert/edit"
	"github.com/stagefold/stagefold/convert/finding"
)

// FuzzRead holds the reader to its word: it never panics, it ends, and what Rewrite
// makes is a change of the files.
func FuzzRead(f *testing.F) {
	for _, e := range loadExamples(f) {
		f.Add(e.files["Makefile"])
	}
	f.Add("X = $(call X)$(call X)\nall:\n\t$(X)\n")
	f.Add("$(eval $(value 0))\n%: %.x ; $@\n")
	f.Add("X 1\xc1\x04x= 1\nall:\n\techo all\n")
	f.Add("define X\n$$(X)\na: b\nendef\n$(X)\n")
	f.Add("X0$(call call)0000")
	f.Add("0:$$(CURDIR)")
	f.Fuzz(func(t *testing.T, text string) {
		if len(text) > 4<<10 {
			t.Skip()
		}
		start := time.Now()
		m := Read(Config{FS: fstest.MapFS{"Makefile": {Data: []byte(text)}, "a.c": {}}, Path: "Makefile"})
		if !finding.Refused(m.Findings) {
			m.Run()
			checkRewrite(t, m)
		}
		if d := time.Since(start); d > 10*time.Second {
			t.Errorf("Read took %v", d)
		}
	})
}

// checkRewrite removes the first half of the recipe lines.
func checkRewrite(t *testing.T, m *Makefile) {
	t.Helper()
	var gone []finding.Range
	for _, r := range m.Rules {
		for _, line := range r.Recipe {
			gone = append(gone, line.Range)
		}
	}
	w := m.Rewrite(Change{Gone: gone[:len(gone)/2]})
	for file, edits := range w.Edits {
		if _, err := edit.Apply(m.Sources[file], edits); err != nil {
			t.Errorf("%s: %v", file, err)
		}
	}
}
