package shparse

import (
	"bytes"
	"slices"
	"strings"

	"mvdan.cc/sh/v3/syntax"

	"github.com/stagefold/stagefold/convert/edit"
)

// A layout turns the cuts of one script into edits that leave no trace: lines
// that become empty go, and with them the comments and blank lines that were
// there for them.
type layout struct {
	*listing
	goes    []bool // by line
	partial []cut  // on lines that stay
}

// edits returns the edits for cuts, in order.
func (l *listing) edits(cuts []cut) []edit.Edit {
	if len(cuts) == 0 {
		return nil
	}
	o := &layout{listing: l, goes: make([]bool, len(l.lines))}
	o.place(mergeCuts(cuts))
	o.comments()
	o.blanks()
	return o.render()
}

// mergeCuts sorts cuts and joins those that overlap or touch, save for those
// that leave a text.
func mergeCuts(cuts []cut) []cut {
	sorted := slices.Clone(cuts)
	slices.SortStableFunc(sorted, func(a, b cut) int { return a.start - b.start })
	var out []cut
	for _, c := range sorted {
		n := len(out)
		if n > 0 && (c.start < out[n-1].end || c.start == out[n-1].end && c.text+out[n-1].text == "") {
			out[n-1].end = max(out[n-1].end, c.end)
			out[n-1].text += c.text
			continue
		}
		out = append(out, c)
	}
	return out
}

// place sorts cuts into those that empty their lines and those that don't.
func (o *layout) place(cuts []cut) {
	for len(cuts) > 0 {
		n := 1
		for n < len(cuts) && o.line(cuts[n].start) <= o.lastLine(cuts[n-1]) {
			n++
		}
		o.placeGroup(cuts[:n])
		cuts = cuts[n:]
	}
}

// lastLine is the last line that c touches.
func (o *layout) lastLine(c cut) int { return o.line(max(c.start, c.end-1)) }

// placeGroup handles cuts that share lines.
func (o *layout) placeGroup(cuts []cut) {
	first, last := o.line(cuts[0].start), o.lastLine(cuts[len(cuts)-1])
	var left strings.Builder
	at := o.lines[first]
	for _, c := range cuts {
		left.Write(o.src[at:c.start])
		left.WriteString(c.text)
		at = c.end
	}
	left.Write(o.src[at:max(at, o.lineEnd(last))])
	rest := strings.TrimSpace(left.String())
	before := o.src[o.lines[first]:cuts[0].start]
	if rest != "" && (!strings.HasPrefix(rest, "#") || len(bytes.TrimSpace(before)) > 0) {
		o.partial = append(o.partial, o.trim(cuts)...)
		return
	}
	for i := first; i <= last; i++ {
		o.goes[i] = true
	}
}

// trim widens the last of cuts over the spaces in front of it where nothing
// follows on the line.
func (o *layout) trim(cuts []cut) []cut {
	out := slices.Clone(cuts)
	last := &out[len(out)-1]
	if rest := o.src[last.end:o.lineEnd(o.lastLine(*last))]; last.text != "" || len(bytes.TrimSpace(rest)) > 0 {
		return out
	}
	for last.start > 0 && (o.src[last.start-1] == ' ' || o.src[last.start-1] == '\t') {
		last.start--
	}
	return out
}

// comments drops the comment blocks that stood directly above statements of
// which none is left, up to the next blank line or comment.
func (o *layout) comments() {
	lone := o.loneComments()
	syntax.Walk(o.file, func(n syntax.Node) bool {
		for _, list := range listsOf(n) {
			o.listComments(list, lone)
		}
		return true
	})
}

// loneComments says which lines hold nothing but a comment, the first line of a
// script that names its interpreter aside.
func (o *layout) loneComments() map[int]bool {
	lone := map[int]bool{}
	syntax.Walk(o.file, func(n syntax.Node) bool {
		if c, ok := n.(*syntax.Comment); ok {
			i := o.line(offset(c.Hash))
			shebang := i == 0 && strings.HasPrefix(o.text(i), "#!")
			before := o.src[o.lines[i]:offset(c.Hash)]
			lone[i] = !shebang && len(bytes.TrimSpace(before)) == 0
		}
		return true
	})
	return lone
}

