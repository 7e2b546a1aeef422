package modernize

import (
	"regexp"
	"slices"
	"strings"
	"sync"

	"mvdan.cc/sh/v3/syntax"

	"github.com/stagefold/stagefold/convert/dockerfile"
)

// A chain is the shell text of a RUN, as the parts between its top-level &&.
type chain struct {
	in    *dockerfile.Instruction
	parts []part
}

// A part is one command of a chain, or a pipeline, a subshell and so on.
type part struct {
	stmt       *syntax.Stmt
	start, end int // in Text of the RUN
	text       string
	traits     trait
}

// words are the words of a part that is a simple command without redirections and
// assignments, with "" for those that are not known; nil for other parts.
func (p part) words() []string {
	call, ok := p.stmt.Cmd.(*syntax.CallExpr)
	if !ok || len(p.stmt.Redirs) > 0 || len(call.Assigns) > 0 {
		return nil
	}
	return p.simple()
}

// simple are the words of a part that is a simple command, whatever stands around
// them.
func (p part) simple() []string {
	call, ok := p.stmt.Cmd.(*syntax.CallExpr)
	if !ok || len(call.Args) == 0 {
		return nil
	}
	return literals(call.Args)
}

// readChain takes a RUN apart. Where that can't be done it says why.
func readChain(in *dockerfile.Instruction, st dockerfile.State) (*chain, string) {
	if why := unsplittable(in, st); why != "" {
		return nil, why
	}
	variant := syntax.LangPOSIX
	if len(st.Shell) > 0 && strings.HasSuffix(st.Shell[0], "bash") {
		variant = syntax.LangBash
	}
	file, err := syntax.NewParser(syntax.Variant(variant), syntax.KeepComments(true)).Parse(strings.NewReader(in.Text), "")
	if err != nil || len(file.Stmts) != 1 || strings.Contains(in.Text, "\n") {
		return nil, "it is not one list of commands"
	}
	c := &chain{in: in}
	if !c.flatten(file.Stmts[0]) || hasComments(file) {
		return nil, "it is not one list of commands joined by &&"
	}
	return c, ""
}

// unsplittable says what is special about a RUN.
func unsplittable(in *dockerfile.Instruction, st dockerfile.State) string {
	switch {
	case in.JSON:
		return "it has the exec form"
	case len(in.Flags) > 0:
		return "it has flags"
	case len(in.Heredocs) > 0:
		return "it has a here-document"
	case in.File.Escape != '\\':
		return "the file has another escape character"
	case len(st.Shell) > 0 && !posixShell(st.Shell[0]):
		return "the shell is not a POSIX one"
	}
	return ""
}

func posixShell(name string) bool {
	return isWordOf("sh bash dash ash", strings.TrimPrefix(strings.TrimPrefix(name, "/usr"), "/bin/"))
}

// flatten lists the operands of && from left to right.
func (c *chain) flatten(s *syntax.Stmt) bool {
	plain := !s.Negated && !s.Background && !s.Coprocess && len(s.Redirs) == 0
	if b, ok := s.Cmd.(*syntax.BinaryCmd); ok && b.Op == syntax.AndStmt && plain {
		return c.flatten(b.X) && c.flatten(b.Y)
	}
	start, end := int(s.Pos().Offset()), int(s.End().Offset())
	if s.Background || s.Coprocess || s.Semicolon.IsValid() {
		return false
	}
	c.parts = append(c.parts, part{stmt: s, start: start, end: end, text: c.in.Text[start:end], traits: classify(s)})
	return true
}

func hasComments(f *syntax.File) bool {
	found := false
	syntax.Walk(f, func(n syntax.Node) bool {
		_, comment := n.(*syntax.Comment)
		found = found || comment
		return !found
	})
	return found
}

// classify sums up the commands in a part.
func classify(s *syntax.Stmt) trait {
	switch cmd := s.Cmd.(type) {
	case *syntax.CallExpr:
		if !s.Negated {
			return classifyCall(cmd) | classifyRest(s)
		}
	case *syntax.DeclClause:
		return state // export, readonly
	case *syntax.BinaryCmd:
		if (cmd.Op == syntax.Pipe || cmd.Op == syntax.PipeAll) && !s.Negated {
			return classify(cmd.X) | classify(cmd.Y) | classifyRest(s)
		}
	case *syntax.Subshell:
		if !s.Negated {
			return classifySubshell(cmd) | classifyRest(s)
		}
	}
	return state | unknown
}

