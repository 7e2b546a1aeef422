package plan

import (
	"path"
	"slices"

	"github.com/stagefold/stagefold/convert/dockerfile"
	"github.com/stagefold/stagefold/convert/edit"
	"github.com/stagefold/stagefold/convert/finding"
	"github.com/stagefold/stagefold/shparse"
)

// A planner makes the plan of one way through the script.
type planner struct {
	in       *Input
	way      *shparse.Way
	nodes    []*node
	scaffold *scaffold // what fold leaves over; nil where nothing folds
	findings []finding.Finding
	// workers are the nodes that containers with directories of the host mounted
	// belong to.
	workers map[*shparse.Container]*node

	// folded are the paths on the host of files that the script puts among artifacts, and
	// that the result takes from where they were before.
	folded map[string]bool
	// linked are the links on the host through which builds take artifacts.
	linked map[string]bool
	// archives are those on the host that hold artifacts and that ADD unpacks; true
	// where they hold nothing else.
	archives map[string]bool
	// moved are the operations on containers whose work a stage does.
	moved     map[*shparse.Op]bool
	rewritten []string             // the files that the conversion changes
	needed    map[*shparse.Op]bool // the tests whose answers something that stays needs
}

// A node is a build of the way, as a vertex of the graph whose edges are the
// artifacts that go from one build into another.
type node struct {
	part     *Part
	ignore   *dockerfile.Ignore
	dir      string                      // the context directory, relative to the root
	prefix   string                      // dir as seen from the one context of the result; "" where it is that
	takes    []*intake                   // its copies that take artifacts
	source   bool                        // something is copied out of a container of its image
	stream   *stream                     // where its context is what a container prints
	jobs     []*job                      // the work of its containers in directories of the host
	equipped bool                        // the work of jobs is in its Dockerfile
	lifted   *dockerfile.Ignore          // the ignore file that hides what its work needs, and nothing else
	written  int                         // where their lines begin in its text
	staged   string                      // the copy of its Dockerfile in a context that the script assembles
	moved    map[string]string           // its sources there, by where the script has them from
	root     string                      // the one context of the result
	failed   bool                        // its Dockerfile could not be read; the reason is in problems
	bases    map[*dockerfile.Stage]*node // builds of the script that make the base images of its stages
	bare     bool                        // the build has no context: its Dockerfile comes through standard input
	problems []finding.Finding
}

// Make plans each way of the trace by itself. Tests of files that are not there any
// more are planned to go. What they guard says whether they can: it plans again with
// those as uses that can't. The plans are those of all ways but the ones on which a
// test fails the script.
func Make(in Input) []*Plan {
	needed := map[*shparse.Op]bool{}
	for {
		plans := makeWith(&in, needed)
		tests := neededTests(in.Trace, plans)
		if len(tests) == 0 {
			return plans
		}
		if len(needed) == 0 {
			if fewer := assuming(in, plans); fewer != nil {
				return fewer
			}
		}
		for _, op := range tests {
			needed[op] = true
		}
	}
}

func makeWith(in *Input, needed map[*shparse.Op]bool) []*Plan {
	var plans []*Plan
	var model *scaffold
	planners := make([]*planner, len(in.Trace.Ways))
	for i, w := range in.Trace.Ways {
		planners[i] = &planner{in: in, way: w, needed: needed, folded: map[string]bool{}, linked: map[string]bool{}, archives: map[string]bool{}, moved: map[*shparse.Op]bool{}}
		plans = append(plans, planners[i].plan())
		if model == nil {
			model = planners[i].scaffold
		}
	}
	for i, p := range planners {
		if len(plans[i].Folds) == 0 && model != nil {
			plans[i].Script = p.tidy(model)
		}
	}
	return plans
}

// say records a finding.
func (p *planner) say(f finding.Finding) {
	for _, n := range p.nodes {
		if n.wrote(f.Range) {
			f.Range = n.jobs[0].op.Range
		}
	}
	p.findings = append(p.findings, f)
}

