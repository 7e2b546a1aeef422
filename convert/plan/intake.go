package plan

import (
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/stagefold/stagefold/convert/dockerfile"
	"github.com/stagefold/stagefold/convert/finding"
	"github.com/stagefold/stagefold/shparse"
)

// An intake is a COPY or ADD that takes at least one artifact.
type intake struct {
	transfer *dockerfile.Transfer
	items    []item // one for each source, in order
}

// An item is what one source of an intake stands for.
type item struct {
	word      dockerfile.Path
	artifacts []artifact
	context   bool // it also copies files of the build context
}

// An artifact is a file or directory that came out of a builder.
type artifact struct {
	from *node
	host string // where it was on the host, relative to the root
	// rel is its path below the directory that the source names, or "" where it
	// is what the source names.
	rel  string
	path string // absolute, in the builder; with wildcards where glob
	glob bool
	file shparse.File
	// inner are the entries for what the script did below it since it came out.
	inner []shparse.File
	// packed is set where it is in an archive that ADD unpacks.
	packed bool
	// owned is set where its owners in the builder are kept.
	owned bool
}

// deeds are the operations that made the artifact what it was on the host.
func (a artifact) deeds() []finding.Range {
	return places(a.file.By)
}

// places are where operations stand.
func places(ops []*shparse.Op) []finding.Range {
	var list []finding.Range
	for _, op := range ops {
		list = append(list, op.Range)
	}
	return list
}

// A resolver answers what a source of a build's copies stands for.
type resolver struct {
	p     *planner
	n     *node
	files *shparse.Files
}

// resolve finds the artifacts that the node's copies take.
func (p *planner) resolve(n *node) {
	r := &resolver{p: p, n: n, files: n.part.Op.Files}
	for _, stage := range n.stages() {
		for _, in := range stage.Instructions {
			if t, ok := in.Transfer(n.part.Args); ok && t.From == "" && !t.Heredoc {
				r.transfer(t)
			}
			r.refuseMounts(in)
		}
	}
}

// at is what the host has at a path when the node is built.
func (r *resolver) at(host string) (shparse.File, bool) {
	f, ok := r.files.At(host)
	return r.p.unshared(f), ok
}

// refuseMounts refuses a RUN that sees the artifacts through a mount of the build
// context.
func (r *resolver) refuseMounts(in *dockerfile.Instruction) {
	if in.Keyword == "RUN" && slices.ContainsFunc(in.Flags, contextMount) && len(r.artifactsBelow(r.n.dir)) > 0 {
		r.p.say(finding.New("SF208", in.Range, "a mount shows the build context, with the extracted files"))
	}
}

func (r *resolver) transfer(t *dockerfile.Transfer) {
	in := &intake{transfer: t}
	takes := false
	for _, src := range t.Sources {
		it := r.item(t, src)
		takes = takes || len(it.artifacts) > 0
		for _, a := range it.artifacts {
			r.foldBeside(a)
		}
		in.items = append(in.items, it)
	}
	if takes {
		r.n.takes = append(r.n.takes, in)
	}
}

// item resolves one source.
func (r *resolver) item(t *dockerfile.Transfer, src dockerfile.Path) item {
	if r.n.stream != nil {
		return r.fromStream(src)
	}
	it := item{word: src, context: true}
	switch {
	case src.Remote || src.Heredoc:
	case !src.Known:
		r.unknown(src)
	case hasWildcards(src.Expanded):
		r.glob(&it, contextPath(src.Expanded))
	default:
		r.plain(&it, t, contextPath(src.Expanded))
	}
	return it
}

// unknown refuses a source whose name is not known, where an artifact may be
// meant.
func (r *resolver) unknown(src dockerfile.Path) {
	if len(r.artifactsBelow(r.n.dir)) == 0 {
		return
	}
	r.p.say(finding.New("SF207", src.Range, "the source %q depends on %s, which is not known here",
		src.Text, strings.Join(src.Vars, ", ")).
		WithHint("pass the value with --build-arg in the script, or write the path out"))
}

// plain resolves a source without wildcards.
func (r *resolver) plain(it *item, t *dockerfile.Transfer, rel string) {
	host := path.Join(r.n.dir, rel)
	f, ok := r.at(host)
	if r.fromMount(it, host) {
		return
	}
	if r.archive(it, t, f) {
		return
	}
	if target, linked := r.behind(f); linked {
		f = target
		r.p.linked[host] = true
	} else if r.leadsAstray(it, f) {
		return
	}
	if ok && f.Origin == shparse.Extracted && !f.Contents {
		if it.context = false; r.spoilt(it.word, f) {
			return
		}
		r.take(it, f, artifact{host: host})
		it.artifacts = append(it.artifacts, r.nestedIn(it.artifacts)...)
		return
	}
	if ok && r.spoilt(it.word, f) || r.amongContents(it, host) {
		return
	}
	r.takeBelow(it, host)
	if len(it.artifacts) == 0 && !it.context && !(ok && f.Origin == shparse.Mystery) {
		r.missing(it.word, host)
	}
}

