package shparse

import (
	"regexp"
	"strconv"
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

// testBuiltin runs test and [.
func (s *shell) testBuiltin(c *command) flow {
	args := c.argv[1:]
	if name, _ := c.argv[0].Known(); name == "[" {
		if len(args) == 0 || !args[len(args)-1].is("]") {
			return s.status(2)
		}
		args = args[:len(args)-1]
	}
	t := &tester{s: s, text: s.commandText(c), span: c.op.Range, node: c.node}
	p := &testParser{t: t, args: args}
	answer := p.parse()
	name, _ := c.argv[0].Known()
	nothing := Value{}
	s.finish(c, name, outcome{act: t.act(name, answer), effects: t.reads, stdout: &nothing})
	s.setTested(t, answer)
	return next
}

// act is what a test does.
func (t *tester) act(name string, answer tested) *Host {
	h := &Host{Name: name, Test: true}
	if answer.ask == nil && !t.wrong {
		h.answer = answer.verdict
	}
	return h
}

// setTested makes a test's answer the exit status.
func (s *shell) setTested(t *tester, answer tested) {
	if t.wrong {
		s.status(2)
		return
	}
	s.result = answer.result()
}

// A testParser reads the arguments of test: by their number where there are few
// of them, as POSIX says, and by precedence otherwise.
type testParser struct {
	t    *tester
	args []Arg
}

func (p *testParser) parse() tested {
	switch a := p.args; len(a) {
	case 0:
		return settled(false)
	case 1:
		return p.t.empty(a[0].Value).not()
	case 2:
		if a[0].is("!") {
			return p.t.empty(a[1].Value)
		}
	case 3:
		if isBinary(a[1].Value) {
			return p.binary()
		}
		if a[0].is("!") {
			p.args = a[1:]
			return p.parse().not()
		}
	case 4:
		if a[0].is("!") {
			p.args = a[1:]
			return p.parse().not()
		}
	}
	answer := p.or()
	p.t.wrong = p.t.wrong || len(p.args) > 0
	return answer
}

func (p *testParser) peek() string {
	if len(p.args) == 0 {
		return ""
	}
	word, _ := p.args[0].Known()
	return word
}

func (p *testParser) or() tested {
	answer := p.and()
	for p.peek() == "-o" {
		p.args = p.args[1:]
		answer = p.t.either(answer, p.and())
	}
	return answer
}

func (p *testParser) and() tested {
	answer := p.not()
	for p.peek() == "-a" {
		p.args = p.args[1:]
		answer = p.t.both(answer, p.not())
	}
	return answer
}

func (p *testParser) not() tested {
	if p.peek() == "!" && len(p.args) > 1 {
		p.args = p.args[1:]
		return p.not().not()
	}
	return p.primary()
}

func (p *testParser) primary() tested {
	switch {
	case len(p.args) == 0:
		p.t.wrong = true
		return settled(false)
	case len(p.args) >= 3 && isBinary(p.args[1].Value):
		return p.binary()
	case p.peek() == "(" && len(p.args) > 1:
		return p.parens()
	case len(p.args) >= 2 && isUnary(p.peek()):
		op, arg := p.peek(), p.args[1].Value
		p.args = p.args[2:]
		return p.t.unary(op, arg)
	}
	arg := p.args[0].Value
	p.args = p.args[1:]
	return p.t.empty(arg).not()
}

func (p *testParser) parens() tested {
	p.args = p.args[1:]
	answer := p.or()
	if p.peek() != ")" {
		p.t.wrong = true
		return answer
	}
	p.args = p.args[1:]
	return answer
}

func (p *testParser) binary() tested {
	op, _ := p.args[1].Known()
	a, b := p.args[0].Value, p.args[2].Value
	p.args = p.args[3:]
	switch op {
	case "=", "==":
		return p.t.same(a, b)
	case "!=":
		return p.t.same(a, b).not()
	}
	return p.t.binary(op, a, b)
}

// same is = between texts, one of which may be an exit status.
func (t *tester) same(a, b Value) tested {
	if answer, ok := t.status("=", a, b); ok {
		return answer
	}
	return t.equal(a, b)
}

func isBinary(v Value) bool {
	op, _ := v.Known()
	switch op {
	case "=", "==", "!=", "<", ">", "-eq", "-ne", "-lt", "-le", "-gt", "-ge", "-nt", "-ot", "-ef":
		return true
	}
	return false
}

func isUnary(op string) bool {
	return len(op) == 2 && op[0] == '-' && op != "-a" && op != "-o"
}

// both is the answer of a && b. Where one is unknown and the other can't settle
// the matter, the whole is asked at once.
func (t *tester) both(a, b tested) tested {
	switch {
	case a.ask == nil && a.verdict == no, b.ask == nil && b.verdict == no:
		return settled(false)
	case a.ask == nil:
		return b
	case b.ask == nil:
		return a
	}
	q := t.joint(a.ask, b.ask)
	q.yes = append(append(q.yes, a.ask.yes...), b.ask.yes...)
	return tested{ask: q}
}

// either is the answer of a || b.
func (t *tester) either(a, b tested) tested { return t.both(a.not(), b.not()).not() }

func (t *tester) joint(a, b *question) *question {
	q := &question{text: t.text, span: t.span}
	q.key = "both:" + strconv.FormatBool(a.negated) + a.key + "\x00" + strconv.FormatBool(b.negated) + b.key
	q.holes = append(append(q.holes, a.holes...), b.holes...)
	return q
}

// unary evaluates -z and its like.
func (t *tester) unary(op string, v Value) tested {
	switch op {
	case "-z":
		return t.empty(v)
	case "-n":
		return t.empty(v).not()
	case "-t":
		return tested{ask: t.question("terminal:"+v.Key(), v)}
	case "-v":
		return t.isSet(v)
	case "-o":
		return t.option(v)
	}
	return t.file(op, v)
}

func (t *tester) isSet(v Value) tested {
	name, ok := v.Known()
	if !ok {
		return tested{ask: t.question("set:"+v.Key(), v)}
	}
	base, sub, isElement := strings.Cut(strings.TrimSuffix(name, "]"), "[")
	found := t.s.lookup(base, t.node)
	if isElement && !found.outside {
		return t.hasElement(v, found, sub)
	}
	if found.outside {
		return tested{ask: t.question("set:"+name, found.val)}
	}
	if found.kind == indexed {
		_, ok := found.at(0)
		return settled(ok)
	}
	return settled(found.kind != unset)
}

// hasElement answers -v of one element of an array.
func (t *tester) hasElement(name Value, v *variable, sub string) tested {
	switch {
	case sub == "@" || sub == "*":
		return settled(len(v.list) > 0 || len(v.dict.entries) > 0)
	case v.kind == keyed:
		_, ok := v.dict.get(strings.Trim(sub, `"'`))
		return settled(ok)
	}
	n, ok := t.s.textNumber(sub, t.node, 0)
	if !ok {
		return tested{ask: t.question("set:"+name.Key()+"#"+itoa(t.s.r.changes), name)}
	}
	if n < 0 {
		n += int64(v.next())
	}
	_, ok = v.at(int(n))
	return settled(ok)
}

func (t *tester) option(v Value) tested {
	switch name, _ := v.Known(); name {
	case "errexit":
		return settled(t.s.opts.errexit)
	case "nounset":
		return settled(t.s.opts.nounset)
	case "pipefail":
		return settled(t.s.opts.pipefail)
	}
	return tested{ask: t.question("option:"+v.Key(), v)}
}

// binary evaluates the operators that test and [[ share.
func (t *tester) binary(op string, a, b Value) tested {
	switch op {
	case "<", ">":
		return t.order(op, a, b)
	case "-nt", "-ot", "-ef":
		for _, v := range []Value{a, b} {
			t.reads = append(t.reads, Effect{Verb: ReadFile, Path: relPath(t.s.dir, v)})
		}
		return tested{ask: t.question("file:"+op+a.Key()+"\x00"+b.Key()+"#"+itoa(t.s.r.changes), a, b)}
	}
	return t.compare(op, a, b)
}

func (t *tester) order(op string, a, b Value) tested {
	x, ok1 := a.Known()
	y, ok2 := b.Known()
	switch {
	case !ok1 || !ok2:
		return tested{ask: t.question("order:"+op+a.Key()+"\x00"+b.Key(), a, b)}
	case op == "<":
		return settled(x < y)
	}
	return settled(x > y)
}

// testClause runs [[ ]]. It is an operation too where it looks at files.
func (s *shell) testClause(c *syntax.TestClause) flow {
	t := &tester{s: s, text: s.script.text(c), span: s.script.span(c), node: c}
	outer := s.captured
	answer := t.expr(c.X)
	s.captured = outer
	if s.pending != next {
		return s.pending
	}
	if len(t.reads) > 0 {
		op := s.newOp(t.span)
		op.Argv = []Arg{{Value: Lit("[["), Word: t.span}}
		act := t.act("[[", answer)
		act.Effects = t.reads
		s.r.emit(op, act, t.reads)
	}
	s.setTested(t, answer)
	return next
}

func (t *tester) expr(x syntax.TestExpr) tested {
	switch x := x.(type) {
	case *syntax.Word:
		return t.empty(t.s.text(x)).not()
	case *syntax.ParenTest:
		return t.expr(x.X)
	case *syntax.UnaryTest:
		return t.unaryExpr(x)
	case *syntax.BinaryTest:
		return t.binaryExpr(x)
	}
	t.wrong = true
	return settled(false)
}

func (t *tester) unaryExpr(x *syntax.UnaryTest) tested {
	if x.Op == syntax.TsNot {
		return t.expr(x.X).not()
	}
	w, ok := x.X.(*syntax.Word)
	if !ok {
		t.wrong = true
		return settled(false)
	}
	return t.unary(x.Op.String(), t.s.text(w))
}

func (t *tester) binaryExpr(x *syntax.BinaryTest) tested {
	switch x.Op {
	case syntax.AndTest:
		return t.lazyAnd(t.expr(x.X), x.Y)
	case syntax.OrTest:
		left := t.expr(x.X)
		if left.ask == nil && left.verdict == yes {
			return left
		}
		return t.either(left, t.expr(x.Y))
	}
	a, ok1 := x.X.(*syntax.Word)
	b, ok2 := x.Y.(*syntax.Word)
	if !ok1 || !ok2 {
		t.wrong = true
		return settled(false)
	}
	return t.words(x.Op, a, b)
}

func (t *tester) lazyAnd(left tested, y syntax.TestExpr) tested {
	if left.ask == nil && left.verdict == no {
		return left
	}
	return t.both(left, t.expr(y))
}

// words evaluates an operator of [[ ]] between two words.
func (t *tester) words(op syntax.BinTestOperator, a, b *syntax.Word) tested {
	left := t.s.text(a)
	switch op {
	case syntax.TsMatch, syntax.TsMatchShort, syntax.TsNoMatch:
		answer, isStatus := t.status("=", left, t.s.text(b))
		if !isStatus {
			answer = t.match(left, b)
		}
		if op == syntax.TsNoMatch {
			return answer.not()
		}
		return answer
	case syntax.TsReMatch:
		return t.regexp(left, b)
	case syntax.TsEql, syntax.TsNeq, syntax.TsLeq, syntax.TsGeq, syntax.TsLss, syntax.TsGtr:
		return t.compareExprs(op.String(), left, t.s.text(b))
	}
	return t.binary(op.String(), left, t.s.text(b))
}

// compareExprs compares numbers in [[ ]], where words are arithmetic.
func (t *tester) compareExprs(op string, a, b Value) tested {
	if answer, ok := t.status(op, a, b); ok {
		return answer
	}
	x, ok1 := a.Known()
	y, ok2 := b.Known()
	if !ok1 || !ok2 {
		return t.compare(op, a, b)
	}
	m, ok1 := t.s.textNumber(x, t.node, 0)
	n, ok2 := t.s.textNumber(y, t.node, 0)
	if !ok1 || !ok2 {
		return tested{ask: t.question("number:" + op + x + "\x00" + y)}
	}
	return settled(compareNumbers(op, m, n))
}

// regexp evaluates =~, and sets BASH_REMATCH.
func (t *tester) regexp(v Value, w *syntax.Word) tested {
	e := t.s.expander(asText)
	defer e.done()
	e.parts(w.Parts, false)
	expr, known := regexpText(e.cur())
	text, ok := v.Known()
	re, sure := posixRegexp(expr, true)
	if !ok || !known || !sure || !isASCII(text) || t.s.opts.nocasematch {
		t.unknownMatch(re)
		return tested{ask: t.question("regexp:"+v.Key()+"\x00"+valueOf(e.cur()).Key(), v)}
	}
	groups := re.FindStringSubmatch(text)
	var vals []Value
	for _, g := range groups {
		vals = append(vals, Lit(g))
	}
	t.s.assign("BASH_REMATCH", list(vals), t.node)
	return settled(groups != nil)
}

// unknownMatch sets BASH_REMATCH to what can't be known: a hole for each group, or
// for any number of them where the expression is not known.
func (t *tester) unknownMatch(re *regexp.Regexp) {
	groups := 0
	if re != nil {
		groups = re.NumSubexp()
	}
	var vals []Value
	for i := range groups + 1 {
		h := t.s.hole(Computed, "${BASH_REMATCH["+strconv.Itoa(i)+"]}", t.node)
		h.many = re == nil
		vals = append(vals, Value{{Hole: h}})
	}
	t.s.assign("BASH_REMATCH", list(vals), t.node)
}

// regexpText is the text of a regular expression, in which quoted characters
// stand for themselves.
func regexpText(f []piece) (string, bool) {
	text := ""
	for _, p := range f {
		switch {
		case p.hole != nil:
			return "", false
		case p.quoted:
			text += regexp.QuoteMeta(p.text)
		default:
			text += p.text
		}
	}
	return text, true
}
