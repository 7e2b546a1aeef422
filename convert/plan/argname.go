package plan

import (
	"regexp"
	"slices"
	"strings"

	"github.com/stagefold/stagefold/convert/dockerfile"
	"github.com/stagefold/stagefold/convert/finding"
)

// renameArg gives a build argument of a builder another name on the outside:
// "ARG V" becomes "ARG BUILDER_V" and "ARG V=${BUILDER_V}". Where V itself is
// passed for another part, which would win over that default, it is "ENV
// V=${BUILDER_V}". An ARG that has no value at all goes: it would take the other
// part's, and without one it has no effect.
func (p *planner) renameArg(f *Fold, b *Part, name string) {
	r := &argRenamer{part: b, old: name, name: freshArg(f, b, name), keyword: "ARG"}
	if slices.ContainsFunc(f.Parts, func(o *Part) bool { return o != b && o.argKey(name) != "" && o.ArgNames[name] == "" }) {
		r.keyword = "ENV"
		b.altered = true
	}
	r.inherited = slices.ContainsFunc(f.Parts, func(o *Part) bool { return o != b && o.standsOn(b) })
	if why := r.obstacle(); why != "" {
		p.say(finding.New("SF210", r.place(), "the build argument %s means something else in %s, and %s", name, f.Final().File.Path, why))
		return
	}
	if b.ArgNames == nil {
		b.ArgNames = map[string]string{}
	}
	b.ArgNames[name] = r.name
	r.globals()
	r.stages()
}

// An argRenamer renames one build argument of one part.
type argRenamer struct {
	part      *Part
	old, name string
	inherited bool   // another part stands on the part's stage
	keyword   string // of the instruction that sets the old name from the new one
}

// standsOn reports whether a stage of the part is FROM the builder's stage.
func (part *Part) standsOn(b *Part) bool {
	return slices.ContainsFunc(part.File.Stages, func(s *dockerfile.Stage) bool {
		return slices.ContainsFunc(part.Replacements, func(r Replacement) bool { return r.Range == s.BaseRange && r.Text == b.Name })
	})
}

// freshArg is a name that no part declares.
func freshArg(f *Fold, b *Part, name string) string {
	prefix := strings.ToUpper(strings.NewReplacer("-", "_", ".", "_").Replace(b.Name)) + "_"
	fresh := prefix + name
	for slices.ContainsFunc(f.Parts, func(part *Part) bool { return part.declares(fresh) }) {
		fresh = prefix + fresh
	}
	return fresh
}

// place is where the argument is passed, or else declared.
func (r *argRenamer) place() finding.Range {
	if a := r.part.buildArg(r.old); a != nil {
		return a.Flag.Range
	}
	return r.part.declarations(r.old)[0].Range
}

// obstacle says why the argument can't be renamed, or "".
func (r *argRenamer) obstacle() string {
	if r.part.Shared {
		return "both builds use that file"
	}
	if r.keyword == "ENV" && r.inherited {
		return "another stage stands on the builder's, which would get a variable of that name"
	}
	if a := r.part.buildArg(r.old); a != nil && a.Value == nil {
		return "its value is taken from the environment under that name"
	}
	for _, in := range r.part.declarations(r.old) {
		if len(declared(in)) > 1 {
			return "its ARG declares other names too"
		}
	}
	return ""
}

// globals renames the global ARG, and its uses in other global ARGs and in FROM.
func (r *argRenamer) globals() {
	for _, in := range r.part.File.Args {
		d := declared(in)[0]
		if d.name == r.old {
			word := in.Operands()[0].Range
			word.End = r.part.File.Pos(word.Start.Offset + len(r.old))
			r.part.replace(Replacement{Range: word, Text: r.name})
		}
		r.uses(in)
	}
	for _, s := range r.part.File.Stages {
		r.uses(s.From)
	}
}

// uses renames $V and ${V...} in the words of an instruction.
func (r *argRenamer) uses(in *dockerfile.Instruction) {
	use := regexp.MustCompile(`\$(\{)?` + regexp.QuoteMeta(r.old) + `\b`)
	text := r.part.File.Slice(in.Range)
	for _, m := range use.FindAllStringIndex(text, -1) {
		end := in.Range.Start.Offset + m[1]
		at := r.part.File.Range(end-len(r.old), end)
		r.part.replace(Replacement{Range: at, Text: r.name})
	}
}

// stages declares the argument under its new name in each stage.
func (r *argRenamer) stages() {
	global := r.part.globalText(r.old) != ""
	for _, in := range r.part.declarations(r.old) {
		if in.Stage == nil {
			continue
		}
		d := declared(in)[0]
		if !d.hasDefault && !global && r.part.buildArg(r.old) == nil {
			r.part.Drops = append(r.part.Drops, in)
			continue
		}
		word := in.Operands()[0].Range
		word.End = r.part.File.Pos(word.Start.Offset + len(r.old))
		r.part.replace(Replacement{Range: word, Text: r.name})
		end := in.Range
		end.Start = end.End
		keyword := r.keyword
		if r.part.File.Slice(in.KeywordRange) == "arg" {
			keyword = strings.ToLower(keyword)
		}
		r.part.replace(Replacement{Range: end, Text: r.part.File.EOL + keyword + " " + r.old + "=${" + r.name + "}"})
	}
}
