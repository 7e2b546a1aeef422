package dockerfile

import (
	"strings"

	"github.com/moby/buildkit/frontend/dockerfile/parser"

	"github.com/stagefold/stagefold/convert/finding"
)

// instruction finds node in the source.
func (r *reader) instruction(node *parser.Node) *Instruction {
	x := r.file.lines
	last := r.logical.join(r.src, x, node.StartLine, r.file.Escape)
	r.logical.text = node.Original
	end := max(node.EndLine, last)

	in := &Instruction{File: r.file, Node: node, Heredocs: r.heredocs(node, last+1)}
	in.Lines = r.file.Range(x.start(node.StartLine), x.end(end))
	in.Comments = r.comments(node.StartLine)
	r.free = end + 1

	r.splitter = newSplitter(node.Original, 0, len(node.Original), r.file.Escape)
	r.split(in)
	in.Range = finding.Range{
		File:  r.file.Path,
		Start: in.KeywordRange.Start,
		End:   r.file.Pos(x.end(end) - len(eolOf(r.src[:x.end(end)]))),
	}
	return in
}

// eolOf is the line end that text has.
func eolOf(text string) string {
	switch {
	case strings.HasSuffix(text, "\r\n"):
		return "\r\n"
	case strings.HasSuffix(text, "\n"):
		return "\n"
	}
	return ""
}

// comments is the range of the comment lines directly above a line.
func (r *reader) comments(line int) finding.Range {
	x, first := r.file.lines, line
	for first > r.free && isComment(r.src[x.start(first-1):x.end(first-1)]) {
		first--
	}
	return r.file.Range(x.start(first), x.start(line))
}

// heredocs finds the here-documents of node, the first of which begins in line.
func (r *reader) heredocs(node *parser.Node, line int) []Heredoc {
	if len(node.Heredocs) == 0 {
		return nil
	}
	x := r.file.lines
	docs := make([]Heredoc, 0, len(node.Heredocs))
	for _, doc := range node.Heredocs {
		first := line
		for line < len(x.starts) && !terminates(r.src[x.start(line):x.end(line)], doc) {
			line++
		}
		body := r.file.Range(x.start(first), x.start(line))
		end := x.end(line) - len(eolOf(r.src[:x.end(line)]))
		docs = append(docs, Heredoc{
			Name:       doc.Name,
			Expand:     doc.Expand,
			Chomp:      doc.Chomp,
			Content:    r.src[body.Start.Offset:body.End.Offset],
			Body:       body,
			Terminator: r.file.Range(x.start(line), end),
		})
		line++
	}
	return docs
}

// terminates reports whether line is the one that ends doc.
func terminates(line string, doc parser.Heredoc) bool {
	line = strings.TrimRight(line, "\r\n")
	if doc.Chomp {
		line = strings.TrimLeft(line, "\t")
	}
	return line == doc.Name
}

// split cuts the instruction that the splitter stands at into words. BuildKit's
// node says whether it has the JSON form.
func (r *reader) split(in *Instruction) {
	s := &r.splitter
	keyword := s.keyword()
	in.Keyword = strings.Map(upper, strings.ToLower(in.Node.Value))
	in.KeywordRange = r.span(keyword.start, keyword.end)
	in.JSON = in.Node.Attributes["json"]

	s.tokens = s.tokens[:0]
	s.flags()
	flags := len(s.tokens)
	in.Text = s.text[s.at:s.end]
	switch inner := onBuildNode(in.Node); {
	case inner != nil:
		r.splitTrigger(in, inner)
		return
	case in.Keyword == "HEALTHCHECK":
		s.health(in)
	default:
		s.operands(in)
	}
	in.Words = r.words(s.tokens)
	in.Flags = r.flags(in.Words[:flags], s.tokens)
}

// upper is the upper case of a small ASCII letter; all else stays. BuildKit compares
// keywords by their small letters, and "ı" is not one whose capital is I there.
func upper(c rune) rune {
	if 'a' <= c && c <= 'z' {
		return c - 'a' + 'A'
	}
	return c
}

