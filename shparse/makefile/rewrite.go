package makefile

import (
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/stagefold/stagefold/convert/edit"
	"github.com/stagefold/stagefold/convert/finding"
)

// A Change says what changes in the recipes of a Makefile.
type Change struct {
	Gone  []finding.Range        // recipe lines that go, by RecipeLine.Range
	Edits map[string][]edit.Edit // edits of recipe lines that stay, by file
	// Made are the targets of commands that go, where a rule does not name them: the
	// rule is a pattern.
	Made []string
	// Deleted are the files of the repository that go. As prerequisites they go too,
	// unless a rule makes them.
	Deleted []string
}

// A Rewriting is what becomes of the files.
type Rewriting struct {
	Edits   map[string][]edit.Edit
	Removed []*Rule  // rules that go
	Targets []string // targets that go, in the order of the file
	Vars    []string // variables that go, since nothing uses them any more
}

// Rewrite removes what goes with some recipe lines: the rules that have nothing left
// to do, the names of their targets in other rules, and variables that only the
// removed text used. A rule without commands that still has prerequisites with rules
// of their own stays.
func (m *Makefile) Rewrite(c Change) *Rewriting {
	w := &rewriter{Makefile: m, change: c, out: &Rewriting{Edits: map[string][]edit.Edit{}}, gone: map[string]bool{}}
	w.findTargets()
	w.cutRules()
	w.cutNames()
	for file, list := range c.Edits {
		w.out.Edits[file] = append(w.out.Edits[file], list...)
	}
	w.cutVariables()
	for file, list := range w.out.Edits {
		// A cut that took the blank line behind it may meet the next one.
		for range 2 {
			list = closeGaps(string(w.Sources[file]), merged(list))
		}
		w.out.Edits[file] = merged(list)
	}
	return w.out
}

// A rewriter works out the edits.
type rewriter struct {
	*Makefile
	change  Change
	out     *Rewriting
	emptied []*Rule
	gone    map[string]bool // targets that go
}

func (w *rewriter) cut(file string, start, end int) {
	w.out.Edits[file] = append(w.out.Edits[file], edit.Edit{Start: start, End: end})
}

func (w *rewriter) goes(line RecipeLine) bool { return slices.Contains(w.change.Gone, line.Range) }

// empties reports whether a rule loses all its commands. Blank lines and comments of
// the shell are none.
func (w *rewriter) empties(r *Rule) bool {
	lost := false
	for _, line := range r.Recipe {
		text := strings.TrimLeft(line.text.text, "@-+ \t")
		switch {
		case w.goes(line):
			lost = true
		case text != "" && text[0] != '#':
			return false
		}
	}
	return lost
}

// findTargets finds the targets that have nothing left to do.
func (w *rewriter) findTargets() {
	candidate := map[string]bool{}
	for _, r := range w.Rules {
		if !w.empties(r) {
			continue
		}
		w.emptied = append(w.emptied, r)
		for _, t := range r.Targets {
			if name, ok := t.Name(); ok {
				candidate[name] = true
			}
		}
	}
	for _, name := range w.change.Made {
		candidate[name] = candidate[name] || w.RulesFor(name) == nil
	}
	// A target stays for what it still asks for.
	for changed := true; changed; {
		changed = false
		for name := range candidate {
			if w.hasWork(name, candidate) {
				delete(candidate, name)
				changed = true
			}
		}
	}
	w.gone = candidate
	for _, name := range w.r.order {
		if candidate[name] {
			w.out.Targets = append(w.out.Targets, name)
		}
	}
	for _, name := range w.change.Made {
		if candidate[name] && !slices.Contains(w.out.Targets, name) {
			w.out.Targets = append(w.out.Targets, name)
		}
	}
}

