package plan

import (
	"io/fs"
	"path"
	"strings"

	"github.com/stagefold/stagefold/convert/finding"
	"github.com/stagefold/stagefold/shparse"
)

// glob resolves a source with wildcards: Docker matches it against the paths of
// the context as path.Match does, component by component.
func (r *resolver) glob(it *item, pattern string) {
	fixed, rest := splitPattern(pattern)
	dir := path.Join(r.n.dir, fixed)
	if f, ok := r.at(dir); ok && f.Origin == shparse.Extracted && fixed != "" && !r.onDisk(dir) {
		it.context = false
		r.take(it, f, artifact{host: dir, path: rest, glob: true})
		return
	}
	if r.globMount(it, dir, rest) {
		return
	}
	it.context = r.matchesContext(pattern)
	for _, a := range r.artifactsBelow(dir) {
		if tail, ok := matchPrefix(pattern, relative(r.n.dir, a.host)); ok {
			a.rel = tail
			it.artifacts = append(it.artifacts, a)
		}
	}
	r.followLinks(it, pattern, dir)
	if len(it.artifacts) == 0 && !it.context {
		r.missing(it.word, path.Join(r.n.dir, pattern))
	}
}

// globMount resolves a pattern for what a container made in a directory that was mounted
// into it.
func (r *resolver) globMount(it *item, dir, rest string) bool {
	f, ok := r.files.Mounted(dir)
	if !ok || r.p.workers[f.Container] == nil || r.p.workers[f.Container] == r.n || r.onDisk(dir) {
		return false
	}
	if _, ok := r.p.writerOf(f); !ok {
		return false
	}
	it.context = false
	r.take(it, f, artifact{host: dir, path: rest, glob: true})
	return true
}

// followLinks adds the artifacts that links of the script lead to whose own path the
// pattern matches: COPY follows these as it follows one that it names (measured with
// both builders).
func (r *resolver) followLinks(it *item, pattern, dir string) {
	for _, link := range r.files.Under(dir) {
		if link.Origin != shparse.Link || !matchesAll(pattern, relative(r.n.dir, link.Path)) {
			continue
		}
		target, ok := r.behind(link)
		if !ok {
			if target, _ := r.files.At(r.files.Behind(link.Path)); fromContainer(target) {
				r.refuseLink(it, link, astray)
			}
			continue
		}
		a, ok := r.artifact(target, link.Path)
		switch {
		case !ok || r.ignored(a):
		case it.context && r.p.sweptUp(link.Path):
			r.refuseLink(it, link, "is taken by another copy as a link")
		default:
			r.p.linked[link.Path] = true
			it.artifacts = append(it.artifacts, a)
		}
	}
}

// astray says why a copy can't take what a link leads to.
const astray = "leads to what came out of a container in a way that a COPY can't follow"

func (r *resolver) refuseLink(it *item, link shparse.File, why string) {
	r.p.say(finding.New("SF207", it.word.Range, "%q takes the link %q, which %s", it.word.Text, link.Path, why).
		WithHint("copy what the link leads to by its own name"))
}

// splitPattern cuts a pattern in front of its first component with a wildcard.
func splitPattern(pattern string) (fixed, rest string) {
	parts := strings.Split(pattern, "/")
	for i, part := range parts {
		if hasWildcards(part) {
			return path.Join(parts[:i]...), path.Join(parts[i:]...)
		}
	}
	return pattern, ""
}

// matchPrefix reports whether the pattern matches name or a directory above it,
// and what of name lies below the match.
func matchPrefix(pattern, name string) (tail string, ok bool) {
	parts := strings.Split(name, "/")
	n := strings.Count(pattern, "/") + 1
	if n > len(parts) {
		return "", false
	}
	matched, err := path.Match(pattern, strings.Join(parts[:n], "/"))
	return strings.Join(parts[n:], "/"), err == nil && matched
}

// matchesAll reports whether the pattern matches name itself.
func matchesAll(pattern, name string) bool {
	tail, ok := matchPrefix(pattern, name)
	return ok && tail == ""
}

// matchesContext reports whether the pattern matches a file of the context that
// is no artifact.
func (r *resolver) matchesContext(pattern string) bool {
	sub, err := fs.Sub(r.p.in.FS, r.n.dir)
	if err != nil {
		return false
	}
	names, _ := fs.Glob(sub, pattern)
	for _, name := range names {
		if out, err := r.n.ignore.Excluded(name); err == nil && !out && r.inContext(path.Join(r.n.dir, name)) {
			return true
		}
	}
	for _, f := range r.files.Under(r.n.dir) {
		f = r.p.unshared(f)
		if _, follows := r.behind(f); follows {
			continue
		}
		if _, ok := matchPrefix(pattern, relative(r.n.dir, f.Path)); ok && f.Origin != shparse.Extracted && f.Origin != shparse.Removed && f.Origin != shparse.Directory {
			return true
		}
	}
	return false
}
