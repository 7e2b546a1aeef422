package shparse

import (
	"maps"
	"slices"
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

// settle finds the largest set of assignments that only served what goes, and
// leaves the cuts for it in e.cuts. It begins with all that might go and takes
// back those with a reader that stays.
func (e *eraser) settle() {
	e.suppose()
	for {
		e.loseFunctions()
		if !e.revive() {
			break
		}
	}
	e.keepUnconnected()
}

// suppose takes every assignment for dead that could be.
func (e *eraser) suppose() {
	e.dead = map[syntax.Node]bool{}
	if e.vars.opaque || e.isIdle() {
		return
	}
	busy := e.busyNames()
	for _, w := range e.vars.writes {
		if !w.kept && !busy[w.name] && !e.vars.exported[w.name] && !reservedNames().MatchString(w.name) && e.isRead(w) {
			e.dead[w.node] = true
		}
	}
}

func (e *eraser) isRead(w *write) bool { return slices.ContainsFunc(e.vars.readsOf[w.name], w.reaches) }

// busyNames are variables with so many assignments and uses that comparing each
// with each would take long. They stay.
func (e *eraser) busyNames() map[string]bool {
	const most = 1 << 22
	writes := map[string]int{}
	for _, w := range e.vars.writes {
		writes[w.name]++
	}
	busy := map[string]bool{}
	for name, n := range writes {
		busy[name] = n*len(e.vars.readsOf[name]) > most
	}
	return busy
}

// revive takes assignments back that a kept reader needs, and reports whether
// there were any. It goes from the last to the first, so that a chain of
// assignments falls in one go.
func (e *eraser) revive() bool {
	kept := e.keptReads()
	revived := false
	for _, w := range slices.Backward(e.vars.writes) {
		if !e.dead[w.node] || e.isErased(w) && !slices.ContainsFunc(kept[w.name], w.reaches) {
			continue
		}
		delete(e.dead, w.node)
		revived = true
		for _, r := range e.vars.readsIn(w) {
			kept[r.name] = append(kept[r.name], r)
		}
	}
	return revived
}

func (e *eraser) isErased(w *write) bool { return e.erased[w.in].contains(w.span) }

// keptReads returns the reads outside of what goes, by name.
func (e *eraser) keptReads() map[string][]read {
	kept := map[string][]read{}
	for _, r := range e.vars.reads {
		if !e.isGone(r.in, span{r.at, r.at + 1}) {
			kept[r.name] = append(kept[r.name], r)
		}
	}
	return kept
}

// keepUnconnected takes back the assignments that were dead before: nothing that
// goes read them.
func (e *eraser) keepUnconnected() {
	supposed := e.dead
	for {
		e.dead = map[syntax.Node]bool{}
		e.loseFunctions()
		for e.connect(supposed) {
			e.loseFunctions()
		}
		before := len(e.dead)
		for e.revive() {
			e.loseFunctions()
		}
		if len(e.dead) == before {
			return
		}
		supposed = e.dead
	}
}

// connect adds those of the supposed assignments that erased text outside of
// themselves reads, and reports whether there were any. It too goes from the last
// to the first.
func (e *eraser) connect(supposed map[syntax.Node]bool) bool {
	read := e.goneReads()
	grown := false
	for _, w := range slices.Backward(e.vars.writes) {
		if !supposed[w.node] || e.dead[w.node] || !serves(w, read[w.name]) {
			continue
		}
		e.dead[w.node] = true
		grown = true
		for _, r := range e.vars.readsIn(w) {
			read[r.name] = append(read[r.name], r)
		}
	}
	return grown
}

// goneReads returns the reads in what goes, by name.
func (e *eraser) goneReads() map[string][]read {
	gone := map[string][]read{}
	for _, r := range e.vars.reads {
		if e.isGone(r.in, span{r.at, r.at + 1}) {
			gone[r.name] = append(gone[r.name], r)
		}
	}
	return gone
}

// serves reports whether one of reads, outside of w itself, may read what w wrote.
func serves(w *write, reads []read) bool {
	return slices.ContainsFunc(reads, func(r read) bool {
		own := r.in == w.in && w.contains(span{r.at, r.at + 1})
		return !own && w.reaches(r)
	})
}

// A routine is a shell function of the scripts.
type routine struct {
	decl    *syntax.FuncDecl
	in      *listing
	looking bool // guards against recursion
}

// findFunctions finds the functions by name. One that is declared twice is none:
// which of them a call means is not known here.
func (e *eraser) findFunctions() {
	e.funcs = map[string]*routine{}
	declared := map[string]int{}
	for _, l := range e.listings {
		syntax.Walk(l.file, func(n syntax.Node) bool {
			if d, ok := n.(*syntax.FuncDecl); ok && d.Name != nil {
				e.funcs[d.Name.Value] = &routine{decl: d, in: l}
				declared[d.Name.Value]++
			}
			return true
		})
	}
	maps.DeleteFunc(e.funcs, func(name string, _ *routine) bool { return declared[name] > 1 })
}

// loseFunctions judges the scripts until no more functions fall: those with
// nothing left to do, and those that nothing calls any more.
func (e *eraser) loseFunctions() {
	e.lost = map[string]bool{}
	for {
		e.judgeAll()
		e.cutAll()
		if !e.loseMore() {
			return
		}
	}
}

func (e *eraser) loseMore() bool {
	grown := false
	for name, f := range e.funcs {
		if !e.lost[name] && e.removable(f) && (e.going(f.decl.Body) || e.uncalled(name, f)) {
			e.lost[name] = true
			grown = true
		}
	}
	return grown
}

// removable reports whether nothing unseen can call f: a library may have other
// users, and a script that runs its arguments can be asked for any function.
func (e *eraser) removable(f *routine) bool { return f.in == e.listings[0] && !e.dispatches }

// uncalled reports whether f was called, and only by what goes.
func (e *eraser) uncalled(name string, f *routine) bool {
	own := span{offset(f.decl.Pos()), offset(f.decl.End())}
	called := false
	for _, m := range e.calls[name] {
		if m.in == f.in && own.contains(m.span) {
			continue
		}
		if !e.isGone(m.in, m.span) {
			return false
		}
		called = true
	}
	return called
}

// A place is a piece of one script.
type place struct {
	in *listing
	span
}

// findCalls finds where functions are named: as a command, an argument, or in
// quoted text.
func (e *eraser) findCalls() {
	e.calls = map[string][]place{}
	for _, l := range e.listings {
		walkStack(l.file, func(n syntax.Node, stack []syntax.Node) {
			switch n := n.(type) {
			case *syntax.Lit:
				e.findNames(l, n, n.Value)
			case *syntax.SglQuoted:
				e.findNames(l, n, n.Value)
			case *syntax.CallExpr:
				e.dispatches = e.dispatches || len(n.Args) > 0 && runsArguments(n.Args[0])
			}
		})
	}
}

func (e *eraser) findNames(l *listing, n syntax.Node, text string) {
	words := strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune(" \t\n;&|(){}\"'`", r) })
	for _, w := range words {
		if e.funcs[w] != nil {
			e.calls[w] = append(e.calls[w], place{l, span{offset(n.Pos()), offset(n.End())}})
		}
	}
}

// runsArguments reports whether a command word holds positional arguments.
func runsArguments(w *syntax.Word) bool {
	found := false
	syntax.Walk(w, func(n syntax.Node) bool {
		p, ok := n.(*syntax.ParamExp)
		found = found || ok && p.Param != nil && strings.ContainsAny(p.Param.Value[:1], "@*0123456789")
		return !found
	})
	return found
}
