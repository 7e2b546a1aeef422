package shparse

import (
	"path"
	"regexp"
	"slices"
	"sort"
	"strings"
	"sync"

	"mvdan.cc/sh/v3/syntax"
)

// A variables is where the scripts write and read their variables. Positional
// arguments are the variable "@" of the script or function that they belong to.
type variables struct {
	writes   []*write
	counters []*write // the variables of for loops; their text is the loop's
	reads    []read
	readsOf  map[string][]read
	first    map[*listing]int // index in reads of the first of a script
	exported map[string]bool
	// opaque is set where the scripts read variables that can't be named
	// here: eval, ${!x}, set -a, a sourced file that is not at hand.
	opaque bool
}

// A write is an assignment, or a declaration without value.
type write struct {
	name string
	node syntax.Node // *syntax.Assign, or the *syntax.Stmt of a "set -- ..."
	in   *listing
	span
	fn    *syntax.FuncDecl
	loop  syntax.Node // the outermost loop around it, nil for none
	until int         // end of the next write that surely replaces it
	kept  bool        // it must stay: its value has effects
}

// A read is a place that uses a variable.
type read struct {
	name string
	in   *listing
	at   int
	fn   *syntax.FuncDecl
	fors []string // variables of the for loops around it
}

// reservedNames are variables that mean something to the shell or to the commands
// that it runs, whether the script reads them or not.
var reservedNames = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^(PATH|HOME|IFS|LANG|LC_.*|TERM|SHELL|TMPDIR|PS[0-9]|OPT.*|BASH.*|ENV|CDPATH|PWD|USER|` +
		`DOCKER_.*|COMPOSE_.*|BUILDX_.*|BUILDKIT_.*|GO[A-Z0-9]*|CGO_.*|(?i:.*_proxy))$`)
})

var mentionedNames = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`\$\{?[#!]?([A-Za-z_][A-Za-z0-9_]*)`)
})

func (e *eraser) findVariables() {
	v := &variables{exported: map[string]bool{}, readsOf: map[string][]read{}, first: map[*listing]int{}}
	for _, l := range e.listings {
		v.first[l] = len(v.reads)
		walkStack(l.file, func(n syntax.Node, stack []syntax.Node) {
			v.visit(&visit{e: e, in: l, node: n, stack: stack})
		})
		v.bound(l)
		slices.SortStableFunc(v.reads[v.first[l]:], func(a, b read) int { return a.at - b.at })
	}
	for _, r := range v.reads {
		v.readsOf[r.name] = append(v.readsOf[r.name], r)
	}
	e.vars = v
}

// readsIn returns the reads within w.
func (v *variables) readsIn(w *write) []read {
	mine := v.reads[v.first[w.in]:]
	begin := sort.Search(len(mine), func(i int) bool { return mine[i].in != w.in || mine[i].at >= w.start })
	end := begin
	for end < len(mine) && mine[end].in == w.in && mine[end].at < w.end {
		end++
	}
	return mine[begin:end]
}

// A visit is a node of a script with what is around it.
type visit struct {
	e     *eraser
	in    *listing
	node  syntax.Node
	stack []syntax.Node
}

func (c *visit) fn() *syntax.FuncDecl { return nearest[*syntax.FuncDecl](c.stack) }

func (v *variables) visit(c *visit) {
	switch n := c.node.(type) {
	case *syntax.Assign:
		v.visitAssign(c, n)
	case *syntax.ParamExp:
		v.visitParam(c, n)
	case *syntax.SglQuoted:
		v.visitText(c, n.Value)
	case *syntax.Lit:
		v.visitText(c, n.Value)
		if parent, ok := c.stack[len(c.stack)-1].(*syntax.ParamExp); ok && parent.Param == n {
			return // the expansion itself has been seen
		}
		if computes(c.stack) && syntax.ValidName(n.Value) {
			v.read(c, n.Value)
		}
	case *syntax.CallExpr:
		v.visitCall(c, n)
	case *syntax.WordIter:
		loop := nearest[*syntax.ForClause](c.stack)
		v.counters = append(v.counters, &write{
			name: n.Name.Value, node: n, in: c.in, fn: c.fn(),
			span: span{offset(loop.Pos()), offset(loop.End())}, until: len(c.in.src) + 1,
		})
		if !n.InPos.IsValid() {
			v.read(c, positional(c.fn()))
		}
	}
}

