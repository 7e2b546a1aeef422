package shparse

import (
	"strings"

	"mvdan.cc/sh/v3/syntax"

	"github.com/stagefold/stagefold/convert/finding"
)

// A tested is the answer of a test: known, or a question.
type tested struct {
	verdict
	ask *question
}

func settled(b bool) tested { return tested{verdict: verdictOf(b)} }

// not is the opposite of t.
func (t tested) not() tested {
	if t.ask == nil {
		return tested{verdict: t.verdict.not()}
	}
	q := *t.ask
	q.negated, q.yes, q.no = !q.negated, q.no, q.yes
	return tested{ask: &q}
}

// result is the exit status of a test.
func (t tested) result() result {
	switch {
	case t.ask != nil:
		return result{ask: t.ask}
	case t.verdict == yes:
		return result{}
	}
	return result{code: 1}
}

// A tester evaluates the conditions of test, [ and [[.
type tester struct {
	s     *shell
	text  string // the whole condition, as the author wrote it
	span  finding.Range
	reads []Effect // the files that it looks at
	node  syntax.Node
	wrong bool // a syntax error: status 2
}

// question makes a question of the tester's condition. Its key tells what is
// asked, whatever the words for it.
func (t *tester) question(key string, vals ...Value) *question {
	q := &question{text: t.text, span: t.span, key: key}
	for _, v := range vals {
		q.holes = append(q.holes, v.Holes()...)
	}
	return q
}

// empty tests whether v is the empty text.
func (t *tester) empty(v Value) tested {
	v = t.s.r.refine(v)
	switch {
	case len(v) == 0:
		return settled(true)
	case t.s.r.nonEmpty(v):
		return settled(false)
	}
	q := t.question("empty:"+v.Key(), v)
	if h := v.hole(); h != nil {
		q.yes, q.no = []fact{{h, &Value{}}}, []fact{{h, nil}}
	}
	return tested{ask: q}
}

// equal tests whether two texts are the same.
func (t *tester) equal(a, b Value) tested {
	a, b = t.s.r.refine(a), t.s.r.refine(b)
	if respelt(a, b) || respelt(b, a) {
		return tested{ask: t.equalQuestion(a, b)}
	}
	a, b, differ := stripCommon(a, b)
	switch {
	case differ:
		return settled(false)
	case a.Key() == b.Key():
		return settled(true)
	case len(a) == 0:
		return t.empty(b)
	case len(b) == 0:
		return t.empty(a)
	case isID(a) && !maybeID(b), isID(b) && !maybeID(a):
		return settled(false)
	}
	return tested{ask: t.equalQuestion(a, b)}
}

// respelt reports whether a is a path of the repository and b a relative one. Where
// a is $0, it is spelt as the script was called, which may be as b.
func respelt(a, b Value) bool {
	text, known := b.Known()
	return underRoot(a) && known && text != "" && text[0] != '/'
}

// isID reports whether v is the id of a container or image.
func isID(v Value) bool {
	h := v.hole()
	return h != nil && (h.Reason == ContainerID || h.Reason == ImageID)
}

// maybeID reports whether v can be an id at all.
func maybeID(v Value) bool {
	text, known := v.Known()
	return !known || strings.Trim(strings.TrimPrefix(text, "sha256:"), "0123456789abcdef") == ""
}

func (t *tester) equalQuestion(a, b Value) *question {
	if _, known := a.Known(); known {
		a, b = b, a
	}
	q := t.question("equal:"+a.Key()+"\x00"+b.Key(), a, b)
	if h := a.hole(); h != nil {
		q.yes = []fact{{h, &b}}
	}
	return q
}

// stripCommon drops the literal text that both values begin and end with. They
// differ for sure where literal text disagrees.
func stripCommon(a, b Value) (Value, Value, bool) {
	a, b = a.merged(), b.merged()
	for len(a) > 0 && len(b) > 0 && a[0].Hole != nil && b[0].Hole != nil && a[:1].Key() == b[:1].Key() {
		a, b = a[1:], b[1:]
	}
	ha, hb := a.head(), b.head()
	n := commonPrefix(ha, hb)
	if n < len(ha) && n < len(hb) || n < len(ha) && len(hb) == n && ends(b) || n < len(hb) && len(ha) == n && ends(a) {
		return a, b, true
	}
	a, b = a.skip(n), b.skip(n)
	ta, tb := a.tail(), b.tail()
	m := commonSuffix(ta, tb)
	if m < len(ta) && m < len(tb) {
		return a, b, true
	}
	return a.dropTail(m), b.dropTail(m), false
}

