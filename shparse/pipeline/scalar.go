package pipeline

import (
	"bytes"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"
)

// A scalar says where in the file the text of a scalar stands.
type scalar struct {
	node       *yaml.Node
	start, end int // with quotes, or from the mark of a block to the end of its last line
	runs       []run
	indent     int // of a block, in columns; -1 for any other scalar
	from       int // where the text of a block begins: its first line
}

// A run is a part of the text of a scalar.
type run struct {
	text       string
	start, end int
	verbatim   bool
}

// scalar finds the text of a scalar in the file, or returns nil where its form is
// not followed.
func (d *document) scalar(n *yaml.Node) *scalar {
	at, ok := d.skipProperties(d.offset(n))
	if !ok {
		return nil
	}
	s := &scalar{node: n, start: at, indent: -1}
	switch {
	case n.Style&(yaml.LiteralStyle|yaml.FoldedStyle) != 0:
		ok = d.block(s)
	case n.Style&yaml.DoubleQuotedStyle != 0:
		ok = d.flow(s, '"')
	case n.Style&yaml.SingleQuotedStyle != 0:
		ok = d.flow(s, '\'')
	default:
		ok = d.flow(s, 0)
	}
	var text strings.Builder
	for _, r := range s.runs {
		text.WriteString(r.text)
	}
	if !ok || text.String() != n.Value {
		return nil
	}
	return s
}

// skipProperties goes from the begin of a node to its text, over an anchor and a
// tag.
func (d *document) skipProperties(at int) (int, bool) {
	for at < len(d.src) && (d.src[at] == '&' || d.src[at] == '!') {
		for at < len(d.src) && !isBlank(d.src[at]) && !d.lineBreak(at) {
			at++
		}
		for at < len(d.src) && isBlank(d.src[at]) {
			at++
		}
	}
	return at, at < len(d.src) && !d.lineBreak(at)
}

func isBlank(b byte) bool { return b == ' ' || b == '\t' }

func (d *document) lineBreak(at int) bool { return d.src[at] == '\n' || d.src[at] == '\r' }

// block reads a block scalar, line by line.
func (d *document) block(s *scalar) bool {
	head := d.src[s.start:d.lineEnd(s.start)]
	mark, _, _ := bytes.Cut(bytes.TrimRight(head, "\r\n"), []byte("#"))
	if strings.ContainsAny(string(mark), "123456789") {
		return false // the indentation is not that of the first line
	}
	s.from = d.lineEnd(s.start)
	s.end = s.from
	for at := s.from; at < len(d.src); at = d.lineEnd(at) {
		line := bytes.TrimRight(d.src[at:d.lineEnd(at)], "\r\n")
		indent := len(line) - len(bytes.TrimLeft(line, " "))
		blank := indent == len(line)
		if s.indent < 0 && !blank {
			s.indent = indent
		}
		switch {
		case !blank && (indent < s.indent || indent == 0):
			return d.chomp(s)
		case blank && (s.indent < 0 || indent < s.indent):
			s.line(at+len(line), at+len(line), d.lineEnd(at))
		default:
			s.line(at+s.indent, at+len(line), d.lineEnd(at))
			if !blank {
				s.end = d.lineEnd(at)
			}
		}
		if d.lineEnd(at) == len(d.src) {
			break
		}
	}
	return d.chomp(s)
}

// line adds a line and its line end.
func (s *scalar) line(start, text, end int) {
	s.runs = append(s.runs, run{start: start, end: text, verbatim: true}, run{text: "\n", start: text, end: end, verbatim: end == text+1})
}

// chomp fills in the texts, and drops line ends that are none of the value's.
func (d *document) chomp(s *scalar) bool {
	for i, r := range s.runs {
		if r.verbatim {
			s.runs[i].text = string(d.src[r.start:r.end])
		}
	}
	value := s.node.Value
	if s.node.Style&yaml.FoldedStyle != 0 && !s.fold() {
		return false
	}
	kept := len(value) - len(strings.TrimRight(value, "\n"))
	have := 0
	for i := len(s.runs) - 1; i >= 0 && strings.Trim(s.runs[i].text, "\n") == ""; i-- {
		have += len(s.runs[i].text)
	}
	for len(s.runs) > 0 && have > kept {
		last := s.runs[len(s.runs)-1]
		s.runs = s.runs[:len(s.runs)-1]
		have -= len(last.text)
	}
	return true
}

