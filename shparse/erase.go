package shparse

import (
	"slices"

	"mvdan.cc/sh/v3/syntax"

	"github.com/stagefold/stagefold/convert/edit"
	"github.com/stagefold/stagefold/convert/finding"
)

// EraseOptions says what goes.
type EraseOptions struct {
	// Drop answers whether an operation goes. Nil drops none.
	Drop func(*Op) bool
	// Void answers what the rest of the script means for an operation that only looks at
	// files. Nil stands for Sound.
	Void func(*Op) Voidness
	// Names are literal names of things that no longer exist: image tags,
	// containers, files. An echo or printf that names one of them and stands
	// directly in front of an erased statement announces it and goes with it.
	Names []string
	// Moved are words that the caller writes again at another place that stays:
	// the variables that they name are still read, even where the words
	// themselves go.
	Moved []finding.Range
}

// A Deletion is what goes from the scripts of a trace.
type Deletion struct {
	// Edits are the edits by path of script; a script that stays as it is has none.
	Edits map[string][]edit.Edit
	// Vars are the variables of which no assignment is left, because nothing
	// reads them any more, in order of their names.
	Vars []string
	// Left are the void and tied operations that could not go, or whose answer is needed.
	Left []*Op
}

// Erase says which text goes when the operations for which o.Drop answers true
// go. An operation that runs several times (in a loop, in a function called
// twice, on several ways) can only go when all its runs go, or when the call
// that led to the run can go.
//
// It takes whole lines where a statement stands alone, and the operand with its
// operator in a list (a && b, a || exit 1). A compound command, function, trap or
// assignment that has nothing left to do goes as a whole, and so do assignments
// to variables that only erased text read. Comments directly above an erased
// statement that stand alone with it go with it. Runs of blank lines that meet
// become one.
//
// A test that is void goes too, with the statement that it is a part of, where that
// holds nothing else but what goes, what has no effect, and what never runs.
//
// Where an operation can't go without changing what stays (its output or status
// is used), Erase returns a finding at that place and no Deletion. The scripts
// without what goes have been parsed again: they are scripts still.
func (t *Trace) Erase(o EraseOptions) (*Deletion, []finding.Finding) {
	e, findings := newEraser(t, o)
	if findings != nil {
		return nil, findings
	}
	if !e.isIdle() {
		e.settle()
	}
	if findings := e.check(); len(findings) > 0 {
		return nil, finding.Sort(findings)
	}
	d, findings := e.deletion()
	if d != nil {
		d.Left = e.left(t)
	}
	return d, findings
}

// isIdle reports whether nothing goes.
func (e *eraser) isIdle() bool { return len(e.dropped)+len(e.sites)+len(e.void) == 0 }

// An eraser works out what goes. It settles the fate of every statement of the
// tree, cuts by these fates, and checks the result.
type eraser struct {
	listings []*listing // the script itself first
	byPath   map[string]*listing
	moved    map[*listing]spans
	names    []string
	routes   []route

	ops     map[*syntax.Stmt][]*Op
	dropped map[*syntax.Stmt]bool // all their operations go
	sites   map[*syntax.Stmt]fate // calls that go as one of several
	void    map[*syntax.Stmt]fate // void tests, and what becomes of those that can go
	idle    map[*syntax.Stmt]bool // what never runs

	funcs      map[string]*routine
	calls      map[string][]place
	dispatches bool // some command is named by an argument
	vars       *variables

	// What settle works out.
	dead   map[syntax.Node]bool    // assignments that nothing reads any more
	forced map[*syntax.Assign]bool // assignments of what an erased command gave
	lost   map[string]bool         // functions that go
	fates  map[*syntax.Stmt]fate

	// What has been found out on the way to the fates.
	looks    map[look]bool
	captures map[*syntax.Assign]bool

	cuts   map[*listing][]cut
	erased map[*listing]spans
}

func newEraser(t *Trace, o EraseOptions) (*eraser, []finding.Finding) {
	e := &eraser{
		byPath: map[string]*listing{}, moved: map[*listing]spans{}, names: o.Names,
		ops: map[*syntax.Stmt][]*Op{}, dropped: map[*syntax.Stmt]bool{}, sites: map[*syntax.Stmt]fate{},
		void: map[*syntax.Stmt]fate{}, idle: map[*syntax.Stmt]bool{},
		erased: map[*listing]spans{}, forced: map[*syntax.Assign]bool{},
		looks: map[look]bool{}, captures: map[*syntax.Assign]bool{}, fates: map[*syntax.Stmt]fate{},
	}
	for _, path := range scriptPaths(t) {
		l, err := t.listing(path)
		if err != nil {
			return nil, []finding.Finding{finding.New("SF001", finding.Range{File: path}, "the script does not parse: %v", err)}
		}
		e.listings = append(e.listings, l)
		e.byPath[path] = l
	}
	e.findMoved(o.Moved)
	e.findFunctions()
	e.findCalls()
	e.findIdle(t)
	findings := e.findRoutes(t, o)
	e.findVariables()
	return e, findings
}

// listing returns the listing of a script, which was parsed when it was followed.
func (t *Trace) listing(path string) (*listing, error) {
	if sc := t.scripts[path]; sc != nil {
		return listingOf(path, t.Sources[path], sc.file), nil
	}
	return newListing(path, t.Sources[path])
}

// scriptPaths returns the paths of the scripts, the one that was read first and
// the others in order.
func scriptPaths(t *Trace) []string {
	var paths []string
	for path := range t.Sources {
		if path != t.Path {
			paths = append(paths, path)
		}
	}
	slices.Sort(paths)
	if _, ok := t.Sources[t.Path]; ok {
		paths = slices.Insert(paths, 0, t.Path)
	}
	return paths
}

func (e *eraser) findMoved(ranges []finding.Range) {
	words := map[*listing][]cut{}
	for _, r := range ranges {
		if l := e.byPath[r.File]; l != nil {
			words[l] = append(words[l], cut{span: span{r.Start.Offset, r.End.Offset}})
		}
	}
	for l, list := range words {
		e.moved[l] = newSpans(list)
	}
}

// isGone reports whether the text at s goes and is not written elsewhere.
func (e *eraser) isGone(l *listing, s span) bool {
	return e.erased[l].contains(s) && !e.moved[l].contains(s)
}

// deletion turns the cuts into edits and makes sure that scripts are left.
func (e *eraser) deletion() (*Deletion, []finding.Finding) {
	d := &Deletion{Edits: map[string][]edit.Edit{}, Vars: e.deadVariables()}
	var findings []finding.Finding
	for _, l := range e.listings {
		edits := l.edits(e.cuts[l])
		if len(edits) == 0 {
			continue
		}
		d.Edits[l.path] = edits
		left, err := edit.Apply(l.src, edits)
		if err == nil {
			_, err = newListing(l.path, left)
		}
		if err != nil {
			findings = append(findings, finding.New("SF030", l.rangeOf(e.cuts[l][0].span), "without the commands that must go, %q is no script: %v", l.path, err))
		}
	}
	if len(findings) > 0 {
		return nil, findings
	}
	return d, nil
}

// deadVariables returns the variables of which every assignment goes.
func (e *eraser) deadVariables() []string {
	dead, alive := map[string]bool{}, map[string]bool{}
	for _, w := range e.vars.writes {
		if e.dead[w.node] {
			dead[w.name] = true
		}
		if !e.erased[w.in].contains(w.span) {
			alive[w.name] = true
		}
	}
	var names []string
	for name := range dead {
		if !alive[name] && syntax.ValidName(name) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}
