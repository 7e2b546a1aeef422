package makefile

import (
	"errors"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/stagefold/stagefold/convert/finding"
)

// The bounds of a reading.
const (
	maxText     = 1 << 20 // bytes of one expansion, and of one file
	maxIncludes = 200     // files read
	maxCommands = 10_000  // recipe lines of one Run
	maxSteps    = 500_000 // references expanded
)

// A Config says what to read and what is known from outside.
type Config struct {
	FS   fs.FS  // the repository
	Path string // the Makefile, relative to the root of FS
	Dir  string // the directory that make runs in; empty means that of Path

	// Env are known variables of the environment, Vars those of make's command
	// line, which override what the Makefile says.
	Env  map[string]Text
	Vars map[string]Text

	// Goals are the targets that make is asked for, for MAKECMDGOALS.
	Goals []string

	// Defaults takes variables that ?= sets to have that value, and says so in a
	// finding.
	Defaults bool

	// Shell gives the output of a command, with its line ends, or false where it
	// can't be known at all. Nil knows none.
	Shell func(command Text, dir string, at finding.Range) (Text, bool)

	// Decide answers a question that can't be decided. Nil says no.
	Decide func(Question) bool
}

// A Question is a condition on what comes from outside.
type Question struct {
	Text  string
	Range finding.Range
	Key   string // equal for questions with the same answer
	Holes []*Hole
	// Yes is what follows from a yes: the values of variables from outside.
	Yes map[string]Text
}

// A Makefile is what Read read.
type Makefile struct {
	Sources     map[string][]byte // the files, by path
	Rules       []*Rule           // in order
	Findings    []finding.Finding
	Assignments []Assignment // of variables, in order

	// Stopped is what $(error) said, where it ended the reading.
	Stopped string

	r          *reader
	targetVars []targetVar
}

// An Assignment is a definition of a variable in one of the files.
type Assignment struct {
	Name  string
	Op    string
	Range finding.Range // the whole statement, without its line end
	Value finding.Range // its right side

	exported bool
}

// A targetVar is a definition that holds for some targets.
type targetVar struct {
	targets []Word
	whole   finding.Range
}

// Read reads the Makefile at c.Path. It does not fail otherwise than by findings.
func Read(c Config) *Makefile {
	r := newReader(c)
	if src, ok := r.open(c.Path, finding.Range{File: c.Path}); ok {
		r.file(src)
	}
	r.finish()
	return r.out
}

// A reader evaluates Makefiles.
type reader struct {
	conf   Config
	out    *Makefile
	dir    string
	global *scope
	facts  map[string]Text // of variables from outside
	asked  map[string]bool
	busy   map[*variable]bool

	special  special
	targets  map[string][]assignment // target-specific variables
	patterns []patternScope
	order    []string // the targets, by first mention
	byTarget map[string][]*Rule
	list     []string // MAKEFILE_LIST

	current     []*Rule  // the rules that recipe lines belong to
	lateExports []string // exported before they are set
	exportAll   bool
	includes    int
	steps       int
	halted      bool
}

// special is what the special targets ask for.
type special struct {
	phony, silent, ignore, precious map[string]bool
	oneShell, allSilent, allIgnore  bool
	secondExpansion, posix          bool
	defaultRule                     *Rule
}

func newReader(c Config) *reader {
	if c.Dir == "" {
		c.Dir = path.Dir(c.Path)
	}
	r := &reader{
		conf: c, dir: path.Clean(c.Dir), global: &scope{},
		out:   &Makefile{Sources: map[string][]byte{}},
		facts: map[string]Text{}, asked: map[string]bool{}, busy: map[*variable]bool{},
		targets: map[string][]assignment{}, byTarget: map[string][]*Rule{},
		special: special{phony: map[string]bool{}, silent: map[string]bool{}, ignore: map[string]bool{}, precious: map[string]bool{}},
	}
	r.out.r = r
	for _, b := range builtins {
		r.global.set(&variable{name: b.name, parts: []valuePart{{raw: madeRope(b.value, finding.Range{})}}, origin: "default"})
	}
	r.global.set(fixed("CURDIR", r.rooted(r.dir), "file"))
	r.global.set(fixed("PWD", r.rooted(r.dir), "environment"))
	r.global.set(fixed("MAKECMDGOALS", join(nameTexts(c.Goals), " "), "default"))
	r.global.set(fixed("MAKE_TERMERR", nil, "default"))
	r.global.set(fixed("MAKE_TERMOUT", nil, "default"))
	for name, value := range c.Vars {
		v := fixed(name, value, "command line")
		v.export = exported
		r.global.set(v)
	}
	return r
}

