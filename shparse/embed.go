package shparse

import (
	"bytes"
	"cmp"
	"fmt"
	"hash/fnv"
	"slices"
	"strconv"
	"strings"

	"mvdan.cc/sh/v3/syntax"

	"github.com/stagefold/stagefold/convert/edit"
	"github.com/stagefold/stagefold/convert/finding"
)

// An Embedding is shell text that stands in a file of another language: the
// recipes of a Makefile, the command lists of a CI file. It is a script made of
// passages, each run by a shell of its own, and knows for every byte of the script
// what it stands for in the host file. So the script is traced, planned and
// edited as any other, and what goes from it goes from the host file.
//
// The script has one subshell for each passage:
//
//	(
//	docker build -t example/app .
//	) || exit 1
//
// Text that the host's language puts in the place of an expression stands there as
// it is where it is known, and as a variable that holds the hole where it is not.
type Embedding struct {
	name     string // of the script in the trace, such as "Makefile:image"
	text     []byte
	passages []embedded
	marks    []mark
	holes    map[string]Value // the variables that stand for holes
	env      map[string]Value // what the host file exports
	options  options
	quote    func(string) string
}

// A Passage is a text that one shell runs.
type Passage struct {
	Pieces []Piece
	// Line is what of the host file goes where the whole passage does: whole lines.
	Line finding.Range
	// Ignore is set where the host goes on though the passage fails.
	Ignore bool
	// Start is how the shell of the passage is started; nil is the embedding's way.
	Start *ShellStart
}

// A ShellStart says how a shell is started: with its options, in a directory, and
// with variables on top of those that all passages get.
type ShellStart struct {
	Options string // as of EmbeddingConfig
	Dir     Value  // relative to the root of the repository, or absolute; empty is where the embedding runs
	Env     map[string]Value
}

// A Piece is a part of a passage as the shell gets it.
type Piece struct {
	Value
	Range    finding.Range // what it stands for in the host file
	Verbatim bool          // byte for byte the text of Range: an edit may cut it
}

// embedded is a passage with its place in the script.
type embedded struct {
	span      // its text, without the subshell around it
	whole     span
	line      finding.Range
	firstMark int
	startWith *ShellStart
}

// A mark says what a span of the script stands for.
type mark struct {
	span
	host     finding.Range
	verbatim bool
}

// An EmbeddingConfig says what an embedding is made of.
type EmbeddingConfig struct {
	Name     string // unlike that of any file
	Shell    string // the shell's path, such as "/bin/sh"
	Options  string // flags of the shell as set takes them, such as "-e -o pipefail"
	Passages []Passage
	Env      map[string]Value    // variables that every passage gets
	Quote    func(string) string // writes shell text as the host's language has it; nil leaves it
}

// NewEmbedding puts passages together. It fails where a passage by itself is no
// shell script.
func NewEmbedding(c EmbeddingConfig) (*Embedding, []finding.Finding) {
	e := &Embedding{name: c.Name, holes: map[string]Value{}, env: c.Env, quote: c.Quote}
	e.options = parseOptions(c.Options)
	w := &embedWriter{Embedding: e, names: map[string]string{}}
	w.text.WriteString("#!" + cmp.Or(c.Shell, "/bin/sh") + "\n")
	for _, p := range c.Passages {
		if f, bad := w.passage(p); bad {
			return nil, []finding.Finding{f}
		}
	}
	e.text = w.text.Bytes()
	return e, nil
}

// parseOptions reads flags as set takes them.
func parseOptions(flags string) options {
	var o options
	words := strings.Fields(flags)
	for i, word := range words {
		if i > 0 && words[i-1] == "-o" {
			o = o.named(word, true)
		} else if strings.HasPrefix(word, "-") && word != "-o" {
			o = o.with(word)
		}
	}
	return o
}

// An embedWriter writes the script of an embedding.
type embedWriter struct {
	*Embedding
	text  bytes.Buffer
	names map[string]string // of the variables, by key of the hole
	quote quoteState
}

