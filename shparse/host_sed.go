package shparse

import (
	"regexp"
	"strconv"
	"strings"
)

// A sedCommand is one command of a sed program.
type sedCommand struct {
	line int            // the line that it is for; 0 for all, -1 for the last
	on   *regexp.Regexp // the lines that it is for; nil for all
	not  bool           // it is for the other lines
	verb byte           // 's', 'd', 'p' or 'q'

	old    *regexp.Regexp // what s looks for
	with   []sedPart
	all    bool
	prints bool
}

// A sedPart is text, or the group of the match with a number, -1 for text.
type sedPart struct {
	text  string
	group int
}

// A sedReader reads a program. It fails for what is not modelled.
type sedReader struct {
	rest     string
	extended bool
	failed   bool
}

// sedProgram reads the commands of a program.
func sedProgram(text string, extended bool) ([]sedCommand, bool) {
	r := &sedReader{rest: text, extended: extended}
	var list []sedCommand
	for {
		r.rest = strings.TrimLeft(r.rest, " \t\n;")
		if r.rest == "" || r.failed {
			return list, !r.failed && len(list) > 0
		}
		list = append(list, r.command())
	}
}

func (r *sedReader) command() sedCommand {
	var c sedCommand
	r.address(&c)
	r.rest = strings.TrimLeft(r.rest, " ")
	if rest, ok := strings.CutPrefix(r.rest, "!"); ok {
		c.not, r.rest = true, strings.TrimLeft(rest, " ")
	}
	if r.rest == "" {
		r.failed = true
		return c
	}
	c.verb, r.rest = r.rest[0], r.rest[1:]
	switch c.verb {
	case 's':
		r.substitute(&c)
	case 'd', 'p', 'q':
	default:
		r.failed = true
	}
	r.rest = strings.TrimLeft(r.rest, " \t")
	if r.rest != "" && r.rest[0] != ';' && r.rest[0] != '\n' {
		r.failed = true
	}
	return c
}

func (r *sedReader) address(c *sedCommand) {
	switch {
	case r.rest[0] == '/':
		r.rest = r.rest[1:]
		c.on = r.regexp(r.until('/'))
	case r.rest[0] == '$':
		c.line, r.rest = -1, r.rest[1:]
	case r.rest[0] >= '1' && r.rest[0] <= '9':
		digits := len(r.rest) - len(strings.TrimLeft(r.rest, "0123456789"))
		n, err := strconv.Atoi(r.rest[:digits])
		c.line, r.rest, r.failed = n, r.rest[digits:], r.failed || err != nil
	}
	r.failed = r.failed || strings.HasPrefix(r.rest, ",") || strings.HasPrefix(r.rest, "~")
}

func (r *sedReader) regexp(text string) *regexp.Regexp {
	re, ok := posixRegexp(text, r.extended)
	r.failed = r.failed || !ok || text == ""
	return re
}

// until takes the text up to a delimiter, in which an escaped one is itself.
func (r *sedReader) until(delim byte) string {
	var out strings.Builder
	for i := 0; i < len(r.rest); i++ {
		switch c := r.rest[i]; {
		case c == delim:
			r.rest = r.rest[i+1:]
			return out.String()
		case c == '\\' && i+1 < len(r.rest):
			i++
			if r.rest[i] != delim {
				out.WriteByte(c)
			}
			out.WriteByte(r.rest[i])
		case c == '[' && delim != '[' && strings.IndexByte(r.rest[i:], delim) < strings.IndexByte(r.rest[i:], ']'):
			r.failed = true // a delimiter within brackets
			return ""
		default:
			out.WriteByte(c)
		}
	}
	r.failed = true
	return ""
}

func (r *sedReader) substitute(c *sedCommand) {
	if r.rest == "" || r.rest[0] == '\\' || r.rest[0] == '\n' || r.rest[0] >= 0x80 {
		r.failed = true
		return
	}
	delim := r.rest[0]
	r.rest = r.rest[1:]
	c.old = r.regexp(r.until(delim))
	c.with = r.replacement(r.until(delim))
	for r.rest != "" && !strings.ContainsAny(r.rest[:1], "; \t\n") {
		switch r.rest[0] {
		case 'g':
			c.all = true
		case 'p':
			c.prints = true
		default:
			r.failed = true
		}
		r.rest = r.rest[1:]
	}
	for _, p := range c.with {
		r.failed = r.failed || c.old == nil || p.group > c.old.NumSubexp()
	}
}

func (r *sedReader) replacement(text string) []sedPart {
	var parts []sedPart
	lit := func(b byte) { parts = append(parts, sedPart{string(b), -1}) }
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case c == '&':
			parts = append(parts, sedPart{group: 0})
		case c != '\\':
			lit(c)
		case i+1 == len(text):
			r.failed = true
		default:
			i++
			switch c = text[i]; {
			case c >= '0' && c <= '9':
				parts = append(parts, sedPart{group: int(c - '0')})
			case c == 'n':
				lit('\n')
			case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z':
				r.failed = true
			default:
				lit(c)
			}
		}
	}
	return parts
}

// A sedRun is a program at work.
type sedRun struct {
	program []sedCommand
	quiet   bool // -n
	limit   int  // bytes of the output
	out     strings.Builder
}

// run prints what the program makes of text. It fails where that is too long.
func (s *sedRun) run(text string) (string, bool) {
	lines := splitLines(text)
	for i, line := range lines {
		body, end := strings.CutSuffix(line, "\n")
		tail := ""
		if end {
			tail = "\n"
		}
		if !s.line(body, tail, sedLine{i + 1, i == len(lines)-1}) {
			break
		}
		if s.out.Len() > s.limit {
			return "", false
		}
	}
	return s.out.String(), true
}

// A sedLine is where a line stands.
type sedLine struct {
	number int
	last   bool
}

// line runs the program on one line, and answers false where it quits.
func (s *sedRun) line(body, tail string, at sedLine) bool {
	more, shown := true, !s.quiet
	for _, c := range s.program {
		if c.selects(body, at) == c.not {
			continue
		}
		switch c.verb {
		case 'd':
			return true
		case 'p':
			s.out.WriteString(body + orNewline(tail))
		case 'q':
			more = false
		case 's':
			changed := false
			if body, changed = c.substituted(body); changed && c.prints {
				s.out.WriteString(body + orNewline(tail))
			}
		}
		if !more {
			break
		}
	}
	if shown {
		s.out.WriteString(body + tail)
	}
	return more
}

// orNewline is the line end behind a line that is printed once more.
func orNewline(tail string) string {
	if tail == "" {
		return "\n"
	}
	return tail
}

func (c *sedCommand) selects(body string, at sedLine) bool {
	switch {
	case c.on != nil:
		return c.on.MatchString(body)
	case c.line < 0:
		return at.last
	}
	return c.line == 0 || c.line == at.number
}

func (c *sedCommand) substituted(body string) (string, bool) {
	n := 1
	if c.all {
		n = -1
	}
	matches := c.old.FindAllStringSubmatchIndex(body, n)
	if matches == nil {
		return body, false
	}
	var out strings.Builder
	from := 0
	for _, m := range matches {
		out.WriteString(body[from:m[0]])
		for _, p := range c.with {
			switch {
			case p.group < 0:
				out.WriteString(p.text)
			case m[2*p.group] >= 0:
				out.WriteString(body[m[2*p.group]:m[2*p.group+1]])
			}
		}
		from = m[1]
	}
	out.WriteString(body[from:])
	return out.String(), true
}
