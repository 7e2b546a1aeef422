package shparse

import (
	"slices"

	"mvdan.cc/sh/v3/syntax"
)

// A fate says what becomes of a statement.
type fate uint8

const (
	stays fate = iota
	// spent holds something that goes, and what else it holds has no effect
	// but its status, which can't be known.
	spent
	// gone goes as a whole; it is taken to have succeeded.
	gone
)

// judgeAll settles the fate of every statement, given the operations, variables
// and functions that go.
func (e *eraser) judgeAll() {
	e.fates = map[*syntax.Stmt]fate{}
	e.forced = map[*syntax.Assign]bool{}
	e.looks = map[look]bool{}
	e.captures = map[*syntax.Assign]bool{}
	for _, l := range e.listings {
		e.judgeList(l.file.Stmts, idle)
	}
}

// going reports whether s has been judged to go.
func (e *eraser) going(s *syntax.Stmt) bool { return e.fates[s] != stays }

// judge settles the fate of s. What is of the natures in lost dies with the
// surroundings of s anyway.
func (e *eraser) judge(s *syntax.Stmt, lost nature) fate {
	f := e.judgeCommand(s, lost)
	if _, call := s.Cmd.(*syntax.CallExpr); !call && f != stays && !harmless(s.Redirs) {
		f = stays
	}
	switch own := max(e.void[s], e.sites[s]); {
	case e.dropped[s]:
		f = gone
	case own != stays:
		f = own
	}
	e.fates[s] = f
	return f
}

func (e *eraser) judgeCommand(s *syntax.Stmt, lost nature) fate {
	switch c := s.Cmd.(type) {
	case *syntax.CallExpr:
		return e.judgeCall(s, c)
	case *syntax.DeclClause:
		return e.judgeAssigns(c.Args)
	case *syntax.Block:
		return e.judgeList(c.Stmts, lost)
	case *syntax.Subshell:
		return e.judgeList(c.Stmts, inside)
	case *syntax.BinaryCmd:
		return e.judgeBinary(c, lost)
	case *syntax.IfClause:
		return e.judgeIf(c, lost)
	case *syntax.WhileClause:
		return e.judgeWhile(c, lost)
	case *syntax.ForClause:
		return e.judgeFor(c, lost)
	case *syntax.CaseClause:
		return e.judgeCase(c, lost)
	case *syntax.FuncDecl:
		return e.judgeFunc(c)
	case *syntax.TimeClause:
		if c.Stmt != nil {
			return e.judge(c.Stmt, lost)
		}
	case *syntax.CoprocClause:
		return e.judge(c.Stmt, lost)
	}
	return stays
}

// judgeList settles the fates of a list. The list itself is spent when all that
// it keeps is lost with it.
func (e *eraser) judgeList(list []*syntax.Stmt, lost nature) fate {
	for _, s := range list {
		e.judge(s, lost)
	}
	e.judgeStatuses(list)
	e.judgeAnnouncements(list)

	left := slices.ContainsFunc(list, func(s *syntax.Stmt) bool { return e.fates[s] != gone })
	touched := slices.ContainsFunc(list, e.going)
	switch {
	case !touched:
		return stays
	case !left:
		return gone
	case slices.ContainsFunc(list, func(s *syntax.Stmt) bool { return !e.going(s) && !e.leavesNothing(s, lost) }):
		return stays
	}
	return spent
}

func (e *eraser) judgeCall(s *syntax.Stmt, c *syntax.CallExpr) fate {
	switch {
	case len(c.Args) == 0:
		return e.judgeAssigns(c.Assigns)
	case e.dead[s], e.trapsOnlyLost(c), e.unsetsLost(c):
		return gone
	case e.lost[staticWord(c.Args[0])]:
		if e.callDoubts(s) {
			return spent
		}
		return gone
	}
	return stays
}

// trapsOnlyLost reports whether c is a trap whose command is a function that goes.
func (e *eraser) trapsOnlyLost(c *syntax.CallExpr) bool {
	return len(c.Args) > 2 && staticWord(c.Args[0]) == "trap" && e.lost[staticWord(c.Args[1])]
}

