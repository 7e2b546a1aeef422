package scan

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"slices"

	"github.com/stagefold/stagefold/convert"
	"github.com/stagefold/stagefold/convert/finding"
	"github.com/stagefold/stagefold/convert/report"
)

// Format is the version of the report's JSON form. It grows when a field changes
// its meaning or goes, not when one is added.
const Format = 1

// A Report sums up a scan. Paths have slashes; those of a unit are relative to its
// Root, others to the directory that stagefold was started in.
type Report struct {
	Format   int           `json:"format"`
	Shard    string        `json:"shard,omitempty"` // "I/N", where it is of a part of the tree
	Totals   report.Totals `json:"totals"`
	Forecast Forecast      `json:"forecast"`
	Refusals []Reason      `json:"refusals"` // the most frequent first
	Units    []Entry       `json:"units"`
	Unbuilt  []string      `json:"unbuilt"` // Dockerfiles that no script builds
	Skipped  []Skipped     `json:"skipped"`
	Since    *Comparison   `json:"since,omitempty"` // what changed since an earlier report
}

// A Reason counts the units that were refused for it, among others maybe.
type Reason struct {
	Code    finding.Code `json:"code"`
	Summary string       `json:"summary"`
	Units   int          `json:"units"`
}

// An Entry is the line of a report on one unit.
type Entry struct {
	Root       string                   `json:"root"`
	Script     string                   `json:"script"`
	Status     string                   `json:"status"` // "converted", "assumed", "refused" or "nothing"
	Dockerfile string                   `json:"dockerfile,omitempty"`
	Forecast   Forecast                 `json:"forecast"`
	Shares     []string                 `json:"shares,omitempty"` // scripts whose units change the same files
	Changes    []Change                 `json:"changes"`
	Findings   []report.FindingDocument `json:"findings"`
}

// A Change is what becomes of a file.
type Change struct {
	Path   string `json:"path"`
	Action string `json:"action"` // "create", "modify" or "delete"
}

// A Skipped is a file or directory that was not looked into.
type Skipped struct {
	Path   string `json:"path"`
	Reason string `json:"reason"`
}

// New makes the report on units that are settled. What was only looked at is not
// in it.
func New(units []*Unit) *Report {
	r := &Report{Format: Format, Refusals: []Reason{}, Units: []Entry{}, Unbuilt: []string{}, Skipped: []Skipped{}}
	for _, u := range units {
		if u.As != Builder {
			r.Units = append(r.Units, entry(u))
		}
	}
	r.count()
	return r
}

func entry(u *Unit) Entry {
	e := Entry{
		Root: u.Root, Script: u.Script, Status: u.Status.String(), Dockerfile: u.Dockerfile,
		Forecast: u.Forecast, Shares: u.Shares, Changes: []Change{}, Findings: []report.FindingDocument{},
	}
	for _, c := range u.Changes {
		e.Changes = append(e.Changes, Change{c.Path, report.Action(c)})
	}
	for _, f := range u.Findings {
		e.Findings = append(e.Findings, report.DocumentFinding(f))
	}
	return e
}

// count makes the sums from the units.
func (r *Report) count() {
	r.Totals, r.Forecast = report.Totals{}, Forecast{}
	reasons := map[finding.Code]int{}
	for _, e := range r.Units {
		r.Forecast.Add(e.Forecast)
		switch e.Status {
		case convert.Converted.String():
			r.Totals.Converted++
		case convert.Assumed.String():
			r.Totals.Assumed++
		case convert.Refused.String():
			r.Totals.Refused++
		default:
			r.Totals.Nothing++
		}
		for _, code := range e.refusals() {
			reasons[code]++
		}
	}
	r.Refusals = []Reason{}
	for code, n := range reasons {
		rule, _ := finding.Lookup(code)
		r.Refusals = append(r.Refusals, Reason{code, rule.Summary, n})
	}
	slices.SortFunc(r.Refusals, func(a, b Reason) int {
		return cmp.Or(-cmp.Compare(a.Units, b.Units), cmp.Compare(a.Code, b.Code))
	})
}

// refusals are the codes of the errors of a unit, each once.
func (e *Entry) refusals() []finding.Code {
	var codes []finding.Code
	for _, f := range e.Findings {
		if f.Severity == finding.Error && !slices.Contains(codes, f.Code) {
			codes = append(codes, f.Code)
		}
	}
	return codes
}

// Convertible reports whether a conversion would change something.
func (e *Entry) Convertible() bool { return len(e.Changes) > 0 }

// Convertible reports whether a conversion would change something.
func (r *Report) Convertible() bool { return r.Totals.Converted+r.Totals.Assumed > 0 }

// JSON writes the report, indented, with a final newline.
func (r *Report) JSON(w io.Writer) error {
	return report.WriteJSON(w, r)
}

// Parse reads the JSON form of a report.
func Parse(text []byte) (*Report, error) {
	r := &Report{}
	if err := json.Unmarshal(text, r); err != nil {
		return nil, err
	}
	if r.Format != Format {
		return nil, fmt.Errorf("expected a report of format %d, found %d", Format, r.Format)
	}
	return r, nil
}
