package shparse

import "strings"

// A lineSplitter splits a line for read.
type lineSplitter struct {
	ifs    string
	raw    bool
	max    int
	fields []Value
	cur    Value
	begun  bool
	space  bool // the last field was ended by white space
	keep   int  // how much of cur's text is not white space at its end
	escape bool
}

func (p *lineSplitter) hole(part Part) {
	p.cur = append(p.cur, part)
	p.begun, p.space = true, false
	p.keep = 0
}

func (p *lineSplitter) text(text string) {
	for _, r := range text {
		switch {
		case p.escape:
			p.escape = false
			if r != '\n' {
				p.add(r, true)
			}
		case r == '\\' && !p.raw:
			p.escape = true
		case strings.ContainsRune(p.ifs, r):
			p.separator(r)
		default:
			p.add(r, true)
		}
	}
}

// add adds a character. The last field keeps separators, but not white space at
// its end.
func (p *lineSplitter) add(r rune, solid bool) {
	last := len(p.cur) - 1
	if last < 0 || p.cur[last].Hole != nil {
		p.cur = append(p.cur, Part{})
		last++
	}
	p.cur[last].Lit += string(r)
	p.begun = true
	if solid {
		p.keep = len(p.cur[last].Lit)
		p.space = false
	}
}

func (p *lineSplitter) separator(r rune) {
	white := r == ' ' || r == '\t' || r == '\n'
	final := p.max > 0 && len(p.fields) == p.max-1
	switch {
	case final && (p.begun || !white && !p.space):
		p.add(r, !white)
	case p.begun:
		p.end()
		p.space = white
	case white:
	case p.space:
		p.space = false
	default:
		p.begun = true
		p.end()
	}
}

func (p *lineSplitter) end() {
	p.fields = append(p.fields, p.cur)
	p.cur, p.begun, p.keep = nil, false, 0
}

func (p *lineSplitter) finish() []Value {
	if !p.begun {
		return p.fields
	}
	last := len(p.cur) - 1
	if last >= 0 && p.cur[last].Hole == nil && p.keep < len(p.cur[last].Lit) {
		p.cur[last].Lit = p.cur[last].Lit[:p.keep]
	}
	p.cur = p.cur.merged()
	// A single separator behind the last field belongs to it only if there are
	// others in it.
	if p.max > 0 && len(p.fields) == p.max-1 {
		p.cur = p.trimOne()
	}
	p.end()
	return p.fields
}

// trimOne drops the one separator that ends the last field.
func (p *lineSplitter) trimOne() Value {
	tail := p.cur.tail()
	if tail == "" {
		return p.cur
	}
	c := tail[len(tail)-1]
	if c == ' ' || c == '\t' || c == '\n' || strings.IndexByte(p.ifs, c) < 0 {
		return p.cur
	}
	rest := tail[:len(tail)-1]
	if strings.ContainsAny(rest, p.ifs) {
		return p.cur
	}
	return p.cur.dropTail(1)
}
