package shparse

import (
	"maps"
	"slices"
	"strings"

	"mvdan.cc/sh/v3/syntax"

	"github.com/stagefold/stagefold/convert/finding"
)

// A command is a simple command after its expansion.
type command struct {
	op      *Op
	argv    []Arg // op.Argv behind wrappers such as sudo
	node    syntax.Node
	effects []Effect // of its redirections
	bare    bool     // functions and builtins don't count: behind sudo, env or command
}

// newOp makes an operation of the text at span, which is not yet on the way.
func (s *shell) newOp(span finding.Range) *Op {
	op := &s.r.t.ops.take(1)[0]
	op.Range, op.Dir, op.Captured = span, s.dir, s.captured
	op.Calls = s.calls[:len(s.calls):len(s.calls)]
	return op
}

// call runs a simple command.
func (s *shell) call(st *syntax.Stmt, ce *syntax.CallExpr) flow {
	words := ce.Args
	if f, ok := s.expandAlias(st, ce); ok {
		return f
	}
	argv := s.argv(words)
	if s.pending != next {
		return s.pending
	}
	if len(argv) == 0 {
		return s.assignOnly(st, ce)
	}
	op := s.newOp(s.simpleSpan(st))
	op.Argv = argv
	op.Assign = s.prefix(ce.Assigns)
	saved := s.saveFiles()
	effects, ok := s.redirect(st.Redirs)
	if !ok || s.pending != next {
		return s.pending
	}
	f := s.runOp(op, st, effects)
	if name, _ := argv[0].Known(); name != "exec" || len(argv) > 1 {
		s.restoreFiles(saved)
	}
	s.lastArg = argv[len(argv)-1].Value
	return f
}

// simpleSpan is the range of a simple command with its redirections.
func (s *shell) simpleSpan(st *syntax.Stmt) finding.Range {
	start, end := st.Pos(), st.Pos()
	if st.Cmd != nil {
		start, end = st.Cmd.Pos(), st.Cmd.End()
	}
	for _, r := range st.Redirs {
		if start.After(r.Pos()) {
			start = r.Pos()
		}
		if r.Word.End().After(end) {
			end = r.Word.End()
		}
	}
	return s.script.between(start, end)
}

// assignOnly runs a command that has no words: its assignments stay. Its status
// is that of the last command substitution in it.
func (s *shell) assignOnly(st *syntax.Stmt, ce *syntax.CallExpr) flow {
	before := s.substituted
	for _, a := range ce.Assigns {
		s.assignment(a)
		if s.pending != next {
			return s.pending
		}
	}
	if s.substituted == before {
		s.status(0)
	}
	if len(st.Redirs) == 0 {
		return next
	}
	saved := s.saveFiles()
	effects, ok := s.redirect(st.Redirs)
	if ok {
		s.noteRedirects(st.Redirs, s.opened(effects))
	}
	s.restoreFiles(saved)
	return s.pending
}

// prefix evaluates the assignments in front of a command.
func (s *shell) prefix(assigns []*syntax.Assign) []Assign {
	var list []Assign
	for _, a := range assigns {
		span := s.script.span(a)
		list = append(list, Assign{Name: a.Name.Value, Value: s.capture(a.Value, span), Range: span})
	}
	return list
}

// runOp runs the command of op, with the effects of its redirections.
func (s *shell) runOp(op *Op, st *syntax.Stmt, effects []Effect) flow {
	r := s.r
	if len(r.commands) == r.running {
		r.commands = append(r.commands, new(command))
	}
	c := r.commands[r.running]
	*c = command{op: op, argv: op.Argv, node: st, effects: effects}
	s.look(op)
	r.running++
	f := s.run(c)
	r.running--
	return f
}

// run finds out what the command's name means and runs that. Nothing keeps c.
func (s *shell) run(c *command) flow {
	if f, ok := s.unwrap(c); ok {
		return f
	}
	name, known := commandName(c.argv[0].Value)
	if !known {
		return s.model(c, "")
	}
	if fn, ok := s.funcs[name]; ok && !c.bare {
		return s.withAssigns(c, func() flow { return s.callFunction(name, fn, c) })
	}
	if b := builtin(name); b != nil && !c.bare {
		return s.withAssigns(c, func() flow { return b(s, c) })
	}
	if f, ok := s.runScript(c, name); ok {
		return f
	}
	return s.model(c, name)
}

