package plan

import (
	"slices"

	"github.com/stagefold/stagefold/convert/finding"
	"github.com/stagefold/stagefold/shparse"
)

func newScript() Script {
	return Script{Drop: map[*shparse.Op]bool{}, Tests: map[*shparse.Op]shparse.Voidness{}}
}

// test lets a test of artifacts go with what it guards, and reports whether it may:
// such a test is no use by itself, unless something that stays needs its answer.
func (s *scaffold) test(op *shparse.Op, h *shparse.Host) bool {
	ours := slices.DeleteFunc(slices.Clone(h.Effects), func(e shparse.Effect) bool { return !s.concerns(op, e) })
	missing := !slices.ContainsFunc(ours, func(e shparse.Effect) bool { return !s.missing(op, e) })
	switch {
	case len(ours) == 0 || slices.ContainsFunc(h.Effects, func(e shparse.Effect) bool { return e.Verb != shparse.ReadFile }):
		return false
	case s.p.needed[op]:
		return missing
	case missing:
		s.script.Tests[op] = shparse.Moot
	default:
		s.script.Tests[op] = shparse.Void
	}
	return true
}

// enter lets a cd into a directory that is made no more go with what runs there. Where
// that stays, a directory that the script made is still made, and one that came out of
// a container is claimed.
func (s *scaffold) enter(op *shparse.Op, h *shparse.Host) {
	dir, known := h.Enters.Known()
	switch {
	case !known || dir == "" || !s.gone(op, dir):
	case s.p.needed[op]:
		s.claim(claim{by: op, finding: Used(op), ops: makersAt(op.Files, func(at string) bool { return below(dir, at) })})
	default:
		s.script.Tests[op] = shparse.Tied
	}
}

// entersBelow reports whether an operation changes to a directory or one below it.
func entersBelow(op *shparse.Op, dir string) bool {
	h, ok := op.Act.(*shparse.Host)
	if !ok {
		return false
	}
	at, known := h.Enters.Known()
	return known && at != "" && below(dir, at)
}

// missing reports whether there was nothing at the path of an effect, so that there is
// nothing without the artifacts either.
func (s *scaffold) missing(op *shparse.Op, e shparse.Effect) bool {
	name, ok := e.Path.Known()
	if !ok || s.p.onDisk(name) {
		return false
	}
	f, made := op.Files.At(name)
	return (!made || f.Origin == shparse.Removed && !f.Contents) &&
		!slices.ContainsFunc(op.Files.Under(name), func(o shparse.File) bool { return o.Origin != shparse.Removed })
}

// assuming plans without the ways on which the script fails for nothing but the answer
// of a test that goes, and lists that it is taken to hold. It returns nil where that is
// not all that is in the way.
func assuming(in Input, plans []*Plan) []*Plan {
	var ways []*shparse.Way
	var findings []finding.Finding
	for _, p := range plans {
		test := p.failsBy()
		if test == nil {
			ways = append(ways, p.Way)
			continue
		}
		f := finding.New("SF243", test.Range, "the script is taken not to fail by this test of an extracted file")
		if !slices.Contains(findings, f) {
			findings = append(findings, f)
		}
	}
	if len(findings) == 0 || len(ways) == 0 {
		return nil
	}
	in.Trace = in.Trace.Along(ways)
	fewer := makeWith(&in, nil)
	if len(neededTests(in.Trace, fewer)) > 0 {
		return nil
	}
	fewer[0].Findings = finding.Sort(append(fewer[0].Findings, findings...))
	return fewer
}

// failsBy returns the test that goes and whose answer alone makes the script fail on the
// plan's way: nothing behind it is undecided. It returns nil for any other way.
func (p *Plan) failsBy() *shparse.Op {
	status, known := p.Way.Exit.Known()
	if !known || status == "0" || len(p.Way.Conds) == 0 {
		return nil
	}
	last := p.Way.Conds[len(p.Way.Conds)-1]
	for _, op := range slices.Backward(p.Way.Ops) {
		if op.Range == last.Range && p.Script.Tests[op] == shparse.Void {
			return op
		}
	}
	return nil
}

// neededTests are the tests that can't go with what they guard.
func neededTests(t *shparse.Trace, plans []*Plan) []*shparse.Op {
	tests := map[*shparse.Op]shparse.Voidness{}
	var scripts []Script
	for _, p := range plans {
		scripts = append(scripts, p.Script)
		for op, v := range p.Script.Tests {
			tests[op] = v
		}
	}
	if len(tests) == 0 {
		return nil
	}
	d, _ := t.Erase(EraseOptions(scripts))
	if d != nil {
		return d.Left
	}
	var all []*shparse.Op
	for op := range tests {
		all = append(all, op)
	}
	return all
}

// EraseOptions say what goes from the scripts of a trace, the plans of whose ways have
// the scripts given.
func EraseOptions(scripts []Script) shparse.EraseOptions {
	o := shparse.EraseOptions{
		Drop: func(op *shparse.Op) bool {
			return slices.ContainsFunc(scripts, func(s Script) bool { return s.Drop[op] })
		},
		Void: func(op *shparse.Op) shparse.Voidness {
			for _, s := range scripts {
				if v := s.Tests[op]; v != shparse.Sound {
					return v
				}
			}
			return shparse.Sound
		},
	}
	for _, s := range scripts {
		o.Names = append(o.Names, s.Names...)
		for _, sp := range s.Splices {
			o.Moved = append(o.Moved, sp.From)
		}
	}
	return o
}

// Used is the finding for an operation that uses an artifact.
func Used(op *shparse.Op) finding.Finding {
	return finding.New("SF205", op.Range, "%q uses an extracted file, which is not on the host any more after the conversion", commandName(op))
}
