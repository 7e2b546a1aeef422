package modernize

import (
	"slices"

	"github.com/stagefold/stagefold/convert/dockerfile"
	"github.com/stagefold/stagefold/convert/edit"
	"github.com/stagefold/stagefold/convert/finding"
)

// A Mode says how far to go.
type Mode uint8

// The modes.
const (
	Off      Mode = iota
	Portable      // what all builders understand
	BuildKit      // also what only BuildKit understands
)

// An Input is a merged Dockerfile, and what its build is known to be given.
type Input struct {
	Text     edit.Text
	File     *dockerfile.File  // Text, parsed
	Final    *dockerfile.Stage // the stage of the final image
	Builders []int             // the stages that may change, by index
	Args     dockerfile.Args   // the build arguments
	Context  Context

	// Origin is the place of a RUN in the files that the person has: the RUN is
	// given by the index of its stage and its number among the RUNs there.
	Origin func(stage, run int) finding.Range

	Mode Mode
	Skip []finding.Code // changes not to make
}

// maxRounds bounds the changes: each one makes a Dockerfile of its own.
const maxRounds = 500

// Run returns the modernized text, and a finding for each change.
func Run(in Input) (edit.Text, []finding.Finding) {
	m := &modernizer{Input: in}
	m.Builders = slices.DeleteFunc(slices.Clone(in.Builders), m.reachesFinal)
	m.number()
	m.rounds(workdir, split)
	m.explainWhole()
	m.rounds(hoist)
	if in.Mode == BuildKit {
		m.mountCaches()
	}
	return m.Text, finding.Sort(m.findings)
}

// A modernizer holds the text so far.
type modernizer struct {
	Input
	origins  map[int][]finding.Range // of the RUNs of a stage, by its index
	findings []finding.Finding
}

// A change is one rewriting, which is made at once.
type change struct {
	edits    []edit.Edit
	findings []finding.Finding
	// Of the RUNs of stage the one with the number run becomes pieces of them.
	stage, run, pieces int
}

// A rewriter finds the next change of its kind in a stage, or nil.
type rewriter func(m *modernizer, s *dockerfile.Stage) *change

// reachesFinal reports whether the final image stands on the stage, or whether
// that can't be known.
func (m *modernizer) reachesFinal(index int) bool {
	for s := m.Final; s != nil; {
		base := s.ResolveBase(m.Args)
		if s.Index == index || !base.Known {
			return true
		}
		s = base.Stage
	}
	return false
}

// number notes where the RUNs came from.
func (m *modernizer) number() {
	m.origins = map[int][]finding.Range{}
	for _, i := range m.Builders {
		for n := range runs(m.File.Stages[i]) {
			m.origins[i] = append(m.origins[i], m.Origin(i, n))
		}
	}
}

// runs lists the RUNs of a stage.
func runs(s *dockerfile.Stage) []*dockerfile.Instruction {
	var list []*dockerfile.Instruction
	for _, in := range s.Instructions {
		if in.Keyword == "RUN" {
			list = append(list, in)
		}
	}
	return list
}

// origin is where a RUN stood at first.
func (m *modernizer) origin(in *dockerfile.Instruction) finding.Range {
	return m.origins[in.Stage.Index][slices.Index(runs(in.Stage), in)]
}

// skips reports whether a change is switched off.
func (m *modernizer) skips(code finding.Code) bool { return slices.Contains(m.Skip, code) }

// rounds makes changes until no rewriter finds another one.
func (m *modernizer) rounds(rewriters ...rewriter) {
	for range maxRounds {
		c := m.next(rewriters)
		if c == nil || !m.apply(c) {
			return
		}
	}
}

// next finds a change.
func (m *modernizer) next(rewriters []rewriter) *change {
	for _, i := range m.Builders {
		for _, r := range rewriters {
			if c := r(m, m.File.Stages[i]); c != nil {
				return c
			}
		}
	}
	return nil
}

// apply makes a change, and reports whether the result is a Dockerfile.
func (m *modernizer) apply(c *change) bool {
	text, err := m.Text.Apply(c.edits)
	if err != nil {
		return false
	}
	f, findings := dockerfile.Parse(m.File.Path, []byte(text.String()))
	if finding.Refused(findings) || len(f.Stages) != len(m.File.Stages) {
		return false
	}
	final := m.Final.Index
	m.Text, m.File, m.Final = text, f, f.Stages[final]
	m.findings = append(m.findings, c.findings...)
	if c.pieces > 1 {
		list := m.origins[c.stage]
		more := slices.Repeat(list[c.run:c.run+1], c.pieces-1)
		m.origins[c.stage] = slices.Insert(list, c.run, more...)
	}
	return true
}

// indent is the blank space in front of an instruction.
func indent(in *dockerfile.Instruction) string {
	return in.File.Slice(in.File.Range(in.Lines.Start.Offset, in.Range.Start.Offset))
}

// copied is an edit that puts text at an offset that was made of that at r.
func (m *modernizer) copied(text string, r finding.Range, at int) edit.Edit {
	var from []edit.Origin
	for _, l := range m.Text.Slice(r.Start.Offset, r.End.Offset).Lines() {
		from = append(from, l.Origins...)
	}
	return edit.Edit{Start: at, End: at, Text: text, From: from}
}
