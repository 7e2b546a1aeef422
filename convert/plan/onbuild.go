package plan

import (
	"slices"
	"strings"

	"github.com/stagefold/stagefold/convert/dockerfile"
	"github.com/stagefold/stagefold/convert/finding"
)

// refuseTriggers refuses a build whose base image may have triggers that copy from
// the context: what they take can't be seen in the Dockerfile. A trigger of a
// builder does the same in the result, as long as its context stays.
func (p *planner) refuseTriggers(n, final *node) {
	for _, s := range n.stages() {
		if s.BaseStage != nil || n != final && n.prefix == "" {
			continue
		}
		base := s.ResolveBase(n.part.Args)
		if !strings.Contains(base.Image, "onbuild") && !p.builtWithTriggers(base.Image, n) {
			continue
		}
		p.say(finding.New("SF208", s.From.Range, "the base image %q may copy from the build context by ONBUILD", base.Image).
			WithHint("write the instructions of the base image's ONBUILD into the Dockerfile"))
	}
}

// builtWithTriggers reports whether the script builds the image from a Dockerfile
// with an ONBUILD that copies.
func (p *planner) builtWithTriggers(image string, user *node) bool {
	return slices.ContainsFunc(p.nodes, func(o *node) bool {
		return o != user && o.part.Op.Seq < user.part.Op.Seq && o.tagged(image) && p.load(o) &&
			slices.ContainsFunc(o.part.File.Instructions, copiesOnBuild)
	})
}

// tagged reports whether the build gives its image that name.
func (n *node) tagged(image string) bool {
	for _, tag := range n.part.Build.Tags {
		if text, ok := tag.Known(); ok && sameImage(text, image) {
			return true
		}
	}
	return false
}

func copiesOnBuild(in *dockerfile.Instruction) bool {
	return in.OnBuild != nil && (in.OnBuild.Keyword == "COPY" || in.OnBuild.Keyword == "ADD")
}
