package tree

import (
	"bytes"
	"fmt"
	"io"
	"io/fs"
	"os"
	"syscall"
)

// MaxFile is the size in bytes up to which a file is read whole. It is far above
// that of any file that is read for its meaning.
const MaxFile = 16 << 20

// An FS reads below a root. It implements fs.ReadFileFS, fs.ReadDirFS,
// fs.StatFS and fs.ReadLinkFS.
type FS struct{ root *os.Root }

// New returns the FS of a root, which stays the caller's to close.
func New(root *os.Root) FS { return FS{root} }

// Open opens a directory or a regular file.
func (t FS) Open(name string) (fs.File, error) {
	f, _, err := t.open(name)
	if err != nil {
		return nil, err // not a File that is nil
	}
	return f, nil
}

func (t FS) open(name string) (*os.File, fs.FileInfo, error) {
	if !fs.ValidPath(name) {
		return nil, nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrInvalid}
	}
	// Without O_NONBLOCK the open of a named pipe waits for a writer.
	f, err := t.root.OpenFile(name, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil, nil, err
	}
	info, err := f.Stat()
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
	var out bytes.Buffer
	// One read for the file and one that sees its end.
	out.Grow(int(min(info.Size(), limit)) + bytes.MinRead)
	n, err := io.Copy(&out, io.LimitReader(f, limit+1))
	if err != nil || n <= limit {
		return out.Bytes(), err == nil, err
	}
	return out.Bytes()[:limit], false, nil
}

// ReadDir lists a directory, sorted by name.
func (t FS) ReadDir(name string) ([]fs.DirEntry, error) {
	return fs.ReadDir(t.root.FS(), name)
}

// Stat describes what a path leads to.
func (t FS) Stat(name string) (fs.FileInfo, error) { return fs.Stat(t.root.FS(), name) }

// Lstat describes the entry itself.
func (t FS) Lstat(name string) (fs.FileInfo, error) { return fs.Lstat(t.root.FS(), name) }

// ReadLink returns the target of a symbolic link.
func (t FS) ReadLink(name string) (string, error) { return fs.ReadLink(t.root.FS(), name) }
