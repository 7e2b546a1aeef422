package plan

import (
	"io/fs"
	"path"
	"strings"

	"github.com/stagefold/stagefold/shparse"
)

// glob resolves a source with wildcards: Docker matches it against the paths of
// the context as path.Match does, component by component.
func (r *resolver) glob(it *item, pattern string) {
	fixed, rest := splitPattern(pattern)
	dir := path.Join(r.n.dir, fixed)
	if f, ok := r.files.At(dir); ok && f.Origin == shparse.Extracted && fixed != "" && !r.onDisk(dir) {
		it.context = false
		r.take(it, f, artifact{host: dir, path: rest, glob: true})
		return
	}
	it.context = r.matchesContext(pattern)
	for _, a := range r.artifactsBelow(dir) {
		if tail, ok := matchPrefix(pattern, relative(r.n.dir, a.host)); ok {
			a.rel = tail
			it.artifacts = append(it.artifacts, a)
		}
	}
	if len(it.artifacts) == 0 && !it.context {
		r.missing(it.word, path.Join(r.n.dir, pattern))
	}
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
		if _, ok := matchPrefix(pattern, relative(r.n.dir, f.Path)); ok && f.Origin != shparse.Extracted && f.Origin != shparse.Removed && f.Origin != shparse.Directory {
			return true
		}
	}
	return false
}
