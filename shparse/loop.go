package shparse

import (
	"mvdan.cc/sh/v3/syntax"
)

// body runs the body of a loop once. It answers false where the loop ends.
func (s *shell) body(list []*syntax.Stmt) (flow, bool) {
	s.loops++
	f := s.stmts(list)
	s.loops--
	if f != leave && f != again {
		return f, f == next
	}
	if s.levels > 1 && s.loops > 0 {
		s.levels--
		return f, false
	}
	s.pending = next
	return next, f == again
}

func (s *shell) while(w *syntax.WhileClause) flow {
	last := result{}
	for {
		s.loops++
		f := s.condition(w.Cond)
		s.loops--
		if f != next {
			return s.conditionFlow(f)
		}
		if s.result.ask != nil {
			return s.unknownLoop(w)
		}
		if s.succeeded() == w.Until {
			break
		}
		f, more := s.body(w.Do)
		last = s.result
		if !more {
			if f == next {
				return next
			}
			return f
		}
		if !s.step(w) {
			return s.stop()
		}
	}
	s.result = last
	return next
}

// conditionFlow is where break and continue in a loop's condition lead.
func (s *shell) conditionFlow(f flow) flow {
	if f == leave {
		s.pending = next
		return next
	}
	return f
}

func (s *shell) forClause(c *syntax.ForClause) flow {
	switch loop := c.Loop.(type) {
	case *syntax.WordIter:
		if c.Select {
			return s.fail("SF005", c, "select asks the person at the terminal")
		}
		return s.forWords(c, loop)
	case *syntax.CStyleLoop:
		return s.forNumbers(c, loop)
	}
	return s.fail("SF005", c, "the loop is not one of bash")
}

func (s *shell) forWords(c *syntax.ForClause, loop *syntax.WordIter) flow {
	items := s.argv(loop.Items)
	if !loop.InPos.IsValid() {
		for _, v := range s.args.all() {
			items = append(items, Arg{Value: v, MaySplit: isRestValue(v)})
		}
	}
	if s.pending != next {
		return s.pending
	}
	for _, item := range items {
		if item.MaySplit {
			return s.unknownList(c, loop, item)
		}
	}
	s.status(0)
	for _, item := range items {
		s.assign(loop.Name.Value, text(item.Value), loop)
		if f, more := s.body(c.Do); !more {
			return f
		}
	}
	return next
}

func isRestValue(v Value) bool {
	h := v.hole()
	return h != nil && isRest(h)
}

func (s *shell) forNumbers(c *syntax.ForClause, loop *syntax.CStyleLoop) flow {
	if _, ok := s.number(loop.Init); !ok && s.pending == next {
		return s.fail("SF002", loop, "the loop counts from a number that is not known")
	}
	s.status(0)
	for {
		n, ok := int64(1), true
		if loop.Cond != nil {
			n, ok = s.number(loop.Cond)
		}
		switch {
		case s.pending != next:
			return s.pending
		case !ok:
			return s.fail("SF002", loop, "how often the loop runs depends on a value that is not known")
		case n == 0:
			return next
		}
		if f, more := s.body(c.Do); !more {
			return f
		}
		s.number(loop.Post)
		if !s.step(c) {
			return s.stop()
		}
	}
}

// unknownLoop is a loop whose condition can't be decided. One that only waits
// is over at some time. One that only sets variables leaves them unknown.
func (s *shell) unknownLoop(w *syntax.WhileClause) flow {
	q := s.result.ask
	s.r.reachBelow(w)
	s.status(0)
	if inert(w.Do) {
		return next
	}
	if names, ok := s.settable(w.Do); ok {
		s.havoc(names, w)
		return s.status(0)
	}
	f := s.fail("SF002", w, "how often the loop runs depends on %q, which is not known", q.text)
	return f
}

