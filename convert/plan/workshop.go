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

// A workshop writes the instructions that do in a stage what containers did in
// directories of the host: COPY for what they had mounted, then RUN.
type workshop struct {
	p      *planner
	n      *node
	lines  []workLine
	shown  []string                  // the directories that a line copied already
	dir    string                    // the WORKDIR that a line set
	cuts   []*dockerfile.Instruction // what goes from the stage
	failed bool
}

// A workLine is an instruction that does what op did.
type workLine struct {
	text string
	op   *shparse.Op
}

// needsWork reports whether some build takes what the containers of a node with
// mounted directories made.
func (p *planner) needsWork(n *node) bool {
	return len(n.jobs) > 0 && slices.ContainsFunc(p.artifacts(), func(a artifact) bool { return p.workers[a.file.Container] == n })
}

// equip puts the work of a node's containers into its Dockerfile.
func (p *planner) equip(n *node) {
	w := &workshop{p: p, n: n}
	if w.open(); w.failed {
		return
	}
	for _, j := range n.jobs {
		if j.op.Seq > w.lastTaker() {
			w.refuse(j.op.Range, "the container works in the mounted directory behind the build that takes files from there")
			continue
		}
		if _, _, plain := p.carries(n, j.run); !plain {
			w.job(j)
		}
	}
	if w.failed {
		n.failed = true
		return
	}
	if w.rewrite(); !w.failed {
		n.equipped = true
		n.source = true
	}
}

func (w *workshop) add(op *shparse.Op, text string) { w.lines = append(w.lines, workLine{text, op}) }

func (w *workshop) refuse(at finding.Range, format string, args ...any) {
	w.p.say(finding.New("SF231", at, format, args...))
	w.failed = true
}

// open gives a node without a Dockerfile one that only names the image.
func (w *workshop) open() {
	j := w.n.jobs[0]
	if !w.n.part.Made {
		if w.n.part.File == nil {
			w.p.load(w.n)
			w.p.findings = append(w.p.findings, w.n.problems...)
		}
		w.failed = w.n.failed
		return
	}
	ref, ok := j.run.Args[0].Known()
	if !ok {
		w.p.say(unknownValue(j.run.Args[0].Word, "the image", j.run.Args[0].Value))
		w.failed = true
		return
	}
	w.n.dir = w.commonHost()
	w.n.part.Build.Dir = shparse.Lit(w.n.dir)
	from, err := edit.Made("").Apply([]edit.Edit{{Text: "FROM " + ref + w.taker().part.File.EOL, From: originOf(j.op)}})
	if err != nil {
		w.refuse(j.op.Range, "%v", err)
		return
	}
	w.parse(from)
}

// commonHost is the nearest directory at or above all directories that hold what the
// containers need.
func (w *workshop) commonHost() string {
	var hosts []string
	for _, j := range w.n.jobs {
		for _, m := range j.run.Mounts {
			if host, ok := m.Host.Known(); ok && !m.Volume && !outside(host) && w.isThere(j.op, host) {
				hosts = append(hosts, host)
			}
		}
	}
	if len(hosts) == 0 {
		return w.taker().dir
	}
	dir := hosts[0]
	if info, err := fs.Stat(w.p.in.FS, dir); err == nil && !info.IsDir() {
		dir = path.Dir(dir)
	}
	for _, host := range hosts[1:] {
		for !below(dir, host) {
			dir = path.Dir(dir)
		}
	}
	return dir
}

// isThere reports whether a directory of the host holds anything when op shows it
// to a container.
func (w *workshop) isThere(op *shparse.Op, host string) bool {
	if w.p.onDisk(host) {
		return true
	}
	return slices.ContainsFunc(op.Files.Under(host), func(f shparse.File) bool {
		return f.Origin != shparse.Removed && (f.Origin != shparse.Directory || f.Path != host)
	}) || w.mountedThere(op, host)
}

// mountedThere reports whether a container before op wrote into the directory.
func (w *workshop) mountedThere(op *shparse.Op, host string) bool {
	f, ok := op.Files.Mounted(host)
	return ok && f.Mounted && w.p.workers[f.Container] != w.n
}

