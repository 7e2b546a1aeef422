package shparse

import (
	"io/fs"
	"slices"
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

// A Sameness says how the meaning of words differs between two operations.
type Sameness uint8

const (
	Differs Sameness = iota // it differs, or may
	Later                   // what tells the time tells another
	Same
)

// SameAt says whether the words of a flag of the operation a would mean the same at the
// operation b of the same way, so that they can be moved there: whether the variables that
// they name have the same values there, and the commands in them read what nothing changes
// in between. Where it can't be sure, it says Differs.
func (t *Trace) SameAt(f Flag, a, b *Op) Sameness {
	m := &mover{a: a, b: b, ops: t.wayOf(a)}
	sc := t.scripts[f.Range.File]
	if sc == nil || a.Seq > b.Seq || b.Seq > len(m.ops) || f.namesHostPath() && a.Dir.Key() != b.Dir.Key() {
		return Differs
	}
	words := span{f.Range.Start.Offset, f.Range.End.Offset}
	same, mayDiffer := Same, false
	p := &probe{a: a, b: b}
	syntax.Walk(sc.file, func(n syntax.Node) bool {
		if n == nil || !words.contains(span{offset(n.Pos()), offset(n.End())}) {
			return same != Differs
		}
		switch n := n.(type) {
		case *syntax.Word:
			if len(p.words) == 0 || offset(n.Pos()) >= offset(p.words[len(p.words)-1].End()) {
				p.words = append(p.words, n)
			}
		case *syntax.ProcSubst, *syntax.ArithmExp:
			same = Differs
		case *syntax.CmdSubst:
			same = min(same, m.substitution(n))
		case *syntax.ParamExp:
			if n.Param == nil || slices.Contains(volatile, n.Param.Value) {
				same = Differs
			} else {
				mayDiffer = mayDiffer || !t.isOutside(n.Param.Value)
			}
		}
		return same != Differs
	})
	if same != Differs && mayDiffer && !t.agrees(p) {
		return Differs
	}
	return same
}

// namesHostPath reports whether the value of a flag may hold a path of the host, which is
// seen from the working directory.
func (f *Flag) namesHostPath() bool {
	return slices.Contains([]string{"cache-from", "cache-to", "metadata-file", "output", "secret", "ssh"}, f.Name)
}

// volatile are parameters that commands change which nobody sees set them, some of which go.
var volatile = []string{
	"?", "!", "-", "_", "BASHPID", "BASH_COMMAND", "BASH_LINENO", "BASH_SUBSHELL", "DIRSTACK", "EPOCHREALTIME",
	"EPOCHSECONDS", "FUNCNAME", "LINENO", "OLDPWD", "OPTARG", "OPTIND", "PIPESTATUS", "RANDOM", "REPLY", "SECONDS",
	"SRANDOM",
}

// isOutside reports whether a variable has its value from outside for sure, at all places
// alike: no script sets it, or says that it must be set.
func (t *Trace) isOutside(name string) bool {
	if !syntax.ValidName(name) || name == "PWD" {
		return false
	}
	for _, sc := range t.scripts {
		if sets(sc.file, name) {
			return false
		}
	}
	return true
}

// A probe is what a second run of the tracer looks at: what words mean at two operations.
type probe struct {
	a, b  *Op // of the first run
	words []*syntax.Word
	seen  bool // at both, on some way
	other bool // they meant something else there
}

// agrees follows the script again, to see whether the words of p mean the same at both of
// its operations on all ways that get there.
func (t *Trace) agrees(p *probe) bool {
	again := newTracer(t.conf)
	again.probe = p
	again.read()
	return p.seen && !p.other
}

// A meaning is what the words of a probe mean at an operation.
type meaning struct {
	words Value
	ifs   string
	opts  options
}

// look compares what the words of a probe mean, where op is one of the two operations.
func (s *shell) look(op *Op) {
	r, p := s.r, s.r.t.probe
	switch {
	case p == nil:
	case len(r.ops) == p.a.Seq && op.Range == p.a.Range:
		m := s.meaning(p.words)
		r.meant = &m
	case r.meant != nil && len(r.ops) == p.b.Seq && op.Range == p.b.Range:
		m := s.meaning(p.words)
		p.seen = true
		// What was learned in between holds for the value before, too.
		p.other = p.other || r.refine(r.meant.words).Key() != m.words.Key() || r.meant.ifs != m.ifs || r.meant.opts != m.opts
	}
}

// meaning expands words, but for the commands in them.
func (s *shell) meaning(words []*syntax.Word) meaning {
	m := meaning{ifs: s.ifs(), opts: s.opts}
	s.r.stubs = true
	for _, w := range words {
		m.words = append(append(m.words, s.text(w)...), Part{Lit: " "})
	}
	m.opts.errexit, m.opts.pipefail, m.opts.allexport, m.opts.lastpipe = false, false, false, false
	s.r.stubs = false
	if s.pending != next {
		s.r.t.probe.other = true
	}
	return m
}

// wayOf returns the operations of the way that a is on.
func (t *Trace) wayOf(a *Op) []*Op {
	for _, w := range t.Ways {
		if a.Seq < len(w.Ops) && w.Ops[a.Seq] == a {
			return w.Ops
		}
	}
	return nil
}

// A mover looks at what commands print that move from one operation to another.
type mover struct {
	a, b *Op
	ops  []*Op // of the way
}

// substitution says whether $(...) gives the same at b as at a.
func (m *mover) substitution(cs *syntax.CmdSubst) Sameness {
	if m.a.Dir.Key() != m.b.Dir.Key() || cs.TempFile || cs.ReplyVar {
		return Differs
	}
	same := Same
	fed := map[*syntax.Stmt]bool{} // by a pipe
	syntax.Walk(cs, func(n syntax.Node) bool {
		switch n := n.(type) {
		case *syntax.Stmt:
			if n.Background || n.Coprocess || slices.ContainsFunc(n.Redirs, keeps) {
				same = Differs
			} else if ce, ok := n.Cmd.(*syntax.CallExpr); ok {
				same = min(same, m.command(ce, fed[n]))
			} else if b, ok := n.Cmd.(*syntax.BinaryCmd); !ok || b.Op == syntax.PipeAll {
				same = Differs
			} else if b.Op == syntax.Pipe {
				fed[b.Y] = true
			}
		}
		return same != Differs
	})
	return same
}

// keeps reports whether a redirection reads a file or keeps what is written.
func keeps(r *syntax.Redirect) bool {
	discards := r.Op == syntax.RdrOut && r.Word.Lit() == "/dev/null"
	return !discards && r.Op != syntax.DplOut
}

// command says whether a command prints the same at b as at a. One that did not run at a
// stands behind && or ||, and must print the same anywhere. One that is not fed by a pipe
// must not read its standard input.
func (m *mover) command(ce *syntax.CallExpr, fed bool) Sameness {
	if len(ce.Args) == 0 || len(ce.Assigns) > 0 {
		return Differs
	}
	op := m.opOf(ce)
	if op == nil {
		if name := ce.Args[0].Lit(); name == "echo" || name == "printf" || name == "true" {
			return Same
		}
		return Differs
	}
	h, ok := op.Act.(*Host)
	switch {
	case !ok || slices.ContainsFunc(h.Effects, func(e Effect) bool { return e.Verb != ReadFile || !m.untouched(e.Path) }):
		return Differs
	case h.Name == "date":
		return Later
	case h.Name == "git":
		return m.git(op)
	case slices.Contains(tellers, h.Name), slices.Contains(filters, h.Name) && (fed || len(h.Effects) > 0) && !isClever(h.Name, op.Argv[1:]):
		return Same
	}
	return Differs
}

// opOf is the operation that a command was when the words of a were expanded.
func (m *mover) opOf(ce *syntax.CallExpr) *Op {
	for i := min(m.a.Seq, len(m.ops)) - 1; i >= 0; i-- {
		op := m.ops[i]
		if op.Captured.File == m.a.Range.File && op.Range.File == m.a.Range.File && op.Range.Start.Offset == offset(ce.Pos()) {
			return op
		}
	}
	return nil
}

// tellers are commands that print the same each time.
var tellers = []string{
	"arch", "basename", "dirname", "echo", "expr", "getconf", "hostname", "id", "lsb_release", "nproc", "printf",
	"pwd", "uname", "whoami",
}

// filters are commands that print the same for the same input.
var filters = []string{
	"awk", "cat", "cut", "egrep", "fgrep", "grep", "head", "jq", "rev", "sed", "sort", "tail", "tr", "uniq", "wc", "yq",
}

// ownWords are words of filters' programs that may print something of their own: the time,
// chance, or what another command prints.
var ownWords = map[string][]string{
	"awk":  {"rand", "time", "system", "getline", "|"},
	"jq":   {"now", "time", "input"},
	"yq":   {"now", "time", "load", "input"},
	"sort": {"-R", "random"},
}

// isClever reports whether a filter may print something of its own.
func isClever(name string, args []Arg) bool {
	program := false
	for _, arg := range args {
		text, known := arg.Known()
		if !known || slices.ContainsFunc(ownWords[name], func(word string) bool { return strings.Contains(text, word) }) {
			return true
		}
		program = program || name == "sed" && isSedProgram(text)
	}
	return name == "sed" && !program
}

// isSedProgram reports whether text is a program of sed that the tracer knows.
func isSedProgram(text string) bool {
	_, plain := sedProgram(text, false)
	_, extended := sedProgram(text, true)
	return plain || extended
}

// untouched reports whether a path is a file of the repository that nothing changes between
// the two operations.
func (m *mover) untouched(file Value) bool {
	name, known := file.Known()
	if !known || !fs.ValidPath(name) {
		return false
	}
	before, was := m.a.Files.At(name)
	now, is := m.b.Files.At(name)
	return was == is && len(before.By) == len(now.By) && m.a.Files.existence(name) == m.b.Files.existence(name) &&
		m.a.Files.mayGrow(name) == m.b.Files.mayGrow(name)
}

// git says whether a git command prints the same at both operations: it only reads, and
// nothing in between does more. Those that look at the files of the work tree too are not
// known to.
func (m *mover) git(op *Op) Sameness {
	if !readsHistory(op) || !m.untouched(Lit(".git")) {
		return Differs
	}
	for _, between := range m.ops[m.a.Seq:m.b.Seq] {
		switch act := between.Act.(type) {
		case *Unknown:
			return Differs
		case *Host:
			if act.Name == "git" && !readsHistory(between) {
				return Differs
			}
		}
	}
	return Same
}

// historians are the subcommands of git that read nothing but the history and the names of
// its commits, whatever their arguments are.
var historians = []string{"cat-file", "describe", "for-each-ref", "log", "ls-tree", "merge-base", "name-rev", "rev-list", "rev-parse", "shortlog", "show", "show-ref", "var"}

// readsHistory reports whether a git command reads nothing else.
func readsHistory(op *Op) bool {
	for _, arg := range op.Argv[1:] {
		word, known := arg.Known()
		switch {
		case !known, strings.HasPrefix(word, "--dirty"), word == "--broken":
			return false // of the work tree
		case strings.Contains(word, "relative"), strings.Contains(word, "%cr"), strings.Contains(word, "%ar"),
			slices.ContainsFunc([]string{"--since", "--after", "--until", "--before"}, func(flag string) bool { return strings.HasPrefix(word, flag) }):
			return false // of the time
		}
	}
	return len(op.Argv) > 1 && slices.ContainsFunc(historians, func(verb string) bool { return op.Argv[1].is(verb) })
}

// sets reports whether a script may set a variable, or makes an error of one that is not.
func sets(file *syntax.File, name string) bool {
	found := false
	syntax.Walk(file, func(n syntax.Node) bool {
		switch n := n.(type) {
		case *syntax.Assign:
			found = found || n.Name != nil && n.Name.Value == name && !n.Naked
		case *syntax.WordIter:
			found = found || n.Name.Value == name
		case *syntax.ParamExp:
			found = found || n.Param != nil && n.Param.Value == name && n.Exp != nil &&
				(n.Exp.Op == syntax.AssignUnset || n.Exp.Op == syntax.AssignUnsetOrNull)
		case *syntax.ArithmExp, *syntax.ArithmCmd, *syntax.LetClause, *syntax.CStyleLoop:
			found = found || computesWith(n, name)
		case *syntax.DeclClause: // declare -n makes another name for it
			found = found || slices.ContainsFunc(n.Args, func(a *syntax.Assign) bool {
				return a.Naked && a.Value != nil && strings.HasPrefix(a.Value.Lit(), "-") && strings.Contains(a.Value.Lit(), "n")
			})
		case *syntax.CallExpr:
			if len(n.Args) == 0 {
				break
			}
			command := n.Args[0].Lit()
			for _, w := range n.Args[1:] {
				found = found || command == "eval" || slices.Contains(setters, command) && strings.HasPrefix(w.Lit(), name) ||
					command == "set" && (strings.HasPrefix(w.Lit(), "-") && strings.Contains(w.Lit(), "u") || w.Lit() == "nounset")
			}
		}
		return !found
	})
	return found
}

// setters are commands that set the variables that they name.
var setters = []string{"read", "getopts", "mapfile", "readarray", "unset", "printf", "let"}

// computesWith reports whether arithmetic names a variable.
func computesWith(n syntax.Node, name string) bool {
	found := false
	syntax.Walk(n, func(n syntax.Node) bool {
		if lit, ok := n.(*syntax.Lit); ok && lit.Value == name {
			found = true
		}
		return !found
	})
	return found
}
