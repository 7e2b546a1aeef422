package plan

import (
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/stagefold/stagefold/convert/dockerfile"
	"github.com/stagefold/stagefold/convert/finding"
	"github.com/stagefold/stagefold/shparse"
)

// archive resolves an archive that the script packed, with artifacts in it. ADD unpacks
// it: COPY --from brings the artifacts to the same places. It reports whether f is one.
func (r *resolver) archive(it *item, t *dockerfile.Transfer, f shparse.File) bool {
	if f.Origin != shparse.Packed || !slices.ContainsFunc(f.Members, fromContainer) {
		return false
	}
	it.context = false
	op := f.By[len(f.By)-1]
	switch {
	case !t.Add:
		r.p.say(finding.New("SF003", op.Range, "%q packs extracted files on the host, and the image holds the archive", commandName(op)).
			WithHint("pack the archive in the builder's Dockerfile, and extract it"))
	case t.Chown.Expanded != "":
		r.p.say(finding.New("SF209", it.word.Range, "ADD --chown unpacks %q, which builders differ about", it.word.Text))
	case slices.ContainsFunc(f.By, oddlyPacked):
		r.p.say(finding.New("SF209", it.word.Range, "ADD unpacks %q on some versions of Docker only", it.word.Text))
	default:
		r.members(it, t, f)
	}
	return true
}

// oddlyPacked reports whether an archive is compressed in a way that not every ADD knows.
func oddlyPacked(op *shparse.Op) bool {
	return slices.ContainsFunc(op.Argv, func(a shparse.Arg) bool {
		return oddPacking.MatchString(a.String())
	})
}

var oddPacking = pattern(`^(--zstd|--lzip|--lzma|--lzop|--use-compress-program.*|-I.*|zip|zstd|.*\.(zst|tzst|lz|lzma|lzo|Z))$`)

// members makes artifacts of the extracted files in an archive. The others stay in it.
func (r *resolver) members(it *item, t *dockerfile.Transfer, f shparse.File) {
	var dirs []string
	for _, m := range f.Members {
		switch {
		case m.Origin == shparse.Extracted && slices.ContainsFunc(it.artifacts, func(a artifact) bool { return a.holds(m) }):
		case m.Origin == shparse.Removed:
		case m.Origin == shparse.Directory && hasOwnMode(m):
			r.p.say(finding.New("SF209", it.word.Range, "ADD unpacks %q, with a directory that has a mode of its own", it.word.Text))
		case m.Origin == shparse.Directory:
			dirs = append(dirs, m.Path)
		case fromContainer(m):
			r.member(it, f, m)
		default:
			it.context = true
		}
	}
	r.p.archives[f.Path] = !it.context
	if len(it.artifacts) > 0 {
		r.assumePacked(it, f)
		r.assumeDirectories(it, t, dirs)
	}
}

func (r *resolver) member(it *item, f, m shparse.File) {
	if r.spoilt(it.word, m) {
		return
	}
	if a, ok := r.artifact(m, path.Join(f.Path, m.Path)); ok {
		a.rel, a.packed = relative(".", m.Path), true
		a.inner = innerOf(a, slices.DeleteFunc(slices.Clone(f.Members), func(o shparse.File) bool { return !below(m.Path, o.Path) }))
		it.artifacts = append(it.artifacts, a)
	}
}

// assumePacked says that what an archive says of owners is taken to be root, who is the
// owner of what docker cp makes where root runs the script.
func (r *resolver) assumePacked(it *item, f shparse.File) {
	op := f.By[len(f.By)-1]
	_, streamed := op.Act.(*shparse.Copy)
	if !streamed && !r.packsAsRoot(op) {
		r.p.say(finding.New("SF234", op.Range, "%q is taken to be run by root: what it packs belongs to who runs it", commandName(op)))
	}
	for i, a := range it.artifacts {
		it.artifacts[i].owned = streamed || r.keepsOwner(it, a) && !r.packsAsRoot(op)
	}
}

// keepsOwner reports whether a file on the host has the owner that it has in the builder:
// tar run by root unpacks it so, and what a container makes in a mounted directory
// belongs to who its process runs as. A copy belongs to who makes it.
func (r *resolver) keepsOwner(it *item, a artifact) bool {
	keeps := a.file.Mounted && !r.p.copiesOut(a.file)
	if a.file.Mounted && !keeps {
		run, _ := runOf(a.file.Container)
		keeps = preserving(run.Argv)
		if user := a.from.last("USER"); !keeps && user != nil && !rootUser(user.Text) {
			r.p.say(finding.New("SF209", it.word.Range, "ADD unpacks %q, which belongs to the user of the container that copied it", it.word.Text))
		}
	}
	for _, op := range a.file.By {
		h, ok := op.Act.(*shparse.Host)
		if !ok {
			continue
		}
		for _, e := range h.Effects {
			switch e.Verb {
			case shparse.Unpack:
				keeps = !slices.ContainsFunc(op.Argv, func(w shparse.Arg) bool { return w.String() == "--no-same-owner" })
			case shparse.CopyTo:
				keeps = keeps && preserving(op.Argv)
			}
		}
	}
	return keeps
}

