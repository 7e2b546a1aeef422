package convert

import (
	"cmp"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/stagefold/stagefold/convert/edit"
	"github.com/stagefold/stagefold/convert/finding"
	"github.com/stagefold/stagefold/shparse"
	"github.com/stagefold/stagefold/shparse/makefile"
)

// convertMakefile converts what a Makefile drives. Each target that builds an image
// with extracted files is a unit by itself; all of them have to want the same of a
// line of the Makefile, and every other target has to do what it did.
//
// Where that is refused, it is tried again with variables that only ?= sets taken to
// have that value, which is listed.
func convertMakefile(fsys fs.FS, o Options) *Result {
	own := (&makeDriver{driver: driver{fsys: fsys, opts: o}}).convert()
	if own.Status != Refused {
		return own
	}
	assuming := (&makeDriver{driver: driver{fsys: fsys, opts: o, defaults: true}}).convert()
	if assuming.Status == Converted || assuming.Status == Assumed {
		return assuming
	}
	return own
}

// A makeDriver converts one Makefile.
type makeDriver struct {
	driver
	mk *makefile.Makefile // the Makefile where nothing comes from outside
}

func (d *makeDriver) convert() *Result {
	d.out = newConverter(d.fsys, d.opts)
	d.mk = d.read(d.fsys)
	d.survey()
	if d.leaveAlone(d.mk.Sources) {
		return d.out.result()
	}
	if len(d.folding) == 0 {
		return d.nothing()
	}
	d.quiet, d.kept = map[finding.Range]bool{}, map[finding.Range]bool{}
	for _, step := range []func(){d.settle, d.checkOthers, d.settle, d.checkUnfollowed, d.keepCleaning, d.agree, d.rewrite, d.reportTargets} {
		if d.gather(); d.out.refused() {
			break
		}
		step()
	}
	d.merge()
	if !d.out.refused() {
		d.out.reportMentions()
		d.out.reportIgnoreEntries()
	}
	return d.out.result()
}

// read reads the Makefile for its structure: with nothing from outside, or, where make
// stops then, with everything.
func (d *makeDriver) read(fsys fs.FS, goals ...string) *makefile.Makefile {
	c := d.config(fsys, goals)
	mk := makefile.Read(c)
	if mk.Stopped != "" {
		c.Decide = nil
		mk = makefile.Read(c)
	}
	return mk
}

func (d *makeDriver) config(fsys fs.FS, goals []string) makefile.Config {
	env := map[string]makefile.Text{}
	for name, value := range d.opts.Env {
		env[name] = makefile.Lit(value)
	}
	return makefile.Config{
		FS: fsys, Path: d.opts.Script, Dir: d.opts.Dir, Env: env, Goals: goals,
		Decide: func(q makefile.Question) bool { return strings.HasPrefix(q.Key, "empty:") },
	}
}

// survey follows the goals that were asked for, or each target by itself: those first
// that may have to do with containers, and the others where one of these converts.
func (d *makeDriver) survey() {
	if len(d.opts.Goals) > 0 {
		if d.sort(d.follow(d.opts.Goals, d.fsys)); len(d.folding) > 0 {
			d.followEach(d.mk.Targets())
		}
		return
	}
	targets := d.mk.Targets()
	first := slices.DeleteFunc(slices.Clone(targets), func(name string) bool { return !d.mayBuild(name) })
	if len(first) == 0 {
		first = targets
	}
	if d.followEach(first); len(d.folding) == 0 {
		d.pairs()
	}
	if len(d.folding) > 0 {
		d.followEach(slices.DeleteFunc(targets, func(name string) bool { return slices.Contains(first, name) }))
	}
}

// followEach follows targets, each by itself.
func (d *makeDriver) followEach(targets []string) {
	d.left = len(targets)
	for _, name := range targets {
		if len(d.opts.Goals) == 1 && d.opts.Goals[0] == name {
			continue
		}
		r := d.follow([]string{name}, d.fsys)
		if len(d.opts.Goals) > 0 {
			d.others = append(d.others, r)
			continue
		}
		d.sort(r)
	}
}

// mayBuild reports whether what a target runs may have to do with containers: it names a
// container tool, calls make or runs a file of the repository, or is not known.
func (d *makeDriver) mayBuild(target string) bool {
	commands, complete := d.commandsOf([]string{target})
	return !complete || slices.ContainsFunc(commands, func(c makefile.Command) bool {
		text := commandText(c)
		return mentionsAny(strings.ToLower(text), "docker", "podman", "buildah", "nerdctl", "make ") || slices.ContainsFunc(strings.Fields(text), d.isScript)
	})
}

// isScript reports whether a word of a command is a file of the repository that can be
// run.
func (d *makeDriver) isScript(word string) bool {
	info, err := fs.Stat(d.fsys, path.Join(d.dir(), strings.Trim(word, `"'`)))
	return err == nil && info.Mode().IsRegular() && (info.Mode()&0o111 != 0 || strings.HasSuffix(word, "sh"))
}

