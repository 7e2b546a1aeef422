package plan

import (
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/stagefold/stagefold/convert/dockerfile"
	"github.com/stagefold/stagefold/convert/edit"
	"github.com/stagefold/stagefold/convert/finding"
	"github.com/stagefold/stagefold/shparse"
)

// mount writes the line that shows a mounted directory to the RUN.
func (w *workshop) mount(j *job, m shparse.Mount, workdir string) {
	at := m.Flag.Range
	target, ok := m.Path.Known()
	if !ok || !path.IsAbs(target) || !plainWord.MatchString(target) {
		w.refuse(at, "the mount point %q is not a plain absolute path", m.Path.String())
		return
	}
	target = path.Clean(target)
	host, known := m.Host.Known()
	switch {
	case m.Volume, !known, outside(host):
		w.foreign(m, target)
	case !plainWord.MatchString(host) || hasWildcards(host):
		w.refuse(at, "the mounted path %q can't be written in a COPY", host)
	case slices.Contains(w.shown, target):
	default:
		w.shown = append(w.shown, target)
		w.checkBase(m, target)
		w.show(j, m, shown{host: host, target: target, workdir: workdir})
	}
}

// shown is a directory of the host that a container sees.
type shown struct{ host, target, workdir string }

// show copies what the directory holds, or makes it where it is new.
func (w *workshop) show(j *job, m shparse.Mount, s shown) {
	held, there := w.holds(s), w.isThere(j.op, s.host)
	switch {
	case held == others && there:
		w.add(j.op, "RUN rm -rf "+s.target)
	case held == others:
		w.add(j.op, "RUN rm -rf "+s.target+" && mkdir -p "+s.target)
	case !there && !w.makesDirectory(s.target):
		w.add(j.op, "RUN mkdir -p "+s.target)
	}
	if !there {
		return
	}
	if !below(w.n.dir, s.host) {
		if len(w.n.contextCopies()) > 0 {
			w.refuse(m.Flag.Range, "the mounted directory %q lies outside of %q, the context of %s", s.host, w.n.dir, w.n.part.File.Path)
			return
		}
		w.n.dir, w.n.ignore = s.host, nil
	}
	w.checkIgnored(m, s.host)
	if held == same {
		return
	}
	src, dest := relative(w.n.dir, s.host), s.target
	if src == "" {
		src = "."
	}
	if s.workdir == s.target {
		if w.dir != s.workdir && j.run.Flag("workdir") != nil {
			w.add(j.op, "WORKDIR "+s.workdir)
			w.dir = s.workdir
		}
		dest = "."
	}
	w.add(j.op, "COPY "+src+" "+dest)
}

// makesDirectory reports whether the stage makes the directory.
func (w *workshop) makesDirectory(name string) bool {
	for _, s := range stageChain(w.n.part.Stage) {
		for _, in := range s.Instructions {
			if in.Keyword == "WORKDIR" && w.n.worksBelow(in, name) {
				return true
			}
			if text := runText(in); in.Keyword == "RUN" && containsWord(text, name) && !containsWord(mkdirs.ReplaceAllString(text, ""), name) {
				return true
			}
		}
	}
	return false
}

var mkdirs = pattern(`\bmkdir\s[^;&|\n]*`, "mkdir")

// caches are directories in which tools keep what they fetch or could make again.
var caches = []string{
	"/root/.m2", "/root/.gradle", "/root/.npm", "/root/.cache", "/root/.ivy2", "/root/.sbt", "/root/.cargo", "/root/.composer", "/root/.nuget",
	"/go/pkg", "/usr/local/cargo", "/usr/local/share/.cache", "/home/gradle/.gradle", "/var/cache", "/root/.yarn", "/root/.pub-cache", "/root/.ccache", "/tmp",
}

