package shparse

import (
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/stagefold/stagefold/convert/finding"
	"github.com/stagefold/stagefold/shparse/makefile"
)

// IsMakefile reports whether the file at a path is a Makefile, by its name.
func IsMakefile(name string) bool {
	base := path.Base(name)
	return slices.Contains(makefileNames, base) || path.Ext(base) == ".mk" || path.Ext(base) == ".mak" ||
		strings.HasPrefix(base, "Makefile.") && path.Ext(base) != ".sh" && path.Ext(base) != ".md" && path.Ext(base) != ".in"
}

// makefileNames are what make looks for, in order.
var makefileNames = []string{"GNUmakefile", "makefile", "Makefile"}

// A maker reads Makefiles for one run of the trace.
type maker struct {
	s     *shell
	file  string
	dir   Value
	goals []string
	vars  map[string]makefile.Text
	env   map[string]makefile.Text
	fails bool // what can't be read is an error
}

// openMake reads the Makefile that the trace is of, for its goals.
func (r *run) openMake() (*script, bool) {
	s := newShell(r, &script{path: r.t.conf.Path})
	env := map[string]makefile.Text{}
	for name, value := range r.t.conf.Env {
		env[name] = makefile.Lit(value)
	}
	m := &maker{s: s, file: r.t.conf.Path, dir: s.dir, goals: r.t.conf.Goals, env: env, fails: true}
	return m.script()
}

// script makes the script of what make does.
func (m *maker) script() (*script, bool) {
	dir, _ := m.dir.Known()
	mk := makefile.Read(makefile.Config{
		FS: m.s.r.t.conf.FS, Path: m.file, Dir: dir, Env: m.env, Vars: m.vars, Goals: m.goals,
		Defaults: m.s.r.t.conf.Defaults, Shell: m.output, Decide: m.decide,
	})
	t := m.s.r.t
	// Each way reads the Makefile anew: what that takes is bounded too.
	if t.steps += mk.Steps(); !m.s.r.step(func() finding.Range { return finding.Range{File: m.file} }) {
		return nil, false
	}
	maps.Copy(t.trace.Hosts, mk.Sources)
	if !m.report(mk.Findings) {
		return nil, false
	}
	var run *makefile.Run
	if mk.Stopped == "" {
		run = mk.Run(m.goals...)
		if !m.report(run.Findings) {
			return nil, false
		}
	}
	name := m.file
	if len(m.goals) > 0 {
		name += ":" + strings.Join(m.goals, ",")
	}
	c := EmbeddingConfig{Name: name, Quote: quoteForMake, Env: map[string]Value{}}
	if run != nil {
		m.passages(&c, run)
	}
	if mk.Stopped != "" || run.Stopped != "" {
		c.Passages = append(c.Passages, Passage{Pieces: []Piece{{Value: Lit("exit 2"), Range: finding.Range{File: m.file}}}})
	}
	return t.embed(c)
}

// report hands findings on, and reports whether none is an error. Of a Makefile that
// a command names they are no reason to stop.
func (m *maker) report(fs []finding.Finding) bool {
	refused := finding.Refused(fs)
	if refused && !m.fails {
		return false
	}
	for _, f := range fs {
		m.s.r.t.report(f)
	}
	m.s.r.halted = m.s.r.halted || refused
	return !m.s.r.halted
}

// quoteForMake writes shell text as a recipe has it.
func quoteForMake(text string) string { return strings.ReplaceAll(text, "$", "$$") }

// passages makes a passage of each command.
func (m *maker) passages(c *EmbeddingConfig, run *makefile.Run) {
	for _, cmd := range run.Commands {
		p := Passage{Line: cmd.Line.Range, Ignore: cmd.Ignore}
		for _, piece := range cmd.Pieces {
			p.Pieces = append(p.Pieces, Piece{Value: m.value(piece.Text), Range: piece.Range, Verbatim: piece.Verbatim})
		}
		c.Shell, c.Options = cmd.Shell, shellOptions(cmd.Flags)
		c.Passages = append(c.Passages, p)
		for _, v := range cmd.Env {
			m.export(c, v, cmd)
		}
	}
}

