package plan

import (
	"cmp"
	"path"
	"slices"
	"strings"

	"github.com/stagefold/stagefold/convert/dockerfile"
	"github.com/stagefold/stagefold/convert/finding"
)

// rebase brings all parts to one build context, the nearest directory that holds
// the contexts of all of them: sources of COPY and ADD get the way from there in
// front, and the ignore files are joined.
func (p *planner) rebase(f *Fold, nodes []*node) {
	dir := commonContext(nodes)
	movable := true
	for _, n := range nodes {
		if n.bare {
			n.dir = dir
		}
		n.prefix, n.root = relative(dir, n.dir), dir
		if n.dir == dir {
			continue
		}
		if !p.canRebase(n, dir) {
			movable = false
			continue
		}
		n.rebaseCopies()
	}
	if movable {
		f.Ignore = cmp.Or(p.lift(nodes), p.joinSights(nodes, dir))
	}
	f.Context = dir
}

// commonContext is the nearest directory at or above all contexts.
func commonContext(nodes []*node) string {
	dir := nodes[len(nodes)-1].dir
	for _, n := range nodes {
		for !n.bare && !below(dir, n.dir) {
			dir = path.Dir(dir)
		}
	}
	return dir
}

// canRebase refuses what would not be the same in the larger context.
func (p *planner) canRebase(n *node, dir string) bool {
	refuse := func(at finding.Range, format string, args ...any) bool {
		p.say(finding.New("SF203", at, format, args...))
		return false
	}
	context := n.part.Build.Context.Word
	if strings.ContainsAny(n.prefix, " \t\n'\"$\\`*?[<#") {
		return refuse(context, "the context %q can't be written as part of a source of COPY", n.dir)
	}
	if n.part.Inline == nil && !below(dir, n.part.File.Path) {
		return refuse(context, "%s does not lie in %q, the directory that holds both contexts", n.part.File.Path, dir)
	}
	for _, s := range n.stages() {
		for _, in := range s.Instructions {
			if why := bound(in); why != "" {
				return refuse(in.Range, "%s, and the context becomes %q", why, dir)
			}
		}
	}
	return true
}

// bound says why an instruction can't be rebased, or "".
func bound(in *dockerfile.Instruction) string {
	switch {
	case in.OnBuild != nil && (in.OnBuild.Keyword == "COPY" || in.OnBuild.Keyword == "ADD"):
		return "ONBUILD copies from the context of another build"
	case in.Keyword == "RUN" && slices.ContainsFunc(in.Flags, contextMount):
		return "a mount shows the build context"
	case in.Flag("parents") != nil:
		return "--parents keeps the path as seen from the context"
	}
	return ""
}

// contextMount reports whether a flag of RUN mounts the build context.
func contextMount(fl dockerfile.Flag) bool {
	return fl.Name == "mount" && !strings.Contains(fl.Arg, "from=") &&
		(strings.Contains(fl.Arg, "type=bind") || !strings.Contains(fl.Arg, "type="))
}

// contextCopies are the COPY and ADD instructions of the build that read its
// context.
func (n *node) contextCopies() []*dockerfile.Transfer {
	var list []*dockerfile.Transfer
	for _, s := range n.part.File.Stages {
		for _, in := range s.Instructions {
			if t, ok := in.Transfer(n.part.Args); ok && t.From == "" {
				list = append(list, t)
			}
		}
	}
	return list
}

// rebaseCopies plans new words for the sources of copies that take no artifact;
// the others are rewritten anyway.
func (n *node) rebaseCopies() {
	for _, t := range n.contextCopies() {
		if slices.ContainsFunc(n.takes, func(in *intake) bool { return in.transfer.Instruction == t.Instruction }) {
			continue
		}
		for _, src := range t.Sources {
			if text := n.rebased(src, src.Text); text != src.Text {
				n.part.replace(Replacement{Range: src.Range, Text: text})
			}
		}
	}
}

// rebased is the text of a source as seen from the one context of the result. The
// quote that it begins with stays in front.
func (n *node) rebased(src dockerfile.Path, text string) string {
	if n.prefix == "" || src.Remote || src.Heredoc {
		return text
	}
	quote := ""
	if strings.HasPrefix(text, `"`) || strings.HasPrefix(text, "'") {
		quote = text[:1]
	}
	if moved, ok := n.movedSource(src, quote); ok {
		return moved
	}
	rest := strings.TrimLeft(strings.TrimPrefix(text[len(quote):], "./"), "/")
	if rest == "."+quote || rest == quote {
		return quote + n.prefix + "/" + quote
	}
	return quote + n.prefix + "/" + rest
}

// moveContext gives the final build of a fold the one context, and names its
// Dockerfile, which is looked for there otherwise.
func (s *scaffold) moveContext(f *Fold) {
	op, b := f.Final().Op, f.Final().Build
	if dir, _ := b.Dir.Known(); dir == f.Context {
		return
	}
	cwd, known := op.Dir.Known()
	if !known || sharedWord(op, b.Context.Word) || b.File != nil && sharedWord(op, b.File.Word) || b.File != nil && b.Flag("file").Joined {
		s.p.say(finding.New("SF203", b.Context.Word, "the context %q of the final build can't be changed to %q in its words", b.Context.String(), f.Context))
		return
	}
	sp := Splice{File: op.Range.File, Start: b.Context.Word.Start.Offset, End: b.Context.Word.End.Offset, Text: pathFrom(cwd, f.Context)}
	if b.File == nil && f.Final().File.Path != path.Join(f.Context, "Dockerfile") {
		sp.Before = "-f " + pathFrom(cwd, f.Final().File.Path) + " "
	}
	s.script.Splices = append(s.script.Splices, sp)
	if b.File != nil && s.p.nodeOf(b.Image).staged != "" {
		s.script.Splices = append(s.script.Splices, Splice{
			File: op.Range.File, Start: b.File.Word.Start.Offset, End: b.File.Word.End.Offset, Text: pathFrom(cwd, f.Final().File.Path),
		})
	}
}