// hasWork reports whether a target has a rule with other commands, or prerequisites
// that do something.
func (w *rewriter) hasWork(name string, candidate map[string]bool) bool {
	for _, r := range w.RulesFor(name) {
		if len(r.Recipe) > 0 && !slices.Contains(w.emptied, r) {
			return true
		}
		for _, p := range slices.Concat(r.Prereqs, r.OrderOnly) {
			if p.findsFiles() {
				continue
			}
			text, known := p.Name()
			if !known || w.RulesFor(text) != nil && !candidate[text] && w.does(text, map[string]bool{}) {
				return true
			}
		}
	}
	return false
}

// does reports whether a target runs commands, itself or through prerequisites.
func (w *rewriter) does(name string, seen map[string]bool) bool {
	if seen[name] {
		return false
	}
	seen[name] = true
	for _, r := range w.RulesFor(name) {
		if len(r.Recipe) > 0 && !slices.Contains(w.emptied, r) {
			return true
		}
		for _, p := range slices.Concat(r.Prereqs, r.OrderOnly) {
			if text, known := p.Name(); !p.findsFiles() && (!known || w.does(text, seen)) {
				return true
			}
		}
	}
	return false
}

// removed reports whether all targets of a rule go.
func (w *rewriter) removed(r *Rule) bool {
	if r.made || len(r.Targets) == 0 {
		return false
	}
	if r.pattern {
		return slices.Contains(w.emptied, r)
	}
	return !slices.ContainsFunc(r.Targets, func(t Word) bool {
		name, known := t.Name()
		return !known || !w.gone[name]
	})
}

// cutRules removes rules, and the recipe lines of those that stay.
func (w *rewriter) cutRules() {
	for _, r := range w.Rules {
		if w.removed(r) {
			w.out.Removed = append(w.out.Removed, r)
			w.cutRule(r)
			continue
		}
		for _, line := range r.Recipe {
			if w.goes(line) {
				w.cutLine(r, line)
			}
		}
	}
}

func (w *rewriter) cutLine(r *Rule, line RecipeLine) {
	start := line.Range.Start.Offset
	if line.bare {
		start = r.Header.End.Offset
	}
	w.cut(line.Range.File, start, line.Range.End.Offset)
}

// cutRule removes a rule with the comment directly above it.
func (w *rewriter) cutRule(r *Rule) {
	src := string(w.Sources[r.Range.File])
	start := r.Range.Start.Offset
	for {
		line := lineBefore(src, start)
		if !strings.HasPrefix(line, "#") {
			break
		}
		start -= len(line)
	}
	w.cut(r.Range.File, start, r.Range.End.Offset)
}

// closeGaps lets a cut of whole lines take one of the blank lines around it: where
// one stands on both sides, or the file begins or ends there.
func closeGaps(src string, edits []edit.Edit) []edit.Edit {
	for i, e := range edits {
		opens := e.Start == 0 || src[e.Start-1] == '\n'
		closes := e.End == len(src) || e.End > 0 && src[e.End-1] == '\n'
		if e.Text != "" || e.Start == e.End || !opens || !closes {
			continue
		}
		before, after := lineBefore(src, e.Start), src[e.End:]
		if n := strings.IndexByte(after, '\n'); n >= 0 {
			after = after[:n+1]
		}
		switch {
		case isBlank(after) && (isBlank(before) || e.Start == 0):
			edits[i].End += len(after)
		case after == "" && isBlank(before):
			edits[i].Start -= len(before)
		}
	}
	return edits
}

func isBlank(line string) bool { return line != "" && strings.TrimSpace(line) == "" }

// lineBefore returns the line that ends at an offset, with its line end.
func lineBefore(src string, offset int) string {
	if offset == 0 {
		return ""
	}
	return src[strings.LastIndexByte(src[:offset-1], '\n')+1 : offset]
}

