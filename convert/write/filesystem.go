package write

import (
	"crypto/rand"
	"errors"
	"io/fs"
	"os"
	"path"
)

// A filesystem is what a transaction needs of an os.Root. Tests make each of its
// methods fail in turn.
type filesystem interface {
	Lstat(name string) (fs.FileInfo, error)
	ReadFile(name string) ([]byte, error)
	Create(name string, perm fs.FileMode) (handle, error) // fails where name exists
	Link(oldname, newname string) error
	Rename(oldname, newname string) error
	Remove(name string) error
	SyncDir(name string) error
}

// A handle is what a transaction needs of an os.File.
type handle interface {
	Write(text []byte) (int, error)
	Chown(uid, gid int) error
	Chmod(mode fs.FileMode) error
	Sync() error
	Close() error
}

// A dir is a filesystem on disk.
type dir struct{ *os.Root }

func (d dir) Create(name string, perm fs.FileMode) (handle, error) {
	return d.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, perm)
}

// SyncDir syncs a directory where the system can.
func (d dir) SyncDir(name string) error {
	f, err := d.Open(name)
	if err != nil {
		return err
	}
	defer f.Close()
	if err := f.Sync(); err != nil && !errors.Is(err, errors.ErrUnsupported) && !cannotSyncDir(err) {
		return err
	}
	return nil
}

// temporary returns a fresh name in the directory of name.
func temporary(name string) string {
	return path.Join(path.Dir(name), Prefix+rand.Text())
}
