package makefile

import (
	"strings"

	"github.com/stagefold/stagefold/convert/finding"
)

// A Rule is a rule as the Makefile has it: with all its targets.
type Rule struct {
	Targets   []Word
	Prereqs   []Word
	OrderOnly []Word
	Double    bool // a double-colon rule
	Recipe    []RecipeLine
	Header    finding.Range // from the first target to the end of the prerequisites, without a recipe on the same line
	Range     finding.Range // the header and the recipe, with their line ends

	pattern  bool // a pattern rule: its targets hold a %
	isStatic bool // a static pattern rule
	stemmed  Text // of a static pattern rule: the pattern of its targets
	grouped  bool // &: the recipe makes all targets at once
	made     bool // $(eval) made it: it has no text of its own
}

// A Word is a word of a rule, after expansion.
type Word struct {
	Text
	Range   finding.Range // the word as written; several words may come from one
	Literal bool          // it stands there as it is
}

// A RecipeLine is one command of a recipe before its expansion.
type RecipeLine struct {
	Range finding.Range // with the prefix and the line end
	text  rope
	bare  bool // behind a semicolon, on the line of the targets
}

// A patternScope holds the variables of the targets that match a pattern.
type patternScope struct {
	pattern pattern
	def     assignment
}

// addRecipe adds a line to the recipe of the current rules.
func (b *block) addRecipe(line rope, start, end int) {
	rl := RecipeLine{Range: b.in.rope.span(start, end), text: line}
	for _, rule := range b.current {
		rule.Recipe = append(rule.Recipe, rl)
		if rl.Range.File == rule.Range.File && !rule.made {
			rule.Range.End = rl.Range.End
		}
	}
}

// endRule ends the rule that recipe lines would belong to.
func (r *reader) endRule() { r.current = nil }

// rule evaluates a line with targets and prerequisites.
func (b *block) rule(line rope, w whole) {
	b.endRule()
	line = withoutHashBeforeRecipe(line)
	colon := colonIn(line.text)
	if colon < 0 {
		b.bare(line)
		return
	}
	e := b.expander(line.all())
	targets := e.wordsOf(line.to(colon))
	rest := line.from(colon)
	rule := &Rule{Targets: targets, Range: b.in.rope.span(w.start, w.end), made: line.offs == nil}
	switch {
	case strings.HasPrefix(rest.text, "&::"):
		rule.Double, rule.grouped, rest = true, true, rest.from(3)
	case strings.HasPrefix(rest.text, "&:"):
		rule.grouped, rest = true, rest.from(2)
	case strings.HasPrefix(rest.text, "::"):
		rule.Double, rest = true, rest.from(2)
	default:
		rest = rest.from(1)
	}
	if a, ok := splitAssignment(rest); ok {
		b.targetVariable(targets, withoutComment(a), line)
		return
	}
	b.prerequisites(rule, rest, line)
}

// withoutHashBeforeRecipe cuts a comment off, but not out of a recipe that stands
// behind a semicolon.
func withoutHashBeforeRecipe(line rope) rope {
	cut := withoutHash(line)
	if semi := outside(line.text, ";"); semi >= 0 && semi < len(cut.text) {
		return line
	}
	return cut
}

// outside returns the index of the first of some characters outside of references,
// or -1.
func outside(s, chars string) int {
	for i := 0; i < len(s); i++ {
		switch {
		case s[i] == '$':
			i = skipReference(s, i) - 1
		case s[i] == '\\' && i+1 < len(s):
			i++
		case strings.IndexByte(chars, s[i]) >= 0:
			return i
		}
	}
	return -1
}

// colonIn finds the colon behind the targets, with the & of grouped targets.
func colonIn(s string) int {
	i := outside(s, ":")
	if i > 0 && s[i-1] == '&' {
		return i - 1
	}
	return i
}

// bare evaluates a line without a colon: a reference that expands to nothing, or
// to a rule. Make expands such a line once: what came out of a variable is not
// looked at a second time, nor is it an assignment.
func (b *block) bare(line rope) {
	t := b.expander(line.all()).expand(line).trimmed()
	text, known := t.Known()
	switch {
	case b.halted || len(t) == 0:
	case !known:
		b.fail("SF050", line.all(), "what %q expands to is not known", line.text)
	case line.offs != nil && colonIn(text) >= 0:
		b.lines(madeRope(text, line.all()))
	default:
		b.fail("SF051", line.all(), "expected a rule or a definition, found %q", line.text)
	}
}

// wordsOf expands a part of a rule, word by word, so that each keeps its place.
func (e *expander) wordsOf(r rope) []Word {
	var words []Word
	for i := 0; i < len(r.text); {
		if isSpace(r.text[i]) {
			i++
			continue
		}
		end := i
		for end < len(r.text) && !isSpace(r.text[end]) {
			switch {
			case r.text[end] == '$':
				end = skipReference(r.text, end)
			case r.text[end] == '\\' && end+1 < len(r.text):
				end += 2
			default:
				end++
			}
		}
		words = append(words, e.word(r.slice(i, end))...)
		i = end
	}
	return words
}