// unsetsLost reports whether c is an unset of variables of which no assignment is
// left.
func (e *eraser) unsetsLost(c *syntax.CallExpr) bool {
	if staticWord(c.Args[0]) != "unset" || len(c.Args) < 2 {
		return false
	}
	return !slices.ContainsFunc(c.Args[1:], func(w *syntax.Word) bool { return !e.isLost(staticWord(w)) })
}

// isLost reports whether the variable called name was assigned, and only by what
// goes.
func (e *eraser) isLost(name string) bool {
	lost := false
	for _, w := range e.vars.writes {
		if w.name != name {
			continue
		}
		a, _ := w.node.(*syntax.Assign)
		if !e.dead[w.node] && (a == nil || !e.forced[a]) {
			return false
		}
		lost = true
	}
	return lost
}

// judgeAssigns says what becomes of assignments: gone where each of them goes.
func (e *eraser) judgeAssigns(list []*syntax.Assign) fate {
	some := false
	for _, a := range list {
		if a.Name == nil {
			continue // an option such as -r
		}
		if !e.assignGoes(a) {
			return stays
		}
		some = true
	}
	if some {
		return gone
	}
	return stays
}

// assignGoes reports whether a is dead, or captures only what goes.
func (e *eraser) assignGoes(a *syntax.Assign) bool {
	if e.dead[a] || e.forced[a] {
		return true
	}
	goes, known := e.captures[a]
	if !known {
		goes = e.capturesOnlyGone(a)
		e.captures[a] = goes
	}
	if goes {
		e.forced[a] = true
	}
	return goes
}

func (e *eraser) capturesOnlyGone(a *syntax.Assign) bool {
	captures, fine := false, true
	syntax.Walk(a, func(n syntax.Node) bool {
		sub, ok := n.(*syntax.CmdSubst)
		if !ok {
			return true
		}
		if e.judgeList(sub.Stmts, quiet|inside) != stays {
			captures = true
		} else {
			fine = fine && e.allLeaveNothing(sub.Stmts, quiet|inside)
		}
		return false
	})
	return captures && fine
}

func (e *eraser) judgeBinary(b *syntax.BinaryCmd, lost nature) fate {
	if isPipe(b) {
		return e.judgePipe(b)
	}
	x, y := e.judge(b.X, lost), e.judge(b.Y, lost)
	if isAnd(b) {
		if x == stays && y == gone && e.announces(b.X) {
			x = gone
			e.fates[b.X] = gone
		}
		return e.judgeAnd(b, x, y, lost)
	}
	return e.judgeOr(b, x, y, lost)
}

// isAnd reports whether Y runs when the command of X succeeds: "a && b", and
// "! a || b".
func isAnd(b *syntax.BinaryCmd) bool { return (b.Op == syntax.AndStmt) != b.X.Negated }

func (e *eraser) judgeAnd(b *syntax.BinaryCmd, x, y fate, lost nature) fate {
	switch {
	case x == gone && y == gone:
		return gone
	case x != stays && y != stays:
		return spent
	case x == stays && y != stays && e.leavesNothing(b.X, lost):
		return spent
	case x != stays && e.asks(b.X) && e.idle[b.Y]:
		return spent
	}
	return stays
}

func (e *eraser) judgeOr(b *syntax.BinaryCmd, x, y fate, lost nature) fate {
	switch {
	case x != stays && e.asks(b.X) && e.idle[b.Y]:
		return gone
	case x != stays && e.doubts(b.X) && y == stays && !e.leavesNothing(b.Y, idle):
		return stays
	case x == gone && (y != stays || e.handles([]*syntax.Stmt{b.Y})):
		return gone
	case x == spent && (y != stays || e.leavesNothing(b.Y, idle)):
		return spent
	case x == stays && y != stays && e.leavesNothing(b.X, lost):
		return spent
	}
	return stays
}

