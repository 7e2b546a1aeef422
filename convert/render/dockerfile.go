package render

import (
	"slices"
	"strings"

	"github.com/stagefold/stagefold/convert/dockerfile"
	"github.com/stagefold/stagefold/convert/edit"
	"github.com/stagefold/stagefold/convert/finding"
	"github.com/stagefold/stagefold/convert/plan"
)

// Dockerfile returns the text of the one Dockerfile that a fold makes.
func Dockerfile(f *plan.Fold) (edit.Text, []finding.Finding) {
	var parts []*plan.Part
	for _, p := range f.Parts {
		if !p.Shared {
			parts = append(parts, p)
		}
	}
	top, findings := newTop(parts)
	if finding.Refused(findings) {
		return edit.Text{}, findings
	}
	var out edit.Text
	for i, p := range parts {
		text, err := p.Source().Apply(top.edits(i, partEdits(p, shared(f, p))))
		if err != nil {
			return edit.Text{}, append(findings, finding.New("SF104", p.File.Header, "the changes to %s collide: %v", p.File.Path, err))
		}
		out = out.Append(piece(text, p.File.EOL, place(i, len(parts))))
	}
	return out, findings
}

// shared lists a part with those that stand in the same file.
func shared(f *plan.Fold, p *plan.Part) []*plan.Part {
	list := []*plan.Part{p}
	for _, o := range f.Parts {
		if o.Shared && o.File.Path == p.File.Path {
			list = append(list, o)
		}
	}
	return list
}

// A position says where a piece of the result stands.
type position uint8

const (
	alone position = iota
	first
	middle
	last
)

func place(i, n int) position {
	switch {
	case n == 1:
		return alone
	case i == 0:
		return first
	case i == n-1:
		return last
	}
	return middle
}

// piece trims the blank lines where two parts meet to one.
func piece(text edit.Text, eol string, at position) edit.Text {
	if at == middle || at == last {
		text = text.Slice(blankLines(text.String()), text.Len())
	}
	if at == first || at == middle {
		end := len(strings.TrimRight(text.String(), " \t\r\n"))
		missing := eol + eol
		if strings.HasPrefix(text.String()[end:], eol) {
			end, missing = end+len(eol), eol
		}
		text = text.Slice(0, end).Append(edit.Made(missing))
	}
	return text
}

// blankLines is how many bytes the blank lines at the start of a text have. A last
// line without a line end does not count.
func blankLines(text string) int {
	n := 0
	for line := range strings.Lines(text) {
		if !strings.HasSuffix(line, "\n") || strings.TrimSpace(line) != "" {
			break
		}
		n += len(line)
	}
	return n
}

// partEdits are the edits that the plan asks for in one file.
func partEdits(p *plan.Part, sharing []*plan.Part) []edit.Edit {
	var edits []edit.Edit
	for _, s := range sharing {
		for _, r := range s.Replacements {
			edits = append(edits, edit.Edit{Start: r.Range.Start.Offset, End: r.Range.End.Offset, Text: r.Text})
		}
		for _, rw := range s.Rewrites {
			edits = append(edits, rewriteEdits(p.File, rw)...)
		}
		if len(s.Runs) > 0 {
			edits = append(edits, runEdit(s))
		}
	}
	for _, in := range p.Drops {
		edits = append(edits, dropEdit(in))
	}
	return cutUnbuilt(p, edits)
}

// cutUnbuilt takes away the stages of a builder's file behind the one that is built,
// such as one for tests: nothing in the result needs them, and a builder that goes
// through all stages would build them.
func cutUnbuilt(p *plan.Part, edits []edit.Edit) []edit.Edit {
	behind := p.Stage.Index + 1
	if p.Name == "" || behind == len(p.File.Stages) {
		return edits
	}
	start := p.File.Stages[behind].From.Comments.Start.Offset
	edits = slices.DeleteFunc(edits, func(e edit.Edit) bool { return e.Start >= start })
	return append(edits, edit.Edit{Start: start, End: len(p.File.Source)})
}

// dropEdit takes an instruction away with its line.
func dropEdit(in *dockerfile.Instruction) edit.Edit {
	return edit.Edit{Start: in.Lines.Start.Offset, End: in.Lines.End.Offset}
}

// runEdit adds the part's RUNs behind the last instruction of its stage.
func runEdit(p *plan.Part) edit.Edit {
	end := p.Stage.From.Range.End.Offset
	if n := len(p.Stage.Instructions); n > 0 {
		end = p.Stage.Instructions[n-1].Range.End.Offset
	}
	keyword := "RUN "
	if p.File.Slice(p.Stage.From.KeywordRange) == "from" {
		keyword = "run "
	}
	var text strings.Builder
	var why []edit.Origin
	for _, run := range p.Runs {
		text.WriteString(p.File.EOL + keyword + run.Text)
		why = append(why, origins(run.Why...)...)
	}
	return edit.Edit{Start: end, End: end, Text: text.String(), From: why}
}

