package plan

import (
	"path"
	"slices"

	"github.com/stagefold/stagefold/convert/finding"
	"github.com/stagefold/stagefold/shparse"
)

// A scaffold knows what only served the extraction: images, containers and host
// files of the old way.
type scaffold struct {
	p      *planner
	folds  []*Fold
	script Script
	images []*shparse.Image // the builders' images
	// containers are the names of the containers of the extraction, as keys.
	containers []string
	// hosts are the host paths that held artifacts at some time, and the
	// directories that the script made for them.
	hosts []string

	kept   *keeping
	claims []claim // of this round
}

// script plans what becomes of the script.
func (p *planner) script(folds []*Fold) Script {
	s := &scaffold{p: p, folds: folds, kept: &keeping{ops: map[*shparse.Op]bool{}}}
	for _, b := range s.builders() {
		s.images = append(s.images, b.Build.Image)
	}
	p.scaffold = s
	s.settle()
	s.names()
	s.script.Hosts = s.hosts
	for _, f := range folds {
		s.passFlags(f)
		s.moveContext(f)
	}
	s.retarget()
	s.warnAppended()
	return s.script
}

// warnAppended says where what is left of the script appends to a file that a command made
// which goes.
func (s *scaffold) warnAppended() {
	for _, f := range s.p.way.Files.All() {
		if f.Origin != shparse.Generated || s.p.onDisk(f.Path) || !s.script.Drop[f.By[0]] {
			continue
		}
		if i := slices.IndexFunc(f.By, func(op *shparse.Op) bool { return !s.script.Drop[op] }); i > 0 {
			s.p.say(finding.New("SF245", f.By[i].Range, "%q is not begun anew any more: the command that did so goes, and this one appends to it", f.Path))
		}
	}
}

// builders are the builders of all folds.
func (s *scaffold) builders() []*Part {
	var list []*Part
	for _, f := range s.folds {
		list = append(list, f.Builders()...)
	}
	return list
}

// tidy plans the script of a way that folds nothing, such as one that only cleans
// up: removals of what another way does not make any more go there too.
func (p *planner) tidy(model *scaffold) Script {
	s := &scaffold{p: p, folds: model.folds, containers: model.containers, hosts: model.hosts, kept: model.kept,
		script: newScript()}
	for _, op := range p.way.Ops {
		switch a := op.Act.(type) {
		case *shparse.RemoveContainer:
			s.removeContainers(op, a)
		case *shparse.RemoveImage:
			s.removeImages(op, a)
		case *shparse.Host:
			if s.onlyRemoves(a) || a.Test {
				s.host(op, a)
			}
		}
	}
	return s.script
}

// judge decides on one operation: it goes, it stays, or it can't be had both
// ways.
func (s *scaffold) judge(op *shparse.Op) {
	switch a := op.Act.(type) {
	case *shparse.Build:
		s.build(op, a)
	case *shparse.Create:
		s.create(op, a)
	case *shparse.Copy:
		s.copy(op, a)
	case *shparse.Exec:
		s.exec(op, a)
	case *shparse.Start:
		s.start(op, a)
	case *shparse.RemoveContainer:
		s.removeContainers(op, a)
	case *shparse.RemoveImage:
		s.removeImages(op, a)
	case *shparse.Tag:
		s.other(op, []*shparse.Image{a.Image}, nil)
	case *shparse.Push:
		s.other(op, []*shparse.Image{a.Image}, nil)
	case *shparse.Commit:
		s.other(op, nil, []*shparse.Container{a.Container})
	case *shparse.Export:
		s.export(op, a)
	case *shparse.Docker:
		s.other(op, a.Images, a.Containers)
	case *shparse.Host:
		s.host(op, a)
	case *shparse.Unknown:
		s.unknown(op, a)
	}
}

func (s *scaffold) drop(op *shparse.Op) { s.script.Drop[op] = true }

// extracted reports whether the container was made from a builder's image.
func (s *scaffold) extracted(c *shparse.Container) bool {
	return c != nil && (slices.Contains(s.images, c.Image) || s.p.equipped(c))
}

// mine reports whether the container is a builder's and goes.
func (s *scaffold) mine(c *shparse.Container) bool {
	return s.extracted(c) && !slices.Contains(s.kept.containers, c)
}

// ours reports whether the image is a builder's and goes.
func (s *scaffold) ours(i *shparse.Image) bool {
	return i != nil && slices.Contains(s.images, i) && !slices.Contains(s.kept.images, i)
}

