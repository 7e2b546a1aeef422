package shparse

import (
	"path"
	"slices"
	"strings"
)

// head returns the literal text that v begins with, up to its first hole.
func (v Value) head() string {
	if len(v) > 0 && v[0].Hole == nil && (len(v) == 1 || v[1].Hole != nil) {
		return v[0].Lit
	}
	var text strings.Builder
	for _, p := range v {
		if p.Hole != nil {
			break
		}
		text.WriteString(p.Lit)
	}
	return text.String()
}

// tail returns the literal text that v ends with, from its last hole on.
func (v Value) tail() string {
	text := ""
	for i := len(v) - 1; i >= 0 && v[i].Hole == nil; i-- {
		text = v[i].Lit + text
	}
	return text
}

// skip returns v without its first n bytes, which must be literal text.
func (v Value) skip(n int) Value {
	if n == 0 {
		return v
	}
	for i, p := range v {
		if n < len(p.Lit) {
			return append(Value{{Lit: p.Lit[n:], Hole: p.Hole}}, v[i+1:]...)
		}
		n -= len(p.Lit)
		if n == 0 {
			return v[i+1:]
		}
	}
	return nil
}

// cut splits v around the first sep in its literal text.
func (v Value) cut(sep string) (before, after Value, found bool) {
	for i, p := range v {
		if p.Hole != nil {
			continue
		}
		b, a, ok := strings.Cut(p.Lit, sep)
		switch {
		case !ok:
		case len(v) == 1:
			both := &[2]Part{{Lit: b}, {Lit: a}}
			return nonEmpty(both[:1:1]), nonEmpty(both[1:]), true
		default:
			return v[:i:i].Concat(Lit(b)), Lit(a).Concat(v[i+1:]), true
		}
	}
	return v, nil, false
}

// nonEmpty returns a text as Lit makes it.
func nonEmpty(v Value) Value {
	if v[0].Lit == "" {
		return nil
	}
	return v
}

// fields splits v around every sep in its literal text.
func (v Value) fields(sep string) []Value {
	n := 1
	for _, p := range v {
		n += strings.Count(p.Lit, sep)
	}
	list := make([]Value, 0, n)
	for {
		before, after, found := v.cut(sep)
		list = append(list, before)
		if !found {
			return list
		}
		v = after
	}
}

// is reports whether v is known to be text.
func (v Value) is(text string) bool {
	known, ok := v.Known()
	return ok && known == text
}

// hasHole reports whether v is not known as a whole.
func (v Value) hasHole() bool {
	for _, p := range v {
		if p.Hole != nil {
			return true
		}
	}
	return false
}

// orLit returns the value of text: v where that is just text, or else a new one.
func (v Value) orLit(text string) Value {
	if len(v) == 1 && v[0].Hole == nil && v[0].Lit == text {
		return v
	}
	return Lit(text)
}

// hole returns the hole that v consists of, or nil where v is anything else.
func (v Value) hole() *Hole {
	var found *Hole
	for _, p := range v {
		switch {
		case p.Hole == nil && p.Lit == "":
		case p.Hole == nil || found != nil:
			return nil
		default:
			found = p.Hole
		}
	}
	return found
}

// mayBe reports whether v can be text, whatever its holes hold.
func (v Value) mayBe(text string) bool {
	for i, p := range v {
		if p.Hole != nil {
			continue
		}
		at := strings.Index(text, p.Lit)
		if last := i == len(v)-1; last && i > 0 {
			return strings.HasSuffix(text, p.Lit)
		} else if at < 0 || i == 0 && at > 0 || last && text != p.Lit {
			return false
		}
		text = text[at+len(p.Lit):]
	}
	return true
}

// base returns the last element of the path v, as basename does. A hole is
// taken to hold no slash; the base of a path that is nothing but a hole is
// unknown, since such a hole is likely to be a whole path.
func (v Value) base() Value {
	v = v.trimSlashes()
	if v.is("/") {
		return v
	}
	list := v.fields("/")
	last := list[len(list)-1]
	if h := last.hole(); h != nil && len(list) == 1 {
		return Value{{Hole: &Hole{Reason: Computed, Name: "basename " + v.String(), Source: h.Source}}}
	}
	return last
}

// trimSlashes returns v without the slashes at its end, save for a lone one.
func (v Value) trimSlashes() Value {
	for strings.HasSuffix(v.tail(), "/") {
		last := len(v) - 1
		if v[last].Lit == "" {
			v = v[:last]
			continue
		}
		short := strings.TrimRight(v[last].Lit, "/")
		if last == 0 && short == "" {
			return Lit("/")
		}
		v = v[:last:last].Concat(Lit(short))
	}
	return v
}

// trimTail returns v without its last n bytes, which must be literal text.
func (v Value) trimTail(n int) Value {
	for n > 0 && len(v) > 0 {
		last := len(v) - 1
		lit := v[last].Lit
		if n < len(lit) {
			return append(v[:last:last], Part{Lit: lit[:len(lit)-n]})
		}
		n -= len(lit)
		v = v[:last]
	}
	return v
}

// under returns the path of name in the directory dir, both of which are
// cleaned.
func under(dir, name Value) Value {
	switch {
	case dir.is("."), dir.is(""):
		return name
	case name.is("."), name.is(""):
		return dir
	case dir.is("/"):
		return dir.Concat(name)
	}
	return slices.Concat(dir, Lit("/"), name)
}

// absolute returns the cleaned absolute path of v in a container, where a
// relative path is relative to the root.
func absolute(v Value) Value {
	if text, ok := v.Known(); ok {
		return v.orLit(path.Clean("/" + text))
	}
	var kept []Value
	for _, part := range v.fields("/") {
		switch {
		case part.is(""), part.is("."):
		case part.is(".."):
			kept = kept[:max(0, len(kept)-1)]
		default:
			kept = append(kept, part)
		}
	}
	whole := Lit("/")
	for _, part := range kept {
		whole = under(whole, part)
	}
	return whole
}

// lines returns v with a line end behind it.
func (v Value) line() Value { return v.then("\n") }

// then returns v with text behind it.
func (v Value) then(text string) Value {
	out := make(Value, len(v), len(v)+1)
	copy(out, v)
	return append(out, Part{Lit: text})
}

// known returns a pointer to v, for the fields where nil means unknown.
func known(v Value) *Value {
	if v == nil {
		return noText
	}
	return &v
}

// noText is known to be empty. It is never changed.
var noText = new(Value)
