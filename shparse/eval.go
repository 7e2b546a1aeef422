package shparse

import (
	"cmp"
	"strconv"

	"mvdan.cc/sh/v3/syntax"
)

func (s *shell) stmts(list []*syntax.Stmt) flow {
	for _, st := range list {
		if f := s.stmt(st); f != next {
			return f
		}
	}
	return next
}

// stmt runs one statement. A background one runs at once: its effects are those
// that a wait behind it would see.
func (s *shell) stmt(st *syntax.Stmt) flow {
	if s.pending != next {
		return s.pending
	}
	if !s.step(st) {
		return stopped
	}
	s.r.reach(st)
	if st.Background || st.Coprocess {
		return s.background(st)
	}
	if st.Negated {
		return s.negated(st)
	}
	f := s.redirected(st)
	if s.pending != next {
		return s.pending
	}
	if f == next && s.guarded == 0 && s.opts.errexit && canExit(st.Cmd) {
		return s.errexit()
	}
	return f
}

// errexit ends the shell after a failure under set -e. A command whose status is
// unknown stands alone here, so nobody asks for its answer.
func (s *shell) errexit() flow {
	if s.result.ask != nil {
		s.result = result{}
	}
	if s.result.code != 0 {
		s.pending = quit
	}
	return s.pending
}

// canExit reports whether set -e looks at the status of a command. That of a
// list or a block was looked at inside.
func canExit(cmd syntax.Command) bool {
	switch cmd := cmd.(type) {
	case *syntax.CallExpr, *syntax.DeclClause, *syntax.Subshell, *syntax.TestClause, *syntax.ArithmCmd, *syntax.LetClause, *syntax.TimeClause:
		return true
	case *syntax.BinaryCmd:
		return cmd.Op == syntax.Pipe || cmd.Op == syntax.PipeAll
	}
	return false
}

func (s *shell) background(st *syntax.Stmt) flow {
	sub := s.fork()
	one := *st
	one.Background, one.Coprocess = false, false
	sub.stmt(&one)
	s.job = s.hole(System, "$!", st)
	if s.r.halted {
		return s.stop()
	}
	return s.status(0)
}

// stop hands on that the run has ended.
func (s *shell) stop() flow {
	s.pending = stopped
	return stopped
}

func (s *shell) negated(st *syntax.Stmt) flow {
	s.guarded++
	s.asking++
	f := s.redirected(st)
	s.guarded--
	s.asking--
	if f != next {
		return f
	}
	if q := s.result.ask; q != nil {
		opposite := *q
		opposite.negated, opposite.loose = !q.negated, false
		opposite.yes, opposite.no = q.no, q.yes
		opposite.text = "! " + q.text
		s.result = result{ask: &opposite}
		return next
	}
	if s.result.code == 0 {
		return s.status(1)
	}
	return s.status(0)
}

// redirected runs the command of st with its redirections. A simple command
// looks after its own: they are a part of its operation.
func (s *shell) redirected(st *syntax.Stmt) flow {
	if len(st.Redirs) == 0 || isSimple(st.Cmd) {
		return s.command(st)
	}
	saved := s.saveFiles()
	effects, ok := s.redirect(st.Redirs)
	if !ok {
		return s.pending
	}
	s.noteRedirects(st.Redirs, s.opened(effects))
	f := s.command(st)
	s.restoreFiles(saved)
	return f
}

func isSimple(cmd syntax.Command) bool {
	switch cmd.(type) {
	case nil, *syntax.CallExpr, *syntax.DeclClause:
		return true
	}
	return false
}

func (s *shell) command(st *syntax.Stmt) flow {
	switch cmd := st.Cmd.(type) {
	case nil:
		return s.call(st, &syntax.CallExpr{})
	case *syntax.CallExpr:
		return s.call(st, cmd)
	case *syntax.DeclClause:
		return s.declare(st, cmd)
	case *syntax.BinaryCmd:
		return s.binary(cmd)
	case *syntax.Block:
		return s.stmts(cmd.Stmts)
	case *syntax.Subshell:
		return s.inSubshell(cmd)
	case *syntax.IfClause:
		return s.ifClause(cmd)
	case *syntax.WhileClause:
		return s.while(cmd)
	case *syntax.ForClause:
		return s.forClause(cmd)
	case *syntax.CaseClause:
		return s.caseClause(cmd)
	case *syntax.FuncDecl:
		return s.funcDecl(cmd)
	case *syntax.TestClause:
		return s.testClause(cmd)
	case *syntax.ArithmCmd:
		return s.arithmCommand(cmd.X, cmd)
	case *syntax.LetClause:
		return s.let(cmd)
	case *syntax.TimeClause:
		return s.timed(cmd)
	}
	return s.fail("SF005", st.Cmd, "%q is not understood", s.script.text(st.Cmd))
}

func (s *shell) funcDecl(d *syntax.FuncDecl) flow {
	if d.Name == nil {
		return s.fail("SF005", d, "the function has no name")
	}
	s.define(d.Name.Value, &function{script: s.script, body: d.Body})
	return s.status(0)
}

