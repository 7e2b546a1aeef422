package plan

import (
	"io/fs"

	"github.com/stagefold/stagefold/convert/dockerfile"
	"github.com/stagefold/stagefold/convert/edit"
	"github.com/stagefold/stagefold/convert/finding"
	"github.com/stagefold/stagefold/shparse"
)

// An Input is what Make decides on.
type Input struct {
	FS    fs.FS // the repository
	Trace *shparse.Trace

	// BuilderFile and RuntimeFile name the Dockerfiles where the script leaves
	// them open; empty otherwise. They are relative to the root of FS.
	BuilderFile, RuntimeFile string

	// Load parses the Dockerfile at a path of FS, for a reference at from.
	Load func(path string, from finding.Range) (*dockerfile.File, []finding.Finding)
	// LoadInline parses the Dockerfile that is a here-document of the script. Its Path
	// is a name that no file has.
	LoadInline func(doc *shparse.Heredoc) (*dockerfile.File, []finding.Finding)
}

// A Plan is what a conversion does on one way through the script. It has no Folds
// where there is nothing to convert on this way.
type Plan struct {
	Way      *shparse.Way
	Folds    []*Fold // one for each build of a final image, in order
	Script   Script
	Findings []finding.Finding
}

// A Fold makes one Dockerfile of several, for one final image. Two folds with the
// same final Dockerfile must be the same text.
type Fold struct {
	Parts   []*Part // in the order of the result; the last one is the final image's
	Context string  // the one build context, relative to the root of the repository

	// Ignore is the ignore file that the context gets, nil where it stays as it is.
	Ignore *IgnoreFile
}

// An IgnoreFile is an ignore file that changes. It need not be there yet: Old is nil
// then. One of which nothing is left goes.
type IgnoreFile struct {
	Path   string
	Old    []byte
	Edits  []edit.Edit
	Joined []*dockerfile.Ignore // the files whose patterns it gets
}

// Final returns the part that makes the final image.
func (f *Fold) Final() *Part { return f.Parts[len(f.Parts)-1] }

// Builders returns the parts in front of the final one.
func (f *Fold) Builders() []*Part { return f.Parts[:len(f.Parts)-1] }

// A Part is one Dockerfile's share of the result.
type Part struct {
	File  *dockerfile.File
	Op    *shparse.Op       // the build
	Build *shparse.Build    // its action
	Stage *dockerfile.Stage // the stage that the build makes: its target, or the last one
	Args  dockerfile.Args   // the build arguments that it is given

	// Text is the text of File where the conversion wrote a part of it, or where it
	// stands in the script; empty where a file of the repository holds it as it is.
	Text edit.Text
	// Inline is the here-document of the script that File is; nil for a file.
	Inline *shparse.Heredoc
	// Made is set where File is no file of the repository: the conversion wrote it
	// for the work of a docker run, which is Op.
	Made bool

	// Name is what the rest of the result calls Stage. It is empty for the
	// final part.
	Name string

	// Shared is set where the part stands in the same file as the final one, so
	// that it is in the result already.
	Shared bool

	// Replacements are words that change: names of stages, images that are
	// stages now, numbers of stages that moved.
	Replacements []Replacement

	// Rewrites replace COPY and ADD instructions.
	Rewrites []Rewrite

	// Runs are instructions to add at the end of Stage.
	Runs []Run

	// ArgNames are the new names of build arguments of this part, by the old.
	ArgNames map[string]string

	// Kept is set where the script still builds the image of Stage, for another use.
	Kept bool

	// altered is set where the image of Stage is not the same as before.
	altered bool

	// Drops are instructions that go, such as a global ARG that an earlier part
	// declares alike.
	Drops []*dockerfile.Instruction
}

// Source is the text of File, with where each of its bytes came from.
func (part *Part) Source() edit.Text {
	if part.Text.Len() > 0 {
		return part.Text
	}
	return edit.NewText(part.File.Path, part.File.Source)
}

// A Replacement puts Text in the place of Range. An empty Range inserts.
type Replacement struct {
	Range finding.Range
	Text  string
}

// A Run is a RUN to add. Why are the operations whose work it does.
type Run struct {
	Text string
	Why  []finding.Range
}

// A Rewrite is what becomes of one COPY or ADD: the instructions in its place,
// in order. The lines carry all its flags.
type Rewrite struct {
	Instruction *dockerfile.Instruction
	Lines       []CopyLine
}

// A CopyLine is one COPY of a Rewrite.
type CopyLine struct {
	From    string   // the builder's stage; empty for the build context
	Chown   bool     // --chown=0:0 is needed
	Sources []string // as Dockerfile words without quotes: wildcards work, $ does not
	Dest    string   // likewise

	Why []finding.Range // the operations that brought the files to where the author's instruction finds them
}

// Context reports whether the line copies from the build context.
func (l CopyLine) Context() bool { return l.From == "" }

// A Script is what becomes of the scripts.
type Script struct {
	Drop map[*shparse.Op]bool // operations that are scaffolding
	// Tests are those of files that are not on the host any more, and what the
	// conversion makes of their answers. A cd into a directory is one too.
	Tests   map[*shparse.Op]shparse.Voidness
	Names   []string        // tags, containers and files that exist no more
	Hosts   []string        // paths on the host that the script makes no more, relative to the root of FS
	Splices []Splice        // insertions of text
	Cuts    []finding.Range // words that go from an operation that stays
}

// A Splice puts text in the place of the bytes [Start, End) of a script: Before,
// then the author's words at From, or Text where From is the zero Range, then
// After.
type Splice struct {
	File       string
	Start, End int // offsets in bytes; equal for an insertion
	Before     string
	Text       string
	From       finding.Range // read at its new place from now on
	Old, New   string        // where Old is not empty, its first occurrence in the author's words becomes New
	After      string
}