// commandName returns the name of a command. A name from outside that has a
// default is taken to be the default: "${DOCKER:-docker}".
func commandName(v Value) (string, bool) {
	if h := v.hole(); h != nil && h.HasDefault {
		v = h.Default
	}
	name, ok := v.Known()
	return name, ok && name != ""
}

// withAssigns runs f with the assignments in front of a command in force.
func (s *shell) withAssigns(c *command, f func() flow) flow {
	if len(c.op.Assign) == 0 {
		return f()
	}
	old := map[string]*variable{}
	for _, a := range c.op.Assign {
		if _, ok := old[a.Name]; !ok {
			old[a.Name] = s.vars.find(a.Name)
		}
		s.vars.set(a.Name, &variable{kind: scalar, val: a.Value, exported: true})
	}
	out := f()
	for _, name := range slices.Sorted(maps.Keys(old)) {
		s.restore(name, old[name])
	}
	return out
}

// restore puts a variable back, also one that nobody had set.
func (s *shell) restore(name string, v *variable) {
	if v != nil {
		s.vars.set(name, v)
		return
	}
	for sc := s.vars; sc != nil; sc = sc.up {
		if _, ok := sc.vars[name]; ok {
			delete(sc.vars, name)
			return
		}
	}
}

// model runs a command through its model.
func (s *shell) model(c *command, name string) flow {
	mod, found := lookup(name)
	cl := &s.r.call
	*cl = call{
		op: c.op, argv: c.argv,
		stdin: s.in.text, stdinFile: s.in.file, doc: s.in.doc, tar: s.in.tar, posix: s.script.posix,
		docker:  s.r.docker,
		exists:  s.r.exists,
		readAll: s.r.readAll,
		list:    s.r.lists,
	}
	s.r.prepare(c.op)
	if s.out.kind == toFile {
		path := s.out.path
		cl.stdout = &path
	}
	out := mod.run(cl)
	for _, f := range out.problem {
		s.r.t.report(f)
	}
	s.stamp(c, &out)
	s.finish(c, name, out)
	if !found {
		s.r.changes++
	}
	return s.pending
}

// stamp tells the holes that a model made from those that it makes elsewhere.
func (s *shell) stamp(c *command, out *outcome) {
	if out.stdout == nil {
		return
	}
	for _, p := range *out.stdout {
		h := p.Hole
		if h == nil {
			continue
		}
		made := h.Reason == Output || h.Reason == System || h.Reason == Computed
		if made && h.key == "" && h.Source == c.op.Range {
			h.key = h.Name + "@" + s.r.place(c.op.Range)
		}
	}
}

// finish adds the operation to the way, hands on its output and notes its
// status.
func (s *shell) finish(c *command, name string, out outcome) {
	if out.stdout != nil && out.stdout.size() > s.r.t.conf.Limits.Words {
		out.stdout = nil
	}
	if out.stdout != nil {
		s.r.weigh(out.stdout.size())
	}
	if out.status == falters && s.guarded > 0 {
		out.stdout = known(nil)
	}
	act := out.act
	own := s.out.write(out.stdout, out.tar)
	if isDocker(act) && touches(out.effects, s.out.path) {
		own = nil
	}
	effects := out.effects
	if opened := s.err.open(); len(c.effects)+len(own)+len(opened) > 0 {
		effects = slices.Concat(c.effects, out.effects, own, opened)
	}
	if h, ok := act.(*Host); ok {
		h.Effects = effects
		if s.out.kind == terminal {
			h.Prints = out.stdout
		}
	}
	s.r.emit(c.op, act, effects)
	if changesEngine(act) && out.status != asks {
		s.r.changes++
	}
	s.setStatus(c, name, out)
}

func isDocker(act Action) bool {
	switch act.(type) {
	case *Host, *Unknown:
		return false
	}
	return true
}

