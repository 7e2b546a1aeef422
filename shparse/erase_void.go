package shparse

import (
	"slices"

	"mvdan.cc/sh/v3/syntax"
)

// A Voidness says what the rest of a script means for a test, or for a cd.
type Voidness uint8

// The voidnesses.
const (
	// Sound is a test whose answer stays as it is and counts.
	Sound Voidness = iota
	// Moot is one whose answer stays as it is, but that may only guard what goes.
	Moot
	// Void is one that would get another answer: it has to go, and nothing that stays
	// may depend on it.
	Void
	// Tied is another command that has to go, with all that runs behind it: a cd.
	Tied
)

// findVoid finds the statements that are nothing but void tests on every run, and the
// calls that lead to nothing else.
func (e *eraser) findVoid() {
	runs := map[*syntax.Stmt][]route{}
	for _, r := range e.routes {
		runs[r.own().stmt] = append(runs[r.own().stmt], r)
	}
	for _, r := range e.routes {
		own := r.own()
		s, is := own.stmt, func(v Voidness) func(route) bool { return func(o route) bool { return o.void == v } }
		switch _, found := e.void[s]; {
		case r.void == Sound || r.void == Tied || found || !harmless(s.Redirs) || !e.pure(s.Cmd):
		case slices.ContainsFunc(runs[s], is(Sound)):
			e.voidSite(r)
		case slices.ContainsFunc(runs[s], is(Void)) || e.guardsLost(own):
			e.void[s] = voidFate(s, runs[s])
		}
	}
}

// voidFate is the fate of a void test: one that always holds has succeeded.
func voidFate(s *syntax.Stmt, runs []route) fate {
	holds := yes
	if s.Negated {
		holds = no
	}
	for _, r := range runs {
		if r.answer() != holds || r.void == Moot {
			return spent
		}
	}
	return gone
}

// answer is that of a test.
func (r route) answer() verdict {
	if h, ok := r.op.Act.(*Host); ok {
		return h.answer
	}
	return unsure
}

// voidSite lets the innermost call go that led to a void test and to nothing that
// stays, where the test stays for other calls.
func (e *eraser) voidSite(r route) {
	for _, p := range slices.Backward(r.path[:len(r.path)-1]) {
		if e.siteMayGo(p) {
			e.sites[p.stmt] = spent
			return
		}
	}
}

// guardsLost reports whether a test decides only on what goes: operations that go, and
// commands that never ran and name no more than the test does.
func (e *eraser) guardsLost(p point) bool {
	var guarded []*syntax.Stmt
	up := p.in.up[p.stmt]
	if up == nil {
		return false
	}
	switch c := up.Cmd.(type) {
	case *syntax.BinaryCmd:
		if isPipe(c) || c.X != p.stmt {
			return false
		}
		guarded = []*syntax.Stmt{c.Y}
	case *syntax.IfClause:
		for _, b := range branches(c) {
			guarded = append(guarded, b.body...)
		}
	}
	return len(guarded) > 0 && !slices.ContainsFunc(guarded, func(s *syntax.Stmt) bool {
		return !e.dropped[s] && e.sites[s] == stays && !(e.idle[s] && e.namesNoMore(p.in, s, p.stmt))
	})
}

// namesNoMore reports whether all operands of a simple command are words of another.
func (e *eraser) namesNoMore(l *listing, s, of *syntax.Stmt) bool {
	words := map[string]bool{}
	syntax.Walk(of.Cmd, func(n syntax.Node) bool {
		if w, ok := n.(*syntax.Word); ok {
			words[l.word(w)] = true
		}
		return true
	})
	c, ok := s.Cmd.(*syntax.CallExpr)
	if !ok || len(c.Args) < 2 || len(s.Redirs) > 0 {
		return false
	}
	named := 0
	for _, w := range c.Args[1:] {
		switch text := l.word(w); {
		case words[text]:
			named++
		case text[0] != '-':
			return false
		}
	}
	return named > 0
}

// word is the text of a word without quotes around it.
func (l *listing) word(w *syntax.Word) string {
	text := string(l.src[offset(w.Pos()):offset(w.End())])
	if n := len(text); n > 2 && text[0] == '"' && text[n-1] == '"' {
		return text[1 : n-1]
	}
	return text
}

