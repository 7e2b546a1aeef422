package pipeline

import (
	"strings"
	"testing"
	"time"

	"github.com/stagefold/stagefold/convert/edit"
	"github.com/stagefold/stagefold/convert/finding"
)

// systems has a file of each system.
var systems = []string{".gitlab-ci.yml", ".travis.yml", ".github/workflows/x.yml", ".circleci/config.yml", ".drone.yml", "azure-pipelines.yml", "Jenkinsfile"}

// FuzzRead holds the reader to its word: it never panics, it ends, each piece is at
// its place, and what Rewrite makes of a file is the same file but for what was to
// change.
func FuzzRead(f *testing.F) {
	for i, name := range systems {
		for _, tt := range readTests {
			if tt.file == name {
				f.Add(uint8(i), tt.text)
			}
		}
		for _, tt := range rewriteTests {
			if tt.file == name {
				f.Add(uint8(i), tt.text)
			}
		}
	}
	f.Fuzz(func(t *testing.T, system uint8, text string) {
		if len(text) > 4<<10 {
			t.Skip()
		}
		start := time.Now()
		p := read(systems[int(system)%len(systems)], text)
		for _, j := range p.Jobs {
			for _, s := range j.Shells {
				checkPieces(t, p, s.Script())
			}
		}
		if p.System != Jenkins {
			rewritten(t, p)
		}
		if d := time.Since(start); d > 10*time.Second {
			t.Errorf("reading took %v", d)
		}
	})
}

// changesOf lets go what begins with "gone", and replaces "old".
func changesOf(p *Pipeline) []Change {
	var changes []Change
	for _, j := range p.Jobs {
		for _, s := range j.Shells {
			c := Change{Shell: s}
			for _, it := range s.Items {
				for _, piece := range it.Pieces {
					c.Edits = append(c.Edits, editsOf(p, piece)...)
				}
			}
			changes = append(changes, c)
		}
	}
	return changes
}

func editsOf(p *Pipeline, piece Piece) []edit.Edit {
	text, _ := piece.Known()
	at := piece.Range.Start.Offset
	switch {
	case !piece.Verbatim:
		return nil
	case strings.HasPrefix(text, "gone"):
		end := piece.Range.End.Offset
		if rest := string(p.Source[end:]); strings.HasPrefix(rest, "\n") || strings.HasPrefix(rest, "\r\n") {
			if d := p.doc; strings.TrimSpace(string(p.Source[d.lineStart(at):at])) == "" {
				end = d.lineEnd(end) // a line of a block
			}
		}
		return []edit.Edit{{Start: at, End: end}}
	case strings.HasPrefix(text, "old"):
		return []edit.Edit{{Start: at, End: at + 3, Text: `n"e'w`}}
	}
	return nil
}

// rewritten is the new text of a file, or says why there is none.
func rewritten(t *testing.T, p *Pipeline) (string, []finding.Finding) {
	t.Helper()
	w := p.Rewrite(changesOf(p))
	if len(w.Findings) > 0 || finding.Refused(p.Findings) {
		return "", w.Findings
	}
	text, err := edit.Apply(p.Source, w.Edits)
	if err != nil {
		return "", []finding.Finding{finding.New("SF071", finding.Range{File: p.Path}, "%v", err)}
	}
	return string(text), w.Check(text)
}
