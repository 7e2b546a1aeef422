package shparse

import (
	"slices"

	"mvdan.cc/sh/v3/syntax"

	"github.com/stagefold/stagefold/convert/finding"
)

// check makes sure that what goes is just what must go: every operation that
// must, none that has an effect and must not, and nothing that what stays reads.
func (e *eraser) check() []finding.Finding {
	findings := e.checkRoutes()
	if e.isIdle() {
		return findings
	}
	return slices.Concat(findings, e.checkStatuses(), e.checkReads(), e.checkJobs())
}

func (e *eraser) checkRoutes() []finding.Finding {
	var findings []finding.Finding
	for _, r := range e.routes {
		goes := e.erases(r)
		switch {
		case r.drop && !goes:
			findings = append(findings, finding.New("SF030", r.op.Range, "%q must go, but %s", commandText(r.op), e.obstacle(r)))
		case !r.drop && goes && !effectless(r.op):
			findings = append(findings, finding.New("SF030", r.op.Range, "%q would go too, together with commands that must go", commandText(r.op)))
		}
	}
	return findings
}

// obstacle says why a run that must go stays.
func (e *eraser) obstacle(r route) string {
	own := r.own()
	if !e.dropped[own.stmt] {
		return "the same line also runs for something that stays"
	}
	inner := own.stmt
	for s := own.in.up[inner]; s != nil; inner, s = s, own.in.up[s] {
		if why := obstacleAt(s, inner); why != "" {
			return why
		}
	}
	return "the command around it stays"
}

// obstacleAt says how s uses the statement inner directly below it, and "" where
// it doesn't.
func obstacleAt(s, inner *syntax.Stmt) string {
	switch c := s.Cmd.(type) {
	case *syntax.BinaryCmd:
		switch {
		case isPipe(c) && inner == c.X:
			return "its output is read by a command that stays"
		case isPipe(c):
			return "it reads the output of a command that stays"
		case inner == c.X && !isAnd(c):
			return "a command that stays runs when it fails"
		}
	case *syntax.IfClause:
		for _, b := range branches(c) {
			if slices.Contains(b.cond, inner) {
				return "its status decides what else is done"
			}
		}
	case *syntax.WhileClause:
		if slices.Contains(c.Cond, inner) {
			return "its status decides how long a loop runs"
		}
	case *syntax.CallExpr, *syntax.DeclClause:
		return "its output is used by what stays"
	}
	return ""
}

// checkStatuses finds the uses of $? behind a statement that goes.
func (e *eraser) checkStatuses() []finding.Finding {
	var findings []finding.Finding
	for _, l := range e.listings {
		syntax.Walk(l.file, func(n syntax.Node) bool {
			for _, list := range listsOf(n) {
				findings = append(findings, e.statusUses(l, list)...)
			}
			return true
		})
	}
	return findings
}

func (e *eraser) statusUses(l *listing, list []*syntax.Stmt) []finding.Finding {
	var findings []finding.Finding
	for i := 1; i < len(list); i++ {
		if e.going(list[i]) || !e.going(list[i-1]) || !e.stillThere(l, list[i]) {
			continue
		}
		first := firstCommand(list[i])
		for _, name := range []string{"?", "PIPESTATUS", "_"} {
			if readsParam(first, name) {
				findings = append(findings, finding.New("SF031", l.rangeOf(l.command(list[i])), "%q is the result of a command that must go", "$"+name))
			}
		}
	}
	return findings
}

func (e *eraser) stillThere(l *listing, n syntax.Node) bool {
	at := offset(n.Pos())
	return !e.erased[l].contains(span{at, at + 1})
}

// checkReads finds what stays and reads a variable whose value goes: one that
// held the output or status of an erased command, or that an erased loop counted.
func (e *eraser) checkReads() []finding.Finding {
	kept := e.keptReads()
	var findings []finding.Finding
	for _, w := range e.takenWrites() {
		for _, r := range kept[w.name] {
			if w.reaches(r) {
				at := r.in.rangeOf(span{r.at, r.at + 1})
				findings = append(findings, finding.New("SF031", at, "%q holds the result of a command that must go", "$"+w.name))
			}
		}
	}
	return findings
}

// takenWrites returns the assignments that go because their value does.
func (e *eraser) takenWrites() []*write {
	var taken []*write
	for _, w := range e.vars.writes {
		a, _ := w.node.(*syntax.Assign)
		if a != nil && e.forced[a] {
			taken = append(taken, w)
		}
	}
	for _, w := range e.vars.counters {
		if e.isErased(w) {
			taken = append(taken, w)
		}
	}
	return taken
}

// checkJobs finds the uses of $! behind a background command that goes.
func (e *eraser) checkJobs() []finding.Finding {
	var findings []finding.Finding
	for _, r := range e.keptReads()["!"] {
		var last *syntax.Stmt
		for _, s := range r.in.stmts {
			if s.Background && offset(s.Pos()) < r.at {
				last = s
			}
		}
		if last != nil && !e.stillThere(r.in, last) {
			at := r.in.rangeOf(span{r.at, r.at + 1})
			findings = append(findings, finding.New("SF031", at, "%q is the process of a command that must go", "$!"))
		}
	}
	return findings
}
