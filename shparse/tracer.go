package shparse

import (
	"cmp"
	"slices"
	"strings"

	"mvdan.cc/sh/v3/syntax"

	"github.com/stagefold/stagefold/convert/finding"
	"github.com/stagefold/stagefold/shparse/pipeline"
)

// A tracer is one call of Read: what all ways through the script share.
type tracer struct {
	conf     Config
	trace    *Trace
	bash     *syntax.Parser
	steps    int
	failed   bool // an error was reported: there will be no ways
	parts    slab[Part]
	args     slab[Arg]
	ops      slab[Op]
	matchers map[string]*matcher
	pipeline *pipeline.Pipeline // where the trace is of a CI file
	probe    *probe             // nil but in a second run
}

func newTracer(c Config) *tracer {
	c.Limits = c.Limits.orDefaults()
	if c.Dir == "" && IsPipeline(c.Path) {
		c.Dir = "."
	}
	return &tracer{
		conf:  c,
		trace: &Trace{Path: c.Path, conf: c, goals: c.Goals, Sources: map[string][]byte{}, Hosts: map[string][]byte{}, scripts: map[string]*script{}},
		bash:  syntax.NewParser(syntax.KeepComments(true), syntax.Variant(syntax.LangBash)),
	}
}

func (l Limits) orDefaults() Limits {
	return Limits{
		FileSize: cmp.Or(l.FileSize, 1<<20),
		Steps:    cmp.Or(l.Steps, 100_000),
		Ways:     cmp.Or(l.Ways, 256),
		Depth:    cmp.Or(l.Depth, 100),
		Words:    cmp.Or(l.Words, 1<<20),
	}
}

// literal returns a value of one text.
func (t *tracer) literal(text string) Value {
	v := t.parts.take(1)
	v[0].Lit = text
	return v
}

// textSize is how many bytes of scripts were read, so far.
func (t *tracer) textSize() int {
	size := 0
	for _, src := range t.trace.Sources {
		size += len(src)
	}
	return size
}

// A slab hands out values of which many live as long as the trace. They are allocated some
// at a time, and more so the more of them there are.
type slab[T any] struct {
	free []T
	size int
}

// take returns n values in a slice that has no room for more.
func (s *slab[T]) take(n int) []T {
	if n > len(s.free) {
		s.size = max(n, min(2*s.size, 16), 4)
		s.free = make([]T, s.size)
	}
	taken := s.free[:n:n]
	s.free = s.free[n:]
	return taken
}

func (t *tracer) report(f finding.Finding) {
	t.failed = t.failed || f.Severity == finding.Error
	t.trace.Findings = append(t.trace.Findings, f)
}

// explore follows the script again and again, each time with other answers to
// the questions that it could not decide, until all were followed: open gives the
// script, which may itself depend on answers. It is a
// depth-first search: the last answer that was not yet reversed is reversed.
func (t *tracer) explore(open func(*run) (*script, bool)) {
	var choices []bool
	for n := 1; ; n++ {
		r := newRun(t, choices)
		if sc, ok := open(r); ok {
			r.follow(sc)
		}
		if t.failed {
			return
		}
		t.trace.Ways = append(t.trace.Ways, r.way())
		last := lastTrue(r.choices)
		if last < 0 {
			break
		}
		if n == t.conf.Limits.Ways {
			c := r.asked[last]
			t.report(finding.New("SF002", c.Range, "more than %d ways lead through the script; the condition %q is undecided", n, c.Text))
			return
		}
		choices = append(slices.Clone(r.choices[:last]), false)
	}
	t.trace.Ways = mergeWays(t.trace.Ways)
}

func lastTrue(choices []bool) int {
	for i := len(choices) - 1; i >= 0; i-- {
		if choices[i] {
			return i
		}
	}
	return -1
}

// mergeWays makes one of the ways that do the same. The conditions in which
// these differ go.
func mergeWays(ways []*Way) []*Way {
	if len(ways) == 1 {
		return ways
	}
	byKey := map[string]*Way{}
	var merged []*Way
	for _, w := range ways {
		key := w.key()
		first, ok := byKey[key]
		if !ok {
			byKey[key] = w
			merged = append(merged, w)
			continue
		}
		first.forget(w.Conds)
		first.reached.join(w.reached)
	}
	return merged
}

// key is equal for ways that do the same.
func (w *Way) key() string {
	var b strings.Builder
	for _, op := range w.Ops {
		b.WriteString(op.Range.String())
		b.WriteByte(1)
		b.WriteString(op.Dir.Key())
		for _, a := range op.Argv {
			b.WriteByte(2)
			b.WriteString(a.Key())
		}
		b.WriteByte(3)
	}
	b.WriteString(w.Exit.Key())
	return b.String()
}

// forget drops the conditions that don't hold on both ways.
func (w *Way) forget(other []Cond) {
	agreed := func(c Cond) bool {
		return slices.ContainsFunc(other, func(o Cond) bool {
			return o.Range == c.Range && o.Taken == c.Taken && o.Text == c.Text
		})
	}
	w.Conds = keep(w.Conds, agreed)
	for _, op := range w.Ops {
		op.Conds = keep(op.Conds, agreed)
	}
}

func keep[T any](list []T, ok func(T) bool) []T {
	return slices.DeleteFunc(slices.Clone(list), func(x T) bool { return !ok(x) })
}
