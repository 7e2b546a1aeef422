//go:build unix

package journal

import (
	"errors"
	"os"
	"syscall"
)

// lock takes the lock of an open file. It goes when the file is closed, and when
// the process ends in whatever way.
func lock(f *os.File) error {
	err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if errors.Is(err, syscall.EWOULDBLOCK) {
		return ErrLocked
	}
	return err
}
