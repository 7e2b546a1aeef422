package modernize

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"mvdan.cc/sh/v3/syntax"

	"github.com/stagefold/stagefold/convert/dockerfile"
	"github.com/stagefold/stagefold/convert/edit"
	"github.com/stagefold/stagefold/convert/finding"
)

// split finds a RUN that can become several.
func split(m *modernizer, s *dockerfile.Stage) *change {
	if m.skips("SF501") {
		return nil
	}
	for n, in := range runs(s) {
		st := s.At(in, m.Args)
		c, _ := readChain(in, st)
		if c == nil {
			continue
		}
		at, _ := c.boundaries()
		if len(at) == 0 {
			continue
		}
		assumed, ok := m.volumes(s, st)
		if !ok {
			continue
		}
		origin := m.origin(in)
		findings := []finding.Finding{finding.New("SF501", origin, "the commands of this RUN become %d RUNs", len(at)+1)}
		for _, base := range assumed {
			findings = append(findings, finding.New("SF507", origin, "%q is taken to declare no volume that this RUN writes to", base))
		}
		return &change{edits: c.cut(at), findings: findings, stage: s.Index, run: n, pieces: len(at) + 1}
	}
	return nil
}

// volumes says on which base image it depends that no volume is in the way of
// splitting, and whether that may be assumed.
func (m *modernizer) volumes(s *dockerfile.Stage, st dockerfile.State) (assumed []string, ok bool) {
	if len(st.Volumes) > 0 {
		return nil, false
	}
	base := m.base(s)
	if base.Scratch() || has(base, noVolume) {
		return nil, true
	}
	return []string{base.Image}, !m.skips("SF507")
}

// base is the image that a stage stands on in the end.
func (m *modernizer) base(s *dockerfile.Stage) dockerfile.Base {
	for {
		base := s.ResolveBase(m.Args)
		if base.Stage == nil {
			if !base.Known {
				base.Image = s.Base
			}
			return base
		}
		s = base.Stage
	}
}

// boundaries returns the parts behind which the chain can end and go on in a RUN of
// its own, where that saves time. Else it says why there are none, unless nothing
// would be gained.
func (c *chain) boundaries() ([]int, string) {
	joined := c.joins()
	last, why := len(c.parts)-1, ""
	var at []int
	begin := 0
	for i := range last {
		switch {
		case !c.has(costly, begin, i+1) || !c.has(costly, i+1, last+1):
		case joined[i] != "":
			why = joined[i]
		default:
			at = append(at, i)
			begin = i + 1
		}
	}
	if len(at) > 0 {
		why = ""
	}
	return at, why
}

// joins says for each part but the last why the next one must stay with it; ""
// where it need not.
func (c *chain) joins() []string {
	joined := make([]string, len(c.parts))
	join := func(from, to int, why string) {
		for i := from; i < to; i++ {
			if joined[i] == "" {
				joined[i] = why
			}
		}
	}
	last := len(c.parts) - 1
	for i, p := range c.parts {
		quoted := fmt.Sprintf("%q", p.text)
		switch {
		case p.traits&state != 0 && p.simple() == nil:
			join(i, last, quoted+" is no plain command")
		case p.traits&state != 0:
			join(i, last, quoted+" may change the state of the shell")
		case p.traits&links != 0:
			join(i, last, quoted+" makes hard links")
		case p.traits&index != 0:
			join(i, c.lastUser(i), quoted+" belongs to the installations behind it")
		case p.traits&cleanup != 0:
			join(c.cleaned(i), i, quoted+" cleans up")
		case p.traits&amends != 0:
			join(max(i-1, 0), i, quoted+" belongs to the command in front of it")
		case p.traits&stamps != 0:
			join(c.firstWriter(i), i, quoted+" goes by the times of files")
		case p.traits&moves != 0:
			join(c.sameTool(i), i, quoted+" may rename directories that it has made")
		}
		if c.has(opaque, 0, i+1) && c.has(opaque, i+1, last+1) {
			join(i, i+1, "a command in it may leave a process that another one needs")
		}
		if i < last && needsShell(c.parts[i+1].text) {
			join(i, i+1, "a command in it can't begin a RUN")
		}
	}
	if namesContainer(c.in.Text) {
		join(0, last, "it names what is another in each RUN")
	}
	return joined
}

// needsShell reports whether a command at the beginning of a RUN would be taken for
// something else.
func needsShell(text string) bool {
	return strings.HasPrefix(text, "[") || strings.HasPrefix(text, "--") || strings.HasPrefix(text, "<<")
}

// lastUser is the last part that installs what the package index of part i has, or
// the part behind that.
func (c *chain) lastUser(i int) int {
	user := min(i+1, len(c.parts)-1)
	tool := c.parts[i].simple()
	for j := user; j < len(c.parts); j++ {
		if words := c.parts[j].simple(); words != nil && tool != nil && words[0] == tool[0] {
			user = j
		}
	}
	return user
}