// export notes a variable that the commands get. All get the same.
func (m *maker) export(c *EmbeddingConfig, v makefile.EnvVar, cmd makefile.Command) {
	value := m.value(v.Value)
	if old, ok := c.Env[v.Name]; ok && old.Key() != value.Key() {
		m.s.r.fail(finding.New("SF050", cmd.Line.Range, "%q has another value here than for other commands", "$$"+v.Name))
	}
	c.Env[v.Name] = value
}

// shellOptions are the flags of .SHELLFLAGS without the one that is for the command.
func shellOptions(flags string) string {
	words := strings.Fields(flags)
	for i, w := range words {
		if strings.HasPrefix(w, "-") && !strings.HasPrefix(w, "--") {
			words[i] = strings.ReplaceAll(w, "c", "")
		}
	}
	return strings.Join(words, " ")
}

// value is a text of make as the trace has it.
func (m *maker) value(t makefile.Text) Value {
	var v Value
	for _, p := range t {
		if p.Hole == nil {
			v = append(v, Part{Lit: p.Lit})
			continue
		}
		v = append(v, Part{Hole: m.hole(p.Hole)})
	}
	return v.merged()
}

func (m *maker) hole(h *makefile.Hole) *Hole {
	switch h.Kind {
	case makefile.Root:
		return rootHole()
	case makefile.Foreign:
		if own, ok := h.Value.(*Hole); ok {
			return own
		}
	case makefile.Outside:
		out := &Hole{Reason: Environment, Name: h.Name, Source: h.Range}
		if h.HasDefault {
			out.Default, out.HasDefault, out.nullable = m.value(h.Default), true, true
		}
		return out
	}
	return &Hole{Reason: Computed, Name: h.Name, Source: h.Range, key: h.Name + "@" + h.Range.String()}
}

// text is the opposite of value.
func makeText(v Value) makefile.Text {
	var t makefile.Text
	for _, p := range v {
		switch {
		case p.Hole == nil:
			t = append(t, makefile.Part{Lit: p.Lit})
		case p.Hole.Reason == Root:
			t = append(t, makefile.Part{Hole: &makefile.Hole{Kind: makefile.Root, Name: "CURDIR"}})
		default:
			t = append(t, makefile.Part{Hole: &makefile.Hole{Kind: makefile.Foreign, Name: holeText(p.Hole), Range: p.Hole.Source, Value: p.Hole}})
		}
	}
	return t
}

// decide answers a question of the reader on this way.
func (m *maker) decide(q makefile.Question) bool {
	own := &question{text: q.Text, span: q.Range, key: "make:" + q.Key}
	for _, h := range q.Holes {
		own.holes = append(own.holes, m.hole(h))
	}
	for name, value := range q.Yes {
		v := m.value(value)
		own.yes = append(own.yes, fact{hole: &Hole{Reason: Environment, Name: name}, value: &v})
	}
	return m.s.r.decide(own)
}

// output is what a command of $(shell) prints. Its operations are on the way, as
// those of a command substitution.
func (m *maker) output(command makefile.Text, dir string, at finding.Range) (makefile.Text, bool) {
	s := m.s.fork()
	for name, t := range m.env {
		s.vars.local(name, &variable{kind: scalar, val: m.value(t), exported: true})
	}
	s.dir = Lit(dir)
	s.out = &output{kind: captured}
	s.captured = at
	shellText := s.shellText(m.value(command))
	sc, ok := s.r.t.trySnippet(shellText, at)
	if !ok || !s.enter(at) {
		return nil, false
	}
	s.script = sc
	s.stmts(sc.file.Stmts)
	if s.r.halted || s.out.opaque {
		return nil, false
	}
	return makeText(s.out.text), true
}

// runMake runs make as a command, where the repository has its Makefile and that
// speaks of containers. What can't be read is a command like others.
func (s *shell) runMake(c *command) (flow, bool) {
	m, ok := s.makeCall(c)
	if !ok || !s.enter(c.op.Range) {
		return next, false
	}
	sc, ok := m.script()
	s.exitCall()
	if s.r.halted {
		return s.stop(), true
	}
	if !ok {
		return next, false
	}
	s.emitHost(c, nil)
	saved := s.dir
	s.dir = m.dir
	f := s.runChild(c, sc, process{})
	s.dir = saved
	return f, true
}

