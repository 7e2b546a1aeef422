package shparse

import "strings"

// A wrapper is a command that runs the command that its arguments are.
type wrapper struct {
	name string
	// valued are the flags that take the next word.
	valued string
	// words is how many words stand between the flags and the command.
	words int
	// assigns is set where NAME=VALUE may stand in front of the command.
	assigns bool
	// shell is set where functions are not looked up, but builtins are.
	shell bool
}

// wrappers is the table of them, in the order of their names.
var wrappers = []wrapper{
	{name: "builtin", shell: true},
	{name: "caffeinate"},
	{name: "chronic"},
	{name: "command", shell: true},
	{name: "doas", valued: "uC"},
	{name: "env", valued: "uCS", assigns: true},
	{name: "exec", valued: "a", shell: true},
	{name: "ionice", valued: "cnp"},
	{name: "nice", valued: "n"},
	{name: "nohup"},
	{name: "setsid"},
	{name: "stdbuf", valued: "ioe"},
	{name: "sudo", valued: "ughpCrtTUD", assigns: true},
	{name: "time", valued: "fo"},
	{name: "timeout", valued: "ks", words: 1},
	{name: "unbuffer"},
	{name: "winpty"},
	{name: "xargs", valued: "adEILnPs"},
}

func findWrapper(name string) (wrapper, bool) {
	for _, w := range wrappers {
		if w.name == name {
			return w, true
		}
	}
	return wrapper{}, false
}

// unwrap runs the command behind a wrapper such as sudo. It answers false where
// there is none.
func (s *shell) unwrap(c *command) (flow, bool) {
	name, known := commandName(c.argv[0].Value)
	if !known {
		return s.unwrapUnknown(c)
	}
	w, ok := findWrapper(name)
	if !ok || s.funcs[name] != nil && !c.bare {
		return next, false
	}
	if name == "xargs" {
		return s.xargs(c, w), true
	}
	rest, assigns, asks := w.strip(c.argv[1:])
	switch {
	case asks:
		return s.ask(c), true
	case len(rest) == 0:
		return s.emptyWrapper(c, name), true
	}
	inner := *c
	inner.argv = rest
	inner.bare = !w.shell
	op := *c.op
	op.Assign = append(op.Assign[:len(op.Assign):len(op.Assign)], assigns...)
	inner.op = &op
	if w.shell {
		return s.behindShell(&inner, name), true
	}
	return s.run(&inner), true
}

// behindShell runs the command behind command, builtin or exec. What exec runs
// takes the place of the shell, whose EXIT trap is lost with it.
func (s *shell) behindShell(c *command, wrapper string) flow {
	f := s.runWithoutFunctions(c)
	if wrapper == "exec" && f == next {
		s.exit = nil
		s.pending = quit
		return quit
	}
	return f
}

func (s *shell) runWithoutFunctions(c *command) flow {
	funcs := s.funcs
	if name, ok := c.argv[0].Known(); ok && funcs[name] != nil {
		s.undefine(name)
		defer func() { s.funcs = funcs }()
	}
	return s.run(c)
}

// unwrapUnknown handles a first word that is not known: in "$SUDO docker ..." it
// is a wrapper, or nothing at all.
func (s *shell) unwrapUnknown(c *command) (flow, bool) {
	if !c.argv[0].MaySplit || len(c.argv) < 2 {
		return next, false
	}
	name, ok := c.argv[1].Known()
	if !ok || !isClient(name) {
		return next, false
	}
	inner := *c
	inner.argv, inner.bare = c.argv[1:], true
	return s.run(&inner), true
}

func isClient(name string) bool {
	switch name {
	case "docker", "podman", "buildah", "nerdctl":
		return true
	}
	return false
}

// emptyWrapper is a wrapper without a command: "exec > log", "env", "sudo -v".
func (s *shell) emptyWrapper(c *command, name string) flow {
	if name != "exec" {
		return s.model(c, name)
	}
	effects := s.opened(c.effects)
	c.effects = nil
	s.emitHost(c, effects)
	return s.status(0)
}

// ask is "command -v x" and the like: an answer that can't be known, unless the
// script itself has a function of that name.
func (s *shell) ask(c *command) flow {
	name := ""
	if len(c.argv) > 0 {
		name, _ = c.argv[len(c.argv)-1].Known()
	}
	out := outcome{act: &Host{Name: "command"}, status: asks}
	if s.funcs[name] != nil || builtin(name) != nil {
		out.status, out.stdout = succeeds, known(Lit(name).line())
	}
	s.finish(c, "command", out)
	return s.pending
}

// strip takes the wrapper's own flags and words off. It answers whether the
// flags make it ask for a command instead of running it.
func (w wrapper) strip(args []Arg) (rest []Arg, assigns []Assign, asks bool) {
	for len(args) > 0 {
		word, known := args[0].Known()
		name, val, isAssign := args[0].Value.cut("=")
		key, named := name.Known()
		switch {
		case known && len(word) > 1 && word[0] == '-' && word != "--":
			asks = asks || w.name == "command" && strings.ContainsAny(word, "vV")
			args = args[w.flagWords(word, len(args)):]
			continue
		case known && word == "--":
			args = args[1:]
		case w.assigns && isAssign && named && validName(key):
			assigns = append(assigns, Assign{Name: key, Value: val, Range: args[0].Word})
			args = args[1:]
			continue
		}
		break
	}
	return args[min(w.words, len(args)):], assigns, asks
}

// flagWords is how many words a flag takes, itself included.
func (w wrapper) flagWords(word string, n int) int {
	if strings.HasPrefix(word, "--") {
		return 1
	}
	last := word[len(word)-1:]
	if strings.Contains(w.valued, last) && strings.IndexAny(word[1:], w.valued) == len(word)-2 {
		return min(2, n)
	}
	return 1
}
