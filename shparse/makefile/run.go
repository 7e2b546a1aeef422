package makefile

import (
	"slices"
	"strings"

	"github.com/stagefold/stagefold/convert/finding"
)

// A Run is what make does for some goals.
type Run struct {
	Commands []Command
	Findings []finding.Finding
	// Targets are the targets that were considered, each behind its
	// prerequisites.
	Targets []string
	Stopped string // what $(error) said, where it ended the run
}

// A Command is one shell that make starts.
type Command struct {
	Target string
	Rule   *Rule
	Line   RecipeLine // of the first line, where .ONESHELL makes one of several
	Pieces []Piece
	Ignore bool // make goes on when it fails
	Shell  string
	Flags  string
	Env    []EnvVar // what the Makefile exports
}

// An EnvVar is a variable that a command gets.
type EnvVar struct {
	Name  string
	Value Text
}

// A Piece is a part of a command as the shell gets it.
type Piece struct {
	Text
	Range    finding.Range // what it stands for in the file
	Verbatim bool          // byte for byte the text of Range
}

// Steps is how much work the reading was, in references that were expanded.
func (m *Makefile) Steps() int { return m.r.steps }

// Targets returns the targets that can be asked for by name, in the order of the
// file: no patterns, and none of make's special ones.
func (m *Makefile) Targets() []string { return slices.Clone(m.r.order) }

// DefaultGoal is the target that make makes when it is asked for none.
func (m *Makefile) DefaultGoal() string {
	if v := m.r.global.find(".DEFAULT_GOAL"); v != nil {
		text, _ := m.r.expander(finding.Range{}).valueOf(v, rope{}).Known()
		return strings.TrimSpace(text)
	}
	for _, name := range m.r.order {
		if !strings.HasPrefix(name, ".") || strings.Contains(name, "/") {
			return name
		}
	}
	return ""
}

// RulesFor returns the explicit rules of a target.
func (m *Makefile) RulesFor(target string) []*Rule { return slices.Clone(m.r.byTarget[target]) }

// Phony reports whether a target is none that is a file.
func (m *Makefile) Phony(target string) bool { return m.r.special.phony[target] }

// finish applies what holds for the whole file.
func (r *reader) finish() {
	for _, name := range r.lateExports {
		if v := r.global.find(name); v != nil && v.export == exportDefault {
			r.mark(name, exported)
		}
	}
}

// Run lists what make does for goals; without any it is the default goal.
func (m *Makefile) Run(goals ...string) *Run {
	before := len(m.Findings)
	u := &updater{reader: m.r, run: &Run{}, done: map[string]bool{}, busy: map[string]bool{}}
	if len(goals) == 0 {
		if g := m.DefaultGoal(); g != "" {
			goals = []string{g}
		} else {
			m.r.fail("SF051", finding.Range{File: m.r.conf.Path}, "the Makefile has no targets")
		}
	}
	for _, g := range goals {
		u.update(strings.TrimPrefix(g, "./"), nil, finding.Range{File: m.r.conf.Path})
	}
	u.run.Findings = slices.Clone(m.Findings[before:])
	u.run.Stopped = m.Stopped
	return u.run
}

// An updater follows the rules.
type updater struct {
	*reader
	run  *Run
	done map[string]bool // by target: whether it was made
	busy map[string]bool
}

// A request is a target with what holds for it.
type request struct {
	name  string
	vars  *scope
	rules []*Rule
	stem  string
	deps  []dep
}

// A dep is a prerequisite, or several of which no rule makes one.
type dep struct {
	name      string
	at        finding.Range
	orderOnly bool
	files     Text // instead of the name: what lists the files
}

// text is what the prerequisite is in automatic variables.
func (d dep) text() Text {
	if d.files != nil {
		return d.files
	}
	return nameText(d.name)
}