// classifyCall looks up a simple command. One without a name sets variables.
func classifyCall(call *syntax.CallExpr) trait {
	if len(call.Args) == 0 {
		return state
	}
	return traitsOf(literals(call.Args))
}

// classifySubshell sums up what is run in a subshell, whose state ends there.
func classifySubshell(sub *syntax.Subshell) trait {
	var t trait
	syntax.Walk(sub, func(n syntax.Node) bool {
		switch n := n.(type) {
		case *syntax.Stmt:
			if n.Background || n.Coprocess {
				t |= opaque
			}
		case *syntax.CallExpr:
			if len(n.Args) > 0 {
				t |= traitsOf(literals(n.Args)) &^ (state | cleanup | index | amends)
			}
		case *syntax.FuncDecl:
			t |= opaque
		}
		return true
	})
	return t
}

// classifyRest looks at redirections and expansions.
func classifyRest(s *syntax.Stmt) trait {
	var t trait
	for _, r := range s.Redirs {
		if r.Hdoc != nil {
			t |= state
		} else if literal(r.Word) != "/dev/null" && !strings.HasPrefix(literal(r.Word), "&") {
			t |= writes
		}
	}
	if _, isPipe := s.Cmd.(*syntax.BinaryCmd); isPipe {
		return t
	}
	syntax.Walk(s, func(n syntax.Node) bool {
		switch n := n.(type) {
		case *syntax.ParamExp:
			if n.Exp != nil && (n.Exp.Op == syntax.AssignUnset || n.Exp.Op == syntax.AssignUnsetOrNull) {
				t |= state
			}
		case *syntax.ArithmExp, *syntax.ArithmCmd, *syntax.ProcSubst:
			t |= state
		case *syntax.CmdSubst:
			t |= opaqueIn(n)
		}
		return true
	})
	return t
}

// opaqueIn reports whether a command substitution runs something that has no model.
func opaqueIn(sub *syntax.CmdSubst) trait {
	var t trait
	syntax.Walk(sub, func(n syntax.Node) bool {
		switch n := n.(type) {
		case *syntax.CallExpr:
			if len(n.Args) > 0 {
				t |= traitsOf(literals(n.Args)) & (opaque | writes)
			}
		case *syntax.Stmt:
			if n.Background {
				t |= opaque
			}
		}
		return true
	})
	return t
}

// ofContainer are names of what is made anew in the container of each RUN, and
// parameters whose value is.
var ofContainer = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`/etc/(hosts|hostname|resolv\.conf)\b|/dev\b|\$(\{?(PPID|BASHPID|RANDOM|SECONDS|LINENO|OLDPWD|_)\b|[$!?_-]|\{[$!?_-]\})|\bcd -(\s|$)`)
})

var plainDevices = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`/dev/(null|zero|u?random|stdin|stdout|stderr|tty)\b`)
})

// namesContainer reports whether a text names what is another in each RUN.
func namesContainer(text string) bool {
	return ofContainer().MatchString(plainDevices().ReplaceAllString(text, ""))
}

// literals are the values of words, "" for those that are not known.
func literals(words []*syntax.Word) []string {
	list := make([]string, len(words))
	for i, w := range words {
		list[i] = literal(w)
	}
	return list
}

// literal is the value of a word that has no expansions, wildcards or escapes; else
// "".
func literal(w *syntax.Word) string {
	if w == nil {
		return ""
	}
	var text strings.Builder
	for _, p := range w.Parts {
		value, ok := literalPart(p)
		if !ok {
			return ""
		}
		text.WriteString(value)
	}
	return text.String()
}

func literalPart(p syntax.WordPart) (string, bool) {
	switch p := p.(type) {
	case *syntax.Lit:
		return p.Value, p.Value == "[" || !strings.ContainsAny(p.Value, "\\*?[{}~")
	case *syntax.SglQuoted:
		return p.Value, !p.Dollar
	case *syntax.DblQuoted:
		var text strings.Builder
		for _, inner := range p.Parts {
			lit, ok := inner.(*syntax.Lit)
			if !ok || strings.Contains(lit.Value, "\\") {
				return "", false
			}
			text.WriteString(lit.Value)
		}
		return text.String(), !p.Dollar
	}
	return "", false
}

// has reports whether some part between i and j has a trait.
func (c *chain) has(t trait, i, j int) bool {
	return slices.ContainsFunc(c.parts[i:j], func(p part) bool { return p.traits&t != 0 })
}
