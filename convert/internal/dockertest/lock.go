package dockertest

import (
	"errors"
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

// lockName is a file among the machine's temporary files.
const lockName = "stagefold.test.lock"

// lock waits until no other process has a lab. Image names are the engine's, so
// that two test runs would take each other's images away. The system lets go of
// the lock when the process ends in whatever way.
func lock(t *testing.T) error {
	f, err := os.OpenFile(filepath.Join(os.TempDir(), lockName), os.O_CREATE|os.O_RDWR, 0o666)
	if err != nil {
		return err
	}
	for {
		err = syscall.Flock(int(f.Fd()), syscall.LOCK_EX)
		if !errors.Is(err, syscall.EINTR) {
			break
		}
	}
	if err != nil {
		return errors.Join(err, f.Close())
	}
	t.Cleanup(func() {
		if err := f.Close(); err != nil {
			t.Error(err)
		}
	})
	return nil
}
