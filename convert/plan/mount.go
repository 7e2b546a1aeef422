package plan

import (
	"cmp"
	"io/fs"
	"slices"
	"strings"

	"github.com/stagefold/stagefold/convert/dockerfile"
	"github.com/stagefold/stagefold/convert/finding"
	"github.com/stagefold/stagefold/shparse"
)

// scanMounts finds the containers that can write into directories of the host. A
// container of an image that the script builds belongs to that build; for one of
// any other image a node is made, whose Dockerfile holds nothing but its work.
func (p *planner) scanMounts() {
	p.workers = map[*shparse.Container]*node{}
	for _, op := range p.way.Ops {
		c, ok := op.Act.(*shparse.Create)
		if !ok || !c.Run || !slices.ContainsFunc(c.Mounts, inRepository) {
			continue
		}
		n := cmp.Or(p.nodeOf(c.Container.Image), p.fellow(c))
		if n == nil {
			n = p.made(op, c)
		}
		n.jobs = append(n.jobs, &job{node: n, op: op, run: c})
		p.workers[c.Container] = n
	}
	slices.SortStableFunc(p.nodes, func(a, b *node) int { return cmp.Compare(a.part.Op.Seq, b.part.Op.Seq) })
}

// inRepository reports whether a mount lets the process write into the repository.
func inRepository(m shparse.Mount) bool {
	host, ok := m.Host.Known()
	return !m.Volume && !m.ReadOnly && ok && !outside(host)
}

// fellow is the node of the last container with work, where that was of the same
// image and had the same mounts, or nil.
func (p *planner) fellow(c *shparse.Create) *node {
	var last *job
	for _, n := range p.nodes {
		for _, j := range n.jobs {
			if last == nil || j.op.Seq > last.op.Seq {
				last = j
			}
		}
	}
	if last == nil || !last.node.part.Made || imageKey(last.run) != imageKey(c) || mountKey(last.run) != mountKey(c) {
		return nil
	}
	return last.node
}

func imageKey(c *shparse.Create) string { return c.Args[0].Key() }

func mountKey(c *shparse.Create) string {
	var keys []string
	for _, m := range c.Mounts {
		keys = append(keys, m.Host.Key()+"\x00"+m.Path.Key())
	}
	return strings.Join(keys, "\x00\x00")
}

// made is a node for the work of containers of an image that the script does not
// build.
func (p *planner) made(op *shparse.Op, c *shparse.Create) *node {
	b := &shparse.Build{
		Command: shparse.Command{Client: c.Client, Path: []string{"build"}, Global: c.Global},
		Image:   &shparse.Image{Build: op},
		Context: shparse.Arg{Word: c.Mounts[0].Flag.Range},
	}
	n := &node{part: &Part{Op: op, Build: b, Made: true}, source: true}
	p.nodes = append(p.nodes, n)
	return n
}

// makerOf is the node whose stage makes what is in a container, or nil.
func (p *planner) makerOf(c *shparse.Container) *node {
	return cmp.Or(p.workers[c], p.nodeOf(c.Image))
}

// equipped reports whether what a container does with mounted directories is part
// of a stage by now.
func (p *planner) equipped(c *shparse.Container) bool {
	n := p.workers[c]
	return n != nil && n.equipped
}

// fromMount resolves a source that is, or may hold, what a container wrote into a
// mounted directory. A file that the repository has is taken to be left alone.
func (r *resolver) fromMount(it *item, host string) bool {
	f, ok := r.files.Mounted(host)
	if !ok || f.Origin != shparse.Extracted || r.p.workers[f.Container] == nil || r.p.workers[f.Container] == r.n {
		return false
	}
	info, err := fs.Stat(r.p.in.FS, host)
	switch {
	case err != nil:
	case !info.IsDir():
		r.assumeUntouched(it.word, f)
		return false
	case r.n.source && !r.n.part.Made, r.p.onlyChecks(f.Container):
		r.assumeUntouched(it.word, f)
		return false
	}
	if r.n.ignore != nil && info != nil {
		r.p.say(finding.New("SF231", it.word.Range, "%q holds what the container wrote there, and %s may leave out a part of it", it.word.Text, r.n.ignore.Path))
	}
	it.context = false
	if _, ok := r.p.writerOf(f); !ok {
		r.takeBelow(it, host)
		return true
	}
	r.take(it, f, artifact{host: host})
	return true
}