func (s *shell) timed(cmd *syntax.TimeClause) flow {
	if cmd.Stmt == nil {
		return s.status(0)
	}
	return s.stmt(cmd.Stmt)
}

// inSubshell runs statements in a shell of their own.
func (s *shell) inSubshell(cmd *syntax.Subshell) flow {
	sub := s.fork()
	sub.begin(s.script.path, int(cmd.Lparen.Offset()))
	sub.stmts(cmd.Stmts)
	sub.runExitTrap()
	s.result = sub.result
	if s.r.halted {
		return s.stop()
	}
	return next
}

func (s *shell) binary(b *syntax.BinaryCmd) flow {
	if b.Op == syntax.Pipe || b.Op == syntax.PipeAll {
		return s.pipe(b)
	}
	f := s.left(b)
	if f != next {
		return f
	}
	if s.result.ask != nil && inertStmt(b.Y) {
		s.r.reach(b.Y)
		return s.status(0)
	}
	if s.succeeded() != (b.Op == syntax.AndStmt) {
		return next
	}
	return s.stmt(b.Y)
}

// left runs what is in front of && or ||. Where "A && exit" would end the script,
// A is asked: nobody writes such a line in order to stop always.
func (s *shell) left(b *syntax.BinaryCmd) flow {
	s.guarded++
	defer func() { s.guarded-- }()
	if b.Op == syntax.AndStmt && leaves(b.Y) {
		return s.condition([]*syntax.Stmt{b.X})
	}
	return s.stmt(b.X)
}

// leaves reports whether st ends with exit or return.
func leaves(st *syntax.Stmt) bool {
	switch cmd := st.Cmd.(type) {
	case *syntax.CallExpr:
		return len(cmd.Args) > 0 && (cmd.Args[0].Lit() == "exit" || cmd.Args[0].Lit() == "return")
	case *syntax.Block:
		return len(cmd.Stmts) > 0 && leaves(cmd.Stmts[len(cmd.Stmts)-1])
	case *syntax.BinaryCmd:
		return leaves(cmd.Y)
	}
	return false
}

// pipe runs the commands of a pipeline one after the other, each on what the
// one before it printed.
func (s *shell) pipe(b *syntax.BinaryCmd) flow {
	stages := stagesOf(b)
	in := s.in
	results := make([]result, 0, len(stages))
	for i, st := range stages {
		sub := s.fork()
		sub.in = in
		if i < len(stages)-1 {
			sub.out = &output{kind: captured}
			if s.pipesErrors(b, st) {
				sub.err = sub.out
			}
		} else if s.opts.lastpipe {
			sub.vars = s.vars
		}
		sub.stmt(st)
		if s.r.halted {
			return s.stop()
		}
		in = sub.out.asInput()
		results = append(results, sub.result)
	}
	s.statuses = results
	s.result = s.pipelineResult(results)
	return next
}

// stagesOf lists the commands of a pipeline.
func stagesOf(b *syntax.BinaryCmd) []*syntax.Stmt {
	if left, ok := b.X.Cmd.(*syntax.BinaryCmd); ok && isPipe(left) && len(b.X.Redirs) == 0 && !b.X.Negated {
		return append(stagesOf(left), b.Y)
	}
	return []*syntax.Stmt{b.X, b.Y}
}

func isPipe(b *syntax.BinaryCmd) bool { return b.Op == syntax.Pipe || b.Op == syntax.PipeAll }

// pipesErrors reports whether st is on the left of |&.
func (s *shell) pipesErrors(b *syntax.BinaryCmd, st *syntax.Stmt) bool {
	for b.X != st {
		left, ok := b.X.Cmd.(*syntax.BinaryCmd)
		if !ok || b.Y == st {
			return false
		}
		if left.Y == st {
			break
		}
		b = left
	}
	return b.Op == syntax.PipeAll
}

// pipelineResult is the status of the last command, or under pipefail that of
// the last one that failed.
func (s *shell) pipelineResult(results []result) result {
	last := results[len(results)-1]
	if !s.opts.pipefail {
		return last
	}
	var asked []*question
	for i := len(results) - 1; i >= 0; i-- {
		switch r := results[i]; {
		case r.ask != nil:
			asked = append(asked, r.ask)
		case r.code != 0:
			if len(asked) > 0 {
				r.failed = cmp.Or(r.failed, allOf(asked).failure())
			}
			return r
		}
	}
	return result{ask: allOf(asked)}
}

// allOf is the question whether all of list are answered with yes, nil where the
// list is empty.
func allOf(list []*question) *question {
	if len(list) < 2 {
		if len(list) == 0 {
			return nil
		}
		return list[0]
	}
	all := *list[0]
	all.key, all.negated, all.no = "all:", false, nil
	all.yes, all.holes = nil, nil
	for _, q := range list {
		all.key += strconv.FormatBool(q.negated) + q.key + "\x00"
		all.loose = all.loose || q.loose
		all.yes = append(all.yes, q.yes...)
		all.holes = append(all.holes, q.holes...)
	}
	return &all
}
