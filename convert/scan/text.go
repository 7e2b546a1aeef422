package scan

import (
	"fmt"
	"io"
	"path"
	"slices"
	"strings"

	"github.com/stagefold/stagefold/convert"
	"github.com/stagefold/stagefold/convert/finding"
	"github.com/stagefold/stagefold/convert/report"
)

// Text writes the report for a terminal: a line for each unit with what stands in
// its way, then the sums.
func (r *Report) Text(w io.Writer) error {
	var out strings.Builder
	units := r.shown()
	width := 0
	for _, e := range units {
		width = max(width, len(report.Text(e.Name())))
	}
	width = min(width, 60)
	for _, e := range units {
		fmt.Fprintf(&out, "%-9s  %-*s  %s\n", e.Status, width, report.Text(e.Name()), report.Text(e.remark()))
	}
	for _, s := range r.sections() {
		if out.Len() > 0 {
			out.WriteString("\n")
		}
		out.WriteString(s.title + "\n")
		for _, line := range s.lines {
			out.WriteString("  " + report.Text(line) + "\n")
		}
	}
	_, err := io.WriteString(w, trimLines(out.String()))
	return err
}

// shown are the units to list: a script without a builder pattern only counts.
func (r *Report) shown() []Entry {
	return slices.DeleteFunc(slices.Clone(r.Units), func(e Entry) bool { return e.Status == convert.Nothing.String() })
}

// trimLines drops the spaces at the ends of lines, which the columns leave.
func trimLines(text string) string {
	var out strings.Builder
	for line := range strings.Lines(text) {
		out.WriteString(strings.TrimRight(line, " \n") + "\n")
	}
	return out.String()
}

// Name is the path of the unit's script, as the person would type it.
func (e *Entry) Name() string { return path.Join(e.Root, e.Script) }

// remark says in one line what there is to know of a unit.
func (e *Entry) remark() string {
	for _, f := range e.Findings {
		if f.Severity == finding.Error {
			return fmt.Sprintf("%s:%d: %s [%s]", path.Join(e.Root, f.File), f.Line, f.Message, f.Code)
		}
	}
	var codes []string
	seen := map[finding.Code]bool{}
	for _, f := range e.Findings {
		if f.Severity == finding.Warning && !seen[f.Code] {
			seen[f.Code] = true
			codes = append(codes, string(f.Code))
		}
	}
	return strings.Join(codes, " ")
}

// A section is a part of the report under a title.
type section struct {
	title string
	lines []string
}

// sections are the parts of the report behind the table, those with something in
// them.
func (r *Report) sections() []section {
	total := section{title: "total", lines: []string{r.Totals.String()}}
	if f := r.Forecast; f != (Forecast{}) {
		total.lines = append(total.lines, fmt.Sprintf("a conversion spares %s, %s and %s",
			count(f.Images, "image"), count(f.Copies, "docker cp step"), count(f.Lines, "script line")))
	}
	list := []section{total, r.refusalSection(), r.todo(), {"Dockerfiles that no script builds", r.Unbuilt}, r.skippedSection()}
	if r.Since != nil {
		list = append(list, r.Since.section())
	}
	var filled []section
	for _, s := range list {
		if len(s.lines) > 0 {
			filled = append(filled, s)
		}
	}
	return filled
}

func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

func (r *Report) refusalSection() section {
	s := section{title: "refused, by reason"}
	for _, reason := range r.Refusals {
		s.lines = append(s.lines, fmt.Sprintf("%5d  %s  %s", reason.Units, reason.Code, reason.Summary))
	}
	return s
}

// todo lists the places that name a file which goes.
func (r *Report) todo() section {
	s := section{title: "to do"}
	for _, e := range r.Units {
		for _, f := range e.Findings {
			if f.Code == "SF229" && e.Status != convert.Refused.String() {
				s.lines = append(s.lines, fmt.Sprintf("%s:%d: %s", path.Join(e.Root, f.File), f.Line, f.Message))
			}
		}
	}
	return s
}

func (r *Report) skippedSection() section {
	s := section{title: "not looked into"}
	for _, k := range r.Skipped {
		s.lines = append(s.lines, k.Path+": "+k.Reason)
	}
	return s
}

func (c *Comparison) section() section {
	s := section{title: "since the baseline"}
	for _, step := range c.New {
		s.lines = append(s.lines, fmt.Sprintf("new      %s: %s", path.Join(step.Root, step.Script), step.After))
	}
	for _, step := range c.Gone {
		s.lines = append(s.lines, fmt.Sprintf("gone     %s: was %s", path.Join(step.Root, step.Script), step.Before))
	}
	for _, step := range c.Changed {
		s.lines = append(s.lines, fmt.Sprintf("changed  %s: was %s, is %s", path.Join(step.Root, step.Script), step.Before, step.After))
	}
	if s.lines == nil {
		s.lines = []string{"nothing"}
	}
	return s
}
