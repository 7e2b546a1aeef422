package shparse

import (
	"strconv"
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

// arithmetic evaluates $((...)) at a node.
func (s *shell) arithmetic(x syntax.ArithmExpr, at syntax.Node) Value {
	n, ok := s.number(x)
	if !ok {
		return s.computed(at, s.operands(x))
	}
	return Lit(itoa(int(n)))
}

func itoa(n int) string { return strconv.Itoa(n) }

// operands are the values of the variables of an expression.
func (s *shell) operands(x syntax.ArithmExpr) []Value {
	var vals []Value
	syntax.Walk(x, func(n syntax.Node) bool {
		var name string
		switch n := n.(type) {
		case *syntax.Lit:
			name = n.Value
		case *syntax.ParamExp:
			if n.Param != nil {
				name = n.Param.Value
			}
		}
		if validName(name) {
			val, _ := s.lookup(name, n).value()
			vals = append(vals, val)
		}
		return true
	})
	return vals
}

// arithmCommand runs ((...)): it succeeds where the result is not 0.
func (s *shell) arithmCommand(x syntax.ArithmExpr, at syntax.Node) flow {
	n, ok := s.number(x)
	switch {
	case s.pending != next:
		return s.pending
	case !ok:
		span := s.script.span(at)
		key := "((" + s.script.text(x)
		var holes []*Hole
		for _, v := range s.operands(x) {
			key += "\x01" + v.Key()
			holes = append(holes, v.Holes()...)
		}
		s.result = result{ask: &question{text: s.script.text(at), span: span, key: key, holes: holes}}
		return next
	case n == 0:
		return s.status(1)
	}
	return s.status(0)
}

func (s *shell) let(c *syntax.LetClause) flow {
	for _, x := range c.Exprs {
		if f := s.arithmCommand(x, c); f != next {
			return f
		}
	}
	return next
}

// number evaluates an arithmetic expression. It answers false where the result
// depends on a hole.
func (s *shell) number(x syntax.ArithmExpr) (int64, bool) {
	switch x := x.(type) {
	case nil:
		return 0, true
	case *syntax.Word:
		return s.operandWord(x)
	case *syntax.ParenArithm:
		return s.number(x.X)
	case *syntax.UnaryArithm:
		return s.unary(x)
	case *syntax.BinaryArithm:
		return s.binaryArithm(x)
	}
	s.fail("SF005", x, "the arithmetic %q is not that of bash", s.script.text(x))
	return 0, false
}

func (s *shell) operandWord(w *syntax.Word) (int64, bool) {
	if name, pe, ok := s.target(w); ok {
		return s.variableNumber(name, pe, w, 0)
	}
	text, ok := s.text(w).Known()
	if !ok {
		return 0, false
	}
	return s.textNumber(text, w, 0)
}

// target returns the variable that a word names in arithmetic: X or a[i].
func (s *shell) target(w *syntax.Word) (string, *syntax.ParamExp, bool) {
	if len(w.Parts) != 1 {
		return "", nil, false
	}
	switch p := w.Parts[0].(type) {
	case *syntax.Lit:
		return p.Value, nil, validName(p.Value)
	case *syntax.ParamExp:
		if p.Short && p.Index != nil && !p.Dollar.IsValid() {
			return p.Param.Value, p, true
		}
	}
	return "", nil, false
}

// maxNames bounds how long a variable may name a variable that names a variable.
const maxNames = 100

func (s *shell) variableNumber(name string, pe *syntax.ParamExp, at syntax.Node, depth int) (int64, bool) {
	if !s.step(at) {
		s.pending = stopped
		return 0, false
	}
	v := s.lookup(name, at)
	val, _ := v.value()
	if pe != nil {
		p := param{}
		if !s.element(&p, v, pe) {
			return 0, false
		}
		val = p.vals[0]
	}
	if v.kind == unset && s.opts.nounset {
		s.die(1)
		return 0, false
	}
	text, ok := val.Known()
	if !ok {
		return 0, false
	}
	return s.textNumber(text, at, depth+1)
}

// textNumber reads a number, or evaluates the expression that a variable holds.
func (s *shell) textNumber(text string, at syntax.Node, depth int) (int64, bool) {
	text = strings.TrimSpace(text)
	switch {
	case text == "":
		return 0, true
	case depth > maxNames:
		s.die(1)
		return 0, false
	case validName(text):
		return s.variableNumber(text, nil, at, depth)
	}
	if n, ok := parseNumber(text); ok {
		return n, true
	}
	x, err := s.r.t.bash.Arithmetic(strings.NewReader(text))
	if _, again := x.(*syntax.Word); err != nil || again || s.nested > maxNames {
		s.die(1)
		return 0, false
	}
	s.nested++
	defer func() { s.nested-- }()
	return s.number(x)
}

// parseNumber reads a number as the shell does: 0x, a leading 0 for octal, and
// base#digits.
func parseNumber(text string) (int64, bool) {
	sign := int64(1)
	switch {
	case strings.HasPrefix(text, "-"):
		sign, text = -1, text[1:]
	case strings.HasPrefix(text, "+"):
		text = text[1:]
	}
	base, digits := 10, text
	switch {
	case strings.HasPrefix(text, "0x"), strings.HasPrefix(text, "0X"):
		base, digits = 16, text[2:]
	case len(text) > 1 && text[0] == '0':
		base, digits = 8, text[1:]
	case strings.Contains(text, "#"):
		prefix, rest, _ := strings.Cut(text, "#")
		b, err := strconv.Atoi(prefix)
		if err != nil || b < 2 || b > 36 {
			return 0, false
		}
		base, digits = b, strings.ToLower(rest)
	}
	n, err := strconv.ParseUint(digits, base, 64)
	return sign * int64(n), err == nil && !strings.HasPrefix(digits, "+")
}

func (s *shell) unary(x *syntax.UnaryArithm) (int64, bool) {
	if x.Op == syntax.Inc || x.Op == syntax.Dec {
		return s.increment(x)
	}
	n, ok := s.number(x.X)
	switch x.Op {
	case syntax.Not:
		return oneIf(n == 0), ok
	case syntax.BitNegation:
		return ^n, ok
	case syntax.Minus:
		return -n, ok
	}
	return n, ok
}

func oneIf(b bool) int64 {
	if b {
		return 1
	}
	return 0
}

func (s *shell) increment(x *syntax.UnaryArithm) (int64, bool) {
	w, ok := x.X.(*syntax.Word)
	if !ok {
		return 0, false
	}
	old, known := s.number(w)
	updated := old + 1
	if x.Op == syntax.Dec {
		updated = old - 1
	}
	s.store(w, updated, known, x)
	if x.Post {
		return old, known
	}
	return updated, known
}

// store assigns a result to the variable that w names.
func (s *shell) store(w *syntax.Word, n int64, known bool, at syntax.Node) {
	name, pe, ok := s.target(w)
	if !ok {
		s.fail("SF005", at, "%q assigns to something that is no variable", s.script.text(at))
		return
	}
	val := Lit(strconv.FormatInt(n, 10))
	if !known {
		val = Value{{Hole: s.hole(Computed, s.script.text(at), at)}}
	}
	if pe == nil {
		s.assign(name, text(val), at)
		return
	}
	s.assignElement(pe, val)
}

func (s *shell) binaryArithm(x *syntax.BinaryArithm) (int64, bool) {
	switch x.Op {
	case syntax.TernQuest:
		return s.ternary(x)
	case syntax.AndArit, syntax.OrArit:
		return s.logical(x)
	case syntax.Assgn:
		w, ok := x.X.(*syntax.Word)
		if !ok {
			return 0, false
		}
		n, known := s.number(x.Y)
		s.store(w, n, known, x)
		return n, known
	}
	if op, ok := assigning(x.Op); ok {
		return s.assigning(x, op)
	}
	a, ok1 := s.number(x.X)
	if s.pending != next {
		return 0, false
	}
	b, ok2 := s.number(x.Y)
	if !ok1 || !ok2 {
		return 0, false
	}
	return s.operate(x.Op, a, b)
}

func (s *shell) ternary(x *syntax.BinaryArithm) (int64, bool) {
	arms, ok := x.Y.(*syntax.BinaryArithm)
	cond, known := s.number(x.X)
	switch {
	case !ok || !known:
		return 0, false
	case cond != 0:
		return s.number(arms.X)
	}
	return s.number(arms.Y)
}

func (s *shell) logical(x *syntax.BinaryArithm) (int64, bool) {
	left, ok := s.number(x.X)
	if !ok {
		return 0, false
	}
	if (left != 0) != (x.Op == syntax.AndArit) {
		return oneIf(left != 0), true
	}
	right, ok := s.number(x.Y)
	return oneIf(right != 0), ok
}

// assigning returns the operator within += and the like.
func assigning(op syntax.BinAritOperator) (syntax.BinAritOperator, bool) {
	switch op {
	case syntax.AddAssgn:
		return syntax.Add, true
	case syntax.SubAssgn:
		return syntax.Sub, true
	case syntax.MulAssgn:
		return syntax.Mul, true
	case syntax.QuoAssgn:
		return syntax.Quo, true
	case syntax.RemAssgn:
		return syntax.Rem, true
	case syntax.AndAssgn:
		return syntax.And, true
	case syntax.OrAssgn:
		return syntax.Or, true
	case syntax.XorAssgn:
		return syntax.Xor, true
	case syntax.ShlAssgn:
		return syntax.Shl, true
	case syntax.ShrAssgn:
		return syntax.Shr, true
	}
	return 0, false
}

func (s *shell) assigning(x *syntax.BinaryArithm, op syntax.BinAritOperator) (int64, bool) {
	w, ok := x.X.(*syntax.Word)
	if !ok {
		return 0, false
	}
	a, ok1 := s.number(w)
	b, ok2 := s.number(x.Y)
	n, known := int64(0), ok1 && ok2
	if known {
		n, known = s.operate(op, a, b)
	}
	s.store(w, n, known, x)
	return n, known
}

// operate applies an operator. Division by zero ends the shell's command.
func (s *shell) operate(op syntax.BinAritOperator, a, b int64) (int64, bool) {
	switch op {
	case syntax.Add:
		return a + b, true
	case syntax.Sub:
		return a - b, true
	case syntax.Mul:
		return a * b, true
	case syntax.Quo, syntax.Rem:
		return s.divide(op, a, b)
	case syntax.Pow:
		return power(a, b), true
	case syntax.Eql:
		return oneIf(a == b), true
	case syntax.Neq:
		return oneIf(a != b), true
	case syntax.Gtr:
		return oneIf(a > b), true
	case syntax.Lss:
		return oneIf(a < b), true
	case syntax.Leq:
		return oneIf(a <= b), true
	case syntax.Geq:
		return oneIf(a >= b), true
	case syntax.And:
		return a & b, true
	case syntax.Or:
		return a | b, true
	case syntax.Xor:
		return a ^ b, true
	case syntax.Shl:
		return a << (uint64(b) & 63), true
	case syntax.Shr:
		return a >> (uint64(b) & 63), true
	case syntax.Comma:
		return b, true
	}
	return 0, false
}

func (s *shell) divide(op syntax.BinAritOperator, a, b int64) (int64, bool) {
	switch {
	case b == 0:
		s.die(1)
		return 0, false
	case op == syntax.Quo:
		return a / b, true
	}
	return a % b, true
}

func power(a, b int64) int64 {
	p := int64(1)
	for ; b > 0; b >>= 1 {
		if b&1 != 0 {
			p *= a
		}
		a *= a
	}
	return p
}
