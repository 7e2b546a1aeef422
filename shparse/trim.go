package shparse

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"mvdan.cc/sh/v3/syntax"
)

// A change makes a new text of an old one, where it can.
type change func(Value) (Value, bool)

// mapped applies a change to all elements.
func (s *shell) mapped(pe *syntax.ParamExp, p param, f change) param {
	if f == nil {
		return s.unknownParam(pe, p)
	}
	out := p
	out.vals = make([]Value, len(p.vals))
	for i, v := range p.vals {
		changed, ok := f(v)
		if !ok {
			changed = s.computed(pe, []Value{v})
			changed[0].Hole.many = holdsList(v)
		}
		out.vals[i] = changed
	}
	return out
}

// onText lifts a change of text to values without holes.
func onText(f func(string) string) change {
	return func(v Value) (Value, bool) {
		text, ok := v.Known()
		if !ok {
			return nil, false
		}
		return Lit(f(text)), true
	}
}

// replacer is the change of ${X/pattern/with}.
func (s *shell) replacer(pe *syntax.ParamExp) change {
	pat, ok := s.patternOf(pe.Repl.Orig)
	with, known := s.replacement(pe.Repl.With)
	if !ok || !known {
		return nil
	}
	anchor := ""
	if pat != "" && !pe.Repl.All && (pat[0] == '#' || pat[0] == '%') {
		anchor, pat = pat[:1], pat[1:]
	}
	m := s.r.t.matcher(pat, s.opts.nocasematch)
	if m == nil {
		return nil
	}
	limit := s.r.t.conf.Limits.Words
	r := exchange{m: m, with: with, anchor: anchor, all: pe.Repl.All, limit: limit}
	return func(v Value) (Value, bool) {
		text, ok := v.Known()
		if !ok || !m.takes(text) {
			return nil, false
		}
		out, ok := r.apply(text)
		return Lit(out), ok
	}
}

// replacement is the text that ${X/pattern/with} puts in. An unquoted & in it
// stands for the match since bash 5.2 and for itself before, so that nobody knows.
func (s *shell) replacement(w *syntax.Word) (string, bool) {
	if w == nil {
		return "", true
	}
	e := s.expander(asText)
	defer e.done()
	e.parts(w.Parts, false)
	for _, p := range e.cur() {
		if !p.quoted && strings.Contains(p.text, "&") {
			return "", false
		}
	}
	return valueOf(e.cur()).Known()
}

// An exchange is ${X/pattern/with}.
type exchange struct {
	m      *matcher
	with   string
	anchor string // "#" or "%" for the start or the end only
	all    bool
	limit  int // bytes of the result
}

// apply makes the exchange. It fails where the result is too long.
func (r exchange) apply(text string) (string, bool) {
	var out strings.Builder
	for at := 0; at <= len(text); {
		if out.Len() > r.limit {
			return "", false
		}
		n := r.longest(text, at)
		switch {
		case n > 0 || n == 0 && r.anchor != "":
			out.WriteString(r.with)
			at += n
			if !r.all {
				return out.String() + text[at:], true
			}
		case at == len(text):
			return out.String(), true
		default:
			_, size := utf8.DecodeRuneInString(text[at:])
			out.WriteString(text[at : at+size])
			at += size
		}
	}
	return out.String(), true
}

// longest returns the length of the longest match at an offset, -1 for none.
func (r exchange) longest(text string, at int) int {
	if r.anchor == "#" && at > 0 {
		return -1
	}
	if r.m.re == nil {
		return r.literal(text, at)
	}
	for end := len(text); end >= at; end-- {
		if r.anchor == "%" && end < len(text) {
			return -1
		}
		if r.m.match(text[at:end]) {
			return end - at
		}
	}
	return -1
}

// literal is longest for a pattern without wildcards.
func (r exchange) literal(text string, at int) int {
	switch {
	case !strings.HasPrefix(text[at:], r.m.text), r.anchor == "%" && len(r.m.text) != len(text)-at:
		return -1
	}
	return len(r.m.text)
}