// ends reports whether v is literal text as a whole.
func ends(v Value) bool {
	_, known := v.Known()
	return known
}

func commonPrefix(a, b string) int {
	n := 0
	for n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}
	return n
}

func commonSuffix(a, b string) int {
	n := 0
	for n < len(a) && n < len(b) && a[len(a)-1-n] == b[len(b)-1-n] {
		n++
	}
	return n
}

// matches tests whether v as a whole matches a pattern, where that is known.
func (s *shell) matches(v Value, pat string, known bool) verdict {
	if !known {
		return unsure
	}
	if pat == "*" {
		return yes
	}
	m := s.r.t.matcher(pat, s.opts.nocasematch)
	if m == nil {
		return unsure
	}
	if text, ok := v.Known(); ok {
		return verdictOf(m.match(text))
	}
	if text, ok := m.isLiteral(); ok && !s.opts.nocasematch {
		return (&tester{s: s}).same(v, Lit(text)).verdict
	}
	return rest(m.pat, v)
}

// rest answers for a pattern that is literal text around one *, on a value with
// holes.
func rest(pat string, v Value) verdict {
	before, after, ok := strings.Cut(pat, "*")
	if !ok || strings.ContainsAny(before+after, `*?[\(`) {
		return unsure
	}
	head, tail := v.head(), v.tail()
	switch {
	case commonPrefix(before, head) < min(len(before), len(head)):
		return no
	case commonSuffix(after, tail) < min(len(after), len(tail)):
		return no
	case strings.HasPrefix(head, before) && strings.HasSuffix(tail, after):
		return yes
	}
	return unsure
}

// match tests a pattern, as = does within [[ ]].
func (t *tester) match(v Value, w *syntax.Word) tested {
	pat, known := t.s.patternOf(w)
	v = t.s.r.refine(v)
	verdict := t.s.matches(v, pat, known)
	if verdict != unsure {
		return tested{verdict: verdict}
	}
	if !known {
		return t.equal(v, t.s.text(w))
	}
	q := t.s.matchQuestion(v, pat, known, caseText{}, t.span)
	q.text = t.text
	return tested{ask: q}
}

// compare tests two numbers.
func (t *tester) compare(op string, a, b Value) tested {
	a, b = t.s.r.refine(a), t.s.r.refine(b)
	if answer, ok := t.status(op, a, b); ok {
		return answer
	}
	x, ok1 := t.number(a)
	y, ok2 := t.number(b)
	if t.wrong {
		return settled(false)
	}
	if !ok1 || !ok2 {
		return tested{ask: t.question("number:"+op+a.Key()+"\x00"+b.Key(), a, b)}
	}
	return settled(compareNumbers(op, x, y))
}

func compareNumbers(op string, x, y int64) bool {
	switch op {
	case "-eq":
		return x == y
	case "-ne":
		return x != y
	case "-lt":
		return x < y
	case "-le":
		return x <= y
	case "-gt":
		return x > y
	}
	return x >= y
}

// status answers "[ $? -eq 0 ]": the question behind the status.
func (t *tester) status(op string, a, b Value) (tested, bool) {
	h := a.hole()
	if h == nil || h.Reason != Status || !b.is("0") {
		return tested{}, false
	}
	answer := settled(false)
	if h.status != nil {
		q := *h.status
		q.text, q.span, q.loose = t.text, t.span, false
		answer = tested{ask: &q}
	}
	switch op {
	case "-eq", "=", "==", "-le":
		return answer, true
	case "-ne", "!=", "-gt":
		return answer.not(), true
	}
	return tested{}, false
}

func (t *tester) number(v Value) (int64, bool) {
	text, ok := v.Known()
	if !ok {
		return 0, false
	}
	n, ok := parseNumber(strings.TrimSpace(text))
	if !ok {
		t.wrong = true
	}
	return n, ok
}
