package shparse

import (
	"slices"
	"strconv"
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

// lookup returns the variable or parameter called name, as the expression at
// reads it. It is never nil: a name that the script never set comes from
// outside.
func (s *shell) lookup(name string, at syntax.Node) *variable {
	return s.refined(s.unrefined(name, at))
}

// unrefined is lookup without what the answers on this way tell.
func (s *shell) unrefined(name string, at syntax.Node) *variable {
	if v, ok := s.special(name, at); ok {
		return v
	}
	name = s.dereferenced(name)
	if v := s.vars.find(name); v != nil {
		return v
	}
	return s.environment(name, at)
}

// maxRefs bounds how long references to variables are followed.
const maxRefs = 10

// dereferenced follows namerefs.
func (s *shell) dereferenced(name string) string {
	for range maxRefs {
		v := s.vars.find(name)
		if v == nil || v.kind != nameref {
			break
		}
		target, ok := v.val.Known()
		if !ok || !validName(target) {
			break
		}
		name = target
	}
	return name
}

// refined fills in the holes that an answer settled on this way. What is empty may
// still be unset.
func (s *shell) refined(v *variable) *variable {
	if len(s.r.facts) == 0 || v.kind != scalar {
		return v
	}
	val := s.r.refine(v.val)
	if len(val) == len(v.val) && val.Key() == v.val.Key() {
		if s.r.hasFact(val) {
			c := *v
			c.outside = false
			return &c
		}
		return v
	}
	c := *v
	c.val, c.outside = val, v.outside && len(val) == 0
	return &c
}

// hasFact reports whether v is a hole that is known not to be empty.
func (r *run) hasFact(v Value) bool {
	h := v.hole()
	if h == nil {
		return false
	}
	_, ok := r.facts[holeKey(h)]
	return ok
}

// environment returns a variable that the script did not set.
func (s *shell) environment(name string, at syntax.Node) *variable {
	if text, ok := s.r.t.conf.Env[name]; ok {
		return &variable{kind: scalar, val: Lit(text), exported: true}
	}
	span := s.script.span(at)
	if isSystem(name) {
		return text(Value{{Hole: &Hole{Reason: System, Name: "$" + name, Source: span}}})
	}
	h := &Hole{Reason: Environment, Name: name, Source: span}
	return &variable{kind: scalar, val: Value{{Hole: h}}, exported: true, outside: true}
}

// isSystem reports whether a variable is set by the shell or the login, and so
// surely has a value.
func isSystem(name string) bool {
	switch name {
	case "HOME", "UID", "EUID", "GROUPS", "PPID", "BASHPID", "HOSTNAME", "HOSTTYPE", "MACHTYPE", "OSTYPE",
		"BASH", "BASH_VERSION", "BASH_VERSINFO", "SHLVL", "PATH", "EPOCHSECONDS", "EPOCHREALTIME", "SECONDS":
		return true
	}
	return false
}

// special returns a parameter that the shell itself gives.
func (s *shell) special(name string, at syntax.Node) (*variable, bool) {
	if n := parameter(name); n > 0 {
		v, ok := s.args.get(n)
		if !ok {
			return &variable{}, true
		}
		return s.located(v, at), true
	}
	switch name {
	case "0":
		return text(s.name), true
	case "#":
		return text(s.args.count()), true
	case "?":
		return text(s.statusValue()), true
	case "$", "RANDOM", "SRANDOM":
		return text(Value{{Hole: s.systemHole(name, at)}}), true
	case "!":
		return s.lastJob(), true
	case "-":
		return text(Value{{Hole: s.hole(System, "$-", at)}}), true
	case "_":
		return text(s.lastArg), true
	}
	return s.dynamic(name, at)
}

// parameter is the number of a positional parameter, 0 for any other name.
func parameter(name string) int {
	if name == "" || name[0] < '0' || name[0] > '9' {
		return 0
	}
	n, _ := strconv.Atoi(name)
	return n
}

// dynamic returns a variable that the shell keeps up to date.
func (s *shell) dynamic(name string, at syntax.Node) (*variable, bool) {
	switch name {
	case "PWD":
		if s.vars.find(name) == nil {
			return text(absPath(s.dir)), true
		}
	case "OLDPWD":
		if s.oldDir != nil {
			return text(absPath(s.oldDir)), true
		}
	case "LINENO":
		return text(Lit(strconv.Itoa(int(s.script.span(at).Start.Line)))), true
	case "BASH_SOURCE":
		return list(reversed(s.sources)), true
	case "FUNCNAME":
		return s.funcNames(), true
	case "PIPESTATUS":
		return s.pipeStatus(), true
	case "BASH_SUBSHELL":
		return text(Lit(strconv.Itoa(s.subshell))), true
	case "IFS", "OPTIND":
		if s.vars.find(name) == nil {
			return text(Lit(map[string]string{"IFS": " \t\n", "OPTIND": "1"}[name])), true
		}
	}
	return nil, false
}

// located gives a parameter from outside the place where it is read, which is
// what explain can show.
func (s *shell) located(v *variable, at syntax.Node) *variable {
	h := v.val.hole()
	if !v.outside || h == nil {
		return v
	}
	c, moved := *v, *h
	moved.Source = s.script.span(at)
	c.val = Value{{Hole: &moved}}
	return &c
}

// systemHole is a hole for $$, which stays the same, or $RANDOM, which does not.
func (s *shell) systemHole(name string, at syntax.Node) *Hole {
	if name == "$" {
		return &Hole{Reason: System, Name: "$$", Source: s.script.span(at)}
	}
	return s.hole(System, "$"+name, at)
}

func (s *shell) lastJob() *variable {
	if s.job == nil {
		return &variable{}
	}
	return text(Value{{Hole: s.job}})
}

func (s *shell) funcNames() *variable {
	if len(s.names) == 0 {
		return &variable{}
	}
	var all []Value
	for _, n := range s.names {
		all = append([]Value{Lit(n)}, all...)
	}
	return list(append(all, Lit("main")))
}

func (s *shell) pipeStatus() *variable {
	saved := s.result
	defer func() { s.result = saved }()
	var all []Value
	for _, r := range s.statuses {
		s.result = r
		all = append(all, s.statusValue())
	}
	if len(all) == 0 {
		all = []Value{s.statusValue()}
	}
	return list(all)
}

func list(vals []Value) *variable {
	v := &variable{kind: indexed}
	for i, val := range vals {
		v.list = append(v.list, element{i, val})
	}
	return v
}

func reversed(vals []Value) []Value {
	all := make([]Value, len(vals))
	for i, v := range vals {
		all[len(vals)-1-i] = v
	}
	return all
}

// assign gives a variable a new value, and keeps its attributes.
func (s *shell) assign(name string, v *variable, at syntax.Node) {
	if !s.fits(v, at) {
		return
	}
	if v.kind != nameref {
		name = s.dereferenced(name)
	}
	old := s.vars.find(name)
	c := *v
	if old != nil {
		if old.readonly {
			s.die(1)
			return
		}
		c.exported = c.exported || old.exported
		c.integer = c.integer || old.integer
		c.letters = old.letters
	} else if _, given := s.r.t.conf.Env[name]; given {
		c.exported = true
	}
	c.exported = c.exported || s.opts.allexport
	if c.letters != 0 {
		s.changeCase(&c, at)
	}
	s.vars.set(name, &c)
}

// changeCase applies declare -u or -l to a new value.
func (s *shell) changeCase(v *variable, at syntax.Node) {
	change := func(val Value) Value {
		switch text, ok := val.Known(); {
		case !ok:
			return s.computed(at, []Value{val})
		case v.letters == 'u':
			return Lit(strings.ToUpper(text))
		default:
			return Lit(strings.ToLower(text))
		}
	}
	if v.kind == scalar {
		v.val = change(v.val)
	}
	v.list = slices.Clone(v.list)
	for i := range v.list {
		v.list[i].val = change(v.list[i].val)
	}
}

// fits ends the run where a variable outgrows the limit.
func (s *shell) fits(v *variable, at syntax.Node) bool {
	limit := s.r.t.conf.Limits.Words
	size := v.val.size()
	for _, e := range v.list {
		size += wordSize + e.val.size()
	}
	s.r.weigh(size)
	if size <= limit {
		return true
	}
	if s.pending == next {
		s.fail("SF002", at, "a variable grows beyond %d bytes", limit)
	}
	return false
}

// wordSize is what a word counts beside its bytes, against Limits.Words.
const wordSize = 16

// size is how much of Limits.Words v takes: its bytes, and a word for each hole.
func (v Value) size() int {
	n := 0
	for _, p := range v {
		n += len(p.Lit)
		if p.Hole != nil {
			n += wordSize
		}
	}
	return n
}

// ifs returns the field separators. Where IFS is not known they are the usual
// ones.
func (s *shell) ifs() string {
	v := s.vars.find("IFS")
	if v == nil || v.kind == unset {
		return " \t\n"
	}
	text, ok := v.val.Known()
	if !ok {
		return " \t\n"
	}
	return text
}

// join joins list elements as "$*" does.
func (s *shell) join(vals []Value) Value {
	sep := ""
	for _, r := range s.ifs() {
		sep = string(r)
		break
	}
	return joinValues(vals, sep)
}

func joinValues(vals []Value, sep string) Value {
	var out Value
	glued := true // no separator is needed
	for _, v := range vals {
		h := v.hole()
		if h != nil && holdsList(v) {
			out = append(out, Part{Hole: withSeparators(h)})
			glued = true
			continue
		}
		if !glued && sep != "" {
			out = append(out, Part{Lit: sep})
		}
		out = append(out, v...)
		glued = false
	}
	return out.merged()
}

// withSeparators is a list of words as a part of a text, with the separators
// around it: there are none where the list is empty.
func withSeparators(h *Hole) *Hole {
	c := *h
	c.key = holeKey(h) + "joined"
	c.many = false
	if isRest(h) {
		c.Name = "*"
	}
	return &c
}

// validName reports whether text can be the name of a variable.
func validName(text string) bool { return syntax.ValidName(text) }
