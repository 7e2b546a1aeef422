package plan

import (
	"path"
	"slices"
	"strings"

	"github.com/stagefold/stagefold/convert/finding"
	"github.com/stagefold/stagefold/shparse"
)

// A rewriter turns one intake into COPY instructions that bring the same files to
// the same places.
type rewriter struct {
	p  *planner
	n  *node
	in *intake
}

// rewrite plans the copies of a node.
func (p *planner) rewrite(n *node) {
	for _, in := range n.takes {
		r := &rewriter{p: p, n: n, in: in}
		if r.acceptable() {
			n.part.Rewrites = append(n.part.Rewrites, Rewrite{Instruction: in.transfer.Instruction, Lines: r.lines()})
		}
	}
}

// acceptable refuses forms of ADD and COPY that --from does not have.
func (r *rewriter) acceptable() bool {
	t := r.in.transfer
	switch {
	case t.Parents:
		r.refuse("--parents keeps the path on the host, which the builder stage does not have")
	case len(t.Excludes) > 0:
		r.refuse("--exclude is matched against the build context, not against a stage")
	case !r.in.allContext() && !t.Dest.Known && r.renames():
		r.refuse("the destination %q depends on %s, which is not known here", t.Dest.Text, strings.Join(t.Dest.Vars, ", "))
	case r.throughTerminal():
		r.refuse("docker run -t writes the file through a terminal, which changes line ends")
	case r.printsOther():
		r.refuse("what the container prints depends on its ENTRYPOINT, or on one that is not known")
	case r.oddName() != "":
		r.refuse("the path %q can't be written in a COPY", r.oddName())
	case t.Add && r.unpacks():
		return false
	default:
		r.assumeLinks()
		r.assumeSeen()
		r.checkPacked()
		return true
	}
	return false
}

// throughTerminal reports whether an artifact is the output of a container with a
// terminal.
func (r *rewriter) throughTerminal() bool {
	for _, it := range r.in.items {
		for _, a := range it.artifacts {
			c, ok := runOf(a.file.Container)
			if e := execOf(a.file); e != nil && e.Flag("tty") != nil || e == nil && ok && a.file.Stream && c.Flag("tty") != nil {
				return true
			}
		}
	}
	return false
}

// execOf is the docker exec that printed a file, or nil.
func execOf(f shparse.File) *shparse.Exec {
	if len(f.By) == 0 || !f.Stream {
		return nil
	}
	e, _ := f.By[0].Act.(*shparse.Exec)
	return e
}

// printsOther reports whether an artifact is the output of a container that need not
// run the command it was given: its ENTRYPOINT comes first.
func (r *rewriter) printsOther() bool {
	for _, it := range r.in.items {
		for _, a := range it.artifacts {
			c, ok := runOf(a.file.Container)
			if !ok || !c.Run || !a.file.Stream || execOf(a.file) != nil {
				continue
			}
			argv, known := r.p.processOf(a.from, c)
			if !known || len(argv) == 0 || path.Base(argv[0]) != "cat" && !packs(argv) {
				return true
			}
		}
	}
	return false
}

// oddName is a path of an artifact that a Dockerfile has no word for, or "".
func (r *rewriter) oddName() string {
	for _, it := range r.in.items {
		for _, a := range it.artifacts {
			if strings.ContainsAny(a.path+a.rel, "\\`\n\r") {
				return a.path
			}
		}
	}
	return ""
}

// assumeLinks says that an artifact below a copied directory is taken to be no
// symbolic link, where its builder makes links: the old way copied the link, and
// COPY --from follows it.
func (r *rewriter) assumeLinks() {
	for _, it := range r.in.items {
		for _, a := range it.artifacts {
			if a.rel != "" && !a.file.Contents && runMatches(a.from, linkWords.MatchString) {
				r.p.say(finding.New("SF217", it.word.Range, "%q is taken to be no symbolic link", a.path))
			}
		}
	}
}

func (r *rewriter) refuse(format string, args ...any) {
	r.p.say(finding.New("SF208", r.in.transfer.Instruction.Range, format, args...))
}