// takeBelow resolves a directory by the artifacts that lie in it.
func (r *resolver) takeBelow(it *item, host string) {
	it.artifacts = r.artifactsBelow(host)
	for i, a := range it.artifacts {
		it.artifacts[i].rel = relative(host, a.host)
		r.foldBeside(a)
	}
	it.context = r.inContext(host) && !r.showsOnly(it.artifacts)
}

// behind is the artifact that a link of the script leads to: COPY follows a link that
// it names.
func (r *resolver) behind(link shparse.File) (shparse.File, bool) {
	name := r.files.Behind(link.Path)
	if link.Origin != shparse.Link || path.IsAbs(link.From) || !below(r.n.dir, name) {
		return link, false
	}
	f, ok := r.at(name)
	f.By = append(slices.Clone(f.By), link.By...)
	return f, ok && f.Origin == shparse.Extracted && !f.Contents
}

// leadsAstray refuses a link of the script that leads to what came out of a container in
// another way than as a file or directory of its own.
func (r *resolver) leadsAstray(it *item, link shparse.File) bool {
	if link.Origin != shparse.Link {
		return false
	}
	target, ok := r.at(r.files.Behind(link.Path))
	if !ok || !fromContainer(target) {
		return false
	}
	if !r.spoilt(it.word, target) {
		r.refuseLink(it, link, astray)
	}
	return true
}

// nestedIn are the artifacts that lie below those of a source, and came out of a
// container by themselves.
func (r *resolver) nestedIn(list []artifact) []artifact {
	var found []artifact
	for _, a := range list {
		for _, n := range r.artifactsBelow(a.file.Path) {
			if a.nested(n.file) {
				n.rel = relative(a.file.Path, n.host)
				found = append(found, n)
			}
		}
	}
	return found
}

// take makes an artifact the one that the source stands for. The template says
// where it is on the host, and which wildcards follow.
func (r *resolver) take(it *item, f shparse.File, like artifact) {
	a, ok := r.artifact(f, like.host)
	switch {
	case !ok:
	case r.ignored(a):
		r.p.say(finding.New("SF207", it.word.Range, "%q is not in the build context when %s is built: %s leaves it out",
			it.word.Text, r.n.part.File.Path, r.n.ignore.Path).WithHint("take the pattern out of %s", r.n.ignore.Path))
	default:
		a.path, a.glob = path.Join(a.path, like.path), like.glob
		it.artifacts = []artifact{a}
	}
}

// amongContents resolves a path in a directory that the contents of a container's
// directory went into, beside what it held.
func (r *resolver) amongContents(it *item, host string) bool {
	for dir := path.Dir(host); ; dir = path.Dir(dir) {
		f, ok := r.at(dir)
		if !ok || f.Origin != shparse.Extracted || !f.Contents {
			if dir == "." || dir == "/" {
				return false
			}
			continue
		}
		if r.onDisk(host) {
			r.p.say(finding.New("SF217", it.word.Range, "%q is taken to be the repository's, not one of the files in %q of the builder", host, f.Source))
			return false
		}
		a, ok := r.artifact(f, host)
		a.path = path.Join(f.Source, relative(dir, host))
		a.inner = slices.DeleteFunc(a.inner, func(e shparse.File) bool { return !below(host, e.Path) })
		if ok && !r.ignored(a) {
			it.context, it.artifacts = false, []artifact{a}
		}
		return ok
	}
}

// missing refuses a source that nothing makes.
func (r *resolver) missing(w dockerfile.Path, host string) {
	if len(r.p.artifactHosts(r.files)) == 0 || finding.Refused(r.p.findings) {
		return // nothing was extracted yet: the script's own affair; or it is said why
	}
	r.p.say(finding.New("SF207", w.Range, "%q is not in the build context when %s is built: neither the repository nor the script makes %q",
		w.Text, r.n.part.File.Path, host))
}

// spoilt refuses an artifact that is not what came out of the container: a command
// without a model may have changed it, or it came in a way that is not known.
func (r *resolver) spoilt(w dockerfile.Path, f shparse.File) bool {
	switch {
	case f.Origin == shparse.Mystery && fromContainer(f):
		r.p.say(touched(f))
	case f.Origin == shparse.Unpacked && fromContainer(f), f.Origin == shparse.Extracted && f.Stream && f.Source == "":
		r.p.say(finding.New("SF207", w.Range, "%q is what a container prints, and which of its files that is can't be told", w.Text).
			WithHint("copy the file out by name with docker cp"))
	case f.Mixed():
		r.p.say(mixture(f))
	default:
		return false
	}
	return true
}