// changesEngine reports whether the answers of docker's queries may differ
// after an action.
func changesEngine(act Action) bool {
	switch act.(type) {
	case *Host, *Export:
		return false
	}
	return true
}

func touches(effects []Effect, path Value) bool {
	if len(path) == 0 {
		return false
	}
	key := path.Key()
	return slices.ContainsFunc(effects, func(e Effect) bool { return e.Path.Key() == key })
}

func (s *shell) setStatus(c *command, name string, out outcome) {
	_, foreign := out.act.(*Unknown)
	switch {
	case out.status == fails, out.status == falters && s.guarded > 0:
		s.status(1)
	case out.status == errs:
		s.result = result{code: 1, failed: s.statusQuestion(c, name).failure()}
	case out.status == asks, (foreign || out.status == tells) && s.asking > 0:
		s.result = result{ask: s.statusQuestion(c, name)}
	default:
		s.status(0)
	}
}

// statusQuestion asks how a command ends. The answer holds until something
// changes that it may depend on.
func (s *shell) statusQuestion(c *command, name string) *question {
	var key strings.Builder
	key.WriteString("status:")
	q := &question{text: s.commandText(c), span: c.op.Range, loose: true}
	for _, a := range c.argv {
		key.WriteString(a.Key() + "\x01")
		q.holes = append(q.holes, a.Holes()...)
	}
	if !isLookup(name) {
		key.WriteString(s.dir.Key() + "\x02" + itoa(s.r.changes))
	}
	q.key = key.String()
	return q
}

// isLookup reports whether a command asks for the presence of a program.
func isLookup(name string) bool {
	switch name {
	case "command", "which", "type", "hash":
		return true
	}
	return false
}

// commandText is the command as the author wrote it.
func (s *shell) commandText(c *command) string {
	if c.node == nil {
		return ""
	}
	text := s.script.text(c.node)
	return strings.TrimRight(strings.TrimSpace(text), ";& ")
}

func (s *shell) existence(path string) existence { return s.r.files.existence(path) }

// contents returns the text of a file of the host, where it can be known.
func (s *shell) contents(path Value) (Value, bool) { return s.r.files.readAll(path.Key()) }

// expandAlias runs the command that an alias stands for.
func (s *shell) expandAlias(st *syntax.Stmt, ce *syntax.CallExpr) (flow, bool) {
	if !s.opts.aliases || len(s.aliases) == 0 || len(ce.Args) == 0 {
		return next, false
	}
	name, ok := plain(ce.Args[0])
	if !ok {
		return next, false
	}
	body, ok := s.aliases[name]
	if !ok {
		return next, false
	}
	first := s.script.span(ce.Args[0])
	sc, ok := s.r.t.snippet(body, first)
	if !ok || len(sc.file.Stmts) != 1 {
		return s.fail("SF005", ce.Args[0], "the alias %q is not one simple command", name), true
	}
	head, ok := sc.file.Stmts[0].Cmd.(*syntax.CallExpr)
	if !ok || len(sc.file.Stmts[0].Redirs) > 0 {
		return s.fail("SF005", ce.Args[0], "the alias %q is not one simple command", name), true
	}
	return s.callAlias(st, ce, sc, name, head), true
}

// callAlias runs ce with the words of the alias in place of its first one.
func (s *shell) callAlias(st *syntax.Stmt, ce *syntax.CallExpr, sc *script, name string, head *syntax.CallExpr) flow {
	outer, aliases := s.script, s.aliases
	s.script = sc
	argv := s.argv(head.Args)
	s.script = outer
	s.aliases = maps.Clone(aliases)
	delete(s.aliases, name)
	defer func() { s.aliases = aliases }()

	rest := *ce
	rest.Args = ce.Args[1:]
	op := s.newOp(s.simpleSpan(st))
	op.Assign = s.prefix(ce.Assigns)
	op.Argv = append(argv, s.argv(rest.Args)...)
	if s.pending != next || len(op.Argv) == 0 {
		return s.pending
	}
	saved := s.saveFiles()
	effects, ok := s.redirect(st.Redirs)
	if !ok {
		return s.pending
	}
	f := s.runOp(op, st, effects)
	s.restoreFiles(saved)
	return f
}
