package shparse

import (
	"cmp"
	"slices"

	"mvdan.cc/sh/v3/syntax"
)

// A cut is a piece of a script that goes, and what stands there instead.
type cut struct {
	span
	text string
}

// spans are sorted and apart from each other.
type spans []span

// newSpans sorts and merges the text of cuts.
func newSpans(cuts []cut) spans {
	sorted := make(spans, len(cuts))
	for i, c := range cuts {
		sorted[i] = c.span
	}
	slices.SortFunc(sorted, func(a, b span) int { return cmp.Or(a.start-b.start, a.end-b.end) })
	var out spans
	for _, s := range sorted {
		if n := len(out); n > 0 && s.start <= out[n-1].end {
			out[n-1].end = max(out[n-1].end, s.end)
			continue
		}
		out = append(out, s)
	}
	return out
}

// contains reports whether s lies in what goes.
func (ss spans) contains(s span) bool {
	i, found := slices.BinarySearchFunc(ss, s.start, func(a span, at int) int { return a.start - at })
	if !found {
		i--
	}
	return i >= 0 && ss[i].contains(s)
}

// cutAll collects what goes from each script, by the fates of its statements.
func (e *eraser) cutAll() {
	e.cuts = map[*listing][]cut{}
	e.erased = map[*listing]spans{}
	for _, l := range e.listings {
		c := &cutter{eraser: e, listing: l}
		c.list(l.file.Stmts, mayEmpty)
		e.cuts[l] = c.cuts
		e.erased[l] = newSpans(c.cuts)
	}
}

// A cutter collects the cuts of one script.
type cutter struct {
	*eraser
	*listing
	cuts []cut
}

// A need says whether a list of statements may be empty.
type need uint8

const (
	mayEmpty need = iota
	needsOne
)

func (c *cutter) cut(start, end int, text string) {
	c.cuts = append(c.cuts, cut{span{start, end}, text})
}

// hereDocs cuts the here-documents of s.
func (c *cutter) hereDocs(s *syntax.Stmt) {
	for _, b := range c.bodies(s) {
		c.cut(b.start, b.end, "")
	}
}

// list cuts the statements of a list that go.
func (c *cutter) list(list []*syntax.Stmt, n need) {
	instead := c.placeholder(list, n)
	for i := 0; i < len(list); {
		switch {
		case i == instead.i && instead.text != "":
			c.replace(list[i], instead.text)
			i++
		case c.going(list[i]):
			end := i + 1
			for end < len(list) && c.going(list[end]) && c.sameLine(list[end-1], list[end]) && end != instead.i {
				end++
			}
			c.run(list, i, end)
			i = end
		default:
			c.into(list[i])
			i++
		}
	}
}

// A substitute stands where the statement at index i of a list was; there is
// none where text is empty.
type substitute struct {
	i    int
	text string
}

// placeholder returns what must stand in a list that lost statements: ":" where
// it would be empty, and "true" where its status would become the answer to a
// question, as with [ -n "$X" ] && echo "$X" at its end.
func (c *cutter) placeholder(list []*syntax.Stmt, n need) substitute {
	end := len(list) - 1
	if end < 0 || !c.going(list[end]) {
		return substitute{}
	}
	last := end
	for last >= 0 && c.going(list[last]) {
		last--
	}
	switch {
	case last >= 0 && mayAnswer(list[last]):
		return substitute{end, "true"}
	case last < 0 && n == needsOne:
		return substitute{0, ":"}
	}
	return substitute{}
}

// mayAnswer reports whether s may end with a status other than 0 though nothing
// failed.
func mayAnswer(s *syntax.Stmt) bool {
	switch c := s.Cmd.(type) {
	case *syntax.BinaryCmd:
		return c.Op == syntax.AndStmt && (mayAnswer(c.X) || mayAnswer(c.Y)) || c.Op == syntax.OrStmt && mayAnswer(c.Y)
	case *syntax.TestClause, *syntax.ArithmCmd, *syntax.LetClause:
		return true
	case *syntax.CallExpr:
		name := callName(s)
		return s.Negated || name == "[" || name == "test" || name == "false" || name == "grep"
	}
	return s.Negated
}

func (c *cutter) sameLine(a, b *syntax.Stmt) bool {
	return c.line(commandEnd(a)) == c.line(offset(b.Pos()))
}

func (c *cutter) replace(s *syntax.Stmt, text string) {
	own := c.command(s)
	c.cut(own.start, own.end, text)
	c.hereDocs(s)
}

// run cuts list[i:end], statements that follow each other on one line, with one
// of the separators around them.
func (c *cutter) run(list []*syntax.Stmt, i, end int) {
	for _, s := range list[i:end] {
		c.hereDocs(s)
	}
	first, last := list[i], list[end-1]
	start, stop := offset(first.Pos()), commandEnd(last)
	separated := last.Semicolon.IsValid()
	if separated {
		stop = max(stop, offset(last.Semicolon)+1)
	}
	opens := c.opensLine(start)
	switch {
	case opens && c.endsLine(stop):
	case separated && !c.endsLine(stop), opens:
		stop = c.skipSpace(stop)
	case !separated && i > 0 && c.sameLine(list[i-1], first) && endsInSemicolon(list[i-1]):
		start = offset(list[i-1].Semicolon)
	default:
		start = c.skipBack(start)
	}
	c.cut(start, stop, "")
}

