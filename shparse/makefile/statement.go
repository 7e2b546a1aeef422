package makefile

import (
	"path"
	"strings"

	"github.com/stagefold/stagefold/convert/finding"
)

// directive evaluates define, undefine, override, export, unexport and private,
// and reports whether the line was one.
func (b *block) directive(line rope) bool {
	rest, mods := cutModifiers(line.plusSpace())
	switch {
	case mods.undefine:
		b.undefine(withoutHash(rest))
	case mods.define:
		b.define(withoutHash(rest), mods, line)
	case mods.export, mods.unexport:
		b.export(withoutHash(rest), mods)
	default:
		return false
	}
	return true
}

// plusSpace adds a space, so that a word at the end of the line is seen as one.
func (r rope) plusSpace() rope {
	out := rope{text: r.text + " ", src: r.src, at: r.at}
	if r.offs != nil {
		end := r.offs[len(r.offs)-1]
		out.offs = append(r.offs[:len(r.offs)-1:len(r.offs)-1], end, end)
	}
	return out
}

func (b *block) undefine(rest rope) {
	name, known := b.expander(rest.all()).expand(rest.trim()).Known()
	if !known {
		b.fail("SF050", rest.all(), "which variable is undefined is not known")
		return
	}
	delete(b.global.vars, name)
	b.global.set(fixed(name, nil, "undefined"))
}

// define reads a definition of several lines, up to its endef.
func (b *block) define(rest rope, mods modifiers, line rope) {
	a, ok := splitAssignment(rest)
	if !ok {
		a = assignment{name: rest.trim(), op: "="}
	}
	a.mods = mods
	body, ok := b.definition()
	if !ok {
		b.fail("SF051", line.all(), "define without endef")
		return
	}
	a.value, a.whole = body, line.all()
	if line.offs != nil {
		end := b.in.endOfLine()
		a.whole.End = b.in.rope.span(end, end).Start
	}
	b.assign(b.global, a)
}

// definition reads the lines up to the endef. Also here a continued line becomes
// one.
func (b *block) definition() (rope, bool) {
	var body []rope
	for depth := 1; ; {
		if b.in.done() {
			return rope{}, false
		}
		line := b.in.logical()
		switch word, _ := cutWord(line.trimLeft()); word.text {
		case "define":
			depth++
		case "endef":
			if depth--; depth == 0 {
				return concatLines(body, b.in.rope), true
			}
		}
		body = append(body, line)
	}
}

func (b *block) export(rest rope, mods modifiers) {
	if rest.trim().text == "" {
		b.exportAll = mods.export
		return
	}
	state := exported
	if mods.unexport {
		state = unexported
	}
	for _, w := range b.expander(rest.all()).expand(rest).fields() {
		name, known := w.Known()
		if !known {
			b.fail("SF050", rest.all(), "which variables are exported is not known")
			return
		}
		b.mark(name, state)
	}
}

// mark notes that a variable is exported. One that comes from outside is anyway.
func (r *reader) mark(name string, state exportState) {
	v := r.global.find(name)
	if v == nil {
		if state == exported {
			r.lateExports = append(r.lateExports, name)
		}
		return
	}
	c := *v
	c.export = state
	r.global.set(&c)
}

// include reads other files at this place.
func (b *block) include(rest rope, must bool, at finding.Range) {
	for _, w := range b.expander(at).expand(rest).fields() {
		name, known := w.Known()
		if !known {
			b.includeUnknown(w, must, at)
			continue
		}
		names, ok := b.glob(name)
		if !ok {
			b.fail("SF050", at, "which files %q includes is not known", name)
			return
		}
		if len(names) == 0 && must {
			b.fail("SF055", at, "the included file %q is not in the repository", name)
			return
		}
		for _, n := range names {
			b.includeFile(path.Join(b.dir, n), at)
		}
	}
}

// includeUnknown passes over an optional file whose name is not known: in a fresh
// checkout it is not there. A file below the repository's root has a known name.
func (b *block) includeUnknown(w Text, must bool, at finding.Range) {
	if name, ok := b.inRepository(w); ok {
		b.includeFile(name, at)
		return
	}
	if must {
		b.fail("SF050", at, "the name of the included file %q is not known", w.String())
		return
	}
	b.warn("SF056", at, "%q is taken to be missing", w.String())
}

// inRepository is the path of an absolute name that begins with the repository's
// root.
func (r *reader) inRepository(w Text) (string, bool) {
	if len(w) == 0 || w[0].Hole == nil || w[0].Hole.Kind != Root {
		return "", false
	}
	rest, ok := w[1:].Known()
	return path.Join(".", rest), ok
}

