package dockerfile

import (
	"bytes"
	"errors"
	"strings"

	"github.com/moby/buildkit/frontend/dockerfile/instructions"
	"github.com/moby/buildkit/frontend/dockerfile/parser"
	"github.com/moby/buildkit/frontend/dockerfile/shell"

	"github.com/stagefold/stagefold/convert/finding"
)

// MaxSize is the size in bytes of the largest Dockerfile that Parse takes.
const MaxSize = 1 << 20

// Parse reads the Dockerfile src. The path is the one that ranges carry. The File
// is nil where a finding is an error, and there is an error where it is nil.
func Parse(path string, src []byte) (*File, []finding.Finding) {
	if f, bad := unreadable(path, src); bad {
		return nil, []finding.Finding{f}
	}
	r := newReader(path, src)
	if r.preamble() {
		r.instructions(r.tree())
		r.stages()
		r.check()
	}
	if finding.Refused(r.findings) {
		return nil, finding.Sort(r.findings)
	}
	return r.file, finding.Sort(r.findings)
}

// A reader builds a File out of BuildKit's tree and the source.
type reader struct {
	file     *File
	src      string
	logical  logical // of the instruction at hand
	splitter splitter
	// free is the first line (from 1) that no directive or instruction has taken:
	// comments above an instruction begin there at the earliest.
	free     int
	lex      *shell.Lex // made where a word needs it
	findings []finding.Finding
}

func newReader(path string, src []byte) *reader {
	text := string(src)
	bom := len(text) - len(strings.TrimPrefix(text, byteOrderMark))
	return &reader{
		src:  text,
		free: 1,
		file: &File{
			Path:   path,
			Source: src,
			BOM:    bom > 0,
			EOL:    lineEnd(text),
			Escape: parser.DefaultEscapeToken,
			lines:  newLineIndex(text, bom),
		},
	}
}

const byteOrderMark = "\xEF\xBB\xBF"

// lineEnd is the line end that most lines of text have.
func lineEnd(text string) string {
	if n := strings.Count(text, "\r\n"); n > 0 && 2*n >= strings.Count(text, "\n") {
		return "\r\n"
	}
	return "\n"
}

// tree runs BuildKit's parser. Where that stops at an error the tree holds what
// stands in front of it, so that an earlier mistake is found too.
func (r *reader) tree() *parser.Node {
	result, err := parser.Parse(bytes.NewReader(r.file.Source))
	if err == nil {
		return result.AST
	}
	line := r.reportSyntax(err)
	front, err := parser.Parse(strings.NewReader(r.src[:r.file.lines.start(line)]))
	if err != nil {
		return &parser.Node{}
	}
	return front.AST
}

// instructions makes an Instruction of each child of root.
func (r *reader) instructions(root *parser.Node) {
	r.file.Instructions = make([]*Instruction, 0, len(root.Children))
	for _, node := range root.Children {
		in := r.instruction(node)
		r.file.Instructions = append(r.file.Instructions, in)
		r.interpret(in)
	}
}

// interpret asks BuildKit what in means.
func (r *reader) interpret(in *Instruction) {
	parsed, err := instructions.ParseInstruction(in.Node)
	if err != nil {
		r.reportInstruction(in, err)
		return
	}
	switch v := parsed.(type) {
	case *instructions.Stage:
		r.open(in, v)
		return
	case instructions.Command:
		in.Command = v
	}
	if in.OnBuild != nil {
		r.interpretTrigger(in)
	}
	r.place(in)
}

// interpretTrigger asks BuildKit what the instruction inside of an ONBUILD means,
// which a builder only does when the trigger fires.
func (r *reader) interpretTrigger(in *Instruction) {
	command, err := instructions.ParseCommand(in.OnBuild.Node)
	if err != nil {
		r.reportInstruction(in.OnBuild, err)
		return
	}
	in.OnBuild.Command = command
}

// open begins a stage.
func (r *reader) open(in *Instruction, parsed *instructions.Stage) {
	s := &Stage{
		File:     r.file,
		Index:    len(r.file.Stages),
		From:     in,
		Name:     parsed.Name,
		Base:     parsed.BaseName,
		Platform: parsed.Platform,
	}
	words := in.Operands()
	s.BaseRange = words[0].Range
	if parsed.Name != "" {
		s.NameRange = words[2].Range
	}
	in.Stage = s
	r.file.Stages = append(r.file.Stages, s)
}

// place gives an instruction to the stage that it stands in.
func (r *reader) place(in *Instruction) {
	if n := len(r.file.Stages); n > 0 {
		in.Stage = r.file.Stages[n-1]
		in.Stage.Instructions = append(in.Stage.Instructions, in)
		if in.OnBuild != nil {
			in.OnBuild.Stage = in.Stage
		}
		return
	}
	r.file.Args = append(r.file.Args, in)
}

// stages completes the stages, now that their instructions are known.
func (r *reader) stages() {
	for _, s := range r.file.Stages {
		last := s.From
		if n := len(s.Instructions); n > 0 {
			last = s.Instructions[n-1]
		}
		s.Range = finding.Range{File: r.file.Path, Start: s.From.Comments.Start, End: last.Lines.End}
		if base := s.ResolveBase(nil); len(base.Vars) == 0 {
			s.BaseStage = base.Stage
		}
	}
}

// syntaxLine is the line that err of BuildKit's parser names, or 0.
func syntaxLine(err error) int {
	var located *parser.LocationError
	if !errors.As(err, &located) || len(located.Locations) == 0 || len(located.Locations[0]) == 0 {
		return 0
	}
	return located.Locations[0][0].Start.Line
}
