package write

import (
	"errors"
	"io/fs"
	"strings"
)

var errFault = errors.New("fault")

func contains(err error, text string) bool { return strings.Contains(err.Error(), text) }

// A linkSupport says whether the file system has hard links.
type linkSupport bool

const (
	withLinks    linkSupport = true
	withoutLinks linkSupport = false
)

// faulty is a dir whose call number failAt fails, or every call from the first one
// of the method failFrom on.
type faulty struct {
	dir
	links    linkSupport
	failAt   int
	failFrom string

	calls   int
	broken  bool
	failed  string // the method that failed
	lenient bool   // the failure has a way around it: Link, Chown
}

func (f *faulty) call(method string) error {
	f.calls++
	if method == f.failFrom {
		f.broken = true
	}
	if f.calls != f.failAt && !f.broken {
		return nil
	}
	f.failed = method
	f.lenient = method == "Link" || method == "Chown"
	return errFault
}

func (f *faulty) Lstat(name string) (fs.FileInfo, error) {
	if err := f.call("Lstat"); err != nil {
		return nil, err
	}
	return f.dir.Lstat(name)
}

func (f *faulty) ReadFile(name string) ([]byte, error) {
	if err := f.call("ReadFile"); err != nil {
		return nil, err
	}
	return f.dir.ReadFile(name)
}

func (f *faulty) Create(name string, perm fs.FileMode) (handle, error) {
	if err := f.call("Create"); err != nil {
		return nil, err
	}
	h, err := f.dir.Create(name, perm)
	return &faultyHandle{h, f}, err
}

func (f *faulty) Link(oldname, newname string) error {
	if !f.links {
		return errors.ErrUnsupported
	}
	if err := f.call("Link"); err != nil {
		return err
	}
	return f.dir.Link(oldname, newname)
}

func (f *faulty) Rename(oldname, newname string) error {
	if err := f.call("Rename"); err != nil {
		return err
	}
	return f.dir.Rename(oldname, newname)
}

func (f *faulty) Remove(name string) error {
	if err := f.call("Remove"); err != nil {
		return err
	}
	return f.dir.Remove(name)
}

func (f *faulty) SyncDir(name string) error {
	if err := f.call("SyncDir"); err != nil {
		return err
	}
	return f.dir.SyncDir(name)
}

type faultyHandle struct {
	handle
	f *faulty
}

// Write writes half of the text where it fails, as a full disk does.
func (h *faultyHandle) Write(text []byte) (int, error) {
	if err := h.f.call("Write"); err != nil {
		n, _ := h.handle.Write(text[:len(text)/2])
		return n, err
	}
	return h.handle.Write(text)
}

func (h *faultyHandle) Chown(uid, gid int) error {
	if err := h.f.call("Chown"); err != nil {
		return err
	}
	return h.handle.Chown(uid, gid)
}

func (h *faultyHandle) Chmod(mode fs.FileMode) error {
	if err := h.f.call("Chmod"); err != nil {
		return err
	}
	return h.handle.Chmod(mode)
}

func (h *faultyHandle) Sync() error {
	if err := h.f.call("Sync"); err != nil {
		return err
	}
	return h.handle.Sync()
}

func (h *faultyHandle) Close() error {
	err := h.handle.Close()
	if fault := h.f.call("Close"); fault != nil {
		return fault
	}
	return err
}
