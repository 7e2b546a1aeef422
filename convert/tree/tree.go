package tree

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"
	"syscall"
)

// MaxFile is the size in bytes up to which a file is read whole. It is far above
// that of any file that is read for its meaning.
const MaxFile = 16 << 20

// An FS reads below a root. It implements fs.ReadFileFS, fs.ReadDirFS,
// fs.StatFS and fs.ReadLinkFS.
type FS struct {
	root *os.Root
	dirs *dirs
}

// New returns the FS of a root, which stays the caller's to close.
func New(root *os.Root) FS { return FS{root, &dirs{root: root}} }

// Close closes what the FS has opened besides. It may be used further.
func (t FS) Close() { t.dirs.close() }

// Open opens a directory or a regular file.
func (t FS) Open(name string) (fs.File, error) {
	f, _, err := t.open(name)
	if err != nil {
		return nil, err // not a File that is nil
	}
	return f, nil
}

func (t FS) open(name string) (f *os.File, info fs.FileInfo, err error) {
	err = t.in("open", name, func(dir *os.Root, name string) error {
		// Without O_NONBLOCK the open of a named pipe waits for a writer.
		f, err = dir.OpenFile(name, os.O_RDONLY|syscall.O_NONBLOCK, 0)
		return err
	})
	if err != nil {
		return nil, nil, err
	}
	info, err = f.Stat()
	if err == nil && !info.Mode().IsRegular() && !info.IsDir() {
		err = &fs.PathError{Op: "open", Path: name, Err: fmt.Errorf("expected a regular file, found %s", info.Mode().Type())}
	}
	if err != nil {
		f.Close()
		return nil, nil, err
	}
	return f, info, nil
}

// ReadFile reads a file of at most MaxFile bytes.
func (t FS) ReadFile(name string) ([]byte, error) {
	text, whole, err := t.ReadHead(name, MaxFile)
	if err == nil && !whole {
		err = &fs.PathError{Op: "read", Path: name, Err: fmt.Errorf("expected at most %d bytes", MaxFile)}
	}
	return text, err
}

// ReadHead reads the first limit bytes of a file, and reports whether that is all
// of it.
func (t FS) ReadHead(name string, limit int64) (head []byte, whole bool, err error) {
	f, info, err := t.open(name)
	if err != nil {
		return nil, false, err
	}
	defer f.Close()
	if size := info.Size(); size > 0 && size <= limit {
		return readSized(f, size)
	}
	var out bytes.Buffer
	n, err := io.Copy(&out, io.LimitReader(f, limit+1))
	if err != nil || n <= limit {
		return out.Bytes(), err == nil, err
	}
	return out.Bytes()[:limit], false, nil
}

// readSized reads a file of a known size: what it grows by meanwhile is none of the
// file that was opened.
func readSized(f *os.File, size int64) (text []byte, whole bool, err error) {
	text = make([]byte, size)
	n, err := io.ReadFull(f, text)
	if errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF) {
		err = nil // it shrank
	}
	return text[:n], err == nil, err
}

// ReadDir lists a directory, sorted by name.
func (t FS) ReadDir(name string) (entries []fs.DirEntry, err error) {
	err = t.in("readdir", name, func(dir *os.Root, base string) error {
		f, err := dir.OpenFile(base, openList, 0)
		if err != nil {
			return err
		}
		defer f.Close()
		entries, err = t.list(f, name)
		return err
	})
	slices.SortFunc(entries, func(a, b fs.DirEntry) int { return strings.Compare(a.Name(), b.Name()) })
	return entries, err
}

// An entry is that of a directory.
type entry struct {
	fsys FS
	dir  string
	name string
	mode fs.FileMode // the type alone
}

func (e *entry) Name() string               { return e.name }
func (e *entry) IsDir() bool                { return e.mode.IsDir() }
func (e *entry) Type() fs.FileMode          { return e.mode }
func (e *entry) Info() (fs.FileInfo, error) { return e.fsys.Lstat(path.Join(e.dir, e.name)) }
func (e *entry) String() string             { return fs.FormatDirEntry(e) }

// Stat describes what a path leads to.
func (t FS) Stat(name string) (info fs.FileInfo, err error) {
	err = t.in("stat", name, func(dir *os.Root, name string) error {
		info, err = dir.Stat(name)
		return err
	})
	return info, err
}

// Lstat describes the entry itself.
func (t FS) Lstat(name string) (info fs.FileInfo, err error) {
	err = t.in("lstat", name, func(dir *os.Root, name string) error {
		info, err = dir.Lstat(name)
		return err
	})
	return info, err
}

// ReadLink returns the target of a symbolic link.
func (t FS) ReadLink(name string) (target string, err error) {
	err = t.in("readlink", name, func(dir *os.Root, name string) error {
		target, err = dir.Readlink(name)
		return err
	})
	return target, err
}
