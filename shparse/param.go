package shparse

import (
	"crypto/sha256"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"mvdan.cc/sh/v3/syntax"
)

// A param is what a parameter expansion starts from, before its operator.
type param struct {
	vals    []Value
	list    bool // $@, ${a[@]}: a list of elements
	star    bool // the list is one text within quotes
	set     bool
	outside bool // may be unset, or empty, in the real run
	name    string
	index   syntax.ArithmExpr
}

// param expands a parameter expansion.
func (e *expander) param(pe *syntax.ParamExp, quoted bool) {
	s := e.s
	if pe.Param == nil || pe.Width || pe.IsSet || pe.NestedParam != nil || pe.Flags != nil || len(pe.Modifiers) > 0 {
		s.fail("SF005", pe, "the expansion %q is not one of bash", s.script.text(pe))
		return
	}
	switch {
	case pe.Excl:
		e.indirect(pe, quoted)
		return
	case isPlain(pe):
		e.variable(pe, quoted)
		return
	}
	p, ok := s.param(pe)
	if !ok {
		e.value(s.computed(pe, p.vals), quoted)
		return
	}
	e.apply(pe, p, quoted)
}

// isPlain reports whether pe is $X, with no operator and no index, and no list.
func isPlain(pe *syntax.ParamExp) bool {
	name := pe.Param.Value
	return pe.Index == nil && pe.Exp == nil && !pe.Length && pe.Slice == nil && pe.Repl == nil && name != "@" && name != "*"
}

// variable adds $X.
func (e *expander) variable(pe *syntax.ParamExp, quoted bool) {
	val, set := e.s.lookup(pe.Param.Value, pe).value()
	if !set && e.s.opts.nounset {
		e.s.die(1)
		return
	}
	e.value(val, quoted)
}

// apply adds what the operator of pe makes of p.
func (e *expander) apply(pe *syntax.ParamExp, p param, quoted bool) {
	s := e.s
	switch {
	case pe.Length:
		e.value(s.length(pe, p), quoted)
	case pe.Slice != nil:
		e.result(s.slice(pe, p), quoted)
	case pe.Repl != nil:
		e.result(s.mapped(pe, p, s.replacer(pe)), quoted)
	case pe.Exp == nil:
		e.plain(pe, p, quoted)
	case pe.Exp.Op <= syntax.AssignUnsetOrNull:
		e.fallback(pe, p, quoted)
	default:
		e.result(s.mapped(pe, p, s.trimmer(pe)), quoted)
	}
}

// plain adds p as it is. A name that is surely unset is an error under set -u.
func (e *expander) plain(pe *syntax.ParamExp, p param, quoted bool) {
	if !p.set && !p.list && e.s.opts.nounset {
		e.s.die(1)
		return
	}
	e.result(p, quoted)
}

// result adds the elements of p.
func (e *expander) result(p param, quoted bool) {
	switch {
	case !p.list:
		for _, v := range p.vals {
			e.value(v, quoted)
		}
	case e.mode == asText || e.mode == asDoc:
		e.value(e.s.joined(p), true)
	case p.star && quoted:
		e.value(e.s.join(p.vals), true)
	default:
		e.elems(p.vals, quoted)
		if p.outside {
			e.many()
		}
	}
}

// joined is a list as one text: "$*" joins with the first separator, "$@" with
// a space.
func (s *shell) joined(p param) Value {
	if p.star {
		return s.join(p.vals)
	}
	return joinValues(p.vals, " ")
}

// param finds what pe starts from. It answers false where the index is unknown.
func (s *shell) param(pe *syntax.ParamExp) (param, bool) {
	name := pe.Param.Value
	p := param{name: name, index: pe.Index}
	if name == "@" || name == "*" {
		p.vals, p.list, p.star = s.args.all(), true, name == "*"
		p.set, p.outside = len(p.vals) > 0, s.args.open
		return p, true
	}
	v := s.lookup(name, pe)
	p.outside = v.outside
	switch lit := indexLit(pe.Index); {
	case pe.Index == nil:
		val, ok := v.value()
		p.vals, p.set = []Value{val}, ok
	case lit == "@" || lit == "*":
		if v.kind != unset {
			p.vals = v.elems()
		}
		p.list, p.star, p.set = true, lit == "*", len(p.vals) > 0
	default:
		return p, s.element(&p, v, pe)
	}
	return p, true
}

// element finds ${a[i]}.
func (s *shell) element(p *param, v *variable, pe *syntax.ParamExp) bool {
	if v.kind == keyed {
		key, ok := s.key(pe.Index)
		if !ok {
			return false
		}
		val, set := v.dict.get(key)
		p.vals, p.set = []Value{val}, set
		return true
	}
	i, ok := s.index(pe.Index, v)
	if !ok || v.open() {
		p.vals = v.elems()
		return false
	}
	val, set := v.at(i)
	p.vals, p.set = []Value{val}, set
	return true
}

