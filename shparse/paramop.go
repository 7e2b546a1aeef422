package shparse

import "mvdan.cc/sh/v3/syntax"

// fallback adds ${X:-d} and its relatives, which tell set from unset.
func (e *expander) fallback(pe *syntax.ParamExp, p param, quoted bool) {
	switch e.s.presence(pe.Exp.Op, p) {
	case absent:
		e.absent(pe, p, quoted)
	case given:
		e.given(pe, p, quoted)
	default:
		e.perhaps(pe, p, quoted)
	}
}

// A presence says whether a parameter has a value, in the sense of an operator.
type presence uint8

const (
	doubtful presence = iota
	absent
	given
)

// presence answers for one operator: those with a colon take empty for unset.
func (s *shell) presence(op syntax.ParExpOperator, p param) presence {
	whole := s.joined(p)
	switch {
	case !p.set:
		return absent
	case s.r.nonEmpty(whole):
		return given
	case !withColon(op) && !p.outside:
		return given
	case withColon(op) && len(whole) == 0:
		return absent
	}
	return doubtful
}

func withColon(op syntax.ParExpOperator) bool {
	switch op {
	case syntax.AlternateUnsetOrNull, syntax.DefaultUnsetOrNull, syntax.ErrorUnsetOrNull, syntax.AssignUnsetOrNull:
		return true
	}
	return false
}

// nonEmpty reports whether v is surely not empty.
func (r *run) nonEmpty(v Value) bool {
	for _, p := range v {
		if p.Hole == nil && p.Lit != "" || p.Hole != nil && r.filled(p.Hole) {
			return true
		}
	}
	return false
}

// filled reports whether a hole surely stands for some text.
func (r *run) filled(h *Hole) bool {
	switch h.Reason {
	case ContainerID, ImageID, Status, Root, System:
		return true
	}
	if h.HasDefault && !h.nullable && r.nonEmpty(h.Default) {
		return true
	}
	_, ok := r.facts[holeKey(h)]
	return ok
}

func (e *expander) given(pe *syntax.ParamExp, p param, quoted bool) {
	switch pe.Exp.Op {
	case syntax.AlternateUnset, syntax.AlternateUnsetOrNull:
		e.operand(pe.Exp.Word, quoted)
	default:
		e.result(p, quoted)
	}
}

func (e *expander) absent(pe *syntax.ParamExp, p param, quoted bool) {
	switch pe.Exp.Op {
	case syntax.AlternateUnset, syntax.AlternateUnsetOrNull:
		e.begun = e.begun || quoted && !p.list
	case syntax.ErrorUnset, syntax.ErrorUnsetOrNull:
		e.s.die(1)
	case syntax.AssignUnset, syntax.AssignUnsetOrNull:
		val := e.s.operandText(pe.Exp.Word, quoted)
		e.s.assignElement(pe, val)
		e.value(val, quoted)
	default:
		e.operand(pe.Exp.Word, quoted)
	}
}

// perhaps adds the expansion of a parameter that may be unset or empty.
func (e *expander) perhaps(pe *syntax.ParamExp, p param, quoted bool) {
	s := e.s
	switch pe.Exp.Op {
	case syntax.AlternateUnset, syntax.AlternateUnsetOrNull:
		word := s.operandText(pe.Exp.Word, quoted)
		e.value(s.computed(pe, append(p.vals, word)), quoted)
	case syntax.ErrorUnset, syntax.ErrorUnsetOrNull:
		e.result(p, quoted)
	default:
		e.withDefault(pe, p, quoted)
	}
}

// withDefault adds a hole that has the operand as its default.
func (e *expander) withDefault(pe *syntax.ParamExp, p param, quoted bool) {
	s := e.s
	def := s.operandText(pe.Exp.Word, quoted)
	h := s.joined(p).hole()
	if h == nil && !p.list {
		h = s.unrefined(p.name, pe).val.hole()
	}
	switch {
	case len(def) == 0:
		e.result(p, quoted)
		return
	case h == nil || h.HasDefault || p.list:
		h = s.computed(pe, append(p.vals, def)).hole()
	}
	c := *h
	c.Default, c.HasDefault = def, true
	c.nullable = !withColon(pe.Exp.Op)
	c.Source = s.script.span(pe)
	val := Value{{Hole: &c}}
	if pe.Exp.Op == syntax.AssignUnset || pe.Exp.Op == syntax.AssignUnsetOrNull {
		s.assignElement(pe, val)
	}
	e.value(val, quoted)
}

