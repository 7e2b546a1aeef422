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

// A stream is a build context that a container of a builder prints as a tar: the
// contents of one of its directories, with the Dockerfile that the builder put
// there.
type stream struct {
	run  *shparse.Op
	c    *shparse.Create
	from *node
	root string                  // the directory, absolute
	copy *dockerfile.Instruction // the COPY that puts the Dockerfile there
}

// streamed is the container whose output is the context of a build, or nil.
func streamed(b *shparse.Build) *shparse.Container {
	if len(b.Tar) != 1 || b.Tar[0].Verb != shparse.Pack || len(b.Tar[0].From) > 0 {
		return nil
	}
	if run, ok := runOf(b.Tar[0].Container); !ok || !run.Run || run.Detached || len(run.Mounts) > 0 {
		return nil
	}
	return b.Tar[0].Container
}

// openStream reads the Dockerfile of a build whose context a container prints.
func (p *planner) openStream(n *node, c *shparse.Container) []finding.Finding {
	b := n.part.Build
	run, _ := runOf(c)
	st := &stream{run: c.By, c: run, from: p.makerOf(c)}
	refuse := func(format string, args ...any) []finding.Finding {
		return []finding.Finding{finding.New("SF235", c.By.Range, format, args...)}
	}
	switch {
	case st.from == nil:
		return []finding.Finding{finding.New("SF007", c.By.Range, "the build context comes out of a container of %q, which the script does not build", c.Image.Ref.String())}
	case !p.load(st.from):
		return nil
	case b.File != nil:
		return refuse("the Dockerfile is named inside of the stream that the container prints")
	case run.Flag("tty") != nil:
		return refuse("docker run -t prints the stream through a terminal, which changes it")
	}
	if st.root = p.packedDirectory(st); st.root == "" {
		return refuse("the container prints the build context, and which of its directories that is can't be told")
	}
	if in, _ := p.putBy(st.from, st.root+"/.dockerignore"); in != nil {
		return refuse("the build context that the container prints has a .dockerignore")
	}
	in, name := p.putBy(st.from, st.root+"/Dockerfile")
	if name == "" {
		return p.refuseWritten(st)
	}
	st.copy = in
	file, problems := p.in.Load(name, c.By.Range)
	if file == nil {
		return problems
	}
	n.part.File, n.part.Args, n.dir, n.stream = file, knownArgs(b), st.from.dir, st
	return append(problems, n.setTarget()...)
}

// refuseWritten says that the Dockerfile in a stream is no file of the repository, and
// where it is written.
func (p *planner) refuseWritten(st *stream) []finding.Finding {
	at, how, name := st.run.Range, "no COPY of a file of the repository makes its", st.root+"/Dockerfile"
	for _, in := range st.from.part.Stage.Instructions {
		if in.Keyword == "RUN" && containsWord(runText(in), "Dockerfile") {
			at, how = in.Range, "a RUN writes its"
		}
	}
	return []finding.Finding{finding.New("SF235", at, "the container prints the build context, and %s %q", how, name).
		WithHint("keep the text in a file of the repository, and put it there with COPY FILE %s", name)}
}

// packedDirectory is the directory whose contents a container prints as a tar, or
// "".
func (p *planner) packedDirectory(st *stream) string {
	n := st.from
	argv, ok := p.processOf(n, st.c)
	if in := st.command(); !ok && in != nil {
		text, shell := in.Shell()
		argv, ok = strings.Fields(text), shell && plainTar.MatchString(text)
	}
	if !ok || len(argv) < 3 || path.Base(argv[0]) != "tar" {
		return ""
	}
	dir, known := workdir(n, st.c.Container)
	if !known {
		dir = ""
	}
	return packedRoot(argv[1:], dir)
}

// packedRoot is the directory whose contents, all of them, tar packs when it is
// called with words in cwd, or "".
func packedRoot(words []string, cwd string) string {
	var members []string
	packs := false
	for i := 0; i < len(words); i++ {
		switch w := words[i]; {
		case w == "-C" && i+1 < len(words):
			i++
			if cwd = path.Join(cwd, words[i]); path.IsAbs(words[i]) {
				cwd = path.Clean(words[i])
			}
		case w == "-": // the standard output
		case i == 0 || strings.HasPrefix(w, "-"):
			if !tarModes.MatchString(w) {
				return ""
			}
			packs = packs || strings.Contains(w, "c")
		default:
			members = append(members, path.Clean(w))
		}
	}
	if !packs || !slices.Equal(members, []string{"."}) || !path.IsAbs(cwd) || cwd == "/" {
		return ""
	}
	return cwd
}

var (
	plainTar = pattern(`^tar( [A-Za-z0-9_./-]+)+$`)
	tarModes = pattern(`^-?[czvf]+$`)
)

// command is the instruction that says what the image runs, where the script does
// not.
func (st *stream) command() *dockerfile.Instruction {
	if len(st.c.Argv) > 0 || st.c.Flag("entrypoint") != nil {
		return nil
	}
	if in := lastOf(st.from.part.Stage, "ENTRYPOINT"); in != nil {
		return in
	}
	return lastOf(st.from.part.Stage, "CMD")
}

