package report

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/stagefold/stagefold/convert/finding"
)

// Findings writes findings for people: each with its place, its source line with
// the range underlined, and its hint.
type Findings struct {
	Style Style
	// Sources are the texts of files by path. A finding in a file that is not
	// here goes without its source line.
	Sources map[string][]byte
	// Name turns the path of a file into what the reader knows it by. Nil leaves
	// paths as they are.
	Name func(path string) string
}

// Write writes fs in the order given.
func (p Findings) Write(w io.Writer, fs []finding.Finding) error {
	var out strings.Builder
	for _, f := range fs {
		p.one(&out, f)
	}
	_, err := io.WriteString(w, out.String())
	return err
}

func (p Findings) one(out *strings.Builder, f finding.Finding) {
	severity := p.Style.paint(severityColour(f.Severity), f.Severity.String()+":")
	code := p.Style.paint(grey, "["+string(f.Code)+"]")
	if place := p.place(f.Range); place != "" {
		out.WriteString(p.Style.paint(bold, place+":") + " ")
	}
	fmt.Fprintf(out, "%s %s %s\n", severity, Text(f.Message), code)
	if line, ok := sourceLine(p.Sources[f.Range.File], f.Range); ok {
		s := line.show()
		fmt.Fprintf(out, "  %s\n  %s%s\n", s.text, strings.Repeat(" ", s.indent), p.Style.paint(green, s.marks))
	}
	if f.Hint != "" {
		fmt.Fprintf(out, "  %s %s\n", p.Style.paint(cyan, "hint:"), Text(f.Hint))
	}
}

// place renders the start of r, or "" where r is no place at all.
func (p Findings) place(r finding.Range) string {
	if r.File == "" {
		return ""
	}
	if p.Name != nil {
		r.File = p.Name(r.File)
	}
	return Text(r.String())
}

func severityColour(s finding.Severity) colour {
	switch s {
	case finding.Error:
		return red
	case finding.Warning:
		return yellow
	default:
		return cyan
	}
}

// A marked is a line of a file with the bytes [start, end) marked.
type marked struct {
	line       []byte
	start, end int
}

// sourceLine finds the line that r starts in. A range that goes on marks the line
// to its end; an empty one marks the character it stands before.
func sourceLine(text []byte, r finding.Range) (marked, bool) {
	column := int(r.Start.Column)
	line, ok := lineOf(text, int(r.Start.Line))
	if !ok || column == 0 || column > len(line)+1 {
		return marked{}, false
	}
	m := marked{line: line, start: column - 1, end: len(line)}
	if r.End.Line <= r.Start.Line {
		m.end = min(max(int(r.End.Column)-1, m.start), len(line))
	}
	return m, true
}

// lineOf returns line number n, from 1, without its end.
func lineOf(text []byte, n int) ([]byte, bool) {
	if n < 1 {
		return nil, false
	}
	for line := range bytes.Lines(text) {
		if n--; n == 0 {
			return bytes.TrimRight(line, "\r\n"), true
		}
	}
	return nil, false
}

// Lines are shown up to maxShown bytes, at most maxBefore of them in front of the
// mark. What is cut is shown as an ellipsis.
const (
	maxShown  = 160
	maxBefore = 60
	ellipsis  = "…"
)

// A snippet is a marked line as it goes to a terminal.
type snippet struct {
	text   string
	indent int    // cells in front of the marks
	marks  string // a caret and tildes
}

// show renders m: tabs as four cells, everything that acts on a terminal as an
// escape, wide characters counted as two cells.
func (m marked) show() snippet {
	m, before, after := m.cut()
	head := cells(m.line[:m.start])
	body := cells(m.line[m.start:m.end])
	marks := "^"
	if n := width(body); n > 1 {
		marks += strings.Repeat("~", n-1)
	}
	return snippet{
		text:   before + head + body + cells(m.line[m.end:]) + after,
		indent: width(before) + width(head),
		marks:  marks,
	}
}

// cut shortens a long line to a window around the mark, and says what to show in
// place of what is gone.
func (m marked) cut() (short marked, before, after string) {
	if len(m.line) <= maxShown {
		return m, "", ""
	}
	from := runeStart(m.line, max(0, m.start-maxBefore))
	to := runeStart(m.line, min(len(m.line), from+maxShown))
	if from > 0 {
		before = ellipsis
	}
	if to < len(m.line) {
		after = ellipsis
	}
	return marked{m.line[from:to], m.start - from, min(m.end, to) - from}, before, after
}

// runeStart moves at back to the start of a character.
func runeStart(line []byte, at int) int {
	for at > 0 && at < len(line) && !utf8.RuneStart(line[at]) {
		at--
	}
	return at
}

func cells(text []byte) string {
	return Text(strings.ReplaceAll(string(text), "\t", "    "))
}
