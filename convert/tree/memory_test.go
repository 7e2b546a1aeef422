package tree_test

import (
	"errors"
	"io/fs"
	"slices"
	"testing"
	"testing/fstest"

	"github.com/stagefold/stagefold/convert/tree"
)

// A counting FS counts what it is asked.
type counting struct {
	fstest.MapFS
	lists, stats, opens, lstats int
}

func (c *counting) ReadFile(name string) ([]byte, error) {
	c.opens++
	return c.MapFS.ReadFile(name)
}

func (c *counting) Lstat(name string) (fs.FileInfo, error) {
	c.lstats++
	return c.MapFS.Lstat(name)
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
	for range 3 {
		if _, err := fs.ReadFile(m, "none"); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("ReadFile of what is missing: %v", err)
		}
		if _, err := fs.Lstat(m, "none"); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("Lstat of what is missing: %v", err)
		}
	}
	if c.opens != 1 || c.lstats != 1 {
		t.Errorf("%d files were opened and %d described, want 1 and 1", c.opens, c.lstats)
	}
	if c.lists != 3 || c.stats != 2 {
		t.Errorf("%d lists and %d stats were asked for, want 3 and 2", c.lists, c.stats)
	}
}

// A link that leads nowhere is an entry all the same.
func TestMemoryOfLink(t *testing.T) {
	m := tree.Remember(fstest.MapFS{"link": {Data: []byte("nowhere"), Mode: fs.ModeSymlink}})
	for range 2 {
		if _, err := fs.Stat(m, "link"); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("Stat: %v, want that there is nothing", err)
		}
		if info, err := fs.Lstat(m, "link"); err != nil || info.Mode()&fs.ModeSymlink == 0 {
			t.Errorf("Lstat says %v (%v), want a link", info, err)
		}
		if to, err := fs.ReadLink(m, "link"); to != "nowhere" || err != nil {
			t.Errorf("ReadLink says %q (%v)", to, err)
		}
	}
}