// putBy returns the last COPY, or RUN of a cp, that puts a file of the repository at a
// path of the node's image, and that file. The name is "" where a RUN may have written it
// since.
func (p *planner) putBy(n *node, name string) (in *dockerfile.Instruction, file string) {
	for _, i := range n.part.Stage.Instructions {
		if i.Keyword == "RUN" && containsWord(runText(i), path.Base(name)) {
			if file = p.cpSource(n, i, name); file != "" {
				in = i
			}
			continue
		}
		t, ok := i.Transfer(n.part.Args)
		if !ok {
			continue
		}
		for _, src := range t.Sources {
			if from, ok := p.lands(n, t, src, name); ok {
				in, file = i, from
			}
		}
	}
	return in, file
}

// cpSource is the file of the repository that a RUN, which does nothing but cp, copies to
// a path of the node's image; "" where it does anything else.
func (p *planner) cpSource(n *node, run *dockerfile.Instruction, name string) string {
	m := strings.Fields(run.Text)
	st := run.Stage.At(run, n.part.Args)
	if _, shell := run.Shell(); !shell || !plainCp.MatchString(run.Text) || !st.WorkdirKnown || inDirectory(st.Workdir, m[2]) != name {
		return ""
	}
	for _, i := range run.Stage.Instructions[:slices.Index(run.Stage.Instructions, run)] {
		t, ok := i.Transfer(n.part.Args)
		if !ok {
			continue
		}
		for _, src := range t.Sources {
			if from, ok := p.lands(n, t, src, inDirectory(st.Workdir, m[1])); ok {
				return from
			}
		}
	}
	return ""
}

var plainCp = pattern(`^cp [A-Za-z0-9_./-]+ [A-Za-z0-9_./-]+$`)

// inDirectory is a path as a process in dir sees it.
func inDirectory(dir, name string) string {
	if path.IsAbs(name) {
		return path.Clean(name)
	}
	return path.Join(dir, name)
}

// lands reports whether a source of a COPY comes to lie at a path of the image, and
// which file of the repository it is.
func (p *planner) lands(n *node, t *dockerfile.Transfer, src dockerfile.Path, name string) (string, bool) {
	dest, known := t.Target()
	if !known || !src.Known || t.From != "" || src.Remote || src.Heredoc || !below(path.Clean(dest), name) {
		return "", false
	}
	host := path.Join(n.dir, contextPath(src.Expanded))
	info, err := fs.Stat(p.in.FS, host)
	switch {
	case err != nil:
		return "", false
	case info.IsDir():
		host = path.Join(host, strings.TrimPrefix(strings.TrimPrefix(name, path.Clean(dest)), "/"))
		out, err := n.ignore.Excluded(relative(n.dir, host))
		return host, err == nil && !out && p.onDisk(host)
	case path.Clean(dest) == name:
		return host, true
	}
	return host, path.Join(dest, path.Base(host)) == name
}

// fromStream resolves a source of a build whose context is a directory of a
// builder.
func (r *resolver) fromStream(src dockerfile.Path) item {
	it := item{word: src}
	switch {
	case src.Remote || src.Heredoc:
		it.context = true
	case !src.Known:
		r.p.say(finding.New("SF207", src.Range, "the source %q depends on %s, which is not known here", src.Text, strings.Join(src.Vars, ", ")))
	default:
		st, rel := r.n.stream, contextPath(src.Expanded)
		host := path.Join(r.n.dir, rel)
		name := path.Join(st.root, rel)
		it.artifacts = []artifact{{from: st.from, host: host, path: name, glob: hasWildcards(rel), file: shparse.File{
			Path: host, Origin: shparse.Extracted, Container: st.c.Container, Source: name, Contents: rel == "", By: []*shparse.Op{st.run},
		}}}
	}
	return it
}

// dropTransport takes away what only served a stream: the command that prints it, and
// the COPY of the Dockerfile that nothing else takes.
func (p *planner) dropTransport(n *node) {
	st := n.stream
	if st == nil {
		return
	}
	part := st.from.part
	if in := st.command(); in != nil && in.Stage == part.Stage {
		part.Drops = append(part.Drops, in)
	}
	whole := slices.ContainsFunc(p.artifacts(), func(a artifact) bool { return a.from == st.from && below(a.path, st.root) || a.glob })
	if st.copy.Keyword == "RUN" {
		if !whole {
			part.Drops = append(part.Drops, st.copy)
		}
		return
	}
	if t, _ := st.copy.Transfer(part.Args); !whole && len(t.Sources) == 1 && path.Join(st.from.dir, contextPath(t.Sources[0].Expanded)) == n.part.File.Path {
		part.Drops = append(part.Drops, st.copy)
	}
}

// cutStream takes the container out of the pipe into the build.
func (s *scaffold) cutStream(n *node) {
	st, build := n.stream, n.part.Op
	src := s.p.in.Trace.Sources[build.Range.File]
	from, to := st.run.Range, build.Range
	if from.File != to.File || from.End.Offset > to.Start.Offset || !pipe.MatchString(string(src[from.End.Offset:to.Start.Offset])) {
		s.p.say(finding.New("SF235", st.run.Range, "the container prints the build context, and can't be taken out of the words of the script"))
		return
	}
	s.script.Splices = append(s.script.Splices, Splice{File: from.File, Start: from.Start.Offset, End: to.Start.Offset})
}

var pipe = pattern(`^\s*\|(\s|\\\n)*$`)

// streamOf is the node whose context a container prints, or nil.
func (p *planner) streamOf(c *shparse.Container) *node {
	for _, n := range p.nodes {
		if n.stream != nil && n.stream.c.Container == c {
			return n
		}
	}
	return nil
}
