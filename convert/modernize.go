package convert

import (
	"maps"
	"slices"
	"strings"

	"github.com/stagefold/stagefold/convert/dockerfile"
	"github.com/stagefold/stagefold/convert/finding"
	"github.com/stagefold/stagefold/convert/modernize"
	"github.com/stagefold/stagefold/convert/plan"
	"github.com/stagefold/stagefold/shparse"
)

// modernize rewrites the builder stages of the new Dockerfiles, where the options
// ask for it.
func (c *converter) modernize() {
	if c.opts.Modernize == modernize.Off {
		return
	}
	for _, name := range slices.Sorted(maps.Keys(c.texts)) {
		if c.keepsImage(name) {
			continue
		}
		f := c.foldOf(name)
		merged, problems := dockerfile.Parse(name, []byte(c.texts[name].String()))
		ignore, ignored := dockerfile.ReadIgnore(c.fsys, f.Context, name)
		if finding.Refused(problems) || finding.Refused(ignored) {
			continue
		}
		l, ok := layOut(f, merged)
		if !ok {
			continue
		}
		text, findings := modernize.Run(modernize.Input{
			Text: c.texts[name], File: merged, Final: l.final(), Builders: l.builders(), Args: l.args(), Origin: l.origin,
			Context: modernize.Context{FS: c.fsys, Dir: f.Context, Ignore: ignore, Touched: c.touched(name)},
			Mode:    c.opts.Modernize, Skip: c.opts.ModernizeSkip,
		})
		c.texts[name] = text
		c.say(findings...)
	}
}

// keepsImage reports whether the script has another use for an image that a stage of
// the Dockerfile at a path makes. Other instructions would make another image.
func (c *converter) keepsImage(name string) bool {
	return slices.ContainsFunc(c.folding, func(p *plan.Plan) bool {
		return slices.ContainsFunc(p.Folds, func(f *plan.Fold) bool {
			return f.Final().File.Path == name && slices.ContainsFunc(f.Builders(), func(b *plan.Part) bool { return b.Kept })
		})
	})
}

// foldOf is the first fold that makes the Dockerfile at a path.
func (c *converter) foldOf(name string) *plan.Fold {
	for _, p := range c.folding {
		for _, f := range p.Folds {
			if f.Final().File.Path == name {
				return f
			}
		}
	}
	return nil
}

// touched says of a path whether the script may have changed it, or something below
// it, before it builds the Dockerfile called name. A command without a model may
// change everything.
func (c *converter) touched(name string) func(string) bool {
	var states []*shparse.Files
	for _, p := range c.folding {
		for _, f := range p.Folds {
			op := f.Final().Op
			if f.Final().File.Path != name {
				continue
			}
			before := p.Way.Ops[:slices.Index(p.Way.Ops, op)]
			if slices.ContainsFunc(before, func(o *shparse.Op) bool { _, unknown := o.Act.(*shparse.Unknown); return unknown }) {
				return func(string) bool { return true }
			}
			states = append(states, op.Files)
		}
	}
	return func(path string) bool {
		return slices.ContainsFunc(states, func(files *shparse.Files) bool {
			_, changed := files.At(path)
			return changed || len(files.Under(path)) > 0 && path != "."
		})
	}
}

// A layout says which parts of a fold the stages of the merged file are from.
type layout struct {
	fold   *plan.Fold
	merged *dockerfile.File
	first  map[*dockerfile.File]int // the index of a file's first stage
}

// layOut finds the stages of the parts in the merged file.
func layOut(f *plan.Fold, merged *dockerfile.File) (*layout, bool) {
	l := &layout{fold: f, merged: merged, first: map[*dockerfile.File]int{}}
	n := 0
	for _, p := range f.Parts {
		if !p.Shared {
			l.first[p.File] = n
			n += len(p.File.Stages)
		}
	}
	return l, n == len(merged.Stages)
}

// final is the stage of the final image.
func (l *layout) final() *dockerfile.Stage {
	p := l.fold.Final()
	return l.merged.Stages[l.first[p.File]+p.Stage.Index]
}

// builders are the stages that the builders' images are made of.
func (l *layout) builders() []int {
	var list []int
	for _, p := range l.fold.Builders() {
		for i := range p.Stage.Index + 1 {
			if !p.Shared || i == p.Stage.Index {
				list = append(list, l.first[p.File]+i)
			}
		}
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// args are the build arguments of all parts under their new names. One that is given
// several values has none that is known.
func (l *layout) args() dockerfile.Args {
	all := dockerfile.Args{}
	for _, p := range l.fold.Parts {
		for name, v := range p.Args {
			if renamed, ok := p.ArgNames[name]; ok {
				name = renamed
			}
			if before, ok := all[name]; ok && before != v {
				v = dockerfile.Var{}
			}
			all[name] = v
		}
	}
	return all
}

// origin is the place of a RUN of the merged file, given by its stage and its number
// there: its own in a file of the repository, or that of the build that it was added
// for.
func (l *layout) origin(stage, run int) finding.Range {
	for _, p := range l.fold.Parts {
		i := stage - l.first[p.File]
		if p.Shared || i < 0 || i >= len(p.File.Stages) {
			continue
		}
		for _, in := range p.File.Stages[i].Instructions {
			if !strings.EqualFold(in.Keyword, "RUN") {
				continue
			}
			if run--; run < 0 {
				return in.Range
			}
		}
		return p.Op.Range
	}
	return l.fold.Final().Op.Range
}
