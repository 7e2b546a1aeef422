package shparse

import (
	"slices"
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

// judgeStatuses lets the statements go that do nothing but look at the status of
// a command that goes: status=$? directly behind it, and the checks of $? or
// $status behind that.
func (e *eraser) judgeStatuses(list []*syntax.Stmt) {
	holder := "" // the variable that holds the status
	for i, s := range list {
		if e.going(s) {
			continue
		}
		switch {
		case i > 0 && e.going(list[i-1]) && !e.doubts(list[i-1]) && readsParam(firstCommand(s), "?"):
			if name, ok := statusHolder(s); ok {
				holder = name
				e.forced[s.Cmd.(*syntax.CallExpr).Assigns[0]] = true
				e.fates[s] = gone
			} else if e.checks(s, "?") {
				e.fates[s] = gone
			}
		case holder != "" && e.checks(s, holder):
			e.fates[s] = gone
		case holder != "" && assignsTo(s, holder):
			holder = ""
		}
	}
}

// statusHolder returns the variable of "name=$?".
func statusHolder(s *syntax.Stmt) (string, bool) {
	c, ok := s.Cmd.(*syntax.CallExpr)
	if !ok || len(c.Args) > 0 || len(c.Assigns) != 1 || c.Assigns[0].Value == nil {
		return "", false
	}
	return c.Assigns[0].Name.Value, readsParam(c.Assigns[0].Value, "?")
}

func assignsTo(n syntax.Node, name string) bool {
	found := false
	syntax.Walk(n, func(n syntax.Node) bool {
		a, ok := n.(*syntax.Assign)
		found = found || ok && a.Name != nil && a.Name.Value == name
		return !found
	})
	return found
}

// checks reports whether s only asks whether $name is zero, and then does nothing
// but report or handle the failure.
func (e *eraser) checks(s *syntax.Stmt, name string) bool {
	switch c := s.Cmd.(type) {
	case *syntax.IfClause:
		return e.ifChecks(c, name)
	case *syntax.BinaryCmd:
		return e.listChecks(c, name)
	}
	return asksFor(s, name) != noAnswer
}

func (e *eraser) ifChecks(c *syntax.IfClause, name string) bool {
	if len(c.Cond) != 1 {
		return false
	}
	all := branches(c)
	onSuccess, onFailure := all[:1], all[1:]
	switch asksFor(c.Cond[0], name) {
	case noAnswer:
		return false
	case failure:
		onSuccess, onFailure = onFailure, onSuccess
	}
	return !slices.ContainsFunc(onSuccess, func(b branch) bool { return !e.allLeaveNothing(b.body, quiet) }) &&
		!slices.ContainsFunc(onFailure, func(b branch) bool { return !e.handles(b.body) })
}

func (e *eraser) listChecks(b *syntax.BinaryCmd, name string) bool {
	if isPipe(b) || b.X.Negated {
		return false
	}
	answer := asksFor(b.X, name)
	if x, ok := b.X.Cmd.(*syntax.BinaryCmd); ok && e.listChecks(x, name) {
		answer = success
	}
	y := []*syntax.Stmt{b.Y}
	switch {
	case answer == noAnswer:
		return false
	case (answer == success) == (b.Op == syntax.AndStmt):
		return e.allLeaveNothing(y, quiet)
	}
	return e.handles(y)
}

// An answer says what a test of a status is true for.
type answer uint8

const (
	noAnswer answer = iota
	success
	failure
)

// statusTests are the operators that compare a status with 0.
var statusTests = []struct {
	Op    string
	Means answer
}{
	{"-eq", success}, {"=", success}, {"==", success},
	{"-ne", failure}, {"!=", failure}, {"-gt", failure}, {">", failure},
}

var statusQuotes = strings.NewReplacer(`"`, "", "{", "", "}", "", "[[", "", "]]", "", "[", "", "]", "", "((", "", "))", "")

// asksFor says whether s tests $name against 0: [ $? -ne 0 ], ((status != 0)).
func asksFor(s *syntax.Stmt, name string) answer {
	var text strings.Builder
	if err := syntax.NewPrinter().Print(&text, s.Cmd); err != nil {
		return noAnswer
	}
	words := strings.Fields(statusQuotes.Replace(strings.TrimPrefix(text.String(), "test ")))
	if len(words) != 3 || words[2] != "0" || strings.TrimPrefix(words[0], "$") != name {
		return noAnswer
	}
	for _, t := range statusTests {
		if t.Op == words[1] {
			return negate(t.Means, s)
		}
	}
	return noAnswer
}

func negate(a answer, s *syntax.Stmt) answer {
	if !s.Negated {
		return a
	}
	if a == success {
		return failure
	}
	return success
}

// firstCommand returns what s runs first: the part of it that sees the status of
// the command in front.
func firstCommand(s *syntax.Stmt) syntax.Node {
	for {
		var first []*syntax.Stmt
		switch c := s.Cmd.(type) {
		case nil:
			return s
		case *syntax.IfClause:
			first = c.Cond
		case *syntax.WhileClause:
			first = c.Cond
		case *syntax.Block:
			first = c.Stmts
		case *syntax.Subshell:
			first = c.Stmts
		case *syntax.BinaryCmd:
			first = []*syntax.Stmt{c.X}
		case *syntax.CaseClause:
			return c.Word
		case *syntax.ForClause:
			return c.Loop
		case *syntax.FuncDecl:
			return &syntax.Word{} // a declaration runs nothing
		default:
			return s
		}
		if len(first) == 0 {
			return s
		}
		s = first[0]
	}
}

// readsParam reports whether n expands $name.
func readsParam(n syntax.Node, name string) bool {
	found := false
	syntax.Walk(n, func(n syntax.Node) bool {
		p, ok := n.(*syntax.ParamExp)
		found = found || ok && p.Param != nil && p.Param.Value == name
		return !found
	})
	return found
}

// judgeAnnouncements lets the echo lines go that stand directly in front of a
// statement that goes and name one of the things that no longer exist.
func (e *eraser) judgeAnnouncements(list []*syntax.Stmt) {
	ahead := false // of something that goes
	for _, s := range slices.Backward(list) {
		switch {
		case e.fates[s] == gone:
			ahead = true
		case !speaks(s):
			ahead = false
		case ahead && e.announces(s):
			e.fates[s] = gone
		}
	}
}

// speaks reports whether s is an echo or printf to standard output.
func speaks(s *syntax.Stmt) bool {
	c, ok := s.Cmd.(*syntax.CallExpr)
	return ok && natureOf(c) == isPrint && len(s.Redirs) == 0 && !s.Background
}

// announces reports whether s says one of the names that no longer exist.
func (e *eraser) announces(s *syntax.Stmt) bool {
	if !speaks(s) || !e.pure(s) {
		return false
	}
	said := e.said(s)
	return slices.ContainsFunc(e.names, func(name string) bool { return mentions(said, name) >= 0 })
}

// said is what s prints: what the trace knows of it, or else its own text.
func (e *eraser) said(s *syntax.Stmt) string {
	var words []string
	for _, o := range e.ops[s] {
		for _, a := range o.Argv {
			for _, p := range a.Value {
				words = append(words, p.Lit)
			}
			words = append(words, " ")
		}
	}
	if len(words) > 0 {
		return strings.Join(words, "")
	}
	for _, w := range s.Cmd.(*syntax.CallExpr).Args {
		words = append(words, staticWord(w))
	}
	return strings.Join(words, " ")
}