// rewriteEdits change a COPY or ADD into the lines of the plan: the first one by
// its words, so that the author's layout stays, the others as new lines.
func rewriteEdits(f *dockerfile.File, rw plan.Rewrite) []edit.Edit {
	in := rw.Instruction
	if len(rw.Lines) == 0 {
		return []edit.Edit{dropEdit(in)}
	}
	w := &lineWriter{file: f, in: in}
	var edits []edit.Edit
	if w.keeps(rw.Lines[0]) {
		// The author's instruction stays as it is.
	} else if e, ok := w.inPlace(rw.Lines[0]); ok {
		edits = append(edits, e...)
	} else {
		edits = append(edits, edit.Edit{
			Start: in.Range.Start.Offset, End: in.Range.End.Offset, Text: w.line(rw.Lines[0]), From: origins(rw.Lines[0].Why...),
		})
	}
	end := in.Range.End.Offset
	for _, l := range rw.Lines[1:] {
		edits = append(edits, edit.Edit{Start: end, End: end, Text: f.EOL + w.indent() + w.line(l), From: append(origins(l.Why...), origins(in.Range)...)})
	}
	return edits
}

// A lineWriter writes the COPY lines that take an instruction's place.
type lineWriter struct {
	file *dockerfile.File
	in   *dockerfile.Instruction
}

// keeps reports whether a line is the author's instruction, unchanged.
func (w *lineWriter) keeps(l plan.CopyLine) bool {
	ops := w.in.Operands()
	return l.Context() && len(l.Sources) == len(ops)-1 && w.matches(l)
}

// matches reports whether sources and destination are the author's words.
func (w *lineWriter) matches(l plan.CopyLine) bool {
	ops := w.in.Operands()
	for i, s := range l.Sources {
		if ops[i].Value != s {
			return false
		}
	}
	return l.Dest == ops[len(ops)-1].Value
}

// inPlace edits the author's words where the line has as many of them.
func (w *lineWriter) inPlace(l plan.CopyLine) ([]edit.Edit, bool) {
	ops := w.in.Operands()
	if len(l.Sources) != len(ops)-1 || l.Context() {
		return nil, false
	}
	var edits []edit.Edit
	if key := w.keyword(); key != w.file.Slice(w.in.KeywordRange) {
		edits = append(edits, at(w.in.KeywordRange, key))
	}
	k := w.in.KeywordRange.End.Offset
	edits = append(edits, edit.Edit{Start: k, End: k, Text: fromFlags(l), From: origins(l.Why...)})
	for i, word := range ops {
		text := l.Dest
		if i < len(l.Sources) {
			text = l.Sources[i]
		}
		if text == word.Value {
			continue
		}
		quoted, ok := w.word(text)
		if !ok {
			return nil, false
		}
		edits = append(edits, at(word.Range, quoted))
	}
	return append(edits, w.dropAddFlags()...), true
}

func at(r finding.Range, text string) edit.Edit {
	return edit.Edit{Start: r.Start.Offset, End: r.End.Offset, Text: text}
}

// dropAddFlags takes away the flags that only ADD has.
func (w *lineWriter) dropAddFlags() []edit.Edit {
	var edits []edit.Edit
	for _, fl := range w.in.Flags {
		if addOnly(fl.Name) {
			edits = append(edits, edit.Edit{Start: fl.Range.Start.Offset - 1, End: fl.Range.End.Offset})
		}
	}
	return edits
}

func addOnly(flag string) bool {
	return flag == "checksum" || flag == "keep-git-dir" || flag == "unpack"
}

// keyword is COPY in the author's letter case, or the author's own keyword for a
// line that copies from the context.
func (w *lineWriter) keyword() string {
	if text := w.file.Slice(w.in.KeywordRange); text == strings.ToLower(text) {
		return "copy"
	}
	return "COPY"
}

// fromFlags are the flags that a line needs on top of the author's.
func fromFlags(l plan.CopyLine) string {
	text := " --from=" + l.From
	if l.Chown {
		text += " --chown=0:0"
	}
	return text
}

// word writes a source or destination in the form of the instruction, and says
// whether that can be done.
func (w *lineWriter) word(text string) (string, bool) {
	if w.in.JSON {
		return dockerfile.Quote(text), true
	}
	return text, text != "" && !strings.ContainsAny(text, " \t\r\n") && !strings.HasPrefix(text, "[") && !strings.HasPrefix(text, "<<")
}

// line writes a whole instruction.
func (w *lineWriter) line(l plan.CopyLine) string {
	text := w.keyword()
	if l.Context() {
		text = w.file.Slice(w.in.KeywordRange)
	} else {
		text += fromFlags(l)
	}
	for _, fl := range w.in.Flags {
		if l.Context() || !addOnly(fl.Name) {
			text += " " + fl.Text
		}
	}
	return text + " " + w.operands(append(l.Sources[:len(l.Sources):len(l.Sources)], l.Dest))
}

// operands writes sources and destination, in JSON where the author did or where
// a word needs it.
func (w *lineWriter) operands(words []string) string {
	plain := make([]string, len(words))
	for i, word := range words {
		text, ok := w.word(word)
		if !ok || w.in.JSON {
			return dockerfile.JSON(words)
		}
		plain[i] = text
	}
	return strings.Join(plain, " ")
}

// indent is the blank space in front of the instruction.
func (w *lineWriter) indent() string {
	return w.file.Slice(w.file.Range(w.in.Lines.Start.Offset, w.in.Range.Start.Offset))
}
