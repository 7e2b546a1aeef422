package convert

import (
	"bytes"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/stagefold/stagefold/convert/edit"
	"github.com/stagefold/stagefold/convert/finding"
	"github.com/stagefold/stagefold/convert/tree"
	"github.com/stagefold/stagefold/shparse"
	"github.com/stagefold/stagefold/shparse/pipeline"
)

// A pipelineDriver converts the file of a CI system. Each of its jobs is a unit by
// itself.
type pipelineDriver struct {
	driver
	p *pipeline.Pipeline
}

// convertPipeline converts what the commands in the file of a CI system build.
func convertPipeline(fsys fs.FS, o Options) *Result {
	if o.Dir == "" {
		o.Dir = "."
	}
	d := &pipelineDriver{driver: driver{fsys: fsys, opts: o}}
	return d.convert()
}

func (d *pipelineDriver) convert() *Result {
	d.out = newConverter(d.fsys, d.opts)
	d.p = d.read(d.fsys)
	d.survey()
	if d.leaveAlone(map[string][]byte{d.opts.Script: d.p.Source}) {
		return d.out.result()
	}
	if len(d.folding) == 0 {
		return d.nothing()
	}
	d.quiet = map[finding.Range]bool{}
	for _, step := range []func(){d.settle, d.ownLines, d.checkOthers, d.agree, d.rewrite} {
		if d.gather(); d.out.refused() || len(d.folding) == 0 {
			break
		}
		step()
	}
	if len(d.folding) == 0 {
		return d.nothing()
	}
	d.merge()
	if !d.out.refused() {
		d.out.reportMentions()
		d.ownMentions()
		d.out.reportIgnoreEntries()
	}
	return d.out.result()
}

func (d *pipelineDriver) read(fsys fs.FS) *pipeline.Pipeline {
	return pipeline.Read(pipeline.Config{FS: fsys, Path: d.opts.Script, Env: d.opts.Env})
}

// survey follows each job by itself, and the jobs that were asked for together.
func (d *pipelineDriver) survey() {
	if len(d.opts.Goals) > 0 {
		if d.sort(d.follow(d.opts.Goals, d.fsys)); len(d.folding) == 0 {
			return
		}
	}
	d.left = len(d.p.Jobs)
	for _, j := range d.p.Jobs {
		if slices.Contains(d.opts.Goals, j.Name) {
			continue
		}
		r := d.follow([]string{j.Name}, d.fsys)
		if len(d.opts.Goals) > 0 {
			d.others = append(d.others, r)
			continue
		}
		d.sort(r)
	}
}

func (d *pipelineDriver) sort(r *goalRun) {
	if len(r.c.folding) > 0 {
		d.folding = append(d.folding, r)
		return
	}
	d.others = append(d.others, r)
}

// settle lets go what is left of a step where all else goes, and does nothing by
// itself.
func (d *pipelineDriver) settle() {
	for line, idle := range d.spent() {
		if idle && !d.lines[line].Gone {
			d.quiet[line] = true
		}
	}
	if len(d.quiet) > 0 {
		d.renderAgain()
	}
}

// ownLines leaves out the jobs that only run a script, or make, which does all of
// the work: that is a unit by itself.
func (d *pipelineDriver) ownLines() {
	d.folding = slices.DeleteFunc(d.folding, func(r *goalRun) bool {
		own := slices.ContainsFunc(d.raised(r), func(l shparse.RaisedLine) bool {
			return l.Line.File == d.opts.Script && (l.Gone || len(l.Edits) > 0)
		})
		if !own && !r.c.refused() {
			r.c.findings, r.c.folding = nil, nil
			r.c.say(finding.New("SF202", d.placeOf(r), "the job runs a script that drives the build").WithHint("convert that script by itself"))
			d.others = append(d.others, r)
			return true
		}
		return false
	})
}

// placeOf is where a job begins.
func (d *pipelineDriver) placeOf(r *goalRun) finding.Range {
	for _, name := range r.goals {
		if j := d.p.Job(name); j != nil {
			return j.Range
		}
	}
	return finding.Range{File: d.opts.Script, Start: start, End: start}
}