// unpacks refuses an ADD that unpacks an artifact, and says what it assumes of
// one that may be an archive.
func (r *rewriter) unpacks() bool {
	refused := false
	for _, it := range r.in.items {
		for _, a := range it.artifacts {
			switch {
			case a.packed:
			case archiveName(a.host):
				r.p.say(finding.New("SF209", it.word.Range, "ADD unpacks %q, and COPY --from does not", it.word.Text))
				refused = true
			case r.p.kindOf(a) == unknownKind:
				r.p.say(finding.New("SF217", it.word.Range, "%q is taken to be no archive, which ADD would unpack", a.path))
			}
		}
	}
	return refused
}

// allContext reports whether no source is an artifact.
func (in *intake) allContext() bool {
	for _, it := range in.items {
		if len(it.artifacts) > 0 {
			return false
		}
	}
	return true
}

// renames reports whether some artifact has another name on the host than in the
// builder, so that the destination must name it.
func (r *rewriter) renames() bool {
	for _, it := range r.in.items {
		for _, a := range it.artifacts {
			if a.rel != "" || !a.glob && path.Base(a.host) != path.Base(a.path) {
				return true
			}
		}
	}
	return false
}

// lines are the instructions in place of the intake. The order of the sources is
// kept, since the last one wins where two bring the same path.
func (r *rewriter) lines() []CopyLine {
	var lines []CopyLine
	for _, it := range r.in.items {
		if it.context {
			lines = appendLine(lines, CopyLine{Sources: []string{r.n.rebased(it.word, it.word.Value)}, Dest: r.in.transfer.Dest.Value})
		}
		for _, a := range it.artifacts {
			lines = appendLine(lines, CopyLine{
				From:    a.from.part.Name,
				Chown:   r.needsChown(a),
				Sources: []string{r.source(a)},
				Dest:    r.dest(it, a),
				Why:     a.deeds(),
			})
			for _, l := range r.beside(a, lines[len(lines)-1].Dest) {
				lines = appendLine(lines, l)
			}
		}
	}
	return lines
}

// beside are the lines for files of the repository that the script put below an
// artifact, which goes to dest.
func (r *rewriter) beside(a artifact, dest string) []CopyLine {
	var lines []CopyLine
	for _, e := range a.inner {
		if !r.p.folded[e.Path] {
			continue
		}
		to := join(dest, r.escaped(relative(a.file.Path, e.Path)))
		if name := path.Base(e.Path); name == path.Base(e.From) {
			to = strings.TrimSuffix(to, name)
		}
		lines = append(lines, CopyLine{Sources: []string{r.escaped(path.Join(r.n.prefix, relative(r.n.dir, e.From)))}, Dest: to, Why: places(e.By)})
	}
	return lines
}

// appendLine adds a line, joined with the one before where that means the same.
func appendLine(lines []CopyLine, l CopyLine) []CopyLine {
	if n := len(lines); n > 0 {
		last := &lines[n-1]
		if last.From == l.From && last.Chown == l.Chown && last.Dest == l.Dest && directoryLike(l.Dest) {
			last.Sources, last.Why = append(last.Sources, l.Sources...), append(last.Why, l.Why...)
			return lines
		}
	}
	return append(lines, l)
}

// literally makes characters of wildcards.
var literally = strings.NewReplacer("[", "[[]", "*", "[*]", "?", "[?]")

// source is the word for the artifact's path in its builder. What is a wildcard in
// a Dockerfile must not act as one in a name.
func (r *rewriter) source(a artifact) string {
	if a.glob {
		return r.escaped(a.path)
	}
	return r.escaped(literally.Replace(a.path))
}

// escaped is the word for a name: its dollars and quotes mean nothing.
func (r *rewriter) escaped(name string) string {
	escape := string(r.n.part.File.Escape)
	for _, special := range [...]string{"$", `"`, "'"} {
		name = strings.ReplaceAll(name, special, escape+special)
	}
	return name
}

// needsChown reports whether the line needs --chown=0:0.
func (r *rewriter) needsChown(a artifact) bool {
	return r.in.transfer.Instruction.Flag("chown") == nil && !a.owned && (!rootOwned(a) || privileged(a))
}

