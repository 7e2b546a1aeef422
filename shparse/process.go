package shparse

import (
	"path"
	"strings"

	"github.com/stagefold/stagefold/convert/finding"
)

// loadScript loads the script at a path relative to the root, or ends the run
// with a finding.
func (s *shell) loadScript(c *command, file Value) (*script, bool) {
	name, known := file.Known()
	if !known {
		s.r.fail(finding.New("SF004", c.op.Range, "which file %q runs is unknown", s.commandText(c)))
		s.pending = stopped
		return nil, false
	}
	if made, ok := s.r.files.At(name); ok && made.Origin != Repository {
		return s.loadMade(c, name, made)
	}
	if path.IsAbs(name) || strings.HasPrefix(name, "../") {
		return nil, s.refuse(c, name)
	}
	sc, ok := s.r.t.load(name, c.op.Range)
	if !ok {
		s.r.halted = true
		s.pending = stopped
	}
	return sc, ok
}

func (s *shell) refuse(c *command, name string) bool {
	s.r.fail(finding.New("SF009", c.op.Range, "the script %q is not in the repository", name))
	s.pending = stopped
	return false
}

// loadMade loads a script that the script itself wrote.
func (s *shell) loadMade(c *command, name string, made File) (*script, bool) {
	text, known := "", false
	if v, ok := s.r.files.readAll(name); ok {
		text, known = v.Known()
	}
	if !known {
		s.r.fail(finding.New("SF009", c.op.Range, "what the script %q holds is unknown", name))
		s.pending = stopped
		return nil, false
	}
	sc, ok := s.r.t.snippet(text, c.op.Range)
	if !ok {
		s.r.halted = true
		s.pending = stopped
	}
	return sc, ok
}

// runScript runs a script that is called by its path, if there is one.
func (s *shell) runScript(c *command, name string) (flow, bool) {
	if isShellName(path.Base(name)) {
		return s.runShell(c)
	}
	if name == "make" || name == "gmake" {
		return s.runMake(c)
	}
	if !strings.Contains(name, "/") {
		return next, false
	}
	file, known := relPath(s.dir, c.argv[0].Value).Known()
	if h := c.argv[0].hole(); h != nil && h.HasDefault {
		file, known = relPath(s.dir, h.Default).Known()
	}
	if !known || !s.isShellScript(file) {
		return next, false
	}
	return s.child(c, Lit(file), process{argv: c.argv}), true
}

// isShellScript reports whether the file called name is a script for a shell.
func (s *shell) isShellScript(name string) bool {
	v, ok := s.r.files.readAll(name)
	if !ok {
		return false
	}
	head := v.head()
	shell := interpreter([]byte(head))
	if shell == "" {
		return strings.HasSuffix(name, ".sh")
	}
	return isShellName(shell)
}

// runShell runs "bash x.sh" and "sh -c text".
func (s *shell) runShell(c *command) (flow, bool) {
	set := options{}
	args := c.argv[1:]
	stdin := false
	for len(args) > 0 {
		word, known := args[0].Known()
		if !known || len(word) < 2 || word[0] != '-' && word[0] != '+' {
			break
		}
		args = args[1:]
		if word == "--" {
			break
		}
		stdin = stdin || word[0] == '-' && word[1] != '-' && strings.Contains(word, "s")
		switch {
		case word[0] == '-' && word[1] != '-' && strings.Contains(word, "c"):
			return s.inline(c, args, set.with(word)), true
		case (word == "-o" || word == "+o" || word == "-O") && len(args) > 0:
			args = args[1:]
		}
		set = set.with(word)
	}
	if len(args) == 0 || stdin {
		return s.piped(c, process{argv: append([]Arg{c.argv[0]}, args...), opts: set})
	}
	return s.child(c, relPath(s.dir, args[0].Value), process{argv: args, opts: set}), true
}

// piped runs the text on standard input.
func (s *shell) piped(c *command, p process) (flow, bool) {
	if s.in.text == nil {
		return next, false
	}
	text, known := s.in.text.Known()
	if !known {
		return next, false
	}
	sc, ok := s.r.t.snippet(text, c.op.Range)
	if !ok {
		return s.stop(), true
	}
	s.in = &input{text: &Value{}}
	return s.runChild(c, sc, p), true
}

// inline runs sh -c text.
func (s *shell) inline(c *command, args []Arg, o options) flow {
	if len(args) == 0 {
		return s.status(2)
	}
	text, known := args[0].Known()
	if !known {
		s.r.fail(finding.New("SF004", c.op.Range, "the commands %q are not known as a whole", args[0].String()))
		return s.stop()
	}
	sc, ok := s.r.t.snippet(text, c.op.Range)
	if !ok {
		s.r.halted = true
		return s.stop()
	}
	return s.runChild(c, sc, process{argv: args[1:], opts: o})
}

// A process is how a shell is started.
type process struct {
	argv []Arg // $0 and the arguments
	opts options
}

// child runs a script of the repository in a process of its own.
func (s *shell) child(c *command, file Value, p process) flow {
	sc, ok := s.loadScript(c, file)
	if !ok {
		return s.stop()
	}
	p.opts = p.opts.shebang(sc.src)
	return s.runChild(c, sc, p)
}

// runChild runs a text with a fresh shell, which gets the exported variables.
func (s *shell) runChild(c *command, sc *script, p process) flow {
	if !s.enter(c.op.Range) {
		return stopped
	}
	defer s.exitCall()
	s.openFor(c)
	sub := s.fork()
	sub.script = sc
	sub.vars = s.exported(c.op.Assign)
	sub.funcs, sub.aliases, sub.opts = nil, nil, p.opts
	sub.opts.aliases = sc.posix
	sub.args, sub.stack, sub.names = params{from: c.op.Range}, nil, nil
	sub.loops, sub.returns, sub.guarded, sub.asking, sub.subshell = 0, 0, 0, 0, 0
	sub.result = result{}
	if len(p.argv) > 0 {
		sub.name = p.argv[0].Value
		sub.args = paramsOf(p.argv[1:], c.op.Range)
	}
	if sc.at.File == "" {
		sub.name = absPath(Lit(sc.path))
	}
	sub.sources = []Value{sub.name}
	sub.preset(sc.path)
	sub.stmts(sc.file.Stmts)
	sub.runExitTrap()
	s.result = sub.result
	if s.r.halted {
		return s.stop()
	}
	return next
}

// exported is the environment of a child process. What the script has set for
// itself only, the child does not see.
func (s *shell) exported(assigns []Assign) *scope {
	env := &scope{}
	for _, name := range s.vars.names() {
		v := s.vars.find(name)
		switch {
		case v.exported && v.kind == scalar:
			env.local(name, v)
		default:
			env.local(name, &variable{})
		}
	}
	for _, a := range assigns {
		env.local(a.Name, &variable{kind: scalar, val: a.Value, exported: true})
	}
	return env
}
