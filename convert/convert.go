package convert

import (
	"cmp"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/stagefold/stagefold/convert/dockerfile"
	"github.com/stagefold/stagefold/convert/edit"
	"github.com/stagefold/stagefold/convert/finding"
	"github.com/stagefold/stagefold/convert/modernize"
	"github.com/stagefold/stagefold/convert/plan"
	"github.com/stagefold/stagefold/convert/render"
	"github.com/stagefold/stagefold/convert/tree"
	"github.com/stagefold/stagefold/shparse"
)

// Options say what to convert. Only Script is needed.
type Options struct {
	// Script is the path of the script, slash-separated, relative to the root
	// of the file system.
	Script string

	// BuilderFile and RuntimeFile name the Dockerfiles where the script leaves
	// them open, by a value from outside. A script that names another file is
	// refused.
	BuilderFile, RuntimeFile string

	// Dir is the directory that the script is run from, relative to the root of
	// the file system, "." for the root. Empty means the script's own, or the root
	// where only that works.
	Dir string

	// Mentions finds the places that name a file which the conversion deletes, or one
	// that the build made no more.
	// Nil looks where such places are likely: beside the file, beside the script, in
	// the root and in the directories of CI systems.
	Mentions func(deleted string) []finding.Finding

	// Around is the file system in which Mentions that is nil looks; nil is the one
	// that is converted.
	Around fs.FS

	// Args are the positional arguments of the script that are known, from $1
	// on, and Env the environment variables.
	Args []string
	Env  map[string]string

	// Goals are the targets that make is asked for, where Script is a Makefile, or the
	// jobs of a CI file. None stands for all that build an image with extracted files.
	Goals []string

	// Modernize asks for builder stages as one would write them today; the
	// findings of the codes in ModernizeSkip are not acted on. See the package
	// modernize.
	Modernize     modernize.Mode
	ModernizeSkip []finding.Code
}

// A Status is the outcome of a conversion.
type Status uint8

// The outcomes.
const (
	Nothing   Status = iota // no builder pattern: there is nothing to do
	Converted               // exact
	Assumed                 // exact if the warnings among the findings hold
	Refused                 // nothing changes; the errors among the findings say why
)

// String returns the outcome in lower case.
func (s Status) String() string { return [...]string{"nothing", "converted", "assumed", "refused"}[s] }

// MarshalText makes a Status a word in JSON.
func (s Status) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// A Result is what Convert found, and would change.
type Result struct {
	Script   string
	Dir      string   // where it is taken to be run from, as in Options
	Goals    []string // of a Makefile or a CI file, as in Options
	Status   Status
	Changes  []edit.Change        // by path; none unless Converted or Assumed
	Texts    map[string]edit.Text // the new texts of Changes, by path, with the origin of each byte
	Findings []finding.Finding

	// Dockerfile is the path of the Dockerfile that is left; of the first one,
	// where the script builds several final images. It is the script's where the
	// Dockerfile is a here-document there.
	Dockerfile string
	// DockerfileText is the text of that Dockerfile.
	DockerfileText string

	// Dropped are the operations of the script that go, each statement once.
	Dropped []*shparse.Op

	// Lost are the paths of files and directories that the old build left on the host,
	// and the new one makes no more.
	Lost []string

	Trace   *shparse.Trace
	Sources map[string][]byte // the texts of all files that were read, by path
}

// Convert says what becomes of the unit that o.Script drives. It always returns a
// result: whatever goes wrong is a finding of it.
func Convert(fsys fs.FS, o Options) *Result {
	fsys = tree.Remember(fsys)
	if shparse.IsMakefile(o.Script) {
		return convertMakefile(fsys, o)
	}
	if shparse.IsPipeline(o.Script) {
		return convertPipeline(fsys, o)
	}
	own := run(fsys, o)
	if o.Dir != "" || !misplaced(own) {
		return own
	}
	for dir := path.Dir(path.Dir(o.Script)); path.Dir(o.Script) != "."; dir = path.Dir(dir) {
		o.Dir = dir
		if r := run(fsys, o); !misplaced(r) && (r.Status == Refused || len(r.Changes) > 0) {
			return r.assumeDir(dir)
		}
		if dir == "." {
			break
		}
	}
	return own
}