// foreign deals with a mount of what is not in the repository.
func (w *workshop) foreign(m shparse.Mount, target string) {
	host := m.Host.String()
	switch {
	case strings.HasSuffix(host, "docker.sock"):
		w.refuse(m.Flag.Range, "the container uses the Docker daemon of the host, which a RUN can't reach")
	case slices.ContainsFunc(caches, func(c string) bool { return below(c, target) }):
		w.p.say(finding.New("SF233", m.Flag.Range, "the cache at %q is taken to make no difference", target))
	case m.Volume && len(m.Host) > 0:
		w.refuse(m.Flag.Range, "what the volume %q holds at %q is not known", host, target)
	case m.Volume:
		w.refuse(m.Flag.Range, "a volume of its own at %q hides what is below it", target)
	default:
		w.refuse(m.Flag.Range, "the mounted path %q is not in the repository", host)
	}
}

// checkBase refuses a mount over files that the base image has there, which a COPY
// would not hide.
func (w *workshop) checkBase(m shparse.Mount, target string) {
	if v := w.volumeAt(target); v != nil {
		w.dropVolume(m, v, target)
	}
	base := baseOf(w.n.part.Stage, w.n.part.Args)
	switch official := has(base, runsAsRoot); {
	case base.Scratch():
	case systemDirectory(target):
		w.refuse(m.Flag.Range, "the mount hides what the image %q has at %q", base.Image, target)
	case !official:
		w.p.say(finding.New("SF233", m.Flag.Range, "the image %q is taken to have no files at %q", base.Image, target))
	}
}

// emptyDirectories are there, and empty, in images of a usual system.
var emptyDirectories = []string{"/home", "/media", "/mnt", "/opt", "/srv", "/tmp", "/var/tmp", "/go/src", "/usr/src"}

// systemDirectory reports whether the images of a usual system have files there.
func systemDirectory(name string) bool {
	if slices.Contains(emptyDirectories, name) {
		return false
	}
	if wellKnownDirectory(name) || name == "/go" {
		return true
	}
	for _, dir := range [...]string{"/bin", "/boot", "/dev", "/etc", "/lib", "/lib64", "/proc", "/run", "/sbin", "/sys", "/usr/bin", "/usr/lib", "/usr/share", "/usr/sbin", "/usr/local/go"} {
		if below(dir, name) {
			return true
		}
	}
	return false
}

// A holding says what the image has where a directory is mounted.
type holding uint8

const (
	nothing holding = iota // or some of the files that the mount shows
	same                   // all the files that the mount shows
	others                 // files that the mount hides
)

// holds says what the image has at a mount point.
func (w *workshop) holds(s shown) holding {
	held := nothing
	for _, st := range stageChain(w.n.part.Stage) {
		for _, in := range st.Instructions {
			if slices.Contains(w.cuts, in) {
				continue
			}
			if t, ok := in.Transfer(w.n.part.Args); ok {
				held = max(held, w.transferHolds(t, s))
			}
			if in.Keyword == "RUN" && w.writesTo(in, s.target) {
				held = others
			}
		}
	}
	return held
}

// transferHolds says what a COPY puts at a mount point.
func (w *workshop) transferHolds(t *dockerfile.Transfer, s shown) holding {
	dest, known := t.Target()
	switch {
	case !known:
		return others
	case !below(s.target, path.Clean(dest)):
		return nothing
	case t.From != "" || t.Heredoc || t.Add || t.Chown.Expanded != "" || t.Instruction.Flag("chmod") != nil:
		return others
	}
	for _, src := range t.Sources {
		if !src.Known || hasWildcards(src.Expanded) {
			return others
		}
		host := path.Join(w.n.dir, contextPath(src.Expanded))
		info, err := fs.Stat(w.p.in.FS, host)
		switch {
		case err != nil || !below(s.host, host):
			return others
		case !info.IsDir() && directoryLike(dest):
			host = path.Dir(host)
		}
		if path.Join(s.target, relative(s.host, host)) != path.Clean(dest) {
			return others
		}
		if host == s.host && info.IsDir() {
			return same
		}
	}
	return nothing
}

// writesTo reports whether a RUN may put files at or below a directory.
func (w *workshop) writesTo(in *dockerfile.Instruction, target string) bool {
	st := in.Stage.At(in, w.n.part.Args)
	text := mkdirs.ReplaceAllString(runText(in), "")
	return st.WorkdirKnown && st.Workdir != "/" && below(target, st.Workdir) || containsWord(text, target)
}

