package shparse

import (
	"maps"
	"strconv"
	"strings"

	"mvdan.cc/sh/v3/syntax"

	"github.com/stagefold/stagefold/convert/finding"
)

// redirect applies redirections to the file descriptors of s, and returns what
// they read. Files that they write are written by what is printed to them.
func (s *shell) redirect(redirs []*syntax.Redirect) ([]Effect, bool) {
	var effects []Effect
	for _, r := range redirs {
		effects = append(effects, s.redirectOne(r)...)
		if s.pending != next {
			return nil, false
		}
	}
	return effects, true
}

func (s *shell) redirectOne(r *syntax.Redirect) []Effect {
	switch r.Op {
	case syntax.Hdoc, syntax.DashHdoc:
		text := s.document(r)
		return s.setInput(r, &input{text: known(text), doc: s.heredoc(r, text)})
	case syntax.WordHdoc:
		return s.setInput(r, &input{text: known(s.capture(r.Word, s.script.span(r.Word)).line())})
	case syntax.RdrIn, syntax.RdrInOut:
		return s.readFrom(r)
	case syntax.DplIn:
		return s.duplicateInput(r)
	case syntax.DplOut:
		return s.duplicate(r)
	case syntax.RdrAll, syntax.AppAll:
		o := s.outputTo(r)
		s.out, s.err = o, o
		return nil
	}
	s.setOutput(r, s.outputTo(r))
	return nil
}

// document expands the body of a here-document. Tabs of <<- go from what the
// author wrote, not from what expansions yield.
func (s *shell) document(r *syntax.Redirect) Value {
	if r.Hdoc == nil {
		return nil
	}
	w := r.Hdoc
	if r.Op == syntax.DashHdoc {
		w = withoutTabs(w)
	}
	if isQuoted(r.Word) {
		return rawText(w)
	}
	outer := s.captured
	s.captured = s.script.span(r.Word)
	defer func() { s.captured = outer }()
	return s.textAs(w, asDoc)
}

// heredoc is the here-document where text is its body as it stands, else nil.
func (s *shell) heredoc(r *syntax.Redirect, text Value) *Heredoc {
	body, ok := text.Known()
	if !ok || body == "" || s.script.at != (finding.Range{}) {
		return nil
	}
	// The parser's word goes on to the end of the closing delimiter.
	last, whole := strings.CutPrefix(s.script.text(r.Hdoc), body)
	if !whole || strings.Contains(last, "\n") {
		return nil
	}
	span := s.script.span(r.Hdoc)
	span.End = finding.At(span.Start.Offset+len(body), int(span.Start.Line)+strings.Count(body, "\n"), 1)
	return &Heredoc{Body: span, Delimiter: s.script.span(r.Word), Quoted: isQuoted(r.Word), Dash: r.Op == syntax.DashHdoc}
}

