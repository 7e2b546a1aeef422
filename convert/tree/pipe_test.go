//go:build unix

package tree_test

import (
	"path/filepath"
	"syscall"
	"testing"
)

// TestPipe opens a named pipe that nobody writes to: it must not wait.
func TestPipe(t *testing.T) {
	dir := t.TempDir()
	if err := syscall.Mkfifo(filepath.Join(dir, "pipe"), 0o666); err != nil {
		t.Fatal(err)
	}
	fsys := open(t, dir)
	if _, err := fsys.ReadFile("pipe"); err == nil {
		t.Error("a named pipe was read")
	}
	if _, err := fsys.ReadDir("pipe"); err == nil {
		t.Error("a named pipe was listed")
	}
	if _, err := fsys.Open("pipe"); err == nil {
		t.Error("a named pipe was opened")
	}
}
