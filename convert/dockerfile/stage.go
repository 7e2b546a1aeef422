package dockerfile

import "github.com/stagefold/stagefold/convert/finding"

// A Stage is a FROM instruction and what follows it up to the next one.
type Stage struct {
	File  *File
	Index int // from 0, as in COPY --from=0
	From  *Instruction

	Name      string        // lower case, as builders compare it; "" where FROM has no AS
	NameRange finding.Range // the name behind AS; the zero range where there is none
	Base      string        // the image or stage as written
	BaseRange finding.Range // its word; " AS name" goes at its end
	// BaseStage is the earlier stage that Base names, or nil for an image, for
	// scratch, and for a base that depends on a variable (see ResolveBase).
	BaseStage *Stage
	Platform  string // --platform as written, or ""

	Instructions []*Instruction // without FROM
	// Range goes from the comment block above FROM, or from FROM, through the
	// line end of the stage's last instruction.
	Range finding.Range
}

// A Base is what a stage starts from.
type Base struct {
	Stage *Stage // an earlier stage of the file, or nil
	Image string // the image's name where Stage is nil and Known is true
	// Known is false where the name depends on a value that is not known.
	Known bool
	Vars  []string // the variables that the name uses, in order
}

// Scratch reports whether the stage starts from nothing.
func (b Base) Scratch() bool { return b.Known && b.Stage == nil && b.Image == "scratch" }