// misplaced reports whether files are missing where the script is run from, so that
// it may have to be run from another directory.
func misplaced(r *Result) bool {
	return slices.ContainsFunc(r.Findings, func(f finding.Finding) bool {
		return f.Severity == finding.Error && slices.Contains([]finding.Code{"SF009", "SF023", "SF207", "SF301"}, f.Code)
	})
}

// assumeDir adds to r where the script was taken to be run from.
func (r *Result) assumeDir(dir string) *Result {
	where := strconv.Quote(dir)
	if dir == "." {
		where = "the root of the repository"
	}
	at := finding.Range{File: r.Script, Start: start, End: start}
	r.Findings = finding.Sort(append(r.Findings, finding.New("SF228", at, "the script is taken to be run from %s", where)))
	if r.Status == Converted {
		r.Status = Assumed
	}
	return r
}

// run converts with the script run from one directory.
func run(fsys fs.FS, o Options) *Result {
	c := newConverter(fsys, o)
	c.trace()
	c.plan()
	if c.leaveAlone() {
		return c.result()
	}
	c.explainNothing()
	c.render()
	c.refuseHosted()
	c.checkUses()
	c.checkAgain()
	c.reportMentions()
	c.reportIgnoreEntries()
	return c.result()
}

// refuseHosted refuses changes of a Makefile that the script calls make for: that is
// converted as a whole.
func (c *converter) refuseHosted() {
	for _, path := range slices.Sorted(maps.Keys(c.hosted)) {
		host, _, _ := strings.Cut(path, ":")
		c.say(finding.New("SF058", finding.Range{File: host, Start: start, End: start}, "%s runs commands of the old build through make", c.opts.Script).
			WithHint("convert %s by itself", host))
	}
}

func newConverter(fsys fs.FS, o Options) *converter {
	return &converter{
		fsys: fsys, opts: o, sources: map[string][]byte{}, files: map[string]*dockerfile.File{}, inline: map[string]*shparse.Heredoc{},
		texts: map[string]edit.Text{}, hosted: map[string]render.Script{},
	}
}

// A converter carries one conversion through its stages. A stage does nothing
// where an earlier one refused.
type converter struct {
	fsys     fs.FS
	opts     Options
	tr       *shparse.Trace
	plans    []*plan.Plan
	folding  []*plan.Plan // those of plans that fold
	changes  []edit.Change
	dropped  []*shparse.Op
	lost     []string // what the host does not have any more
	findings []finding.Finding
	target   string               // the path of the first final Dockerfile
	document string               // its text
	texts    map[string]edit.Text // the new texts of the files that change, by path
	sources  map[string][]byte
	files    map[string]*dockerfile.File
	inline   map[string]*shparse.Heredoc          // by the names of their Dockerfiles in files
	steps    int                                  // bounds the trace; 0 is the usual bound
	defaults bool                                 // variables of a Makefile are taken to have their defaults
	hosted   map[string]render.Script             // what becomes of the scripts that stand in other files, by their path in the trace
	decide   func(op *shparse.Op, goes bool) bool // overrules whether an operation goes; may be nil
}

func (c *converter) refused() bool { return finding.Refused(c.findings) }

// say notes findings, at the places of the files that the author wrote.
func (c *converter) say(fs ...finding.Finding) {
	for _, f := range fs {
		f.Range = c.locate(f.Range)
		c.findings = append(c.findings, f)
	}
}

// trace reads the script.
func (c *converter) trace() {
	c.tr = shparse.Read(c.traceConfig())
	c.say(c.tr.Findings...)
	maps.Copy(c.sources, c.tr.Sources)
	maps.Copy(c.sources, c.tr.Hosts)
}

// traceConfig says how the script is followed.
func (c *converter) traceConfig() shparse.Config {
	return shparse.Config{
		FS: c.fsys, Path: c.opts.Script, Dir: c.opts.Dir, Args: c.opts.Args, Env: c.opts.Env, Goals: c.opts.Goals,
		Defaults: c.defaults, Limits: shparse.Limits{Steps: c.steps},
	}
}

