package shparse

import (
	"strings"
	"unicode/utf8"

	"mvdan.cc/sh/v3/expand"
	"mvdan.cc/sh/v3/syntax"

	"github.com/stagefold/stagefold/convert/finding"
)

// A piece is a part of a word on its way through expansion.
type piece struct {
	text   string
	hole   *Hole
	quoted bool
	many   bool // may be any number of words, also within quotes
}

// A wordMode says what a word is expanded for.
type wordMode uint8

const (
	asFields  wordMode = iota // arguments: split into fields, and globbed
	asText                    // one text: an assignment, a case word, a redirection
	asDoc                     // the body of a here-document
	asOperand                 // the operand of an expansion that is itself split
)

// An expander expands one word.
type expander struct {
	s      *shell
	mode   wordMode
	pieces []piece // of all fields
	ends   []int   // where in pieces the fields end that are complete
	begun  bool    // what follows the last of them is a field, even if it is empty
	space  bool    // the last field was ended by white space of an expansion
	size   int     // bytes of all fields
	list   bool    // "$@" was expanded in the current quotes
}

// expander returns an expander for one word. It is to be handed back by done, and what
// cur and field return is of no use from then on.
func (s *shell) expander(mode wordMode) *expander {
	idle := s.r.idle
	if len(idle) == 0 {
		return &expander{s: s, mode: mode}
	}
	e := idle[len(idle)-1]
	s.r.idle = idle[:len(idle)-1]
	*e = expander{s: s, mode: mode, pieces: e.pieces[:0], ends: e.ends[:0]}
	return e
}

func (e *expander) done() { e.s.r.idle = append(e.s.r.idle, e) }

// start is where in pieces the current field begins.
func (e *expander) start() int {
	if len(e.ends) == 0 {
		return 0
	}
	return e.ends[len(e.ends)-1]
}

// cur is what there is of the current field, which for all modes but asFields is the
// whole word.
func (e *expander) cur() []piece { return e.pieces[e.start():] }

// field is one of those that are complete.
func (e *expander) field(i int) []piece {
	start := 0
	if i > 0 {
		start = e.ends[i-1]
	}
	return e.pieces[start:e.ends[i]]
}

// argv expands the words of a command. Each argument keeps its word.
func (s *shell) argv(words []*syntax.Word) []Arg {
	args := s.r.t.args.take(len(words))[:0]
	for _, w := range words {
		args = s.appendArgs(args, w)
		if s.pending != next {
			return nil
		}
	}
	return args
}

func (s *shell) appendArgs(args []Arg, w *syntax.Word) []Arg {
	span := s.script.span(w)
	if lit, ok := plain(w); ok {
		return append(args, Arg{Value: s.r.t.literal(lit), Word: span})
	}
	outer := s.captured
	s.captured = span
	defer func() { s.captured = outer }()
	if s.script.posix || !hasBrace(w) {
		args = s.appendFields(args, w, span)
	} else {
		for _, one := range s.braces(w) {
			args = s.appendFields(args, one, span)
		}
	}
	s.checkSize(args, w)
	return args
}

func (s *shell) appendFields(args []Arg, w *syntax.Word, span finding.Range) []Arg {
	e := s.expander(asFields)
	defer e.done()
	e.parts(w.Parts, false)
	e.flush()
	for i := range e.ends {
		f := e.field(i)
		if s.opts.noglob || !s.hasWildcard(f) {
			args = append(args, Arg{Value: valueOf(f), Word: span, MaySplit: maySplit(f)})
			continue
		}
		for _, f := range s.glob(f, w) {
			args = append(args, Arg{Value: valueOf(f), Word: span, MaySplit: maySplit(f)})
		}
	}
	return args
}

// hasBrace reports whether a word may have a brace expansion.
func hasBrace(w *syntax.Word) bool {
	for _, p := range w.Parts {
		if lit, ok := p.(*syntax.Lit); ok && strings.Contains(lit.Value, "{") {
			return true
		}
	}
	return false
}

