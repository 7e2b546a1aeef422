package proof

import (
	"io"

	"github.com/stagefold/stagefold/convert/report"
	"github.com/stagefold/stagefold/convert/verify"
)

// Format is the version of the JSON document. It grows when a field changes its
// meaning or goes, not when one is added.
const Format = 1

// A Document is the JSON form of proofs.
type Document struct {
	Format int             `json:"format"`
	Proofs []ProofDocument `json:"proofs"`
}

// A ProofDocument is the JSON form of a Proof. Times are in seconds, sizes in
// bytes.
type ProofDocument struct {
	Script   string           `json:"script"`
	Verdict  Verdict          `json:"verdict"`
	Reason   string           `json:"reason,omitempty"`
	Failure  *FailureDocument `json:"failure,omitempty"`
	Effects  []string         `json:"effects,omitempty"`
	Images   []ImageDocument  `json:"images"`
	Gone     []string         `json:"gone,omitempty"` // images that are not built any more
	Held     []HeldDocument   `json:"held,omitempty"`
	Old      *RunDocument     `json:"old,omitempty"`
	New      *RunDocument     `json:"new,omitempty"`
	Overhead float64          `json:"overheadSeconds"`
}

// A FailureDocument is the JSON form of a Failure.
type FailureDocument struct {
	Way     string `json:"way"` // "old" or "new"
	Command string `json:"command,omitempty"`
	Exit    int    `json:"exit"`
	Reason  string `json:"reason,omitempty"`
	Output  string `json:"output,omitempty"`
}

// An ImageDocument is the JSON form of an Image.
type ImageDocument struct {
	Name        string               `json:"name"`
	Verdict     Verdict              `json:"verdict"`
	OldSize     int64                `json:"oldSize"`
	NewSize     int64                `json:"newSize"`
	Differences []DifferenceDocument `json:"differences"`
	Noise       []DifferenceDocument `json:"irreproducible"`
	Ignored     []DifferenceDocument `json:"ignored"`
}

// A DifferenceDocument is the JSON form of a verify.Difference. Without a path it
// is one of the config.
type DifferenceDocument struct {
	Path   string `json:"path,omitempty"`
	Aspect string `json:"aspect"`
	Old    string `json:"old,omitempty"`
	New    string `json:"new,omitempty"`
}

// A HeldDocument is the JSON form of a Held.
type HeldDocument struct {
	Command string `json:"command"`
	Reason  string `json:"reason"`
	Times   int    `json:"times"`
}

// A RunDocument is the JSON form of a Run.
type RunDocument struct {
	Seconds float64 `json:"seconds"`
	Images  int     `json:"imagesLeft"`
	Bytes   int64   `json:"bytesLeft"`
}

// JSON writes proofs as a Document, indented, with a final newline.
func JSON(w io.Writer, proofs []*Proof, name func(*Proof) string) error {
	doc := Document{Format: Format, Proofs: []ProofDocument{}}
	for _, p := range proofs {
		one := document(p)
		one.Script = name(p)
		doc.Proofs = append(doc.Proofs, one)
	}
	return report.WriteJSON(w, doc)
}

func document(p *Proof) ProofDocument {
	doc := ProofDocument{
		Verdict: p.Verdict, Reason: p.Reason, Effects: p.Effects, Gone: p.Gone,
		Images: []ImageDocument{}, Overhead: p.Overhead.Seconds(),
	}
	if f := p.Failure; f != nil {
		doc.Failure = &FailureDocument{Way: f.Way, Command: f.Command, Exit: f.Exit, Reason: f.Reason, Output: f.Output}
	}
	for _, i := range p.Images {
		doc.Images = append(doc.Images, ImageDocument{
			Name: i.Name, Verdict: i.Verdict(), OldSize: i.OldSize, NewSize: i.NewSize,
			Differences: differences(i.Differences), Noise: differences(i.Noise), Ignored: differences(i.Ignored),
		})
	}
	for _, h := range p.Held {
		doc.Held = append(doc.Held, HeldDocument(h))
	}
	if len(p.Images) > 0 {
		doc.Old, doc.New = p.Old.document(), p.New.document()
	}
	return doc
}

func (r Run) document() *RunDocument {
	return &RunDocument{Seconds: r.Took.Seconds(), Images: r.Images, Bytes: r.Bytes}
}

func differences(list []verify.Difference) []DifferenceDocument {
	docs := []DifferenceDocument{}
	for _, d := range list {
		docs = append(docs, DifferenceDocument(d))
	}
	return docs
}
