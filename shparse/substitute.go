package shparse

import (
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

// substitute runs the commands of $(...) and returns what they print, without
// line ends behind it.
func (s *shell) substitute(cs *syntax.CmdSubst) Value {
	if cs.TempFile || cs.ReplyVar {
		s.fail("SF005", cs, "%q is not a form of bash", s.script.text(cs))
		return nil
	}
	if v, ok := s.readFile(cs); ok {
		return v
	}
	sub := s.captureOutput()
	if !sub.enter(s.script.span(cs)) {
		s.pending = stopped
		return nil
	}
	sub.calls = s.calls
	sub.stmts(cs.Stmts)
	sub.runExitTrap()
	s.result = sub.result
	if s.r.halted {
		s.pending = stopped
		return nil
	}
	s.substituted++
	return trimLines(s.outputOf(sub.out, cs))
}

func (s *shell) captureOutput() *shell {
	sub := s.fork()
	sub.out = &output{kind: captured}
	sub.opts.errexit = s.opts.errexit && s.script.posix
	return sub
}

// outputOf is what the commands of cs printed. Output that can't be known as a
// whole makes one hole, which has all the commands as its name.
func (s *shell) outputOf(o *output, cs *syntax.CmdSubst) Value {
	if !o.opaque {
		return o.text
	}
	name := ""
	if n := len(cs.Stmts); n > 0 {
		name = s.script.slice(cs.Stmts[0].Pos(), cs.Stmts[n-1].End())
	}
	return Value{{Hole: s.hole(Output, name, cs)}}
}

// readFile is $(<file).
func (s *shell) readFile(cs *syntax.CmdSubst) (Value, bool) {
	if len(cs.Stmts) != 1 || cs.Stmts[0].Cmd != nil || len(cs.Stmts[0].Redirs) != 1 {
		return nil, false
	}
	r := cs.Stmts[0].Redirs[0]
	if r.Op != syntax.RdrIn {
		return nil, false
	}
	saved := s.saveFiles()
	defer s.restoreFiles(saved)
	effects, ok := s.redirect(cs.Stmts[0].Redirs)
	if !ok {
		return nil, true
	}
	s.noteRedirects(cs.Stmts[0].Redirs, effects)
	s.status(0)
	if s.in.text == nil {
		return Value{{Hole: s.hole(Contents, s.in.file.String(), cs)}}, true
	}
	return trimLines(*s.in.text), true
}

// trimLines drops the line ends at the end of v.
func trimLines(v Value) Value {
	v = v.merged()
	for len(v) > 0 && v[len(v)-1].Hole == nil {
		last := len(v) - 1
		short := strings.TrimRight(v[last].Lit, "\n")
		if short != "" {
			return v[:last:last].Concat(Lit(short))
		}
		v = v[:last]
	}
	return v
}

// runProcess runs <(...) and returns its output as an input.
func (s *shell) runProcess(ps *syntax.ProcSubst) *input {
	sub := s.captureOutput()
	sub.stmts(ps.Stmts)
	if s.r.halted {
		s.pending = stopped
	}
	return sub.out.asInput()
}

// runWriter runs the commands of >(...).
func (s *shell) runWriter(ps *syntax.ProcSubst) {
	sub := s.fork()
	sub.in = &input{}
	sub.stmts(ps.Stmts)
	if s.r.halted {
		s.pending = stopped
	}
}

// processFile is the name of the file that stands for <(...) or >(...).
func (s *shell) processFile(ps *syntax.ProcSubst) Value {
	if ps.Op == syntax.CmdOut {
		s.runWriter(ps)
	} else {
		s.runProcess(ps)
	}
	return Value{{Hole: s.hole(System, s.script.text(ps), ps)}}
}
