package shparse

import (
	"slices"

	"mvdan.cc/sh/v3/syntax"
)

// assignment runs NAME=VALUE, NAME+=VALUE, NAME[i]=VALUE and NAME=(...).
func (s *shell) assignment(a *syntax.Assign) {
	if a.Name == nil {
		return
	}
	name := a.Name.Value
	switch {
	case a.Array != nil:
		s.assign(name, s.array(a, s.declared(name)), a)
	case a.Index != nil:
		s.assignIndex(a)
	default:
		s.assign(name, s.assignedValue(a), a)
	}
}

// declared returns the variable that an assignment changes: one that the script
// has set, or none.
func (s *shell) declared(name string) *variable {
	if v := s.vars.find(s.dereferenced(name)); v != nil {
		return v
	}
	return &variable{}
}

// assignedValue is the new value of NAME=VALUE and NAME+=VALUE.
func (s *shell) assignedValue(a *syntax.Assign) *variable {
	return s.assigned(a, s.assignText(a))
}

func (s *shell) assigned(a *syntax.Assign, val Value) *variable {
	old := s.declared(a.Name.Value)
	if old.integer {
		return s.integer(a, old, val)
	}
	if !a.Append {
		if old.kind == indexed {
			return old.with(0, val)
		}
		return text(val)
	}
	if old.kind == indexed {
		first, _ := old.at(0)
		return old.with(0, first.Concat(val).merged())
	}
	before, _ := s.lookup(a.Name.Value, a).value()
	return text(before.Concat(val).merged())
}

// assignText expands the value of an assignment, in which ~ also counts behind
// a colon.
func (s *shell) assignText(a *syntax.Assign) Value {
	return s.capture(a.Value, s.script.span(a))
}

// integer is an assignment to a variable with the integer attribute.
func (s *shell) integer(a *syntax.Assign, old *variable, val Value) *variable {
	expr, ok := val.Known()
	n := int64(0)
	if ok {
		n, ok = s.textNumber(expr, a, 0)
	}
	if before, set := old.value(); a.Append && set {
		var m int64
		known, isText := before.Known()
		if m, isText = s.textOr(known, isText, a); !isText {
			ok = false
		}
		n += m
	}
	if !ok {
		return text(s.computed(a, []Value{val}))
	}
	return text(Lit(itoa(int(n))))
}

func (s *shell) textOr(text string, known bool, at syntax.Node) (int64, bool) {
	if !known {
		return 0, false
	}
	return s.textNumber(text, at, 0)
}

func (s *shell) assignIndex(a *syntax.Assign) {
	name := a.Name.Value
	val := s.assignText(a)
	v := s.declared(name)
	if v.kind == nameref {
		v = s.lookup(name, a)
	}
	if v.kind == keyed {
		s.assignKey(a, v, val)
		return
	}
	i, ok := s.index(a.Index, v)
	if !ok {
		s.fail("SF004", a, "which element %q sets is unknown", s.script.text(a))
		return
	}
	if a.Append {
		before, _ := v.at(i)
		val = before.Concat(val).merged()
	}
	s.assign(name, v.with(i, val), a)
}

func (s *shell) assignKey(a *syntax.Assign, v *variable, val Value) {
	key, ok := s.key(a.Index)
	if !ok {
		s.fail("SF004", a, "which element %q sets is unknown", s.script.text(a))
		return
	}
	if a.Append {
		before, _ := v.dict.get(key)
		val = before.Concat(val).merged()
	}
	c := *v
	c.dict = v.dict.with(key, val)
	s.assign(a.Name.Value, &c, a)
}

// array evaluates NAME=(...).
func (s *shell) array(a *syntax.Assign, old *variable) *variable {
	v := &variable{kind: indexed}
	if old.kind == keyed {
		v.kind = keyed
	}
	if a.Append {
		v = old.asArray()
	}
	outer := s.captured
	s.captured = s.script.span(a)
	defer func() { s.captured = outer }()
	for _, el := range a.Array.Elems {
		s.arrayElement(v, el)
		if s.pending != next || !s.fits(v, a) {
			break
		}
	}
	return v
}

// asArray returns a copy of v as an array, which may be changed.
func (v *variable) asArray() *variable {
	c := *v
	c.val, c.list = nil, slices.Clone(v.list)
	switch v.kind {
	case scalar:
		c.list = []element{{0, v.val}}
		c.kind = indexed
	case unset, nameref:
		c.kind = indexed
	}
	return &c
}

// arrayElement adds an element to v, in place.
func (s *shell) arrayElement(v *variable, el *syntax.ArrayElem) {
	switch {
	case el.Index != nil && v.kind == keyed:
		key, ok := s.key(el.Index)
		if !ok {
			s.fail("SF004", el, "the key %q is unknown", s.script.text(el.Index))
			return
		}
		v.dict = v.dict.with(key, s.text(el.Value))
	case el.Index != nil:
		i, ok := s.index(el.Index, v)
		if !ok {
			s.fail("SF004", el, "the index %q is unknown", s.script.text(el.Index))
			return
		}
		v.put(i, s.text(el.Value))
	case el.Value != nil:
		for _, arg := range s.appendArgs(nil, el.Value) {
			v.list = append(v.list, element{v.next(), arg.element()})
		}
	}
}

// element is the value of an argument that becomes an element of an array. One
// that may be several words remembers that.
func (a Arg) element() Value {
	if !a.MaySplit {
		return a.Value
	}
	val := make(Value, len(a.Value))
	for i, p := range a.Value {
		val[i] = p
		if p.Hole != nil {
			h := *p.Hole
			h.many = true
			val[i].Hole = &h
		}
	}
	return val
}
