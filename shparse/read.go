package shparse

import (
	"strconv"
	"strings"
)

// read takes a line from standard input and splits it into variables.
func (s *shell) read(c *command) flow {
	r := parseRead(c.argv[1:])
	in := s.in
	if r.fd != 0 {
		in = s.ins[r.fd]
	}
	s.emitHost(c, nil)
	if len(r.names) == 0 {
		r.names = []string{"REPLY"}
	}
	if in == nil || in.text == nil {
		return s.readUnknown(c, r, in)
	}
	line, rest, complete, ok := r.take(*in.text)
	if !ok {
		in.text = nil
		return s.readUnknown(c, r, in)
	}
	in.text = known(rest)
	if r.array {
		s.assign(r.names[0], list(s.readFields(line, r, -1)), c.node)
	} else {
		s.setFields(c, r, line)
	}
	if !complete {
		return s.status(1)
	}
	return s.status(0)
}

// take cuts off what read takes of its input: a line, or with -n as many
// characters of one. It answers false where what these are is not known.
func (r readFlags) take(in Value) (line, rest Value, complete, ok bool) {
	line, rest, complete = in.cut(r.delim)
	if !r.counts {
		return line, rest, complete, true
	}
	text, known := line.Known()
	if !known || r.most <= 0 || r.exact || !r.raw && strings.Contains(text, `\`) {
		return nil, nil, false, false
	}
	if chars := []rune(text); len(chars) >= r.most {
		_, rest, _ = in.cut(string(chars[:r.most]))
		return Lit(string(chars[:r.most])), rest, true, true
	}
	return line, rest, complete, true
}

// readUnknown sets the variables to what is not known. Whether there is a line
// at all is a question, save at the terminal: there only a loop comes to an end of it.
func (s *shell) readUnknown(c *command, r readFlags, in *input) flow {
	for _, name := range r.names {
		s.assign(name, text(Value{{Hole: s.hole(Output, "read "+name, c.node)}}), c.node)
	}
	loop := s.loops > 0 && s.asking > 0
	if in != nil && (len(in.file) > 0 || in != s.terminalInput() || loop) {
		q := &question{text: s.commandText(c), span: c.op.Range, key: "read:" + s.r.place(c.op.Range)}
		s.result = result{ask: q}
		return next
	}
	return s.status(0)
}

// terminalInput is nil: no input of the script is known to be the terminal once
// it was redirected.
func (s *shell) terminalInput() *input { return s.tty }

// readFlags are the flags of read.
type readFlags struct {
	raw   bool
	array bool
	delim string
	fd    int
	names []string
	// counts is set by -n and -N, most is their number.
	counts, exact bool
	most          int
}

func parseRead(args []Arg) readFlags {
	r := readFlags{delim: "\n"}
	for i := 0; i < len(args); i++ {
		word, _ := args[i].Known()
		if len(word) < 2 || word[0] != '-' {
			r.names = append(r.names, word)
			continue
		}
		i += r.flag(word, args[i+1:])
	}
	return r
}

// flag reads one word of flags and returns how many words behind it it took.
func (r *readFlags) flag(word string, rest []Arg) int {
	for i := 1; i < len(word); i++ {
		switch word[i] {
		case 'r':
			r.raw = true
		case 'a':
			r.array = true
		case 'd', 'u', 'p', 'n', 'N', 't', 'i':
			val, taken := word[i+1:], 0
			if val == "" && len(rest) > 0 {
				val, _ = rest[0].Known()
				taken = 1
			}
			r.value(word[i], val)
			return taken
		}
	}
	return 0
}

func (r *readFlags) value(flag byte, val string) {
	switch flag {
	case 'd':
		r.delim = "\x00"
		if val != "" {
			r.delim = val[:1]
		}
	case 'u':
		r.fd, _ = strconv.Atoi(val)
	case 'n', 'N':
		r.counts, r.exact = true, flag == 'N'
		r.most, _ = strconv.Atoi(val)
	}
}

func (s *shell) setFields(c *command, r readFlags, line Value) {
	if len(r.names) == 1 && r.names[0] == "REPLY" && !r.array {
		s.assign("REPLY", text(line), c.node)
		return
	}
	if h := splitting(line); h != nil && len(r.names) > 1 {
		s.setUnknown(c, r, line)
		return
	}
	fields := s.readFields(line, r, len(r.names))
	for i, name := range r.names {
		var val Value
		if i < len(fields) {
			val = fields[i]
		}
		s.assign(name, text(val), c.node)
	}
}

// splitting returns a hole of v that may hold separators.
func splitting(v Value) *Hole {
	for _, h := range v.Holes() {
		if splits(h) {
			return h
		}
	}
	return nil
}

// setUnknown sets the variables of read to parts of a line that can't be told
// apart.
func (s *shell) setUnknown(c *command, r readFlags, line Value) {
	for _, name := range r.names {
		h := s.hole(Computed, "read "+name, c.node)
		h.key += line.Key()
		s.assign(name, text(Value{{Hole: h}}), c.node)
	}
}

// readFields splits a line for read: at most n fields, the last of which keeps
// its separators.
func (s *shell) readFields(line Value, r readFlags, n int) []Value {
	sp := &lineSplitter{ifs: s.ifs(), raw: r.raw, max: n}
	for _, p := range line.merged() {
		if p.Hole != nil {
			sp.hole(p)
			continue
		}
		sp.text(p.Lit)
	}
	return sp.finish()
}

// mapfile reads all lines of standard input into an array.
func (s *shell) mapfile(c *command) flow {
	name, trim := "MAPFILE", false
	for i := 1; i < len(c.argv); i++ {
		switch word, _ := c.argv[i].Known(); {
		case word == "-t":
			trim = true
		case len(word) == 2 && word[0] == '-':
			i++
		default:
			name = word
		}
	}
	s.emitHost(c, nil)
	if s.in.text == nil {
		h := Value{{Hole: s.hole(Output, s.commandText(c), c.node)}}
		rest := Value{{Hole: &Hole{Reason: Argument, Name: "@", Source: c.op.Range, key: holeKey(h[0].Hole)}}}
		s.assign(name, list([]Value{rest}), c.node)
		return s.status(0)
	}
	var lines []Value
	rest := *s.in.text
	for len(rest) > 0 {
		line, after, more := rest.cut("\n")
		if more && !trim {
			line = line.line()
		}
		lines = append(lines, line.merged())
		rest = after.merged()
	}
	s.in.text = &Value{}
	s.assign(name, list(lines), c.node)
	return s.status(0)
}
