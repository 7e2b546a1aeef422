package convert

import (
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/stagefold/stagefold/convert/edit"
	"github.com/stagefold/stagefold/convert/finding"
	"github.com/stagefold/stagefold/convert/tree"
	"github.com/stagefold/stagefold/shparse"
	"github.com/stagefold/stagefold/shparse/makefile"
)

// checkUnfollowed looks at the targets that can't be followed. One that names what goes is
// refused, and of one that runs what changes it is said that nothing more is known.
func (d *makeDriver) checkUnfollowed() {
	names := d.localNames(slices.Concat(d.lostNames(), d.deletedFiles()))
	for _, r := range d.others {
		if r.followed() {
			continue
		}
		why, changes := r.c.firstError(), false
		commands, _ := d.commandsOf(r.goals)
		for _, c := range commands {
			line, ran := d.lines[c.Line.Range]
			changes = changes || ran && (line.Gone || len(line.Edits) > 0)
			if name := shparse.Mentioned(commandText(c), names); name != "" && !ran {
				d.out.say(finding.New("SF062", c.Line.Range, "%q goes, and what %q does with it can't be followed: %s", name, r.goals[0], why))
				return
			}
		}
		if changes {
			d.out.say(finding.New("SF063", d.placeOf(r.goals[0]), "%q can't be followed (%s), and is taken to need nothing that goes", r.goals[0], why))
		}
	}
}

// localNames adds to names those of files as the directory has them that make runs in.
func (d *makeDriver) localNames(names []string) []string {
	for _, name := range names {
		if local, ok := strings.CutPrefix(name, d.dir()+"/"); ok {
			names = append(names, local)
		}
	}
	return names
}

// firstError is the message of the first finding that is an error.
func (c *converter) firstError() string {
	for _, f := range c.findings {
		if f.Severity == finding.Error {
			return f.Message
		}
	}
	return ""
}

// checkMeaning reads the new Makefile and follows every target that is left: each
// must run just what it ran, but for what goes, and no prerequisite may be left over.
func (d *makeDriver) checkMeaning(w *makefile.Rewriting, deleted []string) {
	if d.out.refused() {
		return
	}
	changes := slices.Clone(d.out.changes)
	for _, file := range deleted {
		changes = append(changes, edit.Change{Path: file, Delete: true})
	}
	after := tree.After(d.fsys, changes)
	d.checkLeftOver(d.read(after), w, deleted)
	for _, r := range slices.Concat(d.folding, d.others) {
		goals := slices.DeleteFunc(slices.Clone(r.goals), func(g string) bool { return slices.Contains(w.Targets, g) })
		if len(goals) == 0 || d.out.refused() {
			continue
		}
		o := d.opts
		o.Goals = goals
		c := newConverter(after, o)
		c.defaults = d.defaults
		d.trace(c)
		if want, got := d.meaning(r.c), c.meaning(); want != got && !r.c.refused() {
			d.out.say(finding.New("SF061", d.placeOf(goals[0]), "without the commands that must go, %q would run something else", goals[0]))
		}
		if !r.c.refused() {
			d.checkFollowed(goals, c)
		}
	}
	if !d.out.refused() {
		d.checkUses(changes)
		d.listUses(changes)
	}
}

// checkFollowed refuses what make would not get through any more.
func (d *makeDriver) checkFollowed(goals []string, c *converter) {
	for _, f := range c.findings {
		if f.Severity == finding.Error {
			d.out.say(finding.New("SF061", d.placeOf(goals[0]), "without what must go, %q would fail: %s", goals[0], f.Message))
			return
		}
	}
}