// update makes a target, after its prerequisites, and reports whether anything
// was done. parent is the scope of the target that wants it.
func (u *updater) update(name string, parent *scope, at finding.Range) bool {
	if made, ok := u.done[name]; ok {
		return made
	}
	if u.halted || u.busy[name] {
		return false // make drops circular prerequisites
	}
	u.busy[name] = true
	defer delete(u.busy, name)
	q := &request{name: name, vars: u.scopeOf(name, parent)}
	q.rules, q.stem = u.rulesOf(name)
	if len(q.rules) == 0 {
		u.done[name] = u.withoutRule(name, at)
		return u.done[name]
	}
	u.run.Targets = append(u.run.Targets, name)
	made := false
	if q.rules[0].Double {
		made = u.updateDouble(q)
	} else {
		made = u.updateOne(q)
	}
	u.done[name] = made
	return made
}

// scopeOf makes the scope of a target: its own variables, then those of the target
// that wants it.
func (u *updater) scopeOf(name string, parent *scope) *scope {
	if parent == nil {
		parent = u.global
	}
	sc := &scope{up: parent}
	for _, p := range u.patterns {
		if stem, ok := p.pattern.stem(name); ok {
			auto := &scope{up: sc}
			auto.set(fixed("*", Lit(stem), "automatic"))
			u.assignLocal(sc, p.def)
		}
	}
	for _, a := range u.targets[name] {
		u.assignLocal(sc, a)
	}
	return sc
}

// assignLocal makes a target-specific definition.
func (u *updater) assignLocal(sc *scope, a assignment) {
	assignments := u.out.Assignments
	u.assign(sc, a)
	u.out.Assignments = assignments
}

// rulesOf returns the rules that make a target: the explicit ones, with the recipe
// of a pattern rule where they have none.
func (u *updater) rulesOf(name string) ([]*Rule, string) {
	rules := u.byTarget[name]
	hasRecipe := slices.ContainsFunc(rules, func(r *Rule) bool { return len(r.Recipe) > 0 })
	if hasRecipe || u.special.phony[name] {
		return rules, ""
	}
	if rule, stem := u.implicit(name); rule != nil {
		return append([]*Rule{rule}, rules...), stem
	}
	if len(rules) == 0 && u.special.defaultRule != nil && !u.exists(name) {
		return []*Rule{u.special.defaultRule}, ""
	}
	u.refuseBuiltin(name, rules)
	return rules, ""
}

// implicit finds the pattern rule that makes a target: of those that apply, the
// one with the shortest stem.
func (u *updater) implicit(name string) (*Rule, string) {
	var found *Rule
	var best string
	for _, rule := range u.out.Rules {
		if !rule.pattern || len(rule.Recipe) == 0 {
			continue
		}
		stem, ok := rule.match(name)
		if ok && (found == nil || len(stem) < len(best)) && u.applies(rule, stem) {
			found, best = rule, stem
		}
	}
	return found, best
}

// match matches a name with the targets of a pattern rule. A pattern without a
// slash matches the last part of the name.
func (rule *Rule) match(name string) (string, bool) {
	for _, t := range rule.Targets {
		text, known := t.Name()
		if !known {
			continue
		}
		p := newPattern(text)
		if stem, ok := p.stem(name); ok && stem != "" {
			return stem, true
		}
		if dir := dirPart(name); !strings.Contains(text, "/") && dir != "./" {
			if stem, ok := p.stem(filePart(name)); ok && stem != "" {
				return dir + stem, true
			}
		}
	}
	return "", false
}

// applies reports whether the prerequisites of a pattern rule exist or are
// mentioned as targets.
func (u *updater) applies(rule *Rule, stem string) bool {
	if u.special.secondExpansion {
		return true
	}
	for _, w := range slices.Concat(rule.Prereqs, rule.OrderOnly) {
		text, known := w.Name()
		if !known {
			return false
		}
		name := fillStem(text, stem)
		if u.byTarget[name] == nil && !u.exists(name) && !u.special.phony[name] && !u.byPattern(name, rule) {
			return false
		}
	}
	return true
}

// byPattern reports whether another pattern rule makes a file.
func (u *updater) byPattern(name string, except *Rule) bool {
	for _, rule := range u.out.Rules {
		if rule == except || !rule.pattern || len(rule.Recipe) == 0 {
			continue
		}
		if stem, ok := rule.match(name); ok && len(rule.Prereqs) == 0 || ok && u.allExist(rule, stem) {
			return true
		}
	}
	return false
}

