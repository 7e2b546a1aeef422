//go:build !linux

package tree

import (
	"io/fs"
	"os"
	"syscall"
)

// openList opens a directory.
const openList = os.O_RDONLY | syscall.O_NONBLOCK

// list reads the entries of an open directory.
func (t FS) list(dir *os.File, name string) ([]fs.DirEntry, error) {
	entries, err := dir.ReadDir(-1)
	for i, e := range entries {
		entries[i] = &entry{fsys: t, dir: name, name: e.Name(), mode: e.Type()}
	}
	return entries, err
}
