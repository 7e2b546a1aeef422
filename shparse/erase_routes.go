package shparse

import (
	"slices"

	"mvdan.cc/sh/v3/syntax"

	"github.com/stagefold/stagefold/convert/finding"
)

// A route is an operation with the statements that it goes through: its own last,
// the calls and sourced lines that led to it in front.
type route struct {
	op   *Op
	path []point
	drop bool
	void Voidness
}

// A point is a statement of one of the scripts.
type point struct {
	in   *listing
	stmt *syntax.Stmt
	span // the text that the trace names
}

func (r route) own() point { return r.path[len(r.path)-1] }

// findRoutes places every operation in the scripts, and finds out which statements
// lose all their operations.
func (e *eraser) findRoutes(t *Trace, o EraseOptions) []finding.Finding {
	for _, w := range t.Ways {
		for _, op := range w.Ops {
			r, ok := e.locate(op)
			r.drop = o.Drop != nil && o.Drop(op)
			if o.Void != nil {
				r.void = o.Void(op)
			}
			switch {
			case ok:
				e.routes = append(e.routes, r)
				e.ops[r.own().stmt] = append(e.ops[r.own().stmt], op)
			case r.drop:
				return []finding.Finding{finding.New("SF030", op.Range, "%q must go, but its place in the script is not known", commandText(op))}
			}
		}
	}
	e.dropWhole()
	e.dropSites()
	e.findVoid()
	return nil
}

func (e *eraser) locate(op *Op) (route, bool) {
	r := route{op: op}
	for _, place := range append(slices.Clone(op.Calls), op.Range) {
		l := e.byPath[place.File]
		if l == nil {
			return r, false
		}
		s := l.at(place.Start.Offset)
		if s == nil {
			return r, false
		}
		r.path = append(r.path, point{l, s, span{place.Start.Offset, place.End.Offset}})
	}
	return r, true
}

// dropWhole marks the statements of which every run goes.
func (e *eraser) dropWhole() {
	kept := map[*syntax.Stmt]bool{}
	for _, r := range e.routes {
		if !r.drop && !r.isShell() {
			kept[r.own().stmt] = true
		}
	}
	for _, r := range e.routes {
		if s := r.own().stmt; r.drop && !kept[s] {
			e.dropped[s] = true
		}
	}
}

// isShell reports whether r is a trap or eval itself, whose commands are
// operations of the same statement.
func (r route) isShell() bool {
	name := callName(r.own().stmt)
	if name != "trap" && name != "eval" || len(r.op.Argv) == 0 {
		return false
	}
	first, _ := r.op.Argv[0].Known()
	return first == name
}

// dropSites looks at the runs that must go though others of the same statement
// stay: the innermost call goes that leads to nothing else.
func (e *eraser) dropSites() {
	for _, r := range e.routes {
		if !r.drop || e.dropped[r.own().stmt] {
			continue
		}
		for _, p := range slices.Backward(r.path[:len(r.path)-1]) {
			if e.siteMayGo(p) {
				e.sites[p.stmt] = e.siteFate(p)
				break
			}
		}
	}
}

// siteMayGo reports whether all that is done under the call at p goes or only
// speaks of it.
func (e *eraser) siteMayGo(p point) bool {
	f := e.funcs[callName(p.stmt)]
	if f == nil || e.lasting(f.decl.Body) {
		return false
	}
	return !slices.ContainsFunc(e.routes, func(r route) bool {
		return r.leadsThrough(p) && !r.drop && r.void == Sound && !e.speaksOfLost(r.op)
	})
}

// leadsThrough reports whether the call at p led to the operation.
func (r route) leadsThrough(p point) bool {
	return slices.ContainsFunc(r.path[:len(r.path)-1], func(q point) bool { return q.stmt == p.stmt })
}

// siteFate is the fate of a call that may go: void tests may make its status.
func (e *eraser) siteFate(p point) fate {
	if slices.ContainsFunc(e.routes, func(r route) bool { return r.void != Sound && r.leadsThrough(p) }) {
		return spent
	}
	return gone
}

// speaksOfLost reports whether op has no effect but to print, and prints nothing
// or one of the names that no longer exist.
func (e *eraser) speaksOfLost(op *Op) bool {
	if !effectless(op) {
		return false
	}
	h, ok := op.Act.(*Host)
	if !ok || h.Prints == nil {
		return true
	}
	text := litText(*h.Prints)
	return slices.ContainsFunc(e.names, func(name string) bool { return mentions(text, name) >= 0 })
}

// litText returns the literal text of v, with holes left out.
func litText(v Value) string {
	var text []byte
	for _, p := range v {
		text = append(text, p.Lit...)
	}
	return string(text)
}

// lasting reports whether a function changes the shell that calls it.
func (e *eraser) lasting(body *syntax.Stmt) bool {
	found := false
	syntax.Walk(body, func(n syntax.Node) bool {
		switch n := n.(type) {
		case *syntax.Subshell, *syntax.CmdSubst:
			return false
		case *syntax.DeclClause:
			found = found || n.Variant.Value != "local"
			return false
		case *syntax.CallExpr:
			found = found || len(n.Args) == 0 || natureOf(n) == isState
		}
		return !found
	})
	return found
}

// commandText renders the command of op for a message.
func commandText(op *Op) string {
	const most = 40
	var text string
	for i, a := range op.Argv {
		if i > 0 {
			text += " "
		}
		text += a.String()
	}
	if r := []rune(text); len(r) > most {
		return string(r[:most]) + "..."
	}
	return text
}
