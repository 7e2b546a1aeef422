package plan

import (
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/stagefold/stagefold/convert/dockerfile"
	"github.com/stagefold/stagefold/convert/edit"
	"github.com/stagefold/stagefold/convert/finding"
)

// A sightJoin makes one ignore file of those of several contexts. Each part goes on
// seeing what it saw: below its old context its own patterns hold, and elsewhere
// those that the outer directory has already. So no two parts may take files
// from one place with different patterns.
type sightJoin struct {
	p     *planner
	nodes []*node
	dir   string             // the one context
	outer *dockerfile.Ignore // its ignore file so far; nil where it has none
	lines []ignoreLine       // to add to it
}

// An ignoreLine is a line to add to an ignore file, and where it comes from.
type ignoreLine struct {
	text string
	from edit.Origin
}

// joinSights plans the ignore file of the context dir, which is one of the nodes' or
// holds all of theirs. It returns nil where the file stays as it is.
func (p *planner) joinSights(nodes []*node, dir string) *IgnoreFile {
	outer, findings := dockerfile.ReadIgnore(p.in.FS, dir, nodes[len(nodes)-1].part.File.Path)
	p.findings = append(p.findings, findings...)
	j := &sightJoin{p: p, nodes: nodes, dir: dir, outer: outer}
	ok := !finding.Refused(findings)
	for _, n := range nodes {
		ok = ok && (n.dir == dir || j.add(n))
	}
	if !ok || len(j.lines) == 0 {
		return nil
	}
	file := j.file()
	if !j.unshared() || !j.proves(file) {
		return nil
	}
	return file
}

// add plans the lines that a node with a smaller context needs, and reports whether
// that can be done.
func (j *sightJoin) add(n *node) bool {
	if n.moved != nil {
		return j.showMoved(n)
	}
	if !n.takesTrees(j.p) {
		return j.showFiles(n)
	}
	var lines []ignoreLine
	if shown := j.shows(n.prefix); shown != "" {
		lines = append(lines, ignoreLine{shown, wordOrigin(n.part.Build.Context.Word)})
	}
	if n.ignore != nil {
		for i, pattern := range n.ignore.Patterns {
			lines = append(lines, ignoreLine{rebasePattern(n.prefix, pattern), patternOrigin(n.ignore, i)})
		}
	}
	return j.addLines(n, n.prefix, lines)
}

// showFiles takes back the files that a node copies by name.
func (j *sightJoin) showFiles(n *node) bool {
	for _, src := range n.contextSources() {
		name := path.Join(n.prefix, contextPath(src.Expanded))
		hidden, err := j.outer.Excluded(name)
		if err != nil || hidden && !j.addLines(n, name, []ignoreLine{{"!" + name, wordOrigin(src.Range)}}) {
			return false
		}
	}
	return true
}

// addLines adds lines about a place of the context, unless another part takes files
// from there too.
func (j *sightJoin) addLines(n *node, place string, lines []ignoreLine) bool {
	if len(lines) == 0 {
		return true
	}
	for _, o := range j.nodes {
		if o.dir == n.dir {
			continue
		}
		if src := o.takesFrom(j.dir, place); src != nil {
			j.p.say(finding.New("SF203", src.Range, "%s and %s both copy from %q, and their ignore files differ",
				n.part.File.Path, o.part.File.Path, path.Join(j.dir, place)))
			return false
		}
	}
	for _, l := range lines {
		if !slices.ContainsFunc(j.lines, func(o ignoreLine) bool { return o.text == l.text }) {
			j.lines = append(j.lines, l)
		}
	}
	return true
}

func wordOrigin(r finding.Range) edit.Origin {
	return edit.Origin{File: r.File, Start: r.Start.Offset, End: r.End.Offset}
}

// patternOrigin is the line of an ignore file that holds its i-th pattern.
func patternOrigin(g *dockerfile.Ignore, i int) edit.Origin {
	at := 0
	for line := range strings.Lines(string(g.Source)) {
		if text := strings.TrimSpace(line); text != "" && !strings.HasPrefix(line, "#") {
			if i == 0 {
				return edit.Origin{File: g.Path, Start: at, End: at + len(line)}
			}
			i--
		}
		at += len(line)
	}
	return edit.Origin{File: g.Path, Start: 0, End: at}
}

// shows is the pattern that takes back a directory of the context and all below it,
// or "" where the ignore file so far hides nothing there. One of the directory alone
// counts only where the directory itself is hidden.
func (j *sightJoin) shows(dir string) string {
	if j.outer == nil {
		return ""
	}
	switch hidden, err := j.outer.Excluded(dir); {
	case err == nil && hidden:
		return "!" + dir
	case err != nil || patternBelow(j.outer.Patterns, dir) != "":
		return "!" + dir + "/**"
	}
	return ""
}

// rebasePattern is a pattern of the ignore file in the directory prefix as the
// context above it needs it.
func rebasePattern(prefix, pattern string) string {
	if rest, not := strings.CutPrefix(pattern, "!"); not {
		return "!" + path.Join(prefix, rest)
	}
	return path.Join(prefix, pattern)
}

// contextSources are the sources that the build takes from its context in the
// result: those that are artifacts don't come from there any more.
func (n *node) contextSources() []dockerfile.Path {
	var list []dockerfile.Path
	for _, t := range n.contextCopies() {
		at := slices.IndexFunc(n.takes, func(in *intake) bool { return in.transfer.Instruction == t.Instruction })
		for i, src := range t.Sources {
			if !src.Remote && !src.Heredoc && (at < 0 || n.takes[at].items[i].context) {
				list = append(list, src)
			}
		}
	}
	return list
}

