package plan

import (
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/distribution/reference"

	"github.com/stagefold/stagefold/convert/dockerfile"
	"github.com/stagefold/stagefold/convert/finding"
	"github.com/stagefold/stagefold/shparse"
)

// A namer gives every builder stage a name that nothing else in the result has.
type namer struct {
	fold  *Fold
	taken map[string]int // lower case; how often it is given to a stage or names an image
}

// nameStages plans names of stages and all references to them.
func (p *planner) nameStages(f *Fold) {
	nm := &namer{fold: f, taken: map[string]int{}}
	nm.collect()
	for _, part := range f.Builders() {
		nm.renameClashes(part)
		p.refuseVariableStages(part)
	}
	for _, part := range f.Builders() {
		nm.name(part)
	}
	offset := 0
	for _, part := range f.Parts {
		nm.redirect(part, offset)
		if !part.Shared {
			offset += len(part.File.Stages)
		}
	}
}

// refuseVariableStages refuses a FROM that reaches a renamed stage of its file
// through a variable, which would miss the new name.
func (p *planner) refuseVariableStages(part *Part) {
	for _, s := range part.File.Stages {
		to := s.ResolveBase(part.Args).Stage
		if s.BaseStage == nil && to != nil && part.renamed(to) {
			p.say(finding.New("SF213", s.From.Range, "FROM %s means the stage %q, whose name is taken in the other Dockerfile", s.Base, to.Name).
				WithHint("give the stage another name"))
		}
	}
}

// renamed reports whether a stage gets a new name.
func (part *Part) renamed(s *dockerfile.Stage) bool {
	return s.Name != "" && slices.ContainsFunc(part.Replacements, func(r Replacement) bool { return r.Range == s.NameRange })
}

// collect notes all names of stages and images.
func (nm *namer) collect() {
	for _, part := range nm.fold.Parts {
		if part.Shared {
			continue
		}
		for _, s := range part.File.Stages {
			if s.Name != "" {
				nm.taken[strings.ToLower(s.Name)]++
			}
			if s.BaseStage == nil {
				nm.take(s.Base)
			}
			for _, in := range s.Instructions {
				if from := in.Flag("from"); from != nil && part.File.Stage(from.Arg) == nil {
					nm.take(from.Arg)
				}
			}
		}
	}
}

func (nm *namer) take(image string) { nm.taken[strings.ToLower(image)]++ }

// renameClashes gives new names to the stages of a builder's file whose names
// mean something else elsewhere in the result.
func (nm *namer) renameClashes(part *Part) {
	if part.Shared {
		return
	}
	for _, s := range part.File.Stages {
		if s.Name == "" || nm.taken[s.Name] < 2 {
			continue
		}
		nm.taken[s.Name]--
		fresh := nm.fresh(append([]string{"builder-" + s.Name}, candidates(part)...))
		part.rename(s, fresh)
	}
}

// rename plans a new name for a stage of the part's file, there and wherever the
// file refers to it.
func (part *Part) rename(s *dockerfile.Stage, name string) {
	part.replace(Replacement{Range: s.NameRange, Text: name})
	if s == part.Stage {
		part.Name = name
	}
	for _, ref := range s.References() {
		if !ref.Number {
			part.replace(Replacement{Range: ref.Range, Text: name})
		}
	}
}

func (part *Part) replace(r Replacement) { part.Replacements = append(part.Replacements, r) }

// name settles what the builder's stage is called.
func (nm *namer) name(part *Part) {
	switch {
	case part.Name != "":
		return
	case part.Stage.Name != "":
		part.Name = part.Stage.Name
		if r := part.Stage.NameRange; r.Start != r.End {
			part.Name = part.File.Slice(r)
		}
		return
	}
	part.Name = nm.named(part)
	if part.Name != "" {
		return
	}
	part.Name = nm.fresh(nm.wishes(part))
	as := " AS "
	if part.File.Slice(part.Stage.From.KeywordRange) == "from" {
		as = " as "
	}
	end := part.Stage.BaseRange
	end.Start = end.End
	part.replace(Replacement{Range: end, Text: as + part.Name})
}

// named returns the name that an earlier part gave the same stage of the result.
// A file that is there once for each of its builds has a stage for each.
func (nm *namer) named(part *Part) string {
	for _, o := range nm.fold.Builders() {
		if o != part && o.Name != "" && o.Stage == part.Stage && o.Shared && part.Shared {
			return o.Name
		}
	}
	return ""
}

