package pipeline

import (
	"bytes"
	"cmp"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/stagefold/stagefold/convert/edit"
	"github.com/stagefold/stagefold/convert/finding"
)

// A Change is what becomes of a shell's text.
type Change struct {
	Shell *Shell
	Gone  bool        // all of it
	Edits []edit.Edit // of the file, with texts as the shell gets them
}

// A Rewriting is the edits that make changes, with what they leave alone.
type Rewriting struct {
	Edits    []edit.Edit
	Findings []finding.Finding

	p       *Pipeline
	changed map[*yaml.Node]bool // scalars
	removed map[*yaml.Node]bool // elements of lists, and keys of mappings
	emptied map[*yaml.Node]bool // values that become nothing
}

// A stump is what is left of an item.
type stump struct {
	*Item
	edits []edit.Edit
	gone  bool
}

// Rewrite makes changes.
func (p *Pipeline) Rewrite(changes []Change) *Rewriting {
	w := &Rewriting{p: p, changed: map[*yaml.Node]bool{}, removed: map[*yaml.Node]bool{}, emptied: map[*yaml.Node]bool{}}
	var stumps []*stump
	byNode := map[*yaml.Node]*stump{}
	for _, c := range changes {
		for it, edits := range w.shares(c) {
			s := byNode[it.scalar.node]
			if s == nil {
				s = &stump{Item: it}
				byNode[it.scalar.node] = s
				stumps = append(stumps, s)
			}
			for _, e := range edits {
				if !slices.ContainsFunc(s.edits, e.Equal) {
					s.edits = append(s.edits, e)
				}
			}
		}
	}
	slices.SortFunc(stumps, func(a, b *stump) int { return cmp.Compare(a.scalar.start, b.scalar.start) })
	for _, s := range stumps {
		w.inside(s)
	}
	w.leftovers(stumps)
	return w
}

func (w *Rewriting) refuse(at finding.Range, format string, args ...any) {
	w.Findings = append(w.Findings, finding.New("SF071", at, format, args...))
}

// bounds are where the text of an item begins and ends in the file.
func (it *Item) bounds() (start, end int) {
	return it.scalar.runs[0].start, it.scalar.runs[len(it.scalar.runs)-1].end
}

// shares gives each item its part of a change.
func (w *Rewriting) shares(c Change) map[*Item][]edit.Edit {
	shares := map[*Item][]edit.Edit{}
	if c.Gone {
		c.Edits = []edit.Edit{{Start: 0, End: len(w.p.Source)}}
	}
	for _, e := range c.Edits {
		taken := false
		for _, it := range c.Shell.Items {
			own, ok := it.share(e)
			if !ok || taken && e.Text != "" {
				continue
			}
			if it.scalar == nil {
				w.refuse(it.Pieces[0].Range, "the command can't be changed here, since it does not stand in the file as the shell gets it")
				return nil
			}
			taken = true
			shares[it] = append(shares[it], own)
		}
		if !taken && !(e.Start == e.End && e.Text == "") {
			w.refuse(c.Shell.Range, "what has to change here are several entries at once, or what is between them")
		}
	}
	return shares
}

// share is the part of an edit that lies in an item. One that puts text in has to lie
// in it as a whole.
func (it *Item) share(e edit.Edit) (edit.Edit, bool) {
	start, end := it.Pieces[0].Range.Start.Offset, it.Pieces[len(it.Pieces)-1].Range.End.Offset
	if it.scalar != nil {
		start, end = it.bounds()
	}
	if e.Text != "" {
		return e, start <= e.Start && e.End <= end
	}
	e.Start, e.End = max(e.Start, start), min(e.End, end)
	return e, e.Start < e.End
}

// inside makes the edits of one item, or finds that nothing is left of it.
func (w *Rewriting) inside(s *stump) {
	start, end := s.bounds()
	var local []edit.Edit
	for _, e := range s.edits {
		local = append(local, edit.Edit{Start: e.Start - start, End: e.End - start, Text: e.Text})
	}
	left, err := edit.Apply(w.p.Source[start:end], local)
	if err != nil {
		w.refuse(s.Pieces[0].Range, "the command would have to change for one job and not for another")
		return
	}
	if len(bytes.TrimSpace(left)) == 0 {
		s.gone = true
		return
	}
	w.changed[s.scalar.node] = true
	for _, e := range s.edits {
		if e, ok := w.fitted(s.scalar, e); ok {
			w.Edits = append(w.Edits, e)
		}
	}
}

