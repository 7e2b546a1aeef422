package plan

import (
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/stagefold/stagefold/convert/dockerfile"
	"github.com/stagefold/stagefold/convert/finding"
	"github.com/stagefold/stagefold/shparse"
)

// checkSweeps warns of copies that bring files which the conversion itself changes, the
// Dockerfiles and the script, into images that the new script makes too. Those of the
// builders that stay are looked at when it is known which these are.
func (p *planner) checkSweeps(folds []*Fold) {
	if len(folds) == 0 {
		return
	}
	p.rewritten = p.changed(folds)
	for _, n := range p.nodes {
		builder := slices.ContainsFunc(folds, func(f *Fold) bool {
			return slices.ContainsFunc(f.Builders(), func(b *Part) bool { return b.Op == n.part.Op })
		})
		if !builder && p.load(n) {
			p.checkImage(n)
		}
	}
}

// changed are the files that the conversion changes, makes or deletes.
func (p *planner) changed(folds []*Fold) []string {
	names := []string{p.in.Trace.Path}
	for _, f := range folds {
		for _, part := range f.Parts {
			if part.Inline == nil {
				names = append(names, part.File.Path)
			}
		}
		if f.Ignore != nil {
			names = append(names, f.Ignore.Path)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// checkImage warns of copies that bring files which the conversion itself changes into
// an image that stays: its own, those of images that it stands on, and those that a
// builder makes artifacts of. A command of a builder may make an artifact of what such a
// file says, and is taken to do so only where it names the file.
func (p *planner) checkImage(image *node) {
	makers := p.makers(image)
	swept := map[*dockerfile.Instruction][]string{}
	read := map[finding.Range][]string{}
	for _, n := range makers {
		names := p.rewritten
		if n.marked() != image.marked() {
			names = append(slices.Clone(names), path.Join(n.dir, ".dockerignore"))
		}
		for _, name := range names {
			if !below(n.dir, name) {
				continue
			}
			at := relative(n.dir, name)
			for in := range n.copies(at) {
				stays := (n == image || image.standsOn(n)) && n.holds(in, at)
				if stays || p.delivers(n, in, at, makers) {
					swept[in] = append(swept[in], strconv.Quote(name))
					continue
				}
				if p.printsDockerfile(n, name) {
					continue // its way is known
				}
				if at, ok := n.reader(in, name); ok {
					read[at] = append(read[at], strconv.Quote(name))
				}
			}
		}
	}
	for in, names := range swept {
		p.say(finding.New("SF222", in.Range, "the image holds copies of files that the conversion changes: %s", strings.Join(names, ", ")))
	}
	for at, names := range read {
		p.say(finding.New("SF222", at, "the command names files that the conversion changes: %s", strings.Join(names, ", ")))
	}
}

// marked reports whether the ignore file in the context is not the repository's: the
// legacy client puts a Dockerfile that comes through standard input, or lies outside of
// the context, there under a made-up name, and that name into the ignore file (measured).
func (n *node) marked() bool {
	return n.ignore != nil && !n.ignore.Specific && (n.part.Build.Text != nil || !below(n.dir, n.part.File.Path))
}

// printsDockerfile reports whether a container of the builder prints a context in which
// the file is the Dockerfile.
func (p *planner) printsDockerfile(builder *node, name string) bool {
	return slices.ContainsFunc(p.nodes, func(n *node) bool {
		return n.stream != nil && n.stream.from == builder && n.part.File.Path == name
	})
}

// reader is where a command stands that comes after a COPY from the context and names
// the file of the repository.
func (n *node) reader(copied *dockerfile.Instruction, name string) (at finding.Range, ok bool) {
	for _, s := range n.stages() {
		for _, in := range s.Instructions {
			text, ok := in.Shell()
			if argv, exec := in.Argv(); exec {
				text, ok = strings.Join(argv, " "), true
			}
			if ok && in.Range.Start.Offset > copied.Range.Start.Offset && namesFile(text, name) {
				return in.Range, true
			}
		}
	}
	for _, run := range n.part.Runs {
		if namesFile(run.Text, name) && len(run.Why) > 0 {
			return run.Why[0], true
		}
	}
	return finding.Range{}, false
}

// runsMake finds make where it is a command.
var runsMake = pattern(`(?:^|[;&|({` + "`" + `!]|\b(?:RUN|then|do|else|time|exec|sh -c)\b)[\s"']*(?:\w+=\S*\s+)*g?make\b`)

// namesFile reports whether a command names a file, in any directory. What runs make
// names the Makefile.
func namesFile(text, name string) bool {
	base := path.Base(name)
	if shparse.IsMakefile(base) && runsMake.MatchString(text) {
		return true
	}
	return containsWord(text, base)
}

// makers are the builds that make an image: its own, those whose artifacts it takes and
// those that it stands on, directly or not.
func (p *planner) makers(image *node) []*node {
	seen := map[*node]bool{}
	var visit func(*node)
	visit = func(n *node) {
		if seen[n] {
			return
		}
		seen[n] = true
		for _, from := range n.sources() {
			visit(from)
		}
		for _, base := range n.bases {
			visit(base)
		}
	}
	visit(image)
	return slices.DeleteFunc(slices.Clone(p.nodes), func(n *node) bool { return !seen[n] })
}

// holds reports whether a file that a COPY of the build takes from its context may be in
// the build's image: the COPY is one of its stages', or another COPY may take the file
// on from there.
func (n *node) holds(in *dockerfile.Instruction, name string) bool {
	chain := stageChain(n.part.Stage)
	if slices.Contains(chain, in.Stage) {
		return true
	}
	t, _ := in.Transfer(n.part.Args)
	dest, known := t.Target()
	if !known {
		dest = "/"
	}
	for _, s := range n.stages() {
		for _, later := range s.Instructions {
			if n.takesOn(later, in.Stage, path.Clean(dest), name) {
				return true
			}
		}
	}
	return false
}

// takesOn reports whether an instruction may take a file out of a stage to which a COPY
// brought it from the context.
func (n *node) takesOn(in *dockerfile.Instruction, stage *dockerfile.Stage, dest, name string) bool {
	t, ok := in.Transfer(n.part.Args)
	if !ok {
		return in.Keyword == "RUN" && slices.ContainsFunc(in.Flags, func(f dockerfile.Flag) bool { return f.Name == "mount" && strings.Contains(f.Arg, "from=") })
	}
	if t.FromStage == nil || !slices.Contains(stageChain(t.FromStage), stage) {
		return false
	}
	return slices.ContainsFunc(t.Sources, func(src dockerfile.Path) bool {
		from := path.Join("/", src.Expanded)
		return !src.Known || hasWildcards(from) || dest == "/" || below(from, dest) || below(from, path.Join(dest, name))
	})
}

// delivers reports whether what a builder's COPY makes of the context's file may
// be part of an artifact.
func (p *planner) delivers(n *node, in *dockerfile.Instruction, name string, nodes []*node) bool {
	t, _ := in.Transfer(n.part.Args)
	dest, known := t.Target()
	if !known {
		dest = "/"
	}
	for _, o := range nodes {
		for _, take := range o.takes {
			for _, it := range take.items {
				for _, a := range it.artifacts {
					if (a.from == n || a.from.standsOn(n)) && p.coversArtifact(a, path.Clean(dest), name) {
						return true
					}
				}
			}
		}
	}
	return false
}

// coversArtifact reports whether the artifact may hold the context's file that
// was copied to dest: it is that file, or a directory at or above it. A dest of
// "/" may stand for one that is not known.
func (p *planner) coversArtifact(a artifact, dest, name string) bool {
	asFile := !a.glob && path.Base(a.path) == path.Base(name)
	asDirectory := dest == "/" || below(a.path, dest) || below(a.path, path.Join(dest, name)) || a.glob && below(path.Dir(a.path), dest)
	if asFile == asDirectory || a.glob {
		return asDirectory
	}
	return (p.kindOf(a) == fileKind) == asFile
}