// nothing says why no job converts: by the one that comes nearest to it.
func (d *pipelineDriver) nothing() *Result {
	if len(d.others) == 0 {
		return d.bare()
	}
	best := d.closest()
	for _, r := range d.others {
		switch {
		case d.handsOn(r):
			best = r
		case best.c.nearness() < nearest && len(r.c.tr.Ways) == 0 && d.mayExtract(r):
			return r.c.result() // what can't be followed may be a builder pattern
		}
	}
	if best.c.nearness() < 2 && len(best.c.tr.Ways) == 0 {
		best.c.findings = nil // there is nothing to refuse
		best.c.explainNothing()
	}
	return best.c.result()
}

// mayExtract reports whether a job that can't be followed has words of a builder
// pattern.
func (d *pipelineDriver) mayExtract(r *goalRun) bool {
	j := d.p.Job(r.goals[0])
	if j == nil {
		return true // it was asked for
	}
	var text strings.Builder
	for _, s := range j.Shells {
		for _, p := range s.Script() {
			text.WriteString(p.String())
		}
	}
	said := text.String()
	return mentionsAny(said, "docker", "podman") && mentionsAny(said, " build") && mentionsAny(said, " cp ", " create ", " run ", " export ")
}

// handsOn refuses a job that copies a file out of a container, where the image that
// takes it in is built by a step that is no command, or by another job.
func (d *pipelineDriver) handsOn(r *goalRun) bool {
	op, j := r.c.extraction(), d.p.Job(r.goals[0])
	if op == nil || j == nil || len(r.c.tr.Ways) == 0 || !d.taken(op) {
		return false
	}
	said := r.c.findings
	r.c.findings = nil
	for _, s := range j.Shells {
		if s.Image != "" {
			r.c.say(finding.New("SF075", s.Range, "%q builds an image, and only commands of a shell are read", s.Image))
			return true
		}
	}
	builds := slices.ContainsFunc(d.p.Jobs, func(o *pipeline.Job) bool {
		return o != j && slices.ContainsFunc(o.Shells, func(s *pipeline.Shell) bool { return s.Image != "" })
	}) || slices.ContainsFunc(d.others, func(o *goalRun) bool { return o != r && len(o.c.builds()) > 0 })
	if j.Publishes && builds {
		r.c.say(finding.New("SF076", op.Range, "what is copied out of the container here goes from the job %q to others", j.Name))
		return true
	}
	r.c.findings = said
	return false
}

// taken reports whether a Dockerfile in the root may take in what an operation
// copies out of a container.
func (d *pipelineDriver) taken(op *shparse.Op) bool {
	name, _ := op.Act.(*shparse.Copy).HostPath.Known()
	entries, err := fs.ReadDir(d.fsys, ".")
	if err != nil {
		return false
	}
	return slices.ContainsFunc(entries, func(e fs.DirEntry) bool {
		if !strings.HasPrefix(e.Name(), "Dockerfile") || !e.Type().IsRegular() {
			return false
		}
		src, problem := readText(d.fsys, e.Name(), wholeFile(e.Name()))
		text := string(src)
		return problem == nil && (wordIndex(text, path.Base(name)) >= 0 || strings.Contains(text, "COPY . ") || strings.Contains(text, "ADD . "))
	})
}

// checkOthers refuses where another job uses an image that is made no more, or builds
// from a Dockerfile that changes.
func (d *pipelineDriver) checkOthers() {
	if d.p.System == pipeline.Jenkins {
		r := d.folding[0]
		d.out.say(finding.New("SF074", r.c.tr.Locate(r.c.extractionOrFirst().Range), "a Jenkinsfile is not rewritten"))
		return
	}
	images, files := d.lostImages(), d.changedFiles()
	for _, r := range d.others {
		for _, op := range r.c.operations() {
			b, isBuild := op.Act.(*shparse.Build)
			name := ""
			if isBuild {
				name, _ = b.FilePath.Known()
			}
			switch at := r.c.tr.Locate(op.Range); {
			case slices.Contains(files, name):
				d.out.say(finding.New("SF071", at, "the job %q builds from %q too, which changes", strings.Join(r.goals, ", "), name))
			case op.Names(images):
				d.out.say(finding.New("SF071", at, "the job %q uses an image that is made no more", strings.Join(r.goals, ", ")))
			default:
				continue
			}
			break
		}
	}
}

// lostImages are the tags that are made no more.
func (d *pipelineDriver) lostImages() []string {
	var tags []string
	for _, r := range d.folding {
		for _, op := range r.c.dropped {
			if b, ok := op.Act.(*shparse.Build); ok {
				for _, t := range b.Tags {
					if name, known := t.Known(); known {
						tags = append(tags, name)
					}
				}
			}
		}
	}
	return tags
}