// findIdle finds the statements that run on no way.
func (e *eraser) findIdle(t *Trace) {
	for _, l := range e.listings {
		reached, known := t.reachedIn(l.path)
		if !known {
			continue
		}
		for _, s := range l.stmts {
			if !reached[offset(s.Pos())] {
				e.idle[s] = true
			}
		}
	}
}

// asks reports whether the statements hold void tests, and nothing that must go
// otherwise.
func (e *eraser) asks(list ...*syntax.Stmt) bool {
	tests, fine := false, true
	for _, s := range list {
		syntax.Walk(s, func(n syntax.Node) bool {
			if s, ok := n.(*syntax.Stmt); ok {
				tests = tests || e.void[s] != stays
				fine = fine && !e.dropped[s] && e.sites[s] != gone
			}
			return fine
		})
	}
	return tests && fine
}

// doubts reports whether the status of s may be that of a void test that does not
// always hold.
func (e *eraser) doubts(s *syntax.Stmt) bool {
	if f, ok := e.void[s]; ok || e.sites[s] != stays {
		return f == spent || e.sites[s] == spent
	}
	switch c := s.Cmd.(type) {
	case *syntax.CallExpr:
		return e.callDoubts(s)
	case *syntax.BinaryCmd:
		return (isAnd(c) || isPipe(c) || e.doubts(c.Y)) && (e.doubts(c.X) || e.doubts(c.Y))
	case *syntax.TimeClause:
		return c.Stmt != nil && e.doubts(c.Stmt)
	case *syntax.FuncDecl, nil:
		return false
	}
	for _, list := range listsOf(s.Cmd) {
		if len(list) > 0 && e.doubts(list[len(list)-1]) {
			return true
		}
	}
	return e.armsDoubt(s)
}

// armsDoubt looks at the arms of a case, and at those of an if behind the first.
func (e *eraser) armsDoubt(s *syntax.Stmt) bool {
	var lists [][]*syntax.Stmt
	switch c := s.Cmd.(type) {
	case *syntax.CaseClause:
		for _, item := range c.Items {
			lists = append(lists, item.Stmts)
		}
	case *syntax.IfClause:
		for _, b := range branches(c) {
			lists = append(lists, b.body)
		}
	}
	return slices.ContainsFunc(lists, func(list []*syntax.Stmt) bool { return len(list) > 0 && e.doubts(list[len(list)-1]) })
}

// callDoubts looks at the function that is called.
func (e *eraser) callDoubts(s *syntax.Stmt) bool {
	f := e.funcs[callName(s)]
	if f == nil || f.looking {
		return false
	}
	f.looking = true
	defer func() { f.looking = false }()
	return e.doubts(f.decl.Body)
}

// left returns the operations that are void or tied, and that the rest of the script
// needs: it still has them, or the status that they gave.
func (e *eraser) left(t *Trace) []*Op {
	needed := map[*syntax.Stmt]bool{}
	for _, r := range e.routes {
		if r.void >= Void && !e.erases(r) {
			needed[r.own().stmt] = true
		}
	}
	for _, l := range e.listings {
		for _, s := range l.stmts {
			if e.going(s) && !e.going(l.up[s]) && e.doubts(s) && e.statusCounts(l, s) {
				e.need(s, needed)
			}
		}
	}
	for _, w := range t.Ways {
		if e.endsOddly(w) {
			e.needOf(w, needed)
		}
	}
	var ops []*Op
	for _, r := range e.routes {
		if r.void != Sound && needed[r.own().stmt] {
			ops = append(ops, r.op)
		}
	}
	return ops
}

// erases reports whether some statement goes that the operation runs in.
func (e *eraser) erases(r route) bool {
	return slices.ContainsFunc(r.path, func(p point) bool { return e.erased[p.in].contains(span{p.start, p.start + 1}) })
}

// need notes the void tests in s, and in the functions that it calls.
func (e *eraser) need(s *syntax.Stmt, needed map[*syntax.Stmt]bool) {
	for _, r := range e.routes {
		within := slices.ContainsFunc(r.path, func(p point) bool { return isBelow(p.in, p.stmt, s) })
		if within && r.void != Sound {
			needed[r.own().stmt] = true
		}
	}
}

