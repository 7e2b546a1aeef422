package plan

import (
	"slices"

	"github.com/stagefold/stagefold/convert/finding"
	"github.com/stagefold/stagefold/shparse"
)

// foldAll plans a fold for every final image. The findings say why where nothing
// folds.
func (p *planner) foldAll() []*Fold {
	p.readAll()
	p.checkNamed()
	if finding.Refused(p.findings) {
		return nil // a part without a file can't be folded
	}
	var folds []*Fold
	for _, final := range p.finals() {
		folds = append(folds, p.fold(append(p.ancestors(final), final)))
	}
	p.checkSweeps(folds)
	return folds
}

// fold plans the Dockerfile that builds a final image, the last one of nodes, with
// the builders that its files come from.
func (p *planner) fold(nodes []*node) *Fold {
	final := nodes[len(nodes)-1]
	f := &Fold{}
	for _, n := range nodes {
		n.part = n.part.fresh()
		p.accept(n, final)
		p.assumeBystander(n)
		n.part.Shared = n != final && n.part.File.Path == final.part.File.Path
		f.Parts = append(f.Parts, n.part)
	}
	p.checkOrder(f)
	p.nameStages(f)
	p.foldArgs(f)
	p.checkInherited(f)
	p.rebase(f, nodes)
	p.moveWork(nodes)
	for _, n := range nodes {
		p.dropTransport(n)
		p.refuseTriggers(n, final)
		p.rewrite(n)
	}
	p.carryChanges(nodes)
	p.checkArchives(nodes)
	p.checkContexts(nodes)
	return f
}

// fresh is the part as it was read, without the plan of another fold.
func (part *Part) fresh() *Part {
	return &Part{File: part.File, Op: part.Op, Build: part.Build, Stage: part.Stage, Args: part.Args, Text: part.Text, Inline: part.Inline, Made: part.Made}
}

// readAll loads the Dockerfiles that may take part, and resolves their copies.
func (p *planner) readAll() {
	for _, n := range p.nodes {
		if n.part.Made || !n.source && len(p.artifactHosts(n.part.Op.Files)) == 0 && len(n.part.Op.Files.Mounts()) == 0 && streamed(n.part.Build) == nil {
			continue
		}
		p.load(n)
		p.findings = append(p.findings, n.problems...)
	}
	// What takes files stands behind what gives them: so a container's work is known
	// to be needed when its turn comes.
	for _, n := range slices.Backward(p.nodes) {
		if p.needsWork(n) {
			p.equip(n)
		}
		if n.part.File != nil && !n.failed {
			p.resolve(n)
			p.foldStaged(n)
		}
	}
}

// artifactHosts lists the host paths that hold artifacts in a state of the
// host's files.
func (p *planner) artifactHosts(files *shparse.Files) []string {
	var hosts []string
	for _, f := range files.Under(".") {
		if f.Origin == shparse.Extracted || f.Origin == shparse.Mystery && fromContainer(f) || f.Origin == shparse.Packed && slices.ContainsFunc(f.Members, fromContainer) {
			hosts = append(hosts, f.Path)
		}
	}
	return hosts
}

// finals are the builds that take artifacts and give none.
func (p *planner) finals() []*node {
	return slices.DeleteFunc(slices.Clone(p.nodes), func(n *node) bool { return len(n.takes) == 0 || p.feeds(n) })
}

// feeds reports whether another build takes an artifact of n.
func (p *planner) feeds(n *node) bool {
	return slices.ContainsFunc(p.nodes, func(o *node) bool { return slices.Contains(o.sources(), n) })
}

// sources are the builds whose artifacts n takes, each once.
func (n *node) sources() []*node {
	var from []*node
	for _, in := range n.takes {
		for _, it := range in.items {
			for _, a := range it.artifacts {
				if !slices.Contains(from, a.from) {
					from = append(from, a.from)
				}
			}
		}
	}
	return from
}

// ancestors are the builds that n's files come from, directly or not, in the
// order of the script.
func (p *planner) ancestors(n *node) []*node {
	seen := map[*node]bool{}
	var visit func(*node)
	visit = func(n *node) {
		for _, from := range n.sources() {
			if !seen[from] {
				seen[from] = true
				visit(from)
			}
		}
	}
	visit(n)
	var list []*node
	for _, n := range p.nodes {
		if seen[n] {
			list = append(list, n)
		}
	}
	return list
}

// accept refuses a build that can't be a part of the fold.
func (p *planner) accept(n, final *node) {
	if n != final {
		p.refuseCapabilities(n)
		p.checkFlags(n, final)
		p.checkClient(n, final)
	}
	if n.ignore != nil && n.ignore.Specific {
		p.say(finding.New("SF223", n.part.Op.Range, "%s applies to this build only", n.ignore.Path))
	}
}

// checkOrder refuses a stage that would have to copy from a later one.
func (p *planner) checkOrder(f *Fold) {
	final := f.Final()
	for _, b := range f.Builders() {
		if b.Shared && b.Stage.Index >= final.Stage.Index {
			p.say(finding.New("SF213", b.Op.Range, "the builder's stage stands behind the final one in %s", b.File.Path).
				WithHint("move the builder's stage in front of the final one"))
		}
	}
}