// touched is the refusal of an artifact that the last operation on it changed in
// an unknown way.
func touched(f shparse.File) finding.Finding {
	last := f.By[len(f.By)-1]
	found := finding.New("SF003", last.Range, "%q changes the extracted file %q in a way that is not known", shortName(last), writtenPath(f).String())
	if text, file := inBuilder(last); text != "" {
		return found.WithHint("put \"RUN %s\" at the end of %s, take the step out here, and copy what it makes", text, file)
	}
	return found
}

// inBuilder is an operation on extracted files as it reads in the builder's stage, and
// the builder's Dockerfile; "" where that is not plain.
func inBuilder(op *shparse.Op) (text, file string) {
	var words []string
	for _, a := range op.Argv {
		word, known := a.Known()
		if !known || !quotable.MatchString(word) || a.MaySplit {
			return "", ""
		}
		if name, ok := op.HostPath(a.Value).Known(); ok {
			if f, ok := op.Files.At(name); ok && f.Origin == shparse.Extracted && !f.Stream && f.Container.Image.Build != nil {
				if b, ok := f.Container.Image.Build.Act.(*shparse.Build); ok {
					file, word = b.FilePath.String(), f.Source
				}
			}
		}
		if !plainWord.MatchString(word) {
			word = "'" + word + "'"
		}
		words = append(words, word)
	}
	if file == "" {
		return "", ""
	}
	return strings.Join(words, " "), file
}

// fromContainer reports whether a file once came out of a container.
func fromContainer(f shparse.File) bool {
	return f.Container != nil || slices.ContainsFunc(f.By, func(op *shparse.Op) bool {
		switch a := op.Act.(type) {
		case *shparse.Copy:
			return !a.Into
		case *shparse.Create, *shparse.Export, *shparse.Exec:
			return true
		}
		return false
	})
}

// commandName is the first word of an operation.
func commandName(op *shparse.Op) string {
	if len(op.Argv) == 0 {
		return ""
	}
	return op.Argv[0].String()
}

// artifact makes an artifact of a file that the tracer saw extracted.
func (r *resolver) artifact(f shparse.File, host string) (artifact, bool) {
	if hole := unknownSource(f); hole != nil {
		r.p.say(unknownValue(f.By[0].Range, "the path in the container", hole))
		return artifact{}, false
	}
	if f.Mounted && r.p.workers[f.Container] != nil {
		made, ok := r.p.writerOf(f)
		if !ok {
			r.p.say(finding.New("SF231", f.By[0].Range, "%q holds what several containers wrote there, and which of them made what is not known", f.Path))
			return artifact{}, false
		}
		f.Container, f.Source, f.By = made.Container, made.Source, slices.Concat(made.By[:1], f.By[1:])
		f = r.p.carried(f)
	}
	from := r.p.makerOf(f.Container)
	if from == nil {
		r.p.say(finding.New("SF007", f.By[0].Range, "%q comes out of a container of %q, which the script does not build",
			f.Path, f.Container.Image.Ref.String()))
		return artifact{}, false
	}
	if f.Stream && !path.IsAbs(f.Source) {
		dir, ok := workdir(from, f.Container)
		if !ok {
			r.p.say(finding.New("SF207", f.By[0].Range, "%q is printed by a process whose working directory is not known", f.Source).
				WithHint("name the file by its absolute path"))
			return artifact{}, false
		}
		f.Source = path.Join(dir, f.Source)
	}
	if strings.Contains(f.Source, "\x00") {
		r.p.say(finding.New("SF207", f.By[0].Range, "which of the builder's files %q brings is not known", commandName(f.By[len(f.By)-1])).
			WithHint("write the file's name out in the script"))
		return artifact{}, false
	}
	if !r.partOfImage(f) {
		return artifact{}, false
	}
	a := artifact{from: from, host: host, path: f.Source, file: f}
	a.inner = innerOf(a, r.p.originals(r.files.Under(f.Path)))
	return a, true
}

// partOfImage refuses the whole file system of a container, and says what is assumed of
// directories that in a container have files of the engine's. An image does not have
// those: .dockerenv, /dev/console, /etc/hostname, hosts, mtab and resolv.conf, all empty
// (measured with docker cp and docker export).
func (r *resolver) partOfImage(f shparse.File) bool {
	switch at := f.By[0].Range; path.Clean(f.Source) {
	case "/":
		r.p.say(finding.New("SF207", at, "%q holds the whole file system of a container, with what the engine adds to it", f.Path).
			WithHint("copy the directories that the image needs by name"))
		return false
	case "/etc", "/dev":
		r.p.say(finding.New("SF217", at, "no image is taken to need the empty files that the engine has in %q of a container", f.Source))
	}
	return true
}