// operandText is the d of ${X:-d} as one text.
func (s *shell) operandText(w *syntax.Word, quoted bool) Value {
	if w == nil {
		return nil
	}
	e := s.expander(asText)
	defer e.done()
	e.parts(w.Parts, quoted)
	return valueOf(e.cur())
}

// operand expands the d of ${X:-d} in place.
func (e *expander) operand(w *syntax.Word, quoted bool) {
	if quoted && e.mode != asDoc {
		e.begun = true
	}
	if w == nil {
		return
	}
	mode := e.mode
	if mode == asFields {
		e.mode = asOperand
	}
	e.parts(w.Parts, quoted)
	e.mode = mode
}

// assignElement makes the assignment of ${X:=d}.
func (s *shell) assignElement(pe *syntax.ParamExp, val Value) {
	name := pe.Param.Value
	v := s.lookup(name, pe)
	if v.outside {
		v = &variable{}
	}
	switch {
	case pe.Index == nil:
		s.assign(name, text(val), pe)
	case v.kind == keyed:
		if key, ok := s.key(pe.Index); ok {
			c := *v
			c.dict = v.dict.with(key, val)
			s.assign(name, &c, pe)
		}
	default:
		if i, ok := s.index(pe.Index, v); ok {
			s.assign(name, v.with(i, val), pe)
		}
	}
}

// slice makes ${X:offset:length}.
func (s *shell) slice(pe *syntax.ParamExp, p param) param {
	from, ok1 := s.number(pe.Slice.Offset)
	length, ok2 := int64(-1), true
	if pe.Slice.Length != nil {
		length, ok2 = s.number(pe.Slice.Length)
	}
	if !ok1 || !ok2 {
		return s.unknownParam(pe, p)
	}
	if p.list {
		return s.sliceList(pe, p, int(from), int(length))
	}
	text, ok := p.vals[0].Known()
	if !ok {
		return s.unknownParam(pe, p)
	}
	p.vals = []Value{Lit(sliceText([]rune(text), int(from), int(length), pe.Slice.Length != nil))}
	return p
}

func (s *shell) unknownParam(pe *syntax.ParamExp, p param) param {
	p.vals = []Value{s.computed(pe, p.vals)}
	p.list = false
	return p
}

func sliceText(text []rune, from, length int, limited bool) string {
	if from < 0 {
		from += len(text)
	}
	if from < 0 || from > len(text) {
		return ""
	}
	end := len(text)
	switch {
	case limited && length < 0:
		end = max(from, len(text)+length)
	case limited:
		end = min(len(text), from+length)
	}
	return string(text[from:end])
}

// sliceList makes ${@:offset:length} and ${a[@]:offset:length}. The first
// counts $0 as element 0; a sparse array is cut by index.
func (s *shell) sliceList(pe *syntax.ParamExp, p param, from, length int) param {
	vals := p.vals
	if p.name == "@" || p.name == "*" {
		if s.args.open {
			return s.sliceOpen(pe, p, from)
		}
		vals = append([]Value{s.name}, vals...)
	} else if v := s.lookup(p.name, pe); v.open() {
		p.vals = s.manyComputed(pe, p.vals)
		return p
	} else if v.kind == indexed {
		from = v.position(from)
	}
	if from < 0 {
		from += len(vals)
	}
	from = min(max(from, 0), len(vals))
	end := len(vals)
	if pe.Slice.Length != nil {
		end = min(len(vals), from+max(length, 0))
	}
	p.vals = vals[from:end]
	return p
}

// sliceOpen makes ${@:offset} of arguments that are not known to their end.
func (s *shell) sliceOpen(pe *syntax.ParamExp, p param, from int) param {
	if from < 1 || pe.Slice.Length != nil {
		p.vals = []Value{s.computed(pe, p.vals)}
		return p
	}
	args := s.args
	args.shift(from - 1)
	p.vals = args.all()
	return p
}

// position turns an index of a sparse array into a position in its list.
func (v *variable) position(index int) int {
	if index < 0 {
		index += v.next()
	}
	i, _ := v.find(index)
	return i
}
