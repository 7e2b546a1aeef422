package plan

import (
	"path"
	"slices"

	"github.com/stagefold/stagefold/convert/dockerfile"
	"github.com/stagefold/stagefold/convert/finding"
	"github.com/stagefold/stagefold/shparse"
)

// assumeUnknown says what is assumed of commands without a model that run behind the
// builder's build. One in front of the final build now runs in front of both, and
// whatever runs behind the extraction finds no extracted file any more. What they
// are known to touch is judged elsewhere (checkLater, scaffold.unknown). But a
// command such as "npm run build" may use files that it does not name.
func (p *planner) assumeUnknown(nodes []*node) {
	final := nodes[len(nodes)-1]
	for _, op := range p.way.Ops {
		u, ok := op.Act.(*shparse.Unknown)
		if !ok {
			continue
		}
		if op.Seq < final.part.Op.Seq {
			p.assumeContext(nodes, op)
		}
		p.assumeArtifact(op, u)
	}
}

// assumeContext says that the command is taken not to change what an earlier build
// took in.
func (p *planner) assumeContext(nodes []*node, op *shparse.Op) {
	for _, n := range nodes[:len(nodes)-1] {
		if n.part.File == nil || op.Seq < n.part.Op.Seq {
			continue
		}
		if in := n.fromContext(); in != nil && nearby(op.Dir, n.dir) {
			p.say(finding.New("SF220", op.Range, "%q is taken not to change the files that line %d of %s copies into the builder",
				commandName(op), in.Range.Start.Line, n.part.File.Path))
			return
		}
	}
}

// assumeArtifact says that the command, whose words name nothing that is known to
// be there, is taken not to mean an extracted file.
func (p *planner) assumeArtifact(op *shparse.Op, u *shparse.Unknown) {
	live := p.artifactHosts(op.Files)
	i := slices.IndexFunc(live, func(host string) bool { return nearby(op.Dir, path.Dir(host)) })
	if i >= 0 && len(u.Paths) > 0 && !p.namesFile(op, u) {
		p.say(finding.New("SF220", op.Range, "%q is taken to leave the extracted file %q alone", commandName(op), live[i]))
	}
}

// fromContext returns the first COPY or ADD of the build that takes files of the
// build context, or nil.
func (n *node) fromContext() *dockerfile.Instruction {
	local := func(src dockerfile.Path) bool { return !src.Remote && !src.Heredoc }
	for _, s := range n.stages() {
		for _, in := range s.Instructions {
			if t, ok := in.Transfer(n.part.Args); ok && t.From == "" && slices.ContainsFunc(t.Sources, local) {
				return in
			}
		}
	}
	return nil
}

// nearby reports whether a command that runs in cwd may mean the files of dir
// without naming them: one of the two holds the other, or cwd is not known.
func nearby(cwd shparse.Value, dir string) bool {
	at, ok := cwd.Known()
	return !ok || below(at, dir) || below(dir, at)
}

// namesFile reports whether a word of the command is known to name something that
// is there. Such a command is taken to touch what it names only.
func (p *planner) namesFile(op *shparse.Op, u *shparse.Unknown) bool {
	return slices.ContainsFunc(u.Paths, func(v shparse.Value) bool {
		name, ok := v.Known()
		if !ok {
			return false
		}
		f, made := op.Files.At(name)
		return made && f.Origin != shparse.Removed || p.onDisk(name)
	})
}
