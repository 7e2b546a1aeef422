package plan

import (
	"slices"

	"github.com/stagefold/stagefold/convert/finding"
	"github.com/stagefold/stagefold/shparse"
)

// collectHosts finds the host paths that are scaffolding.
func (s *scaffold) collectHosts() {
	states := []*shparse.Files{s.p.way.Files}
	for _, op := range s.p.way.Ops {
		states = append(states, op.Files)
	}
	s.collectMounted()
	var made, kept []string
	for _, files := range slices.Compact(states) {
		for _, f := range files.Under(".") {
			switch {
			case s.artifact(f), s.byproduct(f):
				s.addHost(f.Path)
			case f.Origin == shparse.Directory:
				made = append(made, f.Path)
			case f.Origin != shparse.Removed:
				kept = append(kept, f.Path)
			}
		}
	}
	for _, dir := range made {
		if !s.holdsArtifact(dir) {
			kept = append(kept, dir) // an empty directory that a copy may take
		}
	}
	kept = append(kept, s.sweptDirectories()...)
	for _, dir := range made {
		if !s.holdsOthers(dir, kept) && s.holdsArtifact(dir) && !s.p.onDisk(dir) {
			s.addHost(dir)
		}
	}
}

// sweptDirectories are the directories that are empty when a final image is built
// that copies them with the rest of its context.
func (s *scaffold) sweptDirectories() []string {
	var list []string
	for _, f := range s.folds {
		n := s.p.nodeOf(f.Final().Build.Image)
		files := n.part.Op.Files
		for _, d := range files.All() {
			if d.Origin != shparse.Directory || !below(n.dir, d.Path) || n.copying(relative(n.dir, d.Path)) == nil {
				continue
			}
			if !slices.ContainsFunc(files.Under(d.Path), func(o shparse.File) bool { return o.Origin == shparse.Extracted }) {
				list = append(list, d.Path)
			}
		}
	}
	return list
}

// artifact reports whether a file of the host came out of a builder, and goes.
func (s *scaffold) artifact(f shparse.File) bool {
	return f.Origin == shparse.Extracted && s.extracted(f.Container) && !s.kept.made(f)
}

// byproduct reports whether a file was only written by operations that go: it
// holds an id (--iidfile, --cidfile) or the stream of a docker cp or docker run.
func (s *scaffold) byproduct(f shparse.File) bool {
	return f.Origin != shparse.Removed && len(f.By) > 0 && !slices.ContainsFunc(f.By, func(op *shparse.Op) bool {
		switch a := op.Act.(type) {
		case *shparse.Build:
			return !s.ours(a.Image)
		case *shparse.Create:
			return !s.mine(a.Container) || s.kept.ops[op]
		case *shparse.Copy:
			return !s.extracted(a.Container) || s.kept.ops[op]
		case *shparse.Export:
			return !s.mine(a.Container)
		}
		return true
	})
}

func (s *scaffold) addHost(name string) {
	if !slices.Contains(s.hosts, name) {
		s.hosts = append(s.hosts, name)
	}
}

func (s *scaffold) holdsOthers(dir string, kept []string) bool {
	inside := func(op *shparse.Op) bool {
		at, ok := op.Dir.Known()
		return ok && at != dir && below(dir, at)
	}
	return slices.ContainsFunc(kept, func(k string) bool { return below(dir, k) }) || slices.ContainsFunc(s.p.way.Ops, inside)
}

func (s *scaffold) holdsArtifact(dir string) bool {
	return slices.ContainsFunc(s.hosts, func(h string) bool { return below(dir, h) })
}

// scaffolding reports whether a host path is an artifact, lies in one, or is a
// directory made for them.
func (s *scaffold) scaffolding(name string) bool {
	return slices.ContainsFunc(s.hosts, func(h string) bool { return below(h, name) })
}

