package plan

import (
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/stagefold/stagefold/convert/dockerfile"
	"github.com/stagefold/stagefold/convert/finding"
	"github.com/stagefold/stagefold/shparse"
)

// stagedFile is the file of the repository that the script copied to name, the
// Dockerfile of a context that it assembles in a directory of its own.
func (p *planner) stagedFile(n *node, name string) (string, bool) {
	f, ok := n.part.Op.Files.At(name)
	if !ok || f.Origin != shparse.Copied || p.onDisk(n.dir) || n.dir == "." || !below(n.dir, name) {
		return "", false
	}
	return f.From, p.isFile(f.From)
}

// isFile reports whether the repository has a regular file of that name.
func (p *planner) isFile(name string) bool {
	info, err := fs.Stat(p.in.FS, name)
	return err == nil && info.Mode().IsRegular()
}

// foldStaged lets the copies of a staged context take files from where the script has
// them from, if that goes for all: then the script need not copy them any more.
func (p *planner) foldStaged(n *node) {
	if n.staged == "" {
		return
	}
	if n.sweeps(n.staged) {
		p.say(finding.New("SF216", n.part.Op.Range, "an image takes in %q, and the Dockerfile that it is a copy of changes", n.staged))
		return
	}
	p.folded[n.staged] = true
	moved := map[string]string{}
	for _, src := range n.contextSources() {
		host := path.Join(n.dir, contextPath(src.Expanded))
		f, ok := n.part.Op.Files.At(host)
		if !src.Known || !ok || f.Origin != shparse.Copied || len(f.Modes) > 0 || path.Base(f.From) != path.Base(host) || !p.isFile(f.From) || strings.ContainsAny(f.From, unplain) {
			return
		}
		moved[host] = f.From
	}
	n.moved = moved
	for host := range moved {
		p.folded[host] = true
	}
}

// movedSource is the word for a source that is taken from where the script had it from.
func (n *node) movedSource(src dockerfile.Path, quote string) (string, bool) {
	from, ok := n.moved[path.Join(n.dir, contextPath(src.Expanded))]
	return quote + relative(n.root, from) + quote, ok
}

// showMoved checks that the ignore file of the one context hides none of the files that
// a staged context was made of.
func (j *sightJoin) showMoved(n *node) bool {
	for _, from := range slices.Sorted(maps.Values(n.moved)) {
		if hidden, err := j.outer.Excluded(relative(j.dir, from)); err != nil || hidden {
			j.p.say(finding.New("SF203", n.part.Build.Context.Word, "%s copies %q, which %s leaves out", n.part.File.Path, from, j.outer.Path))
			return false
		}
	}
	return true
}
