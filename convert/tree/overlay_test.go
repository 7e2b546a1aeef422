package tree_test

import (
	"errors"
	"io/fs"
	"testing"
	"testing/fstest"

	"github.com/stagefold/stagefold/convert/edit"
	"github.com/stagefold/stagefold/convert/tree"
)

// TestOverlay reads an overlay by the rules of every file system: what is listed,
// described and read agrees.
func TestOverlay(t *testing.T) {
	o := &tree.Overlay{
		FS: fstest.MapFS{
			"a/kept":    {Data: []byte("kept")},
			"a/changed": {Data: []byte("old"), Mode: 0o755},
			"a/gone":    {Data: []byte("gone")},
		},
		Files: map[string][]byte{"a/changed": []byte("changed"), "a/gone": nil, "a/new": []byte("new")},
	}
	if err := fstest.TestFS(o, "a/kept", "a/changed", "a/new"); err != nil {
		t.Error(err)
	}
	if _, err := o.ReadFile("a/gone"); err == nil {
		t.Error("a file that is gone was read")
	}
	if _, err := o.Lstat("a/gone"); err == nil {
		t.Error("a file that is gone was described")
	}
	if info, err := o.Stat("a/changed"); err != nil || info.Mode() != 0o755 || info.Size() != 7 {
		t.Errorf("a changed file is described as %v, %v", info, err)
	}
}

// TestAfter: a file that becomes empty is there, one that is deleted is not.
func TestAfter(t *testing.T) {
	old := fstest.MapFS{"emptied": {Data: []byte("old")}, "gone": {Data: []byte("gone")}}
	after := tree.After(old, []edit.Change{{Path: "emptied"}, {Path: "gone", Delete: true}, {Path: "new", New: []byte("new")}})
	if err := fstest.TestFS(after, "emptied", "new"); err != nil {
		t.Error(err)
	}
	if text, err := after.ReadFile("emptied"); err != nil || len(text) > 0 {
		t.Errorf("the file that becomes empty holds %q, %v", text, err)
	}
	if _, err := after.ReadFile("gone"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the deleted file is read with the error %v", err)
	}
}
