package shparse

import "mvdan.cc/sh/v3/syntax"

// reach notes that a statement runs on some way.
func (t *Trace) reach(s *syntax.Stmt) { t.reached[s] = true }

// reachBelow notes it of all statements below n, which were not followed since it makes
// no difference whether they run.
func (t *Trace) reachBelow(n syntax.Node) {
	syntax.Walk(n, func(n syntax.Node) bool {
		if s, ok := n.(*syntax.Stmt); ok {
			t.reach(s)
		}
		return true
	})
}

// reachedIn returns the offsets at which statements of a script begin that run on some
// way, and false where that is not known.
func (t *Trace) reachedIn(path string) (map[int]bool, bool) {
	sc := t.scripts[path]
	if sc == nil || t.reached == nil {
		return nil, false
	}
	at := map[int]bool{}
	syntax.Walk(sc.file, func(n syntax.Node) bool {
		if s, ok := n.(*syntax.Stmt); ok && t.reached[s] {
			at[offset(s.Pos())] = true
		}
		return true
	})
	return at, true
}
