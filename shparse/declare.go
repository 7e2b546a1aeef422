package shparse

import (
	"cmp"

	"mvdan.cc/sh/v3/syntax"

	"github.com/stagefold/stagefold/convert/finding"
)

// declare runs declare, local, export, readonly and typeset as the parser sees
// them.
func (s *shell) declare(st *syntax.Stmt, d *syntax.DeclClause) flow {
	op := s.newOp(s.simpleSpan(st))
	op.Argv = []Arg{{Value: Lit(d.Variant.Value), Word: s.script.span(d.Variant)}}
	attrs := attributes{local: d.Variant.Value == "local" || s.returns > 0 && isDeclare(d.Variant.Value)}
	attrs = attrs.of(d.Variant.Value)
	for _, a := range d.Args {
		attrs = s.declareArg(op, a, attrs)
		if s.pending != next {
			return s.pending
		}
	}
	c := &command{op: op, argv: op.Argv, node: st}
	files := s.saveFiles()
	effects, ok := s.redirect(st.Redirs)
	if !ok {
		return s.pending
	}
	c.effects = effects
	if attrs.shows || len(d.Args) == 0 {
		s.emitShown(c)
	} else {
		s.emitHost(c, nil)
	}
	s.restoreFiles(files)
	// The status is the builtin's own: that of a substitution in it is lost.
	if attrs.failed {
		return s.status(1)
	}
	return s.status(0)
}

func isDeclare(name string) bool { return name == "declare" || name == "typeset" }

// attributes are what the flags of declare ask for.
type attributes struct {
	local, export, readonly, array, dict, integer, ref, function, remove bool
	failed, own, shows                                                   bool
	letters                                                              byte // of -u and -l
}

// of adds what the name of the builtin itself means.
func (at attributes) of(name string) attributes {
	at.export = at.export || name == "export"
	at.readonly = at.readonly || name == "readonly"
	return at
}

func (at attributes) flags(word string) attributes {
	on := word[0] == '-'
	at.remove = at.remove || !on
	for _, c := range word[1:] {
		switch c {
		case 'x':
			at.export = on
		case 'p':
			at.shows = true
		case 'r':
			at.readonly = on
		case 'a':
			at.array = on
		case 'A':
			at.dict = on
		case 'i':
			at.integer = on
		case 'u', 'l':
			at.letters = 0
			if on {
				at.letters = byte(c)
			}
		case 'f', 'F':
			at.function = on
		case 'g':
			at.local = !on
		case 'n':
			// For export it takes the attribute off, for the others it is a
			// reference to another variable.
			at.remove = at.remove || at.export
			at.ref = on && !at.export
		}
	}
	return at
}

// declareArg handles one word of declare: flags, a name or an assignment.
func (s *shell) declareArg(op *Op, a *syntax.Assign, at attributes) attributes {
	if a.Name == nil {
		for _, arg := range s.appendArgs(nil, a.Value) {
			op.Argv = append(op.Argv, arg)
			at = s.declareWord(arg, at)
		}
		return at
	}
	span := s.script.span(a)
	op.Argv = append(op.Argv, Arg{Value: Lit(a.Name.Value), Word: span})
	if at.function {
		return at
	}
	if a.Naked {
		s.declareName(a.Name.Value, at)
		return at
	}
	val := s.declaredValue(a, at)
	s.declareName(a.Name.Value, at.assigned())
	if at.readonlyBefore(s, a.Name.Value) {
		at.failed = true
		return at
	}
	s.withoutReadonly(a, val, at)
	last := len(op.Argv) - 1
	shown, _ := s.declared(a.Name.Value).value()
	op.Argv[last].Value = Lit(a.Name.Value + "=").Concat(shown).merged()
	return at
}

// declaredValue evaluates NAME=VALUE for declare before the name gets a new
// meaning: in "local x=$x" the second x is still the outer one.
func (s *shell) declaredValue(a *syntax.Assign, at attributes) *variable {
	switch {
	case a.Array != nil:
		old := s.declared(a.Name.Value)
		if !a.Append {
			old = &variable{}
		}
		if at.dict && old.kind == unset {
			old = &variable{kind: keyed}
		}
		return s.array(a, old)
	case a.Index != nil:
		return nil
	}
	if a.Value != nil {
		// The builtin gets x{1,2} as two words, of which the last one counts.
		if words := s.braces(a.Value); len(words) > 1 {
			// It is then also split like any other word.
			return text(s.firstField(words[len(words)-1]))
		}
	}
	return text(s.assignText(a))
}

