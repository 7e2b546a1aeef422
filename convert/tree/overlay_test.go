package tree_test

import (
	"testing"
	"testing/fstest"

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
