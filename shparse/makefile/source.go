package makefile

import (
	"sort"
	"strings"

	"github.com/stagefold/stagefold/convert/finding"
)

// A source is a file.
type source struct {
	path  string
	text  string
	lines []int // the offset of each line's first byte
}

func newSource(path string, text []byte) *source {
	s := &source{path: path, text: string(text), lines: []int{0}}
	for i := range s.text {
		if s.text[i] == '\n' {
			s.lines = append(s.lines, i+1)
		}
	}
	return s
}

func (s *source) pos(offset int) finding.Pos {
	i := sort.SearchInts(s.lines, offset+1) - 1
	return finding.At(offset, i+1, offset-s.lines[i]+1)
}

func (s *source) span(start, end int) finding.Range {
	return finding.Range{File: s.path, Start: s.pos(start), End: s.pos(end)}
}

// A rope is text that stands in a source, not always in one piece: each byte
// has its place there. Text that an expansion made has no source but the place
// of the expansion.
type rope struct {
	text string
	offs []int // len(text)+1 offsets; nil for made text
	src  *source
	at   finding.Range // the place of made text
}

func madeRope(text string, at finding.Range) rope { return rope{text: text, at: at} }

// slice returns r[i:j].
func (r rope) slice(i, j int) rope {
	out := rope{text: r.text[i:j], src: r.src, at: r.at}
	if r.offs != nil {
		out.offs = r.offs[i : j+1]
	}
	return out
}

func (r rope) from(i int) rope { return r.slice(i, len(r.text)) }

func (r rope) to(j int) rope { return r.slice(0, j) }

// span is the range of r[i:j] in the source.
func (r rope) span(i, j int) finding.Range {
	if r.offs == nil {
		return r.at
	}
	start := r.offs[i]
	end := start
	if j > i {
		end = r.offs[j-1] + 1
	}
	return r.src.span(start, end)
}

func (r rope) all() finding.Range { return r.span(0, len(r.text)) }

// trimLeft and trim cut off white space.
func (r rope) trimLeft() rope { return r.from(len(r.text) - len(strings.TrimLeft(r.text, spaces))) }

func (r rope) trim() rope {
	r = r.trimLeft()
	return r.to(len(strings.TrimRight(r.text, spaces)))
}

// ropeOf is src.text[start:end].
func ropeOf(src *source, start, end int) rope {
	offs := make([]int, end-start+1)
	for i := range offs {
		offs[i] = start + i
	}
	return rope{text: src.text[start:end], offs: offs, src: src}
}

// A scanner hands out the lines of a source. It knows which lines go together.
type scanner struct {
	rope rope // the whole text
	at   int
}

func (s *scanner) done() bool { return s.at >= len(s.rope.text) }

// raw returns the next line without its line end, and moves past it.
func (s *scanner) raw() rope {
	rest := s.rope.text[s.at:]
	n := strings.IndexByte(rest, '\n')
	if n < 0 {
		n = len(rest)
	}
	start := s.at
	s.at = min(s.at+n+1, len(s.rope.text))
	return s.rope.slice(start, s.endOfLine())
}

// continued reports whether a backslash continues a line: an odd number of them
// at its end.
func continued(line string) bool {
	n := len(line) - len(strings.TrimRight(line, `\`))
	return n%2 == 1
}

// logical returns the next line together with those that continue it. The
// backslash and the white space around it are one space.
func (s *scanner) logical() rope {
	line := s.raw()
	for continued(line.text) && !s.done() {
		more := s.raw().trimLeft()
		head := line.to(len(strings.TrimRight(line.text[:len(line.text)-1], " \t")))
		line = joined(head, line.slice(len(line.text)-1, len(line.text)), more)
	}
	if continued(line.text) {
		line = line.to(len(line.text) - 1)
	}
	return line
}

// joined puts one space, which stands for the backslash, between two ropes.
func joined(head, backslash, tail rope) rope {
	out := rope{text: head.text + " " + tail.text, src: head.src, at: head.at}
	if head.offs != nil {
		out.offs = append(out.offs, head.offs[:len(head.text)]...)
		out.offs = append(out.offs, backslash.offs[0])
		out.offs = append(out.offs, tail.offs...)
	}
	return out
}

// recipe returns the next recipe line: backslash and line end stay, which the
// shell reads, and one recipe prefix at the start of each line that continues it
// goes.
func (s *scanner) recipe(prefix byte) rope {
	start := s.at
	s.raw()
	pieces := []rope{s.rope.slice(start, s.endOfLine())}
	for continued(pieces[len(pieces)-1].text) && !s.done() {
		start = s.at
		if s.rope.text[start] == prefix {
			start++
		}
		s.raw()
		pieces = append(pieces, s.rope.slice(start, s.endOfLine()))
	}
	return concatLines(pieces, s.rope)
}

// endOfLine is the end of the line that was read last, without its line end,
// which make also takes in the form of DOS.
func (s *scanner) endOfLine() int {
	end := s.at
	if end > 0 && s.rope.text[end-1] == '\n' {
		end--
		if end > 0 && s.rope.text[end-1] == '\r' {
			end--
		}
	}
	return end
}

// concatLines joins lines with the line ends between them.
func concatLines(lines []rope, whole rope) rope {
	out := rope{src: whole.src, at: whole.at}
	for i, l := range lines {
		if i > 0 {
			out.text += "\n"
		}
		out.text += l.text
		if l.offs != nil {
			out.offs = append(out.offs, l.offs...) // the last one is the line end's
		}
	}
	return out
}
