package shparse

import (
	"io/fs"
	"strconv"

	"mvdan.cc/sh/v3/syntax"

	"github.com/stagefold/stagefold/convert/finding"
)

// A run follows the script once.
type run struct {
	t       *tracer
	choices []bool // the answers to the questions in order; those beyond are true
	asked   []Cond // the questions that were met, one for each choice
	answers map[string]bool
	facts   map[string]fact
	conds   []Cond
	ops     []*Op
	files   *Files
	docker  *docker
	exists  func(path string) existence            // of files as it is now
	readAll func(path string) (Value, bool)        // of files as it is now
	lists   func(dir string) ([]fs.DirEntry, bool) // list, of files as it is now
	changes int                                    // docker and unknown commands so far: answers of commands grow old
	hidden  int                                    // variables that stand for holes in made-up text
	places  map[string]int                         // holes that were made at a place
	exit    Value
	reached reach
	halted  bool // a finding ends the run
	stubs   bool // commands within words stand for themselves
	meant   *meaning

	// What follows is used again and again.
	idle     []*expander
	commands []*command // the first of them, as many as running says, run inside each other
	running  int
	call     call // of the model that runs
}

func newRun(t *tracer, choices []bool) *run {
	r := &run{t: t, choices: choices, docker: &docker{}, files: newFiles(t.conf.FS)}
	r.exists = func(path string) existence { return r.files.existence(path) }
	r.readAll = func(path string) (Value, bool) { return r.files.readAll(path) }
	r.lists = r.list
	return r
}

// follow runs the script from its first to its last command.
func (r *run) follow(sc *script) {
	s := newShell(r, sc)
	s.preset(sc.path)
	s.stmts(sc.file.Stmts)
	s.runExitTrap()
	r.exit = s.statusValue()
}

func (r *run) way() *Way {
	return &Way{Conds: r.conds, Ops: r.ops, Files: r.files, Exit: r.exit, reached: r.reached}
}

// fail reports an error, which ends the run.
func (r *run) fail(f finding.Finding) {
	r.halted = true
	r.t.report(f)
}

// step counts a command, and ends the run at the limit. place says where the command is.
func (r *run) step(place func() finding.Range) bool {
	r.t.steps++
	if r.t.steps > r.t.conf.Limits.Steps {
		r.fail(r.exhausted(place()))
	}
	return !r.halted
}

func (s *shell) step(at syntax.Node) bool {
	return s.r.step(func() finding.Range { return s.script.span(at) })
}

// exhausted is the finding for a run at the limit of steps. Where earlier ways took most
// of them, it names a condition that makes for so many.
func (r *run) exhausted(at finding.Range) finding.Finding {
	limit, ways := r.t.conf.Limits.Steps, len(r.t.trace.Ways)
	if ways == 0 || len(r.asked) == 0 {
		return finding.New("SF002", at, "the script runs more than %d commands", limit)
	}
	c := r.asked[len(r.asked)-1]
	return finding.New("SF002", c.Range, "more than %d commands run on the first %d ways through the script; the condition %q is undecided", limit, ways+1, c.Text)
}

// weigh counts text that is kept as steps, so that what all of it takes is
// bounded too.
func (r *run) weigh(size int) { r.t.steps += size >> 10 }

// decide answers a question: as before where it was asked before, as told where
// this run was told, and with yes where the question is new.
func (r *run) decide(q *question) bool {
	base, ok := r.answers[q.key]
	if !ok {
		base = r.choose(q) != q.negated
		if r.answers == nil {
			r.answers = map[string]bool{}
		}
		r.answers[q.key] = base
	}
	taken := base != q.negated
	r.learn(q, taken)
	return taken
}

// choose takes the next choice and notes it as a condition.
func (r *run) choose(q *question) bool {
	n := len(r.asked)
	if n == len(r.choices) {
		r.choices = append(r.choices, true)
	}
	c := Cond{Text: q.text, Range: q.span, Taken: r.choices[n], Holes: q.holes}
	r.asked = append(r.asked, c)
	r.conds = append(r.conds, c)
	return c.Taken
}

func (r *run) learn(q *question, taken bool) {
	facts := q.no
	if taken {
		facts = q.yes
	}
	for _, f := range facts {
		if r.facts == nil {
			r.facts = map[string]fact{}
		}
		r.facts[holeKey(f.hole)] = f
	}
}

// refine returns v with the holes filled that an answer settled.
func (r *run) refine(v Value) Value {
	if len(r.facts) == 0 || len(v.Holes()) == 0 {
		return v
	}
	var out Value
	for _, p := range v {
		if p.Hole != nil {
			if f, ok := r.facts[holeKey(p.Hole)]; ok && f.value != nil {
				out = out.Concat(*f.value)
				continue
			}
		}
		out = append(out, p)
	}
	return out.merged()
}

// place returns a key that tells the holes made at one node from each other.
func (r *run) place(at finding.Range) string {
	key := at.String()
	if r.places == nil {
		r.places = map[string]int{}
	}
	r.places[key]++
	return key + "#" + strconv.Itoa(r.places[key])
}

// hole makes a hole that differs from all others.
func (s *shell) hole(reason Reason, name string, at syntax.Node) *Hole {
	span := s.script.span(at)
	return &Hole{Reason: reason, Name: name, Source: span, key: s.r.place(span)}
}

// prepare notes under which conditions and on which files op runs.
func (r *run) prepare(op *Op) {
	op.Conds = r.conds[:len(r.conds):len(r.conds)]
	op.Files = r.files
}

// emit adds an operation to the way, with what it does.
func (r *run) emit(op *Op, act Action, effects []Effect) {
	r.prepare(op)
	op.Seq, op.Act = len(r.ops), act
	r.ops = append(r.ops, op)
	r.files = r.files.apply(op, effects)
}