// plan decides on each way through the script.
func (c *converter) plan() {
	if c.refused() {
		return
	}
	c.plans = plan.Make(plan.Input{
		FS: c.fsys, Trace: c.tr,
		BuilderFile: c.opts.BuilderFile, RuntimeFile: c.opts.RuntimeFile,
		Load: c.load, LoadInline: c.loadInline,
	})
	var ways []*shparse.Way
	for _, p := range c.plans {
		ways = append(ways, p.Way)
		c.say(p.Findings...)
		if len(p.Folds) > 0 {
			c.folding = append(c.folding, p)
		}
	}
	c.tr = c.tr.Along(ways)
}

// render makes the changes, and refuses where two ways want different ones.
func (c *converter) render() {
	if c.refused() || len(c.folding) == 0 {
		return
	}
	c.renderDockerfiles()
	c.checkIdleWays()
	if c.refused() {
		return
	}
	c.modernize()
	inlaid := c.inlaid()
	if c.refused() {
		return
	}
	scripts, findings := render.Scripts(c.tr, c.scripts(), inlaid, c.decide)
	c.say(findings...)
	if !c.refused() {
		c.collect(scripts)
		c.dropped = c.ops(func(op *shparse.Op) bool {
			return slices.ContainsFunc(c.folding, func(p *plan.Plan) bool { return p.Script.Drop[op] || p.Script.Tests[op] == shparse.Void })
		})
	}
}

// renderDockerfiles renders the folds. Those of one final Dockerfile must be the
// same text, on one way and on all.
func (c *converter) renderDockerfiles() {
	first := map[string]*plan.Plan{}
	for _, p := range c.folding {
		for _, f := range p.Folds {
			text, findings := render.Dockerfile(f)
			c.say(findings...)
			text = text.Placed(c.place)
			name := f.Final().File.Path
			before, seen := c.texts[name]
			switch {
			case !seen:
				c.texts[name], first[name] = text, p
			case before.String() != text.String() && first[name] == p:
				c.say(finding.New("SF204", f.Final().Op.Range, "%s is built twice, with files from different builders", name))
			case before.String() != text.String():
				c.say(waysDiffer(first[name].Way, p.Way))
			}
		}
	}
}

// place is where in a file an origin stands that is in an embedded script.
func (c *converter) place(o edit.Origin) edit.Origin {
	if c.tr.Embedding(o.File) == nil {
		return o
	}
	r := c.tr.Locate(finding.Range{File: o.File, Start: finding.Pos{Offset: o.Start}, End: finding.Pos{Offset: o.End}})
	return edit.Origin{File: r.File, Start: r.Start.Offset, End: r.End.Offset}
}

// checkIdleWays refuses a way that builds a final Dockerfile without the extracted
// files, such as one that skips the builder where its image exists.
func (c *converter) checkIdleWays() {
	for _, p := range c.plans {
		if len(p.Folds) > 0 {
			continue
		}
		for _, op := range p.Way.Ops {
			b, ok := op.Act.(*shparse.Build)
			if !ok {
				continue
			}
			name, _ := b.FilePath.Known()
			if b.Heredoc != nil {
				name = inlineName(b.Heredoc)
			}
			if _, changes := c.texts[name]; changes {
				c.say(waysDiffer(c.folding[0].Way, p.Way))
			}
		}
	}
}

// waysDiffer is the refusal of a condition on which the result depends.
func waysDiffer(a, b *shparse.Way) finding.Finding {
	for i, cond := range a.Conds {
		if i >= len(b.Conds) || b.Conds[i].Range != cond.Range || b.Conds[i].Taken != cond.Taken {
			return finding.New("SF006", cond.Range, "the result depends on whether %q holds", cond.Text)
		}
	}
	return finding.New("SF006", b.Ops[0].Range, "the ways through the script build different images")
}

func (c *converter) scripts() []plan.Script {
	var list []plan.Script
	for _, p := range c.plans {
		list = append(list, p.Script)
	}
	return list
}

