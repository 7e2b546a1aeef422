package makefile

import (
	"path"
	"slices"
	"strconv"
	"strings"
)

// A function is one of make's functions.
type function struct {
	name string
	most int // arguments; commas beyond belong to the last one; 0 for any number
	run  func(*expander, call) Text
}

// A call is the use of a function.
type call struct {
	*expander
	name  string
	args  []rope
	whole rope
}

// functionTable returns the functions in the order of their names. It is no
// variable, since some functions expand text and so come back to it.
func functionTable() []function {
	return []function{
		{"abspath", 1, onWords(absolute)},
		{"addprefix", 2, runAddPrefix},
		{"addsuffix", 2, runAddSuffix},
		{"and", 0, runAnd},
		{"basename", 1, onNames(func(w string) string { return strings.TrimSuffix(w, suffixPart(w)) })},
		{"call", 0, runCall},
		{"dir", 1, onPaths(dirPart, openDir)},
		{"error", 1, runError},
		{"eval", 1, runEval},
		{"file", 2, runUnsupported},
		{"filter", 2, runFilter},
		{"filter-out", 2, runFilter},
		{"findstring", 2, runFindString},
		{"firstword", 1, runWordAt},
		{"flavor", 1, runFlavor},
		{"foreach", 3, runForeach},
		{"guile", 1, runUnsupported},
		{"if", 3, runIf},
		{"info", 1, runMessage},
		{"join", 2, runJoin},
		{"lastword", 1, runWordAt},
		{"notdir", 1, onPaths(filePart, openFile)},
		{"or", 0, runOr},
		{"origin", 1, runOrigin},
		{"patsubst", 3, runPatsubst},
		{"realpath", 1, onWords(absolute)},
		{"shell", 1, runShell},
		{"sort", 1, runSort},
		{"strip", 1, func(_ *expander, c call) Text { return join(c.words(0), " ") }},
		{"subst", 3, runSubst},
		{"suffix", 1, runSuffix},
		{"value", 1, runValue},
		{"warning", 1, runMessage},
		{"wildcard", 1, runWildcard},
		{"word", 2, runWordAt},
		{"wordlist", 3, runWordAt},
		{"words", 1, runWords},
	}
}

// splitCall reads "NAME ARGS" inside of a reference, where NAME is a function.
func splitCall(inner rope) (function, []rope, bool) {
	n := strings.IndexAny(inner.text, spaces)
	if n <= 0 {
		return function{}, nil, false
	}
	table := functionTable()
	i, ok := slices.BinarySearchFunc(table, inner.text[:n], func(f function, name string) int { return strings.Compare(f.name, name) })
	if !ok {
		return function{}, nil, false
	}
	return table[i], splitArgs(inner.from(n).trimLeft(), table[i].most), true
}

// splitArgs splits at the commas outside of parentheses and braces.
func splitArgs(r rope, most int) []rope {
	var args []rope
	depth, start := 0, 0
	for i := 0; i < len(r.text); i++ {
		switch r.text[i] {
		case '(', '{':
			depth++
		case ')', '}':
			depth--
		case ',':
			if depth == 0 && (most == 0 || len(args) < most-1) {
				args = append(args, r.slice(start, i))
				start = i + 1
			}
		}
	}
	return append(args, r.from(start))
}

// arg is an argument, expanded; "" where there is none.
func (c call) arg(i int) Text {
	if i >= len(c.args) {
		return nil
	}
	return c.expand(c.args[i])
}

func (c call) words(i int) []Text { return c.arg(i).fields() }

// unknown is the answer of a function that can't be computed.
func (c call) unknown() Text { return holed(c.computed(c.whole)) }

// knownWords returns the words of an argument, and whether all are known.
func (c call) knownWords(i int) ([]string, bool) {
	var out []string
	for _, w := range c.words(i) {
		text, ok := w.Known()
		if !ok {
			return nil, false
		}
		out = append(out, text)
	}
	return out, true
}

func texts(words []string) []Text {
	out := make([]Text, len(words))
	for i, w := range words {
		out[i] = Lit(w)
	}
	return out
}