// dir is where make runs.
func (d *makeDriver) dir() string { return cmp.Or(d.opts.Dir, path.Dir(d.opts.Script)) }

func (d *makeDriver) sort(r *goalRun) {
	if len(r.c.folding) > 0 {
		d.folding = append(d.folding, r)
		return
	}
	d.others = append(d.others, r)
}

// maxPairs bounds the pairs of targets that are tried.
const maxPairs = 20

// pairs tries targets one after the other where no target does all of it: a person
// calls make for one, then for the other.
func (d *makeDriver) pairs() {
	tried := 0
	for _, first := range d.others {
		for _, second := range d.others {
			if tried >= maxPairs || first.c.extraction() == nil || first == second || second.c.extraction() != nil || len(second.c.builds()) == 0 {
				continue
			}
			tried++
			r := d.follow(slices.Concat(first.goals, second.goals), d.fsys)
			if len(r.c.folding) > 0 {
				r.c.say(finding.New("SF056", d.placeOf(second.goals[0]), "%q is taken to be made after %q", second.goals[0], first.goals[0]))
				d.folding = append(d.folding, r)
			}
		}
	}
}

// nothing says why no target converts: by the target that comes nearest to it.
func (d *makeDriver) nothing() *Result {
	if len(d.others) == 0 {
		return d.bare()
	}
	best := d.closest()
	if best.c.nearness() < nearest {
		if r := d.unfollowed(); r != nil {
			return r.c.result() // what can't be followed may be the image
		}
	}
	return best.c.result()
}

// unfollowed is the target that can't be followed and may be the image: of several the
// one that has the most to do with containers.
func (d *makeDriver) unfollowed() *goalRun {
	var found *goalRun
	most := -1
	for _, r := range d.others {
		if r.followed() {
			continue
		}
		if n := d.containerCommands(r.goals); n > most {
			found, most = r, n
		}
	}
	return found
}

// containerCommands is how many of the commands for some goals name a container tool; -1
// where all are known and none can bring a file out of a container.
func (d *makeDriver) containerCommands(goals []string) int {
	n, extracts := 0, false
	commands, complete := d.commandsOf(goals)
	for _, c := range commands {
		text := commandText(c)
		if mentionsAny(text, "docker", "podman", "buildah") {
			n++
			extracts = extracts || mentionsAny(text, "cp ", "create ", "run ", "export ")
		}
	}
	if complete && !extracts {
		return -1
	}
	return n
}

// followed reports whether what a run does is known as far as a trace tells.
func (r *goalRun) followed() bool {
	return r.c.tr == nil || !r.c.refused() || len(r.c.tr.Ways) > 0
}

// mentionsAny reports whether a text holds one of some words.
func mentionsAny(text string, words ...string) bool {
	return slices.ContainsFunc(words, func(w string) bool { return strings.Contains(text, w) })
}

// commandsOf are the commands for some goals as far as the Makefile alone tells, without
// a look at what they do, and whether that is all of them.
func (d *makeDriver) commandsOf(goals []string) ([]makefile.Command, bool) {
	mk := d.read(d.fsys, goals...)
	run := mk.Run(goals...)
	return run.Commands, !finding.Refused(mk.Findings) && !finding.Refused(run.Findings)
}

// commandText is a command as the shell gets it, with names in place of what is unknown.
func commandText(c makefile.Command) string {
	var text strings.Builder
	for _, p := range c.Pieces {
		text.WriteString(p.String())
	}
	return text.String()
}

func (d *makeDriver) placeOf(target string) finding.Range {
	for _, r := range d.mk.RulesFor(target) {
		return r.Header
	}
	return finding.Range{File: d.opts.Script, Start: start, End: start}
}

// agree refuses lines of which the runs want different things.
func (d *makeDriver) agree() {
	for _, line := range d.disputed {
		d.out.say(finding.New("SF058", line, "this line has to change for one target and not for another"))
	}
}

// settle lets go what is left of a recipe where all else goes: lines that only print,
// and calls of make that do nothing any more.
func (d *makeDriver) settle() {
	quiet := d.findQuiet()
	if len(quiet) == len(d.quiet) {
		return
	}
	d.quiet = quiet
	d.renderAgain()
}