func endsInSemicolon(s *syntax.Stmt) bool { return s.Semicolon.IsValid() && !s.Background }

// opensLine reports whether only space stands before off on its line.
func (c *cutter) opensLine(off int) bool {
	return c.skipBack(off) == c.lines[c.line(off)]
}

// endsLine reports whether only space or a comment stands behind off.
func (c *cutter) endsLine(off int) bool {
	off = c.skipSpace(off)
	return off >= len(c.src) || c.src[off] == '\n' || c.src[off] == '\r' || c.src[off] == '#'
}

// skipSpace skips spaces and line continuations.
func (c *cutter) skipSpace(off int) int {
	for off < len(c.src) {
		switch {
		case c.src[off] == ' ' || c.src[off] == '\t':
			off++
		case c.src[off] == '\\' && off+1 < len(c.src) && c.src[off+1] == '\n':
			off += 2
		default:
			return off
		}
	}
	return off
}

func (c *cutter) skipBack(off int) int {
	for off > 0 && (c.src[off-1] == ' ' || c.src[off-1] == '\t') {
		off--
	}
	return off
}

// into cuts what goes from within a statement that stays.
func (c *cutter) into(s *syntax.Stmt) {
	switch n := s.Cmd.(type) {
	case *syntax.CallExpr:
		if len(n.Args) == 0 {
			c.assigns(n.Assigns)
		}
	case *syntax.DeclClause:
		c.assigns(n.Args)
	case *syntax.Block:
		c.list(n.Stmts, needsOne)
	case *syntax.Subshell:
		c.list(n.Stmts, needsOne)
	case *syntax.BinaryCmd:
		c.binary(n)
	case *syntax.IfClause:
		c.ifClause(n)
	case *syntax.WhileClause:
		c.condition(n.Cond)
		c.list(n.Do, needsOne)
	case *syntax.ForClause:
		c.list(n.Do, needsOne)
	case *syntax.CaseClause:
		for _, item := range n.Items {
			c.list(item.Stmts, mayEmpty)
		}
	case *syntax.FuncDecl:
		c.into(n.Body)
	case *syntax.TimeClause:
		if n.Stmt != nil {
			c.into(n.Stmt)
		}
	}
}

// assigns cuts some of the assignments of one statement.
func (c *cutter) assigns(list []*syntax.Assign) {
	for i, a := range list {
		if a.Name == nil || !c.assignGoes(a) {
			continue
		}
		start, end := offset(a.Pos()), offset(a.End())
		if i > 0 {
			c.cut(offset(list[i-1].End()), end, "")
		} else if len(list) > 1 {
			c.cut(start, offset(list[1].Pos()), "")
		}
	}
}

// binary cuts an operand with its operator.
func (c *cutter) binary(b *syntax.BinaryCmd) {
	if isPipe(b) {
		for _, s := range stagesOf(b) {
			if !c.going(s) {
				c.into(s)
			}
		}
		return
	}
	x, y := c.fates[b.X], c.fates[b.Y]
	switch {
	case x == gone && !isAnd(b):
		// What follows runs when the command fails: a finding will say so.
	case x == gone:
		c.cut(offset(b.X.Pos()), offset(b.Y.Pos()), "")
		c.hereDocs(b.X)
		c.into(b.Y)
	case y != stays && isAnd(b):
		c.into(b.X)
		c.cut(commandEnd(b.X), commandEnd(b.Y), "")
		c.hereDocs(b.Y)
	case y != stays:
		c.into(b.X)
		c.replace(b.Y, "true")
	default:
		c.into(b.X)
		c.into(b.Y)
	}
}

// condition cuts from within a condition, whose last statement decides.
func (c *cutter) condition(list []*syntax.Stmt) {
	last := len(list) - 1
	if last < 0 || c.fates[list[last]] == gone {
		return
	}
	for _, s := range list {
		if !c.going(s) || s == list[last] {
			c.into(s)
		} else {
			c.replace(s, ":")
		}
	}
}

func (c *cutter) ifClause(n *syntax.IfClause) {
	all := branches(n)
	keep := len(all)
	for keep > 1 && c.branchGoes(all[keep-1]) {
		keep--
	}
	for _, b := range all[:keep] {
		c.condition(b.cond)
		c.list(b.body, needsOne)
	}
	if keep == len(all) {
		return
	}
	start, end := offset(all[keep].clause.Position), offset(n.FiPos)
	c.cut(start, end, "")
}

// branchGoes reports whether an elif or else has nothing left to do.
func (c *cutter) branchGoes(b branch) bool {
	bodyGoes := len(b.body) > 0 && !slices.ContainsFunc(b.body, func(s *syntax.Stmt) bool { return !c.going(s) })
	condGoes := !slices.ContainsFunc(b.cond, func(s *syntax.Stmt) bool { return !c.going(s) && !c.leavesNothing(s, idle) })
	return bodyGoes && condGoes
}