// host drops an operation that only concerns artifacts, and claims those that one
// reads for another purpose.
func (s *scaffold) host(op *shparse.Op, h *shparse.Host) {
	if len(h.Effects) == 0 || s.kept.ops[op] {
		return
	}
	ours := 0
	for _, e := range h.Effects {
		if s.concerns(op, e) {
			ours++
		}
	}
	switch {
	case s.unpacks(op, h):
		s.dropMaker(op)
	case ours == 0:
	case s.readsID(op, h):
		s.drop(op)
	case ours == len(h.Effects) && s.onlyMoves(op, h):
		if len(extracts(op)) > 0 {
			s.dropMaker(op)
		} else if !s.clearsRepository(h) {
			s.drop(op)
		}
	case s.onlyRemoves(h):
		args := operands(op)
		s.removeArgs(op, args, func(i int) bool {
			name, ok := op.HostPath(args[i].Value).Known()
			return ok && s.gone(op, name)
		})
	default:
		s.claim(claim{
			by:      op,
			finding: finding.New("SF205", op.Range, "%q uses an extracted file, which is not on the host any more after the conversion", commandName(op)),
			ops:     s.makers(op, h),
		})
	}
}

// unpacks reports whether an operation unpacks artifacts, and nothing else.
func (s *scaffold) unpacks(op *shparse.Op, h *shparse.Host) bool {
	if !slices.ContainsFunc(h.Effects, func(e shparse.Effect) bool { return e.Verb == shparse.Unpack }) {
		return false
	}
	made := 0
	for _, files := range s.p.states() {
		for _, f := range files.Under(".") {
			if !slices.Contains(f.By, op) {
				continue
			}
			if !s.artifact(f) {
				return false
			}
			made++
		}
	}
	return made > 0
}

// readsID reports whether an operation only reads the id of a builder's image or
// container from a file, for a word of another operation.
func (s *scaffold) readsID(op *shparse.Op, h *shparse.Host) bool {
	return op.Captured.File != "" && !slices.ContainsFunc(h.Effects, func(e shparse.Effect) bool {
		name, _ := e.Path.Known()
		f, ok := op.Files.At(name)
		return e.Verb != shparse.ReadFile || !ok || f.Origin != shparse.Generated || !s.byproduct(f)
	})
}

// concerns reports whether an effect touches an artifact.
func (s *scaffold) concerns(op *shparse.Op, e shparse.Effect) bool {
	for _, v := range []shparse.Value{e.Path, e.From} {
		if name, ok := v.Known(); ok && name != "" && s.gone(op, name) {
			return true
		}
	}
	return false
}

// onlyMoves reports whether all effects shift artifacts about on the host, which
// the copies of the result account for.
func (s *scaffold) onlyMoves(op *shparse.Op, h *shparse.Host) bool {
	return !slices.ContainsFunc(h.Effects, func(e shparse.Effect) bool {
		switch e.Verb {
		case shparse.Remove, shparse.MakeDir, shparse.SetMode, shparse.SetOwner, shparse.Extract:
			return false
		case shparse.MoveTo, shparse.CopyTo:
			from, ok := e.From.Known()
			return !ok || !s.gone(op, from)
		}
		return true
	})
}

func (s *scaffold) onlyRemoves(h *shparse.Host) bool {
	return !slices.ContainsFunc(h.Effects, func(e shparse.Effect) bool { return e.Verb != shparse.Remove })
}

// clearsRepository reports whether a removal takes a file away that is in the
// repository now and that the build could sweep up.
func (s *scaffold) clearsRepository(h *shparse.Host) bool {
	return slices.ContainsFunc(h.Effects, func(e shparse.Effect) bool {
		name, ok := e.Path.Known()
		return ok && e.Verb == shparse.Remove && s.p.onDisk(name)
	})
}

// operands are the arguments of a host command that are no flags.
func operands(op *shparse.Op) []shparse.Arg {
	var args []shparse.Arg
	for _, a := range op.Argv[1:] {
		if text := a.String(); len(text) == 0 || text[0] != '-' {
			args = append(args, a)
		}
	}
	return args
}

