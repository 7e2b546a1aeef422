package render

import (
	"slices"
	"strings"

	"github.com/stagefold/stagefold/convert/dockerfile"
	"github.com/stagefold/stagefold/convert/edit"
	"github.com/stagefold/stagefold/convert/finding"
	"github.com/stagefold/stagefold/convert/plan"
)

// A global is a part's global ARG, with the comment lines about it. It moves to the
// top of the result, or goes where it stands there already.
type global struct {
	part *plan.Part
	at   finding.Range // whole lines
	goes bool
}

func globals(p *plan.Part) []global {
	var list []global
	for _, in := range p.File.Args {
		list = append(list, global{p, withComment(in), slices.Contains(p.Drops, in)})
	}
	return list
}

// withComment is a global ARG with the comment lines above it, unless these are the
// first ones of the file, which may be about all of it.
func withComment(in *dockerfile.Instruction) finding.Range {
	f, r := in.File, in.Lines
	if strings.TrimSpace(string(f.Source[directivesEnd(f):in.Comments.Start.Offset])) != "" {
		r.Start = in.Comments.Start
	}
	return r
}

// text is what stands at the top of the result, with the plan's new words.
func (g global) text() (edit.Text, error) {
	if g.goes {
		return edit.Text{}, nil
	}
	var edits []edit.Edit
	for _, r := range g.part.Replacements {
		if g.at.Contains(r.Range) {
			e := at(r.Range, r.Text)
			e.Start -= g.at.Start.Offset
			e.End -= g.at.Start.Offset
			edits = append(edits, e)
		}
	}
	f := g.part.File
	return edit.NewText(f.Path, f.Source).Slice(g.at.Start.Offset, g.at.End.Offset).Apply(edits)
}

// lift takes globals away from where they were, and with them the plan's edits of
// their words. Of the blank lines in front and behind, one goes too.
func lift(f *dockerfile.File, list []global, edits []edit.Edit) []edit.Edit {
	for _, g := range list {
		edits = slices.DeleteFunc(edits, func(e edit.Edit) bool {
			return g.at.Start.Offset <= e.Start && e.End <= g.at.End.Offset
		})
	}
	for i := 0; i < len(list); i++ {
		start, end := list[i].at.Start.Offset, list[i].at.End.Offset
		for i+1 < len(list) && list[i+1].at.Start.Offset == end {
			i++
			end = list[i].at.End.Offset
		}
		if startsBlank(f, start) {
			end += blankLine(f.Source[end:])
		}
		edits = append(edits, edit.Edit{Start: start, End: end})
	}
	return edits
}

// startsBlank reports whether what stands at an offset has a blank line above it,
// or nothing at all.
func startsBlank(f *dockerfile.File, offset int) bool {
	above := strings.TrimRight(string(f.Source[directivesEnd(f):offset]), " \t\r")
	return above == "" || strings.HasSuffix(strings.ReplaceAll(above, "\r", ""), "\n\n")
}

// blankLine is the length of the blank line that src begins with, or 0.
func blankLine(src []byte) int {
	line, _, ok := strings.Cut(string(src), "\n")
	if !ok || strings.TrimSpace(line) != "" {
		return 0
	}
	return len(line) + 1
}

// directivesEnd is the offset behind a file's parser directives, or behind its
// byte-order mark.
func directivesEnd(f *dockerfile.File) int {
	if n := len(f.Directives); n > 0 {
		return f.Directives[n-1].Range.End.Offset
	}
	if f.BOM {
		return len("\ufeff")
	}
	return 0
}