// checkSize ends the run where an expansion outgrows the limit.
func (s *shell) checkSize(args []Arg, w *syntax.Word) {
	size, limit := wordSize*len(args), s.r.t.conf.Limits.Words
	for _, a := range args {
		size += a.Value.size()
	}
	s.r.weigh(size)
	if size > limit && s.pending == next {
		s.fail("SF002", w, "the words of this command grow beyond %d bytes", limit)
	}
}

// plain returns the text of a word that needs no expansion.
func plain(w *syntax.Word) (string, bool) {
	if len(w.Parts) != 1 {
		return "", false
	}
	lit, ok := w.Parts[0].(*syntax.Lit)
	if !ok {
		return "", false
	}
	for _, b := range []byte(lit.Value) {
		switch b {
		case '\\', '*', '?', '[', '{', '~':
			return "", false
		}
	}
	return lit.Value, true
}

// braces makes the words of a brace expansion.
func (s *shell) braces(w *syntax.Word) []*syntax.Word {
	split := *w
	if s.script.posix || !hasBrace(w) || !syntax.SplitBraces(&split) {
		return []*syntax.Word{w}
	}
	var words []*syntax.Word
	for one, err := range expand.BracesSeq(new(expand.Config), &split) {
		if err != nil {
			s.fail("SF002", w, "%v", err)
			return nil
		}
		words = append(words, one)
	}
	return words
}

// text expands a word to one text.
func (s *shell) text(w *syntax.Word) Value { return s.textAs(w, asText) }

func (s *shell) textAs(w *syntax.Word, mode wordMode) Value {
	if w == nil {
		return nil
	}
	if lit, ok := plain(w); ok {
		return Lit(lit)
	}
	e := s.expander(mode)
	defer e.done()
	e.parts(w.Parts, mode == asDoc)
	return valueOf(e.cur())
}

// capture expands a word as text. Commands that run in it are captured by at.
func (s *shell) capture(w *syntax.Word, at finding.Range) Value {
	outer := s.captured
	s.captured = at
	defer func() { s.captured = outer }()
	return s.text(w)
}

func valueOf(f []piece) Value {
	n := 0
	for i, p := range f {
		if i == 0 || p.hole != nil || f[i-1].hole != nil {
			n++
		}
	}
	v := make(Value, 0, n)
	for len(f) > 0 {
		if f[0].hole != nil {
			v = append(v, Part{Hole: f[0].hole})
			f = f[1:]
			continue
		}
		texts := 1
		for texts < len(f) && f[texts].hole == nil {
			texts++
		}
		if text := joinPieces(f[:texts]); text != "" {
			v = append(v, Part{Lit: text})
		}
		f = f[texts:]
	}
	return v
}

// joinPieces is the text of pieces that have no holes.
func joinPieces(f []piece) string {
	if len(f) == 1 {
		return f[0].text
	}
	size := 0
	for _, p := range f {
		size += len(p.text)
	}
	var text strings.Builder
	text.Grow(size)
	for _, p := range f {
		text.WriteString(p.text)
	}
	return text.String()
}

func maySplit(f []piece) bool {
	for _, p := range f {
		if p.hole != nil && (!p.quoted && splits(p.hole) || isRest(p.hole) || p.hole.many || p.many) {
			return true
		}
	}
	return false
}

// isRest reports whether h stands for any number of arguments.
func isRest(h *Hole) bool { return h.Reason == Argument && h.Name == "@" }

// splits reports whether the text of a hole may be other than one word.
func splits(h *Hole) bool {
	switch h.Reason {
	case ContainerID, ImageID, Status, Root, System:
		return false
	case Argument:
		return h.Name != "#"
	}
	return true
}

// flush ends the current field.
func (e *expander) flush() {
	if e.begun {
		e.ends = append(e.ends, len(e.pieces))
	}
	e.begun = false
}

