package plan

import (
	"slices"

	"github.com/stagefold/stagefold/convert/dockerfile"
)

// findBases notes which base images of a build the script builds itself: what their
// Dockerfiles say holds for the stages on them.
func (p *planner) findBases(n *node) {
	n.bases = map[*dockerfile.Stage]*node{}
	for _, s := range n.stages() {
		if s.BaseStage != nil {
			continue
		}
		image := s.ResolveBase(n.part.Args).Image
		for _, o := range slices.Backward(p.nodes) {
			if o.part.Op.Seq < n.part.Op.Seq && o.tagged(image) {
				if p.load(o) {
					n.bases[s] = o
				}
				break
			}
		}
	}
}

// base is the build that makes the base image of a stage, nil where the script does
// not build it.
func (n *node) base(s *dockerfile.Stage) *node { return n.bases[stageChain(s)[0]] }

// chain lists the stage that a build makes and all that it stands on, also in other
// Dockerfiles of the script, the farthest first.
func (n *node) chain() []*dockerfile.Stage {
	chain := stageChain(n.part.Stage)
	if base := n.base(n.part.Stage); base != nil {
		return append(base.chain(), chain...)
	}
	return chain
}

// last returns the last instruction with the keyword that the build's image has from
// a Dockerfile of the script, or nil.
func (n *node) last(keyword string) *dockerfile.Instruction {
	for _, s := range slices.Backward(n.chain()) {
		for _, in := range slices.Backward(s.Instructions) {
			if in.Keyword == keyword {
				return in
			}
		}
	}
	return nil
}

// command returns the CMD that the build's image has, or nil: an ENTRYPOINT resets one
// that its stage inherits.
func (n *node) command() *dockerfile.Instruction {
	cmd, entry := n.last("CMD"), n.last("ENTRYPOINT")
	if cmd == nil || entry == nil {
		return cmd
	}
	chain := n.chain()
	if slices.Index(chain, cmd.Stage) < slices.Index(chain, entry.Stage) {
		return nil
	}
	return cmd
}

// outerBase is the image that a build stands on in the end and that the script does
// not build.
func (n *node) outerBase() dockerfile.Base {
	if base := n.base(n.part.Stage); base != nil {
		return base.outerBase()
	}
	return baseOf(n.part.Stage, n.part.Args)
}