func (o *layout) listComments(list []*syntax.Stmt, lone map[int]bool) {
	for i := 0; i < len(list); {
		end := i + 1
		for end < len(list) && o.line(offset(list[end].Pos())) <= o.endLine(list[end-1])+1 {
			end++
		}
		top := o.line(offset(list[i].Pos()))
		if o.allGo(list[i:end]) {
			for above := top - 1; above >= 0 && lone[above]; above-- {
				o.goes[above] = true
			}
		}
		i = end
	}
}

// endLine is the last line of s, here-documents included.
func (o *layout) endLine(s *syntax.Stmt) int {
	last := o.line(max(offset(s.Pos()), commandEnd(s)-1))
	for _, b := range o.bodies(s) {
		last = max(last, o.line(b.end-1))
	}
	return last
}

func (o *layout) allGo(list []*syntax.Stmt) bool {
	return !slices.ContainsFunc(list, func(s *syntax.Stmt) bool { return !o.goes[o.line(offset(s.Pos()))] })
}

// blanks drops the blank lines that a deletion brings together or lays bare at
// the ends of the script or of a block.
func (o *layout) blanks() {
	for i := 0; i < len(o.goes); {
		end, deleted := i, false
		for end < len(o.goes) && (o.goes[end] || o.blank(end)) {
			deleted = deleted || o.goes[end]
			end++
		}
		if deleted {
			o.closeGap(i, end)
		}
		i = max(end, i+1)
	}
}

// closeGap settles which of the lines [first, end), which are blank or go, stay
// blank: none at the ends of the script or of a block, one where several runs of
// blank lines meet.
func (o *layout) closeGap(first, end int) {
	stay := 1
	switch {
	case first == 0, end == len(o.goes), o.goes[first] && o.opens(first-1), o.goes[end-1] && o.closes(end):
		stay = 0
	case o.blankRuns(first, end) < 2:
		return
	}
	for i := first; i < end; i++ {
		switch {
		case o.goes[i]:
		case stay > 0:
			stay--
		default:
			o.goes[i] = true
		}
	}
}

// blankRuns counts the runs of blank lines in [first, end).
func (o *layout) blankRuns(first, end int) int {
	runs := 0
	for i := first; i < end; i++ {
		if !o.goes[i] && (i == first || o.goes[i-1]) {
			runs++
		}
	}
	return runs
}

// openers and closers are the words at the ends of blocks.
var (
	openers = []string{"then", "do", "else", "{", "(", "in", ")"}
	closers = []string{"fi", "done", "esac", "else", "elif", "}", ")", ";;"}
)

// opens reports whether line i begins a block that follows it.
func (o *layout) opens(i int) bool {
	words := strings.Fields(o.text(i))
	return len(words) > 0 && slices.ContainsFunc(openers, func(w string) bool {
		last := words[len(words)-1]
		return last == w || w == ")" && strings.HasSuffix(last, w)
	})
}

// closes reports whether line i ends the block above it.
func (o *layout) closes(i int) bool {
	line := strings.TrimSpace(o.text(i))
	return slices.ContainsFunc(closers, func(w string) bool {
		rest, ok := strings.CutPrefix(line, w)
		return ok && (rest == "" || !isNameByte(rest[0]))
	})
}

func isNameByte(b byte) bool {
	return b == '_' || '0' <= b && b <= '9' || 'a' <= b && b <= 'z' || 'A' <= b && b <= 'Z'
}

// render turns lines and cuts into edits.
func (o *layout) render() []edit.Edit {
	var out []edit.Edit
	for i := 0; i < len(o.goes); i++ {
		if !o.goes[i] {
			continue
		}
		end := i
		for end < len(o.goes) && o.goes[end] {
			end++
		}
		out = append(out, edit.Edit{Start: o.lines[i], End: o.lineEnd(end - 1)})
		i = end
	}
	for _, c := range o.partial {
		out = append(out, edit.Edit{Start: c.start, End: c.end, Text: c.text})
	}
	slices.SortFunc(out, func(a, b edit.Edit) int { return a.Start - b.Start })
	return out
}