// taker is a build that takes what the containers made.
func (w *workshop) taker() *node {
	for _, n := range w.p.nodes {
		if slices.Contains(n.sources(), w.n) {
			return n
		}
	}
	return w.n
}

// lastTaker is where the last build stands that takes what the containers made.
func (w *workshop) lastTaker() int {
	last := 0
	for _, n := range w.p.nodes {
		if slices.Contains(n.sources(), w.n) {
			last = max(last, n.part.Op.Seq)
		}
	}
	return last
}

// parse makes text the node's Dockerfile.
func (w *workshop) parse(text edit.Text) {
	part, index := w.n.part, 0
	name := path.Join(w.n.dir, "Dockerfile of docker run")
	if part.File != nil {
		name, index = part.File.Path, part.Stage.Index
	}
	file, findings := dockerfile.Parse(name, []byte(text.String()))
	if file == nil || finding.Refused(findings) {
		w.refuse(w.n.jobs[0].op.Range, "the command of the container can't be written as an instruction")
		return
	}
	part.File, part.Stage, part.Text = file, file.Stages[index], text
}

// rewrite puts the lines at the end of the stage, and takes away what they replace.
func (w *workshop) rewrite() {
	if len(w.lines) == 0 {
		return
	}
	part := w.n.part
	end := part.Stage.From.Range.End.Offset
	var edits []edit.Edit
	for _, in := range part.Stage.Instructions {
		if slices.Contains(w.cuts, in) {
			edits = append(edits, edit.Edit{Start: in.Lines.Start.Offset, End: in.Lines.End.Offset})
		} else {
			end = in.Range.End.Offset
		}
	}
	w.n.written = end
	for _, e := range edits {
		if e.Start < end {
			w.n.written -= e.End - e.Start
		}
	}
	for i, l := range w.lines {
		if i > 0 && l.op.Range == w.lines[i-1].op.Range {
			edits[len(edits)-1].Text += part.File.EOL + l.text
			continue
		}
		edits = append(edits, edit.Edit{Start: end, End: end, Text: part.File.EOL + l.text, From: originOf(l.op)})
	}
	text, err := part.Source().Apply(edits)
	if err != nil {
		w.refuse(w.n.jobs[0].op.Range, "the command of the container can't be written as an instruction")
		return
	}
	w.parse(text)
}

// originOf is the place of an operation in the script.
func originOf(op *shparse.Op) []edit.Origin {
	return []edit.Origin{{File: op.Range.File, Start: op.Range.Start.Offset, End: op.Range.End.Offset}}
}

// wrote reports whether a place is in the text that stands for the work of a
// container, which no file of the repository holds.
func (n *node) wrote(at finding.Range) bool {
	f := n.part.File
	return f != nil && len(n.jobs) > 0 && at.File == f.Path && (n.part.Made || n.equipped && at.Start.Offset >= n.written)
}

// job writes the lines for one container.
func (w *workshop) job(j *job) {
	w.checkFlags(j)
	end := w.n.part.Stage.At(nil, w.n.part.Args)
	w.checkUser(j, end)
	dir, known := w.workdir(j)
	for _, m := range j.run.Mounts {
		w.mount(j, m, dir)
	}
	if known && dir != w.dir && j.run.Flag("workdir") != nil {
		w.add(j.op, "WORKDIR "+dir)
		w.dir = dir
	}
	if w.failed {
		return
	}
	argv, ok := w.argv(j)
	if !ok {
		w.p.say(finding.New("SF206", j.op.Range, "docker run does work in the container, and its command line is not fully known here"))
		w.failed = true
		return
	}
	text, ok := runLine(&job{node: w.n, op: j.op, run: without(j.run, "workdir")}, argv)
	if !ok {
		w.p.say(finding.New("SF206", j.op.Range, "docker run does work in the container, with a setting that a RUN can't have"))
		w.failed = true
		return
	}
	w.assumeFresh(j)
	w.add(j.op, "RUN "+text)
}

// assumeFresh says that a container after the first of a stage is taken not to mind
// what those before it left behind: each had an image of its own to write into.
func (w *workshop) assumeFresh(j *job) {
	if slices.ContainsFunc(w.lines, func(l workLine) bool { return strings.HasPrefix(l.text, "RUN ") && l.op != j.op }) {
		w.p.say(finding.New("SF233", j.op.Range, "the container is taken not to mind what the one before it leaves outside of the mounted directories"))
	}
}

