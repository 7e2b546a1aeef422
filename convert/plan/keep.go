package plan

import (
	"path"
	"slices"
	"strings"

	"github.com/stagefold/stagefold/convert/finding"
	"github.com/stagefold/stagefold/shparse"
)

// A keeping is what of the builders stays, because the script has another use for
// it: an image is built from its stage of the result, and containers, copies and
// what is done with the copies stay as they are.
type keeping struct {
	images     []*shparse.Image
	containers []*shparse.Container
	ops        map[*shparse.Op]bool // they put artifacts on the host
}

// A claim is another use of what would go. Its finding refuses it where what it
// needs can't stay, or where it needs nothing that could.
type claim struct {
	by         *shparse.Op
	finding    finding.Finding
	images     []*shparse.Image
	containers []*shparse.Container
	ops        []*shparse.Op
}

func (s *scaffold) claim(c claim) { s.claims = append(s.claims, c) }

// settle judges all operations, and again with what they claim kept, until no claim
// is left that can be granted.
func (s *scaffold) settle() {
	var granted []claim
	for {
		s.claims, s.hosts, s.containers = nil, nil, nil
		s.script = newScript()
		s.collectContainers()
		s.collectHosts()
		for _, op := range s.p.way.Ops {
			s.judge(op)
		}
		size := s.kept.size()
		for _, c := range s.claims {
			if s.grant(c) {
				granted = append(granted, c)
			}
		}
		if s.kept.size() == size {
			break
		}
	}
	for _, c := range s.claims {
		s.p.say(c.finding)
	}
	s.explain(granted)
}

func (k *keeping) size() int { return len(k.images) + len(k.containers) + len(k.ops) }

// grant keeps what a claim needs, and reports whether that can be done.
func (s *scaffold) grant(c claim) bool {
	images, containers := c.images, c.containers
	ops := s.lineage(c.ops)
	if s.showsBuilders(ops) {
		return false
	}
	for _, op := range ops {
		containers = append(containers, s.containersBehind(op)...)
	}
	for _, ct := range containers {
		images = append(images, ct.Image)
	}
	if len(images) == 0 || slices.ContainsFunc(images, func(i *shparse.Image) bool { return !s.canStay(i, len(ops) > 0) }) {
		return false
	}
	for _, op := range ops {
		s.kept.ops[op] = true
	}
	for _, ct := range containers {
		if !slices.Contains(s.kept.containers, ct) {
			s.kept.containers = append(s.kept.containers, ct)
		}
	}
	for _, i := range images {
		if !slices.Contains(s.kept.images, i) {
			s.kept.images = append(s.kept.images, i)
		}
	}
	return true
}

// lineage adds to operations that put artifacts on the host those that did more to
// the same files: all of them stay, or none.
func (s *scaffold) lineage(ops []*shparse.Op) []*shparse.Op {
	list := slices.Clone(ops)
	for grown := len(list) > 0; grown; {
		grown = false
		for _, files := range s.p.allStates() {
			for _, f := range files.All() {
				if f.Container == nil || !slices.ContainsFunc(f.By, func(op *shparse.Op) bool { return slices.Contains(list, op) }) {
					continue
				}
				for _, op := range f.By {
					if !slices.Contains(list, op) {
						list, grown = append(list, op), true
					}
				}
			}
		}
	}
	return list
}

// allStates are the states of the host's files in front of each operation, and at
// the end.
func (p *planner) allStates() []*shparse.Files {
	states := []*shparse.Files{p.way.Files}
	for _, op := range p.way.Ops {
		states = append(states, op.Files)
	}
	return slices.Compact(states)
}

// containersBehind are the builders' containers that an operation takes files from.
func (s *scaffold) containersBehind(op *shparse.Op) []*shparse.Container {
	var list []*shparse.Container
	switch a := op.Act.(type) {
	case *shparse.Copy:
		list = append(list, a.Container)
	case *shparse.Create:
		list = append(list, a.Container)
	case *shparse.Exec:
		list = append(list, a.Container)
	case *shparse.Export:
		list = append(list, a.Container)
	}
	for _, files := range s.p.allStates() {
		for _, f := range files.All() {
			if slices.Contains(f.By, op) {
				list = append(list, f.Container)
			}
		}
	}
	return slices.DeleteFunc(list, func(c *shparse.Container) bool { return !s.extracted(c) })
}

