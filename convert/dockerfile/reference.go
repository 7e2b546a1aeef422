package dockerfile

import (
	"strconv"
	"strings"

	"github.com/stagefold/stagefold/convert/finding"
)

// A Reference is a place that names an earlier stage.
type Reference struct {
	Instruction *Instruction  // FROM, COPY or RUN; the inner one for ONBUILD
	Range       finding.Range // the name or number alone, without quotes
	Number      bool          // it is the stage's number, as in --from=0
}

// References returns the places that name s, in order: FROM, --from of COPY and
// from= of RUN --mount, also in ONBUILD. A FROM that reaches s through a variable
// is not among them (see ResolveBase).
func (s *Stage) References() []Reference {
	var refs []Reference
	for _, o := range s.File.Stages[s.Index+1:] {
		if o.BaseStage == s {
			refs = append(refs, Reference{Instruction: o.From, Range: s.File.unquoted(o.BaseRange)})
		}
		for _, in := range o.Instructions {
			if in.OnBuild != nil {
				in = in.OnBuild
			}
			refs = append(refs, in.references(s)...)
		}
	}
	return refs
}

// references are the flags of in that name s.
func (in *Instruction) references(s *Stage) []Reference {
	var refs []Reference
	for _, flag := range in.Flags {
		switch {
		case flag.Name == "from" && in.Keyword == "COPY" && in.Stage.above(flag.Arg) == s:
			_, err := strconv.Atoi(flag.Arg)
			refs = append(refs, Reference{Instruction: in, Range: in.File.unquoted(flag.ArgRange), Number: err == nil})
		case flag.Name == "mount" && in.Keyword == "RUN" && s.Name != "":
			refs = append(refs, in.mounts(flag.ArgRange, s.Name)...)
		}
	}
	return refs
}

// mounts are the options from=name in a --mount. There a stage has no number.
func (in *Instruction) mounts(at finding.Range, name string) []Reference {
	var refs []Reference
	start := at.Start.Offset
	for option := range strings.SplitSeq(in.File.Slice(at), ",") {
		r := in.File.unquoted(in.File.Range(start, start+len(option)))
		start += len(option) + 1
		key, value, _ := strings.Cut(in.File.Slice(r), "=")
		if strings.EqualFold(key, "from") && strings.EqualFold(value, name) {
			refs = append(refs, Reference{Instruction: in, Range: in.File.Range(r.End.Offset-len(value), r.End.Offset)})
		}
	}
	return refs
}

// unquoted is r without quotes at its ends.
func (f *File) unquoted(r finding.Range) finding.Range {
	text := f.Slice(r)
	end := r.Start.Offset + len(strings.TrimRight(text, `"'`))
	start := min(r.End.Offset-len(strings.TrimLeft(text, `"'`)), end)
	return f.Range(start, end)
}
