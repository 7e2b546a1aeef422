package shparse

import (
	"io/fs"
	"path"
	"slices"
	"strings"
	"sync"
)

// A repoNames is the names of all files and directories of a repository.
type repoNames struct {
	once sync.Once
	list []string // sorted
	full bool     // it holds all names
}

// maxRepoNames bounds the files of a repository that are looked through for a name
// that is not fully known.
const maxRepoNames = 50_000

func (n *repoNames) read(repo fs.FS) {
	n.full = fs.WalkDir(repo, ".", func(_ string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case len(n.list) == maxRepoNames:
			return fs.ErrInvalid
		case d.IsDir() && d.Name() == ".git":
			return fs.SkipDir
		}
		n.list = append(n.list, d.Name())
		return nil
	}) == nil
	slices.Sort(n.list)
}

// mayHave reports whether the repository may have a name that begins with text.
func (n *repoNames) mayHave(repo fs.FS, text string) bool {
	n.once.Do(func() { n.read(repo) })
	i, _ := slices.BinarySearch(n.list, text)
	return !n.full || i < len(n.list) && strings.HasPrefix(n.list[i], text)
}

// unknownName says what is at a path with holes: nothing, where no file of the
// repository, and none that the script made, has a name that begins as its last
// element does. Whatever a hole stands for, also a path of several elements, the
// name has to begin like that.
func (f *Files) unknownName(name string) existence {
	known, _, _ := strings.Cut(path.Base(name), "\x00")
	if strings.Trim(known, ".") == "" || strings.HasPrefix(name, "\x00") || isOutside(Lit(name)) {
		return unknownExistence
	}
	for _, e := range f.All() {
		if e.mayBear(known) || e.mayBeOpaque() && mayBeWithin(name, e.Path) {
			return unknownExistence
		}
	}
	switch {
	case f.names.mayHave(f.repo, known):
		return unknownExistence
	case f.anyLoose():
		return maybeMissing
	}
	return missing
}

// mayBear reports whether e is there under a name that begins with text.
func (e File) mayBear(text string) bool {
	own := path.Base(e.Path)
	return e.Origin != Removed && (strings.HasPrefix(own, text) || strings.HasPrefix(own, "\x00"))
}

// mayBeOpaque reports whether e may hold files of which the names are not known.
func (e File) mayBeOpaque() bool {
	switch e.Origin {
	case Repository, Generated, Packed:
		return false
	case Directory, Removed:
		return e.Contents
	}
	return !e.Stream
}

// mayBeWithin reports whether a path with holes may lie at or below dir.
func mayBeWithin(name, dir string) bool {
	name, _, _ = strings.Cut(name, "\x00")
	dir, _, _ = strings.Cut(dir, "\x00")
	if dir == "." || strings.HasSuffix(name, "/") { // a hole may lead up again
		return true
	}
	return strings.HasPrefix(name, dir) || strings.HasPrefix(dir, name)
}

// anyLoose reports whether a command without a model may have made files.
func (f *Files) anyLoose() bool {
	for g := f; g != nil; g = g.parent {
		if len(g.loose) > 0 {
			return true
		}
	}
	return false
}
