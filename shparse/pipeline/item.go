package pipeline

import (
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/stagefold/stagefold/convert/finding"
)

// A holder says where an item stands.
type holder struct {
	owner *yaml.Node // the mapping that has the commands
	key   *yaml.Node // its key for them
	value *yaml.Node // the list, or the text
	steps *yaml.Node // the list of steps, nil where the commands are in none
	step  *yaml.Node // the element of steps
}

// holder is where the commands of a pair stand.
func (e entry) holder() holder { return holder{owner: e.owner, key: e.key, value: e.value} }

// in is the holder of a pair that belongs to a step.
func (h holder) in(e entry) holder {
	h.owner, h.key, h.value = e.owner, e.key, e.value
	return h
}

// A substitution is what an expression in a text stands for.
type substitution struct {
	start, end int
	value      Text
}

// An expander finds the expressions that a system replaces before a shell sees the
// text.
type expander func(text string) []substitution

// gather makes items of a value or of a list, lists in lists included.
func (r *reader) gather(j *Job, h holder, expand expander) []*Item {
	return r.gatherWithin(j, h, h.value, expand, maxDepth)
}

func (r *reader) gatherWithin(j *Job, h holder, n *yaml.Node, expand expander, depth int) []*Item {
	n = deref(n)
	switch {
	case n == nil || depth == 0 || r.items > maxItems:
		return nil
	case n.Kind == yaml.SequenceNode && n.Tag == "!reference":
		return r.referenced(j, n, expand, depth-1)
	case n.Kind == yaml.SequenceNode:
		var items []*Item
		if deref(h.value) != n {
			h.value = n
		}
		for _, e := range n.Content {
			items = append(items, r.gatherWithin(j, h, e, expand, depth-1)...)
		}
		return items
	case n.Kind == yaml.ScalarNode && !isNull(n):
		return r.item(n, h, expand)
	case n.Kind == yaml.MappingNode:
		j.notRead(r.rangeOf(n), "expected a command, found a mapping")
	}
	return nil
}

// item makes one item of a scalar.
func (r *reader) item(n *yaml.Node, h holder, expand expander) []*Item {
	r.items++
	it := &Item{holder: h, scalar: r.scalar(n)}
	if it.scalar != nil {
		it.Pieces = r.pieces(it.scalar)
	} else if n.Value != "" {
		it.Pieces = []Piece{{Text: Lit(n.Value), Range: r.rangeOf(n)}}
	}
	if expand != nil {
		it.Pieces = replaced(it.Pieces, expand(n.Value))
	}
	if len(it.Pieces) == 0 {
		return nil
	}
	return []*Item{it}
}

// replaced puts substitutions into pieces of known text.
func replaced(pieces []Piece, subs []substitution) []Piece {
	if len(subs) == 0 {
		return pieces
	}
	var out []Piece
	at := 0
	for _, s := range subs {
		out = append(out, cut(pieces, at, s.start)...)
		if p := (Piece{Text: s.value, Range: spanned(cut(pieces, s.start, s.end))}); len(s.value) > 0 {
			out = append(out, p)
		}
		at = s.end
	}
	return append(out, cut(pieces, at, textLen(pieces))...)
}

func textLen(pieces []Piece) int {
	n := 0
	for _, p := range pieces {
		text, _ := p.Known()
		n += len(text)
	}
	return n
}

// cut returns a part of pieces, by offsets in their text.
func cut(pieces []Piece, from, to int) []Piece {
	var out []Piece
	at := 0
	for _, p := range pieces {
		text, _ := p.Known()
		start, end := max(from-at, 0), min(to-at, len(text))
		at += len(text)
		if start >= end {
			continue
		}
		if p.Verbatim {
			p.Range.End = p.Range.Start.Right(end)
			p.Range.Start = p.Range.Start.Right(start)
		}
		p.Text = Lit(text[start:end])
		out = append(out, p)
	}
	return out
}

// spanned is the range of several pieces.
func spanned(pieces []Piece) finding.Range {
	if len(pieces) == 0 {
		return finding.Range{}
	}
	r := pieces[0].Range
	r.End = pieces[len(pieces)-1].Range.End
	return r
}

// expression finds what stands between two marks.
func expression(open, end string, value func(name string) (Text, bool)) expander {
	return func(text string) []substitution {
		var subs []substitution
		for at := 0; ; {
			i := strings.Index(text[at:], open)
			if i < 0 {
				return subs
			}
			start := at + i
			n := strings.Index(text[start+len(open):], end)
			if n < 0 {
				return subs
			}
			stop := start + len(open) + n + len(end)
			if v, ok := value(strings.TrimSpace(text[start+len(open) : stop-len(end)])); ok {
				subs = append(subs, substitution{start, stop, v})
				at = stop
				continue
			}
			at = start + len(open)
		}
	}
}

// text is the text of a scalar with its expressions replaced.
func (r *reader) text(n *yaml.Node, expand expander) Text {
	pieces := []Piece{{Text: Lit(word(n))}}
	if expand != nil {
		pieces = replaced(pieces, expand(word(n)))
	}
	var t Text
	for _, p := range pieces {
		t = append(t, p.Text...)
	}
	return t
}

// shell adds a shell to a job, unless it has nothing to run.
func (j *Job) shell(s Shell) *Shell {
	if len(s.Items) == 0 {
		return nil
	}
	if s.Range.File == "" {
		s.Range = s.Items[0].Pieces[0].Range
		last := s.Items[len(s.Items)-1].Pieces
		s.Range.End = last[len(last)-1].Range.End
	}
	j.Shells = append(j.Shells, &s)
	return &s
}

// foreign adds a step that is no shell command: one called name, which names files
// or, where there are none, may touch all.
func (j *Job) foreign(at finding.Range, name string, args ...Text) *Shell {
	return j.shell(Shell{Range: at, Items: []*Item{foreignItem(at, name, args)}})
}

func foreignItem(at finding.Range, name string, args []Text) *Item {
	text := Lit(plainWord(name))
	for _, a := range args {
		text = append(append(text, Part{Lit: " "}), quoted(a)...)
	}
	return &Item{Pieces: []Piece{{Text: text, Range: at}}}
}

// plainWord makes a word of a name that a shell takes for a command without a path.
func plainWord(name string) string {
	name = strings.Map(func(c rune) rune {
		if c == '_' || c == '-' || c == '.' || '0' <= c && c <= '9' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' {
			return c
		}
		return '-'
	}, name)
	return "ci-" + strings.Trim(name, "-.")
}

// quoted writes a path as a word, whose wildcards count.
func quoted(t Text) Text {
	var out Text
	for _, p := range t {
		if p.Hole == nil && strings.Trim(p.Lit, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./*?@%+=:,") != "" {
			p.Lit = "'" + strings.ReplaceAll(p.Lit, "'", `'\''`) + "'"
		}
		out = append(out, p)
	}
	return out
}

// Script is the text of a shell as one list of pieces: its items, each ended by a
// line end.
func (s *Shell) Script() []Piece {
	var out []Piece
	for i, it := range s.Items {
		if i > 0 && !endsLine(out) {
			end := out[len(out)-1].Range
			end.Start = end.End
			out = append(out, Piece{Text: Lit("\n"), Range: end})
		}
		out = append(out, it.Pieces...)
	}
	return out
}

func endsLine(pieces []Piece) bool {
	last := pieces[len(pieces)-1].Text
	return len(last) > 0 && last[len(last)-1].Hole == nil && strings.HasSuffix(last[len(last)-1].Lit, "\n")
}
