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