// fitted writes an edit as the form of the scalar has it.
func (w *Rewriting) fitted(s *scalar, e edit.Edit) (edit.Edit, bool) {
	d := w.p.doc
	switch {
	case s.indent >= 0:
		return d.fittedBlock(s, e), true
	case strings.Contains(e.Text, "\n"):
		w.refuse(d.span(s.start, s.end), "the new commands need several lines, and this is one")
		return e, false
	case s.node.Style&yaml.DoubleQuotedStyle != 0:
		e.Text = strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(e.Text)
	case s.node.Style&yaml.SingleQuotedStyle != 0:
		e.Text = strings.ReplaceAll(e.Text, "'", "''")
	}
	return e, true
}

// fittedBlock lets an edit of a block begin and end where its lines do: the white
// space in front of them is none of the shell's text.
func (d *document) fittedBlock(s *scalar, e edit.Edit) edit.Edit {
	e.Text = indented(e.Text, s.indent)
	if e.Text != "" || e.End == e.Start {
		return e
	}
	last := s.runs[len(s.runs)-1].end
	blank := len(bytes.TrimSpace(d.src[d.lineStart(e.Start):e.Start])) == 0
	atLine := d.lineStart(e.End) == e.End
	switch {
	case blank && !atLine && e.End == last:
		e.Start, e.End = d.lineStart(e.Start), d.lineEnd(e.End) // the line end is none of the value's
	case !atLine:
	case blank:
		e.Start = d.lineStart(e.Start)
	case d.lineBreak(e.Start):
		e.Start = d.lineEnd(e.Start)
	case e.End == last:
		e.End = d.lineStart(e.End-1) + len(bytes.TrimRight(d.src[d.lineStart(e.End-1):e.End], "\r\n"))
	default:
		e.End = min(e.End+s.indent, len(d.src))
	}
	return e
}

// indented gives all lines of a text but the first one the indentation of a block.
func indented(text string, indent int) string {
	lines := strings.Split(text, "\n")
	for i := 1; i < len(lines); i++ {
		if lines[i] != "" {
			lines[i] = strings.Repeat(" ", indent) + lines[i]
		}
	}
	return strings.Join(lines, "\n")
}

// leftovers takes away the items that nothing is left of: with their lines, with
// their step, or with all of their list.
func (w *Rewriting) leftovers(stumps []*stump) {
	done := map[*yaml.Node]bool{}
	for _, s := range stumps {
		list := deref(s.holder.value)
		if !s.gone || done[list] {
			continue
		}
		done[list] = true
		gone := goneOf(list, stumps)
		switch {
		case list.Kind == yaml.SequenceNode && len(gone) < len(list.Content):
			for _, e := range gone {
				w.dropElement(e)
			}
		case s.holder.step != nil:
			w.dropStep(s)
		default:
			w.dropAll(s, list)
		}
	}
	w.checkSteps(stumps)
}

// goneOf are the elements of a list that nothing is left of, or the value itself.
func goneOf(list *yaml.Node, stumps []*stump) []*yaml.Node {
	var gone []*yaml.Node
	for _, e := range elements(list) {
		if slices.ContainsFunc(stumps, func(s *stump) bool { return s.gone && s.scalar.node == e }) {
			gone = append(gone, e)
		}
	}
	return gone
}

// dropElement removes the lines of an element of a list.
func (w *Rewriting) dropElement(n *yaml.Node) {
	d := w.p.doc
	start, end, ok := d.elementLines(n)
	if !ok {
		w.refuse(d.rangeOf(n), "the command goes, and can't be taken out of its list: it does not stand on lines of its own")
		return
	}
	w.removed[n] = true
	w.Edits = append(w.Edits, edit.Edit{Start: start, End: end})
}