// makers are the operations that put on the host what an operation uses of the
// artifacts.
func (s *scaffold) makers(op *shparse.Op, h *shparse.Host) []*shparse.Op {
	return makersAt(op.Files, func(at string) bool {
		return slices.ContainsFunc(h.Effects, func(e shparse.Effect) bool {
			return slices.ContainsFunc([]shparse.Value{e.Path, e.From}, func(v shparse.Value) bool {
				name, ok := v.Known()
				return ok && name != "" && (below(at, name) || below(name, at))
			})
		})
	})
}

// mounts claims the artifacts that a container sees in a bind mount.
func (s *scaffold) mounts(op *shparse.Op, c *shparse.Create) {
	live := slices.DeleteFunc(s.p.artifactHosts(op.Files), func(l string) bool { return !s.scaffolding(l) })
	live = append(live, s.mountedHosts(op)...)
	for _, m := range c.Mounts {
		dir, known := m.Host.Known()
		sees := func(at string) bool { return !known || below(dir, at) || below(at, dir) }
		if m.Volume || s.extracted(c.Container) || !slices.ContainsFunc(live, sees) {
			continue
		}
		s.claim(claim{
			by:      op,
			finding: finding.New("SF205", m.Flag.Range, "the container sees an extracted file in %q, which is not on the host any more after the conversion", m.Host.String()),
			ops:     makersAt(op.Files, func(at string) bool { return s.scaffolding(at) && sees(at) }),
		})
	}
}

// makersAt are the operations that made the files out of containers at some paths.
func makersAt(files *shparse.Files, at func(string) bool) []*shparse.Op {
	var list []*shparse.Op
	for _, f := range files.All() {
		if f.Container != nil && f.Origin == shparse.Extracted && at(f.Path) {
			list = append(list, f.By...)
		}
	}
	return list
}

// canStay reports whether a builder's image can be built from its stage of the
// result, the same as before: nothing was added to the stage. Where its files stay
// on the host too, no copy may sweep them up, or it would do so again.
func (s *scaffold) canStay(i *shparse.Image, files bool) bool {
	f, part := s.partOf(i)
	if part == nil || f.Final().Inline != nil || s.p.nodeOf(i).equipped || len(part.Runs) > 0 || part.altered || part.Build.Text != nil {
		return false
	}
	for _, before := range f.Parts[:slices.Index(f.Parts, part)] {
		if len(s.p.gifts(f, before)) > 0 {
			return false // the legacy builder builds that stage too, without its arguments
		}
	}
	return !files || !s.p.sweepsUp(s.p.nodeOf(i))
}

// partOf returns the first fold with the builder that makes an image.
func (s *scaffold) partOf(i *shparse.Image) (*Fold, *Part) {
	for _, f := range s.folds {
		for _, part := range f.Builders() {
			if part.Build.Image == i {
				return f, part
			}
		}
	}
	return nil, nil
}

// sweepsUp reports whether some copy takes artifacts of a node together with files of
// the context.
func (p *planner) sweepsUp(n *node) bool {
	for _, o := range p.nodes {
		for _, in := range o.takes {
			for _, it := range in.items {
				if it.context && slices.ContainsFunc(it.artifacts, func(a artifact) bool { return a.from == n }) {
					return true
				}
			}
		}
	}
	return false
}

// showsBuilders reports whether a file that operations put on the host would come into
// a builder with its context: the builder was built before the file was there, and is
// built with the final image now.
func (s *scaffold) showsBuilders(ops []*shparse.Op) bool {
	for _, f := range s.folds {
		for _, file := range f.Final().Op.Files.All() {
			if !slices.ContainsFunc(file.By, func(op *shparse.Op) bool { return slices.Contains(ops, op) }) {
				continue
			}
			for _, part := range f.Builders() {
				if n := s.p.nodeOf(part.Build.Image); n != nil && n.sweeps(file.Path) {
					return true
				}
			}
		}
	}
	return false
}

// sweeps reports whether a copy of the build takes a host path from its context.
func (n *node) sweeps(host string) bool {
	if !below(n.dir, host) {
		return false
	}
	name := relative(n.dir, host)
	out, err := n.ignore.Excluded(name)
	return (err != nil || !out) && n.covers(name)
}