func (r *reader) expander(at finding.Range) *expander {
	return &expander{reader: r, vars: r.global, at: at}
}

// fail reports an error, which ends the reading.
func (r *reader) fail(code finding.Code, at finding.Range, format string, args ...any) {
	if !r.halted {
		r.out.Findings = append(r.out.Findings, finding.New(code, at, format, args...))
	}
	r.halted = true
}

func (r *reader) warn(code finding.Code, at finding.Range, format string, args ...any) {
	f := finding.New(code, at, format, args...)
	if !slices.Contains(r.out.Findings, f) {
		r.out.Findings = append(r.out.Findings, f)
	}
}

// halt ends the reading as $(error) does.
func (r *reader) halt(message string, at finding.Range) {
	if r.halted {
		return
	}
	r.halted = true
	r.out.Stopped = message
	r.warn("SF053", at, "make stops here: %s", message)
}

// assumeDefault says that a variable is taken to have the value that ?= gives it.
func (r *reader) assumeDefault(name string, whole rope) {
	v := r.global.find(name)
	at := whole.at
	if v != nil && len(v.parts) > 0 && v.parts[0].raw.offs != nil {
		at = v.parts[0].raw.all()
	}
	r.warn("SF054", at, "%q is taken to have the value that the Makefile gives it where nobody sets it", name)
}

// A question is Question inside of the package.
type question struct {
	text  string
	at    finding.Range
	key   string
	holes []*Hole
	yes   map[string]Text
}

// ask decides a question, the same way each time.
func (r *reader) ask(q question) bool {
	if answer, ok := r.asked[q.key]; ok {
		return answer
	}
	answer := r.conf.Decide != nil && r.conf.Decide(Question{q.text, q.at, q.key, q.holes, q.yes})
	r.asked[q.key] = answer
	if answer {
		for name, value := range q.yes {
			r.facts[name] = value
		}
	}
	return answer
}

// open reads a file of the repository.
func (r *reader) open(name string, from finding.Range) (*source, bool) {
	if r.includes++; r.includes > maxIncludes {
		r.fail("SF052", from, "more than %d files are included", maxIncludes)
		return nil, false
	}
	info, err := fs.Stat(r.conf.FS, name)
	switch {
	case err != nil:
		var p *fs.PathError
		if errors.As(err, &p) {
			err = p.Err
		}
		r.fail("SF301", from, "cannot read the Makefile %q: %v", name, err)
		return nil, false
	case !info.Mode().IsRegular():
		r.fail("SF304", from, "expected %q to be a Makefile, found no regular file", name)
		return nil, false
	case info.Size() > maxText:
		r.fail("SF302", from, "%q has %d bytes; at most %d are read", name, info.Size(), maxText)
		return nil, false
	}
	text, err := fs.ReadFile(r.conf.FS, name)
	if err != nil || strings.ContainsRune(string(text), 0) {
		r.fail("SF302", from, "%q can't be read as text", name)
		return nil, false
	}
	r.out.Sources[name] = text
	return newSource(name, text), true
}

// file evaluates a file.
func (r *reader) file(src *source) {
	name := src.path
	if rel, ok := relativeTo(r.dir, name); ok {
		name = rel
	}
	r.list = append(r.list, name)
	r.global.set(fixed("MAKEFILE_LIST", Lit(strings.Join(r.list, " ")), "file"))
	r.lines(ropeOf(src, 0, len(src.text)))
}

// relativeTo returns name as seen from dir.
func relativeTo(dir, name string) (string, bool) {
	if dir == "." {
		return name, true
	}
	rest, ok := strings.CutPrefix(name, dir+"/")
	if ok {
		return rest, true
	}
	return strings.Repeat("../", strings.Count(dir, "/")+1) + name, true
}

