package render

import (
	"github.com/stagefold/stagefold/convert/dockerfile"
	"github.com/stagefold/stagefold/convert/edit"
	"github.com/stagefold/stagefold/convert/finding"
	"github.com/stagefold/stagefold/convert/plan"
)

// A top is what has to move to the top of the result: parser directives and
// global ARGs of the parts behind the first.
type top struct {
	parts []*plan.Part
	// missing are the directives that the first part lacks.
	missing []dockerfile.Directive
	args    []edit.Line // the lines of the global ARGs
}

// newTop refuses directives that contradict each other.
func newTop(parts []*plan.Part) (*top, []finding.Finding) {
	t := &top{parts: parts}
	var findings []finding.Finding
	for _, p := range parts[1:] {
		if p.File.Escape != parts[0].File.Escape {
			findings = append(findings, finding.New("SF105", p.File.Header, "%s has the escape character %q, and %s has %q",
				p.File.Path, p.File.Escape, parts[0].File.Path, parts[0].File.Escape))
		}
		for _, d := range p.File.Directives {
			findings = append(findings, t.add(d)...)
		}
		findings = append(findings, t.addGlobals(p)...)
	}
	return t, findings
}

// addGlobals takes the global ARGs of a later part up to the top.
func (t *top) addGlobals(p *plan.Part) []finding.Finding {
	for _, g := range globals(p) {
		text, err := g.text()
		if err != nil {
			return []finding.Finding{finding.New("SF104", g.at, "the changes to %s collide: %v", p.File.Path, err)}
		}
		t.args = append(t.args, text.Lines()...)
	}
	return nil
}

// add takes a directive of a later part up to the top.
func (t *top) add(d dockerfile.Directive) []finding.Finding {
	for _, have := range append(t.missing, t.parts[0].File.Directives...) {
		if have.Name != d.Name {
			continue
		}
		if have.Value != d.Value {
			return []finding.Finding{finding.New("SF105", d.Range, "the directive %s is %q here and %q in %s", d.Name, d.Value, have.Value, have.Range.File)}
		}
		return nil
	}
	t.missing = append(t.missing, d)
	return nil
}

// edits are the changes to part i, those of the plan among them.
func (t *top) edits(i int, planned []edit.Edit) []edit.Edit {
	if i == 0 {
		return append(planned, t.firstEdits()...)
	}
	f := t.parts[i].File
	edits := lift(f, globals(t.parts[i]), planned)
	if f.BOM {
		edits = append(edits, edit.Edit{Start: 0, End: len("\ufeff")})
	}
	for _, d := range f.Directives {
		edits = append(edits, edit.Edit{Start: d.Range.Start.Offset, End: d.Range.End.Offset})
	}
	return edits
}

// firstEdits put what moves up into the first part.
func (t *top) firstEdits() []edit.Edit {
	f := t.parts[0].File
	var edits []edit.Edit
	for _, d := range t.missing {
		text := "# " + d.Name + "=" + d.Value + f.EOL
		edits = append(edits, edit.Edit{Start: directivesEnd(f), End: directivesEnd(f), Text: text, From: origins(d.Range)})
	}
	at := f.Stages[0].From.Comments.Start.Offset
	for _, l := range t.args {
		edits = append(edits, edit.Edit{Start: at, End: at, Text: l.Text + f.EOL, From: l.Origins})
	}
	return edits
}