// judgePipe lets a pipeline go when some of it goes and the rest only feeds or
// filters.
func (e *eraser) judgePipe(b *syntax.BinaryCmd) fate {
	some := false
	for _, s := range stagesOf(b) {
		some = e.judge(s, inside|quiet) != stays || some
	}
	if !some {
		return stays
	}
	for _, s := range stagesOf(b) {
		if !e.going(s) && !e.leavesNothing(s, quiet|inside) {
			return stays
		}
	}
	return gone
}

// A branch is one arm of an if: "if" and "elif" have a condition, "else" has none.
type branch struct {
	clause *syntax.IfClause
	cond   []*syntax.Stmt
	body   []*syntax.Stmt
}

func branches(c *syntax.IfClause) []branch {
	var out []branch
	for ; c != nil; c = c.Else {
		out = append(out, branch{c, c.Cond, c.Then})
	}
	return out
}

func (e *eraser) judgeIf(c *syntax.IfClause, lost nature) fate {
	all := branches(c)
	touched, empty, free, asks := false, true, true, false
	for _, b := range all {
		cond := e.judgeList(b.cond, lost)
		body := e.judgeList(b.body, lost)
		touched = touched || cond != stays || body != stays
		asks = asks || e.asks(b.cond...)
		empty = empty && (body != stays || asks && e.nothingIn(b.body))
		free = free && (cond != stays || e.allLeaveNothing(b.cond, lost|isQuery))
	}
	if touched && empty && free || e.decidesOnGone(all) {
		return gone
	}
	return stays
}

// nothingIn reports whether a list never runs, or has no effect.
func (e *eraser) nothingIn(list []*syntax.Stmt) bool {
	return len(list) > 0 && e.idle[list[0]] || e.allLeaveNothing(list, idle)
}

// decidesOnGone reports whether an if asks for the success of a command that
// goes, and has nothing to do but to report on it.
func (e *eraser) decidesOnGone(all []branch) bool {
	cond := all[0].cond
	last := cond[len(cond)-1]
	if slices.ContainsFunc(cond, func(s *syntax.Stmt) bool { return e.fates[s] != gone || e.asks(s) }) {
		return false
	}
	reports := func(b branch) bool { return e.allLeaveNothing(b.body, quiet) }
	fails := func(b branch) bool { return e.handles(b.body) }
	if last.Negated {
		reports, fails = fails, reports
	}
	return reports(all[0]) && !slices.ContainsFunc(all[1:], func(b branch) bool { return !fails(b) })
}

func (e *eraser) judgeWhile(c *syntax.WhileClause, lost nature) fate {
	cond := e.judgeList(c.Cond, lost)
	body := e.judgeList(c.Do, lost)
	switch {
	case body != stays && (cond != stays || e.allLeaveNothing(c.Cond, lost|isState)):
		return gone
	case cond != stays && e.allLeaveNothing(c.Do, aside):
		return gone // it waited for what goes
	}
	return stays
}

func (e *eraser) judgeFor(c *syntax.ForClause, lost nature) fate {
	if e.judgeList(c.Do, lost) != stays && !c.Select && e.pure(c.Loop) {
		return gone
	}
	return stays
}

func (e *eraser) judgeCase(c *syntax.CaseClause, lost nature) fate {
	touched, empty := false, e.pure(c.Word)
	for _, item := range c.Items {
		body := e.judgeList(item.Stmts, lost)
		touched = touched || body != stays
		empty = empty && (body != stays || e.allLeaveNothing(item.Stmts, idle))
	}
	if touched && empty {
		return gone
	}
	return stays
}

// judgeFunc judges the body of a function; the declaration goes only once
// loseFunctions has seen that nothing else needs it.
func (e *eraser) judgeFunc(c *syntax.FuncDecl) fate {
	e.judge(c.Body, idle|isLocal|isReturn)
	if c.Name != nil && e.lost[c.Name.Value] {
		return gone
	}
	return stays
}