// key returns the key of an associative array.
func (s *shell) key(index syntax.ArithmExpr) (string, bool) {
	w, ok := index.(*syntax.Word)
	if !ok {
		return s.script.text(index), true
	}
	return s.text(w).Known()
}

// index returns the index into an indexed array; a negative one counts from the
// end.
func (s *shell) index(index syntax.ArithmExpr, v *variable) (int, bool) {
	n, ok := s.number(index)
	if !ok {
		return 0, false
	}
	if n < 0 {
		n += int64(v.next())
	}
	return int(n), true
}

func indexLit(index syntax.ArithmExpr) string {
	if w, ok := index.(*syntax.Word); ok {
		return w.Lit()
	}
	return ""
}

// computed is the hole for an expansion that can't be computed on the holes it
// starts from.
func (s *shell) computed(pe syntax.Node, from []Value) Value {
	name := s.script.text(pe)
	var key strings.Builder
	key.WriteString(name)
	for _, v := range from {
		key.WriteString("\x01" + v.Key())
	}
	return Value{{Hole: &Hole{Reason: Computed, Name: name, Source: s.script.span(pe), key: shortKey(key.String())}}}
}

// shortKey bounds a key that is made of other keys.
func shortKey(key string) string {
	if len(key) <= 256 {
		return key
	}
	return fmt.Sprintf("%x", sha256.Sum256([]byte(key)))
}

func (s *shell) length(pe *syntax.ParamExp, p param) Value {
	if p.list || p.name == "@" || p.name == "*" {
		if p.outside && (p.name == "@" || p.name == "*") {
			return s.args.count()
		}
		if p.outside || s.lookup(p.name, pe).open() {
			return s.computed(pe, p.vals)
		}
		return Lit(strconv.Itoa(len(p.vals)))
	}
	text, ok := p.vals[0].Known()
	if !ok {
		return s.computed(pe, p.vals)
	}
	return Lit(strconv.Itoa(utf8.RuneCountInString(text)))
}

// indirect expands ${!X}, ${!X@} and ${!a[@]}.
func (e *expander) indirect(pe *syntax.ParamExp, quoted bool) {
	s := e.s
	lit := indexLit(pe.Index)
	switch {
	case pe.Names != 0:
		e.result(param{vals: s.namesFrom(pe.Param.Value), list: true, star: pe.Names == syntax.NamesPrefix}, quoted)
	case lit == "@" || lit == "*":
		e.result(s.keys(pe, lit == "*"), quoted)
	default:
		e.target(pe, quoted)
	}
}

// target expands ${!X}, where X holds the name of another variable.
func (e *expander) target(pe *syntax.ParamExp, quoted bool) {
	s := e.s
	if v := s.vars.find(pe.Param.Value); v != nil && v.kind == nameref {
		e.value(v.val, quoted)
		return
	}
	val, _ := s.lookup(pe.Param.Value, pe).value()
	name, ok := val.Known()
	if !ok {
		e.value(s.computed(pe, []Value{val}), quoted)
		return
	}
	direct := *pe
	direct.Excl = false
	target, index, isElement := strings.Cut(name, "[")
	direct.Param = &syntax.Lit{ValuePos: pe.Param.ValuePos, ValueEnd: pe.Param.ValueEnd, Value: target}
	if isElement {
		direct.Index = &syntax.Word{Parts: []syntax.WordPart{&syntax.Lit{Value: strings.TrimSuffix(index, "]")}}}
	}
	e.param(&direct, quoted)
}

// keys makes ${!a[@]}.
func (s *shell) keys(pe *syntax.ParamExp, star bool) param {
	v := s.lookup(pe.Param.Value, pe)
	p := param{vals: keysOf(v), list: true, star: star}
	if v.open() {
		p.vals = s.manyComputed(pe, v.elems())
	}
	return p
}

// manyComputed is a hole for a list that can't be computed.
func (s *shell) manyComputed(pe *syntax.ParamExp, from []Value) []Value {
	val := s.computed(pe, from)
	val[0].Hole.many = true
	return []Value{val}
}

func keysOf(v *variable) []Value {
	switch v.kind {
	case keyed:
		return v.dict.keys()
	case scalar:
		return []Value{Lit("0")}
	}
	var keys []Value
	for _, el := range v.list {
		keys = append(keys, Lit(strconv.Itoa(el.index)))
	}
	return keys
}

func (s *shell) namesFrom(prefix string) []Value {
	var all []Value
	for _, name := range s.vars.names() {
		if strings.HasPrefix(name, prefix) {
			all = append(all, Lit(name))
		}
	}
	return all
}
