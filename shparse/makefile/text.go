package makefile

import (
	"strings"

	"github.com/stagefold/stagefold/convert/finding"
)

// A Text is literal text with holes: the concatenation of its parts.
type Text []Part

// A Part is literal text, or a hole where Hole is not nil.
type Part struct {
	Lit  string
	Hole *Hole
}

// A Kind says why a hole can't be filled.
type Kind uint8

// The kinds, and what Hole.Name holds for each.
const (
	Outside  Kind = iota // a variable from the environment or the command line; Name is the variable
	Root                 // the absolute path of the repository's root
	Computed             // computed from another hole; Name is the expression
	Foreign              // what Config.Shell gave; Hole.Value is its own
)

// A Hole is text that can't be known without running make.
type Hole struct {
	Kind       Kind
	Name       string
	Default    Text // the value of NAME ?= value; meaningful where HasDefault
	HasDefault bool
	Range      finding.Range // where it is read
	Value      any           // for Foreign: what Config.Shell knows it by
}

// Lit returns a text without holes.
func Lit(s string) Text {
	if s == "" {
		return nil
	}
	return Text{{Lit: s}}
}

func holed(h *Hole) Text { return Text{{Hole: h}} }

// Known returns the text, and whether it has no holes.
func (t Text) Known() (string, bool) {
	var b strings.Builder
	for _, p := range t {
		if p.Hole != nil {
			return "", false
		}
		b.WriteString(p.Lit)
	}
	return b.String(), true
}

// Holes returns the holes in order.
func (t Text) Holes() []*Hole {
	var holes []*Hole
	for _, p := range t {
		if p.Hole != nil {
			holes = append(holes, p.Hole)
		}
	}
	return holes
}

// String renders the text for people.
func (t Text) String() string {
	var b strings.Builder
	for _, p := range t {
		switch {
		case p.Hole == nil:
			b.WriteString(p.Lit)
		case p.Hole.Kind == Root:
			b.WriteString("$(CURDIR)")
		default:
			b.WriteString("$(" + p.Hole.Name + ")")
		}
	}
	return b.String()
}

// plus returns the concatenation of two texts.
func (t Text) plus(o Text) Text {
	if len(t) == 0 {
		return o
	}
	if len(o) == 0 {
		return t
	}
	out := append(t[:len(t):len(t)], o...)
	if last := len(t) - 1; out[last].Hole == nil && out[last+1].Hole == nil {
		joined := Part{Lit: out[last].Lit + out[last+1].Lit}
		return append(append(out[:last:last], joined), out[last+2:]...)
	}
	return out
}

// size is the number of bytes and holes.
func (t Text) size() int {
	n := 0
	for _, p := range t {
		n += 1 + len(p.Lit)
	}
	return n
}

// empty answers whether the text is empty, and whether that can be known. A hole
// may be empty, and literal text around it never is.
func (t Text) empty() (answer, known bool) {
	for _, p := range t {
		if p.Lit != "" {
			return false, true
		}
	}
	return true, len(t.Holes()) == 0
}

const spaces = " \t\n\r\v\f"

func isSpace(c byte) bool { return strings.IndexByte(spaces, c) >= 0 }

// fields splits a text into words at the spaces of its literal text: a hole is
// taken to be text within one word.
func (t Text) fields() []Text {
	var all []Text
	var cur Text
	flush := func() {
		if len(cur) > 0 {
			all, cur = append(all, cur), nil
		}
	}
	for _, p := range t {
		if p.Hole != nil {
			cur = append(cur[:len(cur):len(cur)], p)
			continue
		}
		rest := p.Lit
		for rest != "" {
			i := strings.IndexAny(rest, spaces)
			switch {
			case i < 0:
				cur, rest = cur.plus(Lit(rest)), ""
			default:
				cur = cur.plus(Lit(rest[:i]))
				flush()
				rest = strings.TrimLeft(rest[i:], spaces)
			}
		}
	}
	flush()
	return all
}

// open reports whether a word is nothing but holes, so that it may be no word, or
// several.
func open(w Text) bool { return len(w.Holes()) == len(w) && w[0].Hole.Kind != Root }

func join(words []Text, sep string) Text { return joinText(words, Lit(sep)) }

func joinText(words []Text, sep Text) Text {
	var out Text
	var lit strings.Builder
	flush := func() {
		if lit.Len() > 0 {
			out = append(out, Part{Lit: lit.String()})
			lit.Reset()
		}
	}
	add := func(t Text) {
		for _, p := range t {
			if p.Hole == nil {
				lit.WriteString(p.Lit)
				continue
			}
			flush()
			out = append(out, p)
		}
	}
	for i, w := range words {
		if i > 0 {
			add(sep)
		}
		add(w)
	}
	flush()
	return out
}

// trimmed cuts white space off both ends.
func (t Text) trimmed() Text {
	if len(t) == 0 {
		return nil
	}
	out := append(Text(nil), t...)
	if out[0].Hole == nil {
		out[0].Lit = strings.TrimLeft(out[0].Lit, spaces)
	}
	if last := len(out) - 1; out[last].Hole == nil {
		out[last].Lit = strings.TrimRight(out[last].Lit, spaces)
	}
	var kept Text
	for _, p := range out {
		if p.Hole != nil || p.Lit != "" {
			kept = append(kept, p)
		}
	}
	return kept
}

// mapped returns the text with f applied to what is literal.
func (t Text) mapped(f func(string) string) Text {
	var out Text
	for _, p := range t {
		if p.Hole == nil {
			out = out.plus(Lit(f(p.Lit)))
			continue
		}
		out = append(out[:len(out):len(out)], p)
	}
	return out
}

// key is equal for texts that are known to be equal.
func (t Text) key() string {
	var b strings.Builder
	for _, p := range t {
		if p.Hole == nil {
			b.WriteString(p.Lit)
			continue
		}
		b.WriteString("\x00" + string(rune('0'+p.Hole.Kind)) + p.Hole.Name + "\x00")
	}
	return b.String()
}