// plan is the pipeline of one way.
func (p *planner) plan() *Plan {
	plan := &Plan{Way: p.way}
	p.scan()
	p.scanMounts()
	if p.extracts() {
		plan.Folds = p.foldAll()
		if len(plan.Folds) > 0 {
			plan.Script = p.script(plan.Folds)
		}
	}
	plan.Findings = finding.Sort(p.findings)
	return plan
}

// scan makes a node of each build.
func (p *planner) scan() {
	for _, op := range p.way.Ops {
		if b, ok := op.Act.(*shparse.Build); ok {
			p.nodes = append(p.nodes, &node{part: &Part{Op: op, Build: b}})
		}
	}
}

// extracts reports whether anything on the host comes out of a container of an
// image that the way builds, and marks the builds it comes from.
func (p *planner) extracts() bool {
	any := len(p.workers) > 0
	for _, c := range p.containers() {
		if n := p.nodeOf(c.Image); n != nil {
			n.source = true
			any = true
		}
	}
	return any
}

// containers are those that files on the host come out of, at some time.
func (p *planner) containers() []*shparse.Container {
	var list []*shparse.Container
	add := func(c *shparse.Container) {
		if c != nil && !slices.Contains(list, c) {
			list = append(list, c)
		}
	}
	for _, op := range p.way.Ops {
		if c, ok := op.Act.(*shparse.Copy); ok && !c.Into {
			add(c.Container)
		}
	}
	for _, n := range p.nodes {
		add(streamed(n.part.Build))
	}
	for _, files := range p.states() {
		for _, f := range files.Under(".") {
			add(f.Container)
		}
	}
	return list
}

// states are the states of the host's files in front of each build, and at the
// end.
func (p *planner) states() []*shparse.Files {
	states := []*shparse.Files{p.way.Files}
	for _, n := range p.nodes {
		states = append(states, n.part.Op.Files)
	}
	return states
}

// nodeOf returns the node that makes the image, or nil.
func (p *planner) nodeOf(i *shparse.Image) *node {
	if i == nil || i.Build == nil {
		return nil
	}
	for _, n := range p.nodes {
		if n.part.Op == i.Build {
			return n
		}
	}
	return nil
}

// load reads the node's Dockerfile and says which stage the build makes. It
// reports failure once, in n.problems.
func (p *planner) load(n *node) bool {
	if n.part.File != nil || n.failed {
		return !n.failed
	}
	n.problems = p.open(n)
	n.failed = finding.Refused(n.problems)
	return !n.failed
}

func (p *planner) open(n *node) []finding.Finding {
	b := n.part.Build
	if c := streamed(b); c != nil {
		return p.openStream(n, c)
	}
	dir, ok := b.Dir.Known()
	n.bare = b.Context.String() == "-" && (len(b.FilePath) > 0 || b.Heredoc != nil)
	if b.Text != nil && len(b.FilePath) == 0 && b.Heredoc == nil {
		_, problems := p.dockerfilePath(n)
		return problems
	}
	if n.bare {
		dir = "."
	} else if !ok || len(b.Dir) == 0 {
		return []finding.Finding{finding.New("SF203", b.Context.Word, "the build context %q is not a directory of the repository", b.Context.String())}
	}
	if outside(dir) {
		return []finding.Finding{finding.New("SF303", b.Context.Word, "the build context %q leaves the repository", b.Context.String())}
	}
	n.dir = dir
	problems := p.readFile(n)
	if n.part.File == nil {
		return problems
	}
	n.part.Args = knownArgs(b)
	if n.bare {
		return append(problems, p.openBare(n)...)
	}
	ignore, more := dockerfile.ReadIgnore(p.in.FS, dir, n.part.File.Path)
	n.ignore = ignore
	problems = append(problems, more...)
	if deed, where := hostChange(n.part.Op.Files, path.Join(dir, ".dockerignore")); deed != "" && (p.onDisk(path.Join(dir, ".dockerignore")) || deed != deeds[shparse.Removed]) {
		problems = append(problems, finding.New("SF223", where, "the script changes %q: it is %s", path.Join(dir, ".dockerignore"), deed))
	}
	return append(problems, p.settleStages(n)...)
}

