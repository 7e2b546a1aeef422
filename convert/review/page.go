package review

import (
	"bufio"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"encoding/json"
	"io"
	"slices"
	"strings"

	"github.com/stagefold/stagefold/convert"
	"github.com/stagefold/stagefold/convert/finding"
	"github.com/stagefold/stagefold/convert/report"
)

var (
	//go:embed page.html
	markup string
	//go:embed page.css
	style string
	//go:embed page.js
	script string
)

// A Unit is what the page shows of one script.
type Unit struct {
	report.Unit
	*Sheet
}

// An index is the first line of the data.
type index struct {
	Totals report.Totals `json:"totals"`
	Units  []entry       `json:"units"`
}

// An entry is the row of a unit in the list.
type entry struct {
	Name     string `json:"name"` // the script's path, from where stagefold was started
	Status   string `json:"status"`
	Errors   int    `json:"errors,omitempty"`
	Warnings int    `json:"warnings,omitempty"`
}

// A document is the line of a unit in the data.
type document struct {
	Dockerfile string                   `json:"dockerfile,omitempty"`
	Written    bool                     `json:"written,omitempty"`
	Error      string                   `json:"error,omitempty"` // why it could not be written
	Old        []oldFile                `json:"old"`
	New        []newFile                `json:"new"`
	Diffs      []fileDiff               `json:"diffs"`
	Findings   []report.FindingDocument `json:"findings"`
	Ways       any                      `json:"ways"`
}

// Write writes the page of units. The name of a unit is its script's path below its
// root.
func Write(w io.Writer, units []Unit) error {
	out := bufio.NewWriter(w)
	head, tail, _ := strings.Cut(markup, "{{data}}")
	fill := strings.NewReplacer("{{policy}}", policy(), "{{style}}", style, "{{script}}", script)
	out.WriteString(fill.Replace(head))
	if err := writeData(out, units); err != nil {
		return err
	}
	out.WriteString(fill.Replace(tail))
	return out.Flush()
}

// policy allows the page its own style and script, and nothing else.
func policy() string {
	return "default-src 'none'; base-uri 'none'; form-action 'none'; style-src " + hash(style) + "; script-src " + hash(script)
}

func hash(text string) string {
	sum := sha256.Sum256([]byte(text))
	return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
}

// writeData writes the index and the units, a line each. The encoder writes <, > and
// & as escapes, so that no text ends the element that the data stands in.
func writeData(w io.Writer, units []Unit) error {
	enc := json.NewEncoder(w)
	if err := enc.Encode(indexOf(units)); err != nil {
		return err
	}
	for _, u := range units {
		if err := enc.Encode(documentOf(u)); err != nil {
			return err
		}
	}
	return nil
}

func indexOf(units []Unit) index {
	x := index{Units: []entry{}}
	var all []report.Unit
	for _, u := range units {
		all = append(all, u.Unit)
		e := entry{Name: nameOf(u), Status: u.Status.String()}
		for _, f := range u.Findings {
			switch f.Severity {
			case finding.Error:
				e.Errors++
			case finding.Warning:
				e.Warnings++
			}
		}
		x.Units = append(x.Units, e)
	}
	x.Totals = report.Count(all)
	return x
}

func nameOf(u Unit) string {
	if u.Root == "" || u.Root == "." {
		return u.Script
	}
	return strings.TrimSuffix(u.Root, "/") + "/" + u.Script
}

func documentOf(u Unit) document {
	d := document{
		Dockerfile: u.Dockerfile, Written: u.Written,
		Old: u.old, New: u.new, Diffs: u.diffs, Ways: u.trace.Ways,
		Findings: []report.FindingDocument{},
	}
	if u.Status == convert.Refused { // since the sheet was made, maybe
		d.New, d.Diffs, d.Old = nil, nil, slices.Clone(u.old)
		for i := range d.Old {
			d.Old[i].Fate = "unchanged"
		}
	}
	if u.Err != nil {
		d.Error = u.Err.Error()
	}
	for _, f := range u.Findings {
		d.Findings = append(d.Findings, report.DocumentFinding(f))
	}
	return d
}
