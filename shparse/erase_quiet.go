package shparse

import (
	"slices"
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

// A nature is a set of kinds of commands that leave nothing behind.
type nature uint8

const (
	isAnswer nature = 1 << iota // all it gives is its status: test, true, sleep
	isQuery                     // reads, and prints what it read: grep, docker ps
	isPrint                     // says something to people: echo
	isLocal                     // declares what dies with its function
	isReturn                    // leaves a function or a loop
	isState                     // changes the shell that runs it: cd, set, read
	isExit                      // ends the script
)

const (
	idle   = isAnswer | isQuery
	quiet  = idle | isPrint
	inside = idle | isState | isLocal // of a subshell, whose state dies with it
	aside  = quiet | inside | isReturn | isExit
)

// natures are the commands that leave nothing behind. A command whose words
// begin with Words has the kind Is, unless one of its words begins with one of
// Unless. The first row that fits counts.
var natures = []struct {
	Words  string
	Is     nature
	Unless []string
}{
	{"[", isAnswer, nil}, {"test", isAnswer, nil}, {"true", isAnswer, nil}, {":", isAnswer, nil}, {"false", isAnswer, nil},
	{"sleep", isAnswer, nil}, {"wait", isAnswer, nil}, {"type", isAnswer, nil}, {"hash", isAnswer, nil}, {"which", isAnswer, nil},
	{"command -v", isAnswer, nil}, {"command -V", isAnswer, nil},

	{"cat", isQuery, nil}, {"grep", isQuery, nil}, {"egrep", isQuery, nil}, {"fgrep", isQuery, nil},
	{"head", isQuery, nil}, {"tail", isQuery, nil}, {"cut", isQuery, nil}, {"tr", isQuery, nil}, {"wc", isQuery, nil},
	{"uniq", isQuery, nil}, {"nl", isQuery, nil}, {"tac", isQuery, nil}, {"rev", isQuery, nil}, {"column", isQuery, nil}, {"fold", isQuery, nil},
	{"sort", isQuery, []string{"-o", "--output"}}, {"sed", isQuery, []string{"-i", "--in-place"}},
	{"awk", isQuery, []string{"-i"}}, {"jq", isQuery, nil}, {"less", isQuery, nil}, {"more", isQuery, nil},
	{"ls", isQuery, nil}, {"pwd", isQuery, nil}, {"basename", isQuery, nil}, {"dirname", isQuery, nil}, {"realpath", isQuery, nil}, {"readlink", isQuery, nil},
	{"date", isQuery, []string{"-s", "--set"}}, {"uname", isQuery, nil}, {"id", isQuery, nil}, {"whoami", isQuery, nil}, {"hostname", isQuery, nil}, {"nproc", isQuery, nil},
	{"expr", isQuery, nil}, {"seq", isQuery, nil}, {"printenv", isQuery, nil}, {"envsubst", isQuery, nil}, {"base64", isQuery, nil},
	{"tar c", isQuery, nil}, {"tar -c", isQuery, []string{"-cf", "-czf", "-f", "--file"}},
	{"md5sum", isQuery, nil}, {"sha1sum", isQuery, nil}, {"sha256sum", isQuery, nil}, {"shasum", isQuery, nil},
	{"git rev-parse", isQuery, nil}, {"git describe", isQuery, nil}, {"git log", isQuery, nil}, {"git rev-list", isQuery, nil},
	{"git show", isQuery, nil}, {"git status", isQuery, nil}, {"git ls-files", isQuery, nil}, {"git config --get", isQuery, nil},
	{"git symbolic-ref --short", isQuery, nil}, {"git branch --show-current", isQuery, nil}, {"git diff", isQuery, nil},
	{"docker inspect", isQuery, nil}, {"docker image inspect", isQuery, nil}, {"docker container inspect", isQuery, nil},
	{"docker ps", isQuery, nil}, {"docker container ls", isQuery, nil}, {"docker container ps", isQuery, nil}, {"docker container list", isQuery, nil},
	{"docker images", isQuery, nil}, {"docker image ls", isQuery, nil}, {"docker image list", isQuery, nil},
	{"docker version", isQuery, nil}, {"docker info", isQuery, nil}, {"docker port", isQuery, nil}, {"docker logs", isQuery, nil},
	{"docker container logs", isQuery, nil}, {"docker history", isQuery, nil},

	{"echo", isPrint, nil}, {"printf", isPrint, []string{"-v"}}, {"tput", isPrint, nil},

	{"return", isReturn, nil}, {"break", isReturn, nil}, {"continue", isReturn, nil},

	{"cd", isState, nil}, {"pushd", isState, nil}, {"popd", isState, nil}, {"set", isState, nil}, {"shopt", isState, nil},
	{"umask", isState, nil}, {"trap", isState, nil}, {"alias", isState, nil}, {"read", isState, nil}, {"shift", isState, nil}, {"unset", isState, nil}, {"printf", isState, nil},

	{"exit", isExit, nil},
}

// natureOf returns the kind of a command, or 0 for one that may have effects.
func natureOf(c *syntax.CallExpr) nature {
	words := make([]string, len(c.Args))
	for i, w := range c.Args {
		words[i] = staticWord(w)
	}
	return natureOfWords(words)
}

func natureOfWords(words []string) nature {
	if len(words) == 0 {
		return 0
	}
	for _, row := range natures {
		if strings.HasPrefix(row.Words, words[0]) && leads(words, row.Words) && !hinders(words, row.Unless) {
			return row.Is
		}
	}
	return 0
}

// leads reports whether words begin with those of head; the last word of a head
// with several may be the beginning of a word ("tar c" of "tar cz").
func leads(words []string, head string) bool {
	for h := range strings.FieldsSeq(head) {
		if len(words) == 0 {
			return false
		}
		bundle := strings.HasPrefix(head, "tar ") && h != "tar" && strings.HasPrefix(words[0], h)
		if words[0] != h && !bundle {
			return false
		}
		words = words[1:]
	}
	return true
}

func hinders(words, unless []string) bool {
	return slices.ContainsFunc(unless, func(u string) bool {
		return slices.ContainsFunc(words, func(w string) bool { return strings.HasPrefix(w, u) })
	})
}

// leavesNothing reports whether all that s does is of the allowed natures, so that
// nobody but a reader of its output can tell whether it ran.
func (e *eraser) leavesNothing(s *syntax.Stmt, allow nature) bool {
	if e.going(s) {
		return true
	}
	key := look{s, allow}
	fine, known := e.looks[key]
	if !known {
		fine = e.lookAt(s, allow)
		e.looks[key] = fine
	}
	return fine
}

// A look is a question that leavesNothing has answered before: without memory,
// nested commands would be looked at once for each level around them.
type look struct {
	stmt  *syntax.Stmt
	allow nature
}

func (e *eraser) lookAt(s *syntax.Stmt, allow nature) bool {
	if !harmless(s.Redirs) {
		return false
	}
	switch c := s.Cmd.(type) {
	case nil, *syntax.TestClause:
		return e.pure(s)
	case *syntax.CallExpr:
		return e.callLeavesNothing(s, c, allow)
	case *syntax.DeclClause:
		return e.declLeavesNothing(c, allow)
	case *syntax.ArithmCmd, *syntax.LetClause:
		return allow&isState != 0 || !assigns(s)
	case *syntax.FuncDecl, *syntax.CoprocClause, *syntax.TestDecl:
		return false
	case *syntax.Subshell:
		return e.allLeaveNothing(c.Stmts, allow|isState)
	}
	return e.partsLeaveNothing(s, allow)
}

func (e *eraser) allLeaveNothing(list []*syntax.Stmt, allow nature) bool {
	return !slices.ContainsFunc(list, func(s *syntax.Stmt) bool { return !e.leavesNothing(s, allow) })
}

// partsLeaveNothing looks at the statements directly below a compound command,
// and at the words between them.
func (e *eraser) partsLeaveNothing(s *syntax.Stmt, allow nature) bool {
	if p, ok := s.Cmd.(*syntax.BinaryCmd); ok && isPipe(p) {
		allow |= isPrint // into the pipe
	}
	fine := true
	syntax.Walk(s.Cmd, func(n syntax.Node) bool {
		switch n := n.(type) {
		case *syntax.Stmt:
			fine = fine && e.leavesNothing(n, allow)
			return false
		case *syntax.Word:
			fine = fine && e.pure(n)
			return false
		}
		return fine
	})
	return fine
}

func (e *eraser) callLeavesNothing(s *syntax.Stmt, c *syntax.CallExpr, allow nature) bool {
	if len(c.Args) == 0 {
		return allow&isState != 0 && e.pure(c) || e.judgeAssigns(c.Assigns) == gone
	}
	if f := e.funcs[staticWord(c.Args[0])]; f != nil {
		return e.functionLeavesNothing(f, allow)
	}
	is := natureOf(c)
	if toNull(s.Redirs) && is == isPrint {
		is = isAnswer
	}
	if is == 0 {
		is = e.tracedNature(s)
	}
	return is&allow != 0 && e.pure(c) && e.tracedFine(s)
}

func (e *eraser) functionLeavesNothing(f *routine, allow nature) bool {
	if f.looking {
		return false // recursion
	}
	f.looking = true
	defer func() { f.looking = false }()
	return e.leavesNothing(f.decl.Body, allow|isLocal|isReturn)
}

func (e *eraser) declLeavesNothing(c *syntax.DeclClause, allow nature) bool {
	if e.judgeAssigns(c.Args) == gone {
		return true
	}
	if !e.pure(c) {
		return false
	}
	return allow&isState != 0 || allow&isLocal != 0 && c.Variant.Value == "local"
}

// tracedNature says what the operations of s tell of a command that the table
// lacks.
func (e *eraser) tracedNature(s *syntax.Stmt) nature {
	if len(e.ops[s]) == 0 || !e.tracedFine(s) {
		return 0
	}
	return isQuery
}

// tracedFine reports whether no operation of s has an effect.
func (e *eraser) tracedFine(s *syntax.Stmt) bool {
	return !slices.ContainsFunc(e.ops[s], func(o *Op) bool { return !effectless(o) })
}

// effectless reports whether an operation changes neither files nor images.
func effectless(o *Op) bool {
	switch a := o.Act.(type) {
	case nil:
		return natureOfArgv(o) != 0
	case *Docker:
		return natureOfWords(append([]string{"docker"}, a.Path...)) != 0
	case *Start:
		return natureOfWords(append([]string{"docker"}, a.Path...)) != 0
	case *Host:
		return !slices.ContainsFunc(a.Effects, func(f Effect) bool { return f.Verb != ReadFile })
	}
	return false
}

// natureOfArgv looks an operation up by its arguments.
func natureOfArgv(o *Op) nature {
	words := make([]string, len(o.Argv))
	for i, a := range o.Argv {
		words[i], _ = a.Known()
	}
	return natureOfWords(words)
}

// pure reports whether expanding the words below n has no effect.
func (e *eraser) pure(n syntax.Node) bool {
	fine := true
	syntax.Walk(n, func(n syntax.Node) bool {
		switch n := n.(type) {
		case *syntax.CmdSubst:
			fine = fine && e.allLeaveNothing(n.Stmts, quiet|inside)
			return false
		case *syntax.ProcSubst:
			fine = fine && n.Op == syntax.CmdIn && e.allLeaveNothing(n.Stmts, quiet|inside)
			return false
		case *syntax.ParamExp:
			fine = fine && !demanding(n)
		case *syntax.ArithmExp:
			fine = fine && !assigns(n)
		}
		return fine
	})
	return fine
}

// demanding reports whether an expansion assigns (${X:=d}) or may end the
// script (${X:?}).
func demanding(p *syntax.ParamExp) bool {
	if p.Exp == nil {
		return false
	}
	switch p.Exp.Op {
	case syntax.AssignUnset, syntax.AssignUnsetOrNull, syntax.ErrorUnset, syntax.ErrorUnsetOrNull:
		return true
	}
	return false
}

// assigns reports whether arithmetic below n changes a variable.
func assigns(n syntax.Node) bool {
	found := false
	syntax.Walk(n, func(n syntax.Node) bool {
		switch n := n.(type) {
		case *syntax.BinaryArithm:
			found = found || strings.HasSuffix(n.Op.String(), "=") && !comparison(n.Op)
		case *syntax.UnaryArithm:
			found = found || n.Op == syntax.Inc || n.Op == syntax.Dec
		}
		return !found
	})
	return found
}

func comparison(op syntax.BinAritOperator) bool {
	return op == syntax.Eql || op == syntax.Neq || op == syntax.Leq || op == syntax.Geq
}

// harmless reports whether redirections neither make nor change a file.
func harmless(rs []*syntax.Redirect) bool {
	return !slices.ContainsFunc(rs, func(r *syntax.Redirect) bool { return writes(r) && staticWord(r.Word) != "/dev/null" })
}

// writes reports whether a redirection opens a file for writing.
func writes(r *syntax.Redirect) bool {
	switch r.Op {
	case syntax.RdrIn, syntax.DplIn, syntax.Hdoc, syntax.DashHdoc, syntax.WordHdoc:
		return false
	case syntax.DplOut:
		word := staticWord(r.Word)
		return strings.Trim(word, "0123456789-") != "" || word == ""
	}
	return true
}

// toNull reports whether standard output goes to /dev/null.
func toNull(rs []*syntax.Redirect) bool {
	return slices.ContainsFunc(rs, func(r *syntax.Redirect) bool {
		return writes(r) && (r.N == nil || r.N.Value == "1") && staticWord(r.Word) == "/dev/null"
	})
}

// abandons reports whether s, once begun, ends the script or the function.
func (e *eraser) abandons(s *syntax.Stmt) bool {
	switch c := s.Cmd.(type) {
	case *syntax.CallExpr:
		name := callName(s)
		if f := e.funcs[name]; f != nil && !f.looking {
			f.looking = true
			defer func() { f.looking = false }()
			return e.abandons(f.decl.Body)
		}
		return name == "exit" || name == "return"
	case *syntax.Block:
		return len(c.Stmts) > 0 && e.abandons(c.Stmts[len(c.Stmts)-1])
	case *syntax.BinaryCmd:
		return !isPipe(c) && e.abandons(c.Y)
	}
	return false
}

// handles reports whether a list is there for a failure only: it ends the script
// or leaves nothing behind.
func (e *eraser) handles(list []*syntax.Stmt) bool {
	if len(list) > 0 && e.abandons(list[len(list)-1]) {
		return true
	}
	return e.allLeaveNothing(list, aside)
}