// volumeAt returns the VOLUME of the stage for a directory at or above the path.
func (w *workshop) volumeAt(target string) *dockerfile.Instruction {
	for _, in := range w.n.part.Stage.Instructions {
		if in.Keyword == "VOLUME" && slices.ContainsFunc(in.Words, func(o dockerfile.Word) bool { return below(path.Clean(o.Value), target) }) {
			return in
		}
	}
	return nil
}

// dropVolume takes a VOLUME away that only named the mount point: what a RUN writes
// there would be lost.
func (w *workshop) dropVolume(m shparse.Mount, in *dockerfile.Instruction, target string) {
	if len(in.Words) != 1 || path.Clean(in.Words[0].Value) != target {
		w.refuse(m.Flag.Range, "%q lies in a volume of the image, where a RUN has no lasting effect", target)
		return
	}
	w.cuts = append(w.cuts, in)
}

// checkIgnored says which files the container saw that the build context leaves out.
func (w *workshop) checkIgnored(m shparse.Mount, host string) {
	ignore := w.n.ignore
	if w.n.part.Made {
		ignore = w.taker().ignore
		if dir := w.taker().dir; dir != w.n.dir {
			return // contexts of different directories are compared when they are joined
		}
	}
	if ignore == nil {
		return
	}
	hidden, seen := "", false
	_ = fs.WalkDir(w.p.in.FS, host, func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return nil
		}
		out, err := ignore.Excluded(relative(w.n.dir, name))
		switch {
		case err != nil:
		case !out:
			seen = seen || !isBuildFile(name)
		case hidden == "" && !isBuildFile(name):
			hidden = name
		}
		return nil
	})
	switch {
	case hidden == "":
	case !seen && w.n.part.Made && w.showsArtifacts(ignore):
		w.n.lifted = ignore
	case !seen:
		w.refuse(m.Flag.Range, "%s leaves out all that the container needs, such as %q", ignore.Path, hidden)
	default:
		w.p.say(finding.New("SF233", m.Flag.Range, "the container is taken not to need the files that %s leaves out, such as %q", ignore.Path, hidden))
	}
}

// showsArtifacts reports whether an ignore file hides all but what the containers made:
// where a stage makes that, the file has no use.
func (w *workshop) showsArtifacts(ignore *dockerfile.Ignore) bool {
	if ignore.Specific || !slices.Contains([]string{"*", "**"}, ignore.Patterns[0]) {
		return false
	}
	return !slices.ContainsFunc(ignore.Patterns[1:], func(pattern string) bool {
		name, not := strings.CutPrefix(pattern, "!")
		return !not || hasWildcards(name) || !w.taker().takesHost(path.Join(path.Dir(ignore.Path), name))
	})
}

// lift plans that the ignore file of the context goes, where it hid all that the work of
// a container needs; nil where it stays.
func (p *planner) lift(nodes []*node) *IgnoreFile {
	var lifted *dockerfile.Ignore
	for _, n := range nodes {
		if n.lifted != nil {
			lifted = n.lifted
		}
	}
	if lifted == nil {
		return nil
	}
	for _, n := range p.nodes {
		part := slices.Contains(nodes, n)
		dir, ok := n.part.Build.Dir.Known()
		if n.lifted != nil || ok && dir != path.Dir(lifted.Path) {
			continue
		}
		if !part || n.takesTrees(p) {
			p.say(finding.New("SF231", n.part.Build.Context.Word, "%s hides the files that the container needs, and this build reads it too", lifted.Path))
			return nil
		}
	}
	return &IgnoreFile{Path: lifted.Path, Old: lifted.Source, Edits: []edit.Edit{{Start: 0, End: len(lifted.Source)}}}
}

// isBuildFile reports whether a file only serves the build of images.
func isBuildFile(name string) bool {
	base := path.Base(name)
	return strings.Contains(base, "Dockerfile") || base == ".dockerignore" || base == ".gitignore" || strings.HasPrefix(name, ".git/")
}
