package shparse

import (
	"mvdan.cc/sh/v3/syntax"

	"github.com/stagefold/stagefold/convert/finding"
)

func (s *shell) ifClause(c *syntax.IfClause) flow {
	for ; c != nil; c = c.Else {
		if len(c.Cond) == 0 {
			return s.stmts(c.Then)
		}
		if f := s.condition(c.Cond); f != next {
			return f
		}
		if s.result.ask != nil && inertBranches(c) {
			s.r.reachBelow(c)
			return s.status(0)
		}
		if s.succeeded() {
			s.status(0)
			return s.stmts(c.Then)
		}
	}
	return s.status(0)
}

// condition runs the statements of a condition, where set -e doesn't act.
func (s *shell) condition(list []*syntax.Stmt) flow {
	s.guarded++
	s.asking++
	defer func() {
		s.guarded--
		s.asking--
	}()
	return s.stmts(list)
}

// inertBranches reports whether it makes no difference which branch of c is
// taken.
func inertBranches(c *syntax.IfClause) bool {
	for ; c != nil; c = c.Else {
		if !inert(c.Then) {
			return false
		}
		if c.Else != nil && len(c.Else.Cond) > 0 {
			return false
		}
	}
	return true
}

func inert(list []*syntax.Stmt) bool {
	for _, st := range list {
		if !inertStmt(st) {
			return false
		}
	}
	return true
}

// inertStmt reports whether st only talks to the person at the terminal.
func inertStmt(st *syntax.Stmt) bool {
	call, ok := st.Cmd.(*syntax.CallExpr)
	if !ok || len(call.Args) == 0 || len(call.Assigns) > 0 || st.Background {
		return false
	}
	for _, r := range st.Redirs {
		if r.Hdoc != nil || r.Op != syntax.DplOut && r.Word.Lit() != "/dev/null" && r.Word.Lit() != "/dev/stderr" {
			return false
		}
	}
	switch call.Args[0].Lit() {
	case "echo", "printf", ":", "true", "sleep":
		return !substitutes(call)
	}
	return false
}

// substitutes reports whether words run commands or set variables.
func substitutes(n syntax.Node) bool {
	found := false
	syntax.Walk(n, func(n syntax.Node) bool {
		switch n := n.(type) {
		case *syntax.CmdSubst, *syntax.ProcSubst, *syntax.ArithmExp:
			found = true
		case *syntax.ParamExp:
			found = found || n.Exp != nil && n.Exp.Op >= syntax.ErrorUnset && n.Exp.Op <= syntax.AssignUnsetOrNull
		case *syntax.Lit:
			found = found || n.Value == "-v"
		}
		return !found
	})
	return found
}

func (s *shell) caseClause(c *syntax.CaseClause) flow {
	word := s.r.refine(s.capture(c.Word, s.script.span(c.Word)))
	if s.pending != next {
		return s.pending
	}
	s.status(0)
	through := false
	for _, item := range c.Items {
		if !through && !s.caseMatches(c, item, word) {
			continue
		}
		if s.pending != next {
			return s.pending
		}
		if f := s.stmts(item.Stmts); f != next || item.Op == syntax.Break {
			return f
		}
		through = item.Op == syntax.Fallthrough
	}
	return next
}

func (s *shell) caseMatches(c *syntax.CaseClause, item *syntax.CaseItem, word Value) bool {
	for _, w := range item.Patterns {
		pat, known := s.patternOf(w)
		v := s.matches(word, pat, known)
		switch {
		case v == yes:
			return true
		case v == no:
			continue
		}
		if s.r.decide(s.matchQuestion(word, pat, known, caseText{s.script.text(c.Word), s.script.text(w)}, s.script.span(w))) {
			return true
		}
	}
	return false
}

// A caseText is how a question about a pattern reads.
type caseText struct{ word, pattern string }

func (s *shell) matchQuestion(word Value, pat string, known bool, t caseText, at finding.Range) *question {
	q := &question{
		text:  t.word + " matches " + t.pattern,
		span:  at,
		key:   "match:" + word.Key() + "\x00" + pat,
		holes: word.Holes(),
	}
	if !known {
		q.key += at.String()
		return q
	}
	h := word.hole()
	if m := s.r.t.matcher(pat, s.opts.nocasematch); h != nil && m != nil {
		if text, ok := m.isLiteral(); ok && !s.opts.nocasematch {
			q.key = "equal:" + word.Key() + "\x00" + text
			value := Lit(text)
			q.yes = []fact{{h, &value}}
		}
	}
	return q
}