// writers are the containers that may have made what is at a path of a mounted directory,
// the last one first. Those that only check do not count, and of those whose work goes
// into one stage the last one stands for all.
func (p *planner) writers(f shparse.File) []shparse.File {
	list := []shparse.File{f}
	for _, old := range slices.Backward(f.Prior) {
		n := p.workers[old.Container]
		known := slices.ContainsFunc(list, func(w shparse.File) bool { return p.workers[w.Container] == n && !p.copiesOut(w) && !p.copiesOut(old) })
		if n != nil && !known && !p.onlyChecks(old.Container) {
			list = append(list, old)
		}
	}
	return list
}

// writerOf is the one of several containers that made what is at a path of a mounted
// directory. The stage of one that works there has all that was there before; of one that
// only copies files of its image there it is known which. It is false for a directory that
// such files were copied into.
func (p *planner) writerOf(f shparse.File) (shparse.File, bool) {
	for _, w := range p.writers(f) {
		if _, copied := p.original(w); copied || !p.copiesOut(w) {
			return w, true
		}
		if slices.ContainsFunc(p.partsOf(w), func(part shparse.File) bool { return below(w.Path, part.Path) }) {
			return w, false
		}
	}
	return f, false
}

// copiesOut reports whether a container did nothing but copy files of its image into the
// mounted directory that f is in.
func (p *planner) copiesOut(f shparse.File) bool {
	run, ok := runOf(f.Container)
	if !ok {
		return false
	}
	_, _, ok = p.carries(p.workers[f.Container], run)
	return ok
}

// assumeUntouched says that the command of a container is taken to leave files of the
// repository alone.
func (r *resolver) assumeUntouched(w dockerfile.Path, f shparse.File) {
	r.p.say(finding.New("SF220", f.By[0].Range, "the container is taken to leave %q alone, which %s copies", w.Text, r.n.part.File.Path))
}

// mountsBelow are what containers put below dir through mounts, and the build can see.
func (r *resolver) mountsBelow(dir string) []artifact {
	var found []artifact
	for _, m := range r.files.Mounts() {
		n := r.p.workers[m.Container]
		f, ok := r.files.Mounted(m.Path)
		if !ok || f.Container != m.Container || n == nil || n == r.n {
			continue
		}
		for _, part := range r.p.parts(f) {
			if part.Path == dir || !below(dir, part.Path) || r.touchedSince(part.Path) {
				continue
			}
			if a, ok := r.artifact(part, part.Path); ok && !r.ignored(a) {
				found = append(found, a)
			}
		}
	}
	return found
}

// touchedSince reports whether the script did something to a path itself: what the
// container made of it is an entry of its own then, or is gone.
func (r *resolver) touchedSince(name string) bool {
	return slices.ContainsFunc(r.files.Under(name), func(f shparse.File) bool { return f.Path == name && f.Origin != shparse.Directory })
}

// parts are what containers put into a mounted directory, in an order in which copies
// make of it what it was.
func (p *planner) parts(f shparse.File) []shparse.File {
	var parts []shparse.File
	for _, w := range p.writers(f) {
		parts = append(p.partsOf(w), parts...)
		if !p.copiesOut(w) {
			break // its stage has what was there before
		}
	}
	return parts
}

// collectMounted makes scaffolding of what the images take out of mounts.
func (s *scaffold) collectMounted() {
	for _, a := range s.p.artifacts() {
		if a.file.Mounted && !s.p.onDisk(a.host) && !s.p.linked[a.host] {
			s.addHost(a.host)
		}
	}
}

// artifacts are those that builds take.
func (p *planner) artifacts() []artifact { return artifactsOf(p.nodes) }

// mountedHosts are the artifacts that are in a mount when op runs.
func (s *scaffold) mountedHosts(op *shparse.Op) []string {
	var hosts []string
	for _, a := range s.p.artifacts() {
		if f, ok := op.Files.At(a.host); ok && a.file.Mounted && f.Mounted {
			hosts = append(hosts, a.host)
		}
	}
	return hosts
}

// gone reports whether what op finds at a path of the host is not there any more:
// it is an artifact, or the work of a container in a mount.
func (s *scaffold) gone(op *shparse.Op, name string) bool {
	if s.scaffolding(name) {
		return true
	}
	f, ok := op.Files.At(name)
	if !ok || !f.Mounted || f.Origin != shparse.Extracted || !s.p.equipped(f.Container) {
		return false
	}
	_, copied := s.p.original(f)
	return copied || !s.p.copiesOut(f)
}

// assumeLeft says what the host does not have any more, beside what the images take.
func (p *planner) assumeLeft(op *shparse.Op, c *shparse.Create) {
	for _, m := range c.Mounts {
		if _, _, plain := p.carries(p.workers[c.Container], c); inRepository(m) && !plain {
			p.say(finding.New("SF232", m.Flag.Range, "nothing else is taken to need what the container writes into %q", m.Host.String()))
		}
	}
}