// fold makes spaces of the line ends between lines. Blank lines and deeper ones,
// which fold otherwise, are not followed.
func (s *scalar) fold() bool {
	for len(s.runs) > 2 && s.runs[len(s.runs)-2].text == "" {
		s.runs = s.runs[:len(s.runs)-2]
	}
	for i := 0; i+1 < len(s.runs); i += 2 {
		text := s.runs[i].text
		if text == "" || isBlank(text[0]) {
			return false
		}
		if i+2 < len(s.runs) {
			s.runs[i+1] = run{text: " ", start: s.runs[i].end, end: s.runs[i+2].start}
		}
	}
	return true
}

// flow reads a scalar that is no block: plain, or within quotes.
func (d *document) flow(s *scalar, quote byte) bool {
	at := s.start
	if quote != 0 {
		if d.src[at] != quote {
			return false
		}
		at++
	}
	value := s.node.Value
	for len(value) > 0 {
		if at >= len(d.src) {
			return false
		}
		n, r, ok := d.next(at, value, quote)
		if !ok {
			return false
		}
		s.add(r)
		at, value = r.end, value[n:]
	}
	if quote != 0 {
		if at >= len(d.src) || d.src[at] != quote {
			return false
		}
		if len(s.runs) == 0 {
			s.runs = append(s.runs, run{start: at, end: at, verbatim: true})
		}
		at++
	}
	s.end = at
	return true
}

// add adds a run, to the last one where both are verbatim.
func (s *scalar) add(r run) {
	if n := len(s.runs); n > 0 && r.verbatim && s.runs[n-1].verbatim && s.runs[n-1].end == r.start {
		s.runs[n-1].text += r.text
		s.runs[n-1].end = r.end
		return
	}
	s.runs = append(s.runs, r)
}

// escapes of double-quoted scalars that stand for one character each.
var escapes = map[byte]string{'"': `"`, '\\': `\`, '/': "/", 't': "\t", 'n': "\n", ' ': " "}

// next reads what the file has for the first bytes of value, and says how many these
// are.
func (d *document) next(at int, value string, quote byte) (int, run, bool) {
	if end, ok := d.foldAt(at); ok {
		return 1, run{text: " ", start: at, end: end}, value[0] == ' '
	}
	c := d.src[at]
	switch {
	case quote == '"' && c == '\\' && at+1 < len(d.src):
		text := escapes[d.src[at+1]]
		return len(text), run{text: text, start: at, end: at + 2}, text != "" && strings.HasPrefix(value, text)
	case quote == '\'' && c == '\'':
		ok := at+1 < len(d.src) && d.src[at+1] == '\'' && value[0] == '\''
		return 1, run{text: "'", start: at, end: at + 2}, ok
	case quote != 0 && c == quote || d.lineBreak(at):
		return 0, run{}, false
	}
	_, size := utf8.DecodeRune(d.src[at:])
	return size, run{text: string(d.src[at : at+size]), start: at, end: at + size, verbatim: true}, strings.HasPrefix(value, string(d.src[at:at+size]))
}

// foldAt finds a line end within a scalar, with the white space on both sides. Two
// in a row are not followed.
func (d *document) foldAt(at int) (int, bool) {
	end := at
	for end < len(d.src) && isBlank(d.src[end]) {
		end++
	}
	if end >= len(d.src) || !d.lineBreak(end) {
		return 0, false
	}
	end = d.lineEnd(end)
	for end < len(d.src) && isBlank(d.src[end]) {
		end++
	}
	return end, end < len(d.src) && !d.lineBreak(end)
}

// pieces are the runs as pieces.
func (d *document) pieces(s *scalar) []Piece {
	var list []Piece
	for _, r := range s.runs {
		if r.text == "" {
			continue
		}
		list = append(list, Piece{Text: Lit(r.text), Range: d.span(r.start, r.end), Verbatim: r.verbatim})
	}
	return list
}
