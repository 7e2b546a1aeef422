package main

import (
	"bytes"
	"fmt"
	"io"
	"slices"

	"github.com/stagefold/stagefold/convert/finding"
	"github.com/stagefold/stagefold/convert/report"
	"github.com/stagefold/stagefold/convert/review"
	"github.com/stagefold/stagefold/convert/scan"
)

// report delivers the product, and then the messages unless they are in it: what
// matters most to a person stands last.
func (v *conversion) report() error {
	var product bytes.Buffer
	if err := v.product(&product); err != nil {
		return err
	}
	if err := deliver(v.ctx, v.streams.out, product.Bytes()); err != nil {
		return err
	}
	if format := v.ctx.String("format"); format == "html" || documentOf(format) != nil {
		return nil
	}
	return v.messages(v.streams.err)
}

// documentOf returns what writes a format that holds the findings too, or nil where
// the format is none.
func documentOf(format string) func(io.Writer, []report.Unit) error {
	switch format {
	case "json":
		return report.JSON
	case "markdown":
		return report.Markdown
	case "sarif":
		return report.SARIF
	case "github":
		return report.GitHub
	default:
		return nil
	}
}

// product writes what goes to standard output or to the file of -o.
func (v *conversion) product(w io.Writer) error {
	switch format := v.ctx.String("format"); {
	case v.ctx.Bool("dockerfile-only"):
		return v.dockerfile(w)
	case format == "html":
		return review.Write(w, v.pages())
	case documentOf(format) != nil:
		return documentOf(format)(w, v.shown())
	case format == "text" && v.writes:
		return v.written(w)
	default:
		return v.diff(w)
	}
}

func (v *conversion) diff(w io.Writer) error {
	style := styleFor(v.streams.out, v.ctx.String("color"))
	if v.ctx.IsSet("output") && style == report.Visible {
		style = report.Exact
	}
	for _, group := range scan.Groups(v.units) {
		if err := report.Diff(w, changesOf(group), style); err != nil {
			return err
		}
	}
	return nil
}

func (v *conversion) written(w io.Writer) error {
	for _, group := range scan.Groups(v.units) {
		u := group[0]
		if !u.Written {
			continue
		}
		if err := report.Written(w, changesOf(group), func(path string) string { return v.name(u, path) }); err != nil {
			return err
		}
	}
	return nil
}

// dockerfile writes the resulting Dockerfile of the only unit.
func (v *conversion) dockerfile(w io.Writer) error {
	for _, u := range v.units {
		if len(u.Changes) == 0 {
			continue
		}
		if _, err := io.WriteString(w, u.DockerfileText); err != nil {
			return err
		}
	}
	return nil
}

// shown returns the units with roots as the person would type them.
func (s *survey) shown() []report.Unit {
	var units []report.Unit
	for _, p := range s.pages() {
		units = append(units, p.Unit)
	}
	return units
}

// pages returns the units with roots as the person would type them, and with what a
// page shows of them.
func (s *survey) pages() []review.Unit {
	var units []review.Unit
	for _, u := range s.units {
		if u.As != scan.Builder {
			one := review.Unit{Unit: u.Unit, Sheet: s.sheets[u]}
			one.Root = s.repos[u.Root].display(".")
			units = append(units, one)
		}
	}
	return units
}

// messages writes findings and totals for people.
func (v *conversion) messages(w io.Writer) error {
	for _, u := range v.units {
		if err := v.unitMessages(w, u); err != nil {
			return err
		}
	}
	if v.ctx.Bool("quiet") {
		return nil
	}
	_, err := fmt.Fprintln(w, v.summary())
	return err
}

func (v *conversion) unitMessages(w io.Writer, u *scan.Unit) error {
	p := report.Findings{
		Style:   styleFor(v.streams.err, v.ctx.String("color")),
		Sources: u.Sources,
		Name:    func(path string) string { return v.name(u, path) },
	}
	shown := u.Findings
	if v.ctx.Bool("quiet") {
		shown = slices.DeleteFunc(slices.Clone(shown), func(f finding.Finding) bool { return f.Severity == finding.Note })
	}
	if err := p.Write(w, shown); err != nil {
		return err
	}
	if !v.ctx.Bool("verbose") {
		return nil
	}
	if u.As == scan.Builder {
		return nil
	}
	_, err := fmt.Fprintf(w, "%s: %s\n", report.Text(v.name(u, u.Script)), u.Status)
	return err
}

// summary renders the totals, and says where they are only what would be.
func (v *conversion) summary() string {
	totals := report.Count(v.shown())
	if totals.Converted+totals.Assumed == 0 || v.writes {
		return totals.String()
	}
	return totals.String() + "; no file is changed without --write"
}
