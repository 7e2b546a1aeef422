package shparse

import (
	"strings"
	"unicode/utf8"

	"mvdan.cc/sh/v3/pattern"
	"mvdan.cc/sh/v3/syntax"
)

// operandLit adds the unquoted text of the d in ${X:-d}, which is split like an
// expansion.
func (e *expander) operandLit(text string) {
	var plain strings.Builder
	for i := 0; i < len(text); i++ {
		if text[i] != '\\' || i == len(text)-1 {
			plain.WriteByte(text[i])
			continue
		}
		e.split(plain.String())
		plain.Reset()
		_, n := utf8.DecodeRuneInString(text[i+1:])
		e.escape(text[i+1:i+1+n], false)
		i += n
	}
	e.split(plain.String())
}

// tilde expands ~ at the start of a word, and returns the text behind it.
func (e *expander) tilde(text string, more bool, at syntax.Node) string {
	rest, ok := strings.CutPrefix(text, "~")
	if !ok || e.mode == asDoc {
		return text
	}
	name, _, slash := strings.Cut(rest, "/")
	if !slash && more || strings.ContainsAny(name, "\\*?[") {
		return text
	}
	switch name {
	case "":
		e.value(e.s.home(at), true)
	case "+":
		e.value(absPath(e.s.dir), true)
	default:
		e.add(piece{hole: &Hole{Reason: System, Name: "~" + name, Source: e.s.script.span(at)}, quoted: true})
	}
	return rest[len(name):]
}

func (s *shell) home(at syntax.Node) Value {
	val, _ := s.lookup("HOME", at).value()
	return val
}

// value adds the result of an expansion.
func (e *expander) value(v Value, quoted bool) {
	for _, p := range v {
		switch {
		case p.Hole != nil:
			e.add(piece{hole: p.Hole, quoted: quoted})
		case quoted || e.mode == asText || e.mode == asDoc:
			e.add(piece{text: p.Lit, quoted: quoted})
		default:
			e.split(p.Lit)
		}
	}
}

// split adds the text of an unquoted expansion, which the separators in it
// break into fields.
func (e *expander) split(text string) {
	if e.mode == asText || e.mode == asDoc {
		e.addLit(text, false)
		return
	}
	ifs := e.s.ifs()
	start := 0
	for i, r := range text {
		if !strings.ContainsRune(ifs, r) {
			continue
		}
		e.addLit(text[start:i], false)
		start = i + utf8.RuneLen(r)
		e.separator(r)
	}
	e.addLit(text[start:], false)
}

// separator ends a field. White space counts once; any other separator makes a
// field of its own where none stands before it.
func (e *expander) separator(r rune) {
	white := r == ' ' || r == '\t' || r == '\n'
	switch {
	case e.begun:
		e.flush()
		e.space = white
	case white:
	case e.space:
		e.space = false
	default:
		e.begun = true
		e.flush()
	}
}

// elems adds the elements of a list. Each is a field of its own.
func (e *expander) elems(vals []Value, quoted bool) {
	e.list = true
	for i, v := range vals {
		if i > 0 {
			e.flush()
		}
		if quoted {
			e.begun = true
		}
		e.value(v, quoted)
	}
}

// many marks what was just added as any number of words.
func (e *expander) many() {
	if cur := e.cur(); len(cur) > 0 {
		cur[len(cur)-1].many = true
	}
}

// patternOf expands a word to a pattern: quoted characters stand for
// themselves. It is not known where the word has holes.
func (s *shell) patternOf(w *syntax.Word) (string, bool) {
	if w == nil {
		return "", true
	}
	e := s.expander(asText)
	defer e.done()
	e.parts(w.Parts, false)
	return patternText(e.cur())
}

func patternText(f []piece) (string, bool) {
	var b strings.Builder
	for _, p := range f {
		switch {
		case p.hole != nil:
			return "", false
		case p.quoted:
			b.WriteString(pattern.QuoteMeta(p.text, pattern.ExtendedOperators))
		default:
			b.WriteString(p.text)
		}
	}
	return b.String(), true
}