// findQuiet lists the lines that only print, in rules of which all other lines go,
// and the calls of make that nothing is left of.
func (d *makeDriver) findQuiet() map[finding.Range]bool {
	quiet := maps.Clone(d.quiet)
	prints, calls := d.speaking()
	for _, line := range d.disputed {
		quiet[line] = quiet[line] || prints[line] && d.lines[line].Gone
	}
	for line, idle := range d.spent() {
		quiet[line] = quiet[line] || idle
	}
	for line, idle := range calls {
		if idle {
			quiet[line] = true
		}
	}
	for _, rule := range d.mk.Rules {
		var speaking []finding.Range
		lost, all := false, true
		for _, line := range rule.Recipe {
			l, ran := d.lines[line.Range]
			switch {
			case !ran:
			case l.Gone:
				lost = true
			case prints[line.Range]:
				speaking = append(speaking, line.Range)
			default:
				all = false
			}
		}
		for _, line := range speaking {
			quiet[line] = quiet[line] || lost && all
		}
	}
	maps.DeleteFunc(quiet, func(_ finding.Range, is bool) bool { return !is })
	return quiet
}

// speaking says of each line whether it does nothing but print, and of each that
// calls make whether all that make does goes.
func (d *makeDriver) speaking() (prints, calls map[finding.Range]bool) {
	prints, calls = map[finding.Range]bool{}, map[finding.Range]bool{}
	and := func(m map[finding.Range]bool, line finding.Range, is bool) {
		before, seen := m[line]
		m[line] = is && (before || !seen)
	}
	for _, r := range d.folding {
		for _, op := range r.c.operations() {
			line, ok := r.c.tr.HostLine(op.Range)
			if ok {
				and(prints, line, op.OnlyPrints())
			}
			for _, c := range op.Calls {
				if caller, ok := r.c.tr.HostLine(c); ok {
					and(calls, caller, d.lines[line].Gone)
				}
			}
		}
	}
	return prints, calls
}

// checkOthers looks at the targets that run a line which changes, or name what goes:
// what is left of them must mean the same, behind a target that converts.
func (d *makeDriver) checkOthers() {
	names, files := d.lostNames(), d.changedFiles()
	for _, r := range d.others {
		if r.c.tr == nil || len(r.c.tr.Ways) == 0 || d.allGone(r) || !d.touches(r, names, files) {
			continue
		}
		if d.within(r) {
			continue
		}
		both := d.follow(slices.Concat(d.folding[0].goals, r.goals), d.fsys)
		both.beside = true
		d.folding = append(d.folding, both)
	}
}

// within reports whether a target runs only lines that one target which converts runs
// too: they were looked at there.
func (d *makeDriver) within(r *goalRun) bool {
	return slices.ContainsFunc(d.folding, func(f *goalRun) bool {
		lines := f.linesOf()
		return !slices.ContainsFunc(r.c.operations(), func(op *shparse.Op) bool {
			line, ok := r.c.tr.HostLine(op.Range)
			return !ok || !lines[line]
		})
	})
}

// touches reports whether a target runs a line that changes, names one of names, or
// builds from one of files.
func (d *makeDriver) touches(r *goalRun, names, files []string) bool {
	return slices.ContainsFunc(r.c.operations(), func(op *shparse.Op) bool {
		line, ok := r.c.tr.HostLine(op.Range)
		l := d.lines[line]
		if b, ok := op.Act.(*shparse.Build); ok {
			if name, known := b.FilePath.Known(); known && slices.Contains(files, name) {
				return true
			}
		}
		return ok && (l.Gone || len(l.Edits) > 0) || op.Names(names)
	})
}

// rewrite changes the Makefile, and checks that it does what is meant.
func (d *makeDriver) rewrite() {
	change := makefile.Change{Edits: map[string][]edit.Edit{}}
	for _, line := range d.lines {
		if line.Gone {
			change.Gone = append(change.Gone, line.Line)
		}
		file := line.Line.File
		change.Edits[file] = append(change.Edits[file], line.Edits...)
	}
	change.Made, change.Deleted = d.madeTargets(), d.deletedFiles()
	w := d.mk.Rewrite(change)
	d.checkNamed(w)
	for _, file := range slices.Sorted(maps.Keys(w.Edits)) {
		src := d.mk.Sources[file]
		text, err := edit.NewText(file, src).Apply(w.Edits[file])
		if err != nil {
			d.out.say(finding.New("SF005", finding.Range{File: file}, "the changes to the Makefile collide: %v", err))
			return
		}
		if string(src) != text.String() {
			d.out.change(edit.Change{Path: file, Old: src, New: []byte(text.String())})
			d.out.texts[file] = text
		}
	}
	for file := range change.Edits {
		if d.mk.Sources[file] == nil {
			d.out.say(finding.New("SF058", finding.Range{File: file}, "the commands of %q run through another Makefile", file))
			return
		}
	}
	d.checkMeaning(w, change.Deleted)
}

// deletedFiles are the paths of the files that go.
func (d *makeDriver) deletedFiles() []string {
	var files []string
	for _, r := range d.folding {
		for _, ch := range r.c.changes {
			if ch.Delete && !slices.Contains(files, ch.Path) {
				files = append(files, ch.Path)
			}
		}
	}
	return files
}
