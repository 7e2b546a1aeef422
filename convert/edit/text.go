package edit

import (
	"bytes"
	"slices"
	"strings"
)

// An Origin is the bytes [Start, End) of a file of the repository, as the file was.
// It is empty for text that was put in where nothing stood before.
type Origin struct {
	File       string
	Start, End int
}

// Lines are the numbers, from 1, of the first and the last line that o has a byte of.
// src is the text of its file.
func (o Origin) Lines(src []byte) (first, last int) {
	first = 1 + bytes.Count(src[:o.Start], []byte("\n"))
	return first, first + bytes.Count(src[o.Start:max(o.Start, o.End-1)], []byte("\n"))
}

// A Text is the text of a file that knows where each of its bytes came from. The
// zero Text is empty.
//
// What an edit leaves alone keeps its origin. What it puts in comes from all that it
// replaces, and from Edit.From. So it goes through any number of edits, one after
// the other.
type Text struct {
	pieces []piece
}

// A piece is a run of a Text with one history. Where it is kept, it is byte for
// byte what stands at its one origin.
type piece struct {
	text    string
	origins []Origin
	kept    bool
}

// NewText is the text of a file as it stands in the repository.
func NewText(file string, src []byte) Text {
	if len(src) == 0 {
		return Text{}
	}
	return Text{pieces: []piece{{string(src), []Origin{{file, 0, len(src)}}, true}}}
}

// Made is text that comes from nowhere.
func Made(text string) Text { return Text{pieces: []piece{{text: text}}} }

// String is the text without its origins.
func (t Text) String() string {
	var out strings.Builder
	for _, p := range t.pieces {
		out.WriteString(p.text)
	}
	return out.String()
}

// Apply returns t with all edits made, as the function Apply does with a plain text.
func (t Text) Apply(edits []Edit) (Text, error) {
	ordered, err := order(t.Len(), edits)
	if err != nil {
		return Text{}, err
	}
	var out Text
	at := 0
	for _, e := range ordered {
		out = out.Append(t.Slice(at, e.Start))
		out = out.put(e, t.Slice(e.Start, e.End))
		at = e.End
	}
	return out.Append(t.Slice(at, t.Len())), nil
}

// put adds what an edit puts in the place of old.
func (t Text) put(e Edit, old Text) Text {
	if e.With != nil {
		return t.Append(*e.With)
	}
	if e.Text == "" {
		return t
	}
	origins := slices.Clone(e.From)
	for _, p := range old.pieces {
		origins = append(origins, p.origins...)
	}
	return Text{append(t.pieces[:len(t.pieces):len(t.pieces)], piece{e.Text, origins, false})}
}

// Placed returns t with other origins, as place gives them for the old ones. What is
// kept stays so: its origin is a file of the repository already.
func (t Text) Placed(place func(Origin) Origin) Text {
	pieces := slices.Clone(t.pieces)
	for i, p := range pieces {
		if p.kept {
			continue
		}
		pieces[i].origins = slices.Clone(p.origins)
		for j, o := range p.origins {
			pieces[i].origins[j] = place(o)
		}
	}
	return Text{pieces}
}

// Append returns t followed by other.
func (t Text) Append(other Text) Text {
	return Text{append(t.pieces[:len(t.pieces):len(t.pieces)], other.pieces...)}
}

// Slice returns the bytes [start, end) of t, which must lie inside of it.
func (t Text) Slice(start, end int) Text {
	var out Text
	for _, p := range t.pieces {
		from, to := max(start, 0), min(end, len(p.text))
		if from < to {
			out.pieces = append(out.pieces, p.slice(from, to))
		}
		start, end = start-len(p.text), end-len(p.text)
	}
	return out
}

func (p piece) slice(from, to int) piece {
	if p.kept {
		o := p.origins[0]
		p.origins = []Origin{{o.File, o.Start + from, o.Start + to}}
	}
	p.text = p.text[from:to]
	return p
}

// Len is the number of bytes of t.
func (t Text) Len() int {
	n := 0
	for _, p := range t.pieces {
		n += len(p.text)
	}
	return n
}

// A Line is a line of a Text, without its line end.
type Line struct {
	Text string
	// Kept reports whether the line is, line end and all, a run of bytes of one file
	// of the repository.
	Kept    bool
	Origins []Origin // in the order of the text, neighbours joined
}

// Lines returns the lines of t. Like a file's, they end with their line ends: a text
// that ends in a newline has no empty line behind it.
func (t Text) Lines() []Line {
	text := t.String()
	var lines []Line
	at := 0
	for line := range strings.Lines(text) {
		part := t.Slice(at, at+len(line))
		at += len(line)
		origins := part.origins()
		lines = append(lines, Line{
			Text:    strings.TrimRight(line, "\r\n"),
			Kept:    len(origins) == 1 && !slices.ContainsFunc(part.pieces, func(p piece) bool { return !p.kept }),
			Origins: origins,
		})
	}
	return lines
}

// origins are those of all pieces, neighbours joined. Empty ones say nothing.
func (t Text) origins() []Origin {
	var list []Origin
	for _, p := range t.pieces {
		for _, o := range p.origins {
			switch n := len(list); {
			case o.Start == o.End:
			case n > 0 && list[n-1].File == o.File && list[n-1].End == o.Start:
				list[n-1].End = o.End
			default:
				list = append(list, o)
			}
		}
	}
	return list
}
