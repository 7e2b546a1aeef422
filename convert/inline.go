package convert

import (
	"fmt"
	"strings"

	"github.com/stagefold/stagefold/convert/dockerfile"
	"github.com/stagefold/stagefold/convert/edit"
	"github.com/stagefold/stagefold/convert/finding"
	"github.com/stagefold/stagefold/convert/plan"
	"github.com/stagefold/stagefold/shparse"
)

// loadInline parses the Dockerfile that is a here-document of the script, once, under
// a name that says where it stands.
func (c *converter) loadInline(doc *shparse.Heredoc) (*dockerfile.File, []finding.Finding) {
	name := inlineName(doc)
	if f, ok := c.files[name]; ok {
		return f, nil
	}
	c.inline[name] = doc
	src := c.tr.Sources[doc.Body.File][doc.Body.Start.Offset:doc.Body.End.Offset]
	f, findings := dockerfile.Parse(name, src)
	if f != nil {
		c.files[name] = f
	}
	return f, findings
}

func inlineName(doc *shparse.Heredoc) string {
	return fmt.Sprintf("%s (here-document in line %d)", doc.Body.File, doc.Delimiter.Start.Line)
}

// locate is the place in a file of the repository that a finding's place stands for: it
// may lie in a here-document, or in a script that another file holds.
func (c *converter) locate(r finding.Range) finding.Range {
	if doc := c.inline[r.File]; doc != nil {
		r = finding.Range{File: doc.Body.File, Start: below(doc, r.Start), End: below(doc, r.End)}
	}
	if c.tr == nil {
		return r
	}
	return c.tr.Locate(r)
}

// below is the place in the script of one in the here-document. Where that is not
// known, it is the start.
func below(doc *shparse.Heredoc, p finding.Pos) finding.Pos {
	if p.Line == 0 {
		return doc.Body.Start
	}
	p.Offset += doc.Body.Start.Offset
	p.Line += doc.Body.Start.Line - 1
	return p
}

// inlaid are the edits by which the script gets the Dockerfiles of final images that
// it holds, by the path of the script.
func (c *converter) inlaid() map[string][]edit.Edit {
	edits := map[string][]edit.Edit{}
	for _, p := range c.folding {
		for _, f := range p.Folds {
			if doc := f.Final().Inline; doc != nil {
				edits[doc.Body.File] = append(edits[doc.Body.File], c.inlay(f, doc)...)
			}
		}
	}
	return edits
}

// inlay puts the Dockerfile of a fold into the here-document of its final image. Where
// the shell would expand something in it, the delimiter gets quotes.
func (c *converter) inlay(f *plan.Fold, doc *shparse.Heredoc) []edit.Edit {
	text := c.texts[f.Final().File.Path]
	word := string(c.tr.Sources[doc.Delimiter.File][doc.Delimiter.Start.Offset:doc.Delimiter.End.Offset])
	end := strings.NewReplacer(`'`, "", `"`, "", `\`, "").Replace(word)
	for line := range strings.Lines(text.String()) {
		if strings.Trim(line, "\t\r\n") == end {
			c.say(finding.New("SF216", doc.Delimiter, "the new Dockerfile has a line %q, which ends the here-document", end).
				WithHint("end the here-document with another word"))
			return nil
		}
		if doc.Dash && strings.HasPrefix(line, "\t") {
			c.say(finding.New("SF216", doc.Delimiter, "the new Dockerfile has a line that begins with a tab, which <<- takes off").
				WithHint("write << in place of <<-"))
			return nil
		}
	}
	edits := []edit.Edit{{Start: doc.Body.Start.Offset, End: doc.Body.End.Offset, With: &text}}
	if !doc.Quoted && strings.ContainsAny(text.String(), "$`\\") {
		edits = append(edits, edit.Edit{Start: doc.Delimiter.Start.Offset, End: doc.Delimiter.End.Offset, Text: "'" + word + "'"})
	}
	return edits
}