// sweepsUp reports whether a copy of the build takes a host path from its context, and
// the script made something there before it.
func (n *node) sweepsUp(host string) bool {
	f, made := n.part.Op.Files.At(host)
	return n.part.File != nil && made && f.Origin != shparse.Removed && n.sweeps(host)
}

// keeps reports whether a builder's image stays.
func (k *keeping) keeps(part *Part) bool { return slices.Contains(k.images, part.Build.Image) }

// made reports whether a file of the host is the work of an operation that stays.
func (k *keeping) made(f shparse.File) bool {
	return slices.ContainsFunc(f.By, func(op *shparse.Op) bool { return k.ops[op] })
}

// explain says why something of the old way stays.
func (s *scaffold) explain(granted []claim) {
	for _, c := range granted {
		s.p.say(finding.New("SF240", c.by.Range, "a part of the extraction stays for %q", shortName(c.by)))
	}
}

// shortName is the name of a command, with its subcommand where it is docker.
func shortName(op *shparse.Op) string {
	switch a := op.Act.(type) {
	case *shparse.Host, *shparse.Unknown:
		return commandName(op)
	case *shparse.Copy:
		return "docker cp"
	case *shparse.Create:
		return "docker " + strings.Join(a.Path, " ")
	case *shparse.Exec:
		return "docker " + strings.Join(a.Path, " ")
	case *shparse.Start:
		return "docker " + strings.Join(a.Path, " ")
	}
	words := []string{commandName(op)}
	if len(op.Argv) > 1 {
		words = append(words, op.Argv[1].String())
	}
	return strings.Join(words, " ")
}

// retarget makes the builds of the images that stay build their stage of the
// result.
func (s *scaffold) retarget() {
	for _, i := range s.kept.images {
		f, part := s.partOf(i)
		part.Kept = true
		s.p.checkImage(s.p.nodeOf(i))
		if !part.Shared {
			s.retargetBuild(f, part)
		}
	}
}

func (s *scaffold) retargetBuild(f *Fold, part *Part) {
	op, b := part.Op, part.Build
	cwd, known := op.Dir.Known()
	file, target := b.Flag("file"), b.Flag("target")
	if !known || sharedWord(op, b.Context.Word) || file != nil && (file.Joined || sharedWord(op, b.File.Word)) || target != nil && target.Joined {
		s.p.say(finding.New("SF214", op.Range, "the builder's image stays, and the words of its build can't be changed"))
		return
	}
	words := "--target " + part.Name
	if name := f.Final().File.Path; name != path.Join(f.Context, "Dockerfile") {
		words += " -f " + pathFrom(cwd, name)
	}
	s.renameGivenArgs(part)
	at := func(r finding.Range, text string) {
		s.script.Splices = append(s.script.Splices, Splice{File: op.Range.File, Start: r.Start.Offset, End: r.End.Offset, Text: text})
	}
	switch {
	case file != nil && target != nil:
		at(file.Range, words)
		s.script.Cuts = append(s.script.Cuts, target.Range)
	case file != nil:
		at(file.Range, words)
	case target != nil:
		at(target.Range, words)
	default:
		start, _ := insertion(&shparse.Build{Command: shparse.Command{Flags: withoutArgs(b.Flags)}, Context: b.Context})
		s.script.Splices = append(s.script.Splices, Splice{File: op.Range.File, Start: start, End: start, Text: words, After: " "})
	}
	if dir, _ := b.Dir.Known(); dir != f.Context {
		at(b.Context.Word, pathFrom(cwd, f.Context))
	}
}

func withoutArgs(flags []shparse.Flag) []shparse.Flag {
	return slices.DeleteFunc(slices.Clone(flags), func(fl shparse.Flag) bool { return fl.Name == "build-arg" })
}

// renameGivenArgs gives the build arguments of a build that stays their new names.
func (s *scaffold) renameGivenArgs(part *Part) {
	for _, a := range part.Build.BuildArgs {
		name, _ := a.Name.Known()
		if fresh := part.ArgNames[name]; fresh != "" {
			r := a.Flag.Range
			s.script.Splices = append(s.script.Splices, Splice{File: part.Op.Range.File,
				Start: r.Start.Offset, End: r.End.Offset, From: r, Old: name, New: fresh})
		}
	}
}