// passage writes one subshell.
func (w *embedWriter) passage(p Passage) (finding.Finding, bool) {
	if hasNoCommands(p) {
		return finding.Finding{}, false
	}
	whole := span{start: w.text.Len()}
	w.text.WriteString("(\n")
	own := embedded{line: p.Line, firstMark: len(w.marks), startWith: p.Start}
	own.start = w.text.Len()
	w.quote = quoteState{}
	for _, piece := range p.Pieces {
		w.piece(piece)
	}
	own.end = w.text.Len()
	if f, bad := w.parse(own); bad {
		return f, true
	}
	w.text.WriteString("\n)" + w.ending(p))
	whole.end = w.text.Len()
	w.text.WriteString("\n")
	own.whole = whole
	w.passages = append(w.passages, own)
	return finding.Finding{}, false
}

// hasNoCommands reports whether a passage has no commands: it is a comment.
func hasNoCommands(p Passage) bool {
	var text strings.Builder
	for _, piece := range p.Pieces {
		for _, part := range piece.Value {
			if part.Hole != nil {
				text.WriteString("${x}")
			}
			text.WriteString(part.Lit)
		}
	}
	file, err := syntax.NewParser().Parse(strings.NewReader(text.String()), "")
	return err == nil && len(file.Stmts) == 0
}

// ending says what happens where a passage fails. Under set -e the shell around ends
// by itself; a list would take the option from the passage.
func (w *embedWriter) ending(p Passage) string {
	errexit := w.options.errexit
	switch {
	case p.Ignore && errexit:
		return " || true"
	case p.Ignore || errexit:
		return ""
	}
	return " || exit 1"
}

// piece writes a piece and notes what it stands for.
func (w *embedWriter) piece(p Piece) {
	start := w.text.Len()
	for _, part := range p.Value {
		if part.Hole == nil {
			w.quote.read(part.Lit)
			w.text.WriteString(part.Lit)
			continue
		}
		w.text.WriteString(w.quote.around("${" + w.variable(part) + "}"))
	}
	w.marks = append(w.marks, mark{span{start, w.text.Len()}, p.Range, p.Verbatim})
}

// variable names the variable that stands for a hole. Equal holes have one.
func (w *embedWriter) variable(part Part) string {
	key := holeKey(part.Hole)
	if name, ok := w.names[key]; ok {
		return name
	}
	name := "__embedded_" + hashOf(key)
	w.names[key] = name
	w.holes[name] = Value{part}
	return name
}

// hashOf makes a short name of a key, the same in every embedding.
func hashOf(key string) string {
	h := fnv.New64a()
	h.Write([]byte(key))
	return strconv.FormatUint(h.Sum64(), 36)
}

// parse checks that a passage is a script by itself, so that nothing in it ends
// the subshell around it.
func (w *embedWriter) parse(p embedded) (finding.Finding, bool) {
	text := w.text.Bytes()[p.start:p.end]
	_, err := syntax.NewParser().Parse(bytes.NewReader(text), "")
	if err == nil && !endsOpen(text) {
		return finding.Finding{}, false
	}
	message := "the text ends in the middle of a line"
	if pe, ok := err.(syntax.ParseError); ok {
		message = pe.Text
	}
	place := p.line
	place.End = place.Start
	return finding.New("SF001", place, "%s", message), true
}

