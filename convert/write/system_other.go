//go:build !unix

package write

import "io/fs"

// owner knows no owners here.
func owner(fs.FileInfo) (uid, gid int, ok bool) { return 0, 0, false }

// cannotSyncDir takes every error as that: these systems sync no directories.
func cannotSyncDir(error) bool { return true }