// readFile parses the Dockerfile of the build: a file, or a here-document of the script.
func (p *planner) readFile(n *node) []finding.Finding {
	b := n.part.Build
	at := fileRange(b, n.part.Op.Range)
	if doc := b.Heredoc; doc != nil && p.in.Trace.Embedding(doc.Body.File) == nil {
		file, problems := p.in.LoadInline(doc)
		n.part.File, n.part.Inline = file, doc
		n.part.Text = edit.NewText(doc.Body.File, p.in.Trace.Sources[doc.Body.File]).Slice(doc.Body.Start.Offset, doc.Body.End.Offset)
		return problems
	}
	name, problems := p.dockerfilePath(n)
	if finding.Refused(problems) {
		return problems
	}
	file, more := p.in.Load(name, at)
	n.part.File = file
	return append(problems, more...)
}

// openBare finishes a build without a context, which can't copy from one.
func (p *planner) openBare(n *node) []finding.Finding {
	for _, in := range n.part.File.Instructions {
		t, ok := in.Transfer(n.part.Args)
		if ok && t.From == "" && slices.ContainsFunc(t.Sources, func(src dockerfile.Path) bool { return !src.Remote && !src.Heredoc }) || bound(in) != "" {
			return []finding.Finding{finding.New("SF203", in.Range, "the build has no context that the instruction could copy from")}
		}
	}
	return p.settleStages(n)
}

// settleStages finds out which stage the build makes, and what its stages stand on.
func (p *planner) settleStages(n *node) []finding.Finding {
	problems := n.setTarget()
	if !finding.Refused(problems) {
		p.findBases(n)
	}
	return problems
}

// dockerfilePath says which file the build reads.
func (p *planner) dockerfilePath(n *node) (string, []finding.Finding) {
	b, at := n.part.Build, n.part.Op.Range
	if len(b.FilePath) == 0 {
		return "", []finding.Finding{finding.New("SF216", fileRange(b, at), "the Dockerfile of this build is neither a file of the repository nor a here-document that is read as it stands")}
	}
	name, known := b.FilePath.Known()
	if !known {
		named := p.in.RuntimeFile
		if n.source {
			named = p.in.BuilderFile
		}
		if named == "" {
			return "", []finding.Finding{unknownValue(fileRange(b, at), "the Dockerfile's path", b.FilePath)}
		}
		name = named
	}
	if outside(name) {
		return "", []finding.Finding{finding.New("SF303", fileRange(b, at), "the Dockerfile %q leaves the repository", name)}
	}
	if from, ok := p.stagedFile(n, name); ok {
		n.staged = name
		return from, nil
	}
	if deed, where := hostChange(n.part.Op.Files, name); deed != "" {
		return "", []finding.Finding{finding.New("SF216", where, "the Dockerfile %q is %s here, in front of its build", name, deed)}
	}
	return name, nil
}

// hostChange says what the script did to the file at name, and where. It is "" where
// the file is as in the repository.
func hostChange(files *shparse.Files, name string) (deed string, where finding.Range) {
	f, ok := files.At(name)
	if !ok || f.Origin == shparse.Repository || bystander(f) || path.Base(name) == ".dockerignore" && f.Mounted {
		return "", finding.Range{}
	}
	if n := len(f.By); n > 0 {
		where = f.By[n-1].Range
	}
	return deeds[f.Origin], where
}

// bystander reports whether all that may have changed a file of the repository are
// commands without a model that name no file, and so may have touched this one as
// any other.
func bystander(f shparse.File) bool {
	return f.Origin == shparse.Mystery && len(f.By) > 0 && !fromContainer(f) && !slices.ContainsFunc(f.By, writes)
}

