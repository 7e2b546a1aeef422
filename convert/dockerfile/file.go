package dockerfile

import (
	"strings"

	"github.com/stagefold/stagefold/convert/finding"
)

// A File is a parsed Dockerfile. Its Source is never changed; every range of the
// tree is a range of it.
type File struct {
	Path   string // as given to Parse
	Source []byte
	BOM    bool   // the source begins with a UTF-8 byte-order mark
	EOL    string // "\n" or "\r\n": the end that most lines have; "\n" where none has one
	Escape byte   // the escape character, which also continues lines: '\\' or '`'
	// Syntax is the frontend that BuildKit fetches for the file (# syntax=...),
	// or "" where it uses its own.
	Syntax       string
	Directives   []Directive    // parser directives, in order
	Header       finding.Range  // what stands in front of the first instruction: byte-order mark, directives, comments, blank lines
	Args         []*Instruction // the ARGs in front of the first FROM
	Stages       []*Stage
	Instructions []*Instruction // all, in order; the ones inside of ONBUILD are not in here

	lines lineIndex
}

// A Directive is a parser directive: a comment at the very top of the file such
// as "# escape=`".
type Directive struct {
	Name  string        // lower case: "syntax", "escape" or "check"
	Value string        // trimmed
	Range finding.Range // the whole line with its end, without a byte-order mark
}

// Stage returns the stage called name, in any letter case, or nil.
func (f *File) Stage(name string) *Stage {
	for _, s := range f.Stages {
		if s.Name != "" && strings.EqualFold(s.Name, name) {
			return s
		}
	}
	return nil
}

// Target returns the stage that "docker build --target name" builds: the last one
// for "", else the one called name. Stages have no numbers there.
func (f *File) Target(name string) (*Stage, bool) {
	if name == "" {
		return f.Stages[len(f.Stages)-1], true
	}
	s := f.Stage(name)
	return s, s != nil
}

// Slice returns the bytes of r as they stand in the source.
func (f *File) Slice(r finding.Range) string {
	return string(f.Source[r.Start.Offset:r.End.Offset])
}

// Range makes a range of f from two offsets in bytes.
func (f *File) Range(start, end int) finding.Range {
	return finding.Range{File: f.Path, Start: f.Pos(start), End: f.Pos(end)}
}

// Pos is the place of an offset in bytes. A byte-order mark counts as no column.
func (f *File) Pos(offset int) finding.Pos { return f.lines.pos(offset) }