// cutNames removes the names of targets that go from the rules that stay, and the
// variables of these targets.
func (w *rewriter) cutNames() {
	for _, r := range w.Rules {
		if w.removed(r) || r.made {
			continue
		}
		if w.isSpecial(r) && w.allGone(r.Prereqs) {
			w.cut(r.Range.File, r.Range.Start.Offset, r.Range.End.Offset)
			continue
		}
		w.cutWords(r, r.Targets)
		w.cutWords(r, r.Prereqs)
		w.cutWords(r, r.OrderOnly)
		if len(r.OrderOnly) > 0 && w.allGone(r.OrderOnly) {
			w.cutBar(r)
		}
	}
	for _, t := range w.r.out.targetVars {
		if w.allGone(t.targets) {
			w.cutLines(t.whole)
		}
	}
}

// isSpecial reports whether a rule is for a special target such as .PHONY.
func (w *rewriter) isSpecial(r *Rule) bool {
	name, _ := r.Targets[0].Name()
	return strings.HasPrefix(name, ".") && w.RulesFor(name) == nil
}

func (w *rewriter) allGone(words []Word) bool {
	return len(words) > 0 && !slices.ContainsFunc(words, func(t Word) bool { return !w.lost(t) })
}

// lost reports whether a word names what is there no more.
func (w *rewriter) lost(word Word) bool {
	name, known := word.Name()
	return known && (w.gone[name] || w.deleted(name))
}

func (w *rewriter) deleted(name string) bool {
	file, ok := w.PathOf(name)
	return ok && w.RulesFor(name) == nil && slices.Contains(w.change.Deleted, file)
}

// cutWords removes the words of a rule that name targets which go, where they stand
// there as they are, or where all that an expression gives goes. Others are in the
// value of a variable.
func (w *rewriter) cutWords(r *Rule, words []Word) {
	for _, word := range words {
		if !w.lost(word) {
			continue
		}
		alike := slices.DeleteFunc(slices.Clone(words), func(o Word) bool { return o.Range != word.Range })
		if word.Literal || w.allGone(alike) {
			w.cutWord(word.Range)
			continue
		}
		name, _ := word.Name()
		for _, a := range w.Assignments {
			w.cutFromValue(a, name)
		}
	}
}