// endsOpen reports whether a backslash at the end of the text would join it with
// what follows.
func endsOpen(text []byte) bool {
	n := len(text) - len(bytes.TrimRight(text, `\`))
	return n%2 == 1
}

// A quoteState follows the quotes of a shell text.
type quoteState struct {
	open    byte // '\'' or '"', 0 outside
	escaped bool
}

func (q *quoteState) read(text string) {
	for i := range len(text) {
		c := text[i]
		switch {
		case q.escaped:
			q.escaped = false
		case c == '\\' && q.open != '\'':
			q.escaped = true
		case q.open == 0 && (c == '\'' || c == '"'):
			q.open = c
		case q.open == c:
			q.open = 0
		}
	}
}

// around writes an expansion so that single quotes do not hide it.
func (q *quoteState) around(expansion string) string {
	if q.open == '\'' {
		return `'"` + expansion + `"'`
	}
	return expansion
}

// Locate returns the place in the host file that a place in the script stands for.
func (e *Embedding) Locate(r finding.Range) finding.Range {
	first, last := e.markAt(r.Start.Offset), e.markAt(max(r.Start.Offset, r.End.Offset-1))
	if first < 0 || last < 0 {
		return finding.Range{}
	}
	out := e.marks[first].host
	out.Start = e.marks[first].place(r.Start.Offset)
	out.End = e.marks[last].host.End
	if m := e.marks[last]; m.verbatim && r.End.Offset <= m.end {
		out.End = m.place(r.End.Offset)
	}
	if r.End.Offset <= r.Start.Offset {
		out.End = out.Start
	}
	return out
}

// place is what an offset within the mark stands for.
func (m mark) place(offset int) finding.Pos {
	p := m.host.Start
	if n := offset - m.start; m.verbatim && n > 0 {
		return p.Right(n)
	}
	return p
}

// markAt returns the index of the mark that holds an offset, or the next one behind
// it, or the last one.
func (e *Embedding) markAt(offset int) int {
	i, _ := slices.BinarySearchFunc(e.marks, offset, func(m mark, at int) int {
		if m.end <= at {
			return -1
		}
		return 1
	})
	return min(i, len(e.marks)-1)
}

// A RaisedLine is what becomes of one passage.
type RaisedLine struct {
	Line  finding.Range
	Gone  bool        // all of it
	Edits []edit.Edit // of the host file
}

// Raise translates edits of the script, whose texts must be in the host's language:
// it says what becomes of each passage, in order. One place of the host file has
// several entries where several passages come from it. It fails with a finding where an edit cuts what the host's language puts there in
// one piece.
func (e *Embedding) Raise(edits []edit.Edit) ([]RaisedLine, []finding.Finding) {
	var out []RaisedLine
	var findings []finding.Finding
	for i, p := range e.passages {
		line := RaisedLine{Line: p.line, Gone: p.gone(edits)}
		if !line.Gone {
			for _, ed := range edits {
				if !p.touches(ed) {
					continue
				}
				host, problem := e.raise(i, ed)
				if problem != "" {
					findings = append(findings, finding.New("SF058", e.Locate(e.spanOf(ed)), "%s", problem))
					continue
				}
				line.Edits = append(line.Edits, host)
			}
		}
		out = append(out, line)
	}
	return out, findings
}

func (e *Embedding) spanOf(ed edit.Edit) finding.Range {
	return finding.Range{Start: finding.Pos{Offset: ed.Start}, End: finding.Pos{Offset: ed.End}}
}

// gone reports whether one of the edits takes the whole passage away.
func (p embedded) gone(edits []edit.Edit) bool {
	return slices.ContainsFunc(edits, func(ed edit.Edit) bool {
		return ed.Start <= p.whole.start && p.whole.end <= ed.End
	})
}

func (p embedded) touches(ed edit.Edit) bool { return ed.Start <= p.end && p.start <= ed.End }

// raise translates an edit within a passage. A cut of whole lines of the script
// may begin or end with the line end at the edge of the passage.
func (e *Embedding) raise(i int, ed edit.Edit) (edit.Edit, string) {
	p := e.passages[i]
	start, end := max(ed.Start, p.start), min(ed.End, p.end)
	if ed.Start < p.start-1 || ed.End > p.end+1 {
		return edit.Edit{}, "a part of the recipe goes together with the next one"
	}
	start = e.tidyStart(p, start, end)
	from, ok := e.boundary(i, start, atStart)
	to, also := e.boundary(i, end, e.endEdge(p, start, end))
	if start == end {
		to, also = from, ok
	}
	if !ok || !also {
		return edit.Edit{}, "what goes is a part of what an expression stands for"
	}
	return edit.Edit{Start: from, End: to, Text: ed.Text, From: e.origins(ed.From)}, ""
}

// origins are where text that came from the script stands in the host file.
func (e *Embedding) origins(list []edit.Origin) []edit.Origin {
	out := slices.Clone(list)
	for i, o := range out {
		if o.File == e.name {
			r := e.Locate(finding.Range{Start: finding.Pos{Offset: o.Start}, End: finding.Pos{Offset: o.End}})
			out[i] = edit.Origin{File: r.File, Start: r.Start.Offset, End: r.End.Offset}
		}
	}
	return out
}

// endEdge says on which side of the host's own text at the start of a line a cut
// ends. One that begins behind that text ends behind it.
func (e *Embedding) endEdge(p embedded, start, end int) edge {
	if start > p.start && e.text[start-1] == '\n' && end < p.end && e.text[end-1] == '\n' {
		return atStart
	}
	return atEnd
}

// tidyStart lets a cut at the end of a passage begin at the end of the line in front,
// with the semicolon and the backslash there.
func (e *Embedding) tidyStart(p embedded, start, end int) int {
	if end < p.end || start == end {
		return start
	}
	text := strings.TrimRight(string(e.text[p.start:start]), " \t")
	if !strings.HasSuffix(text, "\n") {
		return start
	}
	text = strings.TrimSuffix(text, "\n")
	if line, ok := strings.CutSuffix(text, `\`); ok {
		text = strings.TrimRight(line, " \t")
		if !strings.HasSuffix(text, ";;") {
			text = strings.TrimSuffix(text, ";")
		}
	}
	return p.start + len(text)
}

type edge uint8

const (
	atStart edge = iota
	atEnd
)

// boundary returns the offset in the host file of an offset in the script: an edge
// of a piece, or any place in a verbatim one.
func (e *Embedding) boundary(i, offset int, which edge) (int, bool) {
	marks := e.marksOf(i)
	for n, m := range marks {
		switch {
		case which == atStart && offset == m.start && m.start < m.end,
			which == atStart && offset == m.start && n == len(marks)-1:
			return m.host.Start.Offset, true
		case which == atEnd && offset == m.end && (m.start < m.end || n == 0):
			return m.host.End.Offset, true
		case m.start < offset && offset < m.end:
			return m.host.Start.Offset + offset - m.start, m.verbatim
		}
	}
	if len(marks) > 0 && which == atStart && offset == marks[len(marks)-1].end {
		return marks[len(marks)-1].host.End.Offset, true
	}
	if len(marks) > 0 && which == atEnd && offset == marks[0].start {
		return marks[0].host.Start.Offset, true
	}
	return 0, false
}

func (e *Embedding) marksOf(i int) []mark {
	end := len(e.marks)
	if i+1 < len(e.passages) {
		end = e.passages[i+1].firstMark
	}
	return e.marks[e.passages[i].firstMark:end]
}

// HostLine returns the lines of a host file that a place of an embedding stands in,
// and false for a place in a script that is a file.
func (t *Trace) HostLine(r finding.Range) (finding.Range, bool) {
	e := t.embeddings[r.File]
	if e == nil {
		return finding.Range{}, false
	}
	at := r.Start.Offset
	i := slices.IndexFunc(e.passages, func(p embedded) bool { return p.whole.start <= at && at < p.whole.end })
	if i < 0 {
		return finding.Range{}, false
	}
	return e.passages[i].line, true
}

// Embedding returns the embedding that a path of the trace is the script of, or nil
// for a script that is a file.
func (t *Trace) Embedding(path string) *Embedding { return t.embeddings[path] }

// Embeddings returns the embeddings of the trace, by the path of their scripts.
func (t *Trace) Embeddings() map[string]*Embedding { return t.embeddings }

// Paths are the files that the scripts of the trace are, or stand in, in order.
func (t *Trace) Paths() []string {
	var paths []string
	for path := range t.Sources {
		if t.embeddings[path] == nil {
			paths = append(paths, path)
		}
	}
	for path := range t.Hosts {
		paths = append(paths, path)
	}
	slices.Sort(paths)
	return slices.Compact(paths)
}

// Locate returns the place in a file that a place of the trace stands for: itself,
// but for one in an embedding.
func (t *Trace) Locate(r finding.Range) finding.Range {
	if e := t.embeddings[r.File]; e != nil {
		return e.Locate(r)
	}
	return r
}

// HostText returns the text at r as its file has it.
func (t *Trace) HostText(r finding.Range) string {
	host := t.Locate(r)
	src := t.source(host.File)
	if host.Start.Offset > host.End.Offset || host.End.Offset > len(src) {
		return ""
	}
	return string(src[host.Start.Offset:host.End.Offset])
}

// source is the text of a file of the trace.
func (t *Trace) source(file string) []byte {
	if src, ok := t.Hosts[file]; ok {
		return src
	}
	return t.Sources[file]
}

// Quote writes a shell text as the language of a script's host file has it.
func (t *Trace) Quote(path, text string) string {
	if e := t.embeddings[path]; e != nil && e.quote != nil {
		return e.quote(text)
	}
	return text
}

// embed enters an embedding as a script of the trace. One that is on the trace
// already, from another way, is taken again.
func (t *tracer) embed(c EmbeddingConfig) (*script, bool) {
	name := c.Name
	for n := 2; ; n++ {
		e, findings := NewEmbedding(c)
		if e == nil {
			for _, f := range findings {
				t.report(f)
			}
			return nil, false
		}
		old := t.trace.embeddings[c.Name]
		if old == nil {
			return t.enter(e)
		}
		if old.same(e) {
			sc := *t.trace.scripts[c.Name]
			return &sc, true
		}
		c.Name = fmt.Sprintf("%s#%d", name, n)
	}
}

func (t *tracer) enter(e *Embedding) (*script, bool) {
	sc, f := t.parse(&script{path: e.name, src: e.text})
	if f != nil {
		t.report(*f)
		return nil, false
	}
	if t.trace.embeddings == nil {
		t.trace.embeddings = map[string]*Embedding{}
	}
	t.trace.embeddings[e.name] = e
	t.trace.Sources[e.name] = e.text
	t.trace.scripts[e.name] = sc
	return sc, true
}

// same reports whether two embeddings are one.
func (e *Embedding) same(o *Embedding) bool {
	return bytes.Equal(e.text, o.text) && e.holesKey() == o.holesKey() && slices.EqualFunc(e.marks, o.marks, func(a, b mark) bool { return a == b })
}

func (e *Embedding) holesKey() string {
	var keys []string
	for _, vars := range []map[string]Value{e.holes, e.env} {
		for name, v := range vars {
			keys = append(keys, name+"="+v.Key())
		}
	}
	slices.Sort(keys)
	return strings.Join(keys, "\n")
}

// preset gives a shell the variables of the embedding that it runs.
func (s *shell) preset(path string) {
	e := s.r.t.trace.embeddings[path]
	if e == nil {
		return
	}
	s.opts.errexit, s.opts.nounset, s.opts.pipefail = e.options.errexit, e.options.nounset, e.options.pipefail
	for name, v := range e.env {
		s.vars.local(name, &variable{kind: scalar, val: v, exported: true})
	}
	for name, v := range e.holes {
		s.vars.local(name, text(v))
	}
}

// begin gives the shell of a passage, which begins at an offset of the script, what it
// is started with.
func (s *shell) begin(path string, offset int) {
	e := s.r.t.trace.embeddings[path]
	if e == nil {
		return
	}
	i := slices.IndexFunc(e.passages, func(p embedded) bool { return p.whole.start == offset })
	if i < 0 || e.passages[i].startWith == nil {
		return
	}
	start := e.passages[i].startWith
	o := parseOptions(start.Options)
	s.opts.errexit, s.opts.nounset, s.opts.pipefail = o.errexit, o.nounset, o.pipefail
	for name, v := range start.Env {
		s.vars.local(name, &variable{kind: scalar, val: v, exported: true})
	}
	if len(start.Dir) > 0 {
		s.dir = relPath(s.dir, start.Dir)
	}
}

// Without is the script without some passages, by their lines of the host file.
func (e *Embedding) Without(gone func(line finding.Range) bool) string {
	var out strings.Builder
	at := 0
	for _, p := range e.passages {
		if gone(p.line) {
			out.Write(e.text[at:p.whole.start])
			at = p.whole.end
		}
	}
	out.Write(e.text[at:])
	return out.String()
}