// elementLines are the whole lines of an element that begins behind its dash.
func (d *document) elementLines(n *yaml.Node) (start, end int, ok bool) {
	at := d.offset(n)
	start = d.lineStart(at)
	front := strings.TrimSpace(string(d.src[start:at]))
	end, ok = d.linesEnd(n)
	return start, end, ok && front == "-"
}

// linesEnd is the end of the last line of a node, which has nothing else on it.
func (d *document) linesEnd(n *yaml.Node) (int, bool) {
	end, ok := d.end(n, maxDepth)
	if !ok || end == d.lineStart(end) {
		return end, ok
	}
	stop := d.lineEnd(end)
	rest := strings.TrimSpace(string(d.src[end:stop]))
	return stop, rest == "" || strings.HasPrefix(rest, "#")
}

// end is where the text of a node ends.
func (d *document) end(n *yaml.Node, depth int) (int, bool) {
	at := d.offset(n)
	switch {
	case depth == 0:
		return 0, false
	case n.Kind == yaml.AliasNode:
		return at + 1 + len(n.Value), true
	case n.Kind == yaml.ScalarNode && n.Value == "" && n.Style == 0:
		return at, true
	case n.Kind == yaml.ScalarNode:
		s := d.scalar(n)
		if s == nil {
			return 0, false
		}
		return s.end, true
	}
	end := at
	if n.Style&yaml.FlowStyle != 0 {
		end++
	}
	for _, c := range n.Content {
		own, ok := d.end(c, depth-1)
		if !ok {
			return 0, false
		}
		end = max(end, own)
	}
	if n.Style&yaml.FlowStyle == 0 {
		return end, true
	}
	for end < len(d.src) && strings.IndexByte(" \t\r\n,", d.src[end]) >= 0 {
		end++
	}
	return end + 1, end < len(d.src) && (d.src[end] == ']' || d.src[end] == '}')
}

// dropStep removes a step. One with an id may be asked for what it did.
func (w *Rewriting) dropStep(s *stump) {
	h := s.holder
	id := "id"
	if w.p.System == Azure {
		id = "name"
	}
	if get(h.step, id) != nil {
		w.refuse(w.p.doc.rangeOf(h.step), "the step has nothing left to do, and others may ask for it by its %s", id)
		return
	}
	w.dropElement(h.step)
}

// checkSteps refuses to leave a job without steps.
func (w *Rewriting) checkSteps(stumps []*stump) {
	for _, s := range stumps {
		steps := deref(s.holder.steps)
		if steps == nil || len(steps.Content) == 0 {
			continue
		}
		if !slices.ContainsFunc(steps.Content, func(e *yaml.Node) bool { return !w.removed[e] }) {
			w.refuse(w.p.doc.rangeOf(s.holder.step), "the job would have no steps left")
			return
		}
	}
}

// nothing is what stands for no commands at all, by system and key; "-" takes the
// key away.
var nothing = map[System]map[string]string{
	GitLab: {"before_script": "[]", "after_script": "[]"},
	Travis: {
		"install": "true", "before_install": "-", "before_script": "-", "after_success": "-", "before_deploy": "-",
		"after_deploy": "-", "after_script": "-",
	},
}

// dropAll takes all commands from a key.
func (w *Rewriting) dropAll(s *stump, list *yaml.Node) {
	d, h := w.p.doc, s.holder
	as := w.nothingFor(h)
	i := slices.Index(h.owner.Content, h.key)
	if as == "" || i < 0 || h.owner.Content[i+1] != list || list.Anchor != "" {
		w.refuse(d.rangeOf(h.key), "%q would have no commands left", h.key.Value)
		return
	}
	end, ok := d.linesEnd(list)
	key := d.scalar(h.key)
	start := d.lineStart(d.offset(h.key))
	switch {
	case !ok || key == nil || d.src[key.end] != ':' || list.Style&yaml.FlowStyle != 0:
		w.refuse(d.rangeOf(h.key), "the commands of %q go, and can't be taken out: they do not stand on lines of their own", h.key.Value)
	case as != "-":
		w.emptied[list] = true
		w.Edits = append(w.Edits, edit.Edit{Start: key.end + 1, End: d.lineEnd(key.end), Text: " " + as + "\n"})
		w.dropLines(list, d.lineEnd(key.end), end)
	case strings.TrimSpace(string(d.src[start:d.offset(h.key)])) != "" || d.after(h.owner, i) < end:
		w.refuse(d.rangeOf(h.key), "the commands of %q go, and can't be taken out: they do not stand on lines of their own", h.key.Value)
	default:
		w.removed[h.key] = true
		w.Edits = append(w.Edits, edit.Edit{Start: start, End: d.lineEnd(key.end)})
		w.dropLines(list, d.lineEnd(key.end), end)
	}
}

