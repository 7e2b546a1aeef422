package convert

import (
	"slices"

	"github.com/stagefold/stagefold/convert/edit"
	"github.com/stagefold/stagefold/convert/finding"
	"github.com/stagefold/stagefold/convert/plan"
	"github.com/stagefold/stagefold/shparse"
)

// checkUses refuses a script in which a command that stays uses a file that the conversion
// deletes, and says where one reads a Dockerfile that it changes.
func (c *converter) checkUses() {
	if c.refused() {
		return
	}
	c.say(c.uses(c.changes, func(p *plan.Plan, op *shparse.Op) bool {
		t := &teller{sources: c.tr.Sources, plan: p}
		return t.goes(op)
	})...)
}

// uses finds what uses the files of changes and does not go.
func (c *converter) uses(changes []edit.Change, goes func(*plan.Plan, *shparse.Op) bool) []finding.Finding {
	var found []finding.Finding
	for _, p := range c.plans {
		for _, op := range p.Way.Ops {
			if !goes(p, op) {
				found = append(found, c.usesOf(op, p, changes)...)
			}
		}
	}
	return found
}

// usesOf finds what one operation uses.
func (c *converter) usesOf(op *shparse.Op, p *plan.Plan, changes []edit.Change) []finding.Finding {
	var found []finding.Finding
	for _, name := range usedFiles(op) {
		if _, own := op.Files.At(name); own {
			continue // the script made it
		}
		for _, ch := range changes {
			switch command := op.Argv[0].String(); {
			case ch.Path != name || c.tr.Sources[name] != nil || c.tr.Hosts[name] != nil:
			case ch.Delete:
				found = append(found, finding.New("SF237", c.tr.Locate(op.Range), "%q goes, and %q uses it", name, command))
			case !isLook(op, p):
				found = append(found, finding.New("SF246", c.tr.Locate(op.Range), "%q reads %q, which changes, and is taken to find there what it did", command, name))
			}
		}
	}
	return found
}

// checkUses is that of the runs that convert, of a file that drives several builds.
func (d *driver) checkUses(changes []edit.Change) {
	for _, r := range d.folding {
		if r.beside {
			continue
		}
		for _, f := range r.uses(changes) {
			d.sayOnce(f)
		}
	}
}

// listUses names the other targets' commands that use a file which goes: they have to be
// changed by hand.
func (d *makeDriver) listUses(changes []edit.Change) {
	for _, r := range d.others {
		for _, f := range r.uses(changes) {
			if f.Code == "SF237" {
				f = finding.New("SF229", f.Range, "%s", f.Message)
			}
			d.sayOnce(f)
		}
	}
}

func (r *goalRun) uses(changes []edit.Change) []finding.Finding {
	return r.c.uses(changes, func(p *plan.Plan, op *shparse.Op) bool { return p.Script.Drop[op] || r.dropped[op] })
}

// sayOnce says what was not said before, for another run.
func (d *driver) sayOnce(f finding.Finding) {
	if !slices.Contains(d.out.findings, f) {
		d.out.say(f)
	}
}

// isLook reports whether an operation only asks for a file, or shows it.
func isLook(op *shparse.Op, p *plan.Plan) bool {
	h, ok := op.Act.(*shparse.Host)
	_, judged := p.Script.Tests[op]
	return ok && (h.Test || judged || h.Prints != nil)
}

// usedFiles are the paths of the files that an operation names and does not remove.
func usedFiles(op *shparse.Op) []string {
	var names []string
	add := func(v shparse.Value) {
		if name, known := v.Known(); known && name != "" && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	switch act := op.Act.(type) {
	case *shparse.Host:
		for _, e := range act.Effects {
			if e.Verb != shparse.Remove {
				add(e.Path)
				add(e.From)
			}
		}
	case *shparse.Unknown:
		for _, v := range act.Paths {
			add(v)
		}
	}
	return names
}