// unknown refuses a command without a model that may change an artifact on its way
// into an image. Behind all builds that take the artifact it claims it.
func (s *scaffold) unknown(op *shparse.Op, u *shparse.Unknown) {
	name := s.mayUse(op, u)
	if name == "" {
		return
	}
	f := finding.New("SF003", op.Range, "%q may read or change the extracted file %q", u.Name, name)
	if len(u.Paths) == 0 {
		f = finding.New("SF003", op.Range, "%q may read or change the extracted file %q: there is no model for this command", u.Name, name)
	}
	c := claim{by: op, finding: f}
	if s.behindFinals(op) && len(u.Paths) > 0 {
		c.ops = makersAt(op.Files, func(at string) bool { return below(at, name) || below(name, at) })
	}
	s.claim(c)
}

// behindFinals reports whether an operation runs when all final images are built.
func (s *scaffold) behindFinals(op *shparse.Op) bool {
	return !slices.ContainsFunc(s.folds, func(f *Fold) bool { return f.Final().Op.Seq > op.Seq })
}

// mayUse returns an artifact that a command without a model may use, or "".
func (s *scaffold) mayUse(op *shparse.Op, u *shparse.Unknown) string {
	live := s.p.artifactHosts(op.Files)
	if s.behindFinals(op) {
		live = slices.DeleteFunc(live, func(l string) bool { return !s.scaffolding(l) })
	}
	live = append(live, s.mountedHosts(op)...)
	for _, v := range u.Paths {
		name, ok := v.Known()
		if ok && slices.ContainsFunc(live, func(l string) bool { return below(l, name) || below(name, l) }) {
			return name
		}
	}
	if len(u.Paths) > 0 || len(live) == 0 {
		return ""
	}
	dir, ok := op.Dir.Known()
	if !ok || slices.ContainsFunc(live, func(l string) bool { return below(dir, l) }) {
		return live[0]
	}
	return ""
}

// dropMaker drops an operation that puts an artifact somewhere on the host. What
// no build takes in and is left there is a product of its own.
func (s *scaffold) dropMaker(op *shparse.Op) {
	if !s.p.consumed(op) && s.leaves(op) {
		s.claim(claim{
			by:      op,
			finding: finding.New("SF205", op.Range, "%q leaves a file on the host that no image takes in", commandName(op)),
			ops:     []*shparse.Op{op},
		})
		return
	}
	s.drop(op)
}

// consumed reports whether some build takes in what op put on the host.
func (p *planner) consumed(op *shparse.Op) bool {
	for _, n := range p.nodes {
		for _, in := range n.takes {
			for _, it := range in.items {
				if slices.ContainsFunc(it.artifacts, func(a artifact) bool { return slices.Contains(a.file.By, op) }) {
					return true
				}
			}
		}
	}
	return false
}

// leaves reports whether a file that op put on the host is there at the end.
func (s *scaffold) leaves(op *shparse.Op) bool {
	return slices.ContainsFunc(s.p.way.Files.All(), func(f shparse.File) bool {
		return f.Origin != shparse.Removed && lastMaker(f) == op
	}) || slices.ContainsFunc(extracts(op), func(e shparse.Effect) bool {
		name, ok := e.Path.Known()
		return !ok || outside(name)
	})
}

// lastMaker is the last operation that put a file where it is, or nil.
func lastMaker(f shparse.File) *shparse.Op {
	for _, op := range slices.Backward(f.By) {
		if _, ok := op.Act.(*shparse.Copy); ok || len(extracts(op)) > 0 {
			return op
		}
	}
	return nil
}

// extracts are the effects of an operation that put artifacts on the host.
func extracts(op *shparse.Op) []shparse.Effect {
	h, ok := op.Act.(*shparse.Host)
	if !ok {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(h.Effects), func(e shparse.Effect) bool {
		return e.Verb != shparse.MoveTo && e.Verb != shparse.CopyTo && e.Verb != shparse.Extract
	})
}