// extractionOrFirst is what a refusal of a whole file points at.
func (c *converter) extractionOrFirst() *shparse.Op {
	if op := c.extraction(); op != nil {
		return op
	}
	return c.operations()[0]
}

// agree refuses shells of which the jobs want different things.
func (d *pipelineDriver) agree() {
	for _, line := range d.disputed {
		d.out.say(finding.New("SF071", line, "these commands have to change for one job and not for another"))
	}
}

// rewrite changes the file, and checks that it says what is meant, and nothing else.
func (d *pipelineDriver) rewrite() {
	var changes []pipeline.Change
	for _, j := range d.p.Jobs {
		for _, s := range j.Shells {
			if l, ok := d.lines[s.Range]; ok && (l.Gone || len(l.Edits) > 0) {
				changes = append(changes, pipeline.Change{Shell: s, Gone: l.Gone, Edits: l.Edits})
			}
		}
	}
	for at := range d.lines {
		if l := d.lines[at]; at.File != d.opts.Script && (l.Gone || len(l.Edits) > 0) {
			d.out.say(finding.New("SF071", at, "%s runs commands of the old build through make", d.opts.Script).WithHint("convert %s by itself first", at.File))
		}
	}
	w := d.p.Rewrite(changes)
	d.out.say(w.Findings...)
	if d.out.refused() {
		return
	}
	text, err := edit.NewText(d.opts.Script, d.p.Source).Apply(w.Edits)
	if err != nil {
		d.out.say(finding.New("SF071", finding.Range{File: d.opts.Script, Start: start, End: start}, "the changes collide: %v", err))
		return
	}
	d.out.say(w.Check([]byte(text.String()))...)
	d.out.change(edit.Change{Path: d.opts.Script, Old: d.p.Source, New: []byte(text.String())})
	d.out.texts[d.opts.Script] = text
	d.checkMeaning([]byte(text.String()))
}

// checkMeaning follows every job of the new file: each must run just what it ran, but
// for what goes.
func (d *pipelineDriver) checkMeaning(src []byte) {
	if d.out.refused() {
		return
	}
	after := &tree.Overlay{FS: d.fsys, Files: map[string][]byte{d.opts.Script: src}}
	for _, r := range slices.Concat(d.folding, d.others) {
		o := d.opts
		o.Goals = r.goals
		c := newConverter(after, o)
		d.trace(c)
		if r.c.tr == nil || r.c.refused() || d.wanted(r.c) == c.meaning() {
			continue
		}
		d.out.say(finding.New("SF071", d.placeOf(r), "without the commands that must go, the job %q would run something else", strings.Join(r.goals, ", ")))
	}
	if !d.out.refused() {
		changes := slices.Clone(d.out.changes)
		for _, r := range d.folding {
			changes = append(changes, r.c.changes...)
		}
		d.checkUses(changes)
	}
}

// wanted is what a job has to run after the conversion.
func (d *pipelineDriver) wanted(c *converter) string {
	var texts []string
	for name := range c.tr.Embeddings() {
		text := string(c.tr.Sources[name])
		if s, changed := c.hosted[name]; changed {
			text = s.Text.String()
		}
		texts = append(texts, text)
	}
	return joinedMeaning(texts)
}

// ownMentions lists the places of the file itself that still name a file which the
// conversion deletes.
func (d *pipelineDriver) ownMentions() {
	left := bytes.Split([]byte(newText(d.out.changes, d.opts.Script)), []byte("\n"))
	for _, ch := range d.out.changes {
		if !ch.Delete {
			continue
		}
		for _, f := range Mentions(d.opts.Script, d.p.Source, ch.Path) {
			line := bytes.TrimRight(lineAt(d.p.Source, f.Range.Start.Offset), "\r")
			if slices.ContainsFunc(left, func(l []byte) bool { return bytes.Equal(bytes.TrimRight(l, "\r"), line) }) {
				d.out.say(f)
			}
		}
	}
}

func newText(changes []edit.Change, name string) string {
	for _, ch := range changes {
		if ch.Path == name {
			return string(ch.New)
		}
	}
	return ""
}

// lineAt is the line that an offset lies in, without its line end.
func lineAt(src []byte, offset int) []byte {
	begin := bytes.LastIndexByte(src[:offset], '\n') + 1
	line, _, _ := bytes.Cut(src[begin:], []byte("\n"))
	return line
}