func (u *updater) allExist(rule *Rule, stem string) bool {
	return !slices.ContainsFunc(rule.Prereqs, func(w Word) bool {
		text, known := w.Name()
		name := fillStem(text, stem)
		return !known || u.byTarget[name] == nil && !u.exists(name)
	})
}

// fillStem fills a stem into a prerequisite; the directory of the stem goes in
// front.
func fillStem(word, stem string) string {
	p := newPattern(word)
	if !p.wild {
		return p.prefix
	}
	if i := strings.LastIndexByte(stem, '/'); i >= 0 && !strings.Contains(word, "/") {
		return stem[:i+1] + p.fill(stem[i+1:])
	}
	return p.fill(stem)
}

// sourceEndings are those of files that make's built-in rules make a file of the
// same name without an ending from.
var sourceEndings = []string{".sh", ".c", ".cc", ".cpp", ".C", ".s", ".S", ".f", ".p", ".r", ".mod", ".o"}

// refuseBuiltin refuses targets that a built-in rule would make.
func (u *updater) refuseBuiltin(name string, rules []*Rule) {
	for _, ending := range sourceEndings {
		if u.exists(name + ending) {
			at := finding.Range{File: u.conf.Path}
			if len(rules) > 0 {
				at = rules[0].Header
			}
			u.fail("SF051", at, "%q has no recipe, and make's built-in rules would make it from %q", name, name+ending)
			return
		}
	}
}

// withoutRule handles a prerequisite that no rule makes.
func (u *updater) withoutRule(name string, at finding.Range) bool {
	switch {
	case u.exists(name), u.special.phony[name], u.halted:
		return false
	case len(u.run.Commands) > 0:
		u.warn("SF056", at, "%q is taken to be made by a command in front of it: no rule makes it", name)
		return false
	}
	u.fail("SF057", at, "no rule makes %q, and the repository does not have it", name)
	return false
}

// updateOne makes a target whose rules are one.
func (u *updater) updateOne(q *request) bool {
	rule := recipeRule(q.rules)
	q.deps = u.depsOf(q, rule)
	newer := u.updateDeps(q)
	missing := u.special.phony[q.name] || !u.exists(q.name)
	switch {
	case u.halted:
		return false
	case !missing && !newer:
		u.assumeFresh(q, rule)
		return false
	case rule != nil:
		u.recipe(q, rule)
	}
	if rule != nil && (rule.grouped || rule.pattern) {
		u.alsoMade(q, rule)
	}
	return true
}

// alsoMade notes the other targets that one run of a recipe makes.
func (u *updater) alsoMade(q *request, rule *Rule) {
	for _, t := range rule.Targets {
		if text, known := t.Name(); known {
			u.done[fillStem(text, q.stem)] = true
		}
	}
}

// updateDouble makes a target with double-colon rules, each by itself.
func (u *updater) updateDouble(q *request) bool {
	any := false
	for _, rule := range q.rules {
		one := *q
		one.rules = []*Rule{rule}
		one.deps = u.depsOf(&one, rule)
		newer := u.updateDeps(&one)
		fresh := len(one.deps) > 0 && !newer && u.exists(q.name) && !u.special.phony[q.name]
		if !fresh && !u.halted {
			u.recipe(&one, rule)
			any = true
		}
	}
	return any
}

// updateDeps makes the prerequisites, and reports whether one that counts was made.
func (u *updater) updateDeps(q *request) bool {
	newer := false
	for _, d := range q.deps {
		if d.files != nil {
			continue
		}
		made := u.update(d.name, q.vars, d.at)
		newer = newer || made && !d.orderOnly
	}
	return newer
}

// assumeFresh says that a file which is there is taken to be up to date.
func (u *updater) assumeFresh(q *request, rule *Rule) {
	if rule == nil || !slices.ContainsFunc(q.deps, func(d dep) bool { return !d.orderOnly }) {
		return // without prerequisites a file is up to date for certain
	}
	u.warn("SF056", rule.Header, "%q is taken to be up to date: the repository has it", q.name)
}

// recipeRule is the rule with the recipe: the last one, as make takes it.
func recipeRule(rules []*Rule) *Rule {
	for _, r := range slices.Backward(rules) {
		if len(r.Recipe) > 0 {
			return r
		}
	}
	return nil
}

