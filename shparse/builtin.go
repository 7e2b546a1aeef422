package shparse

import (
	"maps"
	"strconv"
	"strings"

	"mvdan.cc/sh/v3/syntax"

	"github.com/stagefold/stagefold/convert/finding"
)

// builtin returns what runs the builtin called name, or nil for a name that is
// none, or one whose effect is that of a command: echo, printf, pwd.
func builtin(name string) func(*shell, *command) flow {
	switch name {
	case ":", "true":
		return (*shell).runTrue
	case "false":
		return (*shell).runFalse
	case "test", "[":
		return (*shell).testBuiltin
	case "cd":
		return (*shell).cd
	case "pushd":
		return (*shell).pushd
	case "popd":
		return (*shell).popd
	case "pwd":
		return (*shell).pwd
	case "set":
		return (*shell).set
	case "shopt":
		return (*shell).shopt
	case "shift":
		return (*shell).shift
	case "unset":
		return (*shell).unset
	case "exit":
		return (*shell).runExit
	case "return":
		return (*shell).runReturn
	case "break":
		return (*shell).runBreak
	case "continue":
		return (*shell).runContinue
	case "eval":
		return (*shell).eval
	case "source", ".":
		return (*shell).source
	case "trap":
		return (*shell).trap
	case "alias":
		return (*shell).alias
	case "unalias":
		return (*shell).unalias
	case "read":
		return (*shell).read
	case "mapfile", "readarray":
		return (*shell).mapfile
	case "getopts":
		return (*shell).runGetopts
	case "export", "readonly", "declare", "typeset", "local":
		return (*shell).declareWords
	case "wait", "bg", "fg", "disown", "enable", "bind", "complete":
		return (*shell).runTrue
	case "umask", "ulimit", "hash", "times", "jobs", "history", "dirs":
		return (*shell).runState
	case "printf":
		return (*shell).printf
	}
	return nil
}

// emitHost adds an operation for a builtin.
func (s *shell) emitHost(c *command, effects []Effect) {
	s.emitPrinting(c, effects, Value{})
}

// emitPrinting adds an operation for a builtin that prints text.
func (s *shell) emitPrinting(c *command, effects []Effect, text Value) {
	name, _ := c.argv[0].Known()
	out := outcome{act: &Host{Name: name}, effects: effects, stdout: &text}
	s.finish(c, name, out)
}

func (s *shell) runTrue(c *command) flow {
	s.emitHost(c, nil)
	return s.status(0)
}

// runState is a builtin that shows or sets something of the shell that changes
// nothing here.
func (s *shell) runState(c *command) flow {
	s.emitShown(c)
	return s.status(0)
}

// emitShown adds an operation for a builtin that prints what can't be known.
func (s *shell) emitShown(c *command) {
	name, _ := c.argv[0].Known()
	s.finish(c, name, outcome{act: &Host{Name: name}})
}

func (s *shell) runFalse(c *command) flow {
	s.emitHost(c, nil)
	return s.status(1)
}

// printf is the builtin's -v, which sets a variable. Without it printf is a
// command like others.
func (s *shell) printf(c *command) flow {
	if len(c.argv) < 4 || !c.argv[1].is("-v") {
		return s.model(c, "printf")
	}
	name, ok := c.argv[2].Known()
	if !ok || !validName(name) {
		s.emitHost(c, nil)
		return s.status(2)
	}
	mod, _ := lookup("printf")
	argv := append([]Arg{c.argv[0]}, c.argv[3:]...)
	out := mod.run(&call{op: c.op, argv: argv, docker: s.r.docker, exists: s.r.exists, readAll: s.r.readAll})
	val := Value{{Hole: s.hole(Computed, s.commandText(c), c.node)}}
	if out.stdout != nil {
		val = *out.stdout
	}
	s.emitHost(c, nil)
	s.assign(name, text(val), c.node)
	return s.status(0)
}

// exitCode is the status that exit and return take from their argument.
func (s *shell) exitCode(c *command) {
	if len(c.argv) < 2 {
		return
	}
	if h := c.argv[1].hole(); h != nil && h.Reason == Status {
		s.result = result{ask: h.status}
		if h.status == nil {
			s.result = result{code: 1, failed: h}
		}
		return
	}
	text, ok := c.argv[1].Known()
	n, err := strconv.Atoi(text)
	switch {
	case !ok:
		q := &question{text: c.argv[1].String() + " is 0", span: c.op.Range, key: "equal:" + c.argv[1].Key() + "\x000", loose: true}
		s.result = result{ask: q}
	case err != nil:
		s.status(2)
	default:
		s.status(n & 0xff)
	}
}

func (s *shell) runExit(c *command) flow {
	saved := s.result
	s.emitHost(c, nil)
	s.result = saved
	s.exitCode(c)
	s.pending = quit
	return quit
}

func (s *shell) runReturn(c *command) flow {
	saved := s.result
	s.emitHost(c, nil)
	s.result = saved
	s.exitCode(c)
	if s.returns == 0 {
		return next
	}
	return back
}

func (s *shell) runBreak(c *command) flow { return s.jump(c, leave) }

func (s *shell) runContinue(c *command) flow { return s.jump(c, again) }

