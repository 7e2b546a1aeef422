package plan

import (
	"path"
	"slices"
	"strings"

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
	var made, kept, written []string
	for _, files := range slices.Compact(states) {
		for _, f := range files.Under(".") {
			switch {
			case s.passing(f):
				s.addHost(f.Path)
			case s.byproduct(f):
				written = append(written, f.Path)
			case f.Origin == shparse.Directory:
				made = append(made, f.Path)
			case f.Origin != shparse.Removed:
				kept = append(kept, f.Path)
			}
		}
	}
	for _, name := range written {
		if !slices.Contains(kept, name) { // by what stays, at another time
			s.addHost(name)
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

// sweptDirectories are the directories that are empty, or have a mode of their own, when
// a final image is built that copies them with the rest of its context.
func (s *scaffold) sweptDirectories() []string {
	var list []string
	for _, f := range s.folds {
		n := s.p.nodeOf(f.Final().Build.Image)
		files := n.part.Op.Files
		for _, d := range files.All() {
			if d.Origin != shparse.Directory || !below(n.dir, d.Path) || n.copying(relative(n.dir, d.Path)) == nil {
				continue
			}
			if hasOwnMode(d) && n.copyAbove(relative(n.dir, d.Path)) || !slices.ContainsFunc(files.Under(d.Path), func(o shparse.File) bool { return o.Origin == shparse.Extracted }) {
				list = append(list, d.Path)
			}
		}
	}
	return list
}

// copyAbove reports whether a copy of the build takes a path of its context as a part of
// a directory.
func (n *node) copyAbove(name string) bool {
	for _, t := range n.contextCopies() {
		for _, src := range t.Sources {
			if covers(src, name) && contextPath(src.Expanded) != name {
				return true
			}
		}
	}
	return false
}

// passing reports whether a file of the host is there for the copies alone, and goes.
func (s *scaffold) passing(f shparse.File) bool {
	return s.artifact(f) || s.p.folded[f.Path] || s.link(f) || f.Origin == shparse.Packed && s.p.archives[f.Path]
}

// artifact reports whether a file of the host came out of a builder, and goes.
func (s *scaffold) artifact(f shparse.File) bool {
	return f.Origin == shparse.Extracted && s.extracted(f.Container) && !s.kept.made(f)
}

// link reports whether a file of the host is a link that only builds took artifacts
// through.
func (s *scaffold) link(f shparse.File) bool {
	return f.Origin == shparse.Link && s.p.linked[f.Path] && !s.kept.made(f) && !s.p.sweptUp(f.Path)
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
		case *shparse.Exec:
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
		return ok && below(dir, at) && (at != dir || s.isFinal(op)) || s.p.needed[op] && entersBelow(op, dir)
	}
	return slices.ContainsFunc(kept, func(k string) bool { return below(dir, k) }) || slices.ContainsFunc(s.p.way.Ops, inside)
}

// isFinal reports whether an operation builds a final image.
func (s *scaffold) isFinal(op *shparse.Op) bool {
	return slices.ContainsFunc(s.folds, func(f *Fold) bool { return f.Final().Op == op })
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
	s.enter(op, h)
	if len(h.Effects) == 0 || s.kept.ops[op] || h.Test && s.test(op, h) {
		return
	}
	var ours, others []shparse.Effect
	for _, e := range h.Effects {
		switch {
		case s.concerns(op, e):
			ours = append(ours, e)
		case e.Verb != shparse.MakeDir || !s.isDirectory(op, e.Path):
			others = append(others, e)
		}
	}
	switch {
	case s.unpacks(op, h):
		s.dropMaker(op)
	case len(ours) == 0:
	case s.readsID(op, h):
		s.drop(op)
	case len(others) == 0 && s.onlyMoves(op, ours):
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
	case s.onlyMoves(op, ours) && s.cutOperands(op, others):
	default:
		s.claim(claim{
			by:      op,
			finding: Used(op),
			ops:     s.makers(op, h),
		})
	}
}

// isDirectory reports whether a directory was there before an operation.
func (s *scaffold) isDirectory(op *shparse.Op, v shparse.Value) bool {
	name, ok := v.Known()
	f, made := op.Files.At(name)
	return ok && (made && f.Origin == shparse.Directory || !made && s.p.onDisk(name))
}

// cutOperands cuts the words that name artifacts from an operation on each of its
// operands, which has other effects too, and reports whether that can be done. A
// directory may as well be made for nothing.
func (s *scaffold) cutOperands(op *shparse.Op, others []shparse.Effect) bool {
	args, makes := operands(op), false
	switch path.Base(commandName(op)) {
	case "mkdir":
		makes = true
	case "chmod", "chown", "chgrp", "touch":
	case "cp", "mv":
		args = args[:max(len(args)-1, 0)]
	case "tar":
		args = slices.DeleteFunc(args, func(a shparse.Arg) bool { return !isMember(op, a) })
	default:
		return false
	}
	var cuts []finding.Range
	for _, a := range args {
		name, ok := op.HostPath(a.Value).Known()
		switch {
		case !ok || !s.gone(op, name) || makes && (sharedWord(op, a.Word) || s.makesParent(op, others, name)):
		case sharedWord(op, a.Word):
			return false
		default:
			cuts = append(cuts, a.Word)
		}
	}
	if makes || len(cuts) > 0 && len(cuts) < len(args) {
		s.script.Cuts = append(s.script.Cuts, cuts...)
		return true
	}
	return false
}

// makesParent reports whether some effect of a mkdir makes a directory above a path,
// which no other of its words names or lies below.
func (s *scaffold) makesParent(op *shparse.Op, effects []shparse.Effect, name string) bool {
	return slices.ContainsFunc(effects, func(e shparse.Effect) bool {
		dir, ok := e.Path.Known()
		return ok && e.Verb == shparse.MakeDir && below(dir, name) && !slices.ContainsFunc(operands(op), func(a shparse.Arg) bool {
			other, ok := op.HostPath(a.Value).Known()
			return ok && below(dir, other) && !s.gone(op, other)
		})
	})
}

// unpacks reports whether an operation unpacks artifacts, and nothing else.
func (s *scaffold) unpacks(op *shparse.Op, h *shparse.Host) bool {
	if !slices.ContainsFunc(h.Effects, func(e shparse.Effect) bool { return e.Verb == shparse.Unpack }) {
		return false
	}
	made := 0
	for _, files := range s.p.states() {
		for _, f := range files.Under(".") {
			if !slices.Contains(f.By, op) || f.Origin == shparse.Removed {
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
	name := placeOf(e.Path)
	switch {
	case e.Verb == shparse.Remove && s.written(op, name):
		return false
	case name != "" && s.gone(op, name):
		return true
	case e.Verb == shparse.Symlink, e.Verb == shparse.Remove:
		return false
	case name != "" && s.gone(op, op.Files.Behind(name)):
		return true
	}
	from := placeOf(e.From)
	return from != "" && (s.gone(op, from) || s.gone(op, op.Files.Behind(from)))
}

// written reports whether a path is a file by now that something wrote which stays: an
// artifact had that name before.
func (s *scaffold) written(op *shparse.Op, name string) bool {
	f, ok := op.Files.At(name)
	return ok && f.Path == name && f.Origin == shparse.Generated && !s.passing(f) && !s.byproduct(f)
}

// placeOf is a path as far as it is known: of one that a pattern ends, the directory in
// front of it. It is "" where nothing is known.
func placeOf(v shparse.Value) string {
	if name, ok := v.Known(); ok {
		return name
	}
	if v[0].Hole != nil || !strings.Contains(v[0].Lit, "/") {
		return ""
	}
	return path.Dir(v[0].Lit + "x")
}

// onlyMoves reports whether all effects shift artifacts about on the host, which
// the copies of the result account for.
func (s *scaffold) onlyMoves(op *shparse.Op, effects []shparse.Effect) bool {
	return !slices.ContainsFunc(effects, func(e shparse.Effect) bool {
		switch e.Verb {
		case shparse.Remove, shparse.MakeDir, shparse.SetMode, shparse.SetOwner, shparse.Extract, shparse.Touch:
			return false
		case shparse.MoveTo, shparse.CopyTo:
			from, ok := e.From.Known()
			to, _ := e.Path.Known()
			return !ok || !s.gone(op, from) && !s.p.folded[to]
		case shparse.Symlink:
			to, _ := e.Path.Known()
			return !s.p.linked[to]
		case shparse.ReadFile, shparse.WriteFile, shparse.Pack:
			return !s.packsAway(op)
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
		target := op.Files.Behind(name)
		if ok && slices.ContainsFunc(live, func(l string) bool { return below(l, name) || below(name, l) || below(l, target) || below(target, l) }) {
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