// workdir is the directory that the process of a builder's container works in.
func workdir(n *node, c *shparse.Container) (string, bool) {
	if run, ok := runOf(c); ok && run.Flag("workdir") != nil {
		dir, known := run.Flag("workdir").Value.Known()
		return dir, known && path.IsAbs(dir)
	}
	if n.part.Stage == nil {
		return "/", !n.part.Made // its Dockerfile was refused already
	}
	end := n.part.Stage.At(nil, n.part.Args)
	return end.Workdir, end.WorkdirKnown
}

// unknownSource is the path that a file was copied from, where it has holes.
func unknownSource(f shparse.File) shparse.Value {
	for _, op := range f.By {
		if c, ok := op.Act.(*shparse.Copy); ok && len(c.Path.Holes()) > 0 {
			return c.Path
		}
	}
	return nil
}

// ignored reports whether the context leaves the artifact out.
func (r *resolver) ignored(a artifact) bool {
	out, err := r.n.ignore.Excluded(relative(r.n.dir, a.host))
	return err == nil && out
}

// mixture is the refusal of a directory that holds extracted files beside others
// that the script put there before.
func mixture(f shparse.File) finding.Finding {
	last := f.By[len(f.By)-1]
	return finding.New("SF207", last.Range, "%q puts files into %q, which holds others that the script put there before", commandName(last), f.Path).
		WithHint("use a directory of its own for each, and a COPY for each")
}

// artifactsBelow lists the artifacts at or below dir that the build can see.
func (r *resolver) artifactsBelow(dir string) []artifact {
	var found []artifact
	for _, f := range r.files.Under(dir) {
		f = r.p.unshared(f)
		if f.Origin == shparse.Mystery && fromContainer(f) {
			r.p.say(touched(f))
			continue
		}
		if f.Mixed() {
			r.p.say(mixture(f))
			continue
		}
		if f.Origin != shparse.Extracted {
			continue
		}
		if slices.ContainsFunc(found, func(a artifact) bool { return a.holds(f) }) {
			continue
		}
		if a, ok := r.artifact(f, f.Path); ok && !r.ignored(a) {
			found = append(found, a)
		}
	}
	return append(found, r.mountsBelow(dir)...)
}

// inContext reports whether the context holds the path without the artifacts.
func (r *resolver) inContext(host string) bool {
	if f, ok := r.at(host); ok {
		switch f.Origin {
		case shparse.Removed:
			return r.othersBelow(host)
		case shparse.Directory:
			return r.othersBelow(host)
		case shparse.Extracted: // into a directory that stood there before
			return r.onDisk(host) || r.othersBelow(host)
		case shparse.Repository:
		default:
			return true
		}
	}
	return r.onDisk(host) || r.othersBelow(host)
}

// othersBelow reports whether the script made something below dir that is
// neither an artifact nor a directory that only holds artifacts.
func (r *resolver) othersBelow(dir string) bool {
	for _, f := range r.files.Under(dir) {
		if r.p.folded[f.Path] {
			continue
		}
		switch r.p.unshared(f).Origin {
		case shparse.Extracted, shparse.Removed:
		case shparse.Directory:
			if len(r.artifactsBelow(f.Path)) == 0 || f.Path != dir && hasOwnMode(f) {
				return true // an empty directory is copied too, and one with a mode of its own
			}
		default:
			return true
		}
	}
	return false
}

// hasOwnMode reports whether a directory that the script made has another mode than
// COPY gives to those that it makes.
func hasOwnMode(f shparse.File) bool {
	return slices.ContainsFunc(f.Modes, func(m string) bool { return !slices.Contains(directoryModes, strings.TrimPrefix(m, "-R ")) })
}

// directoryModes leave a new directory as it is.
var directoryModes = []string{"755", "0755", "+x", "a+x", "a+rx", "+rx", "u+rwx"}

func (r *resolver) onDisk(host string) bool {
	_, err := fs.Stat(r.p.in.FS, host)
	return err == nil
}

// contextPath makes a source relative to the context directory: a leading slash
// stands for the context's root.
func contextPath(src string) string {
	return strings.TrimPrefix(path.Clean("/"+src), "/")
}

// relative returns name as seen from dir, "" for dir itself. Both are relative
// to the root of the repository, and name is at or below dir.
func relative(dir, name string) string {
	switch dir {
	case name:
		return ""
	case ".":
		return name
	}
	return strings.TrimPrefix(strings.TrimPrefix(name, dir), "/")
}

// below reports whether name is dir or lies below it.
func below(dir, name string) bool {
	return dir == "." || name == dir || strings.HasPrefix(name, dir+"/")
}

func hasWildcards(s string) bool { return strings.ContainsAny(s, "*?[") }
