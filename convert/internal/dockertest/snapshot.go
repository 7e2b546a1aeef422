package dockertest

import (
	"crypto/sha256"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"

	"github.com/stagefold/stagefold/convert/verify"
)

// Snapshot reads a directory of the host as if it were an image: the path of
// each file begins with a slash and is relative to dir.
func Snapshot(dir string) (verify.Tree, error) {
	tree := make(verify.Tree)
	err := filepath.WalkDir(dir, func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		e, err := hostEntry(name, d)
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(dir, name)
		tree[filepath.Join("/", rel)] = e
		return err
	})
	return tree, err
}

func hostEntry(name string, d fs.DirEntry) (verify.Entry, error) {
	info, err := d.Info()
	if err != nil {
		return verify.Entry{}, err
	}
	e := verify.Entry{Mode: int64(info.Mode().Perm())}
	if st, ok := info.Sys().(*syscall.Stat_t); ok {
		e.Mode = int64(st.Mode & 0o7777)
		e.UID, e.GID = int(st.Uid), int(st.Gid)
	}
	switch {
	case info.IsDir():
		e.Kind = verify.Directory
	case info.Mode()&fs.ModeSymlink != 0:
		e.Kind = verify.Symlink
		e.Link, err = os.Readlink(name)
	default:
		e.Kind = verify.File
		var data []byte
		data, err = os.ReadFile(name)
		e.Size, e.Sum = int64(len(data)), sha256.Sum256(data)
	}
	return e, err
}