// word expands one word as written.
func (e *expander) word(r rope) []Word {
	if !strings.Contains(r.text, "$") {
		return e.globbed(Word{Text: Lit(unescape(r.text)), Range: e.place(r), Literal: r.offs != nil})
	}
	var words []Word
	for _, t := range e.expand(r).fields() {
		words = append(words, e.globbed(Word{Text: t, Range: e.place(r)})...)
	}
	return words
}

// unescape takes backslashes off the characters that they make plain.
func unescape(s string) string {
	for _, c := range []string{":", "#", " "} {
		s = strings.ReplaceAll(s, `\`+c, c)
	}
	return strings.TrimPrefix(s, "./")
}

// globbed replaces a word with wildcards by the files that match, if there are any.
func (e *expander) globbed(w Word) []Word {
	name, known := w.Name()
	if !known || !strings.ContainsAny(name, "*?[") {
		return []Word{w}
	}
	names, ok := e.glob(name)
	if !ok || len(names) == 0 {
		return []Word{w}
	}
	words := make([]Word, len(names))
	for i, n := range names {
		words[i] = Word{Text: nameText(n), Range: w.Range}
	}
	return words
}

// targetVariable notes a definition for targets.
func (b *block) targetVariable(targets []Word, a assignment, line rope) {
	if strings.HasPrefix(a.op, ":") {
		a.text, a.done = b.expander(line.all()).expand(a.value), true
	}
	for _, t := range targets {
		name, known := t.Name()
		if !known {
			b.fail("SF050", t.Range, "the target %q is not known", t.String())
			return
		}
		if p := newPattern(name); p.wild {
			b.patterns = append(b.patterns, patternScope{p, a})
			continue
		}
		b.targets[name] = append(b.targets[name], a)
	}
	if a.name.offs != nil {
		b.out.Assignments = append(b.out.Assignments, Assignment{Name: a.name.text, Op: a.op, Range: line.all(), Value: a.value.all(), exported: a.mods.export})
		b.out.targetVars = append(b.out.targetVars, targetVar{targets, line.all()})
	}
}

// prerequisites reads what stands behind the colon of a rule.
func (b *block) prerequisites(rule *Rule, rest, line rope) {
	headerEnd := outside(rest.text, ";")
	hasRecipe := headerEnd >= 0
	if !hasRecipe {
		headerEnd = len(rest.text)
	}
	body := rest.to(headerEnd)
	e := b.expander(line.all())
	if colon := outside(body.text, ":"); colon >= 0 {
		rule.isStatic = true
		rule.stemmed = e.expand(body.to(colon)).trimmed()
		body = body.from(colon + 1)
	}
	rule.Header = line.span(0, strings.LastIndex(line.text, rest.text)+len(strings.TrimRight(rest.text[:headerEnd], spaces)))
	normal, orderOnly := body, rope{}
	if bar := outside(body.text, "|"); bar >= 0 {
		normal, orderOnly = body.to(bar), body.from(bar+1)
	}
	rule.Prereqs, rule.OrderOnly = e.wordsOf(normal), e.wordsOf(orderOnly)
	if hasRecipe {
		recipe := rest.from(headerEnd + 1).trimLeft()
		rule.Recipe = append(rule.Recipe, RecipeLine{Range: recipe.all(), text: recipe, bare: true})
	}
	b.add(rule)
}

// add enters a rule, or obeys it where it is for a special target.
func (b *block) add(rule *Rule) {
	b.current = []*Rule{rule}
	if len(rule.Targets) == 0 {
		return // the targets are a variable that is empty
	}
	b.out.Rules = append(b.out.Rules, rule)
	for _, t := range rule.Targets {
		name, known := t.Name()
		switch {
		case !known:
			// Such a target can't be asked for by name.
			continue
		case b.obey(name, rule):
			continue
		}
		if newPattern(name).wild && !rule.isStatic {
			rule.pattern = true
			continue
		}
		b.enter(name, rule)
	}
}

func (r *reader) enter(name string, rule *Rule) {
	if r.byTarget[name] == nil {
		r.order = append(r.order, name)
	}
	r.byTarget[name] = append(r.byTarget[name], rule)
}

// obey handles the special targets.
func (b *block) obey(name string, rule *Rule) bool {
	mark := func(set map[string]bool, all *bool) {
		for _, p := range rule.Prereqs {
			if text, ok := p.Name(); ok {
				set[text] = true
			}
		}
		if all != nil && len(rule.Prereqs) == 0 {
			*all = true
		}
	}
	s := &b.special
	switch name {
	case ".PHONY":
		mark(s.phony, nil)
	case ".SILENT":
		mark(s.silent, &s.allSilent)
	case ".IGNORE":
		mark(s.ignore, &s.allIgnore)
	case ".ONESHELL":
		s.oneShell = true
	case ".SECONDEXPANSION":
		s.secondExpansion = true
	case ".POSIX":
		s.posix = true
	case ".DEFAULT":
		s.defaultRule = rule
	case ".PRECIOUS", ".INTERMEDIATE", ".SECONDARY", ".DELETE_ON_ERROR", ".NOTPARALLEL", ".SUFFIXES",
		".EXPORT_ALL_VARIABLES", ".LOW_RESOLUTION_TIME", ".NOTINTERMEDIATE", ".WAIT":
		if name == ".EXPORT_ALL_VARIABLES" {
			b.exportAll = true
		}
	default:
		return false
	}
	return true
}