// makeCall reads the command line of make. It is not ok where that, or the
// Makefile, is not known.
func (s *shell) makeCall(c *command) (*maker, bool) {
	m := &maker{s: s, dir: s.dir, vars: map[string]makefile.Text{}, env: map[string]makefile.Text{}}
	args := c.argv[1:]
	for i := 0; i < len(args); i++ {
		name, value, isAssign := args[i].Value.cut("=")
		word, known := args[i].Known()
		key, plain := name.Known()
		switch {
		case isAssign && plain && validName(key):
			m.vars[key] = makeText(value)
		case !known:
			return nil, false
		case word == "-C" || word == "--directory" || word == "-f" || word == "--file" || word == "-j" && i+1 < len(args) && isNumber(args[i+1]):
			if i++; i >= len(args) || !m.option(word, args[i].Value) {
				return nil, false
			}
		case strings.HasPrefix(word, "-C"), strings.HasPrefix(word, "-f"):
			m.option(word[:2], Lit(word[2:]))
		case strings.HasPrefix(word, "--directory="):
			m.option("-C", Lit(strings.TrimPrefix(word, "--directory=")))
		case strings.HasPrefix(word, "-"):
			if slices.Contains([]string{"-n", "--dry-run", "-t", "-q", "-e", "-i", "-o", "-W", "-k"}, word) {
				return nil, false
			}
		default:
			m.goals = append(m.goals, word)
		}
	}
	return m, m.find(c)
}

func isNumber(a Arg) bool {
	text, ok := a.Known()
	return ok && text != "" && strings.Trim(text, "0123456789") == ""
}

// option takes a flag of make with a value.
func (m *maker) option(flag string, value Value) bool {
	switch flag {
	case "-C", "--directory":
		m.dir = relPath(m.dir, value)
	case "-f", "--file":
		text, known := value.Known()
		m.file = text
		return known
	}
	return true
}

// find finds the Makefile, and takes over the environment.
func (m *maker) find(c *command) bool {
	dir, known := m.dir.Known()
	if !known || path.IsAbs(dir) || strings.HasPrefix(dir, "../") || dir == ".." {
		return false
	}
	names := makefileNames
	if m.file != "" {
		names = []string{m.file}
	}
	m.file = ""
	for _, name := range names {
		if file := path.Join(dir, name); m.file == "" && m.s.speaksOfContainers(file) {
			m.file = file
		}
	}
	for name, v := range m.s.exported(c.op.Assign).vars {
		if v.kind == scalar {
			m.env[name] = makeText(v.val)
		}
	}
	for name, t := range m.vars {
		m.env[name] = t
	}
	return m.file != ""
}

// speaksOfContainers reports whether a Makefile may build images, itself or through
// another one.
func (s *shell) speaksOfContainers(file string) bool {
	v, ok := s.r.files.readAll(file)
	text, known := v.Known()
	return ok && known && slices.ContainsFunc([]string{"docker", "podman", "buildah", "MAKE", "include"}, func(word string) bool {
		return strings.Contains(text, word)
	})
}

// OnlyPrints reports whether an operation does nothing but print.
func (o *Op) OnlyPrints() bool {
	h, ok := o.Act.(*Host)
	return ok && effectless(o) && slices.Contains([]string{"echo", "printf", ":", "true"}, h.Name)
}

// Idle reports whether an operation does nothing by itself: it prints, changes the
// shell that runs it, or calls make.
func (o *Op) Idle() bool {
	h, ok := o.Act.(*Host)
	return o.OnlyPrints() || ok && effectless(o) && slices.Contains([]string{"cd", "set", "umask", "pushd", "popd", "make", "gmake"}, h.Name)
}

// Names reports whether an argument of the operation is one of some names: of images,
// or of files of the host, relative to the root of the repository.
func (o *Op) Names(names []string) bool {
	for _, a := range o.Argv {
		word, known := a.Known()
		if !known {
			continue
		}
		file, _ := relPath(o.Dir, a.Value).Known()
		if slices.Contains(names, word) || slices.Contains(names, file) {
			return true
		}
	}
	return false
}