// depsOf lists the prerequisites: those of the rule with the recipe first.
func (u *updater) depsOf(q *request, first *Rule) []dep {
	var deps []dep
	add := func(rule *Rule) {
		stem := u.stemFor(q, rule)
		for _, w := range u.secondly(q, rule.Prereqs, stem) {
			deps = u.addDep(deps, w, rule, stem, false)
		}
	}
	addLast := func(rule *Rule) {
		stem := u.stemFor(q, rule)
		for _, w := range u.secondly(q, rule.OrderOnly, stem) {
			deps = u.addDep(deps, w, rule, stem, true)
		}
	}
	rules := slices.DeleteFunc(slices.Clone(q.rules), func(r *Rule) bool { return r == first })
	if first != nil {
		rules = append([]*Rule{first}, rules...)
	}
	for _, r := range rules {
		add(r)
		addLast(r)
	}
	return deps
}

// stemFor is what % stands for in the prerequisites of a rule.
func (u *updater) stemFor(q *request, rule *Rule) string {
	if !rule.isStatic {
		return q.stem
	}
	text, known := rule.stemmed.Name()
	if !known {
		u.fail("SF050", rule.Header, "the target pattern %q is not known", rule.stemmed.String())
		return ""
	}
	stem, ok := newPattern(text).stem(q.name)
	if !ok {
		u.fail("SF051", rule.Header, "the target %q does not match the pattern %q", q.name, text)
	}
	q.stem = stem
	return stem
}

func (u *updater) addDep(deps []dep, w Word, rule *Rule, stem string, orderOnly bool) []dep {
	name, known := w.Name()
	if !known {
		return u.addUnknown(deps, w, orderOnly)
	}
	if rule.pattern {
		name = fillStem(name, stem)
	} else if rule.isStatic {
		name = newPattern(name).fill(stem)
	}
	name = strings.TrimPrefix(name, "./")
	if orderOnly && slices.ContainsFunc(deps, func(d dep) bool { return d.name == name }) {
		return deps
	}
	return append(deps, dep{name: name, at: w.Range, orderOnly: orderOnly})
}

// addUnknown takes a variable from outside that stands for whole prerequisites to be
// unset, and what a command finds to be files that no rule makes.
func (u *updater) addUnknown(deps []dep, w Word, orderOnly bool) []dep {
	switch h := w.Text[0].Hole; {
	case len(w.Text) == 1 && h != nil && h.Kind == Outside:
		u.warn("SF054", w.Range, "%q is taken to be set by nobody", h.Name)
		for _, d := range h.Default.fields() {
			if name, known := d.Name(); known {
				deps = append(deps, dep{name: name, at: w.Range, orderOnly: orderOnly})
			}
		}
		return deps
	case w.findsFiles():
		u.warn("SF056", w.Range, "%q is taken to find files that no rule makes", w.String())
		return append(deps, dep{files: w.Text, at: w.Range, orderOnly: orderOnly})
	}
	u.fail("SF050", w.Range, "the prerequisite %q is not known", w.String())
	return deps
}

// findsFiles reports whether a word is what a command says that looks for files.
func (w Word) findsFiles() bool {
	if len(w.Text) != 1 || w.Text[0].Hole == nil {
		return false
	}
	command, ok := strings.CutPrefix(w.Text[0].Hole.Name, "shell ")
	words := append(strings.Fields(command), "", "")
	return ok && (words[0] == "find" || words[0] == "git" && words[1] == "ls-files")
}

// secondly expands prerequisites again, where .SECONDEXPANSION asks for it.
func (u *updater) secondly(q *request, words []Word, stem string) []Word {
	if !u.special.secondExpansion {
		return words
	}
	var out []Word
	for _, w := range words {
		text, known := w.Known()
		if !known || !strings.Contains(text, "$") {
			out = append(out, w)
			continue
		}
		e := u.expander(w.Range)
		e.vars = automatic(q.vars, q.name, stem, nil)
		for _, o := range e.wordsOf(madeRope(text, w.Range)) {
			o.Literal = false
			out = append(out, o)
		}
	}
	return out
}
