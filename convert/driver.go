package convert

import (
	"bytes"
	"io/fs"
	"maps"
	"slices"
	"strings"

	"github.com/stagefold/stagefold/convert/edit"
	"github.com/stagefold/stagefold/convert/finding"
	"github.com/stagefold/stagefold/convert/render"
	"github.com/stagefold/stagefold/shparse"
)

// A driver converts a file that drives several builds, each of which is followed by
// itself: the targets of a Makefile, the jobs of a CI file. They have to want the same
// of each line of the file.
type driver struct {
	fsys     fs.FS
	opts     Options
	defaults bool

	folding []*goalRun // those that convert
	others  []*goalRun // the others, each by itself
	lines   map[finding.Range]shparse.RaisedLine

	disputed []finding.Range        // lines of which the runs want different things
	quiet    map[finding.Range]bool // lines that only speak of what goes
	kept     map[finding.Range]bool // lines that clean up, and stay though there is nothing to clean
	out      *converter

	work int // steps of all traces so far
	left int // builds that the rest of the work is for, besides the one at hand
}

// maxWork bounds the steps of all traces of one file together: a Makefile with many
// targets, each of which leads many ways through a large one, would take minutes.
const (
	maxWork = 150_000
	minWork = 2_000 // of one trace
)

// share is how many steps the next trace may take.
func (d *driver) share() int {
	return max(minWork, min(100_000, (maxWork-d.work)/(d.left+1)))
}

// trace lets a converter trace, with its share of the work.
func (d *driver) trace(c *converter) {
	c.steps = d.share()
	c.trace()
	d.work += c.tr.Steps
	d.left = max(0, d.left-1)
}

// A goalRun is one of the builds: a call of make for some targets, or a job.
type goalRun struct {
	goals   []string
	c       *converter
	dropped map[*shparse.Op]bool // operations that go
	beside  bool                 // it is that of a target which converts and of another one
}

// follow converts one of the builds.
func (d *driver) follow(goals []string, fsys fs.FS) *goalRun {
	o := d.opts
	o.Goals = goals
	c := newConverter(fsys, o)
	c.defaults = d.defaults
	r := &goalRun{goals: goals, c: c, dropped: map[*shparse.Op]bool{}}
	c.decide = func(op *shparse.Op, goes bool) bool {
		line, ok := c.tr.HostLine(op.Range)
		r.dropped[op] = (goes || ok && d.quiet[line] && op.Idle()) && !(ok && d.kept[line])
		return r.dropped[op]
	}
	d.trace(c)
	c.plan()
	c.explainNothing()
	c.render()
	return r
}

// gather collects the findings of the runs, and what they want of each line.
func (d *driver) gather() {
	d.lines, d.disputed = map[finding.Range]shparse.RaisedLine{}, nil
	for _, r := range d.folding {
		for _, f := range r.c.findings {
			if !slices.Contains(d.out.findings, f) {
				d.out.findings = append(d.out.findings, f)
			}
		}
		if r.c.refused() {
			continue
		}
		for _, line := range d.raised(r) {
			old, seen := d.lines[line.Line]
			if seen && (old.Gone != line.Gone || !slices.EqualFunc(old.Edits, line.Edits, edit.Edit.Equal)) {
				d.disputed = append(d.disputed, line.Line)
			}
			if !seen || line.Gone {
				d.lines[line.Line] = line
			}
		}
	}
}

// raised says what a run wants of each line that it runs.
func (d *driver) raised(r *goalRun) []shparse.RaisedLine {
	var all []shparse.RaisedLine
	for path, e := range r.c.tr.Embeddings() {
		lines, findings := e.Raise(r.c.hosted[path].Host)
		d.out.say(findings...)
		all = append(all, slices.DeleteFunc(lines, func(l shparse.RaisedLine) bool { return l.Line.File == "" })...)
	}
	return all
}

func (d *driver) renderAgain() {
	for _, r := range d.folding {
		r.c.changes, r.c.hosted, r.c.texts = nil, map[string]render.Script{}, map[string]edit.Text{}
		r.c.render()
	}
}

// spent says of each line that loses operations whether those that are left do nothing
// by themselves.
func (d *driver) spent() map[finding.Range]bool {
	idle := map[finding.Range]bool{}
	for _, r := range d.folding {
		lost := map[finding.Range]bool{}
		for op, goes := range r.dropped {
			if line, ok := r.c.tr.HostLine(op.Range); ok && goes {
				lost[line] = true
			}
		}
		for _, op := range r.c.operations() {
			line, ok := r.c.tr.HostLine(op.Range)
			if !ok || !lost[line] {
				continue
			}
			before, seen := idle[line]
			idle[line] = (r.dropped[op] || op.Idle()) && (before || !seen)
		}
	}
	return idle
}