// unknownList is a loop over words that are not known.
func (s *shell) unknownList(c *syntax.ForClause, loop *syntax.WordIter, item Arg) flow {
	s.r.reachBelow(c)
	if inert(c.Do) {
		return s.status(0)
	}
	if names, ok := s.settable(c.Do); ok {
		s.havoc(append(names, loop.Name.Value), c)
		return s.status(0)
	}
	return s.fail("SF002", loop, "the loop runs over %q, which is not known", item.String())
}

// settable returns the variables that statements set, if that and an early end
// of the script is all that they do.
func (s *shell) settable(list []*syntax.Stmt) ([]string, bool) {
	v := &setter{funcs: s.funcs}
	for _, st := range list {
		syntax.Walk(st, v.visit)
	}
	return v.names, !v.acts
}

// A setter collects what statements set.
type setter struct {
	funcs map[string]*function
	depth int
	names []string
	acts  bool
}

func (v *setter) visit(n syntax.Node) bool {
	switch n := n.(type) {
	case *syntax.Assign:
		if n.Name != nil {
			v.names = append(v.names, n.Name.Value)
		}
	case *syntax.CallExpr:
		v.call(n)
	case *syntax.Redirect:
		v.acts = v.acts || n.Op != syntax.DplOut && n.Op != syntax.Hdoc && n.Word.Lit() != "/dev/null"
	case *syntax.CmdSubst, *syntax.ProcSubst, *syntax.FuncDecl, *syntax.Subshell:
		v.acts = true
	case *syntax.UnaryArithm:
		v.arithmetic(n.X, n.Op == syntax.Inc || n.Op == syntax.Dec)
	case *syntax.BinaryArithm:
		_, assigns := assigning(n.Op)
		v.arithmetic(n.X, assigns || n.Op == syntax.Assgn)
	case *syntax.ParamExp:
		if n.Exp != nil && (n.Exp.Op == syntax.AssignUnset || n.Exp.Op == syntax.AssignUnsetOrNull) {
			v.names = append(v.names, n.Param.Value)
		}
	}
	return !v.acts
}

func (v *setter) arithmetic(x syntax.ArithmExpr, assigns bool) {
	if !assigns {
		return
	}
	if name := indexLit(x); validName(name) {
		v.names = append(v.names, name)
		return
	}
	v.acts = true
}

func (v *setter) call(c *syntax.CallExpr) {
	if len(c.Args) == 0 {
		return
	}
	name := c.Args[0].Lit()
	if fn, ok := v.funcs[name]; ok {
		v.depth++
		v.acts = v.acts || v.depth > 20
		if !v.acts {
			syntax.Walk(fn.body, v.visit)
		}
		v.depth--
		return
	}
	switch name {
	case "echo", "printf", ":", "true", "false", "shift", "break", "continue", "exit", "return", "test", "[", "set", "cat":
		v.acts = v.acts || name == "printf" && substitutes(c)
	case "getopts", "read":
		for _, w := range c.Args[1:] {
			if validName(w.Lit()) {
				v.names = append(v.names, w.Lit())
			}
		}
	default:
		v.acts = true
	}
}

// havoc makes variables unknown: what they were, or what an unknown loop made
// of them.
func (s *shell) havoc(names []string, at syntax.Node) {
	for _, name := range names {
		h := s.hole(Computed, "$"+name, at)
		old := s.vars.find(name)
		if old != nil && old.kind == scalar {
			h.Default, h.HasDefault = old.val, true
			h.nullable = true
		}
		switch {
		case old == nil || old.kind == scalar || old.kind == unset:
			s.assign(name, text(Value{{Hole: h}}), at)
		case old.kind == indexed:
			h.many = true
			s.assign(name, list([]Value{{{Hole: h}}}), at)
		default:
			s.fail("SF002", at, "the array %q is not known behind the loop", name)
			return
		}
	}
	if s.args.open {
		span := s.script.span(at)
		s.args = params{open: true, from: span, lost: s.r.place(span)}
	}
}