// wishes are the names that suit a builder, the best first.
func (nm *namer) wishes(part *Part) []string {
	if len(nm.fold.Builders()) == 1 {
		return []string{"builder", "build", "compile"}
	}
	return append(candidates(part), "builder")
}

var stageName = pattern(`^[a-z][a-z0-9_.-]*$`)

// candidates are words that the author used for a builder: the ending of its
// Dockerfile's name, its directory, and its tag.
func candidates(part *Part) []string {
	var words []string
	if part.Made {
		name, _, _ := strings.Cut(path.Base(part.Stage.Base), ":")
		return slices.DeleteFunc([]string{name}, func(w string) bool { return !stageName.MatchString(w) })
	}
	if part.Inline == nil {
		base := strings.ToLower(path.Base(part.File.Path))
		words = append(words, strings.TrimPrefix(base, "dockerfile."), strings.TrimSuffix(base, ".dockerfile"), path.Base(path.Dir(part.File.Path)))
	}
	for _, tag := range part.Build.Tags {
		if text, ok := tag.Known(); ok {
			_, suffix, _ := strings.Cut(path.Base(text), ":")
			words = append(words, suffix, strings.TrimSuffix(path.Base(text), ":"+suffix))
		}
	}
	return slices.DeleteFunc(words, func(w string) bool {
		return !stageName.MatchString(w) || strings.HasPrefix(w, "dockerfile") || slices.Contains(poorNames, w)
	})
}

// poorNames say nothing of a stage, or mean something else to BuildKit.
var poorNames = []string{"latest", "scratch", "context"}

// fresh takes the first name that is free, or the first one with a number.
func (nm *namer) fresh(names []string) string {
	for _, name := range names {
		if nm.taken[name] == 0 {
			nm.taken[name]++
			return name
		}
	}
	for i := 2; ; i++ {
		name := fmt.Sprintf("%s%d", names[0], i)
		if nm.taken[name] == 0 {
			nm.taken[name]++
			return name
		}
	}
}

// redirect plans references of a part to stages by number, which moved, and to
// images that are stages now.
func (nm *namer) redirect(part *Part, offset int) {
	if part.Shared {
		return
	}
	for _, s := range part.File.Stages {
		nm.shift(part, s, offset)
		if b := nm.builderOf(part, s.Base); s.BaseStage == nil && b != nil {
			part.replace(Replacement{Range: s.BaseRange, Text: b.Name})
		}
		for _, in := range s.Instructions {
			from := in.Flag("from")
			if from == nil || part.File.Stage(from.Arg) != nil {
				continue
			}
			if b := nm.builderOf(part, from.Arg); b != nil {
				part.replace(Replacement{Range: from.ArgRange, Text: b.Name})
			}
		}
	}
}

// shift plans the new number of a stage that offset stages are put in front of.
func (nm *namer) shift(part *Part, s *dockerfile.Stage, offset int) {
	for _, ref := range s.References() {
		if ref.Number && offset > 0 {
			part.replace(Replacement{Range: ref.Range, Text: strconv.Itoa(s.Index + offset)})
		}
	}
}

// builderOf returns the builder whose image the part means by name.
func (nm *namer) builderOf(part *Part, image string) *Part {
	for _, b := range nm.fold.Builders() {
		if b != part && b.Op.Seq < part.Op.Seq && slices.ContainsFunc(b.Build.Tags, func(tag shparse.Arg) bool {
			text, ok := tag.Known()
			return ok && sameImage(text, image)
		}) {
			return b
		}
	}
	return nil
}

// shortImage is the last element of an image's name, without tag and digest.
func shortImage(name string) string {
	name = name[strings.LastIndexByte(name, '/')+1:]
	if i := strings.IndexAny(name, ":@"); i >= 0 {
		return name[:i]
	}
	return name
}

// sameImage reports whether two names mean one image: "app" is
// "docker.io/library/app:latest".
func sameImage(a, b string) bool {
	if shortImage(a) != shortImage(b) {
		return false // for most pairs, and at no cost
	}
	x, err1 := reference.ParseNormalizedNamed(a)
	y, err2 := reference.ParseNormalizedNamed(b)
	return err1 == nil && err2 == nil && reference.TagNameOnly(x).String() == reference.TagNameOnly(y).String()
}
