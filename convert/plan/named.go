package plan

import "github.com/stagefold/stagefold/convert/finding"

// checkNamed refuses a Dockerfile that was named outright and that no build of its
// kind reads: the conversion would not be the one that was asked for.
func (p *planner) checkNamed() {
	p.checkFile(p.in.BuilderFile, "builder", func(n *node) bool { return n.source })
	p.checkFile(p.in.RuntimeFile, "runtime", func(n *node) bool { return !n.source })
}

func (p *planner) checkFile(name, kind string, isKind func(*node) bool) {
	var reader *node
	for _, n := range p.nodes {
		if n.part.File == nil || n.part.Made || !isKind(n) {
			continue
		}
		if n.part.File.Path == name {
			return
		}
		reader = n
	}
	if name == "" || reader == nil {
		return
	}
	p.say(finding.New("SF306", fileRange(reader.part.Build, reader.part.Op.Range),
		"expected %q as the %s Dockerfile, found %q", name, kind, reader.part.File.Path))
}