// onNames applies f to each word; what is not known is not computed.
func onNames(f func(string) string) func(*expander, call) Text {
	return onPaths(f, func(Text) (Text, bool) { return nil, false })
}

// onPaths does so, with another function for the words that have holes.
func onPaths(f func(string) string, open func(Text) (Text, bool)) func(*expander, call) Text {
	return onWords(func(c call, w Text) Text {
		if text, ok := w.Known(); ok {
			return Lit(f(text))
		}
		if t, ok := open(w); ok {
			return t
		}
		return c.unknown()
	})
}

func onWords(f func(call, Text) Text) func(*expander, call) Text {
	return func(_ *expander, c call) Text {
		var out []Text
		for _, w := range c.words(0) {
			out = append(out, f(c, w))
		}
		return join(out, " ")
	}
}

// runSuffix lists the endings; a name without one has none.
func runSuffix(e *expander, c call) Text {
	return join(onNames(suffixPart)(e, c).fields(), " ")
}

// absolute makes a path absolute, as far as it can be told.
func absolute(c call, w Text) Text {
	if text, ok := w.Known(); ok {
		if path.IsAbs(text) {
			return Lit(path.Clean(text))
		}
		return c.rooted(path.Join(c.dir, text))
	}
	if w[0].Hole == nil || w[0].Hole.Kind != Root {
		return c.unknown()
	}
	rest, ok := w[1:].Known()
	if !ok {
		return c.unknown()
	}
	return c.rooted(path.Join(".", rest))
}

// rooted is the absolute path of a path of the repository.
func (r *reader) rooted(name string) Text {
	root := holed(&Hole{Kind: Root, Name: "CURDIR"})
	if name == "." {
		return root
	}
	return root.plus(Lit("/" + name))
}

func runAddPrefix(_ *expander, c call) Text {
	prefix, words := c.arg(0), c.words(1)
	if slices.ContainsFunc(words, open) {
		return c.unknown()
	}
	var out []Text
	for _, w := range words {
		out = append(out, prefix.plus(w))
	}
	return join(out, " ")
}

func runAddSuffix(_ *expander, c call) Text {
	suffix, words := c.arg(0), c.words(1)
	if slices.ContainsFunc(words, open) {
		return c.unknown()
	}
	var out []Text
	for _, w := range words {
		out = append(out, w.plus(suffix))
	}
	return join(out, " ")
}

func runJoin(_ *expander, c call) Text {
	a, b := c.words(0), c.words(1)
	if slices.ContainsFunc(slices.Concat(a, b), open) {
		return c.unknown()
	}
	var out []Text
	for i := range max(len(a), len(b)) {
		var w Text
		if i < len(a) {
			w = a[i]
		}
		if i < len(b) {
			w = w.plus(b[i])
		}
		out = append(out, w)
	}
	return join(out, " ")
}

func runAnd(_ *expander, c call) Text {
	var last Text
	for i := range c.args {
		last = c.expand(c.args[i].trim())
		if !c.isTrue(last, c.whole) {
			return nil
		}
	}
	return last
}

func runOr(_ *expander, c call) Text {
	for i := range c.args {
		if t := c.expand(c.args[i].trim()); c.isTrue(t, c.whole) {
			return t
		}
	}
	return nil
}

func runIf(_ *expander, c call) Text {
	if c.isTrue(c.expand(c.args[0].trim()), c.whole) {
		return c.arg(1)
	}
	return c.arg(2)
}

// runCall expands a variable with $(1), $(2) and so on set to the arguments.
func runCall(e *expander, c call) Text {
	name, known := c.expand(c.args[0].trim()).Known()
	if !known {
		return c.unknown()
	}
	if t, ok := c.callFunction(name); ok {
		return t
	}
	local := &scope{up: e.vars}
	local.set(fixed("0", Lit(name), "automatic"))
	for i := 1; i < len(c.args); i++ {
		local.set(fixed(strconv.Itoa(i), c.arg(i), "automatic"))
	}
	for i := len(c.args); i < 10; i++ {
		local.set(fixed(strconv.Itoa(i), nil, "automatic"))
	}
	inner := *e
	inner.vars = local
	inner.depth++
	if inner.depth > maxDepth {
		e.fail("SF052", e.place(c.whole), "the calls nest deeper than %d", maxDepth)
		return nil
	}
	v := local.find(name)
	if v == nil {
		return inner.undefined(name, c.whole)
	}
	// A function may call itself, which a plain variable may not.
	wasBusy := e.busy[v]
	delete(e.busy, v)
	t := inner.valueOf(v, c.whole)
	if wasBusy {
		e.busy[v] = true
	}
	return t
}