// firstWriter is the first part in front of i that may write source files, or that
// goes by the times of files.
func (c *chain) firstWriter(i int) int {
	for j := range i {
		if c.parts[j].traits&(writes|stamps) != 0 {
			return j
		}
	}
	return i
}

// sameTool is the first part that runs the tool of part i, or may do so.
func (c *chain) sameTool(i int) int {
	tool := c.parts[i].words()
	for j := range i {
		other := c.parts[j].words()
		if c.parts[j].traits&moves != 0 && (tool == nil || other == nil || tool[0] == other[0]) {
			return j
		}
	}
	return i
}

// cleaned is the first part that names something that part i takes away, or the
// part in front of it.
func (c *chain) cleaned(i int) int {
	var names []string
	syntax.Walk(c.parts[i].stmt, func(n syntax.Node) bool {
		if w, ok := n.(*syntax.Word); ok {
			names = append(names, removed(c.in.Text[w.Pos().Offset():w.End().Offset()]))
			return false
		}
		return true
	})
	for j := range i {
		if slices.ContainsFunc(names[min(1, len(names)):], func(name string) bool {
			return name != "" && strings.Contains(c.parts[j].text, name)
		}) {
			return j
		}
	}
	return max(i-1, 0)
}

// removed is the name to look for of what a word of a clean-up stands for.
func removed(word string) string {
	if strings.HasPrefix(word, "-") {
		return ""
	}
	word, _, _ = strings.Cut(word, "*")
	base := path.Base(strings.Trim(word, `/"'`))
	if len(base) < 2 {
		return ""
	}
	return base
}

// cut makes the edits that end a RUN behind the given parts.
func (c *chain) cut(at []int) []edit.Edit {
	edits := c.tidyFront()
	for _, i := range at {
		edits = append(edits, c.cutBehind(i))
	}
	return edits
}

// source is where a part stands in the file.
func (c *chain) source(p part) finding.Range { return c.in.TextRange(p.start, p.end) }

// keyword is RUN as the author wrote it.
func (c *chain) keyword() string { return c.in.File.Slice(c.in.KeywordRange) }

// cutBehind replaces what stands between part i and the next one by a new RUN.
// Comments in between go above it.
func (c *chain) cutBehind(i int) edit.Edit {
	f := c.in.File
	gap := f.Range(c.source(c.parts[i]).End.Offset, c.source(c.parts[i+1]).Start.Offset)
	return edit.Edit{
		Start: gap.Start.Offset, End: gap.End.Offset,
		Text: f.EOL + c.comments(gap) + indent(c.in) + c.keyword() + " ",
	}
}

// comments are the comment lines in a range, as lines of the instruction's level.
func (c *chain) comments(r finding.Range) string {
	var text string
	for line := range strings.Lines(c.in.File.Slice(r)) {
		if line = strings.TrimSpace(line); strings.HasPrefix(line, "#") {
			text += indent(c.in) + line + c.in.File.EOL
		}
	}
	return text
}

// tidyFront puts the first part right behind the keyword.
func (c *chain) tidyFront() []edit.Edit {
	f := c.in.File
	gap := f.Range(c.in.KeywordRange.End.Offset, c.source(c.parts[0]).Start.Offset)
	if !strings.Contains(f.Slice(gap), "\n") {
		return nil
	}
	edits := []edit.Edit{{Start: gap.Start.Offset, End: gap.End.Offset, Text: " "}}
	if text := c.comments(gap); text != "" {
		start := c.in.Lines.Start.Offset
		edits = append(edits, edit.Edit{Start: start, End: start, Text: text})
	}
	return edits
}

// explainWhole says why RUNs with several costly commands stay whole.
func (m *modernizer) explainWhole() {
	if m.skips("SF508") || m.skips("SF501") {
		return
	}
	for _, i := range m.Builders {
		for _, in := range runs(m.File.Stages[i]) {
			if why := m.whole(in); why != "" {
				m.findings = append(m.findings, finding.New("SF508", m.origin(in), "commands of this RUN stay together: %s", why))
			}
		}
	}
}

// whole says why a RUN is not split, or "" where nothing would be gained.
func (m *modernizer) whole(in *dockerfile.Instruction) string {
	st := in.Stage.At(in, m.Args)
	c, why := readChain(in, st)
	switch {
	case c == nil && strings.Contains(in.Text, "&&"):
		return why
	case c == nil:
		return ""
	}
	at, why := c.boundaries()
	if _, ok := m.volumes(in.Stage, st); len(at) > 0 && !ok {
		return "what a RUN writes to a volume is lost behind it"
	}
	return why
}