// cutWord removes a word with the space in front of it. A word that has a line of its
// own, among lines that continue each other, goes with that line.
func (w *rewriter) cutWord(at finding.Range) {
	src := string(w.Sources[at.File])
	start, end := at.Start.Offset, at.End.Offset
	before := len(strings.TrimRight(src[:start], " \t"))
	rest, _, _ := strings.Cut(src[end:], "\n")
	if strings.HasSuffix(src[:before], "\n") {
		switch strings.TrimSpace(rest) {
		case `\`:
			end += len(rest) + 1
		case "":
			before = len(strings.TrimRight(strings.TrimSuffix(src[:before-1], `\`), " \t"))
		default:
			before = start
			end += len(rest) - len(strings.TrimLeft(rest, " \t"))
		}
	}
	w.cut(at.File, before, end)
}

// cutBar removes the bar of order-only prerequisites that are all gone.
func (w *rewriter) cutBar(r *Rule) {
	src := string(w.Sources[r.Header.File])[r.Header.Start.Offset:r.Header.End.Offset]
	if bar := strings.LastIndexByte(src, '|'); bar >= 0 {
		start := len(strings.TrimRight(src[:bar], " \t"))
		w.cut(r.Header.File, r.Header.Start.Offset+start, r.Header.Start.Offset+bar+1)
	}
}

// cutFromValue removes a name from the value of a variable, where it is a word of it.
func (w *rewriter) cutFromValue(a Assignment, name string) {
	src := string(w.Sources[a.Value.File])
	text := src[a.Value.Start.Offset:a.Value.End.Offset]
	for _, at := range wordsIn(text, name) {
		start := a.Value.Start.Offset + at
		w.cutWord(finding.Range{File: a.Value.File, Start: finding.Pos{Offset: start}, End: finding.Pos{Offset: start + len(name)}})
	}
}

// wordsIn returns the offsets at which a name is a whole word of a text.
func wordsIn(text, name string) []int {
	var found []int
	for i := 0; ; {
		n := strings.Index(text[i:], name)
		if n < 0 {
			return found
		}
		at := i + n
		end := at + len(name)
		if (at == 0 || isSpace(text[at-1])) && (end == len(text) || isSpace(text[end])) {
			found = append(found, at)
		}
		i = end
	}
}

// cutLines removes whole lines.
func (w *rewriter) cutLines(at finding.Range) {
	src := string(w.Sources[at.File])
	start := strings.LastIndexByte(src[:at.Start.Offset], '\n') + 1
	end := at.End.Offset
	if n := strings.IndexByte(src[end:], '\n'); n >= 0 {
		end += n + 1
	} else {
		end = len(src)
	}
	w.cut(at.File, start, end)
}

// variableUse finds references to variables.
var variableUse = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`\$[({]\s*(?:call|value|origin|flavor)\s+([\w.-]+)|\$[({]\s*([\w.%-]+)|\$(\w)|\b(?:ifdef|ifndef|export)\s+([\w.-]+)`)
})

// uses counts the references to each variable.
func uses(text string) map[string]int {
	n := map[string]int{}
	for _, m := range variableUse().FindAllStringSubmatch(text, -1) {
		for _, name := range m[1:] {
			if name != "" {
				n[name]++
			}
		}
	}
	return n
}

// cutVariables removes the definitions of variables that were used, and only in text
// that is gone. What they themselves used may then go too.
func (w *rewriter) cutVariables() {
	before := map[string]int{}
	for _, text := range w.Sources {
		for name, n := range uses(string(text)) {
			before[name] += n
		}
	}
	for {
		after := w.usesLeft()
		cut := false
		for _, a := range w.Assignments {
			if a.exported || before[a.Name] == 0 || after[a.Name] > 0 || w.isCut(a.Range) || strings.HasPrefix(a.Name, ".") || slices.Contains(ownNames, a.Name) {
				continue
			}
			w.cutLines(a.Range)
			cut = true
			if !slices.Contains(w.out.Vars, a.Name) {
				w.out.Vars = append(w.out.Vars, a.Name)
			}
		}
		if !cut {
			return
		}
	}
}

// ownNames are variables that make or its commands use by themselves.
var ownNames = []string{"SHELL", "MAKEFLAGS", "VPATH", "MAKE"}

func (w *rewriter) isCut(at finding.Range) bool {
	return slices.ContainsFunc(w.out.Edits[at.File], func(e edit.Edit) bool {
		return e.Text == "" && e.Start <= at.Start.Offset && at.End.Offset <= e.End
	})
}

// usesLeft counts the references in what is left.
func (w *rewriter) usesLeft() map[string]int {
	after := map[string]int{}
	for file, text := range w.Sources {
		left, err := edit.Apply(text, merged(w.out.Edits[file]))
		if err != nil {
			left = text
		}
		for name, n := range uses(string(left)) {
			after[name] += n
		}
	}
	// What a variable says of itself is no use of it.
	for _, a := range w.Assignments {
		if !w.isCut(a.Range) {
			text := string(w.Sources[a.Value.File])[a.Value.Start.Offset:a.Value.End.Offset]
			after[a.Name] -= uses(text)[a.Name]
		}
	}
	return after
}

// merged joins cuts that overlap: a rule that goes with a word in it.
func merged(edits []edit.Edit) []edit.Edit {
	sorted := slices.Clone(edits)
	slices.SortStableFunc(sorted, func(a, b edit.Edit) int {
		if a.Start != b.Start {
			return a.Start - b.Start
		}
		return b.End - a.End
	})
	var out []edit.Edit
	for _, e := range sorted {
		n := len(out)
		if n > 0 && out[n-1].Text == "" && (e.Start < out[n-1].End && e.End <= out[n-1].End || e.Start <= out[n-1].End && e.Text == "" && e.Start < e.End) {
			out[n-1].End = max(out[n-1].End, e.End)
			continue
		}
		if n > 0 && e.Equal(out[n-1]) {
			continue
		}
		out = append(out, e)
	}
	return out
}
