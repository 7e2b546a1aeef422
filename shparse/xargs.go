package shparse

import (
	"strconv"
	"strings"
)

// xargs runs a command on the words of its standard input.
func (s *shell) xargs(c *command, w wrapper) flow {
	x := xargsFlags(c.argv[1:])
	rest, _, _ := w.strip(c.argv[1:])
	if len(rest) == 0 {
		rest = []Arg{{Value: Lit("echo"), Word: c.argv[0].Word}}
	}
	if s.in.text == nil {
		h := s.hole(Output, "the input of xargs", c.node)
		f := s.runWith(c, x.place(rest, []Arg{{Value: Value{{Hole: h}}, Word: c.argv[0].Word, MaySplit: true}}))
		s.result = s.xargsResult(c, []result{s.result})
		return f
	}
	items := x.items(*s.in.text, c)
	if len(items) == 0 && x.skipEmpty {
		s.emitHost(c, nil)
		return s.status(0)
	}
	size := x.count
	if size == 0 {
		size = max(1, len(items))
	}
	var results []result
	for at := 0; at == 0 || at < len(items); at += size {
		if f := s.runWith(c, x.place(rest, items[at:min(len(items), at+size)])); f != next {
			return f
		}
		results = append(results, s.result)
	}
	s.result = s.xargsResult(c, results)
	return next
}

// xargsResult is the status of xargs: 0 where all its commands succeed, otherwise
// one of its own.
func (s *shell) xargsResult(c *command, results []result) result {
	var asked []*question
	for _, r := range results {
		switch {
		case r.ask != nil:
			asked = append(asked, r.ask)
		case r.code != 0:
			return result{code: 1, failed: s.statusQuestion(c, "xargs").failure()}
		}
	}
	if len(asked) == 0 {
		return result{}
	}
	all := *allOf(asked)
	all.loose = true
	return result{ask: &all}
}

// runWith runs one command of xargs, which reads nothing itself.
func (s *shell) runWith(c *command, argv []Arg) flow {
	inner := *c
	op := *c.op
	inner.op, inner.argv, inner.bare = &op, argv, true
	op.Argv = argv
	in := s.in
	s.in = &input{text: &Value{}}
	f := s.run(&inner)
	s.in = in
	return f
}

// xargsOptions are the flags of xargs that matter.
type xargsOptions struct {
	count     int    // -n, or 1 for -I
	replace   string // -I
	zero      bool   // -0
	lines     bool   // -I and -d '\n' take lines
	skipEmpty bool   // -r
}

func xargsFlags(args []Arg) xargsOptions {
	var x xargsOptions
	for i, a := range args {
		word, _ := a.Known()
		if len(word) < 2 || word[0] != '-' {
			if i == 0 || !x.takesValue(args[i-1]) {
				break
			}
			continue
		}
		val := word[2:]
		if val == "" && i+1 < len(args) {
			val, _ = args[i+1].Known()
		}
		x = x.with(word[1], val)
	}
	return x
}

func (x xargsOptions) takesValue(a Arg) bool {
	word, _ := a.Known()
	return len(word) == 2 && strings.Contains("adEILnPs", word[1:])
}

func (x xargsOptions) with(flag byte, val string) xargsOptions {
	switch flag {
	case 'n', 'L':
		x.count, _ = strconv.Atoi(val)
	case 'I':
		x.count, x.replace, x.lines, x.skipEmpty = 1, val, true, true
	case '0':
		x.zero = true
	case 'd':
		x.lines = true
	case 'r':
		x.skipEmpty = true
	}
	return x
}

// items splits the input into arguments.
func (x xargsOptions) items(v Value, c *command) []Arg {
	var items []Arg
	var seps string
	switch {
	case x.zero:
		seps = "\x00"
	case x.lines:
		seps = "\n"
	default:
		seps = " \t\n"
	}
	sp := &lineSplitter{ifs: seps, raw: true}
	for _, p := range v.merged() {
		if p.Hole != nil {
			sp.hole(p)
			continue
		}
		sp.text(p.Lit)
	}
	for _, f := range sp.finish() {
		items = append(items, Arg{Value: f, Word: c.argv[0].Word, MaySplit: splitting(f) != nil})
	}
	return items
}

// place puts the items behind the command's own words, or where -I says.
func (x xargsOptions) place(words, items []Arg) []Arg {
	if x.replace == "" {
		return append(words[:len(words):len(words)], items...)
	}
	out := make([]Arg, len(words))
	for i, w := range words {
		out[i] = w
		for _, item := range items {
			before, after, found := w.Value.cut(x.replace)
			if found {
				out[i].Value = before.Concat(item.Value).Concat(after).merged()
				out[i].MaySplit = out[i].MaySplit || item.MaySplit
			}
		}
	}
	return out
}
