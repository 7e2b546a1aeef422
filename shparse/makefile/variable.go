package makefile

import (
	"slices"
	"strings"

	"github.com/stagefold/stagefold/convert/finding"
)

// A flavor says when the value of a variable is expanded.
type flavor uint8

const (
	recursive flavor = iota // where it is read
	simple                  // where it is set
)

// A variable is what a name stands for.
type variable struct {
	name   string
	flavor flavor
	parts  []valuePart
	export exportState
	// outside is set where only ?= sets it: what the environment says counts.
	outside bool
	origin  string // as the function origin says it
}

// A valuePart is a piece of a value: text to expand, or a text that is.
type valuePart struct {
	raw  rope
	text Text
	done bool
}

type exportState uint8

const (
	exportDefault exportState = iota
	exported
	unexported
)

// value is the value as $(value NAME) gives it, for people and for +=.
func (v *variable) isEmpty() bool {
	for _, p := range v.parts {
		if p.done && len(p.text) > 0 || !p.done && p.raw.text != "" {
			return false
		}
	}
	return true
}

// A scope holds variables: the global ones, those of a target or the arguments
// of a function, on top of those around it.
type scope struct {
	up   *scope
	vars map[string]*variable
}

func (s *scope) find(name string) *variable {
	for ; s != nil; s = s.up {
		if v, ok := s.vars[name]; ok {
			return v
		}
	}
	return nil
}

func (s *scope) set(v *variable) {
	if s.vars == nil {
		s.vars = map[string]*variable{}
	}
	s.vars[v.name] = v
}

// names returns all names, sorted.
func (s *scope) names() []string {
	var all []string
	for ; s != nil; s = s.up {
		for name := range s.vars {
			all = append(all, name)
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// fixed makes a variable of a text that is expanded already.
func fixed(name string, t Text, origin string) *variable {
	return &variable{name: name, flavor: simple, parts: []valuePart{{text: t, done: true}}, origin: origin}
}

// builtins are the variables that make sets before it reads a Makefile, as far
// as recipes of builds use them.
var builtins = []struct{ name, value string }{
	{"MAKE", "make"},
	{"MAKE_COMMAND", "make"},
	{"SHELL", "/bin/sh"},
	{".SHELLFLAGS", "-c"},
	{"RM", "rm -f"},
	{"AR", "ar"},
	{"AS", "as"},
	{"CC", "cc"},
	{"CXX", "g++"},
	{"CPP", "$(CC) -E"},
	{"LD", "ld"},
	{"FC", "f77"},
	{"LEX", "lex"},
	{"YACC", "yacc"},
	{"MAKEINFO", "makeinfo"},
	{"MAKE_VERSION", "4.3"},
	{"MAKEFILES", ""},
	{"MAKELEVEL", "0"},
	{"SUFFIXES", ""},
	{".RECIPEPREFIX", ""},
	{".VARIABLES", ""},
	{".FEATURES", ""},
	{".INCLUDE_DIRS", ""},
	{"MAKEFLAGS", ""},
	{"MFLAGS", ""},
	{"MAKEOVERRIDES", ""},
	{".LIBPATTERNS", "lib%.so lib%.a"},
	{"OUTPUT_OPTION", "-o $@"},
}

// An assignment is a definition of a variable, as the Makefile has it.
type assignment struct {
	name  rope
	op    string // "=", ":=", "::=", ":::=", "?=", "+=" or "!="
	value rope
	mods  modifiers
	whole finding.Range
	text  Text // the value of a simple variable that was expanded where it stands
	done  bool
}

type modifiers struct {
	export, unexport, override, private, define, undefine bool
}

// splitAssignment finds NAME OP VALUE in a line, behind its modifiers.
func splitAssignment(line rope) (assignment, bool) {
	a := assignment{whole: line.all()}
	line, a.mods = cutModifiers(line)
	start, end, op := operatorIn(line.text)
	if op == "" {
		return a, false
	}
	a.name, a.op = line.to(start).trim(), op
	a.value = line.from(end).trimLeft()
	return a, a.name.text != "" || op != ""
}

// cutModifiers cuts off export, override and the like, as far as they are not the
// name of the variable itself.
func cutModifiers(line rope) (rope, modifiers) {
	var m modifiers
	for {
		line = line.trimLeft()
		n := strings.IndexAny(line.text, " \t")
		if n < 0 {
			return line, m
		}
		rest := line.from(n).trimLeft()
		if start, _, op := operatorIn(rest.text); op != "" && start == 0 {
			return line, m
		}
		switch line.text[:n] {
		case "export":
			m.export = true
		case "unexport":
			m.unexport = true
		case "override":
			m.override = true
		case "private":
			m.private = true
		case "define":
			m.define = true
		case "undefine":
			m.undefine = true
		default:
			return line, m
		}
		line = rest
	}
}

// operatorIn finds the assignment operator behind the first word of a line. It is
// "" where the line is none.
func operatorIn(line string) (start, end int, op string) {
	i := 0
	for i < len(line) && !isSpace(line[i]) {
		switch {
		case line[i] == '$':
			i = skipReference(line, i)
			continue
		case line[i] == '#':
			return 0, 0, ""
		}
		if op := operatorAt(line[i:]); op != "" {
			return i, i + len(op), op
		}
		if line[i] == ':' {
			return 0, 0, ""
		}
		i++
	}
	for i < len(line) && isSpace(line[i]) {
		i++
	}
	if op := operatorAt(line[i:]); op != "" {
		return i, i + len(op), op
	}
	return 0, 0, ""
}

func operatorAt(s string) string {
	for _, op := range []string{"=", ":=", "::=", ":::=", "?=", "+=", "!="} {
		if strings.HasPrefix(s, op) {
			return op
		}
	}
	return ""
}

// skipReference returns the index behind the reference at s[i], which is a "$".
func skipReference(s string, i int) int {
	if i+1 >= len(s) {
		return len(s)
	}
	if end := closing(s, i+1); end > 0 {
		return end + 1
	}
	return i + 2
}

// closing returns the index of the parenthesis or brace that closes the one at
// s[i], and -1 where s[i] opens nothing or nothing closes it. Only those of the
// same form count.
func closing(s string, i int) int {
	open := s[i]
	var shut byte
	switch open {
	case '(':
		shut = ')'
	case '{':
		shut = '}'
	default:
		return -1
	}
	depth := 0
	for ; i < len(s); i++ {
		switch s[i] {
		case open:
			depth++
		case shut:
			if depth--; depth == 0 {
				return i
			}
		}
	}
	return -1
}