// operations are those of all ways.
func (c *converter) operations() []*shparse.Op {
	if c.tr == nil {
		return nil
	}
	var ops []*shparse.Op
	for _, w := range c.tr.Ways {
		ops = append(ops, w.Ops...)
	}
	return ops
}

// linesOf are the lines of the Makefile that a call of make runs.
func (r *goalRun) linesOf() map[finding.Range]bool {
	lines := map[finding.Range]bool{}
	for _, op := range r.c.operations() {
		if line, ok := r.c.tr.HostLine(op.Range); ok {
			lines[line] = true
		}
	}
	return lines
}

// lostNames are the images, and the files of the host, that are made no more.
func (d *driver) lostNames() []string {
	var names []string
	for _, r := range d.folding {
		for _, p := range r.c.folding {
			names = slices.Concat(names, p.Script.Names, p.Script.Hosts)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// allGone reports whether nothing is left of a target.
func (d *driver) allGone(r *goalRun) bool {
	return !slices.ContainsFunc(r.c.operations(), func(op *shparse.Op) bool {
		line, ok := r.c.tr.HostLine(op.Range)
		return !ok || !d.lines[line].Gone
	})
}

// changedFiles are the Dockerfiles that change or go.
func (d *driver) changedFiles() []string {
	var files []string
	for _, r := range d.folding {
		for _, ch := range r.c.changes {
			files = append(files, ch.Path)
		}
	}
	return files
}

// merge puts what the runs say together.
func (d *driver) merge() {
	c := d.out
	c.tr = d.folding[0].c.tr
	own, counted := c.changes, map[finding.Range]bool{}
	c.changes = nil
	for _, r := range d.folding {
		c.folding = append(c.folding, r.c.folding...)
		maps.Copy(c.sources, r.c.sources)
		maps.Copy(c.texts, r.c.texts)
		for _, op := range r.c.dropped {
			if at := r.c.tr.Locate(op.Range); !counted[at] {
				c.dropped, counted[at] = append(c.dropped, op), true
			}
		}
		for _, ch := range r.c.changes {
			d.mergeChange(ch)
		}
		if c.target == "" {
			c.target, c.document = r.c.target, r.c.document
		}
	}
	c.changes = append(c.changes, own...)
	slices.SortFunc(c.changes, func(a, b edit.Change) int { return strings.Compare(a.Path, b.Path) })
}

// mergeChange adds the change of a Dockerfile. All runs have to want the same of it.
func (d *driver) mergeChange(ch edit.Change) {
	i := slices.IndexFunc(d.out.changes, func(o edit.Change) bool { return o.Path == ch.Path })
	switch {
	case i < 0:
		d.out.changes = append(d.out.changes, ch)
	case d.out.changes[i].Delete != ch.Delete || !bytes.Equal(d.out.changes[i].New, ch.New):
		d.out.say(finding.New("SF204", finding.Range{File: ch.Path, Start: start, End: start}, "%s has to change for one target and not for another", ch.Path))
	}
}

// nearest is the nearness of a build that extracts and then builds an image.
const nearest = 4

// nearness is how much of a builder pattern a build has.
func (c *converter) nearness() int {
	switch {
	case c.extraction() != nil && len(c.builds()) > 1:
		return nearest
	case c.extraction() != nil:
		return 3
	case c.outlet() != nil:
		return 2
	case len(c.builds()) > 0:
		return 1
	}
	return 0
}

// bare is the result of a file that drives no builds at all.
func (d *driver) bare() *Result {
	d.out.trace()
	if !d.out.refused() {
		d.out.explainNothing()
	}
	return d.out.result()
}

// closest is the build that comes nearest to a builder pattern.
func (d *driver) closest() *goalRun {
	return slices.MaxFunc(d.others, func(a, b *goalRun) int { return a.c.nearness() - b.c.nearness() })
}

// leaveAlone makes nothing of the file where it asks for that, or a script or
// Dockerfile of a build that converts. own are the texts of the file and of those that
// it includes.
func (d *driver) leaveAlone(own map[string][]byte) bool {
	all := newConverter(d.fsys, d.opts)
	maps.Copy(all.sources, own)
	for _, r := range d.folding {
		maps.Copy(all.sources, r.c.sources)
	}
	if !all.leaveAlone() {
		return false
	}
	all.trace()
	all.findings = slices.DeleteFunc(all.findings, func(f finding.Finding) bool { return f.Code != "SF308" })
	d.out = all
	return true
}