// build drops a builder's build. It refuses another build of a Dockerfile that the
// conversion changes or deletes.
func (s *scaffold) build(op *shparse.Op, b *shparse.Build) {
	if s.ours(b.Image) {
		s.drop(op)
	}
	if slices.Contains(s.images, b.Image) {
		return
	}
	name, ok := b.FilePath.Known()
	if !ok {
		return
	}
	for _, f := range s.folds {
		if f.Final().Op == op {
			return
		}
	}
	for _, f := range s.folds {
		for _, part := range f.Parts {
			if part.File.Path == name {
				s.p.say(finding.New("SF204", op.Range, "%s is built here too, without the extracted files", name))
				return
			}
		}
	}
}

// create drops a container of a builder that files are copied out of: what it does
// is part of the builder's stage by now.
func (s *scaffold) create(op *shparse.Op, c *shparse.Create) {
	if n := s.p.streamOf(c.Container); n != nil {
		s.cutStream(n)
		return
	}
	if s.p.equipped(c.Container) {
		s.drop(op)
		s.p.assumeLeft(op, c)
		return
	}
	s.mounts(op, c)
	if !s.mine(c.Container) || s.kept.ops[op] {
		return
	}
	n := s.p.nodeOf(c.Container.Image)
	if !slices.Contains(s.p.containersOf(n), c.Container) && (!s.p.idle(n, c) || tells(op, c)) {
		s.claim(claim{
			by:         op,
			finding:    finding.New("SF214", op.Range, "the builder's image %q is run for more than the extraction", c.Container.Image.Ref.String()),
			containers: []*shparse.Container{c.Container},
		})
		return
	}
	s.drop(op)
}

// tells reports whether the script reads what a container prints.
func tells(op *shparse.Op, c *shparse.Create) bool {
	return c.Run && !c.Detached && op.Captured.File != ""
}

func (s *scaffold) copy(op *shparse.Op, c *shparse.Copy) {
	switch {
	case !s.extracted(c.Container) || s.kept.ops[op]:
	case c.Into:
		s.p.say(finding.New("SF206", op.Range, "docker cp changes the container that files are copied out of"))
	default:
		s.dropMaker(op)
	}
}

// export drops a docker export whose stream is unpacked into artifacts and nothing else.
func (s *scaffold) export(op *shparse.Op, e *shparse.Export) {
	if next := op.Seq + 1; next < len(s.p.way.Ops) && s.mine(e.Container) {
		reader := s.p.way.Ops[next]
		if h, ok := reader.Act.(*shparse.Host); ok && unpacksStream(h, e.Container) && s.unpacks(reader, h) {
			s.dropMaker(op)
			return
		}
	}
	s.other(op, e.Images, []*shparse.Container{e.Container})
}

// unpacksStream reports whether an operation unpacks a stream of a container's files.
func unpacksStream(h *shparse.Host, c *shparse.Container) bool {
	return slices.ContainsFunc(h.Effects, func(e shparse.Effect) bool {
		return e.Verb == shparse.Unpack && len(e.Tar) == 1 && e.Tar[0].Container == c
	})
}

// exec drops what a stage does, and what only looks at the files.
func (s *scaffold) exec(op *shparse.Op, e *shparse.Exec) {
	if !s.mine(e.Container) || s.kept.ops[op] {
		return
	}
	n := s.p.nodeOf(e.Container.Image)
	switch {
	case n == nil:
		s.p.say(finding.New("SF206", op.Range, "docker exec works in a container that has directories of the host mounted"))
	case s.p.consumed(op):
		s.dropMaker(op)
	case s.p.moved[op] && op.Captured.File == "", s.p.looks(n, op, e):
		s.drop(op)
	case s.p.refused(op):
	case !slices.Contains(s.p.containersOf(n), e.Container):
		s.claim(claim{
			by:         op,
			finding:    finding.New("SF214", op.Range, "the builder's image %q is run for more than the extraction", e.Container.Image.Ref.String()),
			containers: []*shparse.Container{e.Container},
		})
	default:
		s.p.say(finding.New("SF206", op.Range, "docker exec changes the container that files are copied out of"))
	}
}

// quietVerbs end a container, wait for it, or show what it printed.
var quietVerbs = []string{"stop", "kill", "wait", "pause", "unpause", "attach", "logs"}

func (s *scaffold) start(op *shparse.Op, a *shparse.Start) {
	mine := 0
	for _, c := range a.Containers {
		if s.mine(c) {
			mine++
		}
	}
	verb := a.Path[len(a.Path)-1]
	switch {
	case mine == 0:
	case mine < len(a.Containers) || !slices.Contains(quietVerbs, verb) && !s.p.moved[op]:
		s.p.say(finding.New("SF206", op.Range, "docker %s runs the container that files are copied out of", verb))
	default:
		s.drop(op)
	}
}

