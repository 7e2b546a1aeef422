package shparse

import (
	"io/fs"
	"slices"
	"strings"
)

// hostDirs are the directories that every machine has.
var hostDirs = []string{"/", "/bin", "/dev", "/etc", "/home", "/opt", "/root", "/tmp", "/usr", "/usr/bin", "/usr/local", "/usr/local/bin", "/var", "/var/tmp", ".."}

// existence says what is at path. It does not follow a link at path itself.
func (f *Files) existence(path string) existence {
	path = f.resolveDir(path)
	if e, ok := f.own(path); ok {
		return f.ownExistence(e)
	}
	e, ok := f.At(path)
	if !ok {
		return f.inRepository(path)
	}
	found := f.layer(e)
	for i := len(e.Prior) - 1; i >= 0 && (found == missing || found == unknownExistence); i-- {
		if below := f.layer(e.Prior[i]); below != missing {
			found = below
		}
	}
	return found
}

// layer says what an entry for a path says that was made from one above it.
func (f *Files) layer(e File) existence {
	switch e.Origin {
	case Repository:
		return f.inRepository(e.Path)
	case Copied:
		return f.inRepository(e.From)
	case Removed:
		return f.unlessLoose(e.Path)
	}
	if e.Mounted {
		return f.unlessLoose(e.Path)
	}
	return unknownExistence
}

// ownExistence says what an entry is.
func (f *Files) ownExistence(e File) existence {
	switch {
	case e.Origin == Directory:
		return directory
	case e.Origin == Mystery, e.Origin == Removed && e.Contents:
		return unknownExistence
	case e.Contents:
		return f.mergedExistence(e)
	}
	switch e.Origin {
	case Repository:
		return f.inRepository(e.Path)
	case Copied:
		return f.inRepository(e.From)
	case Generated, Packed:
		return regular
	case Link:
		return symlink
	case Removed:
		return f.unlessLoose(e.Path)
	case Extracted:
		return f.extractedExistence(e)
	case Unpacked:
		return existing
	}
	return unknownExistence
}

// mergedExistence says what a directory is that other things were put into, or a
// copy of something below such a directory: what it was before.
func (f *Files) mergedExistence(e File) existence {
	for i := len(e.Prior) - 1; i >= 0; i-- {
		switch kind := f.ownExistence(e.Prior[i]); kind {
		case directory, regular, symlink:
			return kind
		}
	}
	return existing
}

// extractedExistence says what a file out of a container is: it is there, and a
// directory where something was put below it.
func (f *Files) extractedExistence(e File) existence {
	switch {
	case e.Stream:
		return regular
	case f.holds(e.Path):
		return directory
	}
	return existing
}

// holds reports whether the script put something below path.
func (f *Files) holds(path string) bool {
	return slices.ContainsFunc(f.Under(path), func(e File) bool { return e.Path != path && e.Origin != Removed })
}

// inRepository says what the repository has at path.
func (f *Files) inRepository(path string) existence {
	switch {
	case path == "." || slices.Contains(hostDirs, path):
		return directory
	case f == nil, f.repo == nil:
		return unknownExistence
	case strings.ContainsRune(path, 0):
		return f.unknownName(path)
	case !fs.ValidPath(path):
		return unknownExistence
	}
	info, err := fs.Lstat(f.repo, path)
	switch {
	case err != nil && f.holds(path):
		return directory
	case err != nil:
		return f.unlessLoose(path)
	case info.IsDir():
		return directory
	case info.Mode()&fs.ModeSymlink != 0:
		return symlink
	}
	return regular
}

// unlessLoose is what is known of a path that is missing as far as the script's
// known commands go.
func (f *Files) unlessLoose(path string) existence {
	if f.mayGrow(path) {
		return maybeMissing
	}
	return missing
}

// mayGrow reports whether a command without a model may have made files at or
// below path.
func (f *Files) mayGrow(path string) bool {
	if f.isLoose(path) {
		return true
	}
	for dir := range dirsAbove(path) {
		if f.isLoose(dir) {
			return true
		}
	}
	return false
}

func (f *Files) isLoose(dir string) bool {
	for g := f; g != nil; g = g.parent {
		if g.loose[dir] {
			return true
		}
	}
	return false
}

// readLink returns the text of the link at path.
func (f *Files) readLink(path string) (string, bool) {
	path = f.resolveDir(path)
	if e, ok := f.At(path); ok && e.Origin != Repository {
		return e.From, e.Origin == Link
	}
	if f == nil || f.repo == nil || !fs.ValidPath(path) {
		return "", false
	}
	text, err := fs.ReadLink(f.repo, path)
	return text, err == nil
}

// maxContent bounds, in bytes, the files of the repository that are read as
// text.
const maxContent = 1 << 20

// readAll returns the content of path where it is known: what the script wrote,
// or a file of the repository of at most 1 MiB.
func (f *Files) readAll(path string) (Value, bool) {
	path = f.resolve(path)
	e, ok := f.At(path)
	switch {
	case !ok || e.Origin == Repository:
	case e.Origin == Generated && e.Content != nil:
		return *e.Content, true
	case e.Origin == Copied && !e.Contents:
		path = e.From
	default:
		return nil, false
	}
	if f == nil || f.repo == nil || !fs.ValidPath(path) {
		return nil, false
	}
	info, err := fs.Stat(f.repo, path)
	if err != nil || !info.Mode().IsRegular() || info.Size() > maxContent {
		return nil, false
	}
	data, err := fs.ReadFile(f.repo, path)
	return Lit(string(data)), err == nil
}
