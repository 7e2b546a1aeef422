package dockerfile

import (
	"strings"
	"unicode"

	"github.com/moby/buildkit/frontend/dockerfile/instructions"
	"github.com/moby/buildkit/frontend/dockerfile/parser"

	"github.com/stagefold/stagefold/convert/finding"
)

// An Instruction is one instruction of a Dockerfile, with its place.
type Instruction struct {
	File         *File
	Stage        *Stage // nil for an ARG in front of the first FROM
	Keyword      string // upper case: "COPY"
	KeywordRange finding.Range

	Range    finding.Range // from the keyword to the end of its last line, without the line end; heredocs included
	Lines    finding.Range // the whole lines of Range, with the last line's end
	Comments finding.Range // the comment lines directly above; empty, at the start of Lines, where there are none

	// Words are the words behind the keyword, flags first. How they are split
	// depends on the instruction, as it does in Docker: COPY, ADD, FROM, VOLUME
	// and EXPOSE at white space only, WORKDIR, USER, STOPSIGNAL and MAINTAINER not
	// at all, the JSON form into its strings, all others with regard to quotes.
	// In ONBUILD the first word is the inner keyword.
	Words []Word
	Flags []Flag // the flags among Words: Words[:len(Flags)], in the same order
	JSON  bool   // the arguments have the JSON form
	// Text is the text behind the keyword and the flags, with continued lines
	// joined and comments in between dropped: what RUN hands to the shell.
	Text     string
	Heredocs []Heredoc

	Command instructions.Command // BuildKit's view; nil for FROM
	Node    *parser.Node         // BuildKit's syntax node
	OnBuild *Instruction         // the instruction inside of ONBUILD, or nil
}

// A Word is a word of an instruction.
type Word struct {
	Text  string // as written, with continuations inside of it
	Value string // continued lines joined; a JSON string without its quotes and escapes
	Range finding.Range
}

// A Flag is a word such as --from=builder.
type Flag struct {
	Word
	Name       string        // "from"
	Arg        string        // behind the =, without quotes; "" where there is none
	ArgRange   finding.Range // behind the =, with quotes; empty, at the end of the word, where there is none
	Assignment bool          // there is a =
}

// A Heredoc is a here-document of RUN, COPY or ADD.
type Heredoc struct {
	Name       string        // the terminator: "EOF"
	Expand     bool          // the builder expands variables in it (COPY, ADD): the name is not quoted
	Chomp      bool          // <<-: leading tabs go
	Content    string        // as written
	Body       finding.Range // the lines of Content
	Terminator finding.Range // the line that ends it, without its line end
}

// FlagsEnd is the offset where a further flag goes, with a blank in front of it:
// behind the last flag, or behind the keyword.
func (in *Instruction) FlagsEnd() int {
	if n := len(in.Flags); n > 0 {
		return in.Flags[n-1].Range.End.Offset
	}
	return in.KeywordRange.End.Offset
}

// Flag returns the last flag called name, or nil.
func (in *Instruction) Flag(name string) *Flag {
	for i := len(in.Flags) - 1; i >= 0; i-- {
		if in.Flags[i].Name == name {
			return &in.Flags[i]
		}
	}
	return nil
}

// Operands returns the words behind the flags.
func (in *Instruction) Operands() []Word { return in.Words[len(in.Flags):] }

// TextRange is where the bytes [start, end) of Text stand in the source. What the
// builder leaves out may lie in between: line continuations, and comment lines.
func (in *Instruction) TextRange(start, end int) finding.Range {
	var l logical
	source := string(in.File.Source)
	l.join(source, in.File.lines, int(in.Lines.Start.Line), in.File.Escape)
	at := len(strings.TrimRightFunc(in.Node.Original, unicode.IsSpace)) - len(in.Text)
	return in.File.Range(l.span(at+start, at+end))
}