// nothingFor is what stands for no commands under the key of a holder. GitLab would
// take those of the whole file, of a template or of an included file in their place:
// the key goes only where there are none.
func (w *Rewriting) nothingFor(h holder) string {
	as := nothing[w.p.System][h.key.Value]
	if as != "[]" {
		return as
	}
	root := w.p.doc.trees[len(w.p.doc.trees)-1]
	for _, n := range []*yaml.Node{dig(root, "default", h.key.Value), get(root, h.key.Value), get(root, "include"), get(h.owner, "extends")} {
		if n != nil && n != deref(h.value) {
			return as
		}
	}
	return "-"
}

// after is where the pair behind the one at i begins.
func (d *document) after(owner *yaml.Node, i int) int {
	if i+2 < len(owner.Content) {
		return d.offset(owner.Content[i+2])
	}
	return len(d.src)
}

// dropLines removes the lines of a value behind the line of its key, and leaves the
// comments on lines of their own.
func (w *Rewriting) dropLines(list *yaml.Node, start, end int) {
	d := w.p.doc
	if list.Kind != yaml.SequenceNode {
		if start < end {
			w.Edits = append(w.Edits, edit.Edit{Start: start, End: end})
		}
		return
	}
	for _, e := range list.Content {
		from, to, ok := d.elementLines(e)
		if !ok {
			w.refuse(d.rangeOf(e), "the command goes, and can't be taken out of its list: it does not stand on lines of its own")
			return
		}
		w.Edits = append(w.Edits, edit.Edit{Start: from, End: to})
	}
}

// Check reads the new text, and refuses it where more changed than was edited.
func (w *Rewriting) Check(src []byte) []finding.Finding {
	whole := finding.Range{File: w.p.Path, Start: finding.Pos{Line: 1, Column: 1}, End: finding.Pos{Line: 1, Column: 1}}
	d, f := newDocument(w.p.Path, src, w.p.System)
	if f != nil {
		return []finding.Finding{finding.New("SF071", whole, "the changed file would be no YAML any more")}
	}
	old := w.p.doc.trees
	same := len(old) == len(d.trees)
	for i := 0; same && i < len(old); i++ {
		same = w.same(old[i], d.trees[i])
	}
	if !same {
		return []finding.Finding{finding.New("SF071", whole, "the changed file would say something else outside of the commands that change")}
	}
	return nil
}

// same compares a tree with what became of it.
func (w *Rewriting) same(o, n *yaml.Node) bool {
	switch {
	case w.changed[o]:
		return n.Kind == yaml.ScalarNode && n.Tag == o.Tag && n.Style == o.Style && n.Anchor == o.Anchor
	case w.emptied[o]:
		return len(n.Content) == 0 && n.Anchor == o.Anchor
	case o.Kind != n.Kind || o.Tag != n.Tag || o.Value != n.Value || o.Anchor != n.Anchor || o.Style != n.Style:
		return false
	}
	left := w.left(o)
	return slices.EqualFunc(left, n.Content, w.same)
}

// left are the children of a node that stay.
func (w *Rewriting) left(o *yaml.Node) []*yaml.Node {
	var left []*yaml.Node
	for i, c := range o.Content {
		key := c
		if o.Kind == yaml.MappingNode {
			key = o.Content[i&^1]
		}
		if !w.removed[key] {
			left = append(left, c)
		}
	}
	return left
}
