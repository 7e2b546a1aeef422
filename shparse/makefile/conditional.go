package makefile

import (
	"strings"
)

// conditional evaluates a line that begins or ends a conditional, and reports
// whether it is one. Such lines count also where the text around is left out.
func (b *block) conditional(word string, rest, line rope) bool {
	switch word {
	case "ifeq", "ifneq", "ifdef", "ifndef":
		b.begin(word, rest, line)
	case "else":
		b.otherwise(withoutHash(rest), line)
	case "endif":
		if len(b.conds) == 0 {
			b.fail("SF051", line.all(), "endif without a conditional")
			return true
		}
		b.conds = b.conds[:len(b.conds)-1]
	default:
		// "ifeq(a,b)" without a space is no conditional for make either.
		return false
	}
	return true
}

func (b *block) begin(word string, rest, line rope) {
	c := conditional{at: line.all(), taken: true}
	if b.active() {
		c.active = b.holds(word, rest, line)
		c.taken = c.active
	}
	b.conds = append(b.conds, c)
}

// otherwise evaluates else, which may have a condition of its own.
func (b *block) otherwise(rest, line rope) {
	if len(b.conds) == 0 {
		b.fail("SF051", line.all(), "else without a conditional")
		return
	}
	c := &b.conds[len(b.conds)-1]
	if c.taken {
		c.active = false
		return
	}
	c.active, c.taken = true, true
	if strings.TrimSpace(rest.text) != "" {
		word, args := cutWord(rest)
		c.active = b.holds(word.text, args, line)
		c.taken = c.active
	}
}

// close ends the text: no conditional may be open.
func (b *block) close() {
	if n := len(b.conds); n > 0 && !b.halted {
		b.fail("SF051", b.conds[n-1].at, "the conditional is not closed")
	}
}

// holds decides a condition.
func (b *block) holds(word string, rest, line rope) bool {
	e := b.expander(line.all())
	rest = withoutHash(rest).trim()
	switch word {
	case "ifdef", "ifndef":
		return b.isDefined(e.expand(rest), line) == (word == "ifdef")
	case "ifeq", "ifneq":
	default:
		b.fail("SF051", line.all(), "expected a conditional behind else, found %q", word)
		return false
	}
	left, right, ok := operands(rest)
	if !ok {
		b.fail("SF051", line.all(), "expected (A,B) or quoted operands, found %q", rest.text)
		return false
	}
	return b.equal(e.expand(left), e.expand(right), line) == (word == "ifeq")
}

// operands splits (A,B), "A" "B" and 'A' 'B'.
func operands(r rope) (left, right rope, ok bool) {
	if r.text == "" {
		return r, r, false
	}
	if r.text[0] == '(' {
		return parenthesized(r)
	}
	left, rest, ok := quoted(r)
	if !ok {
		return r, r, false
	}
	right, _, ok = quoted(rest.trimLeft())
	return left, right, ok
}

func parenthesized(r rope) (left, right rope, ok bool) {
	depth, comma := 0, -1
	for i := 1; i < len(r.text); i++ {
		switch c := r.text[i]; {
		case c == '(':
			depth++
		case c == ')' && depth > 0:
			depth--
		case c == ',' && depth == 0 && comma < 0:
			comma = i
		case c == ')' && comma >= 0:
			left, right = r.slice(1, comma), r.slice(comma+1, i).trimLeft()
			return left.to(len(strings.TrimRight(left.text, spaces))), right, true
		}
	}
	return r, r, false
}

func quoted(r rope) (inner, rest rope, ok bool) {
	if r.text == "" || r.text[0] != '"' && r.text[0] != '\'' {
		return r, r, false
	}
	n := strings.IndexByte(r.text[1:], r.text[0])
	if n < 0 {
		return r, r, false
	}
	return r.slice(1, n+1), r.from(n + 2), true
}

// equal compares two texts, and asks where holes decide.
func (b *block) equal(left, right Text, line rope) bool {
	l, lok := left.Known()
	r, rok := right.Known()
	switch {
	case lok && rok:
		return l == r
	case left.key() == right.key():
		return true
	case lok:
		left, right = right, left
	}
	q := question{
		text: left.String() + " is " + quote(right.String()), at: line.all(),
		key: "equal:" + left.key() + "\x00" + right.key(), holes: left.Holes(),
	}
	if _, ok := right.Known(); ok {
		q.yes = factsOf(left, right)
	}
	if right.size() == 0 {
		q.text, q.key = left.String()+" is empty", "empty:"+left.key()
	}
	return b.ask(q)
}

func quote(s string) string { return `"` + s + `"` }

// isDefined reports whether a variable has a value that is not empty.
func (b *block) isDefined(name Text, line rope) bool {
	text, known := name.Known()
	v := b.global.find(text)
	switch {
	case !known:
		return b.ask(question{text: name.String() + " is defined", at: line.all(), key: "defined:" + name.key(), holes: name.Holes()})
	case v != nil:
		return !v.isEmpty()
	}
	t := b.expander(line.all()).undefined(text, line)
	if empty, known := t.empty(); known {
		return !empty
	}
	return !b.ask(question{text: t.String() + " is empty", at: line.all(), key: "empty:" + t.key(), holes: t.Holes(), yes: factsOf(t, nil)})
}