func (s *shell) jump(c *command, f flow) flow {
	s.emitHost(c, nil)
	s.levels = 1
	if len(c.argv) > 1 {
		text, _ := c.argv[1].Known()
		n, err := strconv.Atoi(text)
		if err != nil {
			return s.status(1)
		}
		s.levels = n
	}
	s.status(0)
	if s.loops == 0 {
		return next
	}
	return f
}

func (s *shell) shift(c *command) flow {
	s.emitHost(c, nil)
	n := 1
	if len(c.argv) > 1 {
		text, ok := c.argv[1].Known()
		var err error
		if n, err = strconv.Atoi(text); !ok || err != nil {
			if s.args.open {
				s.args = params{open: true, from: c.op.Range, lost: s.r.place(c.op.Range)}
				return s.status(0)
			}
			s.r.fail(finding.New("SF004", c.op.Range, "how many arguments %q drops is unknown", s.commandText(c)))
			return s.stop()
		}
	}
	if n > len(s.args.list) && !s.args.open || n < 0 {
		return s.status(1)
	}
	s.args.shift(n)
	return s.status(0)
}

// eval runs the text that its arguments make.
func (s *shell) eval(c *command) flow {
	var vals []Value
	for _, a := range c.argv[1:] {
		vals = append(vals, a.Value)
	}
	text := joinValues(vals, " ")
	sc, ok := s.evalText(c, text)
	if !ok {
		return s.pending
	}
	return s.runText(c, sc)
}

// evalText parses a text for eval. Holes in it become variables, which stand for
// whatever they are in one piece.
func (s *shell) evalText(c *command, v Value) (*script, bool) {
	sc, ok := s.r.t.snippet(s.shellText(v), c.op.Range)
	if !ok {
		s.r.halted = true
		s.pending = stopped
	}
	return sc, ok
}

// shellText writes v as shell text, in which each hole is a variable of its own.
func (s *shell) shellText(v Value) string {
	if known, ok := v.Known(); ok {
		return known
	}
	var b strings.Builder
	for _, p := range v {
		if p.Hole == nil {
			b.WriteString(p.Lit)
			continue
		}
		s.r.hidden++
		name := "__hole_" + strconv.Itoa(s.r.hidden)
		s.vars.set(name, text(Value{p}))
		b.WriteString("${" + name + "}")
	}
	return b.String()
}

func (s *shell) trap(c *command) flow {
	args := c.argv[1:]
	if len(args) < 2 || args[0].is("-p") || args[0].is("-l") {
		s.emitShown(c)
		return s.status(0)
	}
	s.emitHost(c, nil)
	if args[0].is("--") {
		args = args[1:]
	}
	s.status(0)
	for _, sig := range args[1:] {
		if sig.is("EXIT") || sig.is("0") {
			s.exit = &trap{text: s.shellText(args[0].Value), at: args[0].Word}
			if args[0].is("-") || args[0].is("") {
				s.exit = nil
			}
		}
	}
	return next
}

func (s *shell) alias(c *command) flow {
	if len(c.argv) == 1 {
		return s.runState(c)
	}
	s.emitHost(c, nil)
	s.status(0)
	for _, a := range c.argv[1:] {
		name, body, ok := a.Value.cut("=")
		key, known := name.Known()
		if !ok || !known {
			continue
		}
		aliases := maps.Clone(s.aliases)
		if aliases == nil {
			aliases = map[string]string{}
		}
		aliases[key] = s.shellText(body)
		s.aliases = aliases
	}
	return next
}

func (s *shell) unalias(c *command) flow {
	s.emitHost(c, nil)
	aliases := maps.Clone(s.aliases)
	for _, a := range c.argv[1:] {
		if name, ok := a.Known(); ok {
			delete(aliases, name)
		}
		if a.is("-a") {
			aliases = nil
		}
	}
	s.aliases = aliases
	return s.status(0)
}

func (s *shell) unset(c *command) flow {
	s.emitHost(c, nil)
	functions := false
	for _, a := range c.argv[1:] {
		switch name, ok := a.Known(); {
		case !ok:
			s.r.fail(finding.New("SF004", c.op.Range, "which variable %q drops is unknown", s.commandText(c)))
			return s.stop()
		case name == "-f":
			functions = true
		case strings.HasPrefix(name, "-"):
		case functions:
			s.undefine(name)
		default:
			s.unsetName(name, c.node)
		}
	}
	return s.status(0)
}

func (s *shell) undefine(name string) {
	funcs := maps.Clone(s.funcs)
	delete(funcs, name)
	s.funcs = funcs
}

func (s *shell) unsetName(name string, at syntax.Node) {
	base, index, isElement := strings.Cut(strings.TrimSuffix(name, "]"), "[")
	if !isElement {
		if _, isVar := s.funcs[name]; isVar && s.vars.find(name) == nil {
			s.undefine(name)
			return
		}
		s.vars.set(name, &variable{})
		return
	}
	v := s.lookup(base, at)
	if v.kind == keyed {
		c := *v
		c.dict = v.dict.without(strings.Trim(index, `"'`))
		s.vars.set(base, &c)
		return
	}
	if n, ok := s.textNumber(index, at, 0); ok {
		if n < 0 {
			n += int64(v.next())
		}
		s.vars.set(base, v.without(int(n)))
	}
}