// preserving reports whether flags of cp keep the owner.
func preserving(argv []shparse.Arg) bool {
	return slices.ContainsFunc(argv, func(w shparse.Arg) bool { return preserve.MatchString(w.String()) })
}

var preserve = pattern(`^(-[a-zA-Z]*[ap][a-zA-Z]*|--archive|--preserve(=.*(all|ownership).*)?)$`)

// checkPacked refuses files of archives that ADD unpacks in another way than COPY --from
// copies them.
func (r *rewriter) checkPacked() {
	for _, it := range r.in.items {
		for _, a := range it.artifacts {
			switch {
			case !a.packed:
			case !a.owned && privileged(a):
				r.p.say(finding.New("SF209", it.word.Range, "ADD unpacks %q, and %q may have a setuid or setgid bit", it.word.Text, a.path))
			case a.owned && !rootOwned(a) && r.p.kindOf(a) != fileKind:
				r.p.say(finding.New("SF209", it.word.Range, "ADD unpacks %q, with the owner that %q has in the builder", it.word.Text, a.path))
			}
		}
	}
}

// packsAsRoot reports whether flags of tar say that all belongs to root.
func (r *resolver) packsAsRoot(op *shparse.Op) bool {
	owned := 0
	for _, a := range append(slices.Clone(op.Argv), r.p.feeder(op).Argv...) {
		if rootOwner.MatchString(a.String()) {
			owned++
		}
	}
	return owned > 1
}

// feeder is the tar in front of an operation, which it may get its input from.
func (p *planner) feeder(op *shparse.Op) *shparse.Op {
	if i := slices.Index(p.way.Ops, op); i > 0 && commandName(p.way.Ops[i-1]) == "tar" {
		return p.way.Ops[i-1]
	}
	return &shparse.Op{}
}

var rootOwner = pattern(`^--(owner|group)=(0|root|root:0)$`)

// assumeDirectories looks at the directories of an archive: ADD gives those of the image
// the mode and owner that they have there.
func (r *resolver) assumeDirectories(it *item, t *dockerfile.Transfer, dirs []string) {
	dest, known := t.Target()
	for _, dir := range dirs {
		name := path.Join(dest, dir)
		switch {
		case known && slices.Contains([]string{"/tmp", "/var/tmp", "/root"}, name):
			r.p.say(finding.New("SF209", it.word.Range, "ADD unpacks %q, and changes the mode of %q", it.word.Text, name))
		case !known || !wellKnownDirectory(name):
			r.p.say(finding.New("SF217", it.word.Range, "%q is taken to be no directory of the base image, or one with mode 0755", name))
			return
		}
	}
}

// packsAway reports whether an operation packs artifacts into an archive that builds
// unpack.
func (s *scaffold) packsAway(op *shparse.Op) bool {
	h, _ := op.Act.(*shparse.Host)
	if i := slices.IndexFunc(s.p.way.Ops, func(o *shparse.Op) bool { return s.p.feeder(o) == op }); i > 0 && s.packsAway(s.p.way.Ops[i]) {
		return true
	}
	return h != nil && slices.ContainsFunc(h.Effects, func(e shparse.Effect) bool {
		name, _ := e.Path.Known()
		_, ok := s.p.archives[name]
		return e.Verb == shparse.Pack && ok
	})
}

// isMember reports whether a word of an operation names a file that it packs.
func isMember(op *shparse.Op, a shparse.Arg) bool {
	h, _ := op.Act.(*shparse.Host)
	return h != nil && !strings.HasPrefix(a.String(), "-") && slices.ContainsFunc(h.Effects, func(e shparse.Effect) bool {
		return e.Verb == shparse.Pack && e.From.Key() == op.HostPath(a.Value).Key()
	})
}

// checkArchives refuses archives of artifacts that a copy takes as they are.
func (p *planner) checkArchives(nodes []*node) {
	for _, n := range nodes {
		for _, host := range slices.Sorted(maps.Keys(p.archives)) {
			if !n.sweepsUp(host) {
				continue
			}
			for _, src := range n.contextSources() {
				if covers(src, relative(n.dir, host)) && contextPath(src.Expanded) != relative(n.dir, host) {
					p.say(finding.New("SF208", src.Range, "the copy takes %q too, an archive of extracted files", host))
				}
			}
		}
	}
}
