package shparse

import (
	"strconv"
	"strings"
)

// runGetopts takes the next option from the arguments.
func (s *shell) runGetopts(c *command) flow {
	if len(c.argv) < 3 {
		s.emitHost(c, nil)
		return s.status(2)
	}
	s.emitHost(c, nil)
	spec, _ := c.argv[1].Known()
	name, _ := c.argv[2].Known()
	p := s.args
	if len(c.argv) > 3 {
		p = paramsOf(c.argv[3:], c.op.Range)
	}
	g := &getopts{s: s, c: c, spec: spec, name: name, args: p}
	return g.next()
}

// A getopts is one call of getopts.
type getopts struct {
	s    *shell
	c    *command
	spec string
	name string
	args params
}

func (g *getopts) next() flow {
	s := g.s
	val, _ := s.lookup("OPTIND", g.c.node).value()
	text, _ := val.Known()
	at, err := strconv.Atoi(text)
	if err != nil || at < 1 {
		at = 1
	}
	if at > len(g.args.list) {
		if g.args.open {
			q := &question{text: s.commandText(g.c), span: g.c.op.Range, key: "getopts:" + s.r.place(g.c.op.Range)}
			s.result = result{ask: q}
			return next
		}
		return g.end()
	}
	word, known := g.args.list[at-1].Known()
	switch {
	case !known:
		s.result = result{ask: &question{text: s.commandText(g.c), span: g.c.op.Range, key: "getopts:" + s.r.place(g.c.op.Range)}}
		return next
	case word == "--":
		g.setIndex(at + 1)
		return g.end()
	case len(word) < 2 || word[0] != '-':
		return g.end()
	}
	return g.letter(word, at)
}

func (g *getopts) end() flow {
	g.s.getopts = 0
	g.s.assign(g.name, text(Lit("?")), g.c.node)
	return g.s.status(1)
}

func (g *getopts) setIndex(n int) {
	g.s.assign("OPTIND", text(Lit(itoa(n))), g.c.node)
}

// letter handles the next letter of a bundle of options.
func (g *getopts) letter(word string, at int) flow {
	s := g.s
	if s.getopts < 1 || s.getopts >= len(word) {
		s.getopts = 1
	}
	letter := word[s.getopts : s.getopts+1]
	rest := word[s.getopts+1:]
	i := strings.Index(g.spec, letter)
	s.getopts++
	s.vars.set("OPTARG", &variable{})
	switch {
	case i < 0 || letter == ":":
		g.advance(rest, at)
		return g.wrong(letter, "?")
	case i+1 < len(g.spec) && g.spec[i+1] == ':':
		return g.withValue(letter, rest, at)
	}
	g.advance(rest, at)
	s.assign(g.name, text(Lit(letter)), g.c.node)
	return s.status(0)
}

// advance goes on to the next word where a bundle is used up.
func (g *getopts) advance(rest string, at int) {
	if rest == "" {
		g.s.getopts = 0
		g.setIndex(at + 1)
	}
}

// withValue handles an option that takes a value.
func (g *getopts) withValue(letter, rest string, at int) flow {
	s := g.s
	s.getopts = 0
	switch {
	case rest != "":
		s.assign("OPTARG", text(Lit(rest)), g.c.node)
		g.setIndex(at + 1)
	case at < len(g.args.list):
		s.assign("OPTARG", text(g.args.list[at]), g.c.node)
		g.setIndex(at + 2)
	default:
		g.setIndex(at + 1)
		return g.wrong(letter, ":")
	}
	s.assign(g.name, text(Lit(letter)), g.c.node)
	return s.status(0)
}

// wrong reports an unknown option, or one without its value.
func (g *getopts) wrong(letter, sign string) flow {
	s := g.s
	if strings.HasPrefix(g.spec, ":") {
		s.assign("OPTARG", text(Lit(letter)), g.c.node)
	} else {
		sign = "?"
	}
	s.assign(g.name, text(Lit(sign)), g.c.node)
	return s.status(0)
}