// trimmer is the change of ${X%pattern}, ${X^^} and ${X@Q}.
func (s *shell) trimmer(pe *syntax.ParamExp) change {
	op := pe.Exp.Op
	if op == syntax.OtherParamOps {
		return s.transform(pe)
	}
	pat, ok := s.patternOf(pe.Exp.Word)
	if !ok {
		return nil
	}
	switch op {
	case syntax.UpperFirst, syntax.UpperAll, syntax.LowerFirst, syntax.LowerAll:
		return s.caser(op, pat)
	case syntax.RemSmallSuffix, syntax.RemLargeSuffix, syntax.RemSmallPrefix, syntax.RemLargePrefix:
		m := s.r.t.matcher(pat, s.opts.nocasematch)
		if m == nil {
			return nil
		}
		return trim{op, m}.apply
	}
	return nil
}

// A trim is ${X%pattern} and the like.
type trim struct {
	op syntax.ParExpOperator
	m  *matcher
}

// apply trims v. Where v has holes, it does so if the literal text at the
// end that is trimmed settles what goes.
func (t trim) apply(v Value) (Value, bool) {
	if text, ok := v.Known(); ok {
		return Lit(t.text(text)), t.m.takes(text)
	}
	if !t.m.takes(v.head()) || !t.m.takes(v.tail()) {
		return nil, false
	}
	switch t.op {
	case syntax.RemSmallSuffix:
		tail := v.tail()
		short := t.text(tail)
		return v.dropTail(len(tail) - len(short)), len(short) < len(tail)
	case syntax.RemSmallPrefix:
		head := v.head()
		short := t.text(head)
		return v.skip(len(head) - len(short)), len(short) < len(head)
	case syntax.RemLargePrefix:
		return t.upTo(v)
	}
	return nil, false
}

// upTo answers ${X##*c}: what is behind the last c, where the literal end of v
// holds one.
func (t trim) upTo(v Value) (Value, bool) {
	if len(t.m.pat) != 2 || t.m.pat[0] != '*' {
		return nil, false
	}
	tail := v.tail()
	i := strings.LastIndexByte(tail, t.m.pat[1])
	return Lit(tail[i+1:]), i >= 0
}

// dropTail returns v without the last n bytes, which are literal text.
func (v Value) dropTail(n int) Value {
	v = v.merged()
	last := len(v) - 1
	if n == 0 || last < 0 {
		return v
	}
	return v[:last:last].Concat(Lit(v[last].Lit[:len(v[last].Lit)-n]))
}

func (t trim) text(text string) string {
	if !t.m.takes(text) {
		return text
	}
	switch t.op {
	case syntax.RemSmallSuffix:
		for i := len(text); i >= 0; i-- {
			if t.m.match(text[i:]) {
				return text[:i]
			}
		}
	case syntax.RemLargeSuffix:
		for i := 0; i <= len(text); i++ {
			if t.m.match(text[i:]) {
				return text[:i]
			}
		}
	case syntax.RemSmallPrefix:
		for i := 0; i <= len(text); i++ {
			if t.m.match(text[:i]) {
				return text[i:]
			}
		}
	case syntax.RemLargePrefix:
		for i := len(text); i >= 0; i-- {
			if t.m.match(text[:i]) {
				return text[i:]
			}
		}
	}
	return text
}

// caser is the change of ${X^pattern} and the like, where no pattern means any
// character.
func (s *shell) caser(op syntax.ParExpOperator, pat string) change {
	if pat == "" {
		pat = "?"
	}
	m := s.r.t.matcher(pat, false)
	if m == nil {
		return nil
	}
	conv := unicode.ToUpper
	if op == syntax.LowerFirst || op == syntax.LowerAll {
		conv = unicode.ToLower
	}
	all := op == syntax.UpperAll || op == syntax.LowerAll
	return onText(func(text string) string {
		runes := []rune(text)
		for i, r := range runes {
			if m.match(string(r)) {
				runes[i] = conv(r)
			}
			if !all {
				break
			}
		}
		return string(runes)
	})
}

// transform is the change of ${X@Q} and the like.
func (s *shell) transform(pe *syntax.ParamExp) change {
	op := ""
	if pe.Exp.Word != nil {
		op = pe.Exp.Word.Lit()
	}
	switch op {
	case "Q":
		return onText(quote)
	case "U":
		return onText(strings.ToUpper)
	case "L":
		return onText(strings.ToLower)
	case "u":
		return s.caser(syntax.UpperFirst, "")
	case "E":
		return onText(func(text string) string { return single(&syntax.SglQuoted{Dollar: true, Value: text}) })
	}
	return nil
}

// quote is bash's own quoting of ${X@Q} and printf %q.
func quote(text string) string {
	return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'"
}