// checkLeftOver refuses a name of a target or file that goes and is still somewhere.
func (d *makeDriver) checkLeftOver(mk *makefile.Makefile, w *makefile.Rewriting, deleted []string) {
	d.out.say(mk.Findings...)
	for _, rule := range mk.Rules {
		for _, p := range slices.Concat(rule.Targets, rule.Prereqs, rule.OrderOnly) {
			name, known := p.Name()
			file, ok := mk.PathOf(name)
			if known && (slices.Contains(w.Targets, name) || ok && slices.Contains(deleted, file) && mk.RulesFor(name) == nil) {
				target, _ := rule.Targets[0].Name()
				d.out.say(finding.New("SF061", d.placeOf(target), "%q must go, and its name comes from an expression here that can't be changed", name))
			}
		}
	}
}

// meaning is what make runs after the conversion, by the scripts of a trace; each way
// and line by itself, without white space.
func (d *makeDriver) meaning(c *converter) string {
	if c.tr == nil {
		return ""
	}
	var texts []string
	for name := range c.tr.Embeddings() {
		text := string(c.tr.Sources[name])
		if s, changed := c.hosted[name]; changed {
			text = s.Text.String()
		} else if len(c.folding) == 0 {
			text = d.without(c, name)
		}
		texts = append(texts, text)
	}
	return joinedMeaning(texts)
}

// joinedMeaning puts scripts together, without those that do nothing.
func joinedMeaning(texts []string) string {
	var all []string
	for _, text := range texts {
		words := strings.Fields(strings.ReplaceAll(text, "\\\n", " "))
		if len(words) > 1 {
			all = append(all, strings.ReplaceAll(strings.Join(words, " "), "; )", " )"))
		}
	}
	slices.Sort(all)
	return strings.Join(slices.Compact(all), "\n\n")
}

// without is the script of a target that does not convert by itself, without the
// lines that go.
func (d *makeDriver) without(c *converter, name string) string {
	return c.tr.Embedding(name).Without(func(line finding.Range) bool { return d.lines[line].Gone })
}

// meaning is what the scripts of a trace run.
func (c *converter) meaning() string {
	var texts []string
	for name := range c.tr.Embeddings() {
		texts = append(texts, string(c.tr.Sources[name]))
	}
	return joinedMeaning(texts)
}

// checkNamed looks at the targets that go: one that people call by its name can't.
func (d *makeDriver) checkNamed(w *makefile.Rewriting) {
	for _, name := range w.Targets {
		if at, why := d.calledByName(name, w); why != "" {
			d.out.say(finding.New("SF059", at, "%q has nothing left to do, and %s", name, why))
		}
	}
}

// calledByName says how people know a target by its name, and where; "" where only
// other targets ask for it.
func (d *makeDriver) calledByName(name string, w *makefile.Rewriting) (finding.Range, string) {
	place := d.placeOf(name)
	if !d.asked(name) && !d.madeByMake(name) && len(d.mk.RulesFor(name)) > 0 {
		return place, "no other target asks for it: it is called by name"
	}
	if at, ok := d.helpFor(name, w); ok {
		return at, "the help text lists it"
	}
	if at, ok := d.mentionOf(name); ok {
		return at, "it is called by name here"
	}
	return place, ""
}

// asked reports whether a rule has a target among its prerequisites.
func (d *makeDriver) asked(name string) bool {
	for _, rule := range d.mk.Rules {
		if target, _ := rule.Targets[0].Name(); strings.HasPrefix(target, ".") && d.mk.RulesFor(target) == nil {
			continue
		}
		for _, p := range slices.Concat(rule.Prereqs, rule.OrderOnly) {
			if text, _ := p.Name(); text == name {
				return true
			}
		}
	}
	return false
}

// madeByMake reports whether a recipe calls make for a target.
func (d *makeDriver) madeByMake(name string) bool {
	for _, src := range d.mk.Sources {
		for line := range strings.Lines(string(src)) {
			if strings.HasPrefix(line, "\t") && callsMake(line, name) {
				return true
			}
		}
	}
	return false
}