// firstField is the first field of a value. No file is called like the whole word,
// NAME= and all, so that its wildcards stay.
func (s *shell) firstField(w *syntax.Word) Value {
	e := s.expander(asFields)
	defer e.done()
	e.parts(w.Parts, false)
	e.flush()
	if len(e.ends) == 0 {
		return nil
	}
	return valueOf(e.field(0))
}

// assigned are the attributes that matter to an assignment with them: also a
// name from outside becomes the script's own.
func (at attributes) assigned() attributes {
	at.own = true
	return at
}

// readonlyBefore reports whether a name must not be changed.
func (at attributes) readonlyBefore(s *shell, name string) bool {
	v := s.vars.find(name)
	return v != nil && v.readonly && !at.readonly
}

// withoutReadonly assigns, and marks the variable as read-only after that.
func (s *shell) withoutReadonly(a *syntax.Assign, val *variable, at attributes) {
	name := a.Name.Value
	if v := s.vars.find(name); v != nil && v.readonly {
		c := *v
		c.readonly = false
		s.vars.set(name, &c)
	}
	switch {
	case at.ref:
		s.vars.set(name, &variable{kind: nameref, val: val.val})
		return
	case a.Array != nil:
		s.assign(name, val, a)
	case a.Index != nil:
		s.assignIndex(a)
	default:
		s.assign(name, s.assigned(a, val.val), a)
	}
	if at.readonly {
		c := *s.declared(name)
		c.readonly = true
		s.vars.set(name, &c)
	}
}

// declareWord handles a word of declare that is not an assignment as it stands.
func (s *shell) declareWord(arg Arg, at attributes) attributes {
	name, val, isAssign := arg.Value.cut("=")
	word, ok := name.Known()
	switch {
	case !ok:
		s.r.fail(finding.New("SF004", arg.Word, "which variable %q declares is unknown", arg.String()))
		s.stop()
	case isOptions(word) && !isAssign:
		return at.flags(word)
	case !validName(word) || at.function:
	default:
		s.declareName(word, at)
		if isAssign {
			s.assign(word, text(val), nil)
		}
	}
	return at
}

// declareName gives a variable its attributes.
func (s *shell) declareName(name string, at attributes) {
	v := &variable{}
	if found := s.vars.find(name); found != nil && !at.local {
		c := *found
		v = &c
	}
	if at.local {
		if own, ok := s.vars.vars[name]; ok {
			c := *own
			v = &c
		}
	}
	if v.kind == unset && !at.local && s.vars.find(name) == nil {
		env := s.environment(name, s.script.file)
		if at.export && !at.array && !at.dict && !at.own {
			if env.outside {
				return
			}
			v = env
		}
	}
	v.exported = (v.exported || at.export) && !(at.remove && at.export)
	v.integer = v.integer || at.integer
	v.letters = cmp.Or(at.letters, v.letters)
	switch {
	case at.dict && v.kind != keyed:
		v.kind = keyed
	case at.array && v.kind == unset:
		v.kind = indexed
	}
	if at.local {
		s.localScope().local(name, v)
		return
	}
	s.vars.set(name, v)
}

// localScope is where local variables live: the innermost function's scope.
func (s *shell) localScope() *scope { return s.vars }

// declareWords runs declare and the like where they are called by another name
// than the parser knows: "builtin export X=1".
func (s *shell) declareWords(c *command) flow {
	name, _ := c.argv[0].Known()
	at := attributes{local: name == "local" || s.returns > 0 && isDeclare(name)}
	at = at.of(name)
	for _, a := range c.argv[1:] {
		at = s.declareWord(a, at)
		if s.pending != next {
			return s.pending
		}
	}
	s.emitHost(c, nil)
	return s.status(0)
}