// isBelow reports whether s is top or stands in it.
func isBelow(l *listing, s, top *syntax.Stmt) bool {
	for ; s != nil; s = l.up[s] {
		if s == top {
			return true
		}
	}
	return false
}

// endsOddly reports whether a way fails, and no command that stays says so.
func (e *eraser) endsOddly(w *Way) bool {
	status, known := w.Exit.Known()
	if known && status == "0" || len(w.Ops) == 0 {
		return false
	}
	last := w.Ops[len(w.Ops)-1]
	i := slices.IndexFunc(e.routes, func(r route) bool { return r.op == last })
	switch {
	case i < 0 || e.erases(e.routes[i]):
		return true
	case known:
		return natureOfArgv(last) != isExit
	}
	return slices.ContainsFunc(w.Exit.Holes(), func(h *Hole) bool {
		l := e.byPath[h.Source.File]
		return l == nil || e.erased[l].contains(span{h.Source.Start.Offset, h.Source.Start.Offset + 1})
	})
}

// needOf notes the void tests of a way that may have failed.
func (e *eraser) needOf(w *Way, needed map[*syntax.Stmt]bool) {
	ran := map[*Op]bool{}
	for _, op := range w.Ops {
		ran[op] = true
	}
	for _, r := range e.routes {
		if s := r.own().stmt; r.void != Sound && ran[r.op] && e.void[s] != gone && e.erases(r) {
			needed[s] = true
		}
	}
}

// statusCounts reports whether something asks for the status of s: not the shell under
// set -e, and not what started the script.
func (e *eraser) statusCounts(l *listing, s *syntax.Stmt) bool {
	up := l.up[s]
	if up == nil {
		return l != e.listings[0] && isLast(l.file.Stmts, s)
	}
	switch c := up.Cmd.(type) {
	case *syntax.BinaryCmd:
		passes := c.Y == s || isAnd(c) && e.going(c.Y)
		return isPipe(c) || !passes || e.statusCounts(l, up)
	case *syntax.FuncDecl:
		return e.callsCount(c)
	case *syntax.CallExpr, *syntax.DeclClause, *syntax.TestClause:
		return true
	case *syntax.WhileClause:
		if slices.Contains(c.Cond, s) {
			return true
		}
	case *syntax.IfClause:
		if slices.ContainsFunc(branches(c), func(b branch) bool { return slices.Contains(b.cond, s) }) {
			return true
		}
	}
	return endsList(up, s) && e.statusCounts(l, up)
}

// endsList reports whether s is the last of one of the lists that up holds.
func endsList(up, s *syntax.Stmt) bool {
	switch c := up.Cmd.(type) {
	case *syntax.Block:
		return isLast(c.Stmts, s)
	case *syntax.Subshell:
		return isLast(c.Stmts, s)
	case *syntax.ForClause:
		return isLast(c.Do, s)
	case *syntax.WhileClause:
		return isLast(c.Do, s)
	case *syntax.IfClause:
		return slices.ContainsFunc(branches(c), func(b branch) bool { return isLast(b.body, s) })
	case *syntax.CaseClause:
		return slices.ContainsFunc(c.Items, func(item *syntax.CaseItem) bool { return isLast(item.Stmts, s) })
	}
	return true
}

func isLast(list []*syntax.Stmt, s *syntax.Stmt) bool { return len(list) > 0 && list[len(list)-1] == s }

// callsCount reports whether something asks for the status of some call of a function.
func (e *eraser) callsCount(d *syntax.FuncDecl) bool {
	f := e.funcs[d.Name.Value]
	if f == nil || f.looking {
		return f == nil
	}
	f.looking = true
	defer func() { f.looking = false }()
	return slices.ContainsFunc(e.calls[d.Name.Value], func(p place) bool {
		s := p.in.at(p.start)
		return s == nil || s.Cmd != syntax.Command(d) && (callName(s) != d.Name.Value || e.statusCounts(p.in, s))
	})
}