// computes reports whether a literal with these ancestors may name a variable
// without a dollar: in arithmetic, in a test, in an index.
func computes(stack []syntax.Node) bool {
	for _, n := range slices.Backward(stack) {
		switch n.(type) {
		case *syntax.ArithmExp, *syntax.ArithmCmd, *syntax.LetClause, *syntax.CStyleLoop, *syntax.TestClause,
			*syntax.BinaryArithm, *syntax.UnaryArithm, *syntax.ParenArithm, *syntax.ParamExp:
			return true
		case *syntax.CallExpr, *syntax.Assign:
			return false
		}
	}
	return false
}

func (v *variables) visitText(c *visit, text string) {
	for _, m := range mentionedNames().FindAllStringSubmatch(text, -1) {
		v.read(c, m[1])
	}
}

func (v *variables) visitParam(c *visit, p *syntax.ParamExp) {
	if p.Param == nil {
		return
	}
	name := p.Param.Value
	v.opaque = v.opaque || p.Excl
	switch {
	case strings.Trim(name, "0123456789") == "" && name != "0", name == "@", name == "*", name == "#":
		name = positional(c.fn())
	}
	v.read(c, name)
}

// positional names the positional arguments of fn, or of the script.
func positional(fn *syntax.FuncDecl) string {
	if fn == nil || fn.Name == nil {
		return "@"
	}
	return "@" + fn.Name.Value
}

func (v *variables) read(c *visit, name string) {
	r := read{name: name, in: c.in, at: offset(c.node.Pos()), fn: c.fn()}
	for _, n := range c.stack {
		if f, ok := n.(*syntax.ForClause); ok {
			if w, ok := f.Loop.(*syntax.WordIter); ok && offset(f.DoPos) <= r.at {
				r.fors = append(r.fors, w.Name.Value)
			}
		}
	}
	v.reads = append(v.reads, r)
}

// visitAssign records a write, unless the assignment stands in front of a
// command and is that command's own.
func (v *variables) visitAssign(c *visit, a *syntax.Assign) {
	if a.Name == nil {
		return
	}
	switch parent := c.stack[len(c.stack)-1].(type) {
	case *syntax.CallExpr:
		if len(parent.Args) > 0 {
			return
		}
	case *syntax.DeclClause:
		if exports(parent) {
			v.exported[a.Name.Value] = true
		}
		v.opaque = v.opaque || hasOption(parent, 'n')
	}
	v.write(c, a.Name.Value, a, !c.e.pure(a))
}

func exports(d *syntax.DeclClause) bool {
	return d.Variant.Value == "export" && !hasOption(d, 'n') || hasOption(d, 'x')
}

func hasOption(d *syntax.DeclClause, letter rune) bool {
	return slices.ContainsFunc(d.Args, func(a *syntax.Assign) bool {
		text := staticWord(a.Value)
		return a.Name == nil && strings.HasPrefix(text, "-") && strings.ContainsRune(text, letter)
	})
}

func (v *variables) write(c *visit, name string, node syntax.Node, kept bool) {
	w := &write{name: name, node: node, in: c.in, fn: c.fn(), kept: kept}
	w.span = span{offset(node.Pos()), offset(node.End())}
	for _, n := range c.stack {
		switch n.(type) {
		case *syntax.ForClause, *syntax.WhileClause:
			if w.loop == nil {
				w.loop = n
			}
		}
	}
	v.writes = append(v.writes, w)
}

func (v *variables) visitCall(c *visit, call *syntax.CallExpr) {
	if len(call.Args) == 0 {
		return
	}
	switch name := staticWord(call.Args[0]); name {
	case "eval":
		v.opaque = true
	case ".", "source":
		v.opaque = v.opaque || len(call.Args) < 2 || !c.e.atHand(staticWord(call.Args[1]))
	case "shift", "getopts":
		v.read(c, positional(c.fn()))
	case "set":
		v.visitSet(c, call)
	}
}

