package tree_test

import (
	"io/fs"
	"slices"
	"testing"
	"testing/fstest"

	"github.com/stagefold/stagefold/convert/tree"
)

// A counting FS counts what it is asked.
type counting struct {
	fstest.MapFS
	lists, stats int
}

func (c *counting) ReadDir(name string) ([]fs.DirEntry, error) {
	c.lists++
	return c.MapFS.ReadDir(name)
}

func (c *counting) Stat(name string) (fs.FileInfo, error) {
	c.stats++
	return c.MapFS.Stat(name)
}

func TestMemory(t *testing.T) {
	files := fstest.MapFS{"a/x.go": {Data: []byte("x")}, "a/y.go": {}, "b/z.go": {}}
	if err := fstest.TestFS(tree.Remember(files), "a/x.go", "a/y.go", "b/z.go"); err != nil {
		t.Error(err)
	}

	c := &counting{MapFS: files}
	m := tree.Remember(c)
	for range 3 {
		entries, err := m.ReadDir("a")
		if err != nil || len(entries) != 2 || entries[0].Name() != "x.go" {
			t.Fatalf("ReadDir lists %v (%v)", entries, err)
		}
		entries[0] = nil // the caller's own
		if info, err := m.Stat("a/x.go"); err != nil || info.Size() != 1 {
			t.Errorf("Stat says %v (%v)", info, err)
		}
		if _, err := m.Stat("missing"); err == nil {
			t.Error("Stat finds what is missing")
		}
	}
	for range 3 {
		names, err := m.Glob("*/*.go")
		if want := []string{"a/x.go", "a/y.go", "b/z.go"}; err != nil || !slices.Equal(names, want) {
			t.Fatalf("Glob finds %q (%v), want %q", names, err, want)
		}
		names[0] = ""
	}
	if c.lists != 3 || c.stats != 2 {
		t.Errorf("%d lists and %d stats were asked for, want 3 and 2", c.lists, c.stats)
	}
}