func (e *expander) add(p piece) {
	e.begun, e.space = true, false
	e.size += len(p.text)
	if p.hole != nil {
		e.size += wordSize
	}
	if e.size > e.s.r.t.conf.Limits.Words {
		e.overflow()
		return
	}
	if p.hole != nil || p.text != "" {
		e.pieces = append(e.pieces, p)
	}
}

// overflow ends the run: a word grows beyond the limit.
func (e *expander) overflow() {
	s := e.s
	e.size, e.pieces, e.ends = 0, nil, nil
	if s.pending == next {
		s.r.fail(finding.New("SF002", s.captured, "a word grows beyond %d bytes", s.r.t.conf.Limits.Words))
		s.pending = stopped
	}
}

func (e *expander) parts(parts []syntax.WordPart, quoted bool) {
	for i, p := range parts {
		if lit, ok := p.(*syntax.Lit); ok {
			e.lit(lit, quoted, i == 0, len(parts) > 1)
			continue
		}
		e.part(p, quoted)
	}
}

func (e *expander) part(p syntax.WordPart, quoted bool) {
	s := e.s
	switch p := p.(type) {
	case *syntax.SglQuoted:
		if quoted && !p.Dollar {
			// Within "${X:-'d'}" single quotes stand for themselves.
			e.add(piece{text: "'" + p.Value + "'", quoted: true})
			return
		}
		e.add(piece{text: single(p), quoted: true})
	case *syntax.DblQuoted:
		e.double(p)
	case *syntax.ParamExp:
		e.param(p, quoted)
	case *syntax.CmdSubst:
		if s.r.stubs {
			e.add(piece{text: s.script.text(p), quoted: true})
			return
		}
		e.value(s.substitute(p), quoted)
	case *syntax.ArithmExp:
		e.value(s.arithmetic(p.X, p), true)
	case *syntax.ProcSubst:
		e.value(s.processFile(p), true)
	case *syntax.ExtGlob:
		e.add(piece{text: p.Op.String() + p.Pattern.Value + ")", quoted: quoted})
	default:
		s.fail("SF005", p, "the word %q has a form that is not understood", s.script.text(p))
	}
}

// single returns the text of '...' and $'...'.
func single(q *syntax.SglQuoted) string {
	if !q.Dollar {
		return q.Value
	}
	text, _, err := expand.Format(new(expand.Config), q.Value, nil)
	if err != nil {
		return q.Value
	}
	text, _, _ = strings.Cut(text, "\x00")
	return text
}

// double expands "...". Without any text it is still a field, unless it is a
// "$@" of no arguments.
func (e *expander) double(q *syntax.DblQuoted) {
	e.list = false
	before := len(e.pieces)
	e.parts(q.Parts, true)
	if e.list && len(e.pieces) == before {
		e.list = false
		return
	}
	e.begun, e.list = true, false
}

// lit adds literal text and takes its backslashes off.
func (e *expander) lit(l *syntax.Lit, quoted, first, more bool) {
	text := l.Value
	if first && !quoted {
		text = e.tilde(text, more, l)
	}
	if e.mode == asOperand && !quoted {
		e.operandLit(text)
		return
	}
	for {
		i := strings.IndexByte(text, '\\')
		if i < 0 || i == len(text)-1 {
			break
		}
		_, n := utf8.DecodeRuneInString(text[i+1:])
		c := text[i+1 : i+1+n]
		e.addLit(text[:i], quoted)
		e.escape(c, quoted)
		text = text[i+1+n:]
	}
	e.addLit(text, quoted)
}

func (e *expander) addLit(text string, quoted bool) {
	if text != "" {
		e.add(piece{text: text, quoted: quoted})
	}
}

// escape adds the character behind a backslash. Within quotes most backslashes
// stand for themselves.
func (e *expander) escape(c string, quoted bool) {
	special := "$`\\\n"
	if e.mode != asDoc {
		special += `"`
	}
	switch {
	case c == "\n":
	case quoted && !strings.Contains(special, c):
		e.add(piece{text: `\` + c, quoted: true})
	default:
		e.add(piece{text: c, quoted: true})
	}
}
