package dockerfile

import (
	"errors"
	"strconv"
	"strings"
	"unicode"

	"github.com/moby/buildkit/frontend/dockerfile/command"
	"github.com/moby/buildkit/frontend/dockerfile/instructions"
	"github.com/moby/buildkit/frontend/dockerfile/shell"

	"github.com/stagefold/stagefold/convert/finding"
)

// reportSyntax reports an error of BuildKit's parser, and returns the line of the
// instruction that it is about.
func (r *reader) reportSyntax(err error) int {
	line := min(max(syntaxLine(err), 1), len(r.file.lines.starts))
	last := r.logical.join(r.src, r.file.lines, line, r.file.Escape)
	if r.reportContinuation(line, last) {
		return line
	}
	at := r.line(line)
	message, hint := plain(err, strings.Fields(r.text(at)))
	r.report(hinted(finding.New("SF101", at, "%s", message), hint))
	return line
}

// reportInstruction reports that BuildKit does not understand in.
func (r *reader) reportInstruction(in *Instruction, err error) {
	message, hint := plain(err, []string{in.Node.Value})
	var unknown *instructions.UnknownInstructionError
	if errors.As(err, &unknown) {
		if r.brokenAbove(in, hint) {
			return
		}
		message = "there is no instruction " + strconv.Quote(unknown.Instruction)
		r.report(hinted(finding.New("SF101", in.KeywordRange, "%s", message), hint))
		return
	}
	first := in.Node.StartLine
	if r.reportContinuation(first, r.logical.join(r.src, r.file.lines, first, r.file.Escape)) {
		return
	}
	r.report(hinted(finding.New("SF101", in.Range, "%s", message), hint))
}

func hinted(f finding.Finding, hint string) finding.Finding {
	if hint == "" {
		return f
	}
	return f.WithHint("%s", hint)
}

// plain is the message of an error of BuildKit's in the style of ours, led by the
// keyword, which is the first of words, and the hint that it carries.
func plain(err error, words []string) (message, hint string) {
	message, suggestion, _ := strings.Cut(err.Error(), " (did you mean ")
	if suggestion != "" {
		dashes := ""
		if strings.Contains(message, "unknown flag: ") {
			dashes = "--"
		}
		hint = "did you mean " + dashes + strings.TrimSuffix(suggestion, ")")
	}
	if len(words) == 0 {
		return lowerFirst(message), hint
	}
	keyword := strings.ToUpper(words[0])
	return keyword + ": " + lowerFirst(strings.TrimPrefix(message, keyword+" ")), hint
}

// lowerFirst makes the first letter of a sentence small, but not of an acronym.
func lowerFirst(text string) string {
	if len(text) < 2 || !unicode.IsLower(rune(text[1])) {
		return text
	}
	return strings.ToLower(text[:1]) + text[1:]
}

// brokenAbove reports the line continuation in front of in that was meant to
// reach it, where there is one: in is no instruction then, but the rest of the one
// above. A hint says what else in may be.
func (r *reader) brokenAbove(in *Instruction, hint string) bool {
	instructions := r.file.Instructions
	if len(instructions) < 2 || in.OnBuild != nil {
		return false
	}
	above := instructions[len(instructions)-2]
	if len(above.Heredocs) > 0 {
		return false
	}
	first := above.Node.StartLine
	last := r.logical.join(r.src, r.file.lines, first, r.file.Escape)
	return r.reportTrailing(last, hint)
}

// reportContinuation reports a broken continuation in the last of the lines of an
// instruction that does not parse, if what follows is no instruction.
func (r *reader) reportContinuation(first, last int) bool {
	if last < first || last >= len(r.file.lines.starts) {
		return false
	}
	next := strings.Fields(r.text(r.line(last + 1)))
	if len(next) == 0 {
		return false
	}
	if _, known := command.Commands[strings.ToLower(next[0])]; known {
		return false
	}
	return r.reportTrailing(last, "")
}

// reportTrailing reports the text behind the continuation in a line, if there is
// one. Where a hint says what else the mistake may be, an escaped blank inside of a
// word is not taken for a continuation.
func (r *reader) reportTrailing(line int, hint string) bool {
	at := r.line(line)
	text := r.text(at)
	i, alone := trailing(text, r.file.Escape)
	if i < 0 || hint != "" && !alone {
		return false
	}
	at = r.file.Range(at.Start.Offset+i, at.End.Offset)
	escape := string(rune(r.file.Escape))
	r.report(finding.New("SF102", at, "%q follows the line continuation: expected the %s to end the line", text[i:], escape).
		WithHint("delete %q behind the %s, or move it to a comment line of its own", text[i:], escape))
	return true
}

