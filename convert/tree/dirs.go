package tree

import (
	"errors"
	"io/fs"
	"os"
	"strings"
	"sync"
)

// maxDirs is how many directories are kept open.
const maxDirs = 128

// dirs keeps directories open, each as a root of its own. A path costs an os.Root
// system calls for each of its elements, and most paths that are asked for are of a
// directory that others were of just before.
type dirs struct {
	root *os.Root
	mu   sync.Mutex
	open map[string]*os.Root
}

// nearest returns an open directory that leads to a path, and what is left of it.
func (d *dirs) nearest(name string) (dir *os.Root, rest string) {
	i := strings.LastIndexByte(name, '/')
	if i < 0 {
		return d.root, name
	}
	parent := name[:i]
	if r := d.kept(parent); r != nil {
		return r, name[i+1:]
	}
	above, way := d.nearest(parent)
	r, err := above.OpenRoot(way)
	if err != nil {
		return above, way + name[i:]
	}
	return d.keep(parent, r), name[i+1:]
}

func (d *dirs) kept(name string) *os.Root {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.open[name]
}

// keep keeps a directory that was opened, and lets go of all others where there are
// too many: who uses one of those goes from the root. It returns the one that somebody
// else kept meanwhile, where there is one.
func (d *dirs) keep(name string, r *os.Root) *os.Root {
	d.mu.Lock()
	defer d.mu.Unlock()
	if other := d.open[name]; other != nil {
		r.Close()
		return other
	}
	if len(d.open) >= maxDirs {
		d.drop()
	}
	if d.open == nil {
		d.open = map[string]*os.Root{}
	}
	d.open[name] = r
	return r
}

func (d *dirs) close() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.drop()
}

func (d *dirs) drop() {
	for _, r := range d.open {
		r.Close()
	}
	clear(d.open)
}

// in does an operation in the directory of a path, or else from the root: an element
// of the path may be a link, or the directory may be closed by now.
func (t FS) in(op, name string, do func(dir *os.Root, name string) error) error {
	if !fs.ValidPath(name) {
		return &fs.PathError{Op: op, Path: name, Err: fs.ErrInvalid}
	}
	if dir, rest := t.dirs.nearest(name); dir != t.root {
		err := do(dir, rest)
		if err == nil || errors.Is(err, fs.ErrNotExist) {
			return called(err, name)
		}
	}
	return do(t.root, name)
}

// called puts the whole path into an error.
func called(err error, name string) error {
	if e := (*fs.PathError)(nil); errors.As(err, &e) {
		e.Path = name
	}
	return err
}
