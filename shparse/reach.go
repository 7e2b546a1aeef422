package shparse

import (
	"math/bits"

	"mvdan.cc/sh/v3/syntax"
)

// A reach is a set of statements, by the numbers that the tracer gave them.
type reach []uint64

func (r *reach) add(n int) {
	for n/64 >= len(*r) {
		*r = append(*r, 0)
	}
	(*r)[n/64] |= 1 << (n % 64)
}

func (r *reach) join(o reach) {
	for i, word := range o {
		for ; word != 0; word &= word - 1 {
			r.add(i*64 + bits.TrailingZeros64(word))
		}
	}
}

func (r reach) has(n int) bool { return n/64 < len(r) && r[n/64]&(1<<(n%64)) != 0 }

// reach notes that a statement runs on this way.
func (r *run) reach(s *syntax.Stmt) {
	numbers := r.t.trace.numbers
	if numbers == nil {
		numbers = make(map[*syntax.Stmt]int, r.t.textSize()/bytesPerStatement)
		r.t.trace.numbers = numbers
	}
	n, ok := numbers[s]
	if !ok {
		n = len(numbers)
		numbers[s] = n
	}
	r.reached.add(n)
}

// bytesPerStatement is about how long a statement of a script is.
const bytesPerStatement = 32

// reachBelow notes it of all statements below n, which were not followed since it makes
// no difference whether they run.
func (r *run) reachBelow(n syntax.Node) {
	syntax.Walk(n, func(n syntax.Node) bool {
		if s, ok := n.(*syntax.Stmt); ok {
			r.reach(s)
		}
		return true
	})
}

// reachedIn returns the offsets at which statements of a script begin that run on some
// way, and false where that is not known.
func (t *Trace) reachedIn(path string) (map[int]bool, bool) {
	sc := t.scripts[path]
	if sc == nil || t.numbers == nil {
		return nil, false
	}
	var reached reach
	for _, w := range t.Ways {
		reached.join(w.reached)
	}
	at := map[int]bool{}
	syntax.Walk(sc.file, func(n syntax.Node) bool {
		if s, ok := n.(*syntax.Stmt); ok {
			if n, ok := t.numbers[s]; ok && reached.has(n) {
				at[offset(s.Pos())] = true
			}
		}
		return true
	})
	return at, true
}

// Along is the trace with some of its ways alone.
func (t *Trace) Along(ways []*Way) *Trace {
	along := *t
	along.Ways = ways
	return &along
}