// callsMake reports whether a line calls make with a target.
func callsMake(line, name string) bool {
	fields := strings.FieldsFunc(line, func(r rune) bool { return strings.ContainsRune(" \t\n;&|`\"'()", r) })
	for i, f := range fields {
		if f != "make" && f != "MAKE" && f != "$MAKE" && f != "${MAKE}" && f != "gmake" {
			continue
		}
		for _, arg := range fields[i+1:] {
			if arg == name || strings.TrimRight(arg, ".,:") == name {
				return true
			}
			if arg == "make" || !strings.HasPrefix(arg, "-") && !strings.Contains(arg, "=") && !plainGoal(arg) {
				break
			}
		}
	}
	return false
}

func plainGoal(word string) bool {
	return strings.Trim(word, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./%") == ""
}

// helpFor finds a target in the help text of the Makefile: behind ## on its own line,
// as such texts are made of, or in what a recipe that stays prints.
func (d *makeDriver) helpFor(name string, w *makefile.Rewriting) (finding.Range, bool) {
	for _, rule := range d.mk.RulesFor(name) {
		src := string(d.mk.Sources[rule.Header.File])
		line, _, _ := strings.Cut(src[rule.Header.Start.Offset:], "\n")
		if strings.Contains(line, "##") {
			return rule.Header, true
		}
	}
	for _, rule := range d.mk.Rules {
		if slices.Contains(w.Removed, rule) {
			continue
		}
		for _, line := range rule.Recipe {
			text := string(d.mk.Sources[line.Range.File])[line.Range.Start.Offset:line.Range.End.Offset]
			if prints(text) && (callsMake(text, name) || listsTarget(text, name)) {
				return line.Range, true
			}
		}
	}
	return finding.Range{}, false
}

func prints(line string) bool {
	word, _, _ := strings.Cut(strings.TrimLeft(line, "\t @-+"), " ")
	return word == "echo" || word == "printf"
}

// listsTarget reports whether a line of help begins with the name of a target.
func listsTarget(line, name string) bool {
	_, rest, _ := strings.Cut(strings.TrimLeft(line, "\t @-+"), " ")
	rest = strings.TrimLeft(rest, " \t\"'-*e")
	after, ok := strings.CutPrefix(rest, name)
	return ok && (after == "" || strings.ContainsAny(after[:1], " \t:-\"'\\"))
}

// mentionOf finds a call of make with a target in the files around.
func (d *makeDriver) mentionOf(name string) (finding.Range, bool) {
	for _, dir := range d.out.neighbourhood(d.opts.Script) {
		entries, err := fs.ReadDir(d.fsys, dir)
		if err != nil {
			continue
		}
		for _, e := range entries {
			file := path.Join(dir, e.Name())
			if !e.Type().IsRegular() || d.mk.Sources[file] != nil || !isCaller(file) && !isDocument(file) {
				continue
			}
			src, problem := readText(d.fsys, file, wholeFile(file))
			if problem != nil {
				continue
			}
			if at, ok := lineThatCalls(file, string(src), name); ok {
				d.out.sources[file] = src
				return at, true
			}
		}
	}
	return finding.Range{}, false
}

func lineThatCalls(file, src, name string) (finding.Range, bool) {
	offset := 0
	for i, line := range strings.SplitAfter(src, "\n") {
		if callsMake(line, name) {
			start := finding.At(offset, i+1, 1)
			return finding.Range{File: file, Start: start, End: start.Right(len(strings.TrimRight(line, "\n")))}, true
		}
		offset += len(line)
	}
	return finding.Range{}, false
}

// reportTargets lists the targets that go.
func (d *makeDriver) reportTargets() {
	left := map[string]bool{}
	for _, ch := range d.out.changes {
		mk := d.read(tree.After(d.fsys, []edit.Change{ch}))
		for _, name := range mk.Targets() {
			left[name] = true
		}
	}
	for _, name := range d.mk.Targets() {
		if left[name] || len(d.out.changes) == 0 {
			continue
		}
		f := finding.New("SF060", d.placeOf(name), "the target %q goes: it only made what is made in the image's build now", name)
		if !d.mk.Phony(name) {
			f.Severity = finding.Note
		}
		d.out.say(f)
	}
}