// dest is the destination for one artifact. The author's text stays where it
// gives the same path.
func (r *rewriter) dest(it item, a artifact) string {
	dest := r.in.transfer.Dest.Value
	if a.rel != "" {
		r.warnMode(it, a)
		return join(dest, r.escaped(a.rel))
	}
	if a.packed {
		r.warnMode(it, a)
		return dest
	}
	host, inside := path.Base(a.host), path.Base(a.path)
	if a.glob || host == inside || hasWildcards(it.word.Expanded) && r.p.kindOf(a) == dirKind {
		return dest
	}
	switch kind := r.p.kindOf(a); {
	case kind == dirKind:
		return dest
	case directoryLike(dest):
		r.assumeFile(it, a, kind)
		return join(dest, r.escaped(host))
	case r.existingDirectory():
		r.assumeFile(it, a, kind)
		return join(dest, r.escaped(host))
	case path.Base(dest) == host:
		return dest
	}
	where := "of the base image"
	if target, ok := r.in.transfer.Target(); !ok || r.maybeMade(path.Clean(target)) {
		where = "at that time"
	}
	r.p.say(finding.New("SF217", r.in.transfer.DestRange(), "%q is taken to be no directory %s", dest, where))
	return dest
}

// assumeFile says that an artifact is taken to be a file, where its new name
// rests on that and nothing proves it.
func (r *rewriter) assumeFile(it item, a artifact, k kind) {
	if k != fileKind {
		r.p.say(finding.New("SF217", it.word.Range, "%q is taken to be a file, not a directory", a.path))
	}
}

// warnMode says that a directory below the copied one is taken to have the
// default mode: COPY --from makes it anew (SEMANTICS: the directory itself).
func (r *rewriter) warnMode(it item, a artifact) {
	if r.p.kindOf(a) != fileKind && changesModes(a) {
		r.p.say(finding.New("SF217", it.word.Range, "%q is taken to be a file, or a directory with mode 0755", a.path))
	}
}

// existingDirectory reports whether the destination is known to be a directory
// although its text does not end in a slash: its value does, the image has it, or an
// instruction in front of the copy makes it.
func (r *rewriter) existingDirectory() bool {
	target, ok := r.in.transfer.Target()
	if !ok {
		return false
	}
	clean := path.Clean(target)
	return target != clean || r.in.transfer.State.Workdir == clean || wellKnownDirectory(clean) || r.makesDirectory(clean)
}

// wellKnownDirectory reports whether every image that holds a file system
// hierarchy has the directory.
func wellKnownDirectory(name string) bool {
	switch name {
	case "/", "/bin", "/etc", "/home", "/lib", "/opt", "/root", "/sbin", "/srv", "/tmp", "/usr", "/usr/bin",
		"/usr/lib", "/usr/local", "/usr/local/bin", "/usr/local/lib", "/usr/local/sbin", "/usr/sbin", "/usr/share", "/var", "/var/lib":
		return true
	}
	return false
}

// directoryLike reports whether a destination names a directory by its form.
func directoryLike(dest string) bool {
	base := path.Base(dest)
	return strings.HasSuffix(dest, "/") || base == "." || base == ".."
}

// join puts a name below a destination, in the way a person would write it.
func join(dest, name string) string {
	switch {
	case dest == ".":
		return "./" + name
	case strings.HasSuffix(dest, "/"):
		return dest + name
	case strings.HasSuffix(dest, "/."):
		return strings.TrimSuffix(dest, ".") + name
	}
	return dest + "/" + name
}

// privileged reports whether the builder sets setuid or setgid bits, which the
// builders treat alike on the old way only with --chown (rule 1b).
func privileged(a artifact) bool { return runMatches(a.from, setuid.MatchString) }

// changesModes reports whether the builder changes modes of files.
func changesModes(a artifact) bool { return runMatches(a.from, modeWords.MatchString) }

// runMatches reports whether some RUN that the node's image stands on matches.
func runMatches(n *node, match func(string) bool) bool {
	for _, s := range n.chain() {
		for _, in := range s.Instructions {
			if in.Keyword == "RUN" && match(runText(in)) {
				return true
			}
		}
	}
	return slices.ContainsFunc(n.part.Runs, func(r Run) bool { return match(r.Text) })
}
