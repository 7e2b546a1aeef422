package blueprint

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"unicode/utf8"

	"github.com/stagefold/stagefold/convert/edit"
	"github.com/stagefold/stagefold/convert/inputs"
	"github.com/stagefold/stagefold/convert/report"
	"github.com/stagefold/stagefold/convert/scan"
)

// Format is the version of the file. It grows when a field changes its meaning or
// goes, not when one is added.
const Format = 1

// A Blueprint says what a run of convert would write. Paths have slashes; those of
// units and files are relative to the Root of their group, others to the directory
// that stagefold was started in.
type Blueprint struct {
	Format   int                 `json:"format"`
	Tool     string              `json:"tool"`              // the version that made it
	Dir      string              `json:"dir"`               // that directory, as seen from the root of its repository
	Paths    []string            `json:"paths"`             // what was to be converted
	Listed   []string            `json:"listed,omitempty"`  // likewise, as --files-from had it
	Settings map[string][]string `json:"settings"`          // the values of flags, by their names
	Outputs  []string            `json:"outputs,omitempty"` // files that the run made itself
	Groups   []Group             `json:"groups"`
}

// A Group is written whole, or not at all.
type Group struct {
	Root  string `json:"root"`
	Units []Unit `json:"units"`
	Files []File `json:"files"`
}

// A Unit is a script and what its conversion follows from.
type Unit struct {
	Script   string                   `json:"script"`
	Goals    []string                 `json:"goals,omitempty"` // the targets of a Makefile that were asked for
	Status   string                   `json:"status"`          // "converted" or "assumed"
	Inputs   []inputs.Input           `json:"inputs"`
	Findings []report.FindingDocument `json:"findings"`
}

// A File is what becomes of a file. Its new text is in Text or, where it is no UTF-8,
// in Bytes.
type File struct {
	Path   string  `json:"path"`
	Action string  `json:"action"`         // "create", "modify" or "delete"
	Old    string  `json:"old,omitempty"`  // the hash of the text that goes
	Text   *string `json:"text,omitempty"` // absent for "delete"
	Bytes  []byte  `json:"bytes,omitempty"`
}

// Groups describes the units that have changes, by groups that are written together.
// The names of roots come from display.
func Groups(units []*scan.Unit, display func(root string) string) []Group {
	all := []Group{}
	for _, units := range scan.Groups(units) {
		g := Group{Root: display(units[0].Root)}
		seen := map[string]bool{}
		for _, u := range units {
			g.Units = append(g.Units, unit(u))
			for _, c := range u.Changes {
				if !seen[c.Path] {
					seen[c.Path] = true
					g.Files = append(g.Files, file(c))
				}
			}
		}
		slices.SortFunc(g.Files, func(a, b File) int { return cmp.Compare(a.Path, b.Path) })
		all = append(all, g)
	}
	return all
}

func unit(u *scan.Unit) Unit {
	one := Unit{Script: u.Script, Goals: u.Goals, Status: u.Status.String(), Inputs: allInputs(u), Findings: []report.FindingDocument{}}
	for _, f := range u.Findings {
		one.Findings = append(one.Findings, report.DocumentFinding(f))
	}
	return one
}

// allInputs are what the conversion read, and the texts that a finding points into:
// those that name a deleted file are read apart.
func allInputs(u *scan.Unit) []inputs.Input {
	all := append([]inputs.Input{}, u.Inputs...)
	for _, f := range u.Findings {
		name := f.Range.File
		in := inputs.TextOf(name, u.Sources[name])
		if u.Sources[name] != nil && !slices.Contains(all, in) {
			all = append(all, in)
		}
	}
	slices.SortFunc(all, inputs.Compare)
	return all
}

func file(c edit.Change) File {
	f := File{Path: c.Path, Action: report.Action(c)}
	if c.Old != nil {
		f.Old = inputs.TextOf(c.Path, c.Old).Value
	}
	switch {
	case c.Delete:
	case utf8.Valid(c.New):
		text := string(c.New)
		f.Text = &text
	default:
		f.Bytes = c.New
	}
	return f
}

// JSON writes the blueprint, indented, with a final newline.
func (b *Blueprint) JSON(w io.Writer) error {
	return report.WriteJSON(w, b)
}

// Parse reads the JSON form. A field that it does not know is an error: it may say
// something that matters.
func Parse(text []byte) (*Blueprint, error) {
	var head struct{ Format int }
	if err := json.Unmarshal(text, &head); err != nil {
		return nil, err
	}
	if head.Format != Format {
		return nil, fmt.Errorf("expected a plan of format %d, found %d", Format, head.Format)
	}
	b := &Blueprint{}
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.DisallowUnknownFields()
	if err := dec.Decode(b); err != nil {
		return nil, err
	}
	return b, b.check()
}

// check refuses groups that say nothing.
func (b *Blueprint) check() error {
	for _, g := range b.Groups {
		if len(g.Units) == 0 || len(g.Files) == 0 {
			return fmt.Errorf("expected units and files in each group, found %d and %d below %q", len(g.Units), len(g.Files), g.Root)
		}
	}
	return nil
}
