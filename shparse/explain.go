package shparse

import (
	"fmt"
	"io"
	"path"
	"strings"
	"unicode/utf8"
)

// explainWidth is how many columns an explanation takes.
const explainWidth = 100

// Explain writes what the script does for people to read: one operation after
// the other with its place below the name of its file, the conditions and unknowns that it brings, and what
// is left on the host at the end; each way through the script in turn. The text
// is the same for the same trace, and no line has more than 100 columns.
func (t *Trace) Explain(w io.Writer) error {
	r := t.Report()
	p := &explainer{script: r.Path, title: r.Path}
	if IsPipeline(r.Path) && len(t.goals) > 0 {
		p.title += ", job " + strings.Join(t.goals, ", ")
	}
	for i, way := range r.Ways {
		if i > 0 {
			p.text.WriteString("\n")
		}
		p.header(r, i)
		p.way(way)
	}
	_, err := io.WriteString(w, p.text.String())
	return err
}

// An explainer lays an explanation out.
type explainer struct {
	text   strings.Builder
	script string
	title  string
	file   string // that the operations are in, as far as written
	place  int    // columns of the places
	verb   int    // columns of the verbs
}

func (p *explainer) header(r Report, i int) {
	name := p.title
	if len(r.Ways) > 1 {
		name = fmt.Sprintf("%s, way %d of %d", p.title, i+1, len(r.Ways))
	}
	p.line("", name)
	p.file = r.Path
}

func (p *explainer) way(w ReportWay) {
	p.measure(w)
	for _, op := range w.Ops {
		p.op(op)
	}
	if len(w.Files) == 0 {
		return
	}
	p.line("", "  left on the host")
	for _, f := range w.Files {
		p.line("    ", f.Path+"  "+f.Text)
	}
}

// measure finds the width of the columns, within reason.
func (p *explainer) measure(w ReportWay) {
	const mostVerb = 10
	p.place, p.verb = 0, 0
	for _, op := range w.Ops {
		_, at := splitPlace(op.Place)
		p.place = max(p.place, len(at))
		p.verb = max(p.verb, min(mostVerb, utf8.RuneCountInString(op.Verb)))
	}
}

// op writes an operation in columns, below the name of its file where that is
// another one than before. A verb that is wider than its column moves the text on,
// and below it lines up again.
func (p *explainer) op(op ReportOp) {
	file, at := splitPlace(op.Place)
	if file != p.file {
		p.line(" ", "in "+file)
		p.file = file
	}
	below := strings.Repeat(" ", p.place+p.verb+8)
	lead := fmt.Sprintf("  %*s  %-*s  ", p.place, at, p.verb, op.Verb)
	if utf8.RuneCountInString(lead) > len(below) {
		p.line("  ", strings.TrimSpace(lead))
		lead = below
	}
	p.line(lead, op.Text)
	if len(op.Calls) > 0 {
		calls := make([]string, len(op.Calls))
		for i, c := range op.Calls {
			calls[i] = p.near(c)
		}
		p.line(below, "called from "+strings.Join(calls, ", "))
	}
	for _, c := range op.Conds {
		p.line(below, condText(c))
	}
	for _, h := range op.Holes {
		p.line(below, h.Text+" is unknown: "+h.Reason)
	}
}

// splitPlace takes a place apart into the file and the line with its column.
func splitPlace(place string) (file, at string) {
	i := strings.LastIndexByte(place, ':')
	if j := strings.LastIndexByte(place[:max(i, 0)], ':'); j >= 0 {
		return place[:j], place[j+1:]
	}
	return "", place
}

// near leaves the directory out of a place in the script that is explained.
func (p *explainer) near(place string) string {
	if rest, ok := strings.CutPrefix(place, p.script+":"); ok {
		return path.Base(p.script) + ":" + rest
	}
	return place
}

func condText(c ReportCond) string {
	if c.Taken {
		return "if " + c.Text
	}
	return "if not " + c.Text
}

// line writes text behind lead, and goes on below where it is too long.
func (p *explainer) line(lead, text string) {
	width := utf8.RuneCountInString(lead)
	for i, part := range wrapWords(text, explainWidth-width, explainWidth-width-2) {
		if i > 0 {
			lead = strings.Repeat(" ", width+2)
		}
		p.text.WriteString(strings.TrimRight(lead+part, " ") + "\n")
	}
}

// wrapWords breaks text at spaces into lines of at most first and then rest
// columns. A word that is longer than that is broken too.
func wrapWords(text string, first, rest int) []string {
	var lines []string
	room := first
	left := []rune(text)
	for len(left) > room {
		cut := room
		for cut > 0 && left[cut] != ' ' {
			cut--
		}
		if cut == 0 {
			cut = room
		}
		lines = append(lines, string(left[:cut]))
		left = []rune(strings.TrimLeft(string(left[cut:]), " "))
		room = rest
	}
	return append(lines, string(left))
}
