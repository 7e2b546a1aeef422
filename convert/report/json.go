package report

import (
	"encoding/json"
	"io"

	"github.com/stagefold/stagefold/convert"
	"github.com/stagefold/stagefold/convert/edit"
	"github.com/stagefold/stagefold/convert/finding"
)

// A Unit is the result for one script, and what was done with it.
type Unit struct {
	*convert.Result
	Root    string // the directory that the paths of the result are relative to
	Written bool   // the changes are on disk
	Err     error  // why they are not, where they should be
}

// Format is the version of the JSON document. It grows when a field changes its
// meaning or goes, not when one is added.
const Format = 1

// A Document is the JSON form of a run.
type Document struct {
	Format int            `json:"format"`
	Units  []UnitDocument `json:"units"`
	Totals Totals         `json:"totals"`
}

// A UnitDocument is the JSON form of a Unit. Paths have slashes and are relative
// to Root.
type UnitDocument struct {
	Root       string            `json:"root"`
	Script     string            `json:"script"`
	Status     string            `json:"status"`               // "nothing", "converted", "assumed" or "refused"
	Dockerfile string            `json:"dockerfile,omitempty"` // the resulting Dockerfile
	Written    bool              `json:"written"`
	Error      string            `json:"error,omitempty"` // why it could not be written
	Changes    []ChangeDocument  `json:"changes"`
	Findings   []FindingDocument `json:"findings"`
}

// A ChangeDocument is the JSON form of an edit.Change.
type ChangeDocument struct {
	Path   string  `json:"path"`
	Action string  `json:"action"`         // "create", "modify" or "delete"
	Text   *string `json:"text,omitempty"` // the new text; absent for "delete"
}

// A FindingDocument is the JSON form of a finding.Finding. Lines and columns
// count from 1, columns in bytes; 0 is unknown. The end is just past the last
// byte.
type FindingDocument struct {
	Code      finding.Code     `json:"code"`
	Severity  finding.Severity `json:"severity"` // "note", "warning" or "error"
	Message   string           `json:"message"`
	Hint      string           `json:"hint,omitempty"`
	File      string           `json:"file,omitempty"`
	Line      int              `json:"line,omitempty"`
	Column    int              `json:"column,omitempty"`
	EndLine   int              `json:"endLine,omitempty"`
	EndColumn int              `json:"endColumn,omitempty"`
}

// JSON writes units as a Document, indented, with a final newline.
func JSON(w io.Writer, units []Unit) error {
	doc := Document{Format: Format, Units: []UnitDocument{}, Totals: Count(units)}
	for _, u := range units {
		doc.Units = append(doc.Units, unitDocument(u))
	}
	return WriteJSON(w, doc)
}

// WriteJSON writes a document, indented, with a final newline. Marks of HTML stay
// readable.
func WriteJSON(w io.Writer, document any) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(document)
}

func unitDocument(u Unit) UnitDocument {
	doc := UnitDocument{
		Root:       u.Root,
		Script:     u.Script,
		Status:     u.Status.String(),
		Dockerfile: u.Dockerfile,
		Written:    u.Written,
		Changes:    []ChangeDocument{},
		Findings:   []FindingDocument{},
	}
	if u.Err != nil {
		doc.Error = u.Err.Error()
	}
	for _, c := range u.Changes {
		doc.Changes = append(doc.Changes, changeDocument(c))
	}
	for _, f := range u.Findings {
		doc.Findings = append(doc.Findings, DocumentFinding(f))
	}
	return doc
}

func changeDocument(c edit.Change) ChangeDocument {
	doc := ChangeDocument{Path: c.Path, Action: Action(c)}
	if !c.Delete {
		text := string(c.New)
		doc.Text = &text
	}
	return doc
}

// Action names what a change does with its file: "create", "modify" or "delete".
func Action(c edit.Change) string {
	switch {
	case c.Delete:
		return "delete"
	case c.Old == nil:
		return "create"
	default:
		return "modify"
	}
}

// DocumentFinding returns the JSON form of a finding.
func DocumentFinding(f finding.Finding) FindingDocument {
	return FindingDocument{
		Code:      f.Code,
		Severity:  f.Severity,
		Message:   f.Message,
		Hint:      f.Hint,
		File:      f.Range.File,
		Line:      int(f.Range.Start.Line),
		Column:    int(f.Range.Start.Column),
		EndLine:   int(f.Range.End.Line),
		EndColumn: int(f.Range.End.Column),
	}
}
