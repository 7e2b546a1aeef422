package convert

import (
	"slices"

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
	for _, p := range c.plans {
		t := &teller{sources: c.tr.Sources, plan: p}
		for _, op := range p.Way.Ops {
			if !t.goes(op) {
				c.checkUse(op, p)
			}
		}
	}
}

// checkUse looks at the files that one operation uses.
func (c *converter) checkUse(op *shparse.Op, p *plan.Plan) {
	for _, name := range usedFiles(op) {
		if _, own := op.Files.At(name); own {
			continue // the script made it
		}
		for _, ch := range c.changes {
			switch {
			case ch.Path != name || c.tr.Sources[name] != nil:
			case ch.Delete:
				c.say(finding.New("SF237", op.Range, "%q goes, and %q uses it", name, op.Argv[0].String()))
			case isLook(op, p):
			default:
				c.say(finding.New("SF246", op.Range, "%q reads %q, which changes, and is taken to find there what it did", op.Argv[0].String(), name))
			}
		}
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