// lines evaluates text line by line.
func (r *reader) lines(text rope) {
	b := &block{reader: r, in: scanner{rope: text}}
	for !b.in.done() && !r.halted {
		b.line()
	}
	b.close()
	r.endRule()
}

// A block is a text that is evaluated: conditionals begin and end in it.
type block struct {
	*reader
	in    scanner
	conds []conditional
}

// A conditional is an ifeq or the like that is open.
type conditional struct {
	active bool // this branch counts
	taken  bool // a branch was taken already, or none may be
	at     finding.Range
}

func (b *block) active() bool {
	return len(b.conds) == 0 || b.conds[len(b.conds)-1].active
}

// recipePrefix is the character that a recipe line begins with.
func (r *reader) recipePrefix() byte {
	if v := r.global.find(".RECIPEPREFIX"); v != nil && v.origin != "default" {
		if text, ok := r.expander(finding.Range{}).valueOf(v, rope{}).Known(); ok && text != "" {
			return text[0]
		}
	}
	return '\t'
}

// line evaluates the next line.
func (b *block) line() {
	prefix := b.recipePrefix()
	if b.in.rope.text[b.in.at] == prefix && len(b.current) > 0 {
		start := b.in.at
		b.in.at++
		recipe := b.in.recipe(prefix)
		if b.active() {
			b.addRecipe(recipe, start, b.in.at)
		}
		return
	}
	start := b.in.at
	line := b.in.logical().trimLeft()
	first, rest := cutWord(line)
	if !b.active() {
		if _, mods := cutModifiers(line.plusSpace()); mods.define {
			b.definition() // a conditional in there is none
			return
		}
	}
	if b.conditional(first.text, rest, line) || !b.active() {
		return
	}
	b.statement(line, whole{start, b.in.at})
}

// whole is where a statement is in the text of the block, its line end included.
type whole struct{ start, end int }

// cutWord splits off the first word.
func cutWord(line rope) (word, rest rope) {
	n := strings.IndexAny(line.text, spaces)
	if n < 0 {
		return line, line.from(len(line.text))
	}
	return line.to(n), line.from(n).trimLeft()
}

// statement evaluates a line that is no recipe and no conditional.
func (b *block) statement(line rope, w whole) {
	if line.text == "" || line.text[0] == '#' {
		return
	}
	if a, ok := splitAssignment(line); ok && !a.mods.define && !a.mods.undefine {
		b.endRule()
		b.assign(b.global, withoutComment(a))
		return
	}
	first, rest := cutWord(line)
	switch first.text {
	case "define", "override", "export", "unexport", "private", "undefine":
		if b.directive(line) {
			b.endRule()
			return
		}
	case "include", "-include", "sinclude":
		b.endRule()
		b.include(withoutHash(rest), first.text == "include", line.all())
		return
	case "vpath":
		b.endRule()
		b.fail("SF051", line.all(), "vpath is not understood")
		return
	case "endef":
		b.fail("SF051", line.all(), "endef without define")
		return
	}
	b.rule(line, w)
}

// withoutHash cuts a comment off a line. A backslash takes the meaning from the #.
func withoutHash(line rope) rope {
	for i := 0; i < len(line.text); i++ {
		switch line.text[i] {
		case '$':
			i = skipReference(line.text, i) - 1
		case '#':
			slashes := i - len(strings.TrimRight(line.text[:i], `\`))
			if slashes%2 == 0 {
				return line.to(i)
			}
		}
	}
	return line
}

// withoutComment cuts the comment off the value of an assignment. Space in front
// of the comment is a part of the value.
func withoutComment(a assignment) assignment {
	a.value = unescapeHash(withoutHash(a.value))
	return a
}

// unescapeHash makes "#" of a "\#".
func unescapeHash(r rope) rope {
	for {
		i := strings.Index(r.text, `\#`)
		if i < 0 {
			return r
		}
		out := rope{text: r.text[:i] + r.text[i+1:], src: r.src, at: r.at}
		if r.offs != nil {
			out.offs = slices.Concat(r.offs[:i], r.offs[i+1:])
		}
		r = out
	}
}