// trailing is where the text begins that follows the last continuation character
// of a line with white space between the two, or -1. A character that stands alone
// as a word goes before one at the end of a word.
func trailing(line string, escape byte) (found int, alone bool) {
	found = -1
	for i := 0; i+1 < len(line); i++ {
		if line[i] != escape || (i > 0 && line[i-1] == escape) || !isBlankByte(line[i+1]) {
			continue
		}
		word := i == 0 || isBlankByte(line[i-1])
		if alone && !word {
			continue
		}
		text := strings.TrimLeft(line[i+1:], " \t")
		found, alone = len(line)-len(text), word
	}
	return found, alone
}

func isBlankByte(b byte) bool { return b == ' ' || b == '\t' }

// check looks for what parses and can't be built.
func (r *reader) check() {
	if len(r.file.Stages) == 0 && !finding.Refused(r.findings) {
		r.report(finding.New("SF103", r.file.Instructions[0].Range, "the Dockerfile has no FROM instruction: found %q first",
			r.file.Instructions[0].Keyword))
		return
	}
	for _, in := range r.file.Args {
		if in.Keyword != "ARG" {
			r.report(finding.New("SF103", in.Range, "%q stands in front of the first FROM: expected ARG or FROM", in.Keyword))
		}
	}
	for _, in := range r.file.Instructions {
		r.checkWords(in)
	}
	for _, s := range r.file.Stages {
		r.checkName(s)
	}
}

// checkName refuses a stage name that is taken: BuildKit overwrites it, the
// legacy builder stops.
func (r *reader) checkName(s *Stage) {
	if first := r.file.Stage(s.Name); first != nil && first != s {
		r.report(finding.New("SF104", s.NameRange, "the stage name %q is taken already, by the stage in line %d", s.Name, first.From.Range.Start.Line).
			WithHint("give each stage a name of its own"))
	}
}

// checkWords refuses words whose variables no builder can expand, and references
// to stages that do not stand above.
func (r *reader) checkWords(in *Instruction) {
	if !expands(in.Keyword) {
		return
	}
	for _, w := range in.Words {
		if err := r.expandable(in.Keyword, w.Value); err != nil {
			r.report(finding.New("SF101", w.Range, "%s: cannot expand %q: %s", in.Keyword, w.Value, rootMessage(err)))
		}
	}
	if flag := in.Flag("from"); flag != nil && in.Stage != nil {
		r.checkFrom(in, flag)
	}
}

// checkFrom refuses a --from that does not name a stage above or an image.
func (r *reader) checkFrom(in *Instruction, flag *Flag) {
	if strings.Contains(flag.Arg, "$") {
		r.report(finding.New("SF101", flag.Range, "%q has a variable: --from takes the name of a stage or an image as it is", flag.Text).
			WithHint("name the image in a FROM of its own, with ARG in front of the first FROM"))
		return
	}
	if n, err := strconv.Atoi(flag.Arg); err == nil && (n < 0 || n >= in.Stage.Index) {
		r.report(finding.New("SF101", flag.Range, "%q names no stage above: there are %d", flag.Text, in.Stage.Index))
		return
	}
	if s := r.file.Stage(flag.Arg); s != nil && s.Index >= in.Stage.Index {
		r.report(finding.New("SF104", flag.Range, "%q names a stage that does not stand above", flag.Text).
			WithHint("put the stage in front of the one that copies from it"))
	}
}

// expands reports whether builders expand variables in an instruction's words.
func expands(keyword string) bool {
	switch keyword {
	case "ADD", "ARG", "COPY", "ENV", "FROM", "LABEL", "STOPSIGNAL", "USER", "VOLUME", "WORKDIR":
		return true
	}
	return false
}

// expandable fails for a word that can't be expanded whatever its variables are.
// Builders expand the two sides of an assignment each for itself.
func (r *reader) expandable(keyword, word string) error {
	if !needsLex(word, r.file.Escape) {
		return nil
	}
	if r.lex == nil {
		r.lex = shell.NewLex(rune(r.file.Escape))
	}
	name, value := "", word
	switch keyword {
	case "ARG", "ENV", "LABEL":
		if before, after, ok := strings.Cut(word, "="); ok {
			name, value = before, after
		}
	}
	if _, _, err := r.lex.ProcessWord(name, anything{}); err != nil {
		return err
	}
	_, _, err := r.lex.ProcessWord(value, anything{})
	return err
}

// rootMessage is what went wrong, without the word that it went wrong in.
func rootMessage(err error) string {
	if cause := errors.Unwrap(errors.Unwrap(err)); cause != nil {
		return cause.Error()
	}
	return err.Error()
}

// anything is an environment that has every variable.
type anything struct{}

func (anything) Get(string) (string, bool) { return "x", true }
func (anything) Keys() []string            { return nil }