// collect lists the changed files by path.
func (c *converter) collect(scripts map[string]render.Script) {
	for _, p := range c.folding {
		for _, f := range p.Folds {
			c.collectFold(f)
		}
	}
	for _, path := range slices.Sorted(maps.Keys(scripts)) {
		s := scripts[path]
		if c.tr.Embedding(path) != nil {
			c.hosted[path] = s
		} else if old := c.sources[path]; string(old) != s.Text.String() {
			c.change(edit.Change{Path: path, Old: old, New: []byte(s.Text.String())})
			c.texts[path] = s.Text
		}
	}
	for name := range c.inline {
		delete(c.texts, name) // the script has it
	}
	slices.SortFunc(c.changes, func(a, b edit.Change) int { return cmp.Compare(a.Path, b.Path) })
}

func (c *converter) collectFold(f *plan.Fold) {
	final := f.Final().File
	text, path := c.texts[final.Path].String(), final.Path
	if doc := f.Final().Inline; doc != nil {
		path = doc.Body.File
	} else {
		c.change(edit.Change{Path: path, Old: final.Source, New: []byte(text)})
	}
	if c.target == "" {
		c.target, c.document = path, text
	}
	if f.Ignore != nil {
		c.collectIgnore(f)
	}
	for _, p := range f.Builders() {
		if _, kept := c.texts[p.File.Path]; !kept && !p.Made && p.Inline == nil {
			c.change(edit.Change{Path: p.File.Path, Old: c.sources[p.File.Path], Delete: true})
		}
	}
}

// collectIgnore adds the new ignore file of a fold's context.
func (c *converter) collectIgnore(f *plan.Fold) {
	g := f.Ignore
	text, err := edit.NewText(g.Path, g.Old).Apply(g.Edits)
	before, seen := c.texts[g.Path]
	if err != nil || seen && before.String() != text.String() {
		c.say(finding.New("SF203", f.Final().Build.Context.Word, "the final images need different ignore files in %q", f.Context))
		return
	}
	if g.Old != nil {
		c.sources[g.Path] = g.Old
	}
	if text.Len() == 0 {
		c.change(edit.Change{Path: g.Path, Old: g.Old, Delete: true})
		return
	}
	c.texts[g.Path] = text
	for _, from := range g.Joined {
		c.sources[from.Path] = from.Source
	}
	c.change(edit.Change{Path: g.Path, Old: g.Old, New: []byte(text.String())})
}

// change adds a change of a file, once.
func (c *converter) change(ch edit.Change) {
	if !slices.ContainsFunc(c.changes, func(o edit.Change) bool { return o.Path == ch.Path }) {
		c.changes = append(c.changes, ch)
	}
}

// load parses a Dockerfile once.
func (c *converter) load(path string, from finding.Range) (*dockerfile.File, []finding.Finding) {
	if f, ok := c.files[path]; ok {
		return f, nil
	}
	src, problem := readText(c.fsys, path, from)
	if problem != nil {
		return nil, []finding.Finding{*problem}
	}
	c.sources[path] = src
	f, findings := dockerfile.Parse(path, src)
	if f != nil {
		c.files[path] = f
	}
	return f, findings
}

// result sums up.
func (c *converter) result() *Result {
	r := &Result{Script: c.opts.Script, Dir: c.opts.Dir, Goals: c.opts.Goals, Trace: c.tr, Sources: c.sources, Changes: c.changes, Texts: c.texts, Dockerfile: c.target, DockerfileText: c.document, Dropped: c.dropped, Lost: c.lost}
	worst, _ := finding.Worst(c.findings)
	switch {
	case worst == finding.Error:
		r.Status, r.Changes, r.Texts, r.Dockerfile, r.Dropped, r.Lost = Refused, nil, nil, "", nil, nil
	case len(c.folding) == 0:
		r.Status = Nothing
	case worst == finding.Warning:
		r.Status = Assumed
	default:
		r.Status = Converted
	}
	r.Findings = finding.Sort(c.findings)
	return r
}