// isQuoted reports whether a here-document's delimiter is quoted, so that its
// body is taken as it stands.
func isQuoted(w *syntax.Word) bool {
	for _, p := range w.Parts {
		lit, ok := p.(*syntax.Lit)
		if !ok || strings.Contains(lit.Value, `\`) {
			return true
		}
	}
	return false
}

func rawText(w *syntax.Word) Value {
	var b strings.Builder
	for _, p := range w.Parts {
		if lit, ok := p.(*syntax.Lit); ok {
			b.WriteString(lit.Value)
		}
	}
	return Lit(b.String())
}

// withoutTabs returns the body of <<- without the tabs at the start of lines.
func withoutTabs(w *syntax.Word) *syntax.Word {
	out := &syntax.Word{}
	fresh := true
	for _, p := range w.Parts {
		lit, ok := p.(*syntax.Lit)
		if !ok {
			fresh = false
			out.Parts = append(out.Parts, p)
			continue
		}
		lines := strings.SplitAfter(lit.Value, "\n")
		for i := range lines {
			if fresh || i > 0 {
				lines[i] = strings.TrimLeft(lines[i], "\t")
			}
		}
		c := *lit
		c.Value = strings.Join(lines, "")
		fresh = strings.HasSuffix(lit.Value, "\n")
		out.Parts = append(out.Parts, &c)
	}
	return out
}

// setInput connects standard input, or another descriptor, to in.
func (s *shell) setInput(r *syntax.Redirect, in *input) []Effect {
	if fd := fdOf(r, 0); fd != 0 {
		ins := maps.Clone(s.ins)
		if ins == nil {
			ins = map[int]*input{}
		}
		ins[fd] = in
		s.ins = ins
		return nil
	}
	s.in = in
	return nil
}

func fdOf(r *syntax.Redirect, usual int) int {
	if r.N == nil {
		return usual
	}
	fd, err := strconv.Atoi(r.N.Value)
	if err != nil {
		return -1
	}
	return fd
}

// readFrom is < file. Reading a process substitution reads what its command
// prints.
func (s *shell) readFrom(r *syntax.Redirect) []Effect {
	if ps, ok := processOf(r.Word); ok {
		return s.setInput(r, s.runProcess(ps))
	}
	val := s.capture(r.Word, s.script.span(r.Word))
	path := relPath(s.dir, val)
	if name, ok := path.Known(); ok && strings.HasPrefix(name, "/dev/") {
		return s.setInput(r, deviceInput(name))
	}
	in := &input{file: path}
	if text, ok := s.contents(path); ok {
		in.text = &text
	}
	s.setInput(r, in)
	return []Effect{{Verb: ReadFile, Path: path}}
}

func deviceInput(name string) *input {
	if name == "/dev/null" {
		return &input{text: &Value{}}
	}
	return &input{}
}

func processOf(w *syntax.Word) (*syntax.ProcSubst, bool) {
	if len(w.Parts) != 1 {
		return nil, false
	}
	ps, ok := w.Parts[0].(*syntax.ProcSubst)
	return ps, ok && ps.Op == syntax.CmdIn
}

// duplicateInput is <&N.
func (s *shell) duplicateInput(r *syntax.Redirect) []Effect {
	fd, err := strconv.Atoi(r.Word.Lit())
	if err != nil {
		return nil
	}
	if in, ok := s.ins[fd]; ok {
		return s.setInput(r, in)
	}
	return nil
}

// duplicate is >&N, or >&file.
func (s *shell) duplicate(r *syntax.Redirect) []Effect {
	target, known := s.capture(r.Word, s.script.span(r.Word)).Known()
	fd, err := strconv.Atoi(target)
	switch {
	case known && target == "-":
		s.setOutput(r, &output{kind: discarded})
	case known && err == nil:
		s.setOutput(r, s.fd(fd))
	default:
		o := s.outputTo(r)
		s.out, s.err = o, o
	}
	return nil
}

// fd returns what a descriptor leads to.
func (s *shell) fd(n int) *output {
	switch n {
	case 1:
		return s.out
	case 2:
		return s.err
	}
	if o, ok := s.fds[n]; ok {
		return o
	}
	return &output{kind: discarded}
}

func (s *shell) setOutput(r *syntax.Redirect, o *output) {
	switch fd := fdOf(r, 1); fd {
	case 1:
		s.out = o
	case 2:
		s.err = o
	default:
		fds := maps.Clone(s.fds)
		if fds == nil {
			fds = map[int]*output{}
		}
		fds[fd] = o
		s.fds = fds
	}
}

// outputTo is the file, or device, that > names.
func (s *shell) outputTo(r *syntax.Redirect) *output {
	if len(r.Word.Parts) == 1 {
		if ps, ok := r.Word.Parts[0].(*syntax.ProcSubst); ok {
			s.runWriter(ps)
			return &output{kind: discarded}
		}
	}
	path := relPath(s.dir, s.capture(r.Word, s.script.span(r.Word)))
	if name, ok := path.Known(); ok {
		switch {
		case name == "/dev/stdout":
			return s.out
		case name == "/dev/stderr":
			return s.err
		case strings.HasPrefix(name, "/dev/"):
			return &output{kind: discarded}
		}
	}
	return &output{kind: toFile, path: path, append: r.Op == syntax.AppOut || r.Op == syntax.AppAll}
}