// onBuildNode is the node inside of an ONBUILD that has one, or nil.
func onBuildNode(node *parser.Node) *parser.Node {
	if !strings.EqualFold(node.Value, "ONBUILD") || node.Next == nil || len(node.Next.Children) == 0 {
		return nil
	}
	return node.Next.Children[0]
}

// splitTrigger splits an ONBUILD: its first word is the inner keyword. The inner
// node gets what BuildKit gives to the outer one only: lines and heredocs.
func (r *reader) splitTrigger(in *Instruction, inner *parser.Node) {
	inner.StartLine, inner.EndLine = in.Node.StartLine, in.Node.EndLine
	inner.Heredocs = in.Node.Heredocs
	trigger := &Instruction{
		File:     r.file,
		Node:     inner,
		Lines:    in.Lines,
		Comments: in.Comments,
		Heredocs: in.Heredocs,
	}
	flags := r.words(r.splitter.tokens)
	in.Flags = r.flags(flags, r.splitter.tokens)
	r.split(trigger)
	end := in.Lines.End.Offset
	trigger.Range = finding.Range{
		File:  r.file.Path,
		Start: trigger.KeywordRange.Start,
		End:   r.file.Pos(end - len(eolOf(r.src[:end]))),
	}
	in.OnBuild = trigger
	in.Words = append(flags, Word{
		Text:  r.text(trigger.KeywordRange),
		Value: inner.Value,
		Range: trigger.KeywordRange,
	})
	in.Words = append(in.Words, trigger.Words...)
}

// health splits the arguments of HEALTHCHECK: NONE, or CMD and a command.
func (s *splitter) health(in *Instruction) {
	if s.at == s.end {
		return
	}
	start := s.at
	for s.at < s.end && !isSpaceByte(s.text[s.at]) {
		s.at++
	}
	s.add(start, s.at)
	if in.JSON {
		s.strings(nodeValues(in.Node.Next.Next))
		return
	}
	s.quoted()
}

// operands splits the arguments of all instructions but HEALTHCHECK and ONBUILD.
func (s *splitter) operands(in *Instruction) {
	if in.JSON {
		s.strings(nodeValues(in.Node.Next))
		return
	}
	switch in.Keyword {
	case "ADD", "COPY", "EXPOSE", "FROM", "VOLUME":
		s.spaced()
	case "MAINTAINER", "STOPSIGNAL", "USER", "WORKDIR":
		s.whole()
	case "ENV", "LABEL":
		s.pairs()
	default:
		s.quoted()
	}
}

// nodeValues is the list that begins at node.
func nodeValues(node *parser.Node) []string {
	var values []string
	for ; node != nil; node = node.Next {
		values = append(values, node.Value)
	}
	return values
}

// words finds tokens in the source.
func (r *reader) words(tokens []token) []Word {
	words := make([]Word, len(tokens))
	for i, t := range tokens {
		at := r.span(t.start, t.end)
		words[i] = Word{Text: r.text(at), Value: t.value, Range: at}
	}
	return words
}

// flags takes words, which are those of tokens, apart.
func (r *reader) flags(words []Word, tokens []token) []Flag {
	if len(words) == 0 {
		return nil
	}
	flags := make([]Flag, len(words))
	for i, w := range words {
		name, arg, found := strings.Cut(strings.TrimPrefix(w.Value, "--"), "=")
		from := tokens[i].end
		if eq := strings.IndexByte(r.logical.text[tokens[i].start:from], '='); found && eq >= 0 {
			from = tokens[i].start + eq + 1
		}
		flags[i] = Flag{Word: w, Name: name, Arg: arg, Assignment: found, ArgRange: r.behind(from, tokens[i].end)}
	}
	return flags
}

// span is the range of the bytes [start, end) of the logical text.
func (r *reader) span(start, end int) finding.Range {
	return r.file.Range(r.logical.span(start, end))
}

// behind is span, but an empty range stands behind the byte in front of it and
// not in the next line.
func (r *reader) behind(start, end int) finding.Range {
	if start < end {
		return r.span(start, end)
	}
	at := r.logical.offset(start-1) + 1
	return r.file.Range(at, at)
}

// text is the text of a range as written.
func (r *reader) text(at finding.Range) string { return r.src[at.Start.Offset:at.End.Offset] }
