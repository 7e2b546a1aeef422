package shparse

import (
	"cmp"
	"slices"
)

// share notes that the process of a container, which had the directory path
// mounted, may have made or changed anything there. What the script put there
// before is a mystery from now on, with what it was in Prior; a directory that it made
// is still one, and what it removed may be back.
func (f *Files) share(path string, e Effect, by *Op) {
	for _, b := range f.Under(path) {
		switch b.Origin {
		case Directory:
			b.Contents = true
			f.set(b)
		case Removed:
			f.put(b.Path, nil)
		default:
			m := b.mystery(by)
			m.Container, m.Prior = e.Container, []File{b}
			f.set(m)
		}
	}
	put(&f.loose, path, true)
	m := &File{Path: path, Origin: Extracted, Container: e.Container, Source: e.Source.Key(), Mounted: true, By: []*Op{by}}
	if old, ok := f.mountAt(path); ok {
		m.Prior = append(slices.Clip(old.Prior), old)
		m.Prior[len(m.Prior)-1].Prior = nil
	}
	put(&f.mounted, path, m)
}

// mountAt returns the mount of this very directory.
func (f *Files) mountAt(path string) (File, bool) {
	for g := f; g != nil; g = g.parent {
		if m, ok := g.mounted[path]; ok {
			return *m, true
		}
	}
	return File{}, false
}

// Mounts returns the directories that a container had mounted, by path and by the last
// container to have each, as if they had been copied out of it. Prior are those before
// it, oldest first.
func (f *Files) Mounts() []File {
	var list []File
	seen := map[string]bool{}
	for g := f; g != nil; g = g.parent {
		for path, m := range g.mounted {
			if !seen[path] {
				seen[path] = true
				list = append(list, *m)
			}
		}
	}
	slices.SortFunc(list, func(a, b File) int { return cmp.Compare(a.Path, b.Path) })
	return list
}

// Mounted returns what path is in the container that had it mounted last, the
// nearest mount of several. It says nothing of a path that the script itself made,
// removed or changed since.
func (f *Files) Mounted(path string) (File, bool) {
	path = f.resolveDir(path)
	if e, ok := f.own(path); ok && e.Origin != Directory {
		return e, e.Mounted
	}
	var best *File
	for _, m := range f.Mounts() {
		if isWithin(path, m.Path) && (best == nil || m.later(*best)) {
			best = &m
		}
	}
	if best == nil {
		return File{}, false
	}
	c, _ := best.child(path, false)
	if path == best.Path {
		c = *best
	}
	c.Mounted = true
	return c, true
}

// later reports whether m is the mount that decides: that of a later process, or
// the inner one of the same process.
func (m File) later(o File) bool {
	a, b := m.By[0], o.By[0]
	return a.Seq > b.Seq || a == b && isWithin(m.Path, o.Path)
}

// fromMount is Mounted for a path that the repository does not have: only the
// container can have made it.
func (f *Files) fromMount(path string) (File, bool) {
	if m, ok := f.Mounted(path); ok {
		switch f.inRepository(path) {
		case missing, maybeMissing, unknownExistence:
			return m, true
		}
	}
	return File{}, false
}
