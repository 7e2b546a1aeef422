package plan

import (
	"bytes"
	"slices"
	"strings"

	"github.com/stagefold/stagefold/convert/finding"
	"github.com/stagefold/stagefold/shparse"
)

// A gift is a flag of a builder's build that the final one gets.
type gift struct {
	flag     shparse.Flag
	old, new string // the build argument's names, where it has a new one
}

// passFlags gives the final build what the builders' builds were given: build
// arguments and flags, in the author's words.
func (s *scaffold) passFlags(f *Fold) {
	final := f.Final()
	at, behind := insertion(final.Build)
	var texts []finding.Range
	for _, b := range f.Builders() {
		gifts := s.p.gifts(f, b)
		for _, g := range gifts {
			text := g.flag.Range
			if slices.Contains(texts, text) {
				continue
			}
			texts = append(texts, text)
			if shares(g.flag, f, b, gifts) {
				s.p.say(finding.New("SF004", text, "the words that hold --%s hold more than what the final build needs", g.flag.Name).
					WithHint("write the flag out, in words of its own"))
				continue
			}
			s.p.checkSameValue(g, b, final)
			sp := Splice{File: final.Op.Range.File, Start: at, End: at, From: text, Old: g.old, New: g.new, Before: " "}
			if !behind {
				sp.Before, sp.After = "", " "
			}
			if !slices.Contains(s.script.Splices, sp) { // as another round of a loop has it
				s.script.Splices = append(s.script.Splices, sp)
			}
		}
	}
}

// shares reports whether the words of a flag are also those of something that is no gift,
// and would make a difference: "$@" and $FLAGS stand for many words.
func shares(fl shparse.Flag, f *Fold, b *Part, gifts []gift) bool {
	overlaps := func(r finding.Range) bool {
		return r.File == fl.Range.File && r.Start.Offset < fl.Range.End.Offset && fl.Range.Start.Offset < r.End.Offset
	}
	return slices.ContainsFunc(b.Build.Args, func(a shparse.Arg) bool { return overlaps(a.Word) }) ||
		slices.ContainsFunc(b.Build.Flags, func(o shparse.Flag) bool {
			return overlaps(o.Range) && !isUnused(o, f) && !slices.ContainsFunc(gifts, func(g gift) bool {
				return g.flag.Name == o.Name && g.flag.Value.Key() == o.Value.Key()
			})
		})
}

// isUnused reports whether a flag is a build argument that no Dockerfile declares.
func isUnused(fl shparse.Flag, f *Fold) bool {
	name, _, _ := strings.Cut(fl.Value.String(), "=")
	return fl.Name == "build-arg" && !proxyArg(name) && !slices.ContainsFunc(f.Parts, func(part *Part) bool { return part.declares(name) })
}

// gifts are the flags of the builder's build that the final one must get.
func (p *planner) gifts(f *Fold, b *Part) []gift {
	var list []gift
	for i := range b.Build.BuildArgs {
		a := &b.Build.BuildArgs[i]
		name, ok := a.Name.Known()
		if !ok {
			p.say(unknownValue(a.Flag.Range, "the build argument's name", a.Name))
			continue
		}
		if b.buildArg(name) != a || !proxyArg(name) && !b.declares(name) {
			continue // repeated, or for nothing
		}
		if fresh := b.ArgNames[name]; fresh != "" {
			list = append(list, gift{flag: *a.Flag, old: name, new: fresh})
		} else if !passed(f, b, name) {
			list = append(list, gift{flag: *a.Flag})
		}
	}
	for _, fl := range carried(b, f.Final()) {
		list = append(list, gift{flag: fl})
	}
	return list
}

// passed reports whether the final build, or a builder before b, passes the
// argument already.
func passed(f *Fold, b *Part, name string) bool {
	before := f.Parts[:slices.Index(f.Parts, b)]
	return f.Final().buildArg(name) != nil || slices.ContainsFunc(before, func(o *Part) bool {
		return o.buildArg(name) != nil && o.ArgNames[name] == "" && (proxyArg(name) || o.declares(name))
	})
}

// insertion is where flags go in the final build's command: behind its last build
// argument, else in front of its first flag, else in front of the context.
func insertion(b *shparse.Build) (at int, behind bool) {
	for _, fl := range b.Flags {
		if fl.Name == "build-arg" {
			at, behind = fl.Range.End.Offset, true
		}
	}
	if behind {
		return at, true
	}
	for _, fl := range b.Flags {
		if fl.Name == "tag" {
			return fl.Range.Start.Offset, false
		}
	}
	if len(b.Flags) > 0 {
		return b.Flags[0].Range.Start.Offset, false
	}
	return b.Context.Word.Start.Offset, false
}

// checkSameValue refuses to move a flag to a place where its words would mean
// something else.
func (p *planner) checkSameValue(g gift, b, final *Part) {
	fl := g.flag
	text := p.in.Trace.Sources[fl.Range.File][fl.Range.Start.Offset:fl.Range.End.Offset]
	switch {
	case fl.Joined:
		p.say(finding.New("SF212", fl.Range, "--%s shares its word with other flags", fl.Name).
			WithHint("write the flag as a word of its own"))
		return
	case g.old != "" && !bytes.Contains(text, []byte(g.old+"=")):
		p.say(finding.New("SF210", fl.Range, "the build argument %s would have to be renamed, and its name is not written here", g.old))
		return
	}
	same := shparse.Differs
	if fl.Range.File == final.Op.Range.File {
		same = p.in.Trace.SameAt(fl, b.Op, final.Op)
	}
	line := p.in.Trace.Locate(final.Op.Range).Start.Line
	switch same {
	case shparse.Differs:
		p.say(finding.New("SF004", fl.Range, "%q does not have the same value at the final build in line %d", text, line).
			WithHint("set the variable once, in front of both builds"))
	case shparse.Later:
		p.say(finding.New("SF244", fl.Range, "the time in %q is taken to be as well that of the final build in line %d", fl.Value.String(), line))
	}
}