// callFunction is $(call NAME,...) where NAME is a function of make's own.
func (c call) callFunction(name string) (Text, bool) {
	f, _, ok := splitCall(madeRope(name+" ", c.place(c.whole)))
	if !ok {
		return nil, false
	}
	if len(c.args) == 1 {
		c.fail("SF051", c.place(c.whole), "the function %q is called without an argument", name)
		return nil, true
	}
	inner := c
	inner.name, inner.args = name, c.args[1:]
	return f.run(c.expander, inner), true
}

func runError(_ *expander, c call) Text {
	c.halt(c.arg(0).String(), c.place(c.whole))
	return nil
}

// runMessage is info and warning, which only print.
func runMessage(_ *expander, c call) Text {
	c.arg(0)
	return nil
}

func runUnsupported(_ *expander, c call) Text {
	c.fail("SF051", c.place(c.whole), "the function %q is not understood", c.name)
	return nil
}

// runEval reads its argument as a part of the Makefile.
func runEval(e *expander, c call) Text {
	text, known := c.arg(0).Known()
	if !known {
		c.fail("SF050", c.place(c.whole), "what eval reads is not known")
		return nil
	}
	e.lines(madeRope(text, c.place(c.whole)))
	return nil
}

func runFilter(_ *expander, c call) Text {
	patterns, known := c.knownWords(0)
	if !known {
		return c.unknown()
	}
	var out []Text
	for _, w := range c.words(1) {
		match, known := matchesAny(patterns, w)
		switch {
		case !known:
			return c.unknown()
		case match == (c.name == "filter"):
			out = append(out, w)
		}
	}
	return join(out, " ")
}

func matchesAny(patterns []string, w Text) (match, known bool) {
	known = true
	for _, p := range patterns {
		_, ok, sure := stemOf(newPattern(p), w)
		if sure && ok {
			return true, true
		}
		known = known && sure
	}
	return false, known
}

func runFindString(_ *expander, c call) Text {
	find, in := c.arg(0), c.arg(1)
	needle, ok := find.Known()
	for _, p := range in {
		if ok && p.Hole == nil && strings.Contains(p.Lit, needle) {
			return find
		}
	}
	if _, known := in.Known(); known && ok {
		return nil
	}
	return c.unknown()
}

func runForeach(e *expander, c call) Text {
	if len(c.args) < 3 {
		return nil
	}
	name, known := c.expand(c.args[0].trim()).Known()
	if !known {
		return c.unknown()
	}
	var out []Text
	for _, w := range c.words(1) {
		local := &scope{up: e.vars}
		local.set(fixed(name, w, "automatic"))
		inner := *e
		inner.vars = local
		out = append(out, inner.expand(c.args[2]))
	}
	return join(out, " ")
}

func runFlavor(e *expander, c call) Text {
	name, known := c.arg(0).Known()
	v := e.vars.find(name)
	switch {
	case !known, v == nil && canComeFromOutside(name):
		return c.unknown()
	case v == nil:
		return Lit("undefined")
	case v.flavor == simple:
		return Lit("simple")
	}
	return Lit("recursive")
}

func runOrigin(e *expander, c call) Text {
	name, known := c.arg(0).Known()
	v := e.vars.find(name)
	switch {
	case !known, v == nil && canComeFromOutside(name), v != nil && v.outside:
		return c.unknown()
	case v == nil:
		return Lit("undefined")
	}
	return Lit(v.origin)
}

func runPatsubst(e *expander, c call) Text {
	return e.patsubst(c.arg(0), c.arg(1), c.arg(2), c.whole)
}