func (b *block) includeFile(name string, at finding.Range) {
	if name == ".." || strings.HasPrefix(name, "../") || path.IsAbs(name) {
		b.fail("SF303", at, "the included file %q is not in the repository", name)
		return
	}
	if src, ok := b.open(name, at); ok {
		b.file(src)
	}
}

// assign makes a definition in a scope.
func (r *reader) assign(sc *scope, a assignment) {
	e := r.expander(a.whole)
	e.vars = sc
	name, known := e.expand(a.name).Known()
	switch {
	case !known:
		r.fail("SF050", a.whole, "which variable is set is not known")
		return
	case name == "":
		r.fail("SF051", a.whole, "the variable has no name")
		return
	}
	if a.name.offs != nil {
		r.out.Assignments = append(r.out.Assignments, Assignment{Name: name, Op: a.op, Range: a.whole, Value: a.value.all(), exported: a.mods.export || r.exportAll})
	}
	old := sc.find(name)
	if old != nil && (old.origin == "command line" || old.origin == "override") && !a.mods.override {
		return
	}
	if name == "VPATH" || name == "GPATH" {
		r.fail("SF051", a.whole, "%s is not understood", name)
		return
	}
	sc.set(r.defined(e, name, old, a))
	if name == "MAKEFLAGS" && strings.Contains(a.value.text, "e") && a.op != "?=" {
		r.warnFlags(a)
	}
}

// warnFlags refuses flags that change what the Makefile means.
func (r *reader) warnFlags(a assignment) {
	for _, word := range strings.Fields(a.value.text) {
		if word == "-e" || word == "--environment-overrides" || !strings.HasPrefix(word, "-") && strings.Contains(word, "e") && len(word) < 4 {
			r.fail("SF051", a.whole, "the flag %q of make is not understood", word)
		}
	}
}

// defined is the variable that a definition makes.
func (r *reader) defined(e *expander, name string, old *variable, a assignment) *variable {
	v := &variable{name: name, origin: "file"}
	if a.mods.override {
		v.origin = "override"
	}
	switch a.op {
	case "=":
		v.parts = []valuePart{{raw: a.value}}
	case ":=", "::=", ":::=":
		v.flavor, v.parts = simple, []valuePart{e.expanded(a)}
	case "!=":
		v.parts = []valuePart{{text: e.output(e.expand(a.value), a.value, 1), done: true}}
	case "?=":
		return r.definedOnce(name, old, a)
	case "+=":
		v = r.appended(e, name, old, a)
	}
	v.export = exportOf(old, a.mods)
	return v
}

// expanded is the value of a simple variable.
func (e *expander) expanded(a assignment) valuePart {
	if a.done {
		return valuePart{text: a.text, done: true}
	}
	return valuePart{text: e.expand(a.value), done: true}
}

func exportOf(old *variable, m modifiers) exportState {
	switch {
	case m.export:
		return exported
	case m.unexport:
		return unexported
	case old != nil:
		return old.export
	}
	return exportDefault
}

// definedOnce is NAME ?= VALUE: what the Makefile or the environment has stays.
func (r *reader) definedOnce(name string, old *variable, a assignment) *variable {
	if old != nil && old.origin != "undefined" {
		c := *old
		c.export = exportOf(old, a.mods)
		return &c
	}
	if t, ok := r.conf.Env[name]; ok {
		v := fixed(name, t, "environment")
		v.export = exported
		return v
	}
	return &variable{name: name, parts: []valuePart{{raw: a.value}}, origin: "file", outside: canComeFromOutside(name), export: exportOf(old, a.mods)}
}

// appended is NAME += VALUE.
func (r *reader) appended(e *expander, name string, old *variable, a assignment) *variable {
	add := valuePart{raw: a.value}
	if old == nil {
		if t := e.undefined(name, a.name); len(t) > 0 {
			v := &variable{name: name, origin: "file"}
			v.parts = []valuePart{{text: t.plus(Lit(" ")), done: true}, add}
			return v
		}
		return &variable{name: name, origin: "file", parts: []valuePart{add}}
	}
	c := *old
	c.origin = "file"
	if old.outside {
		c.outside = false
		c.parts = []valuePart{{text: e.variable(name, a.name), done: true}}
	}
	if c.flavor == simple {
		add = valuePart{text: e.expand(a.value), done: true}
	}
	if !c.isEmpty() || c.flavor == simple && len(c.parts) == 0 {
		c.parts = append(c.parts[:len(c.parts):len(c.parts)], valuePart{text: Lit(" "), done: true})
	}
	c.parts = append(c.parts[:len(c.parts):len(c.parts)], add)
	return &c
}
