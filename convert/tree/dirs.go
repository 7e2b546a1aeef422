package tree

import (
	"errors"
	"io/fs"
	"os"
	"strings"
	"sync"
)

// maxDirs is how many directories are kept open, and maxSeen of how many it is known
// how often they were asked for.
const (
	maxDirs = 128
	maxSeen = 4096
)

// worthwhile is how often a directory is asked for until it is opened: it costs as
// much as going through it twice.
const worthwhile = 1

// dirs keeps directories open, each as a root of its own. A path costs an os.Root
// system calls for each of its elements, and most paths that are asked for are of a
// directory that others were of just before.
type dirs struct {
	root *os.Root
	mu   sync.Mutex
	open map[string]*os.Root
	seen map[string]uint8
}

// nearest returns an open directory that leads to a path, and what is left of it.
func (d *dirs) nearest(name string) (dir *os.Root, rest string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.towards(name)
}

func (d *dirs) towards(name string) (dir *os.Root, rest string) {
	i := strings.LastIndexByte(name, '/')
	if i < 0 {
		return d.root, name
	}
	parent := name[:i]
	if r := d.open[parent]; r != nil {
		return r, name[i+1:]
	}
	if d.seen == nil || len(d.seen) >= maxSeen {
		d.seen = map[string]uint8{}
	}
	above, way := d.towards(parent)
	if d.seen[parent]++; d.seen[parent] >= worthwhile {
		if r, err := above.OpenRoot(way); err == nil {
			d.keep(parent, r)
			return r, name[i+1:]
		}
	}
	return above, way + name[i:]
}

// keep keeps a directory that was opened, and lets go of all others where there are
// too many. Who uses one of those goes from the root.
func (d *dirs) keep(name string, r *os.Root) {
	if len(d.open) >= maxDirs {
		d.drop()
	}
	if d.open == nil {
		d.open = map[string]*os.Root{}
	}
	d.open[name] = r
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
