package convert

import (
	"slices"
	"strings"

	"github.com/stagefold/stagefold/convert/finding"
	"github.com/stagefold/stagefold/shparse"
	"github.com/stagefold/stagefold/shparse/makefile"
)

// keepCleaning keeps one line of a target that only cleans up after the old build,
// such as clean, so that it still does something: one that does no harm where there
// is nothing to remove.
func (d *makeDriver) keepCleaning() {
	before := len(d.kept)
	for _, r := range d.folding {
		for _, op := range r.c.operations() {
			line, ok := r.c.tr.HostLine(op.Range)
			if ok && d.lines[line].Gone && removesQuietly(op) && d.alone(line) {
				d.kept[line] = true
			}
		}
	}
	if len(d.kept) > before {
		d.renderAgain()
	}
}

// removesQuietly reports whether an operation is an "rm -f", which never fails.
func removesQuietly(op *shparse.Op) bool {
	if len(op.Argv) < 3 {
		return false
	}
	name, _ := op.Argv[0].Known()
	flag, _ := op.Argv[1].Known()
	return name == "rm" && strings.HasPrefix(flag, "-") && strings.Contains(flag, "f")
}

// alone reports whether a line belongs to a rule that nothing is left of, that only
// removes, and that no other rule asks for.
func (d *makeDriver) alone(line finding.Range) bool {
	for _, rule := range d.mk.Rules {
		if !slices.ContainsFunc(rule.Recipe, func(l makefile.RecipeLine) bool { return l.Range == line }) {
			continue
		}
		name, _ := rule.Targets[0].Name()
		stays := slices.ContainsFunc(rule.Recipe, func(l makefile.RecipeLine) bool {
			own, ran := d.lines[l.Range]
			return ran && !own.Gone
		})
		return !stays && !d.asked(name) && !d.makes(rule)
	}
	return false
}

// makes reports whether a rule has a line of the old build, and not just of its
// clean-up.
func (d *makeDriver) makes(rule *makefile.Rule) bool {
	for _, r := range d.folding {
		for _, op := range r.c.operations() {
			line, _ := r.c.tr.HostLine(op.Range)
			own := slices.ContainsFunc(rule.Recipe, func(l makefile.RecipeLine) bool { return l.Range == line })
			switch op.Act.(type) {
			case *shparse.Build, *shparse.Create, *shparse.Copy:
				if own {
					return true
				}
			}
		}
	}
	return false
}

// madeTargets are the targets of the commands that go, as make runs them.
func (d *makeDriver) madeTargets() []string {
	var names []string
	for _, r := range d.folding {
		mk := d.read(d.fsys, r.goals...)
		for _, c := range mk.Run(r.goals...).Commands {
			if d.lines[c.Line.Range].Gone {
				names = append(names, c.Target)
			}
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}
