//go:build unix

package write

import (
	"errors"
	"io/fs"
	"syscall"
)

// owner returns the user and group of a file.
func owner(info fs.FileInfo) (uid, gid int, ok bool) {
	stat, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return 0, 0, false
	}
	return int(stat.Uid), int(stat.Gid), true
}

// cannotSyncDir reports whether err is how some file systems say that they have
// no sync for directories.
func cannotSyncDir(err error) bool { return errors.Is(err, syscall.EINVAL) }
