package plan

import (
	"io/fs"
	"iter"
	"slices"

	"github.com/stagefold/stagefold/convert/dockerfile"
	"github.com/stagefold/stagefold/convert/finding"
	"github.com/stagefold/stagefold/shparse"
)

// checkContexts refuses what the one build sees and its parts did not see: files
// that the script changed between the builds.
func (p *planner) checkContexts(nodes []*node) {
	final := nodes[len(nodes)-1]
	for _, n := range nodes[:len(nodes)-1] {
		if n.part.File != nil {
			p.checkLater(n, final)
		}
	}
	p.assumeUnknown(nodes)
}

// checkLater refuses a file that the script changes between the builder's build
// and the final one, where the builder's copies would now see it changed.
func (p *planner) checkLater(n, final *node) {
	for _, f := range final.part.Op.Files.Under(n.dir) {
		before, ok := n.part.Op.Files.At(f.Path)
		if f.Origin == shparse.Extracted || f.Origin == shparse.Directory || ok && sameFile(before, f) {
			continue
		}
		if f.Origin == shparse.Removed && !p.onDisk(f.Path) || fromContainer(f) || p.vanishes(f.Path) {
			continue
		}
		if in := n.copying(relative(n.dir, f.Path)); in != nil {
			p.say(finding.New("SF219", f.By[len(f.By)-1].Range, "%q changes %q between the builds, and line %d of %s copies it into the builder",
				commandName(f.By[len(f.By)-1]), f.Path, in.Range.Start.Line, n.part.File.Path))
		}
	}
}

// vanishes reports whether the new script does not make a file of the host any more that
// held artifacts, led to one, or lay beside them.
func (p *planner) vanishes(host string) bool {
	return p.folded[host] || p.archives[host] || p.linked[host] && !p.sweptUp(host)
}

// sweptUp reports whether a copy of some build takes a link that the script made as a
// part of a directory, and so as a link: one that a copy names is followed.
func (p *planner) sweptUp(link string) bool {
	return slices.ContainsFunc(p.nodes, func(n *node) bool {
		return n.sweepsUp(link) && slices.ContainsFunc(n.contextSources(), func(src dockerfile.Path) bool {
			name := relative(n.dir, link)
			return covers(src, name) && !follows(src, name)
		})
	})
}

// follows reports whether a source names the path of the context itself, or matches it.
func follows(src dockerfile.Path, name string) bool {
	rel := contextPath(src.Expanded)
	return src.Known && (rel == name || hasWildcards(rel) && matchesAll(rel, name))
}

func sameFile(a, b shparse.File) bool {
	return a.Path == b.Path && a.Origin == b.Origin && slices.Equal(a.By, b.By)
}

// copying returns the first COPY or ADD of the build that takes the path of the
// context, or nil.
func (n *node) copying(name string) *dockerfile.Instruction {
	for in := range n.copies(name) {
		return in
	}
	return nil
}

// copies yields the COPY and ADD instructions of the build that take the path of the
// context.
func (n *node) copies(name string) iter.Seq[*dockerfile.Instruction] {
	return func(yield func(*dockerfile.Instruction) bool) {
		if out, err := n.ignore.Excluded(name); err != nil || out {
			return
		}
		for _, s := range n.stages() {
			for _, in := range s.Instructions {
				t, ok := in.Transfer(n.part.Args)
				taken := ok && t.From == "" && slices.ContainsFunc(t.Sources, func(src dockerfile.Path) bool { return covers(src, name) })
				if taken && !yield(in) {
					return
				}
			}
		}
	}
}

// covers reports whether a source takes the path of the context.
func covers(src dockerfile.Path, name string) bool {
	if src.Remote || src.Heredoc {
		return false
	}
	if !src.Known {
		return true
	}
	rel := contextPath(src.Expanded)
	if hasWildcards(rel) {
		_, ok := matchPrefix(rel, name)
		return ok
	}
	return rel == "" || below(rel, name)
}

// onDisk reports whether the repository holds the path now.
func (p *planner) onDisk(name string) bool {
	_, err := fs.Stat(p.in.FS, name)
	return err == nil
}
