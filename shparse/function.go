package shparse

import "github.com/stagefold/stagefold/convert/finding"

// enter counts a nested call, and ends the run where there are too many.
func (s *shell) enter(at finding.Range) bool {
	if s.depth >= s.r.t.conf.Limits.Depth {
		s.r.fail(finding.New("SF002", at, "calls are nested more than %d deep", s.depth))
		s.pending = stopped
		return false
	}
	s.depth++
	s.calls = append(s.calls[:len(s.calls):len(s.calls)], at)
	return true
}

func (s *shell) exitCall() {
	s.depth--
	s.calls = s.calls[:len(s.calls)-1]
}

// callFunction runs a function. Its redirections hold for its whole body.
func (s *shell) callFunction(name string, fn *function, c *command) flow {
	if !s.enter(c.op.Range) {
		return stopped
	}
	defer s.exitCall()
	s.openFor(c)

	outerArgs, outerScript, outerScope, loops := s.args, s.script, s.vars, s.loops
	s.args = paramsOf(c.argv[1:], c.op.Range)
	s.script = fn.script
	s.vars = &scope{up: s.vars, function: true}
	s.names = append(s.names[:len(s.names):len(s.names)], name)
	s.loops = 0
	s.returns++
	f := s.stmt(fn.body)
	s.returns--
	s.names = s.names[:len(s.names)-1]
	s.args, s.script, s.vars, s.loops = outerArgs, outerScript, outerScope, loops
	return s.endCall(f)
}

// endCall is where return ends.
func (s *shell) endCall(f flow) flow {
	if f == back {
		s.pending = next
		return next
	}
	return f
}

// openFor makes the files that the redirections of a called function or script
// write.
func (s *shell) openFor(c *command) {
	effects := s.opened(c.effects)
	if len(effects) == 0 {
		return
	}
	op := s.newOp(c.op.Range)
	s.r.emit(op, &Host{Name: ">", Effects: effects}, effects)
}

// source runs a file in this very shell.
func (s *shell) source(c *command) flow {
	if len(c.argv) < 2 {
		return s.status(2)
	}
	sc, ok := s.loadScript(c, relPath(s.dir, c.argv[1].Value))
	if !ok {
		return s.pending
	}
	args := s.args
	if len(c.argv) > 2 {
		s.args = paramsOf(c.argv[2:], c.op.Range)
	}
	s.sources = append(s.sources[:len(s.sources):len(s.sources)], absPath(Lit(sc.path)))
	f := s.runText(c, sc)
	s.sources = s.sources[:len(s.sources)-1]
	if len(c.argv) > 2 {
		s.args = args
	}
	return f
}

// runText runs the statements of another text in this shell.
func (s *shell) runText(c *command, sc *script) flow {
	if !s.enter(c.op.Range) {
		return stopped
	}
	defer s.exitCall()
	s.openFor(c)
	outer := s.script
	s.script = sc
	s.returns++
	s.status(0)
	f := s.stmts(sc.file.Stmts)
	s.returns--
	s.script = outer
	return s.endCall(f)
}

// runExitTrap runs the command of trap ... EXIT. The status stays what it was.
func (s *shell) runExitTrap() {
	if s.exit == nil || s.r.halted {
		return
	}
	t := *s.exit
	s.exit = nil
	saved := s.result
	sc, ok := s.r.t.snippet(t.text, t.at)
	if !ok {
		s.r.halted = true
		return
	}
	s.script, s.pending, s.guarded, s.asking = sc, next, 0, 0
	if f := s.stmts(sc.file.Stmts); f != quit {
		s.result = saved
	}
}