func runSubst(_ *expander, c call) Text {
	from, known := c.arg(0).Known()
	to := c.arg(1)
	text, all := c.arg(2).Known()
	switch {
	case !known, !all:
		return c.unknown()
	case from == "":
		return Lit(text).plus(to)
	}
	return joinText(texts(strings.Split(text, from)), to)
}

// runShell asks for the output of a command. Its line ends become spaces.
func runShell(e *expander, c call) Text {
	return e.output(c.arg(0), c.whole, -1)
}

// output is what a command prints, as $(shell) and != take it: without some of the
// line ends at its end, all for -1, and with spaces for the others.
func (e *expander) output(command Text, whole rope, ends int) Text {
	if e.conf.Shell == nil {
		return holed(e.computed(whole))
	}
	t, ok := e.conf.Shell(command, e.dir, e.place(whole))
	if !ok {
		return holed(e.computed(whole))
	}
	if n := len(t); n > 0 && t[n-1].Hole == nil {
		t = append(t[:n-1:n-1], Part{Lit: trimEnds(t[n-1].Lit, ends)})
	}
	return t.mapped(func(s string) string { return strings.ReplaceAll(s, "\n", " ") }).dropEmpty()
}

func trimEnds(s string, n int) string {
	for n != 0 && strings.HasSuffix(s, "\n") {
		s = s[:len(s)-1]
		n--
	}
	return s
}

func (t Text) dropEmpty() Text {
	return slices.DeleteFunc(t, func(p Part) bool { return p.Hole == nil && p.Lit == "" })
}

func runSort(_ *expander, c call) Text {
	words, known := c.knownWords(0)
	if !known {
		return c.unknown()
	}
	slices.Sort(words)
	return join(texts(slices.Compact(words)), " ")
}

func runValue(e *expander, c call) Text {
	name, known := c.arg(0).Known()
	v := e.vars.find(name)
	if !known || v == nil && canComeFromOutside(name) {
		return c.unknown()
	}
	if v == nil {
		return nil
	}
	var out Text
	for _, p := range v.parts {
		if p.done {
			out = out.plus(p.text)
		} else {
			out = out.plus(Lit(p.raw.text))
		}
	}
	return out
}

// runWildcard lists the files of the repository that match, sorted within each
// pattern.
func runWildcard(e *expander, c call) Text {
	var out []string
	for _, w := range c.words(0) {
		pattern, known := w.Name()
		if !known {
			return c.unknown()
		}
		names, ok := e.glob(pattern)
		if !ok {
			return c.unknown()
		}
		out = append(out, names...)
	}
	return join(nameTexts(out), " ")
}

func runWords(_ *expander, c call) Text {
	words := c.words(0)
	for _, w := range words {
		if _, known := w.Name(); !known {
			return c.unknown()
		}
	}
	return Lit(strconv.Itoa(len(words)))
}

// runWordAt is word, wordlist, firstword and lastword.
func runWordAt(_ *expander, c call) Text {
	switch c.name {
	case "firstword":
		return c.wordRange(c.words(0), 1, 1)
	case "lastword":
		words := c.words(0)
		return c.wordRange(words, len(words), len(words))
	case "word":
		n, ok := c.number(0)
		if !ok {
			return c.unknown()
		}
		return c.wordRange(c.words(1), n, n)
	}
	from, ok := c.number(0)
	to, also := c.number(1)
	if !ok || !also {
		return c.unknown()
	}
	return c.wordRange(c.words(2), from, to)
}

func (c call) number(i int) (int, bool) {
	text, known := c.arg(i).trimmed().Known()
	n, err := strconv.Atoi(text)
	if known && (err != nil || n < 0) {
		c.fail("SF051", c.place(c.whole), "expected a number, found %q", text)
	}
	return n, known && err == nil && n >= 0
}

// wordRange returns the words from one number to another, both from 1 on. A word
// that is a hole may be any number of words.
func (c call) wordRange(words []Text, from, to int) Text {
	to = min(to, len(words))
	if slices.ContainsFunc(words[:to], open) {
		return c.unknown()
	}
	if from < 1 || from > len(words) || to < from {
		return nil
	}
	return join(words[from-1:to], " ")
}