// without is a docker run without the flags called name.
func without(c *shparse.Create, name string) *shparse.Create {
	plain := *c
	plain.Flags = slices.DeleteFunc(slices.Clone(c.Flags), func(f shparse.Flag) bool { return f.Name == name })
	return &plain
}

// mountRunFlags are the flags of a docker run with mounts that a RUN can do without,
// beside plainRunFlags.
var mountRunFlags = []string{"volume", "mount", "user", "detach", "interactive", "init", "memory", "cpus", "memory-swap", "cpu-shares", "hostname"}

// checkFlags refuses flags that a RUN does not have.
func (w *workshop) checkFlags(j *job) {
	for _, fl := range j.run.Flags {
		if !slices.Contains(plainRunFlags, fl.Name) && !slices.Contains(mountRunFlags, fl.Name) || fl.Name == "platform" && w.n.part.Made {
			w.p.say(finding.New("SF206", fl.Range, "docker run does work in the container, with --%s", fl.Name))
			w.failed = true
		}
		if fl.Name == "interactive" {
			w.p.say(finding.New("SF234", fl.Range, "%q is taken to read no input", commandOf(j)))
		}
	}
	if j.run.Detached {
		w.p.say(finding.New("SF206", j.op.Range, "docker run -d does work in the container, and when it is done is not known"))
		w.failed = true
	}
}

// commandOf is the command of a container as a message names it.
func commandOf(j *job) string {
	if len(j.run.Argv) > 0 {
		return j.run.Argv[0].String()
	}
	return j.run.Args[0].String()
}

// checkUser says what is assumed where the process is not root, and refuses a stage
// that runs as another user.
func (w *workshop) checkUser(j *job, end dockerfile.State) {
	fl := j.run.Flag("user")
	switch {
	case end.UserSet && !rootUser(end.User):
		w.refuse(j.op.Range, "the image runs as %q, who may not write into what a COPY makes", end.User)
	case fl == nil:
	default:
		if text, known := fl.Value.Known(); !known || !rootUser(text) {
			w.p.say(finding.New("SF234", fl.Range, "%q is taken to do the same as root, which it runs as in a RUN", commandOf(j)))
		}
	}
}

// workdir is the directory that a container works in.
func (w *workshop) workdir(j *job) (string, bool) {
	if fl := j.run.Flag("workdir"); fl != nil {
		dir, known := fl.Value.Known()
		if !known || !path.IsAbs(dir) || !plainWord.MatchString(dir) {
			w.refuse(fl.Range, "the working directory %q is not a plain absolute path", fl.Value.String())
			return "", false
		}
		return path.Clean(dir), true
	}
	end := w.n.part.Stage.At(nil, w.n.part.Args)
	return end.Workdir, end.WorkdirKnown && end.Workdir != "/"
}

// argv is what a container runs. An ENTRYPOINT or CMD that does the work goes: a
// RUN does it from now on.
func (w *workshop) argv(j *job) ([]string, bool) {
	if len(j.run.Argv) > 0 || j.run.Flag("entrypoint") != nil {
		if j.run.Flag("entrypoint") == nil {
			w.cut("ENTRYPOINT")
		}
		return w.p.processOf(w.n, j.run)
	}
	w.cut("ENTRYPOINT", "CMD")
	for _, keyword := range [...]string{"ENTRYPOINT", "CMD"} {
		in := lastOf(w.n.part.Stage, keyword)
		if in == nil {
			continue
		}
		if text, shell := in.Shell(); shell {
			if keyword == "CMD" {
				w.p.assumeBase(w.n, j.run, "have no ENTRYPOINT")
			}
			return []string{"/bin/sh", "-c", text}, true
		}
		break
	}
	argv, ok := w.p.processOf(w.n, j.run)
	return argv, ok && len(argv) > 0 && !slices.Contains(shells, argv[0])
}

// cut takes the stage's own instructions with the keywords away.
func (w *workshop) cut(keywords ...string) {
	for _, in := range w.n.part.Stage.Instructions {
		if slices.Contains(keywords, in.Keyword) {
			w.cuts = append(w.cuts, in)
		}
	}
}