// removeContainers drops a docker rm of the extraction's containers, also one in
// advance that clears away what an earlier run left.
func (s *scaffold) removeContainers(op *shparse.Op, a *shparse.RemoveContainer) {
	s.removeArgs(op, a.Args, func(i int) bool {
		return s.mine(a.Containers[i]) || a.Containers[i] == nil && s.containerName(a.Args[i].Value)
	})
}

// collectContainers finds the names of the containers of the extraction.
func (s *scaffold) collectContainers() {
	for _, op := range s.p.way.Ops {
		if c, ok := op.Act.(*shparse.Create); ok && s.mine(c.Container) && len(c.Container.Name) > 0 && !s.keptName(c.Container.Name) {
			s.containers = append(s.containers, c.Container.Name.Key())
		}
	}
}

// keptName reports whether a container that stays has that name.
func (s *scaffold) keptName(v shparse.Value) bool {
	return slices.ContainsFunc(s.kept.containers, func(c *shparse.Container) bool { return c.Name.Key() == v.Key() })
}

// containerName reports whether a container of the extraction has that name.
func (s *scaffold) containerName(v shparse.Value) bool { return slices.Contains(s.containers, v.Key()) }

func (s *scaffold) removeImages(op *shparse.Op, a *shparse.RemoveImage) {
	s.removeArgs(op, a.Args, func(i int) bool { return s.ours(a.Images[i]) || s.builderTag(a.Args[i].Value) })
}

// builderTag reports whether only builders have that tag.
func (s *scaffold) builderTag(v shparse.Value) bool {
	has := func(part *Part) bool { return part.tagged(v) }
	isFinal := func(f *Fold) bool { return has(f.Final()) }
	if slices.ContainsFunc(s.builders(), func(part *Part) bool { return s.kept.keeps(part) && part.tagged(v) }) {
		return false
	}
	return slices.ContainsFunc(s.builders(), has) && !slices.ContainsFunc(s.folds, isFinal)
}

// tagged reports whether the part's build is given the tag.
func (part *Part) tagged(v shparse.Value) bool {
	return slices.ContainsFunc(part.Build.Tags, func(t shparse.Arg) bool { return t.Key() == v.Key() })
}

// removeArgs drops a removal all of whose arguments go, or cuts those that do.
func (s *scaffold) removeArgs(op *shparse.Op, args []shparse.Arg, goes func(int) bool) {
	var cuts, stays []finding.Range
	for i, arg := range args {
		if goes(i) {
			cuts = append(cuts, arg.Word)
		} else {
			stays = append(stays, arg.Word)
		}
	}
	switch {
	case len(cuts) == 0:
	case len(stays) == 0:
		s.drop(op)
	default:
		cuts = slices.DeleteFunc(cuts, func(r finding.Range) bool { return slices.Contains(stays, r) })
		s.script.Cuts = append(s.script.Cuts, cuts...)
	}
}

// other claims what any further use of a builder's image or container needs.
func (s *scaffold) other(op *shparse.Op, images []*shparse.Image, containers []*shparse.Container) {
	for _, i := range images {
		if s.ours(i) {
			s.claim(claim{
				by:      op,
				finding: finding.New("SF214", op.Range, "the builder's image %q is used for more than the extraction", i.Ref.String()),
				images:  []*shparse.Image{i},
			})
		}
	}
	for _, c := range containers {
		if s.mine(c) {
			s.claim(claim{
				by:         op,
				finding:    finding.New("SF214", op.Range, "the builder's container %q is used for more than the extraction", c.Name.String()),
				containers: []*shparse.Container{c},
			})
		}
	}
}

// names lists what exists no more, so that messages about it go too.
func (s *scaffold) names() {
	for _, b := range s.builders() {
		for _, t := range b.Build.Tags {
			if text, ok := t.Known(); ok && s.builderTag(t.Value) {
				s.script.Names = append(s.script.Names, text)
			}
		}
		if !b.Made && b.Inline == nil {
			s.script.Names = append(s.script.Names, path.Base(b.File.Path))
		}
	}
	for op := range s.script.Drop {
		if c, ok := op.Act.(*shparse.Create); ok {
			if text, ok := c.Container.Name.Known(); ok && text != "" {
				s.script.Names = append(s.script.Names, text)
			}
		}
	}
	slices.Sort(s.script.Names)
	s.script.Names = slices.Compact(s.script.Names)
}
