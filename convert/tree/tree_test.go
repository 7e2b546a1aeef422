package tree_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stagefold/stagefold/convert/tree"
)

func open(t *testing.T, dir string) tree.FS {
	t.Helper()
	root, err := os.OpenRoot(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { root.Close() })
	return tree.New(root)
}

// TestFS holds the FS to what the standard library expects of one.
func TestFS(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"a", "b/c"} {
		full := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(full), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(full, []byte(name), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	if err := fstest.TestFS(open(t, dir), "a", "b/c"); err != nil {
		t.Error(err)
	}
}

// TestOutside reads through links that lead out of the root.
func TestOutside(t *testing.T) {
	dir := t.TempDir()
	for name, target := range map[string]string{"absolute": "/etc", "relative": "../..", "file": "/etc/passwd"} {
		if err := os.Symlink(target, filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	fsys := open(t, dir)
	for _, name := range []string{"absolute/passwd", "relative/etc/passwd", "file"} {
		if text, err := fsys.ReadFile(name); err == nil {
			t.Errorf("%s was read: %d bytes", name, len(text))
		}
	}
	if _, err := fsys.ReadDir("absolute"); err == nil {
		t.Error("a directory outside of the root was listed")
	}
}

// TestHuge reads a sparse file of 1 GiB.
func TestHuge(t *testing.T) {
	dir := t.TempDir()
	name := filepath.Join(dir, "huge.sh")
	if err := os.WriteFile(name, []byte("#!/bin/sh\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(name, 1<<30); err != nil {
		t.Fatal(err)
	}
	fsys := open(t, dir)
	if _, err := fsys.ReadFile("huge.sh"); err == nil || !strings.Contains(err.Error(), "expected at most") {
		t.Errorf("the error is %v", err)
	}
	head, whole, err := fsys.ReadHead("huge.sh", 9)
	if string(head) != "#!/bin/sh" || whole || err != nil {
		t.Errorf("the head is %q, %t, %v", head, whole, err)
	}
}

var _ interface {
	fs.ReadFileFS
	fs.ReadDirFS
	fs.StatFS
	fs.ReadLinkFS
} = tree.FS{}
