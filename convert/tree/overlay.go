package tree

import (
	"bytes"
	"io"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/stagefold/stagefold/convert/edit"
)

// An Overlay is a repository as it would be with other texts in some files. It
// implements fs.ReadFileFS, fs.ReadDirFS, fs.StatFS and fs.ReadLinkFS.
type Overlay struct {
	FS    fs.FS
	Files map[string][]byte // by path; nil for a file that is gone
}

// After is a repository as it is when changes are made.
func After(fsys fs.FS, changes []edit.Change) *Overlay {
	files := make(map[string][]byte, len(changes))
	for _, ch := range changes {
		if files[ch.Path] = nil; !ch.Delete {
			files[ch.Path] = append([]byte{}, ch.New...) // not nil, also where it is empty
		}
	}
	return &Overlay{FS: fsys, Files: files}
}

// Open opens a file of the overlay, or a file or directory of the repository.
func (o *Overlay) Open(name string) (fs.File, error) {
	text, ok := o.Files[name]
	if ok && text == nil {
		return nil, gone("open", name)
	}
	info, err := o.Stat(name)
	if err != nil {
		return nil, err
	}
	if info.IsDir() {
		f, err := o.FS.Open(name)
		return &overlaidDir{File: f, o: o, name: name}, err
	}
	if !ok {
		return o.FS.Open(name)
	}
	return &overlaid{Reader: bytes.NewReader(text), info: info}, nil
}

// ReadFile returns the text of a file.
func (o *Overlay) ReadFile(name string) ([]byte, error) {
	text, ok := o.Files[name]
	switch {
	case !ok:
		return fs.ReadFile(o.FS, name)
	case text == nil:
		return nil, gone("open", name)
	}
	return slices.Clone(text), nil
}

// ReadDir lists a directory, sorted by name.
func (o *Overlay) ReadDir(name string) ([]fs.DirEntry, error) {
	entries, err := fs.ReadDir(o.FS, name)
	if err != nil {
		return nil, err
	}
	entries = slices.DeleteFunc(entries, func(e fs.DirEntry) bool {
		_, ok := o.Files[path.Join(name, e.Name())]
		return ok
	})
	for _, file := range slices.Sorted(maps.Keys(o.Files)) {
		if path.Dir(file) != name || o.Files[file] == nil {
			continue
		}
		info, err := o.Stat(file)
		if err != nil {
			return nil, err
		}
		entries = append(entries, fs.FileInfoToDirEntry(info))
	}
	slices.SortFunc(entries, func(a, b fs.DirEntry) int { return strings.Compare(a.Name(), b.Name()) })
	return entries, nil
}

// Stat describes a file, with the size of its new text.
func (o *Overlay) Stat(name string) (fs.FileInfo, error) { return o.describe(name, fs.Stat) }

// Lstat does so without following a link.
func (o *Overlay) Lstat(name string) (fs.FileInfo, error) { return o.describe(name, fs.Lstat) }

// ReadLink returns where a link leads.
func (o *Overlay) ReadLink(name string) (string, error) { return fs.ReadLink(o.FS, name) }

func (o *Overlay) describe(name string, stat func(fs.FS, string) (fs.FileInfo, error)) (fs.FileInfo, error) {
	text, ok := o.Files[name]
	if ok && text == nil {
		return nil, gone("stat", name)
	}
	info, err := stat(o.FS, name)
	switch {
	case !ok:
		return info, err
	case err != nil:
		return overlaidInfo{path.Base(name), int64(len(text)), 0o644}, nil
	}
	return overlaidInfo{info.Name(), int64(len(text)), info.Mode()}, nil
}

func gone(op, name string) error {
	return &fs.PathError{Op: op, Path: name, Err: fs.ErrNotExist}
}

// An overlaid file is one of an overlay that is open.
type overlaid struct {
	*bytes.Reader
	info fs.FileInfo
}

func (f *overlaid) Stat() (fs.FileInfo, error) { return f.info, nil }
func (f *overlaid) Close() error               { return nil }

// An overlaidDir is a directory that is open.
type overlaidDir struct {
	fs.File
	o    *Overlay
	name string
	rest []fs.DirEntry
	read bool
}

// ReadDir returns the next n entries, or all that are left where n is not above 0.
func (d *overlaidDir) ReadDir(n int) ([]fs.DirEntry, error) {
	if !d.read {
		entries, err := d.o.ReadDir(d.name)
		if err != nil {
			return nil, err
		}
		d.rest, d.read = entries, true
	}
	if n <= 0 {
		n = len(d.rest)
	} else if len(d.rest) == 0 {
		return nil, io.EOF
	}
	next := d.rest[:min(n, len(d.rest))]
	d.rest = d.rest[len(next):]
	return next, nil
}

// An overlaidInfo describes a file of an overlay.
type overlaidInfo struct {
	name string
	size int64
	mode fs.FileMode
}

func (i overlaidInfo) Name() string       { return i.name }
func (i overlaidInfo) Size() int64        { return i.size }
func (i overlaidInfo) Mode() fs.FileMode  { return i.mode }
func (i overlaidInfo) ModTime() time.Time { return time.Time{} }
func (i overlaidInfo) IsDir() bool        { return i.mode.IsDir() }
func (i overlaidInfo) Sys() any           { return nil }