// takesTrees reports whether some copy takes what depends on the ignore file:
// anything but files by name.
func (n *node) takesTrees(p *planner) bool {
	return slices.ContainsFunc(n.contextSources(), func(src dockerfile.Path) bool {
		if !src.Known || hasWildcards(src.Expanded) {
			return true
		}
		info, err := fs.Stat(p.in.FS, path.Join(n.dir, contextPath(src.Expanded)))
		return err != nil || !info.Mode().IsRegular()
	})
}

// takesFrom returns a source that takes a file at, above or below a place of the
// context dir, or nil.
func (n *node) takesFrom(dir, place string) *dockerfile.Path {
	for _, src := range n.contextSources() {
		rel := contextPath(src.Expanded)
		if !src.Known {
			rel = ""
		}
		if overlap(pathParts(path.Join(relative(dir, n.dir), rel)), pathParts(place)) {
			return &src
		}
	}
	return nil
}

// overlap reports whether a path with wildcards may mean another path, or one above
// or below it.
func overlap(pattern, name []string) bool {
	for i := range min(len(pattern), len(name)) {
		if ok, err := path.Match(pattern[i], name[i]); err == nil && !ok {
			return false
		}
	}
	return true
}

// file is the outer ignore file with the lines behind its own. A line that showed
// an extracted file, and nothing else, goes: the file is there no more.
func (j *sightJoin) file() *IgnoreFile {
	f := &IgnoreFile{Path: ignorePath(j.dir)}
	eol, at, ends := "\n", 0, true
	if j.outer != nil {
		f.Old = j.outer.Source
	}
	for line := range strings.Lines(string(f.Old)) {
		if strings.HasSuffix(line, "\r\n") {
			eol = "\r\n"
		}
		if j.showsArtifact(strings.TrimSpace(line)) {
			f.Edits = append(f.Edits, edit.Edit{Start: at, End: at + len(line)})
		}
		at += len(line)
		ends = strings.HasSuffix(line, "\n")
	}
	if !ends {
		f.Edits = append(f.Edits, edit.Edit{Start: at, End: at, Text: eol})
	}
	for _, n := range j.nodes {
		if n.dir != j.dir && n.ignore != nil {
			f.Joined = append(f.Joined, n.ignore)
		}
	}
	for _, l := range j.lines {
		f.Edits = append(f.Edits, edit.Edit{Start: at, End: at, Text: l.text + eol, From: []edit.Origin{l.from}})
	}
	return f
}

// showsArtifact reports whether a line of the ignore file only shows a file that
// came out of a builder.
func (j *sightJoin) showsArtifact(line string) bool {
	name, not := strings.CutPrefix(line, "!")
	if !not || hasWildcards(name) {
		return false
	}
	host := path.Join(j.dir, strings.TrimPrefix(strings.TrimSpace(name), "/"))
	return !j.p.onDisk(host) && slices.ContainsFunc(j.nodes, func(n *node) bool { return n.takesHost(host) })
}

// takesHost reports whether the build takes an artifact that lay at the host path.
func (n *node) takesHost(host string) bool {
	for _, in := range n.takes {
		for _, it := range in.items {
			if slices.ContainsFunc(it.artifacts, func(a artifact) bool { return a.host == host }) {
				return true
			}
		}
	}
	return false
}

// unshared refuses a new ignore file where another build has that context too.
func (j *sightJoin) unshared() bool {
	for _, n := range j.p.nodes {
		if slices.Contains(j.nodes, n) {
			continue
		}
		if dir, ok := n.part.Build.Dir.Known(); ok && dir == j.dir {
			j.p.say(finding.New("SF203", n.part.Build.Context.Word, "the ignore file of %q would have to change, and this build reads it too", j.dir))
			return false
		}
	}
	if j.outer != nil && !slices.ContainsFunc(j.nodes, func(n *node) bool { return n.dir == j.dir }) {
		at := j.nodes[len(j.nodes)-1].part.Build.Context.Word
		j.p.say(finding.New("SF203", at, "%s would have to change, and none of the builds reads it now", j.outer.Path))
		return false
	}
	return true
}

// proves checks the new ignore file against the files that the repository has: each
// part must see of what it copies what it saw before.
func (j *sightJoin) proves(file *IgnoreFile) bool {
	text, err := edit.Apply(file.Old, file.Edits)
	if err != nil {
		return false
	}
	joined, findings := dockerfile.ParseIgnore(file.Path, text)
	j.p.findings = append(j.p.findings, findings...)
	for _, n := range j.nodes {
		if joined == nil || !j.sees(n, joined) {
			return false
		}
	}
	return true
}

func (j *sightJoin) sees(n *node, joined *dockerfile.Ignore) bool {
	same := true
	_ = fs.WalkDir(j.p.in.FS, n.dir, func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !n.covers(relative(n.dir, name)) || name == ignorePath(j.dir) {
			return nil
		}
		before, err1 := n.ignore.Excluded(relative(n.dir, name))
		after, err2 := joined.Excluded(relative(j.dir, name))
		if err1 != nil || err2 != nil || before != after {
			j.p.say(finding.New("SF203", n.part.Build.Context.Word, "the ignore files of the builds can't be joined: %s copies %q", n.part.File.Path, name))
			same = false
			return fs.SkipAll
		}
		return nil
	})
	return same
}

// ignorePath is the ignore file of a context.
func ignorePath(dir string) string { return path.Join(dir, ".dockerignore") }

// covers reports whether some source of the build takes the path of its context,
// whatever is ignored.
func (n *node) covers(name string) bool {
	return slices.ContainsFunc(n.contextSources(), func(src dockerfile.Path) bool { return covers(src, name) })
}
