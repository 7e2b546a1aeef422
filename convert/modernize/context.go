package modernize

import (
	"errors"
	"io/fs"
	"path"

	"github.com/stagefold/stagefold/convert/dockerfile"
)

// A Context is the build context of the merged Dockerfile.
type Context struct {
	FS     fs.FS
	Dir    string             // relative to the root of FS
	Ignore *dockerfile.Ignore // may be nil
	// Touched reports whether the script changes a file, given by its path in FS,
	// or something below it, before it builds.
	Touched func(name string) bool
}

// A sight is what a build sees of a path of its context.
type sight uint8

const (
	nothing  sight = iota // it is not there
	hidden                // the ignore file hides it, whether it is there or not
	regular               // a regular file, as it is in the repository
	anything              // something else, or something that is not known
)

// look returns what the build sees of a path, relative to the context.
func (c Context) look(name string) sight {
	full := path.Join(c.Dir, name)
	excluded, err := c.Ignore.Excluded(name)
	switch {
	case err != nil, c.FS == nil, c.Touched(full):
		return anything
	case excluded && !c.reincludes():
		return hidden
	}
	entries, err := fs.ReadDir(c.FS, path.Dir(full))
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nothing
	case err != nil:
		return anything
	}
	for _, e := range entries {
		switch {
		case e.Name() != path.Base(full):
		case excluded:
			return anything
		case e.Type().IsRegular():
			return regular
		default:
			return anything
		}
	}
	return nothing
}

// reincludes reports whether the ignore file takes something back, which may lie
// below what it hides.
func (c Context) reincludes() bool {
	for _, p := range c.Ignore.Patterns {
		if p[0] == '!' {
			return true
		}
	}
	return false
}

// realDir reports whether a path is a directory of the repository, and no link on
// the way there is.
func (c Context) realDir(name string) bool {
	if name = path.Clean(name); name == "." {
		return true
	}
	if c.FS == nil || c.Touched(path.Join(c.Dir, name)) || !c.realDir(path.Dir(name)) {
		return false
	}
	entries, err := fs.ReadDir(c.FS, path.Join(c.Dir, path.Dir(name)))
	if err != nil {
		return false
	}
	for _, e := range entries {
		if e.Name() == path.Base(name) {
			return e.IsDir()
		}
	}
	return false
}

// read returns the text of a file that look calls regular.
func (c Context) read(name string) (string, bool) {
	text, err := fs.ReadFile(c.FS, path.Join(c.Dir, name))
	return string(text), err == nil
}

// shows reports whether the build sees a directory at all: the ignore file does not
// hide it.
func (c Context) shows(name string) bool {
	excluded, err := c.Ignore.Excluded(name)
	return err == nil && !excluded
}