// writes reports whether an operation is known to change what a file holds.
func writes(op *shparse.Op) bool {
	switch a := op.Act.(type) {
	case *shparse.Unknown:
		return len(a.Paths) > 0
	case *shparse.Host:
		return slices.ContainsFunc(a.Effects, func(e shparse.Effect) bool {
			return !slices.Contains([]shparse.Verb{shparse.ReadFile, shparse.SetMode, shparse.SetOwner, shparse.Touch}, e.Verb)
		})
	}
	return true
}

// assumeBystander says what is assumed of commands without a model in front of a
// build: that they leave its Dockerfile and its ignore file alone.
func (p *planner) assumeBystander(n *node) {
	for _, name := range []string{n.part.File.Path, path.Join(n.dir, ".dockerignore")} {
		f, ok := n.part.Op.Files.At(name)
		if !ok || !bystander(f) || !p.onDisk(name) {
			continue
		}
		op := f.By[len(f.By)-1]
		p.say(finding.New("SF220", op.Range, "%q is taken not to change %s", commandName(op), name))
	}
}

// deeds are what the script did to a file of each origin.
var deeds = map[shparse.Origin]string{
	shparse.Directory: "made a directory", shparse.Generated: "written", shparse.Extracted: "copied out of a container",
	shparse.Copied: "copied there", shparse.Link: "made a link", shparse.Packed: "packed", shparse.Removed: "removed",
	shparse.Mystery: "changed in an unknown way", shparse.Unpacked: "unpacked out of an archive",
}

// fileRange is the place of the -f flag, or of the whole build.
func fileRange(b *shparse.Build, whole finding.Range) finding.Range {
	if b.File != nil {
		return b.File.Word
	}
	return whole
}

// setTarget finds the stage that the build makes.
func (n *node) setTarget() []finding.Finding {
	target := ""
	if t := n.part.Build.Target; t != nil {
		text, known := t.Known()
		if !known {
			return []finding.Finding{unknownValue(t.Word, "the target", t.Value)}
		}
		target = text
	}
	stage, ok := n.part.File.Target(target)
	if !ok {
		return []finding.Finding{finding.New("SF301", n.part.Build.Target.Word,
			"%s has no stage %q", n.part.File.Path, target).WithHint("name one of its stages in --target")}
	}
	n.part.Stage = stage
	return nil
}

// knownArgs are the build arguments as the Dockerfile sees them.
func knownArgs(b *shparse.Build) dockerfile.Args {
	args := dockerfile.Args{}
	for _, a := range b.BuildArgs {
		name, ok := a.Name.Known()
		if !ok {
			continue
		}
		args[name] = dockerfile.Var{}
		if a.Value == nil {
			continue
		}
		if text, known := a.Value.Known(); known {
			args[name] = dockerfile.Var{Value: text, Known: true}
		}
	}
	return args
}

// stages are the stages that the build goes through: the legacy builder builds
// all up to the target.
func (n *node) stages() []*dockerfile.Stage {
	return n.part.File.Stages[:n.part.Stage.Index+1]
}

// outside reports whether a path leaves the repository.
func outside(name string) bool {
	return path.IsAbs(name) || name == ".." || len(name) > 2 && name[:3] == "../"
}

// unknownValue is the finding for a value that must be known and is not.
func unknownValue(at finding.Range, what string, v shparse.Value) finding.Finding {
	f := finding.New("SF004", at, "%s %q is not known", what, v.String())
	if holes := v.Holes(); len(holes) > 0 {
		return f.WithHint("%s", remedy(holes[0]))
	}
	return f
}

// remedy says how a person can settle a hole.
func remedy(h *shparse.Hole) string {
	switch h.Reason {
	case shparse.Argument:
		return "give the positional argument " + h.Name + " with --arg VALUE"
	case shparse.Environment:
		return "give the variable with --set " + h.Name + "=VALUE"
	default:
		return "write the value out in the script, or make it a variable and give it with --set NAME=VALUE"
	}
}
