package plan

import (
	"slices"

	"github.com/stagefold/stagefold/convert/dockerfile"
	"github.com/stagefold/stagefold/convert/finding"
)

// checkInherited looks at the parts that stand on a builder's stage. BuildKit hands
// the build arguments of a stage on to those that stand on it, which an image does
// not do. A part that names one is refused; of another that runs commands it is
// listed that none of them reads it.
func (p *planner) checkInherited(f *Fold) {
	for i, b := range f.Parts {
		for _, o := range f.Parts[i+1:] {
			if !o.standsOn(b) {
				continue
			}
			for _, name := range b.handsOn(f.Parts[:i]) {
				p.checkHandedOn(b, o, name)
			}
		}
	}
}

// handsOn are the build arguments that have a value in the part's stage, its own
// and those of the parts before it that it stands on.
func (part *Part) handsOn(before []*Part) []string {
	var names []string
	for _, s := range stageChain(part.Stage) {
		for _, in := range s.Instructions {
			for _, d := range declared(in) {
				if d.hasDefault || part.buildArg(d.name) != nil || part.globalText(d.name) != "" {
					names = append(names, d.name)
				}
			}
		}
	}
	for i, o := range before {
		if part.standsOn(o) {
			names = append(names, o.handsOn(before[:i])...)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// checkHandedOn says what a part makes of a build argument that it did not get
// before.
func (p *planner) checkHandedOn(b, o *Part, name string) {
	if o.declares(name) && o.settles(name) {
		return
	}
	for _, in := range o.File.Instructions {
		if in.Stage != nil && containsWord(runText(in), name) {
			p.say(finding.New("SF210", in.Range, "BuildKit hands the build argument %s of %s on to this stage, which stands on its stage", name, b.File.Path))
			return
		}
	}
	if o.runs() {
		p.say(finding.New("SF241", o.Stage.From.Range, "no command of %s is taken to read the build argument %s of %s", o.File.Path, name, b.File.Path))
	}
}

// settles reports whether the part gives a build argument that it declares a value of
// its own.
func (part *Part) settles(name string) bool {
	if part.buildArg(name) != nil {
		return true
	}
	return !slices.ContainsFunc(part.File.Instructions, func(in *dockerfile.Instruction) bool {
		return in.Stage != nil && slices.ContainsFunc(declared(in), func(d declaration) bool { return d.name == name && !d.hasDefault })
	})
}