func (v *variables) visitSet(c *visit, call *syntax.CallExpr) {
	for i, w := range call.Args[1:] {
		text := staticWord(w)
		if text == "--" {
			if i == 0 {
				v.write(c, positional(c.fn()), nearest[*syntax.Stmt](c.stack), !c.e.pure(call))
			}
			return
		}
		v.opaque = v.opaque || text == "allexport" || strings.HasPrefix(text, "-") && strings.Contains(text, "a")
	}
}

// atHand reports whether a sourced file is among the scripts of the trace.
func (e *eraser) atHand(name string) bool {
	return name != "" && slices.ContainsFunc(e.listings, func(l *listing) bool {
		return path.Base(l.path) == path.Base(name)
	})
}

// bound finds for each write in l the next one of the same list that replaces it
// for sure.
func (v *variables) bound(l *listing) {
	byNode := map[syntax.Node]*write{}
	for _, w := range v.writes {
		if w.in == l {
			w.until = len(l.src) + 1
			byNode[w.node] = w
		}
	}
	syntax.Walk(l.file, func(n syntax.Node) bool {
		for _, list := range listsOf(n) {
			boundList(list, byNode)
		}
		return true
	})
}

func boundList(list []*syntax.Stmt, byNode map[syntax.Node]*write) {
	next := map[string]int{}
	for _, s := range slices.Backward(list) {
		if leavesEarly(s) {
			clear(next)
		}
		for _, w := range writesOf(s, byNode) {
			if end, ok := next[w.name]; ok {
				w.until = end
			}
		}
		for _, w := range writesOf(s, byNode) {
			if a, ok := w.node.(*syntax.Assign); !ok || !a.Append && !a.Naked && a.Index == nil {
				next[w.name] = w.end
			}
		}
	}
}

// writesOf returns the writes that s itself surely makes.
func writesOf(s *syntax.Stmt, byNode map[syntax.Node]*write) []*write {
	var nodes []syntax.Node
	switch c := s.Cmd.(type) {
	case *syntax.CallExpr:
		for _, a := range c.Assigns {
			nodes = append(nodes, a)
		}
		nodes = append(nodes, s)
	case *syntax.DeclClause:
		for _, a := range c.Args {
			nodes = append(nodes, a)
		}
	}
	var out []*write
	for _, n := range nodes {
		if w := byNode[n]; w != nil && !s.Background {
			out = append(out, w)
		}
	}
	return out
}

// leavesEarly reports whether control may leave the list of s from within s.
func leavesEarly(s *syntax.Stmt) bool {
	found := false
	syntax.Walk(s, func(n syntax.Node) bool {
		if c, ok := n.(*syntax.CallExpr); ok && len(c.Args) > 0 {
			found = found || natureOf(c) == isReturn
		}
		return !found
	})
	return found
}

// listsOf returns the lists of statements that n holds.
func listsOf(n syntax.Node) [][]*syntax.Stmt {
	switch n := n.(type) {
	case *syntax.File:
		return [][]*syntax.Stmt{n.Stmts}
	case *syntax.Block:
		return [][]*syntax.Stmt{n.Stmts}
	case *syntax.Subshell:
		return [][]*syntax.Stmt{n.Stmts}
	case *syntax.CmdSubst:
		return [][]*syntax.Stmt{n.Stmts}
	case *syntax.ProcSubst:
		return [][]*syntax.Stmt{n.Stmts}
	case *syntax.IfClause:
		return [][]*syntax.Stmt{n.Cond, n.Then}
	case *syntax.WhileClause:
		return [][]*syntax.Stmt{n.Cond, n.Do}
	case *syntax.ForClause:
		return [][]*syntax.Stmt{n.Do}
	case *syntax.CaseItem:
		return [][]*syntax.Stmt{n.Stmts}
	}
	return nil
}

// reaches reports whether the value that w assigns may be what r reads.
func (w *write) reaches(r read) bool {
	switch {
	case r.name != w.name || slices.Contains(r.fors, r.name):
		return false
	case r.in != w.in || w.fn != nil || r.fn != nil:
		return true
	case w.loop != nil:
		return r.at >= offset(w.loop.Pos()) && r.at < w.until
	}
	return r.at >= w.end && r.at < w.until
}
